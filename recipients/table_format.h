/* SPDX-License-Identifier: MIT */
/*
 * table_format: what table.c and the readers of formats (table_csv.c, table_json.c,
 * table_xlsx.c, table_ods.c) share. For them only.
 *
 * A format reads from t->reader, which stands at the beginning of the text when `open` is
 * called, or from t->package, and fills rows by the functions below.
 */
#ifndef RECIPIENTS_TABLE_FORMAT_H
#define RECIPIENTS_TABLE_FORMAT_H

#include <stdbool.h>
#include <stddef.h>

#include "recipients/cell.h"
#include "recipients/package.h"
#include "recipients/reader.h"
#include "recipients/table.h"
#include "recipients/text.h"

struct table_format {
	const char *name;
	/* Adds the columns; leaves the reader where the first row begins. */
	int (*open)(struct table *t, struct fault *f);
	/* As table_next: 1 with t->row filled, 0, -1. */
	int (*next)(struct table *t, struct fault *f);
	void (*close)(struct table *t);
};

extern const struct table_format table_csv, table_tsv, table_json, table_json_lines;
extern const struct table_format table_xlsx, table_ods;

#define TABLE_UNREAD 16

struct table {
	struct reader *reader;
	struct package *package; /* of a workbook, else NULL */
	const struct table_format *format;
	struct table_limits limits; /* none is 0 */
	const char *sheet;	    /* that was asked for; during `open` only */
	size_t header, above;	    /* as table_header_row; before, the one asked for */
	void *state;		    /* the format's own */

	char **columns;
	bool *hidden; /* one a column */
	size_t column_count;
	struct table_sheet *sheets; /* names are ours */
	size_t sheet_count;
	const char *unread[TABLE_UNREAD + 1];

	struct table_row row;
	struct text arena;   /* the values of the row, each with its NUL */
	size_t *value_at;    /* where in the arena each column's value begins, or TABLE_UNSET */
	const char **values; /* the same as pointers, once the arena does not move any more */
	char reason[160];
};

#define TABLE_UNSET ((size_t)-1)

/* Adds a column. FAULT_INPUT over the limit. The names are the caller's to keep apart. */
int table_add_column(struct table *t, const char *name, struct fault *f);
/* The column of that name, looked for from `guess` on; TABLE_UNSET if there is none. */
size_t table_find_column(const struct table *t, const char *name, size_t guess);

/* Adds the column that stands at `i` (from 0) of a header, under a name out of its bytes.
 * FAULT_INPUT without the name of the file. */
int table_add_name(
	struct table *t, size_t i, const char *bytes, size_t length, struct fault *f);
/* Which of the first rows is the header, asked of each that is not empty, in order. */
struct table_search {
	size_t most, known; /* cells of a row above; known fields in the best */
};
/* True: it is this one, as far as one can tell. `cells`: that are not blank. */
bool table_search(struct table_search *s, size_t cells, size_t known);
/* Is this the name of a known field? */
bool table_knows(const char *bytes, size_t length);
/* Looks a header over, which stands in row `number`: two of one name, or no header at all. */
int table_check_header(const struct table *t, size_t number, struct fault *f);

/* Begins a row: all values unset. */
void table_row_begin(struct table *t, size_t number, size_t line);
/* Tidies bytes and sets them as a column's value. false: the row is bad now, and says why. */
bool table_row_set(struct table *t, size_t column, const char *bytes, size_t length);
/* A row that has more or fewer cells than the header. Returns 1. */
int table_row_width(struct table *t, size_t cells);
/* Makes it a bad row. Returns 1, so that `return table_row_bad(...)` reads well. */
int table_row_bad(struct table *t, const char *column, const char *reason, ...)
	__attribute__((format(printf, 3, 4)));
/* Ends a good row: what is unset is empty. Returns 1. */
int table_row_end(struct table *t);

#endif
