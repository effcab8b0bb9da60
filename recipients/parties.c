/* SPDX-License-Identifier: MIT */
/*
 * Records, people and their parts. Levels and routes are group.c's; here is only what
 * follows from who stands in which case.
 *
 * What can go wrong: two rows of one case whose references are written in two ways. Rows
 * of the file speak of one case then only where they are one row.
 */
#include "recipients/parties.h"

#include <stdlib.h>
#include <string.h>

#include "recipients/cases.h"
#include "recipients/household.h"
#include "recipients/text.h"

#define SPEAKS 0.5       /* of the likeliest record of a person */
#define MAY_BE_THEM 0.05 /* from here on a candidate's household counts */

struct point { /* a way to reach a party of a case: a candidate for a record, or a
		  stranger */
	uint64_t ref, key;
	enum part_side side;
	uint32_t person; /* STRANGER: not on the list */
};
#define STRANGER UINT32_MAX

struct points {
	struct point *list;
	size_t count, room;
};

struct parties {
	const struct roster *people, *records;
	struct link *links; /* by person, then record */
	size_t count, room;
	bool *decided, *opposed, *at_risk; /* per person */
	bool *beside; /* ... with somebody of the other side in a household */
};

void parties_free(struct parties *p)
{
	if (!p)
		return;
	free(p->links);
	free(p->decided);
	free(p->opposed);
	free(p->at_risk);
	free(p->beside);
	free(p);
}

/* Of two references with one hash the people of both would count as of one case: told in
 * person, and nothing worse. */
static uint64_t case_of(const struct roster_row *row)
{
	const char *value = roster_value(row, "case_ref");
	char ref[CASES_REF] = "";
	uint64_t hash = 0xcbf29ce484222325ULL;

	if (value)
		cases_ref(value, ref);
	for (const char *c = ref; *c; c++)
		hash = (hash ^ (unsigned char)*c) * 0x100000001b3ULL;
	return *ref ? hash : 0;
}

/* Rows without a reference are a case each. */
static uint64_t case_or_row(const struct roster_row *row)
{
	uint64_t ref = case_of(row);

	return ref ? ref
		   : ((uint64_t)row->source << 32 | row->number) * 0x9e3779b97f4a7c15ULL;
}

/* --- links --- */

static int compare_links(const void *a, const void *b)
{
	const struct link *x = a, *y = b;

	if (x->person != y->person)
		return x->person < y->person ? -1 : 1;
	return x->record < y->record ? -1 : x->record > y->record;
}

static void add_link(struct parties *p, const struct link *link)
{
	if (p->count == p->room) {
		p->room = p->room ? p->room * 2 : 1024;
		p->links = text_realloc(p->links, p->room * sizeof(*p->links));
	}
	p->links[p->count++] = *link;
}

static int load_links(struct ledger *l, struct parties *p, struct fault *f)
{
	auto_query struct query *q = NULL;
	int got;

	if (ledger_query(l,
		    SQL("SELECT c.person_id, c.record_id, c.probability, m.reason = 'decided by a person' AS decided"
			" FROM candidate_now c JOIN match_now m ON m.record_id = c.record_id WHERE m.reason <> 'conflict'"),
		    &q, f))
		return -1;
	while ((got = query_next(q, f)) > 0) {
		size_t person = roster_person(p->people, query_int(q, "person_id"));
		const struct roster_row *record =
			roster_find(p->records, query_int(q, "record_id"));
		struct link link = {.probability = query_real(q, "probability")};

		if (person == SIZE_MAX || !record)
			continue;
		link.person = (uint32_t)person;
		link.record = (uint32_t)(record - p->records->rows);
		add_link(p, &link);
		p->decided[person] |= query_int(q, "decided") != 0;
	}
	if (p->count)
		qsort(p->links, p->count, sizeof(*p->links), compare_links);
	return got;
}

static void sift(struct parties *p)
{
	size_t kept = 0, end;

	for (size_t i = 0; i < p->count; i = end) {
		const struct link *l = p->links;
		double best = 0;

		for (end = i; end < p->count && l[end].person == l[i].person; end++)
			if (l[end].probability > best)
				best = l[end].probability;
		for (size_t k = i; k < end; k++)
			if (l[k].probability >= SPEAKS * best ||
				!roster_value(&p->records->rows[l[k].record], "part"))
				p->links[kept++] = l[k];
	}
	p->count = kept;
}

/* What the record says of the person's part, or else the list. */
static void read_link(struct parties *p, struct link *l)
{
	const struct roster_row *record = &p->records->rows[l->record];
	uint64_t ref = case_of(record);

	l->role = roster_value(record, "part");
	for (const struct roster_row *e = NULL;
		ref && (e = roster_entry(p->people, l->person, e));) {
		if (case_of(e) != ref)
			continue;
		l->bound = true;
		if (!l->role)
			l->role = roster_value(e, "part");
	}
	l->side = part_side(l->role);
	p->opposed[l->person] |= l->side == PART_OPPOSED;
	p->at_risk[l->person] |= l->side == PART_AT_RISK;
}

/* --- households --- */

static void add_point(struct points *p, const struct point *point, uint64_t key)
{
	if (p->count == p->room) {
		p->room = p->room ? p->room * 2 : 1024;
		p->list = text_realloc(p->list, p->room * sizeof(*p->list));
	}
	p->list[p->count] = *point;
	p->list[p->count++].key = key;
}

/*
 * A postcode counts where one of the two has no address: it is given in two forms, one of
 * which somebody at risk without an address shares with everyone on the other side, and
 * one the other way round.
 */
