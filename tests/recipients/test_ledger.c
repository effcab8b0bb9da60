/* SPDX-License-Identifier: MIT */
/*
 * ledger: made once, opened by its key alone, written by one process at a time, added to
 * and never changed.
 */
#include "tests/recipients/book.h"

#include <sqlite3.h>

static struct book book;

static int set_up(void **state)
{
	(void)state;
	book_make(&book);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	book_remove(&book);
	return 0;
}

static char *in_folder(const char *name)
{
	return text_format("%s/%s", book.dir, name);
}

static void read_bytes(struct text *out)
{
	auto_text path = in_folder("ledger.db");
	FILE *file = fopen(path, "r");
	char bytes[4096];
	size_t got;

	assert_non_null(file);
	while ((got = fread(bytes, 1, sizeof(bytes), file)))
		text_add(out, bytes, got);
	(void)fclose(file);
}

#define DECISIONS SQL("SELECT count(*) FROM decision")
#define RUNS SQL("SELECT count(*) FROM run")

/* --- making and opening --- */

static void made_once(void **state)
{
	auto_text_buffer before = {0}, after = {0};
	struct fault f = {0};

	(void)state;
	assert_int_equal(strlen(ledger_id(book.ledger)), 32);
	assert_string_equal(ledger_key_file(book.ledger), book.key);
	read_bytes(&before);
	book.options.unlock.key_file = "/nowhere/key";
	assert_int_equal(ledger_create(book.dir, &book.options, &f), -1);
	assert_int_equal(f.kind, FAULT_CANTCREATE);
	read_bytes(&after);
	assert_int_equal(before.length, after.length);
	assert_memory_equal(before.bytes, after.bytes, before.length);
}

static void only_for_its_owner(void **state)
{
	auto_text dir = text_format("%s/second", book.top);
	auto_text path = text_format("%s/ledger.db", dir);
	auto_text key = text_format("%s/second.key", book.top);
	mode_t before = umask(022);
	struct fault f = {0};
	struct stat st;

	(void)state;
	assert_int_equal(mkdir(dir, 0700), 0);
	book.options.unlock.key_file = key;
	fine(ledger_create(dir, &book.options, &f), &f);
	(void)umask(before);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
}

static void no_ledger(void **state)
{
	auto_text path = in_folder("ledger.db");
	auto_text lock = in_folder("ledger.lock");

	(void)state;
	book_shut(&book);
	assert_int_equal(unlink(path) || unlink(lock), 0);
	book_stays_shut(&book, LEDGER_READ, FAULT_CONFIG, "no ledger.db");
	book_stays_shut(&book, LEDGER_WRITE, FAULT_CONFIG, "no ledger.db");
	assert_int_equal(access(path, F_OK), -1);
	assert_int_equal(access(lock, F_OK), -1); /* no stray files elsewhere */
}

static void another_ledgers_key(void **state)
{
	auto_text other = text_format("%s/other.key", book.top);
	struct fault f = {0};

	(void)state;
	book_shut(&book);
	fine(vault_create(other, "ffffffffffffffffffffffffffffffff", &f), &f);
	book.options.unlock.key_file = other;
	book_stays_shut(&book, LEDGER_READ, FAULT_CONFIG, "another ledger");
	book_stays_shut(&book, LEDGER_WRITE, FAULT_CONFIG, "another ledger");
}

/* The right name over a wrong key. */
static void a_key_that_opens_nothing(void **state)
{
	char id[33];
	struct fault f = {0};

	(void)state;
	(void)snprintf(id, sizeof(id), "%s", ledger_id(book.ledger));
	book_shut(&book);
	assert_int_equal(unlink(book.key), 0);
	fine(vault_create(book.key, id, &f), &f);
	book_stays_shut(&book, LEDGER_READ, FAULT_CONFIG, "does not open this ledger");
}

static void a_newer_one(void **state)
{
	(void)state;
	book_shut(&book);
	book_tamper(&book, "PRAGMA user_version=999");
	book_stays_shut(&book, LEDGER_READ, FAULT_LEDGER, "newer version");
	book_stays_shut(&book, LEDGER_WRITE, FAULT_LEDGER, "newer version");
}

