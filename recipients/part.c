/* SPDX-License-Identifier: MIT */
/*
 * The words for parts. Which columns of a file they are found in is columns.c's; who must
 * not learn of whom is parties.c's.
 *
 * What can go wrong: a column that begins with such a word and is about something else
 * ("Witness statements: 3"). The rest of its header then means no field, and it is kept
 * under its own name.
 */
#include "recipients/part.h"

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define HEADER_MAX 96 /* a longer header is a sentence */

static const struct {
	const char *word, *role;
	enum part_side side;
	bool header; /* a column that begins or ends with it speaks of this part */
} words[] = {
	{"injured party", "victim", PART_AT_RISK, true},
	{"complainant", "victim", PART_AT_RISK, true},
	{"aggrieved", "victim", PART_AT_RISK, true},
	{"victim", "victim", PART_AT_RISK, true},
	{"witness", "witness", PART_AT_RISK, true},
	{"alleged offender", "suspect", PART_OPPOSED, true},
	{"offender", "suspect", PART_OPPOSED, true},
	{"perpetrator", "suspect", PART_OPPOSED, true},
	{"defendant", "suspect", PART_OPPOSED, true},
	{"accused", "suspect", PART_OPPOSED, true},
	{"suspect", "suspect", PART_OPPOSED, true},
	{"officer in the case", "officer", PART_NEUTRAL, true},
	{"officer in case", "officer", PART_NEUTRAL, true},
	{"investigating officer", "officer", PART_NEUTRAL, true},
	{"officer", "officer", PART_NEUTRAL, true},
	{"oic", "officer", PART_NEUTRAL, true},
	{"informant", "informant", PART_AT_RISK, false},
	{"survivor", "survivor", PART_AT_RISK, false},
	{"reporting person", "reporting-person", PART_AT_RISK, false},
	{"arrested person", "arrested-person", PART_OPPOSED, false},
};
#define WORDS (sizeof(words) / sizeof(words[0]))

bool part_parse(const char *s, size_t length, char ret[PART_NAME])
{
	size_t n = 0;

	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)s[i];
		bool gap = c == ' ' || c == '_' || c == '-';

		if (n + 1 >= PART_NAME || c > 127 || !(gap || isalnum(c)))
			return false;
		ret[n++] = gap ? '-' : (char)tolower(c);
	}
	ret[n] = '\0';
	return n && isalpha((unsigned char)*ret);
}

void part_role(const char *part, char ret[PART_NAME])
{
	size_t n;

	(void)snprintf(ret, PART_NAME, "%s", part);
	n = strlen(ret);
	while (n > 1 && (isdigit((unsigned char)ret[n - 1]) || ret[n - 1] == '-'))
		ret[--n] = '\0';
}

/* Does a new word begin at `s[i]`, without a blank before it? "Victim1DOB" is three. */
static bool begins_word(const char *s, size_t i)
{
	unsigned char c = (unsigned char)s[i], last = i ? (unsigned char)s[i - 1] : ' ';

	return !isdigit(c) != !isdigit(last) || (isupper(c) && islower(last));
}

/* Words parted by one blank, in small letters: "Victim's DOB" is "victim dob". Longer
 * than HEADER_MAX: nothing. */
static void split_words(const char *s, char out[HEADER_MAX])
{
	size_t n = 0;

	for (size_t i = 0; s[i]; i++) {
		unsigned char c = (unsigned char)s[i];
		bool word = isalnum(c) || c > 127 || c == '#';

		if (n + 2 >= HEADER_MAX) {
			n = 0;
			break;
		}
		if (c == '\'' && s[i + 1] == 's')
			i++;
		if (n && out[n - 1] != ' ' && (!word || begins_word(s, i)))
			out[n++] = ' ';
		if (word)
			out[n++] = (char)tolower(c);
	}
	while (n && out[n - 1] == ' ')
		n--;
	out[n] = '\0';
}

/* Does `s` begin with these words, as whole words? */
static bool begins(const char *s, const char *word)
{
	size_t n = strlen(word);

	return !strncmp(s, word, n) && (!s[n] || s[n] == ' ');
}

/* Where `s` ends with them; NULL: it does not. */
static char *ends(char *s, const char *word)
{
	size_t n = strlen(word), length = strlen(s);

	if (length <= n || strcmp(s + length - n, word) != 0 || s[length - n - 1] != ' ')
		return NULL;
	return s + length - n - 1;
}

/* Takes the part's words, and a number beside them, off the header. SIZE_MAX: none. */
static size_t take_word(char *s, char number[4])
{
	*number = '\0';
	for (size_t i = 0; i < WORDS; i++) {
		char *end;
		size_t n = strlen(words[i].word), digits;

		if (!words[i].header)
			continue;
		end = ends(s, words[i].word);
		if (end) {
			*end = '\0';
			if (ends(s, "of"))
				*ends(s, "of") = '\0';
			return i;
		}
		if (!begins(s, words[i].word))
			continue;
		n += s[n] == ' ';
		digits = strspn(s + n, "0123456789");
		if (digits && digits < 3 && (!s[n + digits] || s[n + digits] == ' ')) {
			(void)snprintf(number, 4, "%.*s", (int)digits, s + n);
			n += digits + (s[n + digits] == ' ');
		}
		memmove(s, s + n, strlen(s + n) + 1);
		return i;
	}
	return SIZE_MAX;
}

bool part_recognise(
	const char *header, char ret[PART_NAME], const struct field **ret_field)
{
	char rest[HEADER_MAX], number[4];
	size_t i;

	*ret_field = NULL;
	split_words(header, rest);
	i = take_word(rest, number);
	if (i == SIZE_MAX)
		return false;
	(void)snprintf(ret, PART_NAME, "%s%s", words[i].role, number);
	*ret_field = *rest ? field_recognise(rest) : field_find("name");
	return true;
}

enum part_side part_side(const char *part)
{
	char spaced[HEADER_MAX];

	if (!part)
		return PART_NEUTRAL;
	split_words(part, spaced);
	for (size_t i = 0; i < WORDS; i++)
		if (begins(spaced, words[i].word))
			return words[i].side;
	return PART_NEUTRAL;
}
