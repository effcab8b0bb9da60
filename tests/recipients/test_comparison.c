/* SPDX-License-Identifier: MIT */
/*
 * comparison: which fields are compared, how well each entry agrees, and how often that
 * comes by chance.
 */
#include "tests/recipients/rows.h"

#include <math.h>

#include "recipients/comparison.h"

static struct comparison *find(struct comparisons *c, const char *name)
{
	for (uint32_t i = 0; i < c->count; i++)
		if (!strcmp(c->evidence->columns[c->list[i].column].name, name))
			return &c->list[i];
	return NULL;
}

static void levels(void **state)
{
	static const struct {
		const char *entry;
		unsigned rank, unit, birth;
	} cases[] = {
		{"rank=PC|unit=Custody|date_of_birth=1975-04-19", VALUE_EQUAL,
			VALUE_EQUAL, VALUE_EQUAL},
		{"rank=DC|unit=Custody Ealing|date_of_birth=1975-04-18", VALUE_CLOSE,
			VALUE_CLOSE, VALUE_NEAR},
		{"rank=Sergeant|unit=Cutsody|date_of_birth=1988-04-19", VALUE_NEAR,
			VALUE_NEAR, VALUE_CLOSE},
		{"rank=Band C|unit=Ports|date_of_birth=1990-11-02", VALUE_OTHER,
			VALUE_OTHER, VALUE_OTHER},
		{"surname=Smith", VALUE_LEVELS, VALUE_LEVELS, VALUE_LEVELS},
		{"rank=Constable|unit=Custody", VALUE_EQUAL, VALUE_EQUAL, VALUE_LEVELS},
	};
	struct evidence e = {0};
	struct comparisons c;

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++)
		evidence_row_add(&e, EVIDENCE_PEOPLE, cases[i].entry);
	evidence_row_add(
		&e, EVIDENCE_RECORDS, "rank=PC|unit=Custody|date_of_birth=19/04/1975");
	evidence_row_add(&e, EVIDENCE_RECORDS, "surname=Smith|rank=Wizard");
	comparisons_init(&c, &e);
	comparisons_alike(&c);
	comparisons_lay(&c, evidence_record(&e, 1));
	comparisons_lay(&c, evidence_record(&e, 0)); /* the last one is forgotten */
	for (uint32_t i = 0; i < LENGTH(cases); i++) {
		assert_int_equal(
			comparison_level(&c, find(&c, "rank"), i), cases[i].rank);
		assert_int_equal(
			comparison_level(&c, find(&c, "unit"), i), cases[i].unit);
		assert_int_equal(comparison_level(&c, find(&c, "date_of_birth"), i),
			cases[i].birth);
	}
	comparisons_lay(&c, evidence_record(&e, 1));
	for (uint32_t i = 0; i < LENGTH(cases); i++) {
		assert_int_equal(comparison_level(&c, find(&c, "rank"), i),
			cases[i].rank == VALUE_LEVELS ? VALUE_LEVELS : VALUE_OTHER);
		assert_int_equal(comparison_level(&c, find(&c, "unit"), i), VALUE_LEVELS);
	}
	assert_false(find(&c, "rank")->listed_equal);
	comparisons_done(&c);
	evidence_done(&e);
}

