/* SPDX-License-Identifier: MIT */
/*
 * postcode: the two halves, what is mended, and what is no postcode.
 */
#include "recipients/postcode.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static const struct {
	const char *text, *outward, *inward;
} postcodes[] = {
	{"SW1A 1AA", "SW1A", "1AA"},
	{"sw1a1aa", "SW1A", "1AA"},
	{" M1  1AE ", "M1", "1AE"},
	{"B33-8TH", "B33", "8TH"},
	{"CR2 6XH", "CR2", "6XH"},
	{"DN55 1PT", "DN55", "1PT"},
	{"W1A 0AX", "W1A", "0AX"},
	{"WIA OAX", "W1A", "0AX"},
	{"SO15 1AA", "SO15", "1AA"},
	{"S015 1AA", "SO15", "1AA"},
	{"S01 1AA", "SO1", "1AA"},
	{"KT5 9X0", "KT5", "9XO"},
	{"E1 4NS", "E1", "4NS"},
	{"N1", "N1", ""},
	{"EC1A", "EC1A", ""},
};

static void halves(void **state)
{
	struct postcode p;

	(void)state;
	for (size_t i = 0; i < LENGTH(postcodes); i++) {
		if (!postcode_parse(postcodes[i].text, &p))
			fail_msg("%s is none", postcodes[i].text);
		assert_string_equal(p.outward, postcodes[i].outward);
		assert_string_equal(p.inward, postcodes[i].inward);
	}
}

static void none(void **state)
{
	static const char *const texts[] = {"", "1", "London", "12345", "SW1A 1A",
		"SW1A 1AAA", "A1AAA1A", "99 9AA", "XXX 1AA", "\xc3\xa9"};
	struct postcode p;

	(void)state;
	for (size_t i = 0; i < LENGTH(texts); i++)
		if (postcode_parse(texts[i], &p))
			fail_msg("%s is %s %s", texts[i], p.outward, p.inward);
}

static void equality(void **state)
{
	struct postcode full, other, half;

	(void)state;
	assert_true(postcode_parse("EN20 1AB", &full) &&
		    postcode_parse("EN20 1AC", &other) && postcode_parse("EN20", &half));
	assert_true(postcode_equal(&full, &half));
	assert_true(postcode_equal(&half, &other));
	assert_false(postcode_equal(&full, &other));
	assert_true(postcode_parse("EN2", &half));
	assert_false(postcode_equal(&full, &half));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(halves),
		cmocka_unit_test(none),
		cmocka_unit_test(equality),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
