/* SPDX-License-Identifier: MIT */
/*
 * Who may be each record: the edges between records and people, with their odds. What
 * follows from them is linkage.c's.
 *
 * What can go wrong: a person who is not among the edges of a record is lost to it,
 * whatever comes later. So edges go down to one in a million, and whoever holds an
 * identifier of the record is among them however little else agrees.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "recipients/dictionary.h"
#include "recipients/halves.h"
#include "recipients/linkage_state.h"

#define EDGE_LEAST 1e-6   /* candidates below this do not take part */
#define HALVES_LEAST 4096 /* records from which two processes are worth their while */

static void edge_add(
	struct linkage *l, uint32_t row, uint32_t person, double odds, struct note note)
{
	size_t count = l->assignment.starts[row + 1];

	if (count == l->edges_room) {
		l->edges_room = l->edges_room ? l->edges_room + l->edges_room / 2 : 1024;
		l->assignment.edges = text_realloc(l->assignment.edges,
			l->edges_room * sizeof(*l->assignment.edges));
		l->notes = text_realloc(l->notes, l->edges_room * sizeof(*l->notes));
	}
	l->assignment.edges[count] =
		(struct assignment_edge){.row = row, .person = person, .odds = odds};
	l->notes[count] = note;
	l->assignment.starts[row + 1]++;
}

/* Another name: a forename or an initial that cannot be the same, or no part of it that
 * could be. */
static bool is_contradicted(model_pattern pattern)
{
	int surname = model_get(pattern, NAMING_SURNAME),
	    forename = model_get(pattern, NAMING_FORENAME),
	    initial = model_get(pattern, NAMING_INITIAL);

	if (forename >= FORENAME_INITIAL || initial == INITIAL_OTHER)
		return true;
	return surname == SURNAME_OTHER && forename < 0 && initial < 0;
}

static uint8_t flags_of(const struct linkage *l, model_pattern pattern)
{
	const struct comparisons *c = &l->scoring.comparisons;
	bool all = true;
	uint8_t flags = model_get(pattern, NAMING_SURNAME) >= 0 ? NAMED : 0;

	for (unsigned part = 0; part < l->scoring.model.parts; part++)
		all = all && (part == NAMING_BARE || model_get(pattern, part) <= 0);
	for (uint32_t i = 0; i < c->count; i++) {
		int level = model_get(pattern, NAMING_PARTS + i);

		if (!c->list[i].strong || level < 0)
			continue;
		flags |= level == VALUE_EQUAL ? HOLDS : NUMBER_DIFFERS;
	}
	if (flags & HOLDS && is_contradicted(pattern))
		flags |= CONTRADICTED;
	return flags | (all ? ALL_EQUAL : 0);
}

static void edges_settled(struct linkage *l, uint32_t row, uint32_t settled)
{
	if (settled != LINKAGE_NO_ONE && settled <= l->people_limit)
		edge_add(l, row, settled - 1, ODDS_MOST,
			(struct note){.flags = ALL_EQUAL});
}

/* Whoever is likely enough, when the record stands alone. */
static void edges_find(struct linkage *l, uint32_t row, const struct evidence_row *record)
{
	struct scoring *s = &l->scoring;
	double all = 1;

	scoring_find(s, record);
	for (size_t i = 0; i < s->count; i++)
		all += exp(fmin(scoring_log_odds(s, &s->list[i]), 300));
	for (size_t i = 0; i < s->count; i++) {
		double odds = exp(fmin(scoring_log_odds(s, &s->list[i]), 300));
		uint8_t flags = flags_of(l, s->list[i].pattern);

		if (odds / all >= EDGE_LEAST || flags & HOLDS)
			edge_add(l, row, s->list[i].person, fmin(odds, ODDS_MOST),
				(struct note){(float)s->list[i].weight, flags});
	}
}

void linkage_edges_try(struct linkage *l, uint32_t row)
{
	struct assignment *a = &l->assignment;

	a->starts[row + 1] = a->starts[row];
	l->looked_at++;
	edges_find(l, row, &l->evidence.lists[EVIDENCE_RECORDS].rows[row]);
	if (a->again < 1) /* as linkage.c does with those of records */
		for (size_t i = a->starts[row]; i < a->starts[row + 1]; i++)
			a->edges[i].odds =
				fmin(a->edges[i].odds / (1 - l->share), ODDS_MOST);
}

static void edges_copy(struct linkage *l, uint32_t row, uint32_t from)
{
	for (size_t i = l->assignment.starts[from]; i < l->assignment.starts[from + 1];
		i++)
		edge_add(l, row, l->assignment.edges[i].person,
			l->assignment.edges[i].odds, l->notes[i]);
}

/* Records that say the same are decided once: a leak of thousands of equal rows takes no
 * longer than one. */
struct twins {
	struct dictionary signs;
	uint32_t *sign; /* of each record's row */
	struct twin {
		uint32_t count, first; /* row of the first, and one */
	} * list;
};

