/* SPDX-License-Identifier: MIT */
/* The arithmetic of coarse.h. Who is in which cell is its caller's. */
#include "mailer/coarse.h"

int64_t coarse_count(int64_t n)
{
	return n > 0 ? n - n % COARSE_BASE : 0;
}

int64_t coarse_sum(const int64_t cells[], size_t count, unsigned set, int64_t all)
{
	int64_t whole = 0, sum = 0;

	for (size_t i = 0; i < count; i++) {
		whole += cells[i];
		sum += set >> i & 1 ? coarse_count(cells[i]) : 0;
	}
	return all < COARSE_WHOLE ? coarse_count(whole) : sum;
}
