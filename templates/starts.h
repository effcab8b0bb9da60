/* SPDX-License-Identifier: MIT */
/*
 * starts: phrases by the word that they begin with. A text has thousands of words and a list of phrases hundreds; most
 * words begin none of them.
 */
#ifndef TEMPLATES_STARTS_H
#define TEMPLATES_STARTS_H

#include <stdbool.h>
#include <stddef.h>

struct start {
	const char *word; /* into the phrase; ends after `length` */
	size_t length;
	size_t phrase; /* its number */
};

/* Start with zeros; lives as long as its phrases. */
struct starts {
	struct start list[1024];
	size_t count;
};

/*
 * A phrase of words.h, which begins with a word or one of several (a|b c), not with # or a part of a word. Once all are
 * added they are sorted: by word, and of the same word in the order of their numbers.
 */
void starts_add(struct starts *s, const char *phrase, size_t number);
void starts_sort(struct starts *s);

/* Where those that begin with this word stand first, if any do, and whether there is one at `at`. */
size_t starts_find(const struct starts *s, const char *word);
bool starts_are(const struct starts *s, size_t at, const char *word);

#endif