static void another_programs(void **state)
{
	(void)state;
	book_shut(&book);
	book_tamper(&book, "PRAGMA application_id=1");
	book_stays_shut(&book, LEDGER_READ, FAULT_LEDGER, "not a ledger of this program");
	book_stays_shut(&book, LEDGER_WRITE, FAULT_LEDGER, "not a ledger of this program");
}

static void no_database(void **state)
{
	auto_text path = in_folder("ledger.db");
	FILE *file;

	(void)state;
	book_shut(&book);
	file = fopen(path, "w");
	for (int i = 0; i < 1000; i++)
		(void)fputs("this is no ledger; ", file);
	assert_int_equal(fclose(file), 0);
	book_stays_shut(&book, LEDGER_READ, FAULT_LEDGER, "damaged");
	book_stays_shut(&book, LEDGER_WRITE, FAULT_LEDGER, "damaged");
}

/* --- runs and transactions --- */

static void a_run_that_writes_nothing(void **state)
{
	struct fault f = {0};
	auto_text_buffer before = {0}, after = {0};

	(void)state;
	read_bytes(&before);
	assert_int_equal(ledger_run(book.ledger), 0);
	fine(ledger_begin(book.ledger, &f), &f);
	assert_int_equal(ledger_run(book.ledger), 1);
	ledger_rollback(book.ledger);
	book_shut(&book);
	read_bytes(&after);
	assert_int_equal(before.length, after.length);
	assert_memory_equal(before.bytes, after.bytes, before.length);
}

static void a_run_that_writes(void **state)
{
	auto_query struct query *q = NULL;
	auto_text_buffer who = {0};
	struct fault f = {0};

	(void)state;
	for (int64_t i = 1; i < 3; i++) { /* two transactions, one run */
		fine(ledger_begin(book.ledger, &f), &f);
		book_decide(book.ledger, i, &f);
		fine(ledger_commit(book.ledger, &f), &f);
		assert_int_equal(ledger_run(book.ledger), 1);
	}
	ledger_close(book.ledger, 75);
	book_open(&book, LEDGER_READ);
	assert_int_equal(book_number(&book, RUNS), 1);
	assert_int_equal(
		book_number(&book, SQL("SELECT exit_code FROM run_end WHERE run_id = 1")),
		75);
	fine(ledger_query(book.ledger, SQL("SELECT * FROM run"), &q, &f), &f);
	assert_int_equal(query_next(q, &f), 1);
	assert_string_equal(query_text(q, "verb"), "test");
	assert_string_equal(query_text(q, "mode"), "rehearsal");
	fine(query_sealed(q, "operator_sealed", "run.operator_sealed", 1, &who, &f), &f);
	assert_string_equal(text_string(&who), "Ann Example");
}

static void nested(void **state)
{
	struct fault f = {0};

	(void)state;
	fine(ledger_begin(book.ledger, &f) || ledger_begin(book.ledger, &f), &f);
	book_decide(book.ledger, 1, &f);
	fine(ledger_commit(book.ledger, &f), &f);
	ledger_rollback(book.ledger); /* the outer one: nothing stays */
	assert_int_equal(book_number(&book, DECISIONS), 0);

	fine(ledger_begin(book.ledger, &f) || ledger_begin(book.ledger, &f), &f);
	book_decide(book.ledger, 1, &f);
	fine(ledger_commit(book.ledger, &f) || ledger_commit(book.ledger, &f), &f);
	ledger_rollback(book.ledger); /* nothing is open: nothing happens */
	assert_int_equal(book_number(&book, DECISIONS), 1);
}

static void readers_while_one_writes(void **state)
{
	struct ledger *reader = NULL;
	struct fault f = {0};
	int64_t n;

	(void)state;
	fine(ledger_open(book.dir, LEDGER_READ, &book.options, &reader, &f), &f);
	fine(ledger_begin(book.ledger, &f), &f);
	book_decide(book.ledger, 1, &f);
	fine(ledger_number(reader, DECISIONS, -1, &n, &f), &f);
	assert_int_equal(n, 0);
	fine(ledger_commit(book.ledger, &f), &f);
	fine(ledger_number(reader, DECISIONS, -1, &n, &f), &f);
	assert_int_equal(n, 1);
	ledger_close(reader, 0);
}

