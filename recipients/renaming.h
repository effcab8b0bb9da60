/* SPDX-License-Identifier: MIT */
/*
 * renaming: rows under the names by which both sides call the same thing.
 *
 * A column of the leak may be called after the list's column that it is to be held against
 * (`matching.compare` of policy.json), and units by the name that `unit_aliases` gives them.
 */
#ifndef RECIPIENTS_RENAMING_H
#define RECIPIENTS_RENAMING_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "recipients/facts.h"
#include "recipients/text.h"

/* The caller's: `columns` {COLUMN: its other name} and `units`, or NULL. All else is within. */
struct renaming {
	const json_t *columns;
	const struct facts_book *units;
	bool has_units; /* some row had one */
	struct row row;
	struct text folded;
};

void renaming_done(struct renaming *r);
#define auto_renaming __attribute__((cleanup(renaming_done))) struct renaming

/* Of a packed row; what it points to then stays until the next one. */
void renaming_apply(struct renaming *r, const char **packed, size_t *length);

#endif
