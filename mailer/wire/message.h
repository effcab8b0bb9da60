/* SPDX-License-Identifier: MIT */
/*
 * message: writes one message as it goes on the wire.
 *
 * RFC 5322 header fields in a fixed order, multipart/alternative (RFC 2046) of
 * text/plain and text/html, both UTF-8 in quoted-printable (RFC 2045, always, so that
 * the encoding tells nothing of what is inside), names and subject as RFC 2047 words
 * where ASCII does not do. CRLF only, no line over 76 characters (an address or a
 * Message-ID that is longer stands whole on its own line), pure ASCII, "." and "From "
 * never at a line's start: nothing on the way has a reason to change a byte.
 * Dot-stuffing is the relay's.
 *
 * The same struct gives the same bytes, always: what was approved is what is sent. So
 * time, Message-ID and boundary are the caller's.
 */
#ifndef MAILER_WIRE_MESSAGE_H
#define MAILER_WIRE_MESSAGE_H

#include <stdint.h>

#include "recipients/fault.h"
#include "recipients/text.h"

#define MESSAGE_VALUE_MAX 998		/* bytes of a header value */
#define MESSAGE_TOKEN_MAX 60		/* of a boundary */
#define MESSAGE_CLASS_LINE 32		/* bytes of a message of a size class for each of its lines */
#define MESSAGE_PART_MAX (1024 * 1024)	/* bytes of a part, before encoding */

struct message {
	const char *from_name; /* UTF-8; NULL or "": the address alone */
	const char *from;      /* all addresses as address_parse gives them */
	const char *to_name;
	const char *to;
	const char *reply_to;	/* NULL: no Reply-To */
	const char *subject;	/* UTF-8 */
	int64_t date_ms;	/* since 1970; written in UTC */
	const char *message_id; /* "left@right", without "<" and ">" */
	const char *boundary;	/* letters and digits, from random; "=_" goes before it, which
				   no encoded part can hold */
	const char *text;	/* UTF-8, lines end in LF or CRLF */
	const char *html;
	/*
	 * 0, or: what follows the last part (RFC 2046's epilogue, which nobody is shown) makes the message a multiple of
	 * this many bytes long, with a line for each MESSAGE_CLASS_LINE of them, so that neither tells anything of its
	 * words.
	 */
	size_t size_class;
};

/*
 * Appends the message to `out`. FAULT_INPUT names the field that is missing, too long,
 * not UTF-8, or holds CR, LF, NUL or another control character; `out` is then as it
 * was.
 */
int message_write(const struct message *m, struct text *out, struct fault *f);

/*
 * May this value stand in a header? For names and subjects when they are loaded, so
 * that a row is refused where it can be mended. `field` is how the reader knows it
 * ("name", "Subject"). `length` bytes, since a NUL is refused too.
 */
int message_check(const char *field, const char *value, size_t length, struct fault *f);

#endif
