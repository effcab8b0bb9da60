/* SPDX-License-Identifier: MIT */
/*
 * Likeness of words. What follows from it is linkage.c's.
 *
 * What can go wrong: two real names may be one letter apart (Khan, Kahn). Likeness never
 * proves anything alone.
 */
#include "recipients/likeness.h"

#include <string.h>

#define LETTERS 64 /* longer words are not compared */

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

size_t likeness_errors(const char *a, const char *b, size_t limit)
{
	size_t rows[3][LETTERS + 1], *before = rows[0], *last = rows[1], *now = rows[2];
	size_t n = strlen(a), m = strlen(b);

	if (!strcmp(a, b))
		return 0;
	if (n > LETTERS || m > LETTERS || (n > m ? n - m : m - n) > limit)
		return limit + 1;
	memset(before, 0, sizeof(rows[0]));
	for (size_t j = 0; j <= m; j++)
		last[j] = j;
	for (size_t i = 1; i <= n; i++) {
		size_t *spare = before;

		now[0] = i;
		for (size_t j = 1; j <= m; j++) {
			now[j] = least(least(last[j], now[j - 1]) + 1,
				last[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
				a[i - 2] == b[j - 1])
				now[j] = least(now[j], before[j - 2] + 1);
		}
		before = last;
		last = now;
		now = spare;
	}
	return least(last[m], limit + 1);
}

bool likeness_typing(const char *a, const char *b)
{
	size_t n = strlen(a), m = strlen(b), shorter = least(n, m);

	if (shorter < 2)
		return !strcmp(a, b);
	return likeness_errors(a, b, 2) <= (shorter <= 5 ? 1u : 2u);
}
