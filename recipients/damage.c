/* SPDX-License-Identifier: MIT */
/*
 * Damaged copies. Linking them, and what follows, is calibration.c's.
 *
 * Values that records and people have are compared before anything is learned
 * (comparison.h, naming.h), so whatever a copy may come to show is prepared before: each
 * person's own words, and typing errors in them. How much of it is used, is drawn later.
 *
 * What can go wrong: damage that goes together (a row by another hand, a column moved by
 * one) is drawn as if it came by itself. So copies are easier than the worst of a leak.
 */
#include "recipients/damage.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "recipients/slip.h"

#define TRIES 16 /* to find somebody with the same initial */

/* --- people and rows --- */

/* Of people who stand on several lists, what they said at the time of the leak. */
static uint32_t entry_of(const struct damage *d, uint32_t copy)
{
	const struct evidence_list *people = &d->evidence->lists[EVIDENCE_PEOPLE];
	uint32_t entry = (uint32_t)((2 * (uint64_t)copy + 1) * people->count /
				    (2 * (uint64_t)d->copies));

	while (people->rows[entry].other_day && entry + 1 < people->count)
		entry++;
	return entry;
}

static const struct evidence_row *person_row(const struct damage *d, uint32_t entry)
{
	return &d->evidence->lists[EVIDENCE_PEOPLE].rows[entry];
}

static struct evidence_row *record_row(const struct damage *d, size_t row)
{
	return &d->evidence->lists[EVIDENCE_RECORDS].rows[row];
}

static const struct evidence_name *name_of(
	const struct evidence *e, const struct evidence_row *row)
{
	return row->names_count ? &e->names[row->names] : NULL;
}

/* What a record says in a column; a rank may stand beside the name. */
static uint32_t value_of(
	const struct evidence *e, const struct evidence_row *row, uint32_t column)
{
	uint32_t value = evidence_find(e, row, column);

	for (uint32_t i = 0; !value && column + 1 == e->rank && i < row->names_count; i++)
		value = e->names[row->names + i].rank;
	return value;
}

/* --- preparing --- */

/* Words of a name as a copy may need them; the slips of it stand in another row. */
enum {
	OWN,    /* as the list has it */
	MIDDLE, /* the second forename first */
	KNOWN,  /* what they are called */
	FORMER,
	OWN_NAMES
};
enum {
	ONE_SLIP,
	TWO_SLIPS,
	PART,
	SLIPPED_NAMES
};

static void prepare_own(struct damage *d, const struct evidence_row *person, size_t row)
{
	struct evidence *e = d->evidence;
	struct evidence_name *to = &e->names[record_row(d, row)->names];

	for (uint32_t i = 0; i < person->names_count; i++) {
		const struct evidence_name *n = &e->names[person->names + i];

		if (!i) {
			to[OWN] = to[MIDDLE] = *n;
			to[MIDDLE].forenames[0] = n->forenames[1];
		}
		if (n->known && !to[KNOWN].surname)
			to[KNOWN] = *n;
		if (n->former && !to[FORMER].surname)
			to[FORMER] = *n;
	}
}

static void prepare_slips(
	struct damage *d, const struct evidence_name *own, size_t row, struct dice *dice)
{
	struct evidence *e = d->evidence;

	for (int i = ONE_SLIP; own && i <= TWO_SLIPS; i++) {
		uint32_t surname = slip_word(&e->words, own->surname, 1 + i, dice),
			 forename = slip_word(&e->words, own->forenames[0], 1 + i, dice);
		struct evidence_name *to = &e->names[record_row(d, row)->names];

		to[i].surname = surname;
		to[i].forenames[0] = forename;
	}
	if (own)
		e->names[record_row(d, row)->names + PART].surname =
			slip_part(&e->words, own->surname);
}

/* Cells of a person that records have as well, and the slips of their values. */
static uint16_t cells_count(const struct evidence *e, const struct evidence_row *person)
{
	unsigned count = 0;

	for (uint32_t i = 0; i < person->cells_count; i++)
		count += e->columns[e->cells[person->cells + i].column]
				 .filled[EVIDENCE_RECORDS];
	return (uint16_t)count;
}

