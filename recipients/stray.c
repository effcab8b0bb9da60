/* SPDX-License-Identifier: MIT */
/*
 * Levels of rows, and the list of those that a human must look at. Who a row is, is
 * match.c's; closing one is decision.c's; whose rows are another controller's, match.c's.
 */
#include "recipients/stray.h"

#include <stdlib.h>
#include <string.h>

#include "recipients/facts.h"
#include "recipients/text.h"

/* --- levels --- */

static size_t level_of(const struct stray_rules *r, const struct roster_row *record,
	struct facts_row *row)
{
	uint64_t kinds = exposure_of(r->exposure, record) | exposure_common(r->exposure);
	const char *exposed[EXPOSURE_KINDS_MAX];
	struct policy_verdict v = {0};
	struct facts facts = {.exposed = exposed, .record = row};

	for (size_t i = 0; i < exposure_count(r->exposure); i++)
		if (kinds >> i & 1)
			exposed[facts.exposed_count++] = r->kinds[i];
	facts_row_read(
		row, &r->policy->book, FACTS_RECORD, record->packed, record->length);
	policy_judge(r->policy, &facts, &v);
	return policy_level_of(r->policy, &v);
}

int stray_write(
	struct ledger *l, int64_t set, const struct stray_rules *r, struct fault *f)
{
	auto_query struct query *q = NULL, *insert = NULL;
	auto_facts_row row = {0};
	int got;

	if (ledger_query(l,
		    SQL("SELECT record_id FROM match_now WHERE outcome <> 'matched'"
			" ORDER BY record_id"),
		    &q, f) ||
		ledger_query(l,
			SQL("INSERT INTO record_level (set_id, record_id, level, level_order)"
			    " VALUES (:set, :record, :level, :level_order)"),
			&insert, f))
		return -1;
	query_bind_int(insert, ":set", set);
	while ((got = query_next(q, f)) > 0) {
		int64_t id = query_int(q, "record_id");
		const struct roster_row *record = roster_find(r->records, id);
		size_t order;

		if (!record)
			continue;
		order = level_of(r, record, &row);
		query_bind_int(insert, ":record", id);
		query_bind_text(insert, ":level", r->policy->levels[order].name);
		query_bind_int(insert, ":level_order", (int64_t)order);
		if (query_run(insert, f))
			return -1;
	}
	return got;
}

/* --- the list --- */

struct line {
	json_t *words;
	int64_t rank;  /* open by level, then set apart, then closed */
	size_t record; /* its place among the files' rows */
};

static int compare_lines(const void *a, const void *b)
{
	const struct line *x = a, *y = b;

	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	return x->record < y->record ? -1 : x->record > y->record;
}

static json_t *words(const char *text)
{
	return json_string(text ? text : "");
}

static int read_said(struct query *q, struct row *ret, struct fault *f)
{
	row_clear(ret);
	if (query_null(q, "decision"))
		return 0;
	return query_sealed(q, "said_sealed", "decision.said_sealed",
		query_int(q, "decision"), &ret->packed, f);
}

#define BEHIND 1000 /* all levels */

static int read_line(
	struct query *q, const struct roster *records, struct line *ret, struct fault *f)
{
	const struct roster_row *row = roster_find(records, query_int(q, "record_id"));
	bool waits = query_int(q, "waits") != 0, closed = query_int(q, "closed") != 0;
	const char *state = waits ? "open" : closed ? "closed" : "set apart";
	char scratch[ROSTER_NAME];
	auto_row said = {0};

	*ret = (struct line){0};
	if (!row)
		return 0;
	if (read_said(q, &said, f))
		return -1;
	ret->rank = waits    ? query_int(q, "level_order")
		    : closed ? BEHIND + 2
			     : BEHIND + 1;
	ret->record = (size_t)(row - records->rows);
	ret->words = json_pack("{s:s,s:o,s:s,s:s,s:s,s:o,s:o,s:o,s:o}", "row_id",
		roster_row_name(row, scratch), "level", words(query_text(q, "level")),
		"outcome", query_text(q, "outcome"), "reason", query_text(q, "reason"),
		"state", state, "closed_as",
		words(closed ? query_text(q, "choice") : NULL), "controller",
		words(query_text(q, "controller")), "by", words(row_value(&said, "by")),
		"because", words(row_value(&said, "reason")));
	return 0;
}

