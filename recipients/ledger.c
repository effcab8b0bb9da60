/* SPDX-License-Identifier: MIT */
/*
 * The book: opening, runs, transactions, queries. What the tables mean is
 * schema/0001-ledger.sql; what is written into them is each verb's business; the lock is
 * lock.c's, how the key is found unlock.c's, looking through all of it audit.c's.
 *
 * SQLite runs with a rollback journal (TRUNCATE) and synchronous=FULL: readers work while
 * `send` writes, a commit that returned survives power loss, and the journal holds only
 * pages whose personal values are sealed. No WAL: Debian 12's SQLite is in the range of
 * the WAL-reset bug.
 *
 * What can go wrong: no ledger, a newer one, the wrong key (78), a lock held by somebody
 * (75), a full disk (73), a damaged file (74).
 */
#include "recipients/ledger_inside.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "recipients/clock.h"
#include "recipients/keyring.h"
#include "recipients/lock.h"
#include "schema.h"

#define APPLICATION_ID 0x62724d6c /* "brMl" */
#define CHECK_WORDS "this key opens this ledger"

/* --- opening --- */

static int exec(sqlite3 *db, const char *sql, struct fault *f)
{
	int code = sqlite3_exec(db, sql, NULL, NULL, NULL);

	return code ? ledger_sql_fault(db, code, f) : 0;
}

