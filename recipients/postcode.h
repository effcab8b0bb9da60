/* SPDX-License-Identifier: MIT */
/*
 * postcode: UK postcodes, the outward half ("SW1A") and the inward half ("1AA").
 *
 * Case and blanks say nothing; O for 0 and I for 1, and the other way round, are mended where
 * only one of the two can stand. Only the shape is looked at, not whether the postcode exists.
 * BS 7666; Royal Mail's Programmers' Guide.
 */
#ifndef RECIPIENTS_POSTCODE_H
#define RECIPIENTS_POSTCODE_H

#include <stdbool.h>

struct postcode {
	char outward[5];
	char inward[4]; /* "" if only the outward half was given */
};

bool postcode_parse(const char *text, struct postcode *ret);
/* The outward half alone agrees with every postcode that begins with it. */
bool postcode_equal(const struct postcode *a, const struct postcode *b);

#endif
