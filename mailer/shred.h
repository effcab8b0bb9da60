/* SPDX-License-Identifier: MIT */
/*
 * shred: carries out what closed.json says will go, and can be killed at any moment: it goes by what is still there.
 *
 *	{"breachmail-closed": 1, "state": "closing", "incident", "ledger", "mode", "at", "evidence", "evidence_digest", "archive",
 *	 "keep_until", "keys": [paths], "outboxes": [Maildirs], "page": folder of the page, "files": [below the folder]}
 *
 * Keys go first: from then on nothing opens the ledger, and the rest is tidying. At the end the lists are taken out of it, and
 * "state" is "closed".
 *
 * Only what looks like ours is removed as a key: a file that begins as keys, slots, heads and the
 * page's certificate do, is named after the ledger, or was overwritten before.
 */
#ifndef MAILER_SHRED_H
#define MAILER_SHRED_H

#include <stdbool.h>

#include <jansson.h>

#include "recipients/fault.h"
#include "recipients/ledger.h"

#define SHRED_CLOSED LEDGER_CLOSED

/* Writes closed.json, "closing". From here on no command opens the ledger. */
int shred_begin(const char *dir, const json_t *plan, struct fault *f);
/*
 * Does it. `result` gets "removed" {"keys", "mails", "files"} and "not_removed" [paths of keys that would not go].
 * FAULT_CANTCREATE: something of people is still there; to be run again.
 */
int shred_run(const char *dir, json_t *closed, json_t *result, struct fault *f);

/* The lock's file, once the lock was dropped. */
void shred_lock(const char *dir);

/* closed.json: 1 and what it says (the caller's), 0 there is none, -1. */
int shred_read(const char *dir, json_t **ret, struct fault *f);
bool shred_is_done(const json_t *closed);

#endif
