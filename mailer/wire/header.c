/* SPDX-License-Identifier: MIT */
/*
 * Header fields. Which fields matter is the callers'; how parts lie in a letter is
 * mime.c's. What can go wrong: fields are forged and broken at will; nothing here trusts
 * them, and every loop goes forward.
 */
#include "mailer/wire/header.h"

#include <string.h>
#include <time.h>

#include "mailer/wire/charset.h"
#include "mailer/wire/transfer.h"

/* --- fields --- */

size_t header_length(struct span s)
{
	size_t at = 0;
	struct span line;

	while (span_line(s, &at, &line))
		if (!line.length)
			break;
	return at < s.length ? at : s.length;
}

static bool is_fold(struct span s, size_t at)
{
	return at < s.length && (s.at[at] == ' ' || s.at[at] == '\t');
}

/* "Name:" at the start of a line; a blank before the colon is forgiven. */
static size_t name_length(struct span line)
{
	size_t length = 0;

	while (length < line.length && line.at[length] > ' ' && line.at[length] < 0x7f &&
		line.at[length] != ':')
		length++;
	return length;
}

bool header_next(
	struct span block, size_t *at, struct span *ret_name, struct span *ret_value)
{
	struct span line, more;
	size_t colon;

	while (span_line(block, at, &line)) {
		ret_name->at = line.at;
		ret_name->length = name_length(line);
		colon = ret_name->length;
		while (colon < line.length && line.at[colon] == ' ')
			colon++;
		while (is_fold(block, *at) && span_line(block, at, &more))
			line.length = (size_t)(more.at + more.length - line.at);
		if (!ret_name->length || colon >= line.length || line.at[colon] != ':')
			continue;
		*ret_value = span_trim(span_from(line, colon + 1));
		return true;
	}
	return false;
}

bool header_find_next(struct span block, size_t *at, const char *name, struct span *ret)
{
	struct span found;

	while (*at < block.length) {
		const char *line = block.at + *at;
		const char *end = memchr(line, '\n', block.length - *at);
		size_t here = *at;

		if (span_lower(*line) == span_lower(*name) &&
			span_starts(span_from(block, here), name) &&
			header_next(block, &here, &found, ret) && span_is(found, name) &&
			found.at == line) {
			*at = here;
			return true;
		}
		*at = end ? (size_t)(end - block.at) + 1 : block.length;
	}
	*ret = span_of("");
	return false;
}

bool header_find(struct span block, const char *name, struct span *ret)
{
	size_t at = 0;

	return header_find_next(block, &at, name, ret);
}

struct span header_value(struct span block, const char *name)
{
	struct span value;

	(void)header_find(block, name, &value);
	return value;
}

void header_read(struct span block, struct header *ret)
{
	struct header_field *f = ret->fields;
	size_t at = 0;

	while (f < ret->fields + HEADER_FIELDS &&
		header_next(block, &at, &f->name, &f->value))
		f++;
	ret->count = (size_t)(f - ret->fields);
	ret->rest = span_from(block, at);
}

bool header_field_next(
	const struct header *h, size_t *at, const char *name, struct span *ret)
{
	size_t in_rest;

	while (*at < h->count) {
		const struct header_field *f = &h->fields[(*at)++];

		*ret = f->value;
		if (span_starts(f->name, name) && span_is(f->name, name))
			return true;
	}
	in_rest = *at - h->count;
	if (header_find_next(h->rest, &in_rest, name, ret)) {
		*at = h->count + in_rest;
		return true;
	}
	return false;
}

bool header_field(const struct header *h, const char *name, struct span *ret)
{
	size_t at = 0;

	return header_field_next(h, &at, name, ret);
}

struct span header_field_value(const struct header *h, const char *name)
{
	struct span value;

	(void)header_field(h, name, &value);
	return value;
}

/* Where the value that starts at `*at` ends; `*at` is behind it then. */
static struct span take_value(struct span s, size_t *at)
{
	bool quoted = *at < s.length && s.at[*at] == '"';
	size_t start = *at + quoted, end;

	for (*at = start; *at < s.length && s.at[*at] != (quoted ? '"' : ';');)
		(*at)++;
	end = *at;
	while (*at < s.length && s.at[*at] != ';')
		(*at)++;
	return span_trim((struct span){s.at + start, end - start});
}

struct span header_parameter(struct span value, const char *name)
{
	const char *first = memchr(value.at, ';', value.length);
	size_t at = first ? (size_t)(first - value.at) : value.length, start;
	struct span found, said;

	while (at++ < value.length) {
		start = at;
		while (at < value.length && value.at[at] != ';' && value.at[at] != '=')
			at++;
		if (at >= value.length || value.at[at] == ';')
			continue;
		found = span_trim((struct span){value.at + start, at - start});
		at++;
		while (at < value.length && (value.at[at] == ' ' || value.at[at] == '\t'))
			at++;
		said = take_value(value, &at);
		if (span_is(found, name))
			return said;
	}
	return span_of("");
}

