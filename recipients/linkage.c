/* SPDX-License-Identifier: MIT */
/*
 * Who each record is, by rules. It does not read the ledger (match.c does) nor compare
 * values (evidence.c).
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

#include "recipients/evidence.h"
#include "recipients/index.h"

/*
 * How often such a decision is right, from trials on made-up forces with known truth.
 * Rules do not know better; the order of them is what counts.
 */
#define P_NUMBER_AND_NAME 0.9999
#define P_NUMBER_AND_LIKE 0.995 /* the name has typing errors or is shortened */
#define P_NUMBER_ONLY 0.99
#define P_ALL_FIELDS 0.999
#define P_NUMBER_DIFFERS 0.9
#define P_TOO_LITTLE 0.7
#define P_CONFLICT_HOLDER 0.2
#define P_CONFLICT_NAME 0.7 /* those whom the name fits, together */

#define MIDDLE_SHARE 20 /* one in so many with a second forename: the list knows them */
#define NEVER 1e-12

struct decision {
	uint8_t outcome, reason, count;
	uint32_t row; /* of the record, and one */
	uint32_t fit;
	size_t candidates;
};

/* How well a holder of all the record's identifiers fits it otherwise. */
enum holding {
	HOLDING_NOT,  /* holds not all of them, or the name contradicts */
	HOLDING_SOME, /* nothing contradicts */
	HOLDING_NAME, /* the name agrees */
	HOLDING_ALL   /* all that both have agrees */
};

/* A person who came up for the record at hand. */
struct finding {
	uint32_t person;
	uint32_t held; /* how many of the record's identifiers are theirs */
	uint32_t last; /* identifier that was counted last, and one */
	bool agrees;   /* on every field that both have, numbers aside */
	bool clean;    /* and no number differs */
	enum evidence_strength name;
	unsigned agree; /* fields besides the name that agree */
	enum holding holding;
	double probability;
};

