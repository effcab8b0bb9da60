/* SPDX-License-Identifier: MIT */
/*
 * dedupe: which rows of one file are the same person?
 *
 * As linkage.h, but the file is held against itself, and a person may be in it any number of
 * times. So there is no "nobody" as a rival and nothing is assigned: each pair of rows is weighed
 * for itself, by what the file shows that rows of one person agree in; and what is one person with
 * the same third row is one person. Nobody labels anything.
 *
 * Missing on either side is no evidence. The same rows give the same pairs, byte for byte.
 */
#ifndef RECIPIENTS_DEDUPE_H
#define RECIPIENTS_DEDUPE_H

#include <stddef.h>
#include <stdint.h>

#include "recipients/clock.h"
#include "recipients/fault.h"

#define DEDUPE_ROWS 16000000
#define DEDUPE_PAIRS 50000000
#define DEDUPE_LEAST 0.001 /* a pair below this is not listed */

struct dedupe;

struct dedupe *dedupe_new(void);
void dedupe_free(struct dedupe *d); /* NULL is fine */
void dedupe_freep(struct dedupe **d);
#define auto_dedupe __attribute__((cleanup(dedupe_freep))) struct dedupe

/* The next row, packed (text.h); they are numbered from 0. Copies what it needs. FAULT_INPUT:
 * DEDUPE_ROWS, or EVIDENCE_COLUMNS different fields. */
int dedupe_add(struct dedupe *d, const char *packed, size_t length, struct fault *f);

/* Finds the pairs, once. `progress` may be NULL. FAULT_INPUT: DEDUPE_PAIRS. After a fault, only
 * free it. */
int dedupe_run(struct dedupe *d, const struct progress *progress, struct fault *f);

struct dedupe_pair {
	uint32_t left, right; /* rows; left < right */
	double probability;   /* that they are one person; DEDUPE_LEAST to 1 */
};

/* After dedupe_run: each pair once, by left, then right. The dedupe's. */
const struct dedupe_pair *dedupe_pairs(const struct dedupe *d, size_t *ret_count);

/* Rows like which there are so many others that only the likeliest DEDUPE_OTHERS were paired. */
#define DEDUPE_OTHERS 4096
size_t dedupe_cut(const struct dedupe *d);

#endif
