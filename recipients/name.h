/* SPDX-License-Identifier: MIT */
/*
 * name: a person's name as it can be compared.
 *
 * Folded (fold.h), without titles, ranks and honours. O'Neill, ONEILL, Ó Néill and O Neill are
 * one surname, so are McDonald, MacDonald and Mac Donald; particles (van der, de la, St) belong
 * to the surname behind them; the parts of a double-barrelled name are the same with a hyphen,
 * a space or nothing between.
 *
 * Whole names are read in every way that makes sense, since "Harrison Matthew" may be either
 * and "Ní Riain Aoife", "Rae E" and "DC Smith" (a rank, or initials) fool any rule: whoever
 * compares takes the reading that fits the list.
 */
#ifndef RECIPIENTS_NAME_H
#define RECIPIENTS_NAME_H

#include <stdbool.h>
#include <stddef.h>

#include "recipients/rank.h"

#define NAME_ROOM 128
#define NAME_READINGS 16
#define NAME_WORDS 12 /* of one name; what is beyond is cut */

/* In which order the parts of a name stood; which is usual, the whole file shows. */
enum name_order {
	NAME_GIVEN,	     /* in columns of their own */
	NAME_COMMA,	     /* "Smith, John" */
	NAME_FORENAME_FIRST, /* "John Smith" */
	NAME_SURNAME_FIRST,  /* "Smith John" */
	NAME_SWAPPED,	     /* each in the column of the other, or "John, Smith" */
	NAME_CALLED,	     /* a forename alone */
	NAME_ORDERS
};

struct name {
	char surname[NAME_ROOM];   /* its parts with "-" between: "oneill", "smith-jones"; "" if
				      none */
	char forenames[NAME_ROOM]; /* words with a space between; a word of one letter is an
				      initial; "" if none */
	struct rank_set rank;      /* that stood before or behind the name */
	enum name_order order;
	bool rank_kept; /* what looks like a rank was read as a name or initials */
};

/* All readings of a whole name: "SMITH, John", "John Smith", "PC Smith J", "J. Smith". Returns
 * how many. */
size_t name_read(const char *text, struct name ret[NAME_READINGS]);

/* Fields that hold only that part; false if nothing is left. */
bool name_surname(const char *text, char out[NAME_ROOM]);
bool name_forenames(const char *text, char out[NAME_ROOM]);
bool name_initials(const char *text, char out[NAME_ROOM]); /* "JR", "J.R.", "J R" -> "j r" */

/* The surname under which one looks: without its hyphens. */
void name_key(const char *surname, char out[NAME_ROOM]);

#endif
