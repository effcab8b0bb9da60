/* SPDX-License-Identifier: MIT */
/*
 * mbox: where one letter ends and the next begins, whatever stands in them.
 */
#include "mailer/wire/mbox.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define FROM "From ann@force.example Thu Aug 24 09:00:00 2023\n"
#define MOST 1000000

/* A file in memory. */
static int file_of(const char *bytes, size_t length)
{
	int fd = memfd_create("letters", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, length), length);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

static struct mbox *open_bytes(const char *bytes, size_t length, enum mbox_form form)
{
	struct mbox *m = NULL;
	struct fault f = {0};

	if (mbox_open(file_of(bytes, length), "letters", form, &m, &f))
		fail_msg("%s", f.text);
	return m;
}

/* Each letter in [ ], a cut one with a * behind it. */
static void read_all(const char *bytes, size_t length, enum mbox_form form, size_t most,
	struct text *out)
{
	auto_mbox *m = open_bytes(bytes, length, form);
	auto_text_buffer letter = {0};
	struct fault f = {0};
	bool cut;
	int got;

	while ((got = mbox_next(m, most, &letter, &cut, &f)) > 0) {
		text_add_char(out, '[');
		text_add(out, letter.bytes ? letter.bytes : "", letter.length);
		text_add_string(out, cut ? "]*" : "]");
	}
	if (got)
		fail_msg("%s", f.text);
	assert_int_equal(mbox_next(m, most, &letter, &cut, &f), 0);
}

static const struct {
	const char *bytes, *letters;
} cases[] = {
	{FROM "a\n\nb\n", "[a\n\nb\n]"},
	{FROM "a\n\n" FROM "b\n\n", "[a\n][b\n]"},
	{FROM "a\r\n\r\n" FROM "b\r\n\r\n", "[a\r\n][b\r\n]"},
	{FROM "a\n\nb\n\n\n" FROM "c", "[a\n\nb\n\n][c]"},
	/* not behind an empty line, not a separator */
	{FROM "a\n" FROM "b\n", "[a\n" FROM "b\n]"},
	/* a sentence, not a separator */
	{FROM "a\n\nFrom here on all is new.\n", "[a\n\nFrom here on all is new.\n]"},
	{FROM "a\n\nFrom 09:00 to 17:00, Mon to Fri\n",
		"[a\n\nFrom 09:00 to 17:00, Mon to Fri\n]"},
	/* quoted as mboxrd does */
	{FROM "a\n\n>From b\n>>From c\n> From d\n>Frome\n",
		"[a\n\nFrom b\n>From c\n> From d\n>Frome\n]"},
	/* other writers' separators */
	{"From  Thu Aug 24 09:00 2023\na\n\n"
	 "From MAILER-DAEMON Thu Aug  4 09:00:00 2023 +0100\nb\n\n"
	 "From a@b Thu Aug 24 09:00:00 BST 1999 remote from c\nc\n",
		"[a\n][b\n][c\n]"},
	{FROM, "[]"},
	{FROM "\n" FROM "\n", "[][]"},
	{"", ""},
};

static void splits(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		auto_text_buffer out = {0};

		read_all(
			cases[i].bytes, strlen(cases[i].bytes), MBOX_SEVERAL, MOST, &out);
		assert_string_equal(text_string(&out), cases[i].letters);
	}
}

/* A letter alone is kept to the byte. */
static void one_letter(void **state)
{
	static const char plain[] = "Subject: x\n\n" FROM "\n>From y\n\n",
			  two[] = FROM "a\n\n" FROM "b\n";
	auto_text_buffer out = {0};

	(void)state;
	read_all(plain, strlen(plain), MBOX_TOLD_BY_START, MOST, &out);
	assert_int_equal(out.length, strlen(plain) + 2);
	assert_memory_equal(out.bytes + 1, plain, strlen(plain));
	text_clear(&out);
	read_all(two, strlen(two), MBOX_TOLD_BY_START, MOST, &out);
	assert_string_equal(text_string(&out), "[a\n][b\n]");
	text_clear(&out);
	read_all(two, strlen(two), MBOX_ONE, MOST, &out);
	assert_int_equal(out.length, strlen(two) + 2);
	text_clear(&out);
	read_all("", 0, MBOX_ONE, MOST, &out);
	assert_string_equal(text_string(&out), "[]");
}

