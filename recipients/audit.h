/* SPDX-License-Identifier: MIT */
/*
 * audit: is the ledger whole? Every seal is opened, SQLite's own check is run, references are followed.
 */
#ifndef RECIPIENTS_AUDIT_H
#define RECIPIENTS_AUDIT_H

#include <stdint.h>

#include "recipients/fault.h"
#include "recipients/ledger.h"

/* 0 and the number of seals, or FAULT_LEDGER naming the first table and row that are not as they were written. */
int audit_run(struct ledger *l, int64_t *ret_seals, struct fault *f);

#endif
