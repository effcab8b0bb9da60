/* SPDX-License-Identifier: MIT */
/*
 * The account of rows. Which transaction they are written in is ledger.c's; that nothing
 * may be changed in the first place is the schema's triggers'.
 *
 * What can go wrong: a sum that does not fit (74, in history_check), a head file that
 * cannot be written (then an older copy is not known for one; nothing is refused).
 */
#include "recipients/history.h"

#include <fcntl.h>
#include <inttypes.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "recipients/account.h"
#include "recipients/clock.h"
#include "recipients/keyring.h"
#include "recipients/ledger_inside.h"
#include "recipients/text.h"

#define OWN "history" /* our own tables: no account of the account */

struct history {
	struct account now;
	bool changed, scanned;      /* since the transaction began; in this run */
	char *head_file, *log_file; /* beside the key; where the settings say, or NULL */
	struct history_head head;   /* to be published */
};

/* --- rows as they come and go --- */

typedef int get_value(sqlite3 *db, int column, sqlite3_value **ret);

/* Counts one row in or out. SQLite gives its values but for want of memory, and without
 * one of them the sum would be that of another row, for good: then rather nothing at all,
 * what was begun is rolled back. */
static void count_row(
	struct ledger *l, sqlite3 *db, const char *table, get_value *get, int sign)
{
	struct account *a = &l->history->now;

	account_begin(a, table);
	for (int i = 0; i < sqlite3_preupdate_count(db); i++) {
		sqlite3_value *value = NULL;

		if (get(db, i, &value))
			abort();
		account_value(a, value);
	}
	account_row(a, l->vault, table, sign);
}

/* SQLite's word that a row comes or goes. */
static void on_change(void *user, sqlite3 *db, int what, const char *database,
	const char *table, sqlite3_int64 before, sqlite3_int64 after)
{
	struct ledger *l = user;

	(void)before;
	(void)after;
	if (strcmp(database, "main") != 0 || !strncmp(table, OWN, strlen(OWN)))
		return;
	l->history->changed = true;
	if (what != SQLITE_INSERT)
		count_row(l, db, table, sqlite3_preupdate_old, -1);
	if (what != SQLITE_DELETE)
		count_row(l, db, table, sqlite3_preupdate_new, 1);
}

/* --- all rows --- */

static int scan_table(
	struct ledger *l, const char *name, struct account *a, struct fault *f)
{
	/* The one statement that is put together: of a name that the schema itself gave.
	 */
	auto_text sql = text_format("SELECT * FROM main.%s", name);
	sqlite3_stmt *statement = NULL;
	int code = sqlite3_prepare_v2(l->db, sql, -1, &statement, NULL);

	while (!code && (code = sqlite3_step(statement)) == SQLITE_ROW) {
		account_begin(a, name);
		for (int i = 0; i < sqlite3_column_count(statement); i++)
			account_value(a, sqlite3_column_value(statement, i));
		account_row(a, l->vault, name, 1);
		code = SQLITE_OK;
	}
	(void)sqlite3_finalize(statement);
	return code == SQLITE_DONE ? 0 : ledger_sql_fault(l->db, code, f);
}

static int scan(struct ledger *l, struct account *a, struct fault *f)
{
	auto_query struct query *q = NULL;
	int got;

	account_clear(a);
	if (ledger_query(l,
		    SQL("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'history%'"
			" AND name NOT LIKE 'sqlite_%' ORDER BY name"),
		    &q, f))
		return -1;
	while ((got = query_next(q, f)) > 0)
		if (scan_table(l, query_text(q, "name"), a, f))
			return -1;
	return got;
}

/* --- what is kept with the rows --- */

