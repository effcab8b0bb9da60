/* SPDX-License-Identifier: MIT */
/*
 * slip: typing errors are small, and the same each time.
 */
#include "recipients/slip.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "recipients/likeness.h"

static void dice(void **state)
{
	struct dice a = {.seed = 7}, b = {.seed = 7}, other = {.seed = 8};
	int low = 0, same = 0;

	(void)state;
	for (int i = 0; i < 1000; i++) {
		double x = dice_share(&a), y = dice_share(&b);

		assert_true(x >= 0 && x < 1);
		assert_memory_equal(&x, &y, sizeof(x));
		low += x < 0.5;
		same += dice_pick(&a, 10) == dice_pick(&other, 10);
		(void)dice_pick(&b, 10);
	}
	assert_in_range(low, 440, 560);
	assert_in_range(same, 50, 160);
}

static void words(void **state)
{
	static const char *const names[] = {
		"smith", "okafor", "van-der-berg", "lee", "constantinou"};
	struct dictionary d = {0};
	struct dice dice = {0};
	int changed = 0;

	(void)state;
	for (int i = 0; i < 200; i++) {
		const char *name = names[i % 5];
		uint32_t word = dictionary_add(&d, name),
			 slipped = slip_word(&d, word, 1, &dice);

		changed += word != slipped;
		assert_true(*dictionary_string(&d, slipped) == *name);
		assert_true(
			likeness_errors(dictionary_string(&d, slipped), name, 2) <= 2);
	}
	assert_true(changed > 150);
	assert_int_equal(slip_word(&d, 0, 1, &dice), 0);
	assert_int_equal(slip_word(&d, dictionary_add(&d, "li"), 1, &dice),
		dictionary_add(&d, "li"));
	dictionary_done(&d);
}

static void parts(void **state)
{
	struct dictionary d = {0};

	(void)state;
	assert_int_equal(slip_part(&d, dictionary_add(&d, "smith-jones")),
		dictionary_add(&d, "jones"));
	assert_int_equal(slip_part(&d, dictionary_add(&d, "smith")), 0);
	assert_int_equal(slip_part(&d, 0), 0);
	dictionary_done(&d);
}

static void values(void **state)
{
	static const struct {
		enum value_kind kind;
		const char *text;
		int stays; /* 1: always; 0: mostly not */
	} cases[] = {
		{VALUE_NUMBER, "11064169", 0},
		{VALUE_EMAIL, "ann.sample@force.example", 0},
		{VALUE_DATE, "1982-02-14", 0},
		{VALUE_DATE, "1982-02-10", 0},
		{VALUE_POSTCODE, "SE8 1XS", 0},
		{VALUE_PLACE, "Bexleyheath", 0},
		{VALUE_MONEY, "37758", 0},
		{VALUE_TEXT, "kennel hand", 0},
		{VALUE_RANK, "Sergeant", 1},
		{VALUE_VETTING, "SC", 1},
		{VALUE_GENDER, "F", 1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct dictionary forms = {0};
		struct dice dice = {.seed = i};
		struct value v = value_parse(cases[i].kind, cases[i].text, &forms);
		int stayed = 0;

		assert_true(v.main);
		for (int k = 0; k < 20; k++) {
			struct value s = slip_value(cases[i].kind, v, &forms, &dice);

			stayed += value_equal(cases[i].kind, v, s);
			if (cases[i].kind != VALUE_POSTCODE && s.main)
				assert_true(value_compare(cases[i].kind, v, s, &forms) <=
					    VALUE_CLOSE);
		}
		if (cases[i].stays ? stayed != 20 : stayed >= 10)
			fail_msg("%s: %d of 20 stayed", cases[i].text, stayed);
		dictionary_done(&forms);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dice),
		cmocka_unit_test(words),
		cmocka_unit_test(parts),
		cmocka_unit_test(values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
