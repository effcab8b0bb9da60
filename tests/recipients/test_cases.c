/* SPDX-License-Identifier: MIT */
/*
 * cases: which records are cases, and who their parties are.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "recipients/cases.h"
#include "recipients/text.h"

/* A row of "name=value;name=value". */
static void pack(struct row *r, const char *words)
{
	row_clear(r);
	while (*words) {
		char name[32], value[32];
		int used = 0;

		assert_int_equal(
			sscanf(words, "%31[^=]=%31[^;]%n", name, value, &used), 2);
		row_add(r, name, value);
		words += used + (words[used] == ';');
	}
}

static void record(struct cases *c, uint32_t number, const char *words)
{
	auto_row r = {0};

	pack(&r, words);
	cases_add_record(c, number, r.packed.bytes, r.packed.length);
}

static void person(struct cases *c, uint32_t number, const char *words)
{
	auto_row r = {0};

	pack(&r, words);
	cases_add_person(c, number, r.packed.bytes, r.packed.length);
}

/* "1 2" are a record's parties; "-": it is a case without any; "": it is none. */
static void parties_are(const struct cases *c, uint32_t number, const char *wanted)
{
	const uint32_t *parties;
	auto_text_buffer got = {0};
	size_t count = 0;
	bool named;

	if (cases_parties(c, number, &parties, &count, &named)) {
		for (size_t i = 0; i < count; i++)
			text_printf(&got, "%s%u", i ? " " : "", parties[i]);
		if (!count)
			text_add_string(&got, "-");
		if (named)
			text_add_string(&got, " +");
	}
	assert_string_equal(text_string(&got), wanted);
}

static void parties(void **state)
{
	struct cases *c = cases_new();

	(void)state;
	record(c, 0, "case_ref=36/1/21;pieces=3");
	record(c, 1, "case_ref=36/1/21;part=Victim");
	record(c, 2, "case_ref=36/1/21;part=victim;name=Jo Sample");
	record(c, 3, "case_ref=36/2/21");
	record(c, 4, "case_ref=36/1/21;collar_number=AB12");
	record(c, 5, "case_ref=36/2/21;collar_number=AB12");
	record(c, 6, "pieces=3");
	record(c, 7, "case_ref= / ");
	assert_true(cases_wants(c, "case_ref"));
	assert_false(cases_wants(c, "surname"));
	person(c, 5, "case_ref=36/1/21;part=victim2");
	person(c, 3, "case_ref=36-0001-21;part=suspect");
	person(c, 3, "case_ref=36/1/21;part=suspect");
	person(c, 4, "surname=Sample");
	cases_end(c);
	parties_are(c, 0, "3 5");
	parties_are(c, 1, "5");
	parties_are(c, 2, "");
	parties_are(c, 3, "-");
	parties_are(c, 4, "3 5 +");
	parties_are(
		c, 5, ""); /* the list does not have it: who is named is all there is */
	parties_are(c, 6, "");
	parties_are(c, 7, "");
	parties_are(c, 8, "");
	cases_free(c);
}

static void nothing(void **state)
{
	struct cases *c = cases_new();

	(void)state;
	person(c, 1, "case_ref=36/1/21");
	assert_false(cases_wants(c, "case_ref"));
	cases_end(c);
	parties_are(c, 0, "");
	cases_free(c);
	cases_free(NULL);
}

static void references(void **state)
{
	static const char *const cases[][2] = {{"36/000123/21", "36/123/21"},
		{" 36 123 21 ", "36/123/21"}, {"cr-0", "CR/0"}, {"CR007", "CR007"},
		{"00", "0"}, {"//", ""}, {"", ""}, {"1/23", "1/23"}, {"12/3", "12/3"}};
	char ref[CASES_REF];
	char endless[300];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		cases_ref(cases[i][0], ref);
		assert_string_equal(ref, cases[i][1]);
	}
	memset(endless, '7', sizeof(endless) - 1);
	endless[sizeof(endless) - 1] = '\0';
	cases_ref(endless, ref);
	assert_true(strlen(ref) < CASES_REF);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parties),
		cmocka_unit_test(nothing),
		cmocka_unit_test(references),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
