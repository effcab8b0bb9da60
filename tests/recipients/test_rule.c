/* SPDX-License-Identifier: MIT */
/*
 * rule: what each test says of values present, missing, odd; what a rule may not say.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "recipients/rule.h"

/* The rule's JSON is lost with `root`, so that stays with it. */
struct made {
	json_t *root;
	struct facts_book book;
	struct rule *rule;
};

static void made_done(struct made *m)
{
	rule_free(m->rule);
	facts_book_done(&m->book);
	json_decref(m->root);
}
#define auto_made __attribute__((cleanup(made_done))) struct made

static int make_rule(const char *json, struct made *m, struct fault *f)
{
	static const char aliases[] = "{\"CTC\": \"SO15\", \"UC1\": \"Payroll\"}";
	auto_json *names = NULL;
	size_t strings = 0;

	assert_int_equal(config_parse("aliases", aliases, strlen(aliases), &names, f), 0);
	assert_int_equal(
		facts_book_aliases(&m->book, config_root(names, "aliases"), f), 0);
	if (config_parse("rule.json", json, strlen(json), &m->root, f))
		return -1;
	return rule_parse(
		config_root(m->root, "rule.json"), &m->book, &strings, &m->rule, f);
}

/* "unit=SO15;rank=PC" */
static void make_row(struct row *r, const char *fields)
{
	auto_text copy = text_copy(fields);
	char *rest = copy, *value;
	const char *name;

	while ((value = strsep(&rest, ";"))) {
		name = strsep(&value, "=");
		assert_non_null(value);
		row_add(r, name, value);
	}
}

static bool holds(const struct made *m, const char *person, const char *record,
	const struct facts *rest)
{
	auto_facts_row person_row = {0}, record_row = {0};
	auto_row p = {0}, r = {0};
	struct facts facts = *rest;

	if (person) {
		make_row(&p, person);
		facts_row_read(&person_row, &m->book, FACTS_PERSON, p.packed.bytes,
			p.packed.length);
		facts.person = &person_row;
	}
	if (record) {
		make_row(&r, record);
		facts_row_read(&record_row, &m->book, FACTS_RECORD, r.packed.bytes,
			r.packed.length);
		facts.record = &record_row;
	}
	return rule_holds(m->rule, &facts);
}

