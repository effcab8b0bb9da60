/* SPDX-License-Identifier: MIT */
/*
 * receipt: what a letter proves, in the words that the ledger keeps. Sole writer of reading and receipt.
 *
 * No more than what it says: a report of failure fails, one of delivery delivers, "relayed" and "expanded" are no
 * delivery, a delay is no failure, an automatic answer is nobody who knows. A person acknowledges with an explicit phrase
 * of their own, without a question beside it, from an address that we have of them. What counts and what state follows
 * stands in recipients/schema/0009-letters.sql.
 */
#ifndef MAILER_RECEIPT_H
#define MAILER_RECEIPT_H

#include <stdbool.h>
#include <stdint.h>

#include "mailer/tie.h"
#include "mailer/wire/letter.h"
#include "recipients/fault.h"
#include "recipients/ledger.h"

/* What a reading and its receipts hold sealed, as rows. */
#define RECEIPT_FROM "from"
#define RECEIPT_SUBJECT "subject"
#define RECEIPT_DATE "date" /* RFC 3339; as the letter says */
#define RECEIPT_TEXT "text" /* what a person wrote anew */
#define RECEIPT_RECIPIENT "recipient"
#define RECEIPT_FINAL "final"
#define RECEIPT_DIAGNOSTIC "diagnostic"

/* One thing that a letter says of a notice. */
struct receipt {
	const char *says, *kind; /* of the schema's lists; kind "" but for a bounce */
	bool of_person;		 /* by whoever wrote it, not by a mail system */
	int64_t until;		 /* away, ms; 0: not said */
};

#define RECEIPT_MOST 4 /* that one letter can say at once, but for its recipients */

/* Of a whole letter, or of one recipient of a report (NULL: it names none). Returns how many. */
size_t receipt_of(const struct letter *letter, const struct letter_recipient *r, struct receipt ret[RECEIPT_MOST]);
/* Does it move its notice? `agrees` as tie_recipient gives it. */
bool receipt_counts(const struct receipt *r, enum tie_kind tie, int agrees);

struct receipts;
int receipts_open(struct ledger *l, struct ties *t, struct receipts **ret, struct fault *f);
void receipts_close(struct receipts *r);
void receipts_closep(struct receipts **r);
#define auto_receipts __attribute__((cleanup(receipts_closep))) struct receipts

/* Which letter, when it was taken in, and what it hangs on. */
struct receipt_letter {
	int64_t id, at;
	struct tie tie;
};
/* Within a transaction. `*ret`: the reading. */
int receipt_write(struct receipts *r, const struct receipt_letter *which, const struct letter *letter, int64_t *ret,
	struct fault *f);

#endif
