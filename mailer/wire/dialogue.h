/* SPDX-License-Identifier: MIT */
/*
 * dialogue: the SMTP transactions on one connection that stands.
 *
 * Writes commands and bodies, reads replies, and gives each mail the verdict of
 * relay.h. Per mail and round trip: RELAY_PIPELINING_OFF four, ON two (MAIL RCPT DATA |
 * body), FULL one (body MAIL RCPT DATA | ...), the latter two only if the relay offers
 * PIPELINING. One buffer goes out per group and per body, in one call.
 */
#ifndef MAILER_WIRE_DIALOGUE_H
#define MAILER_WIRE_DIALOGUE_H

#include <stdbool.h>
#include <stdint.h>

#include "mailer/wire/dial.h"
#include "mailer/wire/relay.h"
#include "mailer/wire/reply.h"
#include "recipients/text.h"

/* What a dialogue asks of the one who runs it (relay.c). */
struct dialogue_calls {
	/* a mail that may go right behind the final dot and is not too large for this relay */
	bool (*more)(void *owner, const struct dial *dial, struct relay_mail *ret);
	void (*handing_over)(void *owner, const struct relay_mail *mail, unsigned slot);
	void (*settled)(void *owner, const struct relay_mail *mail,
		const struct relay_verdict *v, unsigned slot);
	bool (*halted)(void *owner); /* true: not one byte more */
	void *owner;
};

enum stage {
	STAGE_RSET,
	STAGE_MAIL,
	STAGE_RCPT,
	STAGE_DATA,
	STAGE_DOT,
	STAGE_LONE_DOT, /* ends a transaction that has no recipient */
	STAGE_QUIT
};

/* A mail on its way through one transaction. */
struct flight {
	struct relay_mail mail;
	bool used;
	bool opened;	 /* MAIL was taken: the relay has a transaction to end */
	bool refused;	 /* `verdict` and `words` hold the first refusal */
	bool handed;	 /* handing_over was called */
	bool dot;	 /* the system took the final dot */
	size_t dot_end;	 /* where it ends in `out` */
	struct relay_verdict verdict;
	struct text words;
};

#define DIALOGUE_EXPECTED 16

struct dialogue {
	const struct relay_settings *settings;
	const struct dialogue_calls *calls;
	struct dial *dial;
	unsigned slot;
	bool lost;	  /* the connection is of no use any more: close it */
	bool waits_write; /* bytes are left that the socket did not take */
	bool broken;	  /* writing failed: dialogue_read finds last words, or the end */
	int64_t deadline; /* clock_monotonic; 0: none */
	size_t verdicts;  /* given by replies, on this connection */
	/* from here on dialogue's own */
	struct flight flight[2];
	struct {
		enum stage stage;
		struct flight *flight;
	} expected[DIALOGUE_EXPECTED]; /* replies that are due, a ring */
	unsigned first, due;
	struct text out;
	size_t sent;
	bool rset; /* the relay has a transaction that must be ended first */
	struct reply reply;
};

/* For a connection that stands. `slot` and the pointers are kept. */
void dialogue_open(struct dialogue *d, const struct relay_settings *s,
	const struct dialogue_calls *calls, struct dial *dial, unsigned slot);
void dialogue_done(struct dialogue *d);

bool dialogue_is_idle(const struct dialogue *d);   /* a mail may be started */
bool dialogue_has_mail(const struct dialogue *d);
/* Starts a mail on an idle dialogue. */
void dialogue_start(struct dialogue *d, const struct relay_mail *mail);
/* The socket can be read, or written. Look at lost, broken and waits_write afterwards. */
void dialogue_read(struct dialogue *d);
void dialogue_write(struct dialogue *d);
/* Says goodbye on an idle dialogue; lost once the answer is there. */
void dialogue_quit(struct dialogue *d);
/* The deadline has passed, or the owner gives it up: settles what is on the connection. */
void dialogue_time_out(struct dialogue *d);
void dialogue_give_up(struct dialogue *d, const char *why);

#endif
