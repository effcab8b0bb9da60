/* SPDX-License-Identifier: MIT */
/*
 * mime: a letter's parts (RFC 2045, 2046), flat and in their order; libetpan's door.
 *
 * libetpan 1.9 neither copies nor complains, and some bytes kill it (a boundary of one
 * quote, thousands of parentheses): call this behind the pre-scan and in the cage. At most
 * MIME_PARTS parts and MIME_DEPTH levels are looked at; what lies beyond is not seen.
 */
#ifndef MAILER_WIRE_MIME_H
#define MAILER_WIRE_MIME_H

#include "mailer/wire/span.h"
#include "recipients/text.h"

#define MIME_PARTS 64
#define MIME_DEPTH 20
#define MIME_TEXT_MAX (256 * 1024) /* of a part, once decoded; the rest is not read */

struct mime_part {
	char type[64];	  /* "text/plain", in lower case; never empty */
	struct span head; /* its header block; spans point into the letter's bytes */
	struct span body; /* as it stands there */
	int encoding;	  /* libetpan's */
	bool returned;	  /* lies in a message/rfc822 */
};

struct mime {
	struct span head; /* of the letter */
	struct mime_part parts[MIME_PARTS];
	size_t count;
};

/* The bytes must outlive `ret`, which owns nothing. Never fails: without a structure, the
 * letter is one part. */
void mime_read(struct span letter, struct mime *ret);

/* The part without its transfer encoding, as UTF-8, appended; at most MIME_TEXT_MAX. */
void mime_decode(const struct mime_part *p, struct text *out);

#endif
