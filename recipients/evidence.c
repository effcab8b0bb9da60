/* SPDX-License-Identifier: MIT */
/*
 * Rows made small. Everything is a number into a dictionary, so that comparing is
 * looking up; a text that comes ten thousand times ("PC") is brought into
 * its normal form once.
 *
 * What can go wrong: memory. A row costs about 150 bytes and its own strings.
 */
#include "recipients/evidence.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "recipients/fold.h"

enum part {
	SURNAME,
	FORENAMES,
	MIDDLE_NAMES,
	INITIALS,
	KNOWN_AS,
	FORMER_SURNAME,
	WHOLE,
	PARTS
};

static const char *const parts[PARTS] = {"surname", "forenames", "middle_names",
	"initials", "known_as", "former_surname", "name"};

void evidence_done(struct evidence *e)
{
	for (uint32_t i = 0; i < e->columns_count; i++)
		free(e->columns[i].name);
	for (uint32_t i = 0; i < e->domains_count; i++) {
		free(e->domains[i].values);
		free(e->domains[i].read);
		numbering_done(&e->domains[i].numbers);
		dictionary_done(&e->domains[i].texts);
	}
	dictionary_done(&e->fields);
	dictionary_done(&e->words);
	dictionary_done(&e->forms);
	dictionary_done(&e->note_texts);
	free(e->notes);
	free(e->names);
	free(e->cells);
	free(e->lists[EVIDENCE_PEOPLE].rows);
	free(e->lists[EVIDENCE_RECORDS].rows);
	*e = (struct evidence){0};
}

/* Room for one more of `size` bytes. */
static void *grown(void *old, size_t count, size_t *room, size_t size)
{
	if (count < *room)
		return old;
	*room = *room < 64 ? 64 : *room + *room / 2;
	return text_realloc(old, *room * size);
}

static unsigned part_of(const char *field)
{
	unsigned part = 0;

	while (part < PARTS && strcmp(parts[part], field) != 0)
		part++;
	return part;
}

/* Strong numbers share a domain, every other column has its own. */
static uint32_t domain_of(struct evidence *e, enum value_kind kind, bool strong)
{
	for (uint32_t i = 0; strong && kind == VALUE_NUMBER && i < e->columns_count; i++)
		if (e->columns[i].strong && e->columns[i].kind == kind)
			return e->columns[i].domain;
	e->domains[e->domains_count].kind = kind;
	return e->domains_count++;
}

static int column_make(struct evidence *e, const char *name, enum value_kind kind,
	bool strong, uint32_t *ret, struct fault *f)
{
	for (*ret = 0; *ret < e->columns_count; ++*ret)
		if (!strcmp(e->columns[*ret].name, name))
			return 0;
	if (e->columns_count == EVIDENCE_COLUMNS)
		return fault_set(f, FAULT_INPUT,
			"more than %d different columns to compare", EVIDENCE_COLUMNS);
	e->columns[*ret] = (struct evidence_column){.name = text_copy(name),
		.kind = kind,
		.part = part_of(name),
		.strong = strong,
		.domain = domain_of(e, kind, strong)};
	e->columns_count++;
	if (!strcmp(name, "rank"))
		e->rank = *ret + 1;
	return 0;
}

/* Columns that no field of ours is meant by are one when they read alike: "Shift Team",
 * "shift_team". */
static void column_name(const char *field, enum value_kind kind, char name[FOLD_ROOM])
{
	if (kind == VALUE_TEXT) {
		fold_words(field, name, FOLD_ROOM);
		fold_join(name, name, FOLD_ROOM);
	} else {
		(void)snprintf(name, FOLD_ROOM, "%s", field);
	}
}

static int column_add(
	struct evidence *e, const char *field, uint32_t *ret, struct fault *f)
{
	char name[FOLD_ROOM];
	bool strong;
	enum value_kind kind = value_kind_of(field, &strong);

	column_name(field, kind, name);
	return column_make(e, name, kind, strong, ret, f);
}

static int column_look_up(
	struct evidence *e, const char *field, uint32_t *ret, struct fault *f)
{
	uint32_t known = e->fields.count, number = dictionary_add(&e->fields, field);

	if (number > sizeof(e->places) / sizeof(*e->places))
		return fault_set(f, FAULT_INPUT,
			"more than %zu different headers of columns",
			sizeof(e->places) / sizeof(*e->places));
	if (number > known && column_add(e, field, &e->places[number - 1], f))
		return -1;
	*ret = number;
	return 0;
}

