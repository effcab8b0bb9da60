/* SPDX-License-Identifier: MIT */
/*
 * linkage: a small force, and for each leaked row who it must be found to be, and why.
 * Rows are written "field=value|field=value". The hard cases are those that real files
 * hold.
 */
#include "recipients/linkage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define NOBODY UINT32_MAX

static void row_read(struct row *r, const char *text)
{
	auto_text copy = text_copy(text);
	char *rest = copy, *field, *value;

	row_clear(r);
	while ((field = strsep(&rest, "|"))) {
		value = strchr(field, '=');
		if (!value)
			continue;
		*value = '\0';
		row_add(r, field, value + 1);
	}
}

static void person_add(struct linkage *l, uint32_t person, const char *text)
{
	auto_row r = {0};
	struct fault f = {0};

	row_read(&r, text);
	assert_int_equal(
		linkage_add_person(l, person, r.packed.bytes, r.packed.length, &f), 0);
}

static void record_add(struct linkage *l, uint32_t record, const char *text)
{
	auto_row r = {0};
	struct fault f = {0};

	row_read(&r, text);
	assert_int_equal(
		linkage_add_record(l, record, r.packed.bytes, r.packed.length, &f), 0);
}

static void run(struct linkage *l)
{
	struct fault f = {0};

	assert_int_equal(linkage_run(l, NULL, NULL, &f), 0);
}

enum {
	JOHN,
	JANE,
	ALIKE_1,
	ALIKE_2,
	FATHER,
	SON,
	ONEILL,
	MCDONALD,
	HYPHEN,
	MARRIED,
	KNOWN,
	TWO_POSTS,
	BANDA,
	INITIALS,
	SPECIAL,
	LUCA,
	SHARED_1,
	SHARED_2,
	FORCE
};

static const struct {
	uint32_t person;
	const char *row;
} force[] = {
	{JOHN, "pay_number=P100001|surname=Smith|forenames=John|middle_names=Andrew|rank=Police Constable|"
	       "vetting=MV|unit=Central South BCU|location=Brixton|email=john.smith@force.example|"
	       "date_of_birth=1975-04-05|postcode=SW1A 1AA"},
	{JANE, "pay_number=P100002|surname=Smith|forenames=Jane|rank=Sergeant|vetting=RV|unit=Custody|"
	       "location=Brixton|email=jane.smith@force.example"},
	{ALIKE_1,
		"pay_number=P100003|surname=Jones|forenames=Jack|rank=PC|vetting=RV|unit=Response|"
		"location=Bow"},
	{ALIKE_2,
		"pay_number=P100004|surname=Jones|forenames=James|rank=PC|vetting=RV|unit=Response|"
		"location=Bow"},
	{FATHER,
		"pay_number=P100005|surname=Patel|forenames=Ravi|rank=Inspector|unit=Response|"
		"location=Ealing|date_of_birth=1961-02-03|postcode=HA1 2AB"},
	{SON, "pay_number=P100006|surname=Patel|forenames=Ravi|rank=PC|unit=Response|location=Ealing|"
	      "date_of_birth=1992-05-06|postcode=HA1 2AB"},
	{ONEILL,
		"pay_number=P100007|surname=O'Neill|forenames=Se\xc3\xa1n|rank=DC|vetting=SC|unit=CID|"
		"location=Newry"},
	{MCDONALD,
		"pay_number=P100008|surname=MacDonald|forenames=Fiona|rank=DS|vetting=DV|unit=CID|"
		"location=Bow"},
	{HYPHEN,
		"pay_number=P100009|surname=Gurung-Ahmed|forenames=Aisha|rank=PC|vetting=RV|"
		"unit=Response|location=Acton"},
	{MARRIED,
		"pay_number=P100010|surname=Baker|former_surname=Cooper|forenames=Susan|rank=PC|"
		"vetting=CTC|unit=Ports|location=Larne"},
	{KNOWN, "pay_number=P100011|surname=Best|forenames=William|middle_names=Robert|known_as=Bobby|"
		"rank=PC|vetting=MV|unit=Roads|location=Lurgan"},
	{TWO_POSTS,
		"pay_number=P100012|surname=Owusu|forenames=Ama|rank=Band C|unit=Custody|location=Bow"},
	{TWO_POSTS,
		"pay_number=P100012|surname=Owusu|forenames=Ama|rank=Special Constable|unit=Response|"
		"location=Acton"},
	{BANDA, "pay_number=P100013|surname=Banda|forenames=Grace|rank=Band A|unit=Finance|location=Bow"},
	{INITIALS,
		"pay_number=P100014|surname=Quill|forenames=Edward|middle_names=Alan|rank=PC|"
		"vetting=RV|unit=Dogs|location=Lewes"},
	{SPECIAL,
		"warrant_number=700001|surname=Constable|forenames=Rex|rank=SC|unit=Response|"
		"location=Acton"},
	{LUCA, "pay_number=P100016|surname=De Luca|forenames=Maria|rank=PC|vetting=MV|unit=Dogs|"
	       "location=Bow"},
	{SHARED_1,
		"pay_number=P100020|surname=Adler|forenames=Ruth|rank=PC|unit=Ports|location=Larne"},
	{SHARED_2,
		"pay_number=P100020|surname=Finch|forenames=Paul|rank=PC|unit=Ports|location=Larne"},
};

