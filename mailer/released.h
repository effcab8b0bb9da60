/* SPDX-License-Identifier: MIT */
/*
 * released: the mail of a released notice exactly as it was released, or nothing.
 *
 * Bytes and recipient are opened and hashed again, each time: what does not agree with the digests that the release rests on
 * is never given out. A group is claimed before its turn, so a mail stays sealed, and small, until it goes.
 */
#ifndef MAILER_RELEASED_H
#define MAILER_RELEASED_H

#include <stdint.h>

#include "mailer/store.h"
#include "recipients/fault.h"
#include "recipients/ledger.h"
#include "recipients/text.h"
#include "recipients/vault.h"

struct released_mail {
	char *to, *envelope_from, *token; /* the token also stands in the Message-ID */
	struct text bytes;
	/* as the ledger holds it, until it is opened */
	struct text facts;
	struct store_piece piece;
	unsigned char sha256[VAULT_SHA256], recipient[VAULT_DIGEST], of_token[VAULT_DIGEST];
};
void released_mail_done(struct released_mail *m);

struct released;
/* `envelope_from` as in the settings: "{token}" in it becomes the notice's. Kept, not copied. */
int released_open(struct ledger *l, const char *envelope_from, struct released **ret, struct fault *f);
void released_close(struct released *r); /* NULL is fine */

/* In the claim's transaction: what the ledger holds of it, still sealed. FAULT_LEDGER: it is gone. `m` is `{0}` before. */
int released_take(struct released *r, int64_t notice, struct released_mail *m, struct fault *f);
/* When its turn comes: opens and proves it. FAULT_REFUSED: it is not what was released. */
int released_prove(struct released *r, int64_t notice, struct released_mail *m, struct fault *f);

/* Only to whom it goes, for when it is not yet its turn. New memory. */
int released_to(struct released *r, int64_t notice, char **ret, struct fault *f);

/* The envelope sender: "bounces+{token}@..." with the notice's token. New memory. */
char *released_sender(const char *pattern, const char *token);

#endif
