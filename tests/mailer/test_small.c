/* SPDX-License-Identifier: MIT */
/*
 * small: no table says a count under five, nor lets one be worked out by whoever knows
 * the sum; and what is told is true.
 */
#include "mailer/small.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define MOST 4

/* What somebody can work out of a cell, who knows the sum and the rule. */
static void check_table(const int64_t *counts, size_t length)
{
	struct small_count told[MOST] = {{0}};
	int64_t sum = 0, exactly = 0, about = 0, others;
	size_t hidden = 0, abouts = 0;

	for (size_t i = 0; i < length; i++) {
		told[i].count = counts[i];
		sum += counts[i];
	}
	others = small_hide(told, length);
	for (size_t i = 0; i < length; i++) {
		hidden += told[i].how == SMALL_NOT;
		abouts += told[i].how == SMALL_AT_LEAST;
		if (told[i].how == SMALL_EXACTLY) {
			assert_true(!counts[i] || counts[i] >= SMALL_LEAST);
			assert_int_equal(told[i].told, counts[i]);
			exactly += told[i].told;
		}
		if (told[i].how == SMALL_AT_LEAST) {
			assert_true(told[i].told <= counts[i]);
			assert_true(counts[i] - told[i].told < SMALL_LEAST - 1);
			about += told[i].told;
		}
	}
	assert_int_equal(hidden > 0, others != SMALL_NONE);
	if (others == SMALL_FEWER && exactly + about) {
		assert_int_equal(abouts, 1);
		assert_int_equal(exactly + about + SMALL_LEAST - 1, sum);
	} else if (others != SMALL_FEWER) {
		assert_int_equal(abouts, 0);
		assert_true(!others || (others >= SMALL_LEAST && hidden >= 2));
		assert_int_equal(exactly + others, sum);
	}
}

static void all_small_tables(void **state)
{
	int64_t counts[MOST];

	(void)state;
	for (int n = 0; n < 8 * 8 * 8 * 8; n++) {
		for (int i = 0, rest = n; i < MOST; i++, rest /= 8)
			counts[i] = rest % 8;
		for (size_t length = 0; length <= MOST; length++)
			check_table(counts, length);
	}
}

static void as_an_example(void **state)
{
	struct small_count few[] = {{.count = 995}, {.count = 2}, {.count = 1}},
			   more[] = {{.count = 3}, {.count = 900}, {.count = 4}};

	(void)state;
	assert_int_equal(small_hide(few, 3), SMALL_FEWER);
	assert_int_equal(few[0].told, 994);
	assert_int_equal(few[0].how, SMALL_AT_LEAST);
	assert_int_equal(small_hide(more, 3), 7);
	assert_int_equal(more[1].how, SMALL_EXACTLY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_small_tables),
		cmocka_unit_test(as_an_example),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
