/* SPDX-License-Identifier: MIT */
/*
 * Expectation and maximization over patterns of agreement. Who is compared is
 * blocking.c's, what is done with the weights scoring.c's and assignment.c's.
 *
 * What can go wrong: a file in which hardly anybody is on the list teaches little. The
 * usual values count as PRIOR records, so that a level that never came up is rare and not
 * impossible.
 */
#include "recipients/model.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "recipients/text.h"

#define PRIOR 20.0 /* records that the usual values are worth */
/* The same where there are few records, which may all be of an odd kind; and how many the
 * usual share of those that are on the list is worth there. */
#define FEW 200
#define PRIOR_FEW 100.0
#define PRIOR_FOUND 15.0
#define LEAST_M 1e-5
#define FOUND_USUAL 0.9
#define AGAIN_USUAL 0.1 /* other rows of the same person, in a single file */
#define STRANGER 0.99   /* a stranger's identifier is nobody's on the list */
#define FOUND_LEAST 1e-3
#define FOUND_MOST 0.9995
#define SETTLED 1e-5 /* change in a round that ends the learning */

static const double usual_names[NAMING_PARTS][MODEL_LEVELS] = {
	[NAMING_SURNAME] = {.92, .008, .03, .007, .01, .025},
	[NAMING_FORENAME] = {.87, .03, .03, .03, .01, .01, .02},
	[NAMING_INITIAL] = {.94, .04, .02},
	[NAMING_MIDDLE] = {.85, .1, .05},
	[NAMING_BARE] = {.45, .55},
};

static const double *usual_of(enum value_kind kind)
{
	static const double number[] = {.95, .02, .001, .001, .028},
			    date[] = {.88, .05, .02, .02, .03},
			    postcode[] = {.84, .05, .02, .001, .089},
			    money[] = {.75, .05, .12, .001, .079},
			    rank[] = {.93, .02, .01, .001, .039},
			    other[] = {.88, .03, .03, .01, .05};

	switch (kind) {
	case VALUE_NUMBER:
	case VALUE_EMAIL:
		return number;
	case VALUE_DATE:
		return date;
	case VALUE_POSTCODE:
		return postcode;
	case VALUE_MONEY:
		return money;
	case VALUE_RANK:
	case VALUE_VETTING:
	case VALUE_GENDER:
		return rank;
	case VALUE_SKIPPED:
	case VALUE_NAME:
	case VALUE_PLACE:
	case VALUE_TEXT:
		break;
	}
	return other;
}

static void logs_take(struct model *m)
{
	for (int class = 0; class < MODEL_CLASSES; class ++)
		for (unsigned part = 0; part < m->parts; part++)
			for (int level = 0; level < m->levels[part]; level++)
				m->log_m[class][part][level] =
					log(fmax(m->m[class][part][level], LEAST_M));
}

/* A value that nobody on the list has, as what they are called or as a former or second
 * name either, is equal to none of these. */
static bool is_possible(int class, unsigned part, int level)
{
	if (class == MODEL_LISTED)
		return true;
	if (part == NAMING_SURNAME)
		return level > SURNAME_FORMER;
	if (part == NAMING_FORENAME)
		return level == FORENAME_NICK || level == FORENAME_NEAR ||
		       level > FORENAME_MIDDLE;
	return level > 0;
}

/* Of a value that is not on the list the levels that are left stay in proportion. */
static void usual_set(struct model *m, unsigned part, const double *usual)
{
	double left = 0;

	memcpy(m->m[MODEL_LISTED][part], usual, (size_t)m->levels[part] * sizeof(*usual));
	for (int level = 0; level < m->levels[part]; level++)
		left += is_possible(MODEL_UNLISTED, part, level) ? usual[level] : 0;
	for (int level = 0; level < m->levels[part]; level++)
		if (is_possible(MODEL_UNLISTED, part, level))
			m->m[MODEL_UNLISTED][part][level] = usual[level] / left;
	m->unlisted_found[part] = m->unlisted_nobody[part] = left;
}

