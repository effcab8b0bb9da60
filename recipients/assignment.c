/* SPDX-License-Identifier: MIT */
/*
 * Marginals over all assignments. What the odds are is scoring.c's.
 *
 * What can go wrong: messages along a circle of many alike records count each other
 * twice. They still keep the order, and small groups, where that shows most, are done
 * exactly.
 */
#include "recipients/assignment.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "recipients/crowd.h"
#include "recipients/numbering.h"
#include "recipients/text.h"

#define ROUNDS 40
#define DAMPING 0.25
#define SETTLED 1e-5
#define STILL 5e-6 /* what changes less does not stir others */
#define GROUP_PEOPLE 7
#define GROUP_ROWS 8
#define EDGE_LEAST 1e-3  /* an edge below this ties nobody into a group */
#define AGAIN_EXACT 0.02 /* more repeats than this, and groups are not done exactly */

/* --- messages --- */

/* What is bid for each person in all, and in which round a bid for them last changed. */
struct bids {
	double *sums;
	uint8_t *moved;
	uint8_t round;
};

static double larger(double a, double b)
{
	return a > b ? a : b;
}

/* What a row bids for each of its people, given how free they are for it. */
static double bid(struct assignment *a, uint32_t row, struct bids *b)
{
	double all = 1, most = 0;

	for (size_t i = a->starts[row]; i < a->starts[row + 1]; i++)
		all += a->edges[i].odds * a->edges[i].free;
	for (size_t i = a->starts[row]; i < a->starts[row + 1]; i++) {
		struct assignment_edge *e = &a->edges[i];
		double rest = all - e->odds * e->free, fresh, change;

		fresh = e->odds / (rest > 1 ? rest : 1);
		/* Where two bid a million, it is the share that counts. */
		change = fabs(fresh - e->bid) / (1 + larger(fresh, e->bid));
		if (change > STILL)
			b->moved[e->person] = b->round;
		most = larger(most, change);
		b->sums[e->person] += fresh - e->bid;
		e->bid = fresh;
	}
	return most;
}

/* Rows of which somebody is wanted by another row as well. Only they change from round to
 * round. */
static uint32_t *find_contested(const struct assignment *a, uint32_t *ret_count)
{
	uint8_t *wanted = text_alloc((size_t)a->people + 1);
	uint32_t *rows = text_alloc(((size_t)a->rows + 1) * sizeof(*rows)), count = 0;

	for (size_t i = 0; i < a->starts[a->rows]; i++)
		if (wanted[a->edges[i].person] < 2)
			wanted[a->edges[i].person]++;
	for (uint32_t row = 0; row < a->rows; row++) {
		bool contested = false;

		for (size_t i = a->starts[row]; i < a->starts[row + 1]; i++)
			contested = contested || wanted[a->edges[i].person] > 1;
		if (contested)
			rows[count++] = row;
	}
	free(wanted);
	*ret_count = count;
	return rows;
}

/* How free each person whom a row wants is for it. Returns how far that is from what it
 * was, by what the row makes of it: for one that bids a million, a millionth of freedom
 * is much. */
static double free_up(struct assignment *a, uint32_t row, const double *sums)
{
	double most = 0;

	for (size_t i = a->starts[row]; i < a->starts[row + 1]; i++) {
		struct assignment_edge *e = &a->edges[i];
		double others = sums[e->person] - e->bid, fresh;

		others = others > 0 ? others : 0;
		fresh = (1 + a->again * others) / (1 + others);
		most = larger(most, fabs(fresh - e->free) * e->odds /
					    (1 + e->odds * larger(fresh, e->free)));
		e->free = DAMPING * e->free + (1 - DAMPING) * fresh;
	}
	return most;
}

/* Has anybody whom the row wants been bid for anew, in this round or the last? */
static bool is_stirred(const struct assignment *a, uint32_t row, const struct bids *b)
{
	for (size_t i = a->starts[row]; i < a->starts[row + 1]; i++)
		if (b->moved[a->edges[i].person] + 1 >= b->round)
			return true;
	return false;
}

/* Sums that many changes have gone through are taken anew. */
static void sum_bids(const struct assignment *a, double *sums)
{
	memset(sums, 0, a->people * sizeof(*sums));
	for (size_t i = 0; i < a->starts[a->rows]; i++)
		sums[a->edges[i].person] += a->edges[i].bid;
}

