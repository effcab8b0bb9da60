/* SPDX-License-Identifier: MIT */
/*
 * The sheets of an Excel workbook (ECMA-376-1, 18.3): cells and what they show. Which
 * sheets there are, texts and formats are xlsx.c's; rows out of cells workbook.c's.
 *
 * What can go wrong: a cell is only as good as the program that saved the file; a formula
 * that was never worked out has no result, and its row is bad.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "recipients/display.h"
#include "recipients/xlsx.h"

enum place {
	PLACE_ELSEWHERE,
	PLACE_SHEET, /* in <sheetData> */
	PLACE_ROW,
	PLACE_CELL,
	PLACE_VALUE, /* in <v>, or in a <t> of <is> */
};

enum kind {
	KIND_NUMBER,
	KIND_SHARED,
	KIND_TEXT, /* also errors such as #N/A: as they are */
	KIND_DATE, /* in ISO 8601 */
	KIND_TRUTH
};

struct reading {
	struct xlsx xlsx;
	enum place place;
	size_t row, column; /* that come next */
	enum kind kind;
	size_t style;
	bool formula, valued, in_inline, in_run;
	struct text shown;
};

static bool is(const char *name, const char *other)
{
	return !strcmp(name, other);
}

static bool truth(const char *value)
{
	return value && (is(value, "1") || is(value, "true") || is(value, "on"));
}

/* "AB12": column and row from 0. False: it is none. */
static bool read_reference(const char *s, size_t *column, size_t *row)
{
	size_t letters = 0, digits = 0;

	*column = *row = 0;
	for (; *s >= 'A' && *s <= 'Z' && letters < 4; s++, letters++)
		*column = *column * 26 + (size_t)(*s - 'A' + 1);
	for (; *s >= '0' && *s <= '9' && digits < 9; s++, digits++)
		*row = *row * 10 + (size_t)(*s - '0');
	if (!*column || !*row || (*s && *s != ':'))
		return false;
	(*column)--;
	(*row)--;
	return true;
}

/* --- events --- */

static void start_row(struct reading *r, struct markup *m, const char **attributes)
{
	size_t number = markup_number(attributes, "r", r->row + 1, WORKBOOK_ROWS + 1);
	const char *height = markup_attribute(attributes, "ht");

	if (number <= r->row)
		markup_refuse(m, "has its rows in no order, at row %zu", number);
	r->row = number;
	r->column = 0;
	r->place = PLACE_ROW;
	workbook_row(&r->xlsx.workbook, number - 1, 1,
		truth(markup_attribute(attributes, "hidden")) ||
			(height && is(height, "0")));
}

static enum kind kind_of(const char *type)
{
	if (!type || is(type, "n"))
		return KIND_NUMBER;
	if (is(type, "s"))
		return KIND_SHARED;
	if (is(type, "d"))
		return KIND_DATE;
	return is(type, "b") ? KIND_TRUTH : KIND_TEXT;
}

/* There are millions of cells, so their attributes, of one letter each, are gone through
 * once. */
static void start_cell(struct reading *r, struct markup *m, const char **attributes)
{
	const char *reference = NULL, *type = NULL;
	size_t column = r->column, row = 0;

	r->style = 0;
	for (const char **a = attributes; *a; a += 2) {
		if (is(*a, "r"))
			reference = a[1];
		else if (is(*a, "t"))
			type = a[1];
		else if (is(*a, "s"))
			r->style = markup_number(a, "s", 0, XLSX_STYLES);
	}
	if (reference && (!read_reference(reference, &column, &row) || row + 1 != r->row))
		markup_refuse(
			m, "has a cell in row %zu that says to be elsewhere", r->row);
	r->kind = kind_of(type);
	r->formula = r->valued = r->in_inline = r->in_run = false;
	r->place = PLACE_CELL;
	r->column = column + 1;
	workbook_cell(&r->xlsx.workbook, column, 1);
}

/* <v>, <f>, <is><t>, <is><r><t>; not <is><rPh><t>. */
static void start_in_cell(struct reading *r, size_t depth, const char *name)
{
	if (depth == 4) {
		r->in_inline = is(name, "is");
		r->formula = r->formula || is(name, "f");
		if (is(name, "v"))
			r->place = PLACE_VALUE;
	} else if (r->in_inline && is(name, "t") &&
		   (depth == 5 || (depth == 6 && r->in_run))) {
		r->place = PLACE_VALUE;
	} else if (depth == 5) {
		r->in_run = is(name, "r");
	}
}

