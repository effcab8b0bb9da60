/* SPDX-License-Identifier: MIT */
/*
 * The sheets of an OpenDocument spreadsheet (OpenDocument 1.3, part 3, 9): all of them in
 * one part, with the text that each cell shows beside its value. Rows out of cells are
 * workbook.c's.
 *
 * What can go wrong: a few bytes that stand for millions of cells
 * (number-columns-repeated, number-rows-repeated). Empty ones cost nothing; of others
 * there are limits.
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "recipients/display.h"
#include "recipients/workbook.h"

#define CONTENT "content.xml"
#define MANIFEST "META-INF/manifest.xml"
#define STYLES_MAX 10000       /* of sheets that are not shown */
#define MANY ((size_t)1 << 24) /* repeats: more than a sheet has */
#define NOWHERE SIZE_MAX

enum type {
	TYPE_TEXT, /* also errors such as #N/A */
	TYPE_NUMBER,
	TYPE_DATE,
	TYPE_TIME,
	TYPE_TRUTH
};

struct reading {
	struct workbook workbook;
	char **unseen; /* names of styles of sheets that are not shown */
	size_t unseen_count;
	char *style; /* the one being read */

	/* The depth of what is open, or NOWHERE. */
	size_t sheet, group, row, cell, paragraph, skipped;
	size_t sheets, row_number, column, covered_column;

	enum type type;
	char *value; /* of the cell, as its attribute has it */
	bool formula, paragraphs;
	bool comments, changes;
	struct text shown;
};

static bool is(const char *name, const char *other)
{
	return !strcmp(name, other);
}

/* --- sheets, columns, rows --- */

static void add_style(struct reading *r, struct markup *m, const char **attributes)
{
	const char *display = markup_attribute(attributes, "display");

	if (!r->style || !display || !is(display, "false"))
		return;
	if (r->unseen_count == STYLES_MAX) {
		markup_refuse(m, "has more than %d styles, the limit", STYLES_MAX);
		return;
	}
	r->unseen = text_realloc(r->unseen, (r->unseen_count + 1) * sizeof(*r->unseen));
	r->unseen[r->unseen_count++] = r->style;
	r->style = NULL;
}

static void read_style(struct reading *r, struct markup *m, size_t depth,
	const char *name, const char **attributes)
{
	if (depth == 2 && is(name, "style")) {
		text_freep(&r->style);
		r->style = text_copy(markup_attribute(attributes, "name"));
	} else if (depth == 3 && is(name, "table-properties")) {
		add_style(r, m, attributes);
	}
}

static enum table_shown shown(const struct reading *r, const char *style)
{
	for (size_t i = 0; style && i < r->unseen_count; i++)
		if (is(r->unseen[i], style))
			return TABLE_HIDDEN;
	return TABLE_SHOWN;
}

static void start_sheet(
	struct reading *r, struct markup *m, size_t depth, const char **attributes)
{
	struct workbook *w = &r->workbook;
	struct fault f;

	if (!w->reading &&
		workbook_add_sheet(w, markup_attribute(attributes, "name"),
			shown(r, markup_attribute(attributes, "style-name")), &f)) {
		markup_refuse(m, "cannot be read: %s", f.text);
		return;
	}
	r->sheet = depth;
	r->group = r->row = r->cell = NOWHERE;
	r->row_number = r->covered_column = 0;
	workbook_sheet(w, r->sheets++);
}

static bool unseen(const struct reading *r, const char **attributes)
{
	const char *visible = markup_attribute(attributes, "visibility");

	return r->group != NOWHERE ||
	       (visible && (is(visible, "collapse") || is(visible, "filter")));
}

static size_t repeats(const char **attributes, const char *name)
{
	size_t n = markup_number(attributes, name, 1, MANY);

	return n ? n : 1;
}

static void start_column(struct reading *r, const char **attributes)
{
	size_t n = repeats(attributes, "number-columns-repeated");

	if (unseen(r, attributes))
		workbook_hide_columns(
			&r->workbook, r->covered_column, r->covered_column + n - 1);
	r->covered_column += n;
}

