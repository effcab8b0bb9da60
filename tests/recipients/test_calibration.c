/* SPDX-License-Identifier: MIT */
/*
 * calibration: what is expected to be wrong is about what is wrong, on a force whose
 * truth is known.
 */
#include "recipients/calibration.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "recipients/linkage.h"
#include "tests/recipients/force.h"

/* Records of everybody, of whom the list has those in front. */
static struct linkage *linked(uint32_t listed, enum force_form form, unsigned wrong)
{
	struct linkage *l = linkage_new();
	auto_row r = {0};
	struct fault f = {0};

	for (uint32_t i = 0; i < FORCE_PEOPLE; i++) {
		force_record(&r, i, form, wrong);
		assert_int_equal(
			linkage_add_record(l, i, r.packed.bytes, r.packed.length, &f), 0);
	}
	for (uint32_t i = 0; i < listed; i++) {
		force_person(&r, i);
		assert_int_equal(
			linkage_add_person(l, i, r.packed.bytes, r.packed.length, &f), 0);
	}
	assert_int_equal(linkage_run(l, NULL, NULL, &f), 0);
	return l;
}

struct truth {
	double matched, wrong, found; /* found: matched rightly, of those on the list */
};

static struct truth truth_of(const struct linkage *l, uint32_t listed)
{
	struct truth t = {0};

	for (uint32_t i = 0; i < FORCE_PEOPLE; i++) {
		struct linkage_result r;

		linkage_result(l, i, &r);
		if (r.outcome != LINKAGE_MATCHED)
			continue;
		t.matched++;
		t.wrong += r.candidates[0].person != i;
		t.found += r.candidates[0].person == i;
	}
	t.found /= listed;
	return t;
}

static void sums(const struct calibration *c, uint32_t listed)
{
	assert_int_equal(
		c->copies, listed < CALIBRATION_COPIES ? listed : CALIBRATION_COPIES);
	assert_true(c->copies_right <= c->copies_matched);
	assert_true(c->copies_right <= c->copies_listed);
	assert_true(c->copies_matched <= c->copies);
	assert_true(c->copies_listed <= c->copies);
	assert_true(c->decoys <= CALIBRATION_DECOYS && c->decoys_matched <= c->decoys);
	assert_true(c->copies_error >= 0 && c->copies_error <= 1);
	assert_true(c->copies_chance >= 0 && c->copies_chance < 0.05);
}

static void clean(void **state)
{
	auto_linkage *l = linked(FORCE_PEOPLE, FORCE_FULL, 0);
	const struct calibration *c = linkage_calibration(l);
	struct truth t = truth_of(l, FORCE_PEOPLE);

	(void)state;
	sums(c, FORCE_PEOPLE);
	assert_true(t.wrong < 1 && c->rows_wrong < 2);
	assert_true(c->copies_right > c->copies * 95 / 100);
	assert_true(c->copies_matched - c->copies_right <= 3);
	assert_true(c->decoys > FORCE_PEOPLE / 2);
	assert_true(c->decoys_matched <= c->decoys / 50);
	assert_true(fabs((double)c->copies_right / c->copies - t.found) < 0.03);
}

/* A fifth of the surnames have a typing error, a fifth of the people have left. */
static void damaged(void **state)
{
	uint32_t listed = FORCE_PEOPLE * 4 / 5;
	auto_linkage *l = linked(listed, FORCE_INITIALS, 5);
	const struct calibration *c = linkage_calibration(l);
	struct truth t = truth_of(l, listed);

	(void)state;
	sums(c, listed);
	assert_true(fabs(c->rows_nobody - (FORCE_PEOPLE - listed)) < FORCE_PEOPLE / 20.0);
	assert_true(fabs(c->rows_wrong - t.wrong) < 3 + 3 * sqrt(c->rows_wrong));
	assert_true(fabs((double)c->copies_right / c->copies - t.found) < 0.1);
	assert_true(c->copies_error < c->copies_chance + 0.03);
}

