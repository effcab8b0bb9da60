/* SPDX-License-Identifier: MIT */
/*
 * part: what headers say whom they speak of, and who is on which side.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "recipients/part.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static void headers(void **state)
{
	static const struct {
		const char *header, *part,
			*field; /* part NULL: of nobody; field NULL: no field */
	} cases[] = {
		{"victim_name", "victim", "name"},
		{"Victim DOB", "victim", "date_of_birth"},
		{"VictimSurname", "victim", "surname"},
		{"Victim's Post Code", "victim", "postcode"},
		{"suspect_dob", "suspect", "date_of_birth"},
		{"Suspect 2 Surname", "suspect2", "surname"},
		{"Witness1_Forenames", "witness1", "forenames"},
		{"Name of witness", "witness", "name"},
		{"DOB (Suspect)", "suspect", "date_of_birth"},
		{"Injured Party Address", "victim", "address"},
		{"Offender Name", "suspect", "name"},
		{"Investigating Officer", "officer", "name"},
		{"Officer Collar No.", "officer", "collar_number"},
		{"OIC", "officer", "name"},
		{"Victim", "victim", "name"},
		{"Victim 1", "victim1", "name"},
		{"Witness statements", "witness", NULL},
		{"Surname", NULL, NULL},
		{"Victimology", NULL, NULL},
		{"Crime Ref", NULL, NULL},
		{"", NULL, NULL},
		{"'s", NULL, NULL},
		{"a header that goes on and on for much longer than any header of a column ever does, "
		 "about a victim",
			NULL, NULL},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		char part[PART_NAME];
		const struct field *field;
		bool found = part_recognise(cases[i].header, part, &field);

		if (found != (cases[i].part != NULL) ||
			(found && strcmp(part, cases[i].part) != 0) ||
			(field == NULL) != (cases[i].field == NULL) ||
			(field && strcmp(field->name, cases[i].field) != 0))
			fail_msg("%s: %s %s", cases[i].header, found ? part : "(nobody)",
				field ? field->name : "(none)");
	}
}

static void names(void **state)
{
	static const char *const bad[] = {"", "2", "-x", "a/b", "vict\xc3\xadm",
		"a name that is far too long for a part"};
	char part[PART_NAME], role[PART_NAME];

	(void)state;
	for (size_t i = 0; i < LENGTH(bad); i++)
		assert_false(part_parse(bad[i], strlen(bad[i]), part));
	assert_true(part_parse("Injured Party.x", 13, part));
	assert_string_equal(part, "injured-party");
	assert_true(part_parse("Witness_12", 10, part));
	assert_string_equal(part, "witness-12");
	part_role(part, role);
	assert_string_equal(role, "witness");
	part_role("x", role);
	assert_string_equal(role, "x");
}

static void sides(void **state)
{
	(void)state;
	assert_int_equal(part_side("victim"), PART_AT_RISK);
	assert_int_equal(part_side("Witness2"), PART_AT_RISK);
	assert_int_equal(part_side("injured-party"), PART_AT_RISK);
	assert_int_equal(part_side("SUSPECT"), PART_OPPOSED);
	assert_int_equal(part_side("defendant 3"), PART_OPPOSED);
	assert_int_equal(part_side("officer"), PART_NEUTRAL);
	assert_int_equal(part_side("expert"), PART_NEUTRAL);
	assert_int_equal(part_side(""), PART_NEUTRAL);
	assert_int_equal(part_side(NULL), PART_NEUTRAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(headers),
		cmocka_unit_test(names),
		cmocka_unit_test(sides),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
