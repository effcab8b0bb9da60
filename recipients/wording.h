/* SPDX-License-Identifier: MIT */
/*
 * wording: a line of free text in words, and what each of them is taken for so far.
 *
 * Brackets, commas, colons and dashes part a line into segments. Ranks and grades are found at
 * once, also with a slip in them or glued to what follows: "Detective Constablee", "PSJonathan",
 * "Band EeNeal".
 */
#ifndef RECIPIENTS_WORDING_H
#define RECIPIENTS_WORDING_H

#include <stdbool.h>
#include <stddef.h>

#include "recipients/fold.h"
#include "recipients/vocabulary.h"

#define WORDING_WORDS 48 /* what is beyond is not read */

enum wording_use {
	WORDING_NAME,  /* as far as we know */
	WORDING_NOISE, /* "at", "tel" */
	WORDING_RANK,
	WORDING_FACT
};

struct wording_token {
	const char *raw, *word; /* as it was written; folded. The wording's */
	unsigned segment;
	enum wording_use use;
	bool comma; /* the mark before its segment */
	bool named; /* somebody on the list has this name */
};

struct wording {
	const struct vocabulary *list;
	struct wording_token tokens[WORDING_WORDS];
	size_t count;
	char bytes[4 * FOLD_ROOM];
	size_t used;
};

/* Fills an empty one (`list` set, the rest 0) from text that fold_letters wrote. */
void wording_cut(struct wording *w, const char *text);
/* Words that say nothing by themselves; after what they may be a part of was found. */
void wording_drop_noise(struct wording *w);

/* Of the words from..to: are all still free (`noise`: or say nothing), in one segment? */
bool wording_free(const struct wording *w, size_t from, size_t to, bool noise);
bool wording_together(const struct wording *w, size_t from, size_t to);
void wording_write(const struct wording *w, size_t from, size_t to, const char *between,
	char out[FOLD_ROOM]);
void wording_mark(struct wording *w, size_t from, size_t to, enum wording_use use);
size_t wording_end(const struct wording *w, size_t from); /* of the segment */

#endif
