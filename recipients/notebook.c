/* SPDX-License-Identifier: MIT */
/*
 * From a line to evidence. How it comes apart is wording.c's, what the list knows
 * vocabulary.c's, the name notebook_name.c's, what all of it weighs scoring.c's.
 *
 * What can go wrong: a surname that is also a place ("PC Kingston"). Where it may be
 * either, the name is read both ways. And a remark is taken for a name; then it is
 * nobody's.
 */
#include "recipients/notebook.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "recipients/date.h"
#include "recipients/notebook_state.h"
#include "recipients/postcode.h"
#include "recipients/vetting.h"

#define RUN 8          /* words in a phrase */
#define DIGITS_LEAST 5 /* in a number that nobody on the list has */
#define DIGITS_MOST 12

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool has_fact(const struct note *n, uint32_t column)
{
	for (size_t i = 0; i < n->facts_count; i++)
		if (n->facts[i].column == column)
			return true;
	return evidence_find(n->evidence, n->row, column) ||
	       n->facts_count == NOTEBOOK_FACTS;
}

static struct fact *fact_add(
	struct note *n, uint32_t column, size_t from, size_t to, const char *text)
{
	struct fact *fact = &n->facts[n->facts_count++];

	*fact = (struct fact){.column = column};
	(void)snprintf(fact->text, sizeof(fact->text), "%s", text);
	for (size_t i = from; i < to; i++)
		fact->words |= picks_bit(i);
	wording_mark(&n->words, from, to, WORDING_FACT);
	return fact;
}

/* --- units, locations, roles --- */

/* May the word be a name all the same? Not behind the name, in brackets of its own. */
static unsigned place_doubt(const struct note *n, size_t at, uint32_t count)
{
	const struct wording_token *t = &n->words.tokens[at];
	bool alone = (!at || t[-1].segment != t->segment) &&
		     (at + 1 == n->words.count || t[1].segment != t->segment);
	double people = (double)n->evidence->lists[EVIDENCE_PEOPLE].count;

	if (alone && t->segment != n->words.tokens[0].segment)
		return 0;
	return 1 + (unsigned)log2(people / (count ? count : 1));
}

static bool find_place(struct note *n, size_t from, size_t to, enum value_level worst)
{
	char text[FOLD_ROOM];
	uint32_t count, column;
	struct fact *fact;

	wording_write(&n->words, from, to, " ", text);
	column = vocabulary_phrase(n->words.list, text, worst, &count);
	if (column == EVIDENCE_COLUMNS || has_fact(n, column))
		return false;
	fact = fact_add(n, column, from, to, text);
	if (to - from == 1 && (n->words.tokens[from].named || worst != VALUE_EQUAL))
		fact->doubt = place_doubt(n, from, count);
	return true;
}

/* The longest runs first, of these the last: places come behind names. */
static void find_places(struct note *n)
{
	size_t most = n->words.count < RUN ? n->words.count : RUN;

	for (size_t length = most; length; length--)
		for (size_t to = n->words.count; to >= length; to--) {
			size_t from = to - length;
			bool free = n->words.tokens[from].use == WORDING_NAME;

			for (size_t i = from; i < to; i++)
				free = free && n->words.tokens[i].use != WORDING_FACT;
			if (free)
				find_place(n, from, to, VALUE_EQUAL);
		}
}

static bool all_named(const struct note *n, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		if (!n->words.tokens[i].named && n->words.tokens[i].word[1])
			return false;
	return true;
}

/* Words that may be a name, outside of from..to. */
static bool leaves_name(const struct note *n, size_t from, size_t to)
{
	for (size_t i = 0; i < n->words.count; i++)
		if ((i < from || i >= to) && n->words.tokens[i].use == WORDING_NAME &&
			n->words.tokens[i].word[1])
			return true;
	return false;
}

