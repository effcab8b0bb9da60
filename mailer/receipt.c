/* SPDX-License-Identifier: MIT */
/*
 * From a letter's verdict to rows. The verdict is wire/letter.c's, to which notice it
 * belongs tie.c's; what a human says of it settle.c's.
 */
#include "mailer/receipt.h"

#include <stdlib.h>
#include <string.h>

#include "recipients/clock.h"
#include "recipients/text.h"

#define SAID_PAD 128
#define TEXT_PAD 512

struct receipts {
	struct ledger *ledger;
	struct ties *ties;
	struct query *reading, *receipt, *attempt;
	int64_t next_reading, next_receipt;
};

/* --- what it says --- */

static size_t one(struct receipt ret[RECEIPT_MOST], const char *says, const char *kind,
	bool of_person)
{
	ret[0] = (struct receipt){.says = says, .kind = kind, .of_person = of_person};
	return 1;
}

/* A phrase beside a question is no acknowledgement: a human looks at it. */
static size_t of_human(const struct letter *letter, struct receipt ret[RECEIPT_MOST])
{
	const struct {
		const char *says;
		bool is_so;
	} all[] = {{"acknowledged", letter->says_ack && !letter->asks},
		{"question", letter->asks}, {"worried", letter->worried},
		{"replied", !letter->says_ack && !letter->asks && !letter->worried}};
	size_t count = 0;

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (all[i].is_so)
			ret[count++] = (struct receipt){
				.says = all[i].says, .kind = "", .of_person = true};
	return count;
}

size_t receipt_of(const struct letter *letter, const struct letter_recipient *r,
	struct receipt ret[RECEIPT_MOST])
{
	switch (r ? r->class : letter->class) {
	case LETTER_BOUNCE_HARD:
		return one(ret, "bounced", "hard", false);
	case LETTER_BOUNCE_SOFT:
		return one(ret, "bounced", "soft", false);
	case LETTER_BOUNCE_ANY:
		return one(ret, "bounced", "any", false);
	case LETTER_DELAYED:
		return one(ret, "delayed", "", false);
	case LETTER_DELIVERED:
		return one(ret, "delivered", "", false);
	case LETTER_RELAYED:
		return one(ret, "relayed", "", false);
	case LETTER_EXPANDED:
		return one(ret, "expanded", "", false);
	case LETTER_MDN:
		return one(ret,
			strcmp(letter->disposition, "displayed") ? "receipt" : "read", "",
			false);
	case LETTER_AUTO_REPLY:
		(void)one(ret, "away", "", true);
		ret[0].until = letter->away_until * 1000;
		return 1;
	case LETTER_CHALLENGE:
		return one(ret, "challenge", "", false);
	case LETTER_FEEDBACK:
		return one(ret, "complaint", "", false);
	case LETTER_HUMAN:
		return of_human(letter, ret);
	case LETTER_OTHER:
	case LETTER_UNPARSABLE:
	case LETTER_CLASSES:
		break;
	}
	return one(ret, "other", "", false);
}

/* Who writes from an address on file and names the code has our letter before them; a
 * report with a code may be anybody's. An absence moves nothing, whoever tells it. */
bool receipt_counts(const struct receipt *r, enum tie_kind tie, int agrees)
{
	if (tie == TIE_HAND)
		return true;
	if (!strcmp(r->says, "away"))
		return tie_is_strong(tie);
	if (r->of_person)
		return agrees == 1;
	return tie_is_strong(tie) && agrees != 0;
}

/* --- the rows --- */

/* The newest hand-over of a notice; 0: the book knows of none. */
static int last_attempt(struct receipts *r, int64_t notice, int64_t *ret, struct fault *f)
{
	query_bind_int(r->attempt, ":notice", notice);
	if (query_next(r->attempt, f) < 0)
		return -1;
	*ret = query_int(r->attempt, "attempt"); /* NULL reads as 0 */
	query_reset(r->attempt);
	return 0;
}

int receipts_open(
	struct ledger *l, struct ties *t, struct receipts **ret, struct fault *f)
{
	auto_receipts *r = text_alloc(sizeof(*r));

	r->ledger = l;
	r->ties = t;
	if (ledger_number(
		    l, SQL("SELECT max(id) FROM reading"), 0, &r->next_reading, f) ||
		ledger_number(
			l, SQL("SELECT max(id) FROM receipt"), 0, &r->next_receipt, f) ||
		ledger_query(l,
			SQL("INSERT INTO reading (id, letter_id, run_id, at, class, evidence, reason, tied, says_ack, asks,"
			    " worried, said_sealed) VALUES (:id, :letter, :run, :at, :class, :evidence, :reason, :tied,"
			    " :says_ack, :asks, :worried, :said_sealed)"),
			&r->reading, f) ||
		ledger_query(l,
			SQL("INSERT INTO receipt (id, reading_id, notice_id, attempt_id, at, says, kind, tie, agrees, counts,"
			    " until, status, reason, evidence, said_sealed) VALUES (:id, :reading, :notice, :attempt, :at,"
			    " :says, :kind, :tie, :agrees, :counts, :until, :status, :reason, :evidence, :said_sealed)"),
			&r->receipt, f) ||
		ledger_query(l,
			SQL("SELECT max(id) AS attempt FROM attempt WHERE notice_id = :notice"),
			&r->attempt, f))
		return -1;
	*ret = r;
	r = NULL;
	return 0;
}

