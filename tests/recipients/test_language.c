/* SPDX-License-Identifier: MIT */
/* language: what lists have there, and its code. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "recipients/language.h"

static const struct {
	const char *text, *code; /* NULL: English, or nothing */
} cases[] = {
	{NULL, NULL},
	{"", NULL},
	{"  ", NULL},
	{"en", NULL},
	{"EN-GB", NULL},
	{"English", NULL},
	{"english (fluent)", NULL},
	{"pl", "pl"},
	{" PL", "pl"},
	{"pl-PL", "pl"},
	{"pl_PL", "pl"},
	{"Polish", "pl"},
	{"POLISH, some English", "pl"},
	{"Polish/English", "pl"},
	{"Cymraeg", "cy"},
	{"Mandarin", "zh"},
	{"Klingon", "??"},
	{"e", "??"},
	{"e1", "??"},
	{"polishing", "??"},
	{"\xc3\xa9", "??"},
};

static void codes(void **state)
{
	char code[LANGUAGE_CODE];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (language_foreign(cases[i].text, code) != (cases[i].code != NULL))
			fail_msg("case %zu", i);
		if (cases[i].code)
			assert_string_equal(code, cases[i].code);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(codes)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
