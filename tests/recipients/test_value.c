/* SPDX-License-Identifier: MIT */
/*
 * value: kinds of fields, and values of each kind that agree or do not. What each kind
 * means by itself is tested in its own room.
 */
#include "recipients/value.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static void kinds(void **state)
{
	static const struct {
		const char *field;
		enum value_kind kind;
		bool strong;
	} cases[] = {
		{"pay_number", VALUE_NUMBER, true},
		{"warrant_number", VALUE_NUMBER, true},
		{"service_number", VALUE_NUMBER, true},
		{"email", VALUE_EMAIL, true},
		{"person_id", VALUE_NUMBER, true},
		{"collar_number", VALUE_NUMBER, false},
		{"email_personal", VALUE_EMAIL, false},
		{"surname", VALUE_NAME, false},
		{"rank", VALUE_RANK, false},
		{"role", VALUE_TEXT, false},
		{"Shift Team", VALUE_TEXT, false},
		{"row_id", VALUE_SKIPPED, false},
		{"flags", VALUE_SKIPPED, false},
		{"#row", VALUE_SKIPPED, false},
	};
	bool strong;

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		assert_int_equal(value_kind_of(cases[i].field, &strong), cases[i].kind);
		assert_int_equal(strong, cases[i].strong);
	}
}

static void equality(void **state)
{
	static const struct {
		enum value_kind kind;
		const char *a, *b;
		bool equal;
	} cases[] = {
		{VALUE_NUMBER, "P0123", "123", true},
		{VALUE_NUMBER, "P0123", "C123", false},
		{VALUE_EMAIL, "Ann Hart <Ann.Hart@force.example>",
			"mailto:ann.hart@FORCE.example", true},
		{VALUE_EMAIL, "ann.hart@force.example", "ann.hart@other.example", false},
		{VALUE_RANK, "PC", "Constable", true},
		{VALUE_RANK, "PC", "DC", false},
		{VALUE_RANK, "Head of Kennels", "head  of kennels", true},
		{VALUE_RANK, "Head of Kennels", "PC", false},
		{VALUE_VETTING, "MV", "MV, SC", true},
		{VALUE_VETTING, "Gold pass", "gold-pass", true},
		{VALUE_VETTING, "Gold pass", "MV", false},
		{VALUE_DATE, "19/04/1975", "1975-04-19", true},
		{VALUE_DATE, "04/05/1975", "1975-04-05", false},
		{VALUE_DATE, "31/04/1986", "31.04.1986",
			true}, /* no date, the same text */
		{VALUE_POSTCODE, "EN20 1AB", "en20", true},
		{VALUE_POSTCODE, "EN20 1AB", "EN20 1AC", false},
		{VALUE_POSTCODE, "75001 Paris", "75001 paris", true},
		{VALUE_PLACE, "Bow Police Station", "BOW", true},
		{VALUE_MONEY,
			"\xc2\xa3"
			"40,000",
			"40000.00", true},
		{VALUE_MONEY, "40k", "40000", true},
		{VALUE_MONEY, "0", "0.00", true},
		{VALUE_MONEY, "40000", "40001", false},
		{VALUE_GENDER, "Female", "f", true},
		{VALUE_GENDER, "Non-binary", "non binary", true},
		{VALUE_GENDER, "M", "F", false},
		{VALUE_TEXT, "Dog Handler", "dog  handler", true},
		{VALUE_TEXT, "Dog Handler", "Dog", false},
	};
	struct dictionary forms = {0};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		struct value a = value_parse(cases[i].kind, cases[i].a, &forms);
		struct value b = value_parse(cases[i].kind, cases[i].b, &forms);

		assert_true(a.main && b.main);
		if (value_equal(cases[i].kind, a, b) != cases[i].equal ||
			value_equal(cases[i].kind, b, a) != cases[i].equal)
			fail_msg("%s and %s", cases[i].a, cases[i].b);
	}
	dictionary_done(&forms);
}

