/* SPDX-License-Identifier: MIT */
/*
 * Tells what kind of table a file holds and gives its rows. How a format is read stands
 * in table_csv.c and table_json.c; what a column means is import's business (import.c,
 * field.c).
 */
#include "recipients/table.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "recipients/table_format.h"

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
	IS("PK\3\4",
		"is a workbook (Excel, OpenDocument) or a zip file; save the sheet as CSV"),
	IS("PK\5\6", "is an empty zip file"),
	IS("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
		"is an old Excel workbook or another Office file; save the sheet as CSV"),
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

static int refuse_stranger(const struct reader *r, struct fault *f)
{
	size_t length;
	const unsigned char *head = reader_head(r, &length);

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
	if (refuse_stranger(t->reader, f))
		return -1;
	if (o && o->sheet)
		return fault_set(f, FAULT_INPUT,
			"%s: is not a workbook, so it has no sheets",
			reader_name(t->reader));
	if (reader_start(t->reader, f) || reader_more(t->reader, f) < 0 ||
		refuse_binary(t->reader, f) || tell_format(t, f))
		return -1;
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
	reader_close(t->reader);
	for (size_t i = 0; i < t->column_count; i++)
		free(t->columns[i]);
	free(t->columns);
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

const char *const *table_header(const struct table *t, size_t *ret_count)
{
	*ret_count = t->column_count;
	return (const char *const *)t->columns;
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
	t->columns[t->column_count] = text_copy(name);
	t->column_count = n;
	return 0;
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

int table_row_end(struct table *t)
{
	const char *arena = text_string(&t->arena);

	for (size_t i = 0; i < t->column_count; i++)
		t->values[i] =
			t->value_at[i] == TABLE_UNSET ? "" : arena + t->value_at[i];
	t->row.values = t->values;
	return 1;
}
