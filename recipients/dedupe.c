/* SPDX-License-Identifier: MIT */
/*
 * The file stands on both sides of the evidence. Whom a row is held against is
 * blocking.c's, what the fields weigh scoring.c's and model.c's.
 *
 * What can go wrong: a pair is found and weighed from each of its two rows, which may see
 * chance differently; both count half.
 */
#include "recipients/dedupe.h"

#include <math.h>
#include <stdlib.h>

#include "recipients/dictionary.h"
#include "recipients/evidence.h"
#include "recipients/kin.h"
#include "recipients/scoring.h"
#include "recipients/text.h"

/* A pair as one of its rows sees it. */
struct view {
	uint32_t left, right;
	float log_odds;
};

struct dedupe {
	struct evidence evidence;
	struct scoring scoring;
	bool scored;
	struct view *views;
	size_t views_count, views_room;
	struct dedupe_pair *pairs;
	size_t pairs_count;
	size_t cut; /* rows whose list was */
};

_Static_assert(DEDUPE_OTHERS == SCORING_MOST_SINGLE, "what is said is what is done");

struct dedupe *dedupe_new(void)
{
	struct dedupe *d = text_alloc(sizeof(*d));

	d->evidence.single = true;
	return d;
}

void dedupe_free(struct dedupe *d)
{
	if (!d)
		return;
	if (d->scored)
		scoring_done(&d->scoring);
	evidence_done(&d->evidence);
	free(d->views);
	free(d->pairs);
	free(d);
}

void dedupe_freep(struct dedupe **d)
{
	dedupe_free(*d);
	*d = NULL;
}

int dedupe_add(struct dedupe *d, const char *packed, size_t length, struct fault *f)
{
	uint32_t row = (uint32_t)d->evidence.lists[EVIDENCE_RECORDS].count;

	if (row >= DEDUPE_ROWS)
		return fault_set(f, FAULT_INPUT, "more than %d rows", DEDUPE_ROWS);
	if (evidence_add(&d->evidence, EVIDENCE_RECORDS, row, packed, length, f))
		return -1;
	return evidence_add(&d->evidence, EVIDENCE_PEOPLE, row, packed, length, f);
}

static int view_add(
	struct dedupe *d, uint32_t row, uint32_t other, double log_odds, struct fault *f)
{
	if (d->views_count == d->views_room) {
		if (d->views_count >= 2 * (size_t)DEDUPE_PAIRS)
			return fault_set(
				f, FAULT_INPUT, "more than %d pairs", DEDUPE_PAIRS);
		d->views_room = d->views_room ? d->views_room + d->views_room / 2 : 1024;
		d->views = text_realloc(d->views, d->views_room * sizeof(*d->views));
	}
	d->views[d->views_count++] = (struct view){
		row < other ? row : other, row < other ? other : row, (float)log_odds};
	return 0;
}

static int compare_views(const void *a, const void *b)
{
	const struct view *x = a, *y = b;

	if (x->left != y->left)
		return x->left < y->left ? -1 : 1;
	if (x->right != y->right)
		return x->right < y->right ? -1 : 1;
	return x->log_odds < y->log_odds ? -1 : x->log_odds > y->log_odds;
}

static void find_row(struct dedupe *d, size_t row)
{
	const struct evidence_row *record =
		&d->evidence.lists[EVIDENCE_RECORDS].rows[row];

	scoring_find(&d->scoring, record);
	kin_weigh(&d->scoring, record);
}

/* Fields go together by what different people have: of rows that are one, the first
 * stands for all. */
