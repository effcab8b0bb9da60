/* SPDX-License-Identifier: MIT */
/*
 * row_ruling: what humans decided about leaked rows, as it stands now. They are written by decision.h.
 */
#ifndef RECIPIENTS_ROW_RULING_H
#define RECIPIENTS_ROW_RULING_H

#include <stdbool.h>
#include <stdint.h>

#include "recipients/fault.h"
#include "recipients/ledger.h"

struct row_ruling {
	int64_t record, person; /* person 0: nobody, or all candidates */
	bool all;
	bool other;	  /* it is another controller's */
	char *controller; /* ... whose; NULL: as the leak says */
};

struct row_rulings; /* the newest about each row */
int row_rulings_load(struct ledger *l, struct row_rulings **ret, struct fault *f);
void row_rulings_free(struct row_rulings *r); /* NULL is fine */
const struct row_ruling *row_rulings_find(const struct row_rulings *r, int64_t record); /* NULL: nothing was decided */

#endif
