/* SPDX-License-Identifier: MIT */
/*
 * lookup: who is meant, by what somebody says on the telephone: a name, a number, a mail address.
 *
 * Tolerant (fold.h, name.h, number.h): accents, case, order of names, initials, titles, leading zeros and lost prefixes say
 * nothing; former surnames and known-as names count; typing errors, short names and parts of double-barrelled names give a
 * hit of the weaker kind. Nothing is ever guessed: all hits are given, the best first.
 */
#ifndef RECIPIENTS_LOOKUP_H
#define RECIPIENTS_LOOKUP_H

#include <stddef.h>

#include "recipients/roster.h"

#define LOOKUP_MAX 256 /* bytes of what is asked for */

enum lookup_fit {
	LOOKUP_EXACT, /* a number or an address, or every word of the name fits */
	LOOKUP_LIKE,  /* something like it */
	LOOKUP_NOT
};

struct lookup_hit {
	size_t index; /* of the person; in a roster of records: of the row */
	enum lookup_fit fit;
};

/* All rows, or all people, that fit. `*ret` is the caller's to free. */
void lookup_find(const struct roster *r, const char *asked, struct lookup_hit **ret, size_t *ret_count);

/* The same for rows that the caller picks. What was asked stays the caller's. */
struct lookup;
struct lookup *lookup_new(const char *asked);
void lookup_free(struct lookup *l);
enum lookup_fit lookup_row(const struct lookup *l, const struct roster_row *row);

#endif
