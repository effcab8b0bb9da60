/* SPDX-License-Identifier: MIT */
/*
 * dedupe: rows of one file that are one person. A made-up file, in which some people come
 * several times with damage, shows how good the pairs are; small ones what must hold
 * always. Rows are written "field=value|field=value".
 */
#include "recipients/dedupe.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "recipients/text.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static void add(struct dedupe *d, const char *text)
{
	auto_row r = {0};
	auto_text copy = text_copy(text);
	char *rest = copy, *field, *value;
	struct fault f = {0};

	while ((field = strsep(&rest, "|"))) {
		value = strchr(field, '=');
		if (!value)
			continue;
		*value = '\0';
		row_add(&r, field, value + 1);
	}
	assert_int_equal(dedupe_add(d, r.packed.bytes, r.packed.length, &f), 0);
}

static const struct dedupe_pair *run(struct dedupe *d, size_t *ret_count)
{
	struct fault f = {0};

	assert_int_equal(dedupe_run(d, NULL, &f), 0);
	return dedupe_pairs(d, ret_count);
}

static double probability(
	const struct dedupe_pair *pairs, size_t count, uint32_t left, uint32_t right)
{
	for (size_t i = 0; i < count; i++)
		if (pairs[i].left == left && pairs[i].right == right)
			return pairs[i].probability;
	return 0;
}

/* --- a made-up file --- */

#define PEOPLE 600
#define ROWS_MOST 4
#define RECALL 0.77
#define WRONG 0.05

static uint32_t seed;

static uint32_t die(uint32_t sides)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % sides;
}

static void word_make(char out[16], unsigned syllables)
{
	static const char first[] = "bcdfghjklmnprstvw", second[] = "aeiou";

	for (unsigned i = 0; i < syllables; i++) {
		*out++ = first[die(sizeof(first) - 1)];
		*out++ = second[die(sizeof(second) - 1)];
	}
	*out++ = "nrlst"[die(5)];
	*out = '\0';
}

/* A letter changed, lost, or two swapped. */
static void damage(char *word)
{
	size_t length = strlen(word), at = die((uint32_t)length - 1);

	switch (die(3)) {
	case 0:
		word[at] = (char)('a' + die(26));
		break;
	case 1:
		memmove(word + at, word + at + 1, length - at);
		break;
	case 2:
		word[length] = word[at];
		word[at] = word[at + 1];
		word[at + 1] = word[length];
		word[length] = '\0';
		break;
	}
}

struct person {
	char forename[16], surname[16], place[16];
	unsigned day, month, year;
};

static void person_make(
	struct person *p, char forenames[][16], char surnames[][16], char places[][16])
{
	*p = (struct person){
		.day = 1 + die(28), .month = 1 + die(12), .year = 1700 + die(300)};
	memcpy(p->forename, forenames[die(40) * die(40) / 40], 16);
	memcpy(p->surname, surnames[die(300) * die(300) / 300], 16);
	memcpy(p->place, places[die(60) * die(60) / 60], 16);
}

/* `twice`: with a column that says the name once more. */
static void person_write(const struct person *p, bool twice, char *out, size_t room)
{
	struct person x = *p;
	char date[32] = "", name[64] = "";

	if (!die(8))
		damage(x.forename);
	if (!die(8))
		damage(x.surname);
	if (!die(8))
		damage(x.place);
	if (die(6))
		(void)snprintf(date, sizeof(date), "|date_of_birth=%u-%02u-%02u", x.year,
			die(8) ? x.month : 1, die(8) ? x.day : 1);
	if (twice)
		(void)snprintf(name, sizeof(name), "|First and last=%s %s", x.forename,
			x.surname);
	(void)snprintf(out, room, "forenames=%s|surname=%s%s%s%s%s", x.forename,
		x.surname, name, date, die(5) ? "|Birth Place=" : "", x.place);
}

