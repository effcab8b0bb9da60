/* SPDX-License-Identifier: MIT */
/*
 * transfer: base64 and quoted-printable undone (RFC 2045 section 6).
 *
 * What is no sign of the encoding is passed by (base64) or taken as it stands (quoted-
 * printable). Our own, since libetpan 1.9 reads beyond the end of broken text.
 */
#ifndef MAILER_WIRE_TRANSFER_H
#define MAILER_WIRE_TRANSFER_H

#include "mailer/wire/span.h"
#include "recipients/text.h"

void transfer_base64(struct span s, struct text *out);

/* `word`: in an RFC 2047 word, where "_" is a blank and no line ends. */
void transfer_quoted(struct span s, bool word, struct text *out);

#endif
