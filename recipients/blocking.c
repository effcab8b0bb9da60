/* SPDX-License-Identifier: MIT */
/*
 * Keys under which entries are filed. How well an entry that comes up agrees is
 * scoring.c's.
 *
 * What can go wrong: a person whose surname and at least two more fields are wrong comes
 * up under no key. A key that many share is refined by what else agrees; entries are
 * never dropped because there are many.
 */
#include "recipients/blocking.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum {
	SURNAME,
	FORENAME,
	INITIAL,
	FIRST_COMPARISON
};

#define FIELDS (FIRST_COMPARISON + COMPARISONS)
#define EXPECTED_MOST 20.0 /* people who share a key */
#define SAMPLE 4096        /* entries on which that is measured */
#define SETS_MOST 128      /* that are considered */
#define GROUP_SMALL                                                                      \
	24 /* people of one surname, who are compared whatever their forename */
#define GROUP_MOST 4096 /* from here on only those who agree in one more field */

static bool has(uint32_t fields, unsigned field)
{
	return fields >> field & 1;
}

/* --- filing --- */

/* What an entry has in a field, under one of its names; 0: nothing. */
static uint64_t field_of(const struct blocking *b, uint32_t entry,
	const struct evidence_name *name, unsigned field)
{
	const struct comparisons *c = b->comparisons;

	switch (field) {
	case SURNAME:
		return name ? name->surname : 0;
	case FORENAME:
		return name ? name->forenames[0] : 0;
	case INITIAL:
		return name ? naming_letter(c->evidence, name->forenames[0]) : 0;
	}
	return c->matrix[(size_t)entry * c->columns +
			 c->list[field - FIRST_COMPARISON].listed[0]];
}

static bool key_of(const struct blocking *b, uint32_t fields, uint32_t entry,
	const struct evidence_name *name, uint64_t *ret)
{
	*ret = fields;
	for (unsigned field = 0; fields >> field; field++) {
		uint64_t value = has(fields, field) ? field_of(b, entry, name, field) : 1;

		if (!value)
			return false;
		if (has(fields, field))
			*ret = numbering_mix(*ret, value);
	}
	return true;
}

static bool is_named(uint32_t fields)
{
	return fields & (1u << SURNAME | 1u << FORENAME | 1u << INITIAL);
}

static void file_entry(struct blocking *b, struct blocking_key *key, uint32_t entry)
{
	const struct evidence *e = b->comparisons->evidence;
	const struct evidence_row *row = &e->lists[EVIDENCE_PEOPLE].rows[entry];
	uint32_t names = is_named(key->fields) ? row->names_count : 1;
	uint64_t hash, last = 0;

	for (uint32_t i = 0; i < names; i++) {
		const struct evidence_name *name =
			row->names_count ? &e->names[row->names + i] : NULL;

		if (key_of(b, key->fields, entry, name, &hash) && hash != last)
			index_add(&key->index, (uint32_t)hash & key->mask, entry);
		last = hash;
	}
}

/* A single field: by value, so that those alike are found as well. */
static void file_values(struct blocking *b, struct blocking_key *key)
{
	const struct comparisons *c = b->comparisons;
	unsigned field = 0;

	while (!has(key->fields, field))
		field++;
	for (uint32_t i = 0; i < c->evidence->lists[EVIDENCE_PEOPLE].count; i++) {
		const struct comparison *x = &c->list[field - FIRST_COMPARISON];

		for (uint32_t k = 0; k < x->listed_count; k++) {
			uint32_t value = c->matrix[(size_t)i * c->columns + x->listed[k]];

			if (value)
				index_add(&key->index, value, i);
		}
	}
	index_build(&key->index, c->list[field - FIRST_COMPARISON].limit);
}

static bool is_single(const struct blocking_key *key)
{
	return !(key->fields & (key->fields - 1)) && key->fields >> FIRST_COMPARISON;
}

