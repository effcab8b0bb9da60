/* SPDX-License-Identifier: MIT */
/*
 * reading: a letter taken apart, its few parts that matter decoded to UTF-8.
 *
 * What a letter says itself is kept apart from what it brings back: words in a returned or
 * attached mail are nobody's verdict.
 */
#ifndef MAILER_WIRE_READING_H
#define MAILER_WIRE_READING_H

#include "mailer/wire/header.h"
#include "mailer/wire/mime.h"
#include "mailer/wire/span.h"
#include "recipients/text.h"

struct reading {
	struct mime mime;
	struct span head;    /* raw header block of the letter */
	struct header fields; /* its fields */
	struct text subject; /* decoded; of a long one, its start */
	struct text words;   /* its own text: plain parts, or HTML as text */
	bool html;	     /* it had no plain text */
	/* report parts: "" if there is none */
	struct text status;	 /* message/delivery-status */
	struct text disposition; /* message/disposition-notification */
	struct text feedback;	 /* message/feedback-report */
	struct text returned;	 /* header block of the mail that it brings back */
	bool report;		 /* multipart/report, whatever is in it */
};

/* `{0}` before the first; may be used again. `letter` must outlive what is read. */
void reading_read(struct span letter, struct reading *ret);
void reading_done(struct reading *r);

/* A text as a span. */
struct span reading_span(const struct text *t);

#endif