/* With a slip: not what is somebody's name, and not the only word. */
static void find_misspelt(struct note *n)
{
	size_t most = n->words.count < RUN ? n->words.count : RUN;

	for (size_t length = most; length; length--)
		for (size_t to = n->words.count; to >= length; to--) {
			size_t from = to - length;

			if (wording_free(&n->words, from, to, true) &&
				n->words.tokens[from].use == WORDING_NAME &&
				wording_together(&n->words, from, to) &&
				!all_named(n, from, to) && leaves_name(n, from, to))
				find_place(n, from, to, VALUE_NEAR);
		}
}

/* A whole segment behind the name that is a short form: "Specialist Crime". */
static void find_parts(struct note *n)
{
	size_t to;

	for (size_t from = n->words.count ? wording_end(&n->words, 0) : 0;
		from < n->words.count; from = to) {
		to = wording_end(&n->words, from);
		if (wording_free(&n->words, from, to, true) && !all_named(n, from, to) &&
			leaves_name(n, from, to))
			find_place(n, from, to, VALUE_CLOSE);
	}
}

/* --- what has digits in it --- */

static size_t count_digits(const char *text)
{
	size_t digits = 0;

	for (; *text; text++)
		digits += is_digit(*text);
	return digits;
}

static bool find_postcode(struct note *n, size_t from, size_t to, const char *text)
{
	uint32_t column = vocabulary_column(n->words.list, VALUE_POSTCODE);
	struct postcode p;

	if (is_digit(*text) || !postcode_parse(text, &p) || !*p.inward)
		return false;
	if (column == EVIDENCE_COLUMNS || has_fact(n, column))
		wording_mark(&n->words, from, to, WORDING_NOISE);
	else
		fact_add(n, column, from, to, text);
	return true;
}

/* The day of birth, if somebody has it or it is said to be one; other days are those of
 * the notes. */
static bool find_date(struct note *n, size_t from, size_t to, const char *text)
{
	uint32_t column = vocabulary_value(n->words.list, VALUE_DATE, false, text);
	const char *before = from ? n->words.tokens[from - 1].word : "";
	struct date d;

	if (strspn(text, "0123456789") == strlen(text) || !date_parse(text, &d))
		return false;
	if (column == EVIDENCE_COLUMNS &&
		(!strcmp(before, "dob") || !strcmp(before, "born")))
		column = vocabulary_column(n->words.list, VALUE_DATE);
	if (column == EVIDENCE_COLUMNS || has_fact(n, column))
		wording_mark(&n->words, from, to, WORDING_NOISE);
	else
		fact_add(n, column, from, to, text);
	return true;
}

/* Which column the list has this number in; `strong`: one that identifies. */
static bool find_number(struct note *n, size_t from, size_t to)
{
	char text[FOLD_ROOM];
	size_t digits;
	uint32_t column, any = NOTEBOOK_ANY;

	wording_write(&n->words, from, to, "", text);
	digits = count_digits(text);
	if (digits > DIGITS_MOST || digits < 2)
		return false;
	column = vocabulary_value(n->words.list, VALUE_NUMBER, true, text);
	if (column != EVIDENCE_COLUMNS && !has_fact(n, any) &&
		(digits >= DIGITS_LEAST || !is_digit(*text))) {
		fact_add(n, any, from, to, text);
		return true;
	}
	column = vocabulary_value(n->words.list, VALUE_NUMBER, false, text);
	if (column != EVIDENCE_COLUMNS && !has_fact(n, column)) {
		fact_add(n, column, from, to, text);
		return true;
	}
	if (to - from > 1 || digits < DIGITS_LEAST || has_fact(n, any))
		return false;
	fact_add(n, any, from, to, text);
	return true;
}

static bool find_digits(struct note *n, size_t from, size_t to)
{
	char text[FOLD_ROOM];

	wording_write(&n->words, from, to, " ", text);
	if (!count_digits(text))
		return false;
	return (to - from <= 2 && find_postcode(n, from, to, text)) ||
	       (to - from != 2 && find_date(n, from, to, text));
}

