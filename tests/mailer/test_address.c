/* SPDX-License-Identifier: MIT */
/*
 * address: what is an address, what is not and why, and that no reason repeats the
 * address.
 */
#include "mailer/wire/address.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "recipients/text.h"

#define LABEL63 "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijk"
#define LOCAL64 "a" LABEL63

static void taken(const char *given, const char *wanted)
{
	struct fault f = {0};
	struct address a;

	if (address_parse(given, strlen(given), &a, &f))
		fail_msg("%s: %s", given, f.text);
	assert_string_equal(a.text, wanted);
	assert_ptr_equal(a.domain, strchr(strrchr(a.text, '@'), '@') + 1);
}

static void refused(const char *given, size_t length, const char *reason)
{
	struct fault f = {0};
	struct address a;

	if (!address_parse(given, length, &a, &f))
		fail_msg("%s was taken", given);
	assert_int_equal(f.kind, FAULT_INPUT);
	if (!strstr(f.text, reason))
		fail_msg("%s: \"%s\" is not in \"%s\"", given, reason, f.text);
	if (length > 3)
		assert_null(strstr(f.text, given));
}

static void test_taken(void **state)
{
	(void)state;
	taken("ann@force.example", "ann@force.example");
	taken("Ann.O'Neil+x@Force.EXAMPLE", "Ann.O'Neil+x@force.example");
	taken("a!#$%&'*+-/=?^_`{|}~@b.example", "a!#$%&'*+-/=?^_`{|}~@b.example");
	taken("\"a@b\"@force.example", "\"a@b\"@force.example");
	taken("\"a\\\"b..c\"@force.example", "\"a\\\"b..c\"@force.example");
	taken("a@b\xc3\xbc"
	      "cher.example",
		"a@xn--bcher-kva.example");
	taken("a@B\xc3\x9c"
	      "CHER.example",
		"a@xn--bcher-kva.example");
	taken("a@xn--bcher-kva.example", "a@xn--bcher-kva.example");
	taken("a@stra\xc3\x9f"
	      "e.example",
		"a@xn--strae-oqa.example"); /* not "strasse" */
	taken("a@1.2.3.example", "a@1.2.3.example");
	taken(LOCAL64 "@b.example", LOCAL64 "@b.example");
	taken("a@" LABEL63 ".example", "a@" LABEL63 ".example");
}

static void test_refused(void **state)
{
	static const struct {
		const char *given, *reason;
	} cases[] = {
		{"", "empty"},
		{"ann", "no \"@\""},
		{"@force.example", "before"},
		{"@a.example,@b.example:ann@force.example", "before"},
		{"ann@", "behind"},
		{"ann@force", "no dot"},
		{"ann@force.example.", "dot at its"},
		{"ann@.force.example", "dot at its"},
		{"ann@force..example", "two in a row"},
		{"ann@-force.example", "not a valid"},
		{"ann@for_ce.example", "not a valid"},
		{"ann@force.example\xff", "not a valid"},
		{"ann@fo!rce.example", "not a valid"},
		{"ann@fo\xc2\xadrce.example", "not a valid"}, /* a soft hyphen */
		{"ann@fo\xe2\x80\x8brce.example",
			"not a valid"}, /* a blank of no width */
		{"ann@fo\xe2\x89\xa0rce.example", "not a valid"}, /* "=" with a stroke */
		{"ann@\xef\xbc\xa6orce.example", "not a valid"},  /* a wide F */
		{"ann@xn--0.example", "not a valid"},
		{"ann@[192.0.2.1]", "brackets"},
		{"ann@192.0.2.1", "number"},
		{"ann@b@force.example", "more than one"},
		{".ann@force.example", "dot at its"},
		{"ann.@force.example", "dot at its"},
		{"a..nn@force.example", "two in a row"},
		{"a,b@force.example", "quotes"},
		{"a(b)@force.example", "quotes"},
		{"a\"b\"@force.example", "quotes"},
		{"\"ann@force.example", "not closed"},
		{"\"ann\\\"@force.example", "not closed"},
		{"\"ann\"x@force.example", "no \"@\""},
		{"ann smith@force.example", "blank"},
		{"\"ann smith\"@force.example", "blank"},
		{" ann@force.example", "blank"},
		{"<ann@force.example>", "<"},
		{"ann@force.example>\r\nRCPT TO:<eve@evil.example", "<"},
		{"ann@force.example\r\n", "control"},
		{"ann\t@force.example", "control"},
		{"ann\x7f@force.example", "control"},
		{"j\xc3\xbcrgen@force.example", "SMTPUTF8"},
		{"\"j\xc3\xbcrgen\"@force.example", "SMTPUTF8"},
		{LOCAL64 "b@force.example", "64"},
		{"ann@" LABEL63 "x.example", "63"},
		{LOCAL64 "@" LABEL63 "." LABEL63 "." LABEL63 ".example", "254"},
		{"a@" LABEL63 "." LABEL63 "." LABEL63 "." LABEL63 ".example", "too long"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		refused(cases[i].given, strlen(cases[i].given), cases[i].reason);
	refused("ann\0@force.example", 18, "control");
	refused("ann@force.example\0", 18, "control");
}

static void test_limits(void **state)
{
	char long_one[4096] = {0};

	(void)state;
	memset(long_one, 'a', sizeof(long_one) - 1);
	long_one[1] = '@';
	refused(long_one, strlen(long_one), "254");
	refused(long_one, 1024, "too long");
}

static void test_named(void **state)
{
	static const struct {
		const char *given, *name, *address;
	} cases[] = {
		{"ann@force.example", NULL, "ann@force.example"},
		{"<ann@force.example>", NULL, "ann@force.example"},
		{"Ann Smith <ann@force.example>", "Ann Smith", "ann@force.example"},
		{"  Ann   <ann@force.example>", "Ann", "ann@force.example"},
		{"\"Smith, \\\"Ann\\\"\" <ann@force.example>", "Smith, \"Ann\"",
			"ann@force.example"},
		{"\"\" <ann@force.example>", NULL, "ann@force.example"},
		{"Zo\xc3\xab <z@force.example>", "Zo\xc3\xab", "z@force.example"},
		{"a\\ <z@force.example>", "a\\", "z@force.example"},
	};
	static const char *const bad[] = {"Ann <ann@force.example",
		"Ann ann@force.example>", "\"Ann <ann@force.example>",
		"Ann \"Smith\" <ann@force.example>", "Ann <>", "", ">",
		"\"Ann\\\" <ann@force.example>"};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct fault f = {0};
		struct address a;
		auto_text name = NULL;

		if (address_parse_named(cases[i].given, &name, &a, &f))
			fail_msg("%s: %s", cases[i].given, f.text);
		assert_string_equal(a.text, cases[i].address);
		assert_int_equal(!name, !cases[i].name);
		if (name)
			assert_string_equal(name, cases[i].name);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct fault f = {0};
		struct address a;
		auto_text name = NULL;

		if (!address_parse_named(bad[i], &name, &a, &f))
			fail_msg("%s was taken", bad[i]);
		assert_int_equal(f.kind, FAULT_INPUT);
		assert_null(name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_taken),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
