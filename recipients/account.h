/* SPDX-License-Identifier: MIT */
/*
 * account: the sum of a set of rows, and a smaller one of each table.
 *
 * A row is its table's name and its values in the order of the columns, each with its type; the sum is over the keyed digests
 * of rows. That of all is a lattice (lattice.h): nobody finds other rows with the same one. Those of the tables are plain
 * sums modulo 2^256, only to say where a difference is.
 */
#ifndef RECIPIENTS_ACCOUNT_H
#define RECIPIENTS_ACCOUNT_H

#include <stdbool.h>
#include <stdint.h>

#include "recipients/lattice.h"
#include "recipients/ledger_inside.h"
#include "recipients/text.h"
#include "recipients/vault.h"

struct account_table {
	char *name;
	int64_t rows;
	unsigned char sum[LATTICE_DIGEST]; /* modulo 2^256, low byte first */
	bool changed;
};

struct account {
	int64_t rows;
	struct lattice sum;
	struct account_table *tables;
	size_t tables_count, last; /* last: the one of the row before */
	struct text row;           /* scratch */
};

/* One row: its table, its values one after another, then +1 or -1. */
void account_begin(struct account *a, const char *table);
void account_value(struct account *a, sqlite3_value *value);
void account_row(struct account *a, const struct vault *v, const char *table, int sign);

/* The sum of one table, until a new one comes; an empty one for a name that is new. */
struct account_table *account_table(struct account *a, const char *name);
void account_clear(struct account *a); /* frees what is in it; an empty account */

#endif
