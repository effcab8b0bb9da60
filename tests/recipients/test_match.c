/* SPDX-License-Identifier: MIT */
/*
 * match: one outcome for each record, decisions above it, and who may be told of the
 * leak.
 */
#include "tests/recipients/book.h"

#include "recipients/decision.h"
#include "recipients/match.h"

static struct book book;

#define LIST                                                                             \
	"Pay No,Surname,Forenames,Rank\n1,Sample,Jo,PC\n2,Patel,Ann,Sergeant\n"          \
	"3,O'Neill,Mary,PC\n4,O'Neill,Mary,PC\n5,Castle,Bob,Inspector\n"
#define LEAK                                                                             \
	"Row ID,Pay No,Surname,Forenames,Rank\nR1,1,Sample,Jo,PC\nR2,2,Okafor,Zed,\n"    \
	"R3,,O'Neill,Mary,PC\nR4,,Nobody,Else,PC\nR5,,Castle,Bob,Inspector\n"

/* With others, since on a list of five a different name says little. */
static void import_list(void)
{
	static const char *const starts[] = {
		"Bar", "Cor", "Dal", "Fen", "Gil", "Hol", "Kes", "Lam", "Mor", "Nor"};
	static const char *const ends[] = {
		"by", "combe", "dale", "ham", "ridge", "thorpe"};
	static const char *const names[] = {"Adam", "Beth", "Callum", "Donna", "Esther",
		"Frank", "Gemma", "Harold", "Irene", "Kevin", "Laura"};
	auto_text_buffer rows = {0};

	text_add_string(&rows, LIST);
	for (int i = 0; i < 60; i++)
		text_printf(&rows, "%d,%s%s,%s,%s\n", 100 + i * 7, starts[i % 10],
			ends[i / 10], names[i % 11], i % 5 ? "PC" : "DC");
	book_import(&book, true, rows.bytes);
}

static int set_up(void **state)
{
	(void)state;
	book_make(&book);
	return 0;
}

static int set_up_files(void **state)
{
	(void)state;
	book_make(&book);
	import_list();
	book_import(&book, false, LEAK);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	book_remove(&book);
	return 0;
}

static void match(struct match_tally *t)
{
	struct fault f = {0};

	fine(match_run(book.ledger, NULL, t, &f), &f);
	assert_int_equal(t->rows, t->matched + t->ambiguous + t->possible + t->unmatched);
}

/* What the newest set says of a row of the leak; of a person, by their place in the list.
 */
static void outcome_is(uint32_t number, const char *outcome, const char *reason)
{
	auto_query struct query *q = NULL;
	auto_roster records = {0};
	struct fault f = {0};

	fine(roster_load_records(book.ledger, &records, &f) ||
			ledger_query(book.ledger,
				SQL("SELECT outcome, reason FROM match_now WHERE record_id = :id"),
				&q, &f),
		&f);
	query_bind_int(q, ":id", records.rows[number - 1].id);
	assert_int_equal(query_next(q, &f), 1);
	assert_string_equal(query_text(q, "outcome"), outcome);
	if (reason)
		assert_string_equal(query_text(q, "reason"), reason);
}

static void presence(size_t person, double *probability, double *tellable)
{
	auto_query struct query *q = NULL;
	auto_roster people = {0};
	struct fault f = {0};

	*probability = *tellable = 0;
	fine(roster_load_entries(book.ledger, &people, &f) ||
			ledger_query(book.ledger,
				SQL("SELECT probability, tellable FROM presence_now WHERE person_id = :id"),
				&q, &f),
		&f);
	query_bind_int(q, ":id", people.people[person - 1]);
	if (query_next(q, &f) > 0) {
		*probability = query_real(q, "probability");
		*tellable = query_real(q, "tellable");
	}
}

static void decide(const char *row, const char *person, bool all)
{
	struct fault f = {0};

	fine(decision_row(book.ledger, row, person, all, "Ann Example", "seen", &f), &f);
}

#define SETS SQL("SELECT count(*) FROM match_set")

static void nothing_to_match(void **state)
{
	struct match_tally t;
	struct fault f = {0};

	(void)state;
	assert_int_equal(match_run(book.ledger, NULL, &t, &f), -1);
	assert_int_equal(f.kind, FAULT_REFUSED);
	assert_non_null(strstr(f.text, "import people"));
	book_import(&book, true, LIST);
	assert_int_equal(match_run(book.ledger, NULL, &t, &f), -1);
	assert_int_equal(f.kind, FAULT_REFUSED);
	assert_non_null(strstr(f.text, "import breach"));
	assert_int_equal(book_number(&book, SETS), 0);
}

