/* SPDX-License-Identifier: MIT */
/*
 * Opens the seals of all entries or records and keeps them in blocks. Reads only; who
 * writes them is import.c.
 */
#include "recipients/roster.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK ((size_t)1 << 20)
#define NAMES_MAX 1024 /* a table has at most 1,000 columns, and the row's number */

struct roster_names {
	const char *names[NAMES_MAX];
	size_t count;
	size_t after[NAMES_MAX + 1]; /* the name that followed this one last time: rows of
				    a file are alike */
};

static const char *keep(struct roster *r, const char *bytes, size_t length)
{
	char *place;

	if (!r->blocks_count || r->block_used + length + 1 > BLOCK) {
		r->blocks = text_realloc(
			r->blocks, (r->blocks_count + 1) * sizeof(*r->blocks));
		r->blocks[r->blocks_count++] =
			text_alloc(length + 1 > BLOCK ? length + 1 : BLOCK);
		r->block_used = 0;
	}
	place = r->blocks[r->blocks_count - 1] + r->block_used;
	memcpy(place, bytes, length);
	place[length] = '\0';
	r->block_used += length + 1;
	return place;
}

static size_t name_number(const struct roster_names *names, const char *name)
{
	for (size_t i = 0; i < names->count; i++)
		if (*names->names[i] == *name && !strcmp(names->names[i], name))
			return i;
	return names->count;
}

const char *roster_value(const struct roster_row *row, const char *name)
{
	const char *n = NULL, *v;

	if (row->names) {
		size_t i = name_number(row->names, name);

		return i < row->names->count ? row->values[i] : NULL;
	}
	while (row_packed_next(row->packed, row->length, &n, &v))
		if (!strcmp(n, name))
			return v;
	return NULL;
}

size_t roster_names_count(const struct roster *r)
{
	return r->names ? r->names->count : 0;
}

const char *roster_name(const struct roster *r, size_t i)
{
	return r->names->names[i];
}

/* Numbers the names of a row. The first value of a name counts. False: too many names. */
static bool number_names(
	struct roster_names *names, const struct roster_row *row, const char **values)
{
	const char *name = NULL, *value;
	size_t i = NAMES_MAX; /* before the first */

	while (row_packed_next(row->packed, row->length, &name, &value)) {
		size_t guess = names->after[i];

		if (guess >= names->count || strcmp(names->names[guess], name) != 0) {
			guess = name_number(names, name);
			if (guess == NAMES_MAX)
				return false;
			if (guess == names->count) {
				names->names[names->count++] = name;
				values[guess] = NULL;
			}
			names->after[i] = guess;
		}
		i = guess;
		if (!values[i])
			values[i] = value;
	}
	return true;
}

/* Once all rows are in: the names of all are known before the first array is cut. */
static int index_names(struct roster *r, struct fault *f)
{
	const char *scratch[NAMES_MAX];

	r->names = text_alloc(sizeof(*r->names));
	for (size_t i = 0; i < r->count; i++) {
		memset(scratch, 0,
			sizeof(scratch[0]) * (r->names->count ? r->names->count : 1));
		if (!number_names(r->names, &r->rows[i], scratch))
			return fault_set(f, FAULT_INPUT,
				"the files have more than %d different columns in all",
				NAMES_MAX);
	}
	if (!r->count)
		return 0;
	r->values = text_alloc(r->count * r->names->count * sizeof(*r->values));
	for (size_t i = 0; i < r->count; i++) {
		r->rows[i].values = r->values + i * r->names->count;
		(void)number_names(r->names, &r->rows[i], r->rows[i].values);
		r->rows[i].names = r->names;
	}
	return 0;
}

static int compare_file_order(const void *a, const void *b)
{
	const struct roster_row *x = a, *y = b;
	const char *part, *other;
	int order;

	if (x->source != y->source)
		return x->source < y->source ? -1 : 1;
	if (x->number != y->number)
		return x->number < y->number ? -1 : 1;
	part = roster_value(x, ROSTER_PART);
	other = roster_value(y, ROSTER_PART);
	order = strcmp(part ? part : "", other ? other : "");
	return order ? order : x->id < y->id ? -1 : x->id > y->id;
}

static const struct roster *sorting; /* qsort has no user pointer; one thread */

static int compare_numbers(int64_t x, int64_t y)
{
	return x < y ? -1 : x > y;
}

static int compare_owners(const void *a, const void *b)
{
	const size_t *x = a, *y = b;
	int order = compare_numbers(sorting->rows[*x].owner, sorting->rows[*y].owner);

	return order ? order : *x < *y ? -1 : *x > *y;
}