static void prepare_cells(struct damage *d, const struct evidence_row *person, size_t own,
	size_t slips, struct dice *dice)
{
	struct evidence *e = d->evidence;
	size_t to = record_row(d, own)->cells, slipped = record_row(d, slips)->cells;

	for (uint32_t i = 0; i < person->cells_count; i++) {
		struct evidence_cell cell = e->cells[person->cells + i];
		const struct evidence_column *column = &e->columns[cell.column];
		uint32_t value;

		if (!column->filled[EVIDENCE_RECORDS])
			continue;
		value = evidence_keep(e, column->domain,
			slip_value(column->kind,
				evidence_value(e, column->domain, cell.value), &e->forms,
				dice));
		e->cells[to++] = cell;
		e->cells[slipped++] = (struct evidence_cell){cell.column, value};
	}
}

static void prepare_copy(struct damage *d, uint32_t copy)
{
	struct dice dice = {.seed = copy};
	struct evidence *e = d->evidence;
	uint32_t entry = entry_of(d, copy);
	size_t row = d->first + copy;

	prepare_own(d, person_row(d, entry), row);
	prepare_slips(d, name_of(e, person_row(d, entry)), d->slips + copy, &dice);
	prepare_cells(d, person_row(d, entry), row, d->slips + copy, &dice);
}

/* Room first: rows of copies also hold what they will say in the end. */
static size_t make_rows(struct damage *d, uint32_t names, bool slips)
{
	struct evidence *e = d->evidence;
	size_t first =
		e->lists[EVIDENCE_RECORDS].count + e->lists[EVIDENCE_RECORDS].behind;

	for (uint32_t i = 0; i < d->copies; i++) {
		uint16_t cells = cells_count(e, person_row(d, entry_of(d, i)));

		evidence_make(e, (uint16_t)names,
			slips ? cells : (uint16_t)(cells + COMPARISONS));
	}
	return first;
}

void damage_prepare(struct damage *d, struct evidence *e, uint32_t copies, uint32_t spare)
{
	*d = (struct damage){.evidence = e, .copies = copies};
	for (char letter[] = "a"; *letter <= 'z'; ++*letter)
		dictionary_add(&e->words, letter);
	d->first = make_rows(d, OWN_NAMES, false);
	for (uint32_t i = 0; i < spare; i++)
		evidence_make(e, 0, 0);
	d->slips = make_rows(d, SLIPPED_NAMES, true);
	for (uint32_t i = 0; i < copies; i++)
		prepare_copy(d, i);
}

/* --- what there is to choose from --- */

static uint32_t somebody(const struct damage *d, struct dice *dice)
{
	return entry_of(d, dice_pick(dice, d->copies));
}

static const struct evidence_name *slips_of(const struct damage *d, uint32_t copy)
{
	return &d->evidence->names[record_row(d, d->slips + copy)->names];
}

/* Another word of the list that is alike, and that some record has. */
static uint32_t neighbour(
	const struct alike *alike, uint32_t word, unsigned level, struct dice *dice)
{
	const struct alike_item *end, *at = alike_range(alike, word, &end), *last;
	uint32_t found = 0, count = 0;

	for (; at < end; at++)
		if (at->level == level && at->listed != word &&
			alike_range(alike, at->listed, &last) < last &&
			!dice_pick(dice, ++count))
			found = at->listed;
	return found;
}

static uint32_t surname_at(const struct damage *d, uint32_t copy,
	const struct evidence_name own[OWN_NAMES], int class, int level,
	struct dice *dice)
{
	const struct evidence_name *slips = slips_of(d, copy), *n;

	if (class == MODEL_UNLISTED)
		return level == SURNAME_NEAR    ? slips[ONE_SLIP].surname
		       : level == SURNAME_CLOSE ? slips[TWO_SLIPS].surname
		       : level == SURNAME_PART  ? slips[PART].surname
		       : level == SURNAME_OTHER
			       ? slips_of(d, dice_pick(dice, d->copies))[TWO_SLIPS]
					 .surname
			       : 0;
	switch ((enum naming_surname)level) {
	case SURNAME_EQUAL:
		return own[OWN].surname;
	case SURNAME_FORMER:
		return own[FORMER].surname;
	case SURNAME_NEAR:
	case SURNAME_CLOSE:
	case SURNAME_PART:
		return neighbour(&d->scoring->naming.surnames, own[OWN].surname,
			(unsigned)level, dice);
	case SURNAME_OTHER:
	case SURNAME_LEVELS:
		break;
	}
	n = name_of(d->evidence, person_row(d, somebody(d, dice)));
	return n ? n->surname : 0;
}

static bool is_full(const struct evidence *e, uint32_t word)
{
	return word && !naming_is_initial(e, word);
}

