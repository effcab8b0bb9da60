/* SPDX-License-Identifier: MIT */
/*
 * fold: what typed text becomes. Two spellings of one name must become the same.
 */
#include "recipients/fold.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static const struct {
	const char *text, *letters, *words;
} cases[] = {
	{"", "", ""}, {"  \t ", "", ""}, {"John  Smith ", "John Smith", "john smith"},
	{"O'Neill", "O'Neill", "oneill"},
	{"O\xe2\x80\x99Neill", "O'Neill", "oneill"}, /* a curly quote */
	{"O`Neill", "O'Neill", "oneill"},
	{"O\x92Neill", "O'Neill", "oneill"}, /* Windows-1252 */
	{"O\xc3\xa2\xe2\x82\xac\xe2\x84\xa2Neill", "O'Neill",
		"oneill"}, /* read as Windows-1252 */
	{"O\xc3\xa2\xc2\x80\xc2\x99Neill", "O'Neill", "oneill"}, /* read as Latin-1 */
	{"O\xc3\xa2Neill", "O'Neill", "oneill"}, /* and its controls dropped */
	{"Ch\xc3\xa2teau", "Chateau", "chateau"}, {"Zo\xc3\xab", "Zoe", "zoe"},
	{"Zoe\xcc\x88", "Zoe", "zoe"}, /* the same, decomposed */
	{"Zo\xc3\x83\xc2\xab", "Zoe", "zoe"},
	{"Zo\xc3\x83\xc6\x92\xc3\x82\xc2\xab", "Zoe",
		"zoe"}, /* twice through the wrong decoder */
	{"Zo\xeb", "Zoe", "zoe"},
	{"Koz\xc3\x85\xe2\x80\x9aowski", "Kozlowski", "kozlowski"},
	{"Koz\xc5\x82owski", "Kozlowski", "kozlowski"},
	{"J\xc3\xb8rgensen", "Jorgensen", "jorgensen"}, {"Gro\xc3\x9f", "Gross", "gross"},
	{"\xc3\x86lfric", "AElfric", "aelfric"},
	{"\xc3\x9eor\xc3\xb0ur", "Thordur", "thordur"},
	{"Y\xc4\xb1lmaz", "Yilmaz", "yilmaz"}, {"\xc6\x91", "f", "f"},
	{"\xc6\x91", "f", "f"}, /* only its small letter is in the table */
	/* a capital whose small letter is in the table */
	{"\xc5\x9e\x41HIN", "SAHIN", "sahin"},
	{"Smith\xe2\x80\x93Jones", "Smith-Jones", "smith jones"},
	{"Smith\xc2\xa0Jones", "Smith Jones", "smith jones"},
	{"Smith\xc2\xad", "Smith", "smith"}, {"R&D", "R&D", "r and d"},
	{"D/Supt.", "D/Supt.", "d supt"},
	{"\xd0\x98\xd0\xb2\xd0\xb0\xd0\xbd", "\xd0\xb8\xd0\xb2\xd0\xb0\xd0\xbd",
		"\xd0\xb8\xd0\xb2\xd0\xb0\xd0\xbd"},
	{"\xff\xfe", "yth", "yth"}, /* bytes that are no UTF-8 */
};

static void table(void **state)
{
	char out[FOLD_ROOM];
	size_t length;

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		length = fold_letters(cases[i].text, out, sizeof(out));
		assert_int_equal(length, strlen(out));
		assert_string_equal(out, cases[i].letters);
		length = fold_words(cases[i].text, out, sizeof(out));
		assert_int_equal(length, strlen(out));
		assert_string_equal(out, cases[i].words);
	}
}

static void long_text_is_cut_alike(void **state)
{
	char text[3 * FOLD_ROOM], wide[3 * FOLD_ROOM], out[FOLD_ROOM], small[8];

	(void)state;
	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(fold_words(text, out, sizeof(out)), FOLD_ROOM - 1);
	for (size_t i = 0; i + 2 < sizeof(wide); i += 2)
		memcpy(wide + i, "\xc3\xa9", 3);
	assert_int_equal(fold_words(wide, out, sizeof(out)), FOLD_ROOM - 1);
	assert_int_equal(fold_words("abc & def", small, sizeof(small)), 3);
	assert_string_equal(small, "abc");
}

static void joins_and_splits(void **state)
{
	char out[FOLD_ROOM], text[] = "one two  three";
	const char *words[2];

	(void)state;
	assert_int_equal(fold_join("SW1A 1AA", out, sizeof(out)), 7);
	assert_string_equal(out, "sw1a1aa");
	assert_int_equal(fold_split(text, words, 2), 2);
	assert_string_equal(words[0], "one");
	assert_string_equal(words[1], "two");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table),
		cmocka_unit_test(long_text_is_cut_alike),
		cmocka_unit_test(joins_and_splits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
