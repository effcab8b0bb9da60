/* SPDX-License-Identifier: MIT */
/*
 * category: what kinds of people and of records a breach concerns, and about how many of each (UK GDPR Art. 33(3)(a); DPA
 * 2018 s. 67(4)(a)). Counts, no person.
 */
#ifndef MAILER_CATEGORY_H
#define MAILER_CATEGORY_H

#include <jansson.h>

#include "recipients/fault.h"
#include "recipients/ledger.h"

/*
 * {"people": [{"name": "Police staff", "people"}, ...], "records": [{"name": "pay number", "rows"}, ...]}: whoever is
 * affected, by what the newest list says of rank and employment, else of their part, and by their part where rows of the
 * leak speak of several people (victim, witness ...): somebody can be counted in two. Rows by the kinds of data in them
 * (exposure.h); `exposed` are the incident's. Reads lists and leak once.
 */
int category_gather(struct ledger *l, const json_t *exposed, json_t **ret, struct fault *f);

#endif
