/* SPDX-License-Identifier: MIT */
/*
 * Cutting and filling. Where stencils and differences are kept is store.c's.
 *
 * Messages are lines: after a difference the two meet again at some line's start a little further on. So it is enough to
 * look a few lines ahead on both sides, and a bad choice costs bytes, never truth.
 */
#include "mailer/stencil.h"

#include <stdint.h>
#include <string.h>

#define LEAST 16 /* a shorter piece of the stencil costs more than it saves */
#define AHEAD 12 /* lines looked at on either side */

static size_t common(const char *a, size_t a_length, const char *b, size_t b_length)
{
	size_t most = a_length < b_length ? a_length : b_length, n = 0;

	while (n + 8 <= most && !memcmp(a + n, b + n, 8))
		n += 8;
	while (n < most && a[n] == b[n])
		n++;
	return n;
}

static void add_number(struct text *out, uint64_t n)
{
	for (; n >= 0x80; n >>= 7)
		text_add_char(out, (char)(n & 0x7f) | (char)0x80);
	text_add_char(out, (char)n);
}

static void add_own(struct text *out, const char *bytes, size_t length)
{
	if (!length)
		return;
	add_number(out, (uint64_t)length << 1 | 1);
	text_add(out, bytes, length);
}

static size_t next_line(const char *s, size_t length, size_t at)
{
	const char *end = memchr(s + at, '\n', length - at);

	return end ? (size_t)(end - s) + 1 : length;
}

/* Where the two meet again at a line's start: `*at` in the bytes, `*from` in the stencil. */
static void meet(const char *stencil, size_t stencil_length, const char *bytes, size_t length, size_t *at,
	size_t *from)
{
	size_t a = *at, start = *from;

	for (int i = 0; i < AHEAD && a < length; i++) {
		size_t s = start;

		a = next_line(bytes, length, a);
		for (int k = 0; k < AHEAD && s < stencil_length; k++) {
			s = next_line(stencil, stencil_length, s);
			if (common(bytes + a, length - a, stencil + s, stencil_length - s) >= LEAST) {
				*at = a;
				*from = s;
				return;
			}
		}
	}
	*at = a;
}

void stencil_cut(const char *stencil, size_t stencil_length, const char *bytes, size_t length, struct text *out)
{
	size_t at = 0, from = 0, own = 0;

	while (at < length) {
		size_t n = common(bytes + at, length - at, stencil + from, stencil_length - from);

		if (n >= LEAST) {
			add_own(out, bytes + own, at - own);
			add_number(out, (uint64_t)n << 1);
			add_number(out, from);
			at += n;
			from += n;
			own = at;
		} else {
			meet(stencil, stencil_length, bytes, length, &at, &from);
		}
	}
	add_own(out, bytes + own, length - own);
}

static int read_number(const char *s, size_t length, size_t *at, uint64_t *ret)
{
	*ret = 0;
	for (unsigned shift = 0; *at < length && shift < 63; shift += 7) {
		unsigned char byte = (unsigned char)s[(*at)++];

		*ret |= (uint64_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80))
			return 0;
	}
	return -1;
}

int stencil_fill(const char *stencil, size_t stencil_length, const char *difference, size_t length, size_t limit,
	struct text *out, struct fault *f)
{
	size_t at = 0, start = out->length;

	while (at < length) {
		uint64_t head, from = 0, n;
		bool own;

		if (read_number(difference, length, &at, &head))
			return fault_set(f, FAULT_LEDGER, "a message's difference is cut short");
		own = head & 1;
		n = head >> 1;
		if (!own && read_number(difference, length, &at, &from))
			return fault_set(f, FAULT_LEDGER, "a message's difference is cut short");
		if (n > limit || out->length - start > limit - n || (own && n > length - at) ||
			(!own && (from > stencil_length || n > stencil_length - from)))
			return fault_set(f, FAULT_LEDGER, "a message's difference does not fit its stencil");
		text_add(out, own ? difference + at : stencil + from, n);
		at += own ? n : 0;
	}
	return 0;
}
