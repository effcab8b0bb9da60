/* SPDX-License-Identifier: MIT */
/*
 * assignment: several records want one person; who gets whom?
 *
 * A leak of a staff list has each person once. So a person whom one record names for certain is
 * no longer free for another, and two records that fit the same two people are both of them.
 * Asked for is never one best assignment but the probability of each pair over all assignments,
 * and that a person is in the leak at all.
 *
 * Where records and people that compete are few they are gone through exactly, else by passing
 * messages along the edges (belief propagation), which is exact where they form a tree.
 *
 * Files may have a person more than once. `again` says how much less likely a second record of
 * a person is than a first one; 1 lets records not compete at all.
 *
 * J. S. Yedidia, W. T. Freeman, Y. Weiss: Understanding Belief Propagation and its
 * Generalizations (2003); M. Bayati, D. Shah, M. Sharma: Max-Product for Maximum Weight
 * Matching (2008).
 */
#ifndef RECIPIENTS_ASSIGNMENT_H
#define RECIPIENTS_ASSIGNMENT_H

#include <stddef.h>
#include <stdint.h>

struct assignment_edge {
	uint32_t row, person;
	double odds; /* that the row is the person and not nobody, all else aside */
	double probability; /* out */
	double free;  /* within: how free the person is for this row */
	double bid;   /* within: how much the row wants the person */
};

struct assignment {
	struct assignment_edge *edges; /* those of row i are starts[i] to starts[i + 1] */
	size_t *starts;
	uint32_t rows, people;
	double again;
	double *claimed; /* out, by person: that some row is they */
};

/* Fills `probability` of each edge and `claimed`, for which the caller gives room. */
void assignment_run(struct assignment *a);

#endif
