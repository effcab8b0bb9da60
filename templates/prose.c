/* SPDX-License-Identifier: MIT */
/*
 * From prose to the two parts of a mail. Reads blocks one after the other and writes each
 * at once: there is no tree. Values are put into templates by mustache.c; MIME, encodings
 * and line ends of the wire are made by mailer/wire/message.c. What can go wrong is
 * hostile or broken input, which is checked whole before a byte is written.
 */
#include "templates/prose.h"

#include <stdbool.h>
#include <string.h>
#include <utf8proc.h>

enum kind {
	HEADING,
	PARAGRAPH,
	ITEM
};

/* One block: its kind and its words with single blanks between them. */
struct block {
	enum kind kind;
	struct text words;
};

static void block_done(struct block *b)
{
	text_done(&b->words);
}
#define auto_block __attribute__((cleanup(block_done))) struct block

/* A line without its end and the blanks around it; how it began decides what it is. */
struct line {
	const char *words;
	size_t length;
	bool indented;
	bool marked; /* begins with "# " or "- " */
	enum kind kind;
};

static const char *line_end(const char *at)
{
	return strchrnul(at, '\n');
}

static struct line line_read(const char *at)
{
	struct line line = {.words = at, .kind = PARAGRAPH};
	const char *end = line_end(at);

	if (end > at && end[-1] == '\r')
		end--;
	line.indented = end - at >= 2 && at[0] == ' ' && at[1] == ' ';
	if (at < end && (*at == '#' || *at == '-') && (at + 1 == end || at[1] == ' ')) {
		line.marked = true;
		line.kind = *at == '#' ? HEADING : ITEM;
		at++;
	}
	while (at < end && *at == ' ')
		at++;
	while (end > at && end[-1] == ' ')
		end--;
	line.words = at;
	line.length = (size_t)(end - at);
	return line;
}

/* Runs of blanks within the line become one. */
static void words_add(struct text *words, const struct line *line)
{
	const char *at = line->words, *end = at + line->length;

	if (line->length && words->length)
		text_add_char(words, ' ');
	for (const char *p = at; p + 1 < end; p++)
		if (p[0] == ' ' && p[1] == ' ') {
			text_add(words, at, (size_t)(p - at));
			at = p + 1;
		}
	text_add(words, at, (size_t)(end - at));
}

/* Whether the line carries on a block of that kind. */
static bool line_continues(const struct line *line, enum kind kind)
{
	if (line->marked || !line->length)
		return false;
	switch (kind) {
	case HEADING:
		return false;
	case PARAGRAPH:
		return true;
	case ITEM:
		return line->indented;
	}
	return false;
}

/* The next block that has words, from *at, which it moves on. False: there is none. */
static bool block_next(const char **at, struct block *b)
{
	struct line line;

	text_clear(&b->words);
	while (**at) {
		line = line_read(*at);
		if (b->words.length && !line_continues(&line, b->kind))
			return true;
		if (!b->words.length)
			b->kind = line.kind;
		words_add(&b->words, &line);
		*at = line_end(*at);
		if (**at)
			(*at)++;
	}
	return b->words.length > 0;
}

/* Reads one character: its length in bytes. What is not UTF-8 is one byte, and -1. */
static size_t character_read(const char *at, utf8proc_int32_t *ret_character)
{
	utf8proc_ssize_t used;

	*ret_character = *at;
	if ((unsigned char)*at < 0x80) /* nearly all, and the library takes its time */
		return 1;
	used = utf8proc_iterate((const utf8proc_uint8_t *)at, -1, ret_character);
	return used > 0 ? (size_t)used : 1;
}

static bool is_control(utf8proc_int32_t character)
{
	if (character < 0x80)
		return character < ' ' || character == 0x7f;
	return utf8proc_category(character) == UTF8PROC_CATEGORY_CC ||
	       character == 0x2028 || character == 0x2029;
}

