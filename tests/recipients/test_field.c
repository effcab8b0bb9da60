/* SPDX-License-Identifier: MIT */
/*
 * field: which headers mean which field, which mean none, and that no header could mean
 * two.
 */
#include "recipients/field.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "recipients/text.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* The fields that the manual promises, in its order. */
static const char *const promised[] = {"person_id", "row_id", "case_ref", "part",
	"pay_number", "warrant_number", "collar_number", "service_number", "name",
	"title", "surname", "forenames", "middle_names", "initials", "known_as",
	"former_surname", "rank", "role", "unit", "location", "employment", "status",
	"vetting", "gender", "date_of_birth", "postcode", "address", "salary",
	"allowances", "email", "email_personal", "phone", "contact", "line_manager",
	"guardian", "needs", "language", "flags", "offence", "controller", "text"};

static void test_promised(void **state)
{
	const struct field *p = NULL;
	size_t n = 0;

	(void)state;
	while ((p = field_next(p))) {
		bool there = false;

		for (size_t i = 0; i < LENGTH(promised); i++)
			there |= !strcmp(p->name, promised[i]);
		if (!there)
			fail_msg("%s is not in the manual", p->name);
		assert_ptr_equal(field_find(p->name), p);
		n++;
	}
	assert_int_equal(n, LENGTH(promised));
	assert_null(field_find("Pay Number"));
	assert_null(field_find(""));
}

struct header {
	const char *text, *field; /* NULL: unknown */
};

static const struct header headers[] = {
	/* blind to case, blanks, punctuation */
	{"pay_number", "pay_number"},
	{"Pay No.", "pay_number"},
	{"pay_no", "pay_number"},
	{"PAYNO", "pay_number"},
	{" Pay  # ", "pay_number"},
	{"Payroll No", "pay_number"},
	{"payroll number", "pay_number"},
	{"Employee number", "pay_number"},
	{"EmployeeNo", "pay_number"},
	{"Pers.No.", "pay_number"},
	{"staff_id", "person_id"},
	{"person id", "person_id"},
	{"Employee ID", "person_id"},
	{"HR id", "person_id"},
	{"leak_row_id", "row_id"},
	{"Row ID", "row_id"},
	{"record id", "row_id"},
	{"rec_id", "row_id"},
	{"Ref", "row_id"},
	{"Crime Ref.", "case_ref"},
	{"Crime Reference Number", "case_ref"},
	{"Occurrence No", "case_ref"},
	{"warrant_no", "warrant_number"},
	{"Warrant Card No.", "warrant_number"},
	{"Shoulder Number", "collar_number"},
	{"Collar no", "collar_number"},
	{"service_no", "service_number"},
	{"Service/Staff Number", "service_number"},
	{"Full Name", "name"},
	{"Officer Name", "name"},
	{"employee name", "name"},
	{"Surname", "surname"},
	{"Last Name", "surname"},
	{"Family name", "surname"},
	{"Staff Surname", "surname"},
	{"forename", "forenames"},
	{"Forename(s)", "forenames"},
	{"FIRST NAME", "forenames"},
	{"given names", "forenames"},
	{"given_name", "forenames"},
	{"First Initial(s)", "initials"},
	{"middle_names", "middle_names"},
	{"Preferred Name", "known_as"},
	{"Known As", "known_as"},
	{"Maiden Name", "former_surname"},
	{"grade", "rank"},
	{"Rank/Grade", "rank"},
	{"Rank Description", "rank"},
	{"Job Title", "role"},
	{"job_role", "role"},
	{"Position", "role"},
	{"Post", "role"},
	{"Post Title", "role"},
	{"Department", "unit"},
	{"dept.", "unit"},
	{"BCU", "unit"},
	{"Team", "unit"},
	{"Department/Unit", "unit"},
	{"Unit desc", "unit"},
	{"Station", "location"},
	{"Place of Work", "location"},
	{"site", "location"},
	{"employee_type", "employment"},
	{"Officer/Staff", "employment"},
	{"Employment Status", "status"},
	{"status", "status"},
	{"Vetting Level", "vetting"},
	{"sex", "gender"},
	{"DOB", "date_of_birth"},
	{"D.O.B.", "date_of_birth"},
	{"Date of birth", "date_of_birth"},
	{"post code", "postcode"},
	{"Home Address", "address"},
	{"Annual Salary (\xc2\xa3)", "salary"},
	{"allowances", "allowances"},
	{"work_email", "email"},
	{"E-mail", "email"},
	{"Email Address", "email"},
	{"E-mail (work)", "email"},
	{"Personal email", "email_personal"},
	{"Home E-Mail Address", "email_personal"},
	{"Mobile No.", "phone"},
	{"Personal Mobile", "phone"},
	{"Contact number", "phone"},
	{"Safe contact", "contact"},
	{"Line Manager", "line_manager"},
	{"Manager ID", "line_manager"},
	{"Parent/Guardian", "guardian"},
	{"Preferred language", "language"},
	{"Offence Description", "offence"},
	{"Force", "controller"},
	{"entry", "text"},
	{"Note", "text"},
	/* another person's, or another thing */
	{"start_date", NULL},
	{"id", NULL},
	{"Staff ID 2", NULL},
	{"manager surname", NULL},
	{"victim forename", NULL},
	{"next of kin name", NULL},
	{"rank order", NULL},
	{"contract", NULL},
	{"date", NULL},
	{"type", NULL},
	{"staff", NULL},
	{"description", NULL},
	{"", NULL},
	{"---", NULL},
	{"\xd0\x98\xd0\xbc\xd1\x8f", NULL},
	{"the pay number of the officer concerned as it was at the time of the report name",
		NULL},
};