/* --- RFC 2047 --- */

#define WORD_MAX 2000 /* bytes; RFC 2047 allows 75 */

struct word {
	struct span charset, text;
	char encoding; /* 'b' or 'q' */
	size_t length; /* of the whole, in the value */
};

/* "=?charset?B?text?=" at the start of s. */
static bool take_word(struct span s, struct word *ret)
{
	size_t at = 2, start;

	if (s.length < 8 || s.at[0] != '=' || s.at[1] != '?')
		return false;
	while (at < s.length && at < 80 && s.at[at] != '?' && s.at[at] > ' ')
		at++;
	if (at + 3 >= s.length || s.at[at] != '?' || s.at[at + 2] != '?')
		return false;
	ret->charset = (struct span){s.at + 2, at - 2};
	for (size_t i = 0; i < ret->charset.length; i++)
		if (ret->charset.at[i] == '*') /* RFC 2231 section 5: a language */
			ret->charset.length = i;
	ret->encoding = span_lower(s.at[at + 1]);
	start = at += 3;
	while (at + 1 < s.length && at - start < WORD_MAX && s.at[at] != '\n' &&
		(s.at[at] != '?' || s.at[at + 1] != '='))
		at++; /* a raw "?" within is forgiven */
	if (at + 1 >= s.length || s.at[at] != '?' ||
		(ret->encoding != 'b' && ret->encoding != 'q'))
		return false;
	ret->text = (struct span){s.at + start, at - start};
	ret->length = at + 2;
	return true;
}

static size_t blanks(struct span s)
{
	size_t length = 0;

	while (length < s.length && strchr(" \t\r\n", s.at[length]) && s.at[length])
		length++;
	return length;
}

static bool same_set(struct span a, struct span b)
{
	if (a.length != b.length)
		return false;
	for (size_t i = 0; i < a.length; i++)
		if (span_lower(a.at[i]) != span_lower(b.at[i]))
			return false;
	return true;
}

/* A run of words in one set is one text: a character may be split between two. */
static struct span decode_run(struct span s, struct text *out)
{
	struct text bytes = {0};
	struct word first, next;
	size_t gap;

	(void)take_word(s, &first);
	next = first;
	for (;;) {
		if (next.encoding == 'b')
			transfer_base64(next.text, &bytes);
		else
			transfer_quoted(next.text, true, &bytes);
		s = span_from(s, next.length);
		gap = blanks(s);
		if (!take_word(span_from(s, gap), &next))
			break;
		s = span_from(s, gap); /* blanks between words are not text */
		if (!same_set(first.charset, next.charset))
			break;
	}
	charset_decode(first.charset, (struct span){bytes.bytes, bytes.length}, out);
	text_done(&bytes);
	return s;
}

void header_decode(struct span value, struct text *out)
{
	struct span plain = {value.at, 0};
	struct word word;

	while (value.length) {
		if (*value.at == '=' && take_word(value, &word)) {
			charset_decode(span_of(""), plain, out);
			value = decode_run(value, out);
			plain = (struct span){value.at, 0};
			continue;
		}
		if (*value.at == '\r' || *value.at == '\n') {
			charset_decode(span_of(""), plain, out);
			value = span_from(value, 1);
			plain = (struct span){value.at, 0};
			continue;
		}
		plain.length++;
		value = span_from(value, 1);
	}
	charset_decode(span_of(""), plain, out);
}

/* --- addresses and ids --- */

static bool is_local(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || (c && strchr("!#$%&'*+-/=?^_`{|}~.", c)) ||
	       (c & 0x80);
}

static bool is_domain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || (c & 0x80);
}

/* Where the local part before the "@" begins: an atom, or a quoted string. */
static size_t local_start(struct span s, size_t sign)
{
	size_t at = sign;

	if (at && s.at[at - 1] == '"') {
		for (at--; at && sign - at < 70; at--)
			if (s.at[at - 1] == '"' && (at < 2 || s.at[at - 2] != '\\'))
				return at - 1;
		return sign;
	}
	while (at && is_local(s.at[at - 1]) && sign - at < 256)
		at--;
	while (at < sign && strchr("'`", s.at[at])) /* 'ann@force.example' */
		at++;
	return at;
}

static size_t domain_end(struct span s, size_t sign)
{
	size_t at = sign + 1;

	if (at < s.length && s.at[at] == '[') {
		while (at < s.length && s.at[at] != ']' && at - sign < 60)
			at++;
		return at < s.length && s.at[at] == ']' ? at + 1 : sign + 1;
	}
	while (at < s.length && is_domain(s.at[at]) && at - sign < 256)
		at++;
	while (at > sign + 1 && strchr(".-_", s.at[at - 1]))
		at--;
	return at;
}

