/* SPDX-License-Identifier: MIT */
/*
 * Questions to the ledger about time and about how things hang together. How it is drawn
 * is summary.c's. Times are those of the book: a letter's is when it was taken in.
 */
#include "mailer/story.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "recipients/clock.h"

/* --- what happened when --- */

__attribute__((format(printf, 4, 5))) static void add(
	struct story_events *e, int64_t at, bool ahead, const char *format, ...)
{
	struct story_event *event = &e->list[e->count];
	va_list list;

	if (!at || e->count == STORY_EVENTS)
		return;
	*event = (struct story_event){.at = at, .ahead = ahead};
	va_start(list, format);
	(void)vsnprintf(event->words, sizeof(event->words), format, list);
	va_end(list);
	(void)show_when(at, event->when);
	e->count++;
}

static int64_t time_of(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));
	int64_t ms;

	return text && !clock_parse(text, &ms) ? ms : 0;
}

static int add_releases(
	struct ledger *l, const char *mode, struct story_events *e, struct fault *f)
{
	auto_query struct query *q = NULL;
	char n[SHOW_NUMBER];
	int got = 0;

	if (ledger_query(l,
		    SQL("SELECT r.at, r.digest, (SELECT count(*) FROM release_item i WHERE i.release_id = r.id) AS notices,"
			" EXISTS (SELECT 1 FROM release_withdrawn w WHERE w.release_id = r.id) AS withdrawn FROM release r"
			" WHERE r.mode = :mode AND r.id NOT IN (SELECT release_id FROM release_standing)"
			" ORDER BY r.id DESC"),
		    &q, f))
		return -1;
	query_bind_text(q, ":mode", mode);
	for (int i = 0; i < STORY_RELEASES && (got = query_next(q, f)) > 0; i++)
		add(e, query_int(q, "at"), false, "Release %.8s: %s notices may go%s",
			query_text(q, "digest"), show_number(query_int(q, "notices"), n),
			query_int(q, "withdrawn") ? " (withdrawn since)" : "");
	return got < 0 ? -1 : 0;
}

static int add_sending(
	struct ledger *l, const char *mode, struct story_events *e, struct fault *f)
{
	auto_query struct query *q = NULL;
	int64_t first, last;

	if (ledger_query(l,
		    SQL("SELECT min(o.at) AS first, max(o.at) AS last FROM outcome o JOIN attempt a ON a.id = o.attempt_id"
			" JOIN release r ON r.id = a.release_id WHERE r.mode = :mode AND o.verdict = 'accepted'"),
		    &q, f))
		return -1;
	query_bind_text(q, ":mode", mode);
	if (query_next(q, f) < 0)
		return -1;
	first = query_int(q, "first");
	last = query_int(q, "last");
	add(e, first, false, "The relay took the first mail");
	if (last > first)
		add(e, last, false, "The relay took the last mail so far");
	return 0;
}

static int add_reading(struct ledger *l, struct story_events *e, struct fault *f)
{
	int64_t leak;

	if (ledger_number(l,
		    SQL("SELECT min(r.started_at) FROM source_now s JOIN run r ON r.id = s.run_id WHERE s.kind = 'breach'"),
		    0, &leak, f))
		return -1;
	add(e, leak, false, "The leaked rows were read in");
	return 0;
}

static int by_time(const void *a, const void *b)
{
	const struct story_event *x = a, *y = b;

	return (x->at > y->at) - (x->at < y->at);
}

int story_events(struct ledger *l, const struct settings *s, const json_t *status,
	struct story_events *ret, struct fault *f)
{
	const json_t *clock = json_object_get(status, "clock"),
		     *forecast = json_object_get(status, "forecast");
	int64_t now = clock_now(), limit = s->aware_at + s->clock_hours * 3600000;
	int64_t ends = time_of(forecast, "last_at");

