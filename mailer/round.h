/* SPDX-License-Identifier: MIT */
/*
 * round: a new round of notices, begun by a human. Sole writer of round, and of its notices in follow_up.
 *
 *   what-changed   to everyone who was told: by mail a notice, in person a task like the one that told them
 *   correction     to everyone who was told and is not in the leak, as far as is known (correction.h), at the address to which
 *                  they were told
 *
 * A round is its words: begun again with the same words it only adds whom it missed, so it may be run again. It is released and
 * sent like the first one; nothing of it goes by leave of an older release.
 */
#ifndef MAILER_ROUND_H
#define MAILER_ROUND_H

#include <stdbool.h>
#include <stdint.h>

#include "mailer/settings.h"
#include "recipients/clock.h"
#include "recipients/fault.h"
#include "recipients/ledger.h"
#include "recipients/policy.h"
#include "templates/texts.h"

struct round_options {
	const struct settings *settings;
	const struct policy *policy;
	struct texts *texts;
	bool correction;
	const char *template; /* NULL: the shipped one */
	const char *by, *reason;
	const struct progress *progress;
};
struct round_tally {
	int64_t round; /* its number */
	int64_t notices, tasks; /* made now */
	int64_t already; /* in this round before */
};
/*
 * FAULT_REFUSED: compose has not seen this incident, policy and decisions yet. FAULT_CONFIG: incident.json does not say what
 * has changed.
 */
int round_run(struct ledger *l, const struct round_options *o, struct round_tally *ret, struct fault *f);

/* Its row, or the one that it is already. Within a transaction. `kind`: "what-changed", "correction", "resend". */
struct round_new {
	const char *mode, *kind, *words, *by, *reason;
};
int round_begin(struct ledger *l, const struct round_new *n, int64_t *ret, struct fault *f);

#endif