void receipts_close(struct receipts *r)
{
	if (!r)
		return;
	query_close(r->reading);
	query_close(r->receipt);
	query_close(r->attempt);
	free(r);
}

void receipts_closep(struct receipts **r)
{
	receipts_close(*r);
	*r = NULL;
}

static const char *tied_word(const struct tie *t)
{
	return t->notice ? "tied" : t->other_mode ? "other-mode" : "orphan";
}

static int write_reading(struct receipts *r, const struct receipt_letter *which,
	const struct letter *letter, struct fault *f)
{
	struct query *q = r->reading;
	char date[CLOCK_TEXT];
	auto_row said = {0};

	row_add(&said, RECEIPT_FROM, letter->from);
	row_add(&said, RECEIPT_SUBJECT, letter->subject);
	if (letter->date_ms > 0)
		row_add(&said, RECEIPT_DATE, clock_write(letter->date_ms, date));
	if (letter->class == LETTER_HUMAN)
		row_add(&said, RECEIPT_TEXT, letter->text);
	query_bind_int(q, ":id", ++r->next_reading);
	query_bind_int(q, ":letter", which->id);
	query_bind_int(q, ":run", ledger_run(r->ledger));
	query_bind_int(q, ":at", clock_now());
	query_bind_text(q, ":class", letter_class_name(letter->class));
	query_bind_text(q, ":evidence", letter_evidence_name(letter->evidence));
	query_bind_text(q, ":reason", letter_reason_name(letter->reason));
	query_bind_text(q, ":tied", tied_word(&which->tie));
	query_bind_int(q, ":says_ack", letter->says_ack);
	query_bind_int(q, ":asks", letter->asks);
	query_bind_int(q, ":worried", letter->worried);
	query_bind_sealed(q, ":said_sealed", "reading.said_sealed", r->next_reading,
		said.packed.bytes, said.packed.length, TEXT_PAD);
	return query_run(q, f);
}

static void bind_if(struct query *q, const char *name, bool known, int64_t value)
{
	if (known)
		query_bind_int(q, name, value);
	else
		query_bind_null(q, name);
}

static int write_receipt(struct receipts *r, const struct receipt_letter *which,
	const struct letter *letter, const struct letter_recipient *of,
	const struct receipt *says, int agrees, struct fault *f)
{
	int64_t notice = which->tie.notice, attempt;
	struct query *q = r->receipt;
	auto_row said = {0};

	if (last_attempt(r, notice, &attempt, f))
		return -1;
	if (of) {
		row_add(&said, RECEIPT_RECIPIENT, of->address);
		row_add(&said, RECEIPT_FINAL, of->final);
		row_add(&said, RECEIPT_DIAGNOSTIC, of->diagnostic);
	}
	query_bind_int(q, ":id", ++r->next_receipt);
	query_bind_int(q, ":reading", r->next_reading);
	query_bind_int(q, ":notice", notice);
	bind_if(q, ":attempt", attempt != 0, attempt);
	query_bind_int(q, ":at", which->at);
	query_bind_text(q, ":says", says->says);
	query_bind_text(q, ":kind", says->kind);
	query_bind_text(q, ":tie", tie_name(which->tie.kind));
	bind_if(q, ":agrees", agrees >= 0, agrees);
	query_bind_int(q, ":counts", receipt_counts(says, which->tie.kind, agrees));
	bind_if(q, ":until", says->until > 0, says->until);
	query_bind_text(q, ":status", of ? of->status : "");
	query_bind_text(
		q, ":reason", letter_reason_name(of ? of->reason : letter->reason));
	query_bind_text(q, ":evidence",
		letter_evidence_name(of ? of->evidence : letter->evidence));
	query_bind_sealed(q, ":said_sealed", "receipt.said_sealed", r->next_receipt,
		said.packed.bytes, said.packed.length, SAID_PAD);
	return query_run(q, f);
}

/* What it says of one recipient, or (NULL) of the mail. */
static int write_about(struct receipts *r, const struct receipt_letter *which,
	const struct letter *letter, const struct letter_recipient *of, struct fault *f)
{
	struct receipt says[RECEIPT_MOST];
	size_t count = receipt_of(letter, of, says);
	int agrees = -1;

	if (count && says[0].of_person
			? tie_sender(r->ties, which->tie.notice, letter->from, &agrees, f)
			: of && tie_recipient(r->ties, which->tie.notice, of, &agrees, f))
		return -1;
	for (size_t i = 0; i < count; i++)
		if (write_receipt(r, which, letter, of, &says[i], agrees, f))
			return -1;
	return 0;
}

int receipt_write(struct receipts *r, const struct receipt_letter *which,
	const struct letter *letter, int64_t *ret, struct fault *f)
{
	bool report = letter->class != LETTER_HUMAN &&
		      letter->class != LETTER_AUTO_REPLY && letter->n_recipients;

	if (write_reading(r, which, letter, f))
		return -1;
	*ret = r->next_reading;
	if (!which->tie.notice)
		return 0;
	if (!report)
		return write_about(r, which, letter, NULL, f);
	for (unsigned i = 0; i < letter->n_recipients; i++)
		if (write_about(r, which, letter, &letter->recipients[i], f))
			return -1;
	return 0;
}
