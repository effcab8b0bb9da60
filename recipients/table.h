/* SPDX-License-Identifier: MIT */
/*
 * table: rows out of CSV, TSV, a JSON array of objects, JSON Lines, or a workbook (xlsx,
 * ods), under one face. What a file is, is told by its content, never by its name.
 * Encodings: encoding.h. Values: tidy as in cell.h.
 *
 * Use:
 *	auto_table *t = NULL;
 *	if (table_open(path, NULL, &t, f))
 *		return -1;
 *	names = table_header(t, &columns);
 *	while ((got = table_next(t, &row, f)) > 0)
 *		if (row->reason)
 *			... a bad row: row->number, row->line, row->column, row->reason ...
 *		else
 *			... row->values[0] to row->values[columns - 1] ...
 *	return got;
 *
 * A bad row is not a fault of the file: it is told, and the next call goes on behind it.
 * Memory does not grow with the rows. No fault and no reason holds a value; both may hold
 * the name of a column.
 *
 * CSV (RFC 4180, and what spreadsheets make of it): cells parted by comma, semicolon, tab
 * or bar, whichever fits the first lines best, or the one that a first line "sep=;"
 * names; lines end with CR LF, LF or CR; a cell may be quoted, then holds separators and
 * line ends, and a quote as two; blanks round the quotes do not count; a quote in the
 * middle of an unquoted cell is itself.
 *
 * The header is the first row that is not empty. Reports have titles above it ("Extract of
 * 1 August"): where the first row names no two known fields (field.h), and one of the next
 * TABLE_TITLES has more cells than all above it and does, it is that one. What stands above
 * it is not read, and told.
 * Columns without a name are called "column 7"; at the end of the header they are left
 * out. Empty rows are skipped.
 *
 * Bad rows of CSV: fewer cells than the header, more (unless those are empty), a quote that is
 * not closed (within the limits of a row) or is followed by text, what cell.h refuses, a
 * limit. After a row with a wrong quote, reading goes on at the line after the one where
 * the quote was opened: one forgotten quote costs one row.
 *
 * JSON (RFC 8259): the columns are the keys of all objects, in order of first appearance.
 * A value is a string, a number, true, false or null (empty). Numbers keep their value
 * but not always their form (1e3 becomes "1000.0"); one that cannot be kept exactly is a
 * bad row, and so are lists and objects as values and a repeated key. In JSON Lines a
 * broken line is a bad row. In an array whatever stands between two commas is a row; an
 * array that does not end is a fault.
 *
 * Workbooks (ECMA-376, ISO/IEC 29500; OpenDocument 1.3): the sheet that was asked for, or
 * the only one with something in it, hidden or not; if there are several and none was asked
 * for, that is a fault which lists them. Header, empty rows and widths are as in CSV; a row
 * may end early. Values are as shown: dates in ISO 8601, numbers by their format as in
 * display.h (of OpenDocument as the file itself shows them), formulas by the result that
 * was saved with them. A cell that is merged over several rows stands in each of them.
 * Hidden rows and columns are read like all others, and told; so are sheets that are not
 * read, and what else of a workbook may hold data. Nothing outside of the file is looked
 * at, and nothing in it is run.
 *
 * Bad rows of a workbook: more cells than the header, a formula without its result, a
 * limit, what cell.h refuses. Faults: what is broken anywhere in it; a password; limits
 * (package.h, markup.h, workbook.h); a header that is merged over several rows.
 */
#ifndef RECIPIENTS_TABLE_H
#define RECIPIENTS_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "recipients/fault.h"

#define TABLE_TITLES 30 /* rows at the beginning that are looked at for the header */

struct table;

/* In bytes, but for lines and columns. 0 stands for the default. */
struct table_limits {
	size_t file;	/* 2 GiB; a fault */
	size_t row;	/* 1 MiB; a bad row */
	size_t lines;	/* of one row: 1,000; a bad row */
	size_t cell;	/* 64 KiB; a bad row */
	size_t columns; /* 1,000; a fault */
};

struct table_options {
	const char *sheet; /* of a workbook; NULL: the only one. A fault with any other file */
	size_t header;	   /* its row, or one of the empty rows above it; 0: found. Not of JSON */
	struct table_limits limits;
};

struct table_row {
	size_t number; /* as a spreadsheet counts, the header is 1; of JSON the object's number */
	size_t line;   /* of the file, from 1, where the row begins */
	const char *const *values; /* one a column, "" where empty; NULL in a bad row */
	const char *reason;	   /* what is wrong: "has 6 cells, the header has 5"; NULL: good */
	const char *column;	   /* the name of the column that is wrong; NULL: all the row */
	bool hidden;		   /* of a workbook: it is not shown */
};

enum table_shown {
	TABLE_SHOWN,
	TABLE_HIDDEN,
	TABLE_VERY_HIDDEN /* Excel does not offer to show it */
};

struct table_sheet {
	char *name; /* tidy */
	enum table_shown shown;
	bool read;	    /* it is the one whose rows come */
	size_t rows;	    /* that are not empty; the header is one of them */
	size_t hidden_rows; /* of these */
	size_t hidden_columns; /* with something in them */
};

/*
 * Opens, tells what it is, reads the header (of JSON: reads all of it once). `o` may be
 * NULL. FAULT_INPUT naming the file: what reader.h says; it is an old workbook, a PDF, a
 * web page, packed or otherwise no text; the header is broken, names a column twice or
 * looks like data; too many columns; JSON whose end is missing; a broken workbook.
 */
int table_open(const char *path, const struct table_options *o, struct table **ret,
	struct fault *f);
/* The same over bytes, which stay the caller's and must live as long; faults call it `name`. */
int table_open_memory(const char *name, const void *bytes, size_t length,
	const struct table_options *o, struct table **ret, struct fault *f);
void table_close(struct table *t);
void table_closep(struct table **t);
#define auto_table __attribute__((cleanup(table_closep))) struct table

/* "CSV", "TSV", "JSON", "JSON Lines", "Excel", "OpenDocument" */
const char *table_format(const struct table *t);
const char *table_encoding(const struct table *t); /* encoding_name */

/* A workbook's sheets, in its order; of any other file none. */
const struct table_sheet *table_sheets(const struct table *t, size_t *ret_count);
/* What of a workbook is not read and may hold data, in words, ended by NULL: "comments" ... */
const char *const *table_unread(const struct table *t);

/* The row of the header, of JSON 0; and how many rows above it were not empty. */
size_t table_header_row(const struct table *t, size_t *ret_above);
/* The columns' names as in the file, tidy as values are. No two are the same; none is empty. */
const char *const *table_header(const struct table *t, size_t *ret_count);
/* Of a workbook: a column that is not shown. */
bool table_hidden(const struct table *t, size_t column);

/* 1: a row, good or bad, valid until the next call; 0: no more; -1: reading cannot go on. */
int table_next(struct table *t, const struct table_row **ret, struct fault *f);

#endif