struct linkage {
	struct evidence evidence;
	struct index blocks, numbers, people;
	uint32_t people_limit, records_limit; /* largest number, and one */
	bool ran, middle_known;
	double threshold;
	struct decision *decisions;
	struct linkage_candidate *candidates;
	size_t candidates_count, candidates_room;
	double *absent; /* per person: log of the probability of being in none of the
			   records */
	struct finding *findings;
	size_t findings_count, findings_room;
	uint32_t *places; /* per person: place among the findings, and one */
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
	index_done(&l->blocks);
	index_done(&l->numbers);
	index_done(&l->people);
	free(l->decisions);
	free(l->candidates);
	free(l->absent);
	free(l->findings);
	free(l->places);
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

static void index_names(struct linkage *l)
{
	const struct evidence *e = &l->evidence;
	const struct evidence_list *list = &e->lists[EVIDENCE_PEOPLE];
	size_t middle = 0;

	for (uint32_t i = 0; i < list->count; i++)
		for (uint32_t k = 0; k < list->rows[i].names_count; k++) {
			const struct evidence_name *n =
				&e->names[list->rows[i].names + k];

			index_add(&l->blocks, n->block, i, 0);
			middle += n->forenames &&
				  strchr(dictionary_string(&e->words, n->forenames), ' ');
		}
	index_build(&l->blocks, e->blocks.count + 1);
	l->middle_known = middle * MIDDLE_SHARE > list->count;
}

static void index_numbers(struct linkage *l)
{
	const struct evidence *e = &l->evidence;
	const struct evidence_list *list = &e->lists[EVIDENCE_PEOPLE];

	for (uint32_t i = 0; i < list->count; i++)
		for (uint32_t k = 0; k < list->rows[i].cells_count; k++) {
			const struct evidence_cell *cell =
				&e->cells[list->rows[i].cells + k];

			if (e->columns[cell->column].strong)
				index_add(&l->numbers, evidence_value(e, cell).main, i,
					list->rows[i].cells + k);
		}
	index_build(&l->numbers, e->forms.count + 1);
}

static void index_people(struct linkage *l)
{
	const struct evidence_list *list = &l->evidence.lists[EVIDENCE_PEOPLE];

	for (uint32_t i = 0; i < list->count; i++)
		index_add(&l->people, list->rows[i].owner, i, 0);
	index_build(&l->people, l->people_limit);
}

static const struct evidence_row *entry_of(
	const struct linkage *l, const struct index_posting *p)
{
	return &l->evidence.lists[EVIDENCE_PEOPLE].rows[p->row];
}

static struct finding *finding_of(struct linkage *l, uint32_t person)
{
	if (l->places[person])
		return &l->findings[l->places[person] - 1];
	if (l->findings_count == l->findings_room) {
		l->findings_room = l->findings_room ? l->findings_room * 2 : 64;
		l->findings = text_realloc(
			l->findings, l->findings_room * sizeof(*l->findings));
	}
	l->findings[l->findings_count++] = (struct finding){.person = person};
	l->places[person] = (uint32_t)l->findings_count;
	return &l->findings[l->findings_count - 1];
}

static void findings_clear(struct linkage *l)
{
	for (size_t i = 0; i < l->findings_count; i++)
		l->places[l->findings[i].person] = 0;
	l->findings_count = 0;
}

/* Whose are the record's identifiers? Returns how many of them are on the list. */
static uint32_t holders_find(struct linkage *l, const struct evidence_row *record)
{
	const struct evidence *e = &l->evidence;
	uint32_t found = 0;

	for (uint32_t i = 0; i < record->cells_count; i++) {
		const struct evidence_cell *cell = &e->cells[record->cells + i];
		const struct index_posting *p, *end;
		bool held = false;

		if (!e->columns[cell->column].strong)
			continue;
		for (p = index_range(&l->numbers, evidence_value(e, cell).main, &end);
			p < end; p++) {
			struct finding *x;

			if (!evidence_same_number(e, cell, &e->cells[p->detail]))
				continue;
			x = finding_of(l, entry_of(l, p)->owner);
			x->held += x->last != i + 1;
			x->last = i + 1;
			held = true;
		}
		found += held;
	}
	return found;
}

/* Keeps the best of a person's entries. */
static void finding_note(struct finding *x, const struct evidence_verdict *v)
{
	bool clean = v->strong_differ == 0;

	if (x->agrees && (x->clean > clean || (x->clean == clean && x->name >= v->name)))
		return;
	x->agrees = true;
	x->clean = clean;
	x->name = v->name;
	x->agree = v->agree;
}

static bool agrees_on_all(const struct linkage *l, const struct evidence_verdict *v)
{
	return v->name >= EVIDENCE_SURNAME && !v->differ &&
	       !(v->extra && l->middle_known);
}

static void block_search(
	struct linkage *l, const struct evidence_row *record, uint32_t block)
{
	const struct index_posting *p, *end;

