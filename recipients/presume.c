/* SPDX-License-Identifier: MIT */
/*
 * Keeps what was presumed, and says who that is now. That they are told, and that they
 * may be in the leak, is group.c's; when a presumption ends is in the schema
 * (presume_now).
 *
 * What can go wrong: a rule that speaks of what is not known yet. It is refused.
 */
#include "recipients/presume.h"

#include <stdlib.h>
#include <string.h>

#include "recipients/clock.h"
#include "recipients/config.h"
#include "recipients/facts.h"
#include "recipients/rule.h"
#include "recipients/text.h"

#define SEAL_PAD 128
#define WHERE "#where"
#define LISTS_MAX 1024

struct presumption {
	json_t *json; /* NULL: no rule, everyone */
	struct facts_book book;
	struct rule *rule;
	bool dated;
	bool lists[LISTS_MAX + 1]; /* by number: those that show the day */
};

static void presumption_done(struct presumption *p)
{
	rule_free(p->rule);
	facts_book_done(&p->book);
	json_decref(p->json);
}
#define auto_presumption __attribute__((cleanup(presumption_done))) struct presumption

/* --- what is presumed --- */

/* Only what the lists say: of the leak nothing is known yet. */
static int check_subjects(const json_t *rule, struct fault *f)
{
	const char *subject;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)rule, subject, value)
	{
		if (strncmp(subject, "person.", 7) != 0)
			return fault_set(f, FAULT_USAGE,
				"--where: %s: before the leak is in hand a rule may speak of person.FIELD alone",
				subject);
	}
	return 0;
}

static int read_rule(struct presumption *p, const struct policy *policy,
	const char *where, struct fault *f)
{
	size_t strings = 0;
	struct config root, names;

	if (!where)
		return 0;
	if (config_parse("--where", where, strlen(where), &p->json, f))
		return -1;
	if (json_is_object(p->json) && check_subjects(p->json, f))
		return -1;
	root = config_root(policy ? policy->json : NULL, "policy.json");
	names = config_member(&root, "unit_aliases");
	return facts_book_aliases(&p->book, names, f) ||
			       rule_parse(config_root(p->json, "--where"), &p->book,
				       &strings, &p->rule, f)
		       ? -1
		       : 0;
}

/* The lists that show the day, else the newest before it, else the first after it. */
static int read_lists(
	struct ledger *l, struct presumption *p, const char *as_of, struct fault *f)
{
	auto_query struct query *q = NULL;
	int got;

	p->dated = as_of != NULL;
	if (!as_of)
		return 0;
	if (ledger_query(l,
		    SQL("WITH list AS (SELECT id, day, row_number() OVER (ORDER BY day, run_id) AS number FROM"
			" (SELECT o.id, o.run_id, coalesce(o.as_of, date(r.started_at / 1000, 'unixepoch')) AS day"
			" FROM source o JOIN run r ON r.id = o.run_id WHERE o.kind = 'people' AND o.purpose IS NULL)),"
			" counting AS (SELECT * FROM list WHERE id IN (SELECT id FROM source_now))"
			" SELECT number FROM counting WHERE day = (SELECT day FROM counting ORDER BY day > :day,"
			" abs(julianday(day) - julianday(:day)) LIMIT 1)"),
		    &q, f))
		return -1;
	query_bind_text(q, ":day", as_of);
	while ((got = query_next(q, f)) > 0)
		if (query_int(q, "number") <= LISTS_MAX)
			p->lists[query_int(q, "number")] = true;
	return got;
}

static int read_presumption(struct ledger *l, const struct policy *policy,
	const char *as_of, const char *where, struct presumption *p, struct fault *f)
{
	return read_rule(p, policy, where, f) || read_lists(l, p, as_of, f) ? -1 : 0;
}

static bool speaks_of(const struct presumption *p, const struct roster_row *entry,
	struct facts_row *scratch)
{
	const struct facts facts = {.person = scratch};

