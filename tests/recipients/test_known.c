/* SPDX-License-Identifier: MIT */
/*
 * known: which rows of lists are one human, over lists and within one.
 */
#include "tests/recipients/book.h"

#include "recipients/known.h"
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

#define PEOPLE SQL("SELECT count(*) FROM person")
#define REJECTS SQL("SELECT count(*) FROM reject")
#define HEAD "Person ID,Surname,Forenames,Pay No,Email\n"

/* Lists one after the other, how many humans they are, and how many rows are rejected. */
static const struct {
	const char *what;
	const char *lists[3];
	int64_t people, rejects;
} cases[] = {
	{"the same person_id", {HEAD "7,Sample,Jo,,\n", HEAD "7,Sample,Jo,,\n"}, 1, 0},
	{"a person_id keeps its holder through another name",
		{HEAD "7,Sample,Jo,,\n", HEAD "7,Patel,Jo,,\n", HEAD "7,Patel,Joan,,\n"},
		1, 0},
	{"written otherwise", {HEAD "P-0007,Sample,Jo,,\n", HEAD "p 0007,Sample,Jo,,\n"},
		1, 0},
	{"forenames alone are a name", {HEAD "7,,Jo,,\n", HEAD "7,Sample,Jo,,\n"}, 1, 0},
	{"a whole name, then its parts",
		{"Name,Pay No\n\"SAMPLE, Jo\",123\nAnn Patel,124\n",
			HEAD ",Sample,Joan,123,\n,Patel,A,124,\n"},
		2, 0},
	{"leading zeros", {HEAD ",Sample,Jo,00123,\n", HEAD ",Sample,Jo,123,\n"}, 1, 0},
	{"another person_id, all else the same",
		{HEAD "7,Sample,Jo,123,jo@force.example\n",
			HEAD "8,Sample,Jo,123,jo@force.example\n"},
		2, 0},
	{"number and surname", {HEAD ",Sample,Jo,123,\n", HEAD ",Sample,Joan,123,\n"}, 1,
		0},
	{"number and forenames: a new surname",
		{HEAD ",Sample,Jo,123,\n", HEAD ",Patel,Jo,123,\n"}, 1, 0},
	{"a number that was passed on",
		{HEAD ",Sample,Jo,123,\n", HEAD ",Patel,Ann,123,\n"}, 2, 0},
	{"passed on, and both come again",
		{HEAD ",Sample,Jo,123,\n", HEAD ",Patel,Ann,123,\n",
			HEAD ",Sample,Jo,123,\n,Patel,Ann,123,\n"},
		2, 0},
	{"the name alone is not enough",
		{HEAD ",Sample,Jo,,\n", HEAD ",Sample,Jo,,\n,Sample,Jo,,\n"}, 3, 0},
	{"a mailbox and a name",
		{HEAD ",Sample,Jo,,jo@force.example\n",
			HEAD ",Sample,Jo,,JO@FORCE.EXAMPLE\n"},
		1, 0},
	{"a shared mailbox",
		{HEAD ",Sample,Jo,1,desk@force.example\n,Patel,Ann,2,desk@force.example\n",
			HEAD
			",Sample,Jo,1,desk@force.example\n,Patel,Ann,2,desk@force.example\n"},
		2, 0},
	{"a shared mailbox and a shared surname, told apart by number",
		{HEAD ",Sample,Jo,1,desk@force.example\n,Sample,Ann,2,desk@force.example\n"},
		2, 0},
	{"no number is nobody's",
		{HEAD "n/a,Sample,Jo,n/a,n/a\nn/a,Sample,Ann,n/a,n/a\n,Sample,Bo,none,\n"},
		3, 0},
	{"two rows of one human", {HEAD "7,Sample,Jo,,\n7,Sample,Jo,,\n"}, 1, 0},
	{"an id again in one list, under another name",
		{HEAD "7,Sample,Jo,,\n7,Patel,Ann,,\n"}, 1, 1},
	{"no name", {HEAD "7,,,,\n8,Sample,Jo,,\n"}, 1, 1},
	{"learnt in one row, used in the next",
		{HEAD "7,Sample,Jo,123,\n", HEAD ",Sample,Jo,123,\n",
			HEAD "7,Sample,Jo,,\n"},
		1, 0},
	{"a number that changes with the person_id",
		{HEAD "7,Sample,Jo,123,\n", HEAD "7,Sample,Jo,456,\n",
			HEAD ",Sample,Jo,456,\n"},
		1, 0},
};

static void over_lists(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		int64_t people, rejects;

		book_make(&book);
		for (size_t k = 0; k < 3 && cases[i].lists[k]; k++) {
			auto_text rows = text_format("%s%s", cases[i].lists[k],
				k == 2 ? " "
				: k    ? "\n"
				       : ""); /* other bytes: another file */

			book_import(&book, true, rows);
		}
		people = book_number(&book, PEOPLE);
		rejects = book_number(&book, REJECTS);
		book_remove(&book);
		if (people != cases[i].people || rejects != cases[i].rejects)
			fail_msg("%s: %d people, %d rejects", cases[i].what, (int)people,
				(int)rejects);
	}
}

/* What so many people share identifies nobody, and finding that out stays cheap. */
static void shared_by_very_many(void **state)
{
	auto_text_buffer rows = {0};

	(void)state;
	text_add_string(&rows, HEAD);
	for (int i = 0; i < 3000; i++)
		text_printf(&rows, ",Sample%d,Jo%d,,desk@force.example\n", i, i);
	book_import(&book, true, rows.bytes);
	assert_int_equal(book_number(&book, PEOPLE), 3000);
}

static void answers(void **state)
{
	auto_row row = {0};
	struct known *k = NULL;
	struct known_answer first, again;
	struct fault f = {0};

	(void)state;
	fine(known_load(book.ledger, &k, &f), &f);
	row_add(&row, "person_id", "7");
	row_add(&row, "name", "Jo Sample"); /* a whole name is one */
	known_find(k, row.packed.bytes, row.packed.length, 2, &first);
	assert_true(first.is_new && first.first_in_list && first.person > 0);
	assert_null(first.reason);
	known_find(k, row.packed.bytes, row.packed.length, 3, &again);
	assert_false(again.is_new || again.first_in_list);
	assert_true(again.person == first.person);
	row_clear(&row);
	row_add(&row, "person_id", "7");
	known_find(k, row.packed.bytes, row.packed.length, 4, &again);
	assert_string_equal(again.field, "surname");
	row_add(&row, "surname", "Patel");
	known_find(k, row.packed.bytes, row.packed.length, 5, &again);
	assert_string_equal(again.field, "person_id");
	assert_null(strstr(again.reason, "Patel"));
	known_free(k);
	known_free(NULL);
}

#define EACH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(over_lists),
		EACH(shared_by_very_many),
		EACH(answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