/* Somebody else's forename, with the same initial if asked for. */
static uint32_t forename_other(
	const struct damage *d, uint32_t word, bool same, struct dice *dice)
{
	const struct evidence *e = d->evidence;

	for (int i = 0; i < TRIES; i++) {
		const struct evidence_name *n =
			name_of(e, person_row(d, somebody(d, dice)));

		if (n && is_full(e, n->forenames[0]) && n->forenames[0] != word &&
			same == (naming_letter(e, n->forenames[0]) ==
					naming_letter(e, word)))
			return n->forenames[0];
	}
	return 0;
}

static uint32_t forename_at(const struct damage *d, uint32_t copy,
	const struct evidence_name own[OWN_NAMES], int class, int level,
	struct dice *dice)
{
	const struct evidence *e = d->evidence;
	const struct evidence_name *slips = slips_of(d, copy);

	if (class == MODEL_UNLISTED)
		return level == FORENAME_NEAR ? slips[ONE_SLIP].forenames[0]
		       : level == FORENAME_OTHER
			       ? slips_of(d, dice_pick(dice, d->copies))[TWO_SLIPS]
					 .forenames[0]
			       : 0;
	switch ((enum naming_forename)level) {
	case FORENAME_EQUAL:
		return own[OWN].forenames[0];
	case FORENAME_KNOWN:
		return is_full(e, own[KNOWN].forenames[0]) ? own[KNOWN].forenames[0] : 0;
	case FORENAME_NICK:
	case FORENAME_NEAR:
		return neighbour(&d->scoring->naming.forenames, own[OWN].forenames[0],
			(unsigned)level, dice);
	case FORENAME_MIDDLE:
		return is_full(e, own[OWN].forenames[1]) ? own[OWN].forenames[1] : 0;
	case FORENAME_INITIAL:
	case FORENAME_OTHER:
	case FORENAME_LEVELS:
		break;
	}
	return forename_other(d, own[OWN].forenames[0], level == FORENAME_INITIAL, dice);
}

static uint32_t letter_of(const struct evidence *e, uint32_t word)
{
	const char letter[] = {*evidence_word(e, word), '\0'};

	return dictionary_find(&e->words, letter);
}

static uint32_t initial_at(const struct damage *d,
	const struct evidence_name own[OWN_NAMES], int level, struct dice *dice)
{
	const struct evidence *e = d->evidence;
	uint32_t first = letter_of(e, own[OWN].forenames[0]), later;

	if (level == INITIAL_FIRST)
		return first;
	if (level == INITIAL_OTHER)
		return letter_of(
			e, forename_other(d, own[OWN].forenames[0], false, dice));
	later = letter_of(e, own[KNOWN].forenames[0]);
	if (!later || later == first)
		later = letter_of(e, own[OWN].forenames[1]);
	return later == first ? 0 : later;
}

static uint32_t person_value(
	const struct damage *d, const struct comparison *x, uint32_t entry)
{
	const struct comparisons *c = &d->scoring->comparisons;
	uint32_t value = 0;

	for (uint32_t i = 0; !value && i < x->listed_count; i++)
		value = c->matrix[(size_t)entry * c->columns + x->listed[i]];
	return value;
}

static uint32_t value_at(const struct damage *d, uint32_t copy,
	const struct comparison *x, int class, int level, struct dice *dice)
{
	const struct evidence *e = d->evidence;
	uint32_t own = person_value(d, x, entry_of(d, copy)), slipped;

	if (level == VALUE_EQUAL && class == MODEL_LISTED)
		return own;
	if (level == VALUE_OTHER) {
		uint32_t other = dice_pick(dice, d->copies);

		return class == MODEL_LISTED
			       ? person_value(d, x, entry_of(d, other))
			       : evidence_find(
					 e, record_row(d, d->slips + other), x->column);
	}
	if (class == MODEL_LISTED)
		return neighbour(&x->alike, own, (unsigned)level, dice);
	slipped = evidence_find(e, record_row(d, d->slips + copy), x->column);
	return slipped && (int)value_compare(x->kind, evidence_value(e, x->domain, own),
				  evidence_value(e, x->domain, slipped),
				  &e->forms) == level
		       ? slipped
		       : 0;
}

/* --- drawing --- */

