/* SPDX-License-Identifier: MIT */
/*
 * nickname: short and pet names: Bill for William, Chris for Christopher, Robbie for Robert,
 * Gaz for Gareth. That a pair is here says only that two forenames may be one person's.
 */
#ifndef RECIPIENTS_NICKNAME_H
#define RECIPIENTS_NICKNAME_H

#include <stdbool.h>

/* A word, and the names that it may stand for, itself the first: "bill" -> "bill", "william".
 * NULL behind the last. Names that are only cut (Josh, Danny) need no table. */
#define NICKNAME_MOST 8
struct nickname {
	const char *full[NICKNAME_MOST + 1];
};

void nickname_look(const char *word, struct nickname *ret); /* keeps the word */

/* In either order; also two short names of one full name (Bill, Will). False for equal ones. */
bool nickname_pair(const struct nickname *a, const struct nickname *b);

#endif
