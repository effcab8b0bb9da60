/* SPDX-License-Identifier: MIT */
/*
 * decision: what a human said is kept with who and why, and only about what there is.
 */
#include "tests/recipients/book.h"

#include "recipients/clock.h"
#include "recipients/decision.h"

static struct book book;

static int set_up(void **state)
{
	(void)state;
	book_make(&book);
	book_import(&book, true, "Pay No,Surname\n1,Sample\n,Patel\n");
	book_import(&book, false, "Row ID,Surname\nR1,Sample\n,Patel\n");
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	clock_fix(-1);
	book_remove(&book);
	return 0;
}

#define COUNT SQL("SELECT count(*) FROM decision")

static void kept(void **state)
{
	auto_query struct query *q = NULL;
	auto_row said = {0};
	struct fault f = {0};

	(void)state;
	clock_fix(12345000);
	fine(decision_row(
		     book.ledger, "R1", "1", false, "Ann Example", "Seen the card.", &f),
		&f);
	fine(ledger_query(book.ledger, SQL("SELECT * FROM decision"), &q, &f), &f);
	assert_int_equal(query_next(q, &f), 1);
	assert_string_equal(query_text(q, "kind"), "row");
	assert_string_equal(query_text(q, "choice"), "person");
	assert_true(query_int(q, "at") == 12345000);
	assert_false(query_null(q, "record_id") || query_null(q, "person_id"));
	assert_true(query_null(q, "attempt_id") && query_null(q, "about"));
	fine(query_sealed(q, "said_sealed", "decision.said_sealed", query_int(q, "id"),
		     &said.packed, &f),
		&f);
	assert_string_equal(row_value(&said, "by"), "Ann Example");
	assert_string_equal(row_value(&said, "reason"), "Seen the card.");
}

static void about_rows(void **state)
{
	static const struct {
		const char *row, *person;
		bool all;
		const char *says; /* NULL: taken */
	} cases[] = {{"R1", NULL, false, NULL}, {"R1", NULL, true, NULL},
		{"3", "row 3", false, NULL}, {"R9", NULL, false, "no leaked row"},
		{"", NULL, false, "no leaked row"},
		{"R1", "9", false, "nobody on the list"},
		{"R1", "", false, "nobody on the list"},
		{"2", NULL, false, "no leaked row"}};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		int64_t before = book_number(&book, COUNT);
		struct fault f = {0};
		int got = decision_row(book.ledger, cases[i].row, cases[i].person,
			cases[i].all, "Ann Example", "so", &f);

		assert_int_equal(got, cases[i].says ? -1 : 0);
		assert_int_equal(book_number(&book, COUNT), before + !cases[i].says);
		if (got) {
			assert_int_equal(f.kind, FAULT_USAGE);
			assert_non_null(strstr(f.text, cases[i].says));
		}
	}
}

static void no_such_question(void **state)
{
	struct fault f = {0};

	(void)state;
	assert_int_equal(decision_accept(book.ledger, "unknown-units:abcdef",
				 "Ann Example", "so", &f),
		-1);
	assert_int_equal(f.kind, FAULT_USAGE);
	assert_int_equal(book_number(&book, COUNT), 0);
}

/* The ledger says no: the transaction does not stay open behind it. */
static void refused_by_the_ledger(void **state)
{
	const struct decision d = {
		.kind = "whim", .choice = "so", .by = "Ann Example", .reason = "so"};
	struct fault f = {0};

	(void)state;
	assert_int_equal(decision_write(book.ledger, &d, &f), -1);
	assert_int_equal(f.kind, FAULT_INTERNAL);
	fine(decision_row(book.ledger, "R1", "1", false, "Ann Example", "so", &f), &f);
	book_shut(&book);
	book_open(&book, LEDGER_READ);
	assert_int_equal(book_number(&book, COUNT), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(kept, set_up, tear_down),
		cmocka_unit_test_setup_teardown(about_rows, set_up, tear_down),
		cmocka_unit_test_setup_teardown(no_such_question, set_up, tear_down),
		cmocka_unit_test_setup_teardown(refused_by_the_ledger, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
