/* SPDX-License-Identifier: MIT */
/*
 * dsn: the fields of a delivery report (RFC 3464) and the codes in them (RFC 3463).
 *
 * Reads them as they are written in earnest: blocks parted by any number of blank lines
 * or by none, comments behind an action, addresses with or without their type, an address
 * in Original-Recipient alone. Also where a report stands in the text of a letter instead
 * of in a part of its own.
 *
 * The action decides what became of the mail, never the first digit of the status: a
 * failure may carry 4.7.1 (the queue's time was over).
 */
#ifndef MAILER_WIRE_DSN_H
#define MAILER_WIRE_DSN_H

#include "mailer/wire/span.h"

#define DSN_RECIPIENTS 200
#define DSN_CODE 16

enum dsn_action {
	DSN_NO_ACTION,
	DSN_FAILED,
	DSN_DELAYED,
	DSN_DELIVERED,
	DSN_RELAYED,
	DSN_EXPANDED,
	DSN_OTHER_ACTION /* "deliverable": a probe of an address */
};

/* Spans point into the text that was read; absent fields are empty. Addresses are raw. */
struct dsn_recipient {
	struct span original, final, actual, status, diagnostic, remote;
	bool smtp; /* the diagnostic's type */
	enum dsn_action action;
	struct span comment; /* what stands behind the action */
};

struct dsn {
	struct span envelope_id, reporter;
	struct dsn_recipient recipients[DSN_RECIPIENTS];
	size_t count;
	bool more; /* than DSN_RECIPIENTS */
};

/* Whatever the text is. `count` 0: no report. */
void dsn_read(struct span text, struct dsn *ret);

/* The first enhanced code ("5.1.1", class 2, 4 or 5) that is not part of a longer number,
 * an address or a version; "" if there is none. `*at` is where to look from, then behind
 * it. */
bool dsn_find_status(struct span text, size_t *at, char out[static DSN_CODE]);

/* The first SMTP reply code (400 to 599) that stands where one would; 0 if none does. */
int dsn_find_reply(struct span text);
/* Where it stands; text.length if there is none. */
size_t dsn_reply_place(struct span text);

/* What both of them together say: the more telling of a report's Status and of the codes
 * in the diagnostic; derived from the reply code if there is nothing else. */
void dsn_status(struct span status, struct span diagnostic, char out[static DSN_CODE]);

/* Does it say more than its class? */
bool dsn_is_telling(const char *status);

/* xtext (RFC 3461 section 4) decoded. Returns the length. */
size_t dsn_xtext(struct span s, char *out, size_t room);

#endif
