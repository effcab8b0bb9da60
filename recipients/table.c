/* SPDX-License-Identifier: MIT */
/*
 * Tells what kind of table a file holds and gives its rows. How a format is read stands
 * in table_csv.c, table_json.c, table_xlsx.c and table_ods.c; what a column means is
 * import's business (import.c, field.c).
 */
#include "recipients/table.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "recipients/compound.h"
#include "recipients/field.h"
#include "recipients/table_format.h"
#include "recipients/workbook.h"

#define KNOWN_LENGTH 250 /* bytes; no known header is as long */

static const struct table_limits limits_default = {.file = 2UL << 30,
	.row = 1UL << 20,
	.lines = 1000,
	.cell = 64UL << 10,
	.columns = 1000};

/* What no text begins with, and what to tell whoever tries it. */
static const struct {
	const char *bytes;
	size_t length;
	const char *words;
} strangers[] = {
#define IS(bytes, words)                                                                 \
	{                                                                                \
		bytes, sizeof(bytes) - 1, words                                          \
	}
	IS("PK\5\6", "is an empty zip file"),
	IS("%PDF", "is a PDF; the table that it was made from is needed, as CSV"),
	IS("{\\rtf", "is a text with formatting (RTF); save the table as CSV"),
	IS("\x1f\x8b", "is packed (gzip); unpack it first"),
	IS("BZh", "is packed (bzip2); unpack it first"),
	IS("\xfd"
	   "7zXZ",
		"is packed (xz); unpack it first"),
	IS("\x28\xb5\x2f\xfd", "is packed (zstd); unpack it first"),
	IS("7z\xbc\xaf\x27\x1c", "is packed (7z); unpack it first"),
	IS("SQLite format 3", "is a database; export the table as CSV"),
	IS("PAR1", "is a Parquet file; export the table as CSV"),
	IS("\xff\xfe\0\0", "is in the encoding UTF-32; save it as UTF-8"),
	IS("\0\0\xfe\xff", "is in the encoding UTF-32; save it as UTF-8"),
#undef IS
};

static int refuse_stranger(struct reader *r, struct fault *f)
{
	size_t length;
	const unsigned char *head = reader_head(r, &length);

	if (compound_is(head, length))
		return compound_refuse(r, f);

	for (size_t i = 0; i < sizeof(strangers) / sizeof(strangers[0]); i++)
		if (length >= strangers[i].length &&
			!memcmp(head, strangers[i].bytes, strangers[i].length))
			return fault_set(f, FAULT_INPUT, "%s: %s", reader_name(r),
				strangers[i].words);
	return 0;
}

/*
 * A few control characters are damage that costs their rows; many mean that this is no
 * text. The counts leave small damaged files alone.
 */
static int refuse_binary(const struct reader *r, struct fault *f)
{
	size_t length, control = 0, nul = 0;
	const char *p = reader_window(r, &length);

	if (length > READER_HEAD)
		length = READER_HEAD;
	for (size_t i = 0; i < length; i++) {
		nul += p[i] == '\0';
		control += (unsigned char)p[i] < 0x20 && !strchr("\t\n\r", p[i]);
	}
	control += nul; /* strchr finds the NUL */
	if (nul >= 16 && nul > length / 3)
		return fault_set(f, FAULT_INPUT,
			"%s: is no text, or UTF-16 without its mark; save it as UTF-8",
			reader_name(r));
	if (control >= 16 && control > length / 20)
		return fault_set(f, FAULT_INPUT, "%s: is no text; save the table as CSV",
			reader_name(r));
	return 0;
}

static char first_sign(const char **p, const char *end)
{
	while (*p < end && strchr(" \t\r\n", **p) && **p)
		(*p)++;
	return *p < end ? *(*p)++ : '\0';
}

/* Objects and lists open with brackets; so may the name of a column, but not with what
 * follows in JSON. */
static int tell_format(struct table *t, struct fault *f)
{
	size_t length;
	const char *p = reader_window(t->reader, &length), *end = p + length;
	char first = first_sign(&p, end), second = first_sign(&p, end);

	t->format = &table_csv;
	if (!first)
		return fault_set(f, FAULT_INPUT,
			"%s: there is nothing in the file but blanks",
			reader_name(t->reader));
	if (first == '<')
		return fault_set(f, FAULT_INPUT,
			"%s: is a web page or XML, by its content; save the table as CSV",
			reader_name(t->reader));
	if (first == '[' && (!second || strchr("{[]\"-0123456789", second)))
		t->format = &table_json;
	if (first == '{' && (!second || strchr("\"}", second)))
		t->format = &table_json_lines;
	return 0;
}

