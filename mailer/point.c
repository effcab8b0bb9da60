/* SPDX-License-Identifier: MIT */
/*
 * Points and answers. How they come in is visits.c's, where they are shown export.c's.
 */
#include "mailer/point.h"
#include "mailer/show.h"

#include <string.h>

#include "recipients/clock.h"

#define SEAL_PAD 256

static void bind_said(struct query *q, const char *place, int64_t row, const char *name,
	const char *value, const char *words)
{
	auto_row said = {0};

	row_add(&said, name, value);
	row_add(&said, "words", words);
	query_bind_sealed(q, ":said_sealed", place, row, said.packed.bytes,
		said.packed.length, SEAL_PAD);
}

int point_raise(struct ledger *l, int64_t reviewer, int64_t at, const char *text,
	const char *words, struct fault *f)
{
	auto_query struct query *q = NULL;
	int64_t id;

	if (ledger_number(l, SQL("SELECT max(id) FROM point"), 0, &id, f) ||
		ledger_query(l,
			SQL("INSERT INTO point (id, run_id, at, reviewer_id, said_sealed)"
			    " VALUES (:id, :run, :at, :reviewer, :said_sealed)"),
			&q, f))
		return -1;
	query_bind_int(q, ":id", ++id);
	query_bind_int(q, ":run", ledger_run(l));
	query_bind_int(q, ":at", at);
	query_bind_int(q, ":reviewer", reviewer);
	bind_said(q, "point.said_sealed", id, "text", text, words);
	return query_run(q, f);
}

static int check_there(
	struct ledger *l, const char *mode, int64_t number, struct fault *f)
{
	auto_query struct query *q = NULL;
	int got;

	if (ledger_query(l,
		    SQL("SELECT 1 FROM point p JOIN run r ON r.id = p.run_id WHERE p.id = :id AND r.mode = :mode"),
		    &q, f))
		return -1;
	query_bind_int(q, ":id", number);
	query_bind_text(q, ":mode", mode);
	got = query_next(q, f);
	query_reset(q);
	if (got)
		return got < 0 ? -1 : 0;
	return fault_set(f, FAULT_USAGE,
		"there is no point %lld (review --points lists them)", (long long)number);
}

static int insert_answer(struct ledger *l, int64_t number, const char *by,
	const char *words, struct fault *f)
{
	auto_query struct query *q = NULL;
	int64_t id;

	if (ledger_number(l, SQL("SELECT max(id) FROM point_answer"), 0, &id, f) ||
		ledger_query(l,
			SQL("INSERT INTO point_answer (id, point_id, run_id, at, said_sealed)"
			    " VALUES (:id, :point, :run, :at, :said_sealed)"),
			&q, f))
		return -1;
	query_bind_int(q, ":id", ++id);
	query_bind_int(q, ":point", number);
	query_bind_int(q, ":run", ledger_run(l));
	query_bind_int(q, ":at", clock_now());
	bind_said(q, "point_answer.said_sealed", id, "by", by, words);
	return query_run(q, f);
}

int point_answer(struct ledger *l, const char *mode, int64_t number, const char *by,
	const char *words, struct fault *f)
{
	if (!words[strspn(words, " \t\r\n")] || strlen(words) > POINT_WORDS)
		return fault_set(f, FAULT_USAGE, "an answer has words, at most %d bytes",
			POINT_WORDS);
	if (ledger_begin(l, f))
		return -1;
	if (check_there(l, mode, number, f) || insert_answer(l, number, by, words, f)) {
		ledger_rollback(l);
		return -1;
	}
	return ledger_commit(l, f);
}

static int add_point(struct query *q, json_t *list, struct fault *f)
{
	auto_row said = {0}, answer = {0};
	json_t *point;

	if (query_sealed(q, "said_sealed", "point.said_sealed", query_int(q, "id"),
		    &said.packed, f))
		return -1;
	point = json_pack("{s:I,s:o,s:I,s:s?,s:s?,s:n,s:n,s:n}", "number",
		(json_int_t)query_int(q, "id"), "at", show_time(q, "at"), "reviewer",
		(json_int_t)query_int(q, "reviewer_id"), "text", row_value(&said, "text"),
		"words", row_value(&said, "words"), "answer", "answered_at",
		"answered_by");
	(void)json_array_append_new(list, point);
	if (query_null(q, "answer_id"))
		return 0;
	if (query_sealed(q, "answer_sealed", "point_answer.said_sealed",
		    query_int(q, "answer_id"), &answer.packed, f))
		return -1;
	(void)json_object_set_new(
		point, "answer", json_string(row_value(&answer, "words")));
	(void)json_object_set_new(
		point, "answered_by", json_string(row_value(&answer, "by")));
	return json_object_set_new(point, "answered_at", show_time(q, "answered_at"));
}

int point_list(struct ledger *l, const char *mode, int64_t reviewer, json_t **ret,
	struct fault *f)
{
	auto_query struct query *q = NULL;
	int got;

	*ret = json_array();
	if (ledger_query(l,
		    SQL("SELECT p.id, p.at, p.reviewer_id, p.said_sealed, a.id AS answer_id, a.at AS answered_at,"
			" a.said_sealed AS answer_sealed FROM point p JOIN run r ON r.id = p.run_id"
			" LEFT JOIN point_answer a ON a.id = (SELECT max(id) FROM point_answer WHERE point_id = p.id)"
			" WHERE r.mode = :mode AND :reviewer IN (0, p.reviewer_id) ORDER BY p.id"),
		    &q, f))
		return -1;
	query_bind_text(q, ":mode", mode);
	query_bind_int(q, ":reviewer", reviewer);
	while ((got = query_next(q, f)) > 0)
		if (add_point(q, *ret, f))
			return -1;
	return got;
}
