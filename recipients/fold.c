/* SPDX-License-Identifier: MIT */
/*
 * Plain letters out of typed text. It knows nothing of names, ranks or places: those
 * rooms come after it.
 *
 * What can go wrong: text may be cut (FOLD_ROOM), and a name in two scripts does not fold
 * to one. Both cost a match, never cause one.
 */
#include "recipients/fold.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <utf8proc.h>

/* Windows-1252, bytes 0x80 to 0x9F; five of them mean nothing. */
static const uint16_t windows[32] = {0x20AC, 0, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020,
	0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017D, 0, 0, 0x2018, 0x2019,
	0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,
	0x017E, 0x0178};

/* What decomposition does not give, in order of code points. */
static const struct spelling {
	uint16_t letter;
	const char *plain;
} spellings[] = {{0x00A0, " "}, {0x00AB, "\""}, {0x00AD, ""}, {0x00B4, "'"},
	{0x00BB, "\""}, {0x00C6, "AE"}, {0x00D0, "D"}, {0x00D8, "O"}, {0x00DE, "Th"},
	{0x00DF, "ss"}, {0x00E6, "ae"}, {0x00F0, "d"}, {0x00F8, "o"}, {0x00FE, "th"},
	{0x0110, "D"}, {0x0111, "d"}, {0x0126, "H"}, {0x0127, "h"}, {0x0131, "i"},
	{0x0138, "k"}, {0x0141, "L"}, {0x0142, "l"}, {0x0149, "n"}, {0x014A, "N"},
	{0x014B, "n"}, {0x0152, "OE"}, {0x0153, "oe"}, {0x0166, "T"}, {0x0167, "t"},
	{0x0180, "b"}, {0x018F, "A"}, {0x0192, "f"}, {0x0197, "I"}, {0x019A, "l"},
	{0x01B5, "Z"}, {0x01B6, "z"}, {0x01E4, "G"}, {0x01E5, "g"}, {0x0259, "a"},
	{0x0268, "i"}, {0x02B9, "'"}, {0x02BB, "'"}, {0x02BC, "'"}, {0x02BD, "'"},
	{0x02C8, "'"}, {0x1E9E, "SS"}, {0x2010, "-"}, {0x2011, "-"}, {0x2012, "-"},
	{0x2013, "-"}, {0x2014, "-"}, {0x2015, "-"}, {0x2018, "'"}, {0x2019, "'"},
	{0x201A, "'"}, {0x201B, "'"}, {0x201C, "\""}, {0x201D, "\""}, {0x201E, "\""},
	{0x2032, "'"}, {0x2033, "\""}, {0x2043, "-"}, {0x2212, "-"}, {0xFF07, "'"},
	{0xFF0D, "-"}};

