/* SPDX-License-Identifier: MIT */
/*
 * Text into words, phrases among words. Which phrases are bad is bait.c's.
 */
#include "templates/words.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define GAP 4         /* words that "..." may stand for */
#define AGE_WORDS 100 /* fewer say nothing */

void words_done(struct words *w)
{
	free(w->list);
	free(w->text);
	*w = (struct words){0};
}

#define APOSTROPHE "\xe2\x80\x99"

/* Letters, digits, what holds words together; of UTF-8 all but blanks, and the dashes and
 * quotes of U+2000 ff. */
static bool is_word(const char *s)
{
	static const char *const blanks[] = {"\xc2\xa0", "\xe2\x81\x9f", "\xe3\x80\x80"};
	unsigned char c = (unsigned char)*s;

	if (c == 0xE2 && (unsigned char)s[1] == 0x80)
		return !strncmp(s, APOSTROPHE, 3);
	for (size_t i = 0; c >= 0x80 && i < sizeof(blanks) / sizeof(*blanks); i++)
		if (!strncmp(s, blanks[i], strlen(blanks[i])))
			return false;
	return c >= 0x80 || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '\'' || c == '-' || c == '%' || c == '$';
}

static size_t sign_length(const char *s)
{
	unsigned char c = (unsigned char)*s;
	size_t n = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : c >= 0xC0 ? 2 : 1;

	for (size_t i = 1; i < n; i++)
		if (((unsigned char)s[i] & 0xC0) != 0x80)
			return 1;
	return n;
}

/* One of 64 for the first two signs of a word, or of one of "a|b*" up to a blank. */
static uint64_t beginning(const char *s)
{
	unsigned char first = (unsigned char)s[0],
		      second = first ? (unsigned char)s[1] : 0;

	if (second == '|' || second == ' ')
		second = 0;
	return UINT64_C(1) << ((first * 5u + second) & 63);
}

static void add(
	struct words *w, const char *source, size_t from, size_t to, struct word word)
{
	size_t letters = 0, small = 0;
	/* Lower case is never longer: the copy has as many bytes as the source, and words
	 * do not touch. */
	char *out = w->text + from;

	while (from < to && (source[from] == '-' || source[from] == '\''))
		from++, out++;
	while (to > from && (source[to - 1] == '-' || source[to - 1] == '\''))
		to--;
	if (from == to)
		return;
	if ((w->count & (w->count - 1)) == 0)
		w->list = text_realloc(
			w->list, (w->count ? w->count * 2 : 64) * sizeof(*w->list));
	word.text = out;
	word.from = from;
	word.to = to;
	for (size_t i = from; i < to; i++) {
		letters += isalpha((unsigned char)source[i]) != 0;
		small += islower((unsigned char)source[i]) != 0;
		if (!strncmp(source + i, APOSTROPHE, 3)) { /* both kinds are one */
			*out++ = '\'';
			i += 2;
			continue;
		}
		*out++ = (char)tolower((unsigned char)source[i]);
	}
	*out = '\0';
	word.beginning = beginning(word.text);
	word.capitals = letters >= 3 && !small && letters == to - from;
	w->list[w->count++] = word;
}

static size_t tag_length(const char *s)
{
	const char *end;

	if (s[0] != '{' || s[1] != '{')
		return 0;
	end = strstr(s, "}}");
	if (!end)
		return 0;
	end += 2;
	return (size_t)(end - s) + (*end == '}');
}

static bool parts_sentences(const char *s, size_t at)
{
	if (s[at] == '.' || s[at] == '!' || s[at] == '?' || s[at] == ';' || s[at] == ':')
		/* a point within a number or a name is none */
		return s[at] != '.' || !s[at + 1] || isspace((unsigned char)s[at + 1]);
	return s[at] == '\n' &&
	       (s[at + 1] == '\n' || (s[at + 1] == '-' && s[at + 2] == ' ') ||
		       s[at + 1] == '#' || (at == 0 || s[at - 1] == '\n'));
}

void words_read(const char *source, bool template, struct words *ret)
{
	struct word word = {.line = 1};

	*ret = (struct words){.text = text_alloc(strlen(source) + 1)};
	for (size_t i = 0; source[i];) {
		size_t tag = template ? tag_length(source + i) : 0, from = i;

		for (size_t k = 0; k < tag; k++)
			word.line += source[i + k] == '\n';
		i += tag;
		if (tag)
			continue;
		while (source[i] && is_word(source + i))
			i += sign_length(source + i);
		if (i > from) {
			add(ret, source, from, i, word);
			continue;
		}
		word.sentence += parts_sentences(source, i);
		word.line += source[i] == '\n';
		i += sign_length(source + i);
	}
}

/* --- phrases --- */

static bool is_number(const char *s)
{
	bool digit = false;

	for (; *s; s++) {
		if (isdigit((unsigned char)*s))
			digit = true;
		else if (*s != '%' && *s != '$')
			return false;
	}
	return digit;
}

/* One of "a|b|c" (up to a blank). */
static bool is_one_of(const char *word, const char *choice, size_t length)
{
	size_t have = strlen(word);

	while (length) {
		const char *bar = memchr(choice, '|', length);
		size_t n = bar ? (size_t)(bar - choice) : length;

		if (n == 1 && *choice == '#' && is_number(word))
			return true;
		if (n && choice[n - 1] == '*'
				? have >= n - 1 && !strncmp(word, choice, n - 1)
				: have == n && !strncmp(word, choice, n))
			return true;
		choice += n + (bar != NULL);
		length -= n + (bar != NULL);
	}
	return false;
}

static size_t match(const struct words *w, size_t at, const char *phrase, size_t first)
{
	size_t length = strcspn(phrase, " ");
	const char *rest = phrase + length + (phrase[length] == ' ');
	size_t found = 0;

	if (!*phrase)
		return at - first;
	if (length == 3 && !strncmp(phrase, "...", 3)) {
		for (size_t gap = 0; gap <= GAP && !found; gap++)
			found = match(w, at + gap, rest,
				first); /* not deeper than the phrase has words */
		return found;
	}
	if (at >= w->count || w->list[at].sentence != w->list[first].sentence ||
		!is_one_of(w->list[at].text, phrase, length))
		return 0;
	return match(w, at + 1, rest, first);
}

size_t words_match(const struct words *w, size_t at, const char *phrase)
{
	return at < w->count ? match(w, at, phrase, at) : 0;
}

uint64_t words_beginnings(const char *phrase)
{
	uint64_t all = 0;

	for (const char *s = phrase;; s++) {
		if (*s == '#' || (*s && s[1] == '*'))
			return UINT64_MAX;
		all |= beginning(s);
		s += strcspn(s, "| ");
		if (*s != '|')
			return all;
	}
}

double words_reading_age(const struct words *w)
{
	size_t letters = 0, sentences = 0;

	for (size_t i = 0; i < w->count; i++) {
		letters += strlen(w->list[i].text);
		sentences += i == 0 || w->list[i].sentence != w->list[i - 1].sentence;
	}
	if (w->count < AGE_WORDS)
		return 0;
	return 4.71 * (double)letters / (double)w->count +
	       0.5 * (double)w->count / (double)sentences - 21.43 + 5;
}
