/* SPDX-License-Identifier: MIT */
/*
 * Words out of a line. What they say, beside ranks, is notebook.c's.
 *
 * What can go wrong: a space that was lost or is too many. Words that are glued come
 * apart where a capital shows it and the list has no such name.
 */
#include "recipients/wording.h"

#include <stdio.h>
#include <string.h>

#include "recipients/likeness.h"
#include "recipients/name.h"
#include "recipients/rank.h"

#define RUN 8 /* words in a rank */

static bool is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static bool is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_word_byte(char c)
{
	return is_upper(c) || is_lower(c) || is_digit(c) || (unsigned char)c >= 0x80;
}

static const char *keep(struct wording *w, const char *text, size_t length)
{
	char *kept = w->bytes + w->used;

	if (w->used + length + 1 > sizeof(w->bytes))
		return "";
	memcpy(kept, text, length);
	kept[length] = '\0';
	w->used += length + 1;
	return kept;
}

static bool is_named(const struct wording *w, const char *raw)
{
	char word[NAME_ROOM];

	return (name_surname(raw, word) && vocabulary_surname(w->list, word)) ||
	       (name_forenames(raw, word) && vocabulary_forename(w->list, word));
}

static void token_set(
	struct wording *w, struct wording_token *t, const char *raw, size_t length)
{
	char plain[FOLD_ROOM], word[FOLD_ROOM];
	size_t used = 0;

	/* A lost letter parts no words. */
	for (size_t i = 0; i < length && used + 1 < sizeof(plain); i++)
		if (raw[i] != '?')
			plain[used++] = raw[i];
	plain[used] = '\0';
	fold_words(plain, word, sizeof(word));
	t->raw = keep(w, raw, length);
	t->word = keep(w, word, strlen(word));
	t->named = is_named(w, t->raw);
}

static bool is_rank(const char *raw, size_t length)
{
	char form[16];
	const char *word = form;
	struct rank_set rank;

	if (length >= sizeof(form))
		return false;
	for (size_t i = 0; i <= length; i++)
		form[i] = i == length        ? '\0'
			  : is_upper(raw[i]) ? (char)(raw[i] + 32)
					     : raw[i];
	return rank_find(&word, 1, false, &rank) == 1;
}

/* Prefixes of surnames behind which a capital stands. */
static bool is_prefix(const char *raw, size_t length)
{
	static const char *const prefixes[] = {"Mc", "Mac", "Fitz", "De", "Del", "Della",
		"Di", "Du", "Da", "La", "Le", "Van", "Von", "El", "Al", "Ap", "St"};

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(*prefixes); i++)
		if (strlen(prefixes[i]) == length && !strncmp(raw, prefixes[i], length))
			return true;
	return false;
}

/*
 * Where a word comes apart of which the space was lost: "PSJonathan", "NSmith",
 * "BosburnHolborn"; 0: nowhere. Names are written with capitals inside too.
 */
static size_t glued_at(const char *raw, size_t length)
{
	size_t upper = 0;

	while (upper < length && is_upper(raw[upper]))
		upper++;
	if (upper >= 2 && upper + 1 < length && is_lower(raw[upper]) &&
		(upper == 2 || is_rank(raw, upper - 1)))
		return upper - 1;
	for (size_t i = 3; i + 2 < length; i++)
		if (is_lower(raw[i - 1]) && is_upper(raw[i]) && is_lower(raw[i + 1]))
			return is_prefix(raw, i) ? 0 : i;
	return 0;
}

static bool is_ladder(const char *word)
{
	return !strcmp(word, "band") || !strcmp(word, "grade");
}

static void token_add(
	struct wording *w, const char *raw, size_t length, unsigned segment, bool comma)
{
	struct wording_token *t = &w->tokens[w->count];
	bool band = w->count && is_ladder(t[-1].word) && t[-1].segment == segment;
	size_t at;

	if (w->count == WORDING_WORDS)
		return;
	*t = (struct wording_token){.segment = segment, .comma = comma};
	token_set(w, t, raw, length);
	if (!*t->word)
		return;
	w->count++;
	at = t->named ? 0 : glued_at(raw, length);
	if (band && length > 3 && is_upper(raw[0]) && !is_digit(raw[1])) {
		/* "Band EeNeal" */
		at = is_lower(raw[1]) && is_upper(raw[2]) ? 2 : 1;
		token_set(w, t, raw, 1);
	} else if (at) {
		token_set(w, t, raw, at);
	}
	if (at)
		token_add(w, raw + at, length - at, segment, comma);
}

/* "O'Neill", "Tate-Farah", "Gi?l". */
static size_t word_length(const char *p)
{
	size_t i = 0;

	for (; p[i]; i++) {
		bool behind = i && is_word_byte(p[i - 1]),
		     before = is_word_byte(p[i + 1]);

		if (!is_word_byte(p[i]) && !(p[i] == '\'' && behind) &&
			!(p[i] == '-' && behind && before) &&
			!(p[i] == '?' && (behind || before)))
			break;
	}
	return i;
}

