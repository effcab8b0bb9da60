/* SPDX-License-Identifier: MIT */
/*
 * letter_check: can this record of a letter be believed in its form?
 *
 * It comes from a child that read hostile bytes, and may be whatever the letter made of
 * that child. What passes has strings that end and are UTF-8 without controls, numbers
 * within their ranges, addresses and codes of the right form. Whether it tells the truth
 * nobody can check here: who ties a letter to a notice asks for a token (RFC 3464 has no
 * signature).
 */
#ifndef MAILER_WIRE_LETTER_CHECK_H
#define MAILER_WIRE_LETTER_CHECK_H

#include <stddef.h>

#include "mailer/wire/letter.h"

/* `size` bytes of a record are there, the last of its recipients at most. NULL, or the
 * name of the member that is wrong. */
const char *letter_check(const struct letter *l, size_t size);

#endif
