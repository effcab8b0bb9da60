/* SPDX-License-Identifier: MIT */
/*
 * assignment: marginals against sums over all assignments, on small made-up graphs;
 * groups that are closed; repeats.
 */
#include "recipients/assignment.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "recipients/text.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

#define MOST 12

/* Odds by row and person; 0 is no edge. */
struct graph {
	uint32_t rows, people;
	double odds[MOST][MOST];
	double probability[MOST][MOST], claimed[MOST];
};

static void run(struct graph *g, double again)
{
	struct assignment_edge edges[MOST * MOST];
	size_t starts[MOST + 1] = {0}, count = 0;
	struct assignment a = {.edges = edges,
		.starts = starts,
		.rows = g->rows,
		.people = g->people,
		.again = again,
		.claimed = g->claimed};

	for (uint32_t r = 0; r < g->rows; r++) {
		for (uint32_t p = 0; p < g->people; p++)
			if (g->odds[r][p] > 0)
				edges[count++] = (struct assignment_edge){
					.row = r, .person = p, .odds = g->odds[r][p]};
		starts[r + 1] = count;
	}
	assignment_run(&a);
	memset(g->probability, 0, sizeof(g->probability));
	for (size_t i = 0; i < count; i++)
		g->probability[edges[i].row][edges[i].person] = edges[i].probability;
}

/* One more row after another: nobody, or each person in turn. A person's k-th record
 * weighs `again` less than the first. */
struct sums {
	double all, probability[MOST][MOST], claimed[MOST];
};

static void sum_up(const struct graph *g, double again, uint32_t row, uint32_t *choice,
	double weight, struct sums *s)
{
	uint32_t taken[MOST] = {0};

	for (uint32_t r = 0; r < row; r++)
		if (choice[r] < g->people)
			taken[choice[r]]++;
	if (row == g->rows) {
		s->all += weight;
		for (uint32_t r = 0; r < row; r++)
			if (choice[r] < g->people)
				s->probability[r][choice[r]] += weight;
		for (uint32_t p = 0; p < g->people; p++)
			s->claimed[p] += taken[p] ? weight : 0;
		return;
	}
	for (choice[row] = 0; choice[row] < g->people; choice[row]++) {
		double odds =
			g->odds[row][choice[row]] * (taken[choice[row]] ? again : 1);

		if (odds > 0)
			sum_up(g, again, row + 1, choice, weight * odds, s);
	}
	sum_up(g, again, row + 1, choice, weight, s);
}

/* How far the probabilities are from the true ones, at most. */
static double distance(struct graph *g, double again)
{
	uint32_t choice[MOST];
	struct sums s = {0};
	double most = 0;

	run(g, again);
	sum_up(g, again, 0, choice, 1, &s);
	for (uint32_t p = 0; p < g->people; p++) {
		most = fmax(most, fabs(g->claimed[p] - s.claimed[p] / s.all));
		for (uint32_t r = 0; r < g->rows; r++)
			most = fmax(most,
				fabs(g->probability[r][p] - s.probability[r][p] / s.all));
	}
	return most;
}

static uint32_t next(uint32_t *state)
{
	*state = *state * 1664525 + 1013904223;
	return *state >> 8;
}

static void graph_make(struct graph *g, uint32_t *state, uint32_t rows, uint32_t people)
{
	*g = (struct graph){.rows = rows, .people = people};
	for (uint32_t r = 0; r < rows; r++)
		for (uint32_t p = 0; p < people; p++)
			if (next(state) % 3)
				g->odds[r][p] =
					exp((double)(next(state) % 1000) / 80 - 4);
}

/* Groups of up to seven people are summed exactly. */
static void against_all_assignments(void **state)
{
	uint32_t seed = 1;

	(void)state;
	for (uint32_t i = 0; i < 400; i++) {
		struct graph g;
		uint32_t rows = 1 + next(&seed) % 5, people = 1 + next(&seed) % 5;

		graph_make(&g, &seed, rows, people);
		if (distance(&g, 0) > 5e-3)
			fail_msg("graph %u: off by %g", i, distance(&g, 0));
	}
}

/* A tree is exact by messages alone, whatever its size. */
static void chain(void **state)
{
	struct graph g = {.rows = 7, .people = 8};

	(void)state;
	for (uint32_t r = 0; r < 7; r++) {
		g.odds[r][r] = 3 + r;
		g.odds[r][r + 1] = 5;
	}
	assert_true(distance(&g, 0) < 1e-3);
}