static void find_dependence(struct dedupe *d, size_t step)
{
	size_t rows = d->evidence.lists[EVIDENCE_RECORDS].count;
	const struct evidence_row *entries = d->evidence.lists[EVIDENCE_PEOPLE].rows;
	bool *kept = text_alloc(rows + 1), *skipped = text_alloc(rows + 1);

	for (size_t i = 0; i < rows; i += step) {
		const struct scoring *s = &d->scoring;
		bool one = false;

		find_row(d, i);
		for (size_t k = 0; k < s->count; k++)
			one = one || (kept[s->list[k].person] &&
					     scoring_log_odds(s, &s->list[k]) > 0);
		kept[i] = !one;
	}
	for (size_t i = 0; i < rows; i++)
		skipped[i] = !kept[entries[i].owner];
	dependence_init(&d->scoring.dependence, &d->scoring.comparisons, skipped);
	free(skipped);
	free(kept);
}

/* First without what goes together, which is not known yet. */
static void learn(struct dedupe *d)
{
	const struct evidence_list *records = &d->evidence.lists[EVIDENCE_RECORDS];
	size_t step = records->count / SCORING_SAMPLE + 1;
	struct model_sample sample = {0};

	scoring_learn(&d->scoring);
	find_dependence(d, step);
	for (size_t i = 0; i < records->count; i += step) {
		find_row(d, i);
		scoring_sample(&d->scoring, &records->rows[i], &sample);
	}
	model_learn(&d->scoring.model, &sample, d->scoring.people);
	model_sample_done(&sample);
}

/* Rows that say the same are alike to every other row: the first is weighed for all. */
struct alikes {
	struct dictionary signs;
	uint32_t *sign; /* by row */
	struct group {
		uint32_t rows, first; /* how many, and what the first found */
		size_t count, cut;
		struct found {
			uint32_t row;
			float log_odds;
		} * list;
	} * groups; /* by sign */
};

static void alikes_done(struct alikes *a)
{
	for (uint32_t i = 0; a->groups && i <= a->signs.count; i++)
		free(a->groups[i].list);
	dictionary_done(&a->signs);
	free(a->sign);
	free(a->groups);
}
#define auto_alikes __attribute__((cleanup(alikes_done))) struct alikes

static void alikes_init(struct alikes *a, const struct evidence *e)
{
	const struct evidence_list *records = &e->lists[EVIDENCE_RECORDS];
	auto_text_buffer sign = {0};

	a->sign = text_alloc((records->count + 1) * sizeof(*a->sign));
	a->groups = text_alloc((records->count + 2) * sizeof(*a->groups));
	for (size_t i = 0; i < records->count; i++) {
		text_clear(&sign);
		evidence_sign(e, &records->rows[i], &sign);
		a->sign[i] = dictionary_add(&a->signs, text_string(&sign));
		a->groups[a->sign[i]].rows++;
	}
}

/* The first of a group is weighed; it stays as long as others of the group are to come.
 */
static struct group *group_find(struct dedupe *d, struct alikes *a, uint32_t row)
{
	const struct scoring *s = &d->scoring;
	struct group *g = &a->groups[a->sign[row]];

	if (g->list)
		return g;
	find_row(d, row);
	g->list = text_alloc((s->count + 1) * sizeof(*g->list));
	g->first = row;
	g->count = s->count;
	g->cut = s->cut;
	for (size_t i = 0; i < s->count; i++)
		g->list[i] = (struct found){
			s->list[i].person, (float)scoring_log_odds(s, &s->list[i])};
	return g;
}

/* For a later row of the group the first stands where the row itself would. */
static int row_view(struct dedupe *d, struct group *g, uint32_t row, struct fault *f)
{
	for (size_t i = 0; i < g->count; i++) {
		uint32_t other = g->list[i].row == row ? g->first : g->list[i].row;

		if (view_add(d, row, other, (double)g->list[i].log_odds, f))
			return -1;
	}
	d->cut += g->cut ? 1 : 0;
	if (!--g->rows) {
		free(g->list);
		g->list = NULL;
	}
	return 0;
}

