/* SPDX-License-Identifier: MIT */
/*
 * dictionary: each different string once, under a small number.
 *
 * Numbers are 1, 2, 3 ... in the order of first sight, so that they depend on the input alone;
 * 0 is no string.
 */
#ifndef RECIPIENTS_DICTIONARY_H
#define RECIPIENTS_DICTIONARY_H

#include <stddef.h>
#include <stdint.h>

#include "recipients/text.h"

struct dictionary {
	struct text bytes; /* the strings, a NUL behind each */
	size_t *starts;    /* where string n begins, at starts[n - 1] */
	uint32_t count;
	size_t room;
	struct dictionary_slot {
		uint32_t hash, number;
	} * slots; /* a hash table */
	size_t slot_count;
};

/* `{0}` is an empty one. Ends the process when there is no memory; 2^31 strings at most. */
uint32_t dictionary_add(struct dictionary *d, const char *string);
uint32_t dictionary_find(const struct dictionary *d, const char *string); /* 0: not there */
const char *dictionary_string(
	const struct dictionary *d, uint32_t number); /* until the next add */
void dictionary_done(struct dictionary *d);

#endif
