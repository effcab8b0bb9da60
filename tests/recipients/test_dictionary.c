/* SPDX-License-Identifier: MIT */
/*
 * dictionary: numbers in the order of first sight, however many there are.
 */
#include "recipients/dictionary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void numbers(void **state)
{
	struct dictionary d = {0};
	char string[16];

	(void)state;
	assert_int_equal(dictionary_find(&d, "a"), 0);
	for (uint32_t i = 0; i < 10000; i++) {
		(void)snprintf(string, sizeof(string), "s%u", i);
		assert_int_equal(dictionary_add(&d, string), i + 1);
	}
	for (uint32_t i = 0; i < 10000; i++) {
		(void)snprintf(string, sizeof(string), "s%u", i);
		assert_int_equal(dictionary_add(&d, string), i + 1);
		assert_int_equal(dictionary_find(&d, string), i + 1);
		assert_string_equal(dictionary_string(&d, i + 1), string);
	}
	assert_int_equal(d.count, 10000);
	assert_int_equal(dictionary_find(&d, "s10000"), 0);
	assert_int_equal(dictionary_add(&d, ""), 10001);
	dictionary_done(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
