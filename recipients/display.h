/* SPDX-License-Identifier: MIT */
/*
 * display: a number of a workbook as its cell shows it (ECMA-376-1, 18.8.30 and 18.8.31).
 *
 * "0000000" keeps its zeros, "0.00" its two places, "£#,##0" its sign of money; a date is
 * shown in ISO 8601, whatever its format, as 2023-08-26, 2023-08-26T07:30:00 or 07:30:00.
 * Where showing would cost what the number says, the number stays whole: thousands are not
 * parted (a pay number of 123,456 is 123456), nothing becomes 4.48E+11 or a fraction, a date
 * that is none (negative, after 9999) is a number, and so is what a format hides (";;;").
 */
#ifndef RECIPIENTS_DISPLAY_H
#define RECIPIENTS_DISPLAY_H

#include <stdbool.h>

#include "recipients/text.h"

#define DISPLAY_CODE 1024 /* bytes of a format; Excel itself takes 255 */

/* The format that Excel has under a number below 164; NULL: "General". */
const char *display_builtin(unsigned id);

/* Appends `value` to `out`. `code` NULL: "General". `from_1904`: days count from there. */
void display_number(const char *code, double value, bool from_1904, struct text *out);

#endif
