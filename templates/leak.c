/* SPDX-License-Identifier: MIT */
/*
 * Texts as one long row of hashed words, and two chained tables over it: of single words,
 * and of words with the word behind them. What a value is, and which may be said, is
 * mailer/leakage.c's; how a text is rendered is others'.
 */
#include "templates/leak.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "recipients/text.h"

#define NO_WORD 0 /* between texts */
#define NOWHERE UINT32_MAX

struct source {
	char *file, *where;
};

struct said {
	uint64_t hash, single; /* single: as what it is found alone; NO_WORD: it is not */
	uint32_t source, next_single, next_pair;
	unsigned line;
	bool capital, first, digits;
};

struct leak_texts {
	struct source *sources;
	size_t sources_count;
	struct said *list;
	size_t count;
	uint32_t *singles, *pairs; /* heads of chains, by hash; NULL until asked */
	size_t slots;
};

/* --- words --- */

struct scan {
	const char *at;
	unsigned line;
	bool first; /* the next word begins a sentence, an item, a heading */
	bool joins; /* nothing but one blank, dash or line's end since the last word */
};

struct token {
	uint64_t hash;
	size_t letters, digits;
	bool capital;
};

/* Dashes and quotes (U+2000 ff.), and the signs of U+0080 ff.: how many bytes; else 1. */
static size_t sign_length(const char *s)
{
	unsigned char a = (unsigned char)s[0], b = (unsigned char)s[1];

	return a == 0xE2 && b == 0x80 && s[2] ? 3 : a == 0xC2 && b ? 2 : 1;
}

static bool is_of_word(const char *s)
{
	return isalnum((unsigned char)*s) ||
	       ((unsigned char)*s >= 0x80 && sign_length(s) == 1);
}

/* ' and U+2019 within a word: as long as they are; 0: it is none. */
static size_t apostrophe(const char *s)
{
	size_t length = *s == '\'' ? 1 : !strncmp(s, "\xe2\x80\x99", 3) ? 3 : 0;

	return length && is_of_word(s + length) ? length : 0;
}

static uint64_t mix(uint64_t hash, unsigned char c)
{
	return (hash ^ c) * UINT64_C(0x100000001b3);
}

static uint64_t finish(uint64_t hash)
{
	hash ^= hash >> 32;
	hash *= UINT64_C(0x9e3779b97f4a7c15);
	hash ^= hash >> 29;
	return hash ? hash : 1;
}
#define BEGINNING UINT64_C(0xcbf29ce484222325)

/* As what a sign of a word is hashed; 0: it is none. Most are ASCII. */
static unsigned char sign_of_word(const char *s)
{
	unsigned char c = (unsigned char)*s;

	if (c >= 'A' && c <= 'Z')
		return c | 0x20;
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || is_of_word(s) ? c : 0;
}

/* The word at `*s`, which is moved behind it; `joined` goes on with its signs. */
static struct token take_word(const char **s, uint64_t *joined)
{
	struct token w = {.hash = BEGINNING, .capital = isupper((unsigned char)**s)};
	unsigned char c;

	while ((c = sign_of_word(*s)) || apostrophe(*s)) {
		bool nought = c == '0' && isdigit((unsigned char)(*s)[1]);

		*s += c ? 1 : apostrophe(*s);
		if (!c)
			continue;
		if (!nought || *joined != BEGINNING)
			*joined = mix(*joined, c);
		if (nought && !w.digits && !w.letters)
			continue;
		w.hash = mix(w.hash, c);
		w.digits += isdigit(c) != 0;
		w.letters += !isdigit(c);
	}
	w.hash = finish(w.hash);
	return w;
}

static size_t tag_length(const char *s)
{
	const char *end = s[0] == '{' && s[1] == '{' ? strstr(s, "}}") : NULL;

	return end ? (size_t)(end + 2 - s) + (end[2] == '}') : 0;
}

/* Up to the next word or the end; true: behind a tag. */
static bool skip_signs(struct scan *s, bool template)
{
	char first = *s->at;
	size_t signs = 0;

	s->joins = first == ' ' || first == '-' || first == '\n' ||
		   !strncmp(s->at, "\xc2\xa0", 2);
	for (; *s->at && !is_of_word(s->at); signs++) {
		size_t tag = template ? tag_length(s->at) : 0;

		for (size_t i = 0; i < tag; i++)
			s->line += s->at[i] == '\n';
		s->at += tag;
		if (tag)
			return true;
		/* an indent belongs to the line's end before it */
		s->joins = s->joins && (!signs || (first == '\n' && *s->at == ' '));
		s->first = s->first || strchr(".!?:;#*", *s->at) ||
			   (*s->at == '-' && s->at[1] == ' ') ||
			   (*s->at == '\n' && s->at[1] == '\n');
		s->line += *s->at == '\n';
		s->at += sign_length(s->at);
	}
	return false;
}

/* --- texts --- */

struct leak_texts *leak_texts_new(void)
{
	return text_alloc(sizeof(struct leak_texts));
}

static void push(struct leak_texts *t, const struct said *word)
{
	if ((t->count & (t->count - 1)) == 0)
		t->list = text_realloc(
			t->list, (t->count ? t->count * 2 : 1) * sizeof(*t->list));
	t->list[t->count++] = *word;
}

