/* SPDX-License-Identifier: MIT */
/*
 * history: keeps account of every row of the book, so that a change that was not ours is found.
 *
 * While the ledger is open for writing, SQLite tells of each row that is inserted or deleted; its keyed digest goes into a
 * sum over all rows (lattice.h), which is committed with them. Each run ends with an entry in a chain:
 *
 *	breachmail-history 1
 *	entry SEQ
 *	run RUN
 *	at MILLISECONDS
 *	kind run|scan
 *	rows COUNT
 *	state SHA-256 of the sum, hex
 *	previous HASH of the entry before, hex
 *
 * in lines that end in LF; HASH is the SHA-256 of these bytes. The newest entry (its number and hash) is the head. It is
 * also kept outside: in a file beside the key, in a file that the settings name (a line an entry), and in reports. A run that
 * was killed has no entry of its own; its rows are in the next one's sum.
 *
 * What it finds: any row changed, added, taken away or swapped; an entry changed, or the chain's end cut off; an older copy
 * of the ledger where a head outside is newer. What it cannot: who holds the key and both heads can write a new past.
 */
#ifndef RECIPIENTS_HISTORY_H
#define RECIPIENTS_HISTORY_H

#include <stdint.h>

#include "recipients/fault.h"
#include "recipients/ledger.h"
#include "recipients/text.h"

#define HISTORY_HASH 65 /* hex and NUL */

struct history_head {
	int64_t seq; /* 0: there is none yet */
	char hash[HISTORY_HASH];
	int64_t rows;
};

/* The newest entry. */
int history_head(struct ledger *l, struct history_head *ret, struct fault *f);

/* "breachmail-history-head 1 SEQ HASH\n", as it is kept outside. */
#define HISTORY_LINE 128
const char *history_line(const struct history_head *head, char out[HISTORY_LINE]);

/* An entry as the text above, appended to `out`, for evidence. 1, 0 if there is no entry of this number, -1. */
int history_entry(struct ledger *l, int64_t seq, struct text *out, char hash[HISTORY_HASH], struct fault *f);

/*
 * Takes the sum of all rows anew, follows the chain, and looks at the heads outside, in files that hold nothing else. FAULT_LEDGER says what does not fit: the
 * table, the entry, or the file with the newer head. `heads`: files to look at besides the one beside the key, NULL at the
 * end; or NULL.
 */
int history_check(struct ledger *l, const char *const *heads, struct history_head *ret, struct fault *f);

#endif
