/* SPDX-License-Identifier: MIT */
/*
 * mill: what is ground there is what is ground here; the queue has an end; a child that
 * dies costs what it had in hand, and no more.
 */
#include "mailer/page/mill.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "recipients/vault.h"

static int set_up(void **state)
{
	struct fault f;

	(void)state;
	return vault_start(&f);
}

static struct mill_work work(const char *hash, const char *secret, const char *new)
{
	struct mill_work w = {0};

	(void)snprintf(w.hash, sizeof(w.hash), "%s", hash);
	(void)snprintf(w.secret, sizeof(w.secret), "%s", secret);
	(void)snprintf(w.new, sizeof(w.new), "%s", new);
	return w;
}

static void *wait_for(struct mill *m, struct mill_work *ret)
{
	void *user;

	while (!(user = mill_take(m, ret))) {
		struct pollfd p = {.fd = mill_fd(m), .events = POLLIN};

		assert_int_not_equal(poll(&p, 1, 30000), 0);
	}
	return user;
}

static void grinds(void **state)
{
	struct mill_work w = work("", "", "four words of mine"), done;
	struct mill *m;
	struct fault f;
	int a, b, c;

	(void)state;
	assert_int_equal(mill_open(&m, &f), 0);
	assert_null(mill_take(m, &done));
	assert_true(mill_give(m, &a, &w));
	assert_ptr_equal(wait_for(m, &done), &a);
	assert_true(done.done && done.fits && !done.failed && *done.made);
	assert_true(hatch_fits(done.made, "four words of mine"));

	w = work(done.made, "four words of mine", "");
	assert_true(mill_give(m, &a, &w));
	w = work(done.made, "Four words of mine", "others");
	assert_true(mill_give(m, &b, &w));
	w = work("no hash", "x", "");
	assert_true(mill_give(m, &c, &w));
	assert_ptr_equal(wait_for(m, &done), &a);
	assert_true(done.done && done.fits && !*done.made);
	assert_ptr_equal(wait_for(m, &done), &b);
	assert_true(done.done && !done.fits && !done.failed && !*done.made);
	assert_ptr_equal(wait_for(m, &done), &c);
	assert_true(done.done && !done.fits);
	assert_null(mill_take(m, &done));
	mill_close(m);
}

static void has_an_end(void **state)
{
	struct mill_work w = work("", "", "four words of mine"), done;
	struct mill *m;
	struct fault f;
	char who[MILL_WAITING + 1];

	(void)state;
	assert_int_equal(mill_open(&m, &f), 0);
	for (size_t i = 0; i < MILL_WAITING; i++)
		assert_true(mill_give(m, &who[i], &w));
	assert_false(mill_give(m, &who[MILL_WAITING], &w));
	assert_ptr_equal(wait_for(m, &done), &who[0]); /* and then there is room */
	assert_true(mill_give(m, &who[MILL_WAITING], &w));
	for (size_t i = 1; i <= MILL_WAITING; i++)
		assert_ptr_equal(mill_drop(m), &who[i]);
	assert_null(mill_drop(m));
	mill_close(m);
	mill_close(NULL);
}

static pid_t child_of(pid_t parent)
{
	char path[64];
	long found = 0;
	FILE *in;

	(void)snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int)parent,
		(int)parent);
	in = fopen(path, "re");
	if (in) {
		assert_int_equal(fscanf(in, "%ld", &found), 1);
		(void)fclose(in);
	}
	return (pid_t)found;
}

static void survives(void **state)
{
	struct mill_work w = work("", "", "four words of mine"), done;
	struct mill *m;
	struct fault f;
	int a, b;

	(void)state;
	assert_int_equal(mill_open(&m, &f), 0);
	if (child_of(getpid()) <= 0)
		skip(); /* a kernel that does not say */
	assert_int_equal(kill(child_of(getpid()), SIGSTOP), 0);
	assert_true(mill_give(m, &a, &w));
	assert_true(mill_give(m, &b, &w));
	assert_int_equal(kill(child_of(getpid()), SIGKILL), 0);
	assert_ptr_equal(wait_for(m, &done), &a);
	assert_true(done.done && done.failed && !done.fits);
	assert_false(mill_give(m, &a, &w)); /* not before all are answered */
	assert_ptr_equal(mill_take(m, &done), &b);
	assert_true(done.failed && !done.fits);
	assert_null(mill_take(m, &done));
	assert_true(mill_give(m, &a, &w));
	assert_ptr_equal(wait_for(m, &done), &a);
	assert_true(done.fits && !done.failed);
	mill_close(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(grinds),
		cmocka_unit_test(has_an_end),
		cmocka_unit_test(survives),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
