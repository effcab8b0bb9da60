/* SPDX-License-Identifier: MIT */
/*
 * roll: whoever may be counted for a body that stands up for some ranks, in which group of ranks, and when what became of
 * them. True counts: what of them may leave the controller is coarse.h's.
 *
 * Counted are people of the newest `group` whose level says `"review": "full"`. Not: whose level says "withheld", or stands in
 * the policy no more; whom a liaison shields. Their group is what the newest list that says anything has (scope.h).
 *
 * A count is of people, and of the first time: it stays true if letters are sent again. A letter that covers for somebody
 * told them nothing, and a correction tells that there is nothing.
 */
#ifndef MAILER_ROLL_H
#define MAILER_ROLL_H

#include <stdbool.h>
#include <stdint.h>

#include "recipients/fault.h"
#include "recipients/ledger.h"
#include "recipients/policy.h"
#include "recipients/scope.h"

enum roll_measure {
	ROLL_PEOPLE,	   /* counted: the same at every moment */
	ROLL_TOLD,	   /* a letter was taken by the mail system and did not come back; or told in person */
	ROLL_DELIVERED,	   /* a report or a reply shows that a letter arrived */
	ROLL_ACKNOWLEDGED, /* they said so */
	ROLL_BOUNCED,	   /* a letter came back, at some time */
	ROLL_REMINDED,	   /* a reminder was taken by the mail system */
	ROLL_MEASURES
};
const char *roll_measure_name(enum roll_measure m); /* "told" */

struct roll;
/* Reads the ranks of all on the lists; slow (some 0.3 s for 47,000). `l` and `p` must live as long. */
int roll_open(struct ledger *l, const struct policy *p, struct roll **ret, struct fault *f);
void roll_close(struct roll *r); /* NULL is fine */

/* What became of them, anew; also needed once before anything is asked. `mode`: rehearsal or live. */
int roll_refresh(struct roll *r, const char *mode, struct fault *f);

bool roll_counts(const struct roll *r, int64_t person);
int64_t roll_all(const struct roll *r); /* how many are counted */
int64_t roll_first(const struct roll *r); /* when anything happened first, ms since 1970; 0: nothing yet */

/* How many by then, as far as is known now, of each measure and group. */
typedef int64_t roll_cells[ROLL_MEASURES][SCOPE_GROUPS];
void roll_until(const struct roll *r, int64_t moment, roll_cells ret);

#endif
