/* SPDX-License-Identifier: MIT */
/*
 * Fields against fields. Names have rules of their own: naming.c. What a level weighs is
 * model.c's.
 *
 * What can go wrong: a column of the same header means different things in the two files.
 * Then the learned weight of its agreement sinks to nothing, and it does no harm.
 */
#include "recipients/comparison.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "recipients/text.h"

#define EACH_MOST ((size_t)1 << 20) /* pairs of texts that are compared one by one */
#define WORD_MOST 64 /* texts with one word: what more have in common is "street" */
#define NUMBERS_MOST                                                                     \
	((size_t)64 << 20) /* of what is compared faster, as amounts of money */
#define LEAST_SHARE 1e-3   /* of people who do not agree */

/* --- which fields --- */

static bool is_compared(const struct evidence *e, const struct evidence_column *c)
{
	return c->kind != VALUE_SKIPPED && c->kind != VALUE_NAME &&
	       c->filled[EVIDENCE_RECORDS] &&
	       (c->filled[EVIDENCE_PEOPLE] ||
		       evidence_stray(e, (uint32_t)(c - e->columns)));
}

/* The column of the matrix for a column of the list. */
static uint32_t slot_of(
	struct comparisons *c, uint32_t slots[EVIDENCE_COLUMNS], uint32_t column)
{
	if (!slots[column])
		slots[column] = ++c->columns;
	return slots[column] - 1;
}

static void listed_add(struct comparisons *c, struct comparison *x,
	uint32_t slots[EVIDENCE_COLUMNS], uint32_t column)
{
	if (x->listed_count < COMPARISON_LISTED)
		x->listed[x->listed_count++] = slot_of(c, slots, column);
}

/* A number of a kind that the list does not have is looked for in all that it has. */
static void choose_listed(
	struct comparisons *c, struct comparison *x, uint32_t slots[EVIDENCE_COLUMNS])
{
	const struct evidence *e = c->evidence;

	if (e->columns[x->column].filled[EVIDENCE_PEOPLE]) {
		listed_add(c, x, slots, x->column);
		return;
	}
	for (uint32_t i = 0; i < e->columns_count; i++)
		if (e->columns[i].strong && e->columns[i].kind == VALUE_NUMBER &&
			e->columns[i].filled[EVIDENCE_PEOPLE])
			listed_add(c, x, slots, i);
}

static void choose(struct comparisons *c, uint32_t slots[EVIDENCE_COLUMNS])
{
	const struct evidence *e = c->evidence;

	/* Fields that we know come first: a file may have any number of others. */
	for (int unknown = 0; unknown < 2; unknown++)
		for (uint32_t i = 0; i < e->columns_count && c->count < COMPARISONS;
			i++) {
			const struct evidence_column *column = &e->columns[i];
			struct comparison *x = &c->list[c->count];

			if (!is_compared(e, column) ||
				(column->kind == VALUE_TEXT) != unknown ||
				evidence_repeats(e, i))
				continue;
			*x = (struct comparison){.column = i,
				.kind = column->kind,
				.strong = column->strong,
				.domain = column->domain,
				.limit = e->domains[column->domain].numbers.count + 1};
			choose_listed(c, x, slots);
			c->count += x->listed_count > 0;
		}
}

/* --- the list --- */

static uint32_t only_surname(const struct evidence *e, const struct evidence_row *row)
{
	const struct evidence_name *names = &e->names[row->names];

	for (uint32_t i = 0; i < row->names_count; i++)
		if (names[i].former || names[i].surname != names[0].surname)
			return 0;
	return row->names_count ? names[0].surname : 0;
}

static void fill_matrix(struct comparisons *c, const uint32_t slots[EVIDENCE_COLUMNS])
{
	const struct evidence *e = c->evidence;
	const struct evidence_list *people = &e->lists[EVIDENCE_PEOPLE];

	c->matrix = text_alloc((people->count * c->columns + 1) * sizeof(*c->matrix));
	for (size_t i = 0; i < people->count; i++) {
		const struct evidence_row *row = &people->rows[i];
		uint32_t *values = c->matrix + i * c->columns;

		values[0] = only_surname(e, row);
		for (uint32_t k = 0; k < row->cells_count; k++) {
			const struct evidence_cell *cell = &e->cells[row->cells + k];

			if (slots[cell->column])
				values[slots[cell->column] - 1] = cell->value;
		}
		if (e->rank && slots[e->rank - 1] && !values[slots[e->rank - 1] - 1] &&
			row->names_count)
			values[slots[e->rank - 1] - 1] = e->names[row->names].rank;
	}
}

