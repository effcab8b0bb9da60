/* SPDX-License-Identifier: MIT */
/*
 * tie: which notice a letter speaks of, and how sure that is.
 *
 * Each notice has 128 random bits of its own, its token. They stand in its Message-ID, in its envelope id, and, where
 * `envelope_from` has "{token}", in the address that its bounces come to; in the ledger there is a keyed digest of them.
 * So a token is its own signature: who names one has seen the mail, and who has not cannot guess it. A truncated MAC of
 * some number would be shorter and prove the same. For the same reason a report that comes to another address, but
 * returns our Message-ID, counts as much as one with the token in its address: relays that know no VERP send such.
 *
 * Without any of them nothing that a report says counts, be the recipient and the reference code as right as they may:
 * both can be known to others. The code is for people; whether it counts depends on who wrote (tie_sender).
 *
 * A letter about a notice of the other mode (a rehearsal's, in live) is tied to nothing, and says so.
 */
#ifndef MAILER_TIE_H
#define MAILER_TIE_H

#include <stdbool.h>
#include <stdint.h>

#include "mailer/settings.h"
#include "mailer/wire/letter.h"
#include "recipients/fault.h"
#include "recipients/ledger.h"

/* Strongest first. */
enum tie_kind {
	TIE_NONE,
	TIE_TOKEN,	/* the address that it came to */
	TIE_ENVID,	/* Original-Envelope-Id */
	TIE_MESSAGE_ID, /* of the mail that it reports on */
	TIE_REFERENCES, /* In-Reply-To, References */
	TIE_CODE,
	TIE_CODE_QUOTED, /* in quoted text alone */
	TIE_HAND	 /* a human said so */
};
const char *tie_name(enum tie_kind kind);
/* "the address that it came to holds our token" ... */
const char *tie_words(const char *name);
/* Proves that its author has seen the mail. */
bool tie_is_strong(enum tie_kind kind);

struct tie {
	enum tie_kind kind;
	int64_t notice; /* 0: none */
	bool other_mode;
};

struct ties;
int ties_open(struct ledger *l, const struct settings *s, struct ties **ret, struct fault *f);
void ties_close(struct ties *t);
void ties_closep(struct ties **t);
#define auto_ties __attribute__((cleanup(ties_closep))) struct ties

int tie_find(struct ties *t, const struct letter *letter, struct tie *ret, struct fault *f);
/* By a reference code as somebody types it; `*ret` 0: no notice of this mode has it. */
int tie_code(struct ties *t, const char *typed, int64_t *ret, struct fault *f);

/*
 * Does an address that a report names agree with the notice's own? -1: it names none, 0 no, 1 yes. Case does not count,
 * and a host of the domain is as good as the domain: mail systems change both on the way.
 */
int tie_recipient(struct ties *t, int64_t notice, const struct letter_recipient *r, int *ret, struct fault *f);
/* Is the sender the notice's recipient, or somebody by an address that a list has for the same person? As above. */
int tie_sender(struct ties *t, int64_t notice, const char *from, int *ret, struct fault *f);

#endif