/* In either order. */
static void levels(void **state)
{
	static const struct {
		enum value_kind kind;
		const char *a, *b;
		enum value_level level;
	} cases[] = {
		{VALUE_NUMBER, "P0123456", "123456", VALUE_EQUAL},
		{VALUE_NUMBER, "123456", "123457", VALUE_NEAR},
		{VALUE_NUMBER, "123456", "132456", VALUE_NEAR},
		{VALUE_NUMBER, "123456", "123466", VALUE_NEAR},
		{VALUE_NUMBER, "123456", "124467", VALUE_OTHER},
		{VALUE_EMAIL, "ann.hart@force.example", "ann.hrat@force.example",
			VALUE_NEAR},
		{VALUE_EMAIL, "ann.hart@force.example", "tim.reed@force.example",
			VALUE_OTHER},
		{VALUE_RANK, "PC", "Sergeant", VALUE_NEAR},
		{VALUE_RANK, "PC", "DC", VALUE_CLOSE},
		{VALUE_RANK, "PC", "Inspector", VALUE_OTHER},
		{VALUE_RANK, "PC", "Band C", VALUE_OTHER},
		{VALUE_RANK, "Head of Kennels", "PC", VALUE_OTHER},
		{VALUE_VETTING, "MV", "SC", VALUE_OTHER},
		{VALUE_DATE, "1975-04-19", "1975-04-18", VALUE_NEAR},
		{VALUE_DATE, "1975-04-19", "1975-04-91", VALUE_NEAR}, /* no date */
		{VALUE_DATE, "1975-04-05", "1975-05-04", VALUE_NEAR}, /* swapped */
		{VALUE_DATE, "1975-04-19", "1983-04-19", VALUE_CLOSE},
		{VALUE_DATE, "1975-04-19", "1975-01-01", VALUE_PART},
		{VALUE_DATE, "1975-04-19", "1988-11-02", VALUE_OTHER},
		{VALUE_DATE, "31/04/1986", "1988-11-02", VALUE_OTHER},
		{VALUE_POSTCODE, "SW1A 1AA", "SW1A 1AB", VALUE_NEAR},
		{VALUE_POSTCODE, "SW1A 1AA", "SW1A 9ZZ", VALUE_CLOSE},
		{VALUE_POSTCODE, "SW1A 1AA", "HA1 2AB", VALUE_OTHER},
		{VALUE_PLACE, "Brixton", "Brixtom", VALUE_NEAR},
		{VALUE_PLACE, "Central South", "Central", VALUE_CLOSE},
		{VALUE_PLACE, "Central South", "Central Custody", VALUE_PART},
		{VALUE_PLACE, "Brixton", "Ealing", VALUE_OTHER},
		{VALUE_PLACE, "Bow", "Box", VALUE_OTHER}, /* too short for a slip */
		{VALUE_TEXT, "Dog Handler", "Dog", VALUE_CLOSE},
		{VALUE_TEXT, "Dog Handler", "Dog Trainer", VALUE_PART},
		{VALUE_TEXT, "Night Shift", "Nihgt Shift", VALUE_NEAR},
		{VALUE_TEXT, "Blue", "Red", VALUE_OTHER},
		{VALUE_MONEY, "40000", "39,612", VALUE_NEAR}, /* rounded */
		{VALUE_MONEY, "39,900", "39,931.50", VALUE_NEAR},
		{VALUE_MONEY, "39612", "39931", VALUE_CLOSE},
		{VALUE_MONEY, "40000", "45000", VALUE_OTHER},
		{VALUE_GENDER, "M", "F", VALUE_OTHER},
	};
	struct dictionary forms = {0};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		struct value a = value_parse(cases[i].kind, cases[i].a, &forms);
		struct value b = value_parse(cases[i].kind, cases[i].b, &forms);

		assert_true(a.main && b.main);
		assert_int_equal(value_compare(cases[i].kind, a, a, &forms), VALUE_EQUAL);
		if (value_compare(cases[i].kind, a, b, &forms) != cases[i].level ||
			value_compare(cases[i].kind, b, a, &forms) != cases[i].level)
			fail_msg("%s and %s: %d", cases[i].a, cases[i].b,
				(int)value_compare(cases[i].kind, a, b, &forms));
	}
	dictionary_done(&forms);
}