static const char *spelling_find(int32_t letter)
{
	size_t low = 0, high = sizeof(spellings) / sizeof(*spellings);

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (spellings[middle].letter == letter)
			return spellings[middle].plain;
		if (spellings[middle].letter < letter)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

static size_t letters_decode(const char *text, int32_t *letters, size_t limit)
{
	const uint8_t *p = (const uint8_t *)text;
	size_t left = strlen(text), count = 0;

	while (left && count < limit) {
		utf8proc_int32_t letter;
		utf8proc_ssize_t used =
			utf8proc_iterate(p, (utf8proc_ssize_t)left, &letter);

		if (used <= 0) {
			used = 1;
			letter = *p >= 0xA0 ? *p : windows[*p & 31];
		}
		letters[count++] = letter;
		p += used;
		left -= (size_t)used;
	}
	return count;
}

/* The byte that a Windows-1252 or Latin-1 decoder has turned into this letter, or -1. */
static int byte_of(int32_t letter)
{
	if (letter < 0x100)
		return letter;
	for (int i = 0; i < 32; i++)
		if (windows[i] == letter)
			return 0x80 + i;
	return -1;
}

/* At `letters[0]` stand the bytes of one UTF-8 letter, each decoded alone? Returns how
 * many, and the letter. */
static size_t damage_find(const int32_t *letters, size_t count, int32_t *ret)
{
	uint8_t bytes[4];
	utf8proc_int32_t letter;
	utf8proc_ssize_t used;
	size_t n = 0;

	while (n < 4 && n < count) {
		int byte = byte_of(letters[n]);

		if (byte < 0x80)
			break;
		bytes[n++] = (uint8_t)byte;
	}
	if (n < 2)
		return 0;
	used = utf8proc_iterate(bytes, (utf8proc_ssize_t)n, &letter);
	if (used < 2)
		return 0;
	*ret = letter;
	return (size_t)used;
}

static bool is_capital(int32_t letter)
{
	return letter >= 'A' && letter <= 'Z';
}

/*
 * UTF-8 that was read as Windows-1252 ("ZoÃ«"). A small â between two capitals is what is
 * left of such an apostrophe once its control characters were dropped on the way.
 */
static size_t letters_mend(int32_t *letters, size_t count)
{
	size_t kept = 0;

	for (size_t i = 0; i < count;) {
		int32_t letter = letters[i];
		size_t used =
			letter < 0xC2 ? 0 : damage_find(letters + i, count - i, &letter);

		if (!used) {
			used = 1;
			if (letter == 0xE2 && i > 0 && i + 1 < count &&
				is_capital(letters[i - 1]) && is_capital(letters[i + 1]))
				letter = '\'';
		}
		letters[kept++] = letter;
		i += used;
	}
	return kept;
}

struct sink {
	char *out;
	size_t length, room;
};

static void sink_add(struct sink *s, const char *bytes, size_t length)
{
	if (s->length + length >= s->room) {
		s->room = 0; /* full: nothing shorter slips in behind what did not fit */
		return;
	}
	memcpy(s->out + s->length, bytes, length);
	s->length += length;
}

/* Spaces and control characters are one blank, and none stands at the start. */
static void sink_add_plain(struct sink *s, char c)
{
	if ((unsigned char)c <= ' ' || c == 0x7F) {
		if (s->length && s->out[s->length - 1] != ' ')
			sink_add(s, " ", 1);
	} else {
		sink_add(s, c == '`' ? "'" : &c, 1);
	}
}

static void sink_add_part(struct sink *s, int32_t letter)
{
	utf8proc_int32_t small = utf8proc_tolower(letter);
	const char *plain = spelling_find(letter);
	utf8proc_uint8_t bytes[4];

	if (!plain) /* the table may have only the small one */
		plain = spelling_find(small);
	if (plain) {
		for (; *plain; plain++)
			sink_add_plain(s, *plain);
		return;
	}
	if (letter < 0x80) {
		sink_add_plain(s, (char)letter);
		return;
	}
	switch (utf8proc_category(letter)) {
	case UTF8PROC_CATEGORY_LU:
	case UTF8PROC_CATEGORY_LL:
	case UTF8PROC_CATEGORY_LT:
	case UTF8PROC_CATEGORY_LM:
	case UTF8PROC_CATEGORY_LO:
	case UTF8PROC_CATEGORY_ND: {
		utf8proc_ssize_t n = utf8proc_encode_char(small, bytes);

		sink_add(s, (const char *)bytes, (size_t)n);
		return;
	}
	case UTF8PROC_CATEGORY_ZS:
	case UTF8PROC_CATEGORY_ZL:
	case UTF8PROC_CATEGORY_ZP:
		sink_add_plain(s, ' ');
		return;
	default: /* marks, signs, private use: nothing to compare */
		return;
	}
}

static void sink_add_letter(struct sink *s, int32_t letter)
{
	utf8proc_int32_t parts[32];
	utf8proc_ssize_t count;
	int bound = 0;

	if (letter < 0x80 || spelling_find(letter)) {
		sink_add_part(s, letter);
		return;
	}
	count = utf8proc_decompose_char(
		letter, parts, 32, UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT, &bound);
	for (utf8proc_ssize_t i = 0; i < count && i < 32; i++)
		sink_add_part(s, parts[i]);
}

static bool is_ascii(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text >= 0x80)
			return false;
	return true;
}

size_t fold_letters(const char *text, char *out, size_t room)
{
	struct sink s = {out, 0, room};

	if (is_ascii(text)) {
		for (; *text && s.length + 1 < room; text++)
			sink_add_plain(&s, *text);
	} else {
		int32_t letters[FOLD_ROOM];
		size_t count = letters_decode(text, letters, FOLD_ROOM);

		/* Twice: a file may have gone through the wrong decoder twice. */
		count = letters_mend(letters, count);
		count = letters_mend(letters, count);
		for (size_t i = 0; i < count; i++)
			sink_add_letter(&s, letters[i]);
	}
	while (s.length && out[s.length - 1] == ' ')
		s.length--;
	out[s.length] = '\0';
	return s.length;
}

static bool is_word_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
	       (unsigned char)c >= 0x80;
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

size_t fold_words(const char *text, char *out, size_t room)
{
	char letters[FOLD_ROOM];
	struct sink s = {out, 0, room};

	fold_letters(text, letters, sizeof(letters));
	for (const char *p = letters; *p; p++) {
		char c = lower(*p);

		if (is_word_byte(c))
			sink_add(&s, &c, 1);
		else if (c != '\'')
			sink_add_plain(&s, ' ');
		if (c == '&')
			sink_add(&s, "and ", 4);
	}
	while (s.length && out[s.length - 1] == ' ')
		s.length--;
	out[s.length] = '\0';
	return s.length;
}

size_t fold_join(const char *folded, char *out, size_t room)
{
	size_t length = 0;

	for (; *folded && length + 1 < room; folded++) {
		char c = lower(*folded);

		if (is_word_byte(c))
			out[length++] = c;
	}
	out[length] = '\0';
	return length;
}

size_t fold_split(char *folded, const char *words[], size_t limit)
{
	size_t count = 0;

	while (*folded && count < limit) {
		words[count++] = folded;
		folded += strcspn(folded, " ");
		while (*folded == ' ')
			*folded++ = '\0';
	}
	return count;
}
