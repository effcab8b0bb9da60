/* SPDX-License-Identifier: MIT */
/*
 * Two pieces of text, one line of "----" between them: each is cut against the other and
 * comes back. Then the second as a difference to the first: filled within the limit, or
 * refused as a fault of the ledger.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "mailer/stencil.h"

#define LIMIT 1024

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void check_that(int holds)
{
	if (!holds)
		abort();
}

static void round_trip(
	const char *stencil, size_t stencil_length, const char *bytes, size_t length)
{
	auto_text_buffer difference = {0}, back = {0};
	struct fault f = {0};

	stencil_cut(stencil, stencil_length, bytes, length, &difference);
	check_that(!stencil_fill(stencil, stencil_length, difference.bytes,
		difference.length, length, &back, &f));
	check_that(back.length == length);
	check_that(!length || !memcmp(back.bytes, bytes, length));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	static const char between[] = "\n----\n";
	const char *first = (const char *)bytes, *second, *gap;
	auto_text_buffer out = {0};
	struct fault f = {0};
	size_t first_length, second_length;

	gap = memmem(first, length, between, sizeof(between) - 1);
	first_length = gap ? (size_t)(gap - first) + 1 : length;
	second = gap ? gap + sizeof(between) - 1 : first + length;
	second_length = (size_t)(first + length - second);
	round_trip(first, first_length, second, second_length);
	round_trip(second, second_length, first, first_length);
	if (stencil_fill(first, first_length, second, second_length, LIMIT, &out, &f))
		check_that(f.kind == FAULT_LEDGER);
	check_that(out.length <= LIMIT);
	return 0;
}
