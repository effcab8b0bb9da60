/* SPDX-License-Identifier: MIT */
/*
 * Likeness of words. What follows from it is linkage.c's.
 *
 * What can go wrong: two real names may be one letter apart (Khan, Kahn). Likeness never
 * proves anything alone.
 */
#include "recipients/likeness.h"

#include <stdio.h>
#include <string.h>

#define LETTERS 64 /* longer words are not compared */

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/*
 * A column of the table of edit distances at a time, a bit for each letter of `a`: H.
 * Hyyroe, A Bit-Vector Algorithm for Computing Levenshtein and Damerau Edit Distances
 * (Nordic J. of Computing 10, 2003). `up` and `down`: where the distance is one more or
 * one less than in the row above.
 */
static size_t count_errors(const char *a, size_t n, const char *b, size_t m)
{
	uint64_t meets[256], any = 0, up = UINT64_MAX, down = 0, same = 0, before = 0,
			     last = (uint64_t)1 << (n - 1);
	size_t errors = n;

	for (size_t j = 0; j < m; j++)
		meets[(unsigned char)b[j]] = 0; /* of the others nobody asks */
	for (size_t i = 0; i < n; i++)
		meets[(unsigned char)a[i]] = 0;
	for (size_t i = 0; i < n; i++) {
		meets[(unsigned char)a[i]] |= (uint64_t)1 << i;
		any |= a[i] == '?' ? (uint64_t)1 << i : 0;
	}
	for (size_t j = 0; j < m; j++) {
		uint64_t met = meets[(unsigned char)b[j]] | any,
			 swapped = (~same & met) << 1 & before, left_up, left_down;

		same = (((met & up) + up) ^ up) | met | down | swapped;
		left_up = down | ~(same | up);
		left_down = same & up;
		errors += left_up & last ? 1 : 0;
		errors -= left_down & last ? 1 : 0;
		left_up = left_up << 1 | 1;
		up = left_down << 1 | ~(same | left_up);
		down = left_up & same;
		before = met;
	}
	return errors;
}

size_t likeness_errors(const char *a, const char *b, size_t limit)
{
	size_t n = strlen(a), m = strlen(b);

	if (n == m && !memcmp(a, b, n))
		return 0;
	if (n > LETTERS || m > LETTERS || (n > m ? n - m : m - n) > limit)
		return limit + 1;
	return least(n ? count_errors(a, n, b, m) : m, limit + 1);
}

bool likeness_typing(const char *a, const char *b)
{
	size_t n = strlen(a), m = strlen(b), shorter = least(n, m);

	if (shorter < 2)
		return !strcmp(a, b);
	return likeness_errors(a, b, 2) <= (shorter <= 5 ? 1u : 2u);
}

/* --- names --- */

static bool begins(const char *word, const char *with)
{
	while (*with && *word == *with) {
		word++;
		with++;
	}
	return !*with;
}

static const struct {
	const char *from, *to;
} scans[] = {{"rn", "m"}, {"cl", "d"}, {"vv", "w"}, {"li", "h"}, {"0", "o"}, {"1", "l"},
	{"5", "s"}, {"8", "b"}, {"6", "g"}, {"9", "g"}, {"q", "g"}};

void likeness_scanned(const char *word, char out[LIKENESS_ROOM])
{
	size_t length = 0;

	while (*word && length + 2 < LIKENESS_ROOM) {
		size_t i = 0, count = sizeof(scans) / sizeof(*scans);

		while (i < count && !begins(word, scans[i].from))
			i++;
		if (*word != '-')
			out[length++] = i < count ? *scans[i].to : *word;
		word += i < count ? strlen(scans[i].from) : 1;
	}
	out[length] = '\0';
}

/* Longest first. What is not here and no vowel stays as it is. */
static const struct {
	const char *from, *to;
} sounds[] = {{"tch", "c"}, {"sch", "s"}, {"ough", ""}, {"eigh", ""}, {"igh", ""},
	{"ph", "v"}, {"gh", ""}, {"ck", "k"}, {"sh", "s"}, {"th", "t"}, {"wh", "w"},
	{"kn", "n"}, {"wr", "r"}, {"dg", "j"}, {"ge", "j"}, {"gi", "j"}, {"ce", "s"},
	{"ci", "k"}, {"q", "k"}, {"x", "ks"}, {"z", "s"}, {"c", "k"}, {"f", "v"},
	{"d", "t"}, {"h", ""}, {"w", ""}, {"-", ""}};