static const struct {
	const char *rule, *person, *record;
	bool holds;
} cases[] = {
	/* is */
	{"{\"person.rank\": {\"is\": \"pc\"}}", "rank=PC", NULL, true},
	{"{\"person.rank\": {\"is\": \" P C \"}}", "rank=p  c", NULL, true},
	{"{\"person.rank\": {\"is\": \"PC\"}}", "rank=PCSO", NULL, false},
	{"{\"person.rank\": {\"is\": \"PC\"}}", "unit=PC", NULL, false},
	{"{\"person.surname\": {\"is\": \"ZOË\"}}", "surname=Zoe\xcc\x88", NULL, true},
	{"{\"person.surname\": {\"is\": \"ZOË\"}}", "surname=Zoe", NULL, false},
	/* in, not_in */
	{"{\"person.unit\": {\"in\": [\"SO18\", \"SO15\", \"SO20\"]}}", "unit=so15", NULL,
		true},
	{"{\"person.unit\": {\"in\": [\"SO18\", \"SO15\", \"SO20\"]}}", "unit=so1", NULL,
		false},
	{"{\"person.unit\": {\"in\": [\"SO18\", \"SO15\"]}}", "rank=PC", NULL, false},
	{"{\"person.unit\": {\"not_in\": [\"SO18\"]}}", "unit=so18", NULL, false},
	{"{\"person.unit\": {\"not_in\": [\"SO18\"]}}", "unit=so15", NULL, true},
	{"{\"person.unit\": {\"not_in\": [\"SO18\"]}}", "rank=PC", NULL, true},
	/* units by their other names, on either side */
	{"{\"person.unit\": {\"is\": \"SO15\"}}", "unit=CTC", NULL, true},
	{"{\"person.unit\": {\"is\": \"ctc\"}}", "unit=SO15", NULL, true},
	{"{\"person.unit\": {\"in\": [\"ctc\"]}}", "unit=Ctc", NULL, true},
	{"{\"person.unit\": {\"not_in\": [\"CTC\"]}}", "unit=SO15", NULL, false},
	{"{\"record.unit\": {\"is\": \"SO15\"}}", NULL, "unit=CTC", true},
	{"{\"person.location\": {\"is\": \"SO15\"}}", "location=CTC", NULL, false},
	{"{\"person.unit\": {\"matches\": \"uc*\"}}", "unit=UC1", NULL, true},
	{"{\"person.unit\": {\"matches\": \"pay*\"}}", "unit=UC1", NULL, true},
	{"{\"person.unit\": {\"contains\": \"uc\"}}", "unit=UC1", NULL, true},
	{"{\"person.unit\": {\"contains\": \"roll\"}}", "unit=UC1", NULL, true},
	/* contains, matches */
	{"{\"person.role\": {\"contains\": \"COVERT\"}}", "role=Covert ops", NULL, true},
	{"{\"person.role\": {\"contains\": [\"x\", \"ops\"]}}", "role=Covert ops", NULL,
		true},
	{"{\"person.role\": {\"contains\": [\"x\", \"y\"]}}", "role=Covert ops", NULL,
		false},
	{"{\"person.role\": {\"contains\": \"*\"}}", "role=Covert ops", NULL, false},
	{"{\"person.role\": {\"contains\": \"a\"}}", "rank=a", NULL, false},
	{"{\"person.role\": {\"matches\": \"COV*\"}}", "role=Covert ops", NULL, true},
	{"{\"person.role\": {\"matches\": \"ops\"}}", "role=Covert ops", NULL, false},
	{"{\"person.role\": {\"matches\": [\"a*\", \"*O?S\"]}}", "role=Covert ops", NULL,
		true},
	{"{\"person.role\": {\"matches\": \"*\"}}", "rank=x", NULL, false},
	/* present, missing */
	{"{\"person.role\": {\"present\": true}}", "role=x", NULL, true},
	{"{\"person.role\": {\"present\": true}}", "role= ", NULL, false},
	{"{\"person.role\": {\"missing\": true}}", "rank=x", NULL, true},
	{"{\"person.role\": {\"missing\": true}}", "role=x", NULL, false},
	/* numbers and dates */
	{"{\"person.salary\": {\"at_least\": 40000}}", "salary=£40,000.00", NULL, true},
	{"{\"person.salary\": {\"at_least\": 40000}}", "salary=39999.99", NULL, false},
	{"{\"person.salary\": {\"below\": 40000}}", "salary=39999.99", NULL, true},
	{"{\"person.salary\": {\"below\": 40000}}", "salary=40000", NULL, false},
	{"{\"person.salary\": {\"below\": 40000}}", "salary=none", NULL, false},
	{"{\"person.salary\": {\"at_least\": 40000}}", "salary=none", NULL, false},
	{"{\"person.salary\": {\"below\": 40000}}", "rank=x", NULL, false},
	{"{\"person.salary\": {\"at_least\": 10, \"below\": 20}}", "salary=15", NULL,
		true},
	{"{\"person.salary\": {\"at_least\": 10, \"below\": 20}}", "salary=20", NULL,
		false},
	{"{\"person.date_of_birth\": {\"at_least\": \"2008-06-01\"}}",
		"date_of_birth=2008-06-01", NULL, true},
	{"{\"person.date_of_birth\": {\"at_least\": \"2008-06-01\"}}",
		"date_of_birth=31/05/2008", NULL, false},
	{"{\"person.date_of_birth\": {\"below\": \"2008-06-01\"}}",
		"date_of_birth=31 May 2008", NULL, true},
	{"{\"person.date_of_birth\": {\"below\": \"2008-06-01\"}}", "date_of_birth=soon",
		NULL, false},
	/* all of a rule, on one entry and one record */
	{"{\"person.unit\": {\"is\": \"SO15\"}, \"person.rank\": {\"is\": \"PC\"}}",
		"unit=SO15;rank=PC", NULL, true},
	{"{\"person.unit\": {\"is\": \"SO15\"}, \"person.rank\": {\"is\": \"PC\"}}",
		"unit=SO15;rank=PS", NULL, false},
	{"{\"person.unit\": {\"in\": [\"a\", \"b\"], \"not_in\": [\"b\"]}}", "unit=A",
		NULL, true},
	{"{\"person.unit\": {\"in\": [\"a\", \"b\"], \"not_in\": [\"b\"]}}", "unit=B",
		NULL, false},
	{"{\"person.unit\": {\"is\": \"a\"}, \"record.rank\": {\"is\": \"PC\"}}",
		"unit=a", "rank=PC", true},
	{"{\"person.unit\": {\"is\": \"a\"}, \"record.rank\": {\"is\": \"PC\"}}",
		"unit=a;rank=PC", "unit=a", false},
	/* nobody, nothing: no condition on it holds, not even a negative one */
	{"{\"person.unit\": {\"not_in\": [\"a\"]}}", NULL, "unit=b", false},
	{"{\"person.unit\": {\"missing\": true}}", NULL, "unit=b", false},
	{"{\"record.unit\": {\"missing\": true}}", "unit=b", NULL, false},
	{"{\"record.rank\": {\"is\": \"PC\"}}", NULL, "rank=pc", true},
	{"{\"person.unit\": {\"is\": \"a\"}, \"record.rank\": {\"is\": \"PC\"}}",
		"unit=a", NULL, false},
	/* columns of one's own, by exact header */
	{"{\"person.Duty Type\": {\"is\": \"nights\"}}", "Duty Type=NIGHTS", NULL, true},
	{"{\"person.Duty Type\": {\"is\": \"nights\"}}", "duty type=NIGHTS", NULL, false},
	{"{\"person.column:duty_type\": {\"is\": \"nights\"}}", "duty_type=nights", NULL,
		true},
	{"{\"person.column:Grade\": {\"is\": \"c\"}}", "Grade=C", NULL, true},
	/* nothing known beside the rows */
	{"{\"shielded\": {\"is\": true}}", "rank=x", NULL, false},
	{"{\"shielded\": {\"is\": false}}", "rank=x", NULL, true},
	{"{\"exposed\": {\"contains\": \"address\"}}", "rank=x", NULL, false},
	{"{\"exposed\": {\"not_in\": [\"address\"]}}", "rank=x", NULL, true},
	{"{\"exposed\": {\"missing\": true}}", "rank=x", NULL, true},
	{"{\"findability\": {\"below\": 3}}", "rank=x", NULL, false},
	{"{\"findability\": {\"missing\": true}}", "rank=x", NULL, true},
};

