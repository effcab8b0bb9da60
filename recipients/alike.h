/* SPDX-License-Identifier: MIT */
/*
 * alike: which different values of one side are like which of the other.
 *
 * Comparing happens here, once for each pair of different values that may be alike; to
 * compare two rows is then to look their values up. Values are small numbers from 1. Levels
 * are the caller's: 0 is the best, and a pair that is not here is at the worst.
 *
 * Pairs are found by what two strings have in common when a letter or two are left out of
 * each (W. Garbe's symmetric delete), by equal sound and by parts; the judge then says how
 * alike they really are.
 */
#ifndef RECIPIENTS_ALIKE_H
#define RECIPIENTS_ALIKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "recipients/text.h"

#define ALIKE_NOT 0xff /* a judge's word for a pair that is not worth keeping */

struct alike_item {
	uint32_t listed;
	uint32_t level;
};

struct alike {
	struct alike_item *items; /* those of given value v are starts[v] to starts[v + 1] */
	uint32_t *starts;
	uint32_t limit; /* given values are below it */
};

/* What is compared: values of both sides, and how. */
struct alike_question {
	const uint32_t *given, *listed; /* each value once */
	size_t given_count, listed_count;
	uint32_t limit; /* all values of both sides are below it */
	/* How alike they are, or ALIKE_NOT. */
	unsigned (*judge)(void *context, uint32_t given, uint32_t listed);
	/* For alike_join: the texts to find them by. The first (n = 0) may have a typing
	   error, of the further ones until NULL one must be equal; "" is none. */
	const char *(*text)(void *context, uint32_t value, unsigned n);
	void *context;
	/* Further texts that more given values have find nothing; 0: no such limit. */
	size_t further_most;
	/* For alike_window: what a value amounts to, and how far one that is like it may be
	   from a given one. */
	uint32_t (*amount)(void *context, uint32_t value);
	uint32_t (*reach)(void *context, uint32_t amount);
	bool names; /* two letters left out instead of one, equal sound, parts in common */
};

/* Judges pairs whose texts have something in common. */
void alike_join(const struct alike_question *q, struct alike *ret);
/* Judges each pair: for few values. */
void alike_each(const struct alike_question *q, struct alike *ret);
/* Judges pairs whose amounts lie within reach. */
void alike_window(const struct alike_question *q, struct alike *ret);
void alike_done(struct alike *a);

/* For halves.h: as bytes, and back, with `limit` set. False: these are not such bytes. */
void alike_write(const struct alike *a, struct text *out);
bool alike_read(const struct text *bytes, struct alike *ret);

/* Those of a given value, `*ret_end` behind the last. */
const struct alike_item *alike_range(
	const struct alike *a, uint32_t given, const struct alike_item **ret_end);

#endif