	ret->count = 0;
	add(ret, s->aware_at, false, "The controller became aware");
	if (add_reading(l, ret, f) || add_releases(l, settings_mode(s), ret, f) ||
		add_sending(l, settings_mode(s), ret, f))
		return -1;
	add(ret, time_of(clock, "regulator_told_at"), false, "The regulator was told");
	add(ret, now, false, "This was written");
	if (json_integer_value(json_object_get(forecast, "waiting")))
		add(ret, ends, true,
			"The last mail will have been handed over (forecast)");
	add(ret, limit, limit > now, "%lld hours are over", (long long)s->clock_hours);
	qsort(ret->list, ret->count, sizeof(ret->list[0]), by_time);
	return 0;
}

/* --- how many, over time --- */

const char *const story_lines[STORY_LINES] = {
	[STORY_SENT] = "sent",
	[STORY_DELIVERED] = "arrived",
	[STORY_ACKNOWLEDGED] = "acknowledged",
	[STORY_CAME_BACK] = "came back",
	[STORY_IN_PERSON] = "told in person",
};

/* From the first mail or visit to the last thing that came of any. */
static int find_span(struct ledger *l, const char *mode, int64_t *ret_from,
	int64_t *ret_to, struct fault *f)
{
	auto_query struct query *q = NULL;

	if (ledger_query(l,
		    SQL("SELECT min(at) AS first, max(at) AS last FROM ("
			"SELECT a.at FROM attempt_last a JOIN release r ON r.id = a.release_id WHERE r.mode = :mode"
			" AND a.verdict = 'accepted' UNION ALL"
			" SELECT c.at FROM receipt_now c JOIN notice n ON n.id = c.notice_id JOIN compose_set s ON s.id = n.set_id"
			" WHERE s.mode = :mode UNION ALL"
			" SELECT tried_at FROM task_now WHERE mode = :mode AND state = 'done' AND after_id IS NULL)"),
		    &q, f))
		return -1;
	query_bind_text(q, ":mode", mode);
	if (query_next(q, f) < 0)
		return -1;
	*ret_from = query_int(q, "first");
	*ret_to = query_int(q, "last");
	return 0;
}

static int count_people(struct ledger *l, const char *mode, int64_t from, int64_t step,
	struct story_course *ret, struct fault *f)
{
	auto_query struct query *q = NULL;
	int got;

	if (ledger_query(l,
		    SQL("WITH came AS MATERIALIZED (SELECT c.says, n.person_id, min(c.at) AS at FROM receipt_now c"
			" JOIN notice n ON n.id = c.notice_id JOIN compose_set s ON s.id = n.set_id"
			" WHERE s.mode = :mode AND c.says IN ('delivered', 'read', 'question', 'worried', 'replied', 'acknowledged',"
			" 'bounced') GROUP BY 1, 2)"
			" SELECT line, (at - :from + :step - 1) / :step AS slot, count(*) AS people FROM ("
			"SELECT 0 AS line, n.person_id, min(a.at) AS at FROM attempt_last a JOIN notice n ON n.id = a.notice_id"
			" JOIN release r ON r.id = a.release_id WHERE r.mode = :mode AND a.verdict = 'accepted' GROUP BY 2"
			" UNION ALL SELECT 1, person_id, min(at) FROM came WHERE says <> 'bounced' GROUP BY 2"
			" UNION ALL SELECT 2, person_id, at FROM came WHERE says = 'acknowledged'"
			" UNION ALL SELECT 3, person_id, at FROM came WHERE says = 'bounced'"
			" UNION ALL SELECT 4, person_id, min(tried_at) FROM task_now WHERE mode = :mode AND state = 'done'"
			" AND after_id IS NULL GROUP BY 2) GROUP BY 1, 2"),
		    &q, f))
		return -1;
	query_bind_text(q, ":mode", mode);
	query_bind_int(q, ":from", from);
	query_bind_int(q, ":step", step);
	while ((got = query_next(q, f)) > 0) {
		int64_t line = query_int(q, "line"), slot = query_int(q, "slot");

		for (int64_t i = slot; i < (int64_t)ret->count && line < STORY_LINES; i++)
			ret->list[i].counts[line] += query_int(q, "people");
	}
	return got;
}

