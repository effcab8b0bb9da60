/* SPDX-License-Identifier: MIT */
/*
 * Finds the pairs of fields on a part of the list, then counts them on all of it.
 *
 * What can go wrong: three fields that go together (a family of one name in one street
 * with one telephone) are corrected in pairs only, and still count a little too much.
 */
#include "recipients/dependence.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "recipients/text.h"

enum {
	SURNAME,
	FORENAME,
	FIRST_COMPARISON
};

#define SAMPLE 8192
#define LIFT_LEAST 1.3 /* less is not worth counting */
#define LEAST 0.5      /* others; fewer are none */
#define PAIRS_LEAST 8  /* agreements in the sample that a lift must rest on */

/* Value of a field of an entry; initials stand beside forenames as the name's letter does
 * in naming_levels. */
static uint32_t value_of(
	const struct comparisons *c, uint32_t entry, uint32_t field, bool initial)
{
	const struct evidence *e = c->evidence;
	const struct evidence_row *row = &e->lists[EVIDENCE_PEOPLE].rows[entry];
	const struct evidence_name *name =
		row->names_count ? &e->names[row->names] : NULL;

	if (field == SURNAME)
		return name ? name->surname : 0;
	if (field == FORENAME && initial)
		return name && name->forenames[0]
			       ? UINT32_MAX - naming_letter(e, name->forenames[0])
			       : 0;
	if (field == FORENAME)
		return name ? name->forenames[0] : 0;
	return c->matrix[(size_t)entry * c->columns +
			 c->list[field - FIRST_COMPARISON].listed[0]];
}