static void outcomes(void **state)
{
	struct match_tally t;
	double p, tellable;

	(void)state;
	match(&t);
	assert_false(t.unchanged);
	assert_int_equal(t.rows, 5);
	outcome_is(1, "matched", "number and name");
	outcome_is(2, "possible", "conflict");
	outcome_is(3, "ambiguous", "several fit alike");
	outcome_is(4, "unmatched", "nobody agrees");
	outcome_is(5, "matched", "all fields agree");
	assert_int_equal(t.matched, 2);
	assert_int_equal(t.people, 2);
	presence(1, &p, &tellable);
	assert_true(p >= MATCH_CERTAIN && tellable >= MATCH_CERTAIN);
	presence(2, &p, &tellable); /* in conflict: perhaps in the leak, and not told */
	assert_true(p >= LINKAGE_LEAST);
	assert_true(tellable < LINKAGE_LEAST);
	presence(3, &p, &tellable);
	assert_true(tellable > 0.3 && tellable < MATCH_CERTAIN);
}

static void unchanged(void **state)
{
	struct match_tally first, again;
	bool current;
	struct fault f = {0};

	(void)state;
	fine(match_is_current(book.ledger, &current, &f), &f);
	assert_false(current);
	match(&first);
	match(&again);
	assert_true(again.unchanged);
	assert_int_equal(again.matched, first.matched);
	assert_int_equal(again.people, first.people);
	assert_int_equal(again.people_maybe, first.people_maybe);
	assert_int_equal(book_number(&book, SETS), 1);
	book_import(&book, false, "Row ID,Surname\nR9,Else\n");
	fine(match_is_current(book.ledger, &current, &f), &f);
	assert_false(current);
	match(&again);
	assert_false(again.unchanged);
	assert_int_equal(again.rows, first.rows + 1);
	assert_int_equal(book_number(&book, SETS), 2);
}

static void a_person_decides(void **state)
{
	struct match_tally t;
	double p, tellable;

	(void)state;
	match(&t);
	decide("R2", "2", false);
	decide("R3", "4", false);
	match(&t);
	assert_false(t.unchanged);
	outcome_is(2, "matched", "decided by a person");
	outcome_is(3, "matched", "decided by a person");
	presence(2, &p, &tellable);
	assert_true(tellable >= MATCH_CERTAIN);
	presence(4, &p, &tellable);
	assert_true(tellable >= MATCH_CERTAIN);
	presence(3, &p, &tellable); /* it was the other one */
	assert_true(tellable < .01 && p < .01);

	book_import(
		&book, false, "Row ID,Surname\nR9,Else\n"); /* it survives later runs */
	match(&t);
	outcome_is(2, "matched", "decided by a person");
}

static void nobody_and_all(void **state)
{
	struct match_tally t;
	double p, tellable;

	(void)state;
	decide("R1", NULL, false);
	decide("R3", NULL, true);
	decide("R4", NULL, true);
	match(&t);
	outcome_is(1, "unmatched", "decided by a person");
	outcome_is(3, "ambiguous", "decided by a person");
	outcome_is(4, "unmatched", "nobody agrees"); /* all of none decides nothing */
	presence(1, &p, &tellable);
	assert_true(p < .01 && tellable < .01);
	for (size_t i = 3; i < 5; i++) {
		presence(i, &p, &tellable);
		assert_true(tellable > 0.45 && tellable < MATCH_CERTAIN);
	}
}

/* All candidates are told; how likely they are stays what it was. A conflict that is
 * decided so may be told of, as something that may be. */
static void all_stay_as_likely(void **state)
{
	struct match_tally t;
	double before[5], after[5], tellable[5];

	(void)state;
	match(&t);
	outcome_is(2, "possible", "conflict");
	for (size_t i = 0; i < 5; i++)
		presence(i + 1, &before[i], &tellable[i]);
	assert_true(before[1] > .01 && tellable[1] < .001);
	decide("R2", NULL, true);
	decide("R3", NULL, true);
	match(&t);
	outcome_is(2, "ambiguous", "decided by a person");
	for (size_t i = 0; i < 5; i++) {
		presence(i + 1, &after[i], &tellable[i]);
		assert_float_equal(after[i], before[i], 1e-9);
		assert_true(tellable[i] <= after[i] + 1e-9);
	}
	assert_true(tellable[1] > .01 && tellable[1] < MATCH_CERTAIN);
}

static void the_newest_decision_holds(void **state)
{
	struct match_tally t;

	(void)state;
	decide("R1", NULL, false);
	match(&t);
	outcome_is(1, "unmatched", "decided by a person");
	decide("R1", "1", false);
	match(&t);
	outcome_is(1, "matched", "decided by a person");
	decide("R1", "5", false); /* even against all evidence */
	match(&t);
	assert_int_equal(
		book_number(&book,
			SQL("SELECT count(*) FROM candidate_now WHERE probability = 1"
			    " AND record_id IN (SELECT record_id FROM decision)")),
		1);
}