/* u is counted: of ten entries with a rank six are constables and one is a detective. */
static void by_chance(void **state)
{
	static const char *const ranks[] = {"PC", "PC", "PC", "PC", "PC", "PC", "DC",
		"Inspector", "Inspector", "Inspector"};
	struct evidence e = {0};
	struct comparisons c;
	const struct comparison *rank;
	char row[64];

	(void)state;
	for (size_t i = 0; i < LENGTH(ranks); i++) {
		(void)snprintf(row, sizeof(row), "surname=Smith|rank=%s", ranks[i]);
		evidence_row_add(&e, EVIDENCE_PEOPLE, row);
	}
	evidence_row_add(&e, EVIDENCE_PEOPLE, "surname=Smith");
	evidence_row_add(&e, EVIDENCE_RECORDS, "rank=Constable");
	evidence_row_add(&e, EVIDENCE_RECORDS, "rank=Inspector");
	comparisons_init(&c, &e);
	comparisons_alike(&c);
	comparisons_lay(&c, evidence_record(&e, 0));
	rank = find(&c, "rank");
	assert_true(fabs(exp(rank->log_u[VALUE_EQUAL]) - .6) < 1e-9);
	assert_true(fabs(exp(rank->log_u[VALUE_CLOSE]) - .1) < 1e-9);
	assert_true(fabs(exp(rank->log_u[VALUE_OTHER]) - .3) < 1e-9);
	assert_true(exp(rank->log_u[VALUE_NEAR]) < .1); /* none, but not impossible */
	assert_true(rank->listed_equal);
	comparisons_lay(&c, evidence_record(&e, 1));
	assert_true(fabs(exp(rank->log_u[VALUE_EQUAL]) - .3) < 1e-9);
	comparisons_done(&c);
	evidence_done(&e);
}

/* Only what both sides have, and what says who somebody is. */
static void which_fields(void **state)
{
	struct evidence e = {0};
	struct comparisons c;

	(void)state;
	evidence_row_add(&e, EVIDENCE_PEOPLE,
		"surname=Smith|rank=PC|unit=Ports|Shift Team=Blue|status=active|gender=F");
	evidence_row_add(&e, EVIDENCE_RECORDS,
		"surname=Smith|rank=PC|location=Bow|shift_team=blue|status=active|text=x|#row=1");
	comparisons_init(&c, &e);
	comparisons_alike(&c);
	assert_int_equal(c.count, 2);
	assert_non_null(find(&c, "rank"));
	assert_non_null(
		find(&c, "shift team") ? find(&c, "shift team") : find(&c, "shiftteam"));
	comparisons_done(&c);
	evidence_done(&e);
}

/* A service number where the list has pay and warrant numbers is looked for in both. */
static void stray_numbers(void **state)
{
	struct evidence e = {0};
	struct comparisons c;
	const struct comparison *number;

	(void)state;
	evidence_row_add(&e, EVIDENCE_PEOPLE, "pay_number=P100001|warrant_number=700001");
	evidence_row_add(&e, EVIDENCE_PEOPLE, "pay_number=P700005|warrant_number=100001");
	evidence_row_add(&e, EVIDENCE_PEOPLE, "pay_number=P300003|warrant_number=300004");
	evidence_row_add(&e, EVIDENCE_RECORDS, "service_number=100001");
	comparisons_init(&c, &e);
	comparisons_alike(&c);
	assert_int_equal(c.count, 1);
	number = find(&c, "service_number");
	assert_true(number->strong);
	comparisons_lay(&c, evidence_record(&e, 0));
	assert_int_equal(comparison_level(&c, number, 0), VALUE_EQUAL);
	assert_int_equal(comparison_level(&c, number, 1), VALUE_EQUAL);
	assert_int_equal(comparison_level(&c, number, 2), VALUE_OTHER);
	comparisons_done(&c);
	evidence_done(&e);
}

/* Of many columns those that are known by name come first. */
static void many_columns(void **state)
{
	struct evidence e = {0};
	struct comparisons c;
	auto_text_buffer row = {0};

	(void)state;
	for (int i = 0; i < 3 * COMPARISONS; i++)
		text_printf(&row, "column %d=x|", i);
	text_add_string(&row, "rank=PC|unit=Ports");
	evidence_row_add(&e, EVIDENCE_PEOPLE, row.bytes);
	evidence_row_add(&e, EVIDENCE_RECORDS, row.bytes);
	comparisons_init(&c, &e);
	comparisons_alike(&c);
	assert_int_equal(c.count, COMPARISONS);
	assert_non_null(find(&c, "rank"));
	assert_non_null(find(&c, "unit"));
	comparisons_done(&c);
	evidence_done(&e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(levels),
		cmocka_unit_test(by_chance),
		cmocka_unit_test(which_fields),
		cmocka_unit_test(stray_numbers),
		cmocka_unit_test(many_columns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
