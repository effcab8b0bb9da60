/* SPDX-License-Identifier: MIT */
/*
 * manifest: what a release says, as lines that people read and a digest covers: number, incident, mode, relay, limits; for
 * each level the count of notices and a digest over the ordered list of message digests and recipient commitments, and how many
 * of them follow up older ones; which are for cover, and whose; until when head starts hold the lower levels back; what is left
 * out and why; which follow-ups it allows without another release (standing.h); and a forecast. Writes nothing.
 */
#ifndef MAILER_MANIFEST_H
#define MAILER_MANIFEST_H

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

/* Of which release, or of which draft of one. */
struct manifest_of {
	int64_t release; /* 0: a draft of the next one */
	int64_t set, at;
	int64_t covered_by; /* the release that allows it (standing.h); 0: a human's own */
	const char *chosen; /* of a draft: only these notices, as a JSON list of ids; NULL: all that wait */
};

/* The number that the next release gets. */
int manifest_next(struct ledger *l, int64_t *ret, struct fault *f);
/*
 * The notices ("id", "level", "level_order", "message_sha256", "recipient_digest", "kind") in the order of sending: of a
 * release its items; of a draft those of the newest set that no valid release has, and the follow-ups that belong to it.
 */
int manifest_items(struct ledger *l, const char *mode, const struct manifest_of *m, struct query **ret, struct fault *f);

/* `ret` is cleared first. `*ret_count`: how many notices. */
int manifest_write(struct ledger *l, const struct release_options *o, const struct manifest_of *m, struct text *ret,
	int64_t *ret_count, struct fault *f);
/* Of a release, from what ledger and settings say now; what it foretells and allows stands as it was `released`. */
int manifest_again(struct ledger *l, const struct release_options *o, const struct manifest_of *m, const char *released,
	struct text *ret, struct fault *f);
void manifest_digest(const struct text *manifest, char digest[RELEASE_DIGEST]);

#endif
