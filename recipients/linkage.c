/* SPDX-License-Identifier: MIT */
/*
 * Who each record is, by rules. It does not read the ledger (match.c does) nor compare
 * values (verdict.c).
 *
 * Two steps for each record. Is a strong identifier of it on the list? Then its holder is
 * the person, unless the name says otherwise. Else everybody who agrees on every field
 * that both have: found under surname and first letter, so that no record is held against
 * the whole list.
 *
 * What can go wrong: a wrong match sends somebody the news of another's leak, a missed
 * one leaves a person untold. Where the rules are not sure they say so and leave it to a
 * human.
 */
#include "recipients/linkage.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "recipients/dictionary.h"
#include "recipients/evidence.h"
#include "recipients/finder.h"

/*
 * How often such a decision is right, from trials on made-up forces with known truth.
 * Rules do not know better; the order of them is what counts.
 */
#define P_NUMBER_AND_NAME 0.9999
#define P_NUMBER_AND_LIKE 0.995 /* the name has typing errors or is shortened */
#define P_NUMBER_ONLY 0.99
#define P_ALL_FIELDS 0.999
#define P_ALL_OF_FEW 0.995 /* an initial and one field, or a full name alone */
#define P_TOO_LITTLE 0.8
#define P_NUMBER_NEAR 0.9     /* all agrees, but the number has a typing error */
#define P_NUMBER_DIFFERS 0.2  /* it is quite another: often a namesake who left */
#define P_CONFLICT_HOLDER 0.6 /* nobody on the list has the name: it may have changed */
#define P_CONFLICT_OTHER 0.05 /* the holder, where somebody has */
#define P_CONFLICT_NAME 0.9   /* those together */

#define NEVER 1e-12

struct decision {
	uint8_t outcome, reason, count;
	uint32_t row; /* of the record, and one */
	uint32_t fit;
	size_t candidates;
};

struct linkage {
	struct evidence evidence;
	struct finder finder;
	uint32_t people_limit, records_limit; /* largest number, and one */
	bool people_last;                     /* people came after records */
	double threshold;
	struct decision *decisions;
	struct linkage_candidate *candidates;
	size_t candidates_count, candidates_room;
	uint32_t weight; /* how many records are decided at once */
	double *absent;  /* per person: log of the probability of being in none of the
			    records */
};

struct linkage *linkage_new(void)
{
	return text_alloc(sizeof(struct linkage));
}

void linkage_free(struct linkage *l)
{
	if (!l)
		return;
	evidence_done(&l->evidence);
	finder_done(&l->finder);
	free(l->decisions);
	free(l->candidates);
	free(l->absent);
	free(l);
}

void linkage_freep(struct linkage **l)
{
	linkage_free(*l);
	*l = NULL;
}

static int side_add(struct linkage *l, enum evidence_side side, uint32_t number,
	const char *packed, size_t length, struct fault *f)
{
	uint32_t *limit = side == EVIDENCE_PEOPLE ? &l->people_limit : &l->records_limit;
	const char *what = side == EVIDENCE_PEOPLE ? "people" : "records";

	if (number >= LINKAGE_LIMIT || l->evidence.lists[side].count >= LINKAGE_LIMIT)
		return fault_set(f, FAULT_INPUT, "more than %d %s", LINKAGE_LIMIT, what);
	if (side == EVIDENCE_RECORDS && l->people_last)
		return fault_set(f, FAULT_INTERNAL,
			"a record after people that came after records");
	if (side == EVIDENCE_PEOPLE && l->records_limit)
		l->people_last = true;
	if (number >= *limit)
		*limit = number + 1;
	return evidence_add(&l->evidence, side, number, packed, length, f);
}

int linkage_add_person(struct linkage *l, uint32_t person, const char *packed,
	size_t length, struct fault *f)
{
	return side_add(l, EVIDENCE_PEOPLE, person, packed, length, f);
}

int linkage_add_record(struct linkage *l, uint32_t record, const char *packed,
	size_t length, struct fault *f)
{
	return side_add(l, EVIDENCE_RECORDS, record, packed, length, f);
}

static int candidate_order(const void *a, const void *b)
{
	const struct linkage_candidate *x = a, *y = b;

	if (x->probability != y->probability)
		return x->probability < y->probability ? 1 : -1;
	return x->person < y->person ? -1 : x->person > y->person;
}

