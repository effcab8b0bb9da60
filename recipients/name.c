/* SPDX-License-Identifier: MIT */
/*
 * Names out of fields. Which reading is the right one only the staff list can say: that
 * is scoring.c's; how well two names agree is naming.c's.
 *
 * What can go wrong: a surname that looks like a rank or title ("Constable", "Banda").
 * Words are taken away only whole and only while a word is left, and what might have been
 * a name is read both ways.
 */
#include "recipients/name.h"

#include <stdio.h>
#include <string.h>

#include "recipients/fold.h"

/* Words of a name in lower case, hyphens inside them kept. */
struct words {
	char bytes[FOLD_ROOM];
	const char *word[NAME_WORDS];
	bool capitals[NAME_WORDS]; /* it was written in capitals alone */
	size_t from, to;           /* what is left after stripping */
	struct rank_set rank;
	bool doubtful; /* what was taken for a rank may be a name or initials */
};

static bool is_in(const char *word, const char *const list[], size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (list[i][0] == word[0] && !strcmp(list[i], word))
			return true;
	return false;
}

#define IN(word, list) is_in(word, list, sizeof(list) / sizeof(*(list)))

static bool is_title(const char *word)
{
	static const char *const titles[] = {"mr", "mrs", "ms", "miss", "mx", "dr",
		"prof", "professor", "sir", "dame", "rev", "revd", "reverend"};

	return IN(word, titles);
}

static bool is_honour(const char *word)
{
	static const char *const honours[] = {"jr", "jnr", "snr", "ii", "iii", "iv",
		"mbe", "obe", "cbe", "kpm", "qpm", "cpm", "bem", "gm", "esq", "phd",
		"msc", "bsc", "llb"};

	return IN(word, honours);
}

static bool is_particle(const char *word)
{
	static const char *const particles[] = {"van", "von", "der", "den", "de", "del",
		"della", "di", "du", "da", "do", "dos", "das", "la", "le", "lo", "el",
		"al", "bin", "ibn", "abu", "o", "mac", "mc", "ni", "nic", "st", "saint",
		"ter", "ten", "zu", "ap", "ab"};

	return IN(word, particles);
}

/* Cuts what stands in brackets or double quotes: a pet name, a name at birth, a remark.
 */
static void brackets_cut(char *text)
{
	static const char open[] = "([{\"", close[] = ")]}\"";
	char *p = text, *end;

	while ((p = strpbrk(p, open))) {
		end = strchr(p + 1, close[strchr(open, *p) - open]);
		if (!end) {
			*p = ' ';
			continue;
		}
		memset(p, ' ', (size_t)(end - p) + 1);
	}
}

/* "Smith - Jones" is one surname. */
static void hyphens_close(char *text)
{
	char *out = text;

	for (const char *p = text; *p; p++)
		if (*p != ' ' || (p[1] != '-' && (out == text || out[-1] != '-')))
			*out++ = *p;
	*out = '\0';
}

static bool is_word_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || (unsigned char)c >= 0x80;
}

/* A letter that a wrong decoding ate: "J?rgen". It stands for one letter, whichever. */
static bool is_lost_letter(const char *text, size_t i, size_t length)
{
	return text[i] == '?' && ((i > 0 && is_word_byte(text[i - 1])) ||
					 (i + 1 < length && is_word_byte(text[i + 1])));
}

/* A collar number among the words of a name; a 0 for an O is no such thing. */
static bool is_numeral(const char *word)
{
	size_t digits = 0, length = strlen(word);

	for (const char *p = word; *p; p++)
		digits += *p >= '0' && *p <= '9';
	return digits * 2 >= length && digits;
}

/* Cuts `text` (fold_letters, `length` bytes of it) into words. */
static void words_cut(struct words *w, const char *text, size_t length)
{
	char *out = w->bytes;
	size_t i = 0;

	memset(w, 0, offsetof(struct words, doubtful) + sizeof(w->doubtful));
	while (i < length && w->to < NAME_WORDS) {
		char *start = out;
		bool capitals = true;

		for (; i < length &&
			(is_word_byte(text[i]) || text[i] == '\'' || text[i] == '-' ||
				is_lost_letter(text, i, length));
			i++) {
			if (text[i] == '\'' || (text[i] == '-' && out == start))
				continue;
			capitals = capitals && !(text[i] >= 'a' && text[i] <= 'z');
			*out++ = text[i] >= 'A' && text[i] <= 'Z' ? (char)(text[i] + 32)
								  : text[i];
		}
		i += start == out;
		while (out > start && out[-1] == '-')
			out--;
		*out = '\0';
		if (out == start || is_numeral(start)) {
			out = start;
			continue;
		}
		out++;
		w->capitals[w->to] = capitals;
		w->word[w->to++] = start;
	}
}

static size_t words_left(const struct words *w)
{
	return w->to - w->from;
}

/* Would a word of two letters or more be left between these? */
static bool leaves_word(const struct words *w, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		if (w->word[i][1])
			return true;
	return false;
}

