/* SPDX-License-Identifier: MIT */
/*
 * passage: how the hand-over of a release went, in counts for others than the controller (small.h). Shows; never the source of
 * a fact.
 *
 *   notices 998
 *   answer accepted 250 2.0.0 at-least 985     how the last hand-over of a notice ended: verdict, SMTP code, enhanced code
 *   answer deferred 451 4.7.1 9                "not-handed-over 0 -": it was never tried
 *   answer others fewer-than 5
 *   hours 2026-11-22T09:00:00Z 2026-11-22T11:00:00Z 560     when it began, from one hour on and before the other
 *   hours 2026-11-22T11:00:00Z later 438                    "later": or not yet
 *
 * Both lists are of all notices. An hour that fewer than SMALL_LEAST notices of the release's last level share goes with the
 * next one. A release of fewer notices than that has neither list.
 */
#ifndef MAILER_PASSAGE_H
#define MAILER_PASSAGE_H

#include <stdint.h>

#include "recipients/fault.h"
#include "recipients/ledger.h"
#include "recipients/text.h"

/* Appends to `out`. `notices`: how many the release has. */
int passage_write(struct ledger *l, int64_t release, int64_t notices, struct text *out, struct fault *f);

#endif
