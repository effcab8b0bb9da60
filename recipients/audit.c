/* SPDX-License-Identifier: MIT */
/*
 * Looks through the whole book, and changes nothing. What a row should say is nobody's to
 * know here; that it is the row that was sealed is.
 */
#include "recipients/audit.h"

#include <string.h>

#include "recipients/ledger_inside.h"
#include "recipients/text.h"

/* Every sealed column; scripts/check-house compares the list with the schema. */
static const struct sealed_column {
	const char *place, *sql;
} sealed_columns[] = {
	{"ledger.check_sealed",
		SQL("SELECT id AS row, check_sealed AS seal FROM ledger")},
	{"run.operator_sealed",
		SQL("SELECT id AS row, operator_sealed AS seal FROM run")},
	{"key_event.said_sealed",
		SQL("SELECT id AS row, said_sealed AS seal FROM key_event")},
	{"source.about_sealed",
		SQL("SELECT id AS row, about_sealed AS seal FROM source")},
	{"source_withdrawn.said_sealed",
		SQL("SELECT source_id AS row, said_sealed AS seal FROM source_withdrawn")},
	{"entry.fields_sealed",
		SQL("SELECT id AS row, fields_sealed AS seal FROM entry")},
	{"record.fields_sealed",
		SQL("SELECT id AS row, fields_sealed AS seal FROM record")},
	{"reject.reason_sealed",
		SQL("SELECT id AS row, reason_sealed AS seal FROM reject")},
	{"signer_revoked.said_sealed",
		SQL("SELECT id AS row, said_sealed AS seal FROM signer_revoked")},
	{"release_emergency.said_sealed",
		SQL("SELECT release_id AS row, said_sealed AS seal FROM release_emergency")},
	{"decision.said_sealed",
		SQL("SELECT id AS row, said_sealed AS seal FROM decision")},
	{"assignment.why_sealed",
		SQL("SELECT id AS row, why_sealed AS seal FROM assignment")},
	{"question.text_sealed",
		SQL("SELECT id AS row, text_sealed AS seal FROM question")},
	{"notice.facts_sealed",
		SQL("SELECT id AS row, facts_sealed AS seal FROM notice")},
	{"stencil.bytes_sealed",
		SQL("SELECT id AS row, bytes_sealed AS seal FROM stencil")},
	{"message.bytes_sealed",
		SQL("SELECT notice_id AS row, bytes_sealed AS seal FROM message")},
	{"outcome.reply_sealed",
		SQL("SELECT attempt_id AS row, reply_sealed AS seal FROM outcome")},
	{"person_decision.said_sealed",
		SQL("SELECT id AS row, said_sealed AS seal FROM person_decision")},
	{"task_event.said_sealed",
		SQL("SELECT id AS row, said_sealed AS seal FROM task_event")},
	{"task_letter.code_sealed",
		SQL("SELECT task_id AS row, code_sealed AS seal FROM task_letter")},
	{"note.text_sealed", SQL("SELECT id AS row, text_sealed AS seal FROM note")},
	{"shield.said_sealed", SQL("SELECT id AS row, said_sealed AS seal FROM shield")},
	{"test_mail.reply_sealed",
		SQL("SELECT id AS row, reply_sealed AS seal FROM test_mail")},
	{"head_start_lifted.said_sealed",
		SQL("SELECT id AS row, said_sealed AS seal FROM head_start_lifted")},
	{"round.said_sealed", SQL("SELECT id AS row, said_sealed AS seal FROM round")},
	{"letter_body.bytes_sealed",
		SQL("SELECT letter_id AS row, bytes_sealed AS seal FROM letter_body")},
	{"reading.said_sealed",
		SQL("SELECT id AS row, said_sealed AS seal FROM reading")},
	{"receipt.said_sealed",
		SQL("SELECT id AS row, said_sealed AS seal FROM receipt")},
	{"letter_ruling.said_sealed",
		SQL("SELECT id AS row, said_sealed AS seal FROM letter_ruling")},
	{"letter_tied.said_sealed",
		SQL("SELECT reading_id AS row, said_sealed AS seal FROM letter_tied")},
	{"reviewer.said_sealed",
		SQL("SELECT id AS row, said_sealed AS seal FROM reviewer")},
	{"reviewer_secret.said_sealed",
		SQL("SELECT id AS row, said_sealed AS seal FROM reviewer_secret")},
	{"reviewer_removed.said_sealed",
		SQL("SELECT reviewer_id AS row, said_sealed AS seal FROM reviewer_removed")},
	{"visit.said_sealed", SQL("SELECT id AS row, said_sealed AS seal FROM visit")},
	{"point.said_sealed", SQL("SELECT id AS row, said_sealed AS seal FROM point")},
	{"point_answer.said_sealed",
		SQL("SELECT id AS row, said_sealed AS seal FROM point_answer")},
	{"asked.said_sealed", SQL("SELECT id AS row, said_sealed AS seal FROM asked")},
};

static int check_column(
	struct ledger *l, const struct sealed_column *c, int64_t *seals, struct fault *f)
{
	auto_query struct query *q = NULL;
	auto_text_buffer plain = {0};
	int got;

	if (ledger_query(l, c->sql, &q, f))
		return -1;
	while ((got = query_next(q, f)) > 0) {
		if (query_sealed(q, "seal", c->place, query_int(q, "row"), &plain, f))
			return fault_prefix(
				f, "row %lld", (long long)query_int(q, "row"));
		(*seals)++;
	}
	return got;
}

int audit_run(struct ledger *l, int64_t *ret_seals, struct fault *f)
{
	auto_query struct query *q = NULL;
	int64_t broken = 0;

	*ret_seals = 0;
	if (ledger_query(l, SQL("SELECT integrity_check FROM pragma_integrity_check(1)"),
		    &q, f) ||
		query_next(q, f) < 0)
		return -1;
	if (strcmp(query_text(q, "integrity_check"), "ok"))
		return fault_set(f, FAULT_LEDGER, "the ledger's file is damaged: %s",
			query_text(q, "integrity_check"));
	query_reset(q);
	if (ledger_number(l, SQL("SELECT count(*) FROM pragma_foreign_key_check"), 0,
		    &broken, f))
		return -1;
	if (broken)
		return fault_set(f, FAULT_LEDGER,
			"%d rows of the ledger point to rows that are gone", (int)broken);
	for (size_t i = 0; i < sizeof(sealed_columns) / sizeof(sealed_columns[0]); i++)
		if (check_column(l, &sealed_columns[i], ret_seals, f))
			return -1;
	return 0;
}

int audit_schema(struct ledger *l, int64_t *ret_gone, struct fault *f)
{
	return ledger_check_schema(l, ret_gone, f);
}
