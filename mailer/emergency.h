/* SPDX-License-Identifier: MIT */
/*
 * emergency: one person alone lets the highest level above the default go, and says why. Sole writer of release_emergency.
 *
 * Off unless the policy says `emergency`, and that is pinned with the list of signers. All other levels stay shut until as
 * many people as must have signed the same manifest, within EMERGENCY_COUNTERSIGN. After that nobody can open them: the
 * release is taken back, and the rest released with all signatures. As long as one was never countersigned there is no
 * second: nobody gets by alone twice.
 */
#ifndef MAILER_EMERGENCY_H
#define MAILER_EMERGENCY_H

#include <stdint.h>

#include "mailer/proposal.h"
#include "mailer/signers.h"
#include "recipients/fault.h"
#include "recipients/ledger.h"

#define EMERGENCY_COUNTERSIGN (INT64_C(4) * 3600000)

/* Who decides it, and why. */
struct emergency {
	const char *by, *reason;
};

/* A valid release that waits to be countersigned: 1, its number and its manifest; 0 none. FAULT_REFUSED: its time is over. */
int emergency_waiting(struct ledger *l, const char *mode, const struct signers *s, int64_t *ret_release,
	struct proposal *ret, struct signers_tally *tally, struct fault *f);
/* FAULT_REFUSED if one was never countersigned. */
int emergency_none_before(struct ledger *l, const char *mode, const struct signers *s, struct fault *f);
int emergency_write(struct ledger *l, int64_t release, int64_t level_order, const struct emergency *e, int64_t *ret_until,
	struct fault *f);
/* Of a release: 1 and up to which level it was open, and until when the rest could be opened; 0: it was none. */
int emergency_find(struct ledger *l, int64_t release, int64_t *ret_level, int64_t *ret_until, struct fault *f);

#endif
