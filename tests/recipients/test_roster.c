/* SPDX-License-Identifier: MIT */
/*
 * roster: rows in the order of their files, a person's entries, values by name and
 * number.
 */
#include "tests/recipients/book.h"

#include "recipients/roster.h"

static struct book book;

static int set_up(void **state)
{
	(void)state;
	book_make(&book);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	book_remove(&book);
	return 0;
}

static void nothing_yet(void **state)
{
	auto_roster people = {0}, records = {0};
	struct fault f = {0};

	(void)state;
	fine(roster_load_entries(book.ledger, &people, &f) ||
			roster_load_records(book.ledger, &records, &f),
		&f);
	assert_int_equal(people.count + people.people_count + records.count, 0);
	assert_null(roster_find(&people, 1));
	assert_true(roster_person(&people, 1) == SIZE_MAX);
	assert_int_equal(roster_names_count(&records), 0);
}

static void order_of_the_files(void **state)
{
	auto_text_buffer first = {0}, second = {0};
	auto_roster r = {0};
	struct fault f = {0};

	(void)state;
	text_add_string(&first, "Surname\n");
	text_add_string(&second, "Surname\n");
	for (int i = 0; i < 300; i++) {
		text_printf(&first, "First%d\n", i);
		text_printf(&second, "Second%d\n", i);
	}
	book_import(&book, false, first.bytes);
	book_import(&book, false, second.bytes);
	fine(roster_load_records(book.ledger, &r, &f), &f);
	assert_int_equal(r.count, 600);
	for (size_t i = 0; i < 600; i++) {
		auto_text name =
			text_format("%s%zu", i < 300 ? "First" : "Second", i % 300);

		assert_string_equal(roster_value(&r.rows[i], "surname"), name);
		assert_int_equal(r.rows[i].number, i % 300 + 2);
		assert_ptr_equal(roster_find(&r, r.rows[i].id), &r.rows[i]);
	}
	assert_null(roster_find(&r, 0));
	assert_null(roster_find(&r, INT64_MAX));
}

/* What a visitor has seen. */
struct seen {
	size_t count;
	int64_t ids;
	struct text surnames;
};

static void see(void *user, const struct roster_row *row)
{
	struct seen *seen = user;

	assert_null(row->values);
	seen->count++;
	seen->ids += row->id;
	text_printf(&seen->surnames, "%s ", roster_value(row, "surname"));
}

static void visits(void **state)
{
	struct seen leaked = {0}, listed = {0};
	auto_roster r = {0};
	struct fault f = {0};
	int64_t ids = 0;

	(void)state;
	book_import(&book, true, "Person ID,Surname\n7,Sample\n8,Patel\n7,Sample\n");
	book_import(&book, false, "Surname,Unit\nPatel,B\n");
	fine(roster_visit_records(book.ledger, see, &leaked, &f) ||
			roster_visit_entries(book.ledger, see, &listed, &f) ||
			roster_load_entries(book.ledger, &r, &f),
		&f);
	assert_string_equal(leaked.surnames.bytes, "Patel ");
	for (size_t i = 0; i < r.count; i++)
		ids += r.rows[i].id;
	assert_int_equal(listed.count, 3);
	assert_int_equal(listed.ids, ids);
	text_done(&leaked.surnames);
	text_done(&listed.surnames);
}

static void several_entries(void **state)
{
	auto_roster r = {0};
	const struct roster_row *e = NULL;
	char scratch[ROSTER_NAME];
	struct fault f = {0};
	size_t count = 0;

	(void)state;
	book_import(&book, true,
		"Person ID,Surname,Unit\n7,Sample,A\n8,Patel,B\n7,Sample,C\n");
	book_import(&book, true, "Person ID,Surname,Unit\n7,Sample,D\n");
	fine(roster_load_entries(book.ledger, &r, &f), &f);
	assert_int_equal(r.count, 4);
	assert_int_equal(r.people_count, 2);
	assert_string_equal(roster_person_name(&r, 0, scratch), "7");
	assert_string_equal(roster_person_name(&r, 1, scratch), "8");
	while ((e = roster_entry(&r, 0, e))) {
		assert_int_equal(roster_value(e, "unit")[0], "ACD"[count++]);
		assert_int_equal(e->person, 0);
	}
	assert_int_equal(count, 3);
	assert_string_equal(roster_value(roster_newest(&r, 0), "unit"), "D");
	assert_string_equal(roster_value(roster_newest(&r, 1), "unit"), "B");
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(roster_person(&r, r.people[i]), i);
}

/* Who died, or asked not to be written to, is not alive again because HR's next list has
 * no column for it. */
