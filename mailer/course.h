/* SPDX-License-Identifier: MIT */
/*
 * course: what happened over time, as pictures with tables (chart.h): counts that grow, and single events on one line.
 *
 * Times are milliseconds (clock.h); what is written for them is the caller's words, in the time zone of the readers.
 */
#ifndef MAILER_COURSE_H
#define MAILER_COURSE_H

#include <stdbool.h>

#include "mailer/chart.h"

/* A moment: `counts` has one number for each line, up to and with this moment. CHART_HIDDEN: the line has a gap. */
struct course_moment {
	int64_t at;
	const char *when;
	const int64_t *counts;
};

/*
 * One line for each of `names`, a step at each moment; each differs by dashes and by the letter at its end. At most
 * CHART_PARTS lines; moments in the order of time. The chart's `what` heads the column of moments.
 */
void course_lines(struct text *out, const struct chart *c, const char *const *names, size_t names_count,
	const struct course_moment *moments, size_t count);

/* Something that has happened, or that is to come (`ahead`). */
struct course_event {
	int64_t at;
	const char *when, *label;
	bool ahead;
};

/* Numbered marks on one line from the first to the last event, which are in the order of time. */
void course_events(struct text *out, const struct chart *c, const struct course_event *events, size_t count);

#endif
