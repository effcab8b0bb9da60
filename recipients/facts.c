/* SPDX-License-Identifier: MIT */
/*
 * Folds values, numbers fields, knows units by their other names. It decides nothing:
 * rule.c asks.
 *
 * What can go wrong: an alias that contradicts another. A value that is no UTF-8 (import
 * lets none in) is compared by its bytes.
 */
#include "recipients/facts.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <utf8proc.h>

struct facts_alias {
	char *from, *to; /* folded */
};

static bool is_blank(int32_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r') || c == 0x85 ||
	       (c >= 0x80 && (utf8proc_category(c) == UTF8PROC_CATEGORY_ZS ||
				     utf8proc_category(c) == UTF8PROC_CATEGORY_ZL ||
				     utf8proc_category(c) == UTF8PROC_CATEGORY_ZP));
}

/* One blank before the next character, unless nothing stands before it. */
struct folding {
	struct text *out;
	size_t start;
	bool blank;
};

static void put(struct folding *to, const char *bytes, size_t length)
{
	if (to->blank && to->out->length > to->start)
		text_add_char(to->out, ' ');
	to->blank = false;
	text_add(to->out, bytes, length);
}

static void fold_bytes(const char *value, struct folding *to)
{
	for (const char *p = value; *p; p++) {
		char c = *p >= 'A' && *p <= 'Z' ? (char)(*p - 'A' + 'a') : *p;

		if (c > 0 && is_blank(c))
			to->blank = true;
		else
			put(to, &c, 1);
	}
}

static void fold_characters(const utf8proc_uint8_t *p, struct folding *to)
{
	utf8proc_ssize_t n;
	int32_t c;

	for (; *p; p += n) {
		n = utf8proc_iterate(p, -1, &c);
		if (n <= 0)
			return;
		if (is_blank(c))
			to->blank = true;
		else if (c == 0x2018 || c == 0x2019 || c == 0x02bc)
			put(to, "'", 1);
		else if (utf8proc_category(c) == UTF8PROC_CATEGORY_PD || c == 0x2212)
			put(to, "-", 1);
		else
			put(to, (const char *)p, (size_t)n);
	}
}

static bool is_ascii(const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s >= 0x80)
			return false;
	return true;
}

static void free_bytes(utf8proc_uint8_t **p)
{
	free(*p);
}

void facts_fold(const char *value, struct text *out)
{
	__attribute__((cleanup(free_bytes))) utf8proc_uint8_t *folded = NULL;
	struct folding to = {.out = out, .start = out->length};

	if (!is_ascii(value))
		folded = utf8proc_NFKC_Casefold((const utf8proc_uint8_t *)value);
	if (folded)
		fold_characters(folded, &to);
	else
		fold_bytes(value, &to);
	text_add_char(out, '\0');
}

static int alias_order(const void *a, const void *b)
{
	const struct facts_alias *x = a, *y = b;

	return strcmp(x->from, y->from);
}

static int alias_named(const void *name, const void *alias)
{
	return strcmp(name, ((const struct facts_alias *)alias)->from);
}

static const struct facts_alias *alias_find(
	const struct facts_book *b, const char *folded)
{
	if (!b->aliases_count)
		return NULL;
	return bsearch(
		folded, b->aliases, b->aliases_count, sizeof(*b->aliases), alias_named);
}

const char *facts_unit(const struct facts_book *b, const char *folded)
{
	const struct facts_alias *alias = alias_find(b, folded);

	return alias ? alias->to : folded;
}

void facts_aliases_write(const struct facts_book *b, struct text *out)
{
	for (size_t i = 0; i < b->aliases_count; i++)
		text_printf(out, "unit %s = %s\n", b->aliases[i].from, b->aliases[i].to);
}

static char *folded_copy(const char *value)
{
	struct text out = {0};

	facts_fold(value, &out);
	return out.bytes;
}

static int read_alias(struct facts_book *b, struct config c, struct fault *f)
{
	const char *unit = NULL;
	struct facts_alias *alias;

	c.needed = true;
	if (config_string(c, FACTS_MAX_CHARACTERS, &unit, f))
		return -1;
	alias = &b->aliases[b->aliases_count++];
	alias->from = folded_copy(c.name);
	alias->to = folded_copy(unit);
	if (!*alias->from || !*alias->to)
		return config_fault(c, f, "is empty");
	return 0;
}

