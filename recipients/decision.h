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
/*
 * Leaked rows (by name), all of them or none, are closed: nobody is told on them, and no human has to look any more.
 * `choice`: "leaver", "other-controller", "not-a-person" or "junk"; "undo" takes back whatever was decided about them.
 * `controller`: of another controller, its name; NULL: as the leak says, FAULT_USAGE where it does not.
 */
struct decision_closing {
	const char *const *rows;
	size_t count;
	const char *choice, *controller, *by, *reason;
};
extern const char *const decision_closings[]; /* the first four; NULL behind the last */
int decision_close(struct ledger *l, const struct decision_closing *c, struct fault *f);
/* All rows of another controller (by any of its names, controller.h) that are still to be closed; `*ret`: how many. */
int decision_close_all(struct ledger *l, const char *controller, const char *by, const char *reason, size_t *ret,
	struct fault *f);

/* One kept decision; what does not apply is 0. For the two above and for what a verb decides itself. */
struct decision {
	const char *kind, *choice, *about;
	int64_t record, person, attempt;
	const char *by, *reason;
};
int decision_write(struct ledger *l, const struct decision *d, struct fault *f);
/* Decisions about rows, all or none, but for those that stand so already; `*ret`: how many were kept. */
int decision_write_all(struct ledger *l, const struct decision *d, size_t count, size_t *ret, struct fault *f);

#endif