static int compare_keys(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* How many pairs of entries of the sample agree in both fields, as a share; `ret_count`
 * how many there are. With a == b: in the one. */
static double agreement(const struct comparisons *c, const bool *skipped, uint32_t a,
	uint32_t b, uint64_t *keys, double *ret_count)
{
	size_t people = c->evidence->lists[EVIDENCE_PEOPLE].count,
	       step = skipped ? 1 : people / SAMPLE + 1;
	size_t count = 0, run = 0;

	for (size_t i = 0; i < people; i += step) {
		uint32_t x = value_of(c, (uint32_t)i, a, false),
			 y = value_of(c, (uint32_t)i, b, false);

		if (x && y && !(skipped && skipped[i]))
			keys[count++] = numbering_pair(x, y);
	}
	qsort(keys, count, sizeof(*keys), compare_keys);
	*ret_count = 0;
	for (size_t i = 1; i < count; i++) {
		run = keys[i] == keys[i - 1] ? run + 1 : 0;
		*ret_count += (double)run;
	}
	return count > 1 ? *ret_count / ((double)count * (double)(count - 1) / 2) : 0;
}

static bool is_usable(const struct comparisons *c, uint32_t field)
{
	if (field < FIRST_COMPARISON)
		return true;
	return !c->list[field - FIRST_COMPARISON].strong &&
	       c->list[field - FIRST_COMPARISON].listed_count == 1;
}

static int compare_lifts(const void *a, const void *b)
{
	const struct dependence_pair *x = a, *y = b;

	if (x->lift != y->lift)
		return x->lift < y->lift ? 1 : -1;
	return numbering_pair(x->a, x->b) < numbering_pair(y->a, y->b) ? -1 : 1;
}

/* All pairs worth counting, the strongest first. */
static size_t find_pairs(const struct comparisons *c, const bool *skipped,
	struct dependence_pair *found, uint64_t *keys)
{
	uint32_t fields = FIRST_COMPARISON + c->count;
	double alone[DEPENDENCE_FIELDS], pairs;
	size_t count = 0;

	for (uint32_t i = 0; i < fields; i++)
		alone[i] = agreement(c, skipped, i, i, keys, &pairs);
	for (uint32_t a = 0; a < fields; a++)
		for (uint32_t b = a + 1; b < fields; b++) {
			double both;

			if (!is_usable(c, a) || !is_usable(c, b) || alone[a] <= 0 ||
				alone[b] <= 0)
				continue;
			both = agreement(c, skipped, a, b, keys, &pairs);
			if (pairs >= PAIRS_LEAST &&
				both > LIFT_LEAST * alone[a] * alone[b])
				found[count++] = (struct dependence_pair){.a = a,
					.b = b,
					.lift = both / alone[a] / alone[b]};
		}
	qsort(found, count, sizeof(*found), compare_lifts);
	return count;
}

static void count_value(struct dependence_pair *p, size_t *room, uint32_t x, uint32_t y)
{
	uint32_t known = p->numbers.count, number;

	if (!x || !y)
		return;
	number = numbering_add(&p->numbers, numbering_pair(x, y));
	if (number > *room) {
		*room = *room ? *room * 2 : 1024;
		p->counts = text_realloc(p->counts, *room * sizeof(*p->counts));
	}
	p->counts[number - 1] = number > known ? 1 : p->counts[number - 1] + 1;
}

/* Forenames are counted as such and by their initial: a record may have either. */
static void count_pair(const struct dependence *d, struct dependence_pair *p)
{
	bool forename = p->a == FORENAME || p->b == FORENAME;
	size_t room = 0;

	for (int initial = 0; initial <= forename; initial++)
		for (uint32_t i = 0; i < d->entries; i++)
			count_value(p, &room, value_of(d->comparisons, i, p->a, initial),
				value_of(d->comparisons, i, p->b, initial));
}

/* Kruskal: the strongest pairs that close no circle. */
static void take_tree(
	struct dependence *d, const struct dependence_pair *found, size_t count)
{
	uint32_t tree[DEPENDENCE_FIELDS];

	for (uint32_t i = 0; i < DEPENDENCE_FIELDS; i++)
		tree[i] = i;
	for (size_t i = 0; i < count; i++) {
		uint32_t a = tree[found[i].a], b = tree[found[i].b];

		if (a == b)
			continue;
		for (uint32_t k = 0; k < DEPENDENCE_FIELDS; k++)
			tree[k] = tree[k] == b ? a : tree[k];
		d->pairs[d->count] = found[i];
		count_pair(d, &d->pairs[d->count++]);
	}
}

void dependence_init(
	struct dependence *d, const struct comparisons *c, const bool *skipped)
{
	struct dependence_pair *found = text_alloc(
		(size_t)DEPENDENCE_FIELDS * DEPENDENCE_FIELDS * sizeof(*found));
	uint64_t *keys = text_alloc((SAMPLE + 1) * sizeof(*keys));

	*d = (struct dependence){
		.comparisons = c, .entries = c->evidence->lists[EVIDENCE_PEOPLE].count};
	take_tree(d, found, find_pairs(c, skipped, found, keys));
	free(found);
	free(keys);
}

void dependence_done(struct dependence *d)
{
	for (uint32_t i = 0; i < d->count; i++) {
		numbering_done(&d->pairs[i].numbers);
		free(d->pairs[i].counts);
	}
	*d = (struct dependence){0};
}

double dependence_take(const struct dependence *d,
	const uint32_t values[DEPENDENCE_FIELDS], const double log_u[DEPENDENCE_FIELDS],
	const double *left_out)
{
	double sum = 0;

	for (uint32_t i = 0; i < d->count; i++) {
		const struct dependence_pair *p = &d->pairs[i];
		uint32_t x = values[p->a], y = values[p->b], number;
		double apart = log_u[p->a] + log_u[p->b], together, others;

		if (!x || !y)
			continue;
		number = numbering_find(&p->numbers, numbering_pair(x, y));
		others =
			number ? p->counts[number - 1] - (left_out ? left_out[i] : 1) : 0;
		if (others < LEAST)
			continue;
		together = log(others / (double)d->entries);
		if (together > apart)
			sum += apart - together;
	}
	return sum;
}
