/* SPDX-License-Identifier: MIT */
/*
 * date: every way of writing a day, and what is none.
 */
#include "recipients/date.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* Days from 1970 as `date +%s -ud` gives them, divided by 86400. */
static const struct {
	const char *text;
	int32_t day, swapped;
} dates[] = {
	{"1970-01-01", 0, 0},
	{"1975-04-19", 1934, 1934},
	{"19/04/1975", 1934, 1934},
	{"19.4.75", 1934, 1934},
	{"19-Apr-75", 1934, 1934},
	{"19apr1975", 1934, 1934},
	{"19th April 1975", 1934, 1934},
	{"April 19, 1975", 1934, 1934},
	{"Sat 19", 0, 0},
	{"19750419", 1934, 1934},
	{"19041975", 1934, 1934},
	{"27503", 1934, 1934},
	{"27503.0", 1934, 1934},
	{"1975-04-19T00:00:00Z", 1934, 1934},
	{"19/04/1975 00:00", 1934, 1934},
	{"04/05/1975", 1949, 1920},
	{"1975-05-04", 1949, 1920},
	{"29/02/2024", 19782, 19782},
	{"1/1/29", 21550, 21550},
	{"1/1/30", -14610, -14610},
	{"1 Sept 2001", 11566, 11566},
};

static void readings(void **state)
{
	struct date d;

	(void)state;
	for (size_t i = 0; i < LENGTH(dates); i++) {
		bool is_date = strcmp(dates[i].text, "Sat 19") != 0;

		assert_int_equal(date_parse(dates[i].text, &d), is_date);
		if (!is_date)
			continue;
		if (d.day != dates[i].day || d.swapped != dates[i].swapped)
			fail_msg("%s is %d, %d", dates[i].text, d.day, d.swapped);
	}
}

static void none(void **state)
{
	static const char *const texts[] = {"", "unknown", "31/02/1975", "29/02/2023",
		"00/01/1975", "1/13/13", "1975-13-01", "1/2/345", "12", "99999",
		"1/2/3/4", "12 Foo 1975", "0999-12-31", "2151-01-01", "-5", "1e9"};
	struct date d;

	(void)state;
	for (size_t i = 0; i < LENGTH(texts); i++)
		if (date_parse(texts[i], &d))
			fail_msg("%s is a date", texts[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(readings),
		cmocka_unit_test(none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