void likeness_sound(const char *word, char out[LIKENESS_ROOM])
{
	const char *const start = word;
	size_t length = 0, count = sizeof(sounds) / sizeof(*sounds);

	while (*word && length + 3 < LIKENESS_ROOM) {
		char one[2] = {*word, '\0'};
		const char *to = one;
		size_t i = 0, taken = 1;

		while (i < count && !begins(word, sounds[i].from))
			i++;
		if (i < count) {
			to = sounds[i].to;
			taken = strlen(sounds[i].from);
		} else if (strchr("aeiouy", *word)) {
			to = word == start ? "a" : "";
		}
		for (; *to; to++)
			if (!length || out[length - 1] != *to)
				out[length++] = *to;
		word += taken;
	}
	out[length] = '\0';
}

const char *likeness_bare(const char *word)
{
	static const char *const prefixes[] = {"van", "von", "mc", "mac", "al", "el",
		"de", "di", "da", "du", "la", "le", "ni", "st", "o"};

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(*prefixes); i++) {
		size_t length = strlen(prefixes[i]);

		if (begins(word, prefixes[i]) && strlen(word) >= length + 4)
			return word + length + (word[length] == '-');
	}
	return NULL;
}

static bool has_part(const char *whole, const char *part)
{
	size_t length = strlen(part);

	for (const char *p = whole; *p; p += *p == '-') {
		size_t count = strcspn(p, "-");

		if (length > 2 && count == length && !strncmp(p, part, count))
			return true;
		p += count;
	}
	return false;
}

static bool is_part(const char *a, const char *b)
{
	const char *bare_a = likeness_bare(a), *bare_b = likeness_bare(b);

	return has_part(a, b) || has_part(b, a) || (bare_a && !strcmp(bare_a, b)) ||
	       (bare_b && !strcmp(bare_b, a));
}

static uint64_t hash_of(const char *text)
{
	uint64_t hash = 0xcbf29ce484222325; /* FNV-1a */

	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * 0x100000001b3;
	return hash;
}

void likeness_prepare(const char *word, struct likeness_word *ret)
{
	char form[LIKENESS_ROOM];

	*ret = (struct likeness_word){.word = word,
		.hyphen = strchr(word, '-') != NULL,
		.bare = likeness_bare(word) != NULL};
	likeness_sound(word, form);
	ret->sound = form[0] && form[1] ? hash_of(form) : 0;
	likeness_scanned(word, form);
	ret->scanned = hash_of(form);
	ret->rewritten = strcmp(word, form) != 0;
	for (; *word; word++)
		if (*word != '-')
			ret->letters |= 1u << (*word & 31);
}

static const char *without_hyphens(
	const struct likeness_word *w, char room[LIKENESS_ROOM])
{
	size_t length = 0;

	if (!w->hyphen)
		return w->word;
	for (const char *p = w->word; *p && length + 1 < LIKENESS_ROOM; p++)
		if (*p != '-')
			room[length++] = *p;
	room[length] = '\0';
	return room;
}

/* The same on paper, but for a typing error. */
static bool nearly_scanned(const char *left, const char *right)
{
	char a[LIKENESS_ROOM], b[LIKENESS_ROOM];

	likeness_scanned(left, a);
	likeness_scanned(right, b);
	return likeness_errors(a, b, 1) <= 1;
}

/* Two errors change four letters at most. */
#define LETTERS_MOST 4

enum likeness likeness_names(const struct likeness_word *a, const struct likeness_word *b)
{
	char left_room[LIKENESS_ROOM], right_room[LIKENESS_ROOM];
	bool sound = a->sound && a->sound == b->sound, scanned = a->scanned == b->scanned;
	bool parts = a->hyphen || b->hyphen || a->bare || b->bare;
	const char *left, *right;
	size_t errors, shorter;

	if (!sound && !scanned && !parts &&
		__builtin_popcount(a->letters ^ b->letters) > LETTERS_MOST)
		return LIKENESS_NONE;
	left = without_hyphens(a, left_room);
	right = without_hyphens(b, right_room);
	errors = likeness_errors(left, right, sound ? 3 : 2);
	shorter = least(strlen(left), strlen(right));
	if (!errors)
		return LIKENESS_EQUAL;
	if (shorter > 1 && (errors == 1 || scanned || (sound && errors <= 3)))
		return LIKENESS_NEAR;
	if ((errors == 2 && shorter > 4) ||
		(shorter > 3 && (a->rewritten || b->rewritten) &&
			nearly_scanned(left, right)))
		return LIKENESS_CLOSE;
	return parts && is_part(a->word, b->word) ? LIKENESS_PART : LIKENESS_NONE;
}
