/* SPDX-License-Identifier: MIT */
/*
 * lane: the connections to one relay, within a run of relay.c.
 *
 * Opens as many as the work asks for and the relay lets stand, hands mails to those that are free, ends the idle and the used
 * up, slows down when the relay says so. A relay that goes on misbehaving is left out: its connections finish what is on the wire, and it is
 * asked for nothing more, for half a minute, then for twice that ... up to a quarter of an hour. After that it is on trial
 * with one mail at a time. One that cannot be trusted, or does not know us, stays out.
 */
#ifndef MAILER_WIRE_LANE_H
#define MAILER_WIRE_LANE_H

#include <stdbool.h>
#include <stdint.h>

#include "mailer/wire/dial.h"
#include "mailer/wire/pace.h"
#include "mailer/wire/relay.h"
#include "recipients/fault.h"

struct lane;
struct lane_connection;

/* What a lane asks of the one who runs it (relay.c), and shares with the others. */
struct lane_calls {
	/* A mail for a connection of it, to go out now; `size`: the largest that it takes, 0: any. False: none. */
	bool (*take)(void *owner, struct lane *l, size_t size, struct relay_mail *ret);
	void (*handing_over)(void *owner, const struct relay_mail *mail, unsigned slot);
	void (*settled)(void *owner, const struct lane *l, const struct relay_mail *mail, const struct relay_verdict *v,
		unsigned slot);
	bool (*halted)(void *owner); /* true: not one byte more */
	/* Of ours, and the end of the run. */
	void (*broken)(void *owner, const struct fault *why);
	void *owner;
	CURLM *multi;
	int epoll; /* data.ptr of its events: a lane_connection */
};

struct lane {
	const struct lane_calls *calls;
	struct relay_settings s; /* the caller's, with the gaps filled */
	struct dial_settings place;
	struct relay_summary *sum; /* the caller's */
	struct lane_connection *connection;
	unsigned first_slot, open, dialing;
	unsigned enough; /* as many stood when it turned one more away; asked for again when `more` says so */
	size_t flights; /* mails on its connections, not yet settled */
	size_t given;	/* those, and all that it did not leave unsent */
	size_t size;	/* the largest mail it takes; 0: any, or not known yet */
	bool stood;	/* a connection stood once */
	bool on_trial;	/* it was left out, and has taken nothing since */
	bool for_good;	/* left out until the end */
	struct fault why; /* it is left out; kind FAULT_NONE: it is not */
	struct pace pace;
	struct back_off connects, more, refusals, outs;
};

/* `l` must not move afterwards. FAULT_CONFIG, FAULT_INTERNAL: as dial_init. Undone by lane_done in any case. */
int lane_init(struct lane *l, const struct relay_settings *s, unsigned first_slot, const struct lane_calls *calls,
	struct relay_summary *sum, struct fault *f);
void lane_done(struct lane *l);

/* Has it had all that it may take? */
bool lane_is_spent(const struct lane *l);
/* Neither left out nor spent. */
bool lane_is_used(const struct lane *l);
/* May a mail go out on it now? Pace and pauses; nothing is counted. */
bool lane_may(const struct lane *l, int64_t now);
int64_t lane_wait(const struct lane *l, int64_t now); /* milliseconds that its pace asks for */

/* Gives mails to the connections that are free. True: none is left, and one more would help. */
bool lane_serve(struct lane *l);
/* One connection more: as many attempts at a time as connections stand, and only one to a relay in trouble. */
void lane_dial(struct lane *l);
/* libcurl is done with one; something can be read or written on one (epoll's `events`). */
void lane_dialed(struct lane_connection *c, CURLcode code);
void lane_event(struct lane_connection *c, uint32_t events);
/* What is overdue: answers, idle connections, the end of a time out. */
void lane_expire(struct lane *l, int64_t now);
/* Begins to end all connections; `open` falls to 0. */
void lane_goodbye(struct lane *l);

#endif