/* `at`: how many fields of the row came before. */
static int column_find(
	struct evidence *e, size_t at, const char *field, uint32_t *ret, struct fault *f)
{
	bool beyond = at >= sizeof(e->sequence) / sizeof(*e->sequence);
	uint32_t number = beyond ? 0 : e->sequence[at];

	if (!number || strcmp(dictionary_string(&e->fields, number), field)) {
		if (column_look_up(e, field, &number, f))
			return -1;
		if (!beyond)
			e->sequence[at] = number;
	}
	*ret = e->places[number - 1];
	return 0;
}

const char *evidence_word(const struct evidence *e, uint32_t number)
{
	return number ? dictionary_string(&e->words, number) : "";
}

static uint32_t word_add(struct evidence *e, const char *word)
{
	return *word ? dictionary_add(&e->words, word) : 0;
}

struct value evidence_value(const struct evidence *e, uint32_t domain, uint32_t number)
{
	return e->domains[domain].values[number - 1];
}

static uint32_t value_add(struct evidence_domain *d, struct value value)
{
	uint32_t number;

	if (!value.main)
		return 0;
	number = numbering_add(&d->numbers, numbering_pair(value.main, value.other));
	d->values = grown(d->values, number - 1, &d->values_room, sizeof(*d->values));
	d->values[number - 1] = value;
	return number;
}

static void column_fill(struct evidence *e, enum evidence_side side, uint32_t column);

/* The rank that stood beside a name counts as one of the field. */
static uint32_t rank_add(
	struct evidence *e, enum evidence_side side, struct rank_set rank)
{
	struct fault f = {0};
	uint32_t column;

	if (!rank.first)
		return 0;
	if (!e->rank && column_add(e, "rank", &column, &f))
		return 0;
	column_fill(e, side, e->rank - 1);
	return value_add(&e->domains[e->columns[e->rank - 1].domain],
		(struct value){rank.first, rank.second});
}

static void forenames_add(
	struct evidence *e, const char *forenames, struct evidence_name *n)
{
	char bytes[NAME_ROOM];
	const char *words[EVIDENCE_FORENAMES];
	size_t count;

	(void)snprintf(bytes, sizeof(bytes), "%s", forenames);
	count = fold_split(bytes, words, EVIDENCE_FORENAMES);
	for (size_t i = 0; i < count; i++)
		n->forenames[i] = word_add(e, words[i]);
}

static void name_add(struct evidence *e, enum evidence_side side,
	struct evidence_row *row, const struct name *n, bool former, bool known,
	unsigned doubt)
{
	struct evidence_name new = {.order = (uint8_t)n->order,
		.former = former,
		.known = known,
		.rank_kept = n->rank_kept,
		.doubt = (uint8_t)doubt};

	if ((!*n->surname && n->order != NAME_CALLED) || row->names_count == UINT16_MAX)
		return;
	new.surname = word_add(e, n->surname);
	new.rank = rank_add(e, side, n->rank);
	forenames_add(e, n->forenames, &new);
	e->names = grown(e->names, e->names_count, &e->names_room, sizeof(*e->names));
	e->names[e->names_count++] = new;
	row->names_count++;
}

/* "john" and "paul", or what there is of them; initials where there are no forenames, or
 * beyond the first. */
static void forenames_put(
	const char *const values[PARTS], const char *first, char out[NAME_ROOM])
{
	char rest[NAME_ROOM] = "";
	size_t used;

	out[0] = '\0';
	if (first)
		name_forenames(first, out);
	if (values[MIDDLE_NAMES])
		name_forenames(values[MIDDLE_NAMES], rest);
	else if (values[INITIALS])
		name_initials(values[INITIALS], rest);
	if (!values[MIDDLE_NAMES] && *out && *rest == *out)
		memmove(rest, rest + strcspn(rest, " "),
			strlen(rest + strcspn(rest, " ")) + 1);
	used = strlen(out);
	if (*rest)
		(void)snprintf(out + used, NAME_ROOM - used, "%s%s",
			used && *rest != ' ' ? " " : "", rest);
}

/* What stands in the column of the other: "Smith" as forename, "John" as surname. */
static size_t swapped_add(struct name names[NAME_READINGS], size_t count)
{
	struct name *n = &names[count];

	if (count != 1 || strchr(names[0].forenames, ' ') || !names[0].forenames[0] ||
		!names[0].forenames[1])
		return count;
	*n = (struct name){.order = NAME_SWAPPED, .rank = names[0].rank};
	memcpy(n->surname, names[0].forenames, sizeof(n->surname));
	memcpy(n->forenames, names[0].surname, sizeof(n->forenames));
	for (char *p = n->forenames; *p; p++)
		*p = *p == '-' ? ' ' : *p;
	return 2;
}

