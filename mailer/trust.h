/* SPDX-License-Identifier: MIT */
/*
 * trust: how far the matching can be trusted, in words for whoever answers for it, as a small
 * chart, and as JSON. The numbers are forecast.h's.
 */
#ifndef MAILER_TRUST_H
#define MAILER_TRUST_H

#include <stdint.h>
#include <stdio.h>

#include <jansson.h>

#include "recipients/forecast.h"
#include "recipients/text.h"

/* {"wrong_rows", "wrong_people", "missed_people"}: expected numbers, to a hundredth. */
json_t *trust_expected(const struct forecast *c);
/* Lines under the tally of match; none when there is nothing to say. */
void trust_sum_up(const struct forecast *c, struct text *out);

struct trust {
	struct forecast forecast;
	int64_t tenths[FORECAST_BINS], nobody; /* rows: forecast_spread */
};

int trust_read(struct ledger *l, double tell_at, struct trust *ret, struct fault *f);
/*
 * {"expected" {..}, "indistinguishable", "told" {"certain", "certain_wrong", "maybe",
 * "maybe_wrong"}, "missed" {"unlikely", "lost"}, "waiting", "self_test" {"copies", "matched", "right",
 * "found", "error", "error_by_chance"}, "decoys" {"rows", "matched", "rows_of_nobody",
 * "expected_wrong"}, "spread" {"nobody", "tenths" [10]}}
 */
json_t *trust_json(const struct trust *t);
/* The chart and the sentences, within 80 columns; nothing when no row was matched yet. `bold` and
 * `plain`: what turns bold letters on and off. */
void trust_write(FILE *out, const struct trust *t, const char *bold, const char *plain);

#endif
