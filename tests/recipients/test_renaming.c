/* SPDX-License-Identifier: MIT */
/*
 * renaming: columns and units under one name, all else as it is.
 */
#include "tests/recipients/rows.h"

#include "recipients/renaming.h"

/* The row as renamed, written "field=value|field=value". */
static void is_renamed(struct renaming *r, const char *from, const char *to)
{
	auto_row row = {0};
	auto_text_buffer out = {0};
	const char *packed, *name = NULL, *value = NULL;
	size_t length;

	row_read(&row, from);
	packed = row.packed.bytes;
	length = row.packed.length;
	renaming_apply(r, &packed, &length);
	while (row_packed_next(packed, length, &name, &value))
		text_printf(&out, "%s%s=%s", out.length ? "|" : "", name, value);
	assert_string_equal(text_string(&out), to);
}

static void nothing_to_rename(void **state)
{
	auto_renaming r = {0};

	(void)state;
	is_renamed(&r, "surname=Smith|unit=CTC", "surname=Smith|unit=CTC");
	is_renamed(&r, "", "");
	assert_false(r.has_units);
}

static void columns_and_units(void **state)
{
	json_t *columns = json_pack("{s:s}", "Section", "unit"),
	       *aliases = json_pack("{s:s}", "C.T.C", "SO15");
	struct facts_book book = {0};
	auto_renaming r = {.columns = columns, .units = &book};
	struct fault f = {0};

	(void)state;
	assert_int_equal(
		facts_book_aliases(&book, config_root(aliases, "a.json"), &f), 0);
	is_renamed(&r, "surname=C.T.C", "surname=C.T.C");
	assert_false(r.has_units);
	is_renamed(&r, "surname=Smith|Section=c.t.c", "surname=Smith|unit=so15");
	assert_true(r.has_units);
	is_renamed(&r, "unit=Traffic|rank=PC", "unit=traffic|rank=PC");
	facts_book_done(&book);
	json_decref(columns);
	json_decref(aliases);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_to_rename),
		cmocka_unit_test(columns_and_units),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
