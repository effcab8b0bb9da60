/* SPDX-License-Identifier: MIT */
/*
 * question: what the lists and the policy leave open, so that it is never silent. Writes `question` for group.
 *
 * Keys are stable, so that a human's answer (decision "accept") holds while the cause is the same:
 *	list-fewer:N list-older:N list-unlike:N list-protected:N	people list number N against the one before
 *	no-column:person.FIELD	a rule speaks of a field that no column feeds
 *	no-addresses		no column gives an address of any kind
 *	often-empty:person.FIELD	... or that is empty for over 5 % of people
 *	empty-level:NAME	a level above the default that catches nobody on the list
 *	presumed-ask-first:NAME	a level that asks before anyone is told that they may be (tell_at 1), while the leak is presumed
 *	unknown-units:DIGEST	units that neither a rule nor known_units names
 *	other-controllers:DIGEST	whose rows are set apart
 */
#ifndef RECIPIENTS_QUESTION_H
#define RECIPIENTS_QUESTION_H

#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "recipients/fault.h"
#include "recipients/ledger.h"
#include "recipients/policy.h"
#include "recipients/roster.h"

/* `caught`: per level, how many people on the list its rules catch. */
int question_write(struct ledger *l, int64_t set, const struct policy *p, const struct roster *people,
	const struct roster *records, const size_t *caught, struct fault *f);

/* `presumed`: per level, how many people are told although no leaked row speaks of them. */
int question_presumed(struct ledger *l, int64_t set, const struct policy *p, const size_t *presumed, struct fault *f);

/* [{"unit", "people"}]: the units that neither a rule nor known_units names, those of most people first. The caller's. */
json_t *question_units(const struct policy *p, const struct roster *people);

#endif
