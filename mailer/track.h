/* SPDX-License-Identifier: MIT */
/*
 * track: reads the letters that came back, ties each to its notice, and keeps what it says.
 *
 * In this order, so that a crash anywhere loses nothing and counts nothing twice: some letters are kept, sealed (one
 * transaction); each of them is read in the cage and what it says is kept, together with how far the mailbox was read
 * (another). A letter that was kept and not read is read by the next run; one that comes again is known by its digest.
 * One letter is in memory at a time. The child that reads it has no key (wire/cage.h).
 *
 * Nothing is sent, and nothing in the mailbox is changed.
 */
#ifndef MAILER_TRACK_H
#define MAILER_TRACK_H

#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "mailer/settings.h"
#include "mailer/wire/letter.h"
#include "recipients/clock.h"
#include "recipients/fault.h"
#include "recipients/ledger.h"

struct track_options {
	const struct settings *settings;
	const char *const *from; /* instead of the settings' mailbox */
	size_t from_count;
	const struct progress *progress;
};

struct track_tally {
	size_t letters; /* read in this run */
	size_t known;	/* seen again: they changed nothing */
	size_t by_class[LETTER_CLASSES];
	size_t tied, orphans, other_mode; /* add up to the letters */
	size_t state_changes; /* notices whose state is another one than before the run */
	json_t *changes; /* [{"from", "to", "notices"}]: these; the caller's */
};

int track_run(struct ledger *l, const struct track_options *o, struct track_tally *ret, struct fault *f);

#endif