static int compare_people(const void *a, const void *b)
{
	return compare_numbers(
		sorting->people[*(const size_t *)a], sorting->people[*(const size_t *)b]);
}

/* The indexes 0 .. count - 1, sorted. */
static size_t *index_by(
	const struct roster *r, size_t count, int (*compare)(const void *, const void *))
{
	size_t *index = text_alloc(count * sizeof(*index));

	for (size_t i = 0; i < count; i++)
		index[i] = i;
	sorting = r;
	qsort(index, count, sizeof(*index), compare);
	return index;
}

/* Rows were read in the order of their ids, then sorted. */
static void index_ids(struct roster *r)
{
	r->by_id = text_alloc(r->count * sizeof(*r->by_id));
	r->ids = text_alloc(r->count * sizeof(*r->ids));
	for (size_t i = 0; i < r->count; i++) {
		r->by_id[r->rows[i].order] = i;
		r->ids[r->rows[i].order] = r->rows[i].id;
	}
}

/* The answers to a wish, each asked once. */
struct answers {
	const struct roster_wish *wish;
	struct roster_names names;
	bool wanted[NAMES_MAX];
};

static void answers_done(struct answers *a)
{
	for (size_t i = 0; i < a->names.count; i++)
		free((char *)(uintptr_t)a->names.names[i]);
}

/* Number of a name that follows another one, NAMES_MAX before the first. */
static size_t answer_number(struct answers *a, size_t last, const char *name)
{
	struct roster_names *n = &a->names;
	size_t guess = n->after[last];

	if (guess < n->count && !strcmp(n->names[guess], name))
		return guess;
	guess = name_number(n, name);
	if (guess == n->count && guess < NAMES_MAX) {
		n->names[n->count++] = text_copy(name);
		a->wanted[guess] = !strcmp(name, ROSTER_ROW) ||
				   !strcmp(name, ROSTER_PART) ||
				   a->wish->wants(a->wish->context, name);
	}
	if (guess < NAMES_MAX)
		n->after[last] = guess;
	return guess;
}

/* What is wished for of a row, packed again. What is beyond the limit of names stays. */
static void row_thin(struct answers *a, const struct roster_row *row, struct text *out)
{
	const char *name = NULL, *value = NULL;
	size_t at = NAMES_MAX;

	text_clear(out);
	while (row_packed_next(row->packed, row->length, &name, &value)) {
		at = answer_number(a, at, name);
		if (at < NAMES_MAX && !a->wanted[at])
			continue;
		/* The value stands behind its name. */
		text_add(out, name, (size_t)(value - name) + strlen(value) + 1);
	}
}

/* Each row of a query, unsealed; it is gone after the visit. */
static int each_row(struct ledger *l, const char *sql, const char *place,
	void (*visit)(void *user, const struct roster_row *row), void *user,
	struct fault *f)
{
	auto_query struct query *q = NULL;
	auto_text_buffer plain = {0};
	uint32_t order = 0;
	int got;

	if (ledger_query(l, sql, &q, f))
		return -1;
	while ((got = query_next(q, f)) > 0) {
		struct roster_row row = {.id = query_int(q, "id"),
			.owner = query_int(q, "owner"),
			.source = query_int(q, "source"),
			.order = order++};

		if (query_sealed(q, "fields_sealed", place, row.id, &plain, f))
			return -1;
		row.packed = plain.bytes;
		row.length = plain.length;
		visit(user, &row);
	}
	return got;
}

/* A roster that is being filled. */
struct filling {
	struct roster *roster;
	size_t room;
	bool thins;
	struct answers answers;
	struct text thin;
};

static void filling_done(struct filling *fill)
{
	answers_done(&fill->answers);
	text_done(&fill->thin);
}

static void keep_row(void *user, const struct roster_row *row)
{
	struct filling *fill = user;
	struct roster *r = fill->roster;
	struct roster_row *kept;
	const char *number;

	if (r->count == fill->room) {
		fill->room = fill->room ? fill->room * 2 : 1024;
		r->rows = text_realloc(r->rows, fill->room * sizeof(*r->rows));
	}
	kept = &r->rows[r->count++];
	*kept = *row;
	if (fill->thins) {
		row_thin(&fill->answers, row, &fill->thin);
		kept->packed = fill->thin.bytes;
		kept->length = fill->thin.length;
	}
	kept->packed = keep(r, kept->packed, kept->length);
	number = roster_value(kept, ROSTER_ROW);
	kept->number = number ? (uint32_t)strtoul(number, NULL, 10) : 0;
}