/* Writes down the findings that have a probability. */
static void decision_make(struct linkage *l, struct decision *d,
	enum linkage_outcome outcome, enum linkage_reason reason)
{
	struct linkage_candidate *first;
	size_t count = 0;

	if (l->candidates_room <= l->candidates_count + l->finder.count) {
		l->candidates_room = l->candidates_room * 3 / 2 + l->finder.count + 64;
		l->candidates = text_realloc(
			l->candidates, l->candidates_room * sizeof(*l->candidates));
	}
	first = l->candidates + l->candidates_count;
	for (size_t i = 0; i < l->finder.count; i++) {
		const struct finding *x = &l->finder.list[i];

		if (!(x->probability > 0))
			continue;
		first[count++] = (struct linkage_candidate){x->person, x->probability};
		l->absent[x->person] +=
			l->weight * log1p(-fmin(x->probability, 1 - NEVER));
	}
	qsort(first, count, sizeof(*first), candidate_order);
	d->fit = (uint32_t)count;
	while (count && (count > LINKAGE_CANDIDATES ||
				first[count - 1].probability < LINKAGE_LEAST))
		count--;
	if (outcome == LINKAGE_MATCHED && first[0].probability < l->threshold)
		outcome = LINKAGE_POSSIBLE;
	d->outcome = (uint8_t)outcome;
	d->reason = (uint8_t)reason;
	d->count = (uint8_t)count;
	d->candidates = l->candidates_count;
	l->candidates_count += count;
}

/* An identifier says one person; the name, or another identifier, says somebody else. */
static void decide_conflict(
	struct linkage *l, const struct evidence_row *record, struct decision *d)
{
	double holders = 0, named = 0;

	finder_by_name(&l->finder, record);
	for (size_t i = 0; i < l->finder.count; i++) {
		holders += l->finder.list[i].held > 0;
		named += l->finder.list[i].agrees;
	}
	for (size_t i = 0; i < l->finder.count; i++) {
		struct finding *x = &l->finder.list[i];

		if (x->held)
			x->probability =
				(named > 0 ? P_CONFLICT_OTHER : P_CONFLICT_HOLDER) /
				holders;
		if (x->agrees)
			x->probability += P_CONFLICT_NAME / named;
	}
	decision_make(l, d, LINKAGE_POSSIBLE, LINKAGE_CONFLICT);
}

/* How well a holder of all the record's identifiers fits it otherwise. */
enum holding {
	HOLDING_NOT,    /* holds not all of them, or the name contradicts */
	HOLDING_NUMBER, /* there is no name to compare */
	HOLDING_LIKE,   /* the name does not contradict */
	HOLDING_NAME,   /* the name agrees */
	HOLDING_ALL     /* all that both have agrees */
};

static enum holding holding_of(const struct linkage *l, const struct evidence_row *record,
	const struct finding *x, uint32_t found)
{
	struct verdict v;

	if (x->held != found || !finder_entry(&l->finder, record, x->person, &v))
		return HOLDING_NOT;
	if (v.name == VERDICT_NONE)
		return HOLDING_NUMBER;
	if (v.name == VERDICT_AGAINST)
		return finder_contradicts(&l->finder, record, x->person) ? HOLDING_NOT
									 : HOLDING_LIKE;
	return v.differ ? HOLDING_NAME : HOLDING_ALL;
}

static double holding_probability(enum holding holding)
{
	switch (holding) {
	case HOLDING_NOT:
		return 0;
	case HOLDING_NUMBER:
		return P_NUMBER_ONLY;
	case HOLDING_LIKE:
		return P_NUMBER_AND_LIKE;
	case HOLDING_NAME:
	case HOLDING_ALL:
		return P_NUMBER_AND_NAME;
	}
	return 0;
}

/* Does somebody else's full name agree exactly, where the holder's is only like it? */
static bool has_rival(struct linkage *l, const struct evidence_row *record)
{
	finder_by_name(&l->finder, record);
	for (size_t i = 0; i < l->finder.count; i++)
		if (!l->finder.list[i].held && l->finder.list[i].agrees &&
			l->finder.list[i].name == VERDICT_FORENAME)
			return true;
	return false;
}

