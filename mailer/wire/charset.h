/* SPDX-License-Identifier: MIT */
/*
 * charset: bytes in whatever character set as UTF-8.
 *
 * By iconv, whose tables are files that are loaded at first use: a process that will lose
 * its files calls charset_prepare before. No text is ever dropped: what the named set
 * cannot read is read as UTF-8 if it is valid, and as Windows-1252 if not.
 */
#ifndef MAILER_WIRE_CHARSET_H
#define MAILER_WIRE_CHARSET_H

#include "mailer/wire/span.h"
#include "recipients/text.h"

/* Loads the tables of all sets that mail uses. Once; some milliseconds. */
void charset_prepare(void);

/* Appends `bytes` to `out` as UTF-8. `name`: as the letter has it; empty: not said. */
void charset_decode(struct span name, struct span bytes, struct text *out);

#endif
