/* SPDX-License-Identifier: MIT */
/*
 * Lists files and takes them back. Nothing is deleted: what a withdrawal means is in the
 * views of the schema, and match, group and compose find out by themselves that they are
 * not current any more.
 */
#include "recipients/source.h"

#include <stdbool.h>
#include <string.h>

#include "recipients/clock.h"
#include "recipients/text.h"

#define SEAL_PAD 128

static json_t *text_or_null(const char *text)
{
	return text ? json_string(text) : json_null();
}

static int read_withdrawal(struct query *q, json_t *entry, struct fault *f)
{
	auto_row said = {0};
	char at[CLOCK_TEXT];

	if (query_null(q, "withdrawn_at"))
		return json_object_set_new(entry, "withdrawn", json_null());
	if (query_sealed(q, "said_sealed", "source_withdrawn.said_sealed",
		    query_int(q, "id"), &said.packed, f))
		return -1;
	return json_object_set_new(entry, "withdrawn",
		json_pack("{s:s,s:o,s:o}", "at",
			clock_write(query_int(q, "withdrawn_at"), at), "by",
			text_or_null(row_value(&said, "by")), "reason",
			text_or_null(row_value(&said, "reason"))));
}

static int read_source(struct query *q, json_t *list, struct fault *f)
{
	auto_row about = {0};
	char at[CLOCK_TEXT];
	json_t *entry;

	if (query_sealed(q, "about_sealed", "source.about_sealed", query_int(q, "id"),
		    &about.packed, f))
		return -1;
	entry = json_pack("{s:I,s:s,s:o,s:o,s:o,s:o,s:s,s:I,s:I,s:I,s:I}", "source",
		(json_int_t)query_int(q, "number"), "kind", query_text(q, "what"), "file",
		text_or_null(row_value(&about, "#file")), "sheet",
		text_or_null(row_value(&about, "#sheet")), "as_of",
		text_or_null(query_text(q, "as_of")), "where",
		text_or_null(row_value(&about, "#where")), "imported_at",
		clock_write(query_int(q, "started_at"), at), "rows",
		(json_int_t)query_int(q, "rows"), "accepted",
		(json_int_t)query_int(q, "accepted"), "rejected",
		(json_int_t)query_int(q, "rejected"), "people",
		(json_int_t)query_int(q, "people"));
	(void)json_array_append_new(list, entry);
	return read_withdrawal(q, entry, f);
}

int source_list(struct ledger *l, json_t **ret, struct fault *f)
{
	auto_query struct query *q = NULL;
	int got;

	if (ledger_query(l,
		    SQL("SELECT s.*, coalesce(s.purpose, s.kind) AS what, row_number() OVER (ORDER BY s.run_id, s.id) AS number, r.started_at,"
			" w.at AS withdrawn_at, w.said_sealed FROM source s JOIN run r ON r.id = s.run_id"
			" LEFT JOIN source_withdrawn w ON w.source_id = s.id ORDER BY s.run_id, s.id"),
		    &q, f))
		return -1;
	*ret = json_array();
	while ((got = query_next(q, f)) > 0)
		if (read_source(q, *ret, f)) {
			got = -1;
			break;
		}
	if (!got)
		return 0;
	json_decref(*ret);
	*ret = NULL;
	return -1;
}

/* --- taking back --- */

static int find_source(struct ledger *l, int64_t number, int64_t *ret_id, struct fault *f)
{
	auto_query struct query *q = NULL;
	int got;

	if (ledger_query(l,
		    SQL("SELECT id FROM (SELECT id, row_number() OVER (ORDER BY run_id, id) AS number FROM source)"
			" WHERE number = :number"),
		    &q, f))
		return -1;
	query_bind_int(q, ":number", number);
	got = query_next(q, f);
	if (got > 0)
		*ret_id = query_int(q, "id");
	return got ? (got < 0 ? -1 : 0)
		   : fault_set(f, FAULT_USAGE,
			     "no file has the number %lld (import --list shows them)",
			     (long long)number);
}

static int insert(
	struct ledger *l, int64_t id, const char *by, const char *reason, struct fault *f)
{
	auto_query struct query *q = NULL;
	auto_row said = {0};

	if (ledger_query(l,
		    SQL("INSERT INTO source_withdrawn (source_id, run_id, at, said_sealed)"
			" VALUES (:source, :run, :at, :said_sealed)"),
		    &q, f))
		return -1;
	row_add(&said, "by", by);
	row_add(&said, "reason", reason);
	query_bind_int(q, ":source", id);
	query_bind_int(q, ":run", ledger_run(l));
	query_bind_int(q, ":at", clock_now());
	query_bind_sealed(q, ":said_sealed", "source_withdrawn.said_sealed", id,
		said.packed.bytes, said.packed.length, SEAL_PAD);
	return query_run(q, f);
}

/* Everyone of whom it said something. */
static int reopen(struct ledger *l, int64_t id, struct fault *f)
{
	auto_query struct query *q = NULL;

	if (ledger_query(l,
		    SQL("INSERT INTO person_reopened (person_id, source_id, set_id) SELECT person_id, :source,"
			" coalesce((SELECT max(id) FROM compose_set), 0) FROM (SELECT person_id FROM entry"
			" WHERE source_id = :source UNION SELECT c.person_id FROM match_set m CROSS JOIN record r"
			" CROSS JOIN candidate c ON c.set_id = m.id AND c.record_id = r.id WHERE r.source_id = :source"
			" UNION SELECT a.person_id FROM source o CROSS JOIN assignment_now a WHERE o.id = :source"
			" AND o.purpose = 'presume' AND a.presumed)"),
		    &q, f))
		return -1;
	query_bind_int(q, ":source", id);
	return query_run(q, f);
}

/* Adds what is void now, times `sign`: before and after, the difference is this file's.
 */
static int count_void(
	struct ledger *l, int sign, struct source_withdrawal *w, struct fault *f)
{
	int64_t held, out;

	if (ledger_number(l,
		    SQL("SELECT count(*) FROM notice_void WHERE notice_id NOT IN (SELECT notice_id FROM notice_out)"),
		    0, &held, f) ||
		ledger_number(l,
			SQL("SELECT count(*) FROM notice_void WHERE notice_id IN (SELECT notice_id FROM notice_out)"),
			0, &out, f))
		return -1;
	w->held += sign * held;
	w->out += sign * out;
	return 0;
}

static int withdraw(struct ledger *l, int64_t id, const char *by, const char *reason,
	struct source_withdrawal *ret, struct fault *f)
{
	if (ledger_begin(l, f))
		return -1;
	if (count_void(l, -1, ret, f) || insert(l, id, by, reason, f) ||
		reopen(l, id, f) || count_void(l, 1, ret, f)) {
		ledger_rollback(l);
		return -1;
	}
	return ledger_commit(l, f);
}

int source_withdraw(struct ledger *l, int64_t number, const char *by, const char *reason,
	struct source_withdrawal *ret, struct fault *f)
{
	json_t *list = NULL;
	int64_t id = 0;
	int failed;

	*ret = (struct source_withdrawal){0};
	if (find_source(l, number, &id, f) || source_list(l, &list, f))
		return -1;
	ret->about = json_incref(json_array_get(list, (size_t)number - 1));
	json_decref(list);
	ret->already = !json_is_null(json_object_get(ret->about, "withdrawn"));
	failed = ret->already ? 0 : withdraw(l, id, by, reason, ret, f);
	return failed;
}
