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
};

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

static int find_views(struct dedupe *d, const struct progress *progress, struct fault *f)
{
	const struct evidence_list *records = &d->evidence.lists[EVIDENCE_RECORDS];
	const struct scoring *s = &d->scoring;

	for (uint32_t i = 0; i < records->count; i++) {
		if (i % 512 == 0 &&
			progress_step(progress, "comparing", i, records->count, f))
			return -1;
		find_row(d, i);
		for (size_t k = 0; k < s->count; k++)
			if (view_add(d, i, s->list[k].person,
				    scoring_log_odds(s, &s->list[k]), f))
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
	return 0;
}

const struct dedupe_pair *dedupe_pairs(const struct dedupe *d, size_t *ret_count)
{
	*ret_count = d->pairs_count;
	return d->pairs;
}
