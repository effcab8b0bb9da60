/* SPDX-License-Identifier: MIT */
/*
 * Evidence added up. Who comes up at all is blocking.c's; what follows when several
 * records want one person is assignment.c's.
 *
 * What can go wrong: a weight counts twice what two fields say together. dependence.c
 * takes the worst of that away.
 */
#include "recipients/scoring.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "recipients/halves.h"

#define SPREAD                                                                           \
	14.0 /* candidates that weigh so much less than the best, or than nobody, are    \
		out */
#define SPREAD_SINGLE 10.0 /* the same in a single file, where the best is no rival */
#define READING_UNLIKELY                                                                 \
	(-7.0) /* log; such a reading of a name must find its surname as it is */

/* How common the orders of a name are. */
static const double usual_orders[NAME_ORDERS] = {[NAME_GIVEN] = 1,
	[NAME_COMMA] = 1,
	[NAME_FORENAME_FIRST] = .93,
	[NAME_SURNAME_FIRST] = .07,
	[NAME_SWAPPED] = .015,
	[NAME_CALLED] = .5};
/* log of how much less likely a record shows the day of another list. */
#define OTHER_DAY (-3.0)
#define BARE_LEAST 200 /* records that say what a missing second forename weighs */
#define RANK_KEPT .02  /* and that "PC" stands for two forenames */

/* The child's half. */
static void send_surnames(struct naming *n, struct halves *h)
{
	auto_text_buffer bytes = {0};

	naming_alike_surnames(n);
	alike_write(&n->surnames, &bytes);
	halves_end(h, false, &bytes);
}

static bool take_surnames(struct naming *n, struct halves *h)
{
	auto_text_buffer bytes = {0};
	struct fault f = {0};

	if (halves_join(h, &bytes, &f) <= 0)
		return false;
	n->surnames.limit = n->evidence->words.count + 1;
	if (alike_read(&bytes, &n->surnames))
		return true;
	alike_done(&n->surnames);
	return false;
}

#define HALVES_LEAST 4096 /* words from which two processes are worth their while */

/* Alike surnames take as long as all else that the list needs before the first record. */
static void prepare(struct scoring *s)
{
	auto_halves h = {-1, -1};

	if (s->evidence->words.count >= HALVES_LEAST)
		halves_split(&h);
	if (h.child == 0)
		send_surnames(&s->naming, &h);
	comparisons_alike(&s->comparisons);
	naming_alike_forenames(&s->naming);
	if (!s->evidence->single)
		dependence_init(&s->dependence, &s->comparisons, NULL);
	blocking_init(&s->blocking, &s->comparisons, &s->naming);
	if (!take_surnames(&s->naming, &h))
		naming_alike_surnames(&s->naming);
}

void scoring_init(struct scoring *s, const struct evidence *e, uint32_t people)
{
	bool *seen = text_alloc((size_t)people + 1);

	*s = (struct scoring){.evidence = e};
	comparisons_init(&s->comparisons, e);
	naming_init(&s->naming, e);
	prepare(s);
	model_init(&s->model, &s->comparisons);
	s->bare = e->lists[EVIDENCE_RECORDS].count >= BARE_LEAST;
	s->places = text_alloc(((size_t)people + 1) * sizeof(*s->places));
	s->weighed =
		text_alloc((e->lists[EVIDENCE_PEOPLE].count + 1) * sizeof(*s->weighed));
	for (size_t i = 0; i < e->lists[EVIDENCE_PEOPLE].count; i++) {
		uint32_t person = e->lists[EVIDENCE_PEOPLE].rows[i].owner;

		s->people += !seen[person];
		seen[person] = true;
	}
	free(seen);
}

void scoring_done(struct scoring *s)
{
	comparisons_done(&s->comparisons);
	naming_done(&s->naming);
	dependence_done(&s->dependence);
	blocking_done(&s->blocking);
	free(s->list);
	free(s->places);
	free(s->weighed);
	*s = (struct scoring){0};
}

double scoring_log_odds(const struct scoring *s, const struct score *score)
{
	return score->weight - s->log_nobody;
}

/* --- one entry --- */

/* The fields that agree exactly, for those that go together. */
struct equal {
	uint32_t values[DEPENDENCE_FIELDS];
	double log_u[DEPENDENCE_FIELDS];
};

