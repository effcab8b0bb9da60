/* SPDX-License-Identifier: MIT */
/*
 * vocabulary: what the list knows, as it stands there and with a slip in it.
 */
#include "recipients/vocabulary.h"

#include <stdlib.h>

#include "tests/recipients/notes.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

struct list {
	struct evidence evidence;
	struct vocabulary vocabulary;
};

static int list_open(void **state)
{
	struct list *l = text_alloc(sizeof(*l));

	force_note(&l->evidence, "Zebedee 5555555"); /* records are no vocabulary */
	force_people(&l->evidence);
	vocabulary_init(&l->vocabulary, &l->evidence);
	*state = l;
	return 0;
}

static int list_close(void **state)
{
	struct list *l = *state;

	vocabulary_done(&l->vocabulary);
	evidence_done(&l->evidence);
	free(l);
	return 0;
}

static const char *column_name(const struct list *l, uint32_t column)
{
	return column == EVIDENCE_COLUMNS ? "" : l->evidence.columns[column].name;
}

static void names(void **state)
{
	const struct list *l = *state;

	assert_true(vocabulary_surname(&l->vocabulary, "oneill"));
	assert_true(vocabulary_surname(&l->vocabulary, "stlouis"));
	assert_false(vocabulary_surname(&l->vocabulary, "dawn"));
	assert_false(vocabulary_surname(&l->vocabulary, "zebedee"));
	assert_false(vocabulary_surname(&l->vocabulary, ""));
	assert_true(vocabulary_forename(&l->vocabulary, "dawn"));
	assert_false(vocabulary_forename(&l->vocabulary, "kingston"));
}

static void phrases(void **state)
{
	static const struct {
		const char *text;
		enum value_level worst;
		const char *column;
	} cases[] = {
		{"South Area BCU", VALUE_EQUAL, "unit"},
		{"south area", VALUE_EQUAL, "unit"}, /* a BCU or not is one */
		{"Stoke Newington", VALUE_EQUAL, "location"},
		{"Response Officer", VALUE_EQUAL, "role"},
		{"Roads & Transport Policing", VALUE_EQUAL, "unit"},
		{"Stoke Nwington", VALUE_EQUAL, ""},
		{"Stoke Nwington", VALUE_NEAR, "location"},
		{"Finacne", VALUE_NEAR, "unit"},
		{"Bwo", VALUE_NEAR, ""}, /* too short for a slip */
		{"Specialist Crime", VALUE_NEAR, ""},
		{"Specialist Crime", VALUE_CLOSE, "unit"},
		{"Crime Specialist", VALUE_CLOSE, ""},
		{"Westminster", VALUE_CLOSE, ""},
		{"", VALUE_CLOSE, ""},
	};
	const struct list *l = *state;

	for (size_t i = 0; i < LENGTH(cases); i++)
		assert_string_equal(
			column_name(l, vocabulary_phrase(&l->vocabulary, cases[i].text,
					       cases[i].worst, NULL)),
			cases[i].column);
}

static void counts(void **state)
{
	const struct list *l = *state;
	uint32_t count;

	vocabulary_phrase(&l->vocabulary, "Response Officer", VALUE_EQUAL, &count);
	assert_int_equal(count, FORCE_SIZE / 2);
	vocabulary_phrase(&l->vocabulary, "Nowhere", VALUE_EQUAL, &count);
	assert_int_equal(count, 0);
}

static void values(void **state)
{
	const struct list *l = *state;
	const struct vocabulary *v = &l->vocabulary;

	/* With its letter, or without. */
	assert_string_equal(
		column_name(l, vocabulary_value(v, VALUE_NUMBER, true, "C3007919")),
		"pay_number");
	assert_string_equal(
		column_name(l, vocabulary_value(v, VALUE_NUMBER, true, "3007919")),
		"pay_number");
	assert_string_equal(
		column_name(l, vocabulary_value(v, VALUE_NUMBER, true, "D3007919")), "");
	assert_string_equal(
		column_name(l, vocabulary_value(v, VALUE_NUMBER, true, "180031")),
		"warrant_number");
	assert_string_equal(
		column_name(l, vocabulary_value(v, VALUE_NUMBER, true, "5555555")), "");
	assert_string_equal(
		column_name(l, vocabulary_value(v, VALUE_NUMBER, false, "101CW")),
		"collar_number");
	assert_string_equal(column_name(l, vocabulary_value(v, VALUE_EMAIL, true,
						   "Someone7@force.example")),
		"email");
	assert_string_equal(
		column_name(l, vocabulary_column(v, VALUE_POSTCODE)), "postcode");
	assert_int_equal(vocabulary_column(v, VALUE_MONEY), EVIDENCE_COLUMNS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		cmocka_unit_test(phrases),
		cmocka_unit_test(counts),
		cmocka_unit_test(values),
	};

	return cmocka_run_group_tests(tests, list_open, list_close);
}
