/* SPDX-License-Identifier: MIT */
/*
 * recovery: a secret that a person can write down and type again: seven groups of five signs,
 *
 *	7K3QM-0ZT4R-9HXWC-2B6NE-V81PD-5SJG0-ATFY3
 *
 * digits and capital letters without I, L, O and U (Crockford's base 32). Reading takes small letters, O for 0, I and L for 1,
 * and any blanks or hyphens. In each group four signs are random and the fifth is a check sign over them and the group's place:
 * one wrong sign, and two groups swapped, are told by the number of the group. 140 random bits: nobody guesses them.
 */
#ifndef RECIPIENTS_RECOVERY_H
#define RECIPIENTS_RECOVERY_H

#define RECOVERY_GROUPS 7
#define RECOVERY_GROUP 5
#define RECOVERY_TEXT (RECOVERY_GROUPS * (RECOVERY_GROUP + 1)) /* with hyphens and NUL */

void recovery_make(char out[RECOVERY_TEXT]);

/* 0 and the code as it was made; -1 these words are no code; or the number of the first group with a mistake, from 1. */
int recovery_read(const char *typed, char out[RECOVERY_TEXT]);

#endif
