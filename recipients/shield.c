/* SPDX-License-Identifier: MIT */
/*
 * Who is meant by a reference, as far as the lists say. The file is shield_file.c's; that
 * a shielded person is told by a human is group.c's, and that only the reference is shown
 * is the business of whoever shows.
 *
 * What can go wrong: a reference that gives the person away, since it holds their name or
 * a number of theirs. That is a bad row.
 */
#include "recipients/shield.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "recipients/number.h"
#include "recipients/roster.h"
#include "recipients/shield_state.h"
#include "recipients/text.h"

#define TELLING_NAME 3   /* letters of a name that give somebody away */
#define TELLING_NUMBER 4 /* and digits of a number */

static const char *const addresses[] = {"email", "email_personal", "contact", NULL};
static const char *const names[] = {
	"surname", "former_surname", "known_as", "forenames", "name", NULL};
static const char *const numbers[] = {"person_id", "pay_number", "warrant_number",
	"collar_number", "service_number", "email", "email_personal", NULL};

void shield_lines_done(struct shield_lines *s)
{
	for (size_t i = 0; i < s->count; i++) {
		free(s->lines[i].reference);
		free(s->lines[i].field);
		free(s->lines[i].value);
		free(s->lines[i].key);
	}
	free(s->lines);
	free(s->by_key);
	free(s->links);
}

static bool is_one_of(const char *name, const char *const *list)
{
	for (; *list; list++)
		if (!strcmp(name, *list))
			return true;
	return false;
}

/* --- lines --- */

void shield_joined(const char *value, char out[FOLD_ROOM])
{
	(void)fold_words(value, out, FOLD_ROOM);
	(void)fold_join(out, out, FOLD_ROOM);
}

/* Equal identifiers have equal keys; those with one key are looked at. */
static char *key_of(const char *value)
{
	char folded[FOLD_ROOM];
	struct number n;

	if (strchr(value, '@')) {
		char *key = text_copy(value);

		for (char *p = key; *p; p++)
			*p = *p >= 'A' && *p <= 'Z' ? (char)(*p | 32) : *p;
		return key;
	}
	if (number_parse(value, &n))
		return text_copy(n.digits);
	shield_joined(value, folded);
	return text_copy(folded);
}

struct shield_line *shield_line_add(struct shield_lines *s, const char *reference,
	const char *field, const char *value)
{
	struct shield_line *line;

	if (s->count == s->room) {
		s->room = s->room ? s->room * 2 : 64;
		s->lines = text_realloc(s->lines, s->room * sizeof(*s->lines));
	}
	line = &s->lines[s->count++];
	*line = (struct shield_line){.reference = text_copy(reference),
		.field = text_copy(field),
		.value = text_copy(value),
		.key = key_of(value)};
	return line;
}

static const struct shield_lines *sorting; /* qsort has no user pointer; one thread */

static int compare_keys(const void *a, const void *b)
{
	const size_t *x = a, *y = b;
	int order = strcmp(sorting->lines[*x].key, sorting->lines[*y].key);

	return order ? order : *x < *y ? -1 : *x > *y;
}

void shield_lines_sort(struct shield_lines *s)
{
	free(s->by_key);
	s->by_key = text_alloc((s->count ? s->count : 1) * sizeof(*s->by_key));
	for (size_t i = 0; i < s->count; i++)
		s->by_key[i] = i;
	sorting = s;
	if (s->count)
		qsort(s->by_key, s->count, sizeof(*s->by_key), compare_keys);
}

/* --- who has an identifier --- */

/* May a list's field hold what this line gives? */
static bool fits_field(const struct shield_line *line, const char *field)
{
	if (strchr(line->value, '@'))
		return is_one_of(field, addresses);
	return !strcmp(line->field, SHIELD_ANY) || !strcmp(line->field, field);
}

static bool same_value(const char *a, const char *b)
{
	struct number n, m;

	return !number_parse(a, &n) || !number_parse(b, &m) || number_equal(&n, &m);
}

