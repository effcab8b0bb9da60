/* SPDX-License-Identifier: MIT */
/*
 * columns: whose field a column is, and how many records a row is. That headers are
 * recognised is test_field.c's, what import makes of it test_import.c's.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "recipients/columns.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static const char *const header[] = {"Crime Ref", "Offence", "Place", "Status",
	"Victim Name", "Victim DOB", "Suspect Name", "Suspect Type", "V Phone"};

static void map(struct columns *c, const char *const *names, size_t count,
	const char *const *maps, size_t maps_count)
{
	const struct columns_wish w = {
		.file = "leak.csv", .maps = maps, .maps_count = maps_count};
	struct fault f = {0};

	if (columns_map(c, names, count, &w, &f))
		fail_msg("%s", f.text);
}

/* "name=value;" of one record. */
static void record_is(const struct columns *c, size_t party, const char *const *values,
	const char *wanted)
{
	auto_row row = {0};
	auto_text_buffer got = {0};
	const char *name = NULL, *value;

	columns_pack(c, party, values, &row);
	while (row_next(&row, &name, &value))
		text_printf(&got, "%s=%s;", name, value);
	assert_string_equal(text_string(&got), wanted);
}

static void a_row_of_two(void **state)
{
	static const char *const values[] = {"36/1/21", "Affray", "Park", "open",
		"Jo Sample", "2001-02-03", "Al Other", "known", ""};
	static const char *const nobody[] = {
		"36/2/21", "Theft", "", "", "", "", "", "unknown", ""};
	struct columns c;
	size_t parties[COLUMNS_PARTIES];

	(void)state;
	map(&c, header, LENGTH(header), NULL, 0);
	assert_int_equal(columns_records(&c, values, parties), 2);
	record_is(&c, parties[0], values,
		"#part=victim;part=victim;case_ref=36/1/21;offence=Affray;Place=Park;"
		"Status=open;name=Jo Sample;date_of_birth=2001-02-03;");
	record_is(&c, parties[1], values,
		"#part=suspect;part=suspect;case_ref=36/1/21;offence=Affray;Place=Park;"
		"Status=open;name=Al Other;Suspect Type=known;");
	assert_int_equal(columns_records(&c, nobody, parties), 1);
	record_is(&c, parties[0], nobody, "case_ref=36/2/21;offence=Theft;");
	columns_done(&c);
}

static void by_word(void **state)
{
	static const char *const maps[] = {"victim.phone=V Phone", "location=Place",
		"complainant.name=Suspect Name"};
	static const char *const values[] = {"36/1/21", "Affray", "Park", "open",
		"Jo Sample", "", "Al Other", "known", "07700 900001"};
	struct columns c;
	size_t parties[COLUMNS_PARTIES];
	json_t *columns, *unmapped;

	(void)state;
	map(&c, header, LENGTH(header), maps, LENGTH(maps));
	/* The suspect has no column left that says who it is. */
	assert_int_equal(columns_records(&c, values, parties), 2);
	record_is(&c, parties[0], values,
		"#part=victim;part=victim;case_ref=36/1/21;offence=Affray;location=Park;Status=open;"
		"name=Jo Sample;phone=07700 900001;");
	record_is(&c, parties[1], values,
		"#part=complainant;part=complainant;case_ref=36/1/21;offence=Affray;location=Park;"
		"Status=open;name=Al Other;");
	columns_tally(&c, &columns, &unmapped);
	assert_string_equal(
		json_string_value(json_object_get(columns, "victim.phone")), "V Phone");
	assert_string_equal(
		json_string_value(json_object_get(columns, "location")), "Place");
	assert_null(json_object_get(columns, "suspect.name"));
	assert_int_equal(json_array_size(unmapped), 2); /* Status, Suspect Type */
	json_decref(columns);
	json_decref(unmapped);
	columns_done(&c);
}

/* Columns without a part that name a human make a record of their own. */
static void one_more(void **state)
{
	static const char *const names[] = {
		"Ref", "Name", "Collar No", "Unit", "Victim Name"};
	static const char *const both[] = {"R7", "Sam Constable", "AB12", "Patrol",
		"Jo Sample"},
				 *const one[] = {"R8", "", "", "Patrol", "Jo Sample"};
	struct columns c;
	size_t parties[COLUMNS_PARTIES];

	(void)state;
	map(&c, names, LENGTH(names), NULL, 0);
	assert_int_equal(columns_records(&c, both, parties), 2);
	record_is(&c, parties[0], both,
		"row_id=R7;name=Sam Constable;collar_number=AB12;unit=Patrol;");
	record_is(&c, parties[1], both,
		"#part=victim;part=victim;row_id=R7/victim;name=Jo Sample;");
	assert_int_equal(columns_records(&c, one, parties), 1);
	assert_int_equal(parties[0], 1);
	columns_done(&c);
}

