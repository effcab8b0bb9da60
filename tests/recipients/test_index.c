/* SPDX-License-Identifier: MIT */
/*
 * index: the rows of each key, in the order of adding, and none for others.
 */
#include "recipients/index.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static void rows_of(
	const struct index *x, uint32_t key, const uint32_t *rows, size_t count)
{
	const uint32_t *end, *at = index_range(x, key, &end);

	assert_int_equal(end - at, count);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(at[i], rows[i]);
}

static void ranges(void **state)
{
	static const uint32_t first[] = {9, 1, 9}, last[] = {4};
	struct index x = {0};

	(void)state;
	index_add(&x, 0, 9);
	index_add(&x, 6, 4);
	index_add(&x, 0, 1);
	index_add(&x, 0, 9); /* twice is twice */
	index_build(&x, 7);
	rows_of(&x, 0, first, 3);
	rows_of(&x, 6, last, 1);
	for (uint32_t key = 1; key < 6; key++)
		rows_of(&x, key, NULL, 0);
	rows_of(&x, 7, NULL, 0); /* beyond the limit */
	rows_of(&x, UINT32_MAX, NULL, 0);
	index_done(&x);
}

static void empty(void **state)
{
	struct index x = {0};

	(void)state;
	rows_of(&x, 0, NULL, 0); /* never built */
	index_build(&x, 0);
	rows_of(&x, 0, NULL, 0);
	index_done(&x);
	index_build(&x, 3);
	rows_of(&x, 2, NULL, 0);
	index_done(&x);
}

/* Against a walk over all postings. */
static void many(void **state)
{
	enum {
		KEYS = 97,
		ROWS = 5000
	};
	struct index x = {0};
	size_t all = 0;

	(void)state;
	for (uint32_t i = 0; i < ROWS; i++)
		index_add(&x, i * i % KEYS, i);
	index_build(&x, KEYS);
	for (uint32_t key = 0; key < KEYS; key++) {
		const uint32_t *end, *at = index_range(&x, key, &end);

		for (uint32_t i = 0; i < ROWS; i++)
			if (i * i % KEYS == key) {
				assert_true(at < end);
				assert_int_equal(*at++, i);
				all++;
			}
		assert_ptr_equal(at, end);
	}
	assert_int_equal(all, ROWS);
	index_done(&x);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ranges),
		cmocka_unit_test(empty),
		cmocka_unit_test(many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
