/* SPDX-License-Identifier: MIT */
/*
 * Writes decisions. What follows from one is found by the verb that reads it: match,
 * group, send; which rows still wait for one is stray.c's.
 */
#include "recipients/decision.h"

#include <stdlib.h>
#include <string.h>

#include "recipients/clock.h"
#include "recipients/controller.h"
#include "recipients/roster.h"

#define SEAL_PAD 128

static void bind_id(struct query *q, const char *name, int64_t id)
{
	if (id)
		query_bind_int(q, name, id);
	else
		query_bind_null(q, name);
}

static int insert(struct ledger *l, const struct decision *d, struct fault *f)
{
	auto_query struct query *q = NULL;
	auto_row said = {0};
	int64_t id;

	if (ledger_number(l, SQL("SELECT max(id) FROM decision"), 0, &id, f) ||
		ledger_query(l,
			SQL("INSERT INTO decision (id, run_id, at, kind, about, record_id, person_id, attempt_id, choice,"
			    " said_sealed) VALUES (:id, :run, :at, :kind, :about, :record, :person, :attempt, :choice,"
			    " :said_sealed)"),
			&q, f))
		return -1;
	id++;
	row_add(&said, "by", d->by);
	row_add(&said, "reason", d->reason);
	query_bind_int(q, ":id", id);
	query_bind_int(q, ":run", ledger_run(l));
	query_bind_int(q, ":at", clock_now());
	query_bind_text(q, ":kind", d->kind);
	query_bind_text(q, ":about", d->about);
	bind_id(q, ":record", d->record);
	bind_id(q, ":person", d->person);
	bind_id(q, ":attempt", d->attempt);
	query_bind_text(q, ":choice", d->choice);
	query_bind_sealed(q, ":said_sealed", "decision.said_sealed", id,
		said.packed.bytes, said.packed.length, SEAL_PAD);
	return query_run(q, f);
}

int decision_accepted(struct ledger *l, const char *key, bool *ret, struct fault *f)
{
	auto_query struct query *q = NULL;
	int got;

	if (ledger_query(l,
		    SQL("SELECT 1 FROM decision WHERE kind = 'accept' AND about = :key"),
		    &q, f))
		return -1;
	query_bind_text(q, ":key", key);
	got = query_next(q, f);
	*ret = got > 0;
	return got < 0 ? -1 : 0;
}

int decision_write(struct ledger *l, const struct decision *d, struct fault *f)
{
	if (ledger_begin(l, f))
		return -1;
	if (insert(l, d, f)) {
		ledger_rollback(l);
		return -1;
	}
	return ledger_commit(l, f);
}

/* Is this what was decided last about the row? */
static int stands(struct ledger *l, const struct decision *d, bool *ret, struct fault *f)
{
	auto_query struct query *q = NULL;
	int got;

	if (ledger_query(l,
		    SQL("SELECT choice = :choice AND person_id IS :person AND about IS :about AS same"
			" FROM decision WHERE kind = 'row' AND record_id = :record ORDER BY id DESC LIMIT 1"),
		    &q, f))
		return -1;
	query_bind_text(q, ":choice", d->choice);
	bind_id(q, ":person", d->person);
	query_bind_text(q, ":about", d->about);
	query_bind_int(q, ":record", d->record);
	got = query_next(q, f);
	*ret = got > 0 && query_int(q, "same");
	return got < 0 ? -1 : 0;
}

int decision_write_all(struct ledger *l, const struct decision *d, size_t count,
	size_t *ret, struct fault *f)
{
	*ret = 0;
	if (ledger_begin(l, f))
		return -1;
	for (size_t i = 0; i < count; i++) {
		bool same;

		if (stands(l, &d[i], &same, f) || (!same && insert(l, &d[i], f))) {
			ledger_rollback(l);
			return -1;
		}
		*ret += !same;
	}
	return ledger_commit(l, f);
}

int decision_accept(struct ledger *l, const char *key, const char *by, const char *reason,
	struct fault *f)
{
	struct decision d = {.kind = "accept",
		.choice = "accept",
		.about = key,
		.by = by,
		.reason = reason};
	auto_query struct query *q = NULL;
	int got;

	if (ledger_query(l, SQL("SELECT 1 FROM question_now WHERE key = :key"), &q, f))
		return -1;
	query_bind_text(q, ":key", key);
	got = query_next(q, f);
	query_reset(q);
	if (got <= 0)
		return got ? -1
			   : fault_set(f, FAULT_USAGE,
				     "there is no open question '%s' (breachmail approve lists them)",
				     key);
	return decision_write(l, &d, f);
}

/* A name that two have decides nothing: it could meet the wrong one. */
static int find_row(
	const struct roster *records, const char *name, size_t *ret, struct fault *f)
{
	char scratch[ROSTER_NAME];
	size_t found = 0;

	for (size_t i = 0; i < records->count; i++)
		if (!strcmp(roster_row_name(&records->rows[i], scratch), name)) {
			*ret = i;
			found++;
		}
	if (!found)
		return fault_set(f, FAULT_USAGE,
			"no leaked row is called '%s' (match --export lists them)", name);
	return found == 1
		       ? 0
		       : fault_set(f, FAULT_USAGE,
				 "%zu leaked rows are called '%s': nobody can tell which is meant",
				 found, name);
}

