/* SPDX-License-Identifier: MIT */
/*
 * Names against names. How the words of a name are found is name.c's, how alike two words
 * are likeness.c's and nickname.c's.
 *
 * What can go wrong: a short name with a typing error is another name (Ian, Iain; Lee,
 * Leo). Nothing is decided here; how often that happens is learned from the whole file.
 */
#include "recipients/naming.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "recipients/likeness.h"
#include "recipients/nickname.h"
#include "recipients/text.h"

#define LEAST_SHARE 1e-3
#define INITIAL_ALONE 0x80u /* beside its letter: the word is no more than that */
/* Of the times a word is meant, it comes as a given one that is alike. */
#define SLIP .02
/* Entries that a word nobody has stands for. */
#define UNSEEN .3
/* How often a name is a surname or a forename alone that may be read as both. */
#define ALONE .01

struct naming_tally {
	uint32_t *surname, *former, *first, *known, *middle; /* by word */
	/* By letter: of the first forename; of a later one or what they are called, the
	   first being another; of a second forename. */
	uint32_t letter[NAMING_LETTERS], later[NAMING_LETTERS], second[NAMING_LETTERS];
	uint32_t entries; /* that have a name */
	uint32_t bare;    /* of these, without a second forename */
};

int naming_levels_count(enum naming_part part)
{
	static const int counts[NAMING_PARTS] = {[NAMING_SURNAME] = SURNAME_LEVELS,
		[NAMING_FORENAME] = FORENAME_LEVELS,
		[NAMING_INITIAL] = INITIAL_LEVELS,
		[NAMING_MIDDLE] = MIDDLE_LEVELS,
		[NAMING_BARE] = BARE_LEVELS};

	return counts[part];
}

uint32_t naming_letter(const struct evidence *e, uint32_t word)
{
	char c = word ? *evidence_word(e, word) : '\0';

	if (!c)
		return 0;
	return c >= 'a' && c <= 'z' ? (uint32_t)(c - 'a') + 1 : NAMING_LETTERS - 1;
}

/* --- the list --- */

static void tally_forenames(struct naming_tally *t, const struct evidence *e,
	const struct evidence_name *n, uint32_t by)
{
	uint32_t letter = naming_letter(e, n->forenames[0]);

	t->first[n->forenames[0]] += by;
	t->letter[letter] += by;
	t->bare += n->forenames[1] ? 0 : by;
	if (n->forenames[1])
		t->second[naming_letter(e, n->forenames[1])] += by;
	for (size_t i = 1; i < EVIDENCE_FORENAMES && n->forenames[i]; i++) {
		t->middle[n->forenames[i]] += by;
		t->later[naming_letter(e, n->forenames[i])] +=
			naming_letter(e, n->forenames[i]) != letter ? by : 0;
	}
}

/* `by` is 1, or as good as -1. */
static void tally_entry(struct naming_tally *t, const struct evidence *e,
	const struct evidence_row *row, uint32_t by)
{
	const struct evidence_name *names = e->names + row->names;
	bool known = false, former = false;

	if (!row->names_count)
		return;
	t->entries += by;
	t->surname[names[0].surname] += by;
	tally_forenames(t, e, &names[0], by);
	for (uint32_t i = 1; i < row->names_count; i++) {
		if (names[i].known && !known) {
			t->known[names[i].forenames[0]] += by;
			t->later[naming_letter(e, names[i].forenames[0])] +=
				naming_letter(e, names[i].forenames[0]) !=
						naming_letter(e, names[0].forenames[0])
					? by
					: 0;
		}
		if (names[i].former && !former)
			t->former[names[i].surname] += by;
		known = known || names[i].known;
		former = former || names[i].former;
	}
}

/* Entries that have but an initial are found by it. */
static void letters_find(struct naming *n)
{
	for (uint32_t letter = 1; letter + 1 < NAMING_LETTERS; letter++) {
		const char word[] = {(char)('a' + letter - 1), '\0'};
		uint32_t number = dictionary_find(&n->evidence->words, word);

		n->letters[letter] = number && n->tally->first[number] ? number : 0;
	}
}

