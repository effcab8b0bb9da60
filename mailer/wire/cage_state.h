/* SPDX-License-Identifier: MIT */
/*
 * cage_state: what the two sides of the cage say to each other. cage.c is the parent's,
 * cage_child.c the child's.
 *
 * The child speaks first: one uint32_t, a cage_step, CAGE_READY if it is shut in. Then, again
 * and again: a cage_request and its bytes; a cage_answer with as much of its record as it
 * says (cage_pieces). Both sides are the same program, so that no byte order is agreed upon.
 */
#ifndef MAILER_WIRE_CAGE_STATE_H
#define MAILER_WIRE_CAGE_STATE_H

#include <stdint.h>
#include <sys/uio.h>

#include "mailer/wire/letter.h"

#define CAGE_CHILD "breachmail: reader of letters" /* its argv[0] */

enum cage_step {
	CAGE_READY,
	CAGE_NO_LIMITS,
	CAGE_NO_FILTER
};

struct cage_request {
	uint32_t length;
	uint32_t cut;
};

struct cage_answer {
	uint32_t length; /* of the pieces behind it */
	uint32_t text;	 /* bytes of letter.text, with its NUL */
	char record[];
};

/* The stretches of a record that say something, one behind the other in memory as on the
 * socket; a copy of the first is enough to know the others. Returns the bytes of all. */
#define CAGE_PIECES 5
size_t cage_pieces(struct letter *l, size_t text, struct iovec ret[CAGE_PIECES]);

void cage_unparsable(struct letter *ret, const char *why);

#endif
