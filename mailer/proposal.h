/* SPDX-License-Identifier: MIT */
/*
 * proposal: a text that waits for signatures, and the signatures under it. Sole writer of proposal, proposal_withdrawn and
 * signature. Whose signatures count is signers.h's; what becomes of a signed text is release.h's and signers.h's.
 */
#ifndef MAILER_PROPOSAL_H
#define MAILER_PROPOSAL_H

#include <stddef.h>
#include <stdint.h>

#include "mailer/sshsig.h"
#include "recipients/fault.h"
#include "recipients/ledger.h"
#include "recipients/text.h"

#define PROPOSAL_DIGEST 65 /* SHA-256 in hex */

#define PROPOSAL_RELEASE "release"
#define PROPOSAL_SIGNERS "signers"

struct proposal {
	int64_t id, at;
	char digest[PROPOSAL_DIGEST];
	struct text text;
};
void proposal_done(struct proposal *p);
#define auto_proposal __attribute__((cleanup(proposal_done))) struct proposal

/* The digest of a text, as it stands in manifests and names releases. */
void proposal_digest(const struct text *text, char digest[PROPOSAL_DIGEST]);

/* What waits now: 1, 0 nothing does, -1. FAULT_REFUSED: the text is not what its digest says. */
int proposal_open(struct ledger *l, const char *kind, const char *mode, struct proposal *ret, struct fault *f);
/* FAULT_REFUSED: it is gone, or is not what its digest says. */
int proposal_get(struct ledger *l, int64_t id, struct proposal *ret, struct fault *f);
/* Another one takes the place of the one that waits. */
int proposal_make(struct ledger *l, const char *kind, const char *mode, int64_t at, const struct text *text,
	struct proposal *ret, struct fault *f);
int proposal_withdraw(struct ledger *l, int64_t id, struct fault *f);

struct proposal_signature {
	char fingerprint[SSHSIG_FINGERPRINT];
	int64_t at;
	char *armour;
};
struct proposal_signatures {
	struct proposal_signature *list; /* oldest first */
	size_t count;
};
int proposal_signatures(struct ledger *l, int64_t id, struct proposal_signatures *ret, struct fault *f);
void proposal_signatures_done(struct proposal_signatures *s);
#define auto_signatures __attribute__((cleanup(proposal_signatures_done))) struct proposal_signatures

/* Keeps one, which the caller has checked. */
int proposal_sign(struct ledger *l, int64_t id, const char *fingerprint, const char *armour, struct fault *f);

#endif