static void start_merged(struct reading *r, const char **attributes)
{
	const char *reference = markup_attribute(attributes, "ref"),
		   *colon = reference ? strchr(reference, ':') : NULL;
	size_t column, first, other, last;

	if (colon && read_reference(reference, &column, &first) &&
		read_reference(colon + 1, &other, &last))
		workbook_merge(&r->xlsx.workbook, column, first, last);
}

static void start_columns(struct reading *r, const char **attributes)
{
	const char *width = markup_attribute(attributes, "width");
	size_t first = markup_number(attributes, "min", 0, WORKBOOK_COLUMNS),
	       last = markup_number(attributes, "max", 0, WORKBOOK_COLUMNS);

	if (first && (truth(markup_attribute(attributes, "hidden")) ||
			     (width && is(width, "0"))))
		workbook_hide_columns(&r->xlsx.workbook, first - 1, last - 1);
}

static void on_start(void *user, struct markup *m, size_t depth, const char *name,
	const char **attributes)
{
	struct reading *r = user;

	if (!depth && !is(name, "worksheet"))
		markup_refuse(m, "is no sheet");
	else if (depth == 1 && is(name, "sheetData"))
		r->place = PLACE_SHEET;
	else if (depth == 2 && r->place == PLACE_SHEET && is(name, "row"))
		start_row(r, m, attributes);
	else if (depth == 3 && r->place == PLACE_ROW && is(name, "c"))
		start_cell(r, m, attributes);
	else if (depth > 3 && r->place == PLACE_CELL)
		start_in_cell(r, depth, name);
	else if (depth == 2 && r->place == PLACE_ELSEWHERE && is(name, "col"))
		start_columns(r, attributes);
	else if (depth == 2 && r->place == PLACE_ELSEWHERE && is(name, "mergeCell"))
		start_merged(r, attributes);
}

static void on_text(void *user, struct markup *m, const char *bytes, size_t length)
{
	struct reading *r = user;

	(void)m;
	if (r->place != PLACE_VALUE)
		return;
	r->valued = true;
	workbook_value(&r->xlsx.workbook, bytes, length);
}

/* --- what a cell shows --- */

static void replace(struct reading *r, const char *bytes, size_t length)
{
	workbook_value_drop(&r->xlsx.workbook);
	workbook_value(&r->xlsx.workbook, bytes, length);
}

static void show_number(struct reading *r, const char *value)
{
	struct workbook *w = &r->xlsx.workbook;
	const char *code = xlsx_format(&r->xlsx, r->style);
	double number;
	char *end;

	if (!w->reading) /* a survey asks only whether there is something */
		return;
	while (*value == ' ' || *value == '\n' || *value == '\r' || *value == '\t')
		value++;
	if (!*value)
		return;
	number = strtod(value, &end);
	if (value[strspn(value, "0123456789+-.eE \r\n\t")] || end == value ||
		end[strspn(end, " \r\n\t")] || !isfinite(number)) {
		workbook_cell_bad(w, "holds a number that is none");
		return;
	}
	text_clear(&r->shown);
	display_number(code, number, r->xlsx.from_1904, &r->shown);
	replace(r, text_string(&r->shown), r->shown.length);
}

static void show_shared(struct reading *r, const char *value)
{
	struct workbook *w = &r->xlsx.workbook;
	const char *text = NULL;
	size_t length = 0;
	char *end;
	unsigned long n = strtoul(value, &end, 10);

	if (*value >= '0' && *value <= '9' && !end[strspn(end, " \r\n\t")])
		text = xlsx_string(&r->xlsx, n, &length);
	if (text && !w->reading && !cell_blank(text, length))
		return;
	if (text)
		replace(r, text, length);
	else
		workbook_cell_bad(w, "names a text that the workbook does not have");
}

