/* SPDX-License-Identifier: MIT */
/*
 * Chance and kin, each found by the other: a few rounds.
 *
 * What can go wrong: people of one rare name who are taken for kin make the name rarer
 * still. Kin are chosen with all fields at once, and no value counts for less than half a
 * row.
 */
#include "recipients/kin.h"

#include <math.h>

#define ROUNDS 2
#define LEAST 0.5 /* rows that have a value */
/* A small file says little of how common a value is: so many rows of others, who hardly
 * have it, stand beside. */
#define BESIDE 20.0

struct kin {
	double levels[MODEL_PARTS][MODEL_LEVELS]; /* kin at each level */
	double joint[DEPENDENCE_PAIRS];           /* kin who agree in both fields */
	double gain[MODEL_PARTS][MODEL_LEVELS];
	double log_u[MODEL_PARTS][MODEL_LEVELS]; /* as counted */
	double rows[MODEL_PARTS];
};

/* The name was read as the file has it: only then its chance is the one laid out. */
static bool is_own(const struct score *score)
{
	return score->reading == 0;
}

/* What the record and an entry agree in, for fields that go together. */
static void equal_values(const struct scoring *s, const struct evidence_row *record,
	const struct score *score, uint32_t values[DEPENDENCE_FIELDS])
{
	const struct evidence *e = s->evidence;
	const struct evidence_name *name = &e->names[record->names];
	const struct comparisons *c = &s->comparisons;

	values[0] = values[1] = 0;
	if (is_own(score) && model_get(score->pattern, NAMING_SURNAME) == SURNAME_EQUAL)
		values[0] = name->surname;
	if (is_own(score) && model_get(score->pattern, NAMING_FORENAME) == FORENAME_EQUAL)
		values[1] = name->forenames[0];
	if (is_own(score) && model_get(score->pattern, NAMING_INITIAL) == INITIAL_FIRST)
		values[1] = UINT32_MAX - naming_letter(e, name->forenames[0]);
	for (uint32_t i = 0; i < c->count; i++)
		values[2 + i] = model_get(score->pattern, NAMING_PARTS + i) == VALUE_EQUAL
					? c->list[i].value
					: 0;
}

static double probability(const struct scoring *s, const struct score *score)
{
	return 1 / (1 + exp(-scoring_log_odds(s, score)));
}

/* Nothing is known that would tell the two apart. */
static bool is_same(const struct score *score)
{
	for (unsigned part = 0; part < MODEL_PARTS; part++)
		if (part != NAMING_BARE && model_get(score->pattern, part) > 0)
			return false;
	return is_own(score);
}

/* `p`: that the two are kin. */
static void count_kin(struct kin *k, const struct scoring *s,
	const struct evidence_row *record, const struct score *score, double p)
{
	uint32_t values[DEPENDENCE_FIELDS];

	for (unsigned part = is_own(score) ? 0 : NAMING_PARTS; part < s->model.parts;
		part++) {
		int level = model_get(score->pattern, part);

		if (level >= 0)
			k->levels[part][level] += p;
	}
	equal_values(s, record, score, values);
	for (uint32_t i = 0; i < s->dependence.count; i++)
		if (values[s->dependence.pairs[i].a] && values[s->dependence.pairs[i].b])
			k->joint[i] += p;
}

/* The last level is for all the rest, and stays. */
static void find_gain(struct kin *k, const struct model *m)
{
	for (unsigned part = 0; part < m->parts; part++)
		for (int level = 0; level + 1 < m->levels[part]; level++) {
			double share = exp(k->log_u[part][level]),
			       left = share * k->rows[part] - k->levels[part][level];

			left = fmax(left, LEAST) / (k->rows[part] + BESIDE);
			k->gain[part][level] = left < share ? log(share / left) : 0;
		}
}

static void add_gain(const struct kin *k, const struct model *m, struct score *score)
{
	score->log_kin = 0;
	for (unsigned part = is_own(score) ? 0 : NAMING_PARTS; part < m->parts; part++) {
		int level = model_get(score->pattern, part);

		score->log_kin += level >= 0 ? k->gain[part][level] : 0;
	}
}

/* Neither the record nor the entry that is weighed count, be they kin or not. */
static void take_joint(const struct kin *k, const struct scoring *s,
	const struct evidence_row *record, struct score *score)
{
	double log_u[DEPENDENCE_FIELDS], left_out[DEPENDENCE_PAIRS],
		rest = 1 - probability(s, score);
	unsigned named = model_get(score->pattern, NAMING_INITIAL) >= 0 ? NAMING_INITIAL
									: NAMING_FORENAME;
	uint32_t values[DEPENDENCE_FIELDS];

	for (uint32_t i = 0; i < s->dependence.count; i++)
		left_out[i] = k->joint[i] + 1 + rest;
	equal_values(s, record, score, values);
	log_u[0] = k->log_u[NAMING_SURNAME][0] - k->gain[NAMING_SURNAME][0];
	log_u[1] = k->log_u[named][0] - k->gain[named][0];
	for (uint32_t i = 0; i < s->comparisons.count; i++)
		log_u[2 + i] =
			k->log_u[NAMING_PARTS + i][0] - k->gain[NAMING_PARTS + i][0];
	score->log_joint = dependence_take(&s->dependence, values, log_u, left_out);
}

/* Before kin are known (`first`), fields that go together are not: they are kin's. */
static void weigh(const struct kin *k, const struct scoring *s,
	const struct evidence_row *record, bool first, struct score *score)
{
	double rest = score->weight - score->log_kin - score->log_joint;

	if (!first)
		take_joint(k, s, record, score);
	add_gain(k, &s->model, score);
	score->weight = rest + score->log_kin + score->log_joint;
}

/* Chance as it is laid out for the record, in the reading that the file has. */
static void lay(struct kin *k, struct scoring *s, const struct evidence_row *record)
{
	const struct score own = {.reading = 0};

	scoring_lay(s, record, &own);
	for (unsigned part = 0; part < s->model.parts; part++) {
		const double *log_u =
			part < NAMING_PARTS
				? s->naming.log_u[part]
				: s->comparisons.list[part - NAMING_PARTS].log_u;

		k->rows[part] = part < NAMING_PARTS
					? (double)s->people
					: s->comparisons.list[part - NAMING_PARTS].filled;
		for (int level = 0; level < s->model.levels[part]; level++)
			k->log_u[part][level] = log_u[level];
	}
}

void kin_weigh(struct scoring *s, const struct evidence_row *record)
{
	struct kin laid = {0};

	if (!s->count)
		return;
	lay(&laid, s, record);
	for (int round = 0; round <= ROUNDS; round++) {
		struct kin k = laid;

		/* To begin with, the same again are kin; where that does not hold, the
		 * next round puts them back. */
		for (size_t i = 0; i < s->count; i++)
			count_kin(&k, s, record, &s->list[i],
				round                  ? probability(s, &s->list[i])
				: is_same(&s->list[i]) ? 1
						       : 0);
		find_gain(&k, &s->model);
		for (size_t i = 0; i < s->count; i++)
			weigh(&k, s, record, !round, &s->list[i]);
	}
}