static void tally_init(struct naming *n)
{
	const struct evidence_list *people = &n->evidence->lists[EVIDENCE_PEOPLE];
	size_t words = (size_t)n->evidence->words.count + 1;
	struct naming_tally *t = text_alloc(sizeof(*t));
	uint32_t **lists[] = {&t->surname, &t->former, &t->first, &t->known, &t->middle};

	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++)
		*lists[i] = text_alloc(words * sizeof(uint32_t));
	for (size_t i = 0; i < people->count; i++)
		tally_entry(t, n->evidence, &people->rows[i], 1);
	n->tally = t;
	letters_find(n);
}

void naming_count(struct naming *n, const struct evidence_row *entry, int step)
{
	tally_entry(n->tally, n->evidence, entry, (uint32_t)step);
}

/* --- alike words --- */

struct asking {
	const struct evidence *evidence;
	struct likeness_word *words;
	struct nickname *nicknames;
	char text[NAME_ROOM];
};

static unsigned judge_surnames(void *context, uint32_t given, uint32_t listed)
{
	static const unsigned levels[] = {[LIKENESS_EQUAL] = SURNAME_EQUAL,
		[LIKENESS_NEAR] = SURNAME_NEAR,
		[LIKENESS_CLOSE] = SURNAME_CLOSE,
		[LIKENESS_PART] = SURNAME_PART,
		[LIKENESS_NONE] = ALIKE_NOT};
	const struct asking *a = context;

	return levels[likeness_names(&a->words[given], &a->words[listed])];
}

static const char *surname_text(void *context, uint32_t value, unsigned n)
{
	struct asking *a = context;
	size_t length = 0;

	if (n > 1)
		return NULL;
	if (!n)
		return evidence_word(a->evidence, value);
	for (const char *p = evidence_word(a->evidence, value); *p; p++)
		if (*p != '-')
			a->text[length++] = *p;
	a->text[length] = '\0';
	return a->text;
}

static unsigned judge_forenames(void *context, uint32_t given, uint32_t listed)
{
	const struct asking *a = context;
	const char *left = evidence_word(a->evidence, given),
		   *right = evidence_word(a->evidence, listed);

	if (!strcmp(left, right))
		return FORENAME_EQUAL;
	if (!left[1] || !right[1])
		return ALIKE_NOT;
	if (nickname_pair(&a->nicknames[given], &a->nicknames[listed]))
		return FORENAME_NICK;
	switch (likeness_names(&a->words[given], &a->words[listed])) {
	case LIKENESS_EQUAL:
	case LIKENESS_NEAR:
	case LIKENESS_CLOSE:
		return FORENAME_NEAR;
	case LIKENESS_PART:
	case LIKENESS_NONE:
		break;
	}
	return ALIKE_NOT;
}

/* Short names are found by their first two letters, others by the names they stand for.
 */
static const char *forename_text(void *context, uint32_t value, unsigned n)
{
	struct asking *a = context;
	const char *word = evidence_word(a->evidence, value);

	if (!n)
		return word[1] ? word : "";
	if (n == 1) {
		a->text[0] = word[0];
		a->text[1] = word[1];
		a->text[2] = '\0';
		return word[1] ? a->text : "";
	}
	return n - 2 <= NICKNAME_MOST ? a->nicknames[value].full[n - 2] : NULL;
}

static uint32_t *words_of(const struct evidence *e, enum evidence_side side,
	bool surnames, size_t *ret_count)
{
	size_t words = (size_t)e->words.count + 1, count = 0;
	uint32_t *list = text_alloc(words * sizeof(*list));
	bool *seen = text_alloc(words);
	const struct evidence_list *rows = &e->lists[side];

	for (size_t i = 0; i < rows->count + rows->behind; i++)
		for (uint32_t k = 0; k < rows->rows[i].names_count; k++) {
			const struct evidence_name *n =
				&e->names[rows->rows[i].names + k];

			if (surnames)
				seen[n->surname] = true;
			for (size_t f = 0; !surnames && f < EVIDENCE_FORENAMES; f++)
				seen[n->forenames[f]] = true;
		}
	for (uint32_t w = 1; w < words; w++)
		if (seen[w])
			list[count++] = w;
	free(seen);
	*ret_count = count;
	return list;
}

static void prepare(struct asking *a, const uint32_t *list, size_t count, bool surnames)
{
	for (size_t i = 0; i < count; i++) {
		const char *word = evidence_word(a->evidence, list[i]);

		if (!a->words[list[i]].word)
			likeness_prepare(word, &a->words[list[i]]);
		if (!surnames && !a->nicknames[list[i]].full[0])
			nickname_look(word, &a->nicknames[list[i]]);
	}
}