/* Rounds of bids and of what they leave to others, until nothing moves. */
static void pass_messages(struct assignment *a, struct bids *b)
{
	uint32_t count, *contested = find_contested(a, &count);
	bool *restless = text_alloc((size_t)count + 1);
	double change = 1;

	for (uint32_t row = 0; row < a->rows; row++)
		(void)bid(a, row, b);
	while (b->round < ROUNDS && change > SETTLED) {
		b->round++;
		change = 0;
		for (uint32_t r = 0; r < count; r++) {
			double moved;

			if (!restless[r] && !is_stirred(a, contested[r], b))
				continue;
			moved = free_up(a, contested[r], b->sums);
			moved = larger(moved, bid(a, contested[r], b));
			restless[r] = moved > STILL;
			change = larger(change, moved);
		}
	}
	sum_bids(a, b->sums);
	for (uint32_t r = 0; r < count; r++)
		(void)free_up(a, contested[r], b->sums);
	free(contested);
	free(restless);
}

/* That no record is a person, weighed against one, two ... being they. */
static double claim(const struct assignment *a, double bids, double log_products)
{
	double some = a->again > 0 ? expm1(log_products) / a->again : bids;

	return 1 - 1 / (1 + some);
}

static void read_out(struct assignment *a, const double *bids, double *log_products)
{
	memset(log_products, 0, a->people * sizeof(*log_products));
	for (uint32_t row = 0; row < a->rows; row++) {
		double all = 1;

		for (size_t i = a->starts[row]; i < a->starts[row + 1]; i++)
			all += a->edges[i].odds * a->edges[i].free;
		for (size_t i = a->starts[row]; i < a->starts[row + 1]; i++)
			a->edges[i].probability =
				a->edges[i].odds * a->edges[i].free / all;
	}
	for (size_t i = 0; i < a->starts[a->rows]; i++)
		log_products[a->edges[i].person] += log1p(a->again * a->edges[i].bid);
	for (uint32_t p = 0; p < a->people; p++)
		a->claimed[p] = claim(a, bids[p], log_products[p]);
}

/* --- small groups --- */

struct group {
	uint32_t rows[GROUP_ROWS], people[GROUP_PEOPLE];
	unsigned rows_count, people_count;
	bool too_large;
};

/* Rows and people that compete form a tree of parents, people behind the rows. */
static uint32_t root_of(uint32_t *parents, uint32_t i)
{
	while (parents[i] != i)
		i = parents[i] = parents[parents[i]];
	return i;
}

static bool ties(const struct assignment_edge *e)
{
	return e->probability >= EDGE_LEAST || e->bid >= EDGE_LEAST;
}

static void tie(const struct assignment *a, uint32_t *parents)
{
	for (uint32_t i = 0; i < a->rows + a->people; i++)
		parents[i] = i;
	for (size_t i = 0; i < a->starts[a->rows]; i++) {
		const struct assignment_edge *e = &a->edges[i];
		uint32_t x, y;

		if (!ties(e))
			continue;
		x = root_of(parents, e->row);
		y = root_of(parents, a->rows + e->person);
		if (x != y)
			parents[x > y ? x : y] = x > y ? y : x;
	}
}

/* Odds within the group; what lies outside makes "nobody" likelier, and people less free.
 */
struct table {
	double odds[GROUP_ROWS][GROUP_PEOPLE];
	struct assignment_edge *edges[GROUP_ROWS][GROUP_PEOPLE];
};

static void table_fill(const struct assignment *a, const struct group *g,
	const uint32_t *place, const double *bids, struct table *t)
{
	double inside[GROUP_PEOPLE] = {0};

	memset(t, 0, sizeof(*t));
	for (unsigned r = 0; r < g->rows_count; r++) {
		double nobody = 1;

		for (size_t i = a->starts[g->rows[r]]; i < a->starts[g->rows[r] + 1];
			i++) {
			struct assignment_edge *e = &a->edges[i];

			if (ties(e)) {
				t->edges[r][place[e->person]] = e;
				t->odds[r][place[e->person]] = e->odds;
				inside[place[e->person]] += e->bid;
			} else {
				nobody += e->odds * e->free;
			}
		}
		for (unsigned p = 0; p < g->people_count; p++)
			t->odds[r][p] /= nobody;
	}
	for (unsigned p = 0; p < g->people_count; p++) {
		double outside = bids[g->people[p]] - inside[p];

		for (unsigned r = 0; r < g->rows_count; r++)
			t->odds[r][p] /= 1 + (outside > 0 ? outside : 0);
	}
}

