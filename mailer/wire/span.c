/* SPDX-License-Identifier: MIT */
/*
 * Stretches of bytes. What the bytes mean is header.c's, dsn.c's and others'.
 */
#include "mailer/wire/span.h"

#include <stdint.h>
#include <string.h>

struct span span_of(const char *s)
{
	return (struct span){s ? s : "", s ? strlen(s) : 0};
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

static bool same(const char *a, const char *b, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (span_lower(a[i]) != span_lower(b[i]))
			return false;
	return true;
}

size_t span_shared(struct span s, const char *word)
{
	size_t i = 0;

	while (i < s.length && word[i] && span_lower(s.at[i]) == span_lower(word[i]))
		i++;
	return i;
}

bool span_is(struct span s, const char *word)
{
	size_t length = span_shared(s, word);

	return length == s.length && !word[length];
}

bool span_ends(struct span s, const char *word)
{
	size_t length = strlen(word);

	return s.length >= length && same(s.at + s.length - length, word, length);
}

/* Where `c` stands next; the end if nowhere. */
static const char *next_of(const char *at, const char *end, char c)
{
	const char *found = at < end ? memchr(at, c, (size_t)(end - at)) : NULL;

	return found ? found : end;
}

long span_find(struct span s, const char *word)
{
	size_t length = strlen(word);
	char low = span_lower(*word);
	char high = low >= 'a' && low <= 'z' ? (char)(low - 'a' + 'A') : low;
	const char *end, *small, *large;

	if (length > s.length)
		return -1;
	end = s.at + s.length - length + 1; /* it begins before that */
	small = next_of(s.at, end, low);
	large = high == low ? end : next_of(s.at, end, high);
	while (small < end || large < end) {
		const char *at = small < large ? small : large;

		if (same(at, word, length))
			return (long)(at - s.at);
		if (at == small)
			small = next_of(at + 1, end, low);
		else
			large = next_of(at + 1, end, high);
	}
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

/* Eight bytes at once: none with its highest bit, none below a blank, no DEL. */
static bool is_plain(const char *p)
{
	const uint64_t ones = UINT64_C(0x0101010101010101);
	uint64_t eight;

	memcpy(&eight, p, sizeof(eight));
	return !((eight | (eight - ones * ' ') | (eight + ones)) & (ones << 7));
}

size_t span_plain(struct span s)
{
	size_t length = 0;

	while (length + 8 <= s.length && is_plain(s.at + length))
		length += 8;
	while (length < s.length && s.at[length] >= ' ' && s.at[length] < 0x7f)
		length++;
	return length;
}

size_t span_copy(struct span s, char *out, size_t room)
{
	size_t length = 0;

	while (s.length) {
		size_t left = room - 1 - length, width;
		size_t plain = span_plain(
			(struct span){s.at, s.length < left ? s.length : left});

		memcpy(out + length, s.at, plain);
		length += plain;
		s = span_from(s, plain);
		if (!s.length)
			break;
		width = character((const unsigned char *)s.at, s.length);
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
