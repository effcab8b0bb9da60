/* SPDX-License-Identifier: MIT */
/*
 * likeness: typing errors counted, forms by ear and on paper, and pairs of names in
 * levels.
 */
#include "recipients/likeness.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static void errors(void **state)
{
	static const struct {
		const char *a, *b;
		size_t errors;
	} cases[] = {
		{"", "", 0},
		{"smith", "smith", 0},
		{"smith", "smit", 1},
		{"smith", "smitth", 1},
		{"smith", "smyth", 1},
		{"smith", "simth", 1},
		{"jade", "jaed", 1},
		{"smith", "smythe", 2},
		{"smith", "jones", 3},
		{"a", "abcdef", 3},
		{"", "ab", 2},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		assert_int_equal(
			likeness_errors(cases[i].a, cases[i].b, 2), cases[i].errors);
		assert_int_equal(
			likeness_errors(cases[i].b, cases[i].a, 2), cases[i].errors);
	}
}

static void typing(void **state)
{
	char a[200], b[200];

	(void)state;
	assert_true(likeness_typing("khan", "kahn"));
	assert_false(likeness_typing("khan", "cohen"));
	assert_true(likeness_typing("hedridge", "hdridgee"));
	assert_false(likeness_typing("j", "k"));
	assert_true(likeness_typing("j", "j"));
	assert_false(likeness_typing("", "ab"));
	memset(a, 'x', sizeof(a));
	memset(b, 'x', sizeof(b));
	a[199] = b[199] = '\0';
	assert_true(likeness_typing(a, b));
	b[0] = 'y';
	assert_false(likeness_typing(a, b)); /* too long to be compared */
}

/* "?" is any letter, in the first word. */
static void lost_letter(void **state)
{
	(void)state;
	assert_int_equal(likeness_errors("j?rgen", "jurgen", 2), 0);
	assert_int_equal(likeness_errors("j?rgen", "joergen", 2), 1);
	assert_int_equal(likeness_errors("j?rgen", "jrgen", 2), 1);
}

static void on_paper(void **state)
{
	static const struct {
		const char *word, *form;
	} cases[] = {{"mclarnon", "mdamon"}, {"mdamon", "mdamon"}, {"we1ls", "wells"},
		{"j0hn", "john"}, {"5mith", "smith"}, {"vvells", "wells"},
		{"o-neill", "oneill"}, {"", ""}};
	char form[LIKENESS_ROOM], letters[3 * LIKENESS_ROOM] = "";

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		likeness_scanned(cases[i].word, form);
		assert_string_equal(form, cases[i].form);
	}
	memset(letters, 'x', sizeof(letters) - 1);
	likeness_scanned(letters, form);
	assert_true(strlen(form) < LIKENESS_ROOM);
	likeness_sound(letters, form);
	assert_true(strlen(form) < LIKENESS_ROOM);
}

static void by_ear(void **state)
{
	static const struct {
		const char *a, *b;
		bool equal;
	} cases[] = {{"clark", "clarke", true}, {"stephen", "steven", true},
		{"catherine", "kathryn", true}, {"wright", "right", true},
		{"knight", "night", true}, {"philip", "filip", true},
		{"smith", "smyth", true}, {"smith-jones", "smithjones", true},
		{"smith", "jones", false}, {"ann", "nan", false}};
	char a[LIKENESS_ROOM], b[LIKENESS_ROOM];

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		likeness_sound(cases[i].a, a);
		likeness_sound(cases[i].b, b);
		if (!strcmp(a, b) != cases[i].equal)
			fail_msg("%s is %s, %s is %s", cases[i].a, a, cases[i].b, b);
	}
}

static void bare(void **state)
{
	static const struct {
		const char *word, *bare;
	} cases[] = {{"osullivan", "sullivan"}, {"almasri", "masri"},
		{"al-masri", "masri"}, {"stjohn", "john"}, {"smith", NULL},
		{"oman", NULL}, {"stan", NULL}, {"", NULL}};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		const char *found = likeness_bare(cases[i].word);

		if (!cases[i].bare)
			assert_null(found);
		else
			assert_string_equal(found, cases[i].bare);
	}
}