/* One more row: sums over all assignments, by the people who are taken. */
static void extend(const struct table *t, const struct group *g, unsigned row,
	const double *from, double *to)
{
	unsigned sets = 1u << g->people_count;

	for (unsigned set = 0; set < sets; set++) {
		double sum = from[set];

		for (unsigned p = 0; p < g->people_count; p++)
			if (set >> p & 1)
				sum += from[set & ~(1u << p)] * t->odds[row][p];
		to[set] = sum;
	}
}

/* Forward over the rows, backward, and what meets in each. */
static void solve(struct assignment *a, const struct group *g, struct table *t,
	double (*forward)[1u << GROUP_PEOPLE], double (*backward)[1u << GROUP_PEOPLE])
{
	unsigned sets = 1u << g->people_count, rows = g->rows_count;
	double all = 0, claimed[GROUP_PEOPLE] = {0};

	memset(forward[0], 0, sets * sizeof(double));
	memset(backward[rows], 0, sets * sizeof(double));
	forward[0][0] = backward[rows][0] = 1;
	for (unsigned r = 0; r < rows; r++)
		extend(t, g, r, forward[r], forward[r + 1]);
	for (unsigned r = rows; r-- > 0;)
		extend(t, g, r, backward[r + 1], backward[r]);
	for (unsigned set = 0; set < sets; set++) {
		all += forward[rows][set];
		for (unsigned p = 0; p < g->people_count; p++)
			claimed[p] += set >> p & 1 ? forward[rows][set] : 0;
	}
	for (unsigned p = 0; p < g->people_count; p++)
		a->claimed[g->people[p]] = claimed[p] / all;
	for (unsigned r = 0; r < rows; r++)
		for (unsigned p = 0; p < g->people_count; p++) {
			double sum = 0;

			if (!t->edges[r][p])
				continue;
			/* Before it some set, behind it some other, and neither has the
			 * person. */
			for (unsigned set = 0; set < sets; set++) {
				unsigned rest = (sets - 1) & ~set & ~(1u << p);

				if (set >> p & 1 || forward[r][set] <= 0)
					continue;
				for (unsigned other = rest;; other = (other - 1) & rest) {
					sum += forward[r][set] * backward[r + 1][other];
					if (!other)
						break;
				}
			}
			t->edges[r][p]->probability = sum * t->odds[r][p] / all;
		}
}

static void group_add(
	struct group *groups, uint32_t root, bool row, uint32_t i, uint32_t *place)
{
	struct group *g = &groups[root];

	if (row && g->rows_count < GROUP_ROWS)
		g->rows[g->rows_count++] = i;
	else if (!row && g->people_count < GROUP_PEOPLE) {
		*place = g->people_count;
		g->people[g->people_count++] = i;
	} else {
		g->too_large = true;
	}
}

/* --- many rows alike --- */

static bool rows_alike(const struct assignment *a, uint32_t x, uint32_t y)
{
	size_t count = a->starts[x + 1] - a->starts[x];

	if (count != a->starts[y + 1] - a->starts[y])
		return false;
	for (size_t i = 0; i < count; i++) {
		const struct assignment_edge *e = &a->edges[a->starts[x] + i],
					     *f = &a->edges[a->starts[y] + i];

		if (e->person != f->person || fabs(e->odds - f->odds) > 0)
			return false;
	}
	return true;
}

static uint64_t row_key(const struct assignment *a, uint32_t row)
{
	uint64_t key = 0, odds;

	for (size_t i = a->starts[row]; i < a->starts[row + 1]; i++) {
		memcpy(&odds, &a->edges[i].odds, sizeof(odds));
		key = numbering_mix(numbering_mix(key, a->edges[i].person), odds);
	}
	return key;
}

/* The first row stands for all. Whom they hardly want makes nobody likelier; other rows
 * make people less free, and may be they when none of these is. */
static void solve_crowd(
	struct assignment *a, uint32_t first, uint32_t rows, const double *bids)
{
	struct assignment_edge *wanted[CROWD_PEOPLE], *e = &a->edges[a->starts[first]];
	const struct assignment_edge *end = &a->edges[a->starts[first + 1]];
	double odds[CROWD_PEOPLE] = {0}, others[CROWD_PEOPLE], claimed[CROWD_PEOPLE],
	       nobody = 1;
	size_t count = 0;

	for (; e < end; e++) {
		double rest = fmax(0, bids[e->person] - rows * e->bid);

		if (e->probability < EDGE_LEAST || count == CROWD_PEOPLE) {
			nobody += e->odds * e->free;
			continue;
		}
		odds[count] = e->odds / (1 + rest);
		others[count] = rest;
		wanted[count++] = e;
	}
	for (size_t i = 0; i < count; i++)
		odds[i] /= nobody;
	crowd_claim(odds, count, rows, claimed);
	for (size_t i = 0; i < count; i++) {
		wanted[i]->probability = claimed[i] / rows;
		a->claimed[wanted[i]->person] =
			claimed[i] + (1 - claimed[i]) * others[i] / (1 + others[i]);
	}
}

