/* SPDX-License-Identifier: MIT */
/*
 * dependence: fields that go together on the list.
 *
 * Mohammed comes with Khan, a unit with its place, a family with its postcode. Taken as
 * independent, their agreement would count twice. For the pairs of fields that go together
 * most (a tree, so that no field is corrected twice over) it is counted how often their values
 * come together, the pair that is weighed left out.
 *
 * C. K. Chow, C. N. Liu: Approximating discrete probability distributions with dependence
 * trees. IEEE Trans. Inf. Theory 14 (1968).
 */
#ifndef RECIPIENTS_DEPENDENCE_H
#define RECIPIENTS_DEPENDENCE_H

#include <stdbool.h>
#include <stdint.h>

#include "recipients/comparison.h"
#include "recipients/naming.h"

#define DEPENDENCE_FIELDS (2 + COMPARISONS) /* surname, forename, the comparisons */
#define DEPENDENCE_PAIRS (DEPENDENCE_FIELDS - 1)

struct dependence_pair {
	uint32_t a, b; /* fields */
	double lift;   /* how many times more often both agree than by chance */
	struct numbering numbers;
	uint32_t *counts; /* by number: entries with these two values */
};

struct dependence {
	const struct comparisons *comparisons;
	struct dependence_pair pairs[DEPENDENCE_PAIRS];
	uint32_t count;
	size_t entries;
};

/* `c` stays. Entries of which `skipped` is set (NULL: none) do not say which fields go
 * together: they are others' doubles. */
void dependence_init(
	struct dependence *d, const struct comparisons *c, const bool *skipped);
void dependence_done(struct dependence *d);

/*
 * What is to be taken from a weight: 0 or less. `values` of the fields that agree exactly, 0
 * for those that do not; `log_u` of each. `left_out`: how many entries with both
 * values of a pair do not count, by pair; NULL: one, the entry that is weighed.
 */
double dependence_take(const struct dependence *d, const uint32_t values[DEPENDENCE_FIELDS],
	const double log_u[DEPENDENCE_FIELDS], const double *left_out);

#endif
