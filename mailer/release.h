/* SPDX-License-Identifier: MIT */
/*
 * release: what may be sent. Sole writer of release, release_item, release_withdrawn.
 *
 * A release is a readable manifest (manifest.h); its SHA-256 is the release's name. send makes the manifest again from what
 * the ledger and the settings say then, and refuses if one byte differs; each mail is hashed again before it goes.
 *
 * In a rehearsal a release needs no signature. Live needs those of two people, which this version cannot check yet: it
 * refuses.
 */
#ifndef MAILER_RELEASE_H
#define MAILER_RELEASE_H

#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "mailer/manifest.h"
#include "recipients/fault.h"
#include "recipients/ledger.h"
#include "recipients/text.h"

/* What would be released now: the manifest and its digest. `*ret_count`: how many notices; 0: nothing is waiting. */
int release_draft(struct ledger *l, const struct release_options *o, struct text *manifest, char digest[RELEASE_DIGEST],
	int64_t *ret_count, struct fault *f);
/* Makes it so. FAULT_REFUSED in live, or when nothing waits. */
int release_make(struct ledger *l, const struct release_options *o, char digest[RELEASE_DIGEST], int64_t *ret_count,
	struct fault *f);
/*
 * The same of these follow-ups only (ids), by leave of an older release, which the caller has looked at (standing.h): it is
 * as valid as that one. Within a transaction.
 */
int release_make_covered(struct ledger *l, const struct release_options *o, int64_t covered_by, const json_t *notices,
	char digest[RELEASE_DIGEST], struct fault *f);
/*
 * The newest valid release of this mode, but those by leave, is withdrawn: what it has not sent may be composed anew, and
 * nothing follows by its leave any more.
 */
int release_withdraw(struct ledger *l, const struct release_options *o, char digest[RELEASE_DIGEST], struct fault *f);

/*
 * The release to send: by the first digits of its digest (at least 8), or the oldest valid one with work left, else
 * the newest. FAULT_REFUSED if there is none, or if it no longer says what it said.
 */
int release_find(struct ledger *l, const struct release_options *o, const char *digits, int64_t *ret_id,
	char digest[RELEASE_DIGEST], struct fault *f);

#endif
