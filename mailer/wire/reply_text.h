/* SPDX-License-Identifier: MIT */
/*
 * reply_text: what a person wrote anew.
 *
 * A reply holds more than its sender wrote: the mail that is answered, in a dozen forms; a
 * signature; "Sent from my phone"; a disclaimer. A notice asks for the words "I have read
 * this", so whoever quotes a notice sends these words back without having said them, and
 * the disclaimers of police forces speak of receipts and of acknowledging. All that goes.
 * What the rest means is reply_sense.h's.
 */
#ifndef MAILER_WIRE_REPLY_TEXT_H
#define MAILER_WIRE_REPLY_TEXT_H

#include "mailer/wire/span.h"
#include "recipients/text.h"

#define REPLY_TEXT_MAX 65536 /* bytes of a body that are looked at */
#define REPLY_LINES_MAX 4000

/*
 * Appends the new text: lines of UTF-8 without controls, no blank ones at its ends, never two
 * in a row. The body is UTF-8.
 */
void reply_text_find(struct span body, struct text *out);

/* Loads the vocabulary; a process in a cage does it before. */
void reply_text_prepare(void);

#endif
