/* SPDX-License-Identifier: MIT */
/*
 * Counts look-alikes on the list. Hashes stand for the four fields; two that collide
 * would make one person look less rare by one, once in some billion lists.
 */
#include "recipients/findability.h"

#include <stdint.h>
#include <stdlib.h>

#include "recipients/fold.h"
#include "recipients/text.h"

struct findability {
	uint64_t *mine; /* per person */
	uint64_t *sorted;
	size_t count;
};

static uint64_t add(uint64_t hash, const char *value, size_t letters)
{
	char folded[FOLD_ROOM];
	size_t length = value ? fold_words(value, folded, sizeof(folded)) : 0;

	for (size_t i = 0; i < length && i < letters; i++)
		hash = (hash ^ (unsigned char)folded[i]) * 0x100000001b3ULL; /* FNV-1a */
	return (hash ^ 0xff) * 0x100000001b3ULL;
}

static uint64_t hash_person(const struct roster_row *e)
{
	const char *forenames = roster_value(e, "forenames"),
		   *surname = roster_value(e, "surname");
	uint64_t hash = 0xcbf29ce484222325ULL;

	hash = add(hash, surname ? surname : roster_value(e, "name"), FOLD_ROOM);
	hash = add(hash, forenames ? forenames : roster_value(e, "initials"), 1);
	hash = add(hash, roster_value(e, "rank"), FOLD_ROOM);
	return add(hash, roster_value(e, "location"), FOLD_ROOM);
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

struct findability *findability_new(const struct roster *people)
{
	struct findability *b = text_alloc(sizeof(*b));

	b->count = people->people_count;
	b->mine = text_alloc(b->count * sizeof(*b->mine));
	b->sorted = text_alloc(b->count * sizeof(*b->sorted));
	for (size_t i = 0; i < b->count; i++)
		b->sorted[i] = b->mine[i] = hash_person(roster_newest(people, i));
	qsort(b->sorted, b->count, sizeof(*b->sorted), compare);
	return b;
}

void findability_free(struct findability *b)
{
	if (!b)
		return;
	free(b->mine);
	free(b->sorted);
	free(b);
}

static size_t below(const struct findability *b, uint64_t hash)
{
	size_t low = 0, high = b->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (b->sorted[middle] < hash)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

double findability_of(const struct findability *b, size_t person)
{
	uint64_t hash = b->mine[person];

	return (double)(below(b, hash + 1) - below(b, hash));
}
