/* SPDX-License-Identifier: MIT */
/*
 * tally: where a release stands, as five states that add up to it. Reads only.
 */
#ifndef MAILER_TALLY_H
#define MAILER_TALLY_H

#include <stdbool.h>
#include <stdint.h>

#include "mailer/head_start.h"
#include "recipients/fault.h"
#include "recipients/ledger.h"

struct send_tally {
	char release[65];
	int64_t release_id;
	int64_t released, accepted, refused, deferred, in_doubt, pending; /* the whole release so far; the five add up */
	int64_t waiting;  /* of the pending: until the head start of a higher level is over */
	int64_t open_to;  /* of an emergency release: levels of a higher order stay shut; INT64_MAX: none */
	int64_t shut;	  /* of the pending: those of these levels */
	bool lapsed;	  /* and nobody can open them any more */
	int64_t held;	  /* of the pending: barred since, by a decision or because group has learnt more (queue.h) */
	int64_t given_up; /* of the deferred: barred since; most are told in person now (retry.h) */
	int64_t sent_now; /* accepted in this run */
	int64_t tasks_now; /* deferred for too long, made a task by this run */
	int64_t due_at;	  /* when the next deferred mail is to be tried again, ms since 1970; 0: none */
	double seconds, per_second;
	struct head_starts head_starts; /* of this release */
	bool stopped; /* Ctrl-C: what was on the wire was finished */
	bool asked;   /* the same, by `send --stop` */
	bool closed;  /* the same, for the sending hours are over */
	bool day_over; /* relay.per_day is used up: what is left goes another day */
	bool holding; /* lower levels wait for deferred mails of a higher one */
};

/*
 * The five states of a release, given its head starts (`ret->head_starts`). A claim counts as the flight journal in `dir`
 * says, or as pending while its sender lives; `dir` NULL: we are the writer, and nothing is claimed.
 */
int tally_read(struct ledger *l, const char *dir, int64_t release, struct send_tally *ret, struct fault *f);

#endif