/* `by` is 1, or as good as -1. */
static void count_entry(
	const struct comparisons *c, struct comparison *x, size_t entry, uint32_t by)
{
	bool any = false;

	for (uint32_t k = 0; k < x->listed_count; k++) {
		uint32_t value = c->matrix[entry * c->columns + x->listed[k]];

		x->counts[value] += value ? by : 0;
		any = any || value;
	}
	x->filled += any ? by : 0;
}

static void count_values(struct comparisons *c, struct comparison *x)
{
	size_t people = c->evidence->lists[EVIDENCE_PEOPLE].count;

	x->counts = text_alloc((size_t)x->limit * sizeof(*x->counts));
	x->levels = text_alloc(x->limit);
	memset(x->levels, VALUE_OTHER, x->limit);
	for (size_t i = 0; i < people; i++)
		count_entry(c, x, i, 1);
}

/* --- alike values --- */

struct asking {
	const struct evidence *evidence;
	const struct comparison *comparison;
	char text[VALUE_ROOM];
};

static unsigned ask_judge(void *context, uint32_t given, uint32_t listed)
{
	const struct asking *a = context;
	uint32_t domain = a->comparison->domain;
	enum value_level level = value_compare(a->comparison->kind,
		evidence_value(a->evidence, domain, given),
		evidence_value(a->evidence, domain, listed), &a->evidence->forms);

	return level == VALUE_OTHER ? ALIKE_NOT : level;
}

static const char *ask_text(void *context, uint32_t value, unsigned n)
{
	struct asking *a = context;

	return value_text(a->comparison->kind,
		       evidence_value(a->evidence, a->comparison->domain, value),
		       &a->evidence->forms, n, a->text)
		       ? a->text
		       : NULL;
}

static uint32_t ask_amount(void *context, uint32_t value)
{
	const struct asking *a = context;

	return evidence_value(a->evidence, a->comparison->domain, value).main;
}

static uint32_t ask_reach(void *context, uint32_t amount)
{
	(void)context;
	return value_reach(amount);
}

/* The values of the records, each once. */
static uint32_t *given_values(
	const struct comparisons *c, const struct comparison *x, size_t *ret_count)
{
	const struct evidence *e = c->evidence;
	const struct evidence_list *records = &e->lists[EVIDENCE_RECORDS];
	uint32_t *values = text_alloc(((size_t)x->limit + 1) * sizeof(*values));
	bool *seen = text_alloc(x->limit);
	size_t count = 0;

	for (size_t i = 0; i < records->count + records->behind; i++) {
		const struct evidence_row *row = &records->rows[i];
		uint32_t value = evidence_find(e, row, x->column);

		seen[value] = true;
		for (uint32_t k = 0; x->column + 1 == e->rank && k < row->names_count;
			k++)
			seen[e->names[row->names + k].rank] = true;
	}
	for (uint32_t v = 1; v < x->limit; v++)
		if (seen[v])
			values[count++] = v;
	free(seen);
	*ret_count = count;
	return values;
}

static uint32_t *listed_values(const struct comparison *x, size_t *ret_count)
{
	uint32_t *values = text_alloc(((size_t)x->limit + 1) * sizeof(*values));
	size_t count = 0;

	for (uint32_t v = 1; v < x->limit; v++)
		if (x->counts[v])
			values[count++] = v;
	*ret_count = count;
	return values;
}

static void find_alike(struct comparisons *c, struct comparison *x)
{
	struct asking asking = {c->evidence, x, ""};
	struct alike_question q = {.limit = x->limit,
		.judge = ask_judge,
		.text = ask_text,
		.amount = ask_amount,
		.reach = ask_reach,
		.further_most =
			x->kind == VALUE_TEXT || x->kind == VALUE_PLACE ? WORD_MOST : 0,
		.context = &asking};
	uint32_t *given = given_values(c, x, &q.given_count),
		 *listed = listed_values(x, &q.listed_count);
	size_t pairs = q.given_count * q.listed_count;
	bool has_text = q.given_count && ask_text(&asking, given[0], 0);

	q.given = given;
	q.listed = listed;
	if (x->kind == VALUE_MONEY)
		alike_window(&q, &x->alike);
	else if (pairs <= (has_text ? EACH_MOST : NUMBERS_MOST))
		alike_each(&q, &x->alike);
	else if (has_text)
		alike_join(&q, &x->alike);
	free(given);
	free(listed);
}

