/* SPDX-License-Identifier: MIT */
/*
 * scan: the look at a letter before any library sees a byte of it.
 *
 * In one pass, in the caller's memory: what stands before the header (a byte order mark,
 * blank lines, the "From " line of an mbox) goes, here and at the start of letters within
 * the letter; NULs become blanks; a line over its limit loses its end; boundary values on
 * which Debian's libetpan writes beside its memory (empty, or with a quote or a backslash)
 * are taken out of the library's sight; the lines of pictures and documents, which nobody
 * reads here, are left out. Then it counts: what is over a limit is not read
 * at all, for it was not written to be read.
 *
 * Time is linear in the length (times SCAN_DEPTH_MAX for lines that begin with "--").
 */
#ifndef MAILER_WIRE_SCAN_H
#define MAILER_WIRE_SCAN_H

#include <stdbool.h>
#include <stddef.h>

#define SCAN_LETTER_MAX (10u << 20) /* bytes; of a longer letter only the start is read: */
#define SCAN_HEADER_MAX (256u << 10)  /* its header, and of its body ... */
#define SCAN_START_MAX (256u << 10)   /* ... this much */
/* What has to be at hand of a letter over SCAN_LETTER_MAX. */
#define SCAN_ENOUGH (SCAN_HEADER_MAX + SCAN_START_MAX)
#define SCAN_LINE_MAX (128u << 10)
#define SCAN_FIELDS_MAX 2000 /* of one header */
#define SCAN_DEPTH_MAX 20    /* letters and multiparts within each other */
#define SCAN_PARTS_MAX 1000
#define SCAN_MARKS_MAX 1000  /* "(" in one field; "<", ":" or "," in a row */
#define SCAN_COMMENT_MAX 50  /* comments within comments */

struct scan {
	char *bytes; /* where the letter begins, in what was given */
	size_t length;
	bool cut;	   /* something was left out */
	const char *wrong; /* NULL; else why it must not be read, in words: "it is empty" */
};

/* `cut`: the bytes are only the start of the letter. */
void scan_letter(char *bytes, size_t length, bool cut, struct scan *ret);

/*
 * The length of the first letter in a file: all of it, but for an mbox, where the next
 * one begins with a line "From ... 12:34:56 ..." behind a blank line.
 */
size_t scan_first(const char *bytes, size_t length);

#endif
