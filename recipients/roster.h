/* SPDX-License-Identifier: MIT */
/*
 * roster: the people's entries, or the leaked records, out of the ledger and into memory.
 *
 * Rows stand in the order of their files (source by source, then by row number), so that the same files give the
 * same results whatever their random ids are. Memory: about 0.5 kB a row.
 */
#ifndef RECIPIENTS_ROSTER_H
#define RECIPIENTS_ROSTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "recipients/fault.h"
#include "recipients/ledger.h"
#include "recipients/text.h"

#define ROSTER_ROW "#row" /* the field that holds the number of the row in its file */
#define ROSTER_PART "#part" /* where a row is several records: which part this one is of */

struct roster_names; /* the names of fields that rows of a roster have, numbered */

struct roster_row {
	int64_t id;	     /* entry.id or record.id */
	int64_t owner;	     /* entries: person.id; records: 0 */
	int64_t source;	     /* its file: lists by the day that they show (else of import), leaks by import; from 1 */
	uint32_t number;     /* row in its file, as a spreadsheet counts */
	uint32_t person;     /* entries: index into people */
	uint32_t order;	     /* how many rows have a smaller id */
	const char *packed;  /* row_packed_next */
	size_t length;
	const struct roster_names *names; /* NULL: a row that stands alone is searched */
	const char **values;		  /* by number of name; NULL where the row has none */
};

struct roster {
	struct roster_row *rows;
	size_t count;
	int64_t *people; /* person.id, in the order of their first entry; records: none */
	size_t people_count;
	size_t *first, *next_entry; /* of a person; of an entry: the same person's next (SIZE_MAX: none) */
	size_t *people_by_id;	    /* person indexes in the order of their ids */
	char **blocks;
	size_t blocks_count, block_used;
	size_t *by_id; /* row indexes in the order of their ids */
	int64_t *ids, *people_ids; /* the ids themselves, sorted */
	struct roster_names *names;
	const char **values;
};

/*
 * Which fields to keep of a row: the whole list of a large force is half a gigabyte, and who
 * matches needs a fifth of it. `wants` NULL: all. A roster with a wish has no index of names,
 * so that roster_value searches the row.
 */
struct roster_wish {
	bool (*wants)(void *context, const char *field);
	void *context;
};
/* Those by which rows and people are called. */
bool roster_wants_names(void *context, const char *field);

/* Without files that were withdrawn; the others keep their numbers. FAULT_INPUT: more than 1,024
 * different columns over all files. */
int roster_load_entries(struct ledger *l, struct roster *ret, struct fault *f);
int roster_load_records(struct ledger *l, struct roster *ret, struct fault *f);
int roster_load_entries_of(
	struct ledger *l, const struct roster_wish *wish, struct roster *ret, struct fault *f);
int roster_load_records_of(
	struct ledger *l, const struct roster_wish *wish, struct roster *ret, struct fault *f);
/* Each row once, in no order, without keeping any: a row has no `values` (roster_value searches it) and is gone after the call. */
int roster_visit_entries(struct ledger *l, void (*visit)(void *user, const struct roster_row *row), void *user, struct fault *f);
int roster_visit_records(struct ledger *l, void (*visit)(void *user, const struct roster_row *row), void *user, struct fault *f);
/* Lets the fields go; ids, order and people stay. */
void roster_forget(struct roster *r);
/* The entries of people lists that were withdrawn: they say only who is the same human (known.h). */
int roster_load_withdrawn(struct ledger *l, struct roster *ret, struct fault *f);
void roster_done(struct roster *r);
#define auto_roster __attribute__((cleanup(roster_done))) struct roster

/* The row with this id, or NULL. */
const struct roster_row *roster_find(const struct roster *r, int64_t id);
/* The index of a person, or SIZE_MAX. */
size_t roster_person(const struct roster *r, int64_t person_id);
/* Walks the entries of a person: `for (const struct roster_row *e = NULL; (e = roster_entry(r, p, e));)`. */
const struct roster_row *roster_entry(const struct roster *r, size_t person, const struct roster_row *last);
/*
 * The entry of the newest list. What protects somebody (status, a stated contact, guardian, needs, language, date of
 * birth, rank) it has from the newest list that says anything of it, unless the roster was loaded with a wish.
 */
const struct roster_row *roster_newest(const struct roster *r, size_t person);

/* A field of a row, or NULL. */
const char *roster_value(const struct roster_row *row, const char *name);
/* The names that rows of this roster have: 0 .. roster_names_count - 1; values stand under the same number. */
size_t roster_names_count(const struct roster *r);
const char *roster_name(const struct roster *r, size_t i);
/* What a file calls the row: its row_id, else its row number in `scratch`; of the second file on "2:NUMBER". Of a row
 * that is several records, with the part: "7/victim". */
#define ROSTER_NAME 64
const char *roster_row_name(const struct roster_row *row, char scratch[ROSTER_NAME]);
/* What a list calls a person: person_id, pay, warrant or service number, row_id, else "row N". */
const char *roster_person_name(const struct roster *r, size_t person, char scratch[ROSTER_NAME]);

#endif