static bool strip_rank(struct words *w, bool at_end)
{
	struct rank_set rank;
	size_t run = rank_find(w->word + w->from, words_left(w), at_end, &rank);
	size_t from = at_end ? w->from : w->from + run, to = at_end ? w->to - run : w->to;

	if (!run || !leaves_word(w, from, to))
		return false;
	w->doubtful = w->doubtful || run == 1 || !w->word[at_end ? to : w->from][1];
	w->rank = rank;
	w->from = from;
	w->to = to;
	return true;
}

enum strip {
	STRIP_TITLES = 0,
	STRIP_FRONT = 1, /* ranks too, in front */
	STRIP_BACK = 2,  /* and behind */
	STRIP_RANKS = STRIP_FRONT | STRIP_BACK
};

/*
 * Titles and ranks go from the front, then honours, ranks and titles from the end, while
 * a word is left; honours only while `least` words are, since "JR" may be initials.
 */
static void words_strip(struct words *w, enum strip strip, size_t least)
{
	while (words_left(w) > 1) {
		if (is_title(w->word[w->from]) && leaves_word(w, w->from + 1, w->to))
			w->from++;
		else if (!(strip & STRIP_FRONT) || !strip_rank(w, false))
			break;
	}
	while (words_left(w) > 1) {
		const char *last = w->word[w->to - 1];

		if ((is_title(last) && leaves_word(w, w->from, w->to - 1)) ||
			(is_honour(last) && words_left(w) > least))
			w->to--;
		else if (!(strip & STRIP_BACK) || !strip_rank(w, true))
			break;
	}
}

/*
 * Two or three capitals that are initials run together: "Smith JR", "PW JONES". In a name
 * all in capitals only what has no vowel is taken for that.
 */
static bool is_cluster(const struct words *w, size_t i)
{
	const char *word = w->word[i];
	size_t length = strlen(word);

	if (!w->capitals[i] || length < 2 || length > 3 || strpbrk(word, "-0123456789"))
		return false;
	if (!strpbrk(word, "aeiouy") && strcmp(word, "ng"))
		return true;
	for (size_t k = w->from; k < w->to; k++)
		if (!w->capitals[k] && w->word[k][1])
			return true;
	return false;
}

static size_t out_add(char *out, size_t length, const char *bytes, size_t count)
{
	if (length + count >= NAME_ROOM)
		return length;
	memcpy(out + length, bytes, count);
	out[length + count] = '\0';
	return length + count;
}

/* One part of a surname; `joins` says that it is a particle to which the next part is
 * joined. */
static size_t part_write(const char *part, bool joins, char *out, size_t length)
{
	if (joins && !strcmp(part, "saint"))
		return out_add(out, length, "st", 2);
	if (!strncmp(part, "mac", 3) && (joins || strlen(part) >= 6)) {
		length = out_add(out, length, "mc", 2);
		part += 3;
	}
	return out_add(out, length, part, strlen(part));
}

static void surname_write(
	const struct words *w, size_t from, size_t to, char out[NAME_ROOM])
{
	bool joined = true;
	size_t length = 0;

	out[0] = '\0';
	for (size_t i = from; i < to; i++) {
		const char *p = w->word[i];

		while (*p) {
			char part[NAME_ROOM];
			size_t count = strcspn(p, "-");

			if (count >= sizeof(part))
				return;
			memcpy(part, p, count);
			part[count] = '\0';
			p += count + (p[count] == '-');
			if (!joined)
				length = out_add(out, length, "-", 1);
			joined = (*p || i + 1 < to) && is_particle(part);
			length = part_write(part, joined, out, length);
		}
	}
}

/* Words and initials; "jean-paul" is two words. */
static void forenames_write(
	const struct words *w, size_t from, size_t to, char out[NAME_ROOM])
{
	size_t length = 0;

	out[0] = '\0';
	for (size_t i = from; i < to; i++) {
		bool cluster = is_cluster(w, i);

		for (const char *p = w->word[i]; *p; p++) {
			bool apart = length && (p == w->word[i] || cluster || *p == '-');

			if (apart)
				length = out_add(out, length, " ", 1);
			if (*p != '-')
				length = out_add(out, length, p, 1);
		}
	}
}

/* The surname is words[from..to), the forenames are the rest of what was not stripped. */
static size_t reading_add(
	const struct words *w, size_t from, size_t to, struct name ret[], size_t count)
{
	struct name *n = &ret[count];

	if (count == NAME_READINGS || from >= to)
		return count;
	for (size_t i = from; i < to; i++)
		if (!w->word[i][1] && (i + 1 == to || !is_particle(w->word[i])) &&
			words_left(w) > 1)
			return count;
	surname_write(w, from, to, n->surname);
	forenames_write(w, from == w->from ? to : w->from, from == w->from ? w->to : from,
		n->forenames);
	n->rank = w->rank;
	n->order = to == w->to ? NAME_FORENAME_FIRST : NAME_SURNAME_FIRST;
	for (size_t i = 0; i < count; i++)
		if (!strcmp(ret[i].surname, n->surname) &&
			!strcmp(ret[i].forenames, n->forenames))
			return count;
	return count + 1;
}

