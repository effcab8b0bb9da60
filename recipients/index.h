/* SPDX-License-Identifier: MIT */
/*
 * index: which rows have this key. Keys are small numbers (dictionary.h, numbering.h), or
 * hashes cut to a few bits: then a range may hold rows of another key too.
 *
 * `{0}` is an empty one: add, build once, ask. Eight bytes a posting, four once built.
 */
#ifndef RECIPIENTS_INDEX_H
#define RECIPIENTS_INDEX_H

#include <stddef.h>
#include <stdint.h>

struct index {
	uint32_t *keys, *rows; /* as added; once built only rows, by key, within a key in the
				  order of adding */
	size_t count, room;
	uint32_t *starts; /* those of key k are starts[k] to starts[k + 1] */
	uint32_t limit;
};

void index_add(struct index *x, uint32_t key, uint32_t row);
void index_build(struct index *x, uint32_t limit); /* keys are below `limit` */
/* From the returned row to `*ret_end`, none for a key that is not there. */
static inline const uint32_t *index_range(
	const struct index *x, uint32_t key, const uint32_t **ret_end)
{
	if (key >= x->limit)
		return *ret_end = x->rows;
	*ret_end = x->rows + x->starts[key + 1];
	return x->rows + x->starts[key];
}
void index_done(struct index *x);

#endif
