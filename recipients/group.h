/* SPDX-License-Identifier: MIT */
/*
 * group: how much each affected person is at risk, why, and by which route they are told. Sole writer of group_set,
 * assignment; question.h and stray.h write what is theirs.
 *
 * Affected are all who are certainly in the leak (match.h), all who may be from their level's `tell_at` up, and those
 * whom a human decided to tell. The highest level wins, all are kept. A mail level needs an address that reaches this
 * person and nobody else; without one the route is a task, with the reason. What a human decided about a person
 * (ruling.h) stands above the rules: a higher level, another route. It never makes mail of a level that is not told by
 * mail.
 *
 * What list and policy leave open is never silent: each question has a key, and stays until its cause is mended or a
 * human answers it (decision "accept").
 */
#ifndef RECIPIENTS_GROUP_H
#define RECIPIENTS_GROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "recipients/clock.h"
#include "recipients/fault.h"
#include "recipients/ledger.h"
#include "recipients/policy.h"
#include "recipients/text.h"

struct group_options {
	const struct policy *policy;
	const json_t *exposed; /* the incident's kinds of data: [string] */
	/*
	 * May mail go to this address? NULL: yes; else one word why not ("address-unusable", "outside-domains").
	 * `work`: it is the force's own, which `allowed_domains` limits.
	 */
	const char *(*refuses)(void *user, const char *address, bool work);
	void *user;
	const json_t *allowed, *closed; /* the incident's domains and channels: what `refuses` rests on */
	const json_t *spoken;  /* ["cy/notice/officer"]: the texts of the policy that there are in other languages */
	const struct progress *progress;
};

struct group_run {
	bool unchanged;
	int64_t people;
	int64_t open; /* questions that nobody has answered */
};

int group_run(struct ledger *l, const struct group_options *o, struct group_run *ret, struct fault *f);

/* [{"name", "people", "mail", "task", "restricted", "none"}] in the policy's order, of the newest set. */
int group_levels(struct ledger *l, const struct policy *p, json_t **ret, struct fault *f);
/* [{"key", "text", "accepted"}]: what is open. */
int group_questions(struct ledger *l, json_t **ret, size_t *ret_open, struct fault *f);

/* Is the newest set over the newest match and this policy? */
int group_is_current(struct ledger *l, const struct group_options *o, bool *ret, struct fault *f);

/* The kinds of a person's data in the leak, by the newest set: [string]; `*ret` is the caller's. */
int group_kinds(struct ledger *l, int64_t person, json_t **ret, struct fault *f);

/*
 * What `why_sealed` holds, as a row (text.h): "level" (all that apply, with the rule), "kind" (field or kind of
 * data, one each), "part" (of those of which they hear), "address" (route mail), "findability".
 */
#define GROUP_KIND "kind"
#define GROUP_LEVEL "level"
#define GROUP_ADDRESS "address"
#define GROUP_PART "part"

#endif
