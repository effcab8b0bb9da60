/* SPDX-License-Identifier: MIT */
/*
 * import: which column becomes which field, what is rejected and how it is named, and
 * that a file is in the ledger once, whole, or not at all.
 */
#include "tests/recipients/book.h"

#include <jansson.h>

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

#define SOURCES SQL("SELECT count(*) FROM source")
#define ENTRIES SQL("SELECT count(*) FROM entry")
#define RECORDS SQL("SELECT count(*) FROM record")
#define REJECTS SQL("SELECT count(*) FROM reject")
#define PEOPLE SQL("SELECT count(*) FROM person")
#define RUNS SQL("SELECT count(*) FROM run")

static int import(struct import_options o, struct import_tally *t, struct fault *f)
{
	return import_run(book.ledger, &o, t, f);
}

static void import_fine(struct import_options o, struct import_tally *t)
{
	struct fault f = {0};

	fine(import(o, t, &f), &f);
}

/* Refused, and the ledger is as it was. */
static void refused(struct import_options o, enum fault_kind kind, const char *says)
{
	int64_t sources = book_number(&book, SOURCES), runs = book_number(&book, RUNS);
	struct import_tally t;
	struct fault f = {0};

	assert_int_equal(import(o, &t, &f), -1);
	import_tally_done(&t);
	if (f.kind != kind || !strstr(f.text, says))
		fail_msg("%s: %s", fault_kind_name(f.kind), f.text);
	assert_int_equal(book_number(&book, SOURCES), sources);
	assert_int_equal(book_number(&book, RUNS), runs);
}

static const char *column(const struct import_tally *t, const char *field)
{
	return json_string_value(json_object_get(t->columns, field));
}

static bool is_unmapped(const struct import_tally *t, const char *name)
{
	json_t *item;
	size_t i;

	json_array_foreach(t->unmapped, i, item)
	{
		if (!strcmp(json_string_value(item), name))
			return true;
	}
	return false;
}

/* A value of a row as later verbs see it. */
static char *value_of(bool people, uint32_t number, const char *field)
{
	auto_roster r = {0};
	struct fault f = {0};

	fine(people ? roster_load_entries(book.ledger, &r, &f)
		    : roster_load_records(book.ledger, &r, &f),
		&f);
	for (size_t i = 0; i < r.count; i++)
		if (r.rows[i].number == number)
			return text_copy(roster_value(&r.rows[i], field));
	fail_msg("no row %u", number);
	return NULL;
}

static void has_value(bool people, uint32_t number, const char *field, const char *value)
{
	auto_text got = value_of(people, number, field);

	if (!got || !value ? got || value : strcmp(got, value) != 0)
		fail_msg("row %u, %s: %s, not %s", number, field, got ? got : "(none)",
			value ? value : "(none)");
}

/* --- columns --- */

static void recognised(void **state)
{
	struct import_tally t;

	(void)state;
	import_fine((struct import_options){.people = true,
			    .file = book_file(&book, "people.csv",
				    "Pay No.,Last Name,Forename,Grade,Duty Type\n"
				    "123,Sample,Jo,PC,nights\n")},
		&t);
	assert_string_equal(column(&t, "pay_number"), "Pay No.");
	assert_string_equal(column(&t, "surname"), "Last Name");
	assert_string_equal(column(&t, "rank"), "Grade");
	assert_int_equal(json_array_size(t.unmapped), 1);
	assert_true(is_unmapped(&t, "Duty Type"));
	assert_int_equal(t.rows, 1);
	assert_int_equal(t.accepted, 1);
	assert_int_equal(t.people, 1);
	import_tally_done(&t);
	has_value(true, 2, "pay_number", "123");
	has_value(true, 2, "Duty Type", "nights");
	has_value(true, 2, "Pay No.", NULL);
}

static const char swapped[] = "surname,Real Name,rank,Job\nWrong,Sample,Wrong,PC\n"
			      "Wrong,,Wrong,\n";

static void map_beats_recognition(void **state)
{
	static const char *const maps[] = {"surname=Real Name", "rank=job"};
	struct import_tally t;

	(void)state;
	import_fine((struct import_options){.file = book_file(&book, "leak.csv", swapped),
			    .maps = maps,
			    .maps_count = 2},
		&t);
	assert_string_equal(column(&t, "surname"), "Real Name");
	assert_string_equal(column(&t, "rank"), "Job");
	assert_true(is_unmapped(&t, "surname"));
	assert_true(is_unmapped(&t, "rank"));
	import_tally_done(&t);
	has_value(false, 2, "surname", "Sample");
	has_value(false, 2, "rank", "PC");
	has_value(
		false, 3, "surname", NULL); /* the loser never stands in for the winner */
	has_value(false, 3, "rank", NULL);
}

