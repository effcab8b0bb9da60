/* SPDX-License-Identifier: MIT */
/*
 * guardian: which people of the list a child's `guardian` (or somebody's `line_manager`) means. A list has there a number
 * of the list, a mail address, a name with or without a title, or nothing.
 */
#ifndef RECIPIENTS_GUARDIAN_H
#define RECIPIENTS_GUARDIAN_H

#include <stdbool.h>
#include <stddef.h>

#include "recipients/roster.h"

struct guardian_book; /* by what everyone can be called */
struct guardian_book *guardian_book_new(const struct roster *people);
void guardian_book_free(struct guardian_book *b); /* NULL is fine */
void guardian_book_freep(struct guardian_book **b);
#define auto_guardian_book __attribute__((cleanup(guardian_book_freep))) struct guardian_book

/*
 * The next person after `last` (SIZE_MAX: the first) whom it may mean, SIZE_MAX behind the last. Of a name that several
 * have, all: one who might be it is treated as if they were.
 */
size_t guardian_next(const struct guardian_book *b, const char *guardian, size_t last);

#endif