static void end_cell(struct reading *r)
{
	struct workbook *w = &r->xlsx.workbook;
	size_t from = w->cell.from;
	const char *value = text_string(&w->bytes) + from, *midnight;

	switch (r->kind) {
	case KIND_NUMBER:
		if (r->formula && !r->valued)
			workbook_cell_bad(w,
				"is a formula without its result; open the workbook in Excel, save it, and import that");
		else if (r->valued)
			show_number(r, value);
		break;
	case KIND_SHARED:
		if (r->valued)
			show_shared(r, value);
		break;
	case KIND_DATE: /* midnight is no time: "2023-08-26T00:00:00.000" is a day */
		midnight = strstr(value, "T00:00:00");
		if (midnight && !midnight[strspn(midnight, "T0:.Z")])
			text_cut(&w->bytes, (size_t)(midnight - text_string(&w->bytes)));
		break;
	case KIND_TRUTH:
		if (r->valued)
			replace(r, *value == '1' ? "TRUE" : "FALSE",
				*value == '1' ? 4 : 5);
		break;
	case KIND_TEXT:
		if (r->valued)
			text_cut(&w->bytes, from + xlsx_unescape(w->bytes.bytes + from,
							   w->bytes.length - from));
		break;
	}
	workbook_cell_end(w);
}

static void on_end(void *user, struct markup *m, size_t depth, const char *name)
{
	struct reading *r = user;

	(void)m;
	if (r->place == PLACE_VALUE && depth > 3) {
		if (is(name, "v") || is(name, "t"))
			r->place = PLACE_CELL;
	} else if (r->place == PLACE_CELL && depth == 3) {
		end_cell(r);
		r->place = PLACE_ROW;
	} else if (r->place == PLACE_ROW && depth == 2) {
		workbook_row_end(&r->xlsx.workbook);
		r->place = PLACE_SHEET;
	} else if (r->place == PLACE_SHEET && depth == 1) {
		r->place = PLACE_ELSEWHERE;
	}
}

/* --- the format --- */

/* To the beginning of a sheet. */
static int begin_sheet(struct table *t, size_t i, struct fault *f)
{
	static const struct markup_events events = {on_start, on_end, on_text};
	struct reading *r = t->state;
	struct workbook *w = &r->xlsx.workbook;

	markup_close(w->markup);
	w->markup = NULL;
	r->place = PLACE_ELSEWHERE;
	r->row = 0;
	workbook_sheet(w, i);
	return markup_open(t->package, r->xlsx.parts[i], &events, r, &w->markup, f);
}

static int survey(struct table *t, struct fault *f)
{
	struct reading *r = t->state;
	struct workbook *w = &r->xlsx.workbook;

	for (size_t i = 0; i < t->sheet_count; i++) {
		if (!r->xlsx.parts[i])
			continue;
		if (begin_sheet(t, i, f) || markup_next(w->markup, f))
			return -1;
		workbook_sheet_end(w);
	}
	return 0;
}

static int begin_reading(struct table *t, struct fault *f)
{
	struct reading *r = t->state;
	struct workbook *w = &r->xlsx.workbook;

	if (xlsx_load(&r->xlsx, f) || survey(t, f) || workbook_choose(w, t->sheet, f))
		return -1;
	if (!r->xlsx.parts[w->chosen])
		return fault_set(f, FAULT_INPUT,
			"the sheet that was asked for is a chart or the like, without cells");
	return begin_sheet(t, w->chosen, f);
}

static int xlsx_open(struct table *t, struct fault *f)
{
	struct reading *r = t->state = text_alloc(sizeof(*r));
	int got;

	r->xlsx.workbook.table = t;
	got = begin_reading(t, f);
	if (!got)
		got = workbook_find_header(&r->xlsx.workbook, f);
	if (got > 0)
		got = begin_sheet(t, r->xlsx.workbook.chosen, f);
	if (got)
		return fault_prefix(f, "%s", reader_name(t->reader));
	return workbook_header(&r->xlsx.workbook, f);
}

static int xlsx_next(struct table *t, struct fault *f)
{
	struct reading *r = t->state;

	return workbook_next(&r->xlsx.workbook, f);
}

static void xlsx_close(struct table *t)
{
	struct reading *r = t->state;

	if (!r)
		return;
	workbook_done(&r->xlsx.workbook);
	xlsx_done(&r->xlsx);
	text_done(&r->shown);
	free(r);
}

const struct table_format table_xlsx = {"Excel", xlsx_open, xlsx_next, xlsx_close};
