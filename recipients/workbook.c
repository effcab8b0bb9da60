/* SPDX-License-Identifier: MIT */
/*
 * From cells to rows, from sheets to one sheet. What the XML of a workbook means is
 * table_xlsx.c's and table_ods.c's.
 *
 * What can go wrong: something is hidden and nobody hears of it. So every sheet is looked
 * through, and what is not read is told; which sheet is meant is never guessed.
 */
#include "recipients/workbook.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define SHEETS_LISTED 12 /* in a fault */
#define NAME_SAID 40     /* bytes of a sheet's name */

void workbook_done(struct workbook *w)
{
	for (size_t i = 0; w->carried && i < w->table->column_count; i++)
		free(w->carried[i].value);
	free(w->carried);
	free(w->areas);
	free(w->row);
	text_done(&w->bytes);
	markup_close(w->markup);
}

/* --- sheets --- */

int workbook_add_sheet(
	struct workbook *w, const char *name, enum table_shown shown, struct fault *f)
{
	struct table *t = w->table;
	auto_text_buffer tidy = {0};

	if (t->sheet_count == WORKBOOK_SHEETS)
		return fault_set(f, FAULT_INPUT, "has more than %d sheets, the limit",
			WORKBOOK_SHEETS);
	if (name && strlen(name) > WORKBOOK_SHEET_NAME)
		return fault_set(f, FAULT_INPUT,
			"the name of sheet %zu is longer than %d bytes, the limit",
			t->sheet_count + 1, WORKBOOK_SHEET_NAME);
	if (!name || cell_tidy(name, strlen(name), &tidy) || !*text_string(&tidy)) {
		text_clear(&tidy);
		text_printf(&tidy, "sheet %zu", t->sheet_count + 1);
	}
	for (size_t i = 0; i < t->sheet_count; i++)
		if (!strcasecmp(t->sheets[i].name, text_string(&tidy)))
			return fault_set(f, FAULT_INPUT,
				"sheets %zu and %zu have the same name", i + 1,
				t->sheet_count + 1);
	t->sheets = text_realloc(t->sheets, (t->sheet_count + 1) * sizeof(*t->sheets));
	t->sheets[t->sheet_count++] = (struct table_sheet){
		.name = text_copy(text_string(&tidy)), .shown = shown};
	return 0;
}

void workbook_sheet(struct workbook *w, size_t sheet)
{
	w->sheet = sheet;
	memset(w->filled, 0, sizeof(w->filled));
	memset(w->covered, 0, sizeof(w->covered));
}

static bool bit(const unsigned char *bits, size_t i)
{
	return bits[i / 8] >> i % 8 & 1;
}

static void set_bits(unsigned char *bits, size_t first, size_t last)
{
	for (size_t i = first; i <= last && i < WORKBOOK_COLUMNS; i++)
		bits[i / 8] |= (unsigned char)(1 << i % 8);
}

void workbook_hide_columns(struct workbook *w, size_t first, size_t last)
{
	set_bits(w->covered, first, last);
}

void workbook_sheet_end(struct workbook *w)
{
	struct table_sheet *sheet = &w->table->sheets[w->sheet];

	if (w->reading)
		return;
	sheet->hidden_columns = 0;
	for (size_t i = 0; i < WORKBOOK_COLUMNS; i++)
		sheet->hidden_columns += bit(w->filled, i) && bit(w->covered, i);
}

void workbook_merge(struct workbook *w, size_t column, size_t first_row, size_t last_row)
{
	if (w->reading || last_row <= first_row)
		return;
	if (w->areas_count == WORKBOOK_MERGED) {
		markup_refuse(w->markup, "has more than %d merged cells, the limit",
			WORKBOOK_MERGED);
		return;
	}
	if (w->areas_count == w->areas_room) {
		w->areas_room = w->areas_room ? w->areas_room * 2 : 64;
		w->areas = text_realloc(w->areas, w->areas_room * sizeof(*w->areas));
	}
	w->areas[w->areas_count++] =
		(struct workbook_area){w->sheet, column, first_row, last_row};
}

/* --- rows as they come --- */

static bool passed_over(const struct workbook *w)
{
	return w->reading && w->sheet != w->chosen;
}

void workbook_row(struct workbook *w, size_t number, size_t repeats, bool hidden)
{
	w->number = number;
	w->repeats = repeats;
	w->row_hidden = hidden;
	w->row_count = w->next_column = 0;
	text_clear(&w->bytes);
}

