/* SPDX-License-Identifier: MIT */
/*
 * coarse: counts that may leave the controller, so that nobody can work back to a few people.
 *
 * THE RULE. Everyone is counted in one cell of a fixed partition (scope.h). A cell is published rounded down to a multiple of
 * COARSE_BASE. What is published of several cells is the sum of what is published of each, never the rounded sum. Below
 * COARSE_WHOLE people in all there are no cells: only the whole, rounded down the same way.
 *
 * WHY NO DIFFERENCE GIVES A FEW AWAY
 *	Every published figure is a sum of multiples of 5. So any two differ by nothing or by at least 5: figures of two
 *	scopes, of two moments, of two measures, of a whole and its parts, and any sum or difference of many of them.
 *	Sums are of published cells, so whoever takes one scope from another gets a cell as it is published anyway, and
 *	nothing more: all scopes together say no more than the list of cells does. (Rounding each sum by itself would not do
 *	that: from 105 of A and B, 100 of A, and B "under 5" follows that B is at least 1.)
 *	The rounding is the same each time and depends on the true count alone, so asking again, or with another filter,
 *	averages nothing out, as it would with random noise.
 *	0 and 1 to 4 look the same ("fewer than 5"): that there is somebody at all is not said.
 *	Time is no way round: a count of later is the same sum over the same cells, so from one moment to the next a figure
 *	stays, or moves by at least 5 people.
 * What it does not hide: that all of a group of known size did something (5 of 5 told), to within four people.
 *
 * SOURCE. Rounding to a fixed base, thresholds, and disclosure by differencing: Hundepool and others, Handbook on Statistical
 * Disclosure Control (2nd edition, chapter 5, frequency tables, https://sdctools.github.io/HandbookSDC/); the threshold and
 * the base of five are usual in the United Kingdom's official statistics (Government Statistical Service, Disclosure control
 * guidance for tables produced from administrative sources). Down, not to the nearest: a body that holds somebody to account
 * should read "at least", and 3 or 4 must not become 5.
 */
#ifndef MAILER_COARSE_H
#define MAILER_COARSE_H

#include <stddef.h>
#include <stdint.h>

#define COARSE_BASE 5	 /* also the smallest count that is given */
#define COARSE_WHOLE 100 /* people in all from which on there are cells */

/* A cell as it is published: 0 means "fewer than 5", of which none is one. */
int64_t coarse_count(int64_t n);

/*
 * The cells of `set` (bits) as they are published together; `all`: people in all, over every cell. Fewer than COARSE_WHOLE:
 * that of all cells, whatever the set.
 */
int64_t coarse_sum(const int64_t cells[], size_t count, unsigned set, int64_t all);

#endif
