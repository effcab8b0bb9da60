/* SPDX-License-Identifier: MIT */
/*
 * model: made-up patterns whose m and share of records found are known, and what is
 * learned of them; levels in order; too few records to learn from.
 */
#include "tests/recipients/rows.h"

#include <math.h>

#include "recipients/model.h"

#define PEOPLE 200

/* A unit that one in twenty people shares, and a rank that one in four does. */
static const double unit_m[VALUE_LEVELS] = {.8, .05, .05, .02, .08};
static const double unit_u[VALUE_LEVELS] = {.05, .01, .02, .04, .88};
static const double rank_m[VALUE_LEVELS] = {.7, .1, .05, .01, .14};
static const double rank_u[VALUE_LEVELS] = {.25, .2, .05, .05, .45};
static const double surname_m[SURNAME_LEVELS] = {.9, .01, .04, .01, .01, .03};
static const double surname_u[SURNAME_LEVELS] = {.002, .001, .004, .006, .007, .98};

static void model_make(struct model *m)
{
	struct evidence e = {0};
	struct comparisons c = {.evidence = &e, .count = 2};

	c.list[0].kind = VALUE_PLACE;
	c.list[1].kind = VALUE_RANK;
	model_init(m, &c);
}

static double next(uint64_t *state)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return (double)(*state >> 11) / 9007199254740992.0;
}

static unsigned draw(const double *shares, unsigned levels, uint64_t *state)
{
	double x = next(state);
	unsigned level = 0;

	while (level + 1 < levels && x >= shares[level])
		x -= shares[level++];
	return level;
}

static void pair_add(struct model_sample *s, bool same, uint64_t *state)
{
	unsigned surname = draw(same ? surname_m : surname_u, SURNAME_LEVELS, state),
		 unit = draw(same ? unit_m : unit_u, VALUE_LEVELS, state),
		 rank = draw(same ? rank_m : rank_u, VALUE_LEVELS, state);

	model_sample_add(s,
		model_set(NAMING_SURNAME, surname) | model_set(NAMING_PARTS, unit) |
			model_set(NAMING_PARTS + 1, rank),
		log(surname_u[surname]) + log(unit_u[unit]) + log(rank_u[rank]));
}

/* Of each record all people are candidates, as far as they are drawn: every one of
 * PEOPLE. */
static void sample_make(struct model_sample *s, uint32_t records, double found)
{
	const struct model_listing listed = {
		1u << NAMING_SURNAME | 1u << NAMING_PARTS | 1u << (NAMING_PARTS + 1), 0};
	uint64_t state = 42;

	for (uint32_t i = 0; i < records; i++) {
		bool is_found = next(&state) < found;

		model_sample_record(s, listed);
		if (is_found)
			pair_add(s, true, &state);
		for (uint32_t k = is_found; k < PEOPLE; k++)
			pair_add(s, false, &state);
		for (int level = 0; level < SURNAME_LEVELS; level++)
			s->usual[MODEL_LISTED][NAMING_SURNAME][level] += surname_u[level];
		for (int level = 0; level < VALUE_LEVELS; level++) {
			s->usual[MODEL_LISTED][NAMING_PARTS][level] += unit_u[level];
			s->usual[MODEL_LISTED][NAMING_PARTS + 1][level] += rank_u[level];
		}
	}
}

static void planted(void **state)
{
	static const double shares[] = {.9, .5, .2};

	(void)state;
	for (size_t i = 0; i < LENGTH(shares); i++) {
		struct model_sample s = {0};
		struct model m;

		model_make(&m);
		sample_make(&s, 1000, shares[i]);
		model_learn(&m, &s, PEOPLE);
		assert_true(fabs(m.found - shares[i]) < .04);
		for (unsigned level = 0; level < VALUE_LEVELS; level++) {
			assert_true(fabs(m.m[MODEL_LISTED][NAMING_PARTS][level] -
					    unit_m[level]) < .06);
			assert_true(fabs(m.m[MODEL_LISTED][NAMING_PARTS + 1][level] -
					    rank_m[level]) < .06);
		}
		for (unsigned level = 0; level < SURNAME_LEVELS; level++)
			assert_true(fabs(m.m[MODEL_LISTED][NAMING_SURNAME][level] -
					    surname_m[level]) < .04);
		model_sample_done(&s);
	}
}

