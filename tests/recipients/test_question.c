/* SPDX-License-Identifier: MIT */
/*
 * question: what lists and policy leave open, under keys that stay while the cause is the
 * same. How questions are answered is test_group.c's.
 */
#include "tests/recipients/book.h"

#include "recipients/group.h"
#include "recipients/match.h"

static struct book book;

#define POLICY(more)                                                                               \
	"{" more                                                                                   \
	"'levels': [{'name': 'high', 'route': 'task', 'when': [{'person.unit': {'is': 'SO10'}}]}," \
	" {'name': 'standard', 'default': true, 'route': 'task'}]}"
#define LEAK "Row ID,Surname\nR1,Sample\n"

/* Lists with the day that they show, imported under the policy; what is asked, and not.
 */
static const struct {
	const char *what, *policy;
	struct {
		const char *as_of, *rows;
	} lists[2];
	const char *asked[4], *not_asked[6];
} cases[] = {
	{"a first list, all in order", POLICY("'known_units': ['North'],"),
		{{"2023-08-01",
			"Person ID,Surname,Unit\n1,Sample,SO10\n2,Patel,North\n"}},
		{NULL},
		{"list-", "no-column", "often-empty", "empty-level", "unknown-units"}},
	{"nobody protected, a unit unknown", POLICY(""),
		{{NULL, "Person ID,Surname,Unit\n1,Sample,North\n"}},
		{"empty-level:high", "unknown-units:"}, {"list-", "no-column"}},
	{"no column of units", POLICY(""), {{NULL, "Person ID,Surname\n1,Sample\n"}},
		{"no-column:person.unit", "empty-level:high"},
		{"unknown-units", "often-empty"}},
	{"older", POLICY("'known_units': ['North'],"),
		{{"2023-08-01", "Person ID,Surname,Unit\n1,Sample,SO10\n"},
			{"2023-07-31",
				"Person ID,Surname,Unit\n1,Sample,SO10\n2,Patel,North\n"}},
		{"list-older:2"}, {"list-fewer", "list-unlike", "list-protected"}},
	{"of the same day", POLICY("'known_units': ['North'],"),
		{{"2023-08-01", "Person ID,Surname,Unit\n1,Sample,SO10\n"},
			{"2023-08-01",
				"Person ID,Surname,Unit\n1,Sample,SO10\n2,Patel,North\n"}},
		{NULL}, {"list-"}},
	{"of a day that is not known", POLICY(""),
		{{"2023-08-01", "Person ID,Surname,Unit\n1,Sample,SO10\n"},
			{NULL, "Person ID,Surname,Unit\n1,Sample,SO10\n2,Patel,SO10\n"}},
		{NULL}, {"list-"}},
	{"somebody lost their protection", POLICY("'known_units': ['North'],"),
		{{NULL, "Person ID,Surname,Unit\n1,Sample,SO10\n2,Patel,North\n"},
			{NULL, "Person ID,Surname,Unit\n1,Sample,North\n2,Patel,North\n"}},
		{"list-protected:2"},
		{"list-fewer", "list-unlike", "list-older", "empty-level"}},
	{"much smaller", POLICY("'known_units': ['North'],"),
		{{NULL, "Person ID,Surname,Unit\n1,Sample,SO10\n2,Patel,North\n3,Castle,North\n"},
			{NULL, "Person ID,Surname,Unit\n1,Sample,SO10\n"}},
		{"list-fewer:2"}, {"list-unlike", "list-older", "list-protected"}},
	{"other people", POLICY("'known_units': ['North'],"),
		{{NULL, "Person ID,Surname,Unit\n1,Sample,SO10\n"},
			{NULL, "Person ID,Surname,Unit\n9,Okafor,SO10\n"}},
		{"list-unlike:2"}, {"list-fewer", "list-older", "list-protected"}},
};

static void import_list(const struct policy *p, const char *as_of, const char *rows)
{
	auto_text name = text_format("list-%zu.csv", book.paths_count);
	const struct import_options o = {.people = true,
		.file = book_file(&book, name, rows),
		.as_of = as_of,
		.policy = p};
	struct import_tally t;
	struct fault f = {0};

	fine(import_run(book.ledger, &o, &t, &f), &f);
	import_tally_done(&t);
	book_shut(&book);
	book_open(&book, LEDGER_WRITE);
}