static void test_recognised(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(headers); i++) {
		const struct field *p = field_recognise(headers[i].text);
		const char *got = p ? p->name : "none";
		const char *wanted = headers[i].field ? headers[i].field : "none";

		if (strcmp(got, wanted))
			fail_msg("%s: %s, not %s", headers[i].text, got, wanted);
	}
}

/* Each name and each form means its own field: none stands with two. */
static void test_forms_apart(void **state)
{
	(void)state;
	for (const struct field *p = field_next(NULL); p; p = field_next(p)) {
		const char *form = p->forms;

		assert_ptr_equal(field_recognise(p->name), p);
		while (*form) {
			size_t length = strcspn(form, ",");
			auto_text_buffer one = {0};

			text_add(&one, form, length);
			if (field_recognise(text_string(&one)) != p)
				fail_msg("%s does not mean %s", text_string(&one),
					p->name);
			form += length + (form[length] == ',');
		}
	}
}

/* A letter lists these words; they speak to the reader and say no field's name. */
static void test_words(void **state)
{
	static const char *const silent[] = {
		"person_id", "row_id", "case_ref", "part", "controller"};
	static const char *const names[] = {"name", "title", "surname", "forenames",
		"middle_names", "initials", "known_as"};

	(void)state;
	for (size_t i = 0; i < LENGTH(silent); i++)
		assert_null(field_find(silent[i])->words);
	for (size_t i = 0; i < LENGTH(names); i++)
		assert_string_equal(field_find(names[i])->words, "your name");
	for (const struct field *p = field_next(NULL); p; p = field_next(p)) {
		if (!p->words)
			continue;
		assert_null(strchr(p->words, '_'));
		assert_true(islower((unsigned char)*p->words));
	}
	assert_string_equal(field_find("pay_number")->words, "your pay number");
	assert_string_equal(field_find("rank")->words, "your rank or grade");
	assert_string_equal(field_find("address")->words, "your home address");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_promised),
		cmocka_unit_test(test_recognised),
		cmocka_unit_test(test_forms_apart),
		cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