static uint32_t part_at(const struct damage *d, uint32_t copy,
	const struct evidence_name own[OWN_NAMES], unsigned part, int class, int level,
	struct dice *dice)
{
	switch (part) {
	case NAMING_SURNAME:
		return surname_at(d, copy, own, class, level, dice);
	case NAMING_FORENAME:
		return forename_at(d, copy, own, class, level, dice);
	case NAMING_INITIAL:
		return initial_at(d, own, level, dice);
	}
	return value_at(d, copy, &d->scoring->comparisons.list[part - NAMING_PARTS],
		class, level, dice);
}

/* What the levels at which somebody can be shown are worth in all. */
static double able_sum(const struct damage *d, unsigned part, int class)
{
	const struct model *m = &d->scoring->model;
	double sum = 0;

	for (int level = 0; level < m->levels[part]; level++)
		sum += d->able[class][part][level] > 0 ? m->m[class][part][level] : 0;
	return sum;
}

/*
 * Which value stands for a part. A level that few people can be shown at comes the more
 * often for those who can; what is left falls to the best one.
 */
static uint32_t part_draw(const struct damage *d, uint32_t copy,
	const struct evidence_name own[OWN_NAMES], unsigned part, struct dice *dice)
{
	const struct model *m = &d->scoring->model;
	bool unlisted =
		part != NAMING_INITIAL && dice_share(dice) < m->unlisted_found[part];
	int class = unlisted ? MODEL_UNLISTED : MODEL_LISTED;
	double at = dice_share(dice) * able_sum(d, part, class);
	uint32_t best = 0;

	for (int level = m->levels[part] - 1; level >= 0; level--) {
		double able = d->able[class][part][level];
		uint32_t found =
			able > 0 ? part_at(d, copy, own, part, class, level, dice) : 0;

		if (!found)
			continue;
		best = found;
		at -= m->m[class][part][level] / able;
		if (at < 0)
			break;
	}
	return best ? best : part_at(d, copy, own, part, MODEL_LISTED, 0, dice);
}

/* A second forename: as often as records leave it out, add one, or have another. */
static uint32_t second_draw(const struct damage *d,
	const struct evidence_name own[OWN_NAMES], struct dice *dice)
{
	const struct evidence *e = d->evidence;
	const double *middle = d->scoring->model.m[MODEL_LISTED][NAMING_MIDDLE],
		     *bare = d->scoring->model.m[MODEL_LISTED][NAMING_BARE];
	double given = d->seconds * (1 - middle[MIDDLE_ADDED]),
	       dropped = (1 - d->seconds) * bare[BARE_DROPPED],
	       added = d->seconds * middle[MIDDLE_ADDED],
	       none = (1 - d->seconds) * bare[BARE_NONE];
	uint32_t word = own[OWN].forenames[1];
	bool other = !word ||
		     dice_share(dice) * (1 - middle[MIDDLE_ADDED]) < middle[MIDDLE_OTHER];

	if (word ? dice_share(dice) * (given + dropped) < dropped
		 : dice_share(dice) * (added + none) >= added)
		return 0;
	if (other)
		word = forename_other(d, own[OWN].forenames[0], false, dice);
	return dice_share(dice) < d->second_initials ? letter_of(e, word) : word;
}

static void name_make(struct damage *d, uint32_t copy, const struct evidence_name *like,
	const struct evidence_name own[OWN_NAMES], struct dice *dice)
{
	const struct evidence *e = d->evidence;
	struct evidence_row *row = record_row(d, d->first + copy);
	struct evidence_name name = {.order = NAME_GIVEN};
	bool full = is_full(e, like->forenames[0]) && is_full(e, own[OWN].forenames[0]);

	if (like->surname)
		name.surname = part_draw(d, copy, own, NAMING_SURNAME, dice);
	if (like->forenames[0] && own[OWN].forenames[0]) {
		name.forenames[0] = part_draw(
			d, copy, own, full ? NAMING_FORENAME : NAMING_INITIAL, dice);
		name.forenames[1] = second_draw(d, own, dice);
	}
	e->names[row->names] = name;
	row->names_count = name.surname || name.forenames[0] ? 1 : 0;
}

static void cells_make(struct damage *d, uint32_t copy, const struct evidence_row *like,
	const struct evidence_name own[OWN_NAMES], struct dice *dice)
{
	struct evidence *e = d->evidence;
	const struct comparisons *c = &d->scoring->comparisons;
	struct evidence_row *row = record_row(d, d->first + copy);

	row->cells_count = 0;
	for (uint32_t i = 0; i < c->count; i++) {
		const struct comparison *x = &c->list[i];
		uint32_t value = value_of(e, like, x->column);

		/* What the list does not know of them is somebody else's word. */
		if (value && person_value(d, x, entry_of(d, copy)))
			value = part_draw(d, copy, own, NAMING_PARTS + i, dice);
		if (value)
			e->cells[row->cells + row->cells_count++] =
				(struct evidence_cell){x->column, value};
	}
}