static const struct {
	const char *row;
	enum linkage_outcome outcome;
	enum linkage_reason reason;
	uint32_t person; /* the first candidate */
	size_t fit;
} rows[] = {
	/* The number is on the list. */
	{"pay_number=100001|name=John Smith|rank=PC|vetting=MV", LINKAGE_MATCHED,
		LINKAGE_NUMBER_AND_NAME, JOHN, 1},
	{"pay_number=p 0100001|name=SMITH, J A", LINKAGE_MATCHED, LINKAGE_NUMBER_AND_NAME,
		JOHN, 1},
	{"pay_number=100001.0|name=Smyth John", LINKAGE_MATCHED, LINKAGE_NUMBER_AND_NAME,
		JOHN, 1},
	{"pay_number=100001", LINKAGE_MATCHED, LINKAGE_NUMBER_ONLY, JOHN, 1},
	{"pay_number=100001|surname=Smith|rank=Sergeant", LINKAGE_MATCHED,
		LINKAGE_NUMBER_AND_NAME, JOHN, 1},
	{"email=JOHN.SMITH@force.example|surname=Smith", LINKAGE_MATCHED,
		LINKAGE_NUMBER_AND_NAME, JOHN, 1},
	{"pay_number=100010|name=Susan Cooper", LINKAGE_MATCHED, LINKAGE_NUMBER_AND_NAME,
		MARRIED, 1},
	{"pay_number=100011|name=Bobby Best", LINKAGE_MATCHED, LINKAGE_NUMBER_AND_NAME,
		KNOWN, 1},
	{"pay_number=100009|name=Aisha Ahmed", LINKAGE_MATCHED, LINKAGE_NUMBER_AND_NAME,
		HYPHEN, 1},
	{"pay_number=100008|name=Mcdonald Fiona", LINKAGE_MATCHED,
		LINKAGE_NUMBER_AND_NAME, MCDONALD, 1},
	{"service_number=100007|surname=ONEILL|initials=S", LINKAGE_MATCHED,
		LINKAGE_NUMBER_AND_NAME, ONEILL, 1},
	/* Somebody else's number. */
	{"pay_number=100001|name=Maria De Luca", LINKAGE_POSSIBLE, LINKAGE_CONFLICT, LUCA,
		2},
	{"pay_number=100001|name=Maria De Luca|rank=PC|vetting=MV", LINKAGE_POSSIBLE,
		LINKAGE_CONFLICT, LUCA, 2},
	{"pay_number=100001|name=Nobody Else", LINKAGE_POSSIBLE, LINKAGE_CONFLICT, JOHN,
		1},
	{"pay_number=100001|name=Jane Smith|rank=PS", LINKAGE_POSSIBLE, LINKAGE_CONFLICT,
		JANE, 2},
	{"pay_number=100001|email=jane.smith@force.example", LINKAGE_POSSIBLE,
		LINKAGE_CONFLICT, JOHN, 2},
	{"pay_number=100001|email=jane.smith@force.example|name=Jane Smith",
		LINKAGE_POSSIBLE, LINKAGE_CONFLICT, JANE, 2},
	{"pay_number=C100001|name=John Smith|rank=PC", LINKAGE_POSSIBLE,
		LINKAGE_NUMBER_DIFFERS, JOHN, 1},
	/* A number that two people have. */
	{"pay_number=100020|name=Paul Finch", LINKAGE_MATCHED, LINKAGE_NUMBER_AND_NAME,
		SHARED_2, 1},
	{"pay_number=100020|rank=PC", LINKAGE_AMBIGUOUS, LINKAGE_SHARED_NUMBER, SHARED_1,
		2},
	/* A number that nobody has. */
	{"pay_number=100091|name=John Smith|rank=PC|vetting=MV", LINKAGE_POSSIBLE,
		LINKAGE_NUMBER_DIFFERS, JOHN, 1},
	{"pay_number=555555|name=John Smith|rank=PC|vetting=MV", LINKAGE_POSSIBLE,
		LINKAGE_NUMBER_DIFFERS, JOHN, 1},
	{"pay_number=555555|name=Rex Constable|rank=SC", LINKAGE_MATCHED,
		LINKAGE_ALL_FIELDS, SPECIAL, 1},
	{"pay_number=555555", LINKAGE_UNMATCHED, LINKAGE_NOBODY, NOBODY, 0},
	{"pay_number=n/a|name=John Smith|rank=PC", LINKAGE_MATCHED, LINKAGE_ALL_FIELDS,
		JOHN, 1},
	/* All fields. */
	{"name=SMITH, John|rank=Con|vetting=Management Vetting", LINKAGE_MATCHED,
		LINKAGE_ALL_FIELDS, JOHN, 1},
	{"name=PC John Smith|unit=Central South", LINKAGE_MATCHED, LINKAGE_ALL_FIELDS,
		JOHN, 1},
	{"name=John Smith|rank=Sergeant", LINKAGE_UNMATCHED, LINKAGE_NOBODY, NOBODY, 0},
	{"name=John Smith|unit=Custody", LINKAGE_UNMATCHED, LINKAGE_NOBODY, NOBODY, 0},
	{"surname=SMITH|initials=J|rank=PC|location=brixton police station",
		LINKAGE_MATCHED, LINKAGE_ALL_FIELDS, JOHN, 1},
	{"surname=Smith|initials=JB|rank=PC", LINKAGE_UNMATCHED, LINKAGE_NOBODY, NOBODY,
		0},
	{"surname=Smith|forenames=John|date_of_birth=5/4/75|postcode=sw1a1aa",
		LINKAGE_MATCHED, LINKAGE_ALL_FIELDS, JOHN, 1},
	{"surname=Smith|forenames=John|date_of_birth=04/05/1975", LINKAGE_UNMATCHED,
		LINKAGE_NOBODY, NOBODY, 0},
	{"surname=Smith|forenames=John|date_of_birth=27489|postcode=SW1A",
		LINKAGE_MATCHED, LINKAGE_ALL_FIELDS, JOHN, 1},
	{"surname=JONES|initials=J|rank=PC|unit=Response|location=Bow", LINKAGE_AMBIGUOUS,
		LINKAGE_SEVERAL, ALIKE_1, 2},
	{"surname=JONES|forenames=James|rank=PC|unit=Response", LINKAGE_MATCHED,
		LINKAGE_ALL_FIELDS, ALIKE_2, 1},
	{"name=Ravi Patel|rank=PC", LINKAGE_MATCHED, LINKAGE_ALL_FIELDS, SON, 1},
	{"name=Ravi Patel|postcode=HA1 2AB", LINKAGE_AMBIGUOUS, LINKAGE_SEVERAL, FATHER,
		2},
	{"surname=\xc3\x93 N\xc3\x89ILL|initials=S|rank=D/C", LINKAGE_MATCHED,
		LINKAGE_ALL_FIELDS, ONEILL, 1},
	{"surname=ONEILL|initials=S|rank=Detective Constable", LINKAGE_MATCHED,
		LINKAGE_ALL_FIELDS, ONEILL, 1},
	{"surname=ONEILL|initials=S|rank=PC", LINKAGE_UNMATCHED, LINKAGE_NOBODY, NOBODY,
		0},
	{"name=Se\xc3\x83\xc2\xa1n O\xc3\xa2\xe2\x82\xac\xe2\x84\xa2Neill|rank=DC",
		LINKAGE_MATCHED, LINKAGE_ALL_FIELDS, ONEILL, 1},
	{"name=Fiona Mc Donald|rank=Det Sgt", LINKAGE_MATCHED, LINKAGE_ALL_FIELDS,
		MCDONALD, 1},
	{"name=GURUNG AHMED, Aisha|rank=PC", LINKAGE_MATCHED, LINKAGE_ALL_FIELDS, HYPHEN,
		1},
	{"surname=Cooper|initials=S|rank=PC|location=Larne", LINKAGE_MATCHED,
		LINKAGE_ALL_FIELDS, MARRIED, 1},
	{"surname=Best|initials=B|rank=PC", LINKAGE_MATCHED, LINKAGE_ALL_FIELDS, KNOWN,
		1},
	{"surname=Best|initials=WR|rank=PC", LINKAGE_MATCHED, LINKAGE_ALL_FIELDS, KNOWN,
		1},
	{"surname=Owusu|initials=A|rank=Band C|unit=Custody", LINKAGE_MATCHED,
		LINKAGE_ALL_FIELDS, TWO_POSTS, 1},
	{"surname=Owusu|initials=A|rank=SC|unit=Response", LINKAGE_MATCHED,
		LINKAGE_ALL_FIELDS, TWO_POSTS, 1},
	{"surname=Owusu|initials=A|rank=SC|unit=Custody", LINKAGE_UNMATCHED,
		LINKAGE_NOBODY, NOBODY, 0},
	{"name=Banda Grace|rank=A", LINKAGE_MATCHED, LINKAGE_ALL_FIELDS, BANDA, 1},
	{"name=Band A Grace Banda", LINKAGE_MATCHED, LINKAGE_ALL_FIELDS, BANDA, 1},
	{"name=Quill EA|rank=PC", LINKAGE_MATCHED, LINKAGE_ALL_FIELDS, INITIALS, 1},
	{"name=E Quill|rank=PC", LINKAGE_MATCHED, LINKAGE_ALL_FIELDS, INITIALS, 1},
	{"name=De Luca Maria|rank=PC", LINKAGE_MATCHED, LINKAGE_ALL_FIELDS, LUCA, 1},
	{"name=Rex Constable|rank=SC", LINKAGE_MATCHED, LINKAGE_ALL_FIELDS, SPECIAL, 1},
	/* Too little. */
	{"surname=Quill", LINKAGE_POSSIBLE, LINKAGE_TOO_LITTLE, INITIALS, 1},
	{"surname=Quill|rank=PC|unit=Dogs", LINKAGE_POSSIBLE, LINKAGE_TOO_LITTLE,
		INITIALS, 1},
	{"surname=Quill|initials=E", LINKAGE_POSSIBLE, LINKAGE_TOO_LITTLE, INITIALS, 1},
	{"name=Edward Quill", LINKAGE_MATCHED, LINKAGE_ALL_FIELDS, INITIALS, 1},
	{"name=PC Jones|location=Bow", LINKAGE_AMBIGUOUS, LINKAGE_SEVERAL, ALIKE_1, 2},
	{"rank=PC", LINKAGE_UNMATCHED, LINKAGE_NOBODY, NOBODY, 0},
	{"forenames=John|rank=PC|unit=Central South BCU|location=Brixton",
		LINKAGE_UNMATCHED, LINKAGE_NOBODY, NOBODY, 0},
	{"row_id=17|text=John Smith", LINKAGE_UNMATCHED, LINKAGE_NOTHING, NOBODY, 0},
	{"", LINKAGE_UNMATCHED, LINKAGE_NOTHING, NOBODY, 0},
};

