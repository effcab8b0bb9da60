/* SPDX-License-Identifier: MIT */
/*
 * Statements over the book: prepared, bound by name, read by name. Which transaction they
 * stand in is ledger.c's.
 */
#include "recipients/ledger_inside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int ledger_sql_fault(sqlite3 *db, int code, struct fault *f)
{
	const char *words = db ? sqlite3_errmsg(db) : sqlite3_errstr(code);

	switch (code & 0xff) {
	case SQLITE_FULL:
		return fault_set(f, FAULT_CANTCREATE,
			"the disk is full; nothing of this step was written. Make room, then run the same command again");
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return fault_set(
			f, FAULT_TEMPORARY, "the ledger is in use by another program");
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return fault_set(f, FAULT_LEDGER,
			"the ledger is damaged (%s). Stop, keep the file, restore a copy",
			words);
	case SQLITE_READONLY:
	case SQLITE_CANTOPEN:
	case SQLITE_PERM:
	case SQLITE_IOERR:
		return fault_set(
			f, FAULT_CANTCREATE, "the ledger cannot be written: %s", words);
	case SQLITE_INTERRUPT:
		return fault_set(f, FAULT_INTERRUPTED, "stopped");
	}
	return fault_set(f, FAULT_INTERNAL, "ledger: %s", words);
}

int ledger_query(struct ledger *l, const char *sql, struct query **ret, struct fault *f)
{
	sqlite3_stmt *statement = NULL;
	int code = sqlite3_prepare_v3(
		l->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL);

	if (code)
		return ledger_sql_fault(l->db, code, f);
	*ret = text_alloc(sizeof(**ret));
	(*ret)->ledger = l;
	(*ret)->statement = statement;
	return 0;
}

int ledger_do(struct ledger *l, const char *sql, struct fault *f)
{
	int code = sqlite3_exec(l->db, sql, NULL, NULL, NULL);

	return code ? ledger_sql_fault(l->db, code, f) : 0;
}

int ledger_number(struct ledger *l, const char *sql, int64_t otherwise, int64_t *ret,
	struct fault *f)
{
	auto_query struct query *q = NULL;
	int got;

	if (ledger_query(l, sql, &q, f))
		return -1;
	got = query_next(q, f);
	if (got < 0)
		return -1;
	*ret = got && sqlite3_column_type(q->statement, 0) != SQLITE_NULL
		       ? sqlite3_column_int64(q->statement, 0)
		       : otherwise;
	return 0;
}

void query_close(struct query *q)
{
	if (!q)
		return;
	(void)sqlite3_finalize(q->statement);
	text_done(&q->sealed);
	free(q);
}

void query_closep(struct query **q)
{
	query_close(*q);
	*q = NULL;
}

static int parameter(struct query *q, const char *name)
{
	int index = sqlite3_bind_parameter_index(q->statement, name);

	if (!index && !q->bad[0])
		(void)snprintf(q->bad, sizeof(q->bad), "%s", name);
	return index;
}

static void bound(struct query *q, const char *name, int code)
{
	if (code && !q->bad[0])
		(void)snprintf(q->bad, sizeof(q->bad), "%s", name);
}

void query_bind_int(struct query *q, const char *name, int64_t value)
{
	bound(q, name, sqlite3_bind_int64(q->statement, parameter(q, name), value));
}

void query_bind_real(struct query *q, const char *name, double value)
{
	bound(q, name, sqlite3_bind_double(q->statement, parameter(q, name), value));
}

void query_bind_text(struct query *q, const char *name, const char *value)
{
	bound(q, name,
		sqlite3_bind_text(
			q->statement, parameter(q, name), value, -1, SQLITE_TRANSIENT));
}

void query_bind_blob(struct query *q, const char *name, const void *bytes, size_t length)
{
	bound(q, name,
		sqlite3_bind_blob64(q->statement, parameter(q, name), bytes, length,
			SQLITE_TRANSIENT));
}

void query_bind_null(struct query *q, const char *name)
{
	bound(q, name, sqlite3_bind_null(q->statement, parameter(q, name)));
}

void query_bind_sealed(struct query *q, const char *name, const char *place, int64_t row,
	const void *plain, size_t length, size_t pad)
{
	vault_seal(q->ledger->vault, place, row, plain, length, pad, &q->sealed);
	query_bind_blob(q, name, q->sealed.bytes, q->sealed.length);
}

int query_next(struct query *q, struct fault *f)
{
	int code;

	if (q->bad[0])
		return fault_set(f, FAULT_INTERNAL, "ledger: parameter %s", q->bad);
	code = sqlite3_step(q->statement);
	if (code == SQLITE_ROW)
		return 1;
	(void)sqlite3_reset(q->statement);
	return code == SQLITE_DONE ? 0 : ledger_sql_fault(q->ledger->db, code, f);
}

int query_run(struct query *q, struct fault *f)
{
	int got;

	while ((got = query_next(q, f)) > 0)
		;
	return got;
}

void query_reset(struct query *q)
{
	(void)sqlite3_reset(q->statement);
}

static int column(struct query *q, const char *name)
{
	int count = sqlite3_column_count(q->statement);

	for (int i = 0; i < count; i++)
		if (!strcmp(sqlite3_column_name(q->statement, i), name))
			return i;
	(void)fprintf(stderr, "breachmail: no column %s\n", name);
	abort();
}

int64_t query_int(struct query *q, const char *name)
{
	return sqlite3_column_int64(q->statement, column(q, name));
}

double query_real(struct query *q, const char *name)
{
	return sqlite3_column_double(q->statement, column(q, name));
}

const char *query_text(struct query *q, const char *name)
{
	return (const char *)sqlite3_column_text(q->statement, column(q, name));
}

const void *query_blob(struct query *q, const char *name, size_t *ret_length)
{
	int i = column(q, name);
	const void *bytes = sqlite3_column_blob(q->statement, i);

	*ret_length = (size_t)sqlite3_column_bytes(q->statement, i);
	return bytes;
}

bool query_null(struct query *q, const char *name)
{
	return sqlite3_column_type(q->statement, column(q, name)) == SQLITE_NULL;
}

int query_sealed(struct query *q, const char *name, const char *place, int64_t row,
	struct text *out, struct fault *f)
{
	size_t length;
	const void *bytes = query_blob(q, name, &length);

	return vault_unseal(q->ledger->vault, place, row, bytes, length, out, f);
}
