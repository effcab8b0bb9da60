/* SPDX-License-Identifier: MIT */
/*
 * scoring: the weights of candidates: the sum of their evidence, the best first, the same
 * whether a person is looked for or asked about.
 */
#include "tests/recipients/rows.h"

#include <math.h>

#include "recipients/scoring.h"

#define PEOPLE 400

struct scene {
	struct evidence e;
	struct scoring s;
};

static void person_add(struct scene *x, uint32_t i)
{
	static const char *const ranks[] = {
		"PC", "PC", "PC", "DC", "Sergeant", "Inspector"};
	static const char *const units[] = {
		"Response", "Custody", "Kennels", "Ports", "Roads"};
	char row[256], surname[32];

	(void)snprintf(row, sizeof(row),
		"pay_number=%u|surname=%s|forenames=%s|rank=%s|unit=%s|date_of_birth=%u-%02u-%02u",
		100000 + i * 37, row_surname(i * 5, surname),
		row_forename(i * 3 + i / 168), ranks[i * 7 % 6], units[i * 13 / 3 % 5],
		1955 + i * 7 % 45, 1 + i * 5 % 12, 1 + i * 11 % 28);
	evidence_row_add(&x->e, EVIDENCE_PEOPLE, row);
}

/* Person 0 is John Smith. */
static void scene_open(struct scene *x, const char *const records[], size_t count)
{
	evidence_row_add(&x->e, EVIDENCE_PEOPLE,
		"pay_number=7|surname=Smith|forenames=John Paul|rank=PC|unit=Mounted|"
		"date_of_birth=1975-04-19");
	for (uint32_t i = 1; i < PEOPLE; i++)
		person_add(x, i);
	for (size_t i = 0; i < count; i++)
		evidence_row_add(&x->e, EVIDENCE_RECORDS, records[i]);
	scoring_init(&x->s, &x->e, PEOPLE);
}

static void scene_close(struct scene *x)
{
	scoring_done(&x->s);
	evidence_done(&x->e);
}

/* Each row says more for John Smith than the next. */
static void more_and_less(void **state)
{
	static const char *const records[] = {
		"pay_number=7|surname=Smith|forenames=John|rank=PC|unit=Mounted",
		"surname=Smith|forenames=John|rank=PC|unit=Mounted|date_of_birth=1975-04-19",
		"surname=Smith|forenames=John|rank=PC|unit=Mounted",
		"surname=Smyth|forenames=John|rank=PC|unit=Mounted",
		"surname=Smyth|forenames=Jack|rank=PC|unit=Mounted",
		"surname=Smyth|forenames=Jack|rank=Sergeant|unit=Mounted",
		"surname=Smyth|forenames=Jack|rank=Sergeant|unit=Kennels",
		"surname=Jones|forenames=Jack|rank=Sergeant|unit=Kennels",
		"surname=Jones|forenames=Mary|rank=Sergeant|unit=Kennels",
	};
	struct scene x = {0};
	double last = 1e9;

	(void)state;
	scene_open(&x, records, LENGTH(records));
	for (size_t i = 0; i < LENGTH(records); i++) {
		struct score score;

		assert_true(scoring_weigh(&x.s, evidence_record(&x.e, i), 0, &score));
		assert_true(score.weight < last);
		last = score.weight;
		assert_int_equal(score.holder, i == 0);
	}
	scene_close(&x);
}

/* A missing field takes nothing away and adds nothing. */
static void missing(void **state)
{
	static const char *const records[] = {"surname=Smith|forenames=John|rank=PC",
		"surname=Smith|forenames=John|rank=PC|unit=|location=Bow"};
	struct scene x = {0};
	struct score a, b;

	(void)state;
	scene_open(&x, records, LENGTH(records));
	assert_true(scoring_weigh(&x.s, evidence_record(&x.e, 0), 0, &a));
	assert_true(scoring_weigh(&x.s, evidence_record(&x.e, 1), 0, &b));
	assert_true(a.weight == b.weight && a.pattern == b.pattern);
	scene_close(&x);
}

/* Whoever is found weighs what they weigh when asked about; the best stand first, each
 * once. */
static void found_and_asked(void **state)
{
	static const char *const records[] = {"surname=Smith|initials=J|rank=PC",
		"name=John Smith|unit=Mounted", "surname=Barby|rank=PC|unit=Ports",
		"name=PC Smith", "pay_number=100037",
		"unit=Mounted|date_of_birth=1975-04-19"};
	struct scene x = {0};

	(void)state;
	scene_open(&x, records, LENGTH(records));
	for (size_t i = 0; i < LENGTH(records); i++) {
		const struct evidence_row *record = evidence_record(&x.e, i);
		struct score *list;
		size_t count;

		scoring_find(&x.s, record);
		count = x.s.count;
		assert_in_range(count, 1, PEOPLE);
		list = text_alloc(count * sizeof(*list));
		memcpy(list, x.s.list, count * sizeof(*list));
		for (size_t k = 0; k < count; k++) {
			struct score score;

			assert_true(!k || list[k].weight <= list[k - 1].weight);
			for (size_t n = 0; n < k; n++)
				assert_true(list[n].person != list[k].person);
			assert_true(scoring_weigh(&x.s, record, list[k].person, &score));
			assert_true(fabs(score.weight - list[k].weight) < 1e-9);
			assert_true(score.pattern == list[k].pattern);
		}
		free(list);
	}
	assert_false(scoring_weigh(
		&x.s, evidence_record(&x.e, 0), PEOPLE + 5, &(struct score){0}));
	scene_close(&x);
}