static void people_add(struct linkage *l)
{
	for (size_t i = 0; i < LENGTH(force); i++)
		person_add(l, force[i].person, force[i].row);
}

static struct linkage *force_linked(bool people_first)
{
	struct linkage *l = linkage_new();

	if (people_first)
		people_add(l);
	for (size_t i = 0; i < LENGTH(rows); i++)
		record_add(l, (uint32_t)i, rows[i].row);
	if (!people_first)
		people_add(l);
	run(l);
	return l;
}

static void check_hard_cases(const struct linkage *l)
{
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct linkage_result r;
		double sum = 0;

		linkage_result(l, (uint32_t)i, &r);
		if (r.outcome != rows[i].outcome || r.reason != rows[i].reason ||
			r.fit != rows[i].fit ||
			(r.count && r.candidates[0].person != rows[i].person))
			fail_msg("%s: %s, %s, %zu fit, person %u", rows[i].row,
				linkage_outcome_name(r.outcome),
				linkage_reason_text(r.reason), r.fit,
				r.count ? r.candidates[0].person : NOBODY);
		assert_int_equal(r.count, r.fit);
		for (size_t k = 0; k < r.count; k++) {
			assert_true(r.candidates[k].probability >= LINKAGE_LEAST);
			assert_true(!k || r.candidates[k].probability <=
						  r.candidates[k - 1].probability);
			sum += r.candidates[k].probability;
		}
		assert_true(sum <= 1 + 1e-9);
		if (r.outcome == LINKAGE_MATCHED)
			assert_true(sum >= LINKAGE_THRESHOLD && r.count == 1);
		if (r.outcome == LINKAGE_AMBIGUOUS)
			assert_true(r.count > 1 && sum > 1 - 1e-9);
	}
}

