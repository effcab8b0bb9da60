/* SPDX-License-Identifier: MIT */
/*
 * permit: the release to send, if it may be sent. Asked at the beginning of each send; writes nothing.
 *
 * The lines that hold are made again from what ledger and settings say now, and must be those of the manifest, byte for byte.
 * Its signatures are checked again, against the signers as they are now. A release that a timer made by leave of a signed one
 * rests on the signatures of that one, and holds nothing but what it allows (standing.h).
 */
#ifndef MAILER_PERMIT_H
#define MAILER_PERMIT_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "mailer/manifest.h"
#include "recipients/fault.h"
#include "recipients/ledger.h"

/*
 * The release to send: by the first digits of its digest (at least 8), or the oldest valid one with work left, else
 * the newest. FAULT_REFUSED if there is none, if it no longer says what it said, if its time is over, or if not enough
 * people have signed it.
 */
struct permit {
	int64_t id;
	char digest[RELEASE_DIGEST];
	bool is_signed;  /* by it or by the one that allows it */
	int64_t open_to; /* levels of a higher order stay shut; INT64_MAX: none */
	bool lapsed;	 /* and nobody can open them any more */
};
int permit_find(struct ledger *l, const struct release_options *o, const char *digits, struct permit *ret,
	struct fault *f);

/*
 * The digests of the valid releases that have work left, the oldest first: [string], the caller's. `begun`: only those that go
 * by leave of another, or of which a human has begun the hand-over.
 */
int permit_work(struct ledger *l, const char *mode, bool begun, json_t **ret, struct fault *f);

#endif