static void decide_by_number(struct linkage *l, const struct evidence_row *record,
	uint32_t found, struct decision *d)
{
	enum holding best = HOLDING_NOT;
	size_t count = 0;

	for (size_t i = 0; i < l->finder.count; i++) {
		enum holding h = holding_of(l, record, &l->finder.list[i], found);

		count = h > best ? 1 : count + (h == best);
		best = h > best ? h : best;
		l->finder.list[i].rank = h;
	}
	if (best == HOLDING_NOT ||
		(best == HOLDING_LIKE && count == 1 && has_rival(l, record))) {
		decide_conflict(l, record, d);
		return;
	}
	for (size_t i = 0; i < l->finder.count; i++)
		if (l->finder.list[i].rank == best)
			l->finder.list[i].probability =
				count > 1 ? 1.0 / (double)count
					  : holding_probability(best);
	if (count > 1)
		decision_make(l, d, LINKAGE_AMBIGUOUS, LINKAGE_SHARED_NUMBER);
	else
		decision_make(l, d, LINKAGE_MATCHED,
			best == HOLDING_NUMBER ? LINKAGE_NUMBER_ONLY
					       : LINKAGE_NUMBER_AND_NAME);
}

/* A surname alone, or with an initial and nothing else, is nobody in particular. */
static bool is_enough(const struct finding *x)
{
	return x->name == VERDICT_FORENAME ||
	       (x->name == VERDICT_INITIAL && x->agree > 0);
}

static double one_probability(const struct finding *x)
{
	if (!is_enough(x))
		return P_TOO_LITTLE;
	return x->agree > (x->name == VERDICT_INITIAL) ? P_ALL_FIELDS : P_ALL_OF_FEW;
}

/* All agrees with these people but a number, and that number nobody on the list has. */
static void decide_number_differs(struct linkage *l, struct decision *d)
{
	double all = (double)l->finder.count, near = 0;

	for (size_t i = 0; i < l->finder.count; i++)
		near += l->finder.list[i].near;
	for (size_t i = 0; i < l->finder.count; i++) {
		struct finding *x = &l->finder.list[i];

		if (near > 0)
			x->probability = x->near ? P_NUMBER_NEAR / near
						 : (1 - P_NUMBER_NEAR) / 2 / all;
		else
			x->probability = P_NUMBER_DIFFERS / all;
	}
	decision_make(l, d, LINKAGE_POSSIBLE, LINKAGE_NUMBER_DIFFERS);
}

static void decide_by_fields(
	struct linkage *l, const struct evidence_row *record, struct decision *d)
{
	bool empty = evidence_empty(&l->evidence, record), enough = false;
	size_t clean = 0;

	finder_by_name(&l->finder, record);
	for (size_t i = 0; i < l->finder.count; i++) {
		clean += l->finder.list[i].clean;
		enough = enough ||
			 (l->finder.list[i].clean && is_enough(&l->finder.list[i]));
	}
	if (l->finder.count && !clean) {
		decide_number_differs(l, d);
		return;
	}
	for (size_t i = 0; i < l->finder.count; i++) {
		struct finding *x = &l->finder.list[i];

		if (x->clean)
			x->probability =
				clean > 1 ? 1.0 / (double)clean : one_probability(x);
	}
	if (clean > 1)
		decision_make(l, d, LINKAGE_AMBIGUOUS, LINKAGE_SEVERAL);
	else if (enough)
		decision_make(l, d, LINKAGE_MATCHED, LINKAGE_ALL_FIELDS);
	else if (clean)
		decision_make(l, d, LINKAGE_POSSIBLE, LINKAGE_TOO_LITTLE);
	else
		decision_make(l, d, LINKAGE_UNMATCHED,
			empty ? LINKAGE_NOTHING : LINKAGE_NOBODY);
}

/* Records that say the same are decided once: a leak of thousands of equal rows takes no
 * longer than one. */
struct twins {
	struct dictionary signs;
	uint32_t *sign; /* of each record's row */
	struct twin {
		uint32_t count, first; /* row of the first, and one */
	} * list;
};

static void twins_find(struct twins *t, const struct evidence *e)
{
	const struct evidence_list *records = &e->lists[EVIDENCE_RECORDS];
	auto_text_buffer sign = {0};

	t->sign = text_alloc((records->count + 1) * sizeof(*t->sign));
	t->list = text_alloc((records->count + 2) * sizeof(*t->list));
	for (size_t i = 0; i < records->count; i++) {
		text_clear(&sign);
		evidence_sign(e, &records->rows[i], &sign);
		t->sign[i] = dictionary_add(&t->signs, text_string(&sign));
		t->list[t->sign[i]].count++;
	}
}

