/* SPDX-License-Identifier: MIT */
/*
 * decide: what a human decides about one person, and what it does at once.
 *
 * What narrows acts at once, in a signed release too and while send is at work: the notice that they have goes out no more,
 * and who is to be told in person has a task. What widens (unhold, route mail, a lower level) acts through group, compose
 * and a new release. No decision makes mail of a level that is not told by mail (FAULT_REFUSED).
 */
#ifndef MAILER_DECIDE_H
#define MAILER_DECIDE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mailer/settings.h"
#include "recipients/fault.h"
#include "recipients/ledger.h"
#include "recipients/policy.h"
#include "recipients/roster.h"
#include "recipients/ruling.h"

struct decide_options {
	const struct settings *settings;
	const struct policy *policy;
	const struct roster *people;
};
struct decide_done {
	bool unchanged;	     /* it was so already: nothing was written */
	bool narrows;	     /* it acts now; else it needs group, compose, and a new release */
	const char *out;     /* their notice is out or may be: "accepted", "in_doubt", "pending"; NULL: it is not */
	int64_t task;	     /* the task by which they are told; 0: none yet, or none */
	bool task_is_new;
};

/* `person`: index in the roster. In `r`: choice, value, review_by, by, reason. */
int decide_about(struct ledger *l, const struct decide_options *o, size_t person, const struct ruling *r,
	struct decide_done *ret, struct fault *f);

#endif
