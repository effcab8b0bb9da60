/* SPDX-License-Identifier: MIT */
/*
 * Which counts may be told. How they are put into words is the caller's. Counts that were
 * told at two times differ by what happened in between: that no rule for one table can
 * hide.
 */
#include "mailer/small.h"

static struct small_count *largest_told(struct small_count *counts, size_t length)
{
	struct small_count *found = NULL;

	for (size_t i = 0; i < length; i++)
		if (counts[i].how == SMALL_EXACTLY &&
			(!found || counts[i].count > found->count))
			found = &counts[i];
	return found;
}

int64_t small_hide(struct small_count *counts, size_t length)
{
	struct small_count *largest;
	int64_t others = 0;

	for (size_t i = 0; i < length; i++) {
		struct small_count *c = &counts[i];

		c->how = c->count && c->count < SMALL_LEAST ? SMALL_NOT : SMALL_EXACTLY;
		c->told = c->how == SMALL_NOT ? 0 : c->count;
		others += c->count - c->told;
	}
	if (!others || others >= SMALL_LEAST)
		return others;
	largest = largest_told(counts, length);
	if (largest && largest->count) {
		largest->how = SMALL_AT_LEAST;
		largest->told += others - (SMALL_LEAST - 1);
	}
	return SMALL_FEWER;
}