static double weigh_fields(
	const struct scoring *s, uint32_t entry, model_pattern *pattern, bool *ret_holder)
{
	const struct comparisons *c = &s->comparisons;
	double sum = 0;

	for (uint32_t i = 0; i < c->count; i++) {
		const struct comparison *x = &c->list[i];
		unsigned level = comparison_level(c, x, entry);

		if (level == VALUE_LEVELS)
			continue;
		*ret_holder = *ret_holder || (x->strong && level == VALUE_EQUAL);
		*pattern |= model_set(NAMING_PARTS + i, level);
		sum += s->weights[NAMING_PARTS + i][level];
	}
	return sum;
}

static double weigh_name(const struct scoring *s, const struct naming_levels *levels)
{
	double sum = 0;

	for (unsigned part = 0; part < NAMING_PARTS; part++)
		if (levels->level[part] != NAMING_MISSING)
			sum += s->weights[part][levels->level[part]];
	return sum;
}

/* The name of the entry that fits the reading laid out best; one that weighs less than
 * `least` whatever else agrees need not be looked at further. */
static double weigh_names(const struct scoring *s, const struct evidence_row *entry,
	double least, struct naming_levels *ret)
{
	double best = entry->names_count ? -HUGE_VAL : 0;

	for (uint32_t i = 0; i < entry->names_count; i++) {
		const struct evidence_name *name = &s->evidence->names[entry->names + i];
		struct naming_levels levels;
		double weight;

		if (s->weights[NAMING_SURNAME][naming_surname_level(&s->naming, name)] +
				s->forenames_most <
			least)
			continue;
		naming_compare(&s->naming, name, &levels);
		if (!s->bare)
			levels.level[NAMING_BARE] = NAMING_MISSING;
		weight = weigh_name(s, &levels);
		if (weight > best) {
			best = weight;
			*ret = levels;
		}
	}
	return best;
}

static double log_u_of(const struct scoring *s, model_pattern pattern)
{
	double sum = 0;

	for (unsigned part = 0; part < s->model.parts; part++) {
		int level = model_get(pattern, part);

		if (level >= 0)
			sum += part < NAMING_PARTS
				       ? s->naming.log_u[part][level]
				       : s->comparisons.list[part - NAMING_PARTS]
						 .log_u[level];
	}
	return sum;
}

static double take_joint(const struct scoring *s, uint32_t entry, model_pattern pattern,
	const struct naming_levels *name)
{
	const struct comparisons *c = &s->comparisons;
	struct equal equal = {{name->surname, name->forename},
		{s->naming.log_u[NAMING_SURNAME][SURNAME_EQUAL],
			model_get(pattern, NAMING_INITIAL) >= 0
				? s->naming.log_u[NAMING_INITIAL][INITIAL_FIRST]
				: s->naming.log_u[NAMING_FORENAME][FORENAME_EQUAL]}};

	for (uint32_t i = 0; i < c->count; i++) {
		if (model_get(pattern, NAMING_PARTS + i) != VALUE_EQUAL)
			continue;
		equal.values[2 + i] =
			c->matrix[(size_t)entry * c->columns + c->list[i].listed[0]];
		equal.log_u[2 + i] = c->list[i].log_u[VALUE_EQUAL];
	}
	if (s->evidence->single)
		return 0;
	return dependence_take(&s->dependence, equal.values, equal.log_u, NULL);
}

/* What the fields say, and the surname where there is but one, without a look at the
 * entry itself: most are too light whatever else there is. */
struct fields {
	uint32_t entry;
	model_pattern pattern;
	bool holder;
	double weight, floor;
};

static bool weigh_entry_fields(
	const struct scoring *s, uint32_t entry, double log_reading, struct fields *ret)
{
	uint32_t surname = comparison_surname(&s->comparisons, entry);

	*ret = (struct fields){.entry = entry};
	ret->weight = log_reading + weigh_fields(s, entry, &ret->pattern, &ret->holder);
	/* Whoever holds an identifier of the record is kept however light. */
	ret->floor = ret->holder ? -HUGE_VAL : s->floor;
	return ret->weight +
		       (surname && s->naming.reading
				       ? s->weights[NAMING_SURNAME]
						   [s->naming.surname_levels[surname]] +
						 s->forenames_most
				       : s->names_most) >=
	       ret->floor;
}

