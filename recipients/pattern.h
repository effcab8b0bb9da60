/* SPDX-License-Identifier: MIT */
/*
 * pattern: shell patterns over UTF-8, the whole text: `*` any run, `?` one character,
 * `[ab-f]` one of these, `[!ab]` none of these, `\` takes the next sign as it is
 * (POSIX.1-2017, XCU 2.13.1; without named classes). A slash or a leading dot is nothing
 * special.
 *
 * Not fnmatch(3): that reads bytes or characters by the locale of whoever runs the
 * program, and the same policy must give the same levels everywhere.
 */
#ifndef RECIPIENTS_PATTERN_H
#define RECIPIENTS_PATTERN_H

#include <stdbool.h>

/* NULL, or in plain words what is wrong with it. */
const char *pattern_check(const char *pattern);
/*
 * Of a pattern that pattern_check let pass. Time is at most length times length; no
 * recursion.
 */
bool pattern_matches(const char *pattern, const char *text);

#endif
