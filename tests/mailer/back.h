/* SPDX-License-Identifier: MIT */
/*
 * back: for tests, an incident whose first notice was handed over, and letters about it that
 * no mail system had to write: records as the cage would give them.
 */
#ifndef TESTS_MAILER_BACK_H
#define TESTS_MAILER_BACK_H

#include "tests/mailer/incident.h"

#include "mailer/intake.h"
#include "mailer/receipt.h"
#include "mailer/scribe.h"
#include "mailer/tie.h"

struct back {
	struct incident incident;
	struct ties *ties;
	int64_t notice;
	char *token, *code, *address;
	int64_t attempts, letters;
};

static inline void back_do(struct back *b, const char *sql)
{
	struct fault f = {0};

	fine(ledger_do(b->incident.book.ledger, sql, &f), &f);
}

/* Jo's: the notice to jo@met.police.example. */
static inline void back_find_notice(struct back *b)
{
	auto_query struct query *q = NULL;
	auto_row facts = {0};
	struct fault f = {0};

	fine(ledger_query(b->incident.book.ledger, SQL("SELECT id, facts_sealed FROM notice"), &q, &f),
		&f);
	while (!b->token && query_next(q, &f) > 0) {
		b->notice = query_int(q, "id");
		fine(query_sealed(q, "facts_sealed", "notice.facts_sealed", b->notice, &facts.packed, &f),
			&f);
		if (strncmp(row_value(&facts, SCRIBE_ADDRESS), "jo@", 3) != 0)
			continue;
		b->token = text_copy(row_value(&facts, SCRIBE_TOKEN));
		b->code = text_copy(row_value(&facts, SCRIBE_CODE));
		b->address = text_copy(row_value(&facts, SCRIBE_ADDRESS));
	}
	assert_non_null(b->token);
}

/* Handed over once more; `verdict` NULL: it was claimed, and the sender died. */
static inline void back_attempt(struct back *b, const char *verdict)
{
	auto_query struct query *attempt = NULL, *outcome = NULL;
	struct ledger *l = b->incident.book.ledger;
	struct fault f = {0};

	fine(ledger_query(l,
		     SQL("INSERT INTO attempt (id, run_id, release_id, position, notice_id, at) VALUES (:id, :run, 1, 1, :notice, 1)"),
		     &attempt, &f) ||
			ledger_query(l,
				SQL("INSERT INTO outcome (attempt_id, run_id, at, verdict, code, enhanced, reply_sealed)"
				    " VALUES (:id, :run, 1, :verdict, 250, '', x'00')"),
				&outcome, &f),
		&f);
	query_bind_int(attempt, ":id", ++b->attempts);
	query_bind_int(attempt, ":run", ledger_run(l));
	query_bind_int(attempt, ":notice", b->notice);
	fine(query_run(attempt, &f), &f);
	if (!verdict)
		return;
	query_bind_int(outcome, ":id", b->attempts);
	query_bind_int(outcome, ":run", ledger_run(l));
	query_bind_text(outcome, ":verdict", verdict);
	fine(query_run(outcome, &f), &f);
}

static inline void back_make(struct back *b)
{
	struct fault f = {0};

	*b = (struct back){0};
	incident_make(&b->incident);
	back_find_notice(b);
	back_do(b, SQL("INSERT INTO release (id, run_id, compose_set_id, mode, at, digest, manifest)"
		       " SELECT 1, run_id, id, mode, 1, 'd', 'm' FROM compose_set"));
	back_do(b, SQL("INSERT INTO release_item (release_id, position, notice_id)"
		       " SELECT 1, row_number() OVER (ORDER BY id), id FROM notice"));
	fine(ties_open(b->incident.book.ledger, b->incident.settings, &b->ties, &f), &f);
}

static inline void back_remove(struct back *b)
{
	ties_close(b->ties);
	text_freep(&b->token);
	text_freep(&b->code);
	text_freep(&b->address);
	incident_remove(&b->incident);
}

/* A letter of a class about Jo's notice, with her Message-ID, from her or about her. */
static inline void back_letter(const struct back *b, enum letter_class class, struct letter *ret)
{
	bool person = class == LETTER_HUMAN || class == LETTER_AUTO_REPLY;

	memset(ret, 0, sizeof(*ret));
	ret->class = class;
	ret->evidence = LETTER_BY_REPORT;
	(void)snprintf(ret->from, sizeof(ret->from), "%s",
		person ? b->address : "mailer-daemon@mx.example");
	if (person) {
		ret->n_references = 1;
		(void)snprintf(ret->references[0], LETTER_ID, "%s@met.police.example", b->token);
		return;
	}
	(void)snprintf(ret->orig_message_id, LETTER_ID, "%s@met.police.example", b->token);
	ret->n_recipients = 1;
	ret->recipients[0].class = class;
	ret->recipients[0].evidence = LETTER_BY_REPORT;
	(void)snprintf(ret->recipients[0].address, LETTER_ADDRESS, "%s", b->address);
}

/* Taken in, tied and kept, as track does it. Returns its number. */
static inline int64_t back_come(struct back *b, const struct letter *letter)
{
	auto_text bytes = text_format("letter %lld", (long long)++b->letters);
	const struct mailbox_letter raw = {.bytes = bytes, .length = strlen(bytes)};
	struct ledger *l = b->incident.book.ledger;
	struct receipt_letter which = {.at = 1000 + b->letters};
	auto_receipts *receipts = NULL;
	auto_intake *intake = NULL;
	struct fault f = {0};
	int64_t reading;

	fine(intake_open(l, "rehearsal", &intake, &f) ||
			intake_take(intake, &raw, "file", &which.id, &f) ||
			receipts_open(l, b->ties, &receipts, &f) ||
			tie_find(b->ties, letter, &which.tie, &f) ||
			receipt_write(receipts, &which, letter, &reading, &f),
		&f);
	return which.id;
}

#endif
