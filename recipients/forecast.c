/* SPDX-License-Identifier: MIT */
/*
 * Facts about a match set, into the ledger and out of it. The trials are calibration.c's,
 * the words mailer/trust.c's.
 *
 * What can go wrong: an expectation is taken for a promise. Where it rests on a trial,
 * the trial's size is kept and told with it.
 */
#include "recipients/forecast.h"

#include <stddef.h>
#include <string.h>

/* The names stand in the ledger: they stay. */
static const struct {
	const char *name;
	bool real; /* a double, else a count */
	size_t place;
} facts[] = {
	{"copies", false, offsetof(struct calibration, copies)},
	{"copies_matched", false, offsetof(struct calibration, copies_matched)},
	{"copies_right", false, offsetof(struct calibration, copies_right)},
	{"copies_listed", false, offsetof(struct calibration, copies_listed)},
	{"copies_error", true, offsetof(struct calibration, copies_error)},
	{"copies_chance", true, offsetof(struct calibration, copies_chance)},
	{"decoys", false, offsetof(struct calibration, decoys)},
	{"decoys_matched", false, offsetof(struct calibration, decoys_matched)},
	{"rows_wrong", true, offsetof(struct calibration, rows_wrong)},
	{"rows_nobody", true, offsetof(struct calibration, rows_nobody)},
	{"rows_alike", false, offsetof(struct calibration, rows_alike)},
};
#define FACTS (sizeof(facts) / sizeof(facts[0]))

static double fact_get(const struct calibration *c, size_t i)
{
	const char *place = (const char *)c + facts[i].place;
	uint32_t count;
	double real;

	if (facts[i].real) {
		memcpy(&real, place, sizeof(real));
		return real;
	}
	memcpy(&count, place, sizeof(count));
	return count;
}

static void fact_set(struct calibration *c, size_t i, double value)
{
	char *place = (char *)c + facts[i].place;
	uint32_t count = (uint32_t)value;

	if (facts[i].real)
		memcpy(place, &value, sizeof(value));
	else
		memcpy(place, &count, sizeof(count));
}

int forecast_write(
	struct ledger *l, int64_t set, const struct calibration *trials, struct fault *f)
{
	auto_query struct query *q = NULL;

	if (ledger_query(l,
		    SQL("INSERT INTO match_fact (set_id, name, value) VALUES (:set, :name, :value)"),
		    &q, f))
		return -1;
	query_bind_int(q, ":set", set);
	for (size_t i = 0; i < FACTS; i++) {
		query_bind_text(q, ":name", facts[i].name);
		query_bind_real(q, ":value", fact_get(trials, i));
		if (query_run(q, f))
			return -1;
	}
	return 0;
}

static int read_facts(struct ledger *l, struct forecast *ret, struct fault *f)
{
	auto_query struct query *q = NULL;
	int got;

	if (ledger_query(l, SQL("SELECT name, value FROM match_fact_now"), &q, f))
		return -1;
	while ((got = query_next(q, f)) > 0)
		for (size_t i = 0; i < FACTS; i++)
			if (!strcmp(facts[i].name, query_text(q, "name"))) {
				fact_set(&ret->trials, i, query_real(q, "value"));
				ret->known = true;
			}
	return got;
}

static int read_rows(struct ledger *l, struct forecast *ret, struct fault *f)
{
	auto_query struct query *q = NULL;

	if (ledger_query(l,
		    SQL("SELECT count(*) AS rows, total(outcome = 'matched') AS matched FROM match_now"),
		    &q, f) ||
		query_next(q, f) < 0)
		return -1;
	ret->rows = query_int(q, "rows");
	ret->rows_matched = query_int(q, "matched");
	return 0;
}

/* Returns through `ret_people` how many people are expected to be in the leak. */
static int read_people(struct ledger *l, double tell_at, struct forecast *ret,
	double *ret_people, struct fault *f)
{
	auto_query struct query *q = NULL;

	if (ledger_query(l,
		    SQL("SELECT total(tellable >= 0.99) AS certain,"
			" total(CASE WHEN tellable >= 0.99 THEN 1 - probability END) AS wrong_certain,"
			" total(tellable < 0.99 AND tellable >= :tell) AS maybe,"
			" total(CASE WHEN tellable < 0.99 AND tellable >= :tell THEN 1 - probability END) AS wrong_maybe,"
			" total(CASE WHEN tellable < 0.99 AND tellable < :tell THEN tellable END) AS missed,"
			" total(CASE WHEN tellable < 0.99 AND tellable < :tell THEN max(probability - tellable, 0) END) AS waiting,"
			" total(probability) AS people FROM presence_now"),
		    &q, f))
		return -1;
	query_bind_real(q, ":tell", tell_at);
	if (query_next(q, f) < 0)
		return -1;
	ret->certain = query_int(q, "certain");
	ret->wrong_certain = query_real(q, "wrong_certain");
	ret->maybe = query_int(q, "maybe");
	ret->wrong_maybe = query_real(q, "wrong_maybe");
	ret->missed_unlikely = query_real(q, "missed");
	ret->waiting = query_real(q, "waiting");
	*ret_people = query_real(q, "people");
	return 0;
}

int forecast_read(struct ledger *l, double tell_at, struct forecast *ret, struct fault *f)
{
	const struct calibration *t = &ret->trials;
	double people;

	*ret = (struct forecast){0};
	if (read_facts(l, ret, f) || read_rows(l, ret, f) ||
		read_people(l, tell_at, ret, &people, f))
		return -1;
	ret->wrong_rows = t->rows_wrong;
	ret->alike = ret->rows ? (double)t->rows_alike / (double)ret->rows : 0;
	if (t->decoys)
		ret->decoy_rows = t->rows_nobody * t->decoys_matched / t->decoys;
	/* Who was found are those who were not lost. */
	if (t->copies_listed)
		ret->missed_lost =
			people * (t->copies - t->copies_listed) / t->copies_listed;
	return 0;
}

int forecast_spread(struct ledger *l, int64_t ret_rows[FORECAST_BINS],
	int64_t *ret_nobody, struct fault *f)
{
	auto_query struct query *q = NULL;
	int got;

	memset(ret_rows, 0, FORECAST_BINS * sizeof(*ret_rows));
	*ret_nobody = 0;
	if (ledger_query(l,
		    SQL("SELECT bin, count(*) AS rows FROM (SELECT (SELECT CAST(max(probability) * 10 AS INTEGER)"
			" FROM candidate_now c WHERE c.record_id = m.record_id) AS bin FROM match_now m) GROUP BY bin"),
		    &q, f))
		return -1;
	while ((got = query_next(q, f)) > 0) {
		int64_t bin = query_int(q, "bin");

		if (query_null(q, "bin"))
			*ret_nobody = query_int(q, "rows");
		else
			ret_rows[bin < FORECAST_BINS ? bin : FORECAST_BINS - 1] +=
				query_int(q, "rows");
	}
	return got;
}
