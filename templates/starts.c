/* SPDX-License-Identifier: MIT */
/*
 * A sorted list, and a search by halves. Whether the rest of a phrase stands there is
 * words.c's.
 *
 * What can go wrong: phrases that do not fit are a mistake in their table.
 */
#include "templates/starts.h"

#include <stdlib.h>
#include <string.h>

static int compare_words(const struct start *s, const char *word, size_t length)
{
	int differ = memcmp(s->word, word, s->length < length ? s->length : length);

	return differ ? differ : (s->length > length) - (s->length < length);
}

static int compare(const void *a, const void *b)
{
	const struct start *x = a, *y = b;
	int differ = compare_words(x, y->word, y->length);

	return differ ? differ : (x->phrase > y->phrase) - (x->phrase < y->phrase);
}

void starts_add(struct starts *s, const char *phrase, size_t number)
{
	for (size_t n; *phrase && *phrase != ' '; phrase += n + (phrase[n] == '|')) {
		n = strcspn(phrase, "| ");
		if (s->count == sizeof(s->list) / sizeof(*s->list) || *phrase == '#' ||
			memchr(phrase, '*', n))
			abort();
		s->list[s->count++] = (struct start){phrase, n, number};
	}
}

void starts_sort(struct starts *s)
{
	qsort(s->list, s->count, sizeof(*s->list), compare);
}

size_t starts_find(const struct starts *s, const char *word)
{
	size_t length = strlen(word), from = 0, to = s->count;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (compare_words(&s->list[middle], word, length) < 0)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

bool starts_are(const struct starts *s, size_t at, const char *word)
{
	return at < s->count && !compare_words(&s->list[at], word, strlen(word));
}