struct crowd {
	uint32_t first, count; /* rows */
};

/* Of groups that are too large: what messages say of rows that are alike, which count
 * each other again and again, is said exactly. */
static void solve_crowds(
	struct assignment *a, const uint32_t *rows, uint32_t count, const double *bids)
{
	struct numbering numbers = {0};
	uint32_t *number = text_alloc(((size_t)count + 1) * sizeof(*number));
	struct crowd *crowds = text_alloc(((size_t)count + 1) * sizeof(*crowds));

	for (uint32_t i = 0; i < count; i++) {
		struct crowd *c;

		number[i] = numbering_add(&numbers, row_key(a, rows[i])) - 1;
		c = &crowds[number[i]];
		if (!c->count)
			c->first = rows[i];
		if (rows_alike(a, c->first, rows[i]))
			c->count++;
	}
	for (uint32_t i = 0; i < numbers.count; i++)
		if (crowds[i].count > 1)
			solve_crowd(a, crowds[i].first, crowds[i].count, bids);
	for (uint32_t i = 0; i < count; i++) {
		uint32_t first = crowds[number[i]].first;

		if (crowds[number[i]].count < 2 || !rows_alike(a, first, rows[i]))
			continue;
		for (size_t k = 0; k < a->starts[first + 1] - a->starts[first]; k++)
			a->edges[a->starts[rows[i]] + k].probability =
				a->edges[a->starts[first] + k].probability;
	}
	numbering_done(&numbers);
	free(number);
	free(crowds);
}

/* Groups are numbered by their roots, those of one row and one person left out: these are
 * a tree. */
static void solve_groups(struct assignment *a, const double *bids)
{
	uint32_t *large = text_alloc(((size_t)a->rows + 1) * sizeof(*large)), rows = 0;
	uint32_t nodes = a->rows + a->people, count = 0;
	uint32_t *parents = text_alloc(((size_t)nodes + 1) * sizeof(*parents));
	uint32_t *sizes = text_alloc(((size_t)nodes + 1) * sizeof(*sizes));
	uint32_t *place = text_alloc(((size_t)a->people + 1) * sizeof(*place));
	struct group *groups;
	struct table *table = text_alloc(sizeof(*table));
	double(*sums)[1u << GROUP_PEOPLE] =
		text_alloc(2 * (GROUP_ROWS + 1) * sizeof(*sums));

	tie(a, parents);
	for (uint32_t i = 0; i < nodes; i++)
		sizes[root_of(parents, i)]++;
	for (uint32_t i = 0; i < nodes; i++)
		sizes[i] = sizes[i] > 3 ? ++count : 0;
	groups = text_alloc(((size_t)count + 1) * sizeof(*groups));
	for (uint32_t i = 0; i < nodes; i++) {
		uint32_t number = sizes[root_of(parents, i)];

		if (number)
			group_add(groups, number - 1, i < a->rows,
				i < a->rows ? i : i - a->rows,
				i < a->rows ? NULL : &place[i - a->rows]);
	}
	for (uint32_t i = 0; i < count; i++) {
		if (groups[i].too_large || groups[i].people_count < 2)
			continue;
		table_fill(a, &groups[i], place, bids, table);
		solve(a, &groups[i], table, sums, sums + GROUP_ROWS + 1);
	}
	for (uint32_t row = 0; row < a->rows; row++) {
		uint32_t number = sizes[root_of(parents, row)];

		if (number && groups[number - 1].too_large)
			large[rows++] = row;
	}
	solve_crowds(a, large, rows, bids);
	free(large);
	free(parents);
	free(sizes);
	free(place);
	free(groups);
	free(table);
	free(sums);
}

void assignment_run(struct assignment *a)
{
	struct bids b = {.sums = text_alloc(((size_t)a->people + 1) * sizeof(double)),
		.moved = text_alloc((size_t)a->people + 1)};
	double *products = text_alloc(((size_t)a->people + 1) * sizeof(*products));

	for (size_t i = 0; i < a->starts[a->rows]; i++) {
		a->edges[i].free = 1;
		a->edges[i].bid = 0;
	}
	pass_messages(a, &b);
	read_out(a, b.sums, products);
	if (a->again < AGAIN_EXACT)
		solve_groups(a, b.sums);
	free(b.sums);
	free(b.moved);
	free(products);
}