static int prose_check(const char *prose, struct fault *f)
{
	utf8proc_int32_t character;
	size_t line = 1, used;

	if (strnlen(prose, PROSE_MAX + 1) > PROSE_MAX)
		return fault_set(
			f, FAULT_INPUT, "the text is longer than %d bytes", PROSE_MAX);
	for (const char *at = prose; *at; at += used) {
		used = 1;
		if (*at >= ' ' && *at < 0x7f) /* nearly all */
			continue;
		used = character_read(at, &character);
		if (character < 0)
			return fault_set(f, FAULT_INPUT, "line %zu: not UTF-8", line);
		if (*at == '\n')
			line++;
		else if (is_control(character) && strncmp(at, "\r\n", 2) != 0)
			return fault_set(
				f, FAULT_INPUT, "line %zu: a control character", line);
	}
	return 0;
}

#define NUMBER 24 /* columns of a telephone number, at most */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_within_number(const char *words, size_t blank)
{
	return blank && is_digit(words[blank - 1]) && is_digit(words[blank + 1]);
}

/* Bytes of the most whole words that fit in `room` columns; at least one word. What looks
 * like a telephone number stays in one line: it is read aloud, and tapped on. */
static size_t line_take(const char *words, size_t room)
{
	utf8proc_int32_t character;
	size_t width = 0, taken = 0, i = 0;

	while (words[i]) {
		if (words[i] == ' ' &&
			(i - taken > NUMBER || !is_within_number(words, i)))
			taken = i;
		if ((unsigned char)words[i] < 0x80) {
			width++;
			i++;
		} else {
			i += character_read(words + i, &character);
			width += (size_t)utf8proc_charwidth(character);
		}
		if (width > room && taken)
			return taken;
	}
	return i;
}

static void fill(struct text *t, const struct text *words, const char *indent)
{
	const char *at = text_string(words);
	size_t taken;

	for (;;) {
		taken = line_take(at, PROSE_COLUMNS - strlen(indent));
		text_add(t, at, taken);
		text_add_char(t, '\n');
		at += taken;
		if (!*at++)
			return;
		text_add_string(t, indent);
	}
}

int prose_split_subject(
	const char *notice, char **ret_subject, const char **ret_prose, struct fault *f)
{
	static const char label[] = "Subject:";
	const size_t skip = sizeof(label) - 1;
	auto_text_buffer subject = {0};
	const char *end = line_end(notice);

	if (strncmp(notice, label, skip) != 0)
		return fault_set(f, FAULT_INPUT, "line 1: must be \"Subject: ...\"");
	if (*end != '\n' || line_read(end + 1).length)
		return fault_set(
			f, FAULT_INPUT, "line 2: must be blank, after the subject");
	struct line line = line_read(notice + skip);
	words_add(&subject, &line);
	if (!subject.length)
		return fault_set(f, FAULT_INPUT, "line 1: the subject is empty");
	if (subject.length > PROSE_SUBJECT_MAX)
		return fault_set(f, FAULT_INPUT,
			"line 1: the subject is longer than %d bytes", PROSE_SUBJECT_MAX);
	if (prose_check(subject.bytes, f) < 0)
		return -1;
	*ret_subject = text_copy(subject.bytes);
	*ret_prose = end + 1;
	return 0;
}

static const char *escape(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	default:
		return "&quot;";
	}
}

void prose_add_escaped(struct text *t, const char *value)
{
	size_t plain;

	for (;; value += plain + 1) {
		plain = strcspn(value, "&<>\"");
		text_add(t, value, plain);
		if (!value[plain])
			return;
		text_add_string(t, escape(value[plain]));
	}
}

static void html_head(struct text *t, const char *subject)
{
	text_add_string(t,
		"<!DOCTYPE html>\n<html lang=\"en-GB\">\n<head>\n"
		"<meta charset=\"utf-8\">\n"
		"<meta name=\"viewport\" content=\"width=device-width\">\n<title>");
	prose_add_escaped(t, subject);
	text_add_string(t,
		"</title>\n</head>\n<body style=\"max-width: 38em; margin: 1em auto; "
		"padding: 0 1em;\n  font: 1em/1.5 sans-serif\">\n<h1 "
		"style=\"font-size: 1.5em\">");
	prose_add_escaped(t, subject);
	text_add_string(t, "</h1>\n");
}