static void hard_cases(void **state)
{
	auto_linkage *people_first = force_linked(true),
		     *records_first = force_linked(false);

	(void)state;
	check_hard_cases(people_first);
	check_hard_cases(records_first);
}

static void sides_in_turn(void **state)
{
	auto_linkage *l = linkage_new();
	auto_row r = {0};
	struct fault f = {0};

	(void)state;
	record_add(l, 0, "surname=Hart|service_number=1234");
	person_add(l, 0, "surname=Hart|forenames=Ann|warrant_number=1234");
	row_read(&r, "surname=Hart");
	assert_int_equal(
		linkage_add_record(l, 1, r.packed.bytes, r.packed.length, &f), -1);
	assert_int_equal(f.kind, FAULT_INTERNAL);
}

static void people_in_the_leak(void **state)
{
	auto_linkage *l = linkage_new();
	struct linkage_result r;

	(void)state;
	assert_true(linkage_person(l, 0) == 0);
	person_add(l, 0, "surname=Jones|forenames=Jack|rank=PC");
	person_add(l, 1, "surname=Jones|forenames=James|rank=PC");
	person_add(l, 2, "surname=Hart|forenames=Ann|rank=PC");
	person_add(l, 3, "surname=Reed|forenames=Tim|rank=PC");
	record_add(l, 0, "surname=Jones|initials=J|rank=PC");
	record_add(l, 1, "surname=Jones|initials=J|rank=PC");
	record_add(l, 5, "name=Ann Hart|rank=PC");
	run(l);
	assert_float_equal(linkage_person(l, 0), 0.75, 1e-9);
	assert_float_equal(linkage_person(l, 1), 0.75, 1e-9);
	assert_true(linkage_person(l, 2) >= 0.99);
	assert_true(linkage_person(l, 3) == 0);
	assert_true(linkage_person(l, 4000) == 0);
	linkage_result(l, 3, &r); /* never added */
	assert_int_equal(r.outcome, LINKAGE_UNMATCHED);
	assert_int_equal(r.reason, LINKAGE_NOTHING);
	linkage_result(l, 4000, &r);
	assert_int_equal(r.count, 0);
}

