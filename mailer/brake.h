/* SPDX-License-Identifier: MIT */
/*
 * brake: when a run of send stops by itself. Too many refusals, or somebody at another terminal (`send --stop`).
 *
 * Many equal refusals in a row are hardly about so many people: a setting is wrong, and it would use up everyone's one try.
 * `relay.stop_after` says after how many (`count`), and at which share of refusals, looked at after each hundred mails
 * (`share`). What is in doubt counts in the share, too: a relay that goes on breaking off behind the dot would leave a human
 * with each of them. Else only verdicts about people count; what a relay says of the session is relay.h's to slow down for.
 *
 * The request to stop is a file in the incident's folder, which the run looks for and takes away. It names the run that it
 * is for, as the lock does (lock.h): one that was left behind by another stops nobody.
 */
#ifndef MAILER_BRAKE_H
#define MAILER_BRAKE_H

#include <stdbool.h>
#include <stddef.h>

#include "mailer/wire/relay_mail.h"
#include "recipients/fault.h"

#define BRAKE_SHARE_OF 100 /* mails after which the share is looked at, each time anew */

struct brake {
	size_t stop_count; /* equal refusals in a row */
	double stop_share; /* of each BRAKE_SHARE_OF mails; 0: any refusal */
	/* from here on brake's own */
	size_t in_row, judged, bad; /* judged, bad: of the hundred at hand */
	size_t all_judged, all_refused, all_doubtful;
	int code; /* of the last refusal; 0: too large for the relay */
	char enhanced[12];
	bool row; /* it was the row, not the share */
};

/* True: stop now. */
bool brake_feel(struct brake *b, const struct relay_verdict *v);
/* FAULT_UNAVAILABLE: what happened, and what to do now. */
int brake_fault(const struct brake *b, struct fault *f);

/* Asks the run at work on DIR to stop. FAULT_CANTCREATE. */
int brake_request(const char *dir, struct fault *f);
/* Was this run asked? Of the lock's holder. */
bool brake_requested(const char *dir);
/* Takes an old request away. */
void brake_forget(const char *dir);

#endif
