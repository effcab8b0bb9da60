/* SPDX-License-Identifier: MIT */
/*
 * Walks JSON just closely enough to know the path at its end: strings, brackets, commas,
 * colons. Whether it is JSON is jansson's to say (config.c). Nothing can go wrong but
 * depth.
 */
#include "recipients/trail.h"

#include <utf8proc.h>

#define KEY_SHOWN 60 /* bytes */

bool trail_control(int32_t character)
{
	utf8proc_category_t category = utf8proc_category(character);

	return category == UTF8PROC_CATEGORY_CC || category == UTF8PROC_CATEGORY_ZL ||
	       category == UTF8PROC_CATEGORY_ZP;
}

static bool may_be_shown(int32_t c)
{
	return !trail_control(c) && utf8proc_category(c) != UTF8PROC_CATEGORY_CF;
}

void trail_write_key(const char *key, size_t length, struct text *out)
{
	const utf8proc_uint8_t *p = (const utf8proc_uint8_t *)key;
	size_t at = 0;
	int32_t c;

	while (at < length) {
		utf8proc_ssize_t n =
			utf8proc_iterate(p + at, (utf8proc_ssize_t)(length - at), &c);
		size_t step = n > 0 ? (size_t)n : 1;

		if (at + step > KEY_SHOWN) {
			text_add_string(out, "...");
			return;
		}
		if (n > 0 && may_be_shown(c))
			text_add(out, key + at, step);
		else
			text_add_char(out, '?');
		at += step;
	}
}

static const char *string_end(const char *p, const char *end)
{
	for (p++; p < end && *p != '"'; p++)
		if (*p == '\\' && p + 1 < end)
			p++;
	return p;
}

static int enter(struct trail *at, bool list)
{
	if (at->depth == TRAIL_MAX_DEPTH)
		return -1;
	at->frames[at->depth++] = (struct trail_frame){.list = list};
	return 0;
}

/* A string that is no value is a key. */
static void note_key(struct trail_frame *top, const char *start, const char *end)
{
	if (top->list || top->named)
		return;
	top->key = start;
	top->key_length = (size_t)(end - start);
}

int trail_find(const char *bytes, size_t length, struct trail *ret)
{
	const char *end = bytes + length, *close;
	struct trail_frame outside = {0}, *top;

	*ret = (struct trail){.line = 1};
	for (const char *p = bytes; p < end; p++) {
		top = ret->depth ? &ret->frames[ret->depth - 1] : &outside;
		if (*p == '"') {
			close = string_end(p, end);
			note_key(top, p + 1, close);
			p = close;
		} else if (*p == '{' || *p == '[') {
			if (enter(ret, *p == '['))
				return -1;
		} else if ((*p == '}' || *p == ']') && ret->depth) {
			ret->depth--;
		} else if (*p == ':') {
			top->named = true;
		} else if (*p == ',') {
			top->named = false;
			top->index++;
		} else if (*p == '\n') {
			ret->line++;
		}
	}
	return 0;
}

void trail_write(const struct trail *at, struct text *out)
{
	for (size_t i = 0; i < at->depth; i++) {
		const struct trail_frame *frame = &at->frames[i];

		if (frame->list) {
			text_printf(out, "[%zu]", frame->index);
		} else if (frame->key) {
			if (out->length)
				text_add_char(out, '.');
			trail_write_key(frame->key, frame->key_length, out);
		}
	}
}
