/* SPDX-License-Identifier: MIT */
/*
 * Finds the questions. Who may leave them open, and when they stop a release, is
 * approve's business.
 */
#include "recipients/question.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "recipients/text.h"

#define SEAL_PAD 256
#define OFTEN 0.05 /* empty for more people than this is a question */
#define UNITS_SHOWN 40

struct asking {
	struct query *insert;
	const struct policy *policy;
	const struct roster *people, *records;
	const struct vault *vault;
};

static int ask(struct asking *a, const char *key, const char *text, struct fault *f)
{
	int64_t id = vault_random_id();

	query_bind_int(a->insert, ":id", id);
	query_bind_text(a->insert, ":key", key);
	query_bind_sealed(a->insert, ":text_sealed", "question.text_sealed", id, text,
		strlen(text), SEAL_PAD);
	return query_run(a->insert, f);
}

/* A question whose answer holds only for exactly this text: another list of units is
 * another question. */
static int ask_about_text(
	struct asking *a, const char *what, const struct text *words, struct fault *f)
{
	unsigned char digest[VAULT_DIGEST];
	char hex[2 * VAULT_DIGEST + 1];
	auto_text key = NULL;

	vault_digest(a->vault, what, words->bytes, words->length, digest);
	vault_hex(digest, sizeof(digest), hex);
	key = text_format("%s:%.6s", what, hex);
	return ask(a, key, words->bytes, f);
}

/* --- people lists against the ones before --- */

static int ask_about_list(struct asking *a, const char *what, int64_t number,
	const char *text, struct fault *f)
{
	auto_text key = text_format("list-%s:%lld", what, (long long)number);

	return ask(a, key, text, f);
}

static int ask_about_lists(struct asking *a, struct ledger *l, struct fault *f)
{
	auto_query struct query *q = NULL;
	int got;

	if (ledger_query(l,
		    SQL("SELECT *, people < 0.9 * before_people AS fewer, as_of < before_as_of AS older,"
			" known_before < 0.8 * min(people, before_people) AS unlike, protected < before_protected AS lost FROM"
			" (SELECT number, people, known_before, protected, as_of,"
			" lag(people) OVER w AS before_people, lag(protected) OVER w AS before_protected,"
			" lag(as_of) OVER w AS before_as_of FROM (SELECT *, row_number() OVER (ORDER BY run_id) AS number"
			" FROM source WHERE kind = 'people' AND purpose IS NULL) WHERE id IN (SELECT id FROM source_now)"
			" WINDOW w AS (ORDER BY run_id))"
			" WHERE before_people IS NOT NULL"),
		    &q, f))
		return -1;
	while ((got = query_next(q, f)) > 0) {
		int64_t n = query_int(q, "number"), now = query_int(q, "people"),
			then = query_int(q, "before_people");
		auto_text fewer = text_format(
			"People list %lld has %lld people, the one before had %lld.",
			(long long)n, (long long)now, (long long)then);
		auto_text unlike = text_format(
			"Only %lld of the %lld people of list %lld were on an earlier list.",
			(long long)query_int(q, "known_before"), (long long)now,
			(long long)n);
		auto_text lost = text_format(
			"List %lld has %lld protected people, the one before had %lld.",
			(long long)n, (long long)query_int(q, "protected"),
			(long long)query_int(q, "before_protected"));

		if ((query_int(q, "fewer") && ask_about_list(a, "fewer", n, fewer, f)) ||
			(query_int(q, "unlike") &&
				ask_about_list(a, "unlike", n, unlike, f)) ||
			(query_int(q, "lost") &&
				ask_about_list(a, "protected", n, lost, f)) ||
			(query_int(q, "older") &&
				ask_about_list(a, "older", n,
					"This people list is older than the one before it.",
					f)))
			return -1;
	}
	return got;
}

/* --- fields of rules --- */

static size_t count_filled(
	const struct roster *r, bool newest_of_person, const char *name)
{
	size_t filled = 0, count = newest_of_person ? r->people_count : r->count;

	for (size_t i = 0; i < count; i++)
		filled +=
			roster_value(newest_of_person ? roster_newest(r, i) : &r->rows[i],
				name) != NULL;
	return filled;
}

