/* SPDX-License-Identifier: MIT */
/*
 * number: pay, warrant, service and collar numbers.
 *
 * "P123456", "p 123456", "123456" and "0123456" are one number: case, blanks, dots and dashes
 * say nothing, leading zeros are lost in spreadsheets, and a prefix of letters is often left
 * out. Two prefixes that differ make two numbers.
 */
#ifndef RECIPIENTS_NUMBER_H
#define RECIPIENTS_NUMBER_H

#include <stdbool.h>

#define NUMBER_ROOM 48

struct number {
	char prefix[8];           /* letters before the first digit, upper case; "" if none */
	char digits[NUMBER_ROOM]; /* from the first digit on, without leading zeros; may end in
				     letters ("123CP") */
};

/* False if there is no digit other than 0, or it is too long to be one of these numbers. */
bool number_parse(const char *text, struct number *ret);
bool number_equal(const struct number *a, const struct number *b);

#endif
