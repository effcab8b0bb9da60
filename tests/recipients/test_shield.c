/* SPDX-License-Identifier: MIT */
/*
 * shield: a file of references, and who is meant by it as lists come and go. What it
 * makes of a person's route, and that nobody's name is written, is tried from outside.
 */
#include "tests/recipients/book.h"

#include "recipients/roster.h"
#include "recipients/shield.h"
#include "recipients/source.h"

static struct book book;

#define LIST                                                                             \
	"person_id,surname,forenames,pay_number,warrant_number,email,email_personal\n"   \
	"A1,Smith,John,P1001,W77,j.smith@force.example,\n"                               \
	"A2,O'Neill,Mary,P1002,W78,mary@force.example,Mary.O@home.example\n"             \
	"A3,Castle,Ann,P1003,,ann@force.example,\n"

static int set_up(void **state)
{
	(void)state;
	book_make(&book);
	book_import(&book, true, LIST);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	book_remove(&book);
	return 0;
}

static int try(const char *rows, struct shield_tally *t, struct fault *f)
{
	auto_text name = text_format("shield-%zu.csv", book.paths_count);
	const struct shield_options o = {.file = book_file(&book, name, rows)};

	return shield_import(book.ledger, &o, t, f);
}

/* The people whom it shields. */
static size_t shield(const char *rows)
{
	struct shield_tally t;
	struct fault f = {0};
	size_t people;

	fine(try(rows, &t, &f), &f);
	people = t.people;
	assert_int_equal(t.rows, t.accepted + t.rejected);
	shield_tally_done(&t);
	book_shut(&book);
	book_open(&book, LEDGER_WRITE);
	return people;
}

static void refused(const char *rows, enum fault_kind kind, const char *says)
{
	struct shield_tally t;
	struct fault f = {0};

	assert_int_equal(try(rows, &t, &f), -1);
	if (f.kind != kind || !strstr(f.text, says))
		fail_msg("%s: %s", fault_kind_name(f.kind), f.text);
	shield_tally_done(&t);
}

/* The reference of the person whom the list calls so; "" if they are not shielded. */
static const char *reference_of(const char *id, char out[64])
{
	auto_roster people = {0};
	auto_shields *shields = NULL;
	char scratch[ROSTER_NAME];
	const char *reference = NULL;
	struct fault f = {0};

	fine(roster_load_entries(book.ledger, &people, &f) ||
			shields_load(book.ledger, &shields, &f),
		&f);
	for (size_t i = 0; i < people.people_count; i++)
		if (!strcmp(roster_person_name(&people, i, scratch), id))
			reference = shields_reference(shields, people.people[i]);
	(void)snprintf(out, 64, "%s", reference ? reference : "");
	return out;
}

static void expect(const char *id, const char *reference)
{
	char out[64];

	assert_string_equal(reference_of(id, out), reference);
}

static size_t waiting(void)
{
	struct fault f = {0};
	json_t *list;
	size_t count;

	fine(shield_waiting(book.ledger, &list, &f), &f);
	count = json_array_size(list);
	json_decref(list);
	return count;
}

static void withdraw(int64_t number)
{
	struct source_withdrawal w;
	struct fault f = {0};

	fine(source_withdraw(book.ledger, number, "Ann", "wrong", &w, &f), &f);
	json_decref(w.about);
	book_shut(&book);
	book_open(&book, LEDGER_WRITE);
}

static void by_number(void **state)
{
	(void)state;
	assert_int_equal(
		shield("Reference,Pay No\nR-1,P1001\nR-2,1002\nR-3, p 1003 \n"), 3);
	expect("A1", "R-1");
	expect("A2", "R-2");
	expect("A3", "R-3");
	assert_int_equal(waiting(), 0);
}

/* A number of another kind is another number, and so is another prefix. */
static void of_its_kind(void **state)
{
	(void)state;
	assert_int_equal(
		shield("Reference,Warrant No\nR-1,P1001\nR-2,W78\nR-3,X77\n"), 1);
	expect("A1", "");
	expect("A2", "R-2");
	assert_int_equal(waiting(), 2);
}

static void by_address(void **state)
{
	(void)state;
	assert_int_equal(
		shield("Reference,Email\nR-1,J.SMITH@Force.Example\nR-2,mary.o@home.example\n"),
		2);
	expect("A1", "R-1");
	expect("A2", "R-2"); /* their private one: an address is an address */
}

static void of_any_kind(void **state)
{
	(void)state;
	assert_int_equal(
		shield("ref,identifier\nR-1,W77\nR-2,mary@force.example\nR-3,a3\nR-4,nobody\n"),
		3);
	expect("A3", "R-3");
	assert_int_equal(waiting(), 1);
}

static void several(void **state)
{
	struct shield_tally t;
	struct fault f = {0};

	(void)state;
	book_import(&book, true,
		"person_id,surname,forenames,pay_number\nB1,Okafor,Zed,1001\n");
	fine(try("Reference,Pay No\nR-1,P1001\n", &t, &f), &f);
	assert_int_equal(t.people, 2);
	assert_int_equal(t.several, 1);
	shield_tally_done(&t);
	expect("A1", "R-1");
	expect("B1", "R-1");
	assert_int_equal(waiting(), 1); /* a human should look */
}

static void later_lists(void **state)
{
	(void)state;
	assert_int_equal(shield("Reference,Pay No\nR-7,P1007\n"), 0);
	assert_int_equal(waiting(), 1);
	book_import(&book, true,
		"person_id,surname,forenames,pay_number\nA7,Winter,Eve,P1007\n");
	expect("A7", "R-7");
	assert_int_equal(waiting(), 0);
	withdraw(3); /* the list that had them */
	assert_int_equal(waiting(), 1);
	withdraw(2); /* the shield */
	assert_int_equal(waiting(), 0);
}

