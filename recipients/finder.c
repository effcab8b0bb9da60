/* SPDX-License-Identifier: MIT */
/*
 * Who comes up for a record. What is made of it is linkage.c's.
 *
 * What can go wrong: thousands of one surname and initial who have nothing else to tell
 * them apart but a rank, and thousands of records of them: each is compared with each.
 */
#include "recipients/finder.h"

#include <stdlib.h>
#include <string.h>

#include "recipients/text.h"

#define LARGE 64 /* blocks from this size on are searched by another field as well */
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

/* Fields that agree only where their values are the same number. */
static bool is_plain(const struct evidence *e, uint32_t column)
{
	enum value_kind kind = e->columns[column].kind;

	return kind == VALUE_PLACE || kind == VALUE_TEXT || kind == VALUE_DATE ||
	       kind == VALUE_MONEY || kind == VALUE_GENDER;
}

static const char *fine_key(
	uint32_t block, uint32_t column, uint32_t value, struct text *key)
{
	text_clear(key);
	evidence_sign_number(block, key);
	evidence_sign_number(column, key);
	evidence_sign_number(value, key);
	return text_string(key);
}

static uint32_t value_of(
	const struct evidence *e, const struct evidence_row *row, uint32_t column)
{
	for (uint32_t i = 0; i < row->cells_count; i++)
		if (e->cells[row->cells + i].column == column)
			return e->cells[row->cells + i].value.main;
	return 0;
}

static void index_block_finely(struct finder *x, uint32_t block, struct text *key)
{
	const struct evidence *e = x->evidence;
	const struct index_posting *p, *end;

	for (uint32_t column = 0; column < e->columns_count; column++) {
		if (!is_plain(e, column) || !e->columns[column].filled[EVIDENCE_RECORDS])
			continue;
		for (p = index_range(&x->blocks, block, &end); p < end; p++) {
			uint32_t value = value_of(
				e, &e->lists[EVIDENCE_PEOPLE].rows[p->row], column);

			index_add(&x->fine,
				dictionary_add(&x->fine_keys,
					fine_key(block, column, value, key)),
				p->row, 0);
		}
	}
}

static void index_finely(struct finder *x)
{
	const struct index_posting *p, *end;
	auto_text_buffer key = {0};

	for (uint32_t block = 0; block < x->blocks.keys; block++) {
		p = index_range(&x->blocks, block, &end);
		if (end - p > LARGE)
			index_block_finely(x, block, &key);
	}
	index_build(&x->fine, x->fine_keys.count + 1);
}

void finder_init(struct finder *x, const struct evidence *e, uint32_t people)
{
	*x = (struct finder){.evidence = e};
	x->places = text_alloc(((size_t)people + 1) * sizeof(*x->places));
	x->seen = text_alloc((e->lists[EVIDENCE_PEOPLE].count + 1) * sizeof(*x->seen));
	index_names(x);
	index_numbers(x);
	index_people(x, people);
	index_finely(x);
}

void finder_done(struct finder *x)
{
	index_done(&x->blocks);
	index_done(&x->numbers);
	index_done(&x->people);
	index_done(&x->fine);
	dictionary_done(&x->fine_keys);
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

static void postings_search(struct finder *x, const struct evidence_row *record,
	const struct index_posting *p, const struct index_posting *end)
{
	for (; p < end; p++) {
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

struct range {
	const struct index_posting *first, *end;
};

static struct range fine_range(const struct finder *x, uint32_t block, uint32_t column,
	uint32_t value, struct text *key)
{
	struct range r;

	r.first = index_range(&x->fine,
		dictionary_find(&x->fine_keys, fine_key(block, column, value, key)),
		&r.end);
	return r;
}

/* Of a block, those who have the record's value in one field, and those who have none: in
   the field that leaves the fewest. */
static void block_search(
	struct finder *x, const struct evidence_row *record, uint32_t block)
{
	struct range all, best[2] = {{NULL, NULL}, {NULL, NULL}};
	auto_text_buffer key = {0};
	ptrdiff_t least;

	all.first = index_range(&x->blocks, block, &all.end);
	least = all.end - all.first;
	for (uint32_t i = 0; least > LARGE && i < record->cells_count; i++) {
		const struct evidence_cell *cell = &x->evidence->cells[record->cells + i];
		struct range same, none;

		if (!is_plain(x->evidence, cell->column))
			continue;
		same = fine_range(x, block, cell->column, cell->value.main, &key);
		none = fine_range(x, block, cell->column, 0, &key);
		if ((same.end - same.first) + (none.end - none.first) >= least)
			continue;
		least = (same.end - same.first) + (none.end - none.first);
		best[0] = same;
		best[1] = none;
	}
	if (!best[0].first)
		best[0] = all;
	postings_search(x, record, best[0].first, best[0].end);
	postings_search(x, record, best[1].first, best[1].end);
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
