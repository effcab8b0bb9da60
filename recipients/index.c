/* SPDX-License-Identifier: MIT */
/*
 * Postings sorted by counting: linear, and the same order on every run.
 */
#include "recipients/index.h"

#include <stdlib.h>
#include <string.h>

#include "recipients/text.h"

void index_add(struct index *x, uint32_t key, uint32_t row)
{
	if (x->count == x->room) {
		x->room = x->room ? x->room + x->room / 2 : 64;
		x->keys = text_realloc(x->keys, x->room * sizeof(*x->keys));
		x->rows = text_realloc(x->rows, x->room * sizeof(*x->rows));
	}
	x->keys[x->count] = key;
	x->rows[x->count++] = row;
}

void index_build(struct index *x, uint32_t limit)
{
	uint32_t *sorted = text_alloc((x->count + 1) * sizeof(*sorted));

	x->limit = limit;
	x->starts = text_alloc(((size_t)limit + 1) * sizeof(*x->starts));
	for (size_t i = 0; i < x->count; i++)
		x->starts[x->keys[i] + 1]++;
	for (uint32_t k = 0; k < limit; k++)
		x->starts[k + 1] += x->starts[k];
	for (size_t i = 0; i < x->count; i++)
		sorted[x->starts[x->keys[i]]++] = x->rows[i];
	/* Each start now stands at its end, which is the next one's start. */
	memmove(x->starts + 1, x->starts, limit * sizeof(*x->starts));
	x->starts[0] = 0;
	free(x->keys);
	free(x->rows);
	x->keys = NULL;
	x->rows = sorted;
	x->room = x->count + 1;
}

void index_done(struct index *x)
{
	free(x->keys);
	free(x->rows);
	free(x->starts);
	*x = (struct index){0};
}