	if (p->dated && (entry->source > LISTS_MAX || !p->lists[entry->source]))
		return false;
	if (!p->rule)
		return true;
	facts_row_read(scratch, &p->book, FACTS_PERSON, entry->packed, entry->length);
	return rule_holds(p->rule, &facts);
}

/* One entry of theirs is enough. */
static void mark(const struct presumption *p, const struct roster *people, bool *ret)
{
	auto_facts_row scratch = {0};

	for (size_t i = 0; i < people->count; i++)
		if (!ret[people->rows[i].person] &&
			speaks_of(p, &people->rows[i], &scratch))
			ret[people->rows[i].person] = true;
}

static int64_t count(const bool *marks, const struct roster *people)
{
	int64_t n = 0;

	for (size_t i = 0; i < people->people_count; i++)
		n += marks[i];
	return n;
}

/* --- asking --- */

int presume_stands(struct ledger *l, bool *ret, struct fault *f)
{
	int64_t count;

	*ret = false;
	if (ledger_number(l, SQL("SELECT count(*) FROM presume_now"), 0, &count, f))
		return -1;
	*ret = count > 0;
	return 0;
}

int presume_alone(struct ledger *l, bool *ret, struct fault *f)
{
	int64_t records;

	if (ledger_number(l, SQL("SELECT count(*) FROM record_now"), 0, &records, f) ||
		presume_stands(l, ret, f))
		return -1;
	*ret = *ret && !records;
	return 0;
}

static int mark_all(struct ledger *l, const struct policy *p, const struct roster *people,
	bool *marks, struct fault *f)
{
	auto_query struct query *q = NULL;
	auto_row about = {0};
	int got;

	if (ledger_query(l,
		    SQL("SELECT id, as_of, about_sealed FROM presume_now ORDER BY run_id"),
		    &q, f))
		return -1;
	while ((got = query_next(q, f)) > 0) {
		auto_presumption one = {0};

		if (query_sealed(q, "about_sealed", "source.about_sealed",
			    query_int(q, "id"), &about.packed, f) ||
			read_presumption(l, p, query_text(q, "as_of"),
				row_value(&about, WHERE), &one, f))
			return -1;
		mark(&one, people, marks);
	}
	return got;
}

int presume_load(struct ledger *l, const struct policy *p, const struct roster *people,
	bool **ret, struct fault *f)
{
	*ret = text_alloc((people->people_count + 1) * sizeof(**ret));
	return mark_all(l, p, people, *ret, f);
}

int presume_count(struct ledger *l, const struct policy *p, int64_t *ret, struct fault *f)
{
	auto_roster people = {0};
	bool *marks = NULL;
	bool stands;
	int failed;

	*ret = 0;
	if (presume_stands(l, &stands, f))
		return -1;
	if (!stands)
		return 0;
	failed = roster_load_entries(l, &people, f) ||
		 presume_load(l, p, &people, &marks, f);
	if (!failed)
		*ret = count(marks, &people);
	free(marks);
	return failed ? -1 : 0;
}

uint64_t presume_blind_levels(const struct policy *p)
{
	uint64_t levels = 0;

	for (size_t i = 0; i < p->book.fields[FACTS_RECORD].count; i++)
		levels |= policy_field_levels(p, FACTS_RECORD, i);
	return levels;
}

/* --- keeping --- */

