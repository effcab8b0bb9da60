/* SPDX-License-Identifier: MIT */
/*
 * decision: what a human decided, kept for good. Sole writer of decision.
 */
#ifndef RECIPIENTS_DECISION_H
#define RECIPIENTS_DECISION_H

#include <stdbool.h>
#include <stdint.h>

#include "recipients/fault.h"
#include "recipients/ledger.h"

/* Was this question answered? */
int decision_accepted(struct ledger *l, const char *key, bool *ret, struct fault *f);
/* An open question (by its key) may stay as it is. FAULT_USAGE: no such question. */
int decision_accept(struct ledger *l, const char *key, const char *by, const char *reason, struct fault *f);
/*
 * A leaked row (by roster_row_name) is this person (by roster_person_name), or, `person` being NULL, nobody, or all of
 * its candidates are told.
 */
int decision_row(struct ledger *l, const char *row, const char *person, bool all, const char *by, const char *reason,
	struct fault *f);
/* One kept decision; what does not apply is 0. For the two above and for what a verb decides itself. */
struct decision {
	const char *kind, *choice, *about;
	int64_t record, person, attempt;
	const char *by, *reason;
};
int decision_write(struct ledger *l, const struct decision *d, struct fault *f);

#endif
