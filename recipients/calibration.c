/* SPDX-License-Identifier: MIT */
/*
 * Trials. How copies are made is damage.c's; that they are linked as records are is
 * linkage.c's; what is told of the results mailer's.
 *
 * What can go wrong: a trial knows only the damage that the model knows. Where a leak has
 * another kind, a whole column of somebody else's numbers, the trial is too kind.
 */
#include "recipients/calibration.h"

#include <math.h>
#include <stdlib.h>

#include "recipients/index.h"
#include "recipients/linkage_state.h"

#define ALIKE 0.01 /* weights that differ by less are the same */
#define BINS 10

static uint32_t less(size_t a, uint32_t b)
{
	return a < b ? (uint32_t)a : b;
}

void calibration_prepare(struct linkage *l)
{
	const struct evidence_list *lists = l->evidence.lists;

	if (lists[EVIDENCE_RECORDS].count)
		damage_prepare(&l->damage, &l->evidence,
			less(lists[EVIDENCE_PEOPLE].count, CALIBRATION_COPIES),
			less(lists[EVIDENCE_RECORDS].count, CALIBRATION_DECOYS));
}

/* What trials compete with. */
struct arena {
	struct linkage *linkage;
	double *bids;         /* by person: what all records want them */
	uint32_t *own;        /* by person: the row that wants them most, and one */
	struct index entries; /* by person */
	struct index wanting; /* by person: rows of records that want them */
};

static void arena_done(struct arena *x)
{
	free(x->bids);
	free(x->own);
	index_done(&x->entries);
	index_done(&x->wanting);
}
#define auto_arena __attribute__((cleanup(arena_done))) struct arena

static void arena_init(struct arena *x, struct linkage *l)
{
	const struct assignment *a = &l->assignment;
	const struct evidence_list *people = &l->evidence.lists[EVIDENCE_PEOPLE];
	double *most = text_alloc(((size_t)a->people + 1) * sizeof(*most));

	*x = (struct arena){.linkage = l,
		.bids = text_alloc(((size_t)a->people + 1) * sizeof(*x->bids)),
		.own = text_alloc(((size_t)a->people + 1) * sizeof(*x->own))};
	for (size_t i = 0; i < a->starts[a->rows]; i++) {
		const struct assignment_edge *e = &a->edges[i];

		x->bids[e->person] += e->bid;
		index_add(&x->wanting, e->person, e->row);
		if (e->probability > most[e->person]) {
			most[e->person] = e->probability;
			x->own[e->person] = e->row + 1;
		}
	}
	free(most);
	for (uint32_t i = 0; i < people->count; i++)
		index_add(&x->entries, people->rows[i].owner, i);
	index_build(&x->entries, a->people + 1);
	index_build(&x->wanting, a->people + 1);
}

/* A row stops to compete, or begins again. */
static void withdraw(struct arena *x, uint32_t row, double by)
{
	const struct assignment *a = &x->linkage->assignment;

	for (size_t i = a->starts[row]; i < a->starts[row + 1]; i++)
		x->bids[a->edges[i].person] += by * a->edges[i].bid;
}

/* The trial in a row, instead of the record in row `place` less one. Returns the edge
 * that is likeliest, SIZE_MAX for none. */
static size_t compete(struct arena *x, uint32_t row, uint32_t place)
{
	struct assignment *a = &x->linkage->assignment;
	size_t best = SIZE_MAX;
	double all = 1;

	linkage_edges_try(x->linkage, row);
	if (place)
		withdraw(x, place - 1, -1);
	for (size_t i = a->starts[row]; i < a->starts[row + 1]; i++) {
		struct assignment_edge *e = &a->edges[i];
		double bids = fmax(x->bids[e->person], 0);

		e->probability = e->odds * (1 + a->again * bids) / (1 + bids);
		all += e->probability;
		if (best == SIZE_MAX || e->probability > a->edges[best].probability)
			best = i;
	}
	for (size_t i = a->starts[row]; i < a->starts[row + 1]; i++)
		a->edges[i].probability /= all;
	if (place)
		withdraw(x, place - 1, 1);
	return best;
}

/* --- copies --- */

struct bins {
	double stated[BINS], right[BINS], variance[BINS];
};

static void try_copy(struct arena *x, uint32_t copy, struct bins *bins)
{
	struct linkage *l = x->linkage;
	const struct assignment *a = &l->assignment;
	struct calibration *c = &l->calibration;
	uint32_t entry = damage_make(&l->damage, copy), row = a->rows + copy,
		 person = l->evidence.lists[EVIDENCE_PEOPLE].rows[entry].owner;
	size_t best = compete(x, row, x->own[person]);
	bool right = best != SIZE_MAX && a->edges[best].person == person;

	c->copies++;
	if (best == SIZE_MAX)
		return;
	for (size_t i = a->starts[row]; i < a->starts[row + 1]; i++)
		c->copies_listed += a->edges[i].person == person &&
				    a->edges[i].probability >= LINKAGE_LEAST;
	if (linkage_judge(l, row) == LINKAGE_MATCHED) {
		c->copies_matched++;
		c->copies_right += right;
	}
	if (a->edges[best].probability >= LINKAGE_LEAST) {
		int bin = (int)(a->edges[best].probability * BINS);

		bin = bin < BINS ? bin : BINS - 1;
		bins->stated[bin] += a->edges[best].probability;
		bins->right[bin] += right ? 1 : 0;
		bins->variance[bin] +=
			a->edges[best].probability * (1 - a->edges[best].probability);
	}
}

