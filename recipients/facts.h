/* SPDX-License-Identifier: MIT */
/*
 * facts: what the rules of a policy may know of one person and one record, in the form
 * in which they compare it.
 *
 * Values are compared folded: Unicode's NFKC_Casefold (case, width, ligatures, invisible
 * signs), every dash `-`, every single quote `'`, runs of white space one blank, none at
 * the ends. An accent counts. A value in which nothing is left is missing.
 *
 * A unit (person.unit, record.unit) also goes by the name that `unit_aliases` gives it.
 *
 * 47,000 people are judged by the thousand, so the rules number the fields that they
 * speak of once (the book), and a row is read and folded once, into memory that the next
 * row uses again.
 */
#ifndef RECIPIENTS_FACTS_H
#define RECIPIENTS_FACTS_H

#include <stdbool.h>
#include <stddef.h>

#include "recipients/config.h"
#include "recipients/fault.h"
#include "recipients/text.h"

enum facts_side {
	FACTS_PERSON, /* a row of a staff or contact list */
	FACTS_RECORD  /* a row of the leak */
};
#define FACTS_SIDES 2

#define FACTS_MAX_ALIASES 10000
#define FACTS_MAX_CHARACTERS 200 /* of an alias, and of any text in a rule */

/*
 * The fields that rules speak of, numbered per side, and other names of units. `{0}` is
 * an empty one.
 */
struct facts_fields {
	const char **names; /* as in a row: "unit", "Duty Type"; borrowed */
	size_t count;
};
struct facts_alias;
struct facts_book {
	struct facts_fields fields[FACTS_SIDES];
	struct facts_alias *aliases;
	size_t aliases_count;
};

/*
 * `unit_aliases`: {"name as written": "unit"}. Two names that fold to one, and an alias
 * of an alias, are faults.
 */
int facts_book_aliases(struct facts_book *b, struct config c, struct fault *f);
/* The number of a field, a new one if it has none yet. */
size_t facts_book_field(struct facts_book *b, enum facts_side side, const char *name);
void facts_book_done(struct facts_book *b);

/* Appends the folded value and a NUL. */
void facts_fold(const char *value, struct text *out);
/* A folded unit under its own name; itself when it is no alias. */
const char *facts_unit(const struct facts_book *b, const char *folded);
/* Appends a line for each alias, "unit ctc = so15", in order. */
void facts_aliases_write(const struct facts_book *b, struct text *out);

struct facts_value {
	const char *text;    /* NULL: missing */
	const char *written; /* of a unit: before its alias; else the same as text */
};

/* One row. `{0}` before the first read, facts_row_done after the last. */
struct facts_row {
	struct facts_value *values; /* by the book's numbers */
	size_t *places;
	size_t room;
	struct text bytes;
};
/* From a packed row (text.h); the first of a name counts. */
void facts_row_read(struct facts_row *r, const struct facts_book *b, enum facts_side side,
	const char *packed, size_t length);
void facts_row_done(struct facts_row *r);
#define auto_facts_row __attribute__((cleanup(facts_row_done))) struct facts_row

/*
 * What a rule is asked about: one entry of one person, one record of theirs, and what is
 * known beside the rows. A person with several entries or records is asked about once
 * for each pair.
 */
struct facts {
	const struct facts_row *person; /* NULL: none (a record that is nobody's yet) */
	const struct facts_row *record; /* NULL: none */
	const char *const *exposed;	/* kinds of their data in the leak, each folded */
	size_t exposed_count;
	bool shielded;
	double findability; /* how many on the list look like them, at least 1; 0: not known */
};

#endif
