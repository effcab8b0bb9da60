/* SPDX-License-Identifier: MIT */
/*
 * reply_sense: what a person tells us in a reply.
 *
 * Where it is in doubt it says less, and asks for a person: an acknowledgement that is
 * missed is asked for again, one that was none is somebody who was never told.
 */
#ifndef MAILER_WIRE_REPLY_SENSE_H
#define MAILER_WIRE_REPLY_SENSE_H

#include <stdbool.h>

#include "mailer/wire/span.h"

struct reply_sense {
	bool says_ack; /* an explicit phrase, neither denied nor put off */
	bool asks;     /* a question, a request, or anything that wants an officer */
	bool worried;
};

/* Of new text (reply_text.h). Both says_ack and asks may hold: then a person looks, and
 * nothing is settled by it. */
void reply_sense_read(struct span text, struct reply_sense *ret);

/* Loads the vocabulary; a process in a cage does it before. */
void reply_sense_prepare(void);

#endif
