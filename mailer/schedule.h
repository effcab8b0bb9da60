/* SPDX-License-Identifier: MIT */
/*
 * schedule: when the last mail of each step has been handed over, if all goes well. Arithmetic only: the counts, the limits
 * and the time are passed in. Times are milliseconds since 1970 (clock.h).
 *
 * The model is that of send: steps one after another, none begins before the one before it is over; one mail after the
 * other at the pace; no mail outside the sending hours, which are local time, so that nights and the change of summer
 * time are right; at most `per_day` within any 24 hours. It takes for granted that send is started again whenever it
 * may go on, and that the relay takes what it is given.
 */
#ifndef MAILER_SCHEDULE_H
#define MAILER_SCHEDULE_H

#include <stddef.h>
#include <stdint.h>

struct schedule_terms {
	double per_second;   /* more than 0: all limits of the pace in one */
	int64_t per_day;     /* 0: no limit */
	int from, to;	     /* sending hours, minutes after local midnight (settings.h); from below 0: any time */
	const int64_t *used; /* when mails went within the last 24 hours, oldest first: they count for per_day */
	size_t used_count;
	unsigned days;	     /* sending days (settings.h); 0: any */
};

struct schedule_step {
	int64_t mails;
	int64_t not_before; /* 0: as soon as the step before it is over */
	int64_t ends;	    /* the answer: the last of them has been handed over; without mails, when the next may begin */
};

#define SCHEDULE_DAYS 3650 /* later than this is never */

/* Fills `ends` of each step. -1: it would not end within SCHEDULE_DAYS. */
int schedule_run(const struct schedule_terms *t, int64_t now, struct schedule_step *steps, size_t count);

#endif
