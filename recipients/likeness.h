/* SPDX-License-Identifier: MIT */
/*
 * likeness: how alike two normal forms are.
 */
#ifndef RECIPIENTS_LIKENESS_H
#define RECIPIENTS_LIKENESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LIKENESS_ROOM 192

/*
 * Typing errors between two words: letters added, lost, changed, or two neighbours swapped
 * (optimal string alignment; Damerau, CACM 7(3), 1964). A "?" is any letter. Counts up to
 * `limit` and says limit + 1 for anything beyond it.
 */
size_t likeness_errors(const char *a, const char *b, size_t limit);

/* One or two typing errors apart: one in words up to five letters, two in longer ones, none in
 * one letter. */
bool likeness_typing(const char *a, const char *b);

/* The word as a scanner may have read it: "rn" is "m", "cl" is "d", "1" is "l", "0" is "o" ...
 * Words with equal forms look alike on paper. */
void likeness_scanned(const char *word, char out[LIKENESS_ROOM]);

/* How a name sounds in English, by its consonants: Clark and Clarke, Stephen and Steven,
 * Catherine and Kathryn are equal. Many others are too; ask for the errors as well. */
void likeness_sound(const char *word, char out[LIKENESS_ROOM]);

/* A surname without its prefix: "osullivan" -> "sullivan", "almasri" -> "masri". NULL if it has
 * none; points into `word`. */
const char *likeness_bare(const char *word);

/* How alike two surnames or forenames are (name.h writes them). */
enum likeness {
	LIKENESS_EQUAL, /* but for hyphens */
	LIKENESS_NEAR,	/* one typing error, the same on paper, or another spelling of the sound */
	LIKENESS_CLOSE, /* two typing errors in a longer word */
	LIKENESS_PART,	/* one is a part of the other, or has lost its prefix */
	LIKENESS_NONE
};

/* What is asked of a word again and again. The word stays the caller's. */
struct likeness_word {
	const char *word;
	uint64_t sound, scanned; /* hashes of these forms; sound 0: too short to tell */
	uint32_t letters;	 /* bits of the letters it has */
	bool hyphen, bare;	 /* it has a part, or a prefix, to leave out */
	bool rewritten;		 /* scanned it is another word */
};

void likeness_prepare(const char *word, struct likeness_word *ret);
enum likeness likeness_names(const struct likeness_word *a, const struct likeness_word *b);

#endif
