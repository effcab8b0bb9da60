/* SPDX-License-Identifier: MIT */
/*
 * Takes a reply apart line by line. The words are in words/quote.txt; here is the form:
 * lines that begin with ">", what introduces them ("On Monday ... wrote:"), headers of
 * mails within the text, lines of dashes, signatures, disclaimers. Something new beneath
 * a quotation with ">" counts as new; beneath the other forms nothing does, since nothing
 * says where the old ends.
 *
 * What it means is reply_sense.c's. What can go wrong: a form that is not known here.
 * Then old text passes for new; reply_sense.c knows our own notice's request to reply.
 */
#include "mailer/wire/reply_text.h"

#include <stdlib.h>
#include <string.h>

#include "mailer/wire/phrase.h"
#include "words.h"

enum mark {
	LABEL,
	WROTE,
	ORIGINAL,
	FORWARDED,
	SENT_FROM,
	DISCLAIMER,
	FIRST_PERSON,
	SIGN_OFF,
	MARKING
};
static const char *const sections[] = {"label", "wrote", "original", "forwarded",
	"sent from", "disclaimer", "first person", "sign-off", "marking", NULL};
static struct phrase_set words = {.source = words_quote, .sections = sections};

#define HITS_MAX 4096
#define INTRODUCTION_LINES 4
#define INTRODUCTION_BYTES 500
#define HEADER_LINES 8       /* within which three labels make a header */
#define DISCLAIMER_BYTES 120 /* a shorter paragraph is somebody's own words */

struct line {
	struct span text;   /* without blanks around it */
	unsigned has;       /* 1 << mark: somewhere in it */
	unsigned begins;    /* ... at its start */
	unsigned disclaims; /* how often */
	bool colon;         /* it ends in one */
	bool quoted, dropped;
};

struct body {
	struct line *lines;
	size_t count;
};

/* --- lines and what is in them --- */

static bool is_decoration(char c)
{
	return c == ' ' || c == '\t' || c == '*' || c == '_' || c == '>' || c == '[';
}

static bool is_start(struct span line, const char *at)
{
	for (const char *p = line.at; p < at; p++)
		if (!is_decoration(*p))
			return false;
	return true;
}

static size_t count_lines(struct span s)
{
	size_t lines = 0, at = 0;
	struct span line;

	while (lines < REPLY_LINES_MAX && span_line(s, &at, &line))
		lines++;
	return lines;
}

static void split(struct span body, struct body *b)
{
	struct span line;
	size_t at = 0;

	b->lines = text_alloc(count_lines(body) * sizeof(*b->lines));
	while (b->count < REPLY_LINES_MAX && span_line(body, &at, &line)) {
		line = span_trim(line);
		b->lines[b->count++] = (struct line){.text = line,
			.colon = span_ends(line, ":") || span_ends(line, "\xef\xbc\x9a"),
			.quoted = line.length && *line.at == '>' && !span_is(line, ">:")};
	}
}

/* Hits come in the order of their ends, so that lines are walked once. */
static void mark_lines(struct span body, struct body *b)
{
	static struct phrase_hit hits[HITS_MAX]; /* large: not on the stack */
	size_t count = phrase_scan(&words, body, hits, HITS_MAX), i = 0;
	const char *at;

	for (size_t h = 0; h < count; h++) {
		at = body.at + hits[h].end - 1;
		while (i + 1 < b->count && b->lines[i + 1].text.at <= at)
			i++;
		at = body.at + hits[h].start;
		while (at < body.at + body.length && (*at == ' ' || *at == '\n'))
			at++;
		b->lines[i].has |= 1u << hits[h].phrase->kind;
		b->lines[i].disclaims += hits[h].phrase->kind == DISCLAIMER;
		if (is_start(b->lines[i].text, at))
			b->lines[i].begins |= 1u << hits[h].phrase->kind;
	}
}

static bool has(const struct line *l, enum mark mark)
{
	return l->has & 1u << mark;
}

static bool begins(const struct line *l, enum mark mark)
{
	return l->begins & 1u << mark;
}

/* --- forms of what is not new --- */

static size_t count_digits(struct span s)
{
	size_t digits = 0;

	for (size_t i = 0; i < s.length; i++)
		digits += s.at[i] >= '0' && s.at[i] <= '9';
	return digits;
}

