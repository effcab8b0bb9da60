/* SPDX-License-Identifier: MIT */
/*
 * lattice: the sum of a set of things, in any order; things can be added and taken away.
 *
 * LtHash with 1024 numbers of 16 bits: a thing's digest is stretched to 2048 bytes (ChaCha20) and added, number by number,
 * modulo 2^16. To find another set with the same sum is a lattice problem (short integer solutions), about 200 bits hard,
 * whatever one may choose; a plain sum or xor of digests is not. Sources: Bellare and Micciancio, "A New Paradigm for
 * Collision-free Hashing" (1997); Lewi, Kim, Maykov, Weis, "Securing Update Propagation with Homomorphic Hashing" (2019).
 */
#ifndef RECIPIENTS_LATTICE_H
#define RECIPIENTS_LATTICE_H

#include <stdint.h>

#define LATTICE_NUMBERS 1024
#define LATTICE_DIGEST 32

struct lattice {
	uint16_t numbers[LATTICE_NUMBERS]; /* kept as they are in memory, on little-endian machines */
};

void lattice_add(struct lattice *l, const unsigned char digest[LATTICE_DIGEST]);
void lattice_take(struct lattice *l, const unsigned char digest[LATTICE_DIGEST]);

#endif
