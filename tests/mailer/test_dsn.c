/* SPDX-License-Identifier: MIT */
/*
 * dsn: reports in all their shapes, and which of several codes counts.
 */
#include "mailer/wire/dsn.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "recipients/text.h"

static struct dsn dsn;

static void assert_span(struct span s, const char *want)
{
	if (s.length != strlen(want) || memcmp(s.at, want, s.length))
		fail_msg("\"%.*s\", not \"%s\"", (int)s.length, s.at, want);
}

static void test_plain(void **state)
{
	(void)state;
	dsn_read(span_of("Reporting-MTA: dns; mx.example\r\n"
			 "Original-Envelope-Id: x+2By\r\n\r\n"
			 "Original-Recipient: rfc822;ann@a.example\r\n"
			 "Final-Recipient: RFC822; ann@b.example\r\n"
			 "Action: Failed (no comment)\r\nStatus: 5.1.1 (bad address)\r\n"
			 "Diagnostic-Code: smtp; 550 5.1.1\r\n no such\r\n\tuser\r\n"),
		&dsn);
	assert_int_equal(dsn.count, 1);
	assert_span(dsn.envelope_id, "x+2By");
	assert_span(dsn.reporter, "mx.example");
	assert_span(dsn.recipients[0].original, "ann@a.example");
	assert_span(dsn.recipients[0].final, "ann@b.example");
	assert_int_equal(dsn.recipients[0].action, DSN_FAILED);
	assert_span(dsn.recipients[0].comment, "(no comment)");
	assert_span(dsn.recipients[0].status, "5.1.1 (bad address)");
	assert_span(dsn.recipients[0].diagnostic, "550 5.1.1\r\n no such\r\n\tuser");
	assert_true(dsn.recipients[0].smtp);
}

/* One block for all, no blank line between recipients, blank lines within one. */
static void test_shapes(void **state)
{
	static const struct {
		const char *text;
		size_t count;
	} cases[] = {
		{"Reporting-MTA: dns; x\nFinal-Recipient: rfc822; a@x.example\nAction: failed\n",
			1},
		{"Final-Recipient: rfc822; a@x.example\nAction: failed\n"
		 "Final-Recipient: rfc822; b@x.example\nAction: failed\n",
			2},
		{"Original-Recipient: rfc822; a@x.example\nAction: failed\n\n"
		 "Original-Recipient: rfc822; b@x.example\nAction: delayed\n",
			2},
		{"Final-Recipient: rfc822; a@x.example\n\n\nAction: failed\nStatus: 5.0.0\n",
			1},
		{"Action: failed\nFinal-Recipient: rfc822; a@x.example\nStatus: 5.0.0\n\n"
		 "Action: failed\nFinal-Recipient: rfc822; b@x.example\nStatus: 5.0.0\n",
			2},
		{"Action: failed\nStatus: 5.0.0\n", 1},
		{"Reporting-MTA: dns; x\n\nStatus: 5.0.0\n", 0},
		{"", 0},
		{"no fields at all\n\nnothing", 0},
		{"Final-Recipient", 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		dsn_read(span_of(cases[i].text), &dsn);
		if (dsn.count != cases[i].count)
			fail_msg("case %zu: %zu recipients", i, dsn.count);
		if (dsn.count == 2 && i)
			assert_span(dsn.recipients[1].final.length
					    ? dsn.recipients[1].final
					    : dsn.recipients[1].original,
				"b@x.example");
	}
}

static void test_actions(void **state)
{
	static const struct {
		const char *text;
		enum dsn_action action;
	} cases[] = {
		{"Action: delivered (to mailing list)", DSN_DELIVERED},
		{"Action: relayed", DSN_RELAYED},
		{"action:EXPANDED", DSN_EXPANDED},
		{"Action: deliverable", DSN_OTHER_ACTION},
		{"Action: delayed", DSN_DELAYED},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		dsn_read(span_of(cases[i].text), &dsn);
		assert_int_equal(dsn.count, 1);
		assert_int_equal(dsn.recipients[0].action, cases[i].action);
	}
}

static void test_many(void **state)
{
	struct text text = {0};

	(void)state;
	for (int i = 0; i < 2 * DSN_RECIPIENTS; i++)
		text_printf(&text,
			"Final-Recipient: rfc822; a%d@x.example\nAction: failed\n\n", i);
	dsn_read((struct span){text.bytes, text.length}, &dsn);
	assert_true(dsn.more);
	assert_int_equal(dsn.count, DSN_RECIPIENTS);
	text_done(&text);
}

static void test_find_status(void **state)
{
	static const struct {
		const char *text, *status;
	} cases[] = {
		{"550 5.1.1 no", "5.1.1"},
		{"(#5.1.2)", "5.1.2"},
		{"550-5.7.26 x", "5.7.26"},
		{"at 15.1.1", ""},
		{"version 5.1.1.2", ""},
		{"192.5.1.1", ""},
		{"5.1.1234", ""},
		{"5.1", ""},
		{"3.1.1", ""},
		{"mx5.1.1.example", ""},
		{"5.1.1@x", ""},
		{"<4.2.2>", "4.2.2"},
		{"5.1.1.", "5.1.1"},
		{"5.8.1", ""},
		{"", ""},
		{"-5.2.1", ""},
	};
	char found[DSN_CODE];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		size_t at = 0;

		assert_int_equal(dsn_find_status(span_of(cases[i].text), &at, found),
			cases[i].status[0] != '\0');
		if (strcmp(found, cases[i].status))
			fail_msg("%s: %s", cases[i].text, found);
	}
}