void model_init(struct model *m, const struct comparisons *c)
{
	*m = (struct model){.many = c->evidence->single,
		.parts = NAMING_PARTS + c->count,
		.found = c->evidence->single ? AGAIN_USUAL : FOUND_USUAL};
	for (unsigned part = 0; part < NAMING_PARTS; part++) {
		m->levels[part] = naming_levels_count(part);
		usual_set(m, part, usual_names[part]);
	}
	for (uint32_t i = 0; i < c->count; i++) {
		m->levels[NAMING_PARTS + i] = VALUE_LEVELS;
		usual_set(m, NAMING_PARTS + i, usual_of(c->list[i].kind));
		if (c->list[i].strong)
			m->unlisted_nobody[NAMING_PARTS + i] = STRANGER;
	}
	logs_take(m);
}

double model_log_m(
	const struct model *m, model_pattern pattern, struct model_listing listing)
{
	double sum = 0;

	for (unsigned part = 0; pattern; part++, pattern >>= 3)
		if (pattern & 7)
			sum += m->log_m[model_class(listing, part)][part]
				       [(pattern & 7) - 1];
	return sum;
}

double model_log_prior(const struct model *m, size_t people)
{
	return log(m->found / (double)(people ? people : 1));
}

double model_log_nobody(const struct model *m, struct model_listing listing)
{
	double sum = m->many ? 0 : log1p(-m->found);

	for (unsigned part = 0; part < m->parts; part++) {
		if (listing.unlisted >> part & 1)
			sum += log(m->unlisted_nobody[part] / m->unlisted_found[part]);
		if (listing.listed >> part & 1)
			sum += log((1 - m->unlisted_nobody[part]) /
				   (1 - m->unlisted_found[part]));
	}
	return sum;
}

static void *grown(void *old, size_t count, size_t *room, size_t size)
{
	if (count < *room)
		return old;
	*room = *room ? *room * 2 : 1024;
	return text_realloc(old, *room * size);
}

void model_sample_record(struct model_sample *s, struct model_listing listing)
{
	s->listings =
		grown(s->listings, s->records, &s->records_room, sizeof(*s->listings));
	s->listings[s->records++] = listing;
}

void model_sample_add(struct model_sample *s, model_pattern pattern, double log_u)
{
	uint32_t record = (uint32_t)s->records - 1;
	uint32_t number = numbering_add(
		&s->numbers, numbering_mix(pattern, s->listings[record].unlisted));

	s->kinds = grown(s->kinds, number - 1, &s->kinds_room, sizeof(*s->kinds));
	s->kinds[number - 1] = (struct model_kind){pattern, s->listings[record]};
	s->pairs = grown(s->pairs, s->count, &s->room, sizeof(*s->pairs));
	s->pairs[s->count++] = (struct model_pair){record, number, (float)log_u};
}

void model_sample_done(struct model_sample *s)
{
	free(s->pairs);
	free(s->kinds);
	free(s->listings);
	numbering_done(&s->numbers);
	*s = (struct model_sample){0};
}

/* --- expectation --- */

/* What a round expects: of true pairs, by kind; of records found and of nobody's, by
 * part, all and the unlisted ones. */
struct expected {
	double *kinds, *log_m;
	double found;
	double parts[2][MODEL_PARTS], unlisted[2][MODEL_PARTS];
};

static void expect_listing(struct expected *x, const struct model *m,
	struct model_listing listing, double found)
{
	for (unsigned part = 0; part < m->parts; part++) {
		bool unlisted = listing.unlisted >> part & 1;

		if (!unlisted && !(listing.listed >> part & 1))
			continue;
		x->parts[0][part] += found;
		x->parts[1][part] += 1 - found;
		x->unlisted[0][part] += unlisted ? found : 0;
		x->unlisted[1][part] += unlisted ? 1 - found : 0;
	}
	x->found += found;
}