static json_t *ask(const struct policy *p)
{
	const struct group_options o = {.policy = p};
	struct match_tally t;
	struct group_run ret;
	json_t *list = NULL;
	struct fault f = {0};
	size_t open = 0;

	fine(match_run(book.ledger, NULL, &t, &f) ||
			group_run(book.ledger, &o, &ret, &f) ||
			group_questions(book.ledger, &list, &open, &f),
		&f);
	assert_int_equal(ret.open, (int64_t)open);
	return list;
}

/* The first question whose key begins so. */
static const json_t *find(const json_t *list, const char *key)
{
	const json_t *item;
	size_t i;

	json_array_foreach(list, i, item)
	{
		if (!strncmp(json_string_value(json_object_get(item, "key")), key,
			    strlen(key)))
			return item;
	}
	return NULL;
}

static void each(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		auto_policy *p = book_policy(cases[i].policy);
		json_t *list;

		book_make(&book);
		book_import(&book, false, LEAK);
		for (size_t k = 0; k < 2 && cases[i].lists[k].rows; k++)
			import_list(p, cases[i].lists[k].as_of, cases[i].lists[k].rows);
		list = ask(p);
		for (size_t k = 0; k < 4 && cases[i].asked[k]; k++)
			if (!find(list, cases[i].asked[k]))
				fail_msg("%s: %s is not asked", cases[i].what,
					cases[i].asked[k]);
		for (size_t k = 0; k < 6 && cases[i].not_asked[k]; k++)
			if (find(list, cases[i].not_asked[k]))
				fail_msg("%s: %s is asked", cases[i].what,
					cases[i].not_asked[k]);
		json_decref(list);
		book_remove(&book);
	}
}

/* A list of `count` people, of whom `empty` have no unit, in units of their own. */
static void import_units(const struct policy *p, int count, int empty)
{
	auto_text_buffer rows = {0};

	text_add_string(&rows, "Person ID,Surname,Unit\n");
	for (int i = 0; i < count; i++) {
		text_printf(&rows, "%d,Sample%d,", i, i);
		if (i >= empty)
			text_printf(&rows, "Unit %d", i);
		text_add_string(&rows, "\n");
	}
	import_list(p, NULL, rows.bytes);
}

static void often_empty(void **state)
{
	auto_policy *p = book_policy(POLICY(""));

	(void)state;
	for (int empty = 5; empty < 7; empty++) { /* of 100: 5 are few, 6 are not */
		json_t *list;

		book_make(&book);
		book_import(&book, false, LEAK);
		import_units(p, 100, empty);
		list = ask(p);
		assert_int_equal(
			find(list, "often-empty:person.unit") != NULL, empty == 6);
		json_decref(list);
		book_remove(&book);
	}
}

/* Another unit is another question; the same units are the same one. */
static void keys_of_units(void **state)
{
	auto_policy *p = book_policy(POLICY(""));
	char first[64], second[64], third[64];
	const char *text;
	json_t *list;

	(void)state;
	book_make(&book);
	book_import(&book, false, LEAK);
	import_units(p, 60, 0);
	list = ask(p);
	text = json_string_value(json_object_get(find(list, "unknown-units:"), "text"));
	assert_non_null(strstr(text, "60 units are"));
	assert_non_null(strstr(text, " and 20 more"));
	(void)snprintf(first, sizeof(first), "%s",
		json_string_value(json_object_get(find(list, "unknown-units:"), "key")));
	json_decref(list);
	book_import(&book, false,
		"Row ID,Surname\nR2,Else\n"); /* a new set, the same units */
	list = ask(p);
	(void)snprintf(second, sizeof(second), "%s",
		json_string_value(json_object_get(find(list, "unknown-units:"), "key")));
	json_decref(list);
	assert_string_equal(first, second);
	import_units(p, 61, 0);
	list = ask(p);
	(void)snprintf(third, sizeof(third), "%s",
		json_string_value(json_object_get(find(list, "unknown-units:"), "key")));
	json_decref(list);
	assert_string_not_equal(first, third);
	book_remove(&book);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each),
		cmocka_unit_test(often_empty),
		cmocka_unit_test(keys_of_units),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