/* What is learned, and what is usual, never weighs a worse level more; m are shares. */
static void in_order(const struct model *m, const double *u, unsigned part)
{
	double sum = 0;

	for (int level = 0; level < m->levels[part]; level++) {
		double weight = m->m[MODEL_LISTED][part][level] / u[level];

		sum += m->m[MODEL_LISTED][part][level];
		assert_true(level == 0 ||
			    weight <= m->m[MODEL_LISTED][part][level - 1] / u[level - 1] +
					      1e-9);
		assert_true(fabs(exp(m->log_m[MODEL_LISTED][part][level]) -
				    fmax(m->m[MODEL_LISTED][part][level], 1e-5)) < 1e-9);
	}
	assert_true(fabs(sum - 1) < 1e-6);
}

/* A level that comes up among true pairs as if worse than the next, is put with it. */
static void monotone(void **state)
{
	const struct model_listing listed = {
		1u << NAMING_SURNAME | 1u << NAMING_PARTS, 0};
	struct model_sample s = {0};
	struct model m;

	(void)state;
	model_make(&m);
	for (uint32_t i = 0; i < 1000; i++) {
		/* Surely true pairs, in which the words in common come up often, slips
		 * never. */
		unsigned unit = i % 2 ? VALUE_PART : VALUE_EQUAL;

		model_sample_record(&s, listed);
		model_sample_add(&s,
			model_set(NAMING_SURNAME, SURNAME_EQUAL) |
				model_set(NAMING_PARTS, unit),
			log(1e-6) + log(unit_u[unit]));
		for (int level = 0; level < SURNAME_LEVELS; level++)
			s.usual[MODEL_LISTED][NAMING_SURNAME][level] += surname_u[level];
		for (int level = 0; level < VALUE_LEVELS; level++)
			s.usual[MODEL_LISTED][NAMING_PARTS][level] += unit_u[level];
	}
	model_learn(&m, &s, PEOPLE);
	in_order(&m, unit_u, NAMING_PARTS);
	in_order(&m, surname_u, NAMING_SURNAME);
	/* Put together: they weigh the same. */
	assert_true(
		fabs(m.m[MODEL_LISTED][NAMING_PARTS][VALUE_NEAR] / unit_u[VALUE_NEAR] -
			m.m[MODEL_LISTED][NAMING_PARTS][VALUE_PART] /
				unit_u[VALUE_PART]) < 1e-6);
	assert_true(m.found > .99);
	model_sample_done(&s);
}

/* A surname that nobody on the list has is equal to none, however much else agrees: the
 * levels that are left have all of m, and what they weigh does not depend on how rarely
 * the impossible ones come by chance. */
static void impossible(void **state)
{
	const struct model_listing lacks = {1u << NAMING_PARTS, 1u << NAMING_SURNAME};
	struct model_sample s = {0};
	struct model m;

	(void)state;
	model_make(&m);
	assert_true(m.m[MODEL_UNLISTED][NAMING_SURNAME][SURNAME_FORMER] <= 0);
	assert_true(m.m[MODEL_UNLISTED][NAMING_FORENAME][FORENAME_KNOWN] <= 0);
	assert_true(m.m[MODEL_UNLISTED][NAMING_FORENAME][FORENAME_MIDDLE] <= 0);
	for (uint32_t i = 0; i < 1000; i++) {
		unsigned surname = i % 4 ? SURNAME_NEAR : SURNAME_CLOSE;

		model_sample_record(&s, lacks);
		model_sample_add(&s,
			model_set(NAMING_SURNAME, surname) |
				model_set(NAMING_PARTS, VALUE_EQUAL),
			log(1e-6));
		for (int level = 0; level < SURNAME_LEVELS; level++)
			s.usual[MODEL_UNLISTED][NAMING_SURNAME][level] +=
				surname_u[level];
		for (int level = 0; level < VALUE_LEVELS; level++)
			s.usual[MODEL_LISTED][NAMING_PARTS][level] += unit_u[level];
	}
	model_learn(&m, &s, PEOPLE);
	assert_true(m.m[MODEL_UNLISTED][NAMING_SURNAME][SURNAME_EQUAL] <= 0);
	assert_true(m.m[MODEL_UNLISTED][NAMING_SURNAME][SURNAME_FORMER] <= 0);
	assert_true(fabs(m.m[MODEL_UNLISTED][NAMING_SURNAME][SURNAME_NEAR] - .75) < .02);
	assert_true(fabs(m.m[MODEL_UNLISTED][NAMING_SURNAME][SURNAME_CLOSE] - .25) < .02);
	model_sample_done(&s);
}

