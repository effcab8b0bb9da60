/* SPDX-License-Identifier: MIT */
/*
 * send_progress: how far a send is, while it is at work: a line a level with a bar on a terminal, a line each 10 s elsewhere,
 * an object a second with --json, nothing with -q. All of it to stderr.
 */
#ifndef MAILER_VERB_SEND_PROGRESS_H
#define MAILER_VERB_SEND_PROGRESS_H

#include "mailer/claim.h"
#include "mailer/verb.h"
#include "mailer/verb/doors.h"

/* Of one run; for whoever waits at the terminal, or reads a log of it. */
struct send_view {
	const struct command *command;
	struct review_run *page; /* NULL: nobody looks at it */
	/* from here on its own */
	int64_t shown_at;
	size_t level;
	bool begun;
};

/* For send_watch: called often, with a struct send_view. */
void send_progress_show(void *view, const struct send_progress *p);

#endif
