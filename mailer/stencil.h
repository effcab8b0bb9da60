/* SPDX-License-Identifier: MIT */
/*
 * stencil: a message as its difference to another one of its kind.
 *
 * 47,000 notices of a few kinds differ in address, Message-ID, salutation and code. Kept whole they are most of a
 * gigabyte, as differences some thirty megabytes; sealing, writing and reading shrink alike. Any bytes can be cut
 * against any stencil; what has nothing in common with it costs its own length.
 *
 * A difference is a list of pieces: a length (varint, LEB128) whose lowest bit says what it is, then for a piece of the
 * stencil its offset (varint), for a piece of its own the bytes.
 */
#ifndef MAILER_STENCIL_H
#define MAILER_STENCIL_H

#include <stddef.h>

#include "recipients/fault.h"
#include "recipients/text.h"

/* Appends the difference. */
void stencil_cut(const char *stencil, size_t stencil_length, const char *bytes, size_t length, struct text *out);

/* The bytes again, appended. FAULT_LEDGER if the difference does not fit the stencil; at most `limit` bytes. */
int stencil_fill(const char *stencil, size_t stencil_length, const char *difference, size_t length, size_t limit,
	struct text *out, struct fault *f);

#endif