static void map_beats_policy(void **state)
{
	static const char *const maps[] = {"surname=C"};
	auto_policy *p = book_policy(
		"{'matching': {'breach': {'surname': 'B', 'rank': 'D', 'unit': 'nowhere'}},"
		" 'levels': [{'name': 's', 'default': true, 'route': 'task'}]}");
	struct import_tally t;

	(void)state;
	import_fine((struct import_options){.file = book_file(&book, "leak.csv",
						    "Surname,B,C,D\na,b,c,d\n"),
			    .maps = maps,
			    .maps_count = 1,
			    .policy = p},
		&t);
	assert_string_equal(column(&t, "surname"), "C");
	assert_string_equal(column(&t, "rank"), "D");
	assert_null(column(&t, "unit"));
	assert_true(is_unmapped(&t, "Surname"));
	assert_true(is_unmapped(&t, "B"));
	import_tally_done(&t);
	has_value(false, 2, "surname", "c");
	has_value(false, 2, "Surname", "a");
}

static void policy_beats_recognition(void **state)
{
	auto_policy *p = book_policy(
		"{'matching': {'people': {'surname': 'b'}},"
		" 'levels': [{'name': 's', 'default': true, 'route': 'task'}]}");
	struct import_tally t;

	(void)state;
	import_fine((struct import_options){.people = true,
			    .file = book_file(&book, "people.csv", "Surname,B\na,b\n"),
			    .policy = p},
		&t);
	assert_string_equal(column(&t, "surname"), "B");
	import_tally_done(&t);
}

/* The second column of a kind keeps its own name, even one that is a field's. */
static void two_columns_of_a_kind(void **state)
{
	struct import_tally t;

	(void)state;
	import_fine(
		(struct import_options){
			.file = book_file(&book, "leak.csv",
				"Pay No,pay_number,Rank,Grade\n1,2,PC,Sgt\n,4,,Insp\n")},
		&t);
	assert_string_equal(column(&t, "pay_number"), "Pay No");
	assert_true(is_unmapped(&t, "pay_number"));
	assert_true(is_unmapped(&t, "Grade"));
	import_tally_done(&t);
	has_value(false, 2, "pay_number", "1");
	has_value(false, 3, "pay_number", NULL);
	has_value(false, 3, "Grade", "Insp");
}

static void wrong_maps(void **state)
{
	static const struct {
		const char *map;
		enum fault_kind kind;
		const char *says;
	} maps[] = {{"surname", FAULT_USAGE, "FIELD=COLUMN"},
		{"=A", FAULT_USAGE, "FIELD=COLUMN"},
		{"surname=", FAULT_USAGE, "FIELD=COLUMN"},
		{"surnme=A", FAULT_USAGE, "surnme"},
		{"victim.surnme=A", FAULT_USAGE, "not a known field"},
		{"surname=C", FAULT_INPUT, "--map surname="}};
	const char *file = book_file(&book, "leak.csv", "A,B\n1,2\n");

	(void)state;
	for (size_t i = 0; i < LENGTH(maps); i++)
		refused(
			(struct import_options){
				.file = file, .maps = &maps[i].map, .maps_count = 1},
			maps[i].kind, maps[i].says);
}

/* --- rows --- */

/* One row that speaks of two people is two records. */
static void several_people_in_a_row(void **state)
{
	static const char *const maps[] = {"victim.name=Caller"};
	struct import_tally t;
	auto_roster r = {0};
	char scratch[ROSTER_NAME];
	struct fault f = {0};

	(void)state;
	import_fine((struct import_options){.file = book_file(&book, "leak.csv",
						    "Case Number,Caller,Suspect Name\n"
						    "C1,Jo Sample,Al Other\n"
						    "C2,,Al Other\n"
						    "C3,,\n"),
			    .maps = maps,
			    .maps_count = 1},
		&t);
	assert_int_equal(t.rows, 3);
	assert_int_equal(t.accepted, 3);
	assert_int_equal(t.records, 4);
	assert_string_equal(column(&t, "suspect.name"), "Suspect Name");
	import_tally_done(&t);
	fine(roster_load_records(book.ledger, &r, &f), &f);
	assert_int_equal(r.count, 4);
	assert_string_equal(roster_row_name(&r.rows[0], scratch), "2/suspect");
	assert_string_equal(roster_row_name(&r.rows[1], scratch), "2/victim");
	assert_null(roster_value(&r.rows[1], "surname"));
	assert_string_equal(roster_value(&r.rows[1], "name"), "Jo Sample");
	assert_string_equal(roster_row_name(&r.rows[2], scratch), "3/suspect");
	assert_string_equal(roster_row_name(&r.rows[3], scratch), "4");
	assert_string_equal(roster_value(&r.rows[3], "case_ref"), "C3");
}

