/* SPDX-License-Identifier: MIT */
/*
 * queue: what a release still has to send, in its order, and who may not get theirs any more.
 *
 * What was learnt after the release narrows it at once: whom group has put on another route since, and about whom a human
 * has decided something that bars their notice.
 */
#ifndef MAILER_QUEUE_H
#define MAILER_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mailer/head_start.h"
#include "recipients/fault.h"
#include "recipients/ledger.h"
#include "recipients/policy.h"

struct queue_item {
	int64_t notice, position;
	int32_t level;
	int32_t tries; /* the sender's */
	int32_t times;	  /* how often the relay put it off, in this release */
	int64_t first_at; /* when it did so first, ms since 1970; 0: never */
	int64_t due_at;	  /* not before (retry.h); 0: at any time */
};

/*
 * Not yet handed over, or told to try again; of levels where the policy says so (resend) also what is in doubt, unless a
 * human has settled that it is left. A refused mail that a human released anew is tried again; it is nobody's second. `*ret`
 * is the caller's to free.
 */
int queue_load(struct ledger *l, int64_t release, const struct policy *policy, struct queue_item **ret, size_t *ret_count,
	struct fault *f);

/*
 * Takes the deferred whose time has not come out of the list, into `later` (room for all of them). `by_schedule` false: only
 * if anything else waits; when nothing else does, whoever starts send asks for just these, now. Returns how many.
 */
size_t queue_later(struct queue_item *items, size_t *count, bool by_schedule, int64_t now, struct queue_item *later);

/* Drops those whose level is of a higher order. */
void queue_shut(struct queue_item *items, size_t *count, int64_t open_to);
/* Leaves out those of levels that wait for the head start of a higher one. Returns how many. */
size_t queue_wait(struct queue_item *items, size_t *count, const struct head_starts *starts, int64_t now);

/* How many more a relay (its place, from 0) may be given within these 24 hours; 0 in `per_day`: no limit. */
int queue_day_left(struct ledger *l, int64_t per_day, size_t relay, int64_t *ret, struct fault *f);

/* Another number each time that somebody else has written to the ledger. */
int queue_version(struct ledger *l, int64_t *ret, struct fault *f);

/* Asked again at each claim, in its transaction, if somebody has written since: is this notice barred by now? */
int queue_bars_open(struct ledger *l, struct query **ret, struct fault *f);
int queue_barred(struct query *q, int64_t notice, bool *ret, struct fault *f);

#endif
