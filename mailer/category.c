/* SPDX-License-Identifier: MIT */
/*
 * Counts by kind. Who is affected is group's, what a rank is scope.h's, what a kind of
 * data is exposure.h's.
 */
#include "mailer/category.h"

#include <stdlib.h>
#include <string.h>

#include "recipients/exposure.h"
#include "recipients/roster.h"
#include "recipients/scope.h"

static void add_to(json_t *counts, const char *name, json_int_t n)
{
	json_int_t old = json_integer_value(json_object_get(counts, name));

	(void)json_object_set_new(counts, name, json_integer(old + n));
}

/* {"Police staff": 3} as [{"name": "Police staff", "people": 3}]. Takes the counts. */
static json_t *as_list(json_t *counts)
{
	json_t *list = json_array(), *n;
	const char *name;

	json_object_foreach(counts, name, n)(void) json_array_append_new(
		list, json_pack("{s:s,s:O}", "name", name, "people", n));
	json_decref(counts);
	return list;
}

/* --- people --- */

#define OTHERS "Others, or not stated"
#define KINDS_MAX                                                                        \
	20 /* of people: a list that says something else of each is no list of kinds */

/* Who has a part in a row that speaks of several: ids, ascending. */
struct players {
	int64_t *ids;
	size_t count;
};

static bool wants_group(void *context, const char *field)
{
	(void)context;
	return !strcmp(field, "rank") || !strcmp(field, "employment") ||
	       !strcmp(field, "part");
}

static const char *group_words(const struct roster_row *entry)
{
	const char *rank = entry ? roster_value(entry, "rank") : NULL;
	const char *employment = entry ? roster_value(entry, "employment") : NULL;
	const char *part = entry ? roster_value(entry, "part") : NULL;
	enum scope_group group = scope_group_of(rank, employment);

	if (group < SCOPE_PCSO)
		return "Police officers and special constables";
	if (group == SCOPE_PCSO)
		return "Police community support officers";
	if (group == SCOPE_STAFF)
		return "Police staff";
	return part ? part : OTHERS;
}

/* Who is an other, and has a part in the leak, counts by that alone. */
static int count_groups(
	struct ledger *l, const struct players *players, json_t *counts, struct fault *f)
{
	const struct roster_wish wish = {wants_group, NULL};
	auto_query struct query *q = NULL;
	auto_roster people = {0};
	size_t next = 0;
	int got;

	if (roster_load_entries_of(l, &wish, &people, f) ||
		ledger_query(l,
			SQL("SELECT person_id FROM assignment_now ORDER BY person_id"),
			&q, f))
		return -1;
	while ((got = query_next(q, f)) > 0) {
		int64_t id = query_int(q, "person_id");
		size_t p = roster_person(&people, id);
		const char *group =
			group_words(p == SIZE_MAX ? NULL : roster_newest(&people, p));

		while (next < players->count && players->ids[next] < id)
			next++;
		if (!strcmp(group, OTHERS) && next < players->count &&
			players->ids[next] == id)
			continue;
		add_to(counts,
			json_object_size(counts) < KINDS_MAX ||
					json_object_get(counts, group)
				? group
				: OTHERS,
			1);
	}
	return got;
}

/* By person, so that each counts once for a part. */
static int count_parts(struct ledger *l, const struct roster *records,
	struct players *players, json_t *counts, struct fault *f)
{
	auto_query struct query *q = NULL;
	json_t *seen = json_object();
	int64_t last = 0;
	int got;

	if (ledger_query(l,
		    SQL("SELECT c.person_id, c.record_id FROM candidate_now c JOIN assignment_now a ON a.person_id = c.person_id"
			" WHERE c.probability >= 0.5 ORDER BY c.person_id"),
		    &q, f))
		return -1;
	while ((got = query_next(q, f)) > 0) {
		int64_t id = query_int(q, "person_id");
		const struct roster_row *row =
			roster_find(records, query_int(q, "record_id"));
		const char *part = row ? roster_value(row, ROSTER_PART) : NULL;

		if (id != last)
			(void)json_object_clear(seen);
		last = id;
		if (!part || json_object_get(seen, part))
			continue;
		if (!json_object_size(seen)) {
			players->ids = text_realloc(players->ids,
				(players->count + 1) * sizeof(*players->ids));
			players->ids[players->count++] = id;
		}
		(void)json_object_set_new(seen, part, json_true());
		add_to(counts, part, 1);
	}
	json_decref(seen);
	return got;
}

static int count_people(
	struct ledger *l, const struct roster *records, json_t *counts, struct fault *f)
{
	struct players players = {NULL, 0};
	int failed = count_parts(l, records, &players, counts, f) ||
		     count_groups(l, &players, counts, f);

	free(players.ids);
	return failed ? -1 : 0;
}

/* --- records --- */

/* "pay number": what a letter calls it, without whose it is. */
static const char *kind_words(const struct exposure *e, size_t kind, char out[128])
{
	const char *words = exposure_words(exposure_kind(e, kind), out);

	if (!words)
		return exposure_kind(e, kind);
	return !strncmp(words, "your ", 5) ? words + 5 : words;
}

/* Kinds of the same words are one: the first of them. */
static size_t first_alike(const struct exposure *e, size_t kind)
{
	char mine[128], other[128];
	const char *words = kind_words(e, kind, mine);
	size_t i = 0;

	while (strcmp(words, kind_words(e, i, other)) != 0)
		i++;
	return i;
}

static json_t *count_kinds(const json_t *exposed, const struct roster *records)
{
	struct exposure *e = exposure_new(exposed, records);
	int64_t rows[EXPOSURE_KINDS_MAX] = {0};
	size_t alike[EXPOSURE_KINDS_MAX];
	json_t *list = json_array();
	char words[128];

	for (size_t k = 0; k < exposure_count(e); k++)
		alike[k] = first_alike(e, k);
	for (size_t i = 0; i < records->count; i++) {
		uint64_t kinds = exposure_of(e, &records->rows[i]) | exposure_common(e),
			 counted = 0;

		for (size_t k = 0; k < exposure_count(e); k++)
			if (kinds >> k & 1)
				counted |= 1ULL << alike[k];
		for (size_t k = 0; k < exposure_count(e); k++)
			rows[k] += (int64_t)(counted >> k & 1);
	}
	for (size_t k = 0; k < exposure_count(e); k++)
		if (rows[k])
			(void)json_array_append_new(list,
				json_pack("{s:s,s:I}", "name", kind_words(e, k, words),
					"rows", (json_int_t)rows[k]));
	exposure_free(e);
	return list;
}

int category_gather(
	struct ledger *l, const json_t *exposed, json_t **ret, struct fault *f)
{
	auto_roster records = {0};
	json_t *people = json_object();

	if (roster_load_records(l, &records, f) || count_people(l, &records, people, f)) {
		json_decref(people);
		return -1;
	}
	*ret = json_pack("{s:o,s:o}", "people", as_list(people), "records",
		count_kinds(exposed, &records));
	return 0;
}
