/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as a letter, as the child in the cage reads it: through the pre-scan, then
 * taken apart. Whatever it is, the record is one that the parent believes.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "mailer/wire/letter_check.h"
#include "mailer/wire/scan.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void check_that(bool holds)
{
	if (!holds)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	static struct letter letter;
	char *copy = malloc(length ? length : 1);
	struct scan s;

	check_that(copy != NULL);
	if (length)
		memcpy(copy, bytes, length);
	scan_letter(copy, length, false, &s);
	if (!s.wrong) {
		letter_read(s.bytes, s.length, &letter);
		check_that(letter_check(&letter, LETTER_SIZE(&letter)) == NULL);
	}
	free(copy);
	return 0;
}