void comparisons_init(struct comparisons *c, const struct evidence *e)
{
	uint32_t slots[EVIDENCE_COLUMNS] = {0};

	*c = (struct comparisons){.evidence = e, .columns = 1};
	choose(c, slots);
	fill_matrix(c, slots);
	for (uint32_t i = 0; i < c->count; i++)
		count_values(c, &c->list[i]);
}

void comparisons_alike(struct comparisons *c)
{
	for (uint32_t i = 0; i < c->count; i++)
		find_alike(c, &c->list[i]);
}

void comparisons_done(struct comparisons *c)
{
	for (uint32_t i = 0; i < c->count; i++) {
		free(c->list[i].counts);
		free(c->list[i].levels);
		alike_done(&c->list[i].alike);
	}
	free(c->matrix);
	*c = (struct comparisons){0};
}

/* --- a record --- */

static void lift(struct comparison *x)
{
	const struct alike_item *end, *at = alike_range(&x->alike, x->value, &end);

	for (; at < end; at++)
		x->levels[at->listed] = VALUE_OTHER;
	x->levels[x->value] = VALUE_OTHER;
	x->value = 0;
}

void comparisons_count(struct comparisons *c, uint32_t entry, int step)
{
	for (uint32_t i = 0; i < c->count; i++) {
		if (c->list[i].value)
			lift(&c->list[i]);
		count_entry(c, &c->list[i], entry, (uint32_t)step);
	}
}

/* Shares of the list at each level; what is at no level has nobody to meet. */
static void weigh(struct comparison *x, const double shares[VALUE_LEVELS])
{
	double rest = 1, least = 0.5 / (x->filled + 1.0);

	for (unsigned level = 0; level < VALUE_OTHER; level++) {
		x->log_u[level] = log(shares[level] > least ? shares[level] : least);
		rest -= shares[level];
	}
	x->log_u[VALUE_OTHER] = log(rest > LEAST_SHARE ? rest : LEAST_SHARE);
}

#define LEVELS_MOST 65536 /* that are quick to look up */

static void list_few(struct comparison *x)
{
	const struct alike_item *end, *at = alike_range(&x->alike, x->value, &end);

	x->few_count = 0;
	if (x->limit <= LEVELS_MOST || end - at >= COMPARISON_FEW)
		return;
	x->few[x->few_count++] = (struct alike_item){x->value, VALUE_EQUAL};
	for (; at < end; at++)
		if (at->listed != x->value)
			x->few[x->few_count++] = *at;
}

/* `own`: how many entries are the record itself. */
static void lay(struct comparison *x, uint32_t value, uint32_t own)
{
	const struct alike_item *end, *at;
	double shares[VALUE_LEVELS] = {0};

	if (x->value == value)
		return;
	if (x->value)
		lift(x);
	x->value = value;
	if (!value)
		return;
	at = alike_range(&x->alike, value, &end);
	for (; at < end; at++)
		x->levels[at->listed] = (uint8_t)at->level;
	for (at = alike_range(&x->alike, value, &end); at < end; at++)
		if (at->listed != value)
			shares[at->level] += x->counts[at->listed];
	x->levels[value] = VALUE_EQUAL;
	list_few(x);
	shares[VALUE_EQUAL] += x->counts[value] > own ? x->counts[value] - own : 0;
	x->listed_equal = shares[VALUE_EQUAL] > 0;
	for (unsigned level = 0; level < VALUE_LEVELS; level++)
		shares[level] /= x->filled > own ? x->filled - own : 1;
	weigh(x, shares);
}

void comparisons_lay(struct comparisons *c, const struct evidence_row *record)
{
	const struct evidence *e = c->evidence;

	for (uint32_t i = 0; i < c->count; i++) {
		uint32_t value = evidence_find(e, record, c->list[i].column);

		/* The rank beside the name, in the reading that stands first. */
		for (uint32_t k = 0; !value && c->list[i].column + 1 == e->rank &&
				     k < record->names_count;
			k++)
			value = e->names[record->names + k].rank;
		lay(&c->list[i], value, e->single);
	}
}
