/* SPDX-License-Identifier: MIT */
/*
 * shut_in: what is left of the files, of the network and of other programs to a process
 * that is shut in. Each question is asked in a child of its own.
 */
#include "mailer/page/shut_in.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mailer/page/mill.h"
#include "recipients/text.h"
#include "recipients/vault.h"

#define LACKS 99

static char dir[] = "/tmp/test_shut_in.XXXXXX";

static void touch(const char *name)
{
	auto_text path = text_format("%s/%s", dir, name);
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, "x\n", 2), 2);
	(void)close(fd);
}

static int set_up(void **state)
{
	struct fault f;

	(void)state;
	assert_non_null(mkdtemp(dir));
	assert_int_equal(chdir(dir), 0);
	assert_int_equal(mkdir("review", 0700), 0);
	touch("review/export.json");
	touch("ledger.db");
	return vault_start(&f);
}

static int tear_down(void **state)
{
	(void)state;
	(void)unlink("review/export.json");
	(void)unlink("ledger.db");
	return rmdir("review") | chdir("/") | rmdir(dir);
}

/* 0, or the error of it, in a child that is shut in. */
static int inside(int (*what)(void))
{
	int status = 0;
	pid_t child = fork();

	if (!child) {
		const char *lacks = shut_in(dir);

		_exit(lacks ? LACKS : what());
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static int error_of(long result)
{
	return result < 0 ? errno : 0;
}

static int reads_its_own(void)
{
	return error_of(open("review/export.json", O_RDONLY | O_CLOEXEC));
}

static int reads_the_ledger(void)
{
	return error_of(open("ledger.db", O_RDONLY | O_CLOEXEC));
}

static int reads_the_system(void)
{
	return error_of(open("/etc/passwd", O_RDONLY | O_CLOEXEC));
}

static int writes_its_own(void)
{
	return error_of(open("review/export.json", O_WRONLY | O_CLOEXEC));
}

static int makes_a_file(void)
{
	return error_of(open("review/new", O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
}

static int removes_its_own(void)
{
	return error_of(unlink("review/export.json"));
}

static int calls_somebody(void)
{
	return error_of(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
}

static int runs_a_program(void)
{
	(void)execl("/bin/true", "true", (char *)NULL);
	return errno;
}

static int grinds(void)
{
	struct mill_work w = {.new = "four words of mine"}, done;
	struct mill *m;
	struct fault f;
	int self;

	if (mill_open(&m, &f) || !mill_give(m, &self, &w))
		return 1;
	while (!mill_take(m, &done))
		;
	mill_close(m);
	return done.failed || !*done.made;
}

static void leaves_little(void **state)
{
	static const struct {
		int (*what)(void);
		int error;
	} rows[] = {{reads_its_own, 0}, {reads_the_ledger, EACCES},
		{reads_the_system, EACCES}, {writes_its_own, EACCES},
		{makes_a_file, EACCES}, {removes_its_own, EPERM}, {calls_somebody, EPERM},
		{runs_a_program, EPERM}, {grinds, 0}};

	(void)state;
#if defined(BREACHMAIL_SANITIZED) || defined(BREACHMAIL_COVERED)
	skip(); /* it stays open there */
#endif
	if (inside(reads_its_own) == LACKS)
		skip(); /* what it says then is for a person */
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int error = inside(rows[i].what);

		if (error != rows[i].error)
			fail_msg("row %zu: %s", i, strerror(error));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(leaves_little)};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
