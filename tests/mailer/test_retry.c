/* SPDX-License-Identifier: MIT */
/* The pauses of retry. What is given up, and when, is played in
 * tests/flow/test_sending.py. */
#include "mailer/retry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void test_pauses_double_up_to_an_hour(void **state)
{
	static const int64_t minutes[] = {1, 2, 4, 8, 16, 32, 60, 60, 60};

	(void)state;
	for (int64_t i = 0; i < 9; i++)
		for (int64_t seed = 0; seed < 1000; seed++) {
			int64_t wait = retry_wait(i + 1, seed * 7919),
				most = minutes[i] * 60000;

			assert_true(wait <= most && wait > most - most / 5 - 1);
		}
	assert_true(retry_wait(1000000, 5) <= RETRY_MOST);
}

/* A thousand that are put off together do not come back together, each time anew. */
static void test_they_are_spread(void **state)
{
	int64_t sum = 0, early = 0, same = 0;

	(void)state;
	for (int64_t seed = 1; seed <= 1000; seed++) {
		int64_t wait = retry_wait(1, seed);

		sum += wait;
		early += wait < 54000;
		same += retry_wait(2, seed) == 2 * wait;
	}
	assert_true(sum > 53500 * (int64_t)1000 && sum < 54500 * (int64_t)1000);
	assert_true(early > 450 && early < 550);
	assert_true(same < 10);
}

static void test_it_is_the_same_for_the_same_mail(void **state)
{
	(void)state;
	assert_int_equal(retry_wait(3, 42), retry_wait(3, 42));
	assert_int_not_equal(retry_wait(3, 42), retry_wait(3, 43));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pauses_double_up_to_an_hour),
		cmocka_unit_test(test_they_are_spread),
		cmocka_unit_test(test_it_is_the_same_for_the_same_mail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
