/* SPDX-License-Identifier: MIT */
/*
 * What the new text of a reply says, by words/reply.txt, sentence by sentence: a phrase
 * counts as an acknowledgement unless its sentence is a question, or denies it, puts it
 * off or makes conditions before it. What a person needs, or fears, counts wherever it
 * stands.
 *
 * It understands no language, it finds phrases. What it takes for a question is seen by
 * an officer, so in doubt it is one.
 */
#include "mailer/wire/reply_sense.h"

#include <stdlib.h>
#include <string.h>

#include "mailer/wire/phrase.h"
#include "recipients/text.h"
#include "words.h"

enum sense {
	ACK,
	SHORT_ACK,
	NOT,
	NEVER,
	ASKS,
	NO_QUESTION,
	QUESTION,
	WORRIED,
	NOT_WORRIED
};
static const char *const sections[] = {"ack", "short ack", "not", "never", "asks",
	"no question", "question", "worried", "not worried", NULL};
static struct phrase_set words = {.source = words_reply, .sections = sections};

#define HITS_MAX 4096
#define SHORT 40      /* bytes of a sentence that may be "Received, thank you" */
#define SHORT_WORDS 5 /* ... and its words */
#define SHORT_LINE 40 /* a line that ends before that ends its sentence too */

/* One sentence: a stretch of the text, and the hits that begin in it. */
struct sentence {
	size_t start, end;
	bool question; /* by its mark */
	const struct phrase_hit *hits;
	size_t count;
};

/* --- sentences --- */

/* Signs of punctuation. */
static const bool is_mark[256] = {['\0'] = true,
	['\t' ... '\n'] = true,
	['!' ... '"'] = true,
	['(' ... ','] = true,
	['.' ... '/'] = true,
	[':' ... '?'] = true,
	['[' ... ']'] = true,
	['_'] = true,
	['{' ... '~'] = true};

/* A sentence may end at a mark: 0 not here, 1 it does, 2 with a question mark. */
static int end_at(struct span text, size_t i, size_t line_start)
{
	char c = text.at[i], next;
	bool behind;

	next = i + 1 < text.length ? text.at[i + 1] : '\n';
	behind = next == ' ' || next == '\n' || next == '"' || next == ')' ||
		 next == '?' || next == '!' || (next & 0x80);
	if (c == '?' && behind)
		return 2;
	if ((c == '.' || c == '!') && behind)
		return 1;
	if (c == '\n' && (next == '\n' || i - line_start < SHORT_LINE))
		return 1;
	return 0;
}

static bool next_sentence(struct span text, struct sentence *s)
{
	size_t line_start = s->end, i = s->end;
	int end = 0;

	s->start = i;
	for (; i < text.length && !end; i++) {
		if (!is_mark[(unsigned char)text.at[i]])
			continue;
		end = end_at(text, i, line_start);
		if (text.at[i] == '\n')
			line_start = i + 1;
	}
	s->end = i;
	s->question = end == 2;
	return s->start < text.length;
}

/* Dashes, quotes and other punctuation of Unicode, but for apostrophes. */
static bool is_wide_mark(const char *p, size_t left)
{
	return p[0] == '\xe2' && left >= 3 && p[1] == '\x80' && p[2] != '\x99' &&
	       p[2] != '\x98';
}

/* The same bytes with a blank for each sign of punctuation, but for those within words.
 */
static void soften(struct span text, struct text *out)
{
	char *bytes;

	text_add(out, text.at, text.length);
	bytes = out->bytes;
	for (size_t i = 0; i < text.length; i++)
		bytes[i] = is_mark[(unsigned char)bytes[i]] ? ' ' : bytes[i];
	for (char *p = bytes; (p = memchr(p, '\xe2', text.length - (size_t)(p - bytes)));
		p++)
		if (is_wide_mark(p, text.length - (size_t)(p - bytes)))
			memset(p, ' ', 3);
}

/* --- what a sentence says --- */

static size_t count_kind(const struct sentence *s, enum sense kind, size_t before)
{
	size_t count = 0;

	for (size_t i = 0; i < s->count; i++)
		count += s->hits[i].phrase->kind == kind && s->hits[i].start < before;
	return count;
}

static bool has(const struct sentence *s, enum sense kind)
{
	return count_kind(s, kind, (size_t)-1) > 0;
}

/* Does a phrase of this kind stand within one of the other? */
static bool is_within(
	const struct sentence *s, const struct phrase_hit *hit, enum sense kind)
{
	for (size_t i = 0; i < s->count; i++)
		if (s->hits[i].phrase->kind == kind && s->hits[i].start < hit->end &&
			hit->start < s->hits[i].end)
			return true;
	return false;
}

static bool says(const struct sentence *s, enum sense kind, enum sense but)
{
	for (size_t i = 0; i < s->count; i++)
		if (s->hits[i].phrase->kind == kind && !is_within(s, &s->hits[i], but))
			return true;
	return false;
}

static bool is_short(const struct sentence *s, struct span soft)
{
	size_t said = 0;

	for (size_t i = s->start; i < s->end; i++)
		said += soft.at[i] > ' ' && (i == s->start || soft.at[i - 1] <= ' ');
	return s->end - s->start <= SHORT && said <= SHORT_WORDS;
}

static bool acknowledges(const struct sentence *s, struct span soft)
{
	const struct phrase_hit *hit;

	if (s->question || has(s, NEVER))
		return false;
	for (size_t i = 0; i < s->count; i++) {
		hit = &s->hits[i];
		if ((hit->phrase->kind == ACK ||
			    (hit->phrase->kind == SHORT_ACK && is_short(s, soft))) &&
			!count_kind(s, NOT, hit->start))
			return true;
	}
	return false;
}

/* "Can you ...", and "Hi, can you ...": at the start, or behind a comma. */
static bool opens_with_question(const struct sentence *s, struct span text)
{
	size_t at;

	for (size_t i = 0; i < s->count; i++) {
		if (s->hits[i].phrase->kind != QUESTION ||
			is_within(s, &s->hits[i], NO_QUESTION))
			continue;
		at = s->hits[i].start;
		while (at > s->start && strchr(" \n", text.at[at]))
			at--;
		/* the blank before a phrase may be the mark that ended a sentence */
		if (at <= s->start || strchr(",;:-", text.at[at]))
			return true;
	}
	return false;
}

static void understand(const struct sentence *s, struct span text, struct span soft,
	struct reply_sense *ret)
{
	if (acknowledges(s, soft))
		ret->says_ack = true;
	if (s->question || opens_with_question(s, text) || says(s, ASKS, NO_QUESTION))
		ret->asks = true;
	if (says(s, WORRIED, NOT_WORRIED))
		ret->worried = true;
}

void reply_sense_read(struct span text, struct reply_sense *ret)
{
	static struct phrase_hit hits[HITS_MAX]; /* large: not on the stack */
	auto_text_buffer soft = {0};
	struct sentence s = {.hits = hits};
	struct span plain;
	size_t count;

	*ret = (struct reply_sense){0};
	soften(text, &soft);
	plain = (struct span){text_string(&soft), soft.length};
	count = phrase_scan(&words, plain, hits, HITS_MAX);
	while (next_sentence(text, &s)) {
		for (s.count = 0; s.count < count && s.hits[s.count].end <= s.end + 1;
			s.count++)
			;
		understand(&s, text, plain, ret);
		s.hits += s.count;
		count -= s.count;
	}
}

void reply_sense_prepare(void)
{
	phrase_prepare(&words);
}