/* The readings that the row itself gives; other surnames and forenames come to each of
 * them. */
static size_t names_read(
	const char *const values[PARTS], struct name names[NAME_READINGS])
{
	bool whole = values[WHOLE] &&
		     !(values[SURNAME] && (values[FORENAMES] || values[INITIALS]));

	if (whole)
		return name_read(values[WHOLE], names);
	if (!values[SURNAME] || !name_surname(values[SURNAME], names[0].surname))
		return 0;
	forenames_put(values, values[FORENAMES], names[0].forenames);
	names[0].rank = (struct rank_set){RANK_NONE, RANK_NONE};
	names[0].order = NAME_GIVEN;
	names[0].rank_kept = false;
	return 1;
}

static void names_add(struct evidence *e, enum evidence_side side,
	struct evidence_row *row, const char *const values[PARTS])
{
	struct name names[NAME_READINGS], other;
	size_t count = names_read(values, names);

	if (side == EVIDENCE_RECORDS)
		count = swapped_add(names, count);
	for (size_t i = 0; i < count; i++) {
		other = names[i];
		name_add(e, side, row, &other, false, false, 0);
		if (values[KNOWN_AS]) {
			forenames_put(values, values[KNOWN_AS], other.forenames);
			name_add(e, side, row, &other, false, true, 0);
		}
		if (!values[FORMER_SURNAME] ||
			!name_surname(values[FORMER_SURNAME], other.surname))
			continue;
		if (values[KNOWN_AS])
			name_add(e, side, row, &other, true, true, 0);
		memcpy(other.forenames, names[i].forenames, sizeof(other.forenames));
		name_add(e, side, row, &other, true, false, 0);
	}
}

/* Kinds of which a file has few different texts, each worth reading once. */
static bool is_repeated(enum value_kind kind)
{
	return kind == VALUE_RANK || kind == VALUE_VETTING || kind == VALUE_PLACE ||
	       kind == VALUE_GENDER || kind == VALUE_TEXT;
}

static uint32_t cell_read(
	struct evidence *e, const struct evidence_column *c, const char *value)
{
	struct evidence_domain *d = &e->domains[c->domain];
	uint32_t known = d->texts.count, text;

	if (!is_repeated(c->kind))
		return value_add(d, value_parse(c->kind, value, &e->forms));
	text = dictionary_add(&d->texts, value);
	if (text > known) {
		d->read = grown(d->read, known, &d->read_room, sizeof(*d->read));
		d->read[known] = value_add(d, value_parse(c->kind, value, &e->forms));
	}
	return d->read[text - 1];
}

static void cell_add(
	struct evidence *e, struct evidence_row *row, uint32_t column, const char *text)
{
	uint32_t value = cell_read(e, &e->columns[column], text);

	if (!value || evidence_find(e, row, column)) /* the first of two counts */
		return;
	e->cells = grown(e->cells, e->cells_count, &e->cells_room, sizeof(*e->cells));
	e->cells[e->cells_count++] = (struct evidence_cell){column, value};
	row->cells_count++;
}

uint32_t evidence_find(
	const struct evidence *e, const struct evidence_row *row, uint32_t column)
{
	for (uint32_t i = 0; i < row->cells_count; i++)
		if (e->cells[row->cells + i].column == column)
			return e->cells[row->cells + i].value;
	return 0;
}

bool evidence_stray(const struct evidence *e, uint32_t column)
{
	const struct evidence_column *c = &e->columns[column];

	return c->strong && c->kind == VALUE_NUMBER && !c->filled[EVIDENCE_PEOPLE];
}

static void column_fill(struct evidence *e, enum evidence_side side, uint32_t column)
{
	if (e->columns[column].filled[side])
		return;
	e->columns[column].filled[side] = true;
	e->stray = false;
	for (uint32_t i = 0; i < e->columns_count; i++)
		e->stray = e->stray || (e->columns[i].filled[EVIDENCE_RECORDS] &&
					       evidence_stray(e, i));
}

/* Of people, a field that no record has and that is no use; known where records were
 * added first. */