static void test_find_reply(void **state)
{
	static const struct {
		const char *text;
		int code;
	} cases[] = {
		{"550 no", 550},
		{"said: 421-later", 421},
		{"[550 5.1.1 x]", 550},
		{"port 25, 250 ok", 0},
		{"192.0.2.550", 0},
		{"5501", 0},
		{"a550 b", 0},
		{"12:550:13", 0},
		{"599", 0},
		{"", 0},
		{"55", 0},
		{"#550", 550},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		if (dsn_find_reply(span_of(cases[i].text)) != cases[i].code)
			fail_msg("%s", cases[i].text);
}

static void test_status(void **state)
{
	static const struct {
		const char *status, *diagnostic, *want;
	} cases[] = {
		{"5.1.1", "550 5.7.1 denied", "5.7.1"}, /* made from the reply code */
		{"5.0.0", "550 5.1.1 no", "5.1.1"},
		{"5.1.1", "550 no", "5.1.1"},
		{"5.0.0", "451 4.7.1 later", "5.0.0"}, /* for now, then for good */
		{"4.7.1", "451 4.7.1 later", "4.7.1"},
		{"5.0.0", "550-'5.7.1 denied' 5.1.0", "5.7.1"},
		{"5.0.0", "5.1.0 - unknown 550-'5.2.2 full'", "5.2.2"},
		{"5.0.0", "550 spam (#5.6.0)", "5.0.0"},
		{"", "550 spam (#5.6.0)", "5.6.0"},
		{"", "550 no", ""},
		{"2.0.0", "250 2.1.5 ok", "2.0.0"},
		{"5.2.2", "550 5.0.0 no", "5.2.2"},
		{"", "", ""},
	};
	char status[DSN_CODE];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		dsn_status(
			span_of(cases[i].status), span_of(cases[i].diagnostic), status);
		if (strcmp(status, cases[i].want))
			fail_msg("%s, %s: %s", cases[i].status, cases[i].diagnostic,
				status);
	}
}

static void test_xtext(void **state)
{
	char out[16];

	(void)state;
	dsn_xtext(span_of("a+2Bb+3Dc"), out, sizeof(out));
	assert_string_equal(out, "a+b=c");
	dsn_xtext(span_of("a+0Ab+"), out, sizeof(out));
	assert_string_equal(out, "a b+");
	dsn_xtext(span_of("0123456789abcdefghi"), out, sizeof(out));
	assert_string_equal(out, "0123456789abcde");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain),
		cmocka_unit_test(test_shapes),
		cmocka_unit_test(test_actions),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_find_status),
		cmocka_unit_test(test_find_reply),
		cmocka_unit_test(test_status),
		cmocka_unit_test(test_xtext),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
