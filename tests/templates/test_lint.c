/* SPDX-License-Identifier: MIT */
/*
 * lint and lure, a line at a time: signs, addresses and numbers at the edges of their
 * rules. Phrases and whole letters are tried from outside.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "templates/lint.h"

static const char *const ours[] = {"dpo@force.example", "force.example", NULL};

/* The rule of the only finding in a text; NULL: nothing is found. */
static const struct {
	const char *text, *rule;
	unsigned line;
} lines[] = {
	{"", NULL, 0},
	{"Write to dpo@force.example or DPO@Force.Example.", NULL, 0},
	{"Write to dpo@force.examples", "address", 1},
	{"Write to REPORT@phishing.gov.uk", NULL, 0},
	{"Write to report@phishing.gov.uc", "address", 1},
	{"Somebody @ home, or a@ b, or @c", NULL, 0},
	{"At force.example it says", NULL, 0},
	{"One.\nTwo at other-force.example, three", "link", 2},
	{"Look at 203.0.113.7 once", "link", 1},
	{"It was 3.5 by 4.25.1 at 7.30", NULL, 0},
	{"A .com and a..b and x.c1 and y.q", NULL, 0},
	{"a{{controller.dpo.email}}b {{x}}\n{{\ny}} z.example", "link", 3},
	{"an open {{ tag of.nobody", "link", 1},
	{"ftp://x", "link", 1},
	{"javascript:alert", "link", 1},
	{"force [dot] example", "link", 1},
	{"Soft\xc2\xad"
	 "hyphen",
		"disguise", 1},
	{"zero\xe2\x80\x8bwidth", "disguise", 1},
	{"right\xe2\x80\xaeto left", "disguise", 1},
	{"word\xe2\x81\xa0joiner", "disguise", 1},
	{"\xef\xbb\xbfmark", "disguise", 1},
	{"tag\xf3\xa0\x81\xa1", "disguise", 1},
	{"p\xd0\xb0y", "disguise", 1},
	{"\xd0\xb0\xd0\xb1 alone", NULL, 0},
	{"\xe1\x8f\xa0x", "disguise", 1},
	{"\xef\xbd\x81z", "disguise", 1},
	{"\xf0\x9d\x90\x80z", "disguise", 1},
	{"\xe2\x84\x93z", "disguise", 1},
	{"caf\xc3\xa9 and na\xc3\xafve, \xe2\x80\x9cquoted\xe2\x80\x9d", NULL, 0},
	{"cut \xc3", NULL, 0},
	{"a < b and a > b", NULL, 0},
	{"a <b>", "markup", 1},
	{"a </b>", "markup", 1},
	{"a <!-- b", "markup", 1},
	{"[this][one]", "markup", 1},
	{"see [1]", NULL, 0},
	{"see [NAME]", "placeholder", 1},
	{"Now!", "urgency", 1},
	{"It costs \xc2\xa3"
	 "5",
		"reward", 1},
	{"It is \xc2\xb7 fine", NULL, 0},
	{"The NCSC says", NULL, 0},
	{"READ THIS TEXT NOTICE", "urgency", 1},
	{"It was BBC. ITV said so", NULL, 0},
	{"Do not click here.", NULL, 0},
	{"You cannot click here.", NULL, 0},
	{"You won't click here.", NULL, 0},
	{"We do not care. Click here.", "link", 1},
	{"Nobody but one of all of you may click here.", "link", 1},
	{"at a_b.example, and so on", "link", 1},
	{"at caf\xc3\xa9.example, and so on", "link", 1},
	{"to one+two@else.example", "address", 1},
	{"to 5%off@else.example", "address", 1},
	{"to xyz@force.example", "address", 1},
	{"a-.com, _.com", NULL, 0},
	{"at .com", NULL, 0},
	{"at a-name-that-is-so-long-that-it-is-cut-when-it-is-told-to-somebody.example",
		"link", 1},
	{"\xf3\xa0\x84\x80 a variation", NULL, 0},
	{"\xe1\x8e\xa0 alone, \xe2\x84\x80 too", NULL, 0},
	{"P204417", "leak", 1},
	{"204417", "leak", 1},
	{"PC204417", NULL, 0},
	{"2044", NULL, 0},
	{"0300 123456", NULL, 0},
	{"01234567", NULL, 0},
	{"call 123456 789012", "leak", 1},
	{"In one. 300 sheep. 204417 more", "leak", 1},
	{"a sergeant of the firearms unit", "leak", 1},
	{"{{$never_ask}}We never say: send us your password.{{/never_ask}} Fine.", NULL,
		0},
	{"{{$never_ask}}\n- Send us your\n  password.\n{{/never_ask}}\nSend us your PIN.",
		"request", 5},
	{"{{$never_ask}}\nWe never ask you:\n\n- to click here\n\nClick here.\n{{/never_ask}}",
		"link", 6},
	{"Click\xc2\xa0here", "link", 1},
	{"Click\xe2\x80\x83here", "link", 1},
	{"Click\xe3\x80\x80here", "link", 1},
	{"Don\xe2\x80\x99t delay", "urgency", 1},
	{"Don\xe2\x80\x99t click here.", NULL, 0},
	{"force\xe3\x80\x82"
	 "example",
		"disguise", 1},
	{"\xef\xbd\x83\xef\xbd\x8c here", "disguise", 1},
	{"Click&nbsp;here", "markup", 1},
	{"&#104;ttp", "markup", 1},
	{"Marks & Spencer; more", NULL, 0},
	{"u r g e n t", "disguise", 1},
	{"U.R.G.E.N.T.", "disguise", 1},
	{"I, a b or c", NULL, 0},
	{"Your acc0unt", "disguise", 1},
	{"SW1A 2AA, P5A, a1, 1a, covid19", NULL, 0},
	{"data:application/pdf;x", "link", 1},
	{"Your data:\nall of it", NULL, 0},
	{"sms:me", "link", 1},
	{"url(x)", "link", 1},
	{"at \\\\force\\share", "link", 1},
	{"Ring 0909 879 0000 now and then", "payment", 1},
	{"Ring (0871) 222-3344", "payment", 1},
	{"Ring +44 (0)70 1234 5678", "payment", 1},
	{"Ring 0044 844 412 3456", "payment", 1},
	{"Ring 118 118.", "payment", 1},
	{"Ring 0300 123 4567, 028 9082 8600, 07700 900123, +353 1 666 0000", NULL, 0},
	{"It was on 09-11-2023 10 times, 118 people, 0870", NULL, 0},
	{"To GB33 BUKB 2020 1555 5555 55", "payment", 1},
	{"To GB33BUKB20201555555555", "payment", 1},
	{"4K7QR-X2MTH, KB-2023-003812", NULL, 0},
	{"It is 500 pounds", "reward", 1},
	{"It is EUR 500", "reward", 1},
	{"It is \xe2\x82\xac"
	 "5 or $5",
		"reward", 1},
	{"{{$never_ask}} Send us your PIN.", "request", 1},
};