static int load(struct ledger *l, struct account *a, bool *ret_there, struct fault *f)
{
	auto_query struct query *q = NULL, *t = NULL;
	size_t length = 0;
	const void *sum;
	int got;

	account_clear(a);
	*ret_there = false;
	if (ledger_query(
		    l, SQL("SELECT rows, sum FROM history_now WHERE id = 1"), &q, f) ||
		ledger_query(l, SQL("SELECT name, rows, sum FROM history_table"), &t, f))
		return -1;
	got = query_next(q, f);
	if (got <= 0)
		return got;
	a->rows = query_int(q, "rows");
	sum = query_blob(q, "sum", &length);
	if (length != sizeof(a->sum))
		return fault_set(f, FAULT_LEDGER,
			"the ledger's history is damaged: its sum has another length");
	memcpy(&a->sum, sum, length);
	while ((got = query_next(t, f)) > 0) {
		struct account_table *table = account_table(a, query_text(t, "name"));

		table->rows = query_int(t, "rows");
		sum = query_blob(t, "sum", &length);
		memcpy(table->sum, sum,
			length < sizeof(table->sum) ? length : sizeof(table->sum));
	}
	*ret_there = got == 0;
	return got;
}

static int save_tables(struct ledger *l, struct account *a, struct fault *f)
{
	auto_query struct query *q = NULL;

	if (ledger_query(l,
		    SQL("INSERT INTO history_table (name, rows, sum) VALUES (:name, :rows, :sum)"
			" ON CONFLICT (name) DO UPDATE SET rows = excluded.rows, sum = excluded.sum"),
		    &q, f))
		return -1;
	for (size_t i = 0; i < a->tables_count; i++) {
		struct account_table *t = &a->tables[i];

		if (!t->changed)
			continue;
		query_bind_text(q, ":name", t->name);
		query_bind_int(q, ":rows", t->rows);
		query_bind_blob(q, ":sum", t->sum, sizeof(t->sum));
		if (query_run(q, f))
			return -1;
		t->changed = false;
	}
	return 0;
}

static int save(struct ledger *l, struct account *a, struct fault *f)
{
	auto_query struct query *q = NULL;

	if (ledger_query(l,
		    SQL("INSERT INTO history_now (id, rows, sum) VALUES (1, :rows, :sum)"
			" ON CONFLICT (id) DO UPDATE SET rows = excluded.rows, sum = excluded.sum"),
		    &q, f))
		return -1;
	query_bind_int(q, ":rows", a->rows);
	query_bind_blob(q, ":sum", &a->sum, sizeof(a->sum));
	return query_run(q, f) || save_tables(l, a, f) ? -1 : 0;
}

/* --- entries --- */

struct entry {
	int64_t seq, run, at, rows;
	const char *kind;
	unsigned char state[VAULT_SHA256], previous[VAULT_SHA256], hash[VAULT_SHA256];
};

static void entry_text(const struct entry *e, struct text *out)
{
	char state[HISTORY_HASH], previous[HISTORY_HASH];

	vault_hex(e->state, sizeof(e->state), state);
	vault_hex(e->previous, sizeof(e->previous), previous);
	text_printf(out,
		"breachmail-history 1\nentry %" PRId64 "\nrun %" PRId64 "\nat %" PRId64
		"\nkind %s\nrows %" PRId64 "\nstate %s\nprevious %s\n",
		e->seq, e->run, e->at, e->kind, e->rows, state, previous);
}

static void entry_hash(const struct entry *e, unsigned char out[VAULT_SHA256])
{
	auto_text_buffer words = {0};

	entry_text(e, &words);
	vault_sha256(words.bytes, words.length, out);
}

static void copy_hash(
	struct query *q, const char *column, unsigned char out[VAULT_SHA256])
{
	size_t length;
	const void *bytes = query_blob(q, column, &length);

	memset(out, 0, VAULT_SHA256);
	if (length == VAULT_SHA256)
		memcpy(out, bytes, length);
}

/* `kind` of it is borrowed until the next step of `q`. */
static void entry_read(struct query *q, struct entry *e)
{
	*e = (struct entry){.seq = query_int(q, "seq"),
		.run = query_int(q, "run_id"),
		.at = query_int(q, "at"),
		.rows = query_int(q, "rows"),
		.kind = query_text(q, "kind")};
	copy_hash(q, "state", e->state);
	copy_hash(q, "previous", e->previous);
	copy_hash(q, "hash", e->hash);
}

