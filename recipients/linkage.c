/* SPDX-License-Identifier: MIT */
/*
 * From evidence to outcomes. It does not read the ledger (match.c does); what agreement
 * weighs is scoring.c's, who gets whom assignment.c's.
 *
 * What can go wrong: a wrong match sends somebody the news of another's leak, a missed
 * one leaves a person untold. So a record is matched only where nobody else is likely,
 * everyone who may be it is told that they may, and where an identifier and a name
 * disagree a human is asked.
 */
#include "recipients/linkage_state.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "recipients/notebook.h"

#define NOBODY_LIKELY 0.9 /* from here on a record is nobody's */
#define ALIKE 0.01        /* weights that differ by less are the same */
#define SURE 0.99         /* records from which repeats are counted */
#define SHARE_MOST 0.95   /* of the list that may be in the leak, when it is estimated */

struct linkage *linkage_new(void)
{
	return text_alloc(sizeof(struct linkage));
}

void linkage_free(struct linkage *l)
{
	if (!l)
		return;
	if (l->scored)
		scoring_done(&l->scoring);
	evidence_done(&l->evidence);
	free(l->decisions);
	free(l->candidates);
	free(l->assignment.edges);
	free(l->assignment.starts);
	free(l->assignment.claimed);
	free(l->notes);
	free(l->tellable);
	free(l->settled);
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

int linkage_add_other(struct linkage *l, uint32_t person, const char *packed,
	size_t length, struct fault *f)
{
	struct evidence_list *people = &l->evidence.lists[EVIDENCE_PEOPLE];

	if (linkage_add_person(l, person, packed, length, f))
		return -1;
	people->rows[people->count - 1].other_day = true;
	return 0;
}

int linkage_add_record(struct linkage *l, uint32_t record, const char *packed,
	size_t length, struct fault *f)
{
	return side_add(l, EVIDENCE_RECORDS, record, packed, length, f);
}

bool linkage_wants(const struct linkage *l, const char *field)
{
	return evidence_wants(&l->evidence, field);
}

void linkage_settle(struct linkage *l, uint32_t record, uint32_t person)
{
	if (record >= l->settled_room) {
		size_t room = (size_t)record * 2 + 64;

		l->settled = text_realloc(l->settled, room * sizeof(*l->settled));
		memset(l->settled + l->settled_room, 0,
			(room - l->settled_room) * sizeof(*l->settled));
		l->settled_room = room;
	}
	l->settled[record] = person == LINKAGE_NO_ONE ? LINKAGE_NO_ONE : person + 1;
}

/* --- who gets whom --- */

/*
 * How often does a record name a person whom another names already? Counted on records
 * that are sure of themselves.
 */
static double again_of(const struct linkage *l, double *ret_found)
{
	const struct assignment *a = &l->assignment;
	bool *named = text_alloc((size_t)a->people + 1);
	double sure = 0, twice = 0;

	*ret_found = 0;
	for (uint32_t row = 0; row < a->rows; row++) {
		double all = 1, best = 0;
		uint32_t person = 0;

		for (size_t i = a->starts[row]; i < a->starts[row + 1]; i++) {
			all += a->edges[i].odds;
			if (a->edges[i].odds > best) {
				best = a->edges[i].odds;
				person = a->edges[i].person;
			}
		}
		*ret_found += 1 - 1 / all;
		if (best / all < SURE)
			continue;
		sure++;
		twice += named[person];
		named[person] = true;
	}
	free(named);
	return sure > 0 ? twice / sure : 0;
}

/*
 * People who are free are likelier to be meant the more of the list the leak holds: of a
 * leak of all, only those are left whom no record names.
 */
static void weigh_edges(struct linkage *l, enum linkage_once once)
{
	struct assignment *a = &l->assignment;
	double found, twice = again_of(l, &found), people = (double)l->scoring.people;
	double rows = a->rows > 0 ? a->rows : 1;

	twice = once == LINKAGE_ONCE ? 0 : fmin(twice, 0.9);
	a->again = fmin(1, twice / (1 - twice) * people / rows);
	if (once == LINKAGE_OFTEN)
		a->again = 1;
	l->share = fmin(found * (1 - twice) / people, SHARE_MOST);
	if (a->again < 1)
		for (size_t i = 0; i < a->starts[a->rows]; i++)
			a->edges[i].odds =
				fmin(a->edges[i].odds / (1 - l->share), ODDS_MOST);
}

static double edges_tellable(const struct linkage *l, uint32_t row)
{
	return l->decisions[l->evidence.lists[EVIDENCE_RECORDS].rows[row].owner].reason !=
			       LINKAGE_CONFLICT
		       ? 1
		       : 0;
}

/* Without the records that are conflicts. */
static void find_tellable(struct linkage *l)
{
	const struct assignment *a = &l->assignment;
	bool *touched = text_alloc((size_t)a->people + 1);
	double *absent = text_alloc(((size_t)a->people + 1) * sizeof(*absent));

	for (uint32_t p = 0; p < a->people; p++)
		absent[p] = 1;
	for (size_t i = 0; i < a->starts[a->rows]; i++) {
		const struct assignment_edge *e = &a->edges[i];

		if (edges_tellable(l, e->row) > 0)
			absent[e->person] *= 1 - e->probability;
		else
			touched[e->person] = true;
	}
	for (uint32_t p = 0; p < a->people; p++)
		l->tellable[p] =
			touched[p] ? fmin(1 - absent[p], a->claimed[p]) : a->claimed[p];
	free(touched);
	free(absent);
}

/* --- outcomes --- */

struct verdict {
	const struct linkage *linkage;
	uint32_t row;
	size_t best;  /* edge */
	double sum;   /* over all its people */
	double alone; /* the same, if no other row wanted them */
	double alike; /* over those who fit as well as the best */
	unsigned alike_count, holders;
	bool contradicted,
		uncontradicted; /* some holder of an identifier is, or is not */
};

static struct verdict verdict_find(const struct linkage *l, uint32_t row)
{
	const struct assignment *a = &l->assignment;
	struct verdict v = {.linkage = l, .row = row, .best = SIZE_MAX};
	double odds = 0;

	for (size_t i = a->starts[row]; i < a->starts[row + 1]; i++) {
		const struct note *n = &l->notes[i];

		odds += a->edges[i].odds;
		v.sum += a->edges[i].probability;
		if (v.best == SIZE_MAX ||
			a->edges[i].probability > a->edges[v.best].probability)
			v.best = i;
		v.holders += n->flags & HOLDS ? 1 : 0;
		v.contradicted = v.contradicted || n->flags & CONTRADICTED;
		v.uncontradicted = v.uncontradicted ||
				   (n->flags & HOLDS && !(n->flags & CONTRADICTED));
	}
	v.alone = odds / (1 + odds);
	for (size_t i = a->starts[row]; i < a->starts[row + 1]; i++)
		if (fabs((double)(l->notes[i].weight - l->notes[v.best].weight)) <
			ALIKE) {
			v.alike += a->edges[i].probability;
			v.alike_count++;
		}
	return v;
}

/* An identifier says one person; the name, or another identifier, says somebody else. */
static bool is_conflict(const struct verdict *v)
{
	const struct note *best;

	if (v->best == SIZE_MAX || !v->holders)
		return false;
	best = &v->linkage->notes[v->best];
	if (best->flags & HOLDS)
		return best->flags & CONTRADICTED ||
		       (best->flags & NUMBER_DIFFERS && v->holders > 1);
	return v->contradicted || v->uncontradicted;
}

static enum linkage_reason reason_matched(uint8_t flags)
{
	if (flags & HOLDS)
		return flags & NAMED ? LINKAGE_NUMBER_AND_NAME : LINKAGE_NUMBER_ONLY;
	return flags & ALL_EQUAL ? LINKAGE_ALL_FIELDS : LINKAGE_MOST_FIELDS;
}

/* Of a row that is nobody's, or perhaps somebody's. */
static enum linkage_reason reason_unsure(const struct verdict *v, uint8_t flags)
{
	const struct linkage *l = v->linkage;
	const struct evidence_row *record =
		&l->evidence.lists[EVIDENCE_RECORDS].rows[v->row];

	if (evidence_empty(&l->evidence, record))
		return LINKAGE_NOTHING;
	if (v->alone >= NOBODY_LIKELY && v->sum <= v->alone / 2)
		return LINKAGE_TAKEN;
	if (v->sum <= 1 - NOBODY_LIKELY)
		return LINKAGE_NOBODY;
	if (flags & NUMBER_DIFFERS && v->holders == 0)
		return LINKAGE_NUMBER_DIFFERS;
	return v->alike_count > 1 ? LINKAGE_SEVERAL : LINKAGE_TOO_LITTLE;
}

static enum linkage_outcome decide(
	const struct verdict *v, double threshold, enum linkage_reason *ret_reason)
{
	const struct linkage *l = v->linkage;
	double best = v->best == SIZE_MAX ? 0 : l->assignment.edges[v->best].probability;
	uint8_t flags = v->best == SIZE_MAX ? 0 : l->notes[v->best].flags;

	*ret_reason = LINKAGE_CONFLICT;
	if (is_conflict(v))
		return LINKAGE_POSSIBLE;
	*ret_reason = reason_matched(flags);
	if (best >= threshold)
		return LINKAGE_MATCHED;
	*ret_reason = flags & HOLDS ? LINKAGE_SHARED_NUMBER : LINKAGE_SEVERAL;
	if (v->alike_count > 1 && v->alike >= NOBODY_LIKELY)
		return LINKAGE_AMBIGUOUS;
	*ret_reason = reason_unsure(v, flags);
	return v->sum <= 1 - NOBODY_LIKELY ? LINKAGE_UNMATCHED : LINKAGE_POSSIBLE;
}

enum linkage_outcome linkage_judge(const struct linkage *l, uint32_t row)
{
	struct verdict v = verdict_find(l, row);
	enum linkage_reason reason;

	return decide(&v, l->threshold, &reason);
}

static int candidate_order(const void *a, const void *b)
{
	const struct linkage_candidate *x = a, *y = b;

	if (x->probability != y->probability)
		return x->probability < y->probability ? 1 : -1;
	return x->person < y->person ? -1 : x->person > y->person;
}

static void list_candidates(struct linkage *l, uint32_t row, struct decision *d)
{
	const struct assignment *a = &l->assignment;
	size_t room = a->starts[row + 1] - a->starts[row], count = 0;
	struct linkage_candidate *first;

	if (l->candidates_room <= l->candidates_count + room) {
		l->candidates_room = l->candidates_room * 3 / 2 + room + 64;
		l->candidates = text_realloc(
			l->candidates, l->candidates_room * sizeof(*l->candidates));
	}
	first = l->candidates + l->candidates_count;
	for (size_t i = a->starts[row]; i < a->starts[row + 1]; i++)
		/* The holder of an identifier is always shown. */
		if (a->edges[i].probability >= LINKAGE_LEAST || l->notes[i].flags & HOLDS)
			first[count++] = (struct linkage_candidate){
				a->edges[i].person, a->edges[i].probability};
	if (count > 1)
		qsort(first, count, sizeof(*first), candidate_order);
	d->fit = (uint32_t)count;
	d->count = (uint8_t)(count < LINKAGE_CANDIDATES ? count : LINKAGE_CANDIDATES);
	d->candidates = l->candidates_count;
	l->candidates_count += d->count;
}

static void decide_all(struct linkage *l)
{
	const struct evidence_list *records = &l->evidence.lists[EVIDENCE_RECORDS];

	for (uint32_t i = 0; i < records->count; i++) {
		struct decision *d = &l->decisions[records->rows[i].owner];
		struct verdict v = verdict_find(l, i);
		enum linkage_reason reason;

		d->outcome = (uint8_t)decide(&v, l->threshold, &reason);
		d->reason = (uint8_t)reason;
		list_candidates(l, i, d);
	}
}

int linkage_run(struct linkage *l, const struct linkage_settings *settings,
	const struct progress *progress, struct fault *f)
{
	struct assignment *a = &l->assignment;

	if (notebook_read(&l->evidence, progress, f))
		return -1;
	l->threshold = settings && settings->threshold > 0 ? settings->threshold
							   : LINKAGE_THRESHOLD;
	a->rows = (uint32_t)l->evidence.lists[EVIDENCE_RECORDS].count;
	a->people = l->people_limit;
	l->decisions = text_alloc(((size_t)l->records_limit + 1) * sizeof(*l->decisions));
	a->starts =
		text_alloc(((size_t)a->rows + CALIBRATION_ROWS + 1) * sizeof(*a->starts));
	a->claimed = text_alloc(((size_t)a->people + 1) * sizeof(*a->claimed));
	l->tellable = text_alloc(((size_t)a->people + 1) * sizeof(*l->tellable));
	evidence_arrange(&l->evidence);
	calibration_prepare(l);
	scoring_init(&l->scoring, &l->evidence, l->people_limit);
	l->scored = true;
	l->scoring.known = l->settled;
	l->scoring.known_room = l->settled_room;
	scoring_learn(&l->scoring);
	if (linkage_edges_find(l, progress, f))
		return -1;
	weigh_edges(l, settings ? settings->once : LINKAGE_AUTO);
	assignment_run(a);
	decide_all(l);
	find_tellable(l);
	calibration_run(l);
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

double linkage_person(const struct linkage *l, uint32_t person, double *ret_tellable)
{
	bool known = person < l->people_limit && l->tellable;

	if (ret_tellable)
		*ret_tellable = known ? l->tellable[person] : 0;
	return known ? l->assignment.claimed[person] : 0;
}

const struct calibration *linkage_calibration(const struct linkage *l)
{
	return &l->calibration;
}

void linkage_keys(const struct linkage *l, struct text *out)
{
	if (l->scored)
		blocking_report(&l->scoring.blocking, l->looked_at, out);
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
		[LINKAGE_MOST_FIELDS] = "most fields agree",
		[LINKAGE_SEVERAL] = "several fit alike",
		[LINKAGE_SHARED_NUMBER] = "several hold the number",
		[LINKAGE_CONFLICT] = "conflict",
		[LINKAGE_NUMBER_DIFFERS] = "number differs",
		[LINKAGE_TAKEN] = "others fit better",
		[LINKAGE_TOO_LITTLE] = "too little evidence",
	};

	return texts[reason];
}
