/* SPDX-License-Identifier: MIT */
/*
 * doubt: mails that may be out although the ledger does not know it, settled by a human.
 *
 * Its numbers are those of the attempts; status lists them.
 */
#ifndef MAILER_DOUBT_H
#define MAILER_DOUBT_H

#include <stddef.h>
#include <stdint.h>

#include "recipients/fault.h"
#include "recipients/ledger.h"

/*
 * `dir` is the incident's folder: its flight journal knows of a claim without an outcome whether it is in doubt. One that a
 * send at work has on the wire is not, yet.
 *
 * What a human needs to look one mail up in the relay's log. FAULT_USAGE: this number is not in doubt.
 */
struct doubt {
	int64_t at;   /* when it was claimed, ms since 1970 */
	size_t relay; /* which had it: its place from 0 in the settings of its release */
	char *url;    /* of that relay, as the release has it; NULL: it does not say */
	char *token;  /* the left side of the Message-ID */
};
void doubt_done(struct doubt *d);
#define auto_doubt __attribute__((cleanup(doubt_done))) struct doubt

/* `ret` is `{0}` before. */
int doubt_find(struct ledger *l, const char *dir, int64_t id, struct doubt *ret, struct fault *f);
/* `settle_as` is "resend", "accepted" or "leave". */
int doubt_settle(struct ledger *l, const char *dir, int64_t id, const char *settle_as, const char *by, const char *reason,
	struct fault *f);

#endif
