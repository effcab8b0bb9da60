/* SPDX-License-Identifier: MIT */
/*
 * Numbers that a force gives out. Which of them identify a person, and what follows when
 * one is found on the list, is linkage.c's.
 *
 * What can go wrong: a spreadsheet has turned the number into a rounded one (1.23E+07).
 * That is not a number any more, and is refused rather than read as one.
 */
#include "recipients/number.h"

#include <string.h>

#include "recipients/fold.h"

/* "123456.0": a spreadsheet's idea of a number. */
static void tail_cut(char *text)
{
	char *dot = strrchr(text, '.');

	if (dot && dot > text && dot[-1] >= '0' && dot[-1] <= '9' &&
		(!strcmp(dot, ".0") || !strcmp(dot, ".00")))
		*dot = '\0';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_rounded(const char *text)
{
	const char *e = strpbrk(text, "eE");

	return e && e > text && is_digit(e[-1]) && e[1] == '+' && is_digit(e[2]);
}

bool number_parse(const char *text, struct number *ret)
{
	char folded[FOLD_ROOM], *p;
	size_t prefix;

	fold_letters(text, folded, sizeof(folded));
	if (is_rounded(folded))
		return false;
	tail_cut(folded);
	fold_join(folded, folded, sizeof(folded));
	for (p = folded; *p; p++) {
		if ((unsigned char)*p >= 0x80)
			return false;
		if (*p >= 'a')
			*p = (char)(*p - 32);
	}
	prefix = strcspn(folded, "0123456789");
	p = folded + prefix;
	p += strspn(p, "0");
	if (!is_digit(*p) || prefix >= sizeof(ret->prefix) ||
		strlen(p) >= sizeof(ret->digits))
		return false;
	memcpy(ret->prefix, folded, prefix);
	ret->prefix[prefix] = '\0';
	memcpy(ret->digits, p, strlen(p) + 1);
	return true;
}

bool number_equal(const struct number *a, const struct number *b)
{
	if (strcmp(a->digits, b->digits))
		return false;
	return !*a->prefix || !*b->prefix || !strcmp(a->prefix, b->prefix);
}
