/* SPDX-License-Identifier: MIT */
/*
 * shield: people whom a liaison shields. Sole writer of shield, shield_entry, person_shielded, and of their sources.
 *
 * The liaison gives a reference of their own making and one identifier of each person, nothing else. From then on only
 * the reference stands in what is written for others about this person; who that is, the liaison looks up in their own
 * safe. The identifier is needed to find the person in the list and the leak, stays sealed, and is never shown again.
 *
 * An identifier that nobody has waits, and is somebody as soon as a people list has it. One that several have shields
 * all of them: too many is only work. Identifiers are compared as in number.h; mail addresses case-blind, with any
 * address of the list.
 */
#ifndef RECIPIENTS_SHIELD_H
#define RECIPIENTS_SHIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "recipients/fault.h"
#include "recipients/ledger.h"

#define SHIELD_ROWS_MAX 20000
#define SHIELD_REFERENCE_MAX 64 /* bytes */
#define SHIELD_LINES_SHOWN 10

struct shield_options {
	const char *file, *sheet;
	size_t header; /* the row with the names of columns; 0: it is found (table.h) */
	const char *const *maps; /* "reference=COLUMN", "pay_number=COLUMN", "identifier=COLUMN" (of any kind) */
	size_t maps_count;
};

struct shield_tally {
	bool already; /* this very file was imported before */
	size_t rows, accepted, rejected;
	size_t waiting; /* of the accepted: nobody has the identifier */
	size_t several; /* of the accepted: more than one person has it */
	size_t people;	/* who are shielded by it */
	const char *format, *encoding;
	json_t *columns; /* {field: column} */
	/* The first lines of each, by row number: "row 7, Reference: is empty". */
	char *rejects[SHIELD_LINES_SHOWN], *waits[SHIELD_LINES_SHOWN];
};
void shield_tally_done(struct shield_tally *t);

/*
 * FAULT_INPUT names the file, and a column that does not belong in it; FAULT_USAGE a wrong map; FAULT_REFUSED the same file
 * under other columns.
 */
int shield_import(struct ledger *l, const struct shield_options *o, struct shield_tally *ret, struct fault *f);

/* After a people list came in, within its transaction: which rows mean somebody now. */
int shield_resolve(struct ledger *l, struct fault *f);

/* [string] of the rows for a human: "row 7: nobody on the lists has this pay_number; it waits", or several have it. */
int shield_waiting(struct ledger *l, json_t **ret, struct fault *f);

/* Who is shielded now. */
struct shields;
int shields_load(struct ledger *l, struct shields **ret, struct fault *f);
void shields_free(struct shields *s); /* NULL is fine */
void shields_freep(struct shields **s);
#define auto_shields __attribute__((cleanup(shields_freep))) struct shields
/* The liaison's reference, of the newest file; NULL: not shielded. */
const char *shields_reference(const struct shields *s, int64_t person);
/* How many people go by this reference (as typed, case-blind); one of them, if there are any. */
size_t shields_find(const struct shields *s, const char *typed, int64_t *ret_person);
size_t shields_count(const struct shields *s); /* people */

#endif
