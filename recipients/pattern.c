/* SPDX-License-Identifier: MIT */
/*
 * Shell patterns, by characters and not by locale. Case is the caller's: both sides are
 * folded (facts.c).
 *
 * A star is tried short first; when what follows fails, only the last star takes one
 * character more, since an earlier one could reach nothing new. That bounds the time
 * where a recursive matcher would explode.
 */
#include "recipients/pattern.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <utf8proc.h>

/* The character at `s`, which is not at its end, and its length. What is no UTF-8 goes
 * byte by byte, below zero so that it equals no character. */
static size_t character(const char *s, int32_t *ret)
{
	const utf8proc_uint8_t *bytes = (const utf8proc_uint8_t *)s;
	utf8proc_ssize_t n;

	*ret = bytes[0];
	if (bytes[0] < 0x80)
		return 1;
	n = utf8proc_iterate(bytes, -1, ret);
	if (n > 0)
		return (size_t)n;
	*ret = -(int32_t)bytes[0];
	return 1;
}

static bool negates(char c)
{
	return c == '!' || c == '^';
}

/* The `]` of the set that begins at `p`, behind its `[`; NULL if there is none. A `]` in
 * front is a member. */
static const char *set_end(const char *p)
{
	p += negates(*p);
	for (const char *first = p; *p; p++) {
		if (*p == ']' && p > first)
			return p;
		if (*p == '\\' && p[1])
			p++;
	}
	return NULL;
}

/* One member or range: behind it. */
static const char *set_range(const char *p, const char *end, int32_t *low, int32_t *high)
{
	p += *p == '\\';
	p += character(p, low);
	*high = *low;
	if (*p != '-' || p + 1 >= end)
		return p;
	p++;
	p += *p == '\\';
	return p + character(p, high);
}

static bool set_has(const char *p, const char *end, int32_t c)
{
	bool negated = negates(*p), found = false;
	int32_t low, high;

	for (p += negated; p < end;) {
		p = set_range(p, end, &low, &high);
		found = found || (c >= low && c <= high);
	}
	return found != negated;
}

/* One element that is no star against one character: behind the element, or NULL. */
static const char *element_takes(const char *p, int32_t c)
{
	const char *end;
	int32_t literal;

	if (*p == '?')
		return p + 1;
	if (*p == '[') {
		end = set_end(p + 1);
		return end && set_has(p + 1, end, c) ? end + 1 : NULL;
	}
	p += *p == '\\' && p[1];
	p += character(p, &literal);
	return literal == c ? p : NULL;
}

/*
 * The next place, from `text` on, where what follows a star may begin; NULL: nowhere.
 * Most patterns are "*word*": the letter is looked for by strchr, which is what makes a
 * policy of hundreds of them quick.
 */
static const char *next_start(const char *after_star, const char *text)
{
	char c = *after_star;

	return c == '*' || c == '?' || c == '[' || c == '\\' ? text : strchr(text, c);
}

bool pattern_matches(const char *pattern, const char *text)
{
	const char *star = NULL, *resume = NULL, *next;
	size_t length;
	int32_t c;

	while (*text) {
		if (*pattern == '*') {
			star = ++pattern;
			if (!*star)
				return true;
			resume = text = next_start(star, text);
			if (!text)
				return false;
			continue;
		}
		length = character(text, &c);
		next = *pattern ? element_takes(pattern, c) : NULL;
		if (next) {
			pattern = next;
			text += length;
			continue;
		}
		resume = star ? next_start(star, resume + character(resume, &c)) : NULL;
		if (!resume)
			return false;
		text = resume;
		pattern = star;
	}
	while (*pattern == '*')
		pattern++;
	return !*pattern;
}

static const char *set_check(const char *p, const char *end)
{
	int32_t low, high;

	if (!end)
		return "has a [ that is not closed; \\[ is the sign itself";
	if (memmem(p, (size_t)(end - p), "[:", 2))
		return "has a named class such as [:digit:]; write a range, [0-9]";
	for (p += negates(*p); p < end;) {
		p = set_range(p, end, &low, &high);
		if (low > high)
			return "has a range that runs backwards";
	}
	return NULL;
}

const char *pattern_check(const char *pattern)
{
	const char *end, *wrong;

	if (!*pattern)
		return "is empty";
	for (const char *p = pattern; *p; p++) {
		if (*p == '\\') {
			if (!*++p)
				return "ends in a \\ that takes nothing";
		} else if (*p == '[') {
			end = set_end(p + 1);
			wrong = set_check(p + 1, end);
			if (wrong)
				return wrong;
			p = end;
		}
	}
	return NULL;
}