static int read_lines(struct query *q, const struct roster *records, struct line **ret,
	size_t *count, struct fault *f)
{
	size_t room = 0;
	int got;

	while ((got = query_next(q, f)) > 0) {
		if (*count == room) {
			room = room ? room * 2 : 256;
			*ret = text_realloc(*ret, room * sizeof(**ret));
		}
		if (read_line(q, records, &(*ret)[*count], f))
			return -1;
		*count += (*ret)[*count].words != NULL;
	}
	return got;
}

int stray_list(struct ledger *l, bool all, json_t **ret, struct fault *f)
{
	const struct roster_wish names = {roster_wants_names, NULL};
	auto_query struct query *q = NULL;
	auto_roster records = {0};
	struct line *lines = NULL;
	size_t count = 0;
	int failed;

	*ret = json_array();
	if (roster_load_records_of(l, &names, &records, f) ||
		ledger_query(l,
			SQL("SELECT m.record_id, m.outcome, m.reason, v.level, coalesce(v.level_order, 999) AS level_order,"
			    " a.controller, r.id AS decision, r.choice, d.said_sealed,"
			    " m.record_id IN (SELECT record_id FROM row_waiting) AS waits,"
			    " m.record_id IN (SELECT record_id FROM row_closed) AS closed"
			    " FROM match_now m LEFT JOIN record_level_now v ON v.record_id = m.record_id"
			    " LEFT JOIN record_apart_now a ON a.record_id = m.record_id"
			    " LEFT JOIN row_ruling r ON r.record_id = m.record_id LEFT JOIN decision d ON d.id = r.id"
			    " WHERE m.record_id IN (SELECT record_id FROM row_waiting) OR (:all AND (a.record_id IS NOT NULL"
			    " OR m.record_id IN (SELECT record_id FROM row_closed)))"),
			&q, f))
		return -1;
	query_bind_int(q, ":all", all);
	failed = read_lines(q, &records, &lines, &count, f);
	if (count)
		qsort(lines, count, sizeof(*lines), compare_lines);
	for (size_t i = 0; i < count; i++)
		(void)json_array_append_new(*ret, lines[i].words);
	free(lines);
	return failed;
}

int stray_levels(struct ledger *l, const struct policy *p, json_t **ret, struct fault *f)
{
	auto_query struct query *q = NULL;
	int got;

	*ret = json_array();
	if (ledger_query(l,
		    SQL("SELECT level, count(*) AS rows FROM row_waiting WHERE level IS NOT NULL"
			" GROUP BY level_order, level ORDER BY level_order"),
		    &q, f))
		return -1;
	while ((got = query_next(q, f)) > 0) {
		const char *name = query_text(q, "level");
		const struct policy_level *level = policy_level_named(p, name);

		(void)json_array_append_new(
			*ret, json_pack("{s:s,s:s,s:I}", "level", name, "title",
				      level ? level->title : name, "rows",
				      (json_int_t)query_int(q, "rows")));
	}
	return got;
}

int stray_closed(struct ledger *l, json_t **ret, struct fault *f)
{
	auto_query struct query *q = NULL;
	int got;

	*ret = json_object();
	if (ledger_query(l,
		    SQL("SELECT choice, count(*) AS rows FROM row_closed"
			" WHERE record_id IN (SELECT id FROM record_now) GROUP BY choice ORDER BY choice"),
		    &q, f))
		return -1;
	while ((got = query_next(q, f)) > 0)
		(void)json_object_set_new(*ret, query_text(q, "choice"),
			json_integer((json_int_t)query_int(q, "rows")));
	return got;
}