static void start_row(struct reading *r, size_t depth, const char **attributes)
{
	size_t n = repeats(attributes, "number-rows-repeated");

	r->row = depth;
	r->column = 0;
	workbook_row(&r->workbook, r->row_number, n, unseen(r, attributes));
	r->row_number += n;
}

static void start_in_sheet(
	struct reading *r, size_t depth, const char *name, const char **attributes)
{
	const char *display = markup_attribute(attributes, "display");

	if (is(name, "table-column"))
		start_column(r, attributes);
	else if (is(name, "table-row"))
		start_row(r, depth, attributes);
	else if ((is(name, "table-row-group") || is(name, "table-column-group")) &&
		 r->group == NOWHERE && display && is(display, "false"))
		r->group = depth;
	else if (is(name, "shapes") || is(name, "forms"))
		r->skipped = depth;
}

/* --- cells --- */

static const struct {
	const char *name, *attribute;
	enum type type;
} types[] = {
	{"string", "string-value", TYPE_TEXT},
	{"float", "value", TYPE_NUMBER},
	{"percentage", "value", TYPE_NUMBER},
	{"currency", "value", TYPE_NUMBER},
	{"date", "date-value", TYPE_DATE},
	{"time", "time-value", TYPE_TIME},
	{"boolean", "boolean-value", TYPE_TRUTH},
};

/* The file's own attribute; extensions have one of the same name behind it. */
static void read_type(struct reading *r, const char **attributes)
{
	const char *type = markup_attribute(attributes, "value-type");

	text_freep(&r->value);
	r->type = TYPE_TEXT;
	for (size_t i = 0; type && i < sizeof(types) / sizeof(types[0]); i++) {
		if (!is(type, types[i].name))
			continue;
		r->type = types[i].type;
		r->value = text_copy(markup_attribute(attributes, types[i].attribute));
	}
	r->formula = !type && markup_attribute(attributes, "formula");
}

static void start_cell(struct reading *r, size_t depth, const char **attributes)
{
	size_t n = repeats(attributes, "number-columns-repeated"),
	       rows = repeats(attributes, "number-rows-spanned");

	r->cell = depth;
	r->paragraph = NOWHERE;
	r->paragraphs = false;
	read_type(r, attributes);
	workbook_cell(&r->workbook, r->column, n);
	if (rows > 1)
		workbook_merge(&r->workbook, r->column, r->workbook.number,
			r->workbook.number + rows - 1);
	r->column += n;
}

static void add_blanks(struct reading *r, size_t n)
{
	static const char blanks[] = "                ";

	for (size_t part; n; n -= part) {
		part = n < sizeof(blanks) - 1 ? n : sizeof(blanks) - 1;
		workbook_value(&r->workbook, blanks, part);
	}
}

/* Text stands in <p> right below the cell: not in its comments and drawings. */
static void start_in_cell(
	struct reading *r, size_t depth, const char *name, const char **attributes)
{
	if (is(name, "annotation"))
		r->comments = true;
	if (depth == r->cell + 1 && is(name, "p")) {
		if (r->paragraphs)
			workbook_value(&r->workbook, "\n", 1);
		r->paragraph = depth;
		r->paragraphs = true;
	} else if (r->paragraph == NOWHERE || is(name, "annotation") ||
		   is(name, "ruby-text") || is(name, "note") || is(name, "frame")) {
		r->skipped = depth;
	} else if (is(name, "s")) {
		add_blanks(r, markup_number(attributes, "c", 1,
				      r->workbook.table->limits.cell + 1));
	} else if (is(name, "tab")) {
		workbook_value(&r->workbook, "\t", 1);
	} else if (is(name, "line-break")) {
		workbook_value(&r->workbook, "\n", 1);
	}
}

/* --- what a cell shows --- */

static void replace(struct reading *r, const char *bytes, size_t length)
{
	workbook_value_drop(&r->workbook);
	workbook_value(&r->workbook, bytes, length);
}

static void show_whole(struct reading *r, double number)
{
	text_clear(&r->shown);
	display_number(NULL, number, false, &r->shown);
	replace(r, text_string(&r->shown), r->shown.length);
}

