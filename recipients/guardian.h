/* SPDX-License-Identifier: MIT */
/*
 * guardian: which people of the list a child's `guardian` means. A list has there a number of the list, a name or an
 * address, or nothing.
 */
#ifndef RECIPIENTS_GUARDIAN_H
#define RECIPIENTS_GUARDIAN_H

#include <stdbool.h>
#include <stddef.h>

#include "recipients/roster.h"

/*
 * The next person after `last` (SIZE_MAX: the first) whom it may mean, SIZE_MAX behind the last. Of a name that several
 * have, all: one who might be it is treated as if they were.
 */
size_t guardian_next(const struct roster *people, const char *guardian, size_t last);

#endif
