/* SPDX-License-Identifier: MIT */
/*
 * nickname: short and pet names whose first letter is not that of the full name (Bill, Peggy,
 * Mandy). Those that keep it (Mike, Sue) agree by their initial and need no table.
 */
#ifndef RECIPIENTS_NICKNAME_H
#define RECIPIENTS_NICKNAME_H

#include <stdbool.h>

bool nickname_pair(const char *a, const char *b); /* folded, in either order */

#endif