static void twins_find(struct twins *t, const struct evidence *e)
{
	const struct evidence_list *records = &e->lists[EVIDENCE_RECORDS];
	auto_text_buffer sign = {0};

	t->sign = text_alloc((records->count + 1) * sizeof(*t->sign));
	t->list = text_alloc((records->count + 2) * sizeof(*t->list));
	for (size_t i = 0; i < records->count; i++) {
		text_clear(&sign);
		evidence_sign(e, &records->rows[i], &sign);
		t->sign[i] = dictionary_add(&t->signs, text_string(&sign));
		t->list[t->sign[i]].count++;
	}
}

static void twins_done(struct twins *t)
{
	dictionary_done(&t->signs);
	free(t->sign);
	free(t->list);
}
#define auto_twins __attribute__((cleanup(twins_done))) struct twins

static uint32_t settled_of(const struct linkage *l, uint32_t record)
{
	return record < l->settled_room ? l->settled[record] : 0;
}

static void row_find(struct linkage *l, struct twins *twins, uint32_t row)
{
	const struct evidence_row *record =
		&l->evidence.lists[EVIDENCE_RECORDS].rows[row];
	struct twin *twin = &twins->list[twins->sign[row]];
	uint32_t settled = settled_of(l, record->owner);

	l->decisions[record->owner] = (struct decision){.row = row + 1};
	l->assignment.starts[row + 1] = l->assignment.starts[row];
	if (settled) {
		edges_settled(l, row, settled);
	} else if (twin->first) {
		edges_copy(l, row, twin->first - 1);
	} else {
		twin->first = row + 1;
		l->looked_at++;
		edges_find(l, row, record);
	}
}

static int rows_find(struct linkage *l, struct twins *twins, uint32_t from, uint32_t to,
	const struct progress *progress, struct fault *f)
{
	uint32_t all = l->assignment.rows;

	for (uint32_t i = from; i < to; i++) {
		/* While a child does the other half, this one shows the way of both. */
		if (i % 256 == 0 &&
			progress_step(progress, "matching", to < all ? i * 2 : i, all, f))
			return -1;
		row_find(l, twins, i);
	}
	return 0;
}

/* --- two halves --- */

/* What goes from the child to the parent, an edge after the other. */
struct sent {
	uint32_t row, person;
	double odds;
	struct note note;
};

/* The child's: from here to the end. Its edges are numbered as the parent's will be. */
static void second_half(
	struct linkage *l, struct halves *h, struct twins *twins, uint32_t from)
{
	const struct assignment *a = &l->assignment;
	auto_text_buffer bytes = {0};
	struct fault f = {0};
	int failed = rows_find(l, twins, from, a->rows, NULL, &f);

	for (size_t i = a->starts[from]; !failed && i < a->starts[a->rows]; i++) {
		struct sent sent;

		memset(&sent, 0, sizeof(sent)); /* the holes in it, too */
		sent.row = a->edges[i].row;
		sent.person = a->edges[i].person;
		sent.odds = a->edges[i].odds;
		sent.note.weight = l->notes[i].weight;
		sent.note.flags = l->notes[i].flags;
		text_add(&bytes, &sent, sizeof(sent));
	}
	halves_end(h, failed, &bytes);
}

static void take_over(struct linkage *l, uint32_t from, const struct text *bytes)
{
	const struct evidence_list *records = &l->evidence.lists[EVIDENCE_RECORDS];
	size_t count = bytes->length / sizeof(struct sent), next = 0;
	struct sent sent;

	for (uint32_t row = from; row < l->assignment.rows; row++) {
		l->decisions[records->rows[row].owner] =
			(struct decision){.row = row + 1};
		l->assignment.starts[row + 1] = l->assignment.starts[row];
		for (; next < count; next++) {
			memcpy(&sent, bytes->bytes + next * sizeof(sent), sizeof(sent));
			if (sent.row != row)
				break;
			edge_add(l, row, sent.person, sent.odds, sent.note);
		}
	}
}

static int find_in_halves(struct linkage *l, struct twins *twins,
	const struct progress *progress, struct fault *f)
{
	uint32_t middle = l->assignment.rows / 2;
	auto_halves h;
	auto_text_buffer bytes = {0};
	int taken;

	halves_split(&h);
	if (h.child == 0) {
		l->assignment.starts[middle] = 0;
		second_half(l, &h, twins, middle);
	}
	if (rows_find(l, twins, 0, middle, progress, f))
		return -1;
	taken = halves_join(&h, &bytes, f);
	if (taken > 0)
		take_over(l, middle, &bytes);
	return taken ? (taken < 0 ? -1 : 0)
		     : rows_find(l, twins, middle, l->assignment.rows, progress, f);
}

int linkage_edges_find(
	struct linkage *l, const struct progress *progress, struct fault *f)
{
	auto_twins twins = {0};

	twins_find(&twins, &l->evidence);
	return l->assignment.rows < HALVES_LEAST
		       ? rows_find(l, &twins, 0, l->assignment.rows, progress, f)
		       : find_in_halves(l, &twins, progress, f);
}
