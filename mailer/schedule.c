/* SPDX-License-Identifier: MIT */
/*
 * One mail after the other, which is exact and quick enough: a million takes some
 * milliseconds. Where counts and limits come from is outlook.c's.
 */
#include "mailer/schedule.h"

#include <stdbool.h>
#include <stdlib.h>

#include "mailer/settings.h"
#include "recipients/text.h"

#define MINUTE 60000LL
#define DAY (24 * 60 * MINUTE)
/* Minutes to look ahead for the hours to open or close: eight days of 25 hours. */
#define AHEAD (8 * 25 * 60)

struct walk {
	const struct schedule_terms *terms;
	double at;      /* the wire is free */
	int64_t closes; /* the sending hours end; up to here they are open */
	int64_t limit;
	/* The last per_day mails, as a ring: the oldest must be a day old before the
	 * next. */
	int64_t *went;
	size_t went_most, went_count, went_oldest;
};

static bool is_open(const struct schedule_terms *t, int64_t at)
{
	int minute = settings_minute(at);

	if (t->days && !(t->days >> settings_weekday(at) & 1))
		return false;
	return t->from < 0 || (minute >= t->from && minute < t->to);
}

/* The first moment from `at` on in the sending hours. Asked by the minute, since an hour
 * may be missing or come twice. */
static int64_t next_open(struct walk *w, int64_t at)
{
	int64_t minute = at - at % MINUTE;

	if (at < w->closes)
		return at;
	for (int i = 0; i < AHEAD && !is_open(w->terms, at); i++)
		at = minute += MINUTE;
	w->closes = minute + MINUTE;
	for (int i = 0; i < AHEAD && is_open(w->terms, w->closes); i++)
		w->closes += MINUTE;
	return at;
}

static int64_t day_allows(const struct walk *w, int64_t at)
{
	if (!w->went_most || w->went_count < w->went_most)
		return at;
	return w->went[w->went_oldest] + DAY > at ? w->went[w->went_oldest] + DAY : at;
}

static void keep(struct walk *w, int64_t at)
{
	if (!w->went_most)
		return;
	w->went[(w->went_oldest + w->went_count) % w->went_most] = at;
	if (w->went_count < w->went_most)
		w->went_count++;
	else
		w->went_oldest = (w->went_oldest + 1) % w->went_most;
}

static int walk_step(struct walk *w, struct schedule_step *s)
{
	if ((double)s->not_before > w->at)
		w->at = (double)s->not_before;
	for (int64_t i = 0; i < s->mails; i++) {
		int64_t at = (int64_t)w->at, begins = next_open(w, day_allows(w, at));

		if (begins > w->limit)
			return -1;
		if (begins > at)
			w->at = (double)begins;
		keep(w, begins);
		w->at += 1000 / w->terms->per_second;
	}
	s->ends = (int64_t)w->at;
	return 0;
}

/* A limit that is not reached needs no ring. */
static void prepare(struct walk *w, const struct schedule_step *steps, size_t count)
{
	const struct schedule_terms *t = w->terms;
	int64_t total = (int64_t)t->used_count;
	size_t first;

	for (size_t i = 0; i < count; i++)
		total += steps[i].mails;
	if (!t->per_day || total <= t->per_day)
		return;
	w->went_most = (size_t)t->per_day;
	w->went = text_alloc(w->went_most * sizeof(*w->went));
	first = t->used_count > w->went_most ? t->used_count - w->went_most : 0;
	for (size_t i = first; i < t->used_count; i++)
		keep(w, t->used[i]);
}

int schedule_run(const struct schedule_terms *t, int64_t now, struct schedule_step *steps,
	size_t count)
{
	struct walk w = {
		.terms = t, .at = (double)now, .limit = now + SCHEDULE_DAYS * DAY};
	int failed = 0;

	if (t->from < 0 && !t->days)
		w.closes = INT64_MAX;
	prepare(&w, steps, count);
	for (size_t i = 0; !failed && i < count; i++)
		failed = walk_step(&w, &steps[i]);
	free(w.went);
	return failed;
}
