/* SPDX-License-Identifier: MIT */
/*
 * presume: who is presumed to be in the leak, and when that ends. That they are told so
 * is tried from outside.
 */
#include "tests/recipients/book.h"

#include "recipients/match.h"
#include "recipients/presume.h"
#include "recipients/source.h"

static struct book book;
static struct policy *policy;

#define LIST                                                                             \
	"person_id,surname,forenames,unit\nA1,Smith,John,Custody\nA2,O'Neill,Mary,CTC\n" \
	"A3,Castle,Ann,Custody\n"

static int set_up(void **state)
{
	(void)state;
	book_make(&book);
	policy = book_policy(
		"{'unit_aliases':{'CTC':'SO15'},'levels':[{'name':'top','when':[{'record.unit':{'is':'x'}}],"
		"'route':'task'},{'name':'mid','when':[{'person.unit':{'is':'x'}}],'route':'task'},"
		"{'name':'all','route':'mail','template':'notice/staff','default':true}]}");
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	policy_free(policy);
	book_remove(&book);
	return 0;
}

static int64_t presume(const char *where, const char *as_of, bool already)
{
	const struct presume_options o = {
		.where = where, .as_of = as_of, .policy = policy};
	struct presume_tally t;
	struct fault f = {0};

	fine(presume_import(book.ledger, &o, &t, &f), &f);
	assert_int_equal(t.already, already);
	book_shut(&book);
	book_open(&book, LEDGER_WRITE);
	return t.people;
}

static void refused(
	const char *where, const char *as_of, enum fault_kind kind, const char *says)
{
	const struct presume_options o = {
		.where = where, .as_of = as_of, .policy = policy};
	struct presume_tally t;
	struct fault f = {0};

	assert_int_equal(presume_import(book.ledger, &o, &t, &f), -1);
	if (f.kind != kind || !strstr(f.text, says))
		fail_msg("%s: %s", fault_kind_name(f.kind), f.text);
	assert_int_equal(
		book_number(
			&book, SQL("SELECT count(*) FROM source WHERE kind = 'breach'")),
		0);
}

static int64_t counted(void)
{
	struct fault f = {0};
	int64_t n;

	fine(presume_count(book.ledger, policy, &n, &f), &f);
	return n;
}

static bool stands(void)
{
	struct fault f = {0};
	bool yes;

	fine(presume_stands(book.ledger, &yes, &f), &f);
	return yes;
}

static bool alone(void)
{
	struct fault f = {0};
	bool yes;

	fine(presume_alone(book.ledger, &yes, &f), &f);
	return yes;
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

static void needs_a_list(void **state)
{
	(void)state;
	refused(NULL, NULL, FAULT_REFUSED, "import people");
	assert_false(stands());
	assert_int_equal(counted(), 0);
}

static void everyone(void **state)
{
	(void)state;
	book_import(&book, true, LIST);
	assert_int_equal(presume(NULL, NULL, false), 3);
	assert_int_equal(presume(NULL, NULL, true), 3);
	assert_true(stands());
	assert_true(alone());
	assert_int_equal(counted(), 3);
	/* Whoever is on the lists when it is asked. */
	book_import(&book, true, "person_id,surname,forenames\nA4,New,Ned\n");
	assert_int_equal(counted(), 4);
}

static void some(void **state)
{
	(void)state;
	book_import(&book, true, LIST);
	assert_int_equal(
		presume("{\"person.unit\": {\"is\": \"custody\"}}", NULL, false), 2);
	assert_int_equal(
		presume("{ \"person.unit\":{\"is\":\"custody\"} }", NULL, true), 2);
	assert_int_equal(
		presume("{\"person.unit\": {\"is\": \"SO15\"}}", NULL, false), 1);
	assert_int_equal(counted(), 3); /* either */
	assert_int_equal(
		presume("{\"person.unit\": {\"is\": \"Nowhere\"}}", NULL, false), 0);
}

static void wrong_words(void **state)
{
	(void)state;
	book_import(&book, true, LIST);
	refused("nothing", NULL, FAULT_USAGE, "--where");
	refused("[]", NULL, FAULT_USAGE, "--where");
	refused("{}", NULL, FAULT_USAGE, "--where");
	refused("{\"person.untt\": {\"is\": \"x\"}}", NULL, FAULT_USAGE, "person.untt");
	refused("{\"record.unit\": {\"is\": \"x\"}}", NULL, FAULT_USAGE, "record.unit");
	refused("{\"exposed\": {\"contains\": \"name\"}}", NULL, FAULT_USAGE, "exposed");
	refused(NULL, "soon", FAULT_USAGE, "--as-of");
	refused(NULL, "2023-02-30", FAULT_USAGE, "--as-of");
	refused(NULL, "2023-02-03T00:00:00Z", FAULT_USAGE, "--as-of");
}

static void lists_by_day(void **state)
{
	(void)state;
	book_import(&book, true, LIST);
	assert_int_equal(
		presume(NULL, "2001-01-01", false), 3); /* the only one there is */
	assert_int_equal(counted(), 3);
}

static void until_rows_come(void **state)
{
	(void)state;
	book_import(&book, true, LIST);
	(void)presume(NULL, NULL, false);
	book_import(&book, false, "Surname,Forenames\nSmith,John\n");
	assert_false(stands());
	assert_false(alone());
	assert_int_equal(counted(), 0);
	assert_int_equal(presume(NULL, NULL, false), 3); /* more is missing */
	assert_true(stands());
	assert_false(alone());
	withdraw(4);
	assert_false(stands());
	withdraw(3); /* the rows: what was presumed before them counts again */
	assert_true(stands());
	withdraw(2);
	assert_false(stands());
	assert_int_equal(presume(NULL, NULL, false), 3);
}

static void nothing_to_match(void **state)
{
	struct match_tally t;
	struct fault f = {0};
	bool current;

	(void)state;
	book_import(&book, true, LIST);
	assert_int_equal(match_run(book.ledger, NULL, &t, &f), -1);
	assert_int_equal(f.kind, FAULT_REFUSED);
	(void)presume(NULL, NULL, false);
	fine(match_is_current(book.ledger, &current, &f), &f);
	assert_true(current); /* nobody has to wait for it */
	fine(match_run(book.ledger, NULL, &t, &f), &f);
	assert_true(t.presumed);
	assert_int_equal(t.rows, 0);
	assert_int_equal(t.people, 0);
}

static void levels_over_records(void **state)
{
	(void)state;
	assert_int_equal(presume_blind_levels(policy), 1);
}

#define EACH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		EACH(needs_a_list),
		EACH(everyone),
		EACH(some),
		EACH(wrong_words),
		EACH(lists_by_day),
		EACH(until_rows_come),
		EACH(nothing_to_match),
		EACH(levels_over_records),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
