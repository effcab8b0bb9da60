/* SPDX-License-Identifier: MIT */
/*
 * Checked reading of what a person wrote as JSON: the bytes, then each value with its
 * path. The only door to jansson's parser for hand-written files.
 *
 * What the keys mean is not known here: policy.c and mailer/settings.c say which there
 * are. Rows of people in JSON are table's.
 *
 * What can go wrong: the file is missing, too big, not UTF-8, not JSON, too deep, or says
 * one thing twice; a key is unknown, a value of the wrong kind or out of range. jansson's
 * own messages quote the text near a mistake, which may be somebody's name, so they are
 * replaced by ours.
 */
#include "recipients/config.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <utf8proc.h>

#include "recipients/clock.h"
#include "recipients/trail.h"
#include "recipients/text.h"

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

void config_freep(json_t **json)
{
	json_decref(*json);
	*json = NULL;
}

static const char *what_is_wrong(enum json_error_code code)
{
	if (code == json_error_invalid_utf8)
		return "is not UTF-8";
	if (code == json_error_premature_end_of_input)
		return "ends too early: a bracket or quote is not closed";
	if (code == json_error_end_of_input_expected)
		return "goes on after its end";
	if (code == json_error_null_character || code == json_error_null_byte_in_key)
		return "a NUL is not allowed";
	if (code == json_error_numeric_overflow)
		return "a number is too big";
	return "is not JSON here: a comma, quote or bracket is missing, or one too many";
}

static int refuse(const char *name, const char *bytes, size_t length,
	const json_error_t *error, struct fault *f)
{
	size_t position = error->position < 0 ? 0 : (size_t)error->position;
	auto_text_buffer path = {0};
	struct trail at;

	if (json_error_code(error) != json_error_duplicate_key)
		return fault_set(f, FAULT_CONFIG, "%s: line %d, column %d: %s", name,
			error->line, error->column,
			what_is_wrong(json_error_code(error)));
	(void)trail_find(bytes, position < length ? position : length, &at);
	trail_write(&at, &path);
	return fault_set(f, FAULT_CONFIG, "%s: %s: repeated key (line %zu)", name,
		text_string(&path), at.line);
}

