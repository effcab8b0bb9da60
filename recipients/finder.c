/* SPDX-License-Identifier: MIT */
/*
 * Who comes up for a record. What is made of it is linkage.c's.
 *
 * What can go wrong: thousands of one surname and initial, and thousands of records of
 * them: each is compared with each. A million people is not too many, ten million are.
 */
#include "recipients/finder.h"

#include <stdlib.h>
#include <string.h>

#include "recipients/text.h"

#define MIDDLE_SHARE 20 /* one in so many with a second forename: the list knows them */

static void index_names(struct finder *x)
{
	const struct evidence *e = x->evidence;
	const struct evidence_list *list = &e->lists[EVIDENCE_PEOPLE];
	size_t middle = 0;

	for (uint32_t i = 0; i < list->count; i++)
		for (uint32_t k = 0; k < list->rows[i].names_count; k++) {
			const struct evidence_name *n =
				&e->names[list->rows[i].names + k];
			const char *forenames = evidence_word(e, n->forenames);

			index_add(&x->blocks, evidence_block(n->key, forenames), i, 0);
			middle += strchr(forenames, ' ') != NULL;
		}
	index_build(&x->blocks, (e->keys.count + 1) * EVIDENCE_BLOCKS);
	x->middle_known = middle * MIDDLE_SHARE > list->count;
}

static void index_numbers(struct finder *x)
{
	const struct evidence *e = x->evidence;
	const struct evidence_list *list = &e->lists[EVIDENCE_PEOPLE];

	for (uint32_t i = 0; i < list->count; i++)
		for (uint32_t k = 0; k < list->rows[i].cells_count; k++) {
			const struct evidence_cell *cell =
				&e->cells[list->rows[i].cells + k];

			if (e->columns[cell->column].strong)
				index_add(&x->numbers, cell->value.main, i,
					list->rows[i].cells + k);
		}
	index_build(&x->numbers, e->forms.count + 1);
}

static void index_people(struct finder *x, uint32_t people)
{
	const struct evidence_list *list = &x->evidence->lists[EVIDENCE_PEOPLE];

	for (uint32_t i = 0; i < list->count; i++)
		index_add(&x->people, list->rows[i].owner, i, 0);
	index_build(&x->people, people);
}

void finder_init(struct finder *x, const struct evidence *e, uint32_t people)
{
	*x = (struct finder){.evidence = e};
	x->places = text_alloc(((size_t)people + 1) * sizeof(*x->places));
	x->seen = text_alloc((e->lists[EVIDENCE_PEOPLE].count + 1) * sizeof(*x->seen));
	index_names(x);
	index_numbers(x);
	index_people(x, people);
}

void finder_done(struct finder *x)
{
	index_done(&x->blocks);
	index_done(&x->numbers);
	index_done(&x->people);
	free(x->list);
	free(x->places);
	free(x->seen);
	*x = (struct finder){0};
}

static const struct evidence_row *entry_of(
	const struct finder *x, const struct index_posting *p)
{
	return &x->evidence->lists[EVIDENCE_PEOPLE].rows[p->row];
}

static struct finding *finding_of(struct finder *x, uint32_t person)
{
	if (x->places[person])
		return &x->list[x->places[person] - 1];
	if (x->count == x->room) {
		x->room = x->room ? x->room * 2 : 64;
		x->list = text_realloc(x->list, x->room * sizeof(*x->list));
	}
	x->list[x->count++] = (struct finding){.person = person};
	x->places[person] = (uint32_t)x->count;
	return &x->list[x->count - 1];
}

void finder_clear(struct finder *x)
{
	for (size_t i = 0; i < x->count; i++)
		x->places[x->list[i].person] = 0;
	x->count = 0;
}

uint32_t finder_by_number(struct finder *x, const struct evidence_row *record)
{
	const struct evidence *e = x->evidence;
	uint32_t found = 0;

	for (uint32_t i = 0; i < record->cells_count; i++) {
		const struct evidence_cell *cell = &e->cells[record->cells + i];
		const struct index_posting *p, *end;
		bool held = false;

		if (!e->columns[cell->column].strong)
			continue;
		for (p = index_range(&x->numbers, cell->value.main, &end); p < end; p++) {
			struct finding *n;

			if (!verdict_same_number(e, cell, &e->cells[p->detail]))
				continue;
			n = finding_of(x, entry_of(x, p)->owner);
			n->held += n->last != i + 1;
			n->last = i + 1;
			held = true;
		}
		found += held;
	}
	return found;
}

/* Keeps the best of a person's entries. */
static void finding_note(struct finding *x, const struct verdict *v)
{
	bool clean = v->strong_differ == 0;

	if (x->agrees && (x->clean > clean || (x->clean == clean && x->name >= v->name)))
		return;
	x->agrees = true;
	x->clean = clean;
	x->near = v->strong_differ == v->strong_near;
	x->name = v->name;
	x->agree = v->agree;
}

static bool agrees_on_all(const struct finder *x, const struct verdict *v)
{
	return v->name >= VERDICT_SURNAME && !v->differ && !(v->extra && x->middle_known);
}

static void block_search(
	struct finder *x, const struct evidence_row *record, uint32_t block)
{
	const struct index_posting *p, *end;

	for (p = index_range(&x->blocks, block, &end); p < end; p++) {
		struct verdict v;

		if (x->seen[p->row] == x->turn)
			continue; /* found under another reading of its name */
		x->seen[p->row] = x->turn;
		if (verdict_differs(x->evidence, record, entry_of(x, p)))
			continue;
		verdict_find(x->evidence, record, entry_of(x, p), &v);
		if (agrees_on_all(x, &v))
			finding_note(finding_of(x, entry_of(x, p)->owner), &v);
	}
}

void finder_by_name(struct finder *x, const struct evidence_row *record)
{
	const struct evidence *e = x->evidence;

	x->turn++;
	for (uint32_t i = 0; i < record->names_count; i++) {
		const struct evidence_name *n = &e->names[record->names + i];
		uint32_t first = evidence_block(n->key, "");
		uint32_t own = evidence_block(n->key, evidence_word(e, n->forenames));

		block_search(x, record, first);
		if (own != first)
			block_search(x, record, own);
		for (uint32_t k = 1; own == first && k < EVIDENCE_BLOCKS; k++)
			block_search(x, record, first + k);
	}
}

bool finder_contradicts(
	const struct finder *x, const struct evidence_row *record, uint32_t person)
{
	const struct index_posting *p, *end;

	for (p = index_range(&x->people, person, &end); p < end; p++)
		if (!verdict_contradicts(x->evidence, record, entry_of(x, p)))
			return false;
	return true;
}

const struct evidence_row *finder_entry(const struct finder *x,
	const struct evidence_row *record, uint32_t person, struct verdict *ret)
{
	const struct evidence_row *best = NULL;
	const struct index_posting *p, *end;

	for (p = index_range(&x->people, person, &end); p < end; p++) {
		struct verdict v;

		verdict_find(x->evidence, record, entry_of(x, p), &v);
		if (best && (v.name < ret->name ||
				    (v.name == ret->name && v.differ >= ret->differ)))
			continue;
		best = entry_of(x, p);
		*ret = v;
	}
	return best;
}
