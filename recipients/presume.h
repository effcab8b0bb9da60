/* SPDX-License-Identifier: MIT */
/*
 * presume: before the leak is in hand. A human says that everyone on the list may be in it, or those of whom a rule holds;
 * group then tells them that they may be. Sole writer of sources of purpose 'presume', which have no rows.
 *
 * A presumption speaks of whoever is on the lists when it is asked, so that a better list makes it better. Leaked files
 * that are imported after it refine it: then it says nothing any more, and what the rows say counts. If more is missing
 * than has come, it is made anew after them. It says nothing of what leaked about a person: rules over record.FIELD hold
 * for nobody, and the kinds of data are those that the incident names.
 */
#ifndef RECIPIENTS_PRESUME_H
#define RECIPIENTS_PRESUME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "recipients/fault.h"
#include "recipients/ledger.h"
#include "recipients/policy.h"
#include "recipients/roster.h"

struct presume_options {
	const char *as_of; /* YYYY-MM-DD: who was on the list that shows this day, else the newest before it; NULL: all lists */
	const char *where; /* a rule over person.FIELD (rule.h), as JSON; NULL: everyone */
	const struct policy *policy; /* for its names of units */
};

struct presume_tally {
	bool already;	/* it was presumed before: nothing changed */
	int64_t people; /* how many are presumed by it */
};

/* FAULT_USAGE: a wrong rule or day. FAULT_REFUSED: there is no people list yet. */
int presume_import(struct ledger *l, const struct presume_options *o, struct presume_tally *ret, struct fault *f);

/* Does a presumption count now? */
int presume_stands(struct ledger *l, bool *ret, struct fault *f);
/* And there is no leaked row yet: nobody has to wait for a match. */
int presume_alone(struct ledger *l, bool *ret, struct fault *f);

/* For each person of a roster of entries: are they presumed to be in the leak? `*ret` is the caller's to free. */
int presume_load(struct ledger *l, const struct policy *p, const struct roster *people, bool **ret, struct fault *f);

/* How many are. */
int presume_count(struct ledger *l, const struct policy *p, int64_t *ret, struct fault *f);

/* The levels (bits) that have a rule over record.FIELD: before the leak is in hand it holds for nobody. */
uint64_t presume_blind_levels(const struct policy *p);

#endif
