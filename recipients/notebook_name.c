/* SPDX-License-Identifier: MIT */
/*
 * Which words of a line are the name, and in how many ways it can be read. How a name is
 * read is name.c's; which reading is the right one only the list can say: scoring.c.
 *
 * What can go wrong: too many readings for one line. Each costs time, and makes the
 * others less likely; so a word is left out of a name only for a reason.
 */
#include <stdio.h>
#include <string.h>

#include "recipients/name.h"
#include "recipients/notebook_state.h"
#include "recipients/rank.h"

#define CHOICES 8   /* ways to pick the words of a name */
#define READINGS 64 /* of them */
#define CAPITALS "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

/* How much less likely it is, in bits, that: */
#define DOUBT_WORD 8   /* a word beside a name says nothing */
#define DOUBT_LETTER 4 /* an initial does not belong to it */
#define DOUBT_FIRST 3  /* a short word in front is a rank that was misspelt */
#define DOUBT_CALLED 4 /* a forename follows a rank */

struct choice {
	picks tokens;
	unsigned doubt;
};

struct choices {
	struct choice list[CHOICES];
	size_t count;
};

struct readings {
	struct name list[READINGS];
	unsigned doubts[READINGS];
	size_t count;
};

static picks picks_used(const struct note *n, enum wording_use use)
{
	picks tokens = 0;

	for (size_t i = 0; i < n->words.count; i++)
		if (n->words.tokens[i].use == use)
			tokens |= picks_bit(i);
	return tokens;
}

static picks picks_of(const struct note *n, unsigned segment, enum wording_use use)
{
	picks tokens = 0;

	for (size_t i = 0; i < n->words.count; i++)
		if (n->words.tokens[i].segment == segment)
			tokens |= picks_bit(i);
	return tokens & picks_used(n, use);
}

static size_t picks_count(picks tokens)
{
	size_t count = 0;

	for (; tokens; tokens &= tokens - 1)
		count++;
	return count;
}

/* Those that are more than an initial. */
static picks picks_full(const struct note *n, picks tokens)
{
	picks full = 0;

	for (size_t i = 0; i < n->words.count; i++)
		if (tokens & picks_bit(i) && n->words.tokens[i].word[1])
			full |= picks_bit(i);
	return full;
}

static picks picks_named(const struct note *n, picks tokens)
{
	picks named = 0;

	for (size_t i = 0; i < n->words.count; i++)
		if (tokens & picks_bit(i) &&
			(n->words.tokens[i].named || !n->words.tokens[i].word[1]))
			named |= picks_bit(i);
	return named;
}

static size_t picks_first(picks tokens)
{
	size_t i = 0;

	while (!(tokens >> i & 1))
		i++;
	return i;
}

static unsigned doubt_of(const struct note *n, picks words)
{
	size_t full = picks_count(picks_full(n, words)), all = picks_count(words);

	return (unsigned)(DOUBT_WORD * full + DOUBT_LETTER * (all - full));
}

static void choice_add(
	const struct note *n, struct choices *c, picks tokens, unsigned doubt)
{
	if (c->count == CHOICES || !picks_full(n, tokens))
		return;
	c->list[c->count++] = (struct choice){tokens, doubt};
}

/* The first segment with a word that is no fact, or none but that may be one. */
static unsigned segment_of_name(const struct note *n)
{
	for (size_t i = 0; i < n->words.count; i++)
		if (n->words.tokens[i].use == WORDING_NAME && n->words.tokens[i].word[1])
			return n->words.tokens[i].segment;
	for (size_t i = 0; i < n->facts_count; i++)
		if (n->facts[i].doubt)
			return n->words.tokens[picks_first(n->facts[i].words)].segment;
	return UINT32_MAX;
}

