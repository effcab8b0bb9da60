/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as a letter. The pre-scan stays within them, lets through no boundary that
 * kills, and finds nothing to change in what it let through. The letters of a file are
 * all of the file.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "mailer/wire/scan.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void check_that(bool holds)
{
	if (!holds)
		abort();
}

static void check_file(const char *bytes, size_t length)
{
	for (size_t at = 0, one; at < length; at += one) {
		one = scan_first(bytes + at, length - at);
		check_that(one > 0 && one <= length - at);
	}
}

static void check_again(const struct scan *s)
{
	char *copy = malloc(s->length);
	struct scan again;

	check_that(copy != NULL);
	memcpy(copy, s->bytes, s->length);
	scan_letter(copy, s->length, false, &again);
	check_that(!again.wrong && again.length == s->length &&
		   !memcmp(again.bytes, s->bytes, s->length));
	free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	char *copy = malloc(length ? length : 1);
	struct scan s;

	check_that(copy != NULL);
	if (length)
		memcpy(copy, bytes, length);
	check_file(copy, length);
	scan_letter(copy, length, false, &s);
	check_that(s.bytes >= copy && s.bytes + s.length <= copy + length);
	if (!s.wrong) {
		check_that(s.length && !memchr(s.bytes, 0, s.length));
		check_that(!memmem(s.bytes, s.length, "boundary=\"\"", 11) &&
			   !memmem(s.bytes, s.length, "boundary=\"\\", 11));
		if (!s.cut)
			check_again(&s);
	}
	free(copy);
	return 0;
}
