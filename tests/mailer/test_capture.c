/* SPDX-License-Identifier: MIT */
/*
 * capture: a Maildir as it should be, the same calls as a relay's, and faults that leave
 * nothing half done.
 */
#include "mailer/wire/capture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include "recipients/text.h"

static char top[] = "/tmp/test_capture.XXXXXX", *outbox;

static int set_up(void **state)
{
	(void)state;
	if (!mkdtemp(top))
		return -1;
	outbox = text_format("%s/outbox", top);
	return 0;
}

static int tear_down(void **state)
{
	static const char *const folders[] = {"/tmp", "/new", "/cur", ""};

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		auto_text path = text_format("%s%s", outbox, folders[i]);

		(void)rmdir(path);
	}
	free(outbox);
	return rmdir(top);
}

static size_t count(void)
{
	struct fault f = {0};
	size_t n;

	assert_int_equal(capture_count(outbox, &n, &f), 0);
	return n;
}

static size_t purge(void)
{
	struct fault f = {0};
	size_t n;

	assert_int_equal(capture_purge(outbox, &n, &f), 0);
	return n;
}

static const struct relay_mail sample = {.id = 5,
	.from = "a@b.example",
	.to = "ann@force.example",
	.bytes = "X: y\r\n\r\n.z\r\n",
	.length = 12};

static void read_file(const char *name, char out[static 64])
{
	auto_text path = text_format("%s/new/%s", outbox, name);
	FILE *file = fopen(path, "r");

	assert_non_null(file);
	out[fread(out, 1, 63, file)] = '\0';
	(void)fclose(file);
}

static void test_mail(void **state)
{
	auto_capture *c = NULL;
	struct relay_verdict v;
	struct fault f = {0};
	struct stat st;
	char bytes[64];

	(void)state;
	assert_int_equal(count(), 0);
	assert_int_equal(capture_open(outbox, &c, &f), 0);
	assert_int_equal(stat(outbox, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	assert_int_equal(count(), 0);
	assert_int_equal(capture_mail(c, &sample, &v, &f), 0);
	assert_int_equal(v.kind, RELAY_ACCEPTED);
	assert_string_equal(v.stage, "dot");
	assert_null(strstr(v.queue_id, "ann"));
	read_file(v.queue_id, bytes);
	assert_string_equal(bytes, "X: y\r\n\r\n.z\r\n");
	assert_int_equal(count(), 1);
	assert_int_equal(purge(), 1);
	assert_int_equal(count(), 0);
}

static void test_no_two_names(void **state)
{
	struct fault f = {0};

	(void)state;
	for (int i = 0; i < 20; i++) {
		auto_capture *c = NULL;
		struct relay_verdict v;

		assert_int_equal(capture_open(outbox, &c, &f), 0);
		for (int n = 0; n < 5; n++)
			assert_int_equal(capture_mail(c, &sample, &v, &f), 0);
	}
	assert_int_equal(count(), 100);
	assert_int_equal(purge(), 100);
}

static void test_purge_removes_mails_only(void **state)
{
	auto_text hidden = text_format("%s/new/.keep", outbox);
	auto_text other = text_format("%s/notes.txt", outbox);
	auto_text seen = text_format("%s/cur/1.x:2,S", outbox);
	struct stat st;

	(void)state;
	for (int i = 0; i < 3; i++)
		(void)fclose(fopen(i == 0 ? hidden : i == 1 ? other : seen, "w"));
	assert_int_equal(count(), 1);
	assert_int_equal(purge(), 1);
	assert_int_equal(stat(hidden, &st) | stat(other, &st), 0);
	assert_int_equal(unlink(hidden) | unlink(other), 0);
}

static void test_faults(void **state)
{
	auto_text nowhere = text_format("%s/not/there", top);
	auto_text file = text_format("%s/file", top);
	struct relay_mail unfit = sample;
	auto_capture *c = NULL;
	struct relay_verdict v;
	struct fault f = {0};

	(void)state;
	assert_int_equal(capture_open(nowhere, &c, &f), -1);
	assert_int_equal(f.kind, FAULT_CANTCREATE);
	(void)fclose(fopen(file, "w"));
	assert_int_equal(capture_open(file, &c, &f), -1);
	assert_int_equal(f.kind, FAULT_CANTCREATE);
	assert_int_equal(unlink(file), 0);
	assert_int_equal(capture_open(outbox, &c, &f), 0);
	unfit.bytes = "no end";
	unfit.length = 6;
	assert_int_equal(capture_mail(c, &unfit, &v, &f), -1);
	assert_int_equal(f.kind, FAULT_INTERNAL);
	assert_int_equal(count(), 0);
}

struct caller {
	unsigned given, handed, settled, none, ends_at;
	size_t there_when_handed;
};

static int next(void *user, struct relay_mail *ret, struct fault *f)
{
	struct caller *c = user;

	(void)f;
	if (c->none) {
		c->none--;
		return RELAY_NONE_NOW;
	}
	if (c->given == 10)
		return RELAY_END;
	*ret = sample;
	c->given++;
	return RELAY_MAIL;
}

static void handing_over(void *user, const struct relay_mail *mail, unsigned slot)
{
	struct caller *c = user;

	assert_int_equal(mail->id + slot, 5);
	c->there_when_handed = count();
	c->handed++;
}

static int settled(void *user, const struct relay_mail *mail,
	const struct relay_verdict *v, unsigned slot, struct fault *f)
{
	struct caller *c = user;

	(void)f;
	assert_int_equal(mail->id + slot, 5);
	assert_int_equal(v->kind, RELAY_ACCEPTED);
	assert_int_equal(c->there_when_handed, c->settled);
	assert_int_equal(++c->settled, c->handed);
	return c->ends_at == 100 && c->settled == 3 ? fault_set(f, FAULT_LEDGER, "x") : 0;
}

static int turn(void *user, bool idle, struct fault *f)
{
	const struct caller *c = user;

	(void)f;
	assert_int_equal(idle, c->given == 0);
	return !c->ends_at || c->settled < c->ends_at;
}

static void test_run(void **state)
{
	static const struct relay_events events = {.next = next,
		.handing_over = handing_over,
		.settled = settled,
		.turn = turn};
	static const struct {
		struct caller c;
		int result;
		unsigned wanted;
	} cases[] = {
		{{.none = 2}, 0, 10}, {{.ends_at = 4}, 0, 4}, {{.ends_at = 100}, -1, 3}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct caller caller = cases[i].c;
		auto_capture *c = NULL;
		struct relay_summary sum;
		struct fault f = {0};

		assert_int_equal(capture_open(outbox, &c, &f), 0);
		assert_int_equal(capture_run(c, &(struct relay_settings){0}, &events,
					 &caller, &sum, &f),
			cases[i].result);
		assert_int_equal(sum.accepted, cases[i].wanted);
		assert_int_equal(caller.settled, cases[i].wanted);
		assert_int_equal(purge(), cases[i].wanted);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mail),
		cmocka_unit_test(test_no_two_names),
		cmocka_unit_test(test_purge_removes_mails_only),
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_run),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