/* "£32,500.00" without its comma, if that is how the number is written; in other
 * countries a comma is the decimal point. */
static void part_no_thousands(struct reading *r, const char *text, double number)
{
	auto_text_buffer digits = {0};
	double step = 1;
	bool point = false;

	text_clear(&r->shown);
	for (; *text; text++) {
		if (*text == ',')
			continue;
		text_add_char(&r->shown, *text);
		if ((*text < '0' || *text > '9') && *text != '.')
			continue;
		text_add_char(&digits, *text);
		if (point)
			step /= 10;
		point = point || *text == '.';
	}
	if (fabs(strtod(text_string(&digits), NULL) - fabs(number)) <= step)
		replace(r, text_string(&r->shown), r->shown.length);
}

/* As shown, but for 4.48E+11 and the ### of a narrow column. */
static void show_number(struct reading *r, const char *text)
{
	double number;
	char *end;

	if (!r->value)
		return;
	number = strtod(r->value, &end);
	if (end == r->value || *end || !isfinite(number)) {
		workbook_cell_bad(&r->workbook, "holds a number that is none");
		return;
	}
	if (!*text || strstr(text, "E+") || strstr(text, "E-") || strstr(text, "###"))
		show_whole(r, number);
	else if (strchr(text, ','))
		part_no_thousands(r, text, number);
}

/* "PT07H30M00S" (ISO 8601) as 07:30:00. */
static void show_time(struct reading *r)
{
	unsigned hours, minutes;
	double seconds;
	char clock[64];

	if (!r->value ||
		sscanf(r->value, "PT%9uH%9uM%lfS", &hours, &minutes, &seconds) != 3 ||
		!(seconds >= 0 && seconds < 61))
		return;
	(void)snprintf(
		clock, sizeof(clock), "%02u:%02u:%02.0f", hours, minutes, floor(seconds));
	replace(r, clock, strlen(clock));
}

static void end_cell(struct reading *r)
{
	struct workbook *w = &r->workbook;
	const char *text = text_string(&w->bytes) + w->cell.from;

	switch (r->type) {
	case TYPE_TEXT:
		if (r->formula && !r->paragraphs)
			workbook_cell_bad(w,
				"is a formula without its result; open the workbook, save it, and import that");
		else if (r->value && !r->paragraphs)
			replace(r, r->value, strlen(r->value));
		break;
	case TYPE_NUMBER:
		show_number(r, text);
		break;
	case TYPE_DATE:
		if (r->value)
			replace(r, r->value, strlen(r->value));
		break;
	case TYPE_TIME:
		show_time(r);
		break;
	case TYPE_TRUTH:
		if (r->value)
			replace(r, is(r->value, "true") ? "TRUE" : "FALSE",
				is(r->value, "true") ? 4 : 5);
		break;
	}
	workbook_cell_end(w);
	r->cell = NOWHERE;
}

/* --- events --- */

static void start_outside(struct reading *r, struct markup *m, size_t depth,
	const char *name, const char **attributes)
{
	if (!depth && !is(name, "document-content"))
		markup_refuse(m, "is no OpenDocument content");
	else if (depth == 2 && (is(name, "text") || is(name, "presentation")))
		markup_refuse(m, "holds a document, not a table");
	else if (depth == 3 && is(name, "table"))
		start_sheet(r, m, depth, attributes);
	else if (is(name, "tracked-changes")) {
		r->changes = true;
		r->skipped = depth;
	} else {
		read_style(r, m, depth, name, attributes);
	}
}

static void on_start(void *user, struct markup *m, size_t depth, const char *name,
	const char **attributes)
{
	struct reading *r = user;

	if (r->skipped != NOWHERE)
		return;
	if (r->sheet == NOWHERE)
		start_outside(r, m, depth, name, attributes);
	else if (r->row == NOWHERE)
		start_in_sheet(r, depth, name, attributes);
	else if (r->cell != NOWHERE)
		start_in_cell(r, depth, name, attributes);
	else if (is(name, "table-cell") || is(name, "covered-table-cell"))
		start_cell(r, depth, attributes);
}

