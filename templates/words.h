/* SPDX-License-Identifier: MIT */
/*
 * words: a text as a row of words, each with its line, so that phrases are found wherever the lines break.
 *
 * A word is a run of letters, digits and the signs that hold words together (' - % $), in lower case, a curly apostrophe as ';
 * other signs part words, and . ! ? ; : a blank line and a list item's dash also part sentences. Tags of a template are
 * left out.
 */
#ifndef TEMPLATES_WORDS_H
#define TEMPLATES_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "recipients/text.h"

struct word {
	const char *text; /* lower case ASCII, other bytes as they are */
	unsigned line;
	size_t from, to;  /* its bytes in the source */
	unsigned sentence; /* from 0: words of one sentence have the same */
	bool capitals;	   /* three letters or more, all of them capitals */
	uint64_t beginning; /* words_beginnings */
};

struct words {
	struct word *list;
	size_t count;
	char *text; /* what the words point into */
};

void words_done(struct words *w);
#define auto_words __attribute__((cleanup(words_done))) struct words

/* `template`: what stands between {{ and }} is not text. */
void words_read(const char *source, bool template, struct words *ret);

/*
 * Where a phrase stands from word `at` on: the number of words that it takes, 0 if it does not stand there. A phrase is
 * words with blanks between them; a|b is one of several; "..." is up to four words of the same sentence, or none; # is a
 * number. A word ending in * is a beginning.
 */
size_t words_match(const struct words *w, size_t at, const char *phrase);

/* With which two letters a phrase may begin, bits of a hash, and whether a word may begin it: most begin none. */
uint64_t words_beginnings(const char *phrase);
static inline bool words_may_begin(const struct words *w, size_t at, uint64_t beginnings)
{
	return w->list[at].beginning & beginnings;
}

/*
 * The reading age of a text in years: the Automated Readability Index (Smith and Senter, 1967; coefficients of Kincaid et
 * al., 1975), 4.71 letters per word + 0.5 words per sentence - 21.43 school years, and five years. It counts no syllables,
 * so it is the same on every machine. 0: too short to say (under 100 words).
 */
double words_reading_age(const struct words *w);

#endif