int history_entry(struct ledger *l, int64_t seq, struct text *out,
	char hash[HISTORY_HASH], struct fault *f)
{
	auto_query struct query *q = NULL;
	struct entry e;
	int got;

	if (ledger_query(l, SQL("SELECT * FROM history WHERE seq = :seq"), &q, f))
		return -1;
	query_bind_int(q, ":seq", seq);
	got = query_next(q, f);
	if (got <= 0)
		return got;
	entry_read(q, &e);
	entry_text(&e, out);
	vault_hex(e.hash, sizeof(e.hash), hash);
	return 1;
}

int history_head(struct ledger *l, struct history_head *ret, struct fault *f)
{
	auto_query struct query *q = NULL;
	struct entry e;
	int got;

	*ret = (struct history_head){0};
	if (ledger_query(
		    l, SQL("SELECT * FROM history ORDER BY seq DESC LIMIT 1"), &q, f))
		return -1;
	got = query_next(q, f);
	if (got <= 0)
		return got;
	entry_read(q, &e);
	ret->seq = e.seq;
	ret->rows = e.rows;
	vault_hex(e.hash, sizeof(e.hash), ret->hash);
	return 0;
}

static void state_of(const struct account *a, unsigned char out[VAULT_SHA256])
{
	vault_sha256(&a->sum, sizeof(a->sum), out);
}

static int last_hash(struct ledger *l, struct entry *e, struct fault *f)
{
	auto_query struct query *q = NULL;
	int got;

	if (ledger_query(l,
		    SQL("SELECT seq, hash FROM history ORDER BY seq DESC LIMIT 1"), &q,
		    f))
		return -1;
	got = query_next(q, f);
	if (got > 0) {
		e->seq = query_int(q, "seq");
		copy_hash(q, "hash", e->previous);
	}
	return got < 0 ? -1 : 0;
}

int history_end_run(struct ledger *l, struct fault *f)
{
	struct history *h = l->history;
	auto_query struct query *q = NULL;
	struct entry e = {.run = l->committed,
		.at = clock_now(),
		.kind = h->scanned ? "scan" : "run",
		.rows = h->now.rows};

	if (last_hash(l, &e, f) ||
		ledger_query(l,
			SQL("INSERT INTO history (seq, run_id, at, kind, rows, state, previous, hash)"
			    " VALUES (:seq, :run, :at, :kind, :rows, :state, :previous, :hash)"),
			&q, f))
		return -1;
	e.seq++;
	state_of(&h->now, e.state);
	entry_hash(&e, e.hash);
	query_bind_int(q, ":seq", e.seq);
	query_bind_int(q, ":run", e.run);
	query_bind_int(q, ":at", e.at);
	query_bind_text(q, ":kind", e.kind);
	query_bind_int(q, ":rows", e.rows);
	query_bind_blob(q, ":state", e.state, sizeof(e.state));
	query_bind_blob(q, ":previous", e.previous, sizeof(e.previous));
	query_bind_blob(q, ":hash", e.hash, sizeof(e.hash));
	h->head.seq = e.seq;
	vault_hex(e.hash, sizeof(e.hash), h->head.hash);
	return query_run(q, f);
}

/* --- transactions --- */

/* Only a ledger from before there was a history has no sum: else whoever took it away
 * could have had any rows counted as ours. */
static int refuse_gone(struct ledger *l, struct fault *f)
{
	struct history_head head;

	if (history_head(l, &head, f))
		return -1;
	return head.seq
		       ? fault_set(f, FAULT_LEDGER,
				 "the sum over the rows is gone. Somebody changed the ledger without this program")
		       : 0;
}

int history_begin(struct ledger *l, struct fault *f)
{
	struct history *h = l->history;
	bool there;

	if (!h)
		return 0;
	/* Somebody else may have written since: a decision beside a send. */
	if (load(l, &h->now, &there, f))
		return -1;
	h->changed = false;
	if (there)
		return 0;
	h->scanned = h->changed = true;
	return refuse_gone(l, f) || scan(l, &h->now, f) ? -1 : 0;
}