static int open_workbook(struct table *t, struct fault *f)
{
	if (package_open(t->reader, &t->package, f))
		return fault_prefix(f, "%s", reader_name(t->reader));
	t->format = workbook_format(t->package, f);
	if (!t->format)
		return fault_prefix(f, "%s", reader_name(t->reader));
	return t->format->open(t, f);
}

static void set_limits(struct table_limits *l, const struct table_options *o)
{
	*l = limits_default;
	if (!o)
		return;
	l->file = o->limits.file ? o->limits.file : l->file;
	l->row = o->limits.row ? o->limits.row : l->row;
	l->lines = o->limits.lines ? o->limits.lines : l->lines;
	l->cell = o->limits.cell ? o->limits.cell : l->cell;
	l->columns = o->limits.columns ? o->limits.columns : l->columns;
}

static int open_format(struct table *t, const struct table_options *o, struct fault *f)
{
	size_t length;

	if (refuse_stranger(t->reader, f))
		return -1;
	t->sheet = o ? o->sheet : NULL;
	t->header = o ? o->header : 0;
	if (!strncmp((const char *)reader_head(t->reader, &length), "PK\3\4", 4))
		return open_workbook(t, f);
	if (o && o->sheet)
		return fault_set(f, FAULT_INPUT,
			"%s: is not a workbook, so it has no sheets",
			reader_name(t->reader));
	if (reader_start(t->reader, f) || reader_more(t->reader, f) < 0 ||
		refuse_binary(t->reader, f) || tell_format(t, f))
		return -1;
	if (t->header && t->format != &table_csv)
		return fault_set(f, FAULT_INPUT,
			"%s: is JSON, so there is no row with the names of columns",
			reader_name(t->reader));
	return t->format->open(t, f);
}

int table_open(const char *path, const struct table_options *o, struct table **ret,
	struct fault *f)
{
	auto_table *t = text_alloc(sizeof(*t));

	set_limits(&t->limits, o);
	if (reader_open(path, t->limits.file, &t->reader, f) || open_format(t, o, f))
		return -1;
	*ret = t;
	t = NULL;
	return 0;
}

int table_open_memory(const char *name, const void *bytes, size_t length,
	const struct table_options *o, struct table **ret, struct fault *f)
{
	auto_table *t = text_alloc(sizeof(*t));

	set_limits(&t->limits, o);
	if (reader_open_memory(name, bytes, length, t->limits.file, &t->reader, f) ||
		open_format(t, o, f))
		return -1;
	*ret = t;
	t = NULL;
	return 0;
}

void table_close(struct table *t)
{
	if (!t)
		return;
	if (t->format)
		t->format->close(t);
	package_close(t->package);
	reader_close(t->reader);
	for (size_t i = 0; i < t->column_count; i++)
		free(t->columns[i]);
	free(t->columns);
	free(t->hidden);
	for (size_t i = 0; i < t->sheet_count; i++)
		text_freep(&t->sheets[i].name);
	free(t->sheets);
	free(t->value_at);
	free(t->values);
	text_done(&t->arena);
	free(t);
}

void table_closep(struct table **t)
{
	table_close(*t);
}

const char *table_format(const struct table *t)
{
	return t->format->name;
}

const char *table_encoding(const struct table *t)
{
	return encoding_name(reader_encoding(t->reader));
}

size_t table_header_row(const struct table *t, size_t *ret_above)
{
	*ret_above = t->above;
	return t->header;
}

const char *const *table_header(const struct table *t, size_t *ret_count)
{
	*ret_count = t->column_count;
	return (const char *const *)t->columns;
}

bool table_hidden(const struct table *t, size_t column)
{
	return t->hidden[column];
}

const struct table_sheet *table_sheets(const struct table *t, size_t *ret_count)
{
	*ret_count = t->sheet_count;
	return t->sheets;
}

const char *const *table_unread(const struct table *t)
{
	return t->unread;
}

static bool all_empty(const struct table *t)
{
	for (size_t i = 0; i < t->column_count; i++)
		if (*t->values[i])
			return false;
	return true;
}

int table_next(struct table *t, const struct table_row **ret, struct fault *f)
{
	int got;

	*ret = &t->row;
	do
		got = t->format->next(t, f);
	while (got > 0 && !t->row.reason && all_empty(t));
	return got;
}

int table_add_column(struct table *t, const char *name, struct fault *f)
{
	size_t n = t->column_count + 1;

	if (n > t->limits.columns)
		return fault_set(f, FAULT_INPUT, "has more than %zu columns, the limit",
			t->limits.columns);
	t->columns = text_realloc(t->columns, n * sizeof(*t->columns));
	t->value_at = text_realloc(t->value_at, n * sizeof(*t->value_at));
	t->values = text_realloc(t->values, n * sizeof(*t->values));
	t->hidden = text_realloc(t->hidden, n * sizeof(*t->hidden));
	t->hidden[t->column_count] = false;
	t->columns[t->column_count] = text_copy(name);
	t->column_count = n;
	return 0;
}