static void add(struct linkage *l, uint32_t number, const char *surname,
	const char *forename, bool person)
{
	auto_row r = {0};
	struct fault f = {0};

	row_add(&r, "surname", surname);
	row_add(&r, "forenames", forename);
	row_add(&r, "unit", "Custody");
	assert_int_equal((person ? linkage_add_person : linkage_add_record)(
				 l, number, r.packed.bytes, r.packed.length, &f),
		0);
}

/* Two people who are alike in all that the leak says. */
static void alike(void **state)
{
	auto_linkage *l = linkage_new();
	struct fault f = {0};

	(void)state;
	add(l, 0, "Smith", "J", false);
	add(l, 1, "Smith", "J", false);
	add(l, 2, "Castle", "Ann", false);
	add(l, 3, "Nobody", "Else", false);
	add(l, 0, "Smith", "John", true);
	add(l, 1, "Smith", "Jane", true);
	add(l, 2, "Castle", "Ann", true);
	assert_int_equal(linkage_run(l, NULL, NULL, &f), 0);
	assert_int_equal(linkage_calibration(l)->rows_alike, 2);
	assert_int_equal(linkage_calibration(l)->copies, 3);
	assert_true(linkage_calibration(l)->decoys >= 1);
}

/* Of people who are on the list twice, each is taken for the other once they have left.
 */
static void twins(void **state)
{
	auto_linkage *l = linkage_new();
	auto_row r = {0};
	struct fault f = {0};
	const struct calibration *c;

	(void)state;
	for (uint32_t i = 0; i < FORCE_PEOPLE; i++) {
		force_record(&r, i, FORCE_FULL, 0);
		(void)linkage_add_record(l, i, r.packed.bytes, r.packed.length, &f);
	}
	for (uint32_t i = 0; i < FORCE_PEOPLE; i++) {
		force_person(&r, i);
		(void)linkage_add_person(l, i, r.packed.bytes, r.packed.length, &f);
		row_add(&r, "former_surname", "Elsewhere");
		(void)linkage_add_person(
			l, i + FORCE_PEOPLE, r.packed.bytes, r.packed.length, &f);
	}
	assert_int_equal(linkage_run(l, NULL, NULL, &f), 0);
	c = linkage_calibration(l);
	assert_true(c->rows_alike > FORCE_PEOPLE * 9 / 10);
	assert_true(c->copies_matched < c->copies / 10);
}

static void nothing(void **state)
{
	auto_linkage *people = linkage_new(), *records = linkage_new();
	struct fault f = {0};

	(void)state;
	add(people, 0, "Smith", "John", true);
	assert_int_equal(linkage_run(people, NULL, NULL, &f), 0);
	assert_int_equal(linkage_calibration(people)->copies, 0);
	add(records, 0, "Smith", "John", false);
	assert_int_equal(linkage_run(records, NULL, NULL, &f), 0);
	assert_int_equal(linkage_calibration(records)->copies, 0);
	assert_true(linkage_calibration(records)->rows_nobody > 0.99);
}

static void the_same_again(void **state)
{
	auto_linkage *a = linked(FORCE_PEOPLE - 100, FORCE_GAPS, 6),
		     *b = linked(FORCE_PEOPLE - 100, FORCE_GAPS, 6);
	const struct calibration *x = linkage_calibration(a), *y = linkage_calibration(b);

	(void)state;
	assert_int_equal(x->copies_right, y->copies_right);
	assert_int_equal(x->decoys_matched, y->decoys_matched);
	assert_memory_equal(&x->copies_error, &y->copies_error, sizeof(double));
	assert_memory_equal(&x->rows_wrong, &y->rows_wrong, sizeof(double));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clean),
		cmocka_unit_test(damaged),
		cmocka_unit_test(alike),
		cmocka_unit_test(twins),
		cmocka_unit_test(nothing),
		cmocka_unit_test(the_same_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
