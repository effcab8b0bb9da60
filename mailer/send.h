/* SPDX-License-Identifier: MIT */
/*
 * send: hands the notices of a release to the relay. Sole writer of attempt and outcome.
 *
 * Claim committed -> SMTP -> outcome committed. Claims and outcomes are committed in groups; a claim is durable before
 * the first byte of MAIL, an outcome is written after the last reply. A run that died is settled first, with the
 * flight journal. Levels go in order, with a barrier: nobody of a lower level is written to before each notice of the
 * higher one has an outcome in this run (in doubt counts: it is on a human's list and holds nobody up).
 */
#ifndef MAILER_SEND_H
#define MAILER_SEND_H

#include <stdbool.h>
#include <stdint.h>

#include "mailer/head_start.h"
#include "mailer/settings.h"
#include "recipients/clock.h"
#include "recipients/fault.h"
#include "recipients/ledger.h"
#include "recipients/policy.h"

struct send_options {
	const struct settings *settings;
	const struct policy *policy;
	const char *release;	/* first digits of its digest; NULL: see release_find */
	unsigned connections;	/* 0: the settings' */
	double per_second;	/* 0: no more limit than the settings' */
	bool dry_run;		/* opens no connection */
	const struct progress *progress;
};

struct send_tally {
	char release[65];
	int64_t release_id;
	int64_t released, accepted, refused, deferred, in_doubt, pending; /* the whole release so far; the five add up */
	int64_t waiting;  /* of the pending: until the head start of a higher level is over */
	int64_t held;	  /* of the pending: barred since, by a decision or because group has learnt more (queue.h) */
	int64_t sent_now; /* accepted in this run */
	double seconds, per_second;
	struct head_starts head_starts; /* of this release */
	bool stopped; /* Ctrl-C: what was on the wire was finished */
};

int send_run(struct ledger *l, const struct send_options *o, struct send_tally *ret, struct fault *f);

/*
 * The five states of a release, read-only, given its head starts (`ret->head_starts`); a claim counts as the flight journal says, or as pending while its sender lives. */
int send_tally(struct ledger *l, const char *dir, int64_t release, struct send_tally *ret, struct fault *f);

#endif
