/* SPDX-License-Identifier: MIT */
/*
 * UK postcodes. Foreign ones are none: they compare as text (value.c).
 *
 * What can go wrong: a mend is a guess. It is made only where the letter that stands
 * there cannot be right.
 */
#include "recipients/postcode.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "recipients/fold.h"

/* 'A' a letter, '9' a digit; the shapes of the outward half, those that need fewer mends
 * first among equals. */
static const char *const shapes[] = {"A9", "A99", "AA9", "A9A", "AA99", "AA9A"};

/* Fits `text` to `shape` and writes it to `out`. Returns the mends that took, or -1. */
static int shape_fit(const char *shape, const char *text, char *out)
{
	int mends = 0;

	if (strlen(shape) != strlen(text))
		return -1;
	for (; *shape; shape++, text++, out++) {
		bool digit = *text >= '0' && *text <= '9';

		*out = *text;
		if (digit == (*shape == '9'))
			continue;
		if (*text == 'O' || *text == '0')
			*out = digit ? 'O' : '0';
		else if (*text == 'I' || *text == '1')
			*out = digit ? 'I' : '1';
		else
			return -1;
		mends++;
	}
	*out = '\0';
	return mends;
}

static bool outward_fit(const char *text, char out[5])
{
	int best = -1;
	char trial[5];

	for (size_t i = 0; i < sizeof(shapes) / sizeof(*shapes); i++) {
		int mends = shape_fit(shapes[i], text, trial);

		/* No district begins with 0 when two digits follow the area: "S01" is
		 * SO1. */
		if (mends < 0 || (!strcmp(shapes[i], "A99") && trial[1] == '0'))
			continue;
		if (best < 0 || mends < best) {
			best = mends;
			memcpy(out, trial, sizeof(trial));
		}
	}
	return best >= 0;
}

bool postcode_parse(const char *text, struct postcode *ret)
{
	char folded[FOLD_ROOM], outward[5];
	size_t length, split;

	fold_words(text, folded, sizeof(folded));
	length = fold_join(folded, folded, sizeof(folded));
	if (length < 2 || length > 7)
		return false;
	for (size_t i = 0; i < length; i++) {
		if ((unsigned char)folded[i] >= 0x80)
			return false;
		if (folded[i] >= 'a')
			folded[i] = (char)(folded[i] - 32);
	}
	ret->inward[0] = '\0';
	split = length > 4 ? length - 3 : length;
	if (length > 4 && shape_fit("9AA", folded + split, ret->inward) < 0)
		return false;
	(void)snprintf(outward, sizeof(outward), "%.*s", (int)split, folded);
	return outward_fit(outward, ret->outward);
}

bool postcode_equal(const struct postcode *a, const struct postcode *b)
{
	if (strcmp(a->outward, b->outward))
		return false;
	return !*a->inward || !*b->inward || !strcmp(a->inward, b->inward);
}