static void what_protects_stays(void **state)
{
	auto_roster r = {0};
	struct fault f = {0};

	(void)state;
	book_import(&book, true,
		"Person ID,Surname,Email,Status,Contact\n1,Sample,a@f.example,deceased,\n"
		"2,Patel,b@f.example,,ring my sister\n3,Castle,c@f.example,left,\n");
	book_import(&book, true,
		"Person ID,Surname,Email,Status\n1,Sample,,\n2,Patel,,\n3,Castle,,in-post\n");
	fine(roster_load_entries(book.ledger, &r, &f), &f);
	assert_string_equal(roster_value(roster_newest(&r, 0), "status"), "deceased");
	assert_string_equal(
		roster_value(roster_newest(&r, 1), "contact"), "ring my sister");
	assert_null(roster_value(roster_newest(&r, 1), "status"));
	assert_string_equal(roster_value(roster_newest(&r, 2), "status"), "in-post");
	for (size_t i = 0; i < 3; i++) /* an address that is gone is gone */
		assert_null(roster_value(roster_newest(&r, i), "email"));
}

static void values(void **state)
{
	auto_roster r = {0};
	struct fault f = {0};
	size_t unit = SIZE_MAX;

	(void)state;
	book_import(&book, false, "Surname,Unit\nSample,A\nPatel,\n");
	book_import(&book, false, "Odd One,Surname\nx,Third\n");
	fine(roster_load_records(book.ledger, &r, &f), &f);
	for (size_t i = 0; i < roster_names_count(&r); i++)
		if (!strcmp(roster_name(&r, i), "unit"))
			unit = i;
	assert_true(unit != SIZE_MAX);
	assert_string_equal(r.rows[0].values[unit], "A");
	assert_null(r.rows[1].values[unit]);
	assert_null(r.rows[2].values[unit]);
	assert_string_equal(roster_value(&r.rows[2], "Odd One"), "x");
	assert_null(roster_value(&r.rows[2], "unit"));
	assert_null(roster_value(&r.rows[0], "Odd One"));
	assert_null(roster_value(&r.rows[0], "nowhere"));
	for (size_t i = 0; i < r.count; i++) { /* the same without the numbers */
		const struct roster_row alone = {
			.packed = r.rows[i].packed, .length = r.rows[i].length};

		for (size_t k = 0; k < roster_names_count(&r); k++) {
			const char *name = roster_name(&r, k);

			assert_ptr_equal(roster_value(&alone, name),
				roster_value(&r.rows[i], name));
		}
	}
}

static void what_rows_are_called(void **state)
{
	auto_roster people = {0}, records = {0};
	char scratch[ROSTER_NAME];
	struct fault f = {0};

	(void)state;
	book_import(&book, false, "Row ID,Surname\nR1,Sample\n,Patel\n");
	book_import(&book, true,
		"Person ID,Pay No,Warrant No,Surname\n1,2,3,A\n,2,3,B\n,,3,C\n,,,D\n");
	fine(roster_load_entries(book.ledger, &people, &f) ||
			roster_load_records(book.ledger, &records, &f),
		&f);
	assert_string_equal(roster_row_name(&records.rows[0], scratch), "R1");
	assert_string_equal(roster_row_name(&records.rows[1], scratch), "3");
	assert_string_equal(roster_person_name(&people, 0, scratch), "1");
	assert_string_equal(roster_person_name(&people, 1, scratch), "2");
	assert_string_equal(roster_person_name(&people, 2, scratch), "3");
	assert_string_equal(roster_person_name(&people, 3, scratch), "row 5");
}

/* Two files of many columns: none of their names gets lost in silence. */
static void very_many_columns(void **state)
{
	auto_roster r = {0};
	struct fault f = {0};
	int failed;

	(void)state;
	for (int file = 0; file < 2; file++) {
		auto_text_buffer head = {0}, row = {0};

		for (int i = 0; i < 900; i++) {
			text_printf(&head, "Column %d of %d,", i, file);
			text_printf(&row, "%d,", i);
		}
		text_add_string(&head, file ? "Rank\n" : "Surname\n");
		text_add(&head, row.bytes, row.length);
		text_add_string(&head, file ? "PC\n" : "Sample\n");
		book_import(&book, false, head.bytes);
	}
	failed = roster_load_records(book.ledger, &r, &f);
	if (failed)
		assert_int_equal(f.kind, FAULT_INPUT);
	else
		assert_string_equal(roster_value(&r.rows[1], "rank"), "PC");
}

#define EACH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		EACH(nothing_yet),
		EACH(order_of_the_files),
		EACH(visits),
		EACH(several_entries),
		EACH(what_protects_stays),
		EACH(values),
		EACH(what_rows_are_called),
		EACH(very_many_columns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
