/* SPDX-License-Identifier: MIT */
/*
 * part: what somebody is in a case: victim, witness, suspect, officer, or whatever a file calls it.
 *
 * A part is a word in small letters with an optional number ("witness2"); its role is the word
 * alone. Two sides matter: who may be at risk from the other side, and who that is.
 */
#ifndef RECIPIENTS_PART_H
#define RECIPIENTS_PART_H

#include <stdbool.h>
#include <stddef.h>

#include "recipients/field.h"

#define PART_NAME 32

enum part_side {
	PART_NEUTRAL, /* an officer, an expert ... */
	PART_AT_RISK, /* victim, witness, and the like */
	PART_OPPOSED  /* suspect, and the like */
};

/* A part's name out of what was written: small letters, "injured party" is "injured-party". False: it begins
 * with no letter, is too long, or has other signs than letters, digits, blanks, `-` and `_`. */
bool part_parse(const char *s, size_t length, char ret[PART_NAME]);
/* "witness2" is "witness". */
void part_role(const char *part, char ret[PART_NAME]);
/* Of a part or a role as a file has it, case-blind; NULL is neutral. */
enum part_side part_side(const char *part);

/*
 * Whom a column header speaks of, and of which field: "Victim DOB", "victim_name", "Suspect 2 Surname", "Name of
 * witness". Only of parts that are called by their common words, which become victim, witness, suspect or officer.
 * `*ret_field` is `name` for the bare word, NULL where the rest means no known field. False: of nobody.
 */
bool part_recognise(const char *header, char ret[PART_NAME], const struct field **ret_field);

#endif
