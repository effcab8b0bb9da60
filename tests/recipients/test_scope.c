/* SPDX-License-Identifier: MIT */
/*
 * scope: which words mean which groups of ranks, and who is in which.
 */
#include "recipients/scope.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* What is written, and how it reads. */
static const char *const scopes[][2] = {
	{"constable to chief inspector", "Constable to Chief Inspector"},
	{"Chief Inspector - Constable", "Constable to Chief Inspector"},
	{"PC..DCI", "Constable to Chief Inspector"},
	{"Constable \xe2\x80\x93 Sergeant", "Constable and Sergeant"},
	{"federation", "Constable to Chief Inspector"},
	{"superintendents", "Superintendent and Chief Superintendent"},
	{"superintendent", "Superintendent"},
	{"Det. Supt", "Superintendent"},
	{"constables", "Constable"},
	{"special constable", "Constable"},
	{"inspector to superintendents", "Inspector to Chief Superintendent"},
	{"commander", "Chief officers"},
	{"chief officers", "Chief officers"},
	{"Superintendents' Association", "Superintendent and Chief Superintendent"},
	{"Police Federation", "Constable to Chief Inspector"},
	{"UNISON", "Community support officers, Police staff"},
	{"staff", "Community support officers, Police staff"},
	{"PCSO", "Community support officers"},
	{"constable, inspector and staff",
		"Constable, Inspector, Community support officers, Police staff"},
	{"sergeant; sergeants", "Sergeant"},
	{"everyone", "Everyone"},
};
static const char *const wrong[] = {"", " , ", "wizard", "constable to wizard",
	"constable to staff", "to inspector", "constable to", "DC", "Band D", "grade 7",
	"constable to chief", "' OR 1=1 --"};

static void words(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(scopes); i++) {
		auto_text_buffer out = {0};
		struct fault f = {0};
		unsigned scope;

		assert_int_equal(scope_parse(scopes[i][0], &scope, &f), 0);
		scope_write(scope, &out);
		assert_string_equal(text_string(&out), scopes[i][1]);
	}
}

static void no_ranks(void **state)
{
	char lengthy[2000];

	(void)state;
	for (size_t i = 0; i < LENGTH(wrong); i++) {
		struct fault f = {0};
		unsigned scope;

		assert_int_equal(scope_parse(wrong[i], &scope, &f), -1);
		assert_int_equal(f.kind, FAULT_USAGE);
	}
	for (size_t length = 1; length < sizeof(lengthy); length += 37) {
		struct fault f = {0};
		unsigned scope;

		memset(lengthy, ',', length);
		lengthy[length] = '\0';
		assert_int_equal(scope_parse(lengthy, &scope, &f), -1);
		memset(lengthy, 'a', length);
		assert_int_equal(scope_parse(lengthy, &scope, &f), -1);
	}
}

static const struct {
	const char *rank, *employment;
	enum scope_group group;
} people[] = {
	{"PC", "officer", SCOPE_CONSTABLE},
	{"T/DS", "officer", SCOPE_SERGEANT},
	{"DC", NULL, SCOPE_CONSTABLE},
	{"Special Inspector", "special", SCOPE_INSPECTOR},
	{"DCI", NULL, SCOPE_CHIEF_INSPECTOR},
	{"Ch Supt", NULL, SCOPE_CHIEF_SUPERINTENDENT},
	{"ACC", "officer", SCOPE_CHIEF_OFFICER},
	{"Commissioner", "officer", SCOPE_CHIEF_OFFICER},
	{"Band E", "police staff", SCOPE_STAFF},
	{"Inspector", "staff", SCOPE_STAFF},
	{"PCSO", "staff", SCOPE_PCSO},
	{NULL, "PCSO", SCOPE_PCSO},
	{NULL, "Police Staff", SCOPE_STAFF},
	{"", "officer", SCOPE_OTHER},
	{"wizard", NULL, SCOPE_OTHER},
	{NULL, NULL, SCOPE_OTHER},
};

static void groups(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(people); i++)
		assert_int_equal(scope_group_of(people[i].rank, people[i].employment),
			people[i].group);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words),
		cmocka_unit_test(no_ranks),
		cmocka_unit_test(groups),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
