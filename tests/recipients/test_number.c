/* SPDX-License-Identifier: MIT */
/*
 * number: which spellings are one number, and what is none.
 */
#include "recipients/number.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static const struct {
	const char *a, *b;
	bool equal;
} pairs[] = {
	{"P123456", "p 123456", true},
	{"P123456", "123456", true},
	{"0123456", "123456", true},
	{"P0123456", "123456", true},
	{"123456.0", "123456", true},
	{"12-34-56", "123456", true},
	{"10.056.729", "10056729", true},
	{"123CP", "123 cp", true},
	{"P123456", "C123456", false},
	{"123456", "123465", false},
	{"123456", "1234560", false},
	{"123A", "123B", false},
	{"123456.00", "123456", true},
};

static void equality(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(pairs); i++) {
		struct number a, b;

		assert_true(number_parse(pairs[i].a, &a));
		assert_true(number_parse(pairs[i].b, &b));
		if (number_equal(&a, &b) != pairs[i].equal ||
			number_equal(&b, &a) != pairs[i].equal)
			fail_msg("%s and %s", pairs[i].a, pairs[i].b);
	}
}

static void parts(void **state)
{
	struct number n;

	(void)state;
	assert_true(number_parse(" cu 00412b", &n));
	assert_string_equal(n.prefix, "CU");
	assert_string_equal(n.digits, "412B");
}

static void none(void **state)
{
	static const char *const texts[] = {"", "n/a", "unknown", "0", "000", "1.23E+07",
		"ABCDEFGHI1",
		"123456789012345678901234567890123456789012345678901234567890",
		"\xd9\xa1\xd9\xa2\xd9\xa3"};
	struct number n;

	(void)state;
	for (size_t i = 0; i < LENGTH(texts); i++)
		assert_false(number_parse(texts[i], &n));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equality),
		cmocka_unit_test(parts),
		cmocka_unit_test(none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
