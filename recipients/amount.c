/* SPDX-License-Identifier: MIT */
/*
 * Amounts out of typed text. strtod would do, were it not for locales, hexadecimal, "inf"
 * and a part of the text left unread.
 */
#include "recipients/amount.h"

#include <stddef.h>
#include <string.h>

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static const char *skip_currency(const char *s)
{
	static const char *const signs[] = {"£", "€", "$"};

	for (size_t i = 0; i < sizeof(signs) / sizeof(*signs); i++)
		if (!strncmp(s, signs[i], strlen(signs[i])))
			return s + strlen(signs[i]);
	return s;
}

/* Behind the digits before the point; NULL if a comma stands where none may. */
static const char *read_whole(const char *s, double *ret)
{
	bool grouped = false;
	size_t digits = 0;

	for (*ret = 0; is_digit(*s) || *s == ','; s++) {
		if (*s != ',') {
			*ret = *ret * 10 + (*s - '0');
			digits++;
			continue;
		}
		if (!digits || digits > 3 || (grouped && digits != 3))
			return NULL;
		grouped = true;
		digits = 0;
	}
	return digits && (!grouped || digits == 3) ? s : NULL;
}

bool amount_parse(const char *text, double *ret)
{
	bool negative = *text == '-';
	double value, scale = 1;

	if (strlen(text) > AMOUNT_MAX)
		return false;
	text = skip_currency(text + negative);
	text = read_whole(text + (*text == ' '), &value);
	if (!text)
		return false;
	if (*text == '.')
		for (text++; is_digit(*text); text++, scale *= 10)
			value = value * 10 + (*text - '0');
	*ret = (negative ? -value : value) / scale;
	return !*text;
}
