/* SPDX-License-Identifier: MIT */
/*
 * phrase: finds many phrases in one pass over a text.
 *
 * Aho-Corasick, so the time is linear in the text whatever it holds. Phrases are written
 * in lower case with one blank between words. In the text any run of blanks and line ends
 * counts as one blank, letters compare case-blind (Latin, Cyrillic), curly apostrophes are
 * straight ones. A blank at either end of a phrase asks for the end of a word there; the
 * text counts as having one before and behind.
 */
#ifndef MAILER_WIRE_PHRASE_H
#define MAILER_WIRE_PHRASE_H

#include <stdint.h>

#include "mailer/wire/span.h"

#define PHRASE_FREQUENT 64 /* classes of bytes that a scan is quick with */

struct phrase {
	const char *words;
	unsigned char kind; /* which of the owner's sections, from 0 */
	bool family;	    /* one mail system alone says so */
	uint16_t same;	    /* phrase's own: another of the same words, plus one */
};

/*
 * A vocabulary: lines of text, "[section]" and below it a phrase a line; "#" a comment;
 * "~ " before a phrase: of one family; "_" at either end of a phrase: a blank there. Its
 * sections are those of the owner, in the owner's order; one that is unknown ends the
 * process when the set is built, in every test.
 */
struct phrase_set {
	const char *source;
	const char *const *sections; /* NULL at the end */
	/* from here on phrase's own: built by the first scan, never freed */
	struct phrase *table;
	size_t count;
	unsigned char class_of[256];
	/* what follows a state on a class: a state, and a mark if phrases end there */
	uint16_t (*rows)[PHRASE_FREQUENT];
	uint16_t *rare_rows; /* on one of the other classes */
	unsigned rare;	     /* how many these are */
	uint16_t *found;  /* [state]: which phrase ends here, plus one */
	uint16_t *shorter; /* [state]: the next state with a phrase that ends here too; 0: none */
};

struct phrase_hit {
	const struct phrase *phrase;
	size_t start, end; /* bytes of the text */
};

/* Builds what a scan needs; a process in a cage does it before. */
void phrase_prepare(struct phrase_set *set);

/* The first `room` hits, in the order of their ends. */
size_t phrase_scan(struct phrase_set *set, struct span text, struct phrase_hit hits[],
	size_t room);

#endif
