/* SPDX-License-Identifier: MIT */
/*
 * flight: what a killed sender leaves can be read, to the last state that it stored; what
 * another boot or another program left is not believed.
 */
#include "mailer/flight.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "recipients/text.h"

static char top[] = "/tmp/test_flight.XXXXXX";
static char *path;

static int set_up(void **state)
{
	(void)state;
	if (!mkdtemp(top))
		return -1;
	path = text_format("%s/flight.journal", top);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	free(path);
	return rmdir(top);
}

static struct flight *create(void)
{
	struct flight *j = NULL;
	struct fault f = {0};

	if (flight_create(top, &j, &f))
		fail_msg("%s", f.text);
	return j;
}

/* NULL: nothing that can be believed. */
static struct flight *look(void)
{
	struct flight *j = NULL;
	struct fault f = {0};

	if (flight_read(top, &j, &f))
		fail_msg("%s", f.text);
	return j;
}

static void expect(const struct flight *j, int64_t attempt, int64_t notice,
	enum flight_state state, int code)
{
	int got_code = -1;

	assert_int_equal(flight_look(j, attempt, notice, &got_code), state);
	assert_int_equal(got_code, code);
}

static void a_mails_way(void **state)
{
	auto_flight *j = create();
	unsigned a = flight_claim(j, 1, 100), b = flight_claim(j, 2, 200);

	(void)state;
	assert_int_not_equal(a, b);
	expect(j, 1, 100, FLIGHT_CLAIMED, 0);
	expect(j, 2, 200, FLIGHT_CLAIMED, 0);
	expect(j, 1, 200, FLIGHT_UNKNOWN, 0);
	expect(j, 3, 300, FLIGHT_UNKNOWN, 0);
	expect(j, 0, 0, FLIGHT_UNKNOWN, 0);
	flight_relay(j, a, 2);
	flight_set(j, a, FLIGHT_HANDED, 0);
	assert_int_equal(flight_look_relay(j, 1, 100), 2);
	flight_relay(j, b, SIZE_MAX); /* no place: the first */
	assert_int_equal(flight_look_relay(j, 2, 200), 0);
	assert_int_equal(flight_look_relay(j, 1, 101), 0);
	assert_int_equal(flight_look_relay(NULL, 1, 100), 0);
	expect(j, 1, 100, FLIGHT_HANDED, 0);
	flight_set(j, a, FLIGHT_ACCEPTED, 250);
	expect(j, 1, 100, FLIGHT_ACCEPTED, 250);
	expect(j, 2, 200, FLIGHT_CLAIMED, 0);
	flight_free(j, a);
	expect(j, 1, 100, FLIGHT_UNKNOWN, 0);
	assert_int_equal(flight_claim(j, 3, 300), a);
	expect(j, 3, 300, FLIGHT_CLAIMED, 0); /* not the code of the one before */
	expect(NULL, 3, 300, FLIGHT_UNKNOWN, 0);
	flight_remove(top, j);
	j = NULL;
	assert_int_equal(access(path, F_OK), -1);
	assert_null(look());
}

static void all_places(void **state)
{
	auto_flight *j = create();
	char seen[FLIGHT_PLACES] = {0};

	(void)state;
	for (int turn = 0; turn < 2; turn++) {
		memset(seen, 0, sizeof(seen));
		for (int i = 0; i < FLIGHT_PLACES; i++) {
			unsigned place = flight_claim(j, i + 1, i + 1);

			assert_true(place < FLIGHT_PLACES && !seen[place]);
			seen[place] = 1;
		}
		expect(j, 1, 1, FLIGHT_CLAIMED, 0);
		expect(j, FLIGHT_PLACES, FLIGHT_PLACES, FLIGHT_CLAIMED, 0);
		for (unsigned i = 0; i < FLIGHT_PLACES; i++)
			flight_free(j, i);
	}
	flight_remove(top, j);
	j = NULL;
}

static void for_its_owner_alone(void **state)
{
	mode_t before = umask(0);
	auto_flight *j = create();
	struct stat st;

	(void)state;
	(void)umask(before);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	flight_remove(top, j);
	j = NULL;
}

/* Killed in the state `last`, with another mail finished before. */
static void killed_at(enum flight_state last, int code)
{
	auto_flight *j = NULL;
	int status;
	pid_t child = fork();

	if (!child) {
		struct flight *mine = create();
		unsigned first = flight_claim(mine, 1, 100),
			 second = flight_claim(mine, 2, 200);

		flight_set(mine, first, FLIGHT_HANDED, 0);
		flight_set(mine, first, FLIGHT_ACCEPTED, 250);
		if (last >= FLIGHT_HANDED)
			flight_set(mine, second, FLIGHT_HANDED, 0);
		if (last > FLIGHT_HANDED)
			flight_set(mine, second, last, code);
		(void)raise(SIGKILL);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	j = look();
	assert_non_null(j);
	expect(j, 1, 100, FLIGHT_ACCEPTED, 250);
	expect(j, 2, 200, last, code);
	expect(j, 3, 300, FLIGHT_UNKNOWN, 0);
	assert_int_equal(unlink(path), 0);
}

static void killed(void **state)
{
	(void)state;
	killed_at(FLIGHT_CLAIMED, 0);
	killed_at(FLIGHT_HANDED, 0);
	killed_at(FLIGHT_ACCEPTED, 250);
	killed_at(FLIGHT_REFUSED, 550);
	killed_at(FLIGHT_DEFERRED, 451);
	killed_at(FLIGHT_IN_DOUBT, 0);
	killed_at(FLIGHT_NOT_SENT, 0);
}

static void leave_one(void)
{
	auto_flight *j = create();

	flight_set(j, flight_claim(j, 1, 100), FLIGHT_ACCEPTED, 250);
}

static void put(off_t at, const void *bytes, size_t length)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, bytes, length, at), (ssize_t)length);
	assert_int_equal(close(fd), 0);
}