static void many_candidates_are_cut(void **state)
{
	auto_linkage *l = linkage_new();
	struct linkage_result r;

	(void)state;
	for (uint32_t i = 0; i < 100; i++)
		person_add(l, 99 - i, "surname=Smith|forenames=John|rank=PC");
	record_add(l, 0, "surname=Smith|initials=J|rank=PC");
	run(l);
	linkage_result(l, 0, &r);
	assert_int_equal(r.outcome, LINKAGE_AMBIGUOUS);
	assert_int_equal(r.fit, 100);
	assert_int_equal(r.count, LINKAGE_CANDIDATES);
	for (uint32_t k = 0; k < r.count; k++) {
		assert_int_equal(r.candidates[k].person, k);
		assert_float_equal(r.candidates[k].probability, 0.01, 1e-9);
	}
	for (uint32_t i = 0; i < 100; i++)
		assert_float_equal(linkage_person(l, i), 0.01, 1e-9);
}

/* More namesakes than are compared one by one: another field finds those who matter. */
static void many_namesakes(void **state)
{
	auto_linkage *l = linkage_new();
	struct linkage_result r;
	char row[128];

	(void)state;
	for (uint32_t i = 0; i < 300; i++) {
		(void)snprintf(row, sizeof(row),
			"surname=Smith|forenames=John|rank=%s|unit=Unit %u",
			i % 2 ? "PC" : "DC", i);
		person_add(l, i, row);
	}
	person_add(l, 300, "surname=Smith|forenames=Jack|rank=PC");
	record_add(l, 0, "surname=Smith|initials=J|rank=PC|unit=unit 7");
	record_add(l, 1, "surname=Smith|initials=J|rank=DC|unit=unit 8");
	record_add(l, 2, "surname=Smith|initials=J|rank=DC|unit=unit 7");
	record_add(l, 3, "surname=Smith|initials=J|rank=PC");
	run(l);
	linkage_result(l, 0, &r);
	assert_int_equal(r.outcome, LINKAGE_AMBIGUOUS);
	assert_int_equal(r.fit, 2);
	assert_int_equal(r.candidates[0].person, 7);
	assert_int_equal(r.candidates[1].person, 300);
	linkage_result(l, 1, &r);
	assert_int_equal(r.outcome, LINKAGE_MATCHED);
	assert_int_equal(r.candidates[0].person, 8);
	linkage_result(l, 2, &r);
	assert_int_equal(r.outcome, LINKAGE_UNMATCHED);
	linkage_result(l, 3, &r);
	assert_int_equal(r.fit, 151);
}

