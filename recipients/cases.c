/* SPDX-License-Identifier: MIT */
/*
 * Cases and their parties, by reference alone. Who a row is that names somebody is
 * linkage.c's; what the parties may learn of one another is parties.c's.
 *
 * What can go wrong: a reference that the list does not have. Such a record is nobody's
 * until a human looks.
 */
#include "recipients/cases.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "recipients/part.h"
#include "recipients/text.h"

struct place { /* of a record, or of a row of the list, in a case */
	uint64_t ref;
	char *role; /* NULL: of no part */
	uint32_t number;
};

struct case_record {
	struct place place;
	bool named;
	size_t first, count; /* of its parties */
};

struct cases {
	struct case_record *records; /* by number */
	size_t records_count, records_room;
	struct place *people; /* by reference, then number */
	size_t people_count, people_room;
	uint32_t *parties;
	size_t parties_count;
};

struct cases *cases_new(void)
{
	return text_alloc(sizeof(struct cases));
}

void cases_free(struct cases *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->records_count; i++)
		free(c->records[i].place.role);
	for (size_t i = 0; i < c->people_count; i++)
		free(c->people[i].role);
	free(c->records);
	free(c->people);
	free(c->parties);
	free(c);
}

void cases_ref(const char *value, char ret[CASES_REF])
{
	size_t n = 0;
	bool begins = true;

	for (; *value && n + 2 < CASES_REF; value++) {
		unsigned char c = (unsigned char)*value;

		if (!isalnum(c) && c < 128) {
			begins = true;
			continue;
		}
		if (begins && c == '0' && isdigit((unsigned char)value[1]))
			continue;
		if (begins && n)
			ret[n++] = '/';
		begins = false;
		ret[n++] = (char)toupper(c);
	}
	ret[n] = '\0';
}

/* FNV-1a. Of two references with one hash the parties would be mixed: in 2^64 that is not
 * to be expected, and the rows of both are shown. */
static uint64_t hash_ref(const char *ref)
{
	uint64_t hash = 0xcbf29ce484222325ULL;

	for (; *ref; ref++)
		hash = (hash ^ (unsigned char)*ref) * 0x100000001b3ULL;
	return hash;
}

/* By any of these a human may be found. */
static bool finds_somebody(const char *field)
{
	static const char *const names[] = {"name", "surname", "forenames", "initials",
		"known_as", "former_surname", "person_id", "pay_number", "warrant_number",
		"collar_number", "service_number", "date_of_birth", "postcode", "address",
		"email", "email_personal", "phone", "contact", "text"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(names[i], field))
			return true;
	return false;
}

/* False: the row has no reference. */
static bool read_place(
	const char *packed, size_t length, struct place *ret, bool *ret_named)
{
	const char *name = NULL, *value;
	char ref[CASES_REF] = "", role[PART_NAME], part[PART_NAME];

	*ret = (struct place){0};
	*ret_named = false;
	while (row_packed_next(packed, length, &name, &value)) {
		*ret_named |= finds_somebody(name);
		if (!*ref && !strcmp(name, "case_ref"))
			cases_ref(value, ref);
		if (ret->role || strcmp(name, "part") != 0 ||
			!part_parse(value, strlen(value), part))
			continue;
		part_role(part, role);
		ret->role = text_copy(role);
	}
	ret->ref = hash_ref(ref);
	if (!*ref)
		text_freep(&ret->role);
	return *ref != '\0';
}

static size_t grow(size_t room)
{
	return room ? room * 2 : 256;
}

void cases_add_record(struct cases *c, uint32_t record, const char *packed, size_t length)
{
	struct place place;
	bool named;

	if (!read_place(packed, length, &place, &named))
		return;
	if (place.role && named) {
		text_freep(&place.role);
		return;
	}
	if (c->records_count == c->records_room) {
		c->records_room = grow(c->records_room);
		c->records =
			text_realloc(c->records, c->records_room * sizeof(*c->records));
	}
	place.number = record;
	c->records[c->records_count++] =
		(struct case_record){.place = place, .named = named};
}

void cases_add_person(struct cases *c, uint32_t person, const char *packed, size_t length)
{
	struct place place;
	bool named;

	if (!c->records_count || !read_place(packed, length, &place, &named))
		return;
	if (c->people_count == c->people_room) {
		c->people_room = grow(c->people_room);
		c->people = text_realloc(c->people, c->people_room * sizeof(*c->people));
	}
	place.number = person;
	c->people[c->people_count++] = place;
}

bool cases_wants(const struct cases *c, const char *field)
{
	return c->records_count && (!strcmp(field, "case_ref") || !strcmp(field, "part"));
}

static int compare_places(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	if (x->ref != y->ref)
		return x->ref < y->ref ? -1 : 1;
	return x->number < y->number ? -1 : x->number > y->number;
}

static int compare_records(const void *a, const void *b)
{
	const struct case_record *x = a, *y = b;

	return x->place.number < y->place.number ? -1 : x->place.number > y->place.number;
}

static size_t first_of(const struct cases *c, uint64_t ref)
{
	size_t low = 0, high = c->people_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (c->people[middle].ref < ref)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* One person may stand in a case twice, in two lists or in two parts. */
static void collect(struct cases *c, struct case_record *r)
{
	r->first = c->parties_count;
	for (size_t i = first_of(c, r->place.ref);
		i < c->people_count && c->people[i].ref == r->place.ref; i++) {
		const struct place *p = &c->people[i];

		if (r->place.role && (!p->role || strcmp(p->role, r->place.role) != 0))
			continue;
		if (r->count && c->parties[c->parties_count - 1] == p->number)
			continue;
		c->parties = text_realloc(
			c->parties, (c->parties_count + 1) * sizeof(*c->parties));
		c->parties[c->parties_count++] = p->number;
		r->count++;
	}
}

void cases_end(struct cases *c)
{
	if (c->people_count)
		qsort(c->people, c->people_count, sizeof(*c->people), compare_places);
	if (c->records_count)
		qsort(c->records, c->records_count, sizeof(*c->records), compare_records);
	for (size_t i = 0; i < c->records_count; i++)
		collect(c, &c->records[i]);
}

bool cases_parties(const struct cases *c, uint32_t record, const uint32_t **ret,
	size_t *ret_count, bool *ret_named)
{
	const struct case_record key = {.place = {.number = record}};
	const struct case_record *r =
		c->records_count ? bsearch(&key, c->records, c->records_count,
					   sizeof(*c->records), compare_records)
				 : NULL;

	if (!r || !c->people_count || (r->named && !r->count))
		return false;
	*ret = r->count ? c->parties + r->first : NULL;
	*ret_count = r->count;
	*ret_named = r->named;
	return true;
}
