/* SPDX-License-Identifier: MIT */
/*
 * stray: leaked rows without a person. They may be about somebody in danger whom no list shows, so they carry the level
 * that the rules over records give, and wait until a human says whose they are or closes them (schema/0007-rows.sql).
 * Sole writer of record_level.
 */
#ifndef RECIPIENTS_STRAY_H
#define RECIPIENTS_STRAY_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "recipients/exposure.h"
#include "recipients/fault.h"
#include "recipients/ledger.h"
#include "recipients/policy.h"
#include "recipients/roster.h"

struct stray_rules {
	const struct policy *policy;
	const struct roster *records; /* with all of their fields */
	const struct exposure *exposure;
	const char *const *kinds; /* each kind, folded (facts.h) */
};
/* Of every record of the newest match set that is not one person's. Within group's transaction. */
int stray_write(struct ledger *l, int64_t set, const struct stray_rules *r, struct fault *f);

/*
 * [{"row_id", "level", "outcome", "reason", "state", "closed_as", "controller", "by", "because"}]: those that wait,
 * highest risk first, then as in the file; with `all` also what another controller answers for and what is closed, behind
 * them. "state": "open", "set apart" or "closed". What does not apply is an empty string. The caller's.
 */
int stray_list(struct ledger *l, bool all, json_t **ret, struct fault *f);

/* [{"level", "title", "rows"}] of those that wait, highest risk first. The caller's. */
int stray_levels(struct ledger *l, const struct policy *p, json_t **ret, struct fault *f);
/* {"leaver": 3 ...}: what was closed, and as what. The caller's. */
int stray_closed(struct ledger *l, json_t **ret, struct fault *f);

#endif
