/* SPDX-License-Identifier: MIT */
/*
 * ruling: what holds for a person after all that was decided, in which order, and what is
 * barred by it.
 */
#include "tests/recipients/book.h"

#include "recipients/clock.h"
#include "recipients/ruling.h"

static struct book book;
static int64_t person;

static int set_up(void **state)
{
	(void)state;
	book_make(&book);
	book_import(&book, true, "Pay No,Surname\n1,Sample\n2,Patel\n");
	person = book_number(&book, SQL("SELECT min(id) FROM person"));
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	clock_fix(-1);
	book_remove(&book);
	return 0;
}

static int64_t decide(const char *choice, const char *value, bool bars)
{
	const struct ruling r = {.person = person,
		.choice = choice,
		.value = value,
		.bars = bars,
		.by = "Ann Example",
		.reason = "She rang."};
	struct fault f = {0};
	int64_t id;

	fine(ledger_begin(book.ledger, &f), &f);
	fine(ruling_write(book.ledger, &r, &id, &f), &f);
	fine(ledger_commit(book.ledger, &f), &f);
	return id;
}

static struct rulings *load(void)
{
	struct rulings *all = NULL;
	struct fault f = {0};

	fine(rulings_load(book.ledger, &all, &f), &f);
	return all;
}

/* Up to four decisions ("route mail" is one), and what holds then. */
static const struct {
	const char *choices[4];
	bool held;
	const char *level, *route;
	bool deceased, unsafe;
} cases[] = {
	{{"hold"}, true, NULL, NULL, false, false},
	{{"hold", "unhold"}, false, NULL, NULL, false, false},
	{{"hold", "unhold", "hold"}, true, NULL, NULL, false, false},
	{{"route task"}, false, NULL, "task", false, false},
	{{"route task", "route none"}, false, NULL, "none", false, false},
	{{"route task", "route mail"}, false, NULL, NULL, false, false},
	{{"raise firearms", "raise officer"}, false, "officer", NULL, false, false},
	{{"raise firearms", "hold", "route restricted"}, true, "firearms", "restricted",
		false, false},
	{{"deceased"}, false, NULL, NULL, true, false},
	{{"deceased", "route task"}, false, NULL, "task", true, false},
	{{"deceased", "address-unsafe", "unhold"}, false, NULL, NULL, true, true},
	{{"deceased", "address-unsafe", "route mail"}, false, NULL, NULL, false, false},
	{{"route mail", "address-unsafe"}, false, NULL, NULL, false, true},
};

static bool same(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

static void the_newest_counts(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		const struct ruling_now *now;
		struct rulings *all;

		assert_int_equal(set_up(NULL), 0);
		for (size_t k = 0; k < 4 && cases[i].choices[k]; k++) {
			auto_text choice = text_copy(cases[i].choices[k]);
			char *blank = strchr(choice, ' ');

			if (blank)
				*blank++ = '\0';
			(void)decide(choice, blank, true);
		}
		all = load();
		now = rulings_find(all, person);
		assert_non_null(now);
		if (now->held != cases[i].held || !same(now->level, cases[i].level) ||
			!same(now->route, cases[i].route) ||
			now->deceased != cases[i].deceased ||
			now->address_unsafe != cases[i].unsafe)
			fail_msg(
				"case %zu: held %d level %s route %s deceased %d unsafe %d",
				i, now->held, now->level, now->route, now->deceased,
				now->address_unsafe);
		assert_null(rulings_find(all, person + 1));
		rulings_free(all);
		(void)tear_down(NULL);
	}
}

static void nothing_decided(void **state)
{
	struct rulings *all = load();

	(void)state;
	assert_null(rulings_find(all, person));
	rulings_free(all);
	rulings_free(NULL);
}

/* Holding changes nothing of the groups; a hold that ends needs a new notice. */
static void what_has_to_be_made_anew(void **state)
{
	struct fault f = {0};
	int64_t newest, unhold, second;

	(void)state;
	(void)decide("hold", NULL, true);
	fine(ruling_newest(book.ledger, &newest, &f), &f);
	fine(ruling_newest_unhold(book.ledger, &unhold, &f), &f);
	assert_true(newest == 0 && unhold == 0);
	second = decide("route", "task", true);
	assert_int_equal(second, 2);
	fine(ruling_newest(book.ledger, &newest, &f), &f);
	assert_true(newest == second);
	second = decide("unhold", NULL, false);
	fine(ruling_newest(book.ledger, &newest, &f), &f);
	fine(ruling_newest_unhold(book.ledger, &unhold, &f), &f);
	assert_true(newest == 2 && unhold == second);
}

static void kept_with_who_and_why(void **state)
{
	auto_query struct query *q = NULL;
	auto_row said = {0};
	struct fault f = {0};

	(void)state;
	clock_fix(12345000);
	(void)decide("raise", "firearms", true);
	fine(ledger_query(book.ledger, SQL("SELECT * FROM person_decision"), &q, &f), &f);
	assert_int_equal(query_next(q, &f), 1);
	assert_true(
		query_int(q, "at") == 12345000 && query_int(q, "person_id") == person);
	assert_true(query_int(q, "bars") == 1 && query_int(q, "set_id") == 0);
	assert_string_equal(query_text(q, "value"), "firearms");
	assert_true(query_null(q, "review_by"));
	fine(query_sealed(q, "said_sealed", "person_decision.said_sealed",
		     query_int(q, "id"), &said.packed, &f),
		&f);
	assert_string_equal(row_value(&said, "by"), "Ann Example");
	assert_string_equal(row_value(&said, "reason"), "She rang.");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_newest_counts),
		cmocka_unit_test_setup_teardown(nothing_decided, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			what_has_to_be_made_anew, set_up, tear_down),
		cmocka_unit_test_setup_teardown(kept_with_who_and_why, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
