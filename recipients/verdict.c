/* SPDX-License-Identifier: MIT */
/*
 * Two rows held against each other. Which rows are held against each other is finder.c's,
 * what is made of the verdict linkage.c's.
 *
 * What can go wrong: a name has many readings (name.h), and each of one row meets each of
 * the other. Only few words make many readings.
 */
#include "recipients/verdict.h"

#include <stdio.h>
#include <string.h>

#include "recipients/likeness.h"

enum agreement {
	SILENT,
	AGREES,
	DIFFERS,
	NEAR /* differs by a typing error; strong ones alone */
};

static enum agreement values_compare(enum value_kind kind, struct value a, struct value b)
{
	if (!a.main || !b.main)
		return SILENT;
	return value_equal(kind, a, b) ? AGREES : DIFFERS;
}

/* Strong identifiers are kept as text: a number's digits, an address. */
static enum agreement strong_compare(
	const struct evidence *e, enum value_kind kind, struct value a, struct value b)
{
	enum agreement found = values_compare(kind, a, b);

	if (found == DIFFERS && likeness_errors(dictionary_string(&e->forms, a.main),
					dictionary_string(&e->forms, b.main), 1) == 1)
		return NEAR;
	return found;
}

static struct value rank_of(const struct evidence *e, const struct evidence_row *row)
{
	for (uint32_t i = 0; i < row->cells_count; i++)
		if (e->columns[e->cells[row->cells + i].column].kind == VALUE_RANK)
			return e->cells[row->cells + i].value;
	return (struct value){0, 0};
}

bool verdict_same_number(const struct evidence *e, const struct evidence_cell *record,
	const struct evidence_cell *entry)
{
	const struct evidence_column *c = &e->columns[entry->column];

	if (record->column != entry->column &&
		!(evidence_stray(e, record->column) && c->strong &&
			c->kind == VALUE_NUMBER))
		return false;
	return value_equal(c->kind, record->value, entry->value);
}

static enum agreement stray_compare(const struct evidence *e,
	const struct evidence_cell *cell, const struct evidence_row *entry)
{
	enum agreement found = SILENT;

	for (uint32_t i = 0; i < entry->cells_count; i++) {
		const struct evidence_cell *other = &e->cells[entry->cells + i];
		const struct evidence_column *c = &e->columns[other->column];
		enum agreement one;

		if (!c->strong || c->kind != VALUE_NUMBER)
			continue;
		one = strong_compare(e, VALUE_NUMBER, cell->value, other->value);
		if (one == AGREES)
			return AGREES;
		found = found == NEAR ? NEAR : one;
	}
	return found;
}

/* How one cell of a record stands to an entry; `*at` walks the entry's cells, from one
 * call to the next. */
static enum agreement cell_compare(const struct evidence *e,
	const struct evidence_cell *cell, const struct evidence_row *entry, uint32_t *at)
{
	const struct evidence_cell *other = e->cells + entry->cells;

	while (*at < entry->cells_count && other[*at].column < cell->column)
		++*at;
	if (evidence_stray(e, cell->column))
		return stray_compare(e, cell, entry);
	if (*at == entry->cells_count || other[*at].column != cell->column)
		return SILENT;
	if (e->columns[cell->column].strong)
		return strong_compare(
			e, e->columns[cell->column].kind, cell->value, other[*at].value);
	return values_compare(
		e->columns[cell->column].kind, cell->value, other[*at].value);
}

struct names_verdict {
	enum verdict_name strength;
	bool extra;
	enum agreement rank; /* where it stands beside the name on one side */
};

static enum verdict_name strength_of(const char *given, const char *listed)
{
	size_t first = strcspn(given, " ");

	if (!*given || !*listed)
		return VERDICT_SURNAME;
	return first > 1 && strcspn(listed, " ") > 1 ? VERDICT_FORENAME : VERDICT_INITIAL;
}

static struct names_verdict readings_compare(const struct evidence *e,
	const struct evidence_name *a, const struct evidence_name *b)
{
	const char *given = evidence_word(e, a->forenames),
		   *listed = evidence_word(e, b->forenames);
	enum name_fit fit =
		a->key == b->key ? name_forenames_fit(given, listed) : NAME_DIFFERS;

	if (fit == NAME_DIFFERS)
		return (struct names_verdict){VERDICT_AGAINST, false, SILENT};
	return (struct names_verdict){
		strength_of(given, listed), fit == NAME_EXTRA, SILENT};
}

static unsigned worth(const struct names_verdict *v)
{
	if (v->strength <= VERDICT_AGAINST)
		return v->strength;
	return 16u + (v->rank != DIFFERS) * 8u + v->strength * 2u + !v->extra;
}

