/* SPDX-License-Identifier: MIT */
/*
 * amount: what counts, as lists write it, and what does not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "recipients/amount.h"

static void test_amounts(void **state)
{
	static const struct {
		const char *text;
		double value;
	} cases[] = {{"0", 0}, {"31250", 31250}, {"007", 7}, {"-3", -3}, {"2.5", 2.5},
		{"0.29", 0.29}, {"31,250", 31250}, {"1,234,567.25", 1234567.25},
		{"£31,250.50", 31250.5}, {"£ 12", 12}, {"€5", 5}, {"$1", 1}, {"-£7", -7},
		{"5.", 5}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		double value = -1;

		if (!amount_parse(cases[i].text, &value) || value < cases[i].value ||
			value > cases[i].value)
			fail_msg("%s: %.17g", cases[i].text, value);
	}
}

static void test_no_amounts(void **state)
{
	static const char *const cases[] = {"", "-", "£", ".5", "1,5", "12,34",
		"1234,567", ",123", "1,,234", "1,234,", "1 234", "0x10", "inf", "nan",
		"1e5", "12a", "a12", "1.2.3", "--1", "££1", "band c", "1,234.5,6",
		"123456789012345678901234567890123"};
	double value;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		if (amount_parse(cases[i], &value))
			fail_msg("%s: %.17g", cases[i], value);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_amounts),
		cmocka_unit_test(test_no_amounts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