static int ask_about_field(
	struct asking *a, enum facts_side side, const char *name, struct fault *f)
{
	bool person = side == FACTS_PERSON;
	const struct roster *r = person ? a->people : a->records;
	size_t all = person ? r->people_count : r->count,
	       filled = count_filled(r, person, name);
	const char *who = person ? "person" : "record";
	auto_text key =
		text_format("%s:%s.%s", filled ? "often-empty" : "no-column", who, name);
	auto_text words = NULL;

	if (!filled && !strcmp(name, "part")) /* of a case the list says it (parties.h) */
		filled = count_filled(a->people, false, name);
	if (!all ||
		(filled && (!person || (double)(all - filled) <= OFTEN * (double)all)))
		return 0;
	if (filled)
		words = text_format(
			"A rule asks for %s.%s, which is empty for %zu of %zu people.",
			who, name, all - filled, all);
	else
		words = text_format(
			"A rule asks for %s.%s, and no column of the %s gives it: such a rule never fires.",
			who, name, person ? "people lists" : "leak");
	return ask(a, key, words, f);
}

static int ask_about_fields(struct asking *a, struct fault *f)
{
	for (int side = 0; side < FACTS_SIDES; side++) {
		const struct facts_fields *fields = &a->policy->book.fields[side];

		for (size_t i = 0; i < fields->count; i++)
			if (ask_about_field(
				    a, (enum facts_side)side, fields->names[i], f))
				return -1;
	}
	return 0;
}

