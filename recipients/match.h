/* SPDX-License-Identifier: MIT */
/*
 * match: who each record is, and who is in the leak at all. Sole writer of match_set; its tables
 * are written by match_set.h.
 *
 * Records of another controller are unmatched, "other controller", and take part in nothing. For the others
 * linkage.c decides from the rows alone; what a human decided about a row (decision "row") stands above it and
 * survives every later run. A run whose inputs are those of the last set writes nothing.
 */
#ifndef RECIPIENTS_MATCH_H
#define RECIPIENTS_MATCH_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "recipients/clock.h"
#include "recipients/facts.h"
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
	bool presumed;	      /* so is everyone whom presume.h counts */
};

/* How to match; zeros and NULLs are the usual. */
struct match_options {
	struct linkage_settings linkage;
	const char *day;       /* YYYY-MM-DD, of the leak: the list nearest to it counts most */
	const char *const *ours; /* names of our controller: records of others are set apart */
	size_t ours_count;
	const json_t *compare; /* {COLUMN of the leak: COLUMN of the list} */
	const struct facts_book *units; /* their other names (facts.h); NULL: they have none */
	const struct progress *progress;
};

int match_run(struct ledger *l, const struct match_options *options, struct match_tally *ret, struct fault *f);
/* What the newest set says. */
int match_tally(struct ledger *l, struct match_tally *ret, struct fault *f);
/* Is the newest set over the files and decisions that the ledger has now? */
int match_is_current(struct ledger *l, bool *ret, struct fault *f);

/*
 * Why a row (by roster_row_name) came out as it did, in words and as JSON, which the caller frees: names of fields, no
 * values of people. With the settings of the newest set, as if no human had decided the row.
 */
int match_explain(struct ledger *l, const struct match_options *options, const char *row_name, struct text *out,
	json_t **ret_json, struct fault *f);

#endif
