/* SPDX-License-Identifier: MIT */
/*
 * ledger: the book. One SQLite file per incident; every verb reads what the one before wrote. The only door to
 * sqlite3.h. What the tables mean stands in schema/0001-ledger.sql.
 *
 * One writing process at a time, under a lock of the kernel (flock on ledger.lock; the file names verb, operator
 * and time for whoever has to wait, and is emptied at the end). Readers read while `send` writes, and so does a
 * single decision (`beside`).
 *
 * Use:
 *	auto_query struct query *q = NULL;
 *	if (ledger_query(l, SQL("SELECT id, fields_sealed FROM record WHERE source_id = :source"), &q, f))
 *		return -1;
 *	query_bind_int(q, ":source", id);
 *	while ((got = query_next(q, f)) > 0)
 *		... query_int(q, "id") ...
 *	return got;
 * Binds never fail by themselves: a wrong name or type is remembered and reported by the next query_next.
 */
#ifndef RECIPIENTS_LEDGER_H
#define RECIPIENTS_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "recipients/fault.h"
#include "recipients/text.h"
#include "recipients/unlock.h"
#include "recipients/vault.h"

/* Marks SQL, so that scripts/check-house can prepare every statement against a fresh schema. */
#define SQL(text) (text)

struct ledger;
struct query;

/* The file in DIR that says that the incident is closed, or being closed: then nothing opens its ledger. */
#define LEDGER_CLOSED "closed.json"

enum ledger_mode {
	LEDGER_READ,	/* no lock; changes nothing */
	LEDGER_WRITE,	/* the writer's lock; a run is recorded */
	LEDGER_REHEARSE /* like WRITE, and everything is rolled back at the end (--dry-run) */
};

struct ledger_options {
	struct unlock unlock; /* where the key is; {0}: the order of search of the manual */
	const char *verb;
	const char *operator; /* who is at the keyboard */
	const char *mode;     /* "rehearsal" or "live", recorded with the run */
	int wait_seconds;     /* how long to wait for the lock */
	/*
	 * For what a human decides while `send` is at work: one short transaction, between two of the lock's holder.
	 * With nobody at work the lock is taken as always.
	 */
	bool beside;
	const char *head_file; /* gets a line for each entry of the history (history.h), or NULL */
};

/* Makes DIR/ledger.db (0600), its id, and the key. FAULT_CANTCREATE if a ledger is there. */
int ledger_create(const char *dir, const struct ledger_options *o, struct fault *f);
/* Opens it; migrates an older file; refuses a newer one (FAULT_LEDGER). */
int ledger_open(const char *dir, enum ledger_mode mode, const struct ledger_options *o, struct ledger **ret,
	struct fault *f);
/* Ends the run, recording the exit code; a transaction left open is rolled back. NULL is fine. */
void ledger_close(struct ledger *l, int exit_code);

/* Does a writer hold DIR's lock now? For readers that want to know whether a claim is on the wire. */
bool ledger_writer_alive(const char *dir);

const struct vault *ledger_vault(const struct ledger *l);
int64_t ledger_run(const struct ledger *l); /* this run's id; 0 for a reader */
const char *ledger_id(const struct ledger *l);
const char *ledger_key_file(const struct ledger *l);
const char *ledger_dir(const struct ledger *l);
bool ledger_writes(const struct ledger *l); /* false: read, or rehearsed; then nothing outside it may change either */

/* Transactions nest by counting; the outermost commit writes. */
int ledger_begin(struct ledger *l, struct fault *f);
int ledger_commit(struct ledger *l, struct fault *f);
void ledger_rollback(struct ledger *l);

/* Prepares; the statement may be used again and again. Pass only text marked SQL("..."). */
int ledger_query(struct ledger *l, const char *sql, struct query **ret, struct fault *f);
/* For a statement without parameters and rows. */
int ledger_do(struct ledger *l, const char *sql, struct fault *f);
/* For one number: COUNT, MAX. NULL and no row give `otherwise`. */
int ledger_number(struct ledger *l, const char *sql, int64_t otherwise, int64_t *ret, struct fault *f);

/* Gives back the pages that deleted rows left, which SQLite has overwritten. Outside of a transaction. */
int ledger_shrink(struct ledger *l, struct fault *f);

void query_close(struct query *q);
void query_closep(struct query **q);
#define auto_query __attribute__((cleanup(query_closep)))

void query_bind_int(struct query *q, const char *name, int64_t value);
void query_bind_real(struct query *q, const char *name, double value);
void query_bind_text(struct query *q, const char *name, const char *value); /* NULL binds NULL; copied */
void query_bind_blob(struct query *q, const char *name, const void *bytes, size_t length); /* copied */
void query_bind_null(struct query *q, const char *name);
/* Seals and binds; `place` is "table.column", `pad` as in vault_seal. */
void query_bind_sealed(struct query *q, const char *name, const char *place, int64_t row, const void *plain,
	size_t length, size_t pad);

/* 1 a row, 0 no more (the query is reset, ready for new binds), -1 a fault. */
int query_next(struct query *q, struct fault *f);
/* For INSERT: one step, reset. */
int query_run(struct query *q, struct fault *f);
void query_reset(struct query *q);

/* Columns by name, valid until the next step. A name that is not there is a bug and ends the process. */
int64_t query_int(struct query *q, const char *column);
double query_real(struct query *q, const char *column);
const char *query_text(struct query *q, const char *column); /* NULL for NULL */
const void *query_blob(struct query *q, const char *column, size_t *ret_length);
bool query_null(struct query *q, const char *column);
/* Opens a seal into `out`. */
int query_sealed(struct query *q, const char *column, const char *place, int64_t row, struct text *out,
	struct fault *f);

/* Rows changed by the last statement. */
int64_t ledger_changes(const struct ledger *l);

#endif
