/* SPDX-License-Identifier: MIT */
/*
 * Stretches of bytes. What the bytes mean is header.c's, dsn.c's and others'.
 */
#include "mailer/wire/span.h"

#include <string.h>

struct span span_of(const char *s)
{
	return (struct span){s ? s : "", s ? strlen(s) : 0};
}

struct span span_from(struct span s, size_t start)
{
	if (start > s.length)
		start = s.length;
	return (struct span){s.at + start, s.length - start};
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct span span_trim(struct span s)
{
	while (s.length && is_blank(*s.at))
		s = span_from(s, 1);
	while (s.length && is_blank(s.at[s.length - 1]))
		s.length--;
	return s;
}

char span_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 'a' - 'A') : c;
}

static bool same(const char *a, const char *b, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (span_lower(a[i]) != span_lower(b[i]))
			return false;
	return true;
}

bool span_is(struct span s, const char *word)
{
	return s.length == strlen(word) && same(s.at, word, s.length);
}

bool span_starts(struct span s, const char *word)
{
	size_t length = strlen(word);

	return s.length >= length && same(s.at, word, length);
}

bool span_ends(struct span s, const char *word)
{
	size_t length = strlen(word);

	return s.length >= length && same(s.at + s.length - length, word, length);
}

long span_find(struct span s, const char *word)
{
	size_t length = strlen(word);
	char low = span_lower(*word);
	char high = low >= 'a' && low <= 'z' ? (char)(low - 'a' + 'A') : low;

	for (size_t i = 0; i + length <= s.length; i++)
		if ((s.at[i] == low || s.at[i] == high) && same(s.at + i, word, length))
			return (long)i;
	return -1;
}

bool span_has(struct span s, const char *word)
{
	return span_find(s, word) >= 0;
}

bool span_line(struct span s, size_t *at, struct span *ret)
{
	const char *start = s.at + *at, *end;

	if (*at >= s.length)
		return false;
	end = memchr(start, '\n', s.length - *at);
	ret->at = start;
	ret->length = end ? (size_t)(end - start) : s.length - *at;
	*at += ret->length + 1;
	if (ret->length && start[ret->length - 1] == '\r')
		ret->length--;
	return true;
}

/* Bytes of the UTF-8 character at the start, 0 if it is none. */
static size_t character(const unsigned char *p, size_t left)
{
	size_t length = *p < 0x80 ? 1 : *p < 0xc2 ? 0 : *p < 0xe0 ? 2 : *p < 0xf0 ? 3 : 4;

	if (*p > 0xf4 || length > left)
		return 0;
	for (size_t i = 1; i < length; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	if ((*p == 0xe0 && p[1] < 0xa0) || (*p == 0xed && p[1] > 0x9f) ||
		(*p == 0xf0 && p[1] < 0x90) || (*p == 0xf4 && p[1] > 0x8f))
		return 0;
	return length;
}

size_t span_copy(struct span s, char *out, size_t room)
{
	size_t length = 0;

	while (s.length) {
		size_t width = character((const unsigned char *)s.at, s.length);

		if (length + (width ? width : 1) >= room)
			break;
		if (!width)
			out[length++] = '?';
		else if (width == 1)
			out[length++] = *s.at < ' ' || *s.at == 0x7f ? ' ' : *s.at;
		else if (width == 2 && s.at[0] == '\xc2' && (unsigned char)s.at[1] < 0xa0)
			out[length++] = ' '; /* C1 controls */
		else
			memcpy(out + length, s.at, width), length += width;
		s = span_from(s, width ? width : 1);
	}
	out[length] = '\0';
	return length;
}