static void find_alike(struct naming *n, bool surnames)
{
	const struct evidence *e = n->evidence;
	size_t words = (size_t)e->words.count + 1;
	struct asking asking = {.evidence = e,
		.words = text_alloc(words * sizeof(struct likeness_word)),
		.nicknames = text_alloc(surnames ? 1 : words * sizeof(struct nickname))};
	struct alike_question q = {.limit = e->words.count + 1,
		.judge = surnames ? judge_surnames : judge_forenames,
		.text = surnames ? surname_text : forename_text,
		.context = &asking,
		.names = true};
	uint32_t *given = words_of(e, EVIDENCE_RECORDS, surnames, &q.given_count),
		 *listed = words_of(e, EVIDENCE_PEOPLE, surnames, &q.listed_count);

	q.given = given;
	q.listed = listed;
	prepare(&asking, given, q.given_count, surnames);
	prepare(&asking, listed, q.listed_count, surnames);
	alike_join(&q, surnames ? &n->surnames : &n->forenames);
	free(asking.words);
	free(asking.nicknames);
	free(given);
	free(listed);
}

static void note_letters(struct naming *n)
{
	const struct evidence *e = n->evidence;

	n->word_letters = text_alloc((size_t)e->words.count + 1);
	for (uint32_t word = 1; word <= e->words.count; word++)
		n->word_letters[word] =
			(uint8_t)(naming_letter(e, word) |
				  (naming_is_initial(e, word) ? INITIAL_ALONE : 0));
}

void naming_init(struct naming *n, const struct evidence *e)
{
	size_t words = (size_t)e->words.count + 1;

	*n = (struct naming){.evidence = e};
	n->surname_levels = text_alloc(words);
	n->forename_levels = text_alloc(words);
	memset(n->surname_levels, SURNAME_OTHER, words);
	memset(n->forename_levels, FORENAME_OTHER, words);
	note_letters(n);
	tally_init(n);
}

void naming_alike_surnames(struct naming *n)
{
	find_alike(n, true);
}

void naming_alike_forenames(struct naming *n)
{
	find_alike(n, false);
}

void naming_done(struct naming *n)
{
	if (n->tally) {
		free(n->tally->surname);
		free(n->tally->former);
		free(n->tally->first);
		free(n->tally->known);
		free(n->tally->middle);
	}
	free(n->tally);
	free(n->word_letters);
	free(n->surname_levels);
	free(n->forename_levels);
	alike_done(&n->surnames);
	alike_done(&n->forenames);
	*n = (struct naming){0};
}

/* --- a reading --- */

/* As naming_letter and naming_is_initial, at once: they are asked for each entry. */
static uint32_t letter_of(const struct naming *n, uint32_t word)
{
	return n->word_letters[word] & ~INITIAL_ALONE;
}

static bool is_initial(const struct naming *n, uint32_t word)
{
	return n->word_letters[word] & INITIAL_ALONE;
}

static void levels_set(
	const struct alike *alike, uint32_t word, uint8_t *levels, int other)
{
	const struct alike_item *end, *at = alike_range(alike, word, &end);

	for (; at < end; at++)
		levels[at->listed] = other < 0 ? (uint8_t)at->level : (uint8_t)other;
}

/* Entries that are the record itself: they meet it by no chance. */
static double own_of(const struct naming *n)
{
	return n->own && n->reading == n->own ? 1 : 0;
}

/* Shares of entries become u; the last level is for all the rest. */
static void weigh(
	const struct naming *n, const double counts[], int levels, double log_u[])
{
	double all = fmax(n->tally->entries - own_of(n), 1), rest = 1,
	       least = 0.5 / (all + 1);

	for (int i = 0; i + 1 < levels; i++) {
		double share = counts[i] / all;

		log_u[i] = log(share > least ? share : least);
		rest -= share;
	}
	log_u[levels - 1] = log(rest > LEAST_SHARE ? rest : LEAST_SHARE);
}

