/* SPDX-License-Identifier: MIT */
/*
 * display: what a cell shows, in a table of formats and numbers. What is expected was
 * written down from the standard and from what Excel shows, but for the numbers that
 * display.h keeps whole.
 */
#include "recipients/display.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

struct shown {
	const char *code;
	double value;
	const char *text;
};

static void all_show(const struct shown *cases, size_t count, bool from_1904)
{
	for (size_t i = 0; i < count; i++) {
		auto_text_buffer out = {0};

		display_number(cases[i].code, cases[i].value, from_1904, &out);
		if (strcmp(text_string(&out), cases[i].text) != 0)
			fail_msg("%s of %.17g: %s, not %s",
				cases[i].code ? cases[i].code : "(none)", cases[i].value,
				text_string(&out), cases[i].text);
	}
}

static void general(void **state)
{
	static const struct shown cases[] = {{NULL, 0, "0"}, {NULL, 123456, "123456"},
		{NULL, -12.5, "-12.5"}, {NULL, 0.1 + 0.2, "0.3"}, {NULL, 0.05, "0.05"},
		{NULL, 1e-7, "0.0000001"}, {NULL, 447911123456, "447911123456"},
		{NULL, 1e20, "100000000000000000000"}, {NULL, 1e30, "1e+30"},
		{NULL, 9007199254740992.0, "9007199254740990"}, {"General", 12.5, "12.5"},
		{"GENERAL", 7, "7"}, {"@", 7, "7"}, {"", 7, "7"}, {NULL, -0.0, "0"}};

	(void)state;
	all_show(cases, LENGTH(cases), false);
}

static void zeros_and_places(void **state)
{
	static const struct shown cases[] = {{"0000000", 1234, "0001234"},
		{"0000000", 123456789, "123456789"}, {"00", 0, "00"}, {"0", 0.5, "1"},
		{"0", -0.4, "0"}, {"0", 99.5, "100"}, {"#", 0, "0"},
		{"0.00", 1.005, "1.01"}, {"0.00", 9.999, "10.00"},
		{"0.00", 0.999, "1.00"}, {"0.0#", 5.25, "5.25"}, {"0.0#", 5, "5.0"},
		{"0.##", 5, "5"}, {"0.", 5, "5"}, {".00", 12.5, "12.50"},
		{"0.00", 1e-20, "0.00"}, {"0%", 0.256, "26%"}, {"0.0%", 0.2565, "25.7%"},
		{"0,", 12345, "12"}, {"0.0,,", 12345678, "12.3"}, {"?0", 5, "5"}};

	(void)state;
	all_show(cases, LENGTH(cases), false);
}

static void words(void **state)
{
	static const struct shown cases[] = {{"\"PN\"00000", 12, "PN00012"},
		{"\"\xc2\xa3\"#,##0.00", 32500.456,
			"\xc2\xa3"
			"32500.46"},
		{"[$\xc2\xa3-809]#,##0", 5,
			"\xc2\xa3"
			"5"},
		{"[$-409]0", 5, "5"}, {"000-00-0000", 123456789, "123-45-6789"},
		{"00\\-0000", 123456, "12-3456"},
		{"(###) ###-####", 5551234567, "(555) 123-4567"},
		{"0\" years\"", 3, "3 years"}, {"_-* #,##0_-", 12, " 12 "}};

	(void)state;
	all_show(cases, LENGTH(cases), false);
}

static void sections(void **state)
{
	static const struct shown cases[] = {{"0;(0)", -5, "(5)"}, {"0;(0)", 5, "5"},
		{"0;(0);\"none\"", 0, "none"}, {"0;-0;;@", -5, "-5"},
		{"[Red]0;[Blue]-0", -5, "-5"}, {"\"Yes\";\"Yes\";\"No\"", 0, "No"},
		{"\"Yes\";\"Yes\";\"No\"", 1, "Yes"},
		{"[<=9999999]###-####;(###) ###-####", 5551234, "555-1234"},
		{"[<=9999999]###-####;(###) ###-####", 2125551234, "(212) 555-1234"},
		{"[>100]\"many\";[=0]\"none\";0", 101, "many"},
		{"[>100]\"many\";[=0]\"none\";0", 0, "none"},
		{"[>100]\"many\";[=0]\"none\";0", 7, "7"}, {"[<>3]0", 3, "3"}};

	(void)state;
	all_show(cases, LENGTH(cases), false);
}

