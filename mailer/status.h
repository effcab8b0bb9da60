/* SPDX-License-Identifier: MIT */
/*
 * status: where everything stands, as one JSON object. Shows; never the source of a fact. The screen is board.h's.
 *
 * Sums reconcile: rows = sum of outcomes; people = sum of states; the people of the levels add up to people.
 */
#ifndef MAILER_STATUS_H
#define MAILER_STATUS_H

#include <jansson.h>

#include "mailer/settings.h"
#include "recipients/fault.h"
#include "recipients/ledger.h"
#include "recipients/policy.h"

/*
 * {"mode", "clock" {"aware_at", "hours", "of", "regulator_told_at", "regulator_told_after" (hours; neither: not yet)},
 * "rows", "outcomes" {..}, "people", "levels" [{"name", "title", "people", "states" {..}}], "states" {..},
 * "facts" {"read", "away", "question" ...: people; of no sum} (inbox.h), "needs_human" {..}, "in_doubt" [numbers for send --resolve], "forecast" (outlook.h), "outbox",
 * "signing" [{"what": "release", "signers" or "emergency", "digest", "signatures", "needed", "until" (null but of an emergency)}],
 * "head_start" [{"level", "until", "lifted", "running"}] (of the newest release), "corrections" [person_id or reference],
 * "presumed" (while the leak is not in hand: how many rest on that alone), "cover" (people with a task who get the common
 * notice too, where there are any), "next"}
 */
int status_gather(struct ledger *l, const struct settings *s, const struct policy *p, json_t **ret, struct fault *f);

/* "taken by the mail relay": what a human reads for a state. */
const char *status_words(const char *state);

#endif
