/* SPDX-License-Identifier: MIT */
/*
 * summary: where everything stands, as a page that stands alone: the clock, what needs a human now, the flow from rows to
 * people to what became of them, each level's progress and forecast, what happened when. For officers: true numbers, no name
 * of a person who is told or to be told.
 */
#ifndef MAILER_SUMMARY_H
#define MAILER_SUMMARY_H

#include <jansson.h>

#include "mailer/settings.h"
#include "mailer/trust.h"
#include "recipients/fault.h"
#include "recipients/ledger.h"
#include "recipients/policy.h"
#include "recipients/text.h"

/* `status` is status_gather's, with "history" {"entries", "head"} added; `trust` is trust_read's. `out` is cleared first. */
int summary_page(struct ledger *l, const struct settings *s, const json_t *status,
	const struct trust *trust, struct text *out, struct fault *f);

#endif