/* Written down; false if it holds what no address may (controls come out as blanks). */
static bool take_address(struct span s, size_t sign, char *out, size_t room)
{
	bool quoted = *s.at == '"';

	if (s.length >= room || memchr(s.at, '\\', s.length) ||
		memchr(s.at, '<', s.length) || memchr(s.at, '>', s.length))
		return false;
	(void)span_copy(s, out, room);
	for (size_t i = sign; out[i]; i++)
		out[i] = span_lower(out[i]);
	return quoted || !strchr(out, ' ');
}

bool header_address(struct span value, size_t *at, char *out, size_t room)
{
	while (*at < value.length) {
		const char *found = memchr(value.at + *at, '@', value.length - *at);
		size_t sign, start, end;

		if (!found)
			break;
		sign = (size_t)(found - value.at);
		start = local_start(value, sign);
		end = domain_end(value, sign);
		*at = sign + 1;
		if (start < sign && end > sign + 1 &&
			take_address((struct span){value.at + start, end - start},
				sign - start, out, room)) {
			*at = end;
			return true;
		}
	}
	out[0] = '\0';
	*at = value.length;
	return false;
}

/* Some write an id without its brackets. */
static bool bare_id(struct span value, size_t *at, char *out, size_t room)
{
	struct span id = span_trim(value);

	if (*at || !id.length || id.length >= room || memchr(id.at, '<', id.length) ||
		memchr(id.at, '>', id.length) || memchr(id.at, ' ', id.length))
		return false;
	(void)span_copy(id, out, room);
	*at = value.length;
	return true;
}

bool header_id(struct span value, size_t *at, char *out, size_t room)
{
	if (bare_id(value, at, out, room))
		return true;
	while (*at < value.length) {
		const char *open = memchr(value.at + *at, '<', value.length - *at);
		const char *close;
		struct span id;

		if (!open)
			break;
		*at = (size_t)(open - value.at) + 1;
		close = memchr(open, '>', value.length - *at + 1);
		if (!close)
			break;
		*at = (size_t)(close - value.at) + 1;
		id = span_trim((struct span){open + 1, (size_t)(close - open - 1)});
		if (!id.length || id.length >= room)
			continue;
		(void)span_copy(id, out, room);
		return true;
	}
	*at = value.length;
	return false;
}

/* --- dates --- */

static long number(const char **s)
{
	long value = 0;
	unsigned digits = 0;

	while (**s >= '0' && **s <= '9' && digits++ < 6)
		value = value * 10 + *(*s)++ - '0';
	return digits ? value : -1;
}

static int month(const char *s)
{
	static const char names[] = "janfebmaraprmayjunjulaugsepoctnovdec";
	char low[4] = {0};
	const char *at;

	for (unsigned i = 0; i < 3 && s[i]; i++)
		low[i] = span_lower(s[i]);
	at = low[2] ? strstr(names, low) : NULL;
	return at && (at - names) % 3 == 0 ? (int)(at - names) / 3 : -1;
}

static const char *past(const char *s, const char *what)
{
	return s + strspn(s, what);
}

int64_t header_date(struct span value)
{
	char copy[64];
	const char *s = copy;
	struct tm t = {0};
	long zone = 0, year;
	int64_t seconds;
	char sign;

	(void)span_copy(value, copy, sizeof(copy));
	while (*s && !(*s >= '0' && *s <= '9')) /* the day's name */
		s++;
	t.tm_mday = (int)number(&s);
	s = past(s, " -");
	t.tm_mon = month(s);
	if (t.tm_mday < 1 || t.tm_mday > 31 || t.tm_mon < 0)
		return 0;
	s = past(s + 3, "abcdefghijklmnopqrstuvwxyz- ");
	year = number(&s);
	t.tm_year = (int)(year < 50 ? year + 100 : year < 1000 ? year : year - 1900);
	s = past(s, " ");
	t.tm_hour = (int)number(&s);
	if (*s == ':')
		t.tm_min = (s++, (int)number(&s));
	if (*s == ':')
		t.tm_sec = (s++, (int)number(&s));
	s = past(s, " ");
	sign = *s;
	if (sign == '+' || sign == '-')
		zone = (s++, number(&s));
	if (year < 0 || year > 9000 || t.tm_hour < 0 || t.tm_min < 0 || t.tm_sec < 0 ||
		zone < 0)
		return 0;
	seconds = (int64_t)timegm(&t);
	zone = (zone / 100 * 60 + zone % 100) * 60;
	return (seconds - (sign == '-' ? -zone : zone)) * 1000;
}