static size_t first_of_key(const struct shield_lines *s, const char *key)
{
	size_t low = 0, high = s->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(s->lines[s->by_key[middle]].key, key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Is a word of the name a word of the reference? */
static bool has_name(const char *reference, const char *name)
{
	char a[FOLD_ROOM], b[FOLD_ROOM];
	const char *mine[16], *theirs[16];
	size_t mine_count, theirs_count;

	(void)fold_words(reference, a, sizeof(a));
	(void)fold_words(name, b, sizeof(b));
	mine_count = fold_split(a, mine, 16);
	theirs_count = fold_split(b, theirs, 16);
	for (size_t i = 0; i < mine_count; i++)
		for (size_t k = 0; k < theirs_count; k++)
			if (strlen(theirs[k]) >= TELLING_NAME &&
				!strcmp(mine[i], theirs[k]))
				return true;
	return false;
}

static bool has_number(const char *reference, const char *number)
{
	char a[FOLD_ROOM], b[FOLD_ROOM];

	shield_joined(reference, a);
	shield_joined(number, b);
	return strlen(b) >= TELLING_NUMBER && strstr(a, b);
}

static bool gives_away(const char *reference, const struct roster_row *entry)
{
	const char *value;

	for (const char *const *field = names; *field; field++)
		if ((value = roster_value(entry, *field)) && has_name(reference, value))
			return true;
	for (const char *const *field = numbers; *field; field++)
		if ((value = roster_value(entry, *field)) && has_number(reference, value))
			return true;
	return false;
}

static void add_link(
	struct shield_lines *s, struct shield_line *line, const struct roster_row *entry)
{
	line->several = line->several || (line->person && line->person != entry->owner);
	line->person = line->person ? line->person : entry->owner;
	if (s->links_count == s->links_room) {
		s->links_room = s->links_room ? s->links_room * 2 : 64;
		s->links = text_realloc(s->links, s->links_room * sizeof(*s->links));
	}
	s->links[s->links_count++] =
		(struct shield_link){(size_t)(line - s->lines), entry->id, entry->owner};
}

static void match_value(struct shield_lines *s, const struct roster_row *entry,
	const char *field, const char *value)
{
	auto_text key = key_of(value);

	for (size_t i = first_of_key(s, key); *key && i < s->count; i++) {
		struct shield_line *line = &s->lines[s->by_key[i]];

		if (strcmp(line->key, key) != 0)
			return;
		if (line->reason || !fits_field(line, field) ||
			!same_value(line->value, value))
			continue;
		if (!s->kept && gives_away(line->reference, entry))
			line->reason =
				"the reference holds a name or a number of the person";
		else
			add_link(s, line, entry);
	}
}

int shield_lines_match(struct ledger *l, struct shield_lines *s, struct fault *f)
{
	static const char *const fields[] = {"person_id", "pay_number", "warrant_number",
		"collar_number", "service_number", "email", "email_personal", "contact",
		NULL};
	auto_roster people = {0};

	shield_lines_sort(s);
	if (!s->count)
		return 0;
	if (roster_load_entries(l, &people, f))
		return -1;
	for (size_t i = 0; i < people.count; i++)
		for (const char *const *field = fields; *field; field++) {
			const char *value = roster_value(&people.rows[i], *field);

			if (value)
				match_value(s, &people.rows[i], *field, value);
		}
	return 0;
}

int shield_lines_link(struct ledger *l, const struct shield_lines *s, struct fault *f)
{
	auto_query struct query *q = NULL, *bar = NULL;

	if (ledger_query(l,
		    SQL("INSERT OR IGNORE INTO shield_entry (shield_id, entry_id) VALUES (:shield, :entry)"),
		    &q, f) ||
		ledger_query(l,
			SQL("INSERT OR IGNORE INTO person_shielded (person_id, source_id, set_id) SELECT :person, source_id,"
			    " coalesce((SELECT max(id) FROM compose_set), 0) FROM shield WHERE id = :shield"),
			&bar, f))
		return -1;
	for (size_t i = 0; i < s->links_count; i++) {
		const struct shield_line *line = &s->lines[s->links[i].line];

		if (line->reason)
			continue;
		query_bind_int(q, ":shield", line->id);
		query_bind_int(q, ":entry", s->links[i].entry);
		query_bind_int(bar, ":person", s->links[i].person);
		query_bind_int(bar, ":shield", line->id);
		if (query_run(q, f) || query_run(bar, f))
			return -1;
	}
	return 0;
}

/* --- those that are kept --- */

static int read_said(struct query *q, struct row *said, struct fault *f)
{
	return query_sealed(q, "said_sealed", "shield.said_sealed",
		query_int(q, "shield_id"), &said->packed, f);
}

static const char *text_of(const struct row *said, const char *name)
{
	const char *value = row_value(said, name);

	return value ? value : "";
}

/* Each row that counts, once. */
static int load_lines(struct ledger *l, struct shield_lines *s, struct fault *f)
{
	auto_query struct query *q = NULL;
	auto_row said = {0};
	int64_t last = 0;
	int got;

	if (ledger_query(l,
		    SQL("SELECT shield_id, said_sealed FROM shield_now ORDER BY shield_id"),
		    &q, f))
		return -1;
	while ((got = query_next(q, f)) > 0) {
		if (query_int(q, "shield_id") == last)
			continue;
		last = query_int(q, "shield_id");
		if (read_said(q, &said, f))
			return -1;
		shield_line_add(s, text_of(&said, SHIELD_REFERENCE),
			text_of(&said, SHIELD_FIELD), text_of(&said, SHIELD_VALUE))
			->id = last;
	}
	return got;
}

int shield_resolve(struct ledger *l, struct fault *f)
{
	auto_shield_lines s = {.kept = true};

	return load_lines(l, &s, f) || shield_lines_match(l, &s, f) ||
			       shield_lines_link(l, &s, f)
		       ? -1
		       : 0;
}

int shield_waiting(struct ledger *l, json_t **ret, struct fault *f)
{
	auto_query struct query *q = NULL;
	auto_row said = {0};
	json_t *list = json_array();
	int got;

	*ret = list;
	if (ledger_query(l,
		    SQL("SELECT shield_id, said_sealed, count(person_id) AS people FROM shield_now GROUP BY shield_id"
			" HAVING count(person_id) <> 1 ORDER BY run_id, shield_id"),
		    &q, f))
		return -1;
	while ((got = query_next(q, f)) > 0) {
		if (read_said(q, &said, f))
			return -1;
		(void)json_array_append_new(list,
			query_int(q, "people")
				? json_sprintf(
					  "row %s: %d people on the lists have this %s; all of them are shielded",
					  text_of(&said, ROSTER_ROW),
					  (int)query_int(q, "people"),
					  text_of(&said, SHIELD_FIELD))
				: json_sprintf(
					  "row %s: nobody on the lists has this %s; it waits",
					  text_of(&said, ROSTER_ROW),
					  text_of(&said, SHIELD_FIELD)));
	}
	return got;
}

/* --- who is shielded --- */

struct shielded {
	int64_t person;
	char *reference;
};

struct shields {
	struct shielded *list; /* sorted by person */
	size_t count;
};

int shields_load(struct ledger *l, struct shields **ret, struct fault *f)
{
	auto_query struct query *q = NULL;
	auto_row said = {0};
	struct shields *s = text_alloc(sizeof(*s));
	size_t room = 0;
	int got;

	*ret = s;
	if (ledger_query(l,
		    SQL("SELECT person_id, shield_id, said_sealed FROM shield_now WHERE person_id IS NOT NULL"
			" ORDER BY person_id, run_id, shield_id"),
		    &q, f))
		return -1;
	while ((got = query_next(q, f)) > 0) {
		int64_t person = query_int(q, "person_id");

		if (read_said(q, &said, f))
			return -1;
		if (!s->count || s->list[s->count - 1].person != person) {
			if (s->count == room) {
				room = room ? room * 2 : 64;
				s->list = text_realloc(s->list, room * sizeof(*s->list));
			}
			s->list[s->count++] = (struct shielded){person, NULL};
		}
		free(s->list[s->count - 1].reference);
		s->list[s->count - 1].reference =
			text_copy(text_of(&said, SHIELD_REFERENCE));
	}
	return got;
}

void shields_free(struct shields *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->count; i++)
		free(s->list[i].reference);
	free(s->list);
	free(s);
}

void shields_freep(struct shields **s)
{
	shields_free(*s);
	*s = NULL;
}

static int compare_person(const void *key, const void *item)
{
	int64_t person = *(const int64_t *)key;
	const struct shielded *one = item;

	return person < one->person ? -1 : person > one->person;
}

const char *shields_reference(const struct shields *s, int64_t person)
{
	const struct shielded *one = s->count ? bsearch(&person, s->list, s->count,
							sizeof(*s->list), compare_person)
					      : NULL;

	return one ? one->reference : NULL;
}

size_t shields_find(const struct shields *s, const char *typed, int64_t *ret_person)
{
	size_t found = 0;

	for (size_t i = 0; i < s->count; i++)
		if (!strcasecmp(s->list[i].reference, typed)) {
			*ret_person = s->list[i].person;
			found++;
		}
	return found;
}

size_t shields_count(const struct shields *s)
{
	return s->count;
}