/* What is alike shares a text, or nearly the first. */
static void texts(void **state)
{
	static const struct {
		enum value_kind kind;
		const char *a, *b;
		unsigned n;
	} cases[] = {
		{VALUE_DATE, "1975-04-05", "05/04/1975", 0},
		{VALUE_DATE, "1975-04-05", "1975-05-04", 1}, /* both readings */
		{VALUE_DATE, "1975-04-19", "1983-04-19", 2},
		{VALUE_DATE, "1975-04-19", "1975-01-01", 3},
		{VALUE_POSTCODE, "sw1a1aa", "SW1A 1AA", 0},
		{VALUE_POSTCODE, "SW1A 1AA", "SW1A 9ZZ", 1},
		{VALUE_PLACE, "BRIXTON", "Brixton", 0},
		{VALUE_NUMBER, "P0123", "123", 0},
		{VALUE_MONEY, "40k", "40,000.00", 1},
	};
	struct dictionary forms = {0};
	char a[VALUE_ROOM], b[VALUE_ROOM];

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		struct value x = value_parse(cases[i].kind, cases[i].a, &forms);
		struct value y = value_parse(cases[i].kind, cases[i].b, &forms);
		unsigned n = 0;

		assert_true(value_text(cases[i].kind, x, &forms, cases[i].n, a));
		assert_true(value_text(cases[i].kind, y, &forms, cases[i].n, b));
		assert_string_equal(a, b);
		assert_true(*a);
		while (value_text(cases[i].kind, x, &forms, n, a))
			n++;
		assert_in_range(n, cases[i].n + 1, 8);
	}
	assert_false(value_text(VALUE_RANK, (struct value){1, 0}, &forms, 0, a));
	dictionary_done(&forms);
}

/* To have no vetting is something, and so are initials that look like a short form. */
static void something(void **state)
{
	struct dictionary forms = {0};

	(void)state;
	assert_true(value_parse(VALUE_VETTING, "None", &forms).main);
	assert_true(value_parse(VALUE_PLACE, "Unknown Row", &forms).main);
	assert_true(value_is_missing(VALUE_NAME, "UNKNOWN"));
	assert_false(value_is_missing(VALUE_NAME, "N K"));
	assert_false(value_is_missing(VALUE_NAME, "Na"));
	assert_false(value_is_missing(VALUE_NAME, "Null"));
	dictionary_done(&forms);
}

static void nothing(void **state)
{
	static const struct {
		enum value_kind kind;
		const char *text;
	} cases[] = {
		{VALUE_NUMBER, "n/a"},
		{VALUE_PLACE, "Unknown"},
		{VALUE_PLACE, "N/K"},
		{VALUE_PLACE, " - "},
		{VALUE_TEXT, "not known."},
		{VALUE_TEXT, "TBC"},
		{VALUE_TEXT, "None"},
		{VALUE_RANK, "(unknown)"},
		{VALUE_VETTING, "not recorded"},
		{VALUE_GENDER, "Not stated"},
		{VALUE_POSTCODE, "NK"},
		{VALUE_NUMBER, "000"},
		{VALUE_EMAIL, "none"},
		{VALUE_RANK, " - "},
		{VALUE_VETTING, ""},
		{VALUE_DATE, "unknown"},
		{VALUE_DATE, "n/a"},
		{VALUE_POSTCODE, "-"},
		{VALUE_PLACE, "."},
		{VALUE_MONEY, "n/a"},
		{VALUE_MONEY, "99999999999999999999"},
		{VALUE_GENDER, ""},
		{VALUE_TEXT, "?"},
		{VALUE_NAME, "Ann Hart"},
		{VALUE_SKIPPED, "x"},
	};
	struct dictionary forms = {0};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++)
		assert_int_equal(
			value_parse(cases[i].kind, cases[i].text, &forms).main, 0);
	dictionary_done(&forms);
}

/* Whatever is alike is within reach. */
static void reach(void **state)
{
	struct dictionary forms = {0};

	(void)state;
	for (uint32_t a = 1; a < 40000; a += 37)
		for (uint32_t b = 1; b < 40000; b += 41) {
			struct value left = {a, 0}, right = {b, 0};

			if (value_compare(VALUE_MONEY, left, right, &forms) < VALUE_OTHER)
				assert_true((a > b ? a - b : b - a) <= value_reach(a));
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kinds),
		cmocka_unit_test(equality),
		cmocka_unit_test(levels),
		cmocka_unit_test(texts),
		cmocka_unit_test(something),
		cmocka_unit_test(nothing),
		cmocka_unit_test(reach),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
