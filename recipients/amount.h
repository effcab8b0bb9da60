/* SPDX-License-Identifier: MIT */
/*
 * amount: a number that counts something, as lists write it: "31250", "£31,250.50".
 *
 * A comma parts thousands and nothing else: "1,5" is not a number here. Numbers that
 * name somebody (pay, warrant) are number.h's.
 */
#ifndef RECIPIENTS_AMOUNT_H
#define RECIPIENTS_AMOUNT_H

#include <stdbool.h>

#define AMOUNT_MAX 32 /* bytes */

/* False if it is not one. The locale does not matter. */
bool amount_parse(const char *text, double *ret);

#endif