	for (p = index_range(&l->blocks, block, &end); p < end; p++) {
		struct evidence_verdict v;

		evidence_compare(&l->evidence, record, entry_of(l, p), &v);
		if (agrees_on_all(l, &v))
			finding_note(finding_of(l, entry_of(l, p)->owner), &v);
	}
}

/* Everybody who agrees on all fields that both have, numbers aside. */
static void names_search(struct linkage *l, const struct evidence_row *record)
{
	const struct evidence *e = &l->evidence;

	for (uint32_t i = 0; i < record->names_count; i++) {
		const struct evidence_name *n = &e->names[record->names + i];

		block_search(l, record, n->forenames ? n->block : 0);
		block_search(l, record, evidence_block(e, n->key, '\0'));
		for (const char *letter = EVIDENCE_LETTERS; !n->forenames && *letter;
			letter++)
			block_search(l, record, evidence_block(e, n->key, *letter));
	}
}

static bool contradicts(
	const struct linkage *l, const struct evidence_row *record, uint32_t person)
{
	const struct index_posting *p, *end;

	for (p = index_range(&l->people, person, &end); p < end; p++)
		if (!evidence_contradicts(&l->evidence, record, entry_of(l, p)))
			return false;
	return true;
}

/* The entry of a person that fits the record best, or NULL, and how it does. */
static const struct evidence_row *entry_best(const struct linkage *l,
	const struct evidence_row *record, uint32_t person, struct evidence_verdict *ret)
{
	const struct evidence_row *best = NULL;
	const struct index_posting *p, *end;

	for (p = index_range(&l->people, person, &end); p < end; p++) {
		struct evidence_verdict v;

		evidence_compare(&l->evidence, record, entry_of(l, p), &v);
		if (best && (v.name < ret->name ||
				    (v.name == ret->name && v.differ >= ret->differ)))
			continue;
		best = entry_of(l, p);
		*ret = v;
	}
	return best;
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

	if (l->candidates_room < l->candidates_count + l->findings_count) {
		l->candidates_room = l->candidates_room * 3 / 2 + l->findings_count + 64;
		l->candidates = text_realloc(
			l->candidates, l->candidates_room * sizeof(*l->candidates));
	}
	first = l->candidates + l->candidates_count;
	for (size_t i = 0; i < l->findings_count; i++) {
		const struct finding *x = &l->findings[i];

		if (!(x->probability > 0))
			continue;
		first[count++] = (struct linkage_candidate){x->person, x->probability};
		l->absent[x->person] += log1p(-fmin(x->probability, 1 - NEVER));
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

	names_search(l, record);
	for (size_t i = 0; i < l->findings_count; i++) {
		holders += l->findings[i].held > 0;
		named += l->findings[i].agrees;
	}
	for (size_t i = 0; i < l->findings_count; i++) {
		struct finding *x = &l->findings[i];

		x->probability = (x->held ? P_CONFLICT_HOLDER / holders : 0) +
				 (x->agrees ? P_CONFLICT_NAME / named : 0);
	}
	decision_make(l, d, LINKAGE_POSSIBLE, LINKAGE_CONFLICT);
}

static enum holding holding_of(const struct linkage *l, const struct evidence_row *record,
	const struct finding *x, uint32_t found)
{
	struct evidence_verdict v;

	if (x->held != found || contradicts(l, record, x->person))
		return HOLDING_NOT;
	if (!entry_best(l, record, x->person, &v) || v.name <= EVIDENCE_AGAINST)
		return HOLDING_SOME;
	return v.differ ? HOLDING_NAME : HOLDING_ALL;
}

/* Does somebody else's full name agree exactly, where the holder's is only like it? */
static bool has_rival(struct linkage *l, const struct evidence_row *record)
{
	names_search(l, record);
	for (size_t i = 0; i < l->findings_count; i++)
		if (!l->findings[i].held && l->findings[i].agrees &&
			l->findings[i].name == EVIDENCE_FORENAME)
			return true;
	return false;
}

static void decide_by_number(struct linkage *l, const struct evidence_row *record,
	uint32_t found, struct decision *d)
{
	enum holding best = HOLDING_NOT;
	bool named = record->names_count > 0;
	size_t count = 0;

	for (size_t i = 0; i < l->findings_count; i++) {
		enum holding h = holding_of(l, record, &l->findings[i], found);

		count = h > best ? 1 : count + (h == best);
		best = h > best ? h : best;
		l->findings[i].holding = h;
	}
	if (best == HOLDING_NOT ||
		(best == HOLDING_SOME && named && count == 1 && has_rival(l, record))) {
		decide_conflict(l, record, d);
		return;
	}
	for (size_t i = 0; i < l->findings_count; i++)
		if (l->findings[i].holding == best)
			l->findings[i].probability = count > 1 ? 1.0 / (double)count
						     : !named  ? P_NUMBER_ONLY
						     : best == HOLDING_SOME
							     ? P_NUMBER_AND_LIKE
							     : P_NUMBER_AND_NAME;
	if (count > 1)
		decision_make(l, d, LINKAGE_AMBIGUOUS, LINKAGE_SHARED_NUMBER);
	else
		decision_make(l, d, LINKAGE_MATCHED,
			named ? LINKAGE_NUMBER_AND_NAME : LINKAGE_NUMBER_ONLY);
}

/* A surname alone, or with an initial and nothing else, is nobody in particular. */
static bool is_enough(const struct finding *x)
{
	return x->name == EVIDENCE_FORENAME ||
	       (x->name == EVIDENCE_INITIAL && x->agree > 0);
}

static void decide_by_fields(
	struct linkage *l, const struct evidence_row *record, struct decision *d)
{
	size_t clean = 0, enough = 0;

	names_search(l, record);
	for (size_t i = 0; i < l->findings_count; i++) {
		clean += l->findings[i].clean;
		enough += l->findings[i].clean && is_enough(&l->findings[i]);
	}
	for (size_t i = 0; i < l->findings_count; i++) {
		struct finding *x = &l->findings[i];

		if (!clean)
			x->probability = P_NUMBER_DIFFERS / (double)l->findings_count;
		else if (x->clean)
			x->probability = clean > 1 ? 1.0 / (double)clean
					 : enough  ? P_ALL_FIELDS
						   : P_TOO_LITTLE;
	}
	if (!l->findings_count)
		decision_make(l, d, LINKAGE_UNMATCHED,
			record->names_count || record->cells_count ? LINKAGE_NOBODY
								   : LINKAGE_NOTHING);
	else if (!clean)
		decision_make(l, d, LINKAGE_POSSIBLE, LINKAGE_NUMBER_DIFFERS);
	else if (clean > 1)
		decision_make(l, d, LINKAGE_AMBIGUOUS, LINKAGE_SEVERAL);
	else if (enough)
		decision_make(l, d, LINKAGE_MATCHED, LINKAGE_ALL_FIELDS);
	else
		decision_make(l, d, LINKAGE_POSSIBLE, LINKAGE_TOO_LITTLE);
}

int linkage_run(struct linkage *l, const struct linkage_settings *settings,
	const struct progress *progress, struct fault *f)
{
	const struct evidence_list *records = &l->evidence.lists[EVIDENCE_RECORDS];

	l->threshold = settings && settings->threshold > 0 ? settings->threshold
							   : LINKAGE_THRESHOLD;
	l->decisions = text_alloc(((size_t)l->records_limit + 1) * sizeof(*l->decisions));
	l->absent = text_alloc(((size_t)l->people_limit + 1) * sizeof(*l->absent));
	l->places = text_alloc(((size_t)l->people_limit + 1) * sizeof(*l->places));
	index_names(l);
	index_numbers(l);
	index_people(l);
	for (size_t i = 0; i < records->count; i++) {
		const struct evidence_row *record = &records->rows[i];
		struct decision *d = &l->decisions[record->owner];
		uint32_t found;

		if (i % 1024 == 0 &&
			progress_step(progress, "matching", i, records->count, f))
			return -1;
		d->row = (uint32_t)i + 1;
		found = holders_find(l, record);
		if (found)
			decide_by_number(l, record, found, d);
		else
			decide_by_fields(l, record, d);
		findings_clear(l);
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
	struct evidence_verdict v;

	if (record >= l->records_limit || !l->decisions || !l->decisions[record].row)
		return;
	row = &records->rows[l->decisions[record].row - 1];
	entry = entry_best(l, row, person, &v);
	if (entry)
		evidence_explain(&l->evidence, row, entry, out);
}

const char *linkage_outcome_name(enum linkage_outcome outcome)
{
	switch (outcome) {
	case LINKAGE_UNMATCHED:
		return "unmatched";
	case LINKAGE_POSSIBLE:
		return "possible";
	case LINKAGE_AMBIGUOUS:
		return "ambiguous";
	case LINKAGE_MATCHED:
		return "matched";
	}
	return "unmatched";
}

const char *linkage_reason_text(enum linkage_reason reason)
{
	switch (reason) {
	case LINKAGE_NOTHING:
		return "nothing to compare";
	case LINKAGE_NOBODY:
		return "nobody agrees";
	case LINKAGE_NUMBER_AND_NAME:
		return "number and name";
	case LINKAGE_NUMBER_ONLY:
		return "number, no name";
	case LINKAGE_ALL_FIELDS:
		return "all fields agree";
	case LINKAGE_SEVERAL:
		return "several agree on every field";
	case LINKAGE_SHARED_NUMBER:
		return "several hold the number";
	case LINKAGE_CONFLICT:
		return "conflict";
	case LINKAGE_NUMBER_DIFFERS:
		return "number differs";
	case LINKAGE_TOO_LITTLE:
		return "too little evidence";
	}
	return "nothing to compare";
}
