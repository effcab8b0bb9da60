/* SPDX-License-Identifier: MIT */
/*
 * table_format: what table.c and the readers of formats (table_csv.c, table_json.c)
 * share. For them only.
 *
 * A format reads from t->reader, which stands at the beginning of the text when `open` is
 * called, and fills rows by the functions below.
 */
#ifndef RECIPIENTS_TABLE_FORMAT_H
#define RECIPIENTS_TABLE_FORMAT_H

#include <stdbool.h>
#include <stddef.h>

#include "recipients/cell.h"
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

struct table {
	struct reader *reader;
	const struct table_format *format;
	struct table_limits limits; /* none is 0 */
	void *state;		    /* the format's own */

	char **columns;
	size_t column_count;

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

/* Begins a row: all values unset. */
void table_row_begin(struct table *t, size_t number, size_t line);
/* Tidies bytes and sets them as a column's value. false: the row is bad now, and says why. */
bool table_row_set(struct table *t, size_t column, const char *bytes, size_t length);
/* Makes it a bad row. Returns 1, so that `return table_row_bad(...)` reads well. */
int table_row_bad(struct table *t, const char *column, const char *reason, ...)
	__attribute__((format(printf, 3, 4)));
/* Ends a good row: what is unset is empty. Returns 1. */
int table_row_end(struct table *t);

#endif
