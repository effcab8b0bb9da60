/* SPDX-License-Identifier: MIT */
/*
 * handover: leaked rows of another controller, for its officer: all that leaked of each, and nothing that we know beside.
 *
 * Who they are, this force does not look for. Whoever asks for the rows holds the key; the file is plain, and is to be
 * handed over in a safe way and then destroyed.
 */
#ifndef MAILER_HANDOVER_H
#define MAILER_HANDOVER_H

#include <stdio.h>

#include <jansson.h>

#include "recipients/fault.h"
#include "recipients/ledger.h"

/* [{"controller", "rows", "open"}]: how many rows are of each, and how many of these nobody has closed yet. The caller's. */
int handover_list(struct ledger *l, json_t **ret, struct fault *f);

/*
 * [{"row", FIELD or COLUMN: value}] of a controller, by any of its names (controller.h), in the order of the files. The
 * caller's. FAULT_USAGE: it has none.
 */
int handover_rows(struct ledger *l, const char *controller, json_t **ret, struct fault *f);
/* The same as CSV: a column for each field that one of them has. */
void handover_write(FILE *out, const json_t *rows);

#endif
