/* SPDX-License-Identifier: MIT */
/*
 * due: of whom no proof has come in time, and what follows from that by the policy. Reads only.
 *
 * PROOF is what came back of a person's newest round (view person_proof) against what their level demands: "accepted" by the
 * relay, "delivered" by a report, or "acknowledged" by themselves. Times are durations from the moment at which the relay
 * took the notice (or may have taken it, or refused it).
 *
 * A FOLLOW-UP is due when the next step of the level's schedule has come. The one before it must be out, and as long ago as
 * the schedule's own distance between the two: after runs that were missed the rest of the schedule moves back, and nobody
 * gets several at once. Nothing goes to an address that was refused, or failed for good.
 *
 * AN ESCALATION is due once for a round: when `escalate.after` has passed in silence; where the level says `on_bounce`, as
 * soon as a mail was refused or came back.
 *
 * Not asked are people whom a human tells, who are held back, or who are not told by mail any more.
 */
#ifndef MAILER_DUE_H
#define MAILER_DUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "recipients/fault.h"
#include "recipients/ledger.h"
#include "recipients/policy.h"
#include "recipients/text.h"

struct due_person {
	int64_t person, first; /* the notice with which their round begins */
	const struct policy_level *level;
	int64_t level_order, told_at;
	bool certain;
	struct row why;	     /* of their assignment (group.h) */
	size_t step;	     /* the follow-up that is due, from 1; 0: none */
	const char *escalate; /* "silence" or "bounced"; NULL: none */
};
struct due_list {
	struct due_person *people; /* highest risk first */
	size_t count, steps, escalations;
};
void due_list_done(struct due_list *d);
#define auto_due_list __attribute__((cleanup(due_list_done))) struct due_list

/* Those of whom something is due at `now`. */
int due_find(struct ledger *l, const struct policy *p, const char *mode, int64_t now, struct due_list *ret,
	struct fault *f);

/* How much is proved by "none", "accepted", "delivered", "acknowledged": is it what this level demands? */
bool due_is_proved(const struct policy_level *level, const char *proof);

#endif
