/* SPDX-License-Identifier: MIT */
/*
 * retry: mails that the relay put off (4xx). When each is tried again, and when it is given up. Sole writer of given_up.
 *
 * The times are kept in the ledger, so they hold across runs: a mail that was put off is tried again after 1 minute, then
 * after 2, 4, 8, 16, 32 and then every 60, each up to a fifth sooner, so that a thousand of them do not come back at
 * once. After `relay.retry_for` it goes no more, and the person becomes a task: somebody calls. Where lower levels wait for
 * it (`relay.hold_for`), that happens when the wait is over.
 */
#ifndef MAILER_RETRY_H
#define MAILER_RETRY_H

#include <stddef.h>
#include <stdint.h>

#include "mailer/settings.h"
#include "recipients/fault.h"
#include "recipients/ledger.h"
#include "recipients/policy.h"

#define RETRY_FIRST 60000     /* milliseconds */
#define RETRY_MOST 3600000

/* How long to wait after having been put off `times` (from 1) times. Of one `seed` always the same. */
int64_t retry_wait(int64_t times, int64_t seed);

/*
 * Makes tasks of those whose time is over, of one release. `*ret`: how many mails were given up. Within no transaction. `now`
 * is when, in ms since 1970.
 */
int retry_give_up(struct ledger *l, const struct settings *s, const struct policy *p, int64_t release, int64_t now,
	int64_t *ret, struct fault *f);

#endif
