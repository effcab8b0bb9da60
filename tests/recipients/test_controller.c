/* SPDX-License-Identifier: MIT */
/*
 * controller: which names are one controller's.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "recipients/controller.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static void names(void **state)
{
	static const struct {
		const char *a, *b;
		bool same;
	} cases[] = {
		{"Greater Manchester Police", "greater manchester police", true},
		{"Greater Manchester Police", "GMP", true},
		{"Metropolitan Police Service", "Metropolitan Police", true},
		{"the Metropolitan Police Service", "Met", true},
		{"the Metropolitan Police Service", "Met Police", true},
		{"Metropolitan Police Service", "MPS", true},
		{"Police Service of Northern Ireland", "PSNI", true},
		{"Devon & Cornwall Police", "Devon and Cornwall Constabulary", true},
		{"Norfolk and Suffolk Constabularies", "Norfolk", true},
		{"Police Service", "Police Service", true},
		{"King's Force", "Kings Force", true},
		{"Greater Manchester Police", "Metropolitan Police Service", false},
		{"South Wales Police", "South Yorkshire Police", false},
		{"West Midlands Police", "West Mercia Police", false},
		{"Norfolk Constabulary", "Suffolk Constabulary", false},
		{"Norfolk Constabulary", "Northumbria Police", false},
		{"GMP", "MPS", false},
		{"Police", "Greater Manchester Police", false},
		{"", "Greater Manchester Police", false},
		{"...", "Greater Manchester Police", false},
		{"a b c d e f g h i j k l m n o p q r s t u v w", "z", false},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++)
		if (controller_same(cases[i].a, cases[i].b) != cases[i].same ||
			controller_same(cases[i].b, cases[i].a) != cases[i].same)
			fail_msg("%s, %s", cases[i].a, cases[i].b);
}

static void others(void **state)
{
	static const char *const ours[] = {"the Metropolitan Police Service", "MO19 Ltd"};

	(void)state;
	assert_false(controller_other(NULL, ours, 2));
	assert_false(controller_other("GMP", ours, 0));
	assert_false(controller_other("METROPOLITAN POLICE", ours, 2));
	assert_false(controller_other("mo19 ltd", ours, 2));
	assert_true(controller_other("Greater Manchester Police", ours, 2));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		cmocka_unit_test(others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