/* More candidates than are listed: nobody means nobody. */
static void nobody_of_very_many(void **state)
{
	auto_text_buffer rows = {0};
	struct match_tally t;

	(void)state;
	text_add_string(&rows, "Staff ID,Surname,Forenames\n");
	for (int i = 0; i < 2 * LINKAGE_CANDIDATES; i++)
		text_printf(&rows, "%d,Alike,Ann\n", i);
	book_import(&book, true, rows.bytes);
	book_import(&book, false, "Row ID,Surname,Forenames\nR1,Alike,Ann\n");
	match(&t);
	assert_int_equal(t.matched, 0);
	assert_int_equal(t.people_maybe, 2 * LINKAGE_CANDIDATES);
	decide("R1", NULL, false);
	match(&t);
	assert_int_equal(t.people + t.people_maybe, 0);
}

static void explained(void **state)
{
	auto_text_buffer out = {0};
	json_t *json = NULL;
	struct fault f = {0};

	(void)state;
	fine(match_explain(book.ledger, NULL, "R1", &out, &json, &f), &f);
	assert_non_null(strstr(out.bytes, "row R1: matched (number and name)"));
	assert_non_null(
		strstr(out.bytes, "pay_number               equal; about 1 of 65"));
	assert_non_null(strstr(out.bytes, "surname"));
	assert_null(strstr(out.bytes, "Sample")); /* no values of people */
	json_decref(json);
	json = NULL;
	decide("R1", NULL, false);
	text_clear(&out);
	fine(match_explain(book.ledger, NULL, "R1", &out, &json, &f), &f);
	assert_non_null(strstr(out.bytes, "A person decided this row"));
	assert_string_equal(json_string_value(json_object_get(json, "row_id")), "R1");
	json_decref(json);
	assert_int_equal(match_explain(book.ledger, NULL, "R77", &out, &json, &f), -1);
	assert_int_equal(f.kind, FAULT_USAGE);
}

static void several_records_of_one(void **state)
{
	struct match_tally t;

	(void)state;
	book_import(&book, true, LIST);
	book_import(&book, false,
		"Row ID,Pay No,Surname\nR1,1,Sample\nR2,1,Sample\nR3,1,Sample\n");
	match(&t);
	assert_int_equal(t.matched, 3);
	assert_int_equal(t.people, 1);
	assert_int_equal(
		book_number(&book,
			SQL("SELECT count(*) FROM presence_now WHERE probability > 1")),
		0);
}

#define EACH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
#define FILES(test) cmocka_unit_test_setup_teardown(test, set_up_files, tear_down)

/* A leaked row that is a case: its people are those who stand in it on the list. */
static void cases(void **state)
{
	struct match_tally t;
	double probability, tellable;

	(void)state;
	book_import(&book, true,
		"person_id,surname,forenames,case_ref,part\n"
		"K1,Alder,Ann,36/001/22,victim\n"
		"K2,Birch,Ben,36/1/22,suspect\n"
		"K1,Alder,Ann,36/2/22,witness\n"
		"K3,Cedar,Cat,36/3/22,victim\n"
		"K4,Dogwood,Dan,,\n");
	book_import(&book, false,
		"case_ref,pieces,part\n36 1 22,6,\n36/2/22,1,\n36/9/22,4,\n36/1/22,2,victim\n");
	match(&t);
	assert_int_equal(t.rows, 4);
	assert_int_equal(t.matched, 3);
	assert_int_equal(t.unmatched, 1);
	assert_int_equal(t.people, 2);
	outcome_is(1, "matched", "parties of the case");
	outcome_is(3, "unmatched", "no such case on the list");
	presence(2, &probability, &tellable);
	assert_true(tellable >= 1);
	presence(3, &probability, &tellable);
	assert_true(probability <= 0);
	assert_int_equal(
		book_number(&book,
			SQL("SELECT count(*) FROM candidate_now WHERE probability = 1")),
		4); /* two, one, none, and the victim alone */
	decide("2", NULL, false);
	match(&t);
	outcome_is(1, "unmatched", "decided by a person");
	assert_int_equal(t.people, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		EACH(nothing_to_match),
		FILES(outcomes),
		FILES(unchanged),
		FILES(a_person_decides),
		FILES(nobody_and_all),
		FILES(all_stay_as_likely),
		FILES(the_newest_decision_holds),
		EACH(nobody_of_very_many),
		FILES(explained),
		EACH(several_records_of_one),
		EACH(cases),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
