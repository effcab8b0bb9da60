/* SPDX-License-Identifier: MIT */
/*
 * manifest: what a release says, as lines that people read and a digest covers. Writes nothing.
 *
 * Most lines HOLD: they are made anew from ledger and settings each time that something is to be sent, and must come out the
 * same: number, incident, ledger, mode, relay and whom it is trusted by, limits, the rules of signing; of each level the count
 * of notices and a digest, and how many of them follow up older ones; which are for cover, and whose; until when head starts
 * hold the lower levels back; what is left out. Others only TELL what was so when the release was made (told.h). Both stand
 * under the one digest that is signed; lines.h tells them apart.
 *
 * `level NAME COUNT sha256:ROOT`: the Merkle root (merkle.h) over the notices of the level in the order of sending. A leaf is
 * MANIFEST_LEAF bytes: the SHA-256 of the message's exact bytes, the keyed digest of the recipient's address, the keyed digest
 * of the token that stands in Message-ID and envelope (vault.h: 16 bytes each).
 */
#ifndef MAILER_MANIFEST_H
#define MAILER_MANIFEST_H

#include <stdint.h>

#include "mailer/settings.h"
#include "mailer/signers.h"
#include "recipients/fault.h"
#include "recipients/ledger.h"
#include "recipients/policy.h"
#include "recipients/text.h"
#include "recipients/vault.h"
#include "templates/texts.h"

#define RELEASE_DIGEST PROPOSAL_DIGEST
#define MANIFEST_LEAF (VAULT_SHA256 + 2 * VAULT_DIGEST)

struct release_options {
	const struct settings *settings;
	const struct policy *policy;
	struct texts *texts;	       /* for what is told: the texts; NULL: they are not named */
	const struct signers *signers; /* and who signs; NULL: nobody is asked to */
	int64_t at;		       /* when it is to be sent, ms since 1970; 0: now */
};

/* The notices of a manifest, in the order of sending. */
struct manifest_ids {
	int64_t *list;
	size_t count, room;
};
void manifest_ids_done(struct manifest_ids *ids);
#define auto_manifest_ids __attribute__((cleanup(manifest_ids_done))) struct manifest_ids

/* Of which release, or of which draft of one. */
struct manifest_of {
	int64_t release; /* 0: a draft of the next one */
	int64_t set, at;
	int64_t covered_by; /* the release that allows it (standing.h); 0: a human's own */
	const char *chosen; /* of a draft: only these notices, as a JSON list of ids; NULL: all that wait */
	struct manifest_ids *ids; /* NULL, or where manifest_write puts them */
};

/* The number that the next release gets. */
int manifest_next(struct ledger *l, int64_t *ret, struct fault *f);
/*
 * The notices ("id", "level", "level_order", "message_sha256", "recipient_digest", "token_digest", "kind") in the order of sending: of a
 * release its items; of a draft those of the newest set that no valid release has, and the follow-ups that belong to it.
 */
int manifest_items(struct ledger *l, const char *mode, const struct manifest_of *m, struct query **ret, struct fault *f);
/* One of them. */
struct manifest_item {
	int64_t id, level_order;
	const char *level; /* until the next step of `q` */
	unsigned char leaf[MANIFEST_LEAF];
};
void manifest_read(struct query *q, struct manifest_item *ret);

/* The highest level of a draft (its order). FAULT_REFUSED: none is above the default. */
int manifest_highest(struct ledger *l, const struct release_options *o, int64_t *ret, struct fault *f);

/* The lines that hold. `ret` is cleared first. `*ret_count`: how many notices. */
int manifest_write(struct ledger *l, const struct release_options *o, const struct manifest_of *m, struct text *ret,
	int64_t *ret_count, struct fault *f);

/* Until when a release that is made at `at` is valid, if it is signed. */
int64_t manifest_until(const struct policy *p, int64_t at);
/* "sha256:...", or that it cannot be read. */
void manifest_file(const char *path, struct text *out);

#endif