/* The last moment may be in the same minute as the one before it, which then says nothing
 * of its own. */
static void join_last(struct story_course *c)
{
	struct story_moment *last = &c->list[c->count - 1];

	if (c->count < 2 || strcmp(last[-1].when, last->when) != 0)
		return;
	last[-1] = *last;
	c->count--;
}

int story_course(
	struct ledger *l, const char *mode, struct story_course *ret, struct fault *f)
{
	int64_t from, to, step;

	*ret = (struct story_course){.count = 0};
	if (find_span(l, mode, &from, &to, f))
		return -1;
	if (!from)
		return 0;
	step = (to - from + STORY_MOMENTS - 2) / (STORY_MOMENTS - 1);
	if (step < 60000) /* minutes are what people read */
		step = 60000;
	ret->count = (size_t)((to - from + step - 1) / step) + 1;
	for (size_t i = 0; i < ret->count; i++) {
		struct story_moment *m = &ret->list[i];

		m->at = i + 1 < ret->count ? from + (int64_t)i * step : to;
		(void)show_when(m->at, m->when);
	}
	if (count_people(l, mode, from, step, ret, f))
		return -1;
	join_last(ret);
	return 0;
}

/* --- from rows to people --- */

/* Rows, or people, of each pair of outcome and level. */
static int add_bands(struct query *q, const char *unit, json_t *bands, struct fault *f)
{
	int got;

	while ((got = query_next(q, f)) > 0) {
		const char *outcome = query_text(q, "outcome"),
			   *level = query_text(q, "level");
		json_t *band = NULL;

		for (size_t i = 0; i < json_array_size(bands); i++) {
			json_t *one = json_array_get(bands, i);

			if (!strcmp(json_string_value(json_object_get(one, "outcome")),
				    outcome) &&
				!strcmp(json_string_value(json_object_get(one, "level")),
					level))
				band = one;
		}
		if (!band) {
			band = json_pack("{s:s,s:s,s:i,s:i}", "outcome", outcome, "level",
				level, "rows", 0, "people", 0);
			(void)json_array_append_new(bands, band);
		}
		(void)json_object_set_new(
			band, unit, json_integer(query_int(q, "times")));
	}
	return got;
}

/* Of a row that is matched only who it is matched to counts, not who else was thought of.
 */
int story_bands(struct ledger *l, json_t **ret, struct fault *f)
{
	auto_query struct query *rows = NULL, *people = NULL;
	json_t *bands;

	if (ledger_query(l,
		    SQL("SELECT outcome, level, count(*) AS times FROM (SELECT m.record_id, m.outcome, a.level,"
			" min(a.level_order) FROM match_now m JOIN candidate_now c ON c.record_id = m.record_id"
			" JOIN assignment_now a ON a.person_id = c.person_id WHERE m.outcome <> 'unmatched'"
			" AND (m.outcome <> 'matched' OR c.probability >= 0.5) GROUP BY m.record_id) GROUP BY 1, 2"),
		    &rows, f) ||
		ledger_query(l,
			SQL("SELECT outcome, level, count(*) AS times FROM (SELECT a.person_id, m.outcome, a.level,"
			    " max(c.probability + (m.outcome = 'matched') * 2 + (m.outcome = 'ambiguous')) FROM match_now m"
			    " JOIN candidate_now c ON c.record_id = m.record_id JOIN assignment_now a ON a.person_id = c.person_id"
			    " WHERE m.outcome <> 'unmatched' AND (m.outcome <> 'matched' OR c.probability >= 0.5)"
			    " GROUP BY a.person_id) GROUP BY 1, 2"),
			&people, f))
		return -1;
	bands = json_array();
	if (add_bands(rows, "rows", bands, f) || add_bands(people, "people", bands, f)) {
		json_decref(bands);
		return -1;
	}
	*ret = bands;
	return 0;
}