static int find_views(struct dedupe *d, const struct progress *progress, struct fault *f)
{
	const struct evidence_list *records = &d->evidence.lists[EVIDENCE_RECORDS];
	auto_alikes a = {0};

	alikes_init(&a, &d->evidence);
	for (uint32_t i = 0; i < records->count; i++) {
		if (i % 512 == 0 &&
			progress_step(progress, "comparing", i, records->count, f))
			return -1;
		if (row_view(d, group_find(d, &a, i), i, f))
			return -1;
	}
	return 0;
}

/* Where only one of the two rows has found the other, its view counts. */
static void join_views(struct dedupe *d)
{
	const struct view *v = d->views;

	if (d->views_count)
		qsort(d->views, d->views_count, sizeof(*d->views), compare_views);
	d->pairs = text_alloc((d->views_count + 1) * sizeof(*d->pairs));
	for (size_t i = 0, to; i < d->views_count; i = to) {
		double sum = 0, p;

		for (to = i; to < d->views_count && v[to].left == v[i].left &&
			     v[to].right == v[i].right;
			to++)
			sum += (double)v[to].log_odds;
		p = 1 / (1 + exp(-sum / (double)(to - i)));
		if (p >= DEDUPE_LEAST)
			d->pairs[d->pairs_count++] =
				(struct dedupe_pair){v[i].left, v[i].right, p};
	}
}

/* --- third rows --- */

/*
 * Two rows that are both one person with a third are one with each other, however they
 * were damaged: p(a, b) is at least p(a, c) + p(c, b) - 1. Where the two themselves say
 * otherwise, something is wrong with one of the three; then the bound counts for two
 * thirds, in log odds. One step, not more: people who are near each other would be
 * joined by rows that fit both.
 */
#define LINK 0.95     /* the pairs that speak for others */
#define LINKS_MOST 64 /* of a row; of more, the first */
#define BOUND_SHARE (2.0 / 3)
#define UNSEEN 0.0005 /* a pair that was not found */
#define CERTAIN 1e-6

struct link {
	uint32_t row;
	double probability;
};

struct links {
	struct link *list; /* LINKS_MOST a row at most */
	size_t *starts, *ends;
};

static void links_done(struct links *l)
{
	free(l->list);
	free(l->starts);
	free(l->ends);
}

static void link_add(struct links *l, uint32_t row, uint32_t other, double probability)
{
	if (l->ends[row] < l->starts[row + 1])
		l->list[l->ends[row]++] = (struct link){other, probability};
}

static void links_init(struct links *l, const struct dedupe *d, size_t rows)
{
	l->starts = text_alloc((rows + 1) * sizeof(*l->starts));
	l->ends = text_alloc((rows + 1) * sizeof(*l->ends));
	for (size_t i = 0; i < d->pairs_count; i++)
		if (d->pairs[i].probability >= LINK) {
			l->ends[d->pairs[i].left]++;
			l->ends[d->pairs[i].right]++;
		}
	for (size_t i = 0; i < rows; i++) {
		size_t count = l->ends[i] < LINKS_MOST ? l->ends[i] : LINKS_MOST;

		l->starts[i + 1] = l->starts[i] + count;
		l->ends[i] = l->starts[i];
	}
	l->list = text_alloc((l->starts[rows] + 1) * sizeof(*l->list));
	for (size_t i = 0; i < d->pairs_count; i++)
		if (d->pairs[i].probability >= LINK) {
			link_add(l, d->pairs[i].left, d->pairs[i].right,
				d->pairs[i].probability);
			link_add(l, d->pairs[i].right, d->pairs[i].left,
				d->pairs[i].probability);
		}
}

/* What the third rows of a row say: a bound for each later row, 0: nothing. */
struct bounds {
	double *of; /* by row */
	uint32_t *rows;
	size_t count;
};

static void bounds_done(struct bounds *b)
{
	free(b->of);
	free(b->rows);
}