/* A decision is written while somebody else holds the lock, and both go on. */
static void beside_a_writer(void **state)
{
	struct ledger *second = NULL;
	struct fault f = {0};
	int64_t run;

	(void)state;
	fine(ledger_begin(book.ledger, &f), &f);
	book_decide(book.ledger, 1, &f);
	fine(ledger_commit(book.ledger, &f), &f);
	run = ledger_run(book.ledger);
	book_stays_shut(&book, LEDGER_WRITE, FAULT_TEMPORARY, "in use");
	book.options.beside = true;
	fine(ledger_open(book.dir, LEDGER_WRITE, &book.options, &second, &f), &f);
	fine(ledger_begin(second, &f), &f);
	book_decide(second, 2, &f);
	fine(ledger_commit(second, &f), &f);
	assert_true(ledger_run(second) > run);
	ledger_close(second, 0);
	assert_true(ledger_writer_alive(book.dir)); /* the lock is still the first one's */
	fine(ledger_begin(book.ledger, &f), &f);
	book_decide(book.ledger, 3, &f);
	fine(ledger_commit(book.ledger, &f), &f);
	assert_true(ledger_run(book.ledger) == run);
	assert_int_equal(book_number(&book, DECISIONS), 3);
}

static void beside_nobody(void **state)
{
	struct ledger *first = NULL;
	struct fault f = {0};

	(void)state;
	book_shut(&book);
	book.options.beside = true;
	fine(ledger_open(book.dir, LEDGER_WRITE, &book.options, &first, &f), &f);
	book.options.beside = false;
	book_stays_shut(&book, LEDGER_WRITE, FAULT_TEMPORARY, "in use");
	ledger_close(first, 0);
	book_open(&book, LEDGER_WRITE);
}

/* Only who has the lock changes the format. */
static void an_older_one_in_use(void **state)
{
	(void)state;
	book_tamper(&book, "PRAGMA user_version=1");
	book.options.beside = true;
	book_stays_shut(&book, LEDGER_WRITE, FAULT_TEMPORARY, "older format");
	book.options.beside = false;
}

static void left_open(void **state)
{
	struct fault f = {0};

	(void)state;
	fine(ledger_begin(book.ledger, &f), &f);
	book_decide(book.ledger, 1, &f);
	book_shut(&book);
	book_open(&book, LEDGER_WRITE);
	assert_int_equal(book_number(&book, DECISIONS), 0);
	assert_int_equal(book_number(&book, RUNS), 0);
}

static void rehearse(bool rolled_back)
{
	auto_text_buffer before = {0}, after = {0};
	struct fault f = {0};

	book_shut(&book);
	read_bytes(&before);
	book_open(&book, LEDGER_REHEARSE);
	if (rolled_back)
		ledger_rollback(
			book.ledger); /* a step that failed; the next one goes on */
	for (int64_t i = 1; i < 3; i++) {
		fine(ledger_begin(book.ledger, &f), &f);
		book_decide(book.ledger, i, &f);
		fine(ledger_commit(book.ledger, &f), &f);
		assert_int_equal(book_number(&book, DECISIONS), i);
	}
	book_shut(&book);
	read_bytes(&after);
	assert_int_equal(before.length, after.length);
	assert_memory_equal(before.bytes, after.bytes, before.length);
}

static void rehearsing_changes_nothing(void **state)
{
	(void)state;
	rehearse(false);
	rehearse(true);
}

static void a_reader_does_not_write(void **state)
{
	struct fault f = {0};

	(void)state;
	book_shut(&book);
	book_open(&book, LEDGER_READ);
	assert_int_equal(ledger_begin(book.ledger, &f), -1);
	assert_int_equal(f.kind, FAULT_INTERNAL);
	assert_int_equal(ledger_do(book.ledger, SQL("DELETE FROM message"), &f), -1);
	assert_int_equal(ledger_run(book.ledger), 0);
}

/* --- queries --- */

