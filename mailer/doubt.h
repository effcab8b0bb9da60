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
 * What a human needs to look one mail up in the relay's log: when it was claimed (ms since 1970), which relay had it (its
 * place from 0) and the left side of its Message-ID (new memory). FAULT_USAGE: this number is not in doubt.
 */
int doubt_find(struct ledger *l, const char *dir, int64_t id, int64_t *ret_at, size_t *ret_relay, char **ret_token,
	struct fault *f);
/* `settle_as` is "resend", "accepted" or "leave". */
int doubt_settle(struct ledger *l, const char *dir, int64_t id, const char *settle_as, const char *by, const char *reason,
	struct fault *f);

#endif
