/* SPDX-License-Identifier: MIT */
/*
 * rank: forms and the ranks they mean; what is no rank; ranks among the words of a name.
 */
#include "recipients/rank.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static const struct {
	const char *form, *rank, *other;
} known[] = {
	{"PC", "Constable", NULL},
	{"P.C.", "Constable", NULL},
	{"Pc 1234", "Constable", NULL},
	{"Con", "Constable", NULL},
	{"Police Constable", "Constable", NULL},
	{"WPC", "Constable", NULL},
	{"DC", "Detective Constable", "Deputy Commissioner"},
	{"D/C", "Detective Constable", "Deputy Commissioner"},
	{"TDC", "Detective Constable", NULL},
	{"Det. Constable", "Detective Constable", NULL},
	{"PS", "Sergeant", NULL},
	{"T/PS", "Sergeant", NULL},
	{"TPS", "Sergeant", NULL},
	{"A/Sgt", "Sergeant", NULL},
	{"Acting Sergeant", "Sergeant", NULL},
	{"D/Sgt", "Detective Sergeant", NULL},
	{"Insp.", "Inspector", NULL},
	{"PI", "Inspector", NULL},
	{"I", "Inspector", "Band I"},
	{"T/DI", "Detective Inspector", NULL},
	{"C/Insp", "Chief Inspector", NULL},
	{"CI", "Chief Inspector", NULL},
	{"DCI", "Detective Chief Inspector", NULL},
	{"Det Ch Insp", "Detective Chief Inspector", NULL},
	{"Supt", "Superintendent", NULL},
	{"DSU", "Detective Superintendent", NULL},
	{"D/Supt", "Detective Superintendent", NULL},
	{"Ch Supt", "Chief Superintendent", NULL},
	{"DCS", "Detective Chief Superintendent", NULL},
	{"Cmdr", "Commander", NULL},
	{"ACC", "Assistant Chief Constable", NULL},
	{"AC", "Assistant Commissioner", NULL},
	{"DAC", "Deputy Assistant Commissioner", NULL},
	{"DCC", "Deputy Chief Constable", NULL},
	{"Deputy Commissioner", "Deputy Commissioner", NULL},
	{"T/Commissioner", "Commissioner", NULL},
	{"CC", "Chief Constable", NULL},
	{"Pcso", "PCSO", NULL},
	{"Police Community Support Officer", "PCSO", NULL},
	{"SC", "Special Constable", NULL},
	{"DDO", "Detention Officer", NULL},
	{"Band E", "Band E", NULL},
	{"Grade E", "Band E", NULL},
	{"E", "Band E", NULL},
	{"EOII", "Executive Officer II", NULL},
	{"EO2", "Executive Officer II", NULL},
	{"E.O.2", "Executive Officer II", NULL},
	{"EO1", "Executive Officer I", NULL},
	{"AO", "Administrative Officer", NULL},
	{"DP", "Deputy Principal", NULL},
	{"G7", "Grade 7", NULL},
};

static void forms(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(known); i++) {
		struct rank_set set = rank_parse(known[i].form);

		if (set.first == RANK_NONE)
			fail_msg("%s is not known", known[i].form);
		assert_string_equal(rank_name(set.first), known[i].rank);
		assert_int_equal(set.second == RANK_NONE, known[i].other == NULL);
		if (known[i].other)
			assert_string_equal(rank_name(set.second), known[i].other);
	}
}

static void unknown(void **state)
{
	static const char *const texts[] = {"", "Banda", "Band", "Banda E", "Band 12",
		"Wizard", "Z", "!!", "Detective", "Band AA"};

	(void)state;
	for (size_t i = 0; i < LENGTH(texts); i++)
		assert_int_equal(rank_parse(texts[i]).first, RANK_NONE);
	assert_null(rank_name(RANK_NONE));
	assert_null(rank_name(10000));
}

static void equality(void **state)
{
	(void)state;
	assert_true(rank_equal(rank_parse("PC"), rank_parse("Constable")));
	assert_true(rank_equal(rank_parse("DC"), rank_parse("Deputy Commissioner")));
	assert_true(rank_equal(rank_parse("Det Con"), rank_parse("DC")));
	assert_false(rank_equal(rank_parse("PC"), rank_parse("DC")));
	assert_false(
		rank_equal(rank_parse("Det Con"), rank_parse("Deputy Commissioner")));
	assert_false(rank_equal(
		rank_parse("Wizard"), rank_parse("Wizard"))); /* text, not ranks */
}

static void seniority(void **state)
{
	(void)state;
	assert_int_equal(rank_seniority(rank_parse("DS").first),
		rank_seniority(rank_parse("PS").first));
	assert_true(rank_seniority(rank_parse("DCI").first) >
		    rank_seniority(rank_parse("Insp").first));
	assert_true(rank_detective(rank_parse("DCI").first));
	assert_false(rank_detective(rank_parse("CI").first));
	assert_int_equal(rank_seniority(rank_parse("Band E").first), 0);
}

static void runs(void **state)
{
	static const struct {
		const char *words[4];
		size_t count;
		bool at_end;
		size_t run;
	} cases[] = {
		{{"pc", "smith"}, 2, false, 1},
		{{"p", "c", "smith"}, 3, false, 2},
		{{"detective", "chief", "inspector", "smith"}, 4, false, 3},
		{{"t", "ps", "smith"}, 3, false, 2},
		{{"band", "e", "neal"}, 3, false, 2},
		{{"banda", "e", "neal"}, 3, false, 0},
		{{"e", "neal"}, 2, false, 0},
		{{"i", "smith"}, 2, false, 0},
		{{"smith", "john", "pc"}, 3, true, 1},
		{{"smith", "john", "band", "e"}, 4, true, 2},
		{{"smith", "a"}, 2, true, 0},
	};
	struct rank_set set;

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++)
		assert_int_equal(
			rank_find(cases[i].words, cases[i].count, cases[i].at_end, &set),
			cases[i].run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(forms),
		cmocka_unit_test(unknown),
		cmocka_unit_test(equality),
		cmocka_unit_test(seniority),
		cmocka_unit_test(runs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