/* Under the reading that is laid out. False: too light to count. */
static bool weigh_entry(const struct scoring *s, uint32_t reading, double log_reading,
	const struct fields *fields, struct score *ret)
{
	uint32_t entry = fields->entry;
	const struct evidence_row *row = &s->evidence->lists[EVIDENCE_PEOPLE].rows[entry];
	struct naming_levels name = {0};
	model_pattern pattern = fields->pattern;
	double weight = fields->weight, floor = fields->floor;

	if (row->owner + 1 == s->left)
		return false;
	memset(name.level, NAMING_MISSING, sizeof(name.level));
	if (row->other_day)
		weight += OTHER_DAY;
	if (s->naming.reading)
		weight += weigh_names(s, row, floor - weight, &name);
	if (weight < floor)
		return false;
	for (unsigned part = 0; part < NAMING_PARTS; part++)
		if (name.level[part] != NAMING_MISSING)
			pattern |= model_set(part, name.level[part]);
	*ret = (struct score){.person = row->owner,
		.entry = entry,
		.reading = reading,
		.holder = fields->holder,
		.pattern = pattern,
		.listing = s->listing,
		.log_u = log_u_of(s, pattern),
		.log_reading = log_reading,
		.log_day = row->other_day ? OTHER_DAY : 0,
		.log_joint = take_joint(s, entry, pattern, &name)};
	ret->weight = weight + ret->log_joint;
	return ret->weight >= floor;
}

/* --- one record --- */

static void list_add(struct scoring *s, const struct score *score)
{
	uint32_t *place = &s->places[score->person];

	if (!s->evidence->single)
		s->floor = fmax(s->floor, score->weight - SPREAD);
	if (*place) {
		if (score->weight > s->list[*place - 1].weight)
			s->list[*place - 1] = *score;
		return;
	}
	if (s->count == s->room) {
		s->room = s->room ? s->room * 2 : 256;
		s->list = text_realloc(s->list, s->room * sizeof(*s->list));
	}
	s->list[s->count++] = *score;
	*place = (uint32_t)s->count;
}

static int compare_scores(const void *a, const void *b)
{
	const struct score *x = a, *y = b;

	if (x->weight != y->weight)
		return x->weight < y->weight ? 1 : -1;
	return x->person < y->person ? -1 : x->person > y->person;
}

/* How likely each reading of the name is, before the list is asked who it is. */
static void weigh_readings(
	const struct scoring *s, const struct evidence_row *record, double log_readings[])
{
	double sum = 0;

	for (uint32_t i = 0; i < record->names_count; i++) {
		const struct evidence_name *n = &s->evidence->names[record->names + i];

		log_readings[i] = usual_orders[n->order] * naming_share(&s->naming, n) *
				  (n->rank_kept ? RANK_KEPT : 1) *
				  exp2(-(double)n->doubt);
		sum += log_readings[i];
	}
	for (uint32_t i = 0; i < record->names_count; i++)
		log_readings[i] = log(log_readings[i] / sum);
}

#define READINGS 64 /* those of name.h, each with a name at birth and a pet name */

/* Notes whether a part of the record has a value, and stands on the list. */
static void list_part(struct model_listing *l, unsigned part, bool any, bool listed)
{
	l->listed &= ~(1u << part);
	l->unlisted &= ~(1u << part);
	if (any)
		*(listed ? &l->listed : &l->unlisted) |= 1u << part;
}

static void lay_fields(struct scoring *s, const struct evidence_row *record)
{
	comparisons_lay(&s->comparisons, record);
	s->listing = (struct model_listing){0};
	for (uint32_t i = 0; i < s->comparisons.count; i++) {
		const struct comparison *x = &s->comparisons.list[i];
		int class = x->listed_equal ? MODEL_LISTED : MODEL_UNLISTED;

		list_part(&s->listing, NAMING_PARTS + i, x->value != 0, x->listed_equal);
		for (unsigned level = 0; x->value && level < VALUE_LEVELS; level++)
			s->weights[NAMING_PARTS + i][level] =
				s->model.log_m[class][NAMING_PARTS + i][level] -
				x->log_u[level];
	}
}

/* What a part of the name can add. */
static double part_most(const struct scoring *s, unsigned part)
{
	double most = 0;

	for (int level = 0; level < s->model.levels[part]; level++)
		most = fmax(most, s->weights[part][level]);
	return most;
}

