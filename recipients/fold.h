/* SPDX-License-Identifier: MIT */
/*
 * fold: text as people type it -> plain letters that can be compared.
 *
 * UTF-8 in; bytes that are not UTF-8 are read as Windows-1252. Damage from a wrong decoding
 * ("ZoÃ«") is undone. Accents go (Unicode decomposition), and letters that do not decompose are
 * spelt out: ß ss, ø o, ł l, æ ae, þ th. Letters of other scripts stay as they are, without
 * case. What has nothing to compare gives the empty string.
 */
#ifndef RECIPIENTS_FOLD_H
#define RECIPIENTS_FOLD_H

#include <stddef.h>

/* Enough for any field that is compared; what is longer is cut, on both sides alike. */
#define FOLD_ROOM 512

/*
 * Letters keep their case, every kind of quote becomes ', every dash -, every blank one space;
 * the rest of ASCII stays. Returns the length. For those who read meaning out of punctuation
 * (name.c, date.c).
 */
size_t fold_letters(const char *text, char *out, size_t room);

/*
 * Words of letters and digits in lower case with one space between. Apostrophes vanish (o'neill
 * -> oneill), "&" is the word "and", all other punctuation parts words. Returns the length.
 */
size_t fold_words(const char *text, char *out, size_t room);

/* Lower-case letters and digits of `folded` (either kind) alone, nothing between them. In place
 * is fine. */
size_t fold_join(const char *folded, char *out, size_t room);

/*
 * Cuts `folded` at its spaces, in place: `words[i]` points into it. Returns how many, at most
 * `limit`; what is beyond stays part of no word.
 */
size_t fold_split(char *folded, const char *words[], size_t limit);

#endif
