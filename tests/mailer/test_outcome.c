/* SPDX-License-Identifier: MIT */
/*
 * outcome: what a claim without an outcome is called, while its sender lives and after
 * its death. What becomes of it in the ledger is in tests/flow/test_kill.py.
 */
#include "tests/recipients/book.h"

#include <sys/wait.h>

#include "mailer/flight.h"
#include "mailer/outcome.h"
#include "recipients/lock.h"

static char top[] = "/tmp/test_outcome.XXXXXX";

static int set_up(void **state)
{
	(void)state;
	return mkdtemp(top) ? 0 : -1;
}

static int tear_down(void **state)
{
	auto_text lock = text_format("%s/ledger.lock", top);

	(void)state;
	(void)unlink(lock);
	return rmdir(top);
}

static void is(const char *wanted)
{
	assert_string_equal(outcome_of_claim(top, 1, 100), wanted);
}

static void after_a_death(void **state)
{
	static const struct {
		enum flight_state state;
		const char *called;
	} cases[] = {
		{FLIGHT_CLAIMED, "pending"}, /* nothing was handed over */
		{FLIGHT_HANDED, "in_doubt"},
		{FLIGHT_ACCEPTED, "accepted"},
		{FLIGHT_REFUSED, "refused"},
		{FLIGHT_DEFERRED, "deferred"},
		{FLIGHT_IN_DOUBT, "in_doubt"},
		{FLIGHT_NOT_SENT, "pending"},
	};
	auto_text path = text_format("%s/flight.journal", top);

	(void)state;
	is("in_doubt"); /* nobody knows anything */
	for (size_t i = 0; i < LENGTH(cases); i++) {
		struct flight *j;
		struct fault f = {0};

		fine(flight_create(top, &j, &f), &f);
		flight_set(j, flight_claim(j, 1, 100), cases[i].state, 0);
		flight_close(j);
		is(cases[i].called);
		assert_string_equal(outcome_of_claim(top, 1, 101), "in_doubt");
		assert_int_equal(unlink(path), 0);
	}
	assert_int_equal(symlink("/nowhere", path), 0); /* it cannot be read */
	is("in_doubt");
	assert_int_equal(unlink(path), 0);
}

static void while_its_sender_lives(void **state)
{
	struct fault f = {0};
	int ends[2], lock, status;
	pid_t child;
	char byte;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	child = fork();
	if (!child) {
		(void)close(ends[0]);
		if (lock_take(top, "send", "Ann Example", 0, &lock, &f))
			exit(1);
		(void)!write(ends[1], "x", 1);
		(void)pause();
	}
	(void)close(ends[1]);
	assert_int_equal(read(ends[0], &byte, 1), 1);
	(void)close(ends[0]);
	is("pending");
	assert_int_equal(kill(child, SIGKILL), 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	is("in_doubt");
}

static void words(void **state)
{
	static const struct {
		enum relay_kind kind;
		const char *word;
	} cases[] = {{RELAY_ACCEPTED, "accepted"}, {RELAY_REFUSED, "refused"},
		{RELAY_DEFERRED, "deferred"}, {RELAY_IN_DOUBT, "in_doubt"},
		{RELAY_NOT_SENT, "not_sent"}};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++)
		assert_string_equal(outcome_word(cases[i].kind), cases[i].word);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(after_a_death),
		cmocka_unit_test(while_its_sender_lives),
		cmocka_unit_test(words),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
