/* SPDX-License-Identifier: MIT */
/*
 * imap_url: places, folders, and what is none. Hosts: test_relay_url.c.
 */
#include "mailer/wire/imap_url.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void taken(void **state)
{
	static const struct {
		const char *url;
		bool tls;
		const char *host;
		unsigned port;
		bool loopback;
		const char *folder;
	} cases[] = {
		{"imaps://mail.force.example", true, "mail.force.example", 993, false,
			"INBOX"},
		{"imap://mail.force.example/", false, "mail.force.example", 143, false,
			"INBOX"},
		{"IMAPS://[::1]:2993/Bounces", true, "::1", 2993, true, "Bounces"},
		{"imap://127.0.0.1:1/INBOX/Back%20%22%26AOQ-%5c", false, "127.0.0.1", 1,
			true, "INBOX/Back \"&AOQ-\\"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fault f = {0};
		struct imap_url u;

		assert_true(imap_url_is(cases[i].url));
		if (imap_url_parse(cases[i].url, &u, &f))
			fail_msg("%s", f.text);
		assert_int_equal(u.server.tls, cases[i].tls);
		assert_string_equal(u.server.host, cases[i].host);
		assert_int_equal(u.server.port, cases[i].port);
		assert_int_equal(u.server.loopback, cases[i].loopback);
		assert_string_equal(u.folder, cases[i].folder);
	}
}

static void refused(void **state)
{
	static const char *const bad[] = {"imapx://h/", "imaps:/h", "imap://",
		"imap://h:0", "imap://h:65536/", "imap://h:1x/", "imap://u@h/",
		"imaps://h?x", "imaps://h/a;UID=1", "imaps://h/a?x", "imaps://h/%0d%0a",
		"imaps://h/%0", "imaps://h/%", "imaps://h/%zz", "imaps://h/a\nb",
		"imaps://h/%00", "imaps://h/\303\244"};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct fault f = {0};
		struct imap_url u;

		if (!imap_url_parse(bad[i], &u, &f))
			fail_msg("taken: %s", bad[i]);
		assert_int_equal(f.kind, FAULT_CONFIG);
	}
	assert_false(imap_url_is("maildir:imap://"));
	assert_false(imap_url_is("imap:"));
}

static void long_folders(void **state)
{
	char url[IMAP_FOLDER_MAX + 20] = "imap://h/";
	struct fault f = {0};
	struct imap_url u;

	(void)state;
	memset(url + 9, 'x', IMAP_FOLDER_MAX);
	assert_int_equal(imap_url_parse(url, &u, &f), 0);
	assert_int_equal(strlen(u.folder), IMAP_FOLDER_MAX);
	url[9 + IMAP_FOLDER_MAX] = 'x';
	assert_int_equal(imap_url_parse(url, &u, &f), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(taken),
		cmocka_unit_test(refused),
		cmocka_unit_test(long_folders),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