/* "Saahid, R." */
static picks behind_comma(const struct note *n, unsigned segment)
{
	picks words = picks_of(n, segment + 1, WORDING_NAME);
	bool plain = words && n->words.tokens[picks_first(words)].comma &&
		     picks_count(words) <= 3 && !picks_of(n, segment + 1, WORDING_RANK);

	return plain ? words : 0;
}

/* A short word in front of forename and surname, or of a surname in capitals: "LC Ian
 * Higgins". */
static picks misspelt_rank(const struct note *n, picks words)
{
	const struct wording_token *first, *second;
	size_t count = picks_count(words);

	if (count < 2)
		return 0;
	first = &n->words.tokens[picks_first(words)];
	second = &n->words.tokens[picks_first(words & (words - 1))];
	if (first->named || !first->word[1] || strlen(first->word) > 4 ||
		!second->word[1])
		return 0;
	if (count > 2 ? !second->named : strspn(first->raw, CAPITALS) < 2)
		return 0;
	return words & ~(words - 1);
}

static void choose_others(
	const struct note *n, unsigned segment, picks words, struct choices *c)
{
	for (size_t i = 0; i < n->words.count; i = wording_end(&n->words, i)) {
		unsigned other = n->words.tokens[i].segment;
		picks there = picks_of(n, other, WORDING_NAME);

		if (other != segment && picks_named(n, picks_full(n, there)))
			choice_add(n, c, there | picks_of(n, other, WORDING_RANK),
				doubt_of(n, words));
	}
}

/* Which words are the name. */
static void choose(const struct note *n, unsigned segment, struct choices *c)
{
	picks words = picks_of(n, segment, WORDING_NAME),
	      rank = picks_of(n, segment, WORDING_RANK), next = behind_comma(n, segment),
	      places = 0, front = rank ? 0 : misspelt_rank(n, words),
	      named = picks_named(n, words);
	unsigned doubt = doubt_of(n, next);

	for (size_t i = 0; i < n->facts_count; i++)
		if (n->facts[i].doubt &&
			n->words.tokens[picks_first(n->facts[i].words)].segment ==
				segment) {
			places |= n->facts[i].words;
			doubt += n->facts[i].doubt;
		}
	if (next)
		choice_add(n, c, words | rank | next, 0);
	if (places)
		choice_add(n, c, words | rank | places, 0);
	if (front) {
		bool three = picks_count(words) > 2;

		choice_add(
			n, c, words & ~front, doubt + (three ? DOUBT_FIRST : DOUBT_WORD));
		doubt += three ? DOUBT_WORD : 0;
	}
	choice_add(n, c, words | rank, doubt);
	if (picks_count(words) > 3 && named != words)
		choice_add(n, c, named | rank, doubt + doubt_of(n, words & ~named));
	choose_others(n, segment, words, c);
}

static void reading_add(struct readings *r, const struct name *name, unsigned doubt)
{
	for (size_t i = 0; i < r->count; i++)
		if (!strcmp(r->list[i].surname, name->surname) &&
			!strcmp(r->list[i].forenames, name->forenames)) {
			r->doubts[i] = doubt < r->doubts[i] ? doubt : r->doubts[i];
			return;
		}
	if (r->count == READINGS)
		return;
	r->doubts[r->count] = doubt;
	r->list[r->count++] = *name;
}

static void name_write(const struct note *n, picks tokens, char out[FOLD_ROOM])
{
	const struct wording_token *last = NULL;
	size_t used = 0;

	out[0] = '\0';
	for (size_t i = 0; i < n->words.count && used < FOLD_ROOM; i++) {
		const struct wording_token *t = &n->words.tokens[i];

		if (!(tokens & picks_bit(i)))
			continue;
		used += (size_t)snprintf(out + used, FOLD_ROOM - used, "%s%s",
			!last                         ? ""
			: last->segment != t->segment ? ", "
						      : " ",
			t->raw);
		last = t;
	}
}

