/* SPDX-License-Identifier: MIT */
/*
 * needs: what only a human can move on, counted: for the screen.
 */
#ifndef MAILER_NEEDS_H
#define MAILER_NEEDS_H

#include <jansson.h>

#include "recipients/fault.h"
#include "recipients/ledger.h"
#include "recipients/policy.h"

/*
 * Adds to `status`, which has its "states": "needs_human" {what: count}, "rows_without_person" and "rows_closed" (stray.h),
 * "other_controllers" (handover.h).
 */
int needs_gather(struct ledger *l, const struct policy *p, json_t *status, struct fault *f);
/* "people to be told in person (task)": what a human reads for such a word. */
const char *needs_words(const char *need);

#endif
