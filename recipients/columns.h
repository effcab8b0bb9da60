/* SPDX-License-Identifier: MIT */
/*
 * columns: which column of a file is which field, and whose.
 *
 * A column is a known field (field.h) by its header, by the policy or by a map ("FIELD=COLUMN"), each of which wins over
 * the one before; other columns stay under their own name.
 *
 * A leaked row may speak of several people ("Victim Name", "Suspect Name", or "PART.FIELD=COLUMN"): it is then several
 * records, one for each part of which it says anything. What is about the case (its reference, the offence, free text, and
 * columns that mean no field) goes into each of them; what is about one party, only into that party's. Columns without a
 * part that name a human make one more record. A row that names nobody is one record all the same.
 */
#ifndef RECIPIENTS_COLUMNS_H
#define RECIPIENTS_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "recipients/fault.h"
#include "recipients/part.h"
#include "recipients/text.h"

#define COLUMNS_PARTIES 17 /* the first is nobody's part */

struct columns_party {
	char name[PART_NAME]; /* "victim"; empty: of no part */
	const char **fields;  /* of each column: a known field's name, its own, or NULL: not this party's */
	bool *given;	      /* ... somebody said so */
};
struct columns {
	const char *const *header; /* the table's */
	char **own; /* its header; "column:surname" where that is a field's name */
	size_t count;
	struct columns_party parties[COLUMNS_PARTIES];
	size_t parties_count; /* more than one: a row may be several records */
	bool alone; /* the first speaks of a human of its own */
};

struct columns_wish {
	const char *file; /* for faults */
	bool people;	  /* a list of people: one human in a row */
	const json_t *policy; /* {FIELD or PART.FIELD: COLUMN}; NULL: none */
	const char *const *maps; /* "FIELD=COLUMN", "PART.FIELD=COLUMN" */
	size_t maps_count;
};

/* `header` must live as long. FAULT_USAGE: a wrong map; FAULT_INPUT: there is no such column; FAULT_CONFIG: the policy's
 * are wrong. */
int columns_map(struct columns *c, const char *const *header, size_t count, const struct columns_wish *w,
	struct fault *f);
void columns_done(struct columns *c);

/* Does any column feed this field, of anybody's? */
bool columns_feed(const struct columns *c, const char *field);

/* The records of a row: how many, and which parties'. */
size_t columns_records(const struct columns *c, const char *const *values, size_t ret[COLUMNS_PARTIES]);
/* Adds a party's fields in the order of the file, and its part. */
void columns_pack(const struct columns *c, size_t party, const char *const *values, struct row *ret);

/* Every field and own name with its column: "surname" or "victim.surname", and the header. */
void columns_describe(const struct columns *c, struct row *ret);
/* {field: column}, and [column] of those that are nobody's field. The caller's. */
void columns_tally(const struct columns *c, json_t **ret_columns, json_t **ret_unmapped);

#endif