/* Two names that fold to one stand side by side. */
static bool alias_repeated(const struct facts_book *b, const struct facts_alias *alias)
{
	size_t i = (size_t)(alias - b->aliases);

	return (i && !alias_order(alias - 1, alias)) ||
	       (i + 1 < b->aliases_count && !alias_order(alias, alias + 1));
}

static int check_alias(const struct facts_book *b, struct config c, struct fault *f)
{
	auto_text_buffer folded = {0};
	const struct facts_alias *alias;

	facts_fold(c.name, &folded);
	alias = alias_find(b, folded.bytes);
	if (alias && alias_find(b, alias->to))
		return config_fault(c, f, "leads to a unit that is itself an alias");
	if (alias && alias_repeated(b, alias))
		return config_fault(c, f,
			"stands twice: another name differs only in case or blanks");
	return 0;
}

int facts_book_aliases(struct facts_book *b, struct config c, struct fault *f)
{
	const char *name;
	json_t *unit;
	size_t count;

	if (config_object(c, FACTS_MAX_ALIASES, &count, f))
		return -1;
	if (!count)
		return 0;
	b->aliases = text_alloc(count * sizeof(*b->aliases));
	json_object_foreach(c.value, name, unit)
	{
		if (read_alias(b, config_member(&c, name), f))
			return -1;
	}
	qsort(b->aliases, b->aliases_count, sizeof(*b->aliases), alias_order);
	json_object_foreach(c.value, name, unit)
	{
		if (check_alias(b, config_member(&c, name), f))
			return -1;
	}
	return 0;
}

size_t facts_book_field(struct facts_book *b, enum facts_side side, const char *name)
{
	struct facts_fields *fields = &b->fields[side];

	for (size_t i = 0; i < fields->count; i++)
		if (!strcmp(fields->names[i], name))
			return i;
	fields->names =
		text_realloc(fields->names, (fields->count + 1) * sizeof(*fields->names));
	fields->names[fields->count] = name;
	return fields->count++;
}

void facts_book_done(struct facts_book *b)
{
	for (size_t i = 0; i < b->aliases_count; i++) {
		free(b->aliases[i].from);
		free(b->aliases[i].to);
	}
	free(b->aliases);
	for (size_t side = 0; side < FACTS_SIDES; side++)
		free(b->fields[side].names);
	*b = (struct facts_book){0};
}

static void row_reset(struct facts_row *r, size_t count)
{
	if (count > r->room) {
		r->values = text_realloc(r->values, count * sizeof(*r->values));
		r->places = text_realloc(r->places, count * sizeof(*r->places));
		r->room = count;
	}
	for (size_t i = 0; i < count; i++) {
		r->values[i] = (struct facts_value){0};
		r->places[i] = SIZE_MAX;
	}
	text_clear(&r->bytes);
}

void facts_row_read(struct facts_row *r, const struct facts_book *b, enum facts_side side,
	const char *packed, size_t length)
{
	const struct facts_fields *fields = &b->fields[side];
	const char *name = NULL, *value;

	row_reset(r, fields->count);
	while (row_packed_next(packed, length, &name, &value)) {
		for (size_t i = 0; i < fields->count; i++) {
			if (r->places[i] != SIZE_MAX || strcmp(fields->names[i], name))
				continue;
			r->places[i] = r->bytes.length;
			facts_fold(value, &r->bytes);
		}
	}
	/* Only now do the bytes stay where they are. */
	for (size_t i = 0; i < fields->count; i++) {
		const char *folded;

		if (r->places[i] == SIZE_MAX || !r->bytes.bytes[r->places[i]])
			continue;
		folded = r->bytes.bytes + r->places[i];
		r->values[i].written = folded;
		r->values[i].text =
			strcmp(fields->names[i], "unit") ? folded : facts_unit(b, folded);
	}
}

void facts_row_done(struct facts_row *r)
{
	free(r->values);
	free(r->places);
	text_done(&r->bytes);
	*r = (struct facts_row){0};
}
