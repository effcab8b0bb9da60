/* SPDX-License-Identifier: MIT */
/*
 * source: the files that were imported, and taking one back. Sole writer of source_withdrawn and person_reopened.
 *
 * A source's number is its place in the order of import, from 1; it never changes.
 */
#ifndef RECIPIENTS_SOURCE_H
#define RECIPIENTS_SOURCE_H

#include <stdint.h>

#include <jansson.h>

#include "recipients/fault.h"
#include "recipients/ledger.h"

/*
 * [{"source": number, "kind", "file", "sheet", "as_of", "where", "imported_at", "rows",
 * "accepted", "rejected", "people", "withdrawn": {"at", "by", "reason"} or null}], in the order of import. `*ret` is
 * the caller's. `kind`: people, breach, presume (no file; `where` is its rule) or shield.
 */
int source_list(struct ledger *l, json_t **ret, struct fault *f);

struct source_withdrawal {
	int already;   /* it was withdrawn before: nothing changed */
	json_t *about; /* its entry of source_list; the caller's */
	int64_t held;  /* notices that go out no more; whoever is still to be told gets a new one */
	int64_t out;   /* notices that rested on it and may be out */
};

/* FAULT_USAGE: there is no such number. schema/0004-withdrawal.sql says what follows. */
int source_withdraw(struct ledger *l, int64_t number, const char *by, const char *reason,
	struct source_withdrawal *ret, struct fault *f);

#endif
