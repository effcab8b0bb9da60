/* SPDX-License-Identifier: MIT */
/*
 * naming: how well the name of a record agrees with that of an entry, part by part; how
 * often that comes by chance; which reading of a name is likely.
 */
#include "tests/recipients/rows.h"

#include <math.h>

#include "recipients/naming.h"

#define NO NAMING_MISSING

/* The levels of the likeliest order: of the first reading with the first name of the
 * entry. */
static const struct {
	const char *record, *entry;
	uint8_t surname, forename, initial, middle, bare;
} cases[] = {
	{"surname=Smith|forenames=John", "surname=Smith|forenames=John", SURNAME_EQUAL,
		FORENAME_EQUAL, NO, NO, BARE_NONE},
	{"surname=Smith|initials=J", "surname=Smith|forenames=John", SURNAME_EQUAL, NO,
		INITIAL_FIRST, NO, BARE_NONE},
	{"surname=Smith|forenames=John", "surname=Smith|initials=J", SURNAME_EQUAL, NO,
		INITIAL_FIRST, NO, BARE_NONE},
	{"surname=Smith|initials=P", "surname=Smith|forenames=John Peter", SURNAME_EQUAL,
		NO, INITIAL_LATER, NO, BARE_DROPPED},
	{"surname=Smith|initials=K", "surname=Smith|forenames=John", SURNAME_EQUAL, NO,
		INITIAL_OTHER, NO, BARE_NONE},
	{"surname=Smith", "surname=Smith|forenames=John", SURNAME_EQUAL, NO, NO, NO, NO},
	{"surname=Smyth|forenames=Jon", "surname=Smith|forenames=John", SURNAME_NEAR,
		FORENAME_NICK, NO, NO, BARE_NONE},
	{"surname=Smith|forenames=Jhon", "surname=Smith|forenames=John", SURNAME_EQUAL,
		FORENAME_NEAR, NO, NO, BARE_NONE},
	{"surname=We1ls|forenames=Bill", "surname=Wells|forenames=William", SURNAME_NEAR,
		FORENAME_NICK, NO, NO, BARE_NONE},
	{"surname=Sullivan|forenames=Gaz", "surname=O'Sullivan|forenames=Gareth",
		SURNAME_NEAR, FORENAME_NICK, NO, NO, BARE_NONE},
	{"surname=Tomson|forenames=Ann", "surname=Thompson|forenames=Ann", SURNAME_CLOSE,
		FORENAME_EQUAL, NO, NO, BARE_NONE},
	{"surname=Traore|forenames=Ama", "surname=Mwangi-Traore|forenames=Ama",
		SURNAME_PART, FORENAME_EQUAL, NO, NO, BARE_NONE},
	{"surname=Smith|forenames=Peter", "surname=Smith|forenames=John Peter",
		SURNAME_EQUAL, FORENAME_MIDDLE, NO, NO, NO},
	{"surname=Smith|forenames=James", "surname=Smith|forenames=Jacob", SURNAME_EQUAL,
		FORENAME_INITIAL, NO, NO, BARE_NONE},
	{"surname=Jones|forenames=Mary", "surname=Smith|forenames=John", SURNAME_OTHER,
		FORENAME_OTHER, NO, NO, BARE_NONE},
	{"surname=Smith|forenames=John P", "surname=Smith|forenames=John Peter",
		SURNAME_EQUAL, FORENAME_EQUAL, NO, MIDDLE_AGREES, NO},
	{"surname=Smith|forenames=John Q", "surname=Smith|forenames=John Peter",
		SURNAME_EQUAL, FORENAME_EQUAL, NO, MIDDLE_OTHER, NO},
	{"surname=Smith|forenames=John Q", "surname=Smith|forenames=John", SURNAME_EQUAL,
		FORENAME_EQUAL, NO, MIDDLE_ADDED, NO},
	{"surname=Smith|initials=JP", "surname=Smith|forenames=John Peter", SURNAME_EQUAL,
		NO, INITIAL_FIRST, MIDDLE_AGREES, NO},
	{"surname=Smith|forenames=John", "surname=Smith|forenames=John Peter",
		SURNAME_EQUAL, FORENAME_EQUAL, NO, NO, BARE_DROPPED},
};

