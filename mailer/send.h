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

#include "mailer/claim.h"
#include "mailer/tally.h"
#include "recipients/fault.h"
#include "recipients/ledger.h"

int send_run(struct ledger *l, const struct send_options *o, struct send_tally *ret, struct fault *f);

#endif
