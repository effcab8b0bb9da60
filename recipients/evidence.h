/* SPDX-License-Identifier: MIT */
/*
 * evidence: rows in compact form.
 *
 * People's entries and leaked records are kept alike: names in all their readings, and a cell
 * for each other field that may tell who somebody is. Equal strings are kept once, under a
 * number. What two rows agree on is verdict.c's.
 */
#ifndef RECIPIENTS_EVIDENCE_H
#define RECIPIENTS_EVIDENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "recipients/dictionary.h"
#include "recipients/fault.h"
#include "recipients/name.h"
#include "recipients/text.h"
#include "recipients/value.h"

#define EVIDENCE_COLUMNS 128 /* different field names of both sides together */

enum evidence_side {
	EVIDENCE_PEOPLE,
	EVIDENCE_RECORDS
};

struct evidence_column {
	char *name;
	enum value_kind kind;
	unsigned part;           /* of the name, for VALUE_NAME */
	bool strong;             /* identifies one person by itself */
	bool filled[2];          /* a side has values in it */
	struct dictionary texts; /* as they stand in the files, where the same ones come again
				    and again */
	struct value *values;    /* of each text */
	size_t values_room;
};

/* One reading of the name of a row. */
struct evidence_name {
	uint32_t key;       /* of the surname: equal surnames, equal numbers */
	uint32_t surname;   /* as name.h writes it */
	uint32_t forenames; /* 0: none */
	struct value rank;  /* that stood beside the name */
};

struct evidence_cell {
	uint32_t column;
	struct value value;
};

struct evidence_row {
	uint32_t owner; /* number of the person or record */
	uint32_t names_count, cells_count;
	size_t names, cells; /* where they begin */
};

struct evidence_list {
	struct evidence_row *rows;
	size_t count, room;
};

struct evidence {
	struct evidence_column columns[EVIDENCE_COLUMNS];
	uint32_t columns_count;
	bool stray;               /* records have a kind of number that people do not */
	struct dictionary fields; /* names as they come -> places */
	uint32_t places[EVIDENCE_COLUMNS * 2];
	uint32_t sequence[EVIDENCE_COLUMNS * 2]; /* of the last row; the next has the same */
	struct dictionary words;                 /* surnames, forenames */
	struct dictionary keys;                  /* surnames without hyphens */
	struct dictionary forms;                 /* of values */
	struct evidence_name *names;
	size_t names_count, names_room;
	struct evidence_cell *cells;
	size_t cells_count, cells_room;
	struct evidence_list lists[2];
};

void evidence_done(struct evidence *e);

/* FAULT_INPUT when there are more than EVIDENCE_COLUMNS fields. */
int evidence_add(struct evidence *e, enum evidence_side side, uint32_t owner,
	const char *packed, size_t length, struct fault *f);

/*
 * People are looked for in blocks: those of one surname whose forenames begin alike. The first
 * block of a surname is those without forenames; then a to z; then letters of other scripts.
 */
#define EVIDENCE_BLOCKS 28 /* of a surname */
uint32_t evidence_block(uint32_t key, const char *forenames);

/* A surname or forenames; "" for 0. */
const char *evidence_word(const struct evidence *e, uint32_t number);
/* A number of a kind that the list does not have may be one of those that it has: "service
   number". */
bool evidence_stray(const struct evidence *e, uint32_t column);
/* Appends a number as bytes without NUL: keys of several numbers go into a dictionary. */
void evidence_sign_number(uint32_t number, struct text *out);
/* Appends bytes without NUL: records with equal ones stand alike to every entry. After all is
 * added. */
void evidence_sign(
	const struct evidence *e, const struct evidence_row *record, struct text *out);

/* Neither a name nor a field that the list has. */
bool evidence_empty(const struct evidence *e, const struct evidence_row *record);

#endif
