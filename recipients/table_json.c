/* SPDX-License-Identifier: MIT */
/*
 * JSON arrays of objects, and JSON Lines. A small scanner finds where an item begins and
 * ends; jansson says what is in it, so that only one item at a time is in memory, and a
 * broken one is one bad row. The file is walked twice: first for the names of the
 * columns, which any item may add to, then for the rows.
 *
 * What can go wrong: a bracket too many or too few makes one item out of several. It is
 * bad then, since what jansson gets is no JSON; if it takes the end of the array with it,
 * the file is refused before its first row is given.
 */
#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "recipients/table_format.h"

struct json {
	size_t number, line; /* of the item that comes next */
	size_t good;         /* objects that could be read */
	bool ended;          /* the array's closing bracket was passed */
	struct text key;     /* the tidy key of the pair at hand */
};

/* An item as it stands at the front of the window. */
struct item {
	size_t length; /* without what ends it */
	size_t past;   /* what ends it: a comma, a bracket, a line end */
	size_t lines;  /* line ends in it */
	bool long_one; /* over the limit: the window holds its end only */
};

/* Where the scanner is within an item. */
struct scan {
	size_t at, depth, lines;
	bool string, escaped;
	size_t opened; /* behind the quote that opened the string */
	bool blind;    /* quotes do not count up to the end of this line */
	bool long_one;
};

static void json_unref(json_t **p)
{
	json_decref(*p);
}
#define auto_json __attribute__((cleanup(json_unref))) json_t

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Passes blanks, counting lines. 1: something follows; 0: the end; -1. */
static int skip_blanks(struct table *t, struct fault *f)
{
	struct json *j = t->state;
	int more = 1;

	do {
		size_t length, n = 0;
		const char *p = reader_window(t->reader, &length);

		for (; n < length && is_blank(p[n]); n++)
			j->line += p[n] == '\n';
		reader_pass(t->reader, n);
		if (n < length)
			return 1;
		more = reader_more(t->reader, f);
	} while (more > 0);
	return more;
}

/*
 * A string never runs over a line end: a quote is missing. The line is walked again from
 * the opening quote on with its brackets alone, so that the damage ends where the item
 * does.
 */
static void scan_broken_string(struct scan *s)
{
	s->string = s->escaped = false;
	if (s->long_one)
		return;
	s->lines--;
	s->blind = true;
	s->at = s->opened - 1;
}

static void scan_in_string(struct scan *s, char c)
{
	if (c == '\n')
		scan_broken_string(s);
	else if (s->escaped)
		s->escaped = false;
	else if (c == '\\')
		s->escaped = true;
	else if (c == '"')
		s->string = false;
}

/* Looks at the sign at s->at. true: the item ends before it. */
static bool scan_sign(struct scan *s, char c)
{
	s->lines += c == '\n';
	if (s->string) {
		scan_in_string(s, c);
		return false;
	}
	if (c == '\n')
		s->blind = false;
	if (c == '"' && !s->blind) {
		s->string = true;
		s->opened = s->at + 1;
	} else if (c == '{' || c == '[') {
		s->depth++;
	} else if (!s->depth) {
		return c == ',' || c == ']';
	} else if (c == '}' || c == ']') {
		s->depth--;
	}
	return false;
}

/* When an item is longer than a row may be, what was scanned of it is let go. */
static void let_go(struct table *t, size_t *at, bool *long_one)
{
	if (!*long_one && *at <= t->limits.row)
		return;
	*long_one = true;
	reader_pass(t->reader, *at);
	*at = 0;
}

/* The item of an array that begins at the front of the window. */
static int array_item(struct table *t, struct item *ret, struct fault *f)
{
	struct json *j = t->state;
	struct scan s = {0};
	int more;

	do {
		size_t length;
		const char *p = reader_window(t->reader, &length);

		for (; s.at < length; s.at++) {
			if (!scan_sign(&s, p[s.at]))
				continue;
			*ret = (struct item){s.at, 1, s.lines, s.long_one};
			j->ended = p[s.at] == ']';
			return 1;
		}
		let_go(t, &s.at, &s.long_one);
		more = reader_more(t->reader, f);
	} while (more > 0);
	if (more < 0)
		return -1;
	return fault_set(f, FAULT_INPUT,
		"%s: the array does not end: its item %zu begins on line %zu and has no end",
		reader_name(t->reader), j->number, j->line);
}

