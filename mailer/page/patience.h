/* SPDX-License-Identifier: MIT */
/*
 * patience: tries to sign in are slowed, by name and by address, whether there is such a name or not.
 *
 * After a few failures each further one doubles the wait, from a second on, up to a limit: who is attacked is never locked out
 * for good. An hour without a failure forgets. The memory is bounded; where it is full, those who failed least are forgotten.
 * Times are clock_monotonic's.
 */
#ifndef MAILER_PAGE_PATIENCE_H
#define MAILER_PAGE_PATIENCE_H

#include <stdint.h>

#include "recipients/hatch.h"

#define PATIENCE_FREE 3	 /* failures of one name that cost nothing */
#define PATIENCE_LONGEST_MS (60 * 1000ll)
#define PATIENCE_ADDRESS_FREE 20 /* the same of an address, behind which many may be */
#define PATIENCE_ADDRESS_LONGEST_MS (5 * 1000ll)

struct patience;
struct patience *patience_new(unsigned free, int64_t longest);
void patience_free(struct patience *p);

/* How long until the next try, in ms; 0: now. */
int64_t patience_wait(const struct patience *p, const unsigned char who[HATCH_DIGEST], int64_t now);
void patience_failed(struct patience *p, const unsigned char who[HATCH_DIGEST], int64_t now);
void patience_forget(struct patience *p, const unsigned char who[HATCH_DIGEST]);

#endif