static void weigh_surname(struct naming *n)
{
	const struct alike_item *end, *at;
	double counts[SURNAME_LEVELS] = {0};

	at = alike_range(&n->surnames, n->reading->surname, &end);
	for (; at < end; at++) {
		counts[at->level] += n->tally->surname[at->listed];
		if (at->level == SURNAME_EQUAL)
			counts[SURNAME_FORMER] += n->tally->former[at->listed];
	}
	counts[SURNAME_EQUAL] -= own_of(n);
	n->surname_listed = counts[SURNAME_EQUAL] + counts[SURNAME_FORMER] > 0;
	weigh(n, counts, SURNAME_LEVELS, n->log_u[NAMING_SURNAME]);
}

static void weigh_forename(struct naming *n)
{
	const struct naming_tally *t = n->tally;
	uint32_t word = n->reading->forenames[0], letter = letter_of(n, word);
	const struct alike_item *end, *at = alike_range(&n->forenames, word, &end);
	double counts[FORENAME_LEVELS] = {0}, same = t->letter[letter];

	for (; at < end; at++) {
		uint32_t first = t->first[at->listed];

		counts[at->level] += first;
		if (letter_of(n, at->listed) == letter)
			same -= first;
		if (at->level == FORENAME_EQUAL)
			counts[FORENAME_KNOWN] += t->known[at->listed];
		if (at->level == FORENAME_EQUAL)
			counts[FORENAME_MIDDLE] += t->middle[at->listed];
	}
	counts[FORENAME_INITIAL] = same > 0 ? same : 0;
	n->forename_full = word && !is_initial(n, word);
	if (n->forename_full)
		counts[FORENAME_EQUAL] -= own_of(n);
	n->forename_listed = counts[FORENAME_EQUAL] + counts[FORENAME_KNOWN] +
				     counts[FORENAME_MIDDLE] >
			     0;
	weigh(n, counts, FORENAME_LEVELS, n->log_u[NAMING_FORENAME]);
}

static void weigh_initial(struct naming *n)
{
	uint32_t letter = letter_of(n, n->reading->forenames[0]);
	const double counts[INITIAL_LEVELS] = {
		n->tally->letter[letter] - own_of(n), n->tally->later[letter]};

	weigh(n, counts, INITIAL_LEVELS, n->log_u[NAMING_INITIAL]);
}

static void weigh_middle(struct naming *n)
{
	const struct naming_tally *t = n->tally;
	uint32_t word = n->reading->forenames[1];
	bool initial = is_initial(n, word);
	double agree = initial ? t->second[letter_of(n, word)] : t->middle[word];
	const double counts[MIDDLE_LEVELS] = {agree - own_of(n), t->bare};
	const double bare[BARE_LEVELS] = {t->bare - own_of(n)};

	weigh(n, counts, MIDDLE_LEVELS, n->log_u[NAMING_MIDDLE]);
	weigh(n, bare, BARE_LEVELS, n->log_u[NAMING_BARE]);
}

void naming_lay(struct naming *n, const struct evidence_name *reading)
{
	if (n->reading) {
		levels_set(&n->surnames, n->reading->surname, n->surname_levels,
			SURNAME_OTHER);
		levels_set(&n->forenames, n->reading->forenames[0], n->forename_levels,
			FORENAME_OTHER);
	}
	n->reading = reading;
	if (!reading)
		return;
	levels_set(&n->surnames, reading->surname, n->surname_levels, -1);
	levels_set(&n->forenames, reading->forenames[0], n->forename_levels, -1);
	weigh_surname(n);
	weigh_forename(n);
	weigh_initial(n);
	weigh_middle(n);
}

/* --- a reading and a name --- */

static bool has_letter(
	const struct naming *n, const struct evidence_name *entry, uint32_t letter)
{
	for (size_t i = 1; i < EVIDENCE_FORENAMES && entry->forenames[i]; i++)
		if (letter_of(n, entry->forenames[i]) == letter)
			return true;
	return false;
}

static uint8_t compare_initial(const struct naming *n, const struct evidence_name *entry)
{
	uint32_t letter = letter_of(n, n->reading->forenames[0]);

	if (letter_of(n, entry->forenames[0]) == letter)
		return entry->known ? INITIAL_LATER : INITIAL_FIRST;
	return has_letter(n, entry, letter) ? INITIAL_LATER : INITIAL_OTHER;
}