static const char *html_tag(enum kind kind)
{
	switch (kind) {
	case HEADING:
		return "h2";
	case PARAGRAPH:
		return "p";
	case ITEM:
		return "li";
	}
	return "p";
}

static void add_tag(struct text *t, const char *open, const char *tag, const char *close)
{
	text_add_string(t, open);
	text_add_string(t, tag);
	text_add_string(t, close);
}

/* Where the parts stand between two blocks. */
struct parts {
	struct text *text, *html; /* NULL: not wanted */
	bool first, after_item;
};

static void text_block(struct parts *p, const struct block *b)
{
	bool item = b->kind == ITEM;

	if (!p->first && !(item && p->after_item))
		text_add_char(p->text, '\n');
	text_add_string(p->text, item ? "- " : "");
	fill(p->text, &b->words, item ? "  " : "");
}

static void html_block(struct parts *p, const struct block *b)
{
	const char *tag = html_tag(b->kind);

	if (p->after_item != (b->kind == ITEM))
		text_add_string(p->html, p->after_item ? "</ul>\n" : "<ul>\n");
	add_tag(p->html, "<", tag, ">");
	prose_add_escaped(p->html, text_string(&b->words));
	add_tag(p->html, "</", tag, ">\n");
}

/* The prose is checked. */
static void write_blocks(struct parts *p, const char *prose)
{
	auto_block b = {0};

	while (block_next(&prose, &b)) {
		if (p->text)
			text_block(p, &b);
		if (p->html)
			html_block(p, &b);
		p->after_item = b.kind == ITEM;
		p->first = false;
	}
	if (p->html && p->after_item)
		text_add_string(p->html, "</ul>\n");
}

int prose_parts(const char *subject, const char *prose, struct text *ret_text,
	struct text *ret_html, struct fault *f)
{
	struct parts p = {ret_text, ret_html, true, false};

	if ((ret_html && prose_check(subject, f) < 0) || prose_check(prose, f) < 0)
		return -1;
	if (ret_html)
		html_head(ret_html, subject);
	write_blocks(&p, prose);
	if (ret_html)
		text_add_string(ret_html, "</body>\n</html>\n");
	return 0;
}

int prose_blocks(const char *prose, struct text *ret_html, struct fault *f)
{
	struct parts p = {NULL, ret_html, true, false};

	if (prose_check(prose, f) < 0)
		return -1;
	write_blocks(&p, prose);
	return 0;
}

int prose_text(const char *prose, struct text *ret_text, struct fault *f)
{
	return prose_parts(NULL, prose, ret_text, NULL, f);
}

int prose_html(
	const char *subject, const char *prose, struct text *ret_html, struct fault *f)
{
	return prose_parts(subject, prose, NULL, ret_html, f);
}

/* Turns, joins or hides what is around it (Unicode's Cf: direction marks, zero width). */
static bool is_unseen(utf8proc_int32_t character)
{
	return utf8proc_category(character) == UTF8PROC_CATEGORY_CF;
}

/* Past what would make a heading or an item of the value. */
static const char *skip_marks(const char *value)
{
	for (;;) {
		value += strspn(value, " ");
		if ((*value != '#' && *value != '-') || (value[1] && value[1] != ' '))
			return value;
		value++;
	}
}

void prose_add_value(struct text *t, const char *value)
{
	auto_text_buffer clean = {0};
	utf8proc_int32_t character;
	size_t used;

	for (; *value; value += used) {
		used = character_read(value, &character);
		if (character < 0)
			text_add_string(&clean, "\xef\xbf\xbd");
		else if (is_control(character))
			text_add_char(&clean, ' ');
		else if (!is_unseen(character))
			text_add(&clean, value, used);
	}
	while (clean.length && clean.bytes[clean.length - 1] == ' ')
		clean.bytes[--clean.length] = '\0';
	text_add_string(t, skip_marks(text_string(&clean)));
}