/* Its reference says who it is, but nobody knew that when it was kept: shielded all the
 * same. */
static void a_telling_reference_that_waited(void **state)
{
	(void)state;
	assert_int_equal(shield("Reference,Pay No\nWinter-7,P1007\n"), 0);
	book_import(&book, true,
		"person_id,surname,forenames,pay_number\nA7,Winter,Eve,P1007\n");
	expect("A7", "Winter-7");
}

static void withdrawn_and_newer(void **state)
{
	static const char rows[] = "Reference,Pay No\nR-1,P1001\n";

	(void)state;
	assert_int_equal(shield(rows), 1);
	assert_int_equal(shield("Reference,Pay No\nNEW-1,P1001\n"), 1);
	expect("A1", "NEW-1");
	withdraw(3);
	expect("A1", "R-1");
	withdraw(2);
	expect("A1", "");
	assert_int_equal(shield(rows), 1); /* the same bytes again */
	expect("A1", "R-1");
}

static void bad_rows(void **state)
{
	static const struct {
		const char *row, *says;
	} bad[] = {{",P1001", "no reference"}, {"R-1,", "no identifier"},
		{"P1001,P1001", "is the identifier"},
		{"Smith 4,P1001", "a name or a number"}, {"X-W77,P1001", "ok"},
		{"unit-P1001-b,P1001", "a name or a number"},
		{"j.smith@force.example,P1001", "a name or a number"},
		{"0123456789012345678901234567890123456789012345678901234567890123456,P1001",
			"64 bytes"}};

	(void)state;
	for (size_t i = 0; i < LENGTH(bad); i++) {
		auto_text rows =
			text_format("Reference,Pay No\nOK-1,P1003\n%s\n", bad[i].row);
		struct shield_tally t;
		struct fault f = {0};

		fine(try(rows, &t, &f), &f);
		if (!strcmp(bad[i].says, "ok")) { /* short numbers are everywhere */
			assert_int_equal(t.rejected, 0);
		} else {
			assert_int_equal(t.rejected, 1);
			assert_non_null(strstr(t.rejects[0], bad[i].says));
			assert_non_null(strstr(t.rejects[0], "row 3"));
			assert_null(strstr(t.rejects[0], "1001"));
		}
		shield_tally_done(&t);
	}
}

static void one_identifier_two_references(void **state)
{
	struct shield_tally t;
	struct fault f = {0};

	(void)state;
	fine(try("Reference,Pay No\nR-1,P1001\nR-2,P1001\nR-3,P1003\nR-3,P1003\n", &t,
		     &f),
		&f);
	assert_int_equal(t.rejected, 1);
	assert_non_null(strstr(t.rejects[0], "row 3"));
	assert_int_equal(t.people, 2);
	shield_tally_done(&t);
	expect("A1", "R-1");
}

static void what_does_not_belong(void **state)
{
	(void)state;
	refused("Reference,Pay No,Surname\nR,P1001,x\n", FAULT_INPUT, "'Surname'");
	refused("Reference,Pay No,Colour\nR,P1001,x\n", FAULT_INPUT, "'Colour'");
	refused("Reference,Pay No,Email\nR,P1001,a@b.example\n", FAULT_INPUT,
		"one identifier");
	refused("Pay No\nP1001\n", FAULT_INPUT, "references");
	refused("Reference\nR\n", FAULT_INPUT, "identifier");
	refused("Reference,Pay No\n", FAULT_INPUT, "no rows");
	refused("Reference,Pay No\n,P1001\n", FAULT_INPUT, "no row can be used");
	assert_int_equal(book_number(&book, SQL("SELECT count(*) FROM source")), 1);
	assert_int_equal(book_number(&book, SQL("SELECT count(*) FROM shield")), 0);
}

static void found_by_reference(void **state)
{
	auto_shields *shields = NULL;
	struct fault f = {0};
	int64_t person;

	(void)state;
	(void)shield("Reference,Pay No\nRaven-1,P1001\nTwo,P1002\nTwo,P1003\n");
	fine(shields_load(book.ledger, &shields, &f), &f);
	assert_int_equal(shields_count(shields), 3);
	assert_int_equal(shields_find(shields, "RAVEN-1", &person), 1);
	assert_string_equal(shields_reference(shields, person), "Raven-1");
	assert_int_equal(shields_find(shields, "two", &person), 2);
	assert_int_equal(shields_find(shields, "A1", &person), 0);
	assert_null(shields_reference(shields, 12345));
}

static void sealed(void **state)
{
	(void)state;
	(void)shield("Reference,Pay No\nRaven-1,P1001\n");
	assert_int_equal(
		book_number(&book,
			SQL("SELECT count(*) FROM shield WHERE instr(said_sealed, CAST('Raven' AS BLOB)) > 0")),
		0);
	assert_int_equal(
		book_number(&book, SQL("SELECT count(*) FROM person_shielded")), 1);
}

#define EACH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		EACH(by_number),
		EACH(of_its_kind),
		EACH(by_address),
		EACH(of_any_kind),
		EACH(several),
		EACH(later_lists),
		EACH(a_telling_reference_that_waited),
		EACH(withdrawn_and_newer),
		EACH(bad_rows),
		EACH(one_identifier_two_references),
		EACH(what_does_not_belong),
		EACH(found_by_reference),
		EACH(sealed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