static uint32_t add_source(struct leak_texts *t, const char *file, const char *where)
{
	t->sources =
		text_realloc(t->sources, (t->sources_count + 1) * sizeof(*t->sources));
	t->sources[t->sources_count] = (struct source){text_copy(file), text_copy(where)};
	return (uint32_t)t->sources_count++;
}

/* Of a number in groups the first stands for all, and the others for nothing. */
struct number {
	size_t head; /* of this run of groups */
	uint64_t joined;
};

static void add_word(
	struct leak_texts *t, struct scan *s, struct said *word, struct number *run)
{
	const struct said *before = t->count ? &t->list[t->count - 1] : NULL;
	bool more = before && before->digits && s->joins;
	struct token w;

	if (!more)
		*run = (struct number){t->count, BEGINNING};
	w = take_word(&s->at, &run->joined);
	word->hash = word->single = w.hash;
	word->capital = w.capital;
	word->first = s->first;
	word->digits = w.digits && !w.letters;
	if (more && word->digits) {
		t->list[run->head].single = finish(run->joined);
		word->single = NO_WORD;
	}
	s->first = false;
	push(t, word);
}

void leak_texts_add(struct leak_texts *t, const char *file, const char *where,
	const char *text, bool template)
{
	struct scan s = {.at = text, .line = 1, .first = true};
	const uint32_t source = add_source(t, file, where);
	struct number run = {0};
	bool tag;

	do {
		struct said word = {.source = source};

		tag = skip_signs(&s, template);
		word.line = where ? 0 : s.line;
		if (!tag && *s.at)
			add_word(t, &s, &word, &run);
		else
			push(t, &word); /* no value goes over it */
	} while (tag || *s.at);
	free(t->singles);
	t->singles = NULL;
}

void leak_texts_free(struct leak_texts *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->sources_count; i++) {
		free(t->sources[i].file);
		free(t->sources[i].where);
	}
	free(t->sources);
	free(t->list);
	free(t->singles);
	free(t);
}

void leak_texts_freep(struct leak_texts **t)
{
	leak_texts_free(*t);
	*t = NULL;
}

/* --- looking --- */

void leak_value_read(const char *value, struct leak_value *ret)
{
	struct scan s = {.at = value};
	uint64_t joined = BEGINNING;

	*ret = (struct leak_value){0};
	for (; ret->count < LEAK_VALUE_MAX; ret->count++) {
		struct token w;

		(void)skip_signs(&s, false);
		if (!*s.at)
			break;
		w = take_word(&s.at, &joined);
		ret->words[ret->count] = w.hash;
		ret->capital[ret->count] = w.capital;
		ret->letters += w.letters;
		ret->digits += w.digits;
	}
	ret->joined = finish(joined);
}

static uint64_t pair(uint64_t a, uint64_t b)
{
	return finish(a ^ (b << 21 | b >> 43));
}

/* Chains run from the front of the texts to their end. */
static void arrange(struct leak_texts *t)
{
	for (t->slots = 1024; t->slots < 4 * t->count; t->slots *= 2)
		;
	t->singles = text_alloc(2 * t->slots * sizeof(*t->singles));
	t->pairs = t->singles + t->slots;
	memset(t->singles, 0xff, 2 * t->slots * sizeof(*t->singles));
	for (size_t i = t->count; i-- > 0;) {
		struct said *w = &t->list[i];
		uint64_t next = i + 1 < t->count ? w[1].hash : NO_WORD;
		uint32_t *single = &t->singles[w->single & (t->slots - 1)];
		uint32_t *both = &t->pairs[pair(w->hash, next) & (t->slots - 1)];

		w->next_single = *single;
		*single = (uint32_t)i;
		w->next_pair = *both;
		*both = (uint32_t)i;
	}
}

static bool tell_place(
	const struct leak_texts *t, const struct said *w, struct leak_place *ret)
{
	const struct source *from = &t->sources[w->source];

	*ret = (struct leak_place){from->file, from->where, w->line};
	return true;
}

/* Does the value stand at this word? Behind the last word of a text there is always none.
 */
static bool stands(const struct said *w, const struct leak_value *v, bool capital)
{
	for (size_t i = 0; i < v->count; i++)
		if (w[i].hash != v->words[i] ||
			(capital && v->capital[i] && !w[i].capital))
			return false;
	return true;
}

bool leak_texts_find(struct leak_texts *t, const struct leak_value *v, bool capital,
	struct leak_place *ret)
{
	if (!t->singles)
		arrange(t);
	if (v->count < 2)
		return false;
	for (uint32_t at = t->pairs[pair(v->words[0], v->words[1]) & (t->slots - 1)];
		at != NOWHERE; at = t->list[at].next_pair)
		if (stands(&t->list[at], v, capital))
			return tell_place(t, &t->list[at], ret);
	return false;
}

bool leak_texts_find_word(
	struct leak_texts *t, uint64_t word, bool proper, struct leak_place *ret)
{
	if (!t->singles)
		arrange(t);
	for (uint32_t at = t->singles[word & (t->slots - 1)]; at != NOWHERE;
		at = t->list[at].next_single) {
		const struct said *w = &t->list[at];

		if (w->single == word && (!proper || (w->capital && !w->first)))
			return tell_place(t, w, ret);
	}
	return false;
}
