/* SPDX-License-Identifier: MIT */
/*
 * match: who each record is, and who is in the leak at all. Sole writer of match_set, match, candidate, presence.
 *
 * linkage.c decides from the rows alone; what a human decided about a row (decision "row") stands above it and
 * survives every later run. A run whose inputs are those of the last set writes nothing.
 */
#ifndef RECIPIENTS_MATCH_H
#define RECIPIENTS_MATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "recipients/clock.h"
#include "recipients/fault.h"
#include "recipients/ledger.h"
#include "recipients/linkage.h"
#include "recipients/roster.h"
#include "recipients/text.h"

#define MATCH_CERTAIN 0.99 /* from here on a person is told that they are in the leak */

struct match_tally {
	bool unchanged;
	int64_t rows, matched, ambiguous, possible, unmatched;
	int64_t people;	      /* certainly in the leak */
	int64_t people_maybe; /* perhaps */
};

int match_run(struct ledger *l, const struct progress *progress, struct match_tally *ret, struct fault *f);
/* What the newest set says. */
int match_tally(struct ledger *l, struct match_tally *ret, struct fault *f);
/* Is the newest set over the files and decisions that the ledger has now? */
int match_is_current(struct ledger *l, bool *ret, struct fault *f);

/* Why a row (by roster_row_name) came out as it did, in words: names of fields, no values of people. */
int match_explain(struct ledger *l, const char *row_name, struct text *out, struct fault *f);

#endif