static void too_few(void **state)
{
	struct model_sample s = {0};
	struct model m, before;

	(void)state;
	model_make(&m);
	memcpy(&before, &m, sizeof(m));
	sample_make(&s, MODEL_LEAST_RECORDS - 1, .3);
	model_learn(&m, &s, PEOPLE);
	assert_memory_equal(&m, &before, sizeof(m));
	model_sample_done(&s);
	sample_make(&s, MODEL_LEAST_RECORDS, .3);
	model_learn(&m, &s, PEOPLE);
	assert_memory_not_equal(&m, &before, sizeof(m));
	model_sample_done(&s);
	model_learn(&m, &s, PEOPLE); /* nothing at all */
}

/* A hundred records move what is usual, and do not replace it. */
static void few(void **state)
{
	struct model_sample s = {0};
	struct model m, usual;

	(void)state;
	model_make(&m);
	memcpy(&usual, &m, sizeof(m));
	sample_make(&s, 100, .3);
	model_learn(&m, &s, PEOPLE);
	assert_true(m.found > .3 && m.found < .6);
	for (int level = 0; level < 2; level++) {
		double learned = m.m[MODEL_LISTED][NAMING_PARTS + 1][level],
		       before = usual.m[MODEL_LISTED][NAMING_PARTS + 1][level];

		assert_true(fabs(learned - rank_m[level]) < fabs(before - rank_m[level]));
		assert_true(fabs(learned - before) < .1);
	}
	model_sample_done(&s);
}

static void patterns(void **state)
{
	model_pattern p =
		model_set(0, 0) | model_set(3, 5) | model_set(MODEL_PARTS - 1, 6);

	(void)state;
	assert_int_equal(model_get(p, 0), 0);
	assert_int_equal(model_get(p, 1), -1);
	assert_int_equal(model_get(p, 3), 5);
	assert_int_equal(model_get(p, MODEL_PARTS - 1), 6);
}

/* Nothing to compare adds nothing; the sum is that of the parts. */
static void sums(void **state)
{
	const struct model_listing listed = {UINT32_MAX, 0};
	struct model m;
	double surname, unit;

	(void)state;
	model_make(&m);
	surname = model_log_m(&m, model_set(NAMING_SURNAME, SURNAME_NEAR), listed);
	unit = model_log_m(&m, model_set(NAMING_PARTS, VALUE_EQUAL), listed);
	assert_true(model_log_m(&m, 0, listed) == 0);
	assert_true(fabs(model_log_m(&m,
				 model_set(NAMING_SURNAME, SURNAME_NEAR) |
					 model_set(NAMING_PARTS, VALUE_EQUAL),
				 listed) -
			    surname - unit) < 1e-12);
	assert_true(fabs(model_log_prior(&m, 100) - log(m.found / 100)) < 1e-12);
	assert_true(fabs(model_log_nobody(&m, (struct model_listing){0, 0}) -
			    log(1 - m.found)) < 1e-12);
}

/* A number that stands on the list is hardly that of a stranger. */
static void strangers(void **state)
{
	struct evidence e = {0};
	struct comparisons c = {.evidence = &e, .count = 1};
	struct model m;
	const struct model_listing has = {1u << NAMING_PARTS, 0},
				   has_not = {0, 1u << NAMING_PARTS};

	(void)state;
	c.list[0].kind = VALUE_NUMBER;
	c.list[0].strong = true;
	model_init(&m, &c);
	assert_true(model_log_nobody(&m, has) < model_log_nobody(&m, has_not) - 3);
	c.list[0].strong = false;
	model_init(&m, &c);
	assert_true(
		fabs(model_log_nobody(&m, has) - model_log_nobody(&m, has_not)) < 1e-9);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(planted),
		cmocka_unit_test(monotone),
		cmocka_unit_test(impossible),
		cmocka_unit_test(too_few),
		cmocka_unit_test(few),
		cmocka_unit_test(patterns),
		cmocka_unit_test(sums),
		cmocka_unit_test(strangers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
