/* SPDX-License-Identifier: MIT */
/*
 * circumstance: what a list says of somebody that makes them need another way than others of their level.
 *
 * Each asks the entry alone, whatever the policy; what is not said is no circumstance.
 */
#ifndef RECIPIENTS_CIRCUMSTANCE_H
#define RECIPIENTS_CIRCUMSTANCE_H

#include <stdbool.h>
#include <stdint.h>

#include "recipients/roster.h"

/*
 * Who is told through somebody else, whatever the route of their level: "deceased" (next of kin) or "under-18" (parent or
 * guardian; also who has a guardian and no date of birth); NULL: nobody else. `now`: as clock_now.
 */
const char *circumstance_apart(const struct roster_row *e, int64_t now);
/* Suspended, on a career break, gone: the work mailbox is not theirs to read. */
bool circumstance_away(const struct roster_row *e);
/* Of chief officer rank (assistant chief constable, commander and above): a staff officer reads the mailbox. */
bool circumstance_chief(const struct roster_row *e);

enum circumstance_need {
	CIRCUMSTANCE_NONE,
	CIRCUMSTANCE_PAPER,    /* large print, braille, easy read, a recording: something to have in the hand */
	CIRCUMSTANCE_PRESENCE, /* an interpreter, sign language, lip reading: somebody who comes */
	CIRCUMSTANCE_OTHER
};
enum circumstance_need circumstance_need(const struct roster_row *e);
bool circumstance_large_print(const struct roster_row *e);

#endif
