/* SPDX-License-Identifier: MIT */
/*
 * nickname: pairs that may be one person's forename, and pairs that are not.
 */
#include "recipients/nickname.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static bool is_pair(const char *a, const char *b)
{
	struct nickname x, y;

	nickname_look(a, &x);
	nickname_look(b, &y);
	assert_int_equal(nickname_pair(&x, &y), nickname_pair(&y, &x));
	return nickname_pair(&x, &y);
}

static void pairs(void **state)
{
	static const char *const cases[][2] = {{"gaz", "gareth"}, {"bill", "william"},
		{"will", "william"}, {"bill", "will"}, /* of one full name */
		{"robbie", "robert"}, {"bob", "rob"}, {"chris", "christopher"},
		{"chris", "christine"}, {"jack", "john"}, {"peggy", "margaret"},
		{"dick", "richard"}, {"tony", "anthony"}, {"mo", "mohammed"},
		{"catherine", "kathryn"}, {"sean", "shaun"}, {"tunde", "babatunde"},
		/* Cut, with and without an ending; in no table. */
		{"josh", "joshua"}, {"danny", "daniel"}, {"harps", "harpreet"},
		{"aur", "aurelia"}, {"ferdi", "ferdinand"}};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++)
		if (!is_pair(cases[i][0], cases[i][1]))
			fail_msg("%s and %s", cases[i][0], cases[i][1]);
}

static void others(void **state)
{
	static const char *const cases[][2] = {{"bill", "bill"},
		{"william", "william"}, /* equal is no pair */
		{"bill", "robert"}, {"paul", "peter"}, {"gaz", "gavin"},
		{"john", "james"}, {"mary", "agnes"}, {"ann", "joan"},
		{"j", "john"}, /* an initial */
		{"", "john"}, {"", ""}};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++)
		if (is_pair(cases[i][0], cases[i][1]))
			fail_msg("%s and %s", cases[i][0], cases[i][1]);
}

static void looked_up(void **state)
{
	struct nickname n;
	size_t count = 0;

	(void)state;
	nickname_look("bill", &n);
	assert_string_equal(n.full[0], "bill");
	assert_string_equal(n.full[1], "william");
	assert_null(n.full[2]);
	nickname_look("zebedee", &n);
	assert_string_equal(n.full[0], "zebedee");
	assert_null(n.full[1]);
	nickname_look("jo", &n); /* of many */
	while (n.full[count])
		count++;
	assert_in_range(count, 4, NICKNAME_MOST);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pairs),
		cmocka_unit_test(others),
		cmocka_unit_test(looked_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
