/* SPDX-License-Identifier: MIT */
/*
 * outlook: when the last person of each level will have been handed over, against the hours of the clock. What waits, what
 * the relay allows and how quickly it took the last mails come from the ledger and the settings; the arithmetic is
 * schedule.h's. A forecast, never the source of a fact: send goes by its own limits.
 */
#ifndef MAILER_OUTLOOK_H
#define MAILER_OUTLOOK_H

#include <stdint.h>
#include <stdio.h>

#include <jansson.h>

#include "mailer/settings.h"
#include "recipients/fault.h"
#include "recipients/ledger.h"
#include "recipients/policy.h"
#include "recipients/text.h"

/* Mails a second until the relay's own pace is known: of each connection, and of a folder on this machine. */
#define OUTLOOK_PER_CONNECTION 5
#define OUTLOOK_FOLDER 1000

struct outlook_options {
	const struct settings *settings;
	const struct policy *policy;
	int64_t release;	/* only what this release has left; 0: all that is released or composed */
	unsigned connections;	/* 0: the settings' */
	double per_second;	/* a limit for this run; 0: none */
	int64_t not_before;	/* a start time, ms since 1970; 0: now */
	bool whole;		/* also levels that are done, and those who are told in person */
};

/*
 * {"from", "per_second", "pace": "measured", "assumed", "per_minute" or "asked", "per_day" and "sending_hours" (null: no
 * limit), "waiting", "levels": [{"name", "mails" (waiting), "handed_over", "tasks", "last_at", "tasks_due", "after" (seconds
 * from now), "hours" (since aware_at), "in_time"}], "last_at", "after", "hours", "of", "in_time"}; a time that never comes or
 * is not asked for is null. Levels in the policy's order. `*ret` is the caller's.
 */
int outlook_gather(struct ledger *l, const struct outlook_options *o, json_t **ret, struct fault *f);

/* For people: a line a level, in local time. Nothing waits: nothing is written. */
void outlook_write(FILE *out, const json_t *outlook);

/* The same for a manifest, counted from the moment it was made: lines that begin with OUTLOOK_LINE. */
#define OUTLOOK_LINE "forecast "
void outlook_manifest(const json_t *outlook, struct text *out);

#endif
