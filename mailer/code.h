/* SPDX-License-Identifier: MIT */
/*
 * code: the reference code of a notice, read out on the telephone.
 *
 * Ten signs in two groups, "4K7QR-X2MTH": nine random ones (23^9, 40 bits) and a check sign. The 23 signs leave out
 * letters that look or sound like others. The check (weighted sum modulo the prime 23) catches every single wrong
 * sign and every swap of two neighbours. It tells nothing: random, tied to the notice in the ledger only.
 */
#ifndef MAILER_CODE_H
#define MAILER_CODE_H

#define CODE_SIGNS 10
#define CODE_TEXT (CODE_SIGNS + 2) /* with the dash and a NUL */

/* A new one, as it is shown. */
void code_make(char out[CODE_TEXT]);

/* What a person typed or wrote down (case, blanks, dashes do not count) as it is shown; -1 if it cannot be one. */
int code_read(const char *typed, char out[CODE_TEXT]);

#endif
