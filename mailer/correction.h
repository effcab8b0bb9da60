/* SPDX-License-Identifier: MIT */
/*
 * correction: who was told that they are, or may be, in the leak, and is not affected any more as far as is known now: the
 * leak came and they are not in it, or the file that said so was taken back. What was told cannot be untold; they are owed
 * a correction. Whom the rows still make possible is not listed: that they may be in it is still true.
 *
 * Shows; a human decides, and tells them.
 */
#ifndef MAILER_CORRECTION_H
#define MAILER_CORRECTION_H

#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "mailer/whom.h"
#include "recipients/fault.h"
#include "recipients/ledger.h"

#define CORRECTION_POSSIBLE 0.05 /* from this probability on */

/*
 * [{"person_id" (null: shielded), "reference", "told_at", "probability"}], the earliest told first. A probability of 0: no
 * row speaks of them. `*ret` is the caller's.
 */
int correction_list(struct ledger *l, const char *mode, const struct whom *w, json_t **ret, struct fault *f);
/* Only how they are called, at most so many, and how many there are. */
int correction_ids(struct ledger *l, const char *mode, size_t most, json_t **ret, int64_t *ret_count, struct fault *f);

#endif
