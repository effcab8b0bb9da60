/* SPDX-License-Identifier: MIT */
/*
 * leave: lets follow-ups go that an older release allows (standing.h), so that a timer needs no new signature.
 *
 * A follow-up goes by the leave of the release in which the notice that it follows was sent, if that is still valid, says
 * so for this level and step (or for resends), the words are still those, and it goes to the same address. What is left waits for
 * a release of its own (approve).
 */
#ifndef MAILER_LEAVE_H
#define MAILER_LEAVE_H

#include <stdint.h>

#include "mailer/release.h"
#include "recipients/fault.h"
#include "recipients/ledger.h"

struct leave_tally {
	int64_t covered, waiting; /* of the follow-ups that were in no release */
	int64_t releases;
	char digest[RELEASE_DIGEST]; /* of the last of them; "" none */
};
/* Within a transaction. */
int leave_take(struct ledger *l, const struct release_options *o, struct leave_tally *ret, struct fault *f);

#endif
