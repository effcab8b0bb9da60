/* SPDX-License-Identifier: MIT */
/*
 * relay_mail: what may not go on the wire, whoever made it.
 */
#include "mailer/wire/relay_mail.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static int check(const char *from, const char *to, const char *envid, const char *bytes,
	size_t length, struct fault *f)
{
	struct relay_mail m = {.id = 7,
		.from = from,
		.to = to,
		.envid = envid,
		.bytes = bytes,
		.length = length};

	*f = (struct fault){0};
	return relay_mail_check(&m, f);
}

static void test_addresses(void **state)
{
	static const char *const bad[] = {"a b@c.example", "a@c.example>", "<a@c.example",
		"a@c.example\r\nRSET", "a@c.example\n", "a\t@c.example",
		"\xc3\xa9@c.example", "a\x7f@c.example"};
	char path[256] = {0};
	struct fault f;

	(void)state;
	assert_int_equal(check("", "a@b.example", NULL, "x\r\n", 3, &f), 0);
	assert_int_equal(
		check("\"a\\\"b\"@c.example", "a@b.example", "m1", "x\r\n", 3, &f), 0);
	assert_int_equal(check("a@b.example", "", NULL, "x\r\n", 3, &f), -1);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		assert_int_equal(check("a@b.example", bad[i], NULL, "x\r\n", 3, &f), -1);
		assert_int_equal(f.kind, FAULT_INTERNAL);
		assert_string_equal(
			f.text, "mail 7: envelope recipient is not fit for the wire");
		assert_int_equal(check(bad[i], "a@b.example", NULL, "x\r\n", 3, &f), -1);
		assert_int_equal(
			check("a@b.example", "c@d.example", bad[i], "x\r\n", 3, &f),
			strpbrk(bad[i], "<>") && !strpbrk(bad[i], "\r\n") ? 0 : -1);
	}
	memset(path, 'a', 254);
	assert_int_equal(check(path, path, NULL, "x\r\n", 3, &f), 0);
	path[254] = 'a';
	assert_int_equal(check("a@b.example", path, NULL, "x\r\n", 3, &f), -1);
	path[100] = '\0';
	assert_int_equal(check("", "a@b.example", path, "x\r\n", 3, &f), 0);
	path[0] = '+'; /* three bytes on the wire */
	assert_int_equal(check("", "a@b.example", path, "x\r\n", 3, &f), -1);
	assert_int_equal(check("", "a@b.example", "", "x\r\n", 3, &f), -1);
}

static void test_bytes(void **state)
{
	static const struct {
		const char *bytes;
		int wanted;
	} cases[] = {
		{"x\r\n", 0},
		{"\r\n", 0},
		{".\r\n\r\n..\r\n", 0},
		{"", -1},
		{"x", -1},
		{"x\r", -1},
		{"x\n", -1},
		{"a\nb\r\n", -1},
		{"a\rb\r\n", -1},
		{"a\r\r\n", -1},
		{"a\n\r\n", -1},
		{"a\r\n.\n\r\n", -1},
		{"a\r\n.\rMAIL FROM:<x@y>\r\n", -1},
		{"a\r\nb", -1},
		{"a\n\rb\r\n", -1},
		{"a\r\rb\n\n", -1},
		{"a\rb\n\r\n", -1},
		{"\n\r", -1},
		{"caf\xc3\xa9\r\n", -1},
		{"a long line of plain text \x80 and more\r\n", -1},
	};
	static char line[1002];
	struct fault f;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		if (check("", "a@b.example", NULL, cases[i].bytes, strlen(cases[i].bytes),
			    &f) != cases[i].wanted)
			fail_msg("case %zu: %s", i, f.text);
	assert_int_equal(check("", "a@b.example", NULL, "a\0b\r\n", 5, &f), -1);
	memset(line, 'x', sizeof(line));
	memcpy(line + 998, "\r\n", 2);
	assert_int_equal(check("", "a@b.example", NULL, line, 1000, &f), 0);
	memcpy(line + 998, "x\r\n", 3);
	assert_int_equal(check("", "a@b.example", NULL, line, 1001, &f), -1);
	assert_non_null(strstr(f.text, "998"));
}

/* One byte too many is found wherever it stands in a message of any length. */
static void test_every_place(void **state)
{
	static const char bad[] = {'\r', '\n', '\0', '\x80', '\xff'};
	char bytes[1000];
	struct fault f;

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = i % 40 == 38 ? '\r' : i % 40 == 39 ? '\n' : 'x';
	for (size_t length = 40; length <= sizeof(bytes); length += 40) {
		assert_int_equal(check("", "a@b.example", NULL, bytes, length, &f), 0);
		for (size_t at = 0; at < length; at++) {
			char was = bytes[at];

			for (size_t i = 0; i < sizeof(bad); i++) {
				bytes[at] = bad[i];
				if (bad[i] != was)
					assert_int_equal(check("", "a@b.example", NULL,
								 bytes, length, &f),
						-1);
			}
			bytes[at] = was;
		}
	}
}

static void test_names(void **state)
{
	(void)state;
	assert_string_equal(relay_kind_name(RELAY_ACCEPTED), "accepted");
	assert_string_equal(relay_kind_name(RELAY_IN_DOUBT), "in doubt");
	assert_string_equal(relay_kind_name(RELAY_NOT_SENT), "not sent");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_every_place),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
