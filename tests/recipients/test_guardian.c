/* SPDX-License-Identifier: MIT */
/* guardian: whom of the list the word in a child's row means. */
#include "tests/recipients/book.h"

#include "recipients/guardian.h"
#include "recipients/roster.h"

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

static const struct {
	const char *guardian, *people; /* who it may be, in order */
} cases[] = {
	{"K2", "2"},
	{"k2", "2"},
	{"K22", ""},
	{"Tom Alder", "23"},
	{"Mr TOM ALDER", "23"},
	{"Thomas Paul Alder", "3"},
	{"Bottom Alder", ""},
	{"tom@home.example", "2"},
	{"Alder", ""},
	{"Liz Birch", "4"},
	{"her grandmother", ""},
};

static void who(void **state)
{
	auto_roster people = {0};
	auto_guardian_book *b = NULL;
	struct fault f = {0};

	(void)state;
	book_import(&book, true,
		"Person ID,Surname,Forenames,Known As,Personal Email\n"
		"K1,Alder,Ann,,\n"
		"K2,Alder,Tom,,tom@home.example\n"
		"K3,Alder,Thomas Paul,Tom,\n"
		"K4,Birch,Elizabeth Mary,Liz,\n");
	fine(roster_load_entries(book.ledger, &people, &f), &f);
	b = guardian_book_new(&people);
	for (size_t i = 0; i < LENGTH(cases); i++) {
		char found[8] = "";
		size_t count = 0;

		for (size_t p = SIZE_MAX;
			(p = guardian_next(b, cases[i].guardian, p)) != SIZE_MAX;)
			found[count++] = (char)('1' + p);
		if (strcmp(found, cases[i].people) != 0)
			fail_msg("%s: %s", cases[i].guardian, found);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(who, set_up, tear_down)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
