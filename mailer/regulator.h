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
 * "exposed", "not_exposed"}, "effects" {"consequences", "people", "people_certain", "rows", "outcomes", "categories"
 * (category.h), "levels" [{"name", "title", "people", "routes" {..}, "states" {..}}], "states" {..}}, "action" {"measures",
 * "told", "tasks" {..}, "releases" [{"digest", "at", "notices", "accepted"}], "decisions" {..}}, "phases" [{"phase" (from 1),
 * "at", "hours", "by", "text"}] (each time that the regulator was told), "delay" {"late", "hours" (beyond the clock's),
 * "reasons" [notes]}, "notes" [..]}
 */
int regulator_gather(struct ledger *l, const struct settings *s, const struct policy *p, json_t **ret, struct fault *f);

/* The same to read, in 80 columns. */
void regulator_write(FILE *out, const json_t *report);
/* The same as a page that stands alone (page.h), with "history" {"entries", "head"} added to the report. */
int regulator_page(const json_t *report, struct text *out, struct fault *f);

#endif