static void wrong_parameters(void **state)
{
	auto_query struct query *q = NULL;
	struct fault f = {0};

	(void)state;
	fine(ledger_query(book.ledger, SQL("SELECT :a AS a"), &q, &f), &f);
	query_bind_int(q, ":b", 1);
	assert_int_equal(query_next(q, &f), -1);
	assert_int_equal(f.kind, FAULT_INTERNAL);
	assert_non_null(strstr(f.text, ":b"));
	assert_int_equal(ledger_do(book.ledger, SQL("SELECT"), &f), -1);
	assert_int_equal(f.kind, FAULT_INTERNAL);
}

static void values_there_and_back(void **state)
{
	auto_query struct query *q = NULL;
	struct fault f = {0};
	const void *blob;
	size_t length;

	(void)state;
	fine(ledger_query(book.ledger,
		     SQL("SELECT :i AS i, :r AS r, :t AS t, :b AS b, :n AS n, :none AS none"),
		     &q, &f),
		&f);
	for (int turn = 0; turn < 2; turn++) { /* a statement is used again */
		query_bind_int(q, ":i", INT64_MIN + turn);
		query_bind_real(q, ":r", 0.25);
		query_bind_text(q, ":t", "O'Neill");
		query_bind_blob(q, ":b", "a\0b", 3);
		query_bind_null(q, ":n");
		query_bind_text(q, ":none", NULL);
		assert_int_equal(query_next(q, &f), 1);
		assert_true(query_int(q, "i") == INT64_MIN + turn);
		assert_true(query_real(q, "r") == 0.25);
		assert_string_equal(query_text(q, "t"), "O'Neill");
		blob = query_blob(q, "b", &length);
		assert_int_equal(length, 3);
		assert_memory_equal(blob, "a\0b", 3);
		assert_true(query_null(q, "n") && query_null(q, "none"));
		assert_null(query_text(q, "none"));
		assert_int_equal(query_next(q, &f), 0);
	}
}

/* --- history --- */