static void each_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		auto_lint_report r = {0};

		lint_source(&r, "notice/own", lines[i].text, ours);
		if (!lines[i].rule) {
			if (r.count)
				fail_msg("\"%s\": %s: %s", lines[i].text, r.list[0].rule,
					r.list[0].text);
			continue;
		}
		if (!lint_has(&r, lines[i].rule, "") || r.list[0].line != lines[i].line)
			fail_msg("\"%s\": no %s in line %u, but %zu others",
				lines[i].text, lines[i].rule, lines[i].line, r.count);
	}
}

static void values_and_faults(void **state)
{
	static const char *const where[] = {"notice/own:7: 'x' is not closed",
		"advice/online:3: 'y' is not in the data", "no line at all",
		"odd:7x: one"};
	static const unsigned line[] = {7, 3, 1, 1};
	auto_lint_report r = {0};

	(void)state;
	lint_value(&r, "incident.json", "nature", "Click here {{x}}.", ours);
	lint_value(&r, "incident.json", "nature", "Click here {{x}}.", ours); /* once */
	assert_int_equal(r.count, 1);
	assert_int_equal(r.list[0].line, 0);
	assert_string_equal(r.list[0].asked_by, "guidance");
	assert_non_null(
		strstr(r.list[0].text, "nature: \"click here\"; against guidance"));
	for (size_t i = 0; i < 4; i++) {
		struct fault f = {0};

		(void)fault_set(&f, FAULT_INPUT, "%s", where[i]);
		lint_fault(&r, "notice/own", &f);
		assert_int_equal(r.list[1 + i].line, line[i]);
		assert_string_equal(r.list[1 + i].rule, "template");
	}
	assert_string_equal(r.list[1].text, "'x' is not closed");
	assert_true(lint_asks_for("nature"));
	assert_false(lint_asks_for("advice"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_line),
		cmocka_unit_test(values_and_faults),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