/* The line at the front of the window. */
static int line_item(struct table *t, struct item *ret, struct fault *f)
{
	size_t at = 0;
	bool long_one = false;
	int more;

	do {
		size_t length;
		const char *p = reader_window(t->reader, &length), *end;

		end = length > at ? memchr(p + at, '\n', length - at) : NULL;
		if (end) {
			*ret = (struct item){(size_t)(end - p), 1, 0, long_one};
			return 1;
		}
		at = length;
		let_go(t, &at, &long_one);
		more = reader_more(t->reader, f);
	} while (more > 0);
	*ret = (struct item){at, 0, 0, long_one};
	return more < 0 ? -1 : 1;
}

/* Behind the closing bracket nothing may come. */
static int check_rest(struct table *t, struct fault *f)
{
	const struct json *j = t->state;
	int more = skip_blanks(t, f);

	if (more <= 0)
		return more;
	return fault_set(f, FAULT_INPUT,
		"%s: something follows the end of the array, on line %zu",
		reader_name(t->reader), j->line);
}

/* Finds the next item. 1; 0: no more; -1. */
static int next_item(struct table *t, struct item *ret, struct fault *f)
{
	struct json *j = t->state;
	size_t length;
	int more;

	if (j->ended)
		return check_rest(t, f);
	more = skip_blanks(t, f);
	if (more < 0)
		return -1;
	if (t->format == &table_json_lines)
		return more ? line_item(t, ret, f) : 0;
	if (!more)
		return fault_set(f, FAULT_INPUT, "%s: the array has no closing bracket",
			reader_name(t->reader));
	if (j->number == 1 && *reader_window(t->reader, &length) == ']') {
		reader_pass(t->reader, 1);
		j->ended = true;
		return check_rest(t, f);
	}
	return array_item(t, ret, f);
}

static void pass_item(struct table *t, const struct item *item)
{
	struct json *j = t->state;

	reader_pass(t->reader, item->length + item->past);
	j->line += item->lines + (t->format == &table_json_lines ? item->past : 0);
	j->number++;
}

/* What jansson did not like, without its words: they quote the text. */
static int bad_json(struct table *t, const json_error_t *e)
{
	const struct json *j = t->state;
	size_t line = j->line + (e->line > 0 ? (size_t)e->line - 1 : 0);

	switch (json_error_code(e)) {
	case json_error_duplicate_key:
		return table_row_bad(t, NULL, "has a key twice (line %zu)", line);
	case json_error_numeric_overflow:
		return table_row_bad(t, NULL,
			"has a number that is too large to keep exactly; put it in quotes (line %zu)",
			line);
	case json_error_null_byte_in_key:
	case json_error_null_character:
		return table_row_bad(t, NULL, "holds a NUL (line %zu)", line);
	case json_error_invalid_utf8:
		return table_row_bad(t, NULL,
			"holds bytes that are not text in the encoding of the file (line %zu)",
			line);
	case json_error_premature_end_of_input:
		return table_row_bad(
			t, NULL, "lacks a closing quote or bracket (line %zu)", line);
	default: /* jansson's enum, not ours: the rest is syntax */
		return table_row_bad(t, NULL, "is not valid JSON (line %zu)", line);
	}
}

