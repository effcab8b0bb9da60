/* SPDX-License-Identifier: MIT */
/*
 * session, patience: sessions end when they are idle, when they are old, and when there
 * are too many; tries are slowed more and more, and whoever failed is remembered for
 * long.
 */
#include "mailer/page/session.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "mailer/page/patience.h"
#include "recipients/vault.h"

#define MINUTE 60000ll
#define HOUR (60 * MINUTE)

static int set_up(void **state)
{
	struct fault f;

	(void)state;
	return vault_start(&f);
}

static void idle_and_old(void **state)
{
	struct sessions *s = sessions_new(SESSION_IDLE_MS, SESSION_LONGEST_MS);
	char token[SESSION_TOKEN + 1], other[SESSION_TOKEN + 1];
	int64_t now = 5;

	(void)state;
	assert_non_null(sessions_begin(s, now, token));
	assert_non_null(sessions_begin(s, now, other));
	assert_string_not_equal(token, other);
	for (; now < 8 * HOUR; now += 14 * MINUTE)
		assert_non_null(sessions_find(s, token, now));
	assert_null(sessions_find(s, other, now)); /* nobody came */
	assert_null(sessions_find(s, token, 8 * HOUR + 5));
	assert_non_null(sessions_begin(s, now, token));
	assert_non_null(sessions_find(s, token, now + 15 * MINUTE - 1));
	assert_null(sessions_find(s, token, now + 30 * MINUTE - 1));
	token[0] = token[0] == '0' ? '1' : '0';
	assert_null(sessions_find(s, token, now));
	assert_null(sessions_find(s, "", now));
	sessions_free(s);
}

static void too_many(void **state)
{
	struct sessions *s = sessions_new(SESSION_IDLE_MS, SESSION_LONGEST_MS);
	char first[SESSION_TOKEN + 1], second[SESSION_TOKEN + 1],
		token[SESSION_TOKEN + 1];

	(void)state;
	sessions_begin(s, 1, first)->reviewer = 1;
	sessions_begin(s, 2, second)->reviewer = 2;
	for (int i = 2; i < SESSION_MOST; i++)
		sessions_begin(s, 3, token)->reviewer = 3;
	assert_non_null(sessions_find(s, first, 4));
	(void)sessions_begin(s, 5, token); /* takes the place of who was idle longest */
	assert_non_null(sessions_find(s, first, 6));
	assert_null(sessions_find(s, second, 6));
	sessions_end_of(s, 3, NULL);
	assert_non_null(sessions_find(s, first, 7));
	sessions_end(sessions_find(s, first, 7));
	assert_null(sessions_find(s, first, 7));
	sessions_free(s);
}

static void checks(void **state)
{
	struct session s = {0};

	(void)state;
	for (int i = 0; i < SESSION_CHECKS; i++)
		assert_true(session_may_check(&s, 100));
	assert_false(session_may_check(&s, MINUTE - 1));
	assert_true(session_may_check(&s, 100 + 2 * MINUTE));
}

static void slowed(void **state)
{
	struct patience *p = patience_new(PATIENCE_FREE, PATIENCE_LONGEST_MS);
	unsigned char who[HATCH_DIGEST] = "somebody", other[HATCH_DIGEST] = "another";
	int64_t now = 1000, wait = 0;

	(void)state;
	for (int i = 0; i < PATIENCE_FREE; i++) {
		patience_failed(p, who, now);
		assert_int_equal(patience_wait(p, who, now), 0);
	}
	for (int64_t expected = 1000; expected < PATIENCE_LONGEST_MS; expected *= 2) {
		patience_failed(p, who, now);
		wait = patience_wait(p, who, now);
		assert_int_equal(wait, expected);
		assert_int_equal(patience_wait(p, who, now + wait - 1), 1);
		now += wait;
		assert_int_equal(patience_wait(p, who, now), 0);
	}
	for (int i = 0; i < 100; i++)
		patience_failed(p, who, now);
	assert_int_equal(patience_wait(p, who, now), PATIENCE_LONGEST_MS);
	assert_int_equal(patience_wait(p, other, now), 0);
	assert_int_equal(patience_wait(p, who, now + HOUR), 0);
	patience_forget(p, who);
	assert_int_equal(patience_wait(p, who, now), 0);
	patience_free(p);
}

/* Names that somebody makes up push out one another, not who is under attack. */
static void remembered(void **state)
{
	struct patience *p = patience_new(PATIENCE_FREE, PATIENCE_LONGEST_MS);
	unsigned char who[HATCH_DIGEST], made_up[HATCH_DIGEST];

	(void)state;
	vault_random(who, sizeof(who));
	for (int i = 0; i < 10; i++)
		patience_failed(p, who, 1000);
	for (int i = 0; i < 50000; i++) {
		vault_random(made_up, sizeof(made_up));
		patience_failed(p, made_up, 1001 + i);
	}
	assert_true(patience_wait(p, who, 1000) > 0);
	patience_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(idle_and_old),
		cmocka_unit_test(too_many),
		cmocka_unit_test(checks),
		cmocka_unit_test(slowed),
		cmocka_unit_test(remembered),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