static void own_find(
	const struct damage *d, uint32_t copy, struct evidence_name own[OWN_NAMES])
{
	const struct evidence *e = d->evidence;
	const struct evidence_row *person = person_row(d, entry_of(d, copy));

	memset(own, 0, OWN_NAMES * sizeof(*own));
	for (uint32_t i = 0; i < person->names_count; i++) {
		const struct evidence_name *n = &e->names[person->names + i];

		if (!i)
			own[OWN] = *n;
		if (n->known && !own[KNOWN].surname)
			own[KNOWN] = *n;
		if (n->former && !own[FORMER].surname)
			own[FORMER] = *n;
	}
}

/* The record whose form a copy takes. */
static const struct evidence_row *form_of(const struct damage *d, uint32_t copy)
{
	struct dice dice = {.seed = copy, .turn = 1000};

	return record_row(d, dice_pick(&dice, d->first));
}

uint32_t damage_make(struct damage *d, uint32_t copy)
{
	struct dice dice = {.seed = copy, .turn = 2000};
	const struct evidence_row *like = form_of(d, copy);
	struct evidence_name own[OWN_NAMES];
	const struct evidence_name *name = name_of(d->evidence, like);

	own_find(d, copy, own);
	record_row(d, d->first + copy)->names_count = 0;
	if (name && own[OWN].surname)
		name_make(d, copy, name, own, &dice);
	cells_make(d, copy, like, own, &dice);
	return entry_of(d, copy);
}

/* --- learning --- */

static void learn_seconds(struct damage *d)
{
	double named = 0, seconds = 0, initials = 0;

	for (uint32_t i = 0; i < d->copies; i++) {
		const struct evidence_name *n = name_of(d->evidence, form_of(d, i));

		if (!n || !n->forenames[0])
			continue;
		named++;
		seconds += n->forenames[1] ? 1 : 0;
		initials += naming_is_initial(d->evidence, n->forenames[1]) ? 1 : 0;
	}
	d->seconds = named > 0 ? seconds / named : 0;
	d->second_initials = seconds > 0 ? initials / seconds : 0;
}

/*
 * Whether a copy can be shown at levels of a part at all: somebody has a value, and it is
 * drawn by levels. As a switch, since clang 14 with -O1 makes of "neither MIDDLE nor
 * BARE" a comparison in 64 bits, which no part of a name passes.
 */
static bool has_levels(const struct damage *d, uint32_t copy,
	const struct evidence_name own[OWN_NAMES], unsigned part)
{
	switch (part) {
	case NAMING_SURNAME:
		return own[OWN].surname;
	case NAMING_FORENAME:
	case NAMING_INITIAL:
		return own[OWN].forenames[0];
	case NAMING_MIDDLE:
	case NAMING_BARE:
		return false;
	}
	return person_value(
		d, &d->scoring->comparisons.list[part - NAMING_PARTS], entry_of(d, copy));
}

static void learn_able(struct damage *d)
{
	const struct model *m = &d->scoring->model;
	double with[MODEL_PARTS] = {0};

	for (uint32_t copy = 0; copy < d->copies; copy++) {
		struct dice dice = {.seed = copy, .turn = 3000};
		struct evidence_name own[OWN_NAMES];

		own_find(d, copy, own);
		for (unsigned part = 0; part < m->parts; part++) {
			if (!has_levels(d, copy, own, part))
				continue;
			with[part]++;
			for (int k = 0; k < MODEL_CLASSES * m->levels[part]; k++) {
				int class = k / m->levels[part],
				    level = k % m->levels[part];

				d->able[class][part][level] +=
					part_at(d, copy, own, part, class, level, &dice)
						? 1
						: 0;
			}
		}
	}
	for (int class = 0; class < MODEL_CLASSES; class ++)
		for (unsigned part = 0; part < m->parts; part++)
			for (int level = 0; level < m->levels[part]; level++)
				if (with[part] > 0)
					d->able[class][part][level] /= with[part];
}

void damage_learn(struct damage *d, const struct scoring *s)
{
	d->scoring = s;
	learn_seconds(d);
	learn_able(d);
}