static void rejects(void **state)
{
	struct import_tally t;

	(void)state;
	import_fine(
		(struct import_options){.people = true,
			.file = book_file(&book, "people.csv",
				"Staff ID,Surname,Unit\n1,Sample,A\n2,,B\n3,\x80\xff,C\n"
				"4,Patel,D,E\n5,O'Neill,\n")},
		&t);
	assert_int_equal(t.rows, 5);
	assert_int_equal(t.accepted + t.rejected, t.rows);
	assert_true(t.rejected >= 2);
	assert_non_null(t.rejects[0]);
	assert_non_null(strstr(t.rejects[0], "row 3, surname"));
	for (size_t i = 0; i < t.rejected; i++)
		assert_null(strstr(t.rejects[i], "Patel")); /* never the value */
	assert_int_equal(book_number(&book, REJECTS), (int64_t)t.rejected);
	assert_int_equal(book_number(&book, ENTRIES), (int64_t)t.accepted);
	assert_int_equal(book_number(&book, PEOPLE), (int64_t)t.people);
	import_tally_done(&t);
}

static void many_rejects(void **state)
{
	auto_text_buffer rows = {0};
	struct import_tally t;

	(void)state;
	text_add_string(&rows, "Staff ID,Surname\n1,Sample\n");
	for (int i = 0; i < 3 * IMPORT_REJECTS_SHOWN; i++)
		text_printf(&rows, "%d,\n", i + 2);
	import_fine((struct import_options){.people = true,
			    .file = book_file(&book, "p.csv", rows.bytes)},
		&t);
	assert_int_equal(t.rejected, 3 * IMPORT_REJECTS_SHOWN);
	assert_non_null(t.rejects[IMPORT_REJECTS_SHOWN - 1]);
	assert_int_equal(book_number(&book, REJECTS), 3 * IMPORT_REJECTS_SHOWN);
	import_tally_done(&t);
}

static void people_need_a_name(void **state)
{
	(void)state;
	refused((struct import_options){.people = true,
			.file = book_file(&book, "p.csv", "Staff ID,Unit\n1,A\n")},
		FAULT_INPUT, "surname");
}

static void as_of(void **state)
{
	static const char *const bad[] = {"2023", "yesterday", "2023-02-30", "2023-8-1",
		"2023-08-01T00:00:00Z", ""};
	const char *file = book_file(&book, "p.csv", "Surname\nSample\n");
	struct import_tally t;

	(void)state;
	for (size_t i = 0; i < LENGTH(bad); i++)
		refused(
			(struct import_options){
				.people = true, .file = file, .as_of = bad[i]},
			FAULT_USAGE, "--as-of");
	import_fine(
		(struct import_options){
			.people = true, .file = file, .as_of = "2023-08-01"},
		&t);
	import_tally_done(&t);
	assert_int_equal(
		book_number(&book,
			SQL("SELECT count(*) FROM source WHERE as_of = '2023-08-01'")),
		1);
}

static void protected_people(void **state)
{
	auto_policy *p = book_policy(
		"{'levels': [{'name': 'high', 'route': 'task', 'when': [{'person.unit': {'is': 'SO10'}}]},"
		" {'name': 'standard', 'default': true, 'route': 'task'},"
		" {'name': 'gone', 'route': 'none', 'when': [{'person.status': {'is': 'left'}}]}]}");
	struct import_tally t;

	(void)state;
	import_fine(
		(struct import_options){.people = true,
			.file = book_file(&book, "p.csv",
				"Staff ID,Surname,Unit,Status\n1,Sample,SO10,\n2,Patel,A,left\n"
				"3,O'Neill,A,\n"),
			.policy = p},
		&t);
	assert_int_equal(t.people, 3);
	assert_int_equal(t.protected, 1); /* above the default: not who has left */
	import_tally_done(&t);
}

/* --- files --- */

