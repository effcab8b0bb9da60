/* SPDX-License-Identifier: MIT */
/*
 * send: hands the notices of a release to the relay. Attempts are written by claim.h, outcomes by outcome.h. The states of a
 * notice, which rows each has and who moves it on: recipients/schema/0008-sending.sql.
 *
 * Claim committed -> SMTP -> outcome committed. Claims and outcomes are committed in groups; a claim is durable before
 * the first byte of MAIL, an outcome is written after the last reply. A run that died is settled first, with the
 * flight journal. Levels go in order, with a barrier: nobody of a lower level is written to before each notice of the
 * higher one has an outcome in this run (in doubt counts: it is on a human's list and holds nobody up; deferred ones hold the
 * lower levels for relay.hold_for). A trial (`first`) goes outside this order, to people of the default level.
 */
#ifndef MAILER_SEND_H
#define MAILER_SEND_H

#include <stdbool.h>
#include <stdint.h>

#include "mailer/claim.h"
#include "mailer/tally.h"
#include "recipients/fault.h"
#include "recipients/ledger.h"

/*
 * Within no transaction. `*ret` is filled after a fault, too, if the ledger can be read and there is a release: how far it
 * came; else `released` is 0.
 */
int send_run(struct ledger *l, const struct send_options *o, struct send_tally *ret, struct fault *f);

#endif