static void find_numbers(struct note *n)
{
	for (size_t length = 3; length; length--)
		for (size_t from = 0; from + length <= n->words.count; from++)
			if (wording_free(&n->words, from, from + length, false))
				find_digits(n, from, from + length);
	for (size_t length = 4; length; length--)
		for (size_t from = 0; from + length <= n->words.count; from++)
			if (wording_free(&n->words, from, from + length, false) &&
				count_digits(n->words.tokens[from + length - 1].word) &&
				(!n->words.tokens[from].word[1] ||
					count_digits(n->words.tokens[from].word)))
				find_number(n, from, from + length);
	for (size_t i = 0; i < n->words.count; i++)
		if (n->words.tokens[i].use == WORDING_NAME &&
			count_digits(n->words.tokens[i].word) * 2 >=
				strlen(n->words.tokens[i].word))
			n->words.tokens[i].use = WORDING_NOISE;
}

/* Each end of the run is needed to say what it says. "MV Smith" has initials. */
static bool is_vetting(const struct note *n, size_t from, size_t to)
{
	char text[FOLD_ROOM];
	uint32_t all, front, back;

	wording_write(&n->words, from, to, " ", text);
	all = vetting_parse(text);
	wording_write(&n->words, from, to - 1, " ", text);
	front = vetting_parse(text);
	wording_write(&n->words, from + 1, to, " ", text);
	back = vetting_parse(text);
	if (to - from == 1 && to < n->words.count &&
		wording_together(&n->words, from, to + 1) &&
		n->words.tokens[to].use == WORDING_NAME)
		return false;
	return all && all != front && all != back;
}

static void find_vetting(struct note *n)
{
	uint32_t column = vocabulary_column(n->words.list, VALUE_VETTING);
	char text[FOLD_ROOM];

	for (size_t length = 3; column != EVIDENCE_COLUMNS && length; length--)
		for (size_t from = 0; from + length <= n->words.count; from++) {
			if (has_fact(n, column) ||
				!wording_free(&n->words, from, from + length, false) ||
				!is_vetting(n, from, from + length))
				continue;
			wording_write(&n->words, from, from + length, " ", text);
			fact_add(n, column, from, from + length, text);
		}
}

/* --- a text --- */

/* Of addresses that the list has nothing is left, of others the half before the "@". */
static void find_mails(struct note *n, char *text)
{
	char *at = text;

	while ((at = strchr(at, '@'))) {
		static const char ends[] = " <>()[],;:\"";
		char *from = at, *to = at + strcspn(at, ends), address[FOLD_ROOM];
		uint32_t column;

		while (from > text && !strchr(ends, from[-1]))
			from--;
		while (to > at && to[-1] == '.')
			to--;
		(void)snprintf(address, sizeof(address), "%.*s", (int)(to - from), from);
		column = vocabulary_value(n->words.list, VALUE_EMAIL, true, address);
		if (column == EVIDENCE_COLUMNS)
			column = vocabulary_value(
				n->words.list, VALUE_EMAIL, false, address);
		if (column != EVIDENCE_COLUMNS && !has_fact(n, column))
			fact_add(n, column, 0, 0, address);
		else
			from = at;
		memset(from, ' ', (size_t)(to - from));
		at = to;
	}
}

static void note_read(struct note *n, const char *text)
{
	char folded[FOLD_ROOM];

	fold_letters(text, folded, sizeof(folded));
	evidence_reopen(n->evidence, n->row);
	find_mails(n, folded);
	wording_cut(&n->words, folded);
	find_places(n);
	find_vetting(n);
	find_numbers(n);
	wording_drop_noise(&n->words);
	find_misspelt(n);
	find_parts(n);
	notebook_name(n);
}

int notebook_read(struct evidence *e, const struct progress *progress, struct fault *f)
{
	struct vocabulary list;
	int result = 0;

	if (!e->notes_count)
		return 0;
	vocabulary_init(&list, e);
	for (size_t i = 0; i < e->notes_count && !result; i++) {
		struct note n = {.evidence = e,
			.words = {.list = &list},
			.row = &e->lists[EVIDENCE_RECORDS].rows[e->notes[i].row]};

		if (i % 256 == 0)
			result = progress_step(
				progress, "reading texts", i, e->notes_count, f);
		note_read(&n, evidence_note_text(e, &e->notes[i]));
	}
	vocabulary_done(&list);
	return result;
}