static int load(struct ledger *l, const char *sql, const char *place,
	const struct roster_wish *wish, struct roster *r, struct fault *f)
{
	__attribute__((cleanup(filling_done))) struct filling fill = {
		.roster = r, .thins = wish && wish->wants, .answers.wish = wish};

	if (each_row(l, sql, place, keep_row, &fill, f))
		return -1;
	if (r->count)
		qsort(r->rows, r->count, sizeof(*r->rows), compare_file_order);
	index_ids(r);
	return wish ? 0 : index_names(r, f);
}

/* Numbers the people by their first entry, and chains each person's entries in file
 * order. */
static void index_people(struct roster *r)
{
	size_t *owners = index_by(r, r->count, compare_owners),
	       *first_of = text_alloc(r->count * sizeof(*first_of));

	r->next_entry = text_alloc(r->count * sizeof(*r->next_entry));
	for (size_t i = 0, start = 0; i < r->count; i++) {
		bool same = i && r->rows[owners[i]].owner == r->rows[owners[i - 1]].owner;

		if (!same)
			start = i;
		else
			r->next_entry[owners[i - 1]] = owners[i];
		r->next_entry[owners[i]] = SIZE_MAX;
		first_of[owners[i]] = owners[start];
	}
	r->people = text_alloc(r->count * sizeof(*r->people));
	r->first = text_alloc(r->count * sizeof(*r->first));
	for (size_t i = 0; i < r->count; i++) {
		if (first_of[i] == i) {
			r->first[r->people_count] = i;
			r->people[r->people_count] = r->rows[i].owner;
			r->rows[i].person = (uint32_t)r->people_count++;
		} else {
			r->rows[i].person = r->rows[first_of[i]].person;
		}
	}
	r->people_by_id = index_by(r, r->people_count, compare_people);
	r->people_ids = text_alloc(r->people_count * sizeof(*r->people_ids));
	for (size_t i = 0; i < r->people_count; i++)
		r->people_ids[i] = r->people[r->people_by_id[i]];
	free(owners);
	free(first_of);
}

static const char *const sql_entries = SQL(
	"SELECT e.id, e.person_id AS owner, s.number AS source, e.fields_sealed FROM entry e JOIN"
	" (SELECT o.id, row_number() OVER (ORDER BY coalesce(o.as_of, date(r.started_at / 1000, 'unixepoch')),"
	" o.run_id) AS number FROM source o JOIN run r ON r.id = o.run_id WHERE o.kind = 'people'"
	" AND o.purpose IS NULL) s"
	" ON s.id = e.source_id WHERE s.id IN (SELECT id FROM source_now) ORDER BY e.id");
static const char *const sql_records = SQL(
	"SELECT r.id, 0 AS owner, s.number AS source, r.fields_sealed FROM record r JOIN"
	" (SELECT id, row_number() OVER (ORDER BY run_id) AS number FROM source WHERE kind = 'breach'"
	" AND purpose IS NULL) s"
	" ON s.id = r.source_id WHERE s.id IN (SELECT id FROM source_now) ORDER BY r.id");

int roster_load_entries_of(struct ledger *l, const struct roster_wish *wish,
	struct roster *ret, struct fault *f)
{
	*ret = (struct roster){0};
	if (load(l, sql_entries, "entry.fields_sealed", wish, ret, f))
		return -1;
	index_people(ret);
	return 0;
}

int roster_load_withdrawn(struct ledger *l, struct roster *ret, struct fault *f)
{
	*ret = (struct roster){0};
	if (load(l,
		    SQL("SELECT e.id, e.person_id AS owner, s.number AS source, e.fields_sealed FROM"
			" (SELECT o.id, row_number() OVER (ORDER BY o.run_id) AS number FROM source o"
			" JOIN source_withdrawn w ON w.source_id = o.id WHERE o.kind = 'people' AND o.purpose IS NULL) s"
			" CROSS JOIN entry e ON e.source_id = s.id ORDER BY e.id"),
		    "entry.fields_sealed", NULL, ret, f))
		return -1;
	index_people(ret);
	return 0;
}

int roster_load_records_of(struct ledger *l, const struct roster_wish *wish,
	struct roster *ret, struct fault *f)
{
	*ret = (struct roster){0};
	return load(l, sql_records, "record.fields_sealed", wish, ret, f);
}

/* The newest of a person's entries that says anything of a field, or NULL. */
static const char *last_said(const struct roster *r, size_t person, size_t field)
{
	const struct roster_row *found = NULL;

	for (const struct roster_row *e = NULL; (e = roster_entry(r, person, e));)
		if (e->values[field] && (!found || e->source > found->source))
			found = e;
	return found ? found->values[field] : NULL;
}

