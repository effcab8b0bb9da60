/* SPDX-License-Identifier: MIT */
/*
 * mailbox: what a url leads to, and what it is called when it is not there. IMAP is tried
 * against servers (tests/server/test_mailbox.py).
 */
#include "mailer/wire/mailbox.h"

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

#define FROM "From ann@force.example Thu Aug 24 09:00:00 2023\n"

static char top[] = "/tmp/test_mailbox.XXXXXX";
static const struct {
	const char *name, *words; /* no words: a folder */
} files[] = {
	{"box", NULL},
	{"box/new", NULL},
	{"box/cur", NULL},
	{"box/new/1.a", "one\n"},
	{"box/cur/2.b:2,S", FROM "two\n\n" FROM "a line of it\n"},
	{"folder", NULL},
	{"folder/a.eml", "a\n"},
	{"folder/b.mbox", FROM "b1\n\n" FROM "b2\n"},
	{"folder/c.eml", "c\n"},
	{"empty", NULL},
	{"nothing", ""},
};
#define FILES (sizeof(files) / sizeof(files[0]))

static int set_up(void **state)
{
	(void)state;
	if (!mkdtemp(top))
		return -1;
	for (size_t i = 0; i < FILES; i++) {
		auto_text path = text_format("%s/%s", top, files[i].name);
		FILE *file;

		if (!files[i].words && mkdir(path, 0700))
			return -1;
		file = files[i].words ? fopen(path, "wx") : NULL;
		if (file)
			(void)fputs(files[i].words, file);
		if (file && fclose(file))
			return -1;
	}
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	for (size_t i = FILES; i-- > 0;) {
		auto_text path = text_format("%s/%s", top, files[i].name);

		if (remove(path))
			return -1;
	}
	return rmdir(top);
}

static int open_url(
	const char *scheme, const char *place, struct mailbox **ret, struct fault *f)
{
	auto_text url = text_format("%s%s/%s", scheme, top, place);
	struct mailbox_settings s = {.url = url};

	return mailbox_open(&s, &(struct mailbox_position){0, 0}, ret, f);
}

static void reads(const char *scheme, const char *place, const char *want)
{
	auto_text_buffer out = {0};
	auto_mailbox *m = NULL;
	struct mailbox_letter l;
	struct fault f = {0};
	int got = open_url(scheme, place, &m, &f);

	while (!got && (got = mailbox_next(m, &l, &f)) > 0) {
		assert_int_equal(l.at.uid, 0);
		assert_false(l.cut);
		text_printf(&out, "[%.*s]", (int)l.length, l.bytes);
		got = 0;
	}
	if (got)
		fail_msg("%s", f.text);
	assert_string_equal(text_string(&out), want);
}

static void places(void **state)
{
	(void)state;
	reads("maildir:", "box", "[one\n][" FROM "two\n\n" FROM "a line of it\n]");
	reads("", "box", "[one\n][" FROM "two\n\n" FROM "a line of it\n]");
	reads("", "folder", "[a\n][b1\n][b2\n][c\n]");
	reads("", "folder/a.eml", "[a\n]");
	reads("", "folder/b.mbox", "[b1\n][b2\n]");
	reads("mbox:", "folder/b.mbox", "[b1\n][b2\n]");
	reads("mbox:", "nothing", "");
	reads("", "nothing", "[]");
	reads("", "empty", "");
}

static void is_not_there(
	const char *scheme, const char *place, enum fault_kind kind, const char *words)
{
	struct mailbox *m = NULL;
	struct fault f = {0};

	assert_int_equal(open_url(scheme, place, &m, &f), -1);
	assert_null(m);
	assert_int_equal(f.kind, kind);
	assert_non_null(strstr(f.text, words));
}

static void not_there(void **state)
{
	(void)state;
	is_not_there("maildir:", "nowhere", FAULT_UNAVAILABLE, "No such file");
	is_not_there("maildir:", "folder", FAULT_UNAVAILABLE, "is no Maildir");
	is_not_there("mbox:", "nowhere", FAULT_UNAVAILABLE, "No such file");
	is_not_there("mbox:", "folder/a.eml", FAULT_UNAVAILABLE, "is no mbox");
	is_not_there("mbox:", "box", FAULT_UNAVAILABLE, "is no file");
	is_not_there("", "nowhere", FAULT_INPUT, "No such file");
	is_not_there("", "../../dev/null", FAULT_INPUT, "is no file");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(places),
		cmocka_unit_test(not_there),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