static void dates(void **state)
{
	static const struct shown cases[] = {{"dd/mm/yyyy", 45164, "2023-08-26"},
		{"mm-dd-yy", 45164.9, "2023-08-26"}, {"mmm-yy", 45164, "2023-08-26"},
		{"[$-809]dd mmmm yyyy", 45164, "2023-08-26"}, {"mm", 45164, "2023-08-26"},
		{"dd/mm/yyyy hh:mm", 45164.3125, "2023-08-26T07:30:00"},
		{"yyyy-mm-dd hh:mm:ss", 45164.999999, "2023-08-27T00:00:00"},
		{"h:mm AM/PM", 0.75, "18:00:00"}, {"hh:mm", 45164.3125, "07:30:00"},
		{"mm:ss", 0.0005, "00:00:43"}, {"[h]:mm:ss", 1.5, "36:00:00"},
		{"[mm]:ss", 0.5, "12:00:00"}, {"yyyy", 1, "1900-01-01"},
		{"yyyy", 59, "1900-02-28"}, {"yyyy", 61, "1900-03-01"},
		{"yyyy-mm-dd", 2958465, "9999-12-31"}, {"General;d", -1, "-1"},
		/* no days */
		{"yyyy-mm-dd", -3, "-3"}, {"yyyy-mm-dd", 2958466, "2958466"},
		{"yyyy-mm-dd", 0, "0"}};
	static const struct shown other[] = {{"yyyy-mm-dd", 0, "1904-01-01"},
		{"yyyy-mm-dd", 43702, "2023-08-26"}, {"hh:mm", 0.25, "06:00:00"}};

	(void)state;
	all_show(cases, LENGTH(cases), false);
	all_show(other, LENGTH(other), true);
}

static void kept_whole(void **state)
{
	static const struct shown cases[] = {{"#,##0", 1234567, "1234567"},
		{"0.00E+00", 447911123456, "447911123456"}, {"##0.0E+0", 0.25, "0.25"},
		{"# ?/?", 1.5, "1.5"}, {";;;", 5, "5"}, {";;", -5, "-5"}, {"_ ", 5, "5"}};

	(void)state;
	all_show(cases, LENGTH(cases), false);
}

/* Formats that are none, cut off at every place: whatever comes, a number comes. */
static void broken_formats(void **state)
{
	static const char *const codes[] = {"[", "\"", "\\", "_", "*", "[$", "[<",
		"[>=]0", "0;[", "0;\"", ";", ";;;;;;", "[h", "0.0.0.0", "%%%%", ",,,,",
		"..", "E+", "0\\", "[$-]0", "\"\"", "[Red", "dd\"", "[]", "@@@@;", "/",
		"0/0"};

	(void)state;
	for (size_t i = 0; i < LENGTH(codes); i++)
		for (double value = -5; value < 1e16; value = (value + 6) * 1000) {
			auto_text_buffer out = {0};

			display_number(codes[i], value, false, &out);
			assert_true(out.length > 0);
		}
}

static void not_finite(void **state)
{
	auto_text_buffer out = {0};

	(void)state;
	display_number("0", (double)INFINITY, false, &out);
	display_number(NULL, (double)NAN, false, &out);
	assert_int_equal(out.length, 0);
}

static void builtins(void **state)
{
	static const struct shown cases[] = {{"1", 2.5, "3"}, {"4", 1234.5, "1234.50"},
		{"10", 0.5, "50.00%"}, {"14", 45164, "2023-08-26"},
		{"22", 45164.5, "2023-08-26T12:00:00"}, {"20", 0.5, "12:00:00"},
		{"31", 45164, "2023-08-26"}, {"0", 45164, "45164"},
		{"11", 45164, "45164"}, {"49", 45164, "45164"}, {"163", 45164, "45164"},
		{"4000000", 5, "5"}};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		struct shown one = cases[i];

		one.code = display_builtin((unsigned)strtoul(one.code, NULL, 10));
		all_show(&one, 1, false);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(general),
		cmocka_unit_test(zeros_and_places),
		cmocka_unit_test(words),
		cmocka_unit_test(sections),
		cmocka_unit_test(dates),
		cmocka_unit_test(kept_whole),
		cmocka_unit_test(broken_formats),
		cmocka_unit_test(not_finite),
		cmocka_unit_test(builtins),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
