/* SPDX-License-Identifier: MIT */
/*
 * controller: is a record ours, or another force's? By the names that files and settings give.
 *
 * Case, signs and the words that many forces have in their names ("Police", "Constabulary", "Service", "the") say nothing,
 * unless nothing else is left. A name is also known by its initials ("GMP"), and by how it begins ("Met"). Rather ours than
 * not: whoever is set apart is not told by us.
 */
#ifndef RECIPIENTS_CONTROLLER_H
#define RECIPIENTS_CONTROLLER_H

#include <stdbool.h>
#include <stddef.h>

/* Two names of one controller. */
bool controller_same(const char *a, const char *b);
/* Is it none of these? False where nothing is known: no name, or none of ours. */
bool controller_other(const char *name, const char *const *ours, size_t count);

#endif
