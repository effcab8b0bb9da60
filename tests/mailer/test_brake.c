/* SPDX-License-Identifier: MIT */
/* When refusals stop a run, and the request to stop. */
#include "tests/recipients/book.h"

#include <string.h>
#include <unistd.h>

#include "mailer/brake.h"

static bool feel(struct brake *b, enum relay_kind kind, int code, const char *enhanced)
{
	struct relay_verdict v = {.kind = kind, .code = code};

	(void)snprintf(v.enhanced, sizeof(v.enhanced), "%s", enhanced);
	return brake_feel(b, &v);
}

static void test_equal_ones_in_a_row(void **state)
{
	struct brake b = {.stop_count = 3, .stop_share = 1};
	struct fault f = {0};

	(void)state;
	assert_false(feel(&b, RELAY_REFUSED, 550, "5.1.1"));
	assert_false(feel(&b, RELAY_REFUSED, 550, "5.1.1"));
	assert_false(feel(&b, RELAY_REFUSED, 550, "5.7.1")); /* another cause */
	assert_false(feel(&b, RELAY_REFUSED, 550, "5.7.1"));
	assert_false(feel(&b, RELAY_ACCEPTED, 250, ""));
	assert_false(feel(&b, RELAY_REFUSED, 550, "5.7.1"));
	assert_false(feel(&b, RELAY_REFUSED, 550, "5.7.1"));
	assert_true(feel(&b, RELAY_REFUSED, 550, "5.7.1"));
	assert_int_equal(brake_fault(&b, &f), -1);
	assert_int_equal(f.kind, FAULT_UNAVAILABLE);
	assert_non_null(strstr(f.text, "3 mails in a row"));
	assert_non_null(strstr(f.text, "550 5.7.1"));
}

/* Deferred, lost, or about the session: none of these says that an address is wrong. */
static void test_what_does_not_count(void **state)
{
	struct brake b = {.stop_count = 2, .stop_share = 0.01};
	struct relay_verdict session = {
		.kind = RELAY_NOT_SENT, .code = 550, .session = true};

	(void)state;
	for (int i = 0; i < 500; i++) {
		assert_false(feel(&b, RELAY_DEFERRED, 451, ""));
		assert_false(feel(&b, RELAY_NOT_SENT, 0, ""));
		assert_false(brake_feel(&b, &session));
	}
	assert_int_equal(b.all_judged, 0);
}

/* Each hundred is looked at, not only the first. */
static void test_the_share(void **state)
{
	struct brake b = {.stop_count = 1000, .stop_share = 0.2};
	struct fault f = {0};

	(void)state;
	for (int i = 0; i < 200; i++)
		assert_false(feel(&b, i % 10 ? RELAY_ACCEPTED : RELAY_REFUSED, 550, ""));
	for (int i = 0; i < 99; i++)
		assert_false(feel(&b, i % 4 ? RELAY_ACCEPTED : RELAY_REFUSED, 550, ""));
	assert_true(feel(&b, RELAY_ACCEPTED, 250, ""));
	assert_int_equal(brake_fault(&b, &f), -1);
	assert_non_null(strstr(f.text, "45 of 300 mails"));
}

/* In doubt is no refusal, and no acceptance; but many of them are many people of whom
 * nobody knows. */
static void test_what_is_in_doubt(void **state)
{
	struct brake b = {.stop_count = 3, .stop_share = 0.5};
	struct fault f = {0};

	(void)state;
	assert_false(feel(&b, RELAY_REFUSED, 550, ""));
	for (int i = 0; i < 48; i++)
		assert_false(feel(&b, RELAY_IN_DOUBT, 0, ""));
	assert_false(feel(&b, RELAY_REFUSED, 550, ""));
	for (int i = 0; i < 49; i++)
		assert_false(feel(&b, RELAY_ACCEPTED, 250, ""));
	assert_true(feel(&b, RELAY_IN_DOUBT, 0, ""));
	assert_int_equal(brake_fault(&b, &f), -1);
	assert_int_equal(f.kind, FAULT_UNAVAILABLE);
	assert_non_null(strstr(f.text, "of 100 mails 49 were handed over"));
	assert_non_null(strstr(f.text, "send --resolve"));
}

static void test_a_request(void **state)
{
	struct book b;
	struct fault f = {0};

	(void)state;
	book_make(&b);
	assert_false(brake_requested(b.dir));
	fine(brake_request(b.dir, &f), &f);
	fine(brake_request(b.dir, &f), &f);
	assert_true(brake_requested(b.dir));
	book_shut(&b);
	assert_false(brake_requested(b.dir)); /* that run is over */
	fine(brake_request("/nowhere/at/all", &f), &f);
	book_open(&b, LEDGER_WRITE);
	brake_forget(b.dir);
	assert_false(brake_requested(b.dir));
	brake_forget(b.dir);
	book_remove(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_equal_ones_in_a_row),
		cmocka_unit_test(test_what_does_not_count),
		cmocka_unit_test(test_the_share),
		cmocka_unit_test(test_what_is_in_doubt),
		cmocka_unit_test(test_a_request),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