int history_commit(struct ledger *l, struct fault *f)
{
	if (!l->history->changed)
		return 0;
	l->history->changed = false;
	return save(l, &l->history->now, f);
}

/* --- heads outside --- */

static int open_head(const char *path)
{
	auto_text folder = text_copy(path);

	(void)mkdir(dirname(folder), 0700);
	return open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
}

const char *history_line(const struct history_head *head, char out[HISTORY_LINE])
{
	(void)snprintf(out, HISTORY_LINE, "breachmail-history-head 1 %020" PRId64 " %s\n",
		head->seq, head->seq ? head->hash : "none");
	return out;
}

static void write_line(const char *path, bool append, const struct history_head *head)
{
	char line[HISTORY_LINE];
	int fd = open_head(path);

	if (fd < 0)
		return;
	(void)history_line(head, line);
	(void)!pwrite(fd, line, strlen(line), append ? lseek(fd, 0, SEEK_END) : 0);
	(void)close(fd);
}

void history_publish(const struct history *h)
{
	write_line(h->head_file, false, &h->head);
	if (h->log_file)
		write_line(h->log_file, true, &h->head);
}

void history_start(struct ledger *l, const char *dir, const struct ledger_options *o)
{
	struct history *h = text_alloc(sizeof(*h));

	h->head_file = keyring_beside(
		l->key_file, l->id, dir, !strcmp(l->run_mode, "live"), "history");
	h->log_file = text_copy(o->head_file);
	l->history = h;
	(void)sqlite3_preupdate_hook(l->db, on_change, l);
}

void history_stop(struct history *h)
{
	if (!h)
		return;
	account_clear(&h->now);
	free(h->head_file);
	free(h->log_file);
	free(h);
}

/* --- the check --- */

/* Table by table, so that one is named; `is` and `was` come to have the same ones. */
static int compare(struct account *is, struct account *was, struct fault *f)
{
	static const char who[] = "Somebody changed the ledger without this program";

	for (size_t i = 0; i < was->tables_count; i++)
		(void)account_table(is, was->tables[i].name);
	for (size_t i = 0; i < is->tables_count; i++) {
		const struct account_table *a = &is->tables[i];
		const struct account_table *b = account_table(was, a->name);

		if (a->rows != b->rows)
			return fault_set(f, FAULT_LEDGER,
				"table %s: has %lld rows, and %lld were written. %s",
				a->name, (long long)a->rows, (long long)b->rows, who);
		if (memcmp(a->sum, b->sum, sizeof(a->sum)) != 0)
			return fault_set(f, FAULT_LEDGER,
				"table %s: a row is not as it was written. %s", a->name,
				who);
	}
	if (was->rows != is->rows || memcmp(&was->sum, &is->sum, sizeof(is->sum)) != 0)
		return fault_set(f, FAULT_LEDGER,
			"the rows are not those that were written. %s", who);
	return 0;
}

static int check_sum(struct ledger *l, struct account *is, struct fault *f)
{
	struct account *was = text_alloc(sizeof(*was));
	bool there;
	int failed = load(l, was, &there, f) || scan(l, is, f) ||
		     (there ? compare(is, was, f) : refuse_gone(l, f));

	account_clear(was);
	free(was);
	return failed ? -1 : 0;
}

static int check_entry(const struct entry *e, int64_t seq,
	const unsigned char previous[VAULT_SHA256], struct fault *f)
{
	unsigned char hash[VAULT_SHA256];

	entry_hash(e, hash);
	if (e->seq != seq || memcmp(e->previous, previous, VAULT_SHA256) != 0 ||
		memcmp(e->hash, hash, VAULT_SHA256) != 0)
		return fault_set(f, FAULT_LEDGER,
			"entry %lld of the history is not as it was written",
			(long long)seq);
	return 0;
}