static void test_holds(void **state)
{
	static const struct facts nothing = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct fault f = {0};
		auto_made m = {0};

		if (make_rule(cases[i].rule, &m, &f))
			fail_msg("%s: %s", cases[i].rule, f.text);
		if (holds(&m, cases[i].person, cases[i].record, &nothing) !=
			cases[i].holds)
			fail_msg("case %zu: %s", i, cases[i].rule);
	}
}

static void test_beside_the_rows(void **state)
{
	static const char *const kinds[] = {"address", "pay_number", "photo"};
	static const struct facts known = {
		.exposed = kinds, .exposed_count = 3, .shielded = true, .findability = 2};
	static const struct {
		const char *rule;
		bool holds;
	} table[] = {
		{"{\"shielded\": {\"is\": true}}", true},
		{"{\"shielded\": {\"is\": false}}", false},
		{"{\"exposed\": {\"contains\": \"address\"}}", true},
		{"{\"exposed\": {\"contains\": \"Home Address\"}}", true},
		{"{\"exposed\": {\"contains\": \"Pay No.\"}}", true},
		{"{\"exposed\": {\"contains\": \"addr\"}}", false},
		{"{\"exposed\": {\"contains\": [\"salary\", \"PHOTO\"]}}", true},
		{"{\"exposed\": {\"in\": [\"salary\", \"photo\"]}}", true},
		{"{\"exposed\": {\"in\": [\"salary\"]}}", false},
		{"{\"exposed\": {\"not_in\": [\"salary\"]}}", true},
		{"{\"exposed\": {\"not_in\": [\"salary\", \"photo\"]}}", false},
		{"{\"exposed\": {\"matches\": \"pay*\"}}", true},
		{"{\"exposed\": {\"matches\": \"sal*\"}}", false},
		{"{\"exposed\": {\"present\": true}}", true},
		{"{\"exposed\": {\"missing\": true}}", false},
		{"{\"exposed\": {\"contains\": \"photo\", \"not_in\": [\"address\"]}}",
			false},
		{"{\"findability\": {\"is\": 2}}", true},
		{"{\"findability\": {\"is\": 3}}", false},
		{"{\"findability\": {\"below\": 3}}", true},
		{"{\"findability\": {\"below\": 2}}", false},
		{"{\"findability\": {\"at_least\": 2}}", true},
		{"{\"findability\": {\"at_least\": 2.5}}", false},
		{"{\"findability\": {\"present\": true}}", true},
		{"{\"findability\": {\"missing\": true}}", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		struct fault f = {0};
		auto_made m = {0};

		if (make_rule(table[i].rule, &m, &f))
			fail_msg("%s: %s", table[i].rule, f.text);
		if (holds(&m, NULL, NULL, &known) != table[i].holds)
			fail_msg("%s", table[i].rule);
	}
}

static void test_describe(void **state)
{
	static const struct {
		const char *rule, *words;
	} table[] = {
		{"{\"person.unit\": {\"in\": [\"SO15\", \"SO1\"]}, \"record.rank\": {\"present\": true}}",
			"person.unit is one of SO15, SO1 and record.rank is present"},
		{"{\"person.unit\": {\"in\": [\"a\", \"b\", \"c\", \"d\", \"e\"]}}",
			"person.unit is one of 5 units"},
		{"{\"person.rank\": {\"not_in\": [\"a\", \"b\", \"c\", \"d\", \"e\"]}}",
			"person.rank is none of 5 values"},
		{"{\"person.rank\": {\"in\": [\"PC\"], \"not_in\": [\"PS\"]}}",
			"person.rank is PC and person.rank is not PS"},
		{"{\"person.rank\": {\"matches\": [\"*c\", \"*s\"]}}",
			"person.rank matches one of *c, *s"},
		{"{\"person.rank\": {\"contains\": \"P\"}}", "person.rank contains P"},
		{"{\"person.salary\": {\"at_least\": 1500.5}}",
			"person.salary is at least 1500.5"},
		{"{\"person.date_of_birth\": {\"below\": \"2008-06-01\"}}",
			"person.date_of_birth is below 2008-06-01"},
		{"{\"shielded\": {\"is\": true}, \"findability\": {\"below\": 3}}",
			"shielded is true and findability is below 3"},
		{"{\"exposed\": {\"missing\": true}}", "exposed is missing"},
		{"{\"person.Duty\\u001b Type\": {\"is\": \"x\"}}",
			"person.Duty? Type is x"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		auto_text_buffer out = {0};
		struct fault f = {0};
		auto_made m = {0};

		if (make_rule(table[i].rule, &m, &f))
			fail_msg("%s: %s", table[i].rule, f.text);
		rule_describe(m.rule, &out);
		assert_string_equal(out.bytes, table[i].words);
	}
}

static const struct {
	const char *rule, *fault;
} broken[] = {
	{"[]", ": is not an object of conditions"},
	{"{}", ": has no condition"},
	/* subjects */
	{"{\"unit\": {\"is\": \"a\"}}",
		": unit: is none of person.FIELD, record.FIELD, exposed"},
	{"{\"exposd\": {\"in\": [\"a\"]}}", "findability; did you mean exposed?"},
	{"{\"Person.unit\": {\"is\": \"a\"}}", ": Person.unit: is none of person.FIELD"},
	{"{\"person.\": {\"is\": \"a\"}}", ": person.: unknown field"},
	{"{\"person.untt\": {\"is\": \"a\"}}",
		": person.untt: unknown field; did you mean unit?"},
	{"{\"person.rnk\": {\"is\": \"a\"}}",
		": person.rnk: unknown field; did you mean rank?"},
	{"{\"person.Unit\": {\"is\": \"a\"}}",
		": person.Unit: unknown field; did you mean unit?"},
	{"{\"person.Grade\": {\"is\": \"a\"}}",
		": person.Grade: unknown field; did you mean rank?"},
	{"{\"record.Pay No.\": {\"is\": \"a\"}}",
		": record.Pay No.: unknown field; did you mean pay_number?"},
	{"{\"record.shoe_size\": {\"is\": \"a\"}}",
		": record.shoe_size: unknown field; a column of your"},
	{"{\"person.column:\": {\"is\": \"a\"}}", ": person.column:: no column is named"},
	/* tests */
	{"{\"person.unit\": \"a\"}",
		": person.unit: is a bare value; write {\"is\": ...}"},
	{"{\"shielded\": true}", ": shielded: is a bare value; write {\"is\": ...}"},
	{"{\"person.unit\": [\"a\"]}", ": person.unit: is a list; write {\"in\": [...]}"},
	{"{\"person.unit\": {}}", ": person.unit: has no test"},
	{"{\"person.unit\": {\"iss\": \"a\"}}",
		": person.unit.iss: unknown test; did you mean is?"},
	{"{\"person.unit\": {\"notin\": [\"a\"]}}",
		": person.unit.notin: unknown test; did you mean not_in?"},
	{"{\"person.unit\": {\"like\": \"a\"}}", ": person.unit.like: unknown test"},
	{"{\"shielded\": {\"in\": [\"a\"]}}",
		": shielded.in: cannot be asked of shielded"},
	{"{\"exposed\": {\"is\": \"a\"}}", ": exposed.is: cannot be asked of exposed"},
	{"{\"findability\": {\"matches\": \"1*\"}}",
		": findability.matches: cannot be asked of findability"},
	/* what stands behind them */
	{"{\"person.unit\": {\"is\": 15}}", ": person.unit.is: is a number, not text"},
	{"{\"person.unit\": {\"is\": [\"a\"]}}", ": person.unit.is: is a list, not text"},
	{"{\"person.unit\": {\"is\": \"\"}}", ": person.unit.is: is empty"},
	{"{\"person.unit\": {\"is\": \"\xe2\x80\x8b\"}}", ": person.unit.is: is empty"},
	{"{\"person.unit\": {\"in\": \"a\"}}", ": person.unit.in: is text, not a list"},
	{"{\"person.unit\": {\"in\": []}}", ": person.unit.in: is an empty list"},
	{"{\"person.unit\": {\"not_in\": []}}", ": person.unit.not_in: is an empty list"},
	{"{\"person.unit\": {\"in\": [\"a\", null]}}",
		": person.unit.in[1]: is null, not text"},
	{"{\"person.unit\": {\"in\": [\"a\", \" \"]}}", ": person.unit.in[1]: is empty"},
	{"{\"person.unit\": {\"contains\": 7}}",
		": person.unit.contains: is neither a text nor a list"},
	{"{\"person.unit\": {\"contains\": []}}",
		": person.unit.contains: is an empty list"},
	{"{\"person.unit\": {\"matches\": \"a[b\"}}",
		": person.unit.matches: has a [ that is not closed"},
	{"{\"person.unit\": {\"matches\": [\"a\", \"b\\\\\"]}}",
		": person.unit.matches[1]: ends in a \\"},
	{"{\"person.unit\": {\"present\": false}}",
		": person.unit.present: is false; write {\"missing\""},
	{"{\"person.unit\": {\"missing\": false}}",
		": person.unit.missing: is false; write {\"present\""},
	{"{\"person.unit\": {\"present\": \"yes\"}}",
		": person.unit.present: is text, not true or false"},
	{"{\"person.salary\": {\"at_least\": \"40000\"}}",
		": person.salary.at_least: is not a date"},
	{"{\"person.salary\": {\"below\": true}}",
		": person.salary.below: is not a number or a date"},
	{"{\"person.date_of_birth\": {\"below\": \"2026-02-30\"}}",
		"below: is not a date such as"},
	{"{\"person.date_of_birth\": {\"below\": \"0926-02-20\"}}",
		"below: is not a date between"},
	{"{\"findability\": {\"below\": \"2026-02-20\"}}",
		": findability.below: is not a number"},
	{"{\"findability\": {\"is\": -1}}", ": findability.is: is not between 0"},
	{"{\"shielded\": {\"is\": 1}}", ": shielded.is: is a number, not true or false"},
};

static void test_broken(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(broken) / sizeof(*broken); i++) {
		struct fault f = {0};
		auto_made m = {0};

		assert_int_equal(make_rule(broken[i].rule, &m, &f), -1);
		if (!strstr(f.text, broken[i].fault))
			fail_msg("%s: \"%s\", wanted \"%s\"", broken[i].rule, f.text,
				broken[i].fault);
		assert_int_equal(f.kind, FAULT_CONFIG);
		assert_null(m.rule);
	}
}

static void test_limits(void **state)
{
	auto_text_buffer many = {0}, long_text = {0};
	struct fault f = {0};
	auto_made m = {0}, n = {0}, o = {0};

	(void)state;
	text_add_string(&many, "{");
	for (int i = 0; i <= RULE_MAX_CONDITIONS; i++)
		text_printf(
			&many, "%s\"person.Own %d\": {\"is\": \"a\"}", i ? "," : "", i);
	text_add_string(&many, "}");
	assert_int_equal(make_rule(many.bytes, &m, &f), -1);
	assert_non_null(
		strstr(f.text, "person.Own 32.is: over 32 tests in one rule, the limit"));

	text_clear(&many);
	text_add_string(&many, "{\"person.unit\": {\"in\": [\"a\"");
	for (int i = 0; i < RULE_MAX_STRINGS - 1; i++)
		text_printf(&many, ",\"%d\"", i);
	text_add_string(&many, "], \"not_in\": [\"b\"]}}");
	assert_int_equal(make_rule(many.bytes, &n, &f), -1);
	assert_non_null(
		strstr(f.text, "not_in: over 10000 texts in all rules, the limit"));

	text_add_string(&long_text, "{\"person.unit\": {\"is\": \"");
	for (int i = 0; i <= FACTS_MAX_CHARACTERS; i++)
		text_add_string(&long_text, "é");
	text_add_string(&long_text, "\"}}");
	assert_int_equal(make_rule(long_text.bytes, &o, &f), -1);
	assert_non_null(strstr(f.text, "is: has 201 characters; the limit is 200"));
}

/* A list of any length is found through, from its first to its last. */
static void test_long_lists(void **state)
{
	static const struct facts nothing = {0};

	(void)state;
	for (int count = 1; count < 70; count += 3) {
		auto_text_buffer json = {0};
		struct fault f = {0};
		auto_made m = {0};

		text_add_string(&json, "{\"person.location\": {\"in\": [");
		for (int i = 0; i < count; i++)
			text_printf(&json, "%s\"Station %d\"", i ? "," : "", i * 37 % 71);
		text_add_string(&json, "]}}");
		assert_int_equal(make_rule(json.bytes, &m, &f), 0);
		for (int i = 0; i < 71; i++) {
			auto_text person =
				text_format("location=STATION  %d", i * 37 % 71);

			assert_int_equal(holds(&m, person, NULL, &nothing), i < count);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_holds),
		cmocka_unit_test(test_beside_the_rows),
		cmocka_unit_test(test_describe),
		cmocka_unit_test(test_broken),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_long_lists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
