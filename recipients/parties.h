/* SPDX-License-Identifier: MIT */
/*
 * parties: which records speak of a person, as what, and what the parties of a case must not learn of one another.
 *
 * A record may be of several candidates; one in conflict speaks of nobody. One that has a part ("victim") speaks only of
 * those whose it is at least half as likely as the likeliest of theirs: a suspect must not have the victim's letter because
 * the names are alike. Where a record is a case (cases.h), the list has its people's parts.
 *
 * Two sides of one case (part.h), whose people share a household (household.h), are told in person, both of them. So is who
 * has parts on both sides, here and there; of one of these two nothing is said.
 */
#ifndef RECIPIENTS_PARTIES_H
#define RECIPIENTS_PARTIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "recipients/fault.h"
#include "recipients/ledger.h"
#include "recipients/part.h"
#include "recipients/roster.h"

struct link { /* a record of a person */
	uint32_t person, record; /* indexes of their rosters */
	double probability;
	const char *role; /* what they are in it, by the record or else by the list; NULL: nothing in particular */
	enum part_side side;
	bool bound; /* a row of the list is of its case: no other row of the person's goes with it */
};

struct parties;
/* Of the newest match set. Both rosters, with all of their fields, must live as long. */
int parties_load(struct ledger *l, const struct roster *people, const struct roster *records, struct parties **ret,
	struct fault *f);
void parties_free(struct parties *p); /* NULL is fine */

/* Those of a person (its index), by record. */
const struct link *parties_links(const struct parties *p, size_t person, size_t *ret_count);
/* Does this row of the person's belong to the record? Not if it is of another case. */
bool parties_pair(const struct parties *p, const struct link *link, const struct roster_row *entry);

/* A human said that a record is theirs. */
bool parties_decided(const struct parties *p, size_t person);
/* Do two have records of one case? */
bool parties_share_case(const struct parties *p, size_t one, size_t other);
/* Has this person parts on both sides? */
bool parties_both(const struct parties *p, size_t person);
/* Why no mail goes to them, in one word (route.h): "opposed-household", "several-parts"; NULL: for no such reason. */
const char *parties_reason(const struct parties *p, size_t person);

#endif
