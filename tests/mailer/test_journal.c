/* SPDX-License-Identifier: MIT */
/*
 * journal, guests: what was written is read once, in order, and on from where it was;
 * torn and foreign lines are passed over; a new journal is read from its beginning.
 */
#include "mailer/page/journal.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "mailer/page/guests.h"
#include "recipients/text.h"
#include "recipients/vault.h"

static char dir[] = "/tmp/test_journal.XXXXXX";

static int set_up(void **state)
{
	struct fault f;

	(void)state;
	return vault_start(&f) || !mkdtemp(dir);
}

static int tear_down(void **state)
{
	auto_text file = text_format("%s/review/visits.jsonl", dir);
	auto_text folder = text_format("%s/review", dir);

	(void)state;
	(void)unlink(file);
	return rmdir(folder) || rmdir(dir);
}

static void add(const char *bytes, size_t length)
{
	auto_text file = text_format("%s/review/visits.jsonl", dir);
	int fd = open(file, O_WRONLY | O_APPEND);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, length), length);
	(void)close(fd);
}

static int see(void *user, const json_t *event, int64_t end, struct fault *f)
{
	struct text *out = user;

	(void)end;
	(void)f;
	text_printf(
		out, "%lld ", (long long)json_integer_value(json_object_get(event, "n")));
	return 0;
}

static void reads(int64_t *from, char id[JOURNAL_ID], const char *expected)
{
	auto_text_buffer seen = {0};
	const struct journal_reader reader = {see, &seen};
	struct fault f = {0};

	if (journal_read(dir, from, id, &reader, &f))
		fail_msg("%s", f.text);
	assert_string_equal(text_string(&seen), expected);
}

static void put(struct journal *j, int n)
{
	struct fault f;

	assert_int_equal(journal_write(j, json_pack("{s:i}", "n", n), n % 2, &f), 0);
}

static void lines(void **state)
{
	auto_text file = text_format("%s/review/visits.jsonl", dir);
	static const char noise[] =
		"nonsense\n{}\n[1]\n\0\n{\"n\":4}\n{\"n\":5,\"n\":6}\n",
			  torn[] = "{\"n\":7}\n{\"n\":8";
	struct journal *j, *second;
	char id[JOURNAL_ID] = "", first[JOURNAL_ID];
	char *large = text_alloc(JOURNAL_LINE * 2 + 2);
	struct fault f;
	int64_t from = 0;

	(void)state;
	reads(&from, id, "");
	assert_int_equal(journal_open(dir, &j, &f), 0);
	assert_int_equal(journal_open(dir, &second, &f), -1);
	assert_int_equal(f.kind, FAULT_TEMPORARY);
	put(j, 1);
	put(j, 2);
	reads(&from, id, "1 2 ");
	reads(&from, id, "");
	put(j, 3);
	reads(&from, id, "3 ");
	add(noise, sizeof(noise) - 1);
	memset(large, 'x', JOURNAL_LINE * 2);
	large[JOURNAL_LINE * 2] = '\n';
	add(large, JOURNAL_LINE * 2 + 1);
	add(torn, sizeof(torn) - 1);
	reads(&from, id, "0 4 7 ");
	journal_close(j);
	assert_int_equal(journal_open(dir, &j, &f), 0); /* ends the torn line */
	put(j, 9);
	reads(&from, id, "9 ");
	journal_close(j);
	memcpy(first, id, sizeof(first));
	(void)unlink(file);
	assert_int_equal(journal_open(dir, &j, &f), 0);
	put(j, 10);
	reads(&from, id, "10 ");
	assert_string_not_equal(first, id);
	journal_close(j);
	free(large);
}

static void kept(void **state)
{
	static struct guests g;
	struct journal *j;
	struct fault f;

	(void)state;
	assert_int_equal(journal_open(dir, &j, &f), 0);
	assert_int_equal(journal_write(j,
				 json_pack("{s:s,s:i,s:i}", "what", "sign-in", "who", 1,
					 "serial", 7),
				 true, &f),
		0);
	assert_int_equal(
		journal_write(
			j, json_pack("{s:s,s:i}", "what", "sign-in", "who", 2), true, &f),
		0);
	assert_int_equal(journal_write(j,
				 json_pack("{s:s,s:i,s:i,s:s}", "what", "passphrase",
					 "who", 1, "serial", 7, "hash", "$h"),
				 true, &f),
		0);
	journal_close(j);
	assert_int_equal(guests_load(dir, &g, &f), 0);
	assert_int_equal(g.count, 1);
	assert_string_equal(guests_find(&g, 1, 7)->hash, "$h");
	assert_null(guests_find(&g, 1, 8));
	assert_null(guests_find(&g, 2, 0));
	for (int i = 0; i < GUESTS_MOST - 1; i++)
		assert_true(guests_note(&g, 100 + i, 1, NULL));
	assert_false(guests_note(&g, 99999, 1, NULL));
	assert_true(guests_note(&g, 100, 1, "$x"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines),
		cmocka_unit_test(kept),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
