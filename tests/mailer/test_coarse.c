/* SPDX-License-Identifier: MIT */
/*
 * coarse: whatever is asked, of any cells, at any moment, no difference gives a few
 * people away, and all that is told follows from the cells as they are told.
 */
#include "mailer/coarse.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define CELLS 6
#define SETS (1u << CELLS)
#define MOMENTS 60

static void one_cell(void **state)
{
	static const int64_t pairs[][2] = {{-3, 0}, {0, 0}, {1, 0}, {4, 0}, {5, 5},
		{9, 5}, {10, 10}, {104, 100}, {47003, 47000}};

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++)
		assert_int_equal(coarse_count(pairs[i][0]), pairs[i][1]);
}

/* The same numbers on every machine (Knuth's MMIX constants). */
static uint64_t seed;

static int64_t below(uint64_t n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (int64_t)((seed >> 33) % n);
}

static bool is_few(int64_t a, int64_t b)
{
	int64_t apart = a > b ? a - b : b - a;

	return apart > 0 && apart < COARSE_BASE;
}

/* What is told of every set at every moment while people come into the cells one by one.
 */
static void tell(uint64_t start, int64_t told[MOMENTS][SETS])
{
	int64_t cells[CELLS] = {0}, all = 0;

	seed = start;
	for (size_t m = 0; m < MOMENTS; m++) {
		for (int64_t arrivals = below(9); arrivals > 0; arrivals--) {
			cells[below(3) ? below(CELLS) : 0]++;
			all++;
		}
		if (m > MOMENTS / 2 && cells[0]) { /* and one leaves */
			cells[0]--;
			all--;
		}
		for (unsigned set = 0; set < SETS; set++)
			told[m][set] = coarse_sum(cells, CELLS, set, all);
	}
}

/* Over all pairs of sets and of moments. */
static void differences(void **state)
{
	static int64_t told[MOMENTS][SETS];

	(void)state;
	for (uint64_t start = 1; start < 4; start++) {
		tell(start, told);
		for (size_t a = 0; a < MOMENTS * SETS; a++)
			for (size_t b = a + 1; b < MOMENTS * SETS; b++)
				if (is_few(told[a / SETS][a % SETS],
					    told[b / SETS][b % SETS]))
					fail_msg("%zu and %zu", a, b);
	}
}

/* Who knows what is told of each cell knows what is told of each set. */
static void nothing_but_cells(void **state)
{
	(void)state;
	seed = 7;
	for (int round = 0; round < 2000; round++) {
		int64_t cells[CELLS], sum;

		for (size_t i = 0; i < CELLS; i++)
			cells[i] = below(round % 2 ? 12 : 400);
		for (unsigned set = 0; set < SETS; set++) {
			sum = 0;
			for (size_t i = 0; i < CELLS; i++)
				if (set >> i & 1)
					sum += coarse_sum(cells, CELLS, 1u << i, 1000);
			assert_int_equal(coarse_sum(cells, CELLS, set, 1000), sum);
		}
	}
}

/* Nobody, and one to four: told alike, whatever stands beside. */
static void none_is_few(void **state)
{
	int64_t cells[CELLS] = {0, 50, 7, 0, 203, 12};

	(void)state;
	for (unsigned set = 0; set < SETS; set++) {
		int64_t told = (cells[0] = 0, coarse_sum(cells, CELLS, set, 272));

		for (cells[0] = 1; cells[0] < COARSE_BASE; cells[0]++)
			assert_int_equal(coarse_sum(cells, CELLS, set, 272), told);
	}
}

static void few_in_all(void **state)
{
	const int64_t cells[CELLS] = {3, 3, 3, 30, 30, 30};

	(void)state;
	for (unsigned set = 0; set < SETS; set++)
		assert_int_equal(coarse_sum(cells, CELLS, set, 99), 95);
	assert_int_equal(coarse_sum(cells, CELLS, 7, 100), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_cell),
		cmocka_unit_test(differences),
		cmocka_unit_test(nothing_but_cells),
		cmocka_unit_test(none_is_few),
		cmocka_unit_test(few_in_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
