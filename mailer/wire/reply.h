/* SPDX-License-Identifier: MIT */
/*
 * reply: what a relay answered, and what that means for a mail.
 *
 * Replies of RFC 5321 section 4.2, of one or more lines, put together from whatever
 * bytes arrive; enhanced codes of RFC 3463 where they fit the code; the queue id where
 * the common servers write it. Bounded: a line may have REPLY_LINE_MAX bytes (eight
 * times what the RFC allows), a reply REPLY_LINES_MAX lines, so that a relay that never
 * stops talking is a broken relay and not a full memory.
 */
#ifndef MAILER_WIRE_REPLY_H
#define MAILER_WIRE_REPLY_H

#include <stdbool.h>
#include <stddef.h>

#include "mailer/wire/relay.h"
#include "recipients/text.h"

#define REPLY_LINE_MAX (8 * 512)
#define REPLY_LINES_MAX 100

struct reply {
	int code;	  /* 100 .. 599 */
	struct text text; /* lines without code, joined by "\n"; controls, non-ASCII: "?" */
	/* from here on reply's own */
	char line[REPLY_LINE_MAX];
	size_t length;
	unsigned lines;
	bool complete;
};

/*
 * Takes bytes up to the end of one reply. 1: it is complete (the next call starts a new
 * one), 0: all bytes taken and more are needed, -1: this is not SMTP, or over a limit.
 * `*ret_used` says how many bytes were taken.
 */
int reply_feed(struct reply *r, const char *bytes, size_t length, size_t *ret_used);
void reply_done(struct reply *r);

/*
 * The verdict that a reply which is not the wanted one (or the reply to the final dot)
 * gives. `stage` is "MAIL", "RCPT", "DATA" or "dot". `ret->text` points into the reply.
 */
void reply_judge(const struct reply *r, const char *stage, struct relay_verdict *ret);

/* A text in one line, at most `room` bytes, words with an "@" replaced, controls and
 * non-ASCII: "?": fit for a fault. */
void reply_public(const char *text, char *out, size_t room);

#endif
