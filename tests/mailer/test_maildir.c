/* SPDX-License-Identifier: MIT */
/*
 * maildir: every letter once, in order, while others move, flag and remove them; and
 * nothing is changed by reading.
 */
#include "mailer/wire/maildir.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sys/stat.h>
#include <unistd.h>

#include "recipients/text.h"

#define MOST 1000

static char *top;

static char *path_of(const char *name)
{
	return text_format("%s/%s", top, name);
}

static void put(const char *name)
{
	auto_text path = path_of(name);
	FILE *file = fopen(path, "wx");

	assert_non_null(file);
	(void)fputs(strrchr(name, '/') ? strrchr(name, '/') + 1 : name, file);
	(void)fclose(file);
}

static void move(const char *from, const char *to)
{
	auto_text a = path_of(from);
	auto_text b = path_of(to);

	assert_int_equal(rename(a, b), 0);
}

static void drop(const char *name)
{
	auto_text path = path_of(name);

	assert_int_equal(unlink(path), 0);
}

static void folder(const char *name)
{
	auto_text path = path_of(name);

	assert_int_equal(mkdir(path, 0700), 0);
}

static int set_up(void **state)
{
	char name[] = "/tmp/test_maildir.XXXXXX";

	(void)state;
	top = text_copy(mkdtemp(name));
	return top ? 0 : -1;
}

static int tear_down(void **state)
{
	auto_text command = text_format("%s/", top);
	char *const arguments[] = {"rm", "-r", command, NULL};
	pid_t child = fork();

	(void)state;
	if (!child)
		_exit(execvp("rm", arguments));
	free(top);
	return 0;
}

static void make(void)
{
	folder("tmp");
	folder("new");
	folder("cur");
}

static struct maildir *opened(void)
{
	struct maildir *m = NULL;
	struct fault f = {0};

	if (maildir_open(top, MOST, &m, &f))
		fail_msg("%s", f.text);
	return m;
}

/* The next letter's bytes (its first name), or "" at the end. */
static const char *next(struct maildir *m)
{
	static char bytes[100];
	struct fault f = {0};
	int fd, got = maildir_next(m, &fd, &f);
	ssize_t length;

	if (got < 0)
		fail_msg("%s", f.text);
	if (!got)
		return "";
	length = read(fd, bytes, sizeof(bytes) - 1);
	assert_true(length >= 0);
	bytes[length] = '\0';
	(void)close(fd);
	return bytes;
}

static void in_order(void **state)
{
	auto_maildir *m = NULL;
	auto_text link = path_of("new/4.link");

	(void)state;
	make();
	put("cur/10.b.host:2,S");
	put("new/9.a.host");
	put("new/11.c.host");
	put("tmp/8.half");
	put("new/.hidden");
	assert_int_equal(symlink("/etc/passwd", link), 0);
	folder("new/5.folder");
	m = opened();
	assert_string_equal(next(m), "9.a.host");
	assert_string_equal(next(m), "10.b.host:2,S");
	assert_string_equal(next(m), "11.c.host");
	assert_string_equal(next(m), "");
	assert_string_equal(next(m), "");
}

/* A mail reader at work: seen, flagged, removed, come, while we read. */
static void others_move(void **state)
{
	auto_maildir *m = NULL;

	(void)state;
	make();
	for (int i = 1; i <= 6; i++) {
		auto_text name = text_format("new/%d.x", i);

		put(name);
	}
	m = opened();
	assert_string_equal(next(m), "1.x");
	move("new/1.x", "cur/1.x:2,S");
	move("new/2.x", "cur/2.x:2,");
	move("new/3.x", "cur/3.x:2,");
	assert_string_equal(next(m), "2.x");
	move("cur/3.x:2,", "cur/3.x:2,FS");
	assert_string_equal(next(m), "3.x");
	drop("new/4.x");
	drop("new/5.x");
	put("new/0.x");
	assert_string_equal(next(m), "6.x");
	assert_string_equal(next(m), "");
}

static void stands_in_both(void **state)
{
	auto_maildir *m = NULL;

	(void)state;
	make();
	put("new/1.x");
	put("cur/1.x:2,S");
	put("cur/2.x:2,");
	m = opened();
	assert_string_equal(next(m), "1.x:2,S");
	assert_string_equal(next(m), "2.x:2,");
	assert_string_equal(next(m), "");
}

static void all_gone(void **state)
{
	auto_maildir *m = NULL;

	(void)state;
	make();
	put("new/1.x");
	put("new/2.x");
	m = opened();
	drop("new/1.x");
	drop("new/2.x");
	assert_string_equal(next(m), "");
}

/* Colons mean nothing in a plain folder. */
static void plain_folder(void **state)
{
	auto_maildir *m = NULL;

	(void)state;
	assert_false(maildir_is(top));
	put("b:1");
	put("b:2");
	put("a.eml");
	m = opened();
	assert_string_equal(next(m), "a.eml");
	assert_string_equal(next(m), "b:1");
	assert_string_equal(next(m), "b:2");
	assert_string_equal(next(m), "");
}

static void limits(void **state)
{
	struct maildir *m = NULL;
	struct fault f = {0};
	auto_text nowhere = path_of("nowhere");

	(void)state;
	make();
	put("new/1");
	put("new/2");
	put("cur/3");
	assert_int_equal(maildir_open(top, 2, &m, &f), -1);
	assert_int_equal(f.kind, FAULT_INPUT);
	assert_non_null(strstr(f.text, "more than 2 letters"));
	assert_int_equal(maildir_open(nowhere, 2, &m, &f), -1);
	assert_int_equal(f.kind, FAULT_INPUT);
	assert_null(m);
	maildir_close(NULL);
}

#define EACH(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		EACH(in_order),
		EACH(others_move),
		EACH(stands_in_both),
		EACH(all_gone),
		EACH(plain_folder),
		EACH(limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