static void file_all(struct blocking *b, struct blocking_key *key)
{
	size_t people = b->comparisons->evidence->lists[EVIDENCE_PEOPLE].count;

	if (is_single(key)) {
		file_values(b, key);
		return;
	}
	key->mask = 1;
	while (key->mask < people)
		key->mask = key->mask * 2 + 1;
	for (uint32_t i = 0; i < people; i++)
		file_entry(b, key, i);
	index_build(&key->index, key->mask + 1);
}

/* Under surname and letter for those who give an initial, under surname and forename for
 * those who give it in full; an entry without a forename under its surname and nothing.
 */
static void file_name(struct blocking *b, uint32_t entry, const struct evidence_name *n)
{
	uint32_t letters = 0;

	for (size_t f = 0; f < EVIDENCE_FORENAMES && (!f || n->forenames[f]); f++) {
		uint32_t letter =
			naming_letter(b->comparisons->evidence, n->forenames[f]);

		index_add(&b->worded.index,
			(uint32_t)numbering_mix(n->surname, n->forenames[f]) &
				b->worded.mask,
			entry);
		if (!has(letters, letter))
			index_add(&b->lettered.index,
				(uint32_t)numbering_mix(n->surname, letter) &
					b->lettered.mask,
				entry);
		letters |= 1u << letter;
	}
}

static bool lacks_surname(const struct evidence *e)
{
	const struct evidence_list *records = &e->lists[EVIDENCE_RECORDS];

	for (size_t i = 0; i < records->count; i++)
		for (uint32_t k = 0; k < records->rows[i].names_count; k++)
			if (!e->names[records->rows[i].names + k].surname)
				return true;
	return false;
}

static void file_forenames(struct blocking *b)
{
	const struct evidence *e = b->comparisons->evidence;
	const struct evidence_list *people = &e->lists[EVIDENCE_PEOPLE];

	for (uint32_t i = 0; i < people->count; i++)
		for (uint32_t k = 0; k < people->rows[i].names_count; k++) {
			const struct evidence_name *n =
				&e->names[people->rows[i].names + k];

			for (size_t f = 0; f < EVIDENCE_FORENAMES && n->forenames[f]; f++)
				index_add(&b->forenames.index, n->forenames[f], i);
		}
	index_build(&b->forenames.index, e->words.count + 1);
}

static void file_names(struct blocking *b)
{
	const struct evidence *e = b->comparisons->evidence;
	const struct evidence_list *people = &e->lists[EVIDENCE_PEOPLE];
	uint32_t mask = 1;

	while (mask < people->count * 2)
		mask = mask * 2 + 1;
	b->lettered.mask = b->worded.mask = mask;
	for (uint32_t i = 0; i < people->count; i++) {
		const struct evidence_row *row = &people->rows[i];

		for (uint32_t k = 0; k < row->names_count; k++) {
			const struct evidence_name *n = &e->names[row->names + k];

			if (!k || n->surname != n[-1].surname)
				index_add(&b->surnames.index, n->surname, i);
			file_name(b, i, n);
		}
	}
	index_build(&b->surnames.index, e->words.count + 1);
	index_build(&b->lettered.index, mask + 1);
	index_build(&b->worded.index, mask + 1);
}

/* --- which sets of fields --- */