/* A newer list without a column for it does not make anybody safe to write to. */
static void keep_what_protects(struct roster *r)
{
	static const char *const fields[] = {"status", "contact", "guardian", "needs",
		"language", "date_of_birth", "rank"};

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		size_t field = name_number(r->names, fields[i]);

		for (size_t p = 0; field < r->names->count && p < r->people_count; p++) {
			size_t newest = (size_t)(roster_newest(r, p) - r->rows);

			if (!r->rows[newest].values[field])
				r->rows[newest].values[field] = last_said(r, p, field);
		}
	}
}

int roster_load_entries(struct ledger *l, struct roster *ret, struct fault *f)
{
	if (roster_load_entries_of(l, NULL, ret, f))
		return -1;
	keep_what_protects(ret);
	return 0;
}

int roster_load_records(struct ledger *l, struct roster *ret, struct fault *f)
{
	return roster_load_records_of(l, NULL, ret, f);
}

int roster_visit_entries(struct ledger *l,
	void (*visit)(void *user, const struct roster_row *row), void *user,
	struct fault *f)
{
	return each_row(l, sql_entries, "entry.fields_sealed", visit, user, f);
}

int roster_visit_records(struct ledger *l,
	void (*visit)(void *user, const struct roster_row *row), void *user,
	struct fault *f)
{
	return each_row(l, sql_records, "record.fields_sealed", visit, user, f);
}

void roster_forget(struct roster *r)
{
	for (size_t i = 0; i < r->blocks_count; i++)
		free(r->blocks[i]);
	free(r->blocks);
	r->blocks = NULL;
	r->blocks_count = 0;
	for (size_t i = 0; i < r->count; i++) {
		r->rows[i].packed = "";
		r->rows[i].length = 0;
	}
}

void roster_done(struct roster *r)
{
	roster_forget(r);
	free(r->rows);
	free(r->people);
	free(r->first);
	free(r->next_entry);
	free(r->by_id);
	free(r->names);
	free(r->values);
	free(r->people_by_id);
	free(r->ids);
	free(r->people_ids);
	*r = (struct roster){0};
}

/* Ids lie close together, so a search over half a million touches few lines of memory. */
static size_t find_id(const int64_t *ids, size_t count, int64_t id)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (ids[middle] < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low < count && ids[low] == id ? low : SIZE_MAX;
}

const struct roster_row *roster_find(const struct roster *r, int64_t id)
{
	size_t at = find_id(r->ids, r->count, id);

	return at == SIZE_MAX ? NULL : &r->rows[r->by_id[at]];
}

size_t roster_person(const struct roster *r, int64_t person_id)
{
	size_t at = find_id(r->people_ids, r->people_count, person_id);

	return at == SIZE_MAX ? SIZE_MAX : r->people_by_id[at];
}

const struct roster_row *roster_entry(
	const struct roster *r, size_t person, const struct roster_row *last)
{
	size_t i = last ? r->next_entry[last - r->rows] : r->first[person];

	return i == SIZE_MAX ? NULL : &r->rows[i];
}

const struct roster_row *roster_newest(const struct roster *r, size_t person)
{
	const struct roster_row *newest = NULL;

	for (const struct roster_row *e = NULL; (e = roster_entry(r, person, e));)
		if (!newest || e->source > newest->source)
			newest = e;
	return newest;
}

const char *roster_row_name(const struct roster_row *row, char scratch[ROSTER_NAME])
{
	const char *own = roster_value(row, "row_id"), *part;
	int n;

	if (own)
		return own;
	part = roster_value(row, ROSTER_PART);
	if (row->source > 1)
		n = snprintf(scratch, ROSTER_NAME, "%lld:%u", (long long)row->source,
			row->number);
	else
		n = snprintf(scratch, ROSTER_NAME, "%u", row->number);
	if (part && n > 0 && n < ROSTER_NAME)
		(void)snprintf(scratch + n, (size_t)(ROSTER_NAME - n), "/%s", part);
	return scratch;
}

static const char *const person_names[] = {
	"person_id", "pay_number", "warrant_number", "service_number", "row_id"};
#define PERSON_NAMES (sizeof(person_names) / sizeof(*person_names))

bool roster_wants_names(void *context, const char *field)
{
	(void)context;
	for (size_t i = 0; i < PERSON_NAMES; i++)
		if (!strcmp(person_names[i], field))
			return true;
	return false;
}

const char *roster_person_name(
	const struct roster *r, size_t person, char scratch[ROSTER_NAME])
{
	const struct roster_row *newest = roster_newest(r, person);

	for (size_t i = 0; i < PERSON_NAMES; i++) {
		const char *value = roster_value(newest, person_names[i]);

		if (value)
			return value;
	}
	(void)snprintf(scratch, ROSTER_NAME, "row %u", newest->number);
	return scratch;
}
