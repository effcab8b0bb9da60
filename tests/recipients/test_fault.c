/* SPDX-License-Identifier: MIT */
/*
 * fault: kind and text, the place put in front, and what is too long is cut, never spilt.
 */
#include "recipients/fault.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static void set_and_prefix(void **state)
{
	struct fault f = {0};

	(void)state;
	assert_int_equal(fault_set(&f, FAULT_INPUT, "row %d: %s", 7, "too short"), -1);
	assert_int_equal(f.kind, FAULT_INPUT);
	assert_string_equal(f.text, "row 7: too short");
	assert_int_equal(fault_prefix(&f, "%s", "people.csv"), -1);
	assert_int_equal(f.kind, FAULT_INPUT);
	assert_string_equal(f.text, "people.csv: row 7: too short");
}

/* Its own text may be an argument. */
static void set_from_itself(void **state)
{
	struct fault f = {0}, g = {0};

	(void)state;
	fault_set(&f, FAULT_CONFIG, "100%% of it");
	fault_set(&g, FAULT_CONFIG, "%s", f.text);
	assert_string_equal(g.text, "100% of it");
	fault_prefix(&g, "%s", f.text);
	assert_string_equal(g.text, "100% of it: 100% of it");
}

/* Of file names and damaged files. */
static void odd_signs(void **state)
{
	struct fault f = {0};
	char words[1100];

	(void)state;
	fault_set(&f, FAULT_INPUT, "%s",
		"a\xff\xc3 \x1b[31m\x7f\xc2\x9b\xed\xa0\x80 caf\xc3\xa9\n");
	assert_string_equal(f.text, "a?? ?[31m?????? caf\xc3\xa9\n");
	memset(words, 'x', sizeof(words));
	memcpy(words + sizeof(f.text) - 2, "\xc3\xa9", 3);
	fault_set(&f, FAULT_INPUT, "%s", words); /* cut within a sign */
	assert_int_equal(f.text[sizeof(f.text) - 2], '?');
}

static void long_texts(void **state)
{
	char words[3000];
	struct fault f;

	(void)state;
	memset(words, 'x', sizeof(words) - 1);
	words[sizeof(words) - 1] = '\0';
	fault_set(&f, FAULT_INPUT, "%s", words);
	assert_int_equal(strlen(f.text), sizeof(f.text) - 1);
	fault_prefix(&f, "place");
	assert_int_equal(strlen(f.text), sizeof(f.text) - 1);
	assert_int_equal(strncmp(f.text, "place: xxx", 10), 0);
	for (int i = 0; i < 3; i++)
		fault_prefix(&f, "%s", words);
	assert_int_equal(strlen(f.text), sizeof(f.text) - 1);
}

/* The numbers are the exit codes, and the names stand in JSON: both stay. */
static void kinds(void **state)
{
	static const struct {
		enum fault_kind kind;
		int code;
		const char *name;
	} list[] = {
		{FAULT_NONE, 0, "NONE"},
		{FAULT_USAGE, 64, "USAGE"},
		{FAULT_INPUT, 65, "INPUT"},
		{FAULT_UNAVAILABLE, 69, "UNAVAILABLE"},
		{FAULT_INTERNAL, 70, "INTERNAL"},
		{FAULT_CANTCREATE, 73, "CANTCREATE"},
		{FAULT_LEDGER, 74, "LEDGER"},
		{FAULT_TEMPORARY, 75, "TEMPORARY"},
		{FAULT_REFUSED, 77, "REFUSED"},
		{FAULT_CONFIG, 78, "CONFIG"},
		{FAULT_INTERRUPTED, 130, "INTERRUPTED"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(list); i++) {
		assert_int_equal(list[i].kind, list[i].code);
		assert_string_equal(fault_kind_name(list[i].kind), list[i].name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(set_and_prefix),
		cmocka_unit_test(set_from_itself),
		cmocka_unit_test(odd_signs),
		cmocka_unit_test(long_texts),
		cmocka_unit_test(kinds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