static void try_copies(struct arena *x)
{
	struct linkage *l = x->linkage;
	struct bins bins = {{0}, {0}, {0}};
	double error = 0, chance = 0;

	damage_learn(&l->damage, &l->scoring);
	for (uint32_t i = 0; i < l->damage.copies; i++)
		try_copy(x, i, &bins);
	for (int i = 0; i < BINS; i++) {
		error += fabs(bins.stated[i] - bins.right[i]);
		/* The mean distance of a normal variable from its mean. */
		chance += sqrt(bins.variance[i] * 2 / M_PI);
	}
	l->calibration.copies_error = error / l->damage.copies;
	l->calibration.copies_chance = chance / l->damage.copies;
}

/* --- decoys --- */

/* A record that can no longer have a person bids the more for others: by what it adds. */
static void bid_without(struct arena *x, uint32_t row, uint32_t person, double by)
{
	const struct assignment *a = &x->linkage->assignment;
	double all = 1;

	for (size_t i = a->starts[row]; i < a->starts[row + 1]; i++)
		if (a->edges[i].person != person)
			all += a->edges[i].odds * a->edges[i].free;
	for (size_t i = a->starts[row]; i < a->starts[row + 1]; i++) {
		const struct assignment_edge *e = &a->edges[i];

		if (e->person != person)
			x->bids[e->person] +=
				by *
				(e->odds / fmax(1, all - e->odds * e->free) - e->bid);
	}
}

static void bids_without(struct arena *x, uint32_t record, uint32_t person, double by)
{
	const struct assignment *a = &x->linkage->assignment;
	const uint32_t *end, *row = index_range(&x->wanting, person, &end);

	for (; row < end; row++)
		if (*row != record && *row < a->rows)
			bid_without(x, *row, person, by);
}

static void try_decoy(struct arena *x, uint32_t row, uint32_t record)
{
	struct linkage *l = x->linkage;
	const struct assignment *a = &l->assignment;
	struct evidence_row *rows = l->evidence.lists[EVIDENCE_RECORDS].rows;
	const uint32_t *end, *entries;
	uint32_t person = 0;
	double most = 0;

	rows[row] = rows[record];
	for (size_t i = a->starts[record]; i < a->starts[record + 1]; i++)
		if (a->edges[i].probability > most) {
			most = a->edges[i].probability;
			person = a->edges[i].person;
		}
	l->assignment.starts[row + 1] = a->starts[row];
	if (most < 0.5)
		return;
	entries = index_range(&x->entries, person, &end);
	scoring_leave(&l->scoring, person, entries, (size_t)(end - entries));
	bids_without(x, record, person, 1);
	(void)compete(x, row, record + 1);
	bids_without(x, record, person, -1);
	scoring_return(&l->scoring, entries, (size_t)(end - entries));
	l->calibration.decoys++;
	l->calibration.decoys_matched += linkage_judge(l, row) == LINKAGE_MATCHED;
}

static void try_decoys(struct arena *x)
{
	const struct assignment *a = &x->linkage->assignment;
	uint32_t decoys = less(a->rows, CALIBRATION_DECOYS);

	for (uint32_t i = 0; i < decoys; i++)
		try_decoy(x, a->rows + x->linkage->damage.copies + i,
			(uint32_t)((2 * (uint64_t)i + 1) * a->rows / (2 * decoys)));
}

/* --- records --- */

/* Several fit equally well, or agree in everything that the record says. */
static bool is_alike(const struct linkage *l, uint32_t row)
{
	const struct assignment *a = &l->assignment;
	float most = -INFINITY;
	double sum = 0;
	int count = 0, equal = 0;

	for (size_t i = a->starts[row]; i < a->starts[row + 1]; i++) {
		most = l->notes[i].weight > most ? l->notes[i].weight : most;
		sum += a->edges[i].probability;
	}
	for (size_t i = a->starts[row]; i < a->starts[row + 1]; i++) {
		count += most - l->notes[i].weight < (float)ALIKE;
		equal += l->notes[i].flags & ALL_EQUAL ? 1 : 0;
	}
	return (count > 1 || equal > 1) && sum >= 0.5;
}

static void count_records(struct linkage *l)
{
	const struct assignment *a = &l->assignment;
	struct calibration *c = &l->calibration;

	for (uint32_t row = 0; row < a->rows; row++) {
		uint32_t owner = l->evidence.lists[EVIDENCE_RECORDS].rows[row].owner;
		double sum = 0, best = 0;

		for (size_t i = a->starts[row]; i < a->starts[row + 1]; i++) {
			sum += a->edges[i].probability;
			best = fmax(best, a->edges[i].probability);
		}
		c->rows_nobody += fmax(1 - sum, 0);
		c->rows_alike += is_alike(l, row);
		if (l->decisions[owner].outcome == LINKAGE_MATCHED)
			c->rows_wrong += 1 - best;
	}
}

void calibration_run(struct linkage *l)
{
	auto_arena arena = {0};

	count_records(l);
	if (!l->damage.copies)
		return;
	arena_init(&arena, l);
	try_copies(&arena);
	try_decoys(&arena);
}
