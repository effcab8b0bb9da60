/* SPDX-License-Identifier: MIT */
/*
 * exposure: which kinds of data a record shows, and which are everyone's because no
 * column can show them.
 */
#include "tests/recipients/book.h"

#include "recipients/exposure.h"
#include "recipients/field.h"

static struct book book;
static struct roster records;
static struct exposure *exposure;

static void leak(const char *rows, json_t *exposed)
{
	struct fault f = {0};

	book_make(&book);
	if (rows)
		book_import(&book, false, rows);
	fine(roster_load_records(book.ledger, &records, &f), &f);
	exposure = exposure_new(exposed, &records);
	json_decref(exposed);
}

static int tear_down(void **state)
{
	(void)state;
	exposure_free(exposure);
	roster_done(&records);
	book_remove(&book);
	return 0;
}

static bool has(uint64_t set, const char *kind)
{
	for (size_t i = 0; i < exposure_count(exposure); i++)
		if (!strcmp(exposure_kind(exposure, i), kind))
			return set >> i & 1;
	return false;
}

static void columns(void **state)
{
	json_t *named = json_pack("[s,s,s]", "rank", "photo", "home address");
	uint64_t first, second, common;

	(void)state;
	json_incref(named); /* its words must live as long */
	leak("Row ID,Surname,Grade,Photo No,Colour\n1,Sample,PC,,red\n2,Patel,,7,\n",
		named);
	first = exposure_of(exposure, &records.rows[0]);
	second = exposure_of(exposure, &records.rows[1]);
	common = exposure_common(exposure);
	assert_true(has(first, "surname") && has(second, "surname"));
	assert_true(has(first, "rank"));
	assert_false(has(second, "rank"));
	assert_false(has(common, "rank")); /* a column shows it */
	assert_true(has(common, "photo")); /* none does */
	assert_true(has(common, "address"));
	assert_false(has(first, "Colour")); /* nobody has words for it */
	assert_false(has(first, "row_id"));
	json_decref(named);
}

/* What the incident names and a column is called. */
static void a_column_called_as_named(void **state)
{
	json_t *named = json_pack("[s,s]", "shoe size", "name");

	(void)state;
	json_incref(named);
	leak("Surname,Shoe Size\nSample,9\nPatel,\n", named);
	assert_true(has(exposure_of(exposure, &records.rows[0]), "shoe size"));
	assert_false(has(exposure_of(exposure, &records.rows[1]), "shoe size"));
	assert_false(has(exposure_common(exposure), "shoe size"));
	assert_false(has(exposure_common(exposure), "name")); /* a surname is one */
	json_decref(named);
}

static void no_records(void **state)
{
	json_t *named = json_pack("[s]", "name");

	(void)state;
	json_incref(named);
	leak(NULL, named);
	assert_true(has(exposure_common(exposure), "name"));
	json_decref(named);
}

/* An incident that names as much as it may: the fields that the columns show are not
 * crowded out.
 */
static void very_many_kinds(void **state)
{
	json_t *named = json_array();

	(void)state;
	for (int i = 0; i < EXPOSURE_NAMED_MAX; i++)
		assert_int_equal(
			json_array_append_new(named, json_sprintf("kind %d", i)), 0);
	json_incref(named);
	leak("Surname,Pay No,Rank,Address,Vetting\nSample,7,PC,1 High Street,SC\n",
		named);
	assert_true(exposure_count(exposure) <= EXPOSURE_KINDS_MAX);
	assert_true(has(exposure_of(exposure, &records.rows[0]), "pay_number"));
	assert_true(has(exposure_of(exposure, &records.rows[0]), "vetting"));
	assert_true(has(exposure_common(exposure), "kind 0"));
	for (const struct field *p = field_next(NULL); p; p = field_next(p))
		if (p->words) {
			size_t i = 0;

			while (i < exposure_count(exposure) &&
				strcmp(exposure_kind(exposure, i), p->name) != 0)
				i++;
			if (i == exposure_count(exposure))
				fail_msg("%s has no place left", p->name);
		}
	json_decref(named);
}

static void words(void **state)
{
	char out[128], long_name[300];

	(void)state;
	assert_string_equal(exposure_words("pay_number", out), "your pay number");
	assert_string_equal(exposure_words("shoe size", out), "your shoe size");
	assert_string_equal(exposure_words("anything in the car", out), "anything in the car");
	assert_string_equal(exposure_words("Your shoes", out), "Your shoes");
	assert_string_equal(exposure_words("theatre tickets", out), "your theatre tickets");
	memset(long_name, 'x', sizeof(long_name) - 1);
	long_name[sizeof(long_name) - 1] = '\0';
	assert_int_equal(strlen(exposure_words(long_name, out)), 127);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(columns, tear_down),
		cmocka_unit_test_teardown(a_column_called_as_named, tear_down),
		cmocka_unit_test_teardown(no_records, tear_down),
		cmocka_unit_test_teardown(very_many_kinds, tear_down),
		cmocka_unit_test(words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