static void threshold(void **state)
{
	auto_linkage *l = linkage_new();
	struct linkage_settings s = {.threshold = 0.9995};
	struct linkage_result r;
	struct fault f = {0};

	(void)state;
	person_add(l, 0, "pay_number=1001|surname=Hart|forenames=Ann|rank=PC");
	record_add(l, 0, "name=Ann Hart|rank=PC");
	record_add(l, 1, "pay_number=1001|name=Ann Hart|rank=PC");
	assert_int_equal(linkage_run(l, &s, NULL, &f), 0);
	linkage_result(l, 0, &r);
	assert_int_equal(r.outcome, LINKAGE_POSSIBLE);
	assert_int_equal(r.reason, LINKAGE_ALL_FIELDS);
	linkage_result(l, 1, &r);
	assert_int_equal(r.outcome, LINKAGE_MATCHED);
}

static void second_forename_where_the_list_has_none(void **state)
{
	auto_linkage *l = linkage_new();
	struct linkage_result r;

	(void)state;
	person_add(l, 0, "surname=Hart|forenames=Ann|rank=PC");
	person_add(l, 1, "surname=Reed|forenames=Tim|rank=PC");
	record_add(l, 0, "name=Ann Louise Hart|rank=PC");
	run(l);
	linkage_result(l, 0, &r);
	assert_int_equal(r.outcome, LINKAGE_MATCHED);
}