/* In either order. */
static void names(void **state)
{
	static const struct {
		const char *a, *b;
		enum likeness likeness;
	} cases[] = {
		{"smith", "smith", LIKENESS_EQUAL},
		{"smith-jones", "smithjones", LIKENESS_EQUAL},
		{"smith", "smyth", LIKENESS_NEAR},
		{"we1ls", "wells", LIKENESS_NEAR},
		{"mclamon", "mclarnon", LIKENESS_NEAR},
		{"khan", "kahn", LIKENESS_NEAR},
		{"clark", "clarke", LIKENESS_NEAR},
		{"stephen", "steven", LIKENESS_NEAR},
		{"reilly", "oreilly", LIKENESS_NEAR},
		{"sullivan", "osullivan", LIKENESS_NEAR},
		{"almasri", "masri", LIKENESS_CLOSE},
		{"hedridge", "hdridgee", LIKENESS_NEAR}, /* of one sound */
		{"thompson", "tomson", LIKENESS_CLOSE},
		{"traore", "mwangi-traore", LIKENESS_PART},
		{"mwangi", "mwangi-traore", LIKENESS_PART},
		{"john", "stjohn", LIKENESS_PART},
		{"traore", "mwangi", LIKENESS_NONE},
		{"smith", "jones", LIKENESS_NONE},
		{"smith", "smithson", LIKENESS_NONE},
		{"begum", "khan", LIKENESS_NONE},
		{"lee", "li", LIKENESS_NONE},     /* two errors in a short word */
		{"gaz", "gareth", LIKENESS_NONE}, /* nickname.h */
		{"j", "k", LIKENESS_NONE},
		{"j", "john", LIKENESS_NONE},
	};
	struct likeness_word a, b;

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		likeness_prepare(cases[i].a, &a);
		likeness_prepare(cases[i].b, &b);
		if (likeness_names(&a, &b) != cases[i].likeness ||
			likeness_names(&b, &a) != cases[i].likeness)
			fail_msg("%s and %s", cases[i].a, cases[i].b);
	}
}

/* As the books have it, a cell at a time. */
static size_t plain_errors(const char *a, const char *b)
{
	size_t cells[16][16], n = strlen(a), m = strlen(b);

	for (size_t i = 0; i <= n; i++)
		for (size_t j = 0; j <= m; j++) {
			size_t *cell = &cells[i][j];

			*cell = i + j;
			if (!i || !j)
				continue;
			*cell = cells[i - 1][j - 1] +
				(a[i - 1] != b[j - 1] && a[i - 1] != '?');
			if (cells[i - 1][j] + 1 < *cell)
				*cell = cells[i - 1][j] + 1;
			if (cells[i][j - 1] + 1 < *cell)
				*cell = cells[i][j - 1] + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
				a[i - 2] == b[j - 1] && cells[i - 2][j - 2] + 1 < *cell)
				*cell = cells[i - 2][j - 2] + 1;
		}
	return cells[n][m];
}

static uint32_t random_below(uint32_t limit)
{
	static uint32_t seed = 1;

	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % limit;
}

static void random_word(char word[16])
{
	size_t length = random_below(13);

	for (size_t i = 0; i < length; i++)
		word[i] = "abc?"[random_below(4)];
	word[length] = '\0';
}

static void errors_of_random_words(void **state)
{
	(void)state;
	for (int i = 0; i < 20000; i++) {
		char a[16], b[16];
		size_t plain;

		random_word(a);
		random_word(b);
		plain = strcmp(a, b) != 0 ? plain_errors(a, b) : 0;
		for (size_t limit = 0; limit < 4; limit++)
			if (likeness_errors(a, b, limit) !=
				(plain > limit ? limit + 1 : plain))
				fail_msg("'%s' and '%s'", a, b);
	}
}

static void errors_of_long_words(void **state)
{
	char a[80], b[80];

	(void)state;
	memset(a, 'x', 64);
	memset(b, 'x', 64);
	a[64] = b[64] = '\0';
	a[63] = 'y';
	assert_int_equal(likeness_errors(a, b, 2), 1);
	b[0] = 'y';
	assert_int_equal(likeness_errors(a, b, 2), 2);
	memset(a, 'x', 65);
	a[65] = '\0';
	assert_int_equal(likeness_errors(a, b, 2), 3); /* longer ones are not compared */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(errors),
		cmocka_unit_test(errors_of_random_words),
		cmocka_unit_test(errors_of_long_words),
		cmocka_unit_test(typing),
		cmocka_unit_test(lost_letter),
		cmocka_unit_test(on_paper),
		cmocka_unit_test(by_ear),
		cmocka_unit_test(bare),
		cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
