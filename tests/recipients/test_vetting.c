/* SPDX-License-Identifier: MIT */
/*
 * vetting: sets of levels, and when two sets agree.
 */
#include "recipients/vetting.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static const struct {
	const char *a, *b;
	bool equal;
} pairs[] = {
	{"MV", "Management Vetting", true},
	{"MV ", "mv", true},
	{"CTC", "Counter Terrorist Check", true},
	{"SC", "Security Check", true},
	{"DV", "Developed Vetting", true},
	{"NPPV2", "NPPV Level 2", true},
	{"NPPV 2 full", "NPPV2", true},
	{"NPPV2F", "NPPV 2 abbreviated", false},
	{"MV, SC", "MV", true},
	{"Management Vetting/Security Check", "SC & MV", true},
	{"MV, SC", "MV, DV", false},
	{"eSC", "SC", false},
	{"RV", "MV", false},
};

static void sets(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(pairs); i++) {
		uint32_t a = vetting_parse(pairs[i].a), b = vetting_parse(pairs[i].b);

		assert_true(a && b);
		if (vetting_equal(a, b) != pairs[i].equal ||
			vetting_equal(b, a) != pairs[i].equal)
			fail_msg("%s and %s", pairs[i].a, pairs[i].b);
	}
}

static void none(void **state)
{
	static const char *const texts[] = {
		"", "none", "MVP", "level", "level level ", "SCOTLAND"};

	(void)state;
	for (size_t i = 0; i < LENGTH(texts); i++)
		assert_int_equal(vetting_parse(texts[i]), 0);
	assert_false(vetting_equal(0, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sets),
		cmocka_unit_test(none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
