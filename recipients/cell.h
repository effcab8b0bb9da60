/* SPDX-License-Identifier: MIT */
/*
 * cell: the text of one cell, made tidy.
 *
 * UTF-8 in, UTF-8 in normal form C out. Line ends become "\n". Signs that show nothing
 * and come from copy and paste (soft hyphen, zero width, direction marks and overrides, a
 * byte order mark in the middle) are dropped: they could hide text, and two names that
 * look the same must be the same. Blanks at both ends go, no-break ones too. Nothing else
 * is changed: normal forms for comparing are made later, from this.
 */
#ifndef RECIPIENTS_CELL_H
#define RECIPIENTS_CELL_H

#include <stdbool.h>
#include <stddef.h>

#include "recipients/text.h"

enum cell_fault {
	CELL_FINE,
	CELL_NUL,      /* a NUL byte */
	CELL_CONTROL,  /* another control character than tab and line end */
	CELL_NOT_TEXT, /* bytes that are not text in the encoding of the file */
	CELL_ACCENTS   /* more marks on one letter than CELL_MARKS */
};

/* The limit of the stream-safe format (Unicode UAX #15, 13). Ordering n marks costs n squared. */
#define CELL_MARKS 30

/* Appends the value and a NUL to `out`. On a fault `out` is as it was. */
enum cell_fault cell_tidy(const char *bytes, size_t length, struct text *out);

/* Nothing in it but ASCII blanks and no-break spaces? Looks only, and stops at the first sign. */
bool cell_blank(const char *bytes, size_t length);

/* "holds a NUL byte" and so on, to stand behind the name of the column. */
const char *cell_fault_words(enum cell_fault fault);

#endif