static void expect_pair(struct expected *x, const struct model *m,
	struct model_listing listing, double found)
{
	for (unsigned part = 0; part < m->parts; part++) {
		bool unlisted = listing.unlisted >> part & 1;

		if (!unlisted && !(listing.listed >> part & 1))
			continue;
		x->parts[0][part] += found;
		x->unlisted[0][part] += unlisted ? found : 0;
	}
	x->found += found;
}

/* The pairs of one record share what "nobody" leaves. */
static void expect_record(struct expected *x, const struct model *m,
	const struct model_sample *s, uint32_t record, size_t from, size_t to,
	double log_prior)
{
	double nobody = model_log_nobody(m, s->listings[record]), most = nobody, sum;

	for (size_t i = from; i < to; i++)
		most = fmax(most, log_prior + x->log_m[s->pairs[i].pattern - 1] -
					  (double)s->pairs[i].log_u);
	sum = exp(nobody - most);
	for (size_t i = from; i < to; i++)
		sum += exp(log_prior + x->log_m[s->pairs[i].pattern - 1] -
			   (double)s->pairs[i].log_u - most);
	for (size_t i = from; i < to; i++)
		x->kinds[s->pairs[i].pattern - 1] +=
			exp(log_prior + x->log_m[s->pairs[i].pattern - 1] -
				(double)s->pairs[i].log_u - most) /
			sum;
	expect_listing(x, m, s->listings[record], 1 - exp(nobody - most) / sum);
}

/* Each pair against chance; a record that has none counts among those of nobody. */
static void expect_many(struct expected *x, const struct model *m,
	const struct model_sample *s, uint32_t record, size_t from, size_t to,
	double log_prior)
{
	double nobody = model_log_nobody(m, s->listings[record]);

	expect_listing(x, m, s->listings[record], 0);
	for (size_t i = from; i < to; i++) {
		double log_odds = log_prior - nobody + x->log_m[s->pairs[i].pattern - 1] -
				  (double)s->pairs[i].log_u,
		       p = 1 / (1 + exp(-log_odds));

		x->kinds[s->pairs[i].pattern - 1] += p;
		expect_pair(x, m, s->listings[record], p);
	}
}

static void expect(struct expected *x, const struct model *m,
	const struct model_sample *s, size_t people)
{
	double log_prior = model_log_prior(m, people);
	size_t from = 0, to;

	for (uint32_t i = 0; i < s->numbers.count; i++) {
		x->log_m[i] = model_log_m(m, s->kinds[i].pattern, s->kinds[i].listing);
		x->kinds[i] = 0;
	}
	for (uint32_t record = 0; record < s->records; record++, from = to) {
		for (to = from; to < s->count && s->pairs[to].record == record;)
			to++;
		(m->many ? expect_many : expect_record)(
			x, m, s, record, from, to, log_prior);
	}
}

/*
 * A worse level must not weigh more: neighbours that do are put together, and share m as
 * they share u (pool adjacent violators; Ayer et al., Ann. Math. Stat. 26, 1955).
 */
static void keep_monotone(double *m, const double *u, int levels)
{
	double sum_m[MODEL_LEVELS], sum_u[MODEL_LEVELS];
	int from[MODEL_LEVELS + 1], blocks = 0;

	for (int i = 0; i < levels; i++) {
		from[blocks] = i;
		sum_m[blocks] = m[i];
		sum_u[blocks++] = u[i];
		while (blocks > 1 && sum_m[blocks - 1] * sum_u[blocks - 2] >
					     sum_m[blocks - 2] * sum_u[blocks - 1]) {
			blocks--;
			sum_m[blocks - 1] += sum_m[blocks];
			sum_u[blocks - 1] += sum_u[blocks];
		}
	}
	from[blocks] = levels;
	for (int block = 0; block < blocks; block++)
		for (int i = from[block]; i < from[block + 1] && sum_u[block] > 0; i++)
			m[i] = sum_m[block] * u[i] / sum_u[block];
}

