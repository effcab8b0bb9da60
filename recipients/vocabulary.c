/* SPDX-License-Identifier: MIT */
/*
 * The list, turned round: from a word to what it is. Where the words of a text begin and
 * end is notebook.c's.
 *
 * What can go wrong: a word that is two things, a surname and a place. It is found as
 * both; who asks weighs them.
 */
#include "recipients/vocabulary.h"

#include <stdlib.h>
#include <string.h>

#include "recipients/fold.h"
#include "recipients/likeness.h"
#include "recipients/place.h"
#include "recipients/text.h"

#define LONG 8  /* a text that is longer may have two slips */
#define SHORT 3 /* and one that is no longer none */

static void count_row(struct vocabulary *v, const struct evidence_row *row)
{
	const struct evidence *e = v->evidence;

	for (uint32_t i = 0; i < row->names_count; i++) {
		const struct evidence_name *n = &e->names[row->names + i];

		v->surnames[n->surname] = true;
		for (size_t f = 0; f < EVIDENCE_FORENAMES; f++)
			v->forenames[n->forenames[f]] = true;
	}
	for (uint32_t i = 0; i < row->cells_count; i++) {
		const struct evidence_cell *cell = &e->cells[row->cells + i];
		const struct evidence_column *c = &e->columns[cell->column];

		if (!v->counts[cell->column]) {
			v->limits[cell->column] = e->domains[c->domain].numbers.count + 1;
			v->counts[cell->column] =
				text_alloc(v->limits[cell->column] * sizeof(uint32_t));
		}
		v->counts[cell->column][cell->value]++;
		if (c->kind == VALUE_NUMBER)
			numbering_add(&v->digits,
				numbering_pair(cell->column,
					evidence_value(e, c->domain, cell->value).main));
	}
}

static bool is_phrase(enum value_kind kind)
{
	return kind == VALUE_PLACE || kind == VALUE_TEXT;
}

static uint32_t letters_of(const char *text)
{
	uint32_t letters = 0;

	for (; *text; text++)
		letters |= 1u << ((unsigned char)*text & 31);
	return letters;
}

static void phrases_add(struct vocabulary *v, uint32_t column)
{
	const struct evidence *e = v->evidence;
	size_t from = v->phrases_count;

	for (uint32_t value = 1; value < v->limits[column]; value++) {
		uint32_t form;
		const char *text;

		if (!v->counts[column][value])
			continue;
		if (v->phrases_count - from == VOCABULARY_PHRASES) {
			v->phrases_count = from;
			return;
		}
		if (v->phrases_count == v->phrases_room) {
			v->phrases_room = v->phrases_room * 2 + 256;
			v->phrases = text_realloc(
				v->phrases, v->phrases_room * sizeof(*v->phrases));
		}
		form = evidence_value(e, e->columns[column].domain, value).main;
		text = dictionary_string(&e->forms, form);
		v->phrases[v->phrases_count++] =
			(struct vocabulary_phrase){column, v->counts[column][value], form,
				letters_of(text), (uint32_t)strlen(text)};
	}
}

void vocabulary_init(struct vocabulary *v, struct evidence *e)
{
	const struct evidence_list *people = &e->lists[EVIDENCE_PEOPLE];

	*v = (struct vocabulary){.evidence = e, .words = e->words.count + 1};
	v->surnames = text_alloc(v->words);
	v->forenames = text_alloc(v->words);
	for (size_t i = 0; i < people->count; i++)
		count_row(v, &people->rows[i]);
	for (uint32_t i = 0; i < e->columns_count; i++)
		if (v->counts[i] && is_phrase(e->columns[i].kind))
			phrases_add(v, i);
}

void vocabulary_done(struct vocabulary *v)
{
	free(v->surnames);
	free(v->forenames);
	for (size_t i = 0; i < EVIDENCE_COLUMNS; i++)
		free(v->counts[i]);
	numbering_done(&v->digits);
	free(v->phrases);
	*v = (struct vocabulary){0};
}

bool vocabulary_surname(const struct vocabulary *v, const char *word)
{
	uint32_t number = dictionary_find(&v->evidence->words, word);

	return number && number < v->words && v->surnames[number];
}

bool vocabulary_forename(const struct vocabulary *v, const char *word)
{
	uint32_t number = dictionary_find(&v->evidence->words, word);

	return number && number < v->words && v->forenames[number];
}

/* Is it in the column? A number that lacks its letters is. */
static bool is_listed(const struct vocabulary *v, uint32_t column, struct value value)
{
	const struct evidence_column *c = &v->evidence->columns[column];
	const struct evidence_domain *d = &v->evidence->domains[c->domain];
	uint32_t number =
		numbering_find(&d->numbers, numbering_pair(value.main, value.other));

	if (number && number < v->limits[column] && v->counts[column][number])
		return true;
	return c->kind == VALUE_NUMBER && !value.other &&
	       numbering_find(&v->digits, numbering_pair(column, value.main));
}