int config_parse(
	const char *name, const char *bytes, size_t length, json_t **ret, struct fault *f)
{
	json_error_t error;
	struct trail at;

	name = base_name(name);
	if (length > CONFIG_MAX_BYTES)
		return fault_set(f, FAULT_CONFIG, "%s: over %d bytes, the limit", name,
			CONFIG_MAX_BYTES);
	if (length >= 3 && !memcmp(bytes, "\xef\xbb\xbf", 3)) {
		bytes += 3;
		length -= 3;
	}
	if (trail_find(bytes, length, &at))
		return fault_set(f, FAULT_CONFIG,
			"%s: line %zu: over %d levels deep, the limit", name, at.line,
			TRAIL_MAX_DEPTH);
	*ret = json_loadb(length ? bytes : "", length, JSON_REJECT_DUPLICATES, &error);
	return *ret ? 0 : refuse(name, bytes, length, &error, f);
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

int config_load(const char *path, json_t **ret, struct fault *f)
{
	__attribute__((cleanup(close_fd))) int fd = -1;
	auto_text_buffer bytes = {0};
	char chunk[16384];
	struct stat st;
	ssize_t n;

	/* Not blocking: a pipe by that name must not hang us. */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return fault_set(
			f, FAULT_CONFIG, "%s: cannot open: %s", path, strerror(errno));
	if (fstat(fd, &st) || !S_ISREG(st.st_mode))
		return fault_set(f, FAULT_CONFIG, "%s: not a regular file", path);
	while ((n = read(fd, chunk, sizeof(chunk))) > 0 &&
		bytes.length <= CONFIG_MAX_BYTES)
		text_add(&bytes, chunk, (size_t)n);
	if (n < 0)
		return fault_set(
			f, FAULT_CONFIG, "%s: cannot read: %s", path, strerror(errno));
	return config_parse(path, text_string(&bytes), bytes.length, ret, f);
}

struct config config_root(json_t *value, const char *name)
{
	return (struct config){.value = value, .name = base_name(name), .needed = true};
}

struct config config_member(const struct config *c, const char *name)
{
	return (struct config){
		.value = json_object_get(c->value, name), .parent = c, .name = name};
}

struct config config_needed(const struct config *c, const char *name)
{
	struct config member = config_member(c, name);

	member.needed = true;
	return member;
}

struct config config_item(const struct config *c, size_t index)
{
	return (struct config){.value = json_array_get(c->value, index),
		.parent = c,
		.index = index,
		.needed = true};
}

bool config_present(struct config c)
{
	return c.value;
}

/* "policy.json: levels[2].route: ". Deeper than the parser allows cannot happen. */
static void write_path(const struct config *c, struct text *out)
{
	const struct config *way[TRAIL_MAX_DEPTH + 1];
	size_t depth = 0;

	for (; c->parent && depth <= TRAIL_MAX_DEPTH; c = c->parent)
		way[depth++] = c;
	text_printf(out, "%s: ", c->name);
	for (size_t i = depth; i > 0; i--) {
		if (!way[i - 1]->name) {
			text_printf(out, "[%zu]", way[i - 1]->index);
			continue;
		}
		if (i < depth)
			text_add_char(out, '.');
		trail_write_key(way[i - 1]->name, strlen(way[i - 1]->name), out);
	}
	if (depth)
		text_add_string(out, ": ");
}

int config_fault(struct config c, struct fault *f, const char *format, ...)
{
	auto_text_buffer path = {0};
	char words[512];
	va_list list;

	va_start(list, format);
	(void)vsnprintf(words, sizeof(words), format, list);
	va_end(list);
	write_path(&c, &path);
	return fault_set(f, FAULT_CONFIG, "%s%s", text_string(&path), words);
}

static const char *kind_name(const json_t *value)
{
	switch (json_typeof(value)) {
	case JSON_OBJECT:
		return "an object";
	case JSON_ARRAY:
		return "a list";
	case JSON_STRING:
		return "text";
	case JSON_INTEGER:
	case JSON_REAL:
		return "a number";
	case JSON_TRUE:
	case JSON_FALSE:
		return "true or false";
	case JSON_NULL:
		return "null";
	}
	return "nothing";
}

static int wrong_kind(struct config c, const char *wanted, struct fault *f)
{
	return config_fault(c, f, "is %s, not %s", kind_name(c.value), wanted);
}

static int absent(struct config c, struct fault *f)
{
	return c.needed ? config_fault(c, f, "missing") : 0;
}

int config_unknown(struct config c, const char *what, const char *given,
	const char *const *names, struct fault *f)
{
	const char *nearest = config_nearest(given, names);

	if (!nearest)
		return config_fault(c, f, "%s", what);
	return config_fault(c, f, "%s; did you mean %s?", what, nearest);
}

int config_known(struct config c, const char *const *names, struct fault *f)
{
	const char *key;
	json_t *value;
	size_t i;

	if (!c.value)
		return absent(c, f);
	if (!json_is_object(c.value))
		return wrong_kind(c, "an object", f);
	json_object_foreach(c.value, key, value)
	{
		for (i = 0; names[i] && strcmp(names[i], key); i++)
			;
		if (!names[i])
			return config_unknown(
				config_member(&c, key), "unknown key", key, names, f);
	}
	return 0;
}

int config_list(struct config c, size_t max, size_t *ret_count, struct fault *f)
{
	*ret_count = 0;
	if (!c.value)
		return absent(c, f);
	if (!json_is_array(c.value))
		return wrong_kind(c, "a list", f);
	if (json_array_size(c.value) > max)
		return config_fault(c, f, "has %zu items; the limit is %zu",
			json_array_size(c.value), max);
	*ret_count = json_array_size(c.value);
	return 0;
}

/* Its length. The parser let only UTF-8 through. */
static size_t character_at(const char *s, size_t length, int32_t *ret)
{
	utf8proc_ssize_t n;

	n = utf8proc_iterate((const utf8proc_uint8_t *)s, (utf8proc_ssize_t)length, ret);
	return n > 0 ? (size_t)n : 1;
}

static int check_characters(struct config c, const char *s, size_t length, bool lines,
	size_t max, struct fault *f)
{
	bool blank = true;
	size_t count = 0;
	int32_t ch;

	for (size_t at = 0; at < length; count++) {
		at += character_at(s + at, length - at, &ch);
		blank = blank && ch == ' ';
		if (trail_control(ch) &&
			!(lines && (ch == '\n' || ch == '\r' || ch == '\t')))
			return config_fault(c, f, "holds a control character%s",
				lines ? "" : " or a line end");
	}
	if (count > max)
		return config_fault(
			c, f, "has %zu characters; the limit is %zu", count, max);
	if (c.needed && blank)
		return config_fault(c, f, "is empty");
	return 0;
}

int config_object(struct config c, size_t max, size_t *ret_count, struct fault *f)
{
	const char *key;
	json_t *value;

	*ret_count = 0;
	if (!c.value)
		return absent(c, f);
	if (!json_is_object(c.value))
		return wrong_kind(c, "an object", f);
	if (json_object_size(c.value) > max)
		return config_fault(c, f, "has %zu keys; the limit is %zu",
			json_object_size(c.value), max);
	json_object_foreach(c.value, key, value)
	{
		struct config member = config_needed(&c, key);

		if (check_characters(member, key, strlen(key), false, CONFIG_MAX_KEY, f))
			return -1;
	}
	*ret_count = json_object_size(c.value);
	return 0;
}

static int read_text(
	struct config c, bool lines, size_t max, const char **ret, struct fault *f)
{
	if (!c.value)
		return absent(c, f);
	if (!json_is_string(c.value))
		return wrong_kind(c, "text", f);
	if (check_characters(c, json_string_value(c.value), json_string_length(c.value),
		    lines, max, f))
		return -1;
	*ret = json_string_value(c.value);
	return 0;
}

int config_string(struct config c, size_t max, const char **ret, struct fault *f)
{
	return read_text(c, false, max, ret, f);
}

int config_text(struct config c, size_t max, const char **ret, struct fault *f)
{
	return read_text(c, true, max, ret, f);
}

int config_path(struct config c, const char *dir, size_t max, char **ret, struct fault *f)
{
	const char *text = NULL;

	if (config_string(c, max, &text, f))
		return -1;
	if (text && !*text)
		return config_fault(c, f, "names no file");
	if (text)
		*ret = *text == '/' ? text_copy(text) : text_format("%s/%s", dir, text);
	return 0;
}

int config_strings(struct config c, size_t max_items, size_t max, const char ***ret,
	size_t *ret_count, struct fault *f)
{
	const char **items;
	size_t count;

	if (config_list(c, max_items, &count, f))
		return -1;
	*ret = NULL;
	*ret_count = 0;
	if (!count)
		return 0;
	items = text_alloc(count * sizeof(*items));
	for (size_t i = 0; i < count; i++) {
		if (config_string(config_item(&c, i), max, &items[i], f)) {
			free(items);
			return -1;
		}
	}
	*ret = items;
	*ret_count = count;
	return 0;
}

int config_integer(
	struct config c, int64_t min, int64_t max, int64_t *ret, struct fault *f)
{
	int64_t value;

	if (!c.value)
		return absent(c, f);
	if (json_is_real(c.value))
		return config_fault(c, f, "is not a whole number");
	if (!json_is_integer(c.value))
		return wrong_kind(c, "a whole number", f);
	value = json_integer_value(c.value);
	if (value < min || value > max)
		return config_fault(c, f, "is not between %lld and %lld", (long long)min,
			(long long)max);
	*ret = value;
	return 0;
}

int config_number(struct config c, double min, double max, double *ret, struct fault *f)
{
	double value;

	if (!c.value)
		return absent(c, f);
	if (!json_is_number(c.value))
		return wrong_kind(c, "a number", f);
	value = json_number_value(c.value);
	if (value < min || value > max)
		return config_fault(c, f, "is not between %g and %g", min, max);
	*ret = value;
	return 0;
}

int config_bool(struct config c, bool *ret, struct fault *f)
{
	if (!c.value)
		return absent(c, f);
	if (!json_is_boolean(c.value))
		return wrong_kind(c, "true or false", f);
	*ret = json_is_true(c.value);
	return 0;
}

int config_duration(struct config c, int64_t *ret_ms, struct fault *f)
{
	const char *s = NULL;

	if (config_string(c, 40, &s, f))
		return -1;
	if (s && clock_parse_duration(s, ret_ms))
		return config_fault(
			c, f, "is not a duration such as \"24h\", \"3d\" or \"PT24H\"");
	return 0;
}

int config_time(struct config c, int64_t *ret_ms, struct fault *f)
{
	const char *s = NULL;

	if (config_string(c, 40, &s, f))
		return -1;
	if (s && clock_parse(s, ret_ms))
		return config_fault(
			c, f, "is not a time such as \"2026-11-21T09:00:00Z\"");
	return 0;
}

int config_date(struct config c, const char **ret, struct fault *f)
{
	const char *s = NULL;
	char midnight[32];
	int64_t ms;

	if (config_string(c, 40, &s, f))
		return -1;
	if (!s)
		return 0;
	(void)snprintf(midnight, sizeof(midnight), "%.10sT00:00:00Z", s);
	if (strlen(s) != 10 || clock_parse(midnight, &ms))
		return config_fault(c, f, "is not a date such as \"2026-11-21\"");
	*ret = s;
	return 0;
}

int config_choice(struct config c, const char *const *names, int *ret, struct fault *f)
{
	auto_text_buffer what = {0};
	const char *s = NULL;

	if (config_string(c, CONFIG_MAX_KEY, &s, f))
		return -1;
	if (!s)
		return 0;
	for (int i = 0; names[i]; i++) {
		if (!strcmp(names[i], s)) {
			*ret = i;
			return 0;
		}
	}
	text_add_string(&what, "is none of ");
	for (size_t i = 0; names[i]; i++)
		text_printf(&what, "%s%s", i ? ", " : "", names[i]);
	return config_unknown(c, text_string(&what), s, names, f);
}

static int smaller(int a, int b)
{
	return a < b ? a : b;
}

static int fold_letter(char c)
{
	return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

/*
 * Edit distance with swaps of neighbours (optimal string alignment): Boytsov, "Indexing
 * methods for approximate dictionary searching", 2011, section 2.1. Both at most
 * NEAREST_MAX long.
 */
#define NEAREST_MAX 64
static int distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
	int rows[3][NEAREST_MAX + 1] = {0};
	int *above2 = rows[0], *above = rows[1], *row = rows[2], *swap;

	for (size_t j = 0; j <= b_length; j++)
		row[j] = (int)j;
	for (size_t i = 1; i <= a_length; i++) {
		swap = above2;
		above2 = above;
		above = row;
		row = swap;
		row[0] = (int)i;
		for (size_t j = 1; j <= b_length; j++) {
			int same = fold_letter(a[i - 1]) == fold_letter(b[j - 1]);

			row[j] = smaller(
				smaller(above[j], row[j - 1]) + 1, above[j - 1] + !same);
			if (i > 1 && j > 1 &&
				fold_letter(a[i - 1]) == fold_letter(b[j - 2]) &&
				fold_letter(a[i - 2]) == fold_letter(b[j - 1]))
				row[j] = smaller(row[j], above2[j - 2] + 1);
		}
	}
	return row[b_length];
}

const char *config_nearest(const char *name, const char *const *candidates)
{
	size_t length = strlen(name), other, longer;
	const char *best = NULL;
	int least = 3, d;

	for (; *candidates; candidates++) {
		other = strlen(*candidates);
		longer = other > length ? other : length;
		if (longer > NEAREST_MAX)
			continue;
		d = distance(name, length, *candidates, other);
		if (d < least && (size_t)d * 2 < longer) {
			least = d;
			best = *candidates;
		}
	}
	return best;
}