/* Reads the item at the front of the window; NULL: the row is bad and says why. */
static json_t *read_object(struct table *t, const struct item *item)
{
	size_t length;
	const char *p = reader_window(t->reader, &length);
	json_error_t error = {0};
	json_t *object;

	if (item->long_one || item->length > t->limits.row) {
		(void)table_row_bad(t, NULL,
			"is longer than %zu bytes, the limit for a row", t->limits.row);
		return NULL;
	}
	if (!item->length) {
		(void)table_row_bad(t, NULL, "is empty: there is a comma too many");
		return NULL;
	}
	object = json_loadb(
		p, item->length, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
	if (!object) {
		(void)bad_json(t, &error);
		return NULL;
	}
	if (!json_is_object(object)) {
		(void)table_row_bad(t, NULL, "is not an object");
		json_decref(object);
		return NULL;
	}
	return object;
}

/* The column of a key; TABLE_UNSET: a key without a name. Its tidy form stands in j->key
 * then. */
static size_t key_column(struct table *t, const char *key, size_t length, size_t guess)
{
	struct json *j = t->state;

	text_clear(&j->key);
	if (length > t->limits.cell || cell_tidy(key, length, &j->key))
		return TABLE_UNSET;
	return table_find_column(t, text_string(&j->key), guess);
}

static int add_columns(struct table *t, json_t *object, struct fault *f)
{
	const struct json *j = t->state;
	const char *key;
	size_t length, guess = 0;
	json_t *value;

	json_object_keylen_foreach(object, key, length, value)
	{
		if (key_column(t, key, length, guess++) != TABLE_UNSET)
			continue;
		if (*text_string(&j->key) && table_add_column(t, text_string(&j->key), f))
			return fault_prefix(f, "%s", reader_name(t->reader));
	}
	return 0;
}

/* To the first item of the file. */
static int rewind_items(struct table *t, struct fault *f)
{
	struct json *j = t->state;

	j->number = j->line = 1;
	j->ended = false;
	if (reader_start(t->reader, f) || skip_blanks(t, f) < 0)
		return -1;
	if (t->format == &table_json)
		reader_pass(t->reader, 1); /* the bracket, by which the format was told */
	return 0;
}

static int collect_columns(struct table *t, struct fault *f)
{
	struct json *j = t->state;
	struct item item;
	int got;

	while ((got = next_item(t, &item, f)) > 0) {
		auto_json *object = NULL;

		table_row_begin(t, j->number, j->line);
		object = read_object(t, &item);
		if (object && add_columns(t, object, f))
			return -1;
		j->good += object != NULL;
		pass_item(t, &item);
	}
	return got;
}

static int json_open(struct table *t, struct fault *f)
{
	struct json *j = t->state = text_alloc(sizeof(*j));

	if (rewind_items(t, f) || collect_columns(t, f))
		return -1;
	if (t->format == &table_json_lines && !j->good)
		return fault_set(f, FAULT_INPUT,
			"%s: no line of it is a JSON object; needed is one a line, or an array",
			reader_name(t->reader));
	return rewind_items(t, f);
}

/* The shortest form that reads back as the same number. */
static bool set_real(struct table *t, size_t column, const json_t *value)
{
	char form[64];

	if (fabs(json_real_value(value)) >= 0x1p53) {
		(void)table_row_bad(t, t->columns[column],
			"is a number that is too large to keep exactly; put it in quotes");
		return false;
	}
	for (size_t digits = 15; digits <= 17; digits++) {
		size_t length = json_dumpb(value, form, sizeof(form),
			JSON_ENCODE_ANY | JSON_REAL_PRECISION(digits));
		auto_json *again = json_loadb(form, length, JSON_DECODE_ANY, NULL);

		if (digits == 17 || json_equal(value, again))
			return table_row_set(t, column, form, length);
	}
	return true;
}

static bool set_value(struct table *t, size_t column, const json_t *value)
{
	auto_text form = NULL;

	switch (json_typeof(value)) {
	case JSON_STRING:
		return table_row_set(
			t, column, json_string_value(value), json_string_length(value));
	case JSON_INTEGER:
		form = text_format("%" JSON_INTEGER_FORMAT, json_integer_value(value));
		return table_row_set(t, column, form, strlen(form));
	case JSON_REAL:
		return set_real(t, column, value);
	case JSON_TRUE:
		return table_row_set(t, column, "true", 4);
	case JSON_FALSE:
		return table_row_set(t, column, "false", 5);
	case JSON_NULL:
		return table_row_set(t, column, "", 0);
	case JSON_OBJECT:
	case JSON_ARRAY:
		break;
	}
	(void)table_row_bad(t, t->columns[column], "is a list or an object, not a value");
	return false;
}

static int fill_row(struct table *t, json_t *object)
{
	const char *key;
	size_t length, guess = 0;
	json_t *value;

	json_object_keylen_foreach(object, key, length, value)
	{
		size_t column = key_column(t, key, length, guess++);

		if (column == TABLE_UNSET)
			return table_row_bad(t, NULL, "has a key that is no name");
		if (t->value_at[column] != TABLE_UNSET)
			return table_row_bad(t, t->columns[column], "is there twice");
		if (!set_value(t, column, value))
			return 1;
	}
	return table_row_end(t);
}

static int json_next(struct table *t, struct fault *f)
{
	struct json *j = t->state;
	auto_json *object = NULL;
	struct item item;
	int got = next_item(t, &item, f);

	if (got <= 0)
		return got;
	table_row_begin(t, j->number, j->line);
	object = read_object(t, &item);
	pass_item(t, &item);
	return object ? fill_row(t, object) : 1;
}

static void json_close(struct table *t)
{
	struct json *j = t->state;

	if (!j)
		return;
	text_done(&j->key);
	free(j);
}

const struct table_format table_json = {"JSON", json_open, json_next, json_close};
const struct table_format table_json_lines = {
	"JSON Lines", json_open, json_next, json_close};
