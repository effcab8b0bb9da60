/* SPDX-License-Identifier: MIT */
/*
 * table: rows out of CSV, TSV, a JSON array of objects or JSON Lines, under one face.
 * What a file is, is told by its content, never by its name. Encodings: encoding.h.
 * Values: tidy as in cell.h.
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
 * middle of an unquoted cell is itself. The first row that is not empty is the header.
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
 */
#ifndef RECIPIENTS_TABLE_H
#define RECIPIENTS_TABLE_H

#include <stddef.h>

#include "recipients/fault.h"

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
	const char *sheet; /* of a workbook; NULL: the first. A fault with any other file */
	struct table_limits limits;
};

struct table_row {
	size_t number; /* as a spreadsheet counts, the header is 1; of JSON the object's number */
	size_t line;   /* of the file, from 1, where the row begins */
	const char *const *values; /* one a column, "" where empty; NULL in a bad row */
	const char *reason;	   /* what is wrong: "has 6 cells, the header has 5"; NULL: good */
	const char *column;	   /* the name of the column that is wrong; NULL: all the row */
};

/*
 * Opens, tells what it is, reads the header (of JSON: reads all of it once). `o` may be
 * NULL. FAULT_INPUT naming the file: what reader.h says; it is a workbook, a PDF, a web
 * page, packed or otherwise no text; the header is broken, names a column twice or looks
 * like data; too many columns; JSON whose end is missing.
 */
int table_open(const char *path, const struct table_options *o, struct table **ret,
	struct fault *f);
/* The same over bytes, which stay the caller's and must live as long; faults call it `name`. */
int table_open_memory(const char *name, const void *bytes, size_t length,
	const struct table_options *o, struct table **ret, struct fault *f);
void table_close(struct table *t);
void table_closep(struct table **t);
#define auto_table __attribute__((cleanup(table_closep))) struct table

const char *table_format(const struct table *t);   /* "CSV", "TSV", "JSON", "JSON Lines" */
const char *table_encoding(const struct table *t); /* encoding_name */

/* The columns' names as in the file, tidy as values are. No two are the same; none is empty. */
const char *const *table_header(const struct table *t, size_t *ret_count);

/* 1: a row, good or bad, valid until the next call; 0: no more; -1: reading cannot go on. */
int table_next(struct table *t, const struct table_row **ret, struct fault *f);

#endif
