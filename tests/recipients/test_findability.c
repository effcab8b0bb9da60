/* SPDX-License-Identifier: MIT */
/*
 * findability: how many on the list look like a person; with their newest entry, and
 * however it is written.
 */
#include "tests/recipients/book.h"

#include "recipients/findability.h"

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

static void check(const double *expected, size_t count)
{
	auto_roster people = {0};
	struct findability *b;
	struct fault f = {0};

	fine(roster_load_entries(book.ledger, &people, &f), &f);
	assert_int_equal(people.people_count, count);
	b = findability_new(&people);
	for (size_t i = 0; i < count; i++)
		if (findability_of(b, i) < expected[i] ||
			findability_of(b, i) > expected[i])
			fail_msg("person %zu: %.0f", i, findability_of(b, i));
	findability_free(b);
}

static void look_alikes(void **state)
{
	static const double expected[] = {3, 3, 3, 1, 1, 1, 1};

	(void)state;
	book_import(&book, true,
		"Staff ID,Surname,Forenames,Rank,Location\n"
		"1,Sample,Jo,PC,Eastmoor\n"
		"2,SAMPLE,John Paul,PC,eastmoor\n" /* the first letter counts, and no case
						    */
		"3,Sample,J,PC,Eastmoor\n"
		"4,Sample,Ann,PC,Eastmoor\n"
		"5,Sample,Jo,Sergeant,Eastmoor\n"
		"6,Sample,Jo,PC,Westmoor\n"
		"7,Patel,Jo,PC,Eastmoor\n");
	check(expected, LENGTH(expected));
}

/* What ends in one field does not begin in the next. */
static void fields_are_kept_apart(void **state)
{
	static const double expected[] = {1, 1};

	(void)state;
	book_import(&book, true,
		"Staff ID,Surname,Rank,Location\n1,Sample,PC East,moor\n2,Sample,PC,East moor\n");
	check(expected, LENGTH(expected));
}

static void the_newest_entry(void **state)
{
	static const double expected[] = {2, 2};

	(void)state;
	book_import(&book, true,
		"Person ID,Surname,Location\n1,Sample,Eastmoor\n2,Sample,Westmoor\n");
	book_import(&book, true, "Person ID,Surname,Location\n2,Sample,Eastmoor\n");
	check(expected, LENGTH(expected));
}

static void nobody(void **state)
{
	(void)state;
	check(NULL, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(look_alikes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(fields_are_kept_apart, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_newest_entry, set_up, tear_down),
		cmocka_unit_test_setup_teardown(nobody, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