/* A forename alone, or two that are nobody's surname: "Dawn (Edmonton)". */
static void read_called(const struct note *n, picks words, struct rank_set rank,
	unsigned doubt, struct readings *r)
{
	struct name called = {.order = NAME_CALLED, .rank = rank};
	char text[FOLD_ROOM];

	name_write(n, words, text);
	if (!name_forenames(text, called.forenames) || picks_count(words) > 2)
		return;
	if (picks_count(words) == 2) {
		const char *second = strchr(called.forenames, ' ');

		if (!second || picks_full(n, words) != words ||
			!vocabulary_forename(n->words.list, second + 1) ||
			vocabulary_surname(n->words.list, second + 1))
			return;
	}
	reading_add(r, &called, doubt + (rank.first ? DOUBT_CALLED : 0));
}

/* Behind a rank a second one is hardly any: "Insp CC Burns". */
static void read_ranked(struct name *name, struct rank_set rank, unsigned *doubt)
{
	*doubt += name->rank.first ? DOUBT_WORD : 0;
	name->rank = rank;
	name->rank_kept = false;
}

/* The words behind the rank, and where it may be a name itself ("DI Luca") all of them.
 */
static void read_choice(const struct note *n, const struct choice *c, struct readings *r)
{
	struct name names[NAME_READINGS];
	picks ranks = c->tokens & picks_used(n, WORDING_RANK);
	struct rank_set rank = {RANK_NONE, RANK_NONE};
	char text[FOLD_ROOM];
	size_t count;

	name_write(n, ranks, text);
	if (ranks)
		rank = rank_parse(text);
	name_write(n, c->tokens & ~ranks, text);
	count = name_read(text, names);
	for (size_t i = 0; i < count; i++) {
		unsigned doubt = c->doubt;

		if (rank.first)
			read_ranked(&names[i], rank, &doubt);
		reading_add(r, &names[i], doubt);
	}
	read_called(n, c->tokens & ~ranks, rank, c->doubt, r);
	if (picks_count(ranks) != 1)
		return;
	name_write(n, c->tokens, text);
	count = name_read(text, names);
	for (size_t i = 0; i < count; i++)
		reading_add(r, &names[i], c->doubt);
}

static void facts_give(struct note *n, bool name_left)
{
	for (size_t i = 0; i < n->facts_count; i++) {
		const struct fact *fact = &n->facts[i];

		if (fact->column == NOTEBOOK_ANY)
			evidence_add_number(n->evidence, n->row, fact->text);
		else if (!fact->doubt || name_left)
			evidence_add_value(n->evidence, n->row, fact->column, fact->text);
	}
}

/* A rank that no reading of the name has with it. */
static void ranks_give(struct note *n, picks with_name)
{
	uint32_t column = n->evidence->rank;

	for (size_t i = 0; column && i < n->words.count; i++) {
		size_t to = i;
		char text[FOLD_ROOM];

		while (to < n->words.count && n->words.tokens[to].use == WORDING_RANK &&
			wording_together(&n->words, i, to + 1))
			to++;
		if (to == i || with_name & picks_bit(i))
			continue;
		wording_write(&n->words, i, to, " ", text);
		evidence_add_value(n->evidence, n->row, column - 1, text);
		return;
	}
}

void notebook_name(struct note *n)
{
	unsigned segment = segment_of_name(n);
	struct choices choices = {0};
	struct readings readings;
	picks with_name = 0;

	readings.count = 0;
	if (segment != UINT32_MAX)
		choose(n, segment, &choices);
	for (size_t i = 0; i < choices.count; i++) {
		read_choice(n, &choices.list[i], &readings);
		with_name |= choices.list[i].tokens;
	}
	facts_give(n, picks_full(n, picks_of(n, segment, WORDING_NAME)) != 0);
	ranks_give(n, with_name);
	for (size_t i = 0; i < readings.count; i++)
		evidence_add_name(n->evidence, n->row, &readings.list[i],
			readings.doubts[i] < UINT8_MAX ? readings.doubts[i] : UINT8_MAX);
}
