/* SPDX-License-Identifier: MIT */
/*
 * source: the list of files, and what no longer counts once one is withdrawn. What send
 * and compose make of it is tried from outside.
 */
#include "tests/recipients/book.h"

#include "recipients/known.h"
#include "recipients/roster.h"
#include "recipients/source.h"

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

#define LIST "person_id,surname,forenames,pay_number\n"

static json_t *sources(void)
{
	struct fault f = {0};
	json_t *list = NULL;

	fine(source_list(book.ledger, &list, &f), &f);
	return list;
}

static void withdraw(int64_t number, int already)
{
	struct source_withdrawal w;
	struct fault f = {0};

	fine(source_withdraw(
		     book.ledger, number, "Ann Example", "the wrong file", &w, &f),
		&f);
	assert_int_equal(w.already, already);
	assert_int_equal(json_integer_value(json_object_get(w.about, "source")), number);
	json_decref(w.about);
	book_shut(&book);
	book_open(&book, LEDGER_WRITE);
}

static size_t entries(void)
{
	auto_roster r = {0};
	struct fault f = {0};

	fine(roster_load_entries(book.ledger, &r, &f), &f);
	return r.count;
}

static size_t records(void)
{
	auto_roster r = {0};
	struct fault f = {0};

	fine(roster_load_records(book.ledger, &r, &f), &f);
	return r.count;
}

static void listed(void **state)
{
	json_t *list = sources(), *entry, *withdrawn;

	(void)state;
	assert_int_equal(json_array_size(list), 0);
	json_decref(list);
	book_import(
		&book, true, LIST "1,Sample,Jo,11\n2,Patel,Ann,12\n,,,\n3,,,13\n");
	book_import(&book, false, "surname\nSample\n");
	withdraw(2, 0);
	list = sources();
	assert_int_equal(json_array_size(list), 2);
	entry = json_array_get(list, 0);
	assert_string_equal(json_string_value(json_object_get(entry, "kind")), "people");
	assert_int_equal(json_integer_value(json_object_get(entry, "rows")), 3);
	assert_int_equal(json_integer_value(json_object_get(entry, "rejected")), 1);
	assert_true(json_is_null(json_object_get(entry, "withdrawn")));
	assert_true(json_is_null(json_object_get(entry, "sheet")));
	withdrawn = json_object_get(json_array_get(list, 1), "withdrawn");
	assert_string_equal(
		json_string_value(json_object_get(withdrawn, "by")), "Ann Example");
	assert_string_equal(json_string_value(json_object_get(withdrawn, "reason")),
		"the wrong file");
	json_decref(list);
}

static void nothing_of_it_counts(void **state)
{
	(void)state;
	book_import(&book, true, LIST "1,Sample,Jo,11\n2,Patel,Ann,12\n");
	book_import(&book, true, LIST "2,Patel,Ann,12\n3,Okafor,Ben,13\n");
	book_import(&book, false, "surname\nSample\nPatel\n");
	assert_int_equal(entries(), 4);
	withdraw(2, 0);
	withdraw(2, 1);
	assert_int_equal(entries(), 2);
	assert_int_equal(records(), 2);
	withdraw(3, 0);
	assert_int_equal(records(), 0);
	assert_int_equal(book_number(&book, SQL("SELECT count(*) FROM source_now")), 1);
	assert_int_equal(book_number(&book, SQL("SELECT count(*) FROM record_now")), 0);
	/* and nothing is gone */
	assert_int_equal(book_number(&book, SQL("SELECT count(*) FROM entry")), 4);
	assert_int_equal(book_number(&book, SQL("SELECT count(*) FROM record")), 2);
}

/* Rows keep the names that they had: "2:5" is row 5 of the second leak, whatever became
 * of the first. */
static void names_stay(void **state)
{
	auto_roster r = {0};
	struct fault f = {0};
	char scratch[ROSTER_NAME];

	(void)state;
	book_import(&book, false, "surname\nSample\n");
	book_import(&book, false, "surname\nPatel\n");
	withdraw(1, 0);
	fine(roster_load_records(book.ledger, &r, &f), &f);
	assert_int_equal(r.count, 1);
	assert_string_equal(roster_row_name(&r.rows[0], scratch), "2:2");
}

static int64_t person_of(const char *surname)
{
	auto_roster r = {0};
	struct fault f = {0};

	fine(roster_load_entries(book.ledger, &r, &f), &f);
	for (size_t i = 0; i < r.count; i++)
		if (!strcmp(roster_value(&r.rows[i], "surname"), surname))
			return r.rows[i].owner;
	fail_msg("nobody is called %s", surname);
	return 0;
}

/* The right list after the wrong one: the same people, if number and name say so. */
static void the_same_people(void **state)
{
	int64_t sample, patel;

	(void)state;
	book_import(
		&book, true, LIST "1,Sample,Jo,11\n2,Patel,Ann,12\n3,Okafor,Ben,13\n");
	sample = person_of("Sample");
	patel = person_of("Patel");
	withdraw(1, 0);
	book_import(&book, true,
		LIST "1,Sample,Jo,11\n2,Pater,Ann,12\n4,Okafor,Ben,13\n5,New,Nell,15\n");
	assert_true(person_of("Sample") == sample);
	assert_true(person_of("Pater") != patel);
	assert_int_equal(
		book_number(&book, SQL("SELECT known_before FROM source_now")), 0);
	assert_int_equal(book_number(&book, SQL("SELECT count(*) FROM person")), 6);
}

/* What a withdrawn list says of somebody who is on another one is not used. */
static void the_other_list_is_right(void **state)
{
	int64_t sample;

	(void)state;
	book_import(&book, true, LIST "1,Sample,Jo,11\n");
	book_import(&book, true, LIST "1,Sample,Jo,99\n");
	sample = person_of("Sample");
	withdraw(2, 0);
	book_import(&book, true, LIST ",Sample,Jo,99\n");
	assert_int_equal(book_number(&book, SQL("SELECT count(*) FROM person")), 2);
	book_import(&book, true, LIST ",Sample,Jo,11\n");
	assert_int_equal(book_number(&book, SQL("SELECT count(*) FROM person")), 2);
	assert_true(person_of("Sample") == sample);
}

static void refused(void **state)
{
	struct source_withdrawal w;
	struct fault f = {0};

	(void)state;
	book_import(&book, false, "surname\nSample\n");
	assert_int_equal(source_withdraw(book.ledger, 2, "Ann", "why", &w, &f), -1);
	assert_int_equal(f.kind, FAULT_USAGE);
	assert_int_equal(source_withdraw(book.ledger, 0, "Ann", "why", &w, &f), -1);
	assert_int_equal(records(), 1);
	assert_int_equal(
		ledger_do(book.ledger, SQL("DELETE FROM source_withdrawn"), &f), 0);
	withdraw(1, 0);
	assert_int_equal(
		ledger_do(book.ledger, SQL("DELETE FROM source_withdrawn"), &f), -1);
	assert_int_equal(
		ledger_do(book.ledger, SQL("UPDATE source_withdrawn SET at = 0"), &f),
		-1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(listed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(nothing_of_it_counts, set_up, tear_down),
		cmocka_unit_test_setup_teardown(names_stay, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_same_people, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			the_other_list_is_right, set_up, tear_down),
		cmocka_unit_test_setup_teardown(refused, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
