/* SPDX-License-Identifier: MIT */
/*
 * relay_url: hosts, ports, and what is loopback and what only looks like it.
 */
#include "mailer/wire/relay_url.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_taken(void **state)
{
	static const struct {
		const char *url;
		bool tls;
		const char *host;
		unsigned port;
		bool loopback;
	} cases[] = {
		{"smtp://relay.force.example", false, "relay.force.example", 587, false},
		{"smtps://relay.force.example", true, "relay.force.example", 465, false},
		{"SMTP://Relay:25", false, "Relay", 25, false},
		{"smtp://127.0.0.1:2525", false, "127.0.0.1", 2525, true},
		{"smtp://127.255.255.254:1", false, "127.255.255.254", 1, true},
		{"smtp://localhost:65535", false, "localhost", 65535, true},
		{"smtp://LocalHost", false, "LocalHost", 587, true},
		{"smtps://[::1]:2465", true, "::1", 2465, true},
		{"smtp://[2001:db8::1]", false, "2001:db8::1", 587, false},
		{"smtp://[::ffff:192.0.2.1]", false, "::ffff:192.0.2.1", 587, false},
		{"smtp://128.0.0.1", false, "128.0.0.1", 587, false},
		{"smtp://127.0.0.1.example", false, "127.0.0.1.example", 587, false},
		{"smtp://127.1", false, "127.1", 587, false},
		{"smtp://localhost.example", false, "localhost.example", 587, false},
		{"smtp://0.0.0.0", false, "0.0.0.0", 587, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct fault f = {0};
		struct server u;

		if (relay_url_parse(cases[i].url, &u, &f))
			fail_msg("%s: %s", cases[i].url, f.text);
		assert_int_equal(u.tls, cases[i].tls);
		assert_string_equal(u.host, cases[i].host);
		assert_int_equal(u.port, cases[i].port);
		assert_int_equal(u.loopback, cases[i].loopback);
		assert_int_equal(relay_is_loopback(cases[i].url), cases[i].loopback);
	}
}

static void test_refused(void **state)
{
	static const char *const bad[] = {"", "relay", "http://relay", "smtp:relay",
		"smtp://", "smtp://:25", "smtp://user@relay",
		"smtp://user:secret@localhost", "smtp://relay/path", "smtp://localhost?x",
		"smtp://relay:", "smtp://relay:0", "smtp://relay:65536",
		"smtp://relay:99999999999", "smtp://relay:25x", "smtp://relay:-1",
		"smtp://[::1", "smtp://[]", "smtp://[::1]x", "smtp://a b",
		"smtp://a\r\nb", "capture:outbox", " smtp://localhost"};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct fault f = {0};
		struct server u;

		if (!relay_url_parse(bad[i], &u, &f))
			fail_msg("taken: %s", bad[i]);
		assert_int_equal(f.kind, FAULT_CONFIG);
		assert_null(strstr(f.text, "secret"));
		assert_false(relay_is_loopback(bad[i]));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_taken),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
