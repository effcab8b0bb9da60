/* SPDX-License-Identifier: MIT */
/*
 * header: fields of a header block, as strangers write them.
 *
 * RFC 5322 fields with folds, RFC 2047 words (also where a character is split over two of
 * them), addresses and Message-IDs out of anything. Reads the blocks of reports (RFC 3464,
 * 8098, 5965) too: they have the same form. Tolerant: what cannot be read is passed by.
 */
#ifndef MAILER_WIRE_HEADER_H
#define MAILER_WIRE_HEADER_H

#include <stdint.h>

#include "mailer/wire/span.h"
#include "recipients/text.h"

/* How many bytes of `s` are header block: up to the first empty line, with it. */
size_t header_length(struct span s);

/*
 * Walks the fields: `*at` is 0 at the start. The value is raw, with its folds, without
 * blanks around it. Lines that are no field are passed by; a blank line is too.
 */
bool header_next(struct span block, size_t *at, struct span *ret_name,
	struct span *ret_value);

/* The next field of that name, walking on with `*at` (0 at the start). */
bool header_find_next(struct span block, size_t *at, const char *name, struct span *ret);
/* The first field of that name (any case); false: none, and `*ret` is empty. */
bool header_find(struct span block, const char *name, struct span *ret);
/* The same, or an empty span. */
struct span header_value(struct span block, const char *name);

/*
 * The fields of a block, found once to be asked for often. `{0}` is an empty block; what
 * is beyond the room of the list is looked for in the block.
 */
#define HEADER_FIELDS 128
struct header {
	struct header_field {
		struct span name, value;
	} fields[HEADER_FIELDS];
	size_t count;
	struct span rest; /* of the block */
};
void header_read(struct span block, struct header *ret);
/* As header_find_next, header_find and header_value. */
bool header_field_next(const struct header *h, size_t *at, const char *name, struct span *ret);
bool header_field(const struct header *h, const char *name, struct span *ret);
struct span header_field_value(const struct header *h, const char *name);

/* A value unfolded and with its RFC 2047 words decoded, appended as UTF-8. */
void header_decode(struct span value, struct text *out);

/*
 * The next address ("local@domain" or "local" alone if `bare`) of a value, walking on
 * with `*at` (0 at the start). Display names and comments are passed by, source routes
 * are cut, domains become lower case.
 */
bool header_address(struct span value, size_t *at, char *out, size_t room);

/* The next Message-ID of a value, without "<" and ">". */
bool header_id(struct span value, size_t *at, char *out, size_t room);

/* A Date (RFC 5322 section 3.3) in ms since 1970, 0 if it is none. */
int64_t header_date(struct span value);

/* A parameter ("charset", "boundary", "report-type") of a value, without its quotes. */
struct span header_parameter(struct span value, const char *name);

#endif
