/* SPDX-License-Identifier: MIT */
/*
 * Names of controllers, made alike. What becomes of another's records is match.c's and
 * stray.c's.
 *
 * What can go wrong: a name of ours that is like none that the settings give. The rows
 * are set apart then, and group asks about each name that it finds (question.h).
 */
#include "recipients/controller.h"

#include <ctype.h>
#include <string.h>

#define NAME_MAX_BYTES 256
#define WORDS_MAX 16
#define BEGINS 3 /* letters by which a name is known */

struct name {
	char bytes[NAME_MAX_BYTES];
	const char *words[WORDS_MAX]; /* those that say who it is */
	size_t count;
	char initials[WORDS_MAX + 1]; /* of all words but the smallest */
};

static bool is_one_of(const char *word, const char *const *words)
{
	for (; *words; words++)
		if (!strcmp(word, *words))
			return true;
	return false;
}

/* Small letters and digits, words parted by NULs. Returns how many words. */
static size_t split(const char *value, struct name *n, const char *all[WORDS_MAX])
{
	size_t length = 0, count = 0;
	bool inside = false;

	for (; *value && length + 2 < NAME_MAX_BYTES; value++) {
		unsigned char c = (unsigned char)*value;
		bool letter = isalnum(c) || c > 127;

		if (letter && !inside) {
			if (count == WORDS_MAX)
				break;
			all[count++] = n->bytes + length;
		}
		if (letter)
			n->bytes[length++] = (char)tolower(c);
		else if (inside && c != '\'')
			n->bytes[length++] = '\0';
		inside = letter || (inside && c == '\'');
	}
	n->bytes[length] = '\0';
	return count;
}

static void read_name(const char *value, struct name *n)
{
	static const char *const small[] = {"the", "of", "and", "for", NULL},
				 *const common[] = {"police", "constabulary",
					 "constabularies", "service", "force", "forces",
					 NULL};
	const char *all[WORDS_MAX];
	size_t count = split(value, n, all), letters = 0;

	n->count = 0;
	for (size_t i = 0; i < count; i++) {
		if (is_one_of(all[i], small))
			continue;
		n->initials[letters++] = *all[i];
		if (!is_one_of(all[i], common))
			n->words[n->count++] = all[i];
	}
	n->initials[letters] = '\0';
	for (size_t i = 0; !n->count && i < count; i++) /* "Police Service" */
		n->words[n->count++] = all[i];
}

/* "met" begins "metropolitan"; "norfolk" begins "norfolk suffolk". */
static bool begins(const struct name *a, const struct name *b)
{
	if (!a->count || a->count > b->count)
		return false;
	for (size_t i = 0; i + 1 < a->count; i++)
		if (strcmp(a->words[i], b->words[i]) != 0)
			return false;
	if (!strcmp(a->words[a->count - 1], b->words[a->count - 1]))
		return true;
	return a->count == b->count && strlen(a->words[a->count - 1]) >= BEGINS &&
	       !strncmp(a->words[a->count - 1], b->words[a->count - 1],
		       strlen(a->words[a->count - 1]));
}

static bool is_initials(const struct name *a, const struct name *b)
{
	return a->count == 1 && strlen(b->initials) > 1 &&
	       !strcmp(a->words[0], b->initials);
}

bool controller_same(const char *a, const char *b)
{
	struct name x, y;

	read_name(a, &x);
	read_name(b, &y);
	return begins(&x, &y) || begins(&y, &x) || is_initials(&x, &y) ||
	       is_initials(&y, &x);
}

bool controller_other(const char *name, const char *const *ours, size_t count)
{
	if (!name || !count)
		return false;
	for (size_t i = 0; i < count; i++)
		if (controller_same(name, ours[i]))
			return false;
	return true;
}
