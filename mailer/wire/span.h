/* SPDX-License-Identifier: MIT */
/*
 * span: a stretch of somebody else's bytes, and how words are found in it.
 *
 * Nothing is copied and nothing needs a NUL. Letters compare case-blind in ASCII alone:
 * what machines say in headers and reports is ASCII, and bytes beyond compare as they
 * are. Everything is linear in the length of the span. What is asked of each byte stands
 * here, to be inlined.
 */
#ifndef MAILER_WIRE_SPAN_H
#define MAILER_WIRE_SPAN_H

#include <stdbool.h>
#include <stddef.h>

struct span {
	const char *at;
	size_t length;
};

struct span span_of(const char *s);   /* a string; NULL: empty */
struct span span_trim(struct span s); /* without blanks around it */

/* Without its first bytes. */
static inline struct span span_from(struct span s, size_t start)
{
	if (start > s.length)
		start = s.length;
	return (struct span){s.at + start, s.length - start};
}

/* A..Z alone. */
static inline char span_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 'a' - 'A') : c;
}

/* How much of `word` it starts with. */
size_t span_shared(struct span s, const char *word);
bool span_is(struct span s, const char *word);

/* Mostly the first byte tells that it does not. */
static inline bool span_starts(struct span s, const char *word)
{
	return s.length && span_lower(*s.at) == span_lower(*word) &&
	       !word[span_shared(s, word)];
}
bool span_ends(struct span s, const char *word);
/* Where `word` first stands, or -1. */
long span_find(struct span s, const char *word);
bool span_has(struct span s, const char *word);

/* The next line without its end; false after the last. `*at` is 0 at the start. */
bool span_line(struct span s, size_t *at, struct span *ret);

/* How many bytes at the start are printable ASCII. */
size_t span_plain(struct span s);

/* Into a fixed room: cut at a whole UTF-8 character; controls become blanks, bytes that
 * are no UTF-8 become "?". Returns the length. */
size_t span_copy(struct span s, char *out, size_t room);

#endif
