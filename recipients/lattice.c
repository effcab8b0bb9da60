/* SPDX-License-Identifier: MIT */
/*
 * Sums of sets. What is in the set, and where the sum is kept, is the caller's.
 */
#include "recipients/lattice.h"

#include <stddef.h>

#include "recipients/vault.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
	"sums are kept in the machine's order");

void lattice_add(struct lattice *l, const unsigned char digest[LATTICE_DIGEST])
{
	uint16_t terms[LATTICE_NUMBERS];

	vault_stretch(digest, terms, sizeof(terms));
	for (size_t i = 0; i < LATTICE_NUMBERS; i++)
		l->numbers[i] = (uint16_t)(l->numbers[i] + terms[i]);
}

void lattice_take(struct lattice *l, const unsigned char digest[LATTICE_DIGEST])
{
	uint16_t terms[LATTICE_NUMBERS];

	vault_stretch(digest, terms, sizeof(terms));
	for (size_t i = 0; i < LATTICE_NUMBERS; i++)
		l->numbers[i] = (uint16_t)(l->numbers[i] - terms[i]);
}