bool table_search(struct table_search *s, size_t cells, size_t known)
{
	bool better = !s->most || (s->known < 2 && known > 1 && cells > s->most);

	if (better)
		s->known = known;
	if (cells > s->most)
		s->most = cells;
	return better;
}

bool table_knows(const char *bytes, size_t length)
{
	auto_text_buffer name = {0};

	return length <= KNOWN_LENGTH && !cell_tidy(bytes, length, &name) &&
	       field_recognise(text_string(&name));
}

/* Digits, and what numbers and dates have between them. */
static bool looks_like_number(const char *s)
{
	bool digit = false;

	for (; *s; s++) {
		if (!strchr("0123456789 .,-+/:()", *s))
			return false;
		digit |= *s >= '0' && *s <= '9';
	}
	return digit;
}

static bool looks_like_address(const char *s)
{
	const char *at = strchr(s, '@');

	return at && at > s && at[-1] != ' ' && strchr(at + 1, '.');
}

/* Without a header the first person would be lost, and every column be named for their
 * data. */
static bool looks_like_data(const struct table *t)
{
	size_t numbers = 0, known = 0;

	for (size_t i = 0; i < t->column_count; i++) {
		if (looks_like_address(t->columns[i]))
			return true;
		numbers += looks_like_number(t->columns[i]);
		known += field_recognise(t->columns[i]) != NULL;
	}
	return numbers > t->column_count / 2 || (numbers && !known);
}

int table_check_header(const struct table *t, size_t number, struct fault *f)
{
	const char *name = reader_name(t->reader);

	if (looks_like_data(t))
		return fault_set(f, FAULT_INPUT,
			"%s: row %zu looks like data, not like the names of columns (--header ROW says where they stand)",
			name, number);
	for (size_t i = 0; i < t->column_count; i++)
		for (size_t j = 0; j < i; j++)
			if (!strcmp(t->columns[i], t->columns[j]))
				return fault_set(f, FAULT_INPUT,
					"%s: columns %zu and %zu have the same name",
					name, j + 1, i + 1);
	return 0;
}

int table_add_name(
	struct table *t, size_t i, const char *text, size_t length, struct fault *f)
{
	auto_text_buffer name = {0};
	enum cell_fault fault;

	if (length > t->limits.cell)
		return fault_set(f, FAULT_INPUT,
			"is longer than %zu bytes, the limit for a cell", t->limits.cell);
	fault = cell_tidy(text, length, &name);
	if (fault)
		return fault_set(f, FAULT_INPUT, "%s", cell_fault_words(fault));
	if (!*text_string(&name)) {
		text_clear(&name);
		text_printf(&name, "column %zu", i + 1);
	}
	return table_add_column(t, text_string(&name), f);
}

size_t table_find_column(const struct table *t, const char *name, size_t guess)
{
	for (size_t i = 0; i < t->column_count; i++) {
		size_t at = (guess + i) % t->column_count;

		if (!strcmp(t->columns[at], name))
			return at;
	}
	return TABLE_UNSET;
}

void table_row_begin(struct table *t, size_t number, size_t line)
{
	t->row = (struct table_row){.number = number, .line = line};
	text_clear(&t->arena);
	for (size_t i = 0; i < t->column_count; i++)
		t->value_at[i] = TABLE_UNSET;
}

bool table_row_set(struct table *t, size_t column, const char *bytes, size_t length)
{
	size_t at = t->arena.length;
	enum cell_fault fault;

	if (length > t->limits.cell) {
		(void)table_row_bad(t, t->columns[column],
			"is longer than %zu bytes, the limit for a cell", t->limits.cell);
		return false;
	}
	fault = cell_tidy(bytes, length, &t->arena);
	if (fault) {
		(void)table_row_bad(t, t->columns[column], "%s", cell_fault_words(fault));
		return false;
	}
	t->value_at[column] = at;
	return true;
}

int table_row_bad(struct table *t, const char *column, const char *reason, ...)
{
	va_list list;

	va_start(list, reason);
	(void)vsnprintf(t->reason, sizeof(t->reason), reason, list);
	va_end(list);
	t->row.values = NULL;
	t->row.column = column;
	t->row.reason = t->reason;
	return 1;
}

int table_row_width(struct table *t, size_t cells)
{
	return table_row_bad(t, NULL, "has %zu cell%s, the header has %zu", cells,
		cells == 1 ? "" : "s", t->column_count);
}

int table_row_end(struct table *t)
{
	const char *arena = text_string(&t->arena);

	for (size_t i = 0; i < t->column_count; i++)
		t->values[i] =
			t->value_at[i] == TABLE_UNSET ? "" : arena + t->value_at[i];
	t->row.values = t->values;
	return 1;
}
