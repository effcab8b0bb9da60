/* SPDX-License-Identifier: MIT */
/*
 * compose: makes the exact bytes that will be sent, or a task. Sole writer of compose_set, plan
 * (notices: scribe.h; tasks: task.h).
 *
 * A set covers everyone of the newest group set, in one mode; nothing of a rehearsal's set counts in live. Who has a
 * notice in a valid release keeps it (told once is told); all others are composed anew when anything that the words rest
 * on has changed. Everyone has one notice or one task or, when the route is restricted or none, neither. Where a level
 * covers, people on a task route have the default level's notice as well: same template, same place in the order.
 */
#ifndef MAILER_COMPOSE_H
#define MAILER_COMPOSE_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "mailer/settings.h"
#include "recipients/clock.h"
#include "recipients/fault.h"
#include "recipients/ledger.h"
#include "recipients/policy.h"
#include "templates/texts.h"

struct compose_options {
	const struct settings *settings;
	const struct policy *policy;
	struct texts *texts;
	bool group_is_current; /* the caller asked group */
	const struct progress *progress;
};

struct compose_tally {
	bool unchanged;
	int64_t notices, tasks, restricted, none; /* add up to the people, but for cover */
	int64_t cover; /* of the notices: the common one, for people who have a task as well */
};

int compose_run(struct ledger *l, const struct compose_options *o, struct compose_tally *ret, struct fault *f);
/* [{"name", "people", "notices", "tasks", "restricted", "none", "cover"}] of the newest set of a mode. */
int compose_levels(struct ledger *l, const struct policy *p, const char *mode, json_t **ret, struct fault *f);

/*
 * One file for each way a notice can come out (level, certain or not, officer or staff), with a made-up person, into a
 * new folder. `*ret`: how many.
 */
int compose_preview(const struct compose_options *o, const char *dir, int64_t *ret, struct fault *f);
/* All messages of the newest set, as they are. */
int compose_export(struct ledger *l, const struct compose_options *o, const char *dir, int64_t *ret, struct fault *f);
/* The message of a person (by roster_person_name), opened. FAULT_USAGE: nobody is called so, or they have none. */
int compose_show(struct ledger *l, const struct compose_options *o, const char *person, struct text *out,
	struct fault *f);

#endif
