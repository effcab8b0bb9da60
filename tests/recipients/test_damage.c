/* SPDX-License-Identifier: MIT */
/*
 * damage: copies say of people what the records say of somebody, in their form, and
 * always the same.
 */
#include "recipients/damage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/recipients/force.h"

#define COPIES 300
#define SPARE 5

struct trial {
	struct evidence evidence;
	struct scoring scoring;
	struct damage damage;
	size_t records;
};

static void trial_make(struct trial *t, enum force_form form, unsigned wrong)
{
	auto_row r = {0};
	struct fault f = {0};

	*t = (struct trial){.records = FORCE_PEOPLE};
	for (uint32_t i = 0; i < t->records; i++) {
		force_record(&r, i, form, wrong);
		assert_int_equal(evidence_add(&t->evidence, EVIDENCE_RECORDS, i,
					 r.packed.bytes, r.packed.length, &f),
			0);
	}
	for (uint32_t i = 0; i < FORCE_PEOPLE; i++) {
		force_person(&r, i);
		assert_int_equal(evidence_add(&t->evidence, EVIDENCE_PEOPLE, i,
					 r.packed.bytes, r.packed.length, &f),
			0);
	}
	damage_prepare(&t->damage, &t->evidence, COPIES, SPARE);
	scoring_init(&t->scoring, &t->evidence, FORCE_PEOPLE);
	scoring_learn(&t->scoring);
	damage_learn(&t->damage, &t->scoring);
}

static void trial_done(struct trial *t)
{
	scoring_done(&t->scoring);
	evidence_done(&t->evidence);
}
#define auto_trial __attribute__((cleanup(trial_done))) struct trial

static const struct evidence_row *copy_row(const struct trial *t, uint32_t copy)
{
	return &t->evidence.lists[EVIDENCE_RECORDS].rows[t->damage.first + copy];
}

static const struct evidence_name *copy_name(const struct trial *t, uint32_t copy)
{
	const struct evidence_row *row = copy_row(t, copy);

	return row->names_count ? &t->evidence.names[row->names] : NULL;
}

static const struct evidence_name *person_name(const struct trial *t, uint32_t entry)
{
	return &t->evidence.names[t->evidence.lists[EVIDENCE_PEOPLE].rows[entry].names];
}

/* How many copies have another surname, forename or initial, and unit than the person. */
struct changed {
	int surnames, forenames, units, missing_units;
};

static struct changed changes(struct trial *t)
{
	struct changed c = {0};
	uint32_t unit = 0;

	while (strcmp(t->evidence.columns[unit].name, "unit") != 0)
		unit++;
	for (uint32_t i = 0; i < COPIES; i++) {
		uint32_t entry = damage_make(&t->damage, i),
			 value = evidence_find(&t->evidence, copy_row(t, i), unit);
		const struct evidence_name *n = copy_name(t, i),
					   *own = person_name(t, entry);

		assert_non_null(n);
		c.surnames += n->surname != own->surname;
		c.forenames += naming_letter(&t->evidence, n->forenames[0]) !=
			       naming_letter(&t->evidence, own->forenames[0]);
		c.missing_units += !value;
		c.units +=
			value &&
			value != evidence_find(&t->evidence,
					 &t->evidence.lists[EVIDENCE_PEOPLE].rows[entry],
					 unit);
	}
	return c;
}

static void people_at_equal_steps(void **state)
{
	auto_trial t;
	uint32_t last = 0;

	(void)state;
	trial_make(&t, FORCE_FULL, 0);
	for (uint32_t i = 0; i < COPIES; i++) {
		uint32_t entry = damage_make(&t.damage, i);

		assert_true(entry < FORCE_PEOPLE && (!i || entry > last));
		last = entry;
	}
	assert_true(last > FORCE_PEOPLE - FORCE_PEOPLE / COPIES - 1);
}

/* A clean leak leaves people as they are, but for what is usual anywhere. */
static void clean(void **state)
{
	auto_trial t;
	struct changed c;

	(void)state;
	trial_make(&t, FORCE_FULL, 0);
	c = changes(&t);
	assert_true(c.surnames <= COPIES / 30);
	assert_true(c.forenames <= COPIES / 30);
	assert_true(c.units <= COPIES / 30);
	assert_int_equal(c.missing_units, 0);
	for (uint32_t i = 0; i < COPIES; i++) {
		(void)damage_make(&t.damage, i);
		assert_false(
			naming_is_initial(&t.evidence, copy_name(&t, i)->forenames[0]));
	}
}

/* One surname in five of the leak has a typing error. */
static void as_wrong_as_records(void **state)
{
	auto_trial t;
	struct changed c;

	(void)state;
	trial_make(&t, FORCE_FULL, 5);
	c = changes(&t);
	assert_in_range(c.surnames, COPIES * 12 / 100, COPIES * 30 / 100);
	assert_true(c.units <= COPIES / 20);
}

static void in_their_form(void **state)
{
	auto_trial t;

	(void)state;
	trial_make(&t, FORCE_INITIALS, 0);
	for (uint32_t i = 0; i < COPIES; i++) {
		(void)damage_make(&t.damage, i);
		assert_true(
			naming_is_initial(&t.evidence, copy_name(&t, i)->forenames[0]));
	}
}

/* Every third record has no unit. */
static void as_much_missing(void **state)
{
	auto_trial t;
	struct changed c;

	(void)state;
	trial_make(&t, FORCE_GAPS, 0);
	c = changes(&t);
	assert_in_range(c.missing_units, COPIES * 25 / 100, COPIES * 42 / 100);
}

static void the_same_again(void **state)
{
	static struct trial a, b; /* too large for the stack together */

	(void)state;
	trial_make(&a, FORCE_GAPS, 4);
	trial_make(&b, FORCE_GAPS, 4);
	for (uint32_t i = 0; i < COPIES; i++) {
		auto_text_buffer left = {0}, right = {0};

		assert_int_equal(damage_make(&a.damage, i), damage_make(&b.damage, i));
		evidence_sign(&a.evidence, copy_row(&a, i), &left);
		evidence_sign(&b.evidence, copy_row(&b, i), &right);
		assert_string_equal(text_string(&left), text_string(&right));
	}
	trial_done(&a);
	trial_done(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(people_at_equal_steps),
		cmocka_unit_test(clean),
		cmocka_unit_test(as_wrong_as_records),
		cmocka_unit_test(in_their_form),
		cmocka_unit_test(as_much_missing),
		cmocka_unit_test(the_same_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
