/* SPDX-License-Identifier: MIT */
/*
 * reply: replies out of any pieces, the limits, and whom a refusal is charged to.
 */
#include "mailer/wire/reply.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void test_any_pieces(void **state)
{
	static const char bytes[] =
		"220 a\r\n250-one\r\n250-two \x01\xc3\r\n250 three\r\n354\r\n"
		"550 5.1.1 no\n421-\r\n421 bye\r\n";
	static const struct {
		int code;
		const char *text;
	} wanted[] = {{220, "a"}, {250, "one\ntwo ??\nthree"}, {354, ""},
		{550, "5.1.1 no"}, {421, "\nbye"}};

	(void)state;
	for (size_t piece = 1; piece < sizeof(bytes); piece++) {
		struct reply r = {0};
		size_t at = 0, found = 0;

		while (at < sizeof(bytes) - 1) {
			size_t left = sizeof(bytes) - 1 - at, used;
			int got = reply_feed(
				&r, bytes + at, left < piece ? left : piece, &used);

			assert_int_not_equal(got, -1);
			at += used;
			if (!got)
				continue;
			assert_true(found < sizeof(wanted) / sizeof(*wanted));
			assert_int_equal(r.code, wanted[found].code);
			assert_string_equal(text_string(&r.text), wanted[found].text);
			found++;
		}
		assert_int_equal(found, sizeof(wanted) / sizeof(*wanted));
		reply_done(&r);
	}
}

static void test_no_smtp(void **state)
{
	static const char *const bad[] = {"\n", "\r\n", "25\r\n", "2x0 x\r\n",
		"HTTP/1.1 400 Bad\r\n", "0 x\r\n", "099 x\r\n", "600 x\r\n", "25a x\r\n",
		"250x\r\n", "250-a\r\n251 b\r\n", "250-a\r\n\r\n", " 250 x\r\n",
		"+250 x\r\n"};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct reply r = {0};
		size_t used;

		if (reply_feed(&r, bad[i], strlen(bad[i]), &used) != -1)
			fail_msg("taken: %s", bad[i]);
		reply_done(&r);
	}
}

static int feed_lines(const char *line, size_t times, const char *last)
{
	struct reply r = {0};
	size_t used;
	int got = 0;

	for (size_t i = 0; i < times && !got; i++)
		got = reply_feed(&r, line, strlen(line), &used);
	if (!got)
		got = reply_feed(&r, last, strlen(last), &used);
	reply_done(&r);
	return got;
}

static void test_limits(void **state)
{
	(void)state;
	assert_int_equal(feed_lines("250-x\r\n", REPLY_LINES_MAX - 1, "250 x\r\n"), 1);
	assert_int_equal(feed_lines("250-x\r\n", REPLY_LINES_MAX, "250 x\r\n"), -1);
	assert_int_equal(feed_lines("250 ", REPLY_LINE_MAX / 4 - 1, "x\r\n"), 1);
	assert_int_equal(feed_lines("250 ", REPLY_LINE_MAX / 4 + 1, "x\r\n"), -1);
}

static void read_reply(struct reply *r, const char *line)
{
	size_t used;

	assert_int_equal(reply_feed(r, line, strlen(line), &used), 1);
}

