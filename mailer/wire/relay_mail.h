/* SPDX-License-Identifier: MIT */
/*
 * relay_mail: one mail for a relay, and the verdict on it.
 *
 * The verdict (RFC 5321 section 4.2.5: no one is responsible before the reply to the dot):
 *   the complete reply to the final dot was read    2xx accepted, 4xx deferred, 5xx refused
 *   the system took the final dot, and no complete
 *   reply came                                      in doubt
 *   anything earlier                                certainly not accepted
 */
#ifndef MAILER_WIRE_RELAY_MAIL_H
#define MAILER_WIRE_RELAY_MAIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "recipients/fault.h"

/* One mail. What it points to is the caller's, and stays as it is until the mail is settled. */
struct relay_mail {
	int64_t id;	   /* the caller's; not looked at */
	void *own;	   /* the caller's; not looked at */
	const char *from;  /* envelope sender, normal form (address.h); "" is the null sender */
	const char *to;	   /* envelope recipient, normal form */
	const char *envid; /* for DSNs, at most 100 bytes once encoded; NULL: asks for none */
	const void *bytes; /* the message: CRLF lines, the last ended too, 7 bit, no dots stuffed */
	size_t length;
	size_t relay; /* that has it: relay_settings.place; relay's */
};

enum relay_kind {
	RELAY_ACCEPTED, /* 2xx to the final dot: the relay has it */
	RELAY_REFUSED,	/* 5xx about this recipient or this mail: final */
	RELAY_DEFERRED, /* 4xx about this recipient or mail, or to the dot: later perhaps */
	RELAY_IN_DOUBT, /* the system took the final dot, no complete reply came: nobody knows */
	RELAY_NOT_SENT	/* connection lost before the dot, or the session was refused: certainly
			   not accepted, nothing that speaks against the person; try again */
};

struct relay_verdict {
	enum relay_kind kind;
	int code;	   /* of the deciding reply; 0 if there was none */
	char enhanced[12]; /* "5.1.1" (RFC 3463), or "" */
	char queue_id[64]; /* as far as the reply names one, or "" */
	const char *text;  /* the whole reply, lines joined by "\n", controls and non-ASCII as "?";
			      without a reply, what happened in words. May hold the address: seal
			      it. Valid during the call. */
	const char *stage; /* "MAIL", "RCPT", "DATA", "dot"; "size": larger than the relay takes,
			      refused here */
	bool session;	   /* the reply speaks of us and the relay, not of the recipient: MAIL
			      refused, 421, 454, 530, 535, 4.3.x, 4.7.x, rate limits: slow down
			      or stop, charge nobody */
};

/* "accepted", "refused", "deferred", "in doubt", "not sent". */
const char *relay_kind_name(enum relay_kind kind);

/*
 * Is this mail fit for the wire: addresses that nothing can hide behind, lines that end
 * in CRLF and in nothing else, 7 bit, none over 998 bytes (RFC 5321 section 4.5.3.1.6)?
 * relay_run asks this of every mail. FAULT_INTERNAL: whoever made it is to blame.
 */
int relay_mail_check(const struct relay_mail *mail, struct fault *f);

#endif
