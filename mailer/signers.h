/* SPDX-License-Identifier: MIT */
/*
 * signers: who may sign a release, and how many must. Sole writer of signer_set, signer_revoked.
 *
 * The list is a readable text (a proposal of kind "signers"): name, public key and term of each, how many must sign, and
 * whether the emergency rule is on; it names the list before it by its digest. While fewer people are on it than must sign,
 * whoever keeps the ledger adds to it: there is nobody to ask. From then on it is pinned: another list takes effect only with
 * the signatures of as many people of the old one as had to sign a release. All of it is checked from the first list on each
 * time that it is loaded.
 *
 * Two names are two people, and so are two keys: no name (case-blind) and no key stands on a list twice.
 *
 * Revoking acts at once: a signature of that person counts no more under a release, also under one that is made. The list
 * stays pinned, and another list leaves them out, unless they are enrolled again. Should fewer be left than must sign, the
 * revoked count once more, but only for another list: a slip must not end an incident.
 */
#ifndef MAILER_SIGNERS_H
#define MAILER_SIGNERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mailer/proposal.h"
#include "mailer/sshsig.h"
#include "recipients/fault.h"
#include "recipients/ledger.h"
#include "recipients/policy.h"
#include "recipients/text.h"

/* The namespaces of signatures: under a list, and under a release. */
#define SIGNERS_SPACE "breachmail-signers"
#define RELEASE_SPACE "breachmail-release"

struct signer {
	char *name, *key; /* "ssh-ed25519 AAAA..." */
	char fingerprint[SSHSIG_FINGERPRINT];
	int64_t expires; /* 0: never */
	bool revoked;
};
struct signers {
	int64_t set; /* 0: there is no list yet */
	char digest[PROPOSAL_DIGEST];
	int64_t approvals;
	bool emergency;
	struct signer list[POLICY_MAX_SIGNERS];
	size_t count;
};
void signers_done(struct signers *s);
#define auto_signers __attribute__((cleanup(signers_done))) struct signers

/* FAULT_REFUSED: the ledger's lists do not follow from one another. */
int signers_load(struct ledger *l, struct signers *ret, struct fault *f);
bool signers_pinned(const struct signers *s);
/* FAULT_REFUSED: pinned, and the policy says something else. */
int signers_agree(const struct signers *s, const struct policy *p, struct fault *f);

/* What the policy asks for, with all of `now` but who was revoked. `*ret_changed`: is it another list? */
int signers_wanted(const struct signers *now, const struct policy *p, struct signers *ret, bool *ret_changed,
	struct fault *f);
/* FAULT_REFUSED: name or key stands there already. FAULT_USAGE: no name that can stand in a line. */
int signers_add(struct signers *s, const char *name, const char *key, const char *fingerprint, int64_t expires,
	struct fault *f);
const struct signer *signers_named(const struct signers *s, const char *name);

/* Writes the list: it takes effect at once where `now` is not pinned, else it waits. `*ret_effect`: did it? */
int signers_propose(struct ledger *l, const char *mode, const struct signers *now, const struct signers *wanted,
	struct proposal *ret, bool *ret_effect, struct fault *f);
/* The list that waits takes effect, if as many have signed as must. */
int signers_settle(struct ledger *l, const struct signers *now, const struct proposal *p, bool *ret_effect, struct fault *f);
int signers_revoke(struct ledger *l, const struct signers *now, const struct signer *who, const char *by, const char *reason,
	struct fault *f);

/* Who has signed a proposal, as far as it counts now. FAULT_REFUSED: one of its signatures is not good. */
struct signers_tally {
	size_t count;
	const struct signer *who[POLICY_MAX_SIGNERS]; /* of the list */
};
int signers_count(struct ledger *l, const struct signers *s, const struct proposal *p, const char *space,
	struct signers_tally *ret, struct fault *f);

/*
 * Whose signature this is: one on the list, who may sign now and has not yet. Everything else is FAULT_REFUSED: not over
 * this text, of nobody on the list, under another namespace, of a key that expired or was revoked, a second one.
 */
int signers_check(struct ledger *l, const struct signers *s, const struct proposal *p, const char *space,
	const char *armour, const struct signer **ret, struct fault *f);

#endif
