/* SPDX-License-Identifier: MIT */
/*
 * ruling: what humans decided about one person, kept for good. Sole writer of person_decision.
 *
 * The newest counts: of hold and unhold, of raise, of route. That somebody has died, or that their addresses are not
 * safe, holds until route mail takes it back. What narrows bars every notice made before it, at once (schema/0002-by-hand.sql); group takes in the rest.
 */
#ifndef RECIPIENTS_RULING_H
#define RECIPIENTS_RULING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "recipients/fault.h"
#include "recipients/ledger.h"

struct ruling {
	int64_t person;
	const char *choice; /* "hold", "unhold", "route", "raise", "deceased" or "address-unsafe" */
	const char *value;  /* route: which; raise: the level's name; else NULL */
	bool bars;
	const char *review_by; /* route restricted: YYYY-MM-DD; else NULL */
	const char *by, *reason;
};
/* Within a transaction of the caller's. `*ret_id`: the decision's. */
int ruling_write(struct ledger *l, const struct ruling *r, int64_t *ret_id, struct fault *f);

/* What holds for a person now. */
struct ruling_now {
	int64_t person;
	bool held;
	char *level; /* raised to at least this one; NULL: nobody raised them */
	char *route; /* "task", "restricted" or "none"; NULL: as the policy says */
	bool deceased, address_unsafe; /* until a human allows mail again (route mail) */
};

struct rulings; /* of everybody about whom something was decided */
int rulings_load(struct ledger *l, struct rulings **ret, struct fault *f);
void rulings_free(struct rulings *r); /* NULL is fine */
const struct ruling_now *rulings_find(const struct rulings *r, int64_t person); /* NULL: nothing was decided */

/*
 * The number of the newest decision that group takes in; 0: there is none. What rests on decisions has it in its digest.
 * (Who is held is asked when it matters; who is held no more has a new notice composed: ruling_newest_unhold.)
 */
int ruling_newest(struct ledger *l, int64_t *ret, struct fault *f);
int ruling_newest_unhold(struct ledger *l, int64_t *ret, struct fault *f);

#endif
