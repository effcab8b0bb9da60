/* SPDX-License-Identifier: MIT */
/*
 * pace: how many in how long, and how pauses grow.
 */
#include "mailer/wire/pace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* How many go within so many milliseconds, if one always wants to. */
static int taken(double per_second, int64_t ms)
{
	struct pace p;
	int count = 0;

	pace_init(&p, per_second, 1000);
	for (int64_t now = 1000; now <= 1000 + ms; now++)
		while (pace_take(&p, now))
			count++;
	return count;
}

static void test_rate(void **state)
{
	(void)state;
	assert_int_equal(taken(1, 0), 1);
	assert_int_equal(taken(1, 10000), 11);
	assert_int_equal(taken(0.5, 10000), 6);
	assert_int_equal(taken(100, 1000), 101);
	assert_int_equal(taken(5000, 1000), 5001);
}

static void test_no_burst_after_idling(void **state)
{
	struct pace p;
	int count = 0;

	(void)state;
	pace_init(&p, 50, 0);
	while (pace_take(&p, 3600 * 1000))
		count++;
	assert_int_equal(count, 5);
}

static void test_wait(void **state)
{
	struct pace p;

	(void)state;
	pace_init(&p, 0, 0);
	assert_true(pace_take(&p, 0) && pace_take(&p, 0));
	assert_int_equal(pace_wait(&p, 0), 0);
	pace_init(&p, 2, 0);
	assert_int_equal(pace_wait(&p, 0), 0);
	assert_true(pace_take(&p, 0));
	assert_false(pace_take(&p, 0));
	for (int64_t now = 0; now < 500; now += 100) {
		int64_t wait = pace_wait(&p, now);

		assert_true(wait > 500 - now - 1 && wait <= 500 - now + 1);
	}
	assert_true(pace_take(&p, pace_wait(&p, 0)));
}

static void test_back_off(void **state)
{
	static const int64_t pauses[] = {100, 200, 400, 800, 1600, 3000, 3000, 3000};
	struct back_off b = {.first = 100};
	int64_t now = 5000;

	(void)state;
	for (unsigned i = 0; i < sizeof(pauses) / sizeof(*pauses); i++) {
		assert_true(back_off_hit(&b, now));
		assert_int_equal(b.in_row, i + 1);
		assert_int_equal(b.until, now + pauses[i]);
		assert_false(back_off_hit(&b, b.until - 1));
		assert_int_equal(b.in_row, i + 1);
		now = b.until;
	}
	back_off_clear(&b);
	assert_true(back_off_hit(&b, 1));
	assert_int_equal(b.in_row, 1);
	assert_int_equal(b.until, 101);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rate),
		cmocka_unit_test(test_no_burst_after_idling),
		cmocka_unit_test(test_wait),
		cmocka_unit_test(test_back_off),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
