/* SPDX-License-Identifier: MIT */
/*
 * Transfer encodings. Character sets are charset.c's.
 */
#include "mailer/wire/transfer.h"

/* 64: no sign. */
static unsigned base64_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (unsigned)(c - 'A');
	if (c >= 'a' && c <= 'z')
		return (unsigned)(c - 'a') + 26;
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0') + 52;
	return c == '+' ? 62 : c == '/' ? 63 : 64;
}

void transfer_base64(struct span s, struct text *out)
{
	unsigned bits = 0, count = 0;
	char *to;

	text_reserve(out, s.length);
	to = out->bytes + out->length;
	for (size_t i = 0; i < s.length; i++) {
		unsigned value = base64_value(s.at[i]);

		if (value == 64)
			continue;
		bits = (bits << 6 | value) & 0xffffff;
		if (count++ % 4)
			*to++ = (char)(bits >> (6 - 2 * ((count - 1) % 4)));
	}
	*to = '\0';
	out->length = (size_t)(to - out->bytes);
}

static int hex_value(char c)
{
	return c >= '0' && c <= '9'   ? c - '0'
	       : c >= 'A' && c <= 'F' ? c - 'A' + 10
	       : c >= 'a' && c <= 'f' ? c - 'a' + 10
				      : -1;
}

/* Bytes from an "=" at the end of a line to behind its line feed; 0: it is none. */
static size_t soft_break(struct span s)
{
	size_t at = 1;

	while (at < s.length && (s.at[at] == ' ' || s.at[at] == '\t' || s.at[at] == '\r'))
		at++;
	return at < s.length && s.at[at] == '\n' ? at + 1 : 0;
}

/* Bytes that stand for themselves. */
static size_t plain_length(struct span s, bool word)
{
	size_t length = 0;

	while (length < s.length && s.at[length] != '=' && !(word && s.at[length] == '_'))
		length++;
	return length;
}

void transfer_quoted(struct span s, bool word, struct text *out)
{
	while (s.length) {
		size_t plain = plain_length(s, word), taken;
		int high, low;

		text_add(out, s.at, plain);
		s = span_from(s, plain);
		if (!s.length)
			break;
		high = s.length > 2 ? hex_value(s.at[1]) : -1;
		low = s.length > 2 ? hex_value(s.at[2]) : -1;
		taken = *s.at == '=' && !word ? soft_break(s) : 0;
		if (!taken && *s.at == '=' && high >= 0 && low >= 0) {
			text_add_char(out, (char)(high << 4 | low));
			taken = 3;
		} else if (!taken) {
			text_add_char(out, word && *s.at == '_' ? ' ' : *s.at);
			taken = 1;
		}
		s = span_from(s, taken);
	}
}