static void unknown_columns(void **state)
{
	auto_linkage *l = linkage_new();
	struct linkage_result r;

	(void)state;
	person_add(l, 0, "surname=Hart|forenames=Ann|Shift Team=Blue|Only Here=1");
	person_add(l, 1, "surname=Hart|forenames=Alma|Shift Team=Red");
	record_add(l, 0, "surname=Hart|initials=A|shift_team=red |#row=7|only there=9");
	record_add(l, 1, "surname=Hart|initials=A|shift_team=green");
	run(l);
	linkage_result(l, 0, &r);
	assert_int_equal(r.outcome, LINKAGE_MATCHED);
	assert_int_equal(r.candidates[0].person, 1);
	linkage_result(l, 1, &r);
	assert_int_equal(r.outcome, LINKAGE_UNMATCHED);
}

static void explanations(void **state)
{
	auto_linkage *l = linkage_new();
	auto_text_buffer out = {0};

	(void)state;
	person_add(l, 0,
		"pay_number=10012345|surname=Secretname|forenames=Ann|rank=PC|unit=Ports|gender=F");
	record_add(l, 0,
		"pay_number=10012845|name=A Secretname|rank=DC|unit=ports|location=Bow");
	run(l);
	linkage_explain(l, 0, 0, &out);
	assert_string_equal(text_string(&out), "surname: agrees\n"
					       "forenames: initials agree\n"
					       "pay_number: differs by a typing error\n"
					       "rank: differs\n"
					       "unit: agrees\n"
					       "location: only in the record\n");
	text_clear(&out);
	linkage_explain(l, 7, 0, &out);
	linkage_explain(l, 0, 7, &out);
	assert_string_equal(text_string(&out), "");
}

static void limits(void **state)
{
	auto_linkage *l = linkage_new();
	auto_row r = {0};
	struct fault f = {0};
	char name[16];

	(void)state;
	assert_int_equal(linkage_add_person(l, LINKAGE_LIMIT, NULL, 0, &f), -1);
	assert_int_equal(f.kind, FAULT_INPUT);
	for (int i = 0; i < 200; i++) {
		(void)snprintf(name, sizeof(name), "column %d", i);
		row_add(&r, name, "x");
	}
	assert_int_equal(
		linkage_add_record(l, 0, r.packed.bytes, r.packed.length, &f), -1);
	assert_int_equal(f.kind, FAULT_INPUT);
	assert_non_null(strstr(f.text, "128"));
}

static void nobody_at_all(void **state)
{
	auto_linkage *l = linkage_new(), *none = NULL;
	struct linkage_result r;

	(void)state;
	record_add(l, 0, "name=Ann Hart|pay_number=12345|rank=PC");
	run(l);
	linkage_result(l, 0, &r);
	assert_int_equal(r.outcome, LINKAGE_UNMATCHED);
	linkage_free(none);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hard_cases),
		cmocka_unit_test(sides_in_turn),
		cmocka_unit_test(people_in_the_leak),
		cmocka_unit_test(many_candidates_are_cut),
		cmocka_unit_test(many_namesakes),
		cmocka_unit_test(threshold),
		cmocka_unit_test(second_forename_where_the_list_has_none),
		cmocka_unit_test(unknown_columns),
		cmocka_unit_test(explanations),
		cmocka_unit_test(limits),
		cmocka_unit_test(nobody_at_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
