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

struct name {
	char surname[NAME_ROOM];   /* its parts with "-" between: "oneill", "smith-jones"; "" if
				      none */
	char forenames[NAME_ROOM]; /* words with a space between; a word of one letter is an
				      initial; "" if none */
	struct rank_set rank;      /* that stood before or behind the name */
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

enum name_fit {
	NAME_DIFFERS,
	NAME_EXTRA, /* all that `listed` has agrees; `given` has more forenames than it */
	NAME_FITS   /* equal, or initials of it, or fewer of them; or one side has none */
};

/* Do the forenames that are given fit those on the list? */
enum name_fit name_forenames_fit(const char *given, const char *listed);

/*
 * Can these not be one person, if a number says they are? Tolerant: typing errors, a part of a
 * double-barrelled name, swapped names, nicknames, a second forename used as the first and the
 * same initial contradict nothing. Former surname and known-as are names of their own: ask for
 * each.
 */
bool name_contradicts(const struct name *a, const struct name *b);

#endif
