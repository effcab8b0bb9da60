/* SPDX-License-Identifier: MIT */
/*
 * pattern: shell patterns by characters, the same in every locale, in bounded time.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "recipients/pattern.h"

static void test_matches(void **state)
{
	static const struct {
		const char *pattern, *text;
		bool matches;
	} cases[] = {
		{"abc", "abc", true},
		{"abc", "abcd", false},
		{"abc", "ab", false},
		{"*", "", true},
		{"*", "anything at all", true},
		{"a*", "a", true},
		{"*a", "banana", true},
		{"*a", "banan", false},
		{"*nan*", "banana", true},
		{"b*n*a", "banana", true},
		{"b**a", "banana", true},
		{"so1?", "so15", true},
		{"so1?", "so1", false},
		{"so1?", "so155", false},
		{"t?", "tŷ", true},
		{"t??", "tŷ", false},
		{"[éŷ]x", "ŷx", true},
		{"[éŷ]x", "ýx", false},
		{"[!é]", "é", false},
		{"[^é]", "e", true},
		{"[à-ü]", "é", true},
		{"so[1-3]", "so2", true},
		{"so[1-3]", "so4", false},
		{"so[13-]", "so-", true},
		{"so[]1]", "so]", true},
		{"so[!]1]", "so]", false},
		{"so[\\]1]", "so]", true},
		{"so[\\]1]", "so1", true},
		{"so[a\\-c]", "sob", false},
		{"dv[ ,;/+]*", "dv, sc", true},
		{"*[ ,;/+]dv", "sc+dv", true},
		{"\\*", "*", true},
		{"\\*", "a", false},
		{"\\[a]", "[a]", true},
		{"a/b*", "a/b/c", true},
		{".*", ".x", true},
		{"*\xff*",
			"a\xff"
			"b",
			true},
		{"?\xff", "\xff\xff", true},
		{"ÿ", "\xff", false},
		{"[ -~]", "\xff", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		if (pattern_check(cases[i].pattern) ||
			pattern_matches(cases[i].pattern, cases[i].text) !=
				cases[i].matches)
			fail_msg("%s %s", cases[i].pattern, cases[i].text);
}

static void test_check(void **state)
{
	static const struct {
		const char *pattern, *wrong;
	} cases[] = {
		{"", "is empty"},
		{"abc\\", "ends in a \\"},
		{"a[bc", "is not closed"},
		{"a[]", "is not closed"},
		{"a[!]", "is not closed"},
		{"[[:digit:]]", "named class"},
		{"[z-a]", "backwards"},
		{"[abc][9-0]", "backwards"},
	};
	static const char *const fine[] = {
		"a", "\\\\[a]", "\\[", "a]b", "[]]", "[a-]", "[-a]", "*", "[*?]"};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const char *wrong = pattern_check(cases[i].pattern);

		if (!wrong || !strstr(wrong, cases[i].wrong))
			fail_msg("%s: %s", cases[i].pattern, wrong ? wrong : "fine");
	}
	for (size_t i = 0; i < sizeof(fine) / sizeof(*fine); i++)
		assert_null(pattern_check(fine[i]));
}

static void make(char *out, size_t length, const char *letters, unsigned int *seed)
{
	size_t n = (size_t)rand_r(seed) % length, kinds = strlen(letters);

	for (size_t i = 0; i < n; i++)
		out[i] = letters[(size_t)rand_r(seed) % kinds];
	out[n] = '\0';
}

/* In the C locale, on plain letters, the C library must agree. */
static void test_agrees_with_fnmatch(void **state)
{
	char pattern[9], text[9];
	unsigned int seed = 11;
	int both = 0;

	(void)state;
	for (int round = 0; round < 200000; round++) {
		make(pattern, sizeof(pattern), "ab*?[]!-\\", &seed);
		make(text, sizeof(text), "ab]-!", &seed);
		if (pattern_check(pattern))
			continue;
		if (pattern_matches(pattern, text) != !fnmatch(pattern, text, 0))
			fail_msg("\"%s\" \"%s\"", pattern, text);
		both += pattern_matches(pattern, text);
	}
	assert_true(both > 1000);
}

static void test_time_is_bounded(void **state)
{
	char text[2001];
	clock_t start = clock();

	(void)state;
	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_false(pattern_matches("*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*ab", text));
	assert_true(clock() - start < CLOCKS_PER_SEC);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_matches),
		cmocka_unit_test(test_check),
		cmocka_unit_test(test_agrees_with_fnmatch),
		cmocka_unit_test(test_time_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
