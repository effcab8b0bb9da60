/* SPDX-License-Identifier: MIT */
/*
 * index: which rows have this key. Keys are small numbers (dictionary.h).
 *
 * `{0}` is an empty one: add, build once, ask.
 */
#ifndef RECIPIENTS_INDEX_H
#define RECIPIENTS_INDEX_H

#include <stddef.h>
#include <stdint.h>

struct index_posting {
	uint32_t key, row;
	size_t detail; /* whatever the adder wants to know */
};

struct index {
	struct index_posting *postings; /* by key, within a key in the order of adding */
	size_t count, room;
	uint32_t *starts; /* those of key k are starts[k] to starts[k + 1] */
	uint32_t keys;
};

void index_add(struct index *x, uint32_t key, uint32_t row, size_t detail);
void index_build(struct index *x, uint32_t keys); /* keys are below `keys` */
/* From the returned posting to `*ret_end`, none for a key that is not there. */
const struct index_posting *index_range(
	const struct index *x, uint32_t key, const struct index_posting **ret_end);
void index_done(struct index *x);

#endif