void workbook_cell(struct workbook *w, size_t column, size_t repeats)
{
	if (column < w->next_column)
		markup_refuse(
			w->markup, "has the cells of row %zu in no order", w->number + 1);
	w->next_column = column + repeats;
	w->cell = (struct workbook_cell){
		.first = column, .last = column + repeats - 1, .from = w->bytes.length};
}

/* A little more than a cell or a row may have is enough to see that it is too much. */
void workbook_value(struct workbook *w, const char *bytes, size_t length)
{
	const struct table_limits *l = &w->table->limits;
	size_t had = w->bytes.length - w->cell.from;

	if (passed_over(w) || had > l->cell || w->bytes.length > l->row)
		return;
	if (length > l->cell + 1 - had)
		length = l->cell + 1 - had;
	text_add(&w->bytes, bytes, length);
}

void workbook_value_drop(struct workbook *w)
{
	text_cut(&w->bytes, w->cell.from);
}

void workbook_cell_bad(struct workbook *w, const char *reason)
{
	w->cell.reason = reason;
}

/* What is too long to be read to its end is not empty, whatever its beginning. */
static bool is_empty(const struct workbook *w, const struct workbook_cell *c)
{
	return !c->reason && c->length <= w->table->limits.cell &&
	       cell_blank(text_string(&w->bytes) + c->from, c->length);
}

void workbook_cell_end(struct workbook *w)
{
	struct workbook_cell *c = &w->cell;

	c->length = w->bytes.length - c->from;
	if (passed_over(w) || is_empty(w, c)) {
		text_cut(&w->bytes, c->from);
		return;
	}
	if (c->last >= WORKBOOK_COLUMNS) {
		markup_refuse(w->markup, "has more than %zu columns, the limit",
			WORKBOOK_COLUMNS);
		return;
	}
	if (w->row_count == w->row_room) {
		w->row_room = w->row_room ? w->row_room * 2 : 64;
		w->row = text_realloc(w->row, w->row_room * sizeof(*w->row));
	}
	w->row[w->row_count++] = *c;
}

static void survey_row(struct workbook *w)
{
	struct table_sheet *sheet = &w->table->sheets[w->sheet];

	for (size_t i = 0; i < w->row_count; i++) {
		set_bits(w->filled, w->row[i].first, w->row[i].last);
		w->cells += (w->row[i].last - w->row[i].first + 1) * w->repeats;
	}
	if (w->cells > WORKBOOK_CELLS)
		markup_refuse(w->markup, "has more than %zu cells in all, the limit",
			WORKBOOK_CELLS);
	sheet->rows += w->repeats;
	sheet->hidden_rows += w->row_hidden ? w->repeats : 0;
}

void workbook_row_end(struct workbook *w)
{
	if (!w->row_count)
		return;
	if (w->repeats > WORKBOOK_REPEATS)
		markup_refuse(w->markup, "has row %zu more than %d times, the limit",
			w->number + 1, WORKBOOK_REPEATS);
	else if (w->number + w->repeats > WORKBOOK_ROWS)
		markup_refuse(
			w->markup, "has more than %zu rows, the limit", WORKBOOK_ROWS);
	else if (w->reading)
		markup_pause(w->markup);
	else
		survey_row(w);
}

/* --- which sheet --- */

/* How many bytes of a name a fault says: no half of a letter. */
static int said(const char *name)
{
	size_t length = strnlen(name, NAME_SAID + 1);

	if (length > NAME_SAID)
		for (length = NAME_SAID; length && (name[length] & 0xc0) == 0x80;)
			length--;
	return (int)length;
}

static void list_sheets(const struct table *t, bool all, struct text *out)
{
	static const char *const marks[] = {"", ", hidden", ", very hidden"};
	size_t listed = 0, left = 0;

	for (size_t i = 0; i < t->sheet_count; i++) {
		const struct table_sheet *s = &t->sheets[i];

		if (!all && !s->rows)
			continue;
		if (listed == SHEETS_LISTED) {
			left++;
			continue;
		}
		text_printf(out, "%s'%.*s' (%zu row%s%s)", listed++ ? ", " : "",
			said(s->name), s->name, s->rows, s->rows == 1 ? "" : "s",
			marks[s->shown]);
	}
	if (left)
		text_printf(out, " and %zu more", left);
}

static size_t find_sheet(const struct table *t, const char *name)
{
	for (size_t i = 0; i < t->sheet_count; i++)
		if (!strcmp(t->sheets[i].name, name))
			return i;
	for (size_t i = 0; i < t->sheet_count; i++)
		if (!strcasecmp(t->sheets[i].name, name))
			return i;
	return TABLE_UNSET;
}

