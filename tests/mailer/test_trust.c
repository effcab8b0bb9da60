/* SPDX-License-Identifier: MIT */
/*
 * trust: sentences that hold for none, one and many, and a chart that fits a terminal.
 */
#include "mailer/trust.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct trust example = {.forecast = {.known = true,
					     .trials = {.copies = 1000,
						     .copies_matched = 920,
						     .copies_right = 918,
						     .copies_listed = 994,
						     .copies_error = 0.0112,
						     .copies_chance = 0.0089,
						     .decoys = 912,
						     .decoys_matched = 17,
						     .rows_wrong = 28.5,
						     .rows_nobody = 1036,
						     .rows_alike = 792},
					     .rows = 18035,
					     .rows_matched = 15616,
					     .wrong_rows = 28.5,
					     .decoy_rows = 19.3,
					     .alike = 0.0439,
					     .certain = 14371,
					     .maybe = 3628,
					     .wrong_certain = 0.2,
					     .wrong_maybe = 1783.7,
					     .missed_unlikely = 52.2,
					     .missed_lost = 0.9,
					     .waiting = 12},
	.tenths = {545, 140, 131, 139, 285, 149, 170, 98, 227, 15857},
	.nobody = 294};

static char *written(const struct trust *t)
{
	char *bytes = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&bytes, &length);

	assert_non_null(out);
	trust_write(out, t, "", "");
	(void)fclose(out);
	return bytes;
}

/* Is a sentence there, however its lines are broken? */
static bool says(const char *text, const char *sentence)
{
	for (; *text; text++) {
		const char *a = text, *b = sentence;

		while (*b && (*a == *b || (*b == ' ' && *a == '\n'))) {
			a++;
			b++;
			while (b[-1] == ' ' && (*a == ' ' || *a == '\n'))
				a++;
		}
		if (!*b)
			return true;
	}
	return false;
}

static void sentences(void **state)
{
	char *text = written(&example);

	(void)state;
	assert_true(says(text, "Of the 15,616 matched rows, about 29 are expected"));
	assert_true(says(text, "792 rows, 4.4 %, can be told apart by nobody"));
	assert_true(says(text, "14,371 are certain enough"));
	assert_true(says(text, "of these fewer than one is expected not to be in it"));
	assert_true(says(text, "about 1,784 of them are not"));
	assert_true(says(text, "in the leak and not told: about 53"));
	assert_true(says(text, "Besides, about 12 are in it by rows whose number"));
	assert_true(says(text, "918 of them to the right person; for 6 the right"));
	assert_true(says(text, "off by 1.1 % on average; chance alone makes 0.9 %"));
	assert_true(says(text, "about 19 of them are matched to somebody else"));
	free(text);
}

static void fits_a_terminal(void **state)
{
	char *text = written(&example);

	(void)state;
	for (const char *line = text; *line; line += strcspn(line, "\n") + 1)
		assert_true(strcspn(line, "\n") <= 80);
	assert_true(says(text, "90 to 100 % |###"));
	assert_true(says(text, "nobody fits |# "));
	assert_null(strchr(text, '\033'));
	free(text);
}

static void nothing_to_say(void **state)
{
	const struct trust none = {.nobody = 0};
	auto_text_buffer words = {0};
	char *text = written(&none);

	(void)state;
	assert_string_equal(text, "");
	free(text);
	trust_sum_up(&none.forecast, &words);
	assert_string_equal(text_string(&words), "");
}

static void under_the_tally(void **state)
{
	auto_text_buffer words = {0};

	(void)state;
	trust_sum_up(&example.forecast, &words);
	assert_string_equal(text_string(&words),
		"Of 15,616 matched rows, about 29 are expected to be wrong.\n"
		"Of the people in the leak, about 53 are expected to be missed.\n"
		"4.4 % of rows are true of several people: nobody can tell them apart.\n");
}

static void as_json(void **state)
{
	json_t *json = trust_json(&example), *spread;
	double wrong = 0, people = 0, missed = 0;

	(void)state;
	assert_int_equal(
		json_unpack(json, "{s:{s:F, s:F, s:F}}", "expected", "wrong_rows", &wrong,
			"wrong_people", &people, "missed_people", &missed),
		0);
	assert_true(wrong > 28.49 && wrong < 28.51);
	assert_true(people > 0.19 && people < 0.21);
	assert_true(missed > 53.09 && missed < 53.11);
	spread = json_object_get(json, "spread");
	assert_int_equal(json_array_size(json_object_get(spread, "tenths")), 10);
	assert_int_equal(json_integer_value(json_object_get(spread, "nobody")), 294);
	json_decref(json);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sentences),
		cmocka_unit_test(fits_a_terminal),
		cmocka_unit_test(nothing_to_say),
		cmocka_unit_test(under_the_tally),
		cmocka_unit_test(as_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
