/* SPDX-License-Identifier: MIT */
/*
 * alert: one line to the officer in charge when something new needs a human: counts, no names. Sole writer of alert.
 *
 * New is what has more to it than when they were told last, or as many with others among them: one question was answered,
 * and another has come. It goes to `notify` of incident.json, else to the data protection officer's address, by the relay and
 * in no other way. If no relay takes it, it is tried again in the next run.
 */
#ifndef MAILER_ALERT_H
#define MAILER_ALERT_H

#include <stdbool.h>

#include <jansson.h>

#include "mailer/settings.h"
#include "recipients/fault.h"
#include "recipients/ledger.h"

/* `needs`: "needs_human" of status. `*ret_told`: a line went out; `*ret_new`: something was new. Within no transaction. */
int alert_run(struct ledger *l, const struct settings *s, json_t *needs, bool *ret_new, bool *ret_told,
	struct fault *f);

#endif
