/* SPDX-License-Identifier: MIT */
/*
 * dictionary: numbers in the order of first sight, however many there are. index: every
 * row under its key.
 */
#include "recipients/dictionary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

#include "recipients/index.h"

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

static void rows(void **state)
{
	struct index x = {0};
	const struct index_posting *p, *end;

	(void)state;
	for (uint32_t row = 0; row < 300; row++)
		index_add(&x, row % 7 + 1, row, row * 2);
	index_build(&x, 9);
	for (uint32_t key = 0; key < 12; key++) {
		uint32_t expected = key ? key - 1 : 0, count = 0;

		for (p = index_range(&x, key, &end); p < end;
			p++, count++, expected += 7) {
			assert_int_equal(p->row, expected);
			assert_int_equal(p->detail, expected * 2);
		}
		assert_int_equal(count, key == 0 || key > 7 ? 0 : key <= 6 ? 43 : 42);
	}
	index_done(&x);
}

static void empty(void **state)
{
	struct index x = {0};
	const struct index_posting *first, *end;

	(void)state;
	index_build(&x, 0);
	first = index_range(&x, 0, &end);
	assert_ptr_equal(first, end);
	index_done(&x);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers),
		cmocka_unit_test(rows),
		cmocka_unit_test(empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