/* The only sheet with something in it, hidden or not. */
static size_t only_sheet(const struct table *t, size_t *ret_filled)
{
	size_t found = TABLE_UNSET;

	*ret_filled = 0;
	for (size_t i = 0; i < t->sheet_count; i++)
		if (t->sheets[i].rows) {
			(*ret_filled)++;
			found = i;
		}
	return found;
}

static int compare_areas(const void *a, const void *b)
{
	const struct workbook_area *x = a, *y = b;

	if (x->first != y->first)
		return x->first < y->first ? -1 : 1;
	return x->column < y->column ? -1 : x->column > y->column;
}

static void keep_areas(struct workbook *w)
{
	size_t kept = 0;

	for (size_t i = 0; i < w->areas_count; i++)
		if (w->areas[i].sheet == w->chosen)
			w->areas[kept++] = w->areas[i];
	w->areas_count = kept;
	if (kept)
		qsort(w->areas, kept, sizeof(*w->areas), compare_areas);
}

int workbook_choose(struct workbook *w, const char *name, struct fault *f)
{
	struct table *t = w->table;
	auto_text_buffer list = {0};
	size_t filled = 0;

	w->chosen = name ? find_sheet(t, name) : only_sheet(t, &filled);
	list_sheets(t, name != NULL, &list);
	if (name && w->chosen == TABLE_UNSET)
		return fault_set(f, FAULT_INPUT,
			"has no sheet of the name that was asked for; it has %s",
			text_string(&list));
	if (!name && !filled)
		return fault_set(f, FAULT_INPUT, "there is nothing in any of its sheets");
	if (!name && filled > 1)
		return fault_set(f, FAULT_INPUT,
			"%zu of its sheets have something in them: %s; say which one to read with --sheet NAME, and import each that counts",
			filled, text_string(&list));
	t->sheets[w->chosen].read = true;
	keep_areas(w);
	w->reading = true;
	return 0;
}

/* --- rows as table_next has them --- */

static int add_names(struct workbook *w, struct fault *f)
{
	struct table *t = w->table;
	size_t next = 0;

	for (size_t i = 0; i < w->row_count; i++) {
		const struct workbook_cell *c = &w->row[i];

		if (c->reason)
			return fault_set(
				f, FAULT_INPUT, "column %zu %s", c->first + 1, c->reason);
		for (; next < c->first; next++)
			if (table_add_name(t, next, "", 0, f))
				return -1;
		for (; next <= c->last; next++)
			if (table_add_name(
				    t, next, w->bytes.bytes + c->from, c->length, f))
				return fault_prefix(f, "column %zu", next + 1);
	}
	for (size_t i = 0; i < t->column_count; i++)
		t->hidden[i] = bit(w->covered, i);
	return 0;
}

static int check_areas(struct workbook *w, struct fault *f)
{
	while (w->areas_next < w->areas_count &&
		w->areas[w->areas_next].first < w->number)
		w->areas_next++;
	if (w->areas_next < w->areas_count && w->areas[w->areas_next].first == w->number)
		return fault_set(f, FAULT_INPUT,
			"row %zu, the header: has cells that are merged over several rows; make it one row",
			w->number + 1);
	if (w->areas_next < w->areas_count)
		w->carried = text_alloc(w->table->column_count * sizeof(*w->carried));
	return 0;
}

/* The row at hand, as a candidate for the header. */
static bool search_row(const struct workbook *w, struct table_search *search)
{
	size_t cells = 0, known = 0;

	for (size_t i = 0; i < w->row_count; i++) {
		const struct workbook_cell *c = &w->row[i];

		cells += c->last - c->first + 1;
		known += !c->reason &&
			 table_knows(text_string(&w->bytes) + c->from, c->length);
	}
	return table_search(search, cells, known);
}

int workbook_find_header(struct workbook *w, struct fault *f)
{
	struct table *t = w->table;
	struct table_search search = {0};
	size_t asked = t->header;

	w->at_header = false;
	for (size_t i = 0; asked ? !w->at_header : search.known < 2 && i < TABLE_TITLES;
		i++) {
		int got = markup_next(w->markup, f);

		w->at_header = got > 0 &&
			       (asked ? w->number + 1 >= asked : search_row(w, &search));
		if (!got && asked)
			return fault_set(f, FAULT_INPUT,
				"all rows of the sheet are empty from the row on that was asked for");
		if (got <= 0)
			return got < 0 ? -1 : 1;
		if (w->at_header) {
			t->header = w->number + 1;
			t->above = i;
		}
	}
	return !w->at_header;
}