/* Separators and quoted lines wherever the window ends; NULs; lines without an end. */
static void windows(void **state)
{
	(void)state;
	for (size_t pad = 65536 - 120; pad < 65536 + 20; pad++) {
		auto_text_buffer in = {0}, out = {0}, want = {0};

		text_add_string(&in, FROM);
		text_add_char(&want, '[');
		for (size_t i = 0; i < pad; i++) {
			text_add_char(&in, i % 97 ? 'x' : '\0');
			text_add_char(&want, i % 97 ? 'x' : '\0');
		}
		text_add_string(&in, "\n>From q\n\n" FROM "second\n");
		text_add_string(&want, "\nFrom q\n][second\n]");
		read_all(in.bytes, in.length, MBOX_SEVERAL, MOST, &out);
		assert_int_equal(out.length, want.length);
		assert_memory_equal(out.bytes, want.bytes, want.length);
	}
}

static void too_large(void **state)
{
	static const char bytes[] = FROM "0123456789\n0123456789\n\n" FROM "small\n";
	auto_text_buffer out = {0};

	(void)state;
	read_all(bytes, strlen(bytes), MBOX_SEVERAL, 13, &out);
	assert_string_equal(text_string(&out), "[0123456789\n01]*[small\n]");
	text_clear(&out);
	read_all("0123456789", 10, MBOX_ONE, 10, &out);
	assert_string_equal(text_string(&out), "[0123456789]");
	text_clear(&out);
	read_all("0123456789", 10, MBOX_ONE, 9, &out);
	assert_string_equal(text_string(&out), "[012345678]*");
}

/* What is added after opening is for the next time; what is taken away is no error. */
static void others_write(void **state)
{
	static const char bytes[] = FROM "a\n\n" FROM "b\n";
	auto_text_buffer letter = {0};
	struct fault f = {0};
	bool cut;

	(void)state;
	for (int shrink = 0; shrink < 2; shrink++) {
		int fd = file_of(bytes, strlen(bytes)), again = dup(fd);
		auto_mbox *m = NULL;

		assert_int_equal(mbox_open(fd, "x", MBOX_SEVERAL, &m, &f), 0);
		if (shrink)
			assert_int_equal(ftruncate(again, 0), 0);
		else
			assert_int_equal(
				pwrite(again, "\n" FROM "c", 50, (off_t)strlen(bytes)),
				50);
		assert_int_equal(mbox_next(m, MOST, &letter, &cut, &f), 1);
		assert_string_equal(letter.bytes, "a\n");
		assert_int_equal(mbox_next(m, MOST, &letter, &cut, &f), 1);
		assert_string_equal(letter.bytes, "b\n");
		assert_int_equal(mbox_next(m, MOST, &letter, &cut, &f), 0);
		(void)close(again);
	}
}

/* A delivery holds its lock for a moment: we wait, and see all of it. */
static void waits_for_the_lock(void **state)
{
	char path[] = "/tmp/test_mbox.XXXXXX";
	int fd = mkstemp(path), ready[2], status;
	auto_text_buffer letter = {0};
	auto_mbox *m = NULL;
	struct fault f = {0};
	bool cut;
	char c;
	pid_t child;

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(pipe(ready), 0);
	child = fork();
	if (!child) {
		struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

		if (fcntl(fd, F_SETLK, &lock) || write(ready[1], "x", 1) != 1 ||
			usleep(300000) || write(fd, FROM "whole\n", 54) != 54)
			_exit(1);
		_exit(0);
	}
	assert_int_equal(read(ready[0], &c, 1), 1);
	assert_int_equal(mbox_open(open(path, O_RDONLY), "x", MBOX_SEVERAL, &m, &f), 0);
	assert_int_equal(mbox_next(m, MOST, &letter, &cut, &f), 1);
	assert_string_equal(letter.bytes, "whole\n");
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	(void)close(ready[0]);
	(void)close(ready[1]);
	(void)close(fd);
	(void)unlink(path);
}

static void is_none(void **state)
{
	struct mbox *m = NULL;
	struct fault f = {0};

	(void)state;
	assert_int_equal(
		mbox_open(file_of("Subject: x\n", 11), "x", MBOX_SEVERAL, &m, &f), -1);
	assert_int_equal(f.kind, FAULT_INPUT);
	assert_int_equal(
		mbox_open(open("/tmp", O_RDONLY), "x", MBOX_TOLD_BY_START, &m, &f), -1);
	assert_int_equal(f.kind, FAULT_INPUT);
	assert_int_equal(
		mbox_open(open("/dev/null", O_RDONLY), "x", MBOX_ONE, &m, &f), -1);
	assert_int_equal(f.kind, FAULT_INPUT);
	assert_null(m);
	mbox_close(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(splits),
		cmocka_unit_test(one_letter),
		cmocka_unit_test(windows),
		cmocka_unit_test(too_large),
		cmocka_unit_test(others_write),
		cmocka_unit_test(waits_for_the_lock),
		cmocka_unit_test(is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