static size_t file_make(struct dedupe *d, uint32_t people, bool twice, uint32_t *persons)
{
	static char forenames[40][16], surnames[300][16], places[60][16];
	size_t rows = 0;

	seed = 20230808;
	for (size_t i = 0; i < LENGTH(forenames); i++)
		word_make(forenames[i], 2);
	for (size_t i = 0; i < LENGTH(surnames); i++)
		word_make(surnames[i], 3);
	for (size_t i = 0; i < LENGTH(places); i++)
		word_make(places[i], 3);
	for (uint32_t i = 0; i < people; i++) {
		uint32_t times = 1 + die(ROWS_MOST);
		struct person p;

		person_make(&p, forenames, surnames, places);
		for (uint32_t k = 0; k < times; k++) {
			char text[256];

			person_write(&p, twice, text, sizeof(text));
			add(d, text);
			persons[rows++] = i;
		}
	}
	return rows;
}

struct figures {
	double truth, listed, right, wrong, expected;
};

static struct figures measure(const struct dedupe_pair *pairs, size_t count,
	const uint32_t *persons, size_t rows)
{
	struct figures x = {0};

	for (size_t i = 0; i < rows; i++)
		for (size_t k = i + 1; k < rows; k++)
			x.truth += persons[i] == persons[k];
	for (size_t i = 0; i < count; i++) {
		bool one = persons[pairs[i].left] == persons[pairs[i].right];

		x.expected += pairs[i].probability;
		x.listed += one;
		x.right += pairs[i].probability >= 0.5 && one;
		x.wrong += pairs[i].probability >= 0.5 && !one;
	}
	return x;
}

/* The floors are what it reached, less a little. */
static void pairs_are_found(void **state)
{
	static uint32_t persons[PEOPLE * ROWS_MOST];

	(void)state;
	for (int twice = 0; twice < 2; twice++) {
		auto_dedupe *d = dedupe_new();
		size_t rows = file_make(d, PEOPLE, twice, persons), count;
		const struct dedupe_pair *pairs = run(d, &count);
		struct figures x = measure(pairs, count, persons, rows);

		if (x.right < RECALL * x.truth || x.wrong > WRONG * x.right)
			fail_msg("of %.0f pairs %.0f, and %.0f wrong", x.truth, x.right,
				x.wrong);
		/* Probabilities mean what they say: they add up to what is listed. */
		if (x.expected < 0.85 * x.listed || x.expected > 1.15 * x.listed)
			fail_msg("%.0f pairs, %.1f expected", x.listed, x.expected);
	}
}

/* Each pair once, in the order of the file; the same again. */
static void pairs_are_in_order(void **state)
{
	static uint32_t persons[PEOPLE * ROWS_MOST];
	auto_dedupe *d = dedupe_new();
	auto_dedupe *again = dedupe_new();
	size_t count, count_again;
	const struct dedupe_pair *pairs, *pairs_again;

	(void)state;
	file_make(d, 150, false, persons);
	file_make(again, 150, false, persons);
	pairs = run(d, &count);
	pairs_again = run(again, &count_again);
	assert_int_equal(count, count_again);
	assert_memory_equal(pairs, pairs_again, count * sizeof(*pairs));
	for (size_t i = 0; i < count; i++) {
		assert_true(pairs[i].left < pairs[i].right);
		assert_true(pairs[i].probability >= DEDUPE_LEAST &&
			    pairs[i].probability <= 1);
		if (i)
			assert_true(pairs[i - 1].left < pairs[i].left ||
				    (pairs[i - 1].left == pairs[i].left &&
					    pairs[i - 1].right < pairs[i].right));
	}
}

/* --- small files: what is usual stands for what would be learned --- */

static const char *const small[] = {
	"surname=Okafor|forenames=Grace|date_of_birth=1984-03-12|postcode=NR1 3AB",
	"surname=Okafor|forenames=Grace|date_of_birth=1984-03-12|postcode=NR1 3AB",
	"surname=Okafur|forenames=Grace|date_of_birth=12/03/1984",
	"surname=Hughes|forenames=Peter|date_of_birth=1950-01-30|postcode=IP4 1AA",
	"surname=Hughes|forenames=Peter|date_of_birth=1979-11-02|postcode=IP4 1AA",
	"surname=Lindqvist|forenames=Ann|date_of_birth=1991-07-07",
	"row_id=7",
	"row_id=7",
	"surname=Hughes|forenames=Peter|postcode=IP4 1AA",
};