/* As many rows as people, all alike: nobody is told from another, everyone is in it. */
static void closed_groups(void **state)
{
	for (uint32_t size = 1; size <= MOST; size++) {
		struct graph g = {.rows = size, .people = size};

		(void)state;
		for (uint32_t r = 0; r < size; r++)
			for (uint32_t p = 0; p < size; p++)
				g.odds[r][p] = 1e6;
		run(&g, 0);
		for (uint32_t r = 0; r < size; r++)
			for (uint32_t p = 0; p < size; p++)
				assert_true(fabs(g.probability[r][p] - 1.0 / size) < .01);
		for (uint32_t p = 0; p < size; p++)
			assert_true(g.claimed[p] > .999);
	}
}

/* Whom one record names for certain is no longer free for another. */
static void taken(void **state)
{
	struct graph g = {.rows = 2, .people = 2, .odds = {{1e9, 0}, {100, 100}}};

	(void)state;
	run(&g, 0);
	assert_true(g.probability[0][0] > .999);
	assert_true(g.probability[1][0] < .001);
	assert_true(g.probability[1][1] > .98);
	run(&g, 1);
	assert_true(fabs(g.probability[1][0] - 100.0 / 201) < 1e-9);
}

/* Two rows are sure of one person, and one of them a thousand times surer. */
static void both_sure(void **state)
{
	struct graph g = {.rows = 2, .people = 1, .odds = {{1e9}, {1e6}}};

	(void)state;
	assert_true(distance(&g, 0) < 1e-3);
	assert_true(g.probability[1][0] < .002);
}

/* With `again` 1 each row stands for itself. */
static void independence(void **state)
{
	uint32_t seed = 7;

	(void)state;
	for (uint32_t i = 0; i < 200; i++) {
		struct graph g;

		graph_make(&g, &seed, 1 + i % MOST, 1 + i / 3 % MOST);
		run(&g, 1);
		for (uint32_t p = 0; p < g.people; p++) {
			double absent = 1;

			for (uint32_t r = 0; r < g.rows; r++) {
				double all = 1;

				for (uint32_t k = 0; k < g.people; k++)
					all += g.odds[r][k];
				assert_true(fabs(g.probability[r][p] -
						    g.odds[r][p] / all) < 1e-9);
				absent *= 1 - g.odds[r][p] / all;
			}
			assert_true(fabs(g.claimed[p] - (1 - absent)) < 1e-9);
		}
	}
}

/* Between the two, one person and any number of rows is still exact for whom it claims.
 */
static void repeats(void **state)
{
	static const double agains[] = {0, .05, .3, .7, 1};
	uint32_t choice[MOST];

	(void)state;
	for (size_t i = 0; i < LENGTH(agains); i++) {
		struct graph g = {.rows = 2, .people = 1, .odds = {{4}, {.5}}};
		struct sums s = {0};

		run(&g, agains[i]);
		sum_up(&g, agains[i], 0, choice, 1, &s);
		assert_true(fabs(g.claimed[0] - s.claimed[0] / s.all) < 1e-3);
		assert_true(
			fabs(g.probability[0][0] - s.probability[0][0] / s.all) < 1e-3);
		assert_true(
			fabs(g.probability[1][0] - s.probability[1][0] / s.all) < 1e-3);
	}
}

/* Large groups are not summed: they still are probabilities, and the alike fare alike. */
static void large(void **state)
{
	enum {
		SIZE = 40
	};
	struct assignment_edge *edges = text_alloc((size_t)SIZE * SIZE * sizeof(*edges));
	size_t starts[SIZE + 1] = {0};
	double claimed[SIZE], in_all = 0;
	struct assignment a = {.edges = edges,
		.starts = starts,
		.rows = SIZE / 2,
		.people = SIZE,
		.claimed = claimed};

	(void)state;
	for (uint32_t r = 0; r < SIZE / 2; r++) {
		for (uint32_t p = 0; p < SIZE; p++)
			edges[starts[r] + p] = (struct assignment_edge){
				.row = r, .person = p, .odds = 1e4};
		starts[r + 1] = starts[r] + SIZE;
	}
	assignment_run(&a);
	for (size_t i = 0; i < starts[SIZE / 2]; i++)
		assert_true(fabs(edges[i].probability - 1.0 / SIZE) < .005);
	for (uint32_t p = 0; p < SIZE; p++)
		in_all += claimed[p];
	assert_true(fabs(in_all - SIZE / 2) < 1);
	free(edges);
}

static void empty(void **state)
{
	struct graph g = {.rows = 2, .people = 2};

	(void)state;
	run(&g, 0);
	assert_true(g.claimed[0] == 0 && g.claimed[1] == 0);
	g = (struct graph){0};
	run(&g, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(against_all_assignments),
		cmocka_unit_test(chain),
		cmocka_unit_test(closed_groups),
		cmocka_unit_test(taken),
		cmocka_unit_test(both_sure),
		cmocka_unit_test(independence),
		cmocka_unit_test(repeats),
		cmocka_unit_test(large),
		cmocka_unit_test(empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