/* Without any address everyone becomes a task: that may be so, but it is never silent. */
static int ask_about_addresses(struct asking *a, struct fault *f)
{
	static const char *const names[] = {"email", "email_personal", "contact"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (count_filled(a->people, true, names[i]))
			return 0;
	return ask(a, "no-addresses",
		"No column of the people lists gives an address: nobody can be told by mail.",
		f);
}

/* Above the default: one below it that catches nobody puts nobody at risk. */
static int ask_about_levels(struct asking *a, const size_t *caught, struct fault *f)
{
	for (size_t i = 0; i < a->policy->default_level; i++) {
		const struct policy_level *level = &a->policy->levels[i];
		auto_text key = text_format("empty-level:%s", level->name);
		auto_text words =
			text_format("No rule of level '%s' catches anybody on the list.",
				level->name);

		if (!caught[i] && ask(a, key, words, f))
			return -1;
	}
	return 0;
}

/* --- units that nobody named --- */

static int compare_units(const void *a, const void *b)
{
	return strcasecmp(*(const char *const *)a, *(const char *const *)b);
}

struct unit_count {
	const char *unit;
	size_t people;
};

static int compare_counts(const void *a, const void *b)
{
	const struct unit_count *x = a, *y = b;

	if (x->people != y->people)
		return x->people > y->people ? -1 : 1;
	return strcasecmp(x->unit, y->unit);
}

static size_t count_unknown(
	const struct policy *p, const char **units, size_t count, struct unit_count *ret)
{
	size_t found = 0;

	qsort(units, count, sizeof(*units), compare_units);
	for (size_t i = 0, start = 0; i < count; i++) {
		if (i + 1 < count && !strcasecmp(units[i], units[i + 1]))
			continue;
		if (!policy_unit_known(p, units[i]))
			ret[found++] = (struct unit_count){units[i], i + 1 - start};
		start = i + 1;
	}
	qsort(ret, found, sizeof(*ret), compare_counts);
	return found;
}

/* `*ret` is the caller's to free; its strings are the roster's. */
static size_t find_unknown(
	const struct policy *p, const struct roster *people, struct unit_count **ret)
{
	const char **units = text_alloc(people->count * sizeof(*units));
	size_t count = 0, found;

	*ret = text_alloc(people->count * sizeof(**ret));
	for (size_t i = 0; i < people->count; i++) {
		const char *unit = roster_value(&people->rows[i], "unit");

		if (unit)
			units[count++] = unit;
	}
	found = count_unknown(p, units, count, *ret);
	free(units);
	return found;
}

json_t *question_units(const struct policy *p, const struct roster *people)
{
	json_t *list = json_array();
	struct unit_count *unknown;
	size_t found = find_unknown(p, people, &unknown);

	for (size_t i = 0; i < found; i++)
		(void)json_array_append_new(
			list, json_pack("{s:s,s:I}", "unit", unknown[i].unit, "people",
				      (json_int_t)unknown[i].people));
	free(unknown);
	return list;
}

static int ask_about_units(struct asking *a, struct fault *f)
{
	auto_text_buffer words = {0};
	struct unit_count *unknown;
	size_t found = find_unknown(a->policy, a->people, &unknown);
	int failed = 0;

	text_printf(&words,
		"%zu unit%s neither named by a rule nor in known_units:", found,
		found == 1 ? " is" : "s are");
	for (size_t i = 0; i < found && i < UNITS_SHOWN; i++)
		text_printf(&words, "%s %s (%zu)", i ? "," : "", unknown[i].unit,
			unknown[i].people);
	if (found > UNITS_SHOWN)
		text_printf(&words, " and %zu more", found - UNITS_SHOWN);
	if (found)
		failed = ask_about_text(a, "unknown-units", &words, f);
	free(unknown);
	return failed;
}

static int open_asking(struct ledger *l, int64_t set, struct query **ret, struct fault *f)
{
	if (ledger_query(l,
		    SQL("INSERT INTO question (id, set_id, key, text_sealed) VALUES (:id, :set, :key, :text_sealed)"),
		    ret, f))
		return -1;
	query_bind_int(*ret, ":set", set);
	return 0;
}

/* Where a wrong notice harms, everybody may be in it is not enough by itself. */
int question_presumed(struct ledger *l, int64_t set, const struct policy *p,
	const size_t *presumed, struct fault *f)
{
	auto_query struct query *insert = NULL;
	struct asking a = {.policy = p, .vault = ledger_vault(l)};

	if (open_asking(l, set, &insert, f))
		return -1;
	a.insert = insert;
	for (size_t i = 0; i < p->levels_count; i++) {
		auto_text key = text_format("presumed-ask-first:%s", p->levels[i].name);
		auto_text words = text_format(
			"Level '%s' asks before anyone is told that they may be in the leak (tell_at), and %zu people are told so because it is presumed.",
			p->levels[i].name, presumed[i]);

		if (presumed[i] && p->levels[i].tell_at >= 1 && ask(&a, key, words, f))
			return -1;
	}
	return 0;
}

/* Whose rows are set apart: a name of ours among them, and people of ours are not told.
 */
static int ask_about_controllers(struct asking *a, struct ledger *l, struct fault *f)
{
	auto_query struct query *q = NULL;
	auto_text_buffer words = {0};
	bool first = true;
	int got;

	if (ledger_query(l,
		    SQL("SELECT controller, count(*) AS rows FROM record_apart_now"
			" WHERE record_id NOT IN (SELECT record_id FROM row_closed) GROUP BY controller ORDER BY controller"),
		    &q, f))
		return -1;
	text_add_string(&words,
		"Leaked rows of other controllers are set apart, and nobody in them is told by us:");
	while ((got = query_next(q, f)) > 0) {
		text_printf(&words, "%s %s (%lld)", first ? "" : ",",
			query_text(q, "controller"), (long long)query_int(q, "rows"));
		first = false;
	}
	text_add_string(&words,
		". A name of ours among them goes into controller.also_known_as of incident.json.");
	return got || first ? got : ask_about_text(a, "other-controllers", &words, f);
}

int question_write(struct ledger *l, int64_t set, const struct policy *p,
	const struct roster *people, const struct roster *records, const size_t *caught,
	struct fault *f)
{
	auto_query struct query *insert = NULL;
	struct asking a = {.policy = p,
		.people = people,
		.records = records,
		.vault = ledger_vault(l)};

	if (open_asking(l, set, &insert, f))
		return -1;
	a.insert = insert;
	return ask_about_lists(&a, l, f) || ask_about_fields(&a, f) ||
			       ask_about_addresses(&a, f) ||
			       ask_about_levels(&a, caught, f) ||
			       ask_about_units(&a, f) || ask_about_controllers(&a, l, f)
		       ? -1
		       : 0;
}
