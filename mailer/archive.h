/* SPDX-License-Identifier: MIT */
/*
 * archive: what must be kept is sealed for a key that is elsewhere, and what need not be kept goes (retention.h).
 *
 * The sealed file (coffer.h) holds the list (telling.h). In the clear stand only these lines:
 *
 *	incident ID            of incident.json
 *	ledger ID
 *	mode rehearsal|live
 *	made TIME
 *	keep-until DAY         the end of the limitation period: `archive_years` of the policy (6 unless given) after the day on which
 *	                       the last person was told (Limitation Act 1980, sections 2 and 9: six years from when the cause arose)
 *
 * When that day has come, the file is to be destroyed, and the key.
 */
#ifndef MAILER_ARCHIVE_H
#define MAILER_ARCHIVE_H

#include <stdbool.h>

#include "mailer/retention.h"
#include "mailer/telling.h"
#include "mailer/settings.h"
#include "recipients/coffer.h"
#include "recipients/fault.h"
#include "recipients/ledger.h"
#include "recipients/policy.h"

#define ARCHIVE_FILE "archive.sealed" /* in the incident's folder, unless another is named */
#define ARCHIVE_DAY 11		      /* "2032-11-21" and NUL */

struct archive {
	struct telling telling; /* of the list, where one was written */
	struct retention retention;
	char keep_until[ARCHIVE_DAY];
	bool already; /* the list is as in the file that is there: it was left as it is */
};

/* The list alone. */
int archive_seal(struct ledger *l, const struct settings *s, const struct policy *p, const struct coffer_key *key,
	const char *path, struct archive *ret, struct fault *f);

/*
 * Writes the list for `key` to `path` (NULL: none), and drops what is over. With a ledger that is rehearsed no file is
 * written. Run again it does only what is missing.
 */
int archive_run(struct ledger *l, const struct settings *s, const struct policy *p, const struct coffer_key *key,
	const char *path, struct archive *ret, struct fault *f);

#endif