/* A row in every table, whatever it says: the triggers do not look at values. */
static void fill_all_tables(void)
{
	book_tamper(&book, "PRAGMA foreign_keys=OFF; PRAGMA ignore_check_constraints=ON;"
	       "INSERT INTO run VALUES (1, 'v', 'rehearsal', 1, x'00');"
	       "INSERT INTO run_end VALUES (1, 1, 0);"
	       "INSERT INTO history VALUES (1, 1, 1, 'run', 0, x'00', x'00', x'00');"
	       "INSERT INTO key_event VALUES (1, 1, 1, 'add', 2, 'recovery', x'00');"
	       "INSERT INTO archived VALUES (1, 1, 1, 'live', 0, 0, NULL, NULL, NULL, NULL, NULL);"
	       "INSERT INTO source VALUES (1, 1, 'people', NULL, x'00', 0, 0, 0, 0, 0, 0, x'00', NULL);"
	       "INSERT INTO person VALUES (1, 1);"
	       "INSERT INTO entry VALUES (1, 1, 1, x'00');"
	       "INSERT INTO record VALUES (1, 1, x'00');"
	       "INSERT INTO reject VALUES (1, 1, x'00');"
	       "INSERT INTO decision VALUES (1, 1, 1, 'row', NULL, NULL, NULL, NULL, 'x', x'00');"
	       "INSERT INTO match_set VALUES (1, 1, x'00', '');"
	       "INSERT INTO match VALUES (1, 1, 'matched', 'x');"
	       "INSERT INTO candidate VALUES (1, 1, 1, 1.0);"
	       "INSERT INTO presence VALUES (1, 1, 1.0, 1.0);"
	       "INSERT INTO group_set VALUES (1, 1, x'00');"
	       "INSERT INTO assignment VALUES (1, 1, 1, 'x', 0, 'mail', 'level', 1, x'00', 0, 0);"
	       "INSERT INTO question VALUES (1, 1, 'k', x'00');"
	       "INSERT INTO compose_set VALUES (1, 1, 1, 'rehearsal', x'00');"
	       "INSERT INTO notice VALUES (1, 1, 1, 'x', 0, 'notice', x'00', x'00', x'00', x'00', x'00', 0);"
	       "INSERT INTO stencil VALUES (1, 1, x'00');"
	       "INSERT INTO message VALUES (1, 1, x'00');"
	       "INSERT INTO task (id, set_id, person_id, level, level_order, reason) VALUES (1, 1, 1, 'x', 0, 'level');"
	       "INSERT INTO plan VALUES (1, 1, 1, NULL);"
	       "INSERT INTO release VALUES (1, 1, 1, 'rehearsal', 1, 'd', 'm');"
	       "INSERT INTO release_item VALUES (1, 1, 1);"
	       "INSERT INTO release_withdrawn VALUES (1, 1, 1);"
	       "INSERT INTO attempt VALUES (1, 1, 1, 1, 1, 1);"
	       "INSERT INTO outcome VALUES (1, 1, 1, 'accepted', 250, '', x'00');"
	       "INSERT INTO person_decision VALUES (1, 1, 1, 1, 'hold', NULL, 1, 1, NULL, x'00');"
	       "INSERT INTO task_event VALUES (1, 1, 1, 1, 'done', NULL, NULL, x'00');"
	       "INSERT INTO task_letter VALUES (1, 1, 1, x'00', x'00');"
	       "INSERT INTO note VALUES (1, 1, 1, 1, 'delay', NULL, x'00');"
	       "INSERT INTO source_withdrawn VALUES (1, 1, 1, x'00');"
	       "INSERT INTO person_reopened VALUES (1, 1, 1);"
	       "INSERT INTO match_fact VALUES (1, 'x', 0.5);"
	       "INSERT INTO shield VALUES (1, 1, x'00');"
	       "INSERT INTO shield_entry VALUES (1, 1);"
	       "INSERT INTO person_shielded VALUES (1, 1, 1);"
	       "INSERT INTO head_start_lifted VALUES (1, 1, 1, 'rehearsal', 1, x'00');"
	       "INSERT INTO record_level VALUES (1, 1, 'x', 0);"
	       "INSERT INTO record_apart VALUES (1, 1, 'x');"
	       "INSERT INTO given_up VALUES (1, 1, 1, NULL);"
	       "INSERT INTO test_mail VALUES (1, 1, 1, 'x', 'accepted', 250, x'00');"
	       "INSERT INTO outcome_relay VALUES (1, 1);"
	       "INSERT INTO letter VALUES (1, 1, 1, 'live', 'imap', x'00', 1, 0);"
	       "INSERT INTO letter_body VALUES (1, x'00');"
	       "INSERT INTO reading VALUES (1, 1, 1, 1, 'human', 'nothing', '', 'tied', 0, 0, 0, x'00');"
	       "INSERT INTO receipt VALUES (1, 1, 1, 1, 1, 'read', '', 'token', 1, 1, NULL, '', '', '', x'00');"
	       "INSERT INTO letter_ruling VALUES (1, 1, 1, 1, 'ack', x'00');"
	       "INSERT INTO letter_tied VALUES (1, 1, x'00');"
	       "INSERT INTO mailbox_position VALUES (1, 1, 'live', x'00', 1, 1);"
	       "INSERT INTO round VALUES (1, 1, 1, 'live', 'resend', x'00', x'00');"
	       "INSERT INTO follow_up VALUES (1, 'reminder', 1, 1, 1, NULL, 1);"
	       "INSERT INTO follow_up_over VALUES (1, 1, 1);"
	       "INSERT INTO escalation VALUES (1, 1, 1, 'silence', NULL);"
	       "INSERT INTO release_standing VALUES (1, 1);"
	       "INSERT INTO proposal VALUES (1, 1, 1, 'release', 'live', 'd', 't');"
	       "INSERT INTO proposal_withdrawn VALUES (1, 1, 1);"
	       "INSERT INTO signature VALUES (1, 'SHA256:x', 1, 1, 'a');"
	       "INSERT INTO signer_set VALUES (1, 1, 1, 1);"
	       "INSERT INTO signer_revoked VALUES (1, 1, 'SHA256:x', 1, 1, x'00');"
	       "INSERT INTO release_signed VALUES (1, 1);"
	       "INSERT INTO release_emergency VALUES (1, 1, 1, 1, 0, x'00');"
	       "INSERT INTO alert VALUES (1, 1, 1, 'live', '{}', 0);"
	       "INSERT INTO reviewer VALUES (1, 1, 1, 'rep', 'staff', 1, x'00');"
	       "INSERT INTO reviewer_secret VALUES (1, 1, 1, 1, 'h', 1, x'00');"
	       "INSERT INTO reviewer_removed VALUES (1, 1, 1, x'00');"
	       "INSERT INTO visit_read VALUES (1, 1, 1, 'j', 1);"
	       "INSERT INTO visit VALUES (1, 1, 1, 1, 'view', '/', x'00');"
	       "INSERT INTO point VALUES (1, 1, 1, 1, x'00');"
	       "INSERT INTO point_answer VALUES (1, 1, 1, 1, x'00');"
	       "INSERT INTO asked VALUES (1, 1, 1, 1, x'00');"
	       "INSERT INTO asked_taken VALUES (1, 1, 1, 1);");
}

