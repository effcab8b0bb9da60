/* SPDX-License-Identifier: MIT */
/*
 * visits: what the page has kept (page/journal.h), taken over into the ledger: each view, each try, what was handed in. Sole
 * writer of visit, visit_read, asked and asked_taken.
 *
 * The page is not trusted: a line is taken for what it is at most (a reviewer's number that is none counts as nobody, unknown
 * words are passed over, what was handed in must have been sealed to this ledger), and nothing in it decides anything. What was
 * handed in during a rehearsal counts in it alone.
 */
#ifndef MAILER_VISITS_H
#define MAILER_VISITS_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "recipients/fault.h"
#include "recipients/ledger.h"
#include "recipients/text.h"

struct visits_tally {
	int64_t taken, points, asked, passed_over;
};
/* Without a journal there is nothing to do. In a transaction of its own. */
int visits_take(struct ledger *l, const char *dir, const char *mode, struct visits_tally *ret, struct fault *f);

/* Points without an answer, and requests that wait for resend: of both also those that are not taken over yet, unread. */
struct visits_waiting {
	int64_t points, requests;
};
int visits_wait(struct ledger *l, const char *dir, const char *mode, struct visits_waiting *ret, struct fault *f);

/* A request that waits for resend: 1, 0 none, -1. `words`: their lines. */
struct visits_asked {
	int64_t id, reviewer;
	struct text words;
};
int visits_next_asked(struct ledger *l, const char *mode, struct visits_asked *ret, struct fault *f);
/* It went through resend. */
int visits_asked_done(struct ledger *l, int64_t id, int64_t requests, struct fault *f);

/* [{at, reviewer or null, what, about, from}], oldest first. */
int visits_list(struct ledger *l, const char *mode, json_t **ret, struct fault *f);

#endif
