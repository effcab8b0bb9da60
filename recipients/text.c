/* SPDX-License-Identifier: MIT */
/*
 * Growing bytes and rows of named fields. No normal forms here (name.c, rank.c ...), no
 * files (table.c).
 */
#include "recipients/text.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "recipients/fault.h"

static _Noreturn void out_of_memory(void)
{
	static const char words[] = "breachmail: out of memory\n";

	(void)!write(STDERR_FILENO, words, sizeof(words) - 1);
	_exit(FAULT_INTERNAL);
}

void *text_alloc(size_t bytes)
{
	void *p = calloc(1, bytes ? bytes : 1);

	if (!p)
		out_of_memory();
	return p;
}

void *text_realloc(void *old, size_t bytes)
{
	void *p = realloc(old, bytes ? bytes : 1);

	if (!p)
		out_of_memory();
	return p;
}

char *text_copy(const char *s)
{
	size_t length;

	if (!s)
		return NULL;
	length = strlen(s) + 1;
	return memcpy(text_alloc(length), s, length);
}

char *text_format(const char *format, ...)
{
	char *s = NULL;
	va_list list;
	int length;

	va_start(list, format);
	length = vasprintf(&s, format, list);
	va_end(list);
	if (length < 0)
		out_of_memory();
	return s;
}

void text_freep(char **p)
{
	free(*p);
	*p = NULL;
}

void text_reserve(struct text *t, size_t more)
{
	size_t need = t->length + more + 1;

	if (need < more)
		out_of_memory();
	if (need <= t->room)
		return;
	t->room = need < 64 ? 64 : need + need / 2;
	t->bytes = text_realloc(t->bytes, t->room);
}

void text_add(struct text *t, const void *bytes, size_t length)
{
	if (length >= t->room - t->length) /* also while there is no room at all */
		text_reserve(t, length);
	if (length)
		memcpy(t->bytes + t->length, bytes, length);
	t->length += length;
	t->bytes[t->length] = '\0';
}

void text_add_string(struct text *t, const char *s)
{
	text_add(t, s, strlen(s));
}

void text_add_char(struct text *t, char c)
{
	if (t->room - t->length < 2)
		text_reserve(t, 1);
	t->bytes[t->length++] = c;
	t->bytes[t->length] = '\0';
}

void text_printf(struct text *t, const char *format, ...)
{
	va_list list, again;
	int length;

	va_start(list, format);
	va_copy(again, list);
	length = vsnprintf(NULL, 0, format, list);
	va_end(list);
	if (length < 0)
		out_of_memory();
	text_reserve(t, (size_t)length);
	(void)vsnprintf(t->bytes + t->length, (size_t)length + 1, format, again);
	va_end(again);
	t->length += (size_t)length;
}

void text_cut(struct text *t, size_t length)
{
	if (length >= t->length)
		return;
	t->length = length;
	t->bytes[length] = '\0';
}

void text_line_ends(struct text *t)
{
	size_t kept = 0;

	for (size_t i = 0; i < t->length; i++)
		if (t->bytes[i] != '\r' || t->bytes[i + 1] != '\n')
			t->bytes[kept++] = t->bytes[i];
	text_cut(t, kept);
}

void text_clear(struct text *t)
{
	t->length = 0;
	if (t->bytes)
		t->bytes[0] = '\0';
}

void text_done(struct text *t)
{
	free(t->bytes);
	*t = (struct text){0};
}

const char *text_string(const struct text *t)
{
	return t->bytes ? t->bytes : "";
}

void row_clear(struct row *r)
{
	text_clear(&r->packed);
}

void row_done(struct row *r)
{
	text_done(&r->packed);
}

void row_add(struct row *r, const char *name, const char *value)
{
	if (!value || !*value)
		return;
	text_add(&r->packed, name, strlen(name) + 1);
	text_add(&r->packed, value, strlen(value) + 1);
}

bool row_packed_next(
	const char *packed, size_t length, const char **name, const char **value)
{
	const char *p, *end, *nul;

	if (!length)
		return false;
	p = *name ? *value + strlen(*value) + 1 : packed;
	end = packed + length;
	if (p >= end || !(nul = memchr(p, '\0', (size_t)(end - p))))
		return false;
	*name = p;
	p = nul + 1;
	if (p >= end || !memchr(p, '\0', (size_t)(end - p)))
		return false;
	*value = p;
	return true;
}

bool row_next(const struct row *r, const char **name, const char **value)
{
	return row_packed_next(r->packed.bytes, r->packed.length, name, value);
}

const char *row_value(const struct row *r, const char *name)
{
	const char *n = NULL, *v;

	while (row_next(r, &n, &v))
		if (!strcmp(n, name))
			return v;
	return NULL;
}