/* Every split into forenames and surname, the surname behind or in front. */
static size_t readings_add(const struct words *w, struct name ret[], size_t count)
{
	size_t left = words_left(w);

	if (left == 1)
		return reading_add(w, w->from, w->to, ret, count);
	for (size_t k = 1; k < left && k <= 4; k++) {
		count = reading_add(w, w->to - k, w->to, ret, count);
		count = reading_add(w, w->from, w->from + k, ret, count);
	}
	if (left && is_particle(w->word[w->from]))
		count = reading_add(w, w->from, w->to, ret, count);
	return count;
}

/* With ranks taken away at both ends, then in front only, then not at all, as far as that
 * may matter. */
static size_t read_plain(const char *text, size_t length, struct name ret[])
{
	static const enum strip strips[] = {STRIP_RANKS, STRIP_FRONT, STRIP_TITLES};
	bool doubtful = true;
	size_t count = 0, first;

	for (size_t i = 0; i < 3 && doubtful; i++) {
		struct words w;

		words_cut(&w, text, length);
		words_strip(&w, strips[i], 2);
		first = count;
		count = readings_add(&w, ret, count);
		for (; first < count; first++)
			ret[first].rank_kept = i > 0;
		doubtful = i ? doubtful : w.doubtful;
	}
	return count;
}

/* "SMITH, John A": 0 if nothing but ranks and honours stands behind the comma. */
static size_t read_comma(const char *text, const char *comma, struct name ret[])
{
	struct words surname, rest;
	struct rank_set rank;

	words_cut(&surname, text, (size_t)(comma - text));
	words_cut(&rest, comma + 1, strlen(comma + 1));
	words_strip(&surname, STRIP_RANKS, 1);
	words_strip(&rest, STRIP_RANKS, 1);
	if (!words_left(&surname) || !words_left(&rest))
		return 0;
	if (is_title(rest.word[rest.from]) || is_honour(rest.word[rest.from]) ||
		rank_find(rest.word + rest.from, words_left(&rest), false, &rank) ==
			words_left(&rest))
		return 0;
	surname_write(&surname, surname.from, surname.to, ret->surname);
	forenames_write(&rest, rest.from, rest.to, ret->forenames);
	ret->rank = surname.rank.first ? surname.rank : rest.rank;
	ret->order = NAME_COMMA;
	ret->rank_kept = false;
	return 1;
}

static void text_fold(const char *text, char folded[FOLD_ROOM])
{
	fold_letters(text, folded, FOLD_ROOM);
	brackets_cut(folded);
	hyphens_close(folded);
}

size_t name_read(const char *text, struct name ret[NAME_READINGS])
{
	char folded[FOLD_ROOM];
	const char *comma;

	text_fold(text, folded);
	comma = strchr(folded, ',');
	if (comma && read_comma(folded, comma, ret))
		return 1;
	return read_plain(folded, strlen(folded), ret);
}

bool name_surname(const char *text, char out[NAME_ROOM])
{
	char folded[FOLD_ROOM];
	struct words w;

	text_fold(text, folded);
	words_cut(&w, folded, strlen(folded));
	/* "Di Luca" is no inspector. */
	words_strip(&w, w.to && is_particle(w.word[0]) ? STRIP_BACK : STRIP_RANKS, 1);
	surname_write(&w, w.from, w.to, out);
	return *out;
}

bool name_forenames(const char *text, char out[NAME_ROOM])
{
	char folded[FOLD_ROOM];
	struct words w;

	text_fold(text, folded);
	words_cut(&w, folded, strlen(folded));
	words_strip(&w, STRIP_TITLES, 1);
	forenames_write(&w, w.from, w.to, out);
	return *out;
}

bool name_initials(const char *text, char out[NAME_ROOM])
{
	char folded[FOLD_ROOM];
	struct words w;
	size_t length = 0;

	text_fold(text, folded);
	words_cut(&w, folded, strlen(folded));
	out[0] = '\0';
	for (size_t i = 0; i < w.to; i++) {
		/* A field of initials may hold a forename all the same. */
		bool whole = strlen(w.word[i]) > 4 ||
			     (!w.capitals[i] && strlen(w.word[i]) > 2);

		for (const char *p = w.word[i]; *p; p++) {
			if (length && *p != '-' && (!whole || p == w.word[i]))
				length = out_add(out, length, " ", 1);
			if (*p != '-')
				length = out_add(out, length, p, 1);
		}
	}
	return *out;
}

void name_key(const char *surname, char out[NAME_ROOM])
{
	for (; *surname; surname++)
		if (*surname != '-')
			*out++ = *surname;
	*out = '\0';
}