/* Forty others, none of whom is another. */
static void others_add(struct dedupe *d)
{
	seed = 7;
	for (uint32_t i = 0; i < 40; i++) {
		char forename[16], surname[16];
		auto_text text = NULL;

		word_make(forename, 3);
		word_make(surname, 3);
		text = text_format("surname=%s|forenames=%s|date_of_birth=19%u-0%u-1%u|"
				   "service_number=%u|shift=%c",
			surname, forename, 50 + i, 1 + die(9), die(10),
			100000 + die(899999), 'A' + (int)die(2));
		add(d, text);
	}
}

static void small_file(void **state)
{
	auto_dedupe *d = dedupe_new();
	const struct dedupe_pair *pairs;
	size_t count;

	(void)state;
	for (size_t i = 0; i < LENGTH(small); i++)
		add(d, small[i]);
	others_add(d);
	pairs = run(d, &count);
	assert_true(probability(pairs, count, 0, 1) > 0.9); /* equal rows too */
	assert_true(probability(pairs, count, 0, 2) > 0.5);
	assert_true(probability(pairs, count, 1, 2) > 0.5);
	/* Father and son: another day of birth speaks against, none does not. */
	assert_true(probability(pairs, count, 3, 4) < probability(pairs, count, 3, 8));
	/* Rows that say nothing are nobody's. */
	for (size_t i = 0; i < count; i++)
		assert_true(pairs[i].left != 6 && pairs[i].left != 7 &&
			    pairs[i].right != 6 && pairs[i].right != 7);
}

/* What is said of a third row counts: the first and the second have but a name in common.
 */
static void third_row(void **state)
{
	static const char *const rows[] = {
		"surname=Okafor|forenames=Grace|date_of_birth=1984-03-12",
		"surname=Okafor|forenames=Grace|service_number=884213",
		("surname=Okafor|forenames=Grace|date_of_birth=1984-03-12|"
		 "service_number=884213"),
	};
	double before = 0, after = 0;

	(void)state;
	for (size_t count = 2; count <= 3; count++) {
		auto_dedupe *d = dedupe_new();
		const struct dedupe_pair *pairs;
		size_t found;

		for (size_t i = 0; i < count; i++)
			add(d, rows[i]);
		others_add(d);
		pairs = run(d, &found);
		before = count == 2 ? probability(pairs, found, 0, 1) : before;
		after = count == 3 ? probability(pairs, found, 0, 1) : 0;
	}
	if (after <= before || after < 0.9)
		fail_msg("%f, then %f", before, after);
}

/* Hundreds of rows that say the same: each pair of them is there. */
static void many_alike(void **state)
{
	auto_dedupe *d = dedupe_new();
	const struct dedupe_pair *pairs;
	size_t count, alike = 0;

	(void)state;
	others_add(d);
	for (int i = 0; i < 250; i++)
		add(d, "surname=Quill|forenames=Edward|date_of_birth=1970-01-02");
	pairs = run(d, &count);
	for (size_t i = 0; i < count; i++)
		alike += pairs[i].left >= 40 && pairs[i].probability > 0.9;
	assert_int_equal(alike, 250 * 249 / 2);
	assert_int_equal(dedupe_cut(d), 0);
}

static void hardly_a_file(void **state)
{
	auto_dedupe *none = dedupe_new();
	auto_dedupe *one = dedupe_new();
	auto_dedupe *nameless = dedupe_new();
	const struct dedupe_pair *pairs;
	size_t count;

	(void)state;
	(void)run(none, &count);
	assert_int_equal(count, 0);
	add(one, small[0]);
	(void)run(one, &count);
	assert_int_equal(count, 0);
	add(nameless, "service_number=884213|shift=A");
	add(nameless, "service_number=884213|shift=A");
	others_add(nameless);
	pairs = run(nameless, &count);
	assert_true(probability(pairs, count, 0, 1) > 0.5);
	dedupe_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pairs_are_found),
		cmocka_unit_test(pairs_are_in_order),
		cmocka_unit_test(small_file),
		cmocka_unit_test(third_row),
		cmocka_unit_test(many_alike),
		cmocka_unit_test(hardly_a_file),
	};

	return cmocka_run_group_tests_name("dedupe", tests, NULL, NULL);
}
