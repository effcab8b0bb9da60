/* SPDX-License-Identifier: MIT */
/*
 * lookup: who is meant by what somebody says, and that nobody is ever guessed.
 */
#include "tests/recipients/book.h"

#include "recipients/lookup.h"

static struct book book;
static struct roster people, records;

#define LIST                                                                             \
	"person_id,Pay No,Surname,Former surname,Forenames,Known as,Email\n"             \
	"A1,P100001,Smith,,John,Jack,j@force.example\n"                                  \
	"A2,C100002,Smith,,John,,\n"                                                     \
	"A3,P100003,O'Neill,Brady,Mary Ann,,mary@force.example\n"                        \
	"A4,P100004,Winter-Jones,,Eve,,\n"                                               \
	"A5,P100005,Ní Riain,,Aoife,,\n"                                                \
	"A6,P000206,Adler,,Thomas,,\n"

static int set_up(void **state)
{
	struct fault f = {0};

	(void)state;
	book_make(&book);
	book_import(&book, true, LIST);
	book_import(&book, true,
		"person_id,Pay No,Surname,Forenames\nA3,P100003,Kane,Mary\n");
	book_import(&book, false, "Row ID,Name\nR1,\"Gone, Liz\"\nR2,Sgt M Oneill\n");
	fine(roster_load_entries(book.ledger, &people, &f), &f);
	fine(roster_load_records(book.ledger, &records, &f), &f);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	roster_done(&people);
	roster_done(&records);
	book_remove(&book);
	return 0;
}

/* "A1 A2 ~A4": the hits in order, those that are only like it with a mark. */
static void hits_of(const struct roster *r, const char *asked, struct text *out)
{
	char scratch[ROSTER_NAME];
	struct lookup_hit *hits;
	size_t count;

	text_clear(out);
	lookup_find(r, asked, &hits, &count);
	for (size_t i = 0; i < count; i++)
		text_printf(out, "%s%s%s", i ? " " : "",
			hits[i].fit == LOOKUP_LIKE ? "~" : "",
			r->people_count
				? roster_person_name(r, hits[i].index, scratch)
				: roster_row_name(&r->rows[hits[i].index], scratch));
	free(hits);
}

static const struct {
	const char *asked, *hits;
} cases[] = {
	{"A1", "A1"},
	{"a 1", "A1"},
	{"P100003", "A3"},
	{"100002", "A2"},
	{"C 100002", "A2"},
	{"P100002", ""}, /* two prefixes that differ make two numbers */
	{"206", "A6"},
	{"000206", "A6"},
	{"mary@force.example", "A3"},
	{"MARY@Force.Example", "A3"},
	{"nobody@force.example", ""},
	{"John Smith", "A1 A2"},
	{"Smith, J", "A1 A2"},
	{"smith", "A1 A2"},
	{"Jack Smith", "A1 ~A2"}, /* Jack is short for John, too */
	{"PC Smith", "A1 A2"},
	{"Jon Smith", "~A1 ~A2"},
	{"Mary O Neill", "A3"},
	{"ONEILL M", "A3"},
	{"Mary Brady", "A3"}, /* a former name */
	{"Mary Kane", "A3"},  /* of a later list */
	{"Eve Winter Jones", "A4"},
	{"Eve Jones", "~A4"},
	{"Aoife Ni Riain", "A5"},
	{"ni riain", "A5"},
	{"Tom Adler", "~A6"},
	{"Tom Alder", "~A6"}, /* letters swapped */
	{"Zed Adler", ""},
	{"Quentin Nobody", ""},
	{"'", ""},
	{"0", ""},
};

static void people_by_words(void **state)
{
	auto_text_buffer found = {0};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		hits_of(&people, cases[i].asked, &found);
		if (strcmp(text_string(&found), cases[i].hits) != 0)
			fail_msg("%s: \"%s\", not \"%s\"", cases[i].asked,
				text_string(&found), cases[i].hits);
	}
}

static void leaked_rows(void **state)
{
	auto_text_buffer found = {0};

	(void)state;
	hits_of(&records, "Liz Gone", &found);
	assert_string_equal(text_string(&found), "R1");
	hits_of(&records, "Mary O'Neill", &found);
	assert_string_equal(text_string(&found), "R2");
	hits_of(&records, "Smith", &found);
	assert_string_equal(text_string(&found), "");
}

static void nobody_at_all(void **state)
{
	struct roster none = {0};
	struct lookup_hit *hits;
	size_t count;

	(void)state;
	lookup_find(&none, "Smith", &hits, &count);
	assert_int_equal(count, 0);
	free(hits);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(people_by_words, set_up, tear_down),
		cmocka_unit_test_setup_teardown(leaked_rows, set_up, tear_down),
		cmocka_unit_test(nobody_at_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
