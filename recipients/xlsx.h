/* SPDX-License-Identifier: MIT */
/*
 * xlsx: what stands beside the sheets of an Excel workbook and is needed to read them
 * (ECMA-376-1, 18): which sheets there are and in which part each lies, the texts that
 * cells share, the formats of numbers. For table_xlsx.c only.
 *
 * Parts are found by their relations (ECMA-376-2, 6.5), not by the names that they usually
 * have. A relation that leaves the file is never followed.
 */
#ifndef RECIPIENTS_XLSX_H
#define RECIPIENTS_XLSX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "recipients/workbook.h"

#define XLSX_RELATIONS 10000
#define XLSX_STRINGS 8000000		    /* shared texts */
#define XLSX_STRING_BYTES ((size_t)96 << 20) /* of all of them */
#define XLSX_FORMATS 10000
#define XLSX_STYLES 65536

struct xlsx_relation {
	char *id, *type, *target; /* type: the word behind its last stroke; target: a part */
	bool outside;
};

struct xlsx_format {
	unsigned id;
	char *code;
};

struct xlsx {
	struct workbook workbook;
	char **parts; /* of each sheet; NULL: it is a chart or the like, without cells */
	bool from_1904;

	struct xlsx_relation *relations; /* of the workbook */
	size_t relations_count, relations_room;

	struct text strings;
	uint32_t *string_at; /* where each ends; the first begins at 0 */
	size_t string_count, string_room;

	struct xlsx_format *formats; /* by id */
	size_t format_count, format_room;
	unsigned *styles; /* the format of each */
	size_t style_count, style_room;

	/* Where the events are. */
	bool in_text, in_run, in_styles;
	const char *base; /* the part whose relations are read */
};

/* FAULT_INPUT without the file's name. */
int xlsx_load(struct xlsx *x, struct fault *f);
void xlsx_done(struct xlsx *x); /* all but the workbook */

/* A shared text; NULL: there is none of this number. */
const char *xlsx_string(const struct xlsx *x, size_t i, size_t *ret_length);
/* The format of numbers in a style; NULL: "General". */
const char *xlsx_format(const struct xlsx *x, size_t style);

/* Undoes _xHHHH_, by which signs are written that XML cannot hold (22.9.2.19). In place; the length left. */
size_t xlsx_unescape(char *bytes, size_t length);

#endif
