/* SPDX-License-Identifier: MIT */
/*
 * encoding: which encoding a file is in, and its bytes as UTF-8.
 *
 * One encoding a file. A mark at the start (BOM) tells UTF-8 and UTF-16; without one a
 * file is UTF-8 if it is valid, or if it holds more valid than broken sequences (a UTF-8
 * file with a few damaged rows, whose other names must not be garbled for them), and else
 * Windows-1252 (Microsoft's table, in which five bytes stand for nothing).
 */
#ifndef RECIPIENTS_ENCODING_H
#define RECIPIENTS_ENCODING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "recipients/text.h"

enum encoding {
	ENCODING_UTF8,
	ENCODING_UTF16LE,
	ENCODING_UTF16BE,
	ENCODING_WINDOWS_1252
};

/* "UTF-8", "UTF-16LE", "UTF-16BE", "Windows-1252". */
const char *encoding_name(enum encoding e);

/* Tells the encoding. `{0}` at the start; feed it the whole file, in pieces of any size. */
struct encoding_scan {
	unsigned char head[3]; /* the first bytes, where a mark may be */
	size_t head_length;
	size_t good, broken;	       /* sequences; a lone byte over 0x7f is a broken one */
	unsigned left;		       /* bytes that the current sequence still wants */
	unsigned char lowest, highest; /* between which its next byte must be */
};
void encoding_scan_feed(struct encoding_scan *s, const void *bytes, size_t length);
/* After the last piece. `*ret_mark`: how many bytes the mark takes. */
enum encoding encoding_scan_end(struct encoding_scan *s, size_t *ret_mark);

/*
 * Turns bytes (without the mark) into UTF-8, appended to `out`. `{0}` at the start;
 * pieces of any size, `last` with the last one. What stands for nothing (half a surrogate
 * pair, an odd byte at the end) comes out as the byte 0xff, which no UTF-8 holds, and
 * UTF-8 is handed on unchecked: the cell that holds such bytes is found bad when it is
 * looked at (cell.h), so that damage costs one row.
 */
struct encoding_state {
	bool odd; /* one byte of a UTF-16 unit is waiting */
	unsigned char byte;
	uint16_t high; /* a first surrogate is waiting, or 0 */
};
void encoding_decode(enum encoding from, struct encoding_state *s, const void *bytes,
	size_t length, bool last, struct text *out);

#endif