static bool is_idle(const struct evidence *e, enum evidence_side side, uint32_t column)
{
	const struct evidence_column *c = &e->columns[column];

	if (side == EVIDENCE_RECORDS || c->filled[EVIDENCE_RECORDS] ||
		!e->lists[EVIDENCE_RECORDS].count)
		return false;
	if (e->notes_count) /* a text may say anything but these */
		return c->kind == VALUE_MONEY || c->kind == VALUE_GENDER;
	return c->kind != VALUE_NAME && !(e->stray && c->strong);
}

bool evidence_wants(const struct evidence *e, const char *field)
{
	bool strong;
	enum value_kind kind = value_kind_of(field, &strong);
	char name[FOLD_ROOM];

	if (kind == VALUE_SKIPPED)
		return false;
	if (kind == VALUE_NAME || (strong && e->stray))
		return true;
	if (e->notes_count && kind != VALUE_MONEY && kind != VALUE_GENDER)
		return true;
	column_name(field, kind, name);
	for (uint32_t i = 0; i < e->columns_count; i++)
		if (!strcmp(e->columns[i].name, name))
			return e->columns[i].filled[EVIDENCE_RECORDS];
	return false;
}

static void note_add(struct evidence *e, const char *text)
{
	auto_text cut = text_format("%.*s", EVIDENCE_NOTE, text);

	e->notes = grown(e->notes, e->notes_count, &e->notes_room, sizeof(*e->notes));
	e->notes[e->notes_count++] =
		(struct evidence_note){(uint32_t)e->lists[EVIDENCE_RECORDS].count,
			dictionary_add(&e->note_texts, cut)};
}

const char *evidence_note_text(const struct evidence *e, const struct evidence_note *note)
{
	return dictionary_string(&e->note_texts, note->text);
}

int evidence_add(struct evidence *e, enum evidence_side side, uint32_t owner,
	const char *packed, size_t length, struct fault *f)
{
	struct evidence_list *list = &e->lists[side];
	struct evidence_row row = {
		.owner = owner, .names = e->names_count, .cells = e->cells_count};
	const char *field = NULL, *value = NULL, *values[PARTS] = {NULL}, *note = NULL;

	for (size_t at = 0; row_packed_next(packed, length, &field, &value); at++) {
		uint32_t column = 0;

		if (column_find(e, at, field, &column, f))
			return -1;
		column_fill(e, side, column);
		if (e->columns[column].kind == VALUE_SKIPPED &&
			!strcmp(e->columns[column].name, "text"))
			note = value;
		if (e->columns[column].kind == VALUE_SKIPPED || is_idle(e, side, column))
			continue;
		if (e->columns[column].kind == VALUE_NAME)
			values[e->columns[column].part] =
				value_is_missing(VALUE_NAME, value) ? NULL : value;
		else
			cell_add(e, &row, column, value);
	}
	names_add(e, side, &row, values);
	if (note && side == EVIDENCE_RECORDS && !row.names_count)
		note_add(e, note);
	list->rows = grown(list->rows, list->count, &list->room, sizeof(*list->rows));
	list->rows[list->count++] = row;
	return 0;
}

void evidence_reopen(struct evidence *e, struct evidence_row *row)
{
	size_t from = row->cells;

	row->names = e->names_count;
	row->names_count = 0;
	row->cells = e->cells_count;
	for (size_t i = 0; i < row->cells_count; i++) {
		e->cells = grown(
			e->cells, e->cells_count, &e->cells_room, sizeof(*e->cells));
		e->cells[e->cells_count++] = e->cells[from + i];
	}
}

void evidence_add_name(struct evidence *e, struct evidence_row *row, const struct name *n,
	unsigned doubt)
{
	name_add(e, EVIDENCE_RECORDS, row, n, false, false, doubt);
}

void evidence_add_value(
	struct evidence *e, struct evidence_row *row, uint32_t column, const char *text)
{
	column_fill(e, EVIDENCE_RECORDS, column);
	cell_add(e, row, column, text);
}

void evidence_add_number(struct evidence *e, struct evidence_row *row, const char *text)
{
	struct fault f = {0};
	uint32_t column;

	/* No field is called so: names of columns are folded. */
	if (!column_make(e, "number in the text", VALUE_NUMBER, true, &column, &f))
		evidence_add_value(e, row, column, text);
}

/* --- what is said twice --- */

#define REPEATS_LOOKED 2000 /* rows, spread over the file */
#define REPEATS_LEAST 20    /* that have the column */
#define REPEATS_SHARE 0.95

