/* SPDX-License-Identifier: MIT */
/*
 * crowd: rows that are all alike, and the people whom they want, whatever their number.
 *
 * No row can be told from another, so an assignment is known by which people are taken. Its sums
 * over all assignments are elementary symmetric polynomials of the odds, and exact.
 */
#ifndef RECIPIENTS_CROWD_H
#define RECIPIENTS_CROWD_H

#include <stddef.h>
#include <stdint.h>

#define CROWD_PEOPLE 128

/*
 * `odds` that any one of the rows is a person and not nobody, each above 0, of CROWD_PEOPLE at
 * most. Fills, by person, the probability that some row is they; it is the same for each row.
 */
void crowd_claim(const double *odds, size_t people, uint32_t rows, double *ret_claimed);

#endif
