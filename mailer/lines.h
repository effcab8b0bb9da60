/* SPDX-License-Identifier: MIT */
/*
 * lines: a manifest (manifest.h) is read again: which of its lines hold, and how it differs from the one before it.
 */
#ifndef MAILER_LINES_H
#define MAILER_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "recipients/text.h"

/* The lines that hold, without those that only tell. */
void lines_held(const char *manifest, struct text *out);
/* The rest of the first line that begins with these words; NULL: none. `*ret_length`: up to its end. */
const char *lines_find(const char *manifest, const char *words, size_t *ret_length);
/* Do both have a line that begins with these words, and is it the same? */
bool lines_same(const char *a, const char *b, const char *words);
/* "change ..." lines: `now` against release `number`, which said `then`. */
void lines_compare(const char *then, int64_t number, const char *now, struct text *out);

#endif