static bool has_word(const struct evidence *e, const struct evidence_row *row,
	const char *word, size_t length)
{
	for (uint32_t i = 0; i < row->names_count; i++) {
		const struct evidence_name *n = &e->names[row->names + i];
		auto_text wanted = text_format("%.*s", (int)length, word);

		if (strstr(evidence_word(e, n->surname), wanted))
			return true;
		for (size_t k = 0; k < EVIDENCE_FORENAMES && n->forenames[k]; k++)
			if (!strcmp(evidence_word(e, n->forenames[k]), wanted))
				return true;
	}
	return false;
}

static bool is_name(
	const struct evidence *e, const struct evidence_row *row, const char *text)
{
	while (*text) {
		size_t length = strcspn(text, " ");

		if (!has_word(e, row, text, length))
			return false;
		text += length;
		text += *text == ' ';
	}
	return true;
}

bool evidence_repeats(const struct evidence *e, uint32_t column)
{
	const struct evidence_column *c = &e->columns[column];
	const struct evidence_list *list = &e->lists[EVIDENCE_RECORDS];
	size_t step = list->count / REPEATS_LOOKED + 1, cells = 0, repeated = 0;

	if (c->kind != VALUE_TEXT)
		return false;
	for (size_t i = 0; i < list->count; i += step) {
		uint32_t number = evidence_find(e, &list->rows[i], column);
		struct value value;

		if (!number || !list->rows[i].names_count)
			continue;
		value = evidence_value(e, c->domain, number);
		cells++;
		repeated += is_name(
			e, &list->rows[i], dictionary_string(&e->forms, value.main));
	}
	return cells >= REPEATS_LEAST &&
	       (double)repeated >= REPEATS_SHARE * (double)cells;
}

/* --- trials --- */

uint32_t evidence_keep(struct evidence *e, uint32_t domain, struct value value)
{
	return value_add(&e->domains[domain], value);
}

size_t evidence_make(struct evidence *e, uint16_t names, uint16_t cells)
{
	struct evidence_list *list = &e->lists[EVIDENCE_RECORDS];
	size_t at = list->count + list->behind++;

	list->rows = grown(list->rows, at, &list->room, sizeof(*list->rows));
	list->rows[at] = (struct evidence_row){.names_count = names,
		.cells_count = cells,
		.names = e->names_count,
		.cells = e->cells_count};
	for (uint16_t i = 0; i < names; i++) {
		e->names = grown(
			e->names, e->names_count, &e->names_room, sizeof(*e->names));
		e->names[e->names_count++] = (struct evidence_name){0};
	}
	for (uint16_t i = 0; i < cells; i++) {
		e->cells = grown(
			e->cells, e->cells_count, &e->cells_room, sizeof(*e->cells));
		e->cells[e->cells_count++] = (struct evidence_cell){0};
	}
	return at;
}

/* --- what is compared --- */

static bool is_comparable(const struct evidence *e, const struct evidence_cell *cell)
{
	return e->columns[cell->column].filled[EVIDENCE_PEOPLE] ||
	       evidence_stray(e, cell->column);
}

bool evidence_empty(const struct evidence *e, const struct evidence_row *record)
{
	for (uint32_t i = 0; i < record->cells_count; i++)
		if (is_comparable(e, &e->cells[record->cells + i]))
			return false;
	return !record->names_count;
}

/* As bytes without NUL. */
static void sign_number(uint32_t number, struct text *out)
{
	unsigned char bytes[5];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (unsigned char)(0x80 | (number >> (7 * i) & 0x7f));
	text_add(out, bytes, sizeof(bytes));
}

void evidence_sign(
	const struct evidence *e, const struct evidence_row *record, struct text *out)
{
	for (uint32_t i = 0; i < record->names_count; i++) {
		const struct evidence_name *n = &e->names[record->names + i];

		sign_number(n->surname, out);
		for (size_t k = 0; k < EVIDENCE_FORENAMES; k++)
			sign_number(n->forenames[k], out);
		sign_number(n->rank, out);
		sign_number(
			(uint32_t)n->order << 9 | (uint32_t)n->doubt << 1 | n->rank_kept,
			out);
	}
	text_add_char(out, '|');
	for (uint32_t i = 0; i < record->cells_count; i++) {
		const struct evidence_cell *cell = &e->cells[record->cells + i];

		if (!is_comparable(e, cell))
			continue;
		sign_number(cell->column, out);
		sign_number(cell->value, out);
	}
}
