/* SPDX-License-Identifier: MIT */
/*
 * Sums over all assignments of rows that are alike. Which rows are, and what is between
 * them and others, is assignment.c's.
 *
 * What can go wrong: numbers too large for a double. Odds are taken as shares of the
 * largest, and sums as logs.
 */
#include "recipients/crowd.h"

#include <math.h>

/* Elementary symmetric polynomials e_0 to e_most of the shares of all people but `left`.
 */
static void polynomials(
	const double *shares, size_t people, size_t left, size_t most, double *e)
{
	size_t degree = 0;

	e[0] = 1;
	for (size_t k = 1; k <= most; k++)
		e[k] = 0;
	for (size_t i = 0; i < people; i++) {
		if (i == left)
			continue;
		degree = degree < most ? degree + 1 : most;
		for (size_t k = degree; k > 0; k--)
			e[k] += shares[i] * e[k - 1];
	}
}

/* log of the sum over all assignments of so many rows: any k people, in any of the
 * rows (rows - 1) ... ways to seat them. */
static double log_sum(
	const double *shares, double log_scale, size_t people, size_t left, uint32_t rows)
{
	double e[CROWD_PEOPLE + 1], logs[CROWD_PEOPLE + 1], ways = 0, top = 0, sum = 0;
	size_t most = people < rows ? people : rows;

	polynomials(shares, people, left, most, e);
	for (size_t k = 0; k <= most; k++) {
		logs[k] = e[k] > 0 ? log(e[k]) + ways + (double)k * log_scale : -HUGE_VAL;
		ways += k < rows ? log((double)(rows - k)) : 0;
		top = fmax(top, logs[k]);
	}
	for (size_t k = 0; k <= most; k++)
		sum += exp(logs[k] - top);
	return top + log(sum);
}

void crowd_claim(const double *odds, size_t people, uint32_t rows, double *ret_claimed)
{
	double shares[CROWD_PEOPLE] = {0}, scale = 0, all;

	for (size_t i = 0; i < people; i++)
		scale = fmax(scale, odds[i]);
	for (size_t i = 0; i < people; i++)
		shares[i] = odds[i] / scale;
	all = log_sum(shares, log(scale), people, SIZE_MAX, rows);
	for (size_t i = 0; i < people; i++) {
		/* Some row is they, and the others are seated without them. */
		if (i && fabs(odds[i] - odds[i - 1]) <= 0)
			ret_claimed[i] = ret_claimed[i - 1];
		else
			ret_claimed[i] = fmin(1,
				exp(log(rows * odds[i]) +
					log_sum(shares, log(scale), people, i, rows - 1) -
					all));
	}
}
