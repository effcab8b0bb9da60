/* SPDX-License-Identifier: MIT */
/*
 * known: which rows of people lists are the same human.
 *
 * By the strongest identifier that both have: person_id; else pay, warrant or service number or work e-mail, and then
 * the surname or the forenames must agree as well (numbers and mailboxes are passed on). Two humans of one list are
 * never made one for a weaker identifier when a stronger one tells them apart.
 *
 * Whoever is on withdrawn lists only is known as well, so that a list which replaces one does not make other people
 * of those who were told already. But such a list was wrong: surname and forenames must agree with any identifier.
 */
#ifndef RECIPIENTS_KNOWN_H
#define RECIPIENTS_KNOWN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "recipients/fault.h"
#include "recipients/ledger.h"

struct known;

/* Everyone whom the ledger has. */
int known_load(struct ledger *l, struct known **ret, struct fault *f);
void known_free(struct known *k);

struct known_answer {
	int64_t person;	    /* person.id, new or known */
	bool is_new;
	bool listed;	    /* an earlier list has them, which was not withdrawn */
	bool first_in_list; /* the first row of this list that is this person */
	const char *field, *reason; /* reason set: the row is bad, and why */
};
/* The next row of a list; what it says is remembered for the rows after it. */
void known_find(struct known *k, const char *packed, size_t length, uint32_t row, struct known_answer *ret);

#endif
