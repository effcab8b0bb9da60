/* SPDX-License-Identifier: MIT */
/*
 * forecast: what was written comes back, and the sums over people are those of the set.
 */
#include "tests/recipients/book.h"

#include <math.h>

#include "recipients/forecast.h"
#include "recipients/match.h"

static struct book book;

#define LIST                                                                             \
	"Pay No,Surname,Forenames,Rank\n1,Sample,Jo,PC\n2,Patel,Ann,Sergeant\n"          \
	"3,O'Neill,Mary,PC\n4,O'Neill,Mary,PC\n5,Castle,Bob,Inspector\n"
#define LEAK                                                                             \
	"Row ID,Pay No,Surname,Forenames,Rank\nR1,1,Sample,Jo,PC\n"                      \
	"R3,,O'Neill,Mary,PC\nR4,,Nobody,Else,DC\nR5,5,Castle,Bob,Inspector\n"

static int set_up(void **state)
{
	(void)state;
	book_make(&book);
	book_import(&book, true, LIST);
	book_import(&book, false, LEAK);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	book_remove(&book);
	return 0;
}

static void read_back(double tell_at, struct forecast *ret)
{
	struct fault f = {0};

	fine(forecast_read(book.ledger, tell_at, ret, &f), &f);
}

static void match(void)
{
	struct match_tally t;
	struct fault f = {0};

	fine(match_run(book.ledger, NULL, &t, &f), &f);
}

static void nothing_yet(void **state)
{
	struct forecast c;
	struct fault f = {0};
	int64_t tenths[FORECAST_BINS], nobody;

	(void)state;
	read_back(0.5, &c);
	assert_false(c.known);
	assert_int_equal(c.rows, 0);
	fine(forecast_spread(book.ledger, tenths, &nobody, &f), &f);
	assert_int_equal(nobody, 0);
}

static void after_match(void **state)
{
	struct forecast c;

	(void)state;
	match();
	read_back(0.05, &c);
	assert_true(c.known);
	assert_int_equal(c.rows, 4);
	assert_int_equal(c.rows_matched, 2);
	assert_int_equal(c.certain, 2);
	assert_int_equal(c.maybe, 2); /* both of the name O'Neill */
	assert_true(c.wrong_certain < 0.02 && c.wrong_rows < 0.1);
	assert_true(c.wrong_maybe > 0.5 && c.wrong_maybe < 1.5);
	assert_true(fabs(c.alike - 0.25) < 1e-9);
	assert_int_equal(c.trials.copies, 5);
	assert_true(c.trials.rows_nobody > 0.5 && c.trials.rows_nobody < 2);
}

/* Whoever is told from .9 on leaves the two O'Neills untold. */
static void who_is_told(void **state)
{
	struct forecast early, late;

	(void)state;
	match();
	read_back(0.05, &early);
	read_back(0.9, &late);
	assert_int_equal(late.maybe, 0);
	assert_true(late.wrong_maybe < 1e-9);
	assert_true(fabs(late.missed_unlikely - early.missed_unlikely -
			    (2 - early.wrong_maybe)) < 1e-6);
}

/* A number of one and a name of another: nobody is told, nobody is missed. */
static void who_waits(void **state)
{
	struct forecast before, after;

	(void)state;
	match();
	read_back(0.05, &before);
	assert_true(before.waiting < 1e-9);
	book_import(
		&book, false, "Row ID,Pay No,Surname,Forenames,Rank\nR9,2,Castle,Bob,\n");
	match();
	read_back(0.05, &after);
	assert_true(after.waiting > 0.5);
	assert_true(fabs(after.missed_unlikely - before.missed_unlikely) < 0.05);
}

static void written(void **state)
{
	const struct calibration trials = {.copies = 900,
		.copies_matched = 800,
		.copies_right = 790,
		.copies_listed = 600,
		.copies_error = 0.0125,
		.copies_chance = 0.011,
		.decoys = 200,
		.decoys_matched = 5,
		.rows_wrong = 1.75,
		.rows_nobody = 40,
		.rows_alike = 1};
	struct forecast c;
	struct fault f = {0};
	double people;

	(void)state;
	match();
	fine(ledger_do(book.ledger,
		     SQL("INSERT INTO match_set (id, run_id, inputs) SELECT id + 1, run_id, inputs FROM match_set"),
		     &f) ||
			ledger_do(book.ledger,
				SQL("INSERT INTO presence (set_id, person_id, probability, tellable)"
				    " SELECT set_id + 1, person_id, probability, tellable FROM presence"),
				&f) ||
			forecast_write(book.ledger, 2, &trials, &f),
		&f);
	read_back(0.05, &c);
	assert_int_equal(c.trials.copies_right, 790);
	assert_int_equal(c.trials.rows_alike, 1);
	assert_true(fabs(c.trials.copies_error - 0.0125) < 1e-12);
	assert_true(fabs(c.decoy_rows - 1) < 1e-9); /* 40 * 5 / 200 */
	people = (double)(c.certain + c.maybe) - c.wrong_certain - c.wrong_maybe +
		 c.missed_unlikely;
	assert_true(fabs(c.missed_lost - people / 2) < 1e-6); /* 300 lost of 600 found */
	/* A second time is one too many. */
	assert_int_equal(forecast_write(book.ledger, 2, &trials, &f), -1);
}

static void spread(void **state)
{
	struct fault f = {0};
	int64_t tenths[FORECAST_BINS], nobody, sum = 0;

	(void)state;
	match();
	fine(forecast_spread(book.ledger, tenths, &nobody, &f), &f);
	for (int i = 0; i < FORECAST_BINS; i++)
		sum += tenths[i];
	assert_int_equal(sum + nobody, 4);
	assert_int_equal(tenths[9], 2);
	assert_int_equal(tenths[4] + tenths[5], 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(nothing_yet, set_up, tear_down),
		cmocka_unit_test_setup_teardown(after_match, set_up, tear_down),
		cmocka_unit_test_setup_teardown(who_is_told, set_up, tear_down),
		cmocka_unit_test_setup_teardown(who_waits, set_up, tear_down),
		cmocka_unit_test_setup_teardown(written, set_up, tear_down),
		cmocka_unit_test_setup_teardown(spread, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
