/* SPDX-License-Identifier: MIT */
/*
 * Why a record is, or is not, a person: the weights of linkage_run once more, in words.
 *
 * What can go wrong: an explanation that is not the sum. So what the other candidates and
 * the other records do is not told by a formula of its own, but is what is left between
 * the weights and the probability that was decided.
 */
#include <math.h>
#include <stdio.h>

#include "recipients/linkage_state.h"

#define BIT 0.69314718055994531 /* in natural logarithms */
#define ODDS_LEAST 1e-12

static struct linkage_line *line_add(
	struct linkage_explanation *x, const char *what, double log)
{
	struct linkage_line *line =
		&x->lines[x->count < LINKAGE_LINES ? x->count++ : LINKAGE_LINES - 1];

	*line = (struct linkage_line){.bits = log / BIT};
	(void)snprintf(line->what, sizeof(line->what), "%s", what);
	return line;
}

static const char *const name_parts[NAMING_PARTS] = {
	"surname", "forename", "initial", "second forename", "second forename"};

static const char *const name_words[NAMING_PARTS][MODEL_LEVELS] = {
	{"equal", "equal to the former one", "one slip or another spelling", "two slips",
		"a part of it", "different"},
	{"equal", "what they are called", "a short or pet name",
		"a slip or another spelling", "equal to their second one",
		"different, the same initial", "different"},
	{"equal", "that of another forename", "different"},
	{"agrees", "the list has none", "different"},
	{"neither has one", "only the list has one"}};

static const char *field_words(enum value_kind kind, int level)
{
	static const char *const plain[] = {
		"equal", "a slip", "a short form", "a word in common", "different"};
	static const char *const rank[] = {
		"equal", "a step up or down", "detective or not", "", "different"};
	static const char *const date[] = {"equal", "a slip, or day and month swapped",
		"the same day of another year", "1 January of the same year",
		"different"};
	static const char *const postcode[] = {
		"equal", "a slip", "the same first half", "", "different"};
	static const char *const money[] = {
		"equal", "rounded", "within 4 %", "", "different"};

	switch (kind) {
	case VALUE_RANK:
		return rank[level];
	case VALUE_DATE:
		return date[level];
	case VALUE_POSTCODE:
		return postcode[level];
	case VALUE_MONEY:
		return money[level];
	case VALUE_SKIPPED:
	case VALUE_NAME:
	case VALUE_NUMBER:
	case VALUE_EMAIL:
	case VALUE_VETTING:
	case VALUE_PLACE:
	case VALUE_GENDER:
	case VALUE_TEXT:
		break;
	}
	return plain[level];
}

/* "equal, as on 612 of 47,000": how many of the list agree as well by chance. */
static void say_share(
	struct linkage_line *line, const char *how, double log_u, double people)
{
	double count = exp(log_u) * people;

	(void)snprintf(line->how, sizeof(line->how),
		"%s; about %.0f of %.0f agree as well", how, count < 1 ? 1 : count,
		people);
}

static void explain_parts(
	struct scoring *s, const struct score *score, struct linkage_explanation *x)
{
	double people = (double)s->evidence->lists[EVIDENCE_PEOPLE].count;

	for (unsigned part = 0; part < s->model.parts; part++) {
		const struct comparison *c =
			part < NAMING_PARTS ? NULL
					    : &s->comparisons.list[part - NAMING_PARTS];
		int level = model_get(score->pattern, part);
		struct linkage_line *line;
		double log_u;

		if (level < 0)
			continue;
		log_u = c ? c->log_u[level] : s->naming.log_u[part][level];
		line = line_add(x,
			c ? s->evidence->columns[c->column].name : name_parts[part],
			s->model.log_m[model_class(score->listing, part)][part][level] -
				log_u);
		say_share(line, c ? field_words(c->kind, level) : name_words[part][level],
			log_u, people);
	}
}

static void explain_whole(struct linkage *l, const struct score *score,
	double probability, struct linkage_explanation *x)
{
	double alone = scoring_log_odds(&l->scoring, score), sum = score->weight,
	       found = fmin(fmax(probability, ODDS_LEAST), 1 - ODDS_LEAST);
	struct linkage_line *line;

	if (score->log_joint < 0) {
		line = line_add(x, "fields that go together", score->log_joint);
		(void)snprintf(line->how, sizeof(line->how),
			"on this list these often come together");
	}
	if (score->log_reading < 0) {
		line = line_add(x, "reading of the name", score->log_reading);
		(void)snprintf(
			line->how, sizeof(line->how), "it can be read in other ways");
	}
	if (score->log_day < 0) {
		line = line_add(x, "day of the list", score->log_day);
		(void)snprintf(line->how, sizeof(line->how),
			"another list is nearer to the day of the leak");
	}
	line = line_add(x, "before any field", alone - sum);
	(void)snprintf(line->how, sizeof(line->how), "one of %.0f people, or nobody",
		(double)l->scoring.people);
	line = line_add(x, "rivals", log(found / (1 - found)) - alone);
	(void)snprintf(line->how, sizeof(line->how),
		"other people for this row, other rows for this person");
}

bool linkage_explain(struct linkage *l, uint32_t record, uint32_t person,
	struct linkage_explanation *ret)
{
	const struct assignment *a = &l->assignment;
	const struct evidence_row *row;
	struct score score;
	uint32_t at;

	*ret = (struct linkage_explanation){0};
	if (!l->decisions || record >= l->records_limit || person >= l->people_limit ||
		!l->decisions[record].row)
		return false;
	at = l->decisions[record].row - 1;
	row = &l->evidence.lists[EVIDENCE_RECORDS].rows[at];
	if (!scoring_weigh(&l->scoring, row, person, &score))
		return false;
	for (size_t i = a->starts[at]; i < a->starts[at + 1]; i++)
		if (a->edges[i].person == person)
			ret->probability = a->edges[i].probability;
	/* Lays the reading out that weighed most, for its counts. */
	scoring_lay(&l->scoring, row, &score);
	explain_parts(&l->scoring, &score, ret);
	explain_whole(l, &score, ret->probability, ret);
	return true;
}