static struct names_verdict names_compare(const struct evidence *e,
	const struct evidence_row *record, const struct evidence_row *entry)
{
	struct names_verdict best = {VERDICT_NONE, false, SILENT};
	struct value ranks[2] = {rank_of(e, record), rank_of(e, entry)};

	for (uint32_t i = 0; i < record->names_count; i++)
		for (uint32_t k = 0; k < entry->names_count; k++) {
			const struct evidence_name *a = &e->names[record->names + i];
			const struct evidence_name *b = &e->names[entry->names + k];
			struct names_verdict v = readings_compare(e, a, b);

			if (!ranks[0].main || !ranks[1].main)
				v.rank = values_compare(VALUE_RANK,
					ranks[0].main ? ranks[0] : a->rank,
					ranks[1].main ? ranks[1] : b->rank);
			if (worth(&v) > worth(&best))
				best = v;
		}
	return best;
}

void verdict_find(const struct evidence *e, const struct evidence_row *record,
	const struct evidence_row *entry, struct verdict *ret)
{
	struct names_verdict names = names_compare(e, record, entry);
	uint32_t at = 0;

	*ret = (struct verdict){.name = names.strength, .extra = names.extra};
	ret->agree = names.rank == AGREES;
	ret->differ = names.rank == DIFFERS;
	for (uint32_t i = 0; i < record->cells_count; i++) {
		const struct evidence_cell *cell = &e->cells[record->cells + i];
		enum agreement a = cell_compare(e, cell, entry, &at);

		if (e->columns[cell->column].strong)
			ret->strong_differ += a == DIFFERS || a == NEAR;
		else if (a != SILENT)
			*(a == AGREES ? &ret->agree : &ret->differ) += 1;
		ret->strong_near += a == NEAR;
	}
}

bool verdict_differs(const struct evidence *e, const struct evidence_row *record,
	const struct evidence_row *entry)
{
	uint32_t at = 0;

	for (uint32_t i = 0; i < record->cells_count; i++) {
		const struct evidence_cell *cell = &e->cells[record->cells + i];

		if (!e->columns[cell->column].strong &&
			cell_compare(e, cell, entry, &at) == DIFFERS)
			return true;
	}
	return false;
}

static struct name name_of(const struct evidence *e, const struct evidence_name *n)
{
	struct name name = {.rank = {RANK_NONE, RANK_NONE}};

	(void)snprintf(
		name.surname, sizeof(name.surname), "%s", evidence_word(e, n->surname));
	(void)snprintf(name.forenames, sizeof(name.forenames), "%s",
		evidence_word(e, n->forenames));
	return name;
}

bool verdict_contradicts(const struct evidence *e, const struct evidence_row *record,
	const struct evidence_row *entry)
{
	if (names_compare(e, record, entry).strength != VERDICT_AGAINST)
		return false;
	for (uint32_t i = 0; i < record->names_count; i++)
		for (uint32_t k = 0; k < entry->names_count; k++) {
			struct name a = name_of(e, &e->names[record->names + i]);
			struct name b = name_of(e, &e->names[entry->names + k]);

			if (!name_contradicts(&a, &b))
				return false;
		}
	return true;
}

static void names_explain(const struct evidence *e, const struct evidence_row *record,
	const struct evidence_row *entry, struct text *out)
{
	struct names_verdict v = names_compare(e, record, entry);

	switch (v.strength) {
	case VERDICT_NONE:
		if (record->names_count || entry->names_count)
			text_printf(out, "name: only %s\n",
				record->names_count ? "in the record" : "on the list");
		return;
	case VERDICT_AGAINST:
		text_printf(out, "name: differs%s\n",
			verdict_contradicts(e, record, entry)
				? ""
				: ", but may be the same person's");
		return;
	case VERDICT_SURNAME:
		text_add_string(out, "surname: agrees\nforenames: missing on one side\n");
		break;
	case VERDICT_INITIAL:
		text_add_string(out, "surname: agrees\nforenames: initials agree\n");
		break;
	case VERDICT_FORENAME:
		text_add_string(out, "surname: agrees\nforenames: agrees\n");
		break;
	}
	if (v.extra)
		text_add_string(
			out, "forenames: the record has more of them than the list\n");
	if (v.rank != SILENT)
		text_printf(out, "rank beside the name: %s\n",
			v.rank == AGREES ? "agrees" : "differs");
}

static bool has_column(
	const struct evidence *e, const struct evidence_row *row, uint32_t column)
{
	for (uint32_t i = 0; i < row->cells_count; i++)
		if (e->cells[row->cells + i].column == column)
			return true;
	return false;
}

void verdict_explain(const struct evidence *e, const struct evidence_row *record,
	const struct evidence_row *entry, struct text *out)
{
	static const char *const words[] = {
		"only in the record", "agrees", "differs", "differs by a typing error"};
	uint32_t at = 0;

	names_explain(e, record, entry, out);
	for (uint32_t i = 0; i < record->cells_count; i++) {
		const struct evidence_cell *cell = &e->cells[record->cells + i];

		text_printf(out, "%s: %s\n", e->columns[cell->column].name,
			words[cell_compare(e, cell, entry, &at)]);
	}
	for (uint32_t i = 0; i < entry->cells_count; i++) {
		uint32_t column = e->cells[entry->cells + i].column;

		if (e->columns[column].filled[EVIDENCE_RECORDS] &&
			!has_column(e, record, column))
			text_printf(
				out, "%s: only on the list\n", e->columns[column].name);
	}
}