static void not_believed(void **state)
{
	auto_flight *j = NULL;
	struct stat st;

	(void)state;
	leave_one();
	j = look();
	assert_non_null(j);
	flight_closep(&j);

	put(24, "00000000-0000-0000-0000-000000000000", 36); /* the boot */
	assert_null(look());
	leave_one(); /* made anew, over the old one */
	put(0, "breachmail-flight 1", 19);
	assert_null(look());
	leave_one();
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(truncate(path, st.st_size - 1), 0);
	assert_null(look());
	assert_int_equal(truncate(path, st.st_size + 1), 0);
	assert_null(look());
	assert_int_equal(truncate(path, 0), 0);
	assert_null(look());
	assert_int_equal(unlink(path), 0);
	assert_null(look());
}

/* A number that is no state is not taken for one. */
static void a_state_that_is_none(void **state)
{
	static const int32_t states[] = {-1, FLIGHT_NOT_SENT + 1, INT32_MAX, INT32_MIN};
	struct stat st;

	(void)state;
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		auto_flight *j = NULL;
		off_t size;

		leave_one();
		assert_int_equal(stat(path, &st), 0);
		size = st.st_size;
		/* the first claim takes the first place; its state is the last of it */
		put(64 + (size - 64) / FLIGHT_PLACES - 4, &states[i], sizeof(states[i]));
		j = look();
		assert_non_null(j);
		expect(j, 1, 100, FLIGHT_UNKNOWN, 0);
		assert_int_equal(unlink(path), 0);
	}
}

static void a_link_is_not_followed(void **state)
{
	auto_text other = text_format("%s/other", top);
	struct flight *j = NULL;
	struct fault f = {0};

	(void)state;
	assert_int_equal(symlink(other, path), 0);
	assert_int_equal(flight_create(top, &j, &f), -1);
	assert_int_equal(f.kind, FAULT_CANTCREATE);
	assert_int_equal(access(other, F_OK), -1);
	assert_int_equal(flight_read(top, &j, &f), -1);
	assert_int_equal(f.kind, FAULT_CANTCREATE);
	assert_int_equal(unlink(path), 0);
}

static void set_limit(__rlimit_resource_t what, rlim_t most)
{
	struct rlimit limit;

	assert_int_equal(getrlimit(what, &limit), 0);
	limit.rlim_cur = most < limit.rlim_max ? most : limit.rlim_max;
	assert_int_equal(setrlimit(what, &limit), 0);
}

static void a_full_disk(void **state)
{
	struct flight *j = NULL;
	struct fault f = {0};

	(void)state;
	(void)signal(SIGXFSZ, SIG_IGN);
	set_limit(RLIMIT_FSIZE, 100);
	assert_int_equal(flight_create(top, &j, &f), -1);
	set_limit(RLIMIT_FSIZE, RLIM_INFINITY);
	assert_int_equal(f.kind, FAULT_CANTCREATE);
	assert_null(j);
	assert_int_equal(unlink(path), 0);
}

/* Then nobody knows what was on the wire: in doubt. */
static void no_memory_for_it(void **state)
{
#ifdef BREACHMAIL_SANITIZED
	(void)state;
	skip(); /* it needs memory of its own */
#else
	struct flight *j = NULL;
	struct fault f = {0};
	int failed;

	(void)state;
	leave_one();
	set_limit(RLIMIT_AS, 1);
	failed = flight_read(top, &j, &f);
	set_limit(RLIMIT_AS, RLIM_INFINITY);
	assert_int_equal(failed, 0);
	assert_null(j);
	assert_int_equal(unlink(path), 0);
#endif
}

static void no_folder(void **state)
{
	auto_text dir = text_format("%s/none", top);
	struct flight *j = NULL;
	struct fault f = {0};

	(void)state;
	assert_int_equal(flight_create(dir, &j, &f), -1);
	assert_int_equal(f.kind, FAULT_CANTCREATE);
	assert_int_equal(flight_read(dir, &j, &f), 0);
	assert_null(j);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_mails_way),
		cmocka_unit_test(all_places),
		cmocka_unit_test(for_its_owner_alone),
		cmocka_unit_test(killed),
		cmocka_unit_test(not_believed),
		cmocka_unit_test(a_state_that_is_none),
		cmocka_unit_test(a_link_is_not_followed),
		cmocka_unit_test(a_full_disk),
		cmocka_unit_test(no_memory_for_it),
		cmocka_unit_test(no_folder),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
