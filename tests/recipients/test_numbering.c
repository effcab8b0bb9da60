/* SPDX-License-Identifier: MIT */
/*
 * numbering: each key once, by number, however many there are.
 */
#include "recipients/numbering.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

#define MANY 100000u

/* Keys far apart and keys that differ in a bit. */
static uint64_t key_of(uint32_t i)
{
	return i % 2 ? (uint64_t)i << 33 : i;
}

static void first_sight(void **state)
{
	struct numbering n = {0};

	(void)state;
	assert_int_equal(numbering_find(&n, 7), 0);
	assert_int_equal(numbering_add(&n, 7), 1);
	assert_int_equal(numbering_add(&n, 0), 2); /* a key like any other */
	assert_int_equal(numbering_add(&n, UINT64_MAX), 3);
	assert_int_equal(numbering_add(&n, 7), 1);
	assert_int_equal(n.count, 3);
	assert_int_equal(numbering_find(&n, 0), 2);
	assert_int_equal(numbering_find(&n, 8), 0);
	numbering_done(&n);
	assert_int_equal(n.count, 0);
	assert_int_equal(numbering_find(&n, 7), 0);
}

static void many(void **state)
{
	struct numbering n = {0};

	(void)state;
	for (uint32_t i = 0; i < MANY; i++)
		assert_int_equal(numbering_add(&n, key_of(i)), i + 1);
	for (uint32_t i = 0; i < MANY; i++)
		assert_int_equal(numbering_find(&n, key_of(i)), i + 1);
	assert_int_equal(numbering_find(&n, key_of(MANY)), 0);
	assert_int_equal(n.count, MANY);
	numbering_done(&n);
}

static void pairs_and_mixtures(void **state)
{
	struct numbering n = {0};

	(void)state;
	assert_true(numbering_pair(1, 2) != numbering_pair(2, 1));
	assert_true(numbering_mix(1, 2) != numbering_mix(2, 1));
	assert_true(numbering_mix(1, 0) != 1);
	for (uint32_t a = 0; a < 300; a++)
		for (uint32_t b = 0; b < 300; b++)
			numbering_add(&n, numbering_mix(numbering_mix(5, a), b));
	assert_int_equal(n.count, 300 * 300); /* none fell together */
	numbering_done(&n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_sight),
		cmocka_unit_test(many),
		cmocka_unit_test(pairs_and_mixtures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
