/* SPDX-License-Identifier: MIT */
/*
 * span: a stretch of somebody else's bytes, and how words are found in it.
 *
 * Nothing is copied and nothing needs a NUL. Letters compare case-blind in ASCII alone:
 * what machines say in headers and reports is ASCII, and bytes beyond compare as they
 * are. Everything is linear in the length of the span.
 */
#ifndef MAILER_WIRE_SPAN_H
#define MAILER_WIRE_SPAN_H

#include <stdbool.h>
#include <stddef.h>

struct span {
	const char *at;
	size_t length;
};

struct span span_of(const char *s); /* a string; NULL: empty */
struct span span_from(struct span s, size_t start); /* without its first bytes */
struct span span_trim(struct span s);		    /* without blanks around it */
char span_lower(char c);			    /* A..Z alone */

bool span_is(struct span s, const char *word);
bool span_starts(struct span s, const char *word);
bool span_ends(struct span s, const char *word);
/* Where `word` first stands, or -1. */
long span_find(struct span s, const char *word);
bool span_has(struct span s, const char *word);

/* The next line without its end; false after the last. `*at` is 0 at the start. */
bool span_line(struct span s, size_t *at, struct span *ret);

/* Into a fixed room: cut at a whole UTF-8 character; controls become blanks, bytes that
 * are no UTF-8 become "?". Returns the length. */
size_t span_copy(struct span s, char *out, size_t room);

#endif