static int configure(struct ledger *l, struct fault *f)
{
	(void)sqlite3_extended_result_codes(l->db, 1);
	/* Beside a `group` or `compose` at work, whose one transaction takes a while. */
	(void)sqlite3_busy_timeout(
		l->db, l->lock < 0 && l->mode != LEDGER_READ ? 60000 : 10000);
	(void)sqlite3_db_config(l->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	(void)sqlite3_db_config(l->db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
	(void)sqlite3_db_config(l->db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
	(void)sqlite3_db_config(l->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	(void)sqlite3_db_config(l->db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, NULL);
	if (l->mode == LEDGER_READ)
		return exec(l->db,
			SQL("PRAGMA query_only=ON; PRAGMA temp_store=MEMORY; PRAGMA mmap_size=0;"
			    "PRAGMA cell_size_check=ON; PRAGMA cache_size=-32768;"),
			f);
	return exec(l->db,
		SQL("PRAGMA journal_mode=TRUNCATE; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA secure_delete=ON;"
		    "PRAGMA temp_store=MEMORY; PRAGMA mmap_size=0; PRAGMA cell_size_check=ON;"
		    "PRAGMA cache_size=-65536;"),
		f);
}

static int schema_version(struct ledger *l, int64_t *ret, struct fault *f)
{
	return ledger_number(l, SQL("PRAGMA user_version"), 0, ret, f);
}

/* Migrations are texts in a list that only grows; the count applied is the file's
 * version. */
static int migrate(struct ledger *l, bool fresh, struct fault *f)
{
	int64_t version, known = 0, application;
	char sql[64];

	while (schema_migrations[known])
		known++;
	if (ledger_number(l, SQL("PRAGMA application_id"), 0, &application, f) ||
		schema_version(l, &version, f))
		return -1;
	if (!fresh && application != APPLICATION_ID)
		return fault_set(
			f, FAULT_LEDGER, "ledger.db is not a ledger of this program");
	if (version > known)
		return fault_set(f, FAULT_LEDGER,
			"this ledger was written by a newer version of breachmail (format %d, this version knows %d)",
			(int)version, (int)known);
	if (version == known)
		return 0;
	if (l->mode == LEDGER_READ)
		return fault_set(f, FAULT_LEDGER,
			"this ledger has an older format; a writing command brings it up to date");
	if (l->lock < 0 && !fresh)
		return fault_set(f, FAULT_TEMPORARY,
			"this ledger has an older format, and is in use: wait, then run the same command again");
	if (exec(l->db, SQL("BEGIN IMMEDIATE"), f))
		return -1;
	for (int64_t i = version; i < known; i++)
		if (exec(l->db, schema_migrations[i], f))
			return -1;
	/* A PRAGMA takes no parameters; both numbers are ours. */
	(void)snprintf(sql, sizeof(sql), "PRAGMA user_version=%d", (int)known);
	if (exec(l->db, sql, f))
		return -1;
	(void)snprintf(sql, sizeof(sql), "PRAGMA application_id=%d", APPLICATION_ID);
	return exec(l->db, sql, f) || exec(l->db, SQL("COMMIT"), f) ? -1 : 0;
}

/* An empty book of this program's own making. */
static int make_empty(sqlite3 **ret, struct fault *f)
{
	int code = sqlite3_open_v2(":memory:", ret,
		SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_PRIVATECACHE,
		NULL);

	if (code)
		return ledger_sql_fault(*ret, code, f);
	for (size_t i = 0; schema_migrations[i]; i++)
		if (exec(*ret, schema_migrations[i], f))
			return -1;
	return 0;
}

static const char *column(sqlite3_stmt *s, int i)
{
	const char *text = (const char *)sqlite3_column_text(s, i);

	return text ? text : "";
}

static int changed(sqlite3_stmt *s, const char *how, struct fault *f)
{
	return fault_set(f, FAULT_LEDGER,
		"somebody changed the ledger without this program: its %s '%s' %s",
		column(s, 0), column(s, 1), how);
}

/* Which of the two comes first, by type and name. */
static int order(sqlite3_stmt *a, sqlite3_stmt *b)
{
	int types = strcmp(column(a, 0), column(b, 0));

	return types ? types : strcmp(column(a, 1), column(b, 1));
}

/* Both in order. Triggers that are gone are counted: they only guard what the history
 * watches. */
static int compare_schema(
	sqlite3_stmt *is, sqlite3_stmt *own, int64_t *ret_gone, struct fault *f)
{
	bool more = sqlite3_step(is) == SQLITE_ROW;

	while (sqlite3_step(own) == SQLITE_ROW) {
		int differ = more ? order(is, own) : 1;

		if (differ > 0 && !strcmp(column(own, 0), "trigger")) {
			(*ret_gone)++;
			continue;
		}
		if (differ > 0)
			return changed(own, "is gone", f);
		if (differ < 0)
			return changed(is, "is not this program's", f);
		if (strcmp(column(is, 2), column(own, 2)) != 0 ||
			strcmp(column(is, 3), column(own, 3)) != 0)
			return changed(own, "is not as this version makes it", f);
		more = sqlite3_step(is) == SQLITE_ROW;
	}
	return more ? changed(is, "is not this program's", f) : 0;
}

int ledger_check_schema(struct ledger *l, int64_t *ret_gone, struct fault *f)
{
	static const char all[] = SQL(
		"SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name");
	sqlite3_stmt *is = NULL, *own = NULL;
	sqlite3 *empty = NULL;
	int failed = make_empty(&empty, f), code;

	*ret_gone = 0;
	if (!failed && ((code = sqlite3_prepare_v2(l->db, all, -1, &is, NULL)) ||
			       (code = sqlite3_prepare_v2(empty, all, -1, &own, NULL))))
		failed = ledger_sql_fault(l->db, code, f);
	failed = failed ? -1 : compare_schema(is, own, ret_gone, f);
	(void)sqlite3_finalize(is);
	(void)sqlite3_finalize(own);
	(void)sqlite3_close(empty);
	return failed;
}

/* One thread, so no locks within; nor is counted how much memory is in use. Of no effect,
 * and no harm, once SQLite is at work. */
static void start_sqlite(void)
{
	(void)sqlite3_config(SQLITE_CONFIG_SINGLETHREAD);
	(void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

static int open_file(const char *dir, struct ledger *l, struct fault *f)
{
	auto_text path = text_format("%s/ledger.db", dir);
	auto_text closed = text_format("%s/" LEDGER_CLOSED, dir);
	int code;

	if (!access(closed, F_OK))
		return fault_set(f, FAULT_CONFIG,
			"this incident was closed, or is being closed: %s says which, and breachmail close ends it",
			closed);
	if (access(path, F_OK))
		return fault_set(f, FAULT_CONFIG,
			"there is no incident in %s (no ledger.db). Make one: breachmail init DIR",
			dir);
	start_sqlite();
	code = sqlite3_open_v2(
		path, &l->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_PRIVATECACHE, NULL);
	if (code)
		return ledger_sql_fault(l->db, code, f);
	return configure(l, f);
}

/* Opens the key, and proves that it is the right one before anything personal is read or
 * written. */
static int open_vault(struct ledger *l, const struct unlock *u, struct fault *f)
{
	auto_query struct query *q = NULL;
	auto_text_buffer words = {0};
	struct fault ignored;

	if (ledger_query(
		    l, SQL("SELECT name, check_sealed FROM ledger WHERE id = 1"), &q, f))
		return -1;
	switch (query_next(q, f)) {
	case -1:
		return -1;
	case 0:
		return fault_set(f, FAULT_LEDGER, "the ledger has no name");
	}
	(void)snprintf(l->id, sizeof(l->id), "%s", query_text(q, "name"));
	if (unlock_open(u, l->id, &l->key_file, &l->vault, f))
		return -1;
	if (query_sealed(q, "check_sealed", "ledger.check_sealed", 1, &words, &ignored) ||
		strcmp(text_string(&words), CHECK_WORDS))
		return fault_set(f, FAULT_CONFIG, "key file %s does not open this ledger",
			l->key_file);
	return 0;
}

static struct ledger *ledger_new(enum ledger_mode mode, const struct ledger_options *o)
{
	struct ledger *l = text_alloc(sizeof(*l));

	l->mode = mode;
	l->lock = -1;
	l->verb = o->verb;
	l->operator= o->operator;
	l->run_mode = o->mode ? o->mode : "rehearsal";
	return l;
}

static int open_all(struct ledger *l, const char *dir, const struct ledger_options *o,
	struct fault *f)
{
	if (open_file(dir, l, f) || migrate(l, false, f) ||
		open_vault(l, &o->unlock, f) ||
		(!access(l->key_file, F_OK) && keyring_apart(dir, l->key_file, f)))
		return -1;
	if (l->mode == LEDGER_REHEARSE)
		return ledger_begin(l, f);
	if (l->mode == LEDGER_WRITE)
		history_start(l, dir, o);
	return 0;
}

/* A decision may go without: SQLite keeps its one short transaction apart from the
 * others. */
static int take_lock(struct ledger *l, const char *dir, const struct ledger_options *o,
	struct fault *f)
{
	struct fault held;

	if (!lock_take(dir, l->verb, l->operator, o->wait_seconds, &l->lock, &held) ||
		(o->beside && held.kind == FAULT_TEMPORARY))
		return 0;
	*f = held;
	return -1;
}

int ledger_open(const char *dir, enum ledger_mode mode, const struct ledger_options *o,
	struct ledger **ret, struct fault *f)
{
	struct ledger *l = ledger_new(mode, o);
	auto_text path = text_format("%s/ledger.db", dir);

	l->dir = text_copy(dir);
	/* First see whether there is an incident at all: no stray lock file elsewhere. */
	if (mode != LEDGER_READ && !access(path, F_OK) && take_lock(l, dir, o, f)) {
		ledger_close(l, (int)f->kind);
		return -1;
	}
	if (open_all(l, dir, o, f)) {
		ledger_close(l, (int)f->kind);
		return -1;
	}
	*ret = l;
	return 0;
}

bool ledger_writer_alive(const char *dir)
{
	return lock_held(dir);
}

static int create_rows(struct ledger *l, struct fault *f)
{
	auto_query struct query *q = NULL;

	if (ledger_query(l,
		    SQL("INSERT INTO ledger (id, name, created_at, tool, check_sealed)"
			" VALUES (1, :name, :at, :tool, :check_sealed)"),
		    &q, f))
		return -1;
	query_bind_text(q, ":name", l->id);
	query_bind_int(q, ":at", clock_now());
	query_bind_text(q, ":tool", BREACHMAIL_VERSION);
	query_bind_sealed(q, ":check_sealed", "ledger.check_sealed", 1, CHECK_WORDS,
		strlen(CHECK_WORDS), 64);
	return query_run(q, f);
}

static int create_key(
	struct ledger *l, const char *dir, const char *asked, struct fault *f)
{
	unsigned char random[16];

	vault_random(random, sizeof(random));
	vault_hex(random, sizeof(random), l->id);
	if (keyring_place(dir, asked, l->id, &l->key_file, f) ||
		vault_create(l->key_file, l->id, f))
		return -1;
	return vault_open(l->key_file, l->id, &l->vault, f);
}

/* Empty, and its owner's alone whatever the umask: SQLite takes it as it is. */
static int create_file(const char *path, struct fault *f)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0)
		return fault_set(f, FAULT_CANTCREATE, "%s: %s", path, strerror(errno));
	(void)close(fd);
	return 0;
}

static int create_all(
	struct ledger *l, const char *dir, const char *key_file, struct fault *f)
{
	auto_text path = text_format("%s/ledger.db", dir);

	if (!access(path, F_OK))
		return fault_set(f, FAULT_CANTCREATE,
			"%s exists: this folder holds an incident already", path);
	if (create_key(l, dir, key_file, f) || create_file(path, f))
		return -1;
	if (open_file(dir, l, f) || migrate(l, true, f) || create_rows(l, f)) {
		(void)unlink(path); /* half a ledger helps nobody; the unused key is kept:
				       keys are never deleted */
		return -1;
	}
	return 0;
}

int ledger_create(const char *dir, const struct ledger_options *o, struct fault *f)
{
	struct ledger *l = ledger_new(LEDGER_WRITE, o);
	int failed = create_all(l, dir, o->unlock.key_file, f);

	ledger_close(l, 0);
	return failed;
}

/* --- runs and transactions --- */

/* A verb that writes nothing leaves no trace, so that a refused file leaves the ledger as
 * it was. */
static int run_begin(struct ledger *l, struct fault *f)
{
	auto_query struct query *q = NULL;
	int64_t next;

	if (ledger_number(l, SQL("SELECT max(id) FROM run"), 0, &next, f))
		return -1;
	next++;
	if (ledger_query(l,
		    SQL("INSERT INTO run (id, verb, mode, started_at, operator_sealed)"
			" VALUES (:id, :verb, :mode, :at, :operator_sealed)"),
		    &q, f))
		return -1;
	query_bind_int(q, ":id", next);
	query_bind_text(q, ":verb", l->verb);
	query_bind_text(q, ":mode", l->run_mode);
	query_bind_int(q, ":at", clock_now());
	query_bind_sealed(q, ":operator_sealed", "run.operator_sealed", next, l->operator,
		strlen(l->operator), 64);
	if (query_run(q, f))
		return -1;
	l->run = next;
	return 0;
}

static int insert_end(struct ledger *l, int exit_code, struct fault *f)
{
	auto_query struct query *q = NULL;

	if (ledger_query(l,
		    SQL("INSERT INTO run_end (run_id, ended_at, exit_code) VALUES (:run, :at, :exit_code)"),
		    &q, f))
		return -1;
	query_bind_int(q, ":run", l->committed);
	query_bind_int(q, ":at", clock_now());
	query_bind_int(q, ":exit_code", exit_code);
	return query_run(q, f) || (l->history && history_end_run(l, f)) ? -1 : 0;
}

static void run_end(struct ledger *l, int exit_code)
{
	struct fault ignored;

	if (ledger_begin(l, &ignored))
		return;
	if (insert_end(l, exit_code, &ignored))
		ledger_rollback(l);
	else if (!ledger_commit(l, &ignored) && l->history)
		history_publish(l->history);
}

void ledger_close(struct ledger *l, int exit_code)
{
	if (!l)
		return;
	if (l->db) {
		ledger_rollback(l);
		if (l->committed)
			run_end(l, exit_code);
		history_stop(l->history);
		(void)sqlite3_close_v2(l->db);
	}
	vault_close(l->vault);
	lock_drop(l->lock);
	free(l->key_file);
	free(l->dir);
	free(l);
}

int ledger_begin(struct ledger *l, struct fault *f)
{
	if (l->mode == LEDGER_READ)
		return fault_set(
			f, FAULT_INTERNAL, "this verb opened the ledger for reading");
	if (l->depth++)
		return 0;
	if (exec(l->db, SQL("BEGIN IMMEDIATE"), f)) {
		l->depth = 0;
		return -1;
	}
	if (l->mode == LEDGER_REHEARSE)
		l->depth++; /* one more than will ever be committed */
	if (!history_begin(l, f) && (l->run || !run_begin(l, f)))
		return 0;
	ledger_rollback(l);
	return -1;
}

int ledger_commit(struct ledger *l, struct fault *f)
{
	if (--l->depth > 0)
		return 0;
	if (history_commit(l, f) || exec(l->db, SQL("COMMIT"), f)) {
		ledger_rollback(l);
		return -1;
	}
	l->committed = l->run;
	return 0;
}

void ledger_rollback(struct ledger *l)
{
	struct fault ignored;

	if (!sqlite3_get_autocommit(l->db))
		(void)exec(l->db, SQL("ROLLBACK"), &ignored);
	l->depth = 0;
	if (!l->committed)
		l->run = 0;
}

/* The copy that SQLite makes for it lies in memory, or where TMPDIR says; what is
 * personal is sealed in it too. */
int ledger_shrink(struct ledger *l, struct fault *f)
{
	if (l->mode != LEDGER_WRITE)
		return 0;
	return exec(l->db,
		SQL("PRAGMA temp_store=FILE; VACUUM; PRAGMA temp_store=MEMORY;"), f);
}

const struct vault *ledger_vault(const struct ledger *l)
{
	return l->vault;
}

int64_t ledger_run(const struct ledger *l)
{
	return l->run;
}

const char *ledger_id(const struct ledger *l)
{
	return l->id;
}

const char *ledger_key_file(const struct ledger *l)
{
	return l->key_file;
}

const char *ledger_dir(const struct ledger *l)
{
	return l->dir;
}

bool ledger_writes(const struct ledger *l)
{
	return l->mode == LEDGER_WRITE;
}

int64_t ledger_changes(const struct ledger *l)
{
	return sqlite3_changes64(l->db);
}
