/* SPDX-License-Identifier: MIT */
/*
 * HTML as lines of text. Character sets are charset.c's, parts mime.c's.
 */
#include "mailer/wire/plain.h"

#include <string.h>

#define TAG_MAX 8192 /* bytes; what is longer is text */

static const struct {
	const char *name, *text;
} entities[] = {{"amp", "&"}, {"lt", "<"}, {"gt", ">"}, {"quot", "\""}, {"apos", "'"},
	{"nbsp", " "}, {"eacute", "é"}, {"egrave", "è"}, {"agrave", "à"}, {"ccedil", "ç"},
	{"auml", "ä"}, {"ouml", "ö"}, {"uuml", "ü"}, {"Uuml", "Ü"}, {"szlig", "ß"},
	{"oacute", "ó"}, {"aacute", "á"}, {"iacute", "í"}, {"uacute", "ú"},
	{"ntilde", "ñ"}, {"atilde", "ã"}, {"otilde", "õ"}, {"ocirc", "ô"}, {"ecirc", "ê"},
	{"rsquo", "'"}, {"lsquo", "'"}};

static void add_character(unsigned long c, struct text *out)
{
	if (c < 0x80) {
		text_add_char(out, c < ' ' ? ' ' : (char)c);
	} else if (c < 0x800) {
		text_add_char(out, (char)(0xc0 | c >> 6));
		text_add_char(out, (char)(0x80 | (c & 0x3f)));
	} else if (c < 0x10000 && (c < 0xd800 || c > 0xdfff)) {
		text_add_char(out, (char)(0xe0 | c >> 12));
		text_add_char(out, (char)(0x80 | (c >> 6 & 0x3f)));
		text_add_char(out, (char)(0x80 | (c & 0x3f)));
	} else {
		text_add_char(out, '?');
	}
}

/* "#233", "#xe9" */
static bool add_number(struct span name, struct text *out)
{
	bool hex = name.length > 2 && span_lower(name.at[1]) == 'x';
	unsigned long value = 0;

	for (size_t i = hex ? 2 : 1; i < name.length; i++) {
		char c = span_lower(name.at[i]);
		unsigned digit = c >= '0' && c <= '9'          ? (unsigned)(c - '0')
				 : hex && c >= 'a' && c <= 'f' ? (unsigned)(c - 'a' + 10)
							       : 99;

		if (digit == 99)
			return false;
		value = value * (hex ? 16 : 10) + digit;
	}
	add_character(value, out);
	return true;
}

/* Returns how many bytes it took. */
static size_t add_entity(struct span s, struct text *out)
{
	struct span name = {s.at + 1, 0};

	while (name.length < 10 && name.length + 1 < s.length &&
		name.at[name.length] > ' ' && name.at[name.length] != ';')
		name.length++;
	if (name.length + 1 >= s.length || name.at[name.length] != ';')
		name.length = 0;
	if (name.length > 1 && *name.at == '#' && add_number(name, out))
		return name.length + 2;
	for (size_t i = 0; name.length && i < sizeof(entities) / sizeof(*entities); i++) {
		if (strlen(entities[i].name) != name.length ||
			memcmp(entities[i].name, name.at, name.length))
			continue;
		text_add_string(out, entities[i].text);
		return name.length + 2;
	}
	text_add_char(out, '&');
	return 1;
}

static bool ends_line(struct span name)
{
	static const char *const blocks[] = {"br", "br/", "p", "/p", "div", "/div", "tr",
		"/tr", "li", "/li", "/td", "h1", "h2", "h3", "/h1", "/h2", "/h3", "table",
		"/table", "pre", "/pre", "hr", "ul", "/ul", "blockquote", "/blockquote"};

	for (size_t i = 0; i < sizeof(blocks) / sizeof(*blocks); i++)
		if (span_is(name, blocks[i]))
			return true;
	return false;
}

/* From behind `<script ...>` to its end. */
static size_t skip_to(struct span s, const char *end)
{
	long found = span_find(s, end);

	return found < 0 ? s.length : (size_t)found;
}

/* What stands in <blockquote> is somebody else's: as in plain text, with a "> ". */
static void end_line(unsigned quotes, struct text *out)
{
	text_add_char(out, '\n');
	if (quotes)
		text_add_string(out, "> ");
}

static size_t take_tag(struct span s, unsigned *quotes, struct text *out)
{
	struct span name = {s.at + 1, 0};
	const char *close;
	size_t length;

	if (span_starts(s, "<!--")) {
		length = skip_to(s, "-->");
		return length < s.length ? length + 3 : length;
	}
	close = memchr(s.at, '>', s.length < TAG_MAX ? s.length : TAG_MAX);
	if (!close) {
		text_add_char(out, '<');
		return 1;
	}
	length = (size_t)(close - s.at) + 1;
	while (name.length + 2 < length && name.at[name.length] > ' ' &&
		name.at[name.length] != '>')
		name.length++;
	if (memchr(name.at, '@',
		    name.length)) { /* <ann@force.example> as it should not be */
		text_add(out, s.at, length);
		return length;
	}
	if (span_is(name, "style"))
		return length + skip_to(span_from(s, length), "</style");
	if (span_is(name, "script"))
		return length + skip_to(span_from(s, length), "</script");
	if (span_is(name, "blockquote"))
		++*quotes;
	else if (span_is(name, "/blockquote") && *quotes)
		--*quotes;
	if (ends_line(name))
		end_line(*quotes, out);
	return length;
}

void plain_from_html(struct span html, struct text *out)
{
	unsigned quotes = 0;

	while (html.length) {
		size_t taken = 1;

		if (*html.at == '<')
			taken = take_tag(html, &quotes, out);
		else if (*html.at == '&')
			taken = add_entity(html, out);
		else
			text_add_char(out,
				*html.at == '\n' || *html.at == '\r' ? ' ' : *html.at);
		html = span_from(html, taken);
	}
}
