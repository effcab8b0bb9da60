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
	uint32_t *alike; /* per person, themselves too */
};

struct look {
	uint64_t hash;
	uint32_t person;
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
	const struct look *x = a, *y = b;

	return x->hash < y->hash ? -1 : x->hash > y->hash;
}

struct findability *findability_new(const struct roster *people)
{
	struct findability *b = text_alloc(sizeof(*b));
	size_t count = people->people_count;
	struct look *looks = text_alloc(count * sizeof(*looks));

	b->alike = text_alloc(count * sizeof(*b->alike));
	for (size_t i = 0; i < count; i++)
		looks[i] =
			(struct look){hash_person(roster_newest(people, i)), (uint32_t)i};
	if (count)
		qsort(looks, count, sizeof(*looks), compare);
	for (size_t i = 0, start = 0; i < count; i++) {
		if (i + 1 < count && looks[i + 1].hash == looks[i].hash)
			continue;
		for (size_t k = start; k <= i; k++)
			b->alike[looks[k].person] = (uint32_t)(i + 1 - start);
		start = i + 1;
	}
	free(looks);
	return b;
}

void findability_free(struct findability *b)
{
	if (!b)
		return;
	free(b->alike);
	free(b);
}

double findability_of(const struct findability *b, size_t person)
{
	return b->alike[person];
}