/* Nothing but `sign`, and at least so often. */
static bool is_row(struct span s, char sign, size_t least)
{
	for (size_t i = 0; i < s.length; i++)
		if (s.at[i] != sign)
			return false;
	return s.length >= least;
}

/* "From: ...", "Sent: ...", "To: ...": three within a few lines. */
static bool is_header(const struct body *b, size_t i)
{
	size_t labels = 0;

	if (!begins(&b->lines[i], LABEL))
		return false;
	for (size_t k = i; k < b->count && k < i + HEADER_LINES; k++)
		labels += begins(&b->lines[k], LABEL);
	return labels >= 3;
}

/* "-----Original Message-----", "Begin forwarded message:", a signature's "-- ", the line
 * above the foot of a mailing list. */
static bool is_end(const struct body *b, size_t i)
{
	const struct line *l = &b->lines[i];
	struct span s = l->text;

	while (s.length && is_decoration(*s.at) && *s.at != '_')
		s = span_from(s, 1);
	return is_row(s, '_', 20) || (l->text.length == 2 && span_is(s, "--")) ||
	       (has(l, ORIGINAL) && span_starts(s, "---")) || begins(l, FORWARDED) ||
	       is_header(b, i);
}

/* GroupWise and old Notes mark the head of what they quote, and then nothing. */
static bool is_marked_head(struct span s)
{
	return (span_starts(s, ">>> ") && span_ends(s, " >>>")) ||
	       span_starts(s, "|-----");
}

static bool is_sent_from(const struct line *l)
{
	return begins(l, SENT_FROM) && l->text.length <= 100 && !span_has(l->text, ",");
}

/* "OFFICIAL - SENSITIVE" */
static bool is_marking(const struct line *l)
{
	if (!begins(l, MARKING))
		return false;
	for (size_t i = 0; i < l->text.length; i++)
		if (l->text.at[i] >= 'a' && l->text.at[i] <= 'z')
			return false;
	return true;
}

/* A date in front, then who: "2016-03-03 17:21 GMT+01:00 Some One". */
static bool is_dated(struct span s)
{
	return s.length > 16 && count_digits((struct span){s.at, 10}) >= 6 &&
	       (span_has(s, " GMT") || (span_has(s, "<") && span_has(s, "@")));
}

static bool is_sentence_end(struct span s)
{
	return s.length && strchr(".!?", s.at[s.length - 1]) && s.at[s.length - 1];
}

/* Does an introduction begin here? `*ret_next`: the line behind it. `*ret_sure`: it is
 * one even if no ">" follows. */
static bool is_introduction(
	const struct body *b, size_t i, size_t *ret_next, bool *ret_sure)
{
	struct span all = b->lines[i].text, last;
	bool wrote = false;

	for (size_t k = i; k < b->count && k < i + INTRODUCTION_LINES; k++) {
		last = b->lines[k].text;
		if (!last.length || b->lines[k].quoted || is_sentence_end(last))
			return false;
		all.length = (size_t)(last.at + last.length - all.at);
		wrote = wrote || has(&b->lines[k], WROTE);
		*ret_next = k + 1;
		if (all.length > INTRODUCTION_BYTES)
			return false;
		if (k == i && is_dated(all))
			return *ret_sure = true;
		if (!b->lines[k].colon)
			continue;
		*ret_sure = (wrote && (count_digits(all) >= 3 || span_has(all, "@"))) ||
			    (span_ends(last, ">:") && count_digits(all) >= 4);
		return *ret_sure || wrote || count_digits(all) >= 4 || span_has(all, "@");
	}
	return false;
}

static bool quote_follows(const struct body *b, size_t i)
{
	while (i < b->count && !b->lines[i].text.length)
		i++;
	return i < b->count && (b->lines[i].quoted || span_starts(b->lines[i].text, "|"));
}

static size_t paragraph_end(const struct body *b, size_t i)
{
	while (i < b->count && b->lines[i].text.length)
		i++;
	return i;
}

/* Words of the law, at length, by nobody, and no question. */
static bool is_disclaimer(const struct body *b, size_t i)
{
	size_t end, disclaims = 0, bytes = 0;

	if (i && b->lines[i - 1].text.length && !is_row(b->lines[i - 1].text, '*', 3))
		return false;
	end = paragraph_end(b, i);
	for (size_t k = i; k < end; k++) {
		if (has(&b->lines[k], FIRST_PERSON) || span_has(b->lines[k].text, "?"))
			return false;
		disclaims += b->lines[k].disclaims;
		bytes += b->lines[k].text.length;
	}
	return disclaims >= 2 && bytes >= DISCLAIMER_BYTES;
}