/* --- maximization --- */

/* What is impossible has no share, and stands in no one's way. */
static double part_maximize(struct model *m, int class, unsigned part,
	const struct model *usual, const double counts[MODEL_LEVELS],
	const double *usual_u, double prior)
{
	double total = 0, fresh[MODEL_LEVELS], u[MODEL_LEVELS], change = 0;
	int at[MODEL_LEVELS], levels = 0;

	for (int i = 0; i < m->levels[part]; i++)
		if (is_possible(class, part, i)) {
			at[levels++] = i;
			total += counts[i];
		}
	for (int k = 0; k < levels; k++) {
		fresh[k] = (counts[at[k]] + prior * usual->m[class][part][at[k]]) /
			   (total + prior);
		u[k] = usual_u[at[k]];
	}
	keep_monotone(fresh, u, levels);
	for (int k = 0; k < levels; k++) {
		change = fmax(change, fabs(fresh[k] - m->m[class][part][at[k]]));
		m->m[class][part][at[k]] = fresh[k];
	}
	return change;
}

/* Records of nobody are taken to be damaged as others are, but for identifiers, until
 * many say otherwise. */
static void listings_maximize(
	struct model *m, const struct model *usual, const struct expected *x)
{
	for (unsigned part = 0; part < m->parts; part++) {
		double found = (x->unlisted[0][part] + PRIOR * m->unlisted_found[part]) /
			       (x->parts[0][part] + PRIOR),
		       nobody;

		found = fmin(fmax(found, LEAST_M), 1 - LEAST_M);
		m->unlisted_found[part] = found;
		nobody = usual->unlisted_nobody[part] > usual->unlisted_found[part]
				 ? usual->unlisted_nobody[part]
				 : found;
		m->unlisted_nobody[part] = (x->unlisted[1][part] + PRIOR * nobody) /
					   (x->parts[1][part] + PRIOR);
	}
}

static double maximize(struct model *m, const struct model *usual,
	const struct model_sample *s, const struct expected *x)
{
	model_table counts = {{{0}}};
	double change = 0, found_prior;

	for (uint32_t i = 0; i < s->numbers.count; i++)
		for (unsigned part = 0; part < m->parts; part++) {
			int level = model_get(s->kinds[i].pattern, part);

			if (level >= 0)
				counts[model_class(s->kinds[i].listing, part)][part]
				      [level] += x->kinds[i];
		}
	for (int class = 0; class < MODEL_CLASSES; class ++)
		for (unsigned part = 0; part < m->parts; part++)
			change = fmax(change,
				part_maximize(m, class, part, usual, counts[class][part],
					s->usual[class][part],
					s->records < FEW ? PRIOR_FEW : PRIOR));
	listings_maximize(m, usual, x);
	found_prior = s->records < FEW ? PRIOR_FOUND : 0;
	m->found = fmax((x->found + found_prior * usual->found) /
				((double)s->records + found_prior),
		FOUND_LEAST);
	if (!m->many)
		m->found = fmin(m->found, FOUND_MOST);
	logs_take(m);
	return change;
}

void model_learn(struct model *m, const struct model_sample *s, size_t people)
{
	const struct model usual = *m;
	double *room, change = 1;

	if (s->records < (m->many ? MODEL_LEAST_MANY : MODEL_LEAST_RECORDS) || !people)
		return;
	room = text_alloc(2 * ((size_t)s->numbers.count + 1) * sizeof(*room));
	for (int round = 0; round < MODEL_ROUNDS && change > SETTLED; round++) {
		struct expected x = {.kinds = room, .log_m = room + s->numbers.count + 1};

		expect(&x, m, s, people);
		change = maximize(m, &usual, s, &x);
	}
	free(room);
}