static int compare_hashes(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* People who share the fields with somebody, on average over those who have them. */
static double expect(const struct blocking *b, uint32_t fields, uint64_t *hashes)
{
	const struct evidence *e = b->comparisons->evidence;
	const struct evidence_list *people = &e->lists[EVIDENCE_PEOPLE];
	size_t step = people->count / SAMPLE + 1, count = 0, run = 0;
	double pairs = 0;

	for (size_t i = 0; i < people->count; i += step) {
		const struct evidence_row *row = &people->rows[i];
		const struct evidence_name *name =
			row->names_count ? &e->names[row->names] : NULL;

		count += key_of(b, fields, (uint32_t)i, name, &hashes[count]);
	}
	if (!count)
		return 0;
	qsort(hashes, count, sizeof(*hashes), compare_hashes);
	for (size_t i = 0; i < count; i++) {
		run = i && hashes[i] == hashes[i - 1] ? run + 1 : 0;
		pairs += (double)run;
	}
	return 1 + 2 * pairs / (double)count * (double)step;
}

struct sets {
	struct blocking_key list[SETS_MOST];
	uint32_t count;
	uint64_t *hashes;
};

/* Smaller sets come first, so that none is taken of which a part will do. */
static bool is_covered(const struct sets *sets, uint32_t fields)
{
	const uint32_t names = 1u << FORENAME | 1u << INITIAL;

	if ((fields & names) == names || (has(fields, SURNAME) && fields & names))
		return true; /* the indexes of names have the second */
	for (uint32_t i = 0; i < sets->count; i++)
		if ((fields & sets->list[i].fields) == sets->list[i].fields)
			return true;
	return false;
}

static void try_fields(const struct blocking *b, struct sets *sets, uint32_t fields)
{
	double expected;

	if (sets->count == SETS_MOST || is_covered(sets, fields))
		return;
	expected = expect(b, fields, sets->hashes);
	if (expected > 0 && expected <= EXPECTED_MOST)
		sets->list[sets->count++] =
			(struct blocking_key){.fields = fields, .expected = expected};
}

static void find_sets(const struct blocking *b, struct sets *sets)
{
	unsigned fields = FIRST_COMPARISON + b->comparisons->count;

	for (unsigned i = FIRST_COMPARISON; i < fields; i++)
		try_fields(b, sets, 1u << i);
	for (unsigned i = 0; i < fields; i++)
		for (unsigned k = i + 1; k < fields; k++)
			try_fields(b, sets, 1u << i | 1u << k);
	for (unsigned i = 0; i < fields; i++)
		for (unsigned k = i + 1; k < fields; k++)
			for (unsigned m = k + 1; m < fields; m++)
				try_fields(b, sets, 1u << i | 1u << k | 1u << m);
}

static int compare_expected(const void *a, const void *b)
{
	const struct blocking_key *x = a, *y = b;

	if (x->expected != y->expected)
		return x->expected < y->expected ? -1 : 1;
	return x->fields < y->fields ? -1 : x->fields > y->fields;
}

/* Initial and forename go wrong together. */
static uint32_t damage(unsigned field)
{
	return field == FORENAME || field == INITIAL ? 1u << FORENAME | 1u << INITIAL
						     : 1u << field;
}

/* Is a pair of fields in which both may be wrong avoided by this set, and by none before?
 */
static bool is_needed(const struct blocking *b, uint32_t fields)
{
	unsigned all = FIRST_COMPARISON + b->comparisons->count;

	for (unsigned i = 0; i < all; i++)
		for (unsigned k = i; k < all; k++) {
			uint32_t wrong = damage(i) | damage(k),
				 names = 1u << SURNAME | 1u << FORENAME;
			bool avoided = !(wrong & names);

			for (uint32_t n = 0; n < b->count; n++)
				avoided = avoided || !(b->keys[n].fields & wrong);
			if (!avoided && !(fields & wrong))
				return true;
		}
	return false;
}

static void choose_keys(struct blocking *b)
{
	struct sets sets = {.hashes = text_alloc((SAMPLE + 1) * sizeof(uint64_t))};

	find_sets(b, &sets);
	qsort(sets.list, sets.count, sizeof(*sets.list), compare_expected);
	for (uint32_t i = 0; i < sets.count && b->count < BLOCKING_KEYS; i++)
		if (is_single(&sets.list[i]) || is_needed(b, sets.list[i].fields))
			b->keys[b->count++] = sets.list[i];
	free(sets.hashes);
}

void blocking_init(
	struct blocking *b, const struct comparisons *c, const struct naming *n)
{
	*b = (struct blocking){.comparisons = c, .naming = n};
	file_names(b);
	if (lacks_surname(c->evidence))
		file_forenames(b);
	choose_keys(b);
	for (uint32_t i = 0; i < b->count; i++)
		file_all(b, &b->keys[i]);
}

void blocking_done(struct blocking *b)
{
	index_done(&b->lettered.index);
	index_done(&b->worded.index);
	index_done(&b->surnames.index);
	index_done(&b->forenames.index);
	for (uint32_t i = 0; i < b->count; i++)
		index_done(&b->keys[i].index);
	free(b->entries);
	*b = (struct blocking){0};
}

/* --- finding --- */

static bool agrees_somewhere(const struct blocking *b, uint32_t entry, uint32_t fields)
{
	const struct comparisons *c = b->comparisons;

	for (uint32_t i = 0; i < c->count; i++)
		if (!has(fields, FIRST_COMPARISON + i) &&
			comparison_level(c, &c->list[i], entry) < VALUE_PART)
			return true;
	return false;
}

/* Is there a field, beside these, by which a large group can be told apart? */
static bool has_more(const struct blocking *b, uint32_t fields)
{
	for (uint32_t i = 0; i < b->comparisons->count; i++)
		if (!has(fields, FIRST_COMPARISON + i) && b->comparisons->list[i].value)
			return true;
	return false;
}

static void take(struct blocking *b, struct blocking_key *key, const uint32_t *at,
	const uint32_t *end)
{
	bool refine = end - at > GROUP_MOST && has_more(b, key->fields);
	size_t count = (size_t)(end - at);

	key->found += count;
	if (b->entries_room - b->entries_count < count) {
		b->entries_room = b->entries_room * 2 + count + 64;
		b->entries =
			text_realloc(b->entries, b->entries_room * sizeof(*b->entries));
	}
	for (; at < end; at++)
		if (!refine || agrees_somewhere(b, *at, key->fields))
			b->entries[b->entries_count++] = *at;
}

static void take_hashed(struct blocking *b, struct blocking_key *key, uint64_t hash)
{
	const uint32_t *end,
		*at = index_range(&key->index, (uint32_t)hash & key->mask, &end);

	take(b, key, at, end);
}

static void find_surname(
	struct blocking *b, const struct evidence_name *reading, uint32_t surname)
{
	const struct naming *n = b->naming;
	const uint32_t *end, *at = index_range(&b->surnames.index, surname, &end);
	const struct alike_item *word, *last;
	uint32_t first = reading->forenames[0];

	if (!first || end - at <= GROUP_SMALL) {
		take(b, &b->surnames, at, end);
		return;
	}
	if (naming_is_initial(n->evidence, first)) {
		take_hashed(b, &b->lettered,
			numbering_mix(surname, naming_letter(n->evidence, first)));
		take_hashed(b, &b->lettered, numbering_mix(surname, 0));
		return;
	}
	for (word = alike_range(&n->forenames, first, &last); word < last; word++)
		take_hashed(b, &b->worded, numbering_mix(surname, word->listed));
	take_hashed(b, &b->worded, numbering_mix(surname, 0));
	if (n->letters[naming_letter(n->evidence, first)])
		take_hashed(b, &b->worded,
			numbering_mix(
				surname, n->letters[naming_letter(n->evidence, first)]));
}

static void find_forename(struct blocking *b, uint32_t forename, bool only_equal)
{
	const struct alike_item *end,
		*at = alike_range(&b->naming->forenames, forename, &end);

	for (; at < end; at++) {
		const uint32_t *last,
			*entries = index_range(&b->forenames.index, at->listed, &last);

		if (!only_equal || at->level == FORENAME_EQUAL)
			take(b, &b->forenames, entries, last);
	}
}

void blocking_find_named(
	struct blocking *b, const struct evidence_name *reading, bool only_equal)
{
	const struct alike_item *end,
		*first = alike_range(&b->naming->surnames, reading->surname, &end);

	b->entries_count = 0;
	if (!reading->surname)
		find_forename(b, reading->forenames[0], only_equal);
	/* The likeliest first: beside them others are soon too light. */
	for (const struct alike_item *at = first; at < end; at++)
		if (at->level == SURNAME_EQUAL)
			find_surname(b, reading, at->listed);
	for (const struct alike_item *at = first; at < end && !only_equal; at++)
		if (at->level != SURNAME_EQUAL)
			find_surname(b, reading, at->listed);
}

/* What the record has in a field; 0: nothing. */
static uint64_t asked(
	const struct blocking *b, const struct evidence_name *reading, unsigned field)
{
	const struct evidence *e = b->comparisons->evidence;

	switch (field) {
	case SURNAME:
		return reading ? reading->surname : 0;
	case FORENAME:
		return reading && !naming_is_initial(e, reading->forenames[0])
			       ? reading->forenames[0]
			       : 0;
	case INITIAL:
		return reading ? naming_letter(e, reading->forenames[0]) : 0;
	}
	return b->comparisons->list[field - FIRST_COMPARISON].value;
}

static void find_key(
	struct blocking *b, struct blocking_key *key, const struct evidence_name *reading)
{
	uint64_t hash = key->fields;
	const uint32_t *end, *at;

	for (unsigned field = 0; key->fields >> field; field++) {
		uint64_t value = has(key->fields, field) ? asked(b, reading, field) : 1;

		if (!value)
			return;
		if (has(key->fields, field))
			hash = numbering_mix(hash, value);
	}
	at = index_range(&key->index, (uint32_t)hash & key->mask, &end);
	take(b, key, at, end);
}

static void find_value(struct blocking *b, struct blocking_key *key)
{
	const struct comparison *x = b->comparisons->list;
	const struct alike_item *item, *last;
	const uint32_t *end, *at;

	while (!has(key->fields, FIRST_COMPARISON + (unsigned)(x - b->comparisons->list)))
		x++;
	if (!x->value)
		return;
	at = index_range(&key->index, x->value, &end);
	take(b, key, at, end);
	for (item = alike_range(&x->alike, x->value, &last); item < last; item++) {
		if (item->level > VALUE_NEAR || item->listed == x->value)
			continue;
		at = index_range(&key->index, item->listed, &end);
		take(b, key, at, end);
	}
}

void blocking_find(struct blocking *b, const struct evidence_row *record)
{
	const struct evidence_name *names =
		b->comparisons->evidence->names + record->names;

	b->entries_count = 0;
	for (uint32_t i = 0; i < b->count; i++) {
		struct blocking_key *key = &b->keys[i];

		if (is_single(key)) {
			find_value(b, key);
			continue;
		}
		for (uint32_t k = 0; k < record->names_count; k++)
			find_key(b, key, &names[k]);
		if (!record->names_count)
			find_key(b, key, NULL);
	}
}

static const char *field_name(const struct blocking *b, unsigned field)
{
	const struct comparisons *c = b->comparisons;

	switch (field) {
	case SURNAME:
		return "surname";
	case FORENAME:
		return "forename";
	case INITIAL:
		return "initial";
	}
	return c->evidence->columns[c->list[field - FIRST_COMPARISON].column].name;
}

void blocking_report(const struct blocking *b, uint64_t records, struct text *out)
{
	double rows = records ? (double)records : 1;

	text_printf(out, "surname and forename: %.1f\n",
		(double)(b->lettered.found + b->worded.found + b->surnames.found) / rows);
	if (b->forenames.found)
		text_printf(
			out, "forename alone: %.1f\n", (double)b->forenames.found / rows);
	for (uint32_t i = 0; i < b->count; i++) {
		const struct blocking_key *key = &b->keys[i];
		bool first = true;

		for (unsigned field = 0; key->fields >> field; field++) {
			if (!has(key->fields, field))
				continue;
			text_printf(out, "%s%s", first ? "" : ", ", field_name(b, field));
			first = false;
		}
		text_printf(out, ": %.1f\n", (double)key->found / rows);
	}
}
