/* SPDX-License-Identifier: MIT */
/*
 * regulator: what the controller must be able to show the regulator: facts, effects and remedial action (UK GDPR Art. 33(3)
 * and (5); DPA 2018 s. 67), with the log of notes. Shows; never the source of a fact.
 *
 * Counts of people and of records, by level, route and state; no name of a data subject but what somebody wrote in a note.
 */
#ifndef MAILER_REGULATOR_H
#define MAILER_REGULATOR_H

#include <stdio.h>

#include <jansson.h>

#include "mailer/settings.h"
#include "recipients/fault.h"
#include "recipients/ledger.h"
#include "recipients/policy.h"

/*
 * {"incident", "title", "mode", "written_at", "clock" {..}, "facts" {"kind", "regime", "nature", "occurred", "controller",
 * "exposed", "not_exposed"}, "effects" {"consequences", "people", "people_certain", "rows", "outcomes", "levels" [{"name",
 * "title", "people", "routes" {..}, "states" {..}}], "states" {..}}, "action" {"measures", "told", "tasks" {..}, "releases"
 * [{"digest", "at", "notices", "accepted"}], "decisions" {..}}, "notes" [..]}
 */
int regulator_gather(struct ledger *l, const struct settings *s, const struct policy *p, json_t **ret, struct fault *f);

/* The same to read. */
void regulator_write(FILE *out, const json_t *report);

#endif
