/* SPDX-License-Identifier: MIT */
/*
 * remind: makes what is due (due.h): follow-ups, which are notices like the first and are released and sent like it, and tasks
 * for a human where mail does not help. Sole writer of follow_up_over and escalation, and of the reminders in follow_up.
 *
 * All in one transaction, under the writer's lock: run it as often as you like, each follow-up and each task is made once.
 * Follow-ups that are not out yet when the proof comes are over, and so are tasks of silence that nobody has done.
 *
 * More than REMIND_TASKS new tasks in one run are a sign that something else is wrong (a mailbox that nobody has read): then
 * none is opened, and a human says how many may be.
 */
#ifndef MAILER_REMIND_H
#define MAILER_REMIND_H

#include <stdint.h>

#include "mailer/leave.h"
#include "mailer/settings.h"
#include "recipients/clock.h"
#include "recipients/fault.h"
#include "recipients/ledger.h"
#include "recipients/policy.h"
#include "templates/texts.h"

#define REMIND_TASKS 50

struct remind_options {
	const struct settings *settings;
	const struct policy *policy;
	struct texts *texts;
	int64_t tasks; /* the most new ones; 0: REMIND_TASKS */
	const char *by, *reason; /* who allows more */
	const struct progress *progress;
};
struct remind_tally {
	int64_t due;	     /* follow-ups and tasks that this run found due */
	int64_t reminders, escalations; /* made */
	int64_t too_many;    /* tasks that were due, and not opened */
	int64_t over;	     /* follow-ups and tasks that nobody needs any more */
	int64_t behind;	     /* ms that the clock stands behind the newest hand-over; 0: it does not */
	struct leave_tally leave;
};
int remind_run(struct ledger *l, const struct remind_options *o, struct remind_tally *ret, struct fault *f);

#endif
