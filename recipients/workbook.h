/* SPDX-License-Identifier: MIT */
/*
 * workbook: what the files of Excel and OpenDocument have in common. For table.c,
 * table_xlsx.c and table_ods.c only.
 *
 * A workbook is walked twice. The survey goes over all sheets: what is in each, what is
 * hidden, whether all of it can be read. Then one sheet is chosen, and its rows are read
 * one at a time. Both times the format calls these, out of its XML events:
 *
 *	workbook_sheet(w, i)			what follows is of sheet i
 *	  workbook_hide_columns(...)
 *	  workbook_row(w, ...)
 *	    workbook_cell(w, ...)
 *	      workbook_value(w, ...)		in pieces
 *	    workbook_cell_end(w)
 *	  workbook_row_end(w)
 *	workbook_sheet_end(w)
 *
 * and workbook_merge when it learns of merged cells. Rows and columns count from 0 here,
 * and from 1 in what a person sees. A limit that is hit refuses through w->markup.
 */
#ifndef RECIPIENTS_WORKBOOK_H
#define RECIPIENTS_WORKBOOK_H

#include <stdbool.h>
#include <stddef.h>

#include "recipients/markup.h"
#include "recipients/table_format.h"

#define WORKBOOK_SHEETS 1000
#define WORKBOOK_SHEET_NAME 1000	   /* bytes */
#define WORKBOOK_ROWS ((size_t)1 << 20)	   /* of a sheet, as in Excel */
#define WORKBOOK_COLUMNS ((size_t)1 << 14) /* of a sheet, as in Excel */
#define WORKBOOK_CELLS ((size_t)20000000)  /* that are not empty, over all sheets */
#define WORKBOOK_MERGED 100000		   /* areas of merged cells */
#define WORKBOOK_REPEATS 1000		   /* of one row that is not empty, in a few bytes */

struct workbook_cell {
	size_t first, last;  /* columns that have it */
	size_t from, length; /* in w->bytes */
	const char *reason;  /* what is wrong with it; NULL: nothing */
};

/* One column of an area of merged cells that is more than one row high. */
struct workbook_area {
	size_t sheet, column, first, last; /* rows */
};

/* The value of a merged cell, for the rows below it. */
struct workbook_carried {
	char *value; /* NULL: none */
	size_t last; /* row */
};

struct workbook {
	struct table *table;
	struct markup *markup; /* from which the events come */

	bool reading; /* else surveying */
	size_t sheet, chosen;
	size_t cells;				     /* over all sheets */
	bool at_header; /* the row at hand is the header */
	unsigned char filled[WORKBOOK_COLUMNS / 8];  /* bits: columns with something in them */
	unsigned char covered[WORKBOOK_COLUMNS / 8]; /* bits: columns that are not shown */

	/* The row at hand. */
	size_t number, repeats; /* repeats: how many rows it stands for, or still does */
	bool row_hidden;
	struct text bytes;
	struct workbook_cell *row;
	size_t row_count, row_room;
	size_t next_column;
	struct workbook_cell cell; /* the one being read */

	struct workbook_area *areas; /* once reading: of the chosen sheet, by their first row */
	size_t areas_count, areas_room, areas_next;
	struct workbook_carried *carried; /* one a column of the table; NULL: nothing is merged */
};

void workbook_done(struct workbook *w);

/* Adds a sheet; `name` as in the file, or NULL. FAULT_INPUT: a limit; a name that is none or taken. */
int workbook_add_sheet(
	struct workbook *w, const char *name, enum table_shown shown, struct fault *f);

void workbook_sheet(struct workbook *w, size_t sheet);
void workbook_hide_columns(struct workbook *w, size_t first, size_t last);
void workbook_row(struct workbook *w, size_t number, size_t repeats, bool hidden);
void workbook_cell(struct workbook *w, size_t column, size_t repeats);
void workbook_value(struct workbook *w, const char *bytes, size_t length);
/* What has come of the cell's value so far is dropped. */
void workbook_value_drop(struct workbook *w);
/* Makes it a cell that is not empty and not right. `reason` is static. */
void workbook_cell_bad(struct workbook *w, const char *reason);
void workbook_cell_end(struct workbook *w);
void workbook_row_end(struct workbook *w);
void workbook_sheet_end(struct workbook *w);
void workbook_merge(struct workbook *w, size_t column, size_t first_row, size_t last_row);

/* After the survey: which sheet to read. FAULT_INPUT lists the sheets. */
int workbook_choose(struct workbook *w, const char *name, struct fault *f);
/*
 * With w->markup at the beginning of the chosen sheet: finds the header. 0: it is the row at
 * hand; 1: it has gone by, and w->markup has to begin again; -1.
 */
int workbook_find_header(struct workbook *w, struct fault *f);
/* Then: reads up to it and adds the columns. */
int workbook_header(struct workbook *w, struct fault *f);
/* As table_next. */
int workbook_next(struct workbook *w, struct fault *f);

/* The format of a zip file, or NULL with FAULT_INPUT and what else it is. */
const struct table_format *workbook_format(const struct package *p, struct fault *f);

#endif
