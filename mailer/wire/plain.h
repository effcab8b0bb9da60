/* SPDX-License-Identifier: MIT */
/*
 * plain: what a reader sees of an HTML text, in lines.
 *
 * Tags go, blocks and <br> end a line, lines of a <blockquote> begin with "> ", scripts
 * and styles are passed by, the common entities are what they stand for. Good enough to
 * find words and addresses; nothing is ever shown by it as HTML. Linear; broken HTML gives
 * broken text, never a fault.
 */
#ifndef MAILER_WIRE_PLAIN_H
#define MAILER_WIRE_PLAIN_H

#include "mailer/wire/span.h"
#include "recipients/text.h"

/* Appends; UTF-8 in, UTF-8 out. */
void plain_from_html(struct span html, struct text *out);

#endif