int workbook_header(struct workbook *w, struct fault *f)
{
	const char *name = reader_name(w->table->reader);
	int got = 1;

	while (got > 0 && !w->at_header) {
		got = markup_next(w->markup, f);
		w->at_header = w->number + 1 >= w->table->header;
	}
	if (got < 0)
		return fault_prefix(f, "%s", name);
	if (!got)
		return fault_set(
			f, FAULT_INPUT, "%s: all rows of the sheet are empty", name);
	if (w->bytes.length > w->table->limits.row)
		return fault_set(f, FAULT_INPUT,
			"%s: row %zu, the header: is longer than %zu bytes, the limit for a row",
			name, w->number + 1, w->table->limits.row);
	if (add_names(w, f))
		return fault_prefix(f, "%s: row %zu, the header", name, w->number + 1);
	if (check_areas(w, f))
		return fault_prefix(f, "%s", name);
	return table_check_header(w->table, w->number + 1, f);
}

/* The values of merged cells that begin in this row. */
static void begin_areas(struct workbook *w)
{
	for (; w->areas_next < w->areas_count; w->areas_next++) {
		const struct workbook_area *a = &w->areas[w->areas_next];

		if (a->first > w->number)
			return;
		if (a->first < w->number || a->column >= w->table->column_count)
			continue;
		text_freep(&w->carried[a->column].value);
		for (size_t i = 0; i < w->row_count; i++) {
			const struct workbook_cell *c = &w->row[i];

			if (c->first > a->column || c->last < a->column)
				continue;
			w->carried[a->column] = (struct workbook_carried){
				text_format(
					"%.*s", (int)c->length, w->bytes.bytes + c->from),
				a->last};
		}
	}
}

/* The values of merged cells that began above. */
static bool fill_down(struct workbook *w)
{
	struct table *t = w->table;

	for (size_t i = 0; i < t->column_count; i++) {
		const struct workbook_carried *c = &w->carried[i];

		if (!c->value || w->number > c->last || t->value_at[i] != TABLE_UNSET)
			continue;
		if (!table_row_set(t, i, c->value, strlen(c->value)))
			return false;
	}
	return true;
}

static int fill_cells(struct workbook *w)
{
	struct table *t = w->table;

	for (size_t i = 0; i < w->row_count; i++) {
		const struct workbook_cell *c = &w->row[i];

		if (c->last >= t->column_count)
			return table_row_width(t, c->last + 1);
		if (c->reason)
			return table_row_bad(t, t->columns[c->first], "%s", c->reason);
		for (size_t j = c->first; j <= c->last; j++)
			if (!table_row_set(t, j, w->bytes.bytes + c->from, c->length))
				return 1;
	}
	return w->carried && !fill_down(w) ? 1 : table_row_end(t);
}

int workbook_next(struct workbook *w, struct fault *f)
{
	struct table *t = w->table;
	int got;

	if (w->repeats > 1) {
		w->repeats--;
		w->number++;
	} else {
		got = markup_next(w->markup, f);
		if (got < 0)
			return fault_prefix(f, "%s", reader_name(t->reader));
		if (!got)
			return 0;
	}
	table_row_begin(t, w->number + 1, w->number + 1);
	t->row.hidden = w->row_hidden;
	if (w->carried)
		begin_areas(w);
	if (w->bytes.length > t->limits.row)
		return table_row_bad(t, NULL,
			"is longer than %zu bytes, the limit for a row", t->limits.row);
	return fill_cells(w);
}

/* --- what kind --- */

const struct table_format *workbook_format(const struct package *p, struct fault *f)
{
	static const struct {
		const char *part, *words;
	} others[] = {
		{"xl/workbook.bin",
			"is a binary Excel workbook (xlsb); open it and save it as xlsx"},
		{"word/document.xml", "is a Word document, not a table"},
		{"ppt/presentation.xml", "is a PowerPoint file, not a table"},
		{"Index/Document.iwa",
			"is a document of Apple Numbers or the like; export it as Excel or CSV"},
	};

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (package_has(p, others[i].part)) {
			(void)fault_set(f, FAULT_INPUT, "%s", others[i].words);
			return NULL;
		}
	if (package_has(p, "_rels/.rels"))
		return &table_xlsx;
	if (package_has(p, "content.xml"))
		return &table_ods;
	(void)fault_set(
		f, FAULT_INPUT, "is a zip file, and no workbook; unpack it first");
	return NULL;
}
