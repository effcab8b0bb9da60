/* SPDX-License-Identifier: MIT */
/*
 * household: may two people have a letter, a call or a mail meant for one of them in the other's hands?
 *
 * By what files say of them: the same address (or postcode and house number, however the street is written), the same
 * e-mail address, the same telephone. Where of one of two only the postcode is known, the same postcode is enough:
 * whoever is wrong then is told in person, and nothing worse.
 */
#ifndef RECIPIENTS_HOUSEHOLD_H
#define RECIPIENTS_HOUSEHOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "recipients/roster.h"

struct household {
	uint64_t *keys; /* hashes, in no order: two who share one may be of one household */
	size_t count, room;
	uint64_t *postcodes; /* the same, where of one of the two no address is known */
	size_t postcodes_count, postcodes_room;
	bool addressed; /* an address is known */
};

/* Adds what a row says, of a list or of a leak. `{0}` before the first, household_done after the last. */
void household_add(struct household *h, const struct roster_row *row);
void household_done(struct household *h);

#endif
