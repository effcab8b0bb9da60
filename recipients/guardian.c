/* SPDX-License-Identifier: MIT */
/*
 * Everyone under each of their names, as hashes. Whether a guardian has a part in the
 * child's case is group.c's to see; whom else to ask is for the text on the sheet.
 *
 * What can go wrong: two names with one hash. Then somebody counts as meant who is not,
 * and a human is asked to look.
 */
#include "recipients/guardian.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "recipients/text.h"

#define NAMES 7 /* of one person, at most */

struct called {
	uint64_t name; /* hash, case-blind */
	uint32_t person;
};

struct guardian_book {
	struct called *names; /* by name, then person */
	size_t count;
};

static uint64_t hash_name(const char *name)
{
	uint64_t hash = 0xcbf29ce484222325ULL; /* FNV-1a */

	for (; *name; name++)
		hash = (hash ^ (unsigned char)tolower((unsigned char)*name)) *
		       0x100000001b3ULL;
	return hash;
}

static int compare(const void *a, const void *b)
{
	const struct called *x = a, *y = b;

	if (x->name != y->name)
		return x->name < y->name ? -1 : 1;
	return x->person < y->person ? -1 : x->person > y->person;
}

static void add(struct guardian_book *b, size_t person, const char *name)
{
	if (name)
		b->names[b->count++] = (struct called){hash_name(name), (uint32_t)person};
}

static void add_names(struct guardian_book *b, size_t person, const struct roster_row *e)
{
	static const char *const fields[] = {
		"person_id", "email", "email_personal", "name", NULL};
	const char *surname = roster_value(e, "surname"),
		   *forenames = roster_value(e, "forenames"),
		   *known_as = roster_value(e, "known_as");

	for (const char *const *field = fields; *field; field++)
		add(b, person, roster_value(e, *field));
	if (surname && forenames) {
		auto_text whole = text_format("%s %s", forenames, surname);
		auto_text first = text_format(
			"%.*s %s", (int)strcspn(forenames, " "), forenames, surname);

		add(b, person, whole);
		add(b, person, first);
	}
	if (surname && known_as) {
		auto_text familiar = text_format("%s %s", known_as, surname);

		add(b, person, familiar);
	}
}

struct guardian_book *guardian_book_new(const struct roster *people)
{
	struct guardian_book *b = text_alloc(sizeof(*b));

	b->names = text_alloc(people->people_count * NAMES * sizeof(*b->names));
	for (size_t i = 0; i < people->people_count; i++)
		add_names(b, i, roster_newest(people, i));
	if (b->count)
		qsort(b->names, b->count, sizeof(*b->names), compare);
	return b;
}

void guardian_book_free(struct guardian_book *b)
{
	if (!b)
		return;
	free(b->names);
	free(b);
}

void guardian_book_freep(struct guardian_book **b)
{
	guardian_book_free(*b);
	*b = NULL;
}

/* The first behind `last` who is called so. */
static size_t next_called(const struct guardian_book *b, const char *name, size_t last)
{
	struct called key = {hash_name(name), last == SIZE_MAX ? 0 : (uint32_t)last + 1};
	size_t low = 0, high = b->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare(&b->names[middle], &key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < b->count && b->names[low].name == key.name ? b->names[low].person
								: SIZE_MAX;
}

size_t guardian_next(const struct guardian_book *b, const char *guardian, size_t last)
{
	const char *untitled = strchr(guardian, ' '); /* "Mr Tom Alder" */
	size_t one = next_called(b, guardian, last),
	       other = untitled ? next_called(b, untitled + 1, last) : SIZE_MAX;

	return one < other ? one : other;
}