static void the_same_file_twice(void **state)
{
	struct import_options o = {.people = true,
		.file = book_file(&book, "p.csv",
			"Staff ID,Surname,file,format,encoding,Controller\n1,Sample,a,b,c,d\n2,,,,,\n"),
		.controller = "Another Force"};
	struct import_tally t;

	(void)state;
	import_fine(o, &t);
	assert_false(t.already);
	import_tally_done(&t);
	book_shut(&book);
	book_open(&book, LEDGER_WRITE);
	import_fine(o, &t);
	assert_true(t.already);
	assert_int_equal(t.rows, 2);
	assert_int_equal(t.accepted, 1);
	assert_int_equal(t.rejected, 1);
	assert_int_equal(t.people, 1);
	assert_string_equal(column(&t, "surname"), "Surname");
	import_tally_done(&t);
	assert_int_equal(book_number(&book, SOURCES), 1);
	assert_int_equal(book_number(&book, ENTRIES), 1);
	assert_int_equal(book_number(&book, RUNS), 1);
	o.file = book_file(&book, "copy.csv",
		"Staff ID,Surname,file,format,encoding,Controller\n1,Sample,a,b,c,d\n2,,,,,\n");
	import_fine(o, &t); /* by its bytes, not by its name */
	assert_true(t.already);
	import_tally_done(&t);
}

static void the_same_file_with_other_columns(void **state)
{
	static const char *const maps[] = {"rank=B"};
	struct import_options o = {
		.file = book_file(&book, "leak.csv", "Surname,B\nSample,PC\n")};
	struct import_tally t;

	(void)state;
	import_fine(o, &t);
	import_tally_done(&t);
	o.maps = maps;
	o.maps_count = 1;
	refused(o, FAULT_REFUSED, "with other columns");
	assert_int_equal(book_number(&book, RECORDS), 1);
}

/* A list may be the leak. */
static void one_file_as_both(void **state)
{
	struct import_options o = {
		.file = book_file(&book, "both.csv", "Surname,Rank\nSample,PC\n")};
	struct import_tally t;

	(void)state;
	import_fine(o, &t);
	import_tally_done(&t);
	o.people = true;
	import_fine(o, &t);
	assert_false(t.already);
	import_tally_done(&t);
	assert_int_equal(book_number(&book, ENTRIES), 1);
	assert_int_equal(book_number(&book, RECORDS), 1);
}

static void show_nothing(void *user, const char *what, size_t done, size_t total)
{
	(void)user;
	(void)what;
	(void)done;
	(void)total;
}

static void all_or_nothing(void **state)
{
	const struct progress p = {show_nothing, NULL};
	struct import_tally t;

	(void)state;
	refused((struct import_options){.file = "/nowhere/leak.csv"}, FAULT_INPUT,
		"leak.csv");
	refused((struct import_options){.file = book.dir}, FAULT_INPUT, "incident");
	refused((struct import_options){.file = book_file(&book, "empty.csv", "")},
		FAULT_INPUT, "empty.csv");
	refused(
		(struct import_options){
			.file = book_file(&book, "cut.json",
				"[{\"surname\": \"Sample\"}, {\"surname\"")},
		FAULT_INPUT, "cut.json");
	assert_int_equal(book_number(&book, RECORDS), 0);
	import_fine((struct import_options){.file = book_file(&book, "good.csv",
						    "Surname\nSample\n"),
			    .progress = &p},
		&t); /* after faults all is well */
	assert_int_equal(t.accepted, 1);
	import_tally_done(&t);
}

/* More than one block of rows waits to be written. */
static void many_rows(void **state)
{
	auto_text_buffer rows = {0};
	char words[1500];
	struct import_tally t;

	(void)state;
	memset(words, 'x', sizeof(words) - 1);
	words[sizeof(words) - 1] = '\0';
	text_add_string(&rows, "Surname,About,More\n");
	for (int i = 0; i < 20000; i++)
		text_printf(&rows, "Sample%d,%s,%s\n", i, words, words);
	import_fine((struct import_options){.file = book_file(
						    &book, "large.csv", rows.bytes)},
		&t);
	assert_int_equal(t.accepted, 20000);
	import_tally_done(&t);
	assert_int_equal(book_number(&book, RECORDS), 20000);
	has_value(false, 2, "surname", "Sample0");
	has_value(false, 20001, "surname", "Sample19999");
}

#define EACH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		EACH(recognised),
		EACH(map_beats_recognition),
		EACH(map_beats_policy),
		EACH(policy_beats_recognition),
		EACH(two_columns_of_a_kind),
		EACH(wrong_maps),
		EACH(several_people_in_a_row),
		EACH(rejects),
		EACH(many_rejects),
		EACH(people_need_a_name),
		EACH(as_of),
		EACH(protected_people),
		EACH(the_same_file_twice),
		EACH(the_same_file_with_other_columns),
		EACH(one_file_as_both),
		EACH(all_or_nothing),
		EACH(many_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
