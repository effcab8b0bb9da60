/* SPDX-License-Identifier: MIT */
/*
 * ledger_inside: what the files behind ledger.h share: ledger.c opens and keeps the runs, query.c asks, history.c keeps account
 * of every row. Nobody else includes it.
 */
#ifndef RECIPIENTS_LEDGER_INSIDE_H
#define RECIPIENTS_LEDGER_INSIDE_H

#define SQLITE_ENABLE_PREUPDATE_HOOK /* Debian's SQLite has it; the header wants to be asked */
#include <sqlite3.h>

#include "recipients/ledger.h"

struct history;

struct ledger {
	sqlite3 *db;
	struct vault *vault;
	enum ledger_mode mode;
	char id[33];
	char *dir;
	char *key_file;
	/* The caller's, as long as the ledger is open. */
	const char *verb, *run_mode;
	const char *operator;
	int lock; /* descriptor, or -1 */
	int depth;
	int64_t run;       /* 0 until something is written */
	int64_t committed; /* the run, once a transaction that holds it was committed */
	struct history *history; /* NULL: nothing is written for good */
};

struct query {
	struct ledger *ledger;
	sqlite3_stmt *statement;
	char bad[64]; /* the parameter that could not be bound */
	struct text sealed;
};

/* history.c, for ledger.c: nothing of it does anything where nothing is written for good (l->history is NULL). */
void history_start(struct ledger *l, const char *dir, const struct ledger_options *o);
int history_begin(struct ledger *l, struct fault *f);  /* after BEGIN */
int history_commit(struct ledger *l, struct fault *f); /* before COMMIT */
int history_end_run(struct ledger *l, struct fault *f); /* the run's entry; within a transaction */
void history_publish(const struct history *h);	       /* the heads outside, once it is committed */
void history_stop(struct history *h);

/* For audit.c: audit_schema. */
int ledger_check_schema(struct ledger *l, int64_t *ret_gone, struct fault *f);

/* SQLite's words name tables and columns, never values. */
int ledger_sql_fault(sqlite3 *db, int code, struct fault *f);

#endif