/* Follows the chain; the last entry fits the sum unless a run is going on, or was cut. */
static int check_chain(struct ledger *l, const struct account *is,
	struct history_head *ret, struct fault *f)
{
	auto_query struct query *q = NULL;
	unsigned char previous[VAULT_SHA256] = {0}, state[VAULT_SHA256];
	struct entry e = {0};
	int64_t cut;
	int got;

	if (ledger_number(l,
		    SQL("SELECT count(*) FROM run r LEFT JOIN run_end e ON e.run_id = r.id WHERE e.run_id IS NULL"
			" AND r.id > (SELECT coalesce(max(run_id), 0) FROM history)"),
		    0, &cut, f) ||
		ledger_query(l, SQL("SELECT * FROM history ORDER BY seq"), &q, f))
		return -1;
	while ((got = query_next(q, f)) > 0) {
		entry_read(q, &e);
		if (check_entry(&e, ret->seq + 1, previous, f))
			return -1;
		memcpy(previous, e.hash, sizeof(previous));
		ret->seq = e.seq;
		ret->rows = e.rows;
	}
	vault_hex(previous, sizeof(previous), ret->hash);
	state_of(is, state);
	if (!got && ret->seq && !cut && memcmp(state, e.state, sizeof(state)) != 0)
		return fault_set(f, FAULT_LEDGER,
			"the end of the history is missing: rows were written after entry %lld by no run",
			(long long)ret->seq);
	return got;
}

/* Written by nobody but us: a line that we would not write was changed. One that a power
 * cut tore off is the last, and says nothing. */
#define WHOLE 111 /* signs of a line before its end */
static int check_line(struct ledger *l, const char *path, const struct text *line,
	const struct history_head *have, struct fault *f)
{
	auto_text_buffer words = {0};
	struct history_head kept = {0};
	char hash[HISTORY_HASH] = "", again[HISTORY_LINE];

	if (line->length < WHOLE && line->bytes[line->length - 1] != '\n')
		return 0;
	if (sscanf(line->bytes, "breachmail-history-head 1 %" SCNd64 " %64s", &kept.seq,
		    kept.hash) != 2 ||
		strncmp(line->bytes, history_line(&kept, again), strlen(again) - 1) != 0)
		return fault_set(f, FAULT_LEDGER,
			"%s: a line is no head of a history. Somebody changed it", path);
	if (!kept.seq)
		return 0;
	if (kept.seq > have->seq)
		return fault_set(f, FAULT_LEDGER,
			"this ledger is an older copy, or its end was cut off: it has %lld entries of history, %s knows of %lld",
			(long long)have->seq, path, (long long)kept.seq);
	if (history_entry(l, kept.seq, &words, hash, f) < 0)
		return -1;
	if (strcmp(hash, kept.hash) != 0)
		return fault_set(f, FAULT_LEDGER,
			"entry %lld of the history is another than %s knows: the past was written anew",
			(long long)kept.seq, path);
	return 0;
}

static int check_head(struct ledger *l, const char *path, const struct history_head *have,
	struct fault *f)
{
	FILE *file = fopen(path, "re");
	auto_text_buffer line = {0};
	ssize_t got;
	int failed = 0;

	if (!file)
		return 0;
	while (!failed && (got = getline(&line.bytes, &line.room, file)) > 0) {
		line.length = (size_t)got;
		failed = check_line(l, path, &line, have, f);
	}
	(void)fclose(file);
	return failed;
}

int history_check(struct ledger *l, const char *const *heads, struct history_head *ret,
	struct fault *f)
{
	auto_text beside = keyring_beside(
		l->key_file, l->id, l->dir, !strcmp(l->run_mode, "live"), "history");
	struct account *is = text_alloc(sizeof(*is));
	int failed;

	*ret = (struct history_head){0};
	failed = check_sum(l, is, f) || check_chain(l, is, ret, f) ||
		 check_head(l, beside, ret, f);
	for (; !failed && heads && *heads; heads++)
		failed = check_head(l, *heads, ret, f);
	account_clear(is);
	free(is);
	return failed ? -1 : 0;
}