/* The weight is the sum of what it is made of. */
static void sums(void **state)
{
	static const char *const records[] = {"name=Smith John|rank=PC|unit=Mounted",
		"surname=Smyth|initials=JP|rank=DC",
		"name=DC Smith J|date_of_birth=1975-04-18"};
	struct scene x = {0};

	(void)state;
	scene_open(&x, records, LENGTH(records));
	for (size_t i = 0; i < LENGTH(records); i++) {
		const struct score *best;

		scoring_find(&x.s, evidence_record(&x.e, i));
		assert_true(x.s.count > 0);
		best = &x.s.list[0];
		assert_int_equal(best->person, 0);
		assert_true(fabs(best->weight - (model_log_m(&x.s.model, best->pattern,
							 best->listing) -
							best->log_u + best->log_reading +
							best->log_joint + best->log_kin +
							best->log_day)) < 1e-9);
		assert_true(best->log_joint <= 0 && best->log_reading <= 0 &&
			    best->log_kin >= 0);
	}
	scene_close(&x);
}

/* Someone with two entries is weighed by the one that fits. */
static void several_entries(void **state)
{
	static const char *const records[] = {
		"surname=Owusu|initials=A|rank=PC|unit=Custody",
		"surname=Owusu|initials=A|rank=SC|unit=Mounted",
		"surname=Owusu|initials=A|rank=SC|unit=Custody"};
	struct scene x = {0};
	double weights[3];

	(void)state;
	evidence_row_add(&x.e, EVIDENCE_PEOPLE,
		"surname=Owusu|forenames=Ama|rank=PC|unit=Custody");
	evidence_row_add(&x.e, EVIDENCE_PEOPLE,
		"surname=Owusu|forenames=Ama|rank=SC|unit=Mounted");
	for (uint32_t i = 2; i < PEOPLE; i++)
		person_add(&x, i);
	x.e.lists[EVIDENCE_PEOPLE].rows[1].owner = 0;
	for (size_t i = 0; i < LENGTH(records); i++)
		evidence_row_add(&x.e, EVIDENCE_RECORDS, records[i]);
	scoring_init(&x.s, &x.e, PEOPLE);
	assert_int_equal(x.s.people, PEOPLE - 1);
	for (size_t i = 0; i < 3; i++) {
		scoring_find(&x.s, evidence_record(&x.e, i));
		assert_int_equal(x.s.list[0].person, 0);
		assert_true(x.s.count == 1 || x.s.list[1].person != 0);
		assert_true(i == 2 || x.s.list[0].entry == i);
		weights[i] = x.s.list[0].weight;
	}
	assert_true(weights[2] < weights[1]); /* not the best of both */
	scene_close(&x);
}

/* A rare name weighs more than a common one. */
static void rare_names(void **state)
{
	static const char *const records[] = {
		"surname=Quagga|forenames=Una", "surname=Brown|forenames=Tim"};
	struct scene x = {0};
	struct score rare, common;

	(void)state;
	evidence_row_add(&x.e, EVIDENCE_PEOPLE, "surname=Quagga|forenames=Una");
	for (uint32_t i = 0; i < 40; i++)
		evidence_row_add(&x.e, EVIDENCE_PEOPLE, "surname=Brown|forenames=Tim");
	for (uint32_t i = 41; i < PEOPLE; i++)
		person_add(&x, i);
	for (size_t i = 0; i < LENGTH(records); i++)
		evidence_row_add(&x.e, EVIDENCE_RECORDS, records[i]);
	scoring_init(&x.s, &x.e, PEOPLE);
	assert_true(scoring_weigh(&x.s, evidence_record(&x.e, 0), 0, &rare));
	assert_true(scoring_weigh(&x.s, evidence_record(&x.e, 1), 1, &common));
	assert_int_equal(rare.pattern, common.pattern);
	/* Forty have it: twice log 40, were surname and forename not to go together. */
	assert_true(rare.weight - common.weight > log(40));
	scene_close(&x);
}

/* Who has the number of a record, in whatever field, is kept however light. */
static void holders(void **state)
{
	static const char *const records[] = {
		"pay_number=7|surname=Zqx|forenames=Ygor|rank=Inspector|"
		"unit=Ports|date_of_birth=1999-09-09",
		"service_number=7|surname=Zqx"};
	struct scene x = {0};

	(void)state;
	scene_open(&x, records, LENGTH(records));
	for (size_t i = 0; i < LENGTH(records); i++) {
		bool held = false;

		scoring_find(&x.s, evidence_record(&x.e, i));
		for (size_t k = 0; k < x.s.count; k++)
			held = held || (x.s.list[k].person == 0 && x.s.list[k].holder);
		assert_true(held);
	}
	scene_close(&x);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(more_and_less),
		cmocka_unit_test(missing),
		cmocka_unit_test(found_and_asked),
		cmocka_unit_test(sums),
		cmocka_unit_test(several_entries),
		cmocka_unit_test(rare_names),
		cmocka_unit_test(holders),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
