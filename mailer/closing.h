/* SPDX-License-Identifier: MIT */
/*
 * closing: the end of an incident. What must be kept is written first, then what opens the ledger is destroyed, and then the
 * ledger and whatever else here speaks of people.
 *
 *	1  is anybody still to be told, or waiting for us? Then not (closing_open)
 *	2  which files of the folder still speak of people (remains.h)? Then not, unless they may go too
 *	3  the ledger is whole; the list of who was told is sealed for its term (archive.h); the evidence is written, and read again
 *	4  closed.json, "state": "closing" (shred.h): what will go. From here on nothing opens this ledger any more, and there is no way back
 *	5  the key file, the slots file, the heads beside them; then the mails of a rehearsal, the files of 2, the ledger
 *	6  closed.json, "state": "closed": where evidence and archive are, and nothing of people
 *
 * Killed in 1 to 3, nothing is gone. Killed in 5, the next close goes on from closed.json; it needs no key.
 *
 * WHAT DESTROYS. Files are overwritten before they are removed, and that is worth little: an SSD writes elsewhere, a journalling
 * file system and a snapshot may hold what was. What counts is that the ledger is sealed and its key is gone: the free pages of
 * the disk, and every copy of the ledger, are noise from then on. So copies of the key file that were made by hand must be
 * destroyed by hand; so must exports that lie outside the incident's folder. The mails of a rehearsal's outbox, and files that
 * speak of people, were not sealed: for these a disk that is encrypted as a whole is the only remedy.
 *
 * WHAT STAYS: incident.json and policy.json, templates, the evidence, the archive, closed.json, and the file of heads that the
 * settings name.
 */
#ifndef MAILER_CLOSING_H
#define MAILER_CLOSING_H

#include <stdbool.h>

#include <jansson.h>

#include "mailer/settings.h"
#include "recipients/coffer.h"
#include "recipients/fault.h"
#include "recipients/ledger.h"
#include "recipients/policy.h"

#define CLOSING_EVIDENCE "evidence.tar"

/*
 * What stands against it, {what: count}, people first: states in which they are not told, open tasks, unanswered letters,
 * corrections owed, a release that waits for signatures. `*ret_left`: what does not, but is lost with it: rows of the leak that
 * are nobody's yet.
 */
int closing_open(struct ledger *l, const struct settings *s, const struct policy *p, json_t **ret, json_t **ret_left,
	struct fault *f);

/* What such a name means, in words. */
const char *closing_words(const char *what);

struct closing {
	const struct settings *settings;
	const struct policy *policy;
	const struct coffer_key *key; /* whom the archive is sealed for; NULL: there is none, in a rehearsal */
	const char *by, *reason;
	const char *archive, *evidence; /* where they go */
	bool anyway, remove_found;
	bool dry_run; /* nothing stands against it, and nothing is written */
};

/*
 * 1 to 3, with a ledger open for writing: looks, and only then writes that it is closed, and the archive. `result` gets "people",
 * "archive" ...
 */
int closing_keep(struct ledger *l, const struct closing *c, json_t *result, struct fault *f);
/*
 * With a ledger open for reading, under the lock: looks again, and writes the evidence, with the last entry of the history in it.
 * `result` gets "evidence", "open", "left", "found", and "plan" for shred.h.
 */
int closing_plan(struct ledger *l, const struct closing *c, json_t *result, struct fault *f);

#endif