static void add_postcode(struct points *p, const struct point *point,
	const struct household *h, uint64_t postcode)
{
	bool at_risk = point->side == PART_AT_RISK;

	if (!at_risk || !h->addressed)
		add_point(p, point, postcode ^ 1);
	if (at_risk || !h->addressed)
		add_point(p, point, postcode ^ 2);
}

static void add_member(struct points *points, const struct parties *p, uint32_t record,
	uint32_t person, enum part_side side)
{
	const struct roster_row *r = &p->records->rows[record];
	struct point point = {case_or_row(r), 0, side, person};
	struct household h = {0};

	if (side == PART_NEUTRAL)
		return;
	household_add(&h, r);
	for (const struct roster_row *e = NULL;
		person != STRANGER && (e = roster_entry(p->people, person, e));)
		household_add(&h, e);
	for (size_t i = 0; i < h.count; i++)
		add_point(points, &point, h.keys[i]);
	for (size_t i = 0; i < h.postcodes_count; i++)
		add_postcode(points, &point, &h, h.postcodes[i]);
	household_done(&h);
}

static void collect(struct points *points, const struct parties *p)
{
	bool *known = text_alloc(p->records->count * sizeof(*known));

	for (size_t i = 0; i < p->count; i++) {
		const struct link *l = &p->links[i];

		known[l->record] |= l->probability >= SPEAKS;
		if (l->probability >= MAY_BE_THEM)
			add_member(points, p, l->record, l->person, l->side);
	}
	for (uint32_t i = 0; i < p->records->count; i++)
		if (!known[i])
			add_member(points, p, i, STRANGER,
				part_side(roster_value(&p->records->rows[i], "part")));
	free(known);
}

static int compare_points(const void *a, const void *b)
{
	const struct point *x = a, *y = b;

	if (x->ref != y->ref)
		return x->ref < y->ref ? -1 : 1;
	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	if (x->side != y->side)
		return x->side < y->side ? -1 : 1;
	return x->person < y->person ? -1 : x->person > y->person;
}

/* Is anybody among them but this person? They are sorted. */
static bool has_other(const struct point *points, size_t count, uint32_t person)
{
	return count && (person == STRANGER || points[0].person != person ||
				points[count - 1].person != person);
}

/* Those of one case who share one key: PART_AT_RISK stands before PART_OPPOSED. */
static void compare_sides(struct parties *p, const struct point *points, size_t count)
{
	size_t split = 0;

	while (split < count && points[split].side == PART_AT_RISK)
		split++;
	for (size_t i = 0; i < count; i++) {
		uint32_t person = points[i].person;
		bool meets = i < split ? has_other(points + split, count - split, person)
				       : has_other(points, split, person);

		if (meets && person != STRANGER)
			p->beside[person] = true;
	}
}

static void find_households(struct parties *p)
{
	struct points points = {0};

	collect(&points, p);
	if (points.count)
		qsort(points.list, points.count, sizeof(*points.list), compare_points);
	for (size_t i = 0, end; i < points.count; i = end) {
		const struct point *first = &points.list[i];

		for (end = i + 1;
			end < points.count && points.list[end].ref == first->ref &&
			points.list[end].key == first->key;
			end++)
			;
		compare_sides(p, first, end - i);
	}
	free(points.list);
}

int parties_load(struct ledger *l, const struct roster *people,
	const struct roster *records, struct parties **ret, struct fault *f)
{
	struct parties *p = text_alloc(sizeof(*p));

	*ret = p;
	p->people = people;
	p->records = records;
	p->decided = text_alloc(people->people_count * sizeof(*p->decided));
	p->opposed = text_alloc(people->people_count * sizeof(*p->opposed));
	p->at_risk = text_alloc(people->people_count * sizeof(*p->at_risk));
	p->beside = text_alloc(people->people_count * sizeof(*p->beside));
	if (load_links(l, p, f))
		return -1;
	sift(p);
	for (size_t i = 0; i < p->count; i++)
		read_link(p, &p->links[i]);
	find_households(p);
	return 0;
}

/* --- asking --- */

const struct link *parties_links(
	const struct parties *p, size_t person, size_t *ret_count)
{
	size_t low = 0, high = p->count, end;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (p->links[middle].person < person)
			low = middle + 1;
		else
			high = middle;
	}
	for (end = low; end < p->count && p->links[end].person == person; end++)
		;
	*ret_count = end - low;
	return p->links + low;
}

bool parties_pair(
	const struct parties *p, const struct link *link, const struct roster_row *entry)
{
	uint64_t ref = link->bound ? case_of(entry) : 0;

	return !ref || ref == case_of(&p->records->rows[link->record]);
}

bool parties_decided(const struct parties *p, size_t person)
{
	return p->decided[person];
}

bool parties_share_case(const struct parties *p, size_t one, size_t other)
{
	size_t count, others;
	const struct link *a = parties_links(p, one, &count),
			  *b = parties_links(p, other, &others);

	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < others; k++)
			if (case_or_row(&p->records->rows[a[i].record]) ==
				case_or_row(&p->records->rows[b[k].record]))
				return true;
	return false;
}

bool parties_both(const struct parties *p, size_t person)
{
	return p->opposed[person] && p->at_risk[person];
}

const char *parties_reason(const struct parties *p, size_t person)
{
	return p->beside[person]         ? "opposed-household"
	       : parties_both(p, person) ? "several-parts"
					 : NULL;
}