static void parts(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		struct evidence e = {0};
		struct naming n;
		struct naming_levels got;
		const uint8_t want[NAMING_PARTS] = {cases[i].surname, cases[i].forename,
			cases[i].initial, cases[i].middle, cases[i].bare};

		evidence_row_add(&e, EVIDENCE_PEOPLE, cases[i].entry);
		evidence_row_add(&e, EVIDENCE_RECORDS, cases[i].record);
		naming_init(&n, &e);
		naming_alike_surnames(&n);
		naming_alike_forenames(&n);
		naming_lay(&n, &e.names[evidence_record(&e, 0)->names]);
		naming_compare(
			&n, &e.names[e.lists[EVIDENCE_PEOPLE].rows[0].names], &got);
		for (unsigned part = 0; part < NAMING_PARTS; part++)
			if (got.level[part] != want[part])
				fail_msg("%s and %s: part %u is %u, not %u",
					cases[i].record, cases[i].entry, part,
					got.level[part], want[part]);
		assert_int_equal(got.surname != 0, cases[i].surname == SURNAME_EQUAL);
		assert_int_equal(
			got.forename != 0, cases[i].forename == FORENAME_EQUAL ||
						   cases[i].initial == INITIAL_FIRST);
		naming_done(&n);
		evidence_done(&e);
	}
}

/* The best that one of the names of an entry gives. */
static uint8_t best(
	const struct naming *n, const struct evidence_row *entry, unsigned part)
{
	uint8_t level = NO;

	for (uint32_t i = 0; i < entry->names_count; i++) {
		struct naming_levels got;

		naming_compare(n, &n->evidence->names[entry->names + i], &got);
		if (got.level[part] < level)
			level = got.level[part];
	}
	return level;
}

static void former_and_known(void **state)
{
	struct evidence e = {0};
	struct naming n;
	const struct evidence_row *entry;

	(void)state;
	evidence_row_add(&e, EVIDENCE_PEOPLE,
		"surname=Baker|former_surname=Cooper|forenames=William|known_as=Bobby");
	evidence_row_add(&e, EVIDENCE_RECORDS, "surname=Cooper|forenames=Bobby");
	evidence_row_add(&e, EVIDENCE_RECORDS, "surname=Baker|initials=B");
	naming_init(&n, &e);
	naming_alike_surnames(&n);
	naming_alike_forenames(&n);
	entry = &e.lists[EVIDENCE_PEOPLE].rows[0];
	naming_lay(&n, &e.names[evidence_record(&e, 0)->names]);
	assert_int_equal(best(&n, entry, NAMING_SURNAME), SURNAME_FORMER);
	assert_int_equal(best(&n, entry, NAMING_FORENAME), FORENAME_KNOWN);
	assert_true(n.surname_listed && n.forename_listed && n.forename_full);
	naming_lay(&n, &e.names[evidence_record(&e, 1)->names]);
	assert_int_equal(best(&n, entry, NAMING_SURNAME), SURNAME_EQUAL);
	assert_int_equal(best(&n, entry, NAMING_INITIAL), INITIAL_LATER);
	assert_false(n.forename_full);
	naming_done(&n);
	evidence_done(&e);
}

