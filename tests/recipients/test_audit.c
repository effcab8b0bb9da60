/* SPDX-License-Identifier: MIT */
/*
 * audit: what was changed behind the program's back is found, and named by table and row.
 */
#include "tests/recipients/book.h"

#include "recipients/audit.h"

static struct book book;

static int set_up(void **state)
{
	(void)state;
	book_make(&book);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	book_remove(&book);
	return 0;
}

static void check_says(const char *says)
{
	struct fault f = {0};
	int64_t seals;

	book_open(&book, LEDGER_READ);
	assert_int_equal(audit_run(book.ledger, &seals, &f), -1);
	assert_int_equal(f.kind, FAULT_LEDGER);
	if (!strstr(f.text, says))
		fail_msg("%s", f.text);
	book_shut(&book);
}

static void check_finds_a_changed_seal(void **state)
{
	struct fault f = {0};
	int64_t seals;

	(void)state;
	fine(ledger_begin(book.ledger, &f), &f);
	book_decide(book.ledger, 1, &f);
	book_decide(book.ledger, 2, &f);
	fine(ledger_commit(book.ledger, &f), &f);
	book_shut(&book);
	book_open(&book, LEDGER_READ);
	fine(audit_run(book.ledger, &seals, &f), &f);
	assert_int_equal(seals, 4); /* the ledger's own, the run's, two decisions' */
	book_shut(&book);

	book_tamper(&book,
		"DROP TRIGGER decision_no_update; UPDATE decision SET said_sealed ="
		" (SELECT said_sealed FROM decision WHERE id = 1) WHERE id = 2");
	check_says("decision.said_sealed");
	check_says("row 2");
	book_tamper(&book, "UPDATE decision SET said_sealed = x'' WHERE id = 1");
	check_says("row 1");
}

static void check_finds_a_row_that_is_gone(void **state)
{
	struct fault f = {0};

	(void)state;
	fine(ledger_begin(book.ledger, &f), &f);
	book_decide(book.ledger, 1, &f);
	fine(ledger_commit(book.ledger, &f), &f);
	book_shut(&book);
	book_tamper(&book, "DROP TRIGGER run_no_delete; DELETE FROM run");
	check_says("rows that are gone");
}

#define EACH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		EACH(check_finds_a_changed_seal),
		EACH(check_finds_a_row_that_is_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