static void twins_done(struct twins *t)
{
	dictionary_done(&t->signs);
	free(t->sign);
	free(t->list);
}
#define auto_twins __attribute__((cleanup(twins_done))) struct twins

static void decide(
	struct linkage *l, const struct evidence_row *record, struct decision *d)
{
	uint32_t found = finder_by_number(&l->finder, record);

	if (found)
		decide_by_number(l, record, found, d);
	else
		decide_by_fields(l, record, d);
	finder_clear(&l->finder);
}

int linkage_run(struct linkage *l, const struct linkage_settings *settings,
	const struct progress *progress, struct fault *f)
{
	const struct evidence_list *records = &l->evidence.lists[EVIDENCE_RECORDS];
	auto_twins twins = {0};

	l->threshold = settings && settings->threshold > 0 ? settings->threshold
							   : LINKAGE_THRESHOLD;
	l->decisions = text_alloc(((size_t)l->records_limit + 1) * sizeof(*l->decisions));
	l->absent = text_alloc(((size_t)l->people_limit + 1) * sizeof(*l->absent));
	finder_init(&l->finder, &l->evidence, l->people_limit);
	twins_find(&twins, &l->evidence);
	for (size_t i = 0; i < records->count; i++) {
		struct decision *d = &l->decisions[records->rows[i].owner];
		struct twin *twin = &twins.list[twins.sign[i]];

		if (i % 1024 == 0 &&
			progress_step(progress, "matching", i, records->count, f))
			return -1;
		if (twin->first) {
			*d = l->decisions[records->rows[twin->first - 1].owner];
		} else {
			twin->first = (uint32_t)i + 1;
			l->weight = twin->count;
			decide(l, &records->rows[i], d);
		}
		d->row = (uint32_t)i + 1;
	}
	return 0;
}

void linkage_result(const struct linkage *l, uint32_t record, struct linkage_result *ret)
{
	static const struct decision none = {0};
	const struct decision *d =
		record < l->records_limit && l->decisions ? &l->decisions[record] : &none;

	*ret = (struct linkage_result){
		.outcome = (enum linkage_outcome)d->outcome,
		.reason = (enum linkage_reason)d->reason,
		.candidates = l->candidates + d->candidates,
		.count = d->count,
		.fit = d->fit,
	};
}

double linkage_person(const struct linkage *l, uint32_t person)
{
	return person < l->people_limit && l->absent ? -expm1(l->absent[person]) : 0;
}

void linkage_explain(
	const struct linkage *l, uint32_t record, uint32_t person, struct text *out)
{
	const struct evidence_list *records = &l->evidence.lists[EVIDENCE_RECORDS];
	const struct evidence_row *row, *entry;
	struct verdict v;

	if (record >= l->records_limit || !l->decisions || !l->decisions[record].row)
		return;
	row = &records->rows[l->decisions[record].row - 1];
	entry = finder_entry(&l->finder, row, person, &v);
	if (entry)
		verdict_explain(&l->evidence, row, entry, out);
}

const char *linkage_outcome_name(enum linkage_outcome outcome)
{
	static const char *const names[] = {
		[LINKAGE_UNMATCHED] = "unmatched",
		[LINKAGE_POSSIBLE] = "possible",
		[LINKAGE_AMBIGUOUS] = "ambiguous",
		[LINKAGE_MATCHED] = "matched",
	};

	return names[outcome];
}

const char *linkage_reason_text(enum linkage_reason reason)
{
	static const char *const texts[] = {
		[LINKAGE_NOTHING] = "nothing to compare",
		[LINKAGE_NOBODY] = "nobody agrees",
		[LINKAGE_NUMBER_AND_NAME] = "number and name",
		[LINKAGE_NUMBER_ONLY] = "number, no name",
		[LINKAGE_ALL_FIELDS] = "all fields agree",
		[LINKAGE_SEVERAL] = "several agree on every field",
		[LINKAGE_SHARED_NUMBER] = "several hold the number",
		[LINKAGE_CONFLICT] = "conflict",
		[LINKAGE_NUMBER_DIFFERS] = "number differs",
		[LINKAGE_TOO_LITTLE] = "too little evidence",
	};

	return texts[reason];
}