static int find_person(
	const struct roster *people, const char *name, size_t *ret, struct fault *f)
{
	char scratch[ROSTER_NAME];
	size_t found = 0;

	for (size_t i = 0; i < people->people_count; i++)
		if (!strcmp(roster_person_name(people, i, scratch), name)) {
			*ret = i;
			found++;
		}
	if (!found)
		return fault_set(f, FAULT_USAGE, "nobody on the list has this number");
	return found == 1 ? 0
			  : fault_set(f, FAULT_USAGE,
				    "%zu people on the list have this number", found);
}

int decision_row(struct ledger *l, const char *row, const char *person, bool all,
	const char *by, const char *reason, struct fault *f)
{
	struct decision d = {.kind = "row",
		.choice = person ? "person"
			  : all  ? "all-candidates"
				 : "nobody",
		.by = by,
		.reason = reason};
	auto_roster people = {0}, records = {0};
	size_t r = 0, p = 0;

	if (roster_load_records(l, &records, f) || roster_load_entries(l, &people, f) ||
		find_row(&records, row, &r, f) ||
		(person && find_person(&people, person, &p, f)))
		return -1;
	d.record = records.rows[r].id;
	d.person = person ? people.people[p] : 0;
	return decision_write(l, &d, f);
}

/* --- closing rows --- */

const char *const decision_closings[] = {
	"leaver", "other-controller", "not-a-person", "junk", NULL};

static int is_apart(struct ledger *l, int64_t record, bool *ret, struct fault *f)
{
	auto_query struct query *q = NULL;
	int got;

	if (ledger_query(l,
		    SQL("SELECT 1 FROM record_apart_now WHERE record_id = :record"), &q,
		    f))
		return -1;
	query_bind_int(q, ":record", record);
	got = query_next(q, f);
	*ret = got > 0;
	return got < 0 ? -1 : 0;
}

/* Whoever is to get a row must be known: it is exported for them. */
static int check_controller(struct ledger *l, const struct decision_closing *c,
	const char *row, int64_t record, struct fault *f)
{
	bool known;

	if (strcmp(c->choice, "other-controller") != 0 || c->controller)
		return 0;
	if (is_apart(l, record, &known, f))
		return -1;
	return known ? 0
		     : fault_set(f, FAULT_USAGE,
			       "row %s: whose is it? --controller NAME goes with other-controller",
			       row);
}

static int find_all(
	struct ledger *l, const struct decision_closing *c, int64_t *ids, struct fault *f)
{
	auto_roster records = {0};

	if (roster_load_records(l, &records, f))
		return -1;
	for (size_t i = 0; i < c->count; i++) {
		size_t at;

		if (find_row(&records, c->rows[i], &at, f))
			return -1;
		ids[i] = records.rows[at].id;
		if (check_controller(l, c, c->rows[i], ids[i], f))
			return -1;
	}
	return 0;
}

static int insert_all(struct ledger *l, const struct decision_closing *c,
	const int64_t *ids, size_t count, struct fault *f)
{
	struct decision d = {.kind = "row",
		.choice = c->choice,
		.about = c->controller,
		.by = c->by,
		.reason = c->reason};

	if (ledger_begin(l, f))
		return -1;
	for (size_t i = 0; i < count; i++) {
		d.record = ids[i];
		if (insert(l, &d, f)) {
			ledger_rollback(l);
			return -1;
		}
	}
	return ledger_commit(l, f);
}

int decision_close(struct ledger *l, const struct decision_closing *c, struct fault *f)
{
	int64_t *ids = text_alloc(c->count * sizeof(*ids));
	int failed = find_all(l, c, ids, f) || insert_all(l, c, ids, c->count, f);

	free(ids);
	return failed ? -1 : 0;
}

int decision_close_all(struct ledger *l, const char *controller, const char *by,
	const char *reason, size_t *ret, struct fault *f)
{
	const struct decision_closing c = {
		.choice = "other-controller", .by = by, .reason = reason};
	auto_query struct query *q = NULL;
	int64_t *ids = NULL;
	int got;

	*ret = 0;
	if (ledger_query(l,
		    SQL("SELECT record_id, controller FROM record_apart_now"
			" WHERE record_id NOT IN (SELECT record_id FROM row_closed)"),
		    &q, f))
		return -1;
	while ((got = query_next(q, f)) > 0) {
		if (!controller_same(query_text(q, "controller"), controller))
			continue;
		ids = text_realloc(ids, (*ret + 1) * sizeof(*ids));
		ids[(*ret)++] = query_int(q, "record_id");
	}
	query_reset(q);
	if (!got && *ret)
		got = insert_all(l, &c, ids, *ret, f);
	free(ids);
	return got;
}
