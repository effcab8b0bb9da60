/* SPDX-License-Identifier: MIT */
/*
 * likeness: typing errors counted.
 */
#include "recipients/likeness.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static void errors(void **state)
{
	static const struct {
		const char *a, *b;
		size_t errors;
	} cases[] = {
		{"", "", 0},
		{"smith", "smith", 0},
		{"smith", "smit", 1},
		{"smith", "smitth", 1},
		{"smith", "smyth", 1},
		{"smith", "simth", 1},
		{"jade", "jaed", 1},
		{"smith", "smythe", 2},
		{"smith", "jones", 3},
		{"a", "abcdef", 3},
		{"", "ab", 2},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		assert_int_equal(
			likeness_errors(cases[i].a, cases[i].b, 2), cases[i].errors);
		assert_int_equal(
			likeness_errors(cases[i].b, cases[i].a, 2), cases[i].errors);
	}
}

static void typing(void **state)
{
	char a[200], b[200];

	(void)state;
	assert_true(likeness_typing("khan", "kahn"));
	assert_false(likeness_typing("khan", "cohen"));
	assert_true(likeness_typing("hedridge", "hdridgee"));
	assert_false(likeness_typing("j", "k"));
	assert_true(likeness_typing("j", "j"));
	assert_false(likeness_typing("", "ab"));
	memset(a, 'x', sizeof(a));
	memset(b, 'x', sizeof(b));
	a[199] = b[199] = '\0';
	assert_true(likeness_typing(a, b));
	b[0] = 'y';
	assert_false(likeness_typing(a, b)); /* too long to be compared */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(errors),
		cmocka_unit_test(typing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