static uint8_t compare_forename(const struct naming *n, const struct evidence_name *entry)
{
	uint8_t level = n->forename_levels[entry->forenames[0]];

	if (entry->known && level < FORENAME_OTHER)
		return level == FORENAME_EQUAL ? FORENAME_KNOWN : FORENAME_NEAR;
	if (level < FORENAME_MIDDLE)
		return level;
	for (size_t i = 1; i < EVIDENCE_FORENAMES && entry->forenames[i]; i++)
		if (n->forename_levels[entry->forenames[i]] == FORENAME_EQUAL)
			return FORENAME_MIDDLE;
	return letter_of(n, entry->forenames[0]) == letter_of(n, n->reading->forenames[0])
		       ? FORENAME_INITIAL
		       : FORENAME_OTHER;
}

/* One word or an initial of it is the other. */
static bool words_meet(const struct naming *n, uint32_t a, uint32_t b)
{
	const struct alike_item *end, *at;

	if (a == b)
		return true;
	if (is_initial(n, a) || is_initial(n, b))
		return letter_of(n, a) == letter_of(n, b);
	at = alike_range(&n->forenames, a, &end);
	while (at < end && at->listed != b)
		at++;
	return at < end;
}

/* Each further forename of the record is among those of the entry, the first included:
 * the two may have changed places. */
static uint8_t compare_middle(const struct naming *n, const struct evidence_name *entry)
{
	const uint32_t *given = n->reading->forenames;

	for (size_t i = 1; i < EVIDENCE_FORENAMES && given[i]; i++) {
		size_t k =
			n->reading->forenames[0] == entry->forenames[0] || entry->known;

		while (k < EVIDENCE_FORENAMES && entry->forenames[k] &&
			!words_meet(n, given[i], entry->forenames[k]))
			k++;
		if (k == EVIDENCE_FORENAMES || !entry->forenames[k])
			return entry->forenames[1] ? MIDDLE_OTHER : MIDDLE_ADDED;
	}
	return MIDDLE_AGREES;
}

/* What exactly agrees. */
static void note_equal(const struct naming *n, const struct evidence_name *entry,
	struct naming_levels *ret)
{
	if (ret->level[NAMING_SURNAME] == SURNAME_EQUAL)
		ret->surname = entry->surname;
	if (ret->level[NAMING_FORENAME] == FORENAME_EQUAL)
		ret->forename = entry->forenames[0];
	else if (ret->level[NAMING_INITIAL] == INITIAL_FIRST)
		ret->forename = UINT32_MAX - letter_of(n, entry->forenames[0]);
}

void naming_compare(const struct naming *n, const struct evidence_name *entry,
	struct naming_levels *ret)
{
	const uint32_t *given = n->reading->forenames, *listed = entry->forenames;

	memset(ret, NAMING_MISSING, sizeof(ret->level));
	ret->surname = ret->forename = 0;
	if (n->reading->surname)
		ret->level[NAMING_SURNAME] = naming_surname_level(n, entry);
	if (given[0] && listed[0]) {
		if (is_initial(n, given[0]) || is_initial(n, listed[0]))
			ret->level[NAMING_INITIAL] = compare_initial(n, entry);
		else
			ret->level[NAMING_FORENAME] = compare_forename(n, entry);
		if (given[1])
			ret->level[NAMING_MIDDLE] = compare_middle(n, entry);
		else if (ret->level[NAMING_FORENAME] != FORENAME_MIDDLE)
			ret->level[NAMING_BARE] = listed[1] ? BARE_DROPPED : BARE_NONE;
	}
	note_equal(n, entry, ret);
}

/* Entries that have a word, or one that it may be a slip of. */
static double count_alike(
	const struct alike *alike, uint32_t word, const uint32_t *counts)
{
	const struct alike_item *end, *at = alike_range(alike, word, &end);
	double sum = counts[word];

	for (; at < end; at++)
		if (at->listed != word)
			sum += SLIP * counts[at->listed];
	return sum;
}

double naming_share(const struct naming *n, const struct evidence_name *reading)
{
	const struct naming_tally *t = n->tally;
	double all = t->entries ? t->entries : 1;
	uint32_t first = reading->forenames[0];
	double forename =
		!first ? ALONE * all
		: is_initial(n, first)
			? t->letter[letter_of(n, first)]
			: count_alike(&n->forenames, first, t->first) + t->known[first];

	double surname = reading->surname
				 ? count_alike(&n->surnames, reading->surname, t->surname)
				 : ALONE * all;

	return (surname + UNSEEN) / all * (forename + UNSEEN) / all;
}
