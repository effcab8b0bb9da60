/* SPDX-License-Identifier: MIT */
/*
 * lock: one writer at a time, who is named to the others; death frees it.
 */
#include "tests/recipients/book.h"

#include <signal.h>
#include <sys/wait.h>

#include "recipients/lock.h"

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

#define DECISIONS SQL("SELECT count(*) FROM decision")
#define RUNS SQL("SELECT count(*) FROM run")

static void lock_names_its_holder(void **state)
{
	(void)state;
	book_stays_shut(
		&book, LEDGER_WRITE, FAULT_TEMPORARY, "test by Ann Example since 2");
	book_stays_shut(
		&book, LEDGER_REHEARSE, FAULT_TEMPORARY, "test by Ann Example since 2");
	assert_true(ledger_writer_alive(book.dir));
	assert_false(lock_held_elsewhere(book.dir)); /* it is ours */
	book_shut(&book);
	assert_false(ledger_writer_alive(book.dir));
	book_open(&book, LEDGER_READ); /* a reader holds nobody up */
	assert_false(ledger_writer_alive(book.dir));
}

static void a_long_name_at_the_keyboard(void **state)
{
	char name[1000];

	(void)state;
	book_shut(&book);
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	book.options.operator= name;
	book_open(&book, LEDGER_WRITE);
	book_stays_shut(&book, LEDGER_WRITE, FAULT_TEMPORARY, "test by xxx");
}

/* A child that holds the lock, with a transaction begun and not committed; it waits to be
 * killed. */
static pid_t hold(void)
{
	int ready[2];
	char byte;
	pid_t child;

	assert_int_equal(pipe(ready), 0);
	child = fork();
	if (!child) {
		struct fault f = {0};
		struct ledger *l;

		if (ledger_open(book.dir, LEDGER_WRITE, &book.options, &l, &f) ||
			ledger_begin(l, &f))
			_exit(1);
		book_decide(l, 1, &f);
		(void)!write(ready[1], "x", 1);
		(void)alarm(60);
		(void)pause();
		_exit(1);
	}
	(void)close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	(void)close(ready[0]);
	return child;
}

static void death_frees_the_lock(void **state)
{
	int status;
	pid_t child;

	(void)state;
	book_shut(&book);
	book.options.operator= "Bob Example";
	child = hold();
	assert_true(ledger_writer_alive(book.dir));
	book_stays_shut(
		&book, LEDGER_WRITE, FAULT_TEMPORARY, "test by Bob Example since 2");
	assert_int_equal(kill(child, SIGKILL), 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	assert_false(ledger_writer_alive(book.dir));
	book_open(&book, LEDGER_WRITE);
	assert_int_equal(book_number(&book, DECISIONS), 0);
	assert_int_equal(book_number(&book, RUNS), 0);
}

static void waiting_for_the_lock(void **state)
{
	int status;
	pid_t child;

	(void)state;
	book_shut(&book);
	child = hold();
	book.options.wait_seconds = 30;
	if (!fork()) {
		(void)usleep(300000);
		_exit(kill(child, SIGKILL) ? 1 : 0);
	}
	book_open(&book, LEDGER_WRITE);
	while (waitpid(-1, &status, 0) > 0)
		;
}

/* Whoever asks whether a writer is at work must not look like one. */
static void asking_holds_nobody_up(void **state)
{
	int status;
	pid_t child;

	(void)state;
	book_shut(&book);
	child = fork();
	if (!child) {
		(void)alarm(60);
		while (getppid() != 1)
			(void)ledger_writer_alive(book.dir);
		_exit(0);
	}
	for (int i = 0; i < 150; i++) {
		book_open(&book, LEDGER_WRITE);
		book_shut(&book);
	}
	assert_int_equal(kill(child, SIGKILL), 0);
	assert_int_equal(waitpid(child, &status, 0), child);
}

#define EACH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		EACH(lock_names_its_holder),
		EACH(a_long_name_at_the_keyboard),
		EACH(death_frees_the_lock),
		EACH(waiting_for_the_lock),
		EACH(asking_holds_nobody_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
