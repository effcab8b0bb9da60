/* SPDX-License-Identifier: MIT */
/*
 * crowd: against sums over all assignments, and where the answer is known.
 */
#include "recipients/crowd.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define PEOPLE 5

/* Each row in turn: nobody, or each person who is not taken. */
static void sum_up(const double *odds, uint32_t rows, unsigned taken, double weight,
	double *all, double *claimed)
{
	if (!rows) {
		*all += weight;
		for (unsigned p = 0; p < PEOPLE; p++)
			claimed[p] += taken >> p & 1 ? weight : 0;
		return;
	}
	sum_up(odds, rows - 1, taken, weight, all, claimed);
	for (unsigned p = 0; p < PEOPLE; p++)
		if (!(taken >> p & 1))
			sum_up(odds, rows - 1, taken | 1u << p, weight * odds[p], all,
				claimed);
}

static void against_all_assignments(void **state)
{
	static const double odds[][PEOPLE] = {
		{1, 1, 1, 1, 1}, {100, 3, .01, 20, 20}, {1e6, 1e6, 1e-3, 1e-3, 7}};

	(void)state;
	for (size_t i = 0; i < sizeof(odds) / sizeof(*odds); i++)
		for (uint32_t rows = 1; rows <= 7; rows++) {
			double all = 0, want[PEOPLE] = {0}, got[PEOPLE];

			sum_up(odds[i], rows, 0, 1, &all, want);
			crowd_claim(odds[i], PEOPLE, rows, got);
			for (unsigned p = 0; p < PEOPLE; p++)
				assert_true(fabs(got[p] - want[p] / all) < 1e-9);
		}
}

/* As many rows as people: everyone is in it, however many they are. One row less, and one
 * of them is not, whoever it is. */
static void closed_and_open(void **state)
{
	double odds[CROWD_PEOPLE], claimed[CROWD_PEOPLE];

	(void)state;
	for (size_t i = 0; i < CROWD_PEOPLE; i++)
		odds[i] = 1e9;
	for (uint32_t size = 2; size <= CROWD_PEOPLE; size += 9) {
		crowd_claim(odds, size, size, claimed);
		assert_true(claimed[0] > .9999 && claimed[size - 1] > .9999);
		crowd_claim(odds, size, size - 1, claimed);
		assert_true(fabs(claimed[0] - (size - 1.0) / size) < 1e-6);
		assert_true(fabs(claimed[size - 1] - claimed[0]) < 1e-9);
	}
}

/* Thousands of rows want two people. */
static void many_rows(void **state)
{
	const double odds[] = {1e-3, 1e9};
	double claimed[2];

	(void)state;
	crowd_claim(odds, 2, 100000, claimed);
	assert_true(claimed[1] > .9999 && claimed[1] <= 1);
	assert_true(fabs(claimed[0] - 100 / 101.0) < 1e-4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(against_all_assignments),
		cmocka_unit_test(closed_and_open),
		cmocka_unit_test(many_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
