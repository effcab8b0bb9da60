/* SPDX-License-Identifier: MIT */
/*
 * doctor: is everything in place that a send and its return need? It asks servers, looks at files, and sends nothing.
 *
 * Each finding says what was looked at, how it is, and what to do:
 *
 *	well	as it should be
 *	note	worth knowing; in a rehearsal also what would be `care` in live
 *	care	it works, and somebody should see to it
 *	ill	it will not work
 *
 * The sheet is for whoever runs the mail servers: what will come, from where, how fast, what must be let through, and what
 * must be kept.
 */
#ifndef MAILER_DOCTOR_H
#define MAILER_DOCTOR_H

#include <jansson.h>

#include "mailer/settings.h"
#include "recipients/fault.h"
#include "recipients/ledger.h"
#include "recipients/policy.h"
#include "recipients/text.h"

struct doctor {
	const struct settings *settings;
	struct ledger *ledger;	      /* NULL: it does not open, and `no_ledger` says why */
	struct fault no_ledger;
	const struct policy *policy; /* NULL likewise */
	struct fault no_policy;
};

/*
 * `*ret`: a list of {"check", "is", "words"}; the caller's. `*ret_code`: 0, 1 if something needs care, or the kind of the
 * first that is ill. Only an interruption is a fault.
 */
int doctor_look(const struct doctor *d, json_t **ret, int *ret_code, struct fault *f);

/* `notices`: how many there are; 0: not composed yet. */
void doctor_sheet(const struct settings *s, int64_t notices, struct text *out);

#endif
