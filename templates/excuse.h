/* SPDX-License-Identifier: MIT */
/*
 * excuse: sentences in which the words of a lure are none.
 *
 *	taken back		"do not click here", "you need not reply"
 *	told of others		"be wary of messages that ask you to log in"
 *	told of ourselves	"we took it off the server within an hour", "we will send a letter to your address"
 *
 * A "not" that belongs to something else takes nothing back: "if you cannot see this, click here", "don't worry, click
 * here". `source` is what the words were read from, `at` where the phrase begins.
 */
#ifndef TEMPLATES_EXCUSE_H
#define TEMPLATES_EXCUSE_H

#include <stdbool.h>
#include <stddef.h>

#include "templates/words.h"

/* Is a phrase of `count` words taken back? */
bool excuse_denied(const char *source, const struct words *w, size_t at, size_t count);
/* Is it told of others, or of ourselves, so far as that excuses what this rule forbids? */
bool excuse_told(const char *source, const struct words *w, size_t at, const char *rule);

/* "not", "never", "don't", "nobody" ... */
bool excuse_denies(const char *word);
/* Is there a comma between two words? */
bool excuse_comma(const char *source, const struct words *w, size_t from, size_t to);

#endif