static int compare_rows(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static void bounds_find(struct bounds *b, const struct links *l, uint32_t row)
{
	b->count = 0;
	for (size_t i = l->starts[row]; i < l->ends[row]; i++) {
		uint32_t third = l->list[i].row;

		for (size_t k = l->starts[third]; k < l->ends[third]; k++) {
			uint32_t other = l->list[k].row;
			double bound =
				l->list[i].probability + l->list[k].probability - 1;

			if (other <= row)
				continue;
			if (b->of[other] <= 0)
				b->rows[b->count++] = other;
			b->of[other] = fmax(b->of[other], bound);
		}
	}
	if (b->count)
		qsort(b->rows, b->count, sizeof(*b->rows), compare_rows);
}

static double log_odds(double p)
{
	p = fmin(fmax(p, UNSEEN), 1 - CERTAIN);
	return log(p / (1 - p));
}

static double lifted(double p, double bound)
{
	if (bound <= p)
		return p;
	return 1 / (1 + exp(-BOUND_SHARE * log_odds(bound) -
				(1 - BOUND_SHARE) * log_odds(p)));
}

struct pair_list {
	struct dedupe_pair *list;
	size_t count, room;
};

static void pair_add(struct pair_list *p, uint32_t left, uint32_t right, double direct,
	struct bounds *b)
{
	double probability = lifted(direct, b->of[right]);

	b->of[right] = 0;
	if (probability < DEDUPE_LEAST)
		return;
	if (p->count == p->room) {
		p->room = p->room ? p->room + p->room / 2 : 1024;
		p->list = text_realloc(p->list, p->room * sizeof(*p->list));
	}
	p->list[p->count++] = (struct dedupe_pair){left, right, probability};
}

/* The pairs of a row that were found, from `*at` on, and those of its third rows. */
static void join_bounds(const struct dedupe *d, uint32_t row, size_t *at,
	struct bounds *b, struct pair_list *ret)
{
	const struct dedupe_pair *pairs = d->pairs;
	size_t next = 0;

	for (; *at < d->pairs_count && pairs[*at].left == row; ++*at) {
		for (; next < b->count && b->rows[next] < pairs[*at].right; next++)
			pair_add(ret, row, b->rows[next], UNSEEN, b);
		next += next < b->count && b->rows[next] == pairs[*at].right;
		pair_add(ret, row, pairs[*at].right, pairs[*at].probability, b);
	}
	for (; next < b->count; next++)
		pair_add(ret, row, b->rows[next], UNSEEN, b);
}

static int bridge(struct dedupe *d, struct fault *f)
{
	size_t rows = d->evidence.lists[EVIDENCE_RECORDS].count, at = 0;
	__attribute__((cleanup(links_done))) struct links l = {0};
	__attribute__((cleanup(bounds_done))) struct bounds b = {
		.of = text_alloc((rows + 1) * sizeof(*b.of)),
		.rows = text_alloc((rows + 1) * sizeof(*b.rows))};
	struct pair_list joined = {0};

	links_init(&l, d, rows);
	for (uint32_t row = 0; row < rows && joined.count <= DEDUPE_PAIRS; row++) {
		bounds_find(&b, &l, row);
		join_bounds(d, row, &at, &b, &joined);
	}
	free(d->pairs);
	d->pairs = joined.list;
	d->pairs_count = joined.count;
	if (joined.count > DEDUPE_PAIRS)
		return fault_set(f, FAULT_INPUT, "more than %d pairs", DEDUPE_PAIRS);
	return 0;
}

int dedupe_run(struct dedupe *d, const struct progress *progress, struct fault *f)
{
	evidence_arrange(&d->evidence);
	scoring_init(&d->scoring, &d->evidence,
		(uint32_t)d->evidence.lists[EVIDENCE_PEOPLE].count);
	d->scored = true;
	learn(d);
	if (find_views(d, progress, f))
		return -1;
	join_views(d);
	return bridge(d, f);
}

const struct dedupe_pair *dedupe_pairs(const struct dedupe *d, size_t *ret_count)
{
	*ret_count = d->pairs_count;
	return d->pairs;
}

size_t dedupe_cut(const struct dedupe *d)
{
	return d->cut;
}