static void words_cut(struct wording *w, const char *text)
{
	unsigned segment = 0;
	bool comma = false;

	while (*text) {
		size_t length = word_length(text);

		if (length) {
			token_add(w, text, length, segment, comma);
		} else if (*text == '&') {
			token_add(w, "and", 3, segment, comma);
		} else if (strchr(",;:()[]{}|-", *text)) {
			comma = *text == ',';
			segment++;
		}
		text += length ? length : 1;
	}
}

/* --- runs of words --- */

/* Tokens from..to of which each may be used so. */
bool wording_free(const struct wording *w, size_t from, size_t to, bool noise)
{
	for (size_t i = from; i < to; i++)
		if (w->tokens[i].use != WORDING_NAME &&
			!(noise && w->tokens[i].use == WORDING_NOISE))
			return false;
	return true;
}

bool wording_together(const struct wording *w, size_t from, size_t to)
{
	return w->tokens[from].segment == w->tokens[to - 1].segment;
}

void wording_write(const struct wording *w, size_t from, size_t to, const char *between,
	char out[FOLD_ROOM])
{
	size_t used = 0;

	out[0] = '\0';
	for (size_t i = from; i < to && used < FOLD_ROOM; i++)
		used += (size_t)snprintf(out + used, FOLD_ROOM - used, "%s%s",
			used ? between : "", w->tokens[i].raw);
}

void wording_mark(struct wording *w, size_t from, size_t to, enum wording_use use)
{
	for (size_t i = from; i < to; i++)
		w->tokens[i].use = use;
}

size_t wording_end(const struct wording *w, size_t from)
{
	size_t to = from;

	while (to < w->count && w->tokens[to].segment == w->tokens[from].segment)
		to++;
	return to;
}

/* --- ranks --- */

static size_t rank_at(const struct wording *w, size_t at)
{
	const char *words[RUN];
	size_t count = 0, run;
	struct rank_set rank;

	while (count < RUN && at + count < w->count &&
		wording_together(w, at, at + count + 1)) {
		words[count] = w->tokens[at + count].word;
		count++;
	}
	run = rank_find(words, count, false, &rank);
	if (run && at && w->tokens[at - 1].use == WORDING_RANK &&
		wording_together(w, at - 1, at + 1))
		return 0; /* "Insp CC Burns": initials */
	/* Among other words "so" and "con" are none. */
	if (run == 1 && at && w->tokens[at - 1].segment == w->tokens[at].segment &&
		(w->tokens[at].named || !is_upper(w->tokens[at].raw[1])))
		return 0;
	return run;
}

/* Is the run a rank with a slip in it? `form` gets the rank. */
static bool is_misspelt(const char *text, char form[64])
{
	size_t length = strlen(text), slips = length > 8 ? 2 : 1;

	for (unsigned rank = 1; length > 5 && rank_name(rank); rank++)
		for (int police = 0; police < 2; police++) {
			char plain[64];

			(void)snprintf(plain, sizeof(plain), "%s%s",
				police ? "police " : "", rank_name(rank));
			fold_words(plain, form, 64);
			if (strlen(form) > 6 &&
				likeness_errors(text, form, slips) <= slips)
				return true;
		}
	return false;
}

/* "Detective Constablee", "Bnad E": the words get their right spelling. */
static size_t rank_mend(struct wording *w, size_t at)
{
	const struct wording_token *t = &w->tokens[at];
	char text[FOLD_ROOM], form[64], *word = form;
	size_t to = at + 1;

	if (t->named)
		return 0;
	if (to < w->count && wording_together(w, at, to + 1) && !t[1].word[1] &&
		strlen(t->word) > 2 && likeness_errors(t->word, "band", 1) <= 1) {
		token_set(w, &w->tokens[at], "band", 4);
		return 2;
	}
	for (; to <= w->count && to <= at + 4 && wording_together(w, at, to); to++) {
		wording_write(w, at, to, " ", text);
		fold_words(text, text, sizeof(text));
		if (!is_misspelt(text, form))
			continue;
		for (size_t i = at; i < to;
			i++, word += strcspn(word, " ") + (*word != 0))
			token_set(w, &w->tokens[i], word,
				i + 1 == to ? strlen(word) : strcspn(word, " "));
		return to - at;
	}
	return 0;
}

static void find_ranks(struct wording *w)
{
	for (size_t i = 0; i < w->count;) {
		size_t run = rank_at(w, i);
		bool first = !i || w->tokens[i - 1].segment != w->tokens[i].segment;

		if (!run && first)
			run = rank_mend(w, i);
		wording_mark(w, i, i + run, WORDING_RANK);
		i += run ? run : 1;
	}
}

/* --- what says nothing --- */

static bool is_noise(const char *word)
{
	static const char *const words[] = {"a", "an", "and", "at", "based", "born", "by",
		"collar", "dob", "email", "for", "from", "in", "is", "mob", "mobile",
		"nr", "number", "of", "on", "pay", "payroll", "phone", "re", "tel", "the",
		"to", "via", "warrant", "was", "with"};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (!strcmp(words[i], word))
			return true;
	return false;
}

void wording_cut(struct wording *w, const char *text)
{
	words_cut(w, text);
	find_ranks(w);
}

void wording_drop_noise(struct wording *w)
{
	for (size_t i = 0; i < w->count; i++)
		if (w->tokens[i].use == WORDING_NAME && is_noise(w->tokens[i].word))
			w->tokens[i].use = WORDING_NOISE;
}
