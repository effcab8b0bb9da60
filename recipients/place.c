/* SPDX-License-Identifier: MIT */
/*
 * Units and locations. Which unit is sensitive is the policy's business, not decided
 * here.
 */
#include "recipients/place.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "recipients/fold.h"

#define WORDS 24

static const struct {
	const char *word, *full; /* full "": the word goes */
} words_known[] = {{"the", ""}, {"of", ""}, {"police", ""}, {"stn", ""}, {"station", ""},
	{"ps", ""}, {"bcu", ""}, {"dept", "department"}, {"hq", "headquarters"},
	{"rd", "road"}, {"street", "st"}, {"saint", "st"}, {"ave", "avenue"},
	{"ops", "operations"}, {"intel", "intelligence"}, {"cmd", "command"},
	{"div", "division"}, {"sqd", "squad"}, {"nbhd", "neighbourhood"},
	{"neighborhood", "neighbourhood"}};

/* "Basic command unit" and "borough command unit" are a BCU in full. */
static size_t bcu_at(const char *const words[], size_t left)
{
	if (left < 3 || strcmp(words[1], "command") || strcmp(words[2], "unit"))
		return 0;
	return !strcmp(words[0], "basic") || !strcmp(words[0], "borough") ? 3 : 0;
}

static const char *word_full(const char *word)
{
	for (size_t i = 0; i < sizeof(words_known) / sizeof(*words_known); i++)
		if (!strcmp(words_known[i].word, word))
			return words_known[i].full;
	return word;
}

static size_t words_write(
	const char *const words[], size_t count, bool all, char *out, size_t room)
{
	size_t length = 0;

	out[0] = '\0';
	for (size_t i = 0; i < count; i++) {
		size_t bcu = all ? 0 : bcu_at(words + i, count - i);
		const char *word = bcu ? "" : word_full(words[i]);

		if (bcu)
			i += bcu - 1;
		if (!*word && all)
			word = words[i];
		if (*word && length < room)
			length += (size_t)snprintf(out + length, room - length, "%s%s",
				length ? " " : "", word);
	}
	return length < room ? length : room - 1;
}

size_t place_write(const char *text, char *out, size_t room)
{
	char folded[FOLD_ROOM];
	const char *words[WORDS];
	size_t count, length;

	fold_words(text, folded, sizeof(folded));
	count = fold_split(folded, words, WORDS);
	length = words_write(words, count, false, out, room);
	return length ? length : words_write(words, count, true, out, room);
}
