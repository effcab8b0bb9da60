/* SPDX-License-Identifier: MIT */
/*
 * forecast: what the newest match set is expected to get wrong. Sole writer of match_fact.
 *
 * Nobody labels a row for it. Three sources: the probabilities themselves (a row matched at .98
 * is wrong twice in a hundred times), and the two trials of calibration.h.
 */
#ifndef RECIPIENTS_FORECAST_H
#define RECIPIENTS_FORECAST_H

#include <stdbool.h>
#include <stdint.h>

#include "recipients/calibration.h"
#include "recipients/fault.h"
#include "recipients/ledger.h"

#define FORECAST_BINS 10

struct forecast {
	bool known; /* false: there is no set, or one of an older version */
	struct calibration trials;
	int64_t rows, rows_matched;
	double wrong_rows; /* matched to somebody else, by the probabilities */
	double decoy_rows; /* the same, of rows that are nobody's, by the decoys */
	double alike;	   /* share of rows that nobody could tell apart, whatever the tool */
	int64_t certain, maybe; /* people who are told that they are in the leak, or may be */
	double wrong_certain, wrong_maybe; /* of them, not in the leak */
	double missed_unlikely; /* people in the leak who are too unlikely to be told */
	double missed_lost;	/* whose rows say too little that is right to lead to them */
	double waiting; /* in the leak, and told once a human has decided a conflict */
};

/* For a new set. */
int forecast_write(
	struct ledger *l, int64_t set, const struct calibration *trials, struct fault *f);

/* `tell_at`: from here on a person is told that they may be in the leak (policy.h). */
int forecast_read(struct ledger *l, double tell_at, struct forecast *ret, struct fault *f);

/* Rows by the probability of the person who fits best, in tenths; and those whom nobody fits. */
int forecast_spread(struct ledger *l, int64_t ret_rows[FORECAST_BINS], int64_t *ret_nobody,
	struct fault *f);

#endif