/* --- taking away --- */

/* Drops lines, and gives the number of the next one to look at. */
static size_t drop(struct body *b, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		b->lines[i].dropped = true;
	return to;
}

static bool is_new_before(const struct body *b, size_t end)
{
	for (size_t i = 0; i < end; i++)
		if (!b->lines[i].dropped && b->lines[i].text.length)
			return true;
	return false;
}

/* "| ..." twice in a row is a quotation too. */
static bool is_barred(const struct body *b, size_t i)
{
	return span_starts(b->lines[i].text, "|") &&
	       ((i + 1 < b->count && span_starts(b->lines[i + 1].text, "|")) ||
		       (i && span_starts(b->lines[i - 1].text, "|")));
}

/* What to do about line `i`: the number of the next line. */
static size_t look_at(struct body *b, size_t i)
{
	const struct line *l = &b->lines[i];
	size_t next;
	bool sure;

	if (!l->text.length)
		return i + 1;
	if (is_marked_head(l->text))
		return drop(b, i, b->count);
	if (l->quoted || is_barred(b, i) || is_sent_from(l) || is_marking(l))
		return drop(b, i, i + 1);
	if (is_end(b, i))
		return drop(b, i, b->count);
	if (is_introduction(b, i, &next, &sure)) {
		if (quote_follows(b, next))
			return drop(b, i, next);
		if (sure)
			return drop(b, i, b->count);
	}
	if (is_disclaimer(b, i))
		return drop(b, i, is_new_before(b, i) ? b->count : paragraph_end(b, i));
	return i + 1;
}

/* Behind "Kind regards" come a name, and what that person is; and perhaps a postscript.
 */
static void drop_signature(struct body *b)
{
	size_t i = 0, named;

	while (i < b->count && !(begins(&b->lines[i], SIGN_OFF) && !b->lines[i].dropped &&
				       b->lines[i].text.length <= 40))
		i++;
	for (named = i + 1; named < b->count; named++)
		if (b->lines[named].text.length && !b->lines[named].dropped)
			break;
	for (i = named + 1; i < b->count; i++) {
		if (span_starts(b->lines[i].text, "PS") ||
			span_starts(b->lines[i].text, "P.S"))
			return;
		b->lines[i].dropped = true;
	}
}

/* --- what is left --- */

static bool is_ornament(struct span s)
{
	for (size_t i = 0; i < s.length; i++)
		if (!strchr("*_-=~#+.", s.at[i]))
			return false;
	return true;
}

/* Controls, and bytes that are no UTF-8, become blanks: a "?" in their place would look
 * like a question. */
static void write_line(struct span s, struct text *out)
{
	auto_text line = NULL;
	size_t length, at = 0;

	if (span_plain(s) == s.length) {
		text_add(out, s.at, s.length);
		return;
	}
	line = text_alloc(s.length + 1);
	length = span_copy(s, line, s.length + 1);
	for (size_t i = 0; i < length; i++, at++) {
		if (line[i] == '?' && s.at[at] != '?')
			line[i] = ' ';
		else if (line[i] == ' ' && s.at[at] == '\xc2')
			at++; /* a control of two bytes */
	}
	text_add(out, line, length);
}

static void write_lines(const struct body *b, struct text *out)
{
	size_t start = out->length, end = b->count;
	bool blank = false;

	while (end && (b->lines[end - 1].dropped || is_ornament(b->lines[end - 1].text)))
		end--;
	for (size_t i = 0; i < end; i++) {
		const struct line *l = &b->lines[i];

		if (l->dropped || !l->text.length) {
			blank = true;
			continue;
		}
		if (out->length > start)
			text_add_string(out, blank ? "\n\n" : "\n");
		blank = false;
		write_line(l->text, out);
	}
}

void reply_text_find(struct span body, struct text *out)
{
	struct body b = {0};

	if (body.length > REPLY_TEXT_MAX)
		body.length = REPLY_TEXT_MAX;
	split(body, &b);
	mark_lines(body, &b);
	for (size_t i = 0; i < b.count;)
		i = look_at(&b, i);
	drop_signature(&b);
	write_lines(&b, out);
	free(b.lines);
}

void reply_text_prepare(void)
{
	phrase_prepare(&words);
}
