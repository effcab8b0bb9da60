/* SPDX-License-Identifier: MIT */
/*
 * member: on which levels somebody of a rank could be, by the policy alone.
 */
#include "mailer/member.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct policy *load(const char *levels)
{
	struct policy *p = NULL;
	struct fault f = {0};
	auto_text bytes = text_format("{\"levels\": [%s]}", levels);

	if (policy_parse("policy.json", bytes, strlen(bytes), &p, &f))
		fail_msg("%s", f.text);
	return p;
}

#define LEVEL(name, rest)                                                                \
	"{\"name\": \"" name                                                             \
	"\", \"route\": \"mail\", \"template\": \"notice/x\", " rest "}"

static const struct {
	const char *levels;
	enum scope_group group;
	uint64_t may; /* bits */
} cases[] = {
	/* another field may hold or not; what is sure ends it */
	{LEVEL("a", "\"when\": [{\"person.unit\": {\"is\": \"SO15\"}}]") "," LEVEL("b",
		 "\"when\": [{\"person.employment\": {\"is\": \"officer\"}}]") "," LEVEL("c",
		 "\"default\": true"),
		SCOPE_CONSTABLE, 1 | 2},
	{LEVEL("a", "\"when\": [{\"person.unit\": {\"is\": \"SO15\"}}]") "," LEVEL("b",
		 "\"when\": [{\"person.employment\": {\"is\": \"officer\"}}]") "," LEVEL("c",
		 "\"default\": true"),
		SCOPE_STAFF, 1 | 4},
	/* wrong by rank, whatever the unit is */
	{LEVEL("a", "\"when\": [{\"person.unit\": {\"is\": \"SO15\"}, \"person.rank\": {\"is\": \"Sergeant\"}}]") "," LEVEL(
		 "b", "\"default\": true"),
		SCOPE_CONSTABLE, 2},
	{LEVEL("a", "\"when\": [{\"person.unit\": {\"is\": \"SO15\"}, \"person.rank\": {\"is\": \"Sergeant\"}}]") "," LEVEL(
		 "b", "\"default\": true"),
		SCOPE_SERGEANT, 1 | 2},
	/* the default may stand anywhere */
	{LEVEL("a", "\"default\": true") "," LEVEL(
		 "b", "\"when\": [{\"person.rank\": {\"matches\": \"*constable*\"}}]"),
		SCOPE_CONSTABLE, 2},
	/* written in another way */
	{LEVEL("a", "\"when\": [{\"person.rank\": {\"in\": [\"PC\"]}}]") "," LEVEL(
		 "b", "\"default\": true"),
		SCOPE_CONSTABLE, 1 | 2},
	/* by the rank in the leak; not a staff's */
	{LEVEL("a", "\"when\": [{\"record.rank\": {\"matches\": \"*inspector*\"}}]") "," LEVEL(
		 "b", "\"default\": true"),
		SCOPE_CHIEF_INSPECTOR, 1},
	{LEVEL("a", "\"when\": [{\"record.rank\": {\"matches\": \"*inspector*\"}}]") "," LEVEL(
		 "b", "\"default\": true"),
		SCOPE_STAFF, 2},
	/* what is no field is not known either */
	{LEVEL("a", "\"when\": [{\"shielded\": {\"is\": true}}, {\"findability\": {\"below\": 3}}, {\"exposed\": {\"contains\": \"address\"}}]") "," LEVEL(
		 "b", "\"default\": true"),
		SCOPE_SUPERINTENDENT, 1 | 2},
};

static void levels(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct policy *p = load(cases[i].levels);

		assert_int_equal(member_levels(p, cases[i].group), cases[i].may);
		assert_int_equal(member_levels(p, SCOPE_OTHER), UINT64_MAX);
		policy_free(p);
	}
}

static void row_of_everyone(void **state)
{
	(void)state;
	for (enum scope_group g = SCOPE_CONSTABLE; g < SCOPE_GROUPS; g++) {
		auto_row row = {0};

		member_row(g, &row);
		assert_string_equal(row_value(&row, "surname"), "Sample");
		assert_true(row_value(&row, "rank") || row_value(&row, "title"));
		if (g != SCOPE_OTHER)
			assert_int_equal(scope_group_of(row_value(&row, "rank"),
						 row_value(&row, "employment")),
				g == SCOPE_PCSO ? SCOPE_STAFF : g);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(levels),
		cmocka_unit_test(row_of_everyone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