/* Without a victim, a witness or a suspect an officer's name is a name. */
static void no_parts(void **state)
{
	static const char *const names[] = {"Officer Name", "Rank", "surname", "#row"};
	static const char *const values[] = {"Jo Sample", "PC", "Sample", "x"};
	struct columns c;
	size_t parties[COLUMNS_PARTIES];
	auto_row about = {0};

	(void)state;
	map(&c, names, LENGTH(names), NULL, 0);
	assert_int_equal(columns_records(&c, values, parties), 1);
	record_is(&c, parties[0], values,
		"name=Jo Sample;rank=PC;surname=Sample;column:#row=x;");
	columns_describe(&c, &about);
	assert_string_equal(row_value(&about, "name"), "Officer Name");
	assert_true(columns_feed(&c, "rank"));
	assert_false(columns_feed(&c, "unit"));
	columns_done(&c);
}

static void refusals(void **state)
{
	static const struct {
		const char *map, *says;
		bool people;
		enum fault_kind kind;
	} cases[] = {
		{"victim.surname=Place", "one human in a row", true, FAULT_USAGE},
		{"victim.surnam=Place", "not a known field", false, FAULT_USAGE},
		{".surname=Place", "name of a part", false, FAULT_USAGE},
		{"7.surname=Place", "name of a part", false, FAULT_USAGE},
		{"a.b.surname=Place", "not a known field", false, FAULT_USAGE},
		{"victim.surname=Nowhere", "no column", false, FAULT_INPUT},
		{"victim.surname", "PART.FIELD=COLUMN", false, FAULT_USAGE},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		const struct columns_wish w = {.file = "leak.csv",
			.people = cases[i].people,
			.maps = &cases[i].map,
			.maps_count = 1};
		struct columns c;
		struct fault f = {0};

		assert_int_equal(columns_map(&c, header, LENGTH(header), &w, &f), -1);
		if (f.kind != cases[i].kind || !strstr(f.text, cases[i].says))
			fail_msg("%s: %s", cases[i].map, f.text);
		columns_done(&c);
	}
}

static void too_many_parts(void **state)
{
	char words[COLUMNS_PARTIES][32];
	const char *maps[COLUMNS_PARTIES];
	const struct columns_wish w = {
		.file = "leak.csv", .maps = maps, .maps_count = COLUMNS_PARTIES};
	struct columns c;
	struct fault f = {0};

	(void)state;
	for (size_t i = 0; i < COLUMNS_PARTIES; i++) {
		(void)snprintf(words[i], sizeof(words[i]), "p%zux.name=Place", i);
		maps[i] = words[i];
	}
	assert_int_equal(columns_map(&c, header, 4, &w, &f), -1);
	assert_non_null(strstr(f.text, "at most 16"));
	columns_done(&c);
}

static void by_policy(void **state)
{
	json_t *policy = json_pack(
		       "{s:s,s:s}", "victim.name", "Place", "surname", "Nowhere"),
	       *wrong = json_pack("{s:s}", "victim.nam", "Place");
	struct columns_wish w = {.file = "leak.csv", .policy = policy};
	struct columns c;
	struct fault f = {0};

	(void)state;
	assert_int_equal(columns_map(&c, header, 4, &w, &f), 0);
	assert_int_equal(c.parties_count, 2);
	assert_string_equal(c.parties[1].fields[2], "name");
	columns_done(&c);
	w.policy = wrong;
	assert_int_equal(columns_map(&c, header, 4, &w, &f), -1);
	assert_int_equal(f.kind, FAULT_CONFIG);
	columns_done(&c);
	json_decref(policy);
	json_decref(wrong);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_row_of_two),
		cmocka_unit_test(by_word),
		cmocka_unit_test(one_more),
		cmocka_unit_test(no_parts),
		cmocka_unit_test(refusals),
		cmocka_unit_test(too_many_parts),
		cmocka_unit_test(by_policy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
