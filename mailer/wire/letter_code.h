/* SPDX-License-Identifier: MIT */
/*
 * letter_code: what looks like a reference code in a letter: two groups of five signs with a dash between them,
 * "4K7QR-X2MTH", in either case; or ten signs in one, with a digit among them. Whether one is ours, the ledger knows.
 */
#ifndef MAILER_WIRE_LETTER_CODE_H
#define MAILER_WIRE_LETTER_CODE_H

#include "mailer/wire/letter.h"
#include "mailer/wire/reading.h"

/*
 * Fills `codes`: first those of the subject and of what was written anew (a person's `text`; of a machine all of its
 * words), then those that stand in quoted or returned text alone.
 */
void letter_code_find(const struct reading *r, struct letter *l);

#endif
