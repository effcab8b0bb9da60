/* SPDX-License-Identifier: MIT */
/*
 * release: what may be sent. Sole writer of release, release_item, release_withdrawn, release_signed.
 *
 * A release is a manifest (manifest.h), and the SHA-256 of it is its name. send asks whether it is still what it was (permit.h),
 * and hashes each mail again before it goes (released.h).
 *
 * A rehearsal may release unsigned. Otherwise a manifest is proposed, people sign it (namespace breachmail-release), and with
 * the signatures of as many distinct people as must sign (signers.h) it becomes a release, valid for policy.release_hours.
 * What changed in between makes another manifest, and signatures under the old one count for nothing.
 *
 * Where the policy has the emergency rule, one signature may do for the highest level (emergency.h).
 */
#ifndef MAILER_RELEASE_H
#define MAILER_RELEASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "mailer/emergency.h"
#include "mailer/manifest.h"
#include "mailer/proposal.h"
#include "mailer/signers.h"
#include "recipients/fault.h"
#include "recipients/ledger.h"
#include "recipients/text.h"

/* What would be released now: the manifest and its digest. `*ret_count`: how many notices; 0: nothing is waiting. */
int release_draft(struct ledger *l, const struct release_options *o, struct text *manifest, char digest[RELEASE_DIGEST],
	int64_t *ret_count, struct fault *f);
/* What waits for a release, or the newest that is released, when nothing does. */
int release_waiting(struct ledger *l, const char *mode, struct manifest_of *ret, struct fault *f);
/* Makes it so, unsigned. FAULT_REFUSED in live, or when nothing waits. */
int release_make(struct ledger *l, const struct release_options *o, char digest[RELEASE_DIGEST], int64_t *ret_count,
	struct fault *f);
/*
 * The same of these follow-ups only (ids), by leave of an older release, which the caller has looked at (standing.h): it is
 * as valid as that one. Within a transaction.
 */
int release_make_covered(struct ledger *l, const struct release_options *o, int64_t covered_by, const json_t *notices,
	char digest[RELEASE_DIGEST], struct fault *f);

/*
 * The manifest that people sign now: an emergency release that waits to be countersigned, the one that waits and still says
 * what is so, or a new one. FAULT_REFUSED: nothing waits, or too few are enrolled, or live asks for two. With `look` nothing
 * is written: `ret->id` is 0 where it would be a new one.
 */
struct release_open {
	struct proposal proposal;
	int64_t release; /* of an emergency, 0: none yet */
	struct signers_tally signed_by;
};
void release_open_done(struct release_open *p);
#define auto_release_open __attribute__((cleanup(release_open_done))) struct release_open
int release_propose(struct ledger *l, const struct release_options *o, bool look, struct release_open *ret, struct fault *f);

struct release_signed {
	const struct signer *who;
	size_t count;	  /* of people whose signatures count now */
	int64_t released; /* notices; 0: it waits for more */
	int64_t until;	  /* of an emergency: when the rest stays shut; 0: all may go */
};
/* Takes a signature; with the last that is needed it is released. `emergency`: NULL, or this one is to do for the top. */
int release_sign(struct ledger *l, const struct release_options *o, struct release_open *p, const char *armour,
	const struct emergency *emergency, struct release_signed *ret, struct fault *f);

/*
 * What is newest is taken back: what waits for signatures, else the newest valid release of this mode, but those by leave.
 * What it has not sent may be composed anew, and nothing follows by its leave any more.
 */
int release_withdraw(struct ledger *l, const struct release_options *o, char digest[RELEASE_DIGEST], struct fault *f);

#endif
