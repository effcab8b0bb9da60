/* SPDX-License-Identifier: MIT */
/*
 * decision_file: decisions about leaked rows, many at once, out of a file.
 *
 * The file is what `match --export` writes (match_tell.h), with one more column, `decision`. Where it is empty, nothing is
 * decided. Else it says, whatever the case of its letters:
 *
 *	person, yes		it is the person_id of this line
 *	K1017			it is the person on the list who is called so
 *	nobody			it is nobody on the list
 *	all-candidates		tell all candidates that they may be
 *	leaver, not-a-person, junk
 *				nobody is told on it, and no human has to look any more
 *	other-controller	so too; whose it is stands in a column `controller`
 *
 * Several lines of one row may say the same, not different things. All of the file is kept or none; what stands so already is
 * not kept twice.
 */
#ifndef RECIPIENTS_DECISION_FILE_H
#define RECIPIENTS_DECISION_FILE_H

#include <stddef.h>

#include "recipients/fault.h"
#include "recipients/ledger.h"

struct decision_file_tally {
	size_t rows; /* that the file decides */
	size_t kept; /* of these, what was not so already */
};

/* FAULT_INPUT: naming file, row and column, never what stands there. */
int decision_file_take(struct ledger *l, const char *path, const char *by, const char *reason,
	struct decision_file_tally *ret, struct fault *f);

#endif