/* The same words again are the same presumption, until leaked files came in between. */
static int digest(struct ledger *l, const struct presume_options *o, const json_t *rule,
	unsigned char out[VAULT_DIGEST], struct fault *f)
{
	auto_text words = rule ? json_dumps(rule, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
	auto_text all = NULL;
	int64_t run;

	if (ledger_number(l,
		    SQL("SELECT max(run_id) FROM source_now WHERE kind = 'breach'"), 0,
		    &run, f))
		return -1;
	all = text_format("%lld\n%s\n%s", (long long)run, o->as_of ? o->as_of : "",
		words ? words : "");
	vault_digest(ledger_vault(l), "presume", all, strlen(all), out);
	return 0;
}

/* 1: it is in the ledger, and counts. What was withdrawn may be presumed again. */
static int find_already(
	struct ledger *l, unsigned char digest[VAULT_DIGEST], struct fault *f)
{
	auto_query struct query *q = NULL;
	int got;

	if (ledger_query(l,
		    SQL("SELECT id IN (SELECT source_id FROM source_withdrawn) AS withdrawn FROM source"
			" WHERE kind = 'breach' AND digest = :digest"),
		    &q, f))
		return -1;
	for (;;) {
		query_bind_blob(q, ":digest", digest, VAULT_DIGEST);
		got = query_next(q, f);
		if (got <= 0 || !query_int(q, "withdrawn"))
			return got;
		query_reset(q);
		vault_digest(ledger_vault(l), "again", digest, VAULT_DIGEST, digest);
	}
}

static int write_source(struct ledger *l, const struct presume_options *o,
	const unsigned char digest[VAULT_DIGEST], int64_t people, struct fault *f)
{
	auto_query struct query *q = NULL;
	int64_t id = vault_random_id();
	auto_row about = {0};

	if (ledger_query(l,
		    SQL("INSERT INTO source (id, run_id, kind, purpose, as_of, digest, rows, accepted, rejected, people,"
			" known_before, protected, about_sealed) VALUES (:id, :run, 'breach', 'presume', :as_of, :digest, 0, 0, 0,"
			" :people, 0, 0, :about_sealed)"),
		    &q, f))
		return -1;
	row_add(&about, WHERE, o->where);
	query_bind_int(q, ":id", id);
	query_bind_int(q, ":run", ledger_run(l));
	query_bind_text(q, ":as_of", o->as_of);
	query_bind_blob(q, ":digest", digest, VAULT_DIGEST);
	query_bind_int(q, ":people", people);
	query_bind_sealed(q, ":about_sealed", "source.about_sealed", id,
		about.packed.bytes, about.packed.length, SEAL_PAD);
	return query_run(q, f);
}

static int check_day(const char *as_of, struct fault *f)
{
	auto_text midnight = text_format("%sT00:00:00Z", as_of ? as_of : "");
	int64_t day;

	return as_of && (strlen(as_of) != 10 || clock_parse(midnight, &day))
		       ? fault_set(
				 f, FAULT_USAGE, "--as-of takes a day such as 2023-08-01")
		       : 0;
}

static int keep(struct ledger *l, const struct presume_options *o,
	const struct presumption *p, const struct roster *people,
	struct presume_tally *ret, struct fault *f)
{
	unsigned char sum[VAULT_DIGEST];
	bool *marks = text_alloc((people->people_count + 1) * sizeof(*marks));
	int got;

	mark(p, people, marks);
	ret->people = count(marks, people);
	free(marks);
	if (digest(l, o, p->json, sum, f))
		return -1;
	got = find_already(l, sum, f);
	ret->already = got > 0;
	return got < 0 || (!got && write_source(l, o, sum, ret->people, f)) ? -1 : 0;
}

int presume_import(struct ledger *l, const struct presume_options *o,
	struct presume_tally *ret, struct fault *f)
{
	auto_presumption p = {0};
	auto_roster people = {0};

	*ret = (struct presume_tally){0};
	if (check_day(o->as_of, f))
		return -1;
	if (read_presumption(l, o->policy, o->as_of, o->where, &p, f)) {
		if (f->kind ==
			FAULT_CONFIG) /* it stands on the command line, in no file */
			f->kind = FAULT_USAGE;
		return -1;
	}
	if (roster_load_entries(l, &people, f))
		return -1;
	if (!people.count)
		return fault_set(f, FAULT_REFUSED,
			"there is no people list yet: breachmail import people FILE");
	if (ledger_begin(l, f))
		return -1;
	if (keep(l, o, &p, &people, ret, f)) {
		ledger_rollback(l);
		return -1;
	}
	if (!ret->already)
		return ledger_commit(l, f);
	ledger_rollback(l);
	return 0;
}