static void lay_reading(struct scoring *s, const struct evidence_name *reading)
{
	const struct naming *n = &s->naming;

	naming_lay(&s->naming, reading);
	list_part(&s->listing, NAMING_SURNAME, reading && reading->surname,
		n->surname_listed);
	list_part(&s->listing, NAMING_FORENAME, reading && n->forename_full,
		n->forename_listed);
	for (unsigned part = 0; reading && part < NAMING_PARTS; part++)
		for (int level = 0; level < s->model.levels[part]; level++)
			s->weights[part][level] = s->model.log_m[model_class(s->listing,
							  part)][part][level] -
						  n->log_u[part][level];
	s->names_most = s->forenames_most = 0;
	if (!reading)
		return;
	if (!reading->surname) /* nothing to compare */
		memset(s->weights[NAMING_SURNAME], 0, sizeof(s->weights[NAMING_SURNAME]));
	s->forenames_most =
		fmax(part_most(s, NAMING_FORENAME), part_most(s, NAMING_INITIAL)) +
		fmax(part_most(s, NAMING_MIDDLE), part_most(s, NAMING_BARE));
	s->names_most = s->forenames_most + part_most(s, NAMING_SURNAME);
}

/* The reading that is likeliest by itself. */
static uint32_t likeliest(const double *log_readings, uint32_t readings)
{
	uint32_t best = 0;

	for (uint32_t i = 1; i < readings; i++)
		best = log_readings[i] > log_readings[best] ? i : best;
	return best;
}

/* "Nobody" is weighed by what the record has on the list, in its likeliest reading. */
static void lay_record(struct scoring *s, const struct evidence_row *record,
	double log_readings[READINGS], uint32_t *ret_readings)
{
	const struct evidence_name *names = s->evidence->names + record->names;

	*ret_readings = record->names_count < READINGS ? record->names_count : READINGS;
	s->record = record->owner;
	s->naming.own = s->evidence->single ? names : NULL;
	lay_fields(s, record);
	weigh_readings(s, record, log_readings);
	lay_reading(
		s, *ret_readings ? &names[likeliest(log_readings, *ret_readings)] : NULL);
	s->likely = s->listing;
	s->count = 0;
	s->turn++;
	s->log_nobody = model_log_nobody(&s->model, s->likely) -
			model_log_prior(&s->model, s->people);
	s->floor = s->log_nobody - (s->evidence->single ? SPREAD_SINGLE : SPREAD);
}

#define AHEAD 8  /* entries that are fetched before they are looked at */
#define BUNCH 32 /* the same for those that fields leave */

/* In a single file a row is not held against itself. */
static bool is_itself(const struct scoring *s, uint32_t entry)
{
	return s->evidence->single &&
	       s->evidence->lists[EVIDENCE_PEOPLE].rows[entry].owner == s->record;
}

#define WEIGHED_READINGS 6 /* of which it is kept which entries were weighed by them */

/* An entry that comes up by its name and by other keys is weighed once by a reading. */
static bool is_weighed(struct scoring *s, uint32_t entry, uint32_t reading)
{
	uint32_t *weighed = &s->weighed[entry], turn = s->turn << WEIGHED_READINGS;
	bool was;

	if (reading >= WEIGHED_READINGS)
		return false;
	if (*weighed < turn)
		*weighed = turn;
	was = *weighed >> reading & 1;
	*weighed |= 1u << reading;
	return was;
}

/* Entries lie all over the memory of a long list; waiting for each would take most of the
 * time. So they go by in bunches, and each step fetches what the next will look at. */
static size_t weigh_bunch_fields(const struct scoring *s, double log_reading,
	const uint32_t *entries, size_t count, struct fields bunch[BUNCH])
{
	const struct evidence_row *rows = s->evidence->lists[EVIDENCE_PEOPLE].rows;
	const struct comparisons *c = &s->comparisons;
	size_t left = 0;

	for (size_t i = 0; i < count; i++) {
		__builtin_prefetch(
			&c->matrix[(size_t)entries[i + (i + AHEAD < count ? AHEAD : 0)] *
				   c->columns]);
		if (!weigh_entry_fields(s, entries[i], log_reading, &bunch[left]) ||
			is_itself(s, entries[i]))
			continue;
		__builtin_prefetch(&rows[entries[i]]);
		__builtin_prefetch(&s->weighed[entries[i]]);
		left++;
	}
	return left;
}

