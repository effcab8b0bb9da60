/* SPDX-License-Identifier: MIT */
/*
 * evidence: rows in compact form.
 *
 * People's entries and leaked records are kept alike: names in all their readings, and a cell
 * for each other field that may tell who somebody is. Equal things are kept once, under a
 * number. How alike two of them are is comparison.c's and naming.c's.
 */
#ifndef RECIPIENTS_EVIDENCE_H
#define RECIPIENTS_EVIDENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "recipients/dictionary.h"
#include "recipients/fault.h"
#include "recipients/name.h"
#include "recipients/numbering.h"
#include "recipients/text.h"
#include "recipients/value.h"

#define EVIDENCE_COLUMNS 128 /* different field names of both sides together */
#define EVIDENCE_FORENAMES 4 /* of a name; what is beyond is not compared */

enum evidence_side {
	EVIDENCE_PEOPLE,
	EVIDENCE_RECORDS
};

/* The different values of a column. All strong numbers share one, so that a number can be
 * looked for in each of them. */
struct evidence_domain {
	enum value_kind kind;
	struct numbering numbers; /* of values */
	struct value *values;     /* value n stands at n - 1 */
	size_t values_room;
	struct dictionary texts; /* as they stand in the files, where the same ones come
				    again and again */
	uint32_t *read;          /* of each text: its value */
	size_t read_room;
};

struct evidence_column {
	char *name;
	enum value_kind kind;
	unsigned part;  /* of the name, for VALUE_NAME */
	bool strong;    /* identifies one person by itself */
	bool filled[2]; /* a side has values in it */
	uint32_t domain;
};

/* One reading of the name of a row. */
struct evidence_name {
	uint32_t surname;                       /* a word, "-" between its parts; 0: none */
	uint32_t forenames[EVIDENCE_FORENAMES]; /* words; one letter is an initial; 0: none */
	uint32_t rank;                          /* that stood beside it: value of column "rank" */
	uint8_t order;                          /* enum name_order */
	uint8_t doubt;				/* halves how likely this reading is, so often */
	bool former : 1, known : 1; /* the surname is a former one, the first forename what
				       they are called */
	bool rank_kept : 1;	    /* name.h */
};

struct evidence_cell {
	uint32_t column;
	uint32_t value; /* of the column's domain; never 0 */
};

struct evidence_row {
	uint32_t owner; /* number of the person or record */
	uint16_t names_count, cells_count;
	size_t names, cells; /* where they begin */
	bool other_day;      /* of a list that shows another day than the leak */
};

/* Free text of a record that has no name in a field of its own: notebook.h reads it. */
struct evidence_note {
	uint32_t row;  /* of the records */
	uint32_t text; /* evidence_note_text */
};

#define EVIDENCE_NOTE 512 /* bytes of a text; what is beyond is not read */

struct evidence_list {
	struct evidence_row *rows;
	size_t count, room;
	size_t behind; /* rows behind them, which only lend their words (evidence_make) */
};

struct evidence {
	struct evidence_column columns[EVIDENCE_COLUMNS];
	struct evidence_domain domains[EVIDENCE_COLUMNS];
	uint32_t columns_count, domains_count;
	uint32_t rank;            /* column, and one */
	bool stray;               /* records have a kind of number that people do not */
	bool single; /* one file: its rows are on both sides, with the same owners */
	struct dictionary fields; /* names as they come -> places */
	uint32_t places[EVIDENCE_COLUMNS * 2];
	uint32_t sequence[EVIDENCE_COLUMNS * 2]; /* of the last row; the next has the same */
	struct dictionary words;                 /* surnames, forenames */
	struct dictionary forms;                 /* of values */
	struct evidence_name *names;
	size_t names_count, names_room;
	struct evidence_cell *cells;
	size_t cells_count, cells_room;
	struct evidence_list lists[2];
	struct evidence_note *notes;
	size_t notes_count, notes_room;
	struct dictionary note_texts;
};

void evidence_done(struct evidence *e);

/* FAULT_INPUT when there are more than EVIDENCE_COLUMNS fields. */
int evidence_add(struct evidence *e, enum evidence_side side, uint32_t owner,
	const char *packed, size_t length, struct fault *f);

/*
 * For trials (damage.h), after all is added: a value of a domain; and a row behind the records,
 * with room for so many names and cells, which the caller fills. Their words and values are
 * compared with the list's as those of records are, and else they are not there. Returns its
 * number.
 */
uint32_t evidence_keep(struct evidence *e, uint32_t domain, struct value value);
size_t evidence_make(struct evidence *e, uint16_t names, uint16_t cells);

/* Once the records are in: does a field of people matter? */
bool evidence_wants(const struct evidence *e, const char *field);

/* Once all people are in: lays entries of one name side by side in memory, where they are looked
 * at together. */
void evidence_arrange(struct evidence *e);

const char *evidence_note_text(const struct evidence *e, const struct evidence_note *note);

/*
 * Evidence that a record's text gives, after all rows are in: evidence_reopen, then add to that
 * row, before the next is opened. A name may lack its surname here. A number of which nobody says
 * what it is goes into a column that is looked for in all strong numbers of the list.
 */
void evidence_reopen(struct evidence *e, struct evidence_row *row);
void evidence_add_name(struct evidence *e, struct evidence_row *row, const struct name *n,
	unsigned doubt);
void evidence_add_value(
	struct evidence *e, struct evidence_row *row, uint32_t column, const char *text);
void evidence_add_number(struct evidence *e, struct evidence_row *row, const char *text);

/* A surname or forename; "" for 0. */
const char *evidence_word(const struct evidence *e, uint32_t number);
struct value evidence_value(const struct evidence *e, uint32_t domain, uint32_t number);
/* A number of a kind that the list does not have may be one of those that it has: "service
   number". */
bool evidence_stray(const struct evidence *e, uint32_t column);
/* The value in a column, 0: none. */
uint32_t evidence_find(
	const struct evidence *e, const struct evidence_row *row, uint32_t column);
/* A column of text that says the name once more: "first and last name" beside the two. */
bool evidence_repeats(const struct evidence *e, uint32_t column);
/* Appends bytes without NUL: records with equal ones stand alike to every entry. After all is
 * added. */
void evidence_sign(
	const struct evidence *e, const struct evidence_row *record, struct text *out);
/* Neither a name nor a field that the list has. */
bool evidence_empty(const struct evidence *e, const struct evidence_row *record);

#endif