/* Four of ten are Smith, one of them a former one; two a Smyth. */
static void by_chance(void **state)
{
	static const char *const people[] = {"surname=Smith|forenames=John",
		"surname=Smith|forenames=Jane", "surname=Smith|forenames=Ann",
		"surname=Hart|former_surname=Smith|forenames=Ann",
		"surname=Smyth|forenames=Tim", "surname=Smyth|forenames=Tim Paul",
		"surname=Reed|forenames=Jo", "surname=Moss|forenames=Una",
		"surname=Vane|forenames=Una", "surname=Ward|forenames=Eve"};
	struct evidence e = {0};
	struct naming n;

	(void)state;
	for (size_t i = 0; i < LENGTH(people); i++)
		evidence_row_add(&e, EVIDENCE_PEOPLE, people[i]);
	evidence_row_add(&e, EVIDENCE_RECORDS, "surname=Smith|forenames=Ann P");
	evidence_row_add(&e, EVIDENCE_RECORDS, "surname=Zander|initials=U");
	naming_init(&n, &e);
	naming_alike_surnames(&n);
	naming_alike_forenames(&n);
	naming_lay(&n, &e.names[evidence_record(&e, 0)->names]);
	assert_true(fabs(exp(n.log_u[NAMING_SURNAME][SURNAME_EQUAL]) - .3) < 1e-9);
	assert_true(fabs(exp(n.log_u[NAMING_SURNAME][SURNAME_FORMER]) - .1) < 1e-9);
	assert_true(fabs(exp(n.log_u[NAMING_SURNAME][SURNAME_NEAR]) - .2) < 1e-9);
	assert_true(fabs(exp(n.log_u[NAMING_SURNAME][SURNAME_OTHER]) - .4) < .2);
	assert_true(fabs(exp(n.log_u[NAMING_FORENAME][FORENAME_EQUAL]) - .2) < 1e-9);
	assert_true(fabs(exp(n.log_u[NAMING_MIDDLE][MIDDLE_AGREES]) - .1) < 1e-9);
	assert_true(fabs(exp(n.log_u[NAMING_MIDDLE][MIDDLE_ADDED]) - .9) < 1e-9);
	naming_lay(&n, &e.names[evidence_record(&e, 1)->names]);
	assert_false(n.surname_listed);
	assert_true(exp(n.log_u[NAMING_SURNAME][SURNAME_EQUAL]) < .1);
	assert_true(fabs(exp(n.log_u[NAMING_INITIAL][INITIAL_FIRST]) - .2) < 1e-9);
	naming_done(&n);
	evidence_done(&e);
}

/* The list says which word of a name is the surname. */
static void likely_readings(void **state)
{
	static const struct {
		const char *name, *surname;
	} names[] = {{"name=Harrison Matthew", "harrison"},
		{"name=Matthew Harrison", "harrison"}, {"name=De Luca Maria", "deluca"},
		{"name=Rae E", "rae"}};
	struct evidence e = {0};
	struct naming n;

	(void)state;
	for (int i = 0; i < 9; i++) {
		evidence_row_add(&e, EVIDENCE_PEOPLE, "surname=Harrison|forenames=Jo");
		evidence_row_add(&e, EVIDENCE_PEOPLE, "surname=Reed|forenames=Matthew");
		evidence_row_add(&e, EVIDENCE_PEOPLE, "surname=De Luca|forenames=Eve");
		evidence_row_add(&e, EVIDENCE_PEOPLE, "surname=Rae|forenames=Maria");
	}
	for (size_t i = 0; i < LENGTH(names); i++)
		evidence_row_add(&e, EVIDENCE_RECORDS, names[i].name);
	naming_init(&n, &e);
	naming_alike_surnames(&n);
	naming_alike_forenames(&n);
	for (size_t i = 0; i < LENGTH(names); i++) {
		const struct evidence_row *row = evidence_record(&e, i);
		const struct evidence_name *likeliest = &e.names[row->names];

		for (uint32_t k = 1; k < row->names_count; k++)
			if (naming_share(&n, &e.names[row->names + k]) >
				naming_share(&n, likeliest))
				likeliest = &e.names[row->names + k];
		assert_string_equal(
			evidence_word(&e, likeliest->surname), names[i].surname);
	}
	naming_done(&n);
	evidence_done(&e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parts),
		cmocka_unit_test(former_and_known),
		cmocka_unit_test(by_chance),
		cmocka_unit_test(likely_readings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
