/* SPDX-License-Identifier: MIT */
/*
 * release: what may be sent. Sole writer of release, release_item, release_withdrawn.
 *
 * A release is a readable manifest: number, incident, mode, relay, limits, for each level the count of notices and a
 * digest over the ordered list of message digests and recipient commitments, which of them are for cover and whose, until when
 * head starts hold the lower levels back, what is left out and why, and a forecast of when each level will have been handed
 * over. The SHA-256 of the manifest is the release's name. send makes the manifest again from what the ledger and the
 * settings say then, and refuses if one byte differs; each mail is hashed again before it goes.
 *
 * In a rehearsal a release needs no signature. Live needs those of two people, which this version cannot check yet: it
 * refuses.
 */
#ifndef MAILER_RELEASE_H
#define MAILER_RELEASE_H

#include <stddef.h>
#include <stdint.h>

#include "mailer/settings.h"
#include "recipients/fault.h"
#include "recipients/ledger.h"
#include "recipients/policy.h"
#include "recipients/text.h"

#define RELEASE_DIGEST 65

struct release_options {
	const struct settings *settings;
	const struct policy *policy;
};

/* What would be released now: the manifest and its digest. `*ret_count`: how many notices; 0: nothing is waiting. */
int release_draft(struct ledger *l, const struct release_options *o, struct text *manifest, char digest[RELEASE_DIGEST],
	int64_t *ret_count, struct fault *f);
/* Makes it so. FAULT_REFUSED in live, or when nothing waits. */
int release_make(struct ledger *l, const struct release_options *o, char digest[RELEASE_DIGEST], int64_t *ret_count,
	struct fault *f);
/* The newest valid release of this mode is withdrawn: what it has not sent may be composed anew. */
int release_withdraw(struct ledger *l, const struct release_options *o, char digest[RELEASE_DIGEST], struct fault *f);

/*
 * The release to send: by the first digits of its digest (at least 8), or the oldest valid one with work left, else
 * the newest. FAULT_REFUSED if there is none, or if it no longer says what it said.
 */
int release_find(struct ledger *l, const struct release_options *o, const char *digits, int64_t *ret_id,
	char digest[RELEASE_DIGEST], struct fault *f);

#endif
