/* SPDX-License-Identifier: MIT */
/*
 * notebook_state: what notebook.c finds in a line and notebook_name.c reads on. Nobody else's.
 */
#ifndef RECIPIENTS_NOTEBOOK_STATE_H
#define RECIPIENTS_NOTEBOOK_STATE_H

#include <stddef.h>
#include <stdint.h>

#include "recipients/evidence.h"
#include "recipients/wording.h"

#define NOTEBOOK_FACTS 16
/* Stands for whichever column has the number. */
#define NOTEBOOK_ANY (EVIDENCE_COLUMNS + 1)

/* Words, a bit each. */
typedef uint64_t picks;

static inline picks picks_bit(size_t i)
{
	return (picks)1 << i;
}

struct fact {
	uint32_t column;
	picks words;
	unsigned doubt; /* of its being no name, in bits; 0: it is none */
	char text[FOLD_ROOM];
};

struct note {
	struct evidence *evidence;
	struct evidence_row *row;
	struct wording words;
	struct fact facts[NOTEBOOK_FACTS];
	size_t facts_count;
};

/* Reads what is left as a name, and puts all that was found into the row. */
void notebook_name(struct note *n);

#endif
