/* SPDX-License-Identifier: MIT */
/*
 * retention: words go when nobody needs them any more; what is proved by them stays. After the policy's `retention_days`:
 *
 *	bodies of messages     that were accepted so long ago; and of those that a newer set replaced, and nothing may send. What is
 *	                       in doubt, put off, refused, planned or released is kept: it may still go out
 *	letters                that came so long ago and need nobody any more
 *
 * Digests, times, states, what was read out of a letter, and to whom: all that stays (it is sealed), until `close`. Such a
 * notice cannot be sent again to whoever asks for theirs (resend), and their own proof holds no text.
 *
 * SQLite overwrites what is deleted (secure_delete), and the file is made smaller afterwards, so that free pages hold nothing.
 */
#ifndef MAILER_RETENTION_H
#define MAILER_RETENTION_H

#include <stdint.h>

#include "recipients/fault.h"
#include "recipients/ledger.h"

struct retention {
	int64_t messages, letters; /* dropped */
	int64_t messages_kept, letters_kept;
};

/* Of both modes. Within a transaction of the caller's. */
int retention_run(struct ledger *l, int64_t days, struct retention *ret, struct fault *f);

#endif
