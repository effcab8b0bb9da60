/* SPDX-License-Identifier: MIT */
/*
 * trail: where a byte of a JSON text stands, as a path: "levels[2].route".
 *
 * For what the parser refuses before there is a tree to walk. The bytes may be
 * malformed; then the path is what they seem to say.
 */
#ifndef RECIPIENTS_TRAIL_H
#define RECIPIENTS_TRAIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "recipients/text.h"

#define TRAIL_MAX_DEPTH 32

struct trail_frame {
	bool list;
	bool named;	 /* the colon was seen: a string is now a value */
	size_t index;	 /* of an item of the list */
	const char *key; /* into the bytes; NULL: none yet */
	size_t key_length;
};
struct trail {
	struct trail_frame frames[TRAIL_MAX_DEPTH];
	size_t depth;
	size_t line; /* from 1 */
};

/*
 * Where the last of these bytes stands. -1 if it is deeper than TRAIL_MAX_DEPTH; `line`
 * is set all the same.
 */
int trail_find(const char *bytes, size_t length, struct trail *ret);
void trail_write(const struct trail *at, struct text *out);

/*
 * A key as it may be printed: cut when long, and nothing in it moves a cursor or turns
 * the writing round.
 */
void trail_write_key(const char *key, size_t length, struct text *out);
/* Does this character end a line or steer a terminal? (Unicode's Cc, Zl, Zp.) */
bool trail_control(int32_t character);

#endif
