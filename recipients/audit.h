/* SPDX-License-Identifier: MIT */
/*
 * audit: is the ledger whole? Every seal is opened, SQLite's own check is run, references are followed; and its tables,
 * views and triggers are compared with those that this program makes.
 */
#ifndef RECIPIENTS_AUDIT_H
#define RECIPIENTS_AUDIT_H

#include <stdint.h>

#include "recipients/fault.h"
#include "recipients/ledger.h"

/* 0 and the number of seals, or FAULT_LEDGER naming the first table and row that are not as they were written. */
int audit_run(struct ledger *l, int64_t *ret_seals, struct fault *f);
/*
 * Tables, views and triggers are the migrations' own, word by word: a changed view would say something else of rows that
 * nobody touched. FAULT_LEDGER names the first that is not. Triggers that are gone are no fault: they keep others from
 * writing, and what somebody writes without them the history finds. `*ret_gone`: how many.
 */
int audit_schema(struct ledger *l, int64_t *ret_gone, struct fault *f);

#endif
