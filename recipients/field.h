/* SPDX-License-Identifier: MIT */
/*
 * field: the fields that the program knows by name, the column headers that mean them,
 * and what a letter calls them.
 *
 * Columns that mean none of them stay available under their own name.
 */
#ifndef RECIPIENTS_FIELD_H
#define RECIPIENTS_FIELD_H

struct field {
	const char *name; /* "pay_number": in policies, on the command line, in the ledger */
	/* "your pay number": to the person it was leaked about. NULL: nothing to tell them of. */
	const char *words;
	const char *forms; /* headers that mean it besides its name, parted by commas */
};

/* By its exact name; NULL if there is none. */
const struct field *field_find(const char *name);

/*
 * The field that a column header means, or NULL. Blind to case, blanks, underscores and
 * punctuation; "no", "num", "nr" at the end and "#" are "number"; "employee", "officer",
 * "staff" ... in front and "description" behind do not count where the whole header means
 * nothing: "Pay No.", "pay_no", "PayNumber" and "Staff pay #" are one. A bare "id" means
 * a person in one file and a row in another, so it is not recognised.
 */
const struct field *field_recognise(const char *header);

/* All fields in the order of the manual: `for (p = field_next(NULL); p; p = field_next(p))`. */
const struct field *field_next(const struct field *p);

#endif