static bool may_be_deleted(const char *table)
{
	return !strcmp(table, "message") || !strcmp(table, "stencil") ||
	       !strcmp(table, "letter_body");
}

/* The column that is set to itself. */
static char *some_column(sqlite3 *db, const char *table)
{
	sqlite3_stmt *s = NULL;
	char *name;

	assert_int_equal(sqlite3_prepare_v2(db, "SELECT name FROM pragma_table_info(?1)",
				 -1, &s, NULL),
		SQLITE_OK);
	assert_int_equal(sqlite3_bind_text(s, 1, table, -1, SQLITE_STATIC), SQLITE_OK);
	assert_int_equal(sqlite3_step(s), SQLITE_ROW);
	name = text_copy((const char *)sqlite3_column_text(s, 0));
	(void)sqlite3_finalize(s);
	return name;
}

static void refuses(sqlite3 *db, const char *table, const char *sql, bool refused)
{
	int code = sqlite3_exec(db, sql, NULL, NULL, NULL);

	if (refused != (code != SQLITE_OK))
		fail_msg("%s %s", refused ? "not refused:" : "refused:", sql);
	if (refused && !strstr(sqlite3_errmsg(db), "append-only"))
		fail_msg("%s: %s", table, sqlite3_errmsg(db));
}

static void history_stays(void **state)
{
	auto_text path = in_folder("ledger.db");
	sqlite3_stmt *tables = NULL;
	sqlite3 *db;
	int count = 0;

	(void)state;
	book_shut(&book);
	fill_all_tables();
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db,
				 /* history_now and history_table follow from all the others */
				 "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'history\\__%' ESCAPE '\\'",
				 -1, &tables, NULL),
		SQLITE_OK);
	for (; sqlite3_step(tables) == SQLITE_ROW; count++) {
		const char *table = (const char *)sqlite3_column_text(tables, 0);
		auto_text column = some_column(db, table);
		auto_text update =
			text_format("UPDATE %s SET %s = %s", table, column, column);
		auto_text delete = text_format("DELETE FROM %s", table);

		refuses(db, table, update, true);
		if (!may_be_deleted(table))
			refuses(db, table, delete, true);
	}
	assert_int_equal(count, 75);
	(void)sqlite3_finalize(tables);
	refuses(db, "message", "DELETE FROM message", false);
	refuses(db, "stencil", "DELETE FROM stencil", false);
	refuses(db, "letter_body", "DELETE FROM letter_body", false);
	(void)sqlite3_close(db);
}

#define EACH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		EACH(made_once),
		EACH(only_for_its_owner),
		EACH(no_ledger),
		EACH(another_ledgers_key),
		EACH(a_key_that_opens_nothing),
		EACH(a_newer_one),
		EACH(another_programs),
		EACH(no_database),
		EACH(a_run_that_writes_nothing),
		EACH(a_run_that_writes),
		EACH(nested),
		EACH(readers_while_one_writes),
		EACH(beside_a_writer),
		EACH(beside_nobody),
		EACH(an_older_one_in_use),
		EACH(left_open),
		EACH(rehearsing_changes_nothing),
		EACH(a_reader_does_not_write),
		EACH(wrong_parameters),
		EACH(values_there_and_back),
		EACH(history_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
