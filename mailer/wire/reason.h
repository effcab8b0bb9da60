/* SPDX-License-Identifier: MIT */
/*
 * reason: why a mail failed or waits, out of what a server said.
 *
 * The words first, since servers choose codes carelessly; then the status (RFC 3463, IANA
 * register); then the reply code. A failure is hard only if it says that the address is
 * bad: no such person, no such domain, moved. A full or closed mailbox, a rule, a block
 * are soft: the address may be right. "User unknown" from a server that had taken the
 * address and refused the mail only then (after DATA, or with a status of the mailbox) is
 * often a filter's excuse: soft as well.
 */
#ifndef MAILER_WIRE_REASON_H
#define MAILER_WIRE_REASON_H

#include "mailer/wire/letter.h"
#include "mailer/wire/span.h"

struct reason {
	enum letter_reason reason;
	bool phrase; /* the words said so */
	bool family; /* words of one mail system */
	bool hard;   /* the address is bad */
};

/*
 * `diagnostic`: what the server said; `context`: what else is written about it, in which
 * the command that was answered may be named; `status`: "5.1.1" or "".
 */
void reason_find(struct span diagnostic, struct span context, const char *status,
	struct reason *ret);

void reason_prepare(void); /* phrase_prepare */

#endif
