/* SPDX-License-Identifier: MIT */
/*
 * numbering: each different 64-bit key once, under a small number.
 *
 * As dictionary.h for strings: numbers are 1, 2, 3 ... in the order of first sight, 0 is no
 * key. `{0}` is an empty one.
 */
#ifndef RECIPIENTS_NUMBERING_H
#define RECIPIENTS_NUMBERING_H

#include <stddef.h>
#include <stdint.h>

struct numbering {
	struct numbering_slot {
		uint64_t key;
		uint32_t number; /* 0: empty */
	} * slots;
	size_t slot_count;
	uint32_t count;
};

uint32_t numbering_add(struct numbering *n, uint64_t key);
uint32_t numbering_find(const struct numbering *n, uint64_t key); /* 0: not there */
void numbering_done(struct numbering *n);

/* Two small numbers as one key. */
static inline uint64_t numbering_pair(uint32_t a, uint32_t b)
{
	return (uint64_t)a << 32 | b;
}

/* Stirs a key together with another; for keys of more than two numbers. Collisions are as
 * rare as 64 bits make them. */
uint64_t numbering_mix(uint64_t key, uint64_t other);

#endif
