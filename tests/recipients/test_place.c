/* SPDX-License-Identifier: MIT */
/*
 * place: spellings of one unit or station that must come out alike, and others that must
 * not.
 */
#include "recipients/place.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
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
	{"Charing Cross Police Station", "charing cross", true},
	{"Charing Cross Police Stn.", "CHARING CROSS", true},
	{"Central South BCU", "Central South", true},
	{"Central South Basic Command Unit", "central south bcu", true},
	{"Roads & Transport Policing", "Roads and Transport Policing", true},
	{"Knock HQ", "Knock Headquarters", true},
	{"Leman St", "Leman Street", true},
	{"St Ann's Rd", "Saint Anns Road", true},
	{"Strand Rd", "Strand Road", true},
	{"SO15", "SO18", false},
	{"North Area BCU", "North West BCU", false},
	{"Central South BCU", "Central East BCU", false},
};

static void spellings(void **state)
{
	char a[128], b[128];

	(void)state;
	for (size_t i = 0; i < LENGTH(pairs); i++) {
		place_write(pairs[i].a, a, sizeof(a));
		place_write(pairs[i].b, b, sizeof(b));
		if ((strcmp(a, b) == 0) != pairs[i].equal)
			fail_msg("%s: %s; %s: %s", pairs[i].a, a, pairs[i].b, b);
	}
}

static void something_is_left(void **state)
{
	char out[16];

	(void)state;
	assert_int_equal(place_write("Police Station", out, sizeof(out)), 14);
	assert_string_equal(out, "police station");
	assert_int_equal(place_write(" -- ", out, sizeof(out)), 0);
	assert_int_equal(place_write("a very long name of a unit", out, sizeof(out)), 15);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(spellings),
		cmocka_unit_test(something_is_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
