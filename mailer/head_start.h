/* SPDX-License-Identifier: MIT */
/*
 * head_start: people at the highest risk are told first. The mails of the levels below wait until the head start of a level
 * is over, so that whoever is told by a human hears it from them, and not from a colleague's mailbox.
 *
 * The head start of a level (policy.json, `head_start`) begins with the first release after its tasks were made (of a level
 * told by mail: with the release that holds its notices), and lasts as long as the policy says, or until a named person
 * lifts it. Tasks that come later begin anew with the next release. Sole writer of head_start_lifted.
 *
 * What a release says of it never changes: it follows from sets, releases and policy alone. Lifting is kept beside it.
 */
#ifndef MAILER_HEAD_START_H
#define MAILER_HEAD_START_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "recipients/fault.h"
#include "recipients/ledger.h"
#include "recipients/policy.h"
#include "recipients/text.h"

struct head_start {
	const char *level; /* the policy's */
	int64_t order;	   /* of the level: what has a higher number waits */
	int64_t until;	   /* milliseconds since 1970 */
	bool lifted;
};
struct head_starts {
	struct head_start list[POLICY_MAX_LEVELS];
	size_t count;
};

/*
 * Those that were not over when a release was made, in the policy's order. `release` 0: of one that would be made at `at`
 * of the compose set `set`; of a release that exists both are its own.
 */
int head_start_find(struct ledger *l, const struct policy *p, const char *mode, int64_t release, int64_t set, int64_t at,
	struct head_starts *ret, struct fault *f);
/* Of the newest valid release of a mode; none if nothing is released. */
int head_start_newest(struct ledger *l, const struct policy *p, const char *mode, struct head_starts *ret, struct fault *f);

/* Before this time no mail of a level (its order) goes; 0: at once. */
int64_t head_start_not_before(const struct head_starts *h, int64_t order, int64_t now);
/* Does one run now? */
bool head_start_runs(const struct head_start *h, int64_t now);

/* "head-start undercover until 2026-11-22T13:00:00Z": a line each. */
void head_start_manifest(const struct head_starts *h, struct text *out);
/* [{"level", "until", "lifted", "running"}] */
json_t *head_start_json(const struct head_starts *h, int64_t now);

/* All that run now are lifted. `*ret`: how many; 0: nothing was written. */
int head_start_lift(struct ledger *l, const struct policy *p, const char *mode, const char *by, const char *reason,
	size_t *ret, struct fault *f);

#endif
