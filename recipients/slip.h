/* SPDX-License-Identifier: MIT */
/*
 * slip: typing errors, for trials (damage.h): a letter other, left out, doubled, or changed with
 * the next one, and what is like it for values that are not typed as words.
 *
 * Chance is dice that fall the same each time.
 */
#ifndef RECIPIENTS_SLIP_H
#define RECIPIENTS_SLIP_H

#include <stddef.h>
#include <stdint.h>

#include "recipients/dictionary.h"
#include "recipients/value.h"

/* Numbers that look like chance: of a seed, and how often it was asked. */
struct dice {
	uint64_t seed, turn;
};

double dice_share(struct dice *d); /* 0 to 1 */
uint32_t dice_pick(struct dice *d, size_t of); /* 0 to `of` - 1 */

/* A word with so many slips, as a number of the dictionary; 0 for 0. Its first letter stays,
 * and words of two letters. */
uint32_t slip_word(struct dictionary *words, uint32_t word, int slips, struct dice *dice);
/* What stands behind the first hyphen of a word; 0: it has none. */
uint32_t slip_part(struct dictionary *words, uint32_t word);

/* A value with a slip. A rank, a grade of vetting, a gender is chosen, not typed: it stays. */
struct value slip_value(enum value_kind kind, struct value v, struct dictionary *forms,
	struct dice *dice);

#endif
