/* SPDX-License-Identifier: MIT */
/*
 * history: whatever SQLite refuses, at whichever call, the account of rows still fits
 * them; whatever somebody else changes is found; and heads outside, as they are and as
 * they are not to be. What is changed from outside is also tried in
 * tests/flow/test_history.py.
 */
#include "tests/recipients/book.h"

#include <dlfcn.h>
#include <sqlite3.h>

#include "recipients/history.h"

/* --- SQLite, as far as it is asked --- */

static int refuse_at; /* the call that is refused, counted down; 0: none */
static bool inside;   /* SQLite calls itself */

/* The linker takes these before the library's, to which they pass on. */
#define CALL(refusal, name, ...)                                                         \
	if (!inside && refuse_at && --refuse_at == 0)                                    \
		return (refusal);                                                        \
	const bool within = inside;                                                      \
	inside = true;                                                                   \
	const int code = ((__typeof__(&name))dlsym(RTLD_NEXT, #name))(__VA_ARGS__);      \
	inside = within;                                                                 \
	return code

int sqlite3_step(sqlite3_stmt *statement)
{
	CALL(SQLITE_IOERR, sqlite3_step, statement);
}

int sqlite3_prepare_v2(
	sqlite3 *db, const char *sql, int length, sqlite3_stmt **ret, const char **tail)
{
	CALL(SQLITE_NOMEM, sqlite3_prepare_v2, db, sql, length, ret, tail);
}

int sqlite3_prepare_v3(sqlite3 *db, const char *sql, int length, unsigned flags,
	sqlite3_stmt **ret, const char **tail)
{
	CALL(SQLITE_NOMEM, sqlite3_prepare_v3, db, sql, length, flags, ret, tail);
}

int sqlite3_exec(sqlite3 *db, const char *sql, int (*row)(void *, int, char **, char **),
	void *user, char **error)
{
	CALL(SQLITE_FULL, sqlite3_exec, db, sql, row, user, error);
}

/* A disk that writes at once: nobody pulls a plug here. */
int fdatasync(int fd)
{
	(void)fd;
	return 0;
}

int fsync(int fd)
{
	(void)fd;
	return 0;
}

/* --- a ledger with some history --- */

static struct book book;

/* One run that writes a note; as much of it as is not refused. */
static int write_run(struct fault *f)
{
	struct ledger *l;
	int failed;

	if (ledger_open(book.dir, LEDGER_WRITE, &book.options, &l, f))
		return -1;
	failed = ledger_begin(l, f) ||
		 ledger_do(l, SQL("INSERT INTO odd VALUES (7, 'seven')"), f) ||
		 ledger_commit(l, f);
	ledger_close(l, failed);
	return failed ? -1 : 0;
}

static int check(const char *const *heads, struct history_head *ret, struct fault *f)
{
	struct ledger *l;
	int failed;

	if (ledger_open(book.dir, LEDGER_READ, &book.options, &l, f))
		return -1;
	failed = history_check(l, heads, ret, f);
	ledger_close(l, 0);
	return failed;
}

static void fits(void)
{
	struct history_head head;
	struct fault f = {0};

	fine(check(NULL, &head, &f), &f);
}

static void does_not_fit(const char *says)
{
	struct history_head head;
	struct fault f = {0};

	assert_int_equal(check(NULL, &head, &f), -1);
	assert_int_equal(f.kind, FAULT_LEDGER);
	if (!strstr(f.text, says))
		fail_msg("'%s' does not say '%s'", f.text, says);
}

static int set_up(void **state)
{
	struct fault f = {0};

	(void)state;
	book_make(&book);
	fine(ledger_do(book.ledger, SQL("CREATE TABLE odd (a, b)"), &f), &f);
	book_shut(&book);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	refuse_at = 0;
	book_remove(&book);
	return 0;
}

/* --- refusals --- */

#define MOST 400 /* calls of a run; there are fewer */

static void a_run_is_refused_anywhere(void **state)
{
	struct fault f = {0};
	int at = 1;

	(void)state;
	fine(write_run(&f), &f);
	for (; at < MOST; at++) {
		bool through;

		refuse_at = at;
		(void)write_run(&f);
		through = refuse_at > 0;
		refuse_at = 0;
		fits();
		if (through)
			break;
	}
	assert_in_range(at, 20, MOST - 1);
	fine(write_run(&f), &f);
	fits();
}

static void a_look_is_refused_anywhere(void **state)
{
	struct history_head head;
	struct fault f = {0};
	int at = 1, failed = -1;

	(void)state;
	fine(write_run(&f), &f);
	for (; at < MOST && failed; at++) {
		refuse_at = at;
		failed = check(NULL, &head, &f);
		assert_true(failed || refuse_at > 0);
		assert_true(!failed || (f.kind != FAULT_LEDGER && f.text[0]));
		refuse_at = 0;
	}
	assert_in_range(at, 20, MOST - 1);
}

static void an_entry_is_refused(void **state)
{
	auto_text_buffer words = {0};
	struct history_head head;
	char hash[HISTORY_HASH];
	struct fault f = {0};

	(void)state;
	book_open(&book, LEDGER_WRITE);
	fine(history_head(book.ledger, &head, &f), &f);
	assert_int_equal(head.seq, 0);
	assert_int_equal(history_entry(book.ledger, 1, &words, hash, &f), 0);
	book_shut(&book);
	fine(write_run(&f), &f);
	book_open(&book, LEDGER_READ);
	for (int at = 1; at <= 2; at++) {
		refuse_at = at;
		assert_int_equal(history_head(book.ledger, &head, &f), -1);
		refuse_at = at;
		assert_int_equal(history_entry(book.ledger, 1, &words, hash, &f), -1);
	}
	fine(history_head(book.ledger, &head, &f), &f);
	assert_int_equal(head.seq, 1);
	assert_int_equal(history_entry(book.ledger, 1, &words, hash, &f), 1);
	assert_string_equal(hash, head.hash);
	assert_int_equal(history_entry(book.ledger, 2, &words, hash, &f), 0);
	book_shut(&book);
}

/* --- rows --- */

static void do_all(const char *const *sql)
{
	struct fault f = {0};

	book_open(&book, LEDGER_WRITE);
	fine(ledger_begin(book.ledger, &f), &f);
	for (; *sql; sql++)
		fine(ledger_do(book.ledger, *sql, &f), &f);
	fine(ledger_commit(book.ledger, &f), &f);
	fine(ledger_begin(book.ledger, &f), &f); /* in which nothing happens */
	fine(ledger_commit(book.ledger, &f), &f);
	book_shut(&book);
	fits();
}

/* Of each type, at the edges, as they come, change and go. */
static void rows_of_all_kinds(void **state)
{
	static const char *const come[] = {
		"INSERT INTO odd VALUES (1.5, -1.5), (2.0, 1e300), (-1e300, 9e15), (8.5e15, -8e15)",
		"INSERT INTO odd VALUES (NULL, x''), ('', 'text'), (x'00ff', 3), (-3, 0)",
		NULL};
	static const char *const change[] = {"UPDATE odd SET b = a WHERE a = 2",
		"UPDATE odd SET a = 'x' WHERE a IS NULL", NULL};
	static const char *const go[] = {"DELETE FROM odd WHERE a < 2",
		"CREATE TEMP TABLE aside (a)", "INSERT INTO aside VALUES (1)", NULL};
	static const char *const more[] = {"CREATE TABLE more_of_it (r REAL)",
		"INSERT INTO more_of_it VALUES (2), (2.5)", "DELETE FROM odd", NULL};

	(void)state;
	do_all(come);
	do_all(change);
	do_all(go);
	do_all(more);
}

/* --- what somebody else did --- */

static void changes_are_found(void **state)
{
	static const struct {
		const char *sql, *says;
	} changes[] = {
		{"UPDATE history_now SET sum = x'00'", "another length"},
		{"UPDATE history_now SET sum = zeroblob(length(sum))",
			"not those that were written"},
		{"UPDATE history_now SET rows = rows + 1", "not those that were written"},
		{"DELETE FROM history_now", "the sum over the rows is gone"},
		{"DELETE FROM history_table WHERE name = 'odd'", "table odd: has 2 rows"},
		{"UPDATE history_table SET sum = x'00' WHERE name = 'odd'", "table odd"},
		{"UPDATE odd SET b = 'eight' WHERE rowid = 1",
			"table odd: a row is not as it was written"},
		{"DELETE FROM odd", "table odd: has 0 rows, and 2 were written"},
		{"CREATE TABLE another (a); INSERT INTO another VALUES (1)",
			"table another"},
		{"DROP TRIGGER history_no_update; UPDATE history SET hash = x'00'",
			"entry 1"},
		{"DROP TRIGGER history_no_update; UPDATE history SET seq = 9 WHERE seq = 2",
			"entry 2"},
		{"DROP TRIGGER history_no_update;"
		 " UPDATE history SET previous = x'00' WHERE seq = 2",
			"entry 2"},
		{"DROP TRIGGER history_no_delete; DELETE FROM history WHERE seq = 2",
			"end of the history is missing"},
	};
	auto_text path = text_format("%s/ledger.db", book.dir);
	auto_text_buffer kept = {0};
	struct fault f = {0};
	FILE *file;
	char byte;

	(void)state;
	fine(write_run(&f), &f);
	fine(write_run(&f), &f);
	file = fopen(path, "r");
	while (fread(&byte, 1, 1, file))
		text_add_char(&kept, byte);
	(void)fclose(file);
	for (size_t i = 0; i < LENGTH(changes); i++) {
		book_tamper(&book, changes[i].sql);
		does_not_fit(changes[i].says);
		file = fopen(path, "w");
		assert_int_equal(fwrite(kept.bytes, 1, kept.length, file), kept.length);
		(void)fclose(file);
		fits();
	}
}

/* Whoever takes the sum away cannot have other rows counted as ours. */
static void nothing_is_written_without_a_sum(void **state)
{
	struct fault f = {0};

	(void)state;
	fine(write_run(&f), &f);
	book_tamper(&book,
		"DELETE FROM history_now; DELETE FROM history_table;"
		"UPDATE odd SET b = 'eight'; INSERT INTO run (id, verb, mode, started_at, operator_sealed)"
		" SELECT 1000, verb, mode, started_at, operator_sealed FROM run LIMIT 1");
	does_not_fit("the sum over the rows is gone");
	assert_int_equal(write_run(&f), -1);
	assert_int_equal(f.kind, FAULT_LEDGER);
	does_not_fit("the sum over the rows is gone");
}

/* --- heads outside --- */

static void heads_outside(void **state)
{
	auto_text folder = text_format("%s/heads", book.top);
	auto_text log = text_format("%s/log", folder);
	const char *const heads[] = {log, "/no/such/file", NULL};
	char line[HISTORY_LINE];
	struct history_head head;
	struct fault f = {0};
	FILE *file;

	(void)state;
	book.options.head_file = log; /* its folder is made */
	fine(write_run(&f), &f);
	fine(write_run(&f), &f);
	fine(check(heads, &head, &f), &f);
	assert_int_equal(head.seq, 2);
	file = fopen(log, "a");
	head = (struct history_head){0};
	assert_true(fprintf(file, "%sbreachmail-his", history_line(&head, line)) > 0);
	(void)fclose(file);
	fine(check(heads, &head, &f), &f); /* neither says anything */
	file = fopen(log, "a");
	assert_true(fputs("tory\n", file) >= 0);
	(void)fclose(file);
	assert_int_equal(check(heads, &head, &f), -1);
	assert_non_null(strstr(f.text, "no head of a history"));
	assert_int_equal(truncate(log, 2 * 112), 0);
	fine(check(heads, &head, &f), &f);
	file = fopen(log, "a");
	head.seq = 3;
	assert_true(fputs(history_line(&head, line), file) >= 0);
	(void)fclose(file);
	assert_int_equal(check(heads, &head, &f), -1);
	assert_non_null(strstr(f.text, "older copy"));
	book.options.head_file = folder; /* it cannot be written: nothing is refused */
	fine(write_run(&f), &f);
	fine(check(heads, &head, &f) != -1, &f);
	assert_non_null(strstr(f.text, "written anew"));
	book.options.head_file = NULL;
}

int main(void)
{
#define EACH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		EACH(a_run_is_refused_anywhere),
		EACH(a_look_is_refused_anywhere),
		EACH(an_entry_is_refused),
		EACH(rows_of_all_kinds),
		EACH(changes_are_found),
		EACH(nothing_is_written_without_a_sum),
		EACH(heads_outside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
