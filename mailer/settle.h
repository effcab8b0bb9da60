/* SPDX-License-Identifier: MIT */
/*
 * settle: what a human says of a letter: that it acknowledges, that it says the mail failed, that it is dealt with, that it
 * proves nothing; and to which notice it belongs. Sole writer of letter_ruling and letter_tied.
 *
 * Nothing is overwritten: the newest word about a letter counts, "reopen" takes it back. A letter that is tied by hand is
 * read again, in the cage, and what it says counts from then on.
 */
#ifndef MAILER_SETTLE_H
#define MAILER_SETTLE_H

#include <stdint.h>

#include "mailer/settings.h"
#include "recipients/fault.h"
#include "recipients/ledger.h"

extern const char *const settle_choices[]; /* "ack", "bounced", "answered", "nothing", "reopen"; NULL */

struct settling {
	int64_t letter;
	const char *choice; /* one of them; NULL: it is only tied */
	const char *code;   /* ties it to this notice; NULL: as it is */
	const char *by, *reason;
};
/*
 * FAULT_USAGE: no such letter, choice or code; FAULT_REFUSED: "ack" or "bounced" of a letter that is tied to nothing.
 * What is said already is kept once (`*ret_unchanged`).
 */
int settle_write(struct ledger *l, const struct settings *s, const struct settling *a, bool *ret_unchanged,
	struct fault *f);

#endif