uint32_t vocabulary_value(
	const struct vocabulary *v, enum value_kind kind, bool strong, const char *text)
{
	struct evidence *e = v->evidence;
	struct value value = value_parse(kind, text, &e->forms);

	for (uint32_t i = 0; value.main && i < e->columns_count; i++)
		if (e->columns[i].kind == kind && e->columns[i].strong == strong &&
			v->counts[i] && is_listed(v, i, value))
			return i;
	return EVIDENCE_COLUMNS;
}

uint32_t vocabulary_column(const struct vocabulary *v, enum value_kind kind)
{
	const struct evidence *e = v->evidence;

	for (uint32_t i = 0; i < e->columns_count; i++)
		if (e->columns[i].kind == kind && v->counts[i])
			return i;
	return EVIDENCE_COLUMNS;
}

/* --- phrases --- */

/* A text in the normal form of each of the two kinds. */
struct sought {
	char text[FOLD_ROOM];
	uint32_t letters;
	size_t length;
};

static void sought_set(struct sought *s)
{
	s->letters = letters_of(s->text);
	s->length = strlen(s->text);
}

/* All words of the shorter are words of the longer, in their order. */
static bool is_part(const char *shorter, const char *longer)
{
	while (*shorter) {
		size_t length = strcspn(shorter, " ");

		while (*longer && (strcspn(longer, " ") != length ||
					  strncmp(shorter, longer, length) != 0)) {
			longer += strcspn(longer, " ");
			longer += *longer == ' ';
		}
		if (!*longer)
			return false;
		longer += length;
		longer += *longer == ' ';
		shorter += length;
		shorter += *shorter == ' ';
	}
	return true;
}

static enum value_level compare(const struct vocabulary *v, const struct sought *s,
	const struct vocabulary_phrase *p, enum value_level worst)
{
	size_t longer = s->length > p->length ? s->length : p->length,
	       shorter = s->length + p->length - longer;
	size_t slips = shorter > LONG ? 2 : shorter > SHORT ? 1 : 0;
	uint32_t both = s->letters & p->letters;
	bool close = worst >= VALUE_CLOSE && shorter > SHORT &&
		     (both == s->letters || both == p->letters);
	const char *text;

	if (longer - shorter > slips && !close)
		return VALUE_OTHER;
	text = dictionary_string(&v->evidence->forms, p->form);
	if (longer - shorter <= slips && likeness_errors(text, s->text, slips) <= slips)
		return VALUE_NEAR;
	return close && (is_part(text, s->text) || is_part(s->text, text)) ? VALUE_CLOSE
									   : VALUE_OTHER;
}

static uint32_t find_alike(const struct vocabulary *v, const struct sought *place,
	const struct sought *plain, enum value_level worst, uint32_t *ret_count)
{
	enum value_level best = VALUE_OTHER;
	uint32_t column = EVIDENCE_COLUMNS;

	for (size_t i = 0; i < v->phrases_count; i++) {
		const struct vocabulary_phrase *p = &v->phrases[i];
		bool as_place = v->evidence->columns[p->column].kind == VALUE_PLACE;
		enum value_level level = compare(v, as_place ? place : plain, p, worst);

		if (level > worst || level > best ||
			(level == best && p->count <= *ret_count))
			continue;
		best = level;
		*ret_count = p->count;
		column = p->column;
	}
	return column;
}

/* In any column, however many different ones it has. */
static uint32_t find_equal(const struct vocabulary *v, const struct sought *place,
	const struct sought *plain, uint32_t *ret_count)
{
	const struct evidence *e = v->evidence;
	uint32_t as_place = dictionary_find(&e->forms, place->text),
		 as_text = dictionary_find(&e->forms, plain->text),
		 column = EVIDENCE_COLUMNS;

	for (uint32_t i = 0; (as_place || as_text) && i < e->columns_count; i++) {
		enum value_kind kind = e->columns[i].kind;
		uint32_t form = kind == VALUE_PLACE ? as_place : as_text, number;

		if (!v->counts[i] || !is_phrase(kind) || !form)
			continue;
		number = numbering_find(&e->domains[e->columns[i].domain].numbers,
			numbering_pair(form, 0));
		if (!number || number >= v->limits[i] ||
			v->counts[i][number] <= *ret_count)
			continue;
		*ret_count = v->counts[i][number];
		column = i;
	}
	return column;
}

uint32_t vocabulary_phrase(const struct vocabulary *v, const char *text,
	enum value_level worst, uint32_t *ret_count)
{
	struct sought place, plain;
	uint32_t count = 0, column = EVIDENCE_COLUMNS;

	place_write(text, place.text, sizeof(place.text));
	fold_words(text, plain.text, sizeof(plain.text));
	sought_set(&place);
	sought_set(&plain);
	if (plain.length >= SHORT)
		column = find_equal(v, &place, &plain, &count);
	if (column == EVIDENCE_COLUMNS && worst > VALUE_EQUAL && plain.length > SHORT)
		column = find_alike(v, &place, &plain, worst, &count);
	if (ret_count)
		*ret_count = count;
	return column;
}