static void on_text(void *user, struct markup *m, const char *bytes, size_t length)
{
	struct reading *r = user;

	(void)m;
	if (r->cell != NOWHERE && r->paragraph != NOWHERE && r->skipped == NOWHERE)
		workbook_value(&r->workbook, bytes, length);
}

static void on_end(void *user, struct markup *m, size_t depth, const char *name)
{
	struct reading *r = user;

	(void)m;
	(void)name;
	if (r->skipped != NOWHERE) {
		if (depth == r->skipped)
			r->skipped = NOWHERE;
	} else if (depth == r->cell) {
		end_cell(r);
	} else if (r->cell != NOWHERE) {
		if (depth == r->paragraph)
			r->paragraph = NOWHERE;
	} else if (depth == r->row) {
		r->row = NOWHERE;
		workbook_row_end(&r->workbook);
	} else if (depth == r->group) {
		r->group = NOWHERE;
	} else if (depth == r->sheet) {
		r->sheet = NOWHERE;
		workbook_sheet_end(&r->workbook);
	}
}

/* --- the format --- */

static void manifest_start(void *user, struct markup *m, size_t depth, const char *name,
	const char **attributes)
{
	(void)depth;
	(void)attributes;
	(void)m;
	*(bool *)user |= is(name, "encryption-data");
}

static int refuse_locked(struct package *p, struct fault *f)
{
	static const struct markup_events events = {.start = manifest_start};
	bool locked = false;

	if (!package_has(p, MANIFEST))
		return 0;
	if (markup_read(p, MANIFEST, &events, &locked, f))
		return -1;
	return locked ? fault_set(f, FAULT_INPUT,
				"is protected with a password; open it, save it without, and import that")
		      : 0;
}

static int begin(struct table *t, struct fault *f)
{
	static const struct markup_events events = {on_start, on_end, on_text};
	struct reading *r = t->state;
	struct workbook *w = &r->workbook;

	markup_close(w->markup);
	w->markup = NULL;
	r->sheet = r->group = r->row = r->cell = r->paragraph = r->skipped = NOWHERE;
	r->sheets = 0;
	return markup_open(t->package, CONTENT, &events, r, &w->markup, f);
}

static void tell_unread(struct table *t)
{
	const struct reading *r = t->state;
	size_t n = 0;

	if (r->comments)
		t->unread[n++] = "comments";
	if (r->changes)
		t->unread[n++] = "changes that were tracked";
	if (package_count(t->package, "Object "))
		t->unread[n++] = "charts or files within the file";
	if (package_count(t->package, "Pictures/"))
		t->unread[n++] = "pictures";
	if (package_count(t->package, "Basic/") || package_count(t->package, "Scripts/"))
		t->unread[n++] = "macros";
}

static int begin_reading(struct table *t, struct fault *f)
{
	struct reading *r = t->state;

	if (refuse_locked(t->package, f) || begin(t, f) ||
		markup_next(r->workbook.markup, f))
		return -1;
	tell_unread(t);
	if (!t->sheet_count)
		return fault_set(f, FAULT_INPUT, "has no sheets");
	return workbook_choose(&r->workbook, t->sheet, f) ? -1 : begin(t, f);
}

static int ods_open(struct table *t, struct fault *f)
{
	struct reading *r = t->state = text_alloc(sizeof(*r));
	int got;

	r->workbook.table = t;
	got = begin_reading(t, f);
	if (!got)
		got = workbook_find_header(&r->workbook, f);
	if (got > 0)
		got = begin(t, f);
	if (got)
		return fault_prefix(f, "%s", reader_name(t->reader));
	return workbook_header(&r->workbook, f);
}

static int ods_next(struct table *t, struct fault *f)
{
	struct reading *r = t->state;

	return workbook_next(&r->workbook, f);
}

static void ods_close(struct table *t)
{
	struct reading *r = t->state;

	if (!r)
		return;
	workbook_done(&r->workbook);
	for (size_t i = 0; i < r->unseen_count; i++)
		free(r->unseen[i]);
	free(r->unseen);
	free(r->style);
	free(r->value);
	text_done(&r->shown);
	free(r);
}

const struct table_format table_ods = {"OpenDocument", ods_open, ods_next, ods_close};