static void test_judge(void **state)
{
	static const struct {
		const char *stage, *line;
		enum relay_kind kind;
		bool session;
		const char *enhanced;
	} cases[] = {
		{"dot", "250 2.0.0 ok\r\n", RELAY_ACCEPTED, false, "2.0.0"},
		{"dot", "250 ok\r\n", RELAY_ACCEPTED, false, ""},
		{"dot", "251 2.1.5\r\n", RELAY_ACCEPTED, false, "2.1.5"},
		{"dot", "450 no\r\n", RELAY_DEFERRED, false, ""},
		{"dot", "421 4.3.2 bye\r\n", RELAY_DEFERRED, true, "4.3.2"},
		{"dot", "451 4.7.1 rate\r\n", RELAY_DEFERRED, true, "4.7.1"},
		{"dot", "554 5.7.1 spam\r\n", RELAY_REFUSED, false, "5.7.1"},
		{"dot", "550 5.4.5 daily sending limit exceeded\r\n", RELAY_NOT_SENT,
			true, "5.4.5"},
		{"RCPT", "550 5.1.1 unknown\r\n", RELAY_REFUSED, false, "5.1.1"},
		{"RCPT", "550 5.7.1 not for you\r\n", RELAY_REFUSED, false, "5.7.1"},
		{"RCPT", "551 x\r\n", RELAY_REFUSED, false, ""},
		{"RCPT", "552 5.2.2 full\r\n", RELAY_REFUSED, false, "5.2.2"},
		{"RCPT", "450 4.1.2 domain\r\n", RELAY_DEFERRED, false, "4.1.2"},
		{"RCPT", "450 4.2.0 greylisted, try again\r\n", RELAY_DEFERRED, false,
			"4.2.0"},
		{"RCPT", "451 4.7.1 Greylisting in action\r\n", RELAY_DEFERRED, false,
			"4.7.1"},
		{"RCPT", "450 4.7.1 Too many messages\r\n", RELAY_NOT_SENT, true,
			"4.7.1"},
		{"RCPT", "452 Too many connections\r\n", RELAY_NOT_SENT, true, ""},
		{"RCPT", "450 4.2.1 mailbox: rate limit exceeded\r\n", RELAY_DEFERRED,
			false, "4.2.1"},
		{"RCPT", "452 4.3.1 disk\r\n", RELAY_NOT_SENT, true, "4.3.1"},
		{"RCPT", "421 4.4.2 bye\r\n", RELAY_NOT_SENT, true, "4.4.2"},
		{"RCPT", "454 4.7.1 relay access denied\r\n", RELAY_NOT_SENT, true,
			"4.7.1"},
		{"RCPT", "503 5.5.1 order\r\n", RELAY_NOT_SENT, true, "5.5.1"},
		{"RCPT", "530 5.7.0 log in\r\n", RELAY_NOT_SENT, true, "5.7.0"},
		{"DATA", "554 5.5.1 no\r\n", RELAY_REFUSED, false, "5.5.1"},
		{"DATA", "451 4.2.0 no\r\n", RELAY_DEFERRED, false, "4.2.0"},
		{"MAIL", "550 5.7.1 not you\r\n", RELAY_NOT_SENT, true, "5.7.1"},
		{"MAIL", "451 4.3.0 x\r\n", RELAY_NOT_SENT, true, "4.3.0"},
		{"MAIL", "552 5.3.4 too big\r\n", RELAY_REFUSED, false, "5.3.4"},
		{"MAIL", "552 too big\r\n", RELAY_REFUSED, false, ""},
		{"MAIL", "554 5.3.4 too big\r\n", RELAY_REFUSED, false, "5.3.4"},
		/* what fits no command: only the reply to the dot speaks of the mail */
		{"RCPT", "250 ok\r\n", RELAY_NOT_SENT, false, ""},
		{"RCPT", "354 go on\r\n", RELAY_NOT_SENT, false, ""},
		{"dot", "354 go on\r\n", RELAY_IN_DOUBT, false, ""},
		/* enhanced codes that are none, or not of this reply's class */
		{"RCPT", "550 4.1.1 x\r\n", RELAY_REFUSED, false, ""},
		{"RCPT", "550 5.1 x\r\n", RELAY_REFUSED, false, ""},
		{"RCPT", "550 5.1.1234 x\r\n", RELAY_REFUSED, false, ""},
		{"RCPT", "550 5.1.1.1 x\r\n", RELAY_REFUSED, false, ""},
		{"RCPT", "550 5..1 x\r\n", RELAY_REFUSED, false, ""},
		{"RCPT", "550 5..12 x\r\n", RELAY_REFUSED, false, ""},
		{"RCPT", "550 55.1.1 x\r\n", RELAY_REFUSED, false, ""},
		{"RCPT", "550 5.123 x\r\n", RELAY_REFUSED, false, ""},
		{"RCPT", "550 5.1234.1 x\r\n", RELAY_REFUSED, false, ""},
		{"RCPT", "550 5.12.. x\r\n", RELAY_REFUSED, false, ""},
		{"RCPT", "550 5.123.4567 x\r\n", RELAY_REFUSED, false, ""},
		{"RCPT", "550 5.1.1\r\n", RELAY_REFUSED, false, "5.1.1"},
		{"RCPT", "550-5.1.1\r\n550 x\r\n", RELAY_REFUSED, false, "5.1.1"},
		{"RCPT", "550 5.1.1x\r\n", RELAY_REFUSED, false, ""},
		{"RCPT", "550 5.999.999 x\r\n", RELAY_REFUSED, false, "5.999.999"},
		{"RCPT", "550-5.1.1 x\r\n550 5.1.1 y\r\n", RELAY_REFUSED, false, "5.1.1"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct relay_verdict v;
		struct reply r = {0};

		read_reply(&r, cases[i].line);
		reply_judge(&r, cases[i].stage, &v);
		if (v.kind != cases[i].kind || v.session != cases[i].session)
			fail_msg("%s %s: %s", cases[i].stage, cases[i].line,
				relay_kind_name(v.kind));
		assert_string_equal(v.enhanced, cases[i].enhanced);
		assert_string_equal(v.stage, cases[i].stage);
		assert_int_equal(v.code, r.code);
		reply_done(&r);
	}
}

static void test_queue_ids(void **state)
{
	static const struct {
		const char *line, *id;
	} cases[] = {
		{"250 2.0.0 Ok: queued as 4XyZ123abc\r\n", "4XyZ123abc"},
		{"250 2.0.0 Ok: queued as 4XyZ123abc.\r\n", "4XyZ123abc"},
		{"250 OK id=1qABCd-0001Xy-2Z\r\n", "1qABCd-0001Xy-2Z"},
		{"250 2.0.0 3AB12cd4 Message accepted for delivery\r\n", "3AB12cd4"},
		{"250 2.0.0 Message accepted for delivery\r\n", ""},
		{"250 2.6.0 <m@x> [InternalId=1234567, Hostname=a] Queued mail for delivery\r\n",
			"1234567"},
		{"250 2.0.0 Ok\r\n", ""},
		{"250 queued as (none)\r\n", ""},
		{"250 queued as 0123456789012345678901234567890123456789012345678901234567890123456789x\r\n",
			"01234567890123456789012345678901234567890123456789012345678901"
			"2"},
		{"550 queued as 1\r\n", ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct relay_verdict v;
		struct reply r = {0};

		read_reply(&r, cases[i].line);
		reply_judge(&r, "dot", &v);
		/* all digits is taken for a code, but for InternalId, where nothing else
		 * stands */
		assert_string_equal(v.queue_id, cases[i].id);
		reply_done(&r);
	}
}

static void test_public(void **state)
{
	static const struct {
		const char *text, *wanted;
	} cases[] = {
		{"", ""},
		{"5.1.1 <ann@force.example>: unknown", "5.1.1 (address) unknown"},
		{"a@b\nc@d e", "(address) (address) e"},
		{"two\nlines", "two lines"},
		{"a\x01"
		 "b \xc3\xa9",
			"a?b ??"},
	};
	char out[64], small[12];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		reply_public(cases[i].text, out, sizeof(out));
		assert_string_equal(out, cases[i].wanted);
	}
	reply_public("one two three", small, sizeof(small));
	assert_string_equal(small, "one two ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_any_pieces),
		cmocka_unit_test(test_no_smtp),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_judge),
		cmocka_unit_test(test_queue_ids),
		cmocka_unit_test(test_public),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
