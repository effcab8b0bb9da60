/* SPDX-License-Identifier: MIT */
/*
 * Postings sorted by counting: linear, and the same order on every run.
 */
#include "recipients/index.h"

#include <stdlib.h>
#include <string.h>

#include "recipients/text.h"

void index_add(struct index *x, uint32_t key, uint32_t row, size_t detail)
{
	if (x->count == x->room) {
		x->room = x->room ? x->room + x->room / 2 : 64;
		x->postings = text_realloc(x->postings, x->room * sizeof(*x->postings));
	}
	x->postings[x->count++] = (struct index_posting){key, row, detail};
}

void index_build(struct index *x, uint32_t keys)
{
	struct index_posting *sorted = text_alloc((x->count + 1) * sizeof(*sorted));

	x->keys = keys;
	x->starts = text_alloc(((size_t)keys + 1) * sizeof(*x->starts));
	for (size_t i = 0; i < x->count; i++)
		x->starts[x->postings[i].key + 1]++;
	for (uint32_t k = 0; k < keys; k++)
		x->starts[k + 1] += x->starts[k];
	for (size_t i = 0; i < x->count; i++)
		sorted[x->starts[x->postings[i].key]++] = x->postings[i];
	/* Each start now stands at its end, which is the next one's start. */
	memmove(x->starts + 1, x->starts, keys * sizeof(*x->starts));
	x->starts[0] = 0;
	free(x->postings);
	x->postings = sorted;
	x->room = x->count + 1;
}

const struct index_posting *index_range(
	const struct index *x, uint32_t key, const struct index_posting **ret_end)
{
	if (key >= x->keys)
		return *ret_end = x->postings;
	*ret_end = x->postings + x->starts[key + 1];
	return x->postings + x->starts[key];
}

void index_done(struct index *x)
{
	free(x->postings);
	free(x->starts);
	*x = (struct index){0};
}