static void weigh_entries(struct scoring *s, uint32_t reading, double log_reading,
	const uint32_t *entries, size_t count)
{
	const struct evidence_row *rows = s->evidence->lists[EVIDENCE_PEOPLE].rows;

	for (size_t from = 0; from < count; from += BUNCH) {
		struct fields bunch[BUNCH];
		size_t some = count - from < BUNCH ? count - from : BUNCH;
		struct score score;

		some = weigh_bunch_fields(s, log_reading, entries + from, some, bunch);
		for (size_t i = 0; i < some; i++)
			__builtin_prefetch(
				&s->evidence->names[rows[bunch[i].entry].names]);
		for (size_t i = 0; i < some; i++)
			if (!is_weighed(s, bunch[i].entry, reading) &&
				weigh_entry(s, reading, log_reading, &bunch[i], &score))
				list_add(s, &score);
	}
}

static void places_clear(struct scoring *s)
{
	for (size_t i = 0; i < s->count; i++)
		s->places[s->list[i].person] = 0;
}

static void count_entries(
	struct scoring *s, const uint32_t *entries, size_t count, int step)
{
	const struct evidence_row *rows = s->evidence->lists[EVIDENCE_PEOPLE].rows;

	for (size_t i = 0; i < count; i++) {
		comparisons_count(&s->comparisons, entries[i], step);
		naming_count(&s->naming, &rows[entries[i]], step);
	}
}

void scoring_leave(
	struct scoring *s, uint32_t person, const uint32_t *entries, size_t count)
{
	count_entries(s, entries, count, -1);
	s->left = person + 1;
}

void scoring_return(struct scoring *s, const uint32_t *entries, size_t count)
{
	count_entries(s, entries, count, 1);
	s->left = 0;
}

/* By each reading of the name whom it finds, then by each whom other keys find. */
static void weigh_record(struct scoring *s, const struct evidence_row *record)
{
	double log_readings[READINGS] = {0};
	const struct evidence_name *names = s->evidence->names + record->names;
	struct blocking *b = &s->blocking;
	uint32_t readings;

	lay_record(s, record, log_readings, &readings);
	for (uint32_t r = 0; r < readings; r++) {
		lay_reading(s, &names[r]);
		blocking_find_named(b, &names[r], log_readings[r] < READING_UNLIKELY);
		weigh_entries(s, r, log_readings[r], b->entries, b->entries_count);
	}
	blocking_find(b, record);
	for (uint32_t r = 0; r < (readings ? readings : 1); r++) {
		if (readings && r && log_readings[r] < READING_UNLIKELY)
			continue;
		lay_reading(s, readings ? &names[r] : NULL);
		weigh_entries(s, r, log_readings[r], b->entries, b->entries_count);
	}
	places_clear(s);
}

void scoring_find(struct scoring *s, const struct evidence_row *record)
{
	size_t kept = 0, most = s->evidence->single ? SCORING_MOST_SINGLE : SCORING_MOST;

	weigh_record(s, record);
	for (size_t i = 0; i < s->count; i++)
		if (s->list[i].weight >= s->floor || s->list[i].holder)
			s->list[kept++] = s->list[i];
	if (kept > 1)
		qsort(s->list, kept, sizeof(*s->list), compare_scores);
	s->count = kept < most ? kept : most;
	s->cut = kept - s->count;
}

bool scoring_weigh(struct scoring *s, const struct evidence_row *record, uint32_t person,
	struct score *ret)
{
	const struct evidence_list *people = &s->evidence->lists[EVIDENCE_PEOPLE];
	double log_readings[READINGS] = {0};
	uint32_t readings;

	lay_record(s, record, log_readings, &readings);
	s->floor = -HUGE_VAL;
	for (uint32_t r = 0; r < (readings ? readings : 1); r++) {
		lay_reading(s, readings ? &s->evidence->names[record->names + r] : NULL);
		for (uint32_t i = 0; i < people->count; i++)
			if (people->rows[i].owner == person)
				weigh_entries(s, r, log_readings[r], &i, 1);
	}
	places_clear(s);
	if (s->count)
		*ret = s->list[0];
	return s->count > 0;
}

void scoring_lay(
	struct scoring *s, const struct evidence_row *record, const struct score *score)
{
	lay_fields(s, record);
	lay_reading(s, record->names_count
			       ? &s->evidence->names[record->names + score->reading]
			       : NULL);
}
