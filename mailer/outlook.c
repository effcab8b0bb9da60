/* SPDX-License-Identifier: MIT */
/*
 * Counts out of the ledger, a pace, and the words for what comes of it. Which notices
 * wait is said as send and release say it (queue.c, release.c).
 *
 * What can go wrong: nothing but the ledger. A forecast that cannot be made (a limit that
 * would take years) says so.
 */
#include "mailer/outlook.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "mailer/head_start.h"
#include "mailer/schedule.h"
#include "mailer/show.h"
#include "recipients/clock.h"

#define DAY 86400000LL
#define HOUR 3600000.0
/* A pace is measured over the newest mails of one run, if they are enough. */
#define MEASURED_LEAST 200
#define MEASURED_MS 1000
#define STEPS 1000 /* levels times releases; more are not forecast */

struct outlook_level {
	const char *name;
	int64_t waiting, handed_over, tasks;
	int64_t last_at, tasks_due;
};
struct gathering {
	struct ledger *ledger;
	const struct outlook_options *options;
	int64_t now;
	double per_second;
	const char *pace;
	struct schedule_step steps[STEPS];
	size_t level_of[STEPS];
	size_t steps_count;
	struct outlook_level levels[POLICY_MAX_LEVELS];
	int64_t waiting, last_at; /* of all; 0: never */
};

static const char *mode_of(const struct gathering *g)
{
	return settings_mode(g->options->settings);
}

static size_t level_of(const struct gathering *g, const char *name)
{
	const struct policy *p = g->options->policy;

	for (size_t i = 0; i < p->levels_count; i++)
		if (!strcmp(p->levels[i].name, name))
			return i;
	return p->default_level; /* of an older policy */
}

/* --- what waits --- */

static void add_step(
	struct gathering *g, const struct head_starts *starts, struct query *q)
{
	size_t level = level_of(g, query_text(q, "level"));
	int64_t mails = query_int(q, "mails");

	g->waiting += mails;
	g->levels[level].waiting += mails;
	if (g->steps_count == STEPS)
		g->steps_count--; /* the last ones as one: they end no later */
	else
		g->steps[g->steps_count] = (struct schedule_step){
			.not_before = head_start_not_before(
				starts, query_int(q, "level_order"), g->now)};
	g->steps[g->steps_count].mails += mails;
	g->level_of[g->steps_count++] = level;
}

/* Release after release, in each the levels in order. */
static int add_released(struct gathering *g, struct fault *f)
{
	auto_query struct query *q = NULL;
	struct head_starts starts;
	int64_t release = 0;
	int got;

	if (ledger_query(g->ledger,
		    SQL("SELECT i.release_id, r.compose_set_id, r.at, n.level_order, n.level, count(*) AS mails"
			" FROM release_item i"
			" JOIN release_valid r ON r.id = i.release_id JOIN notice n ON n.id = i.notice_id"
			" LEFT JOIN attempt_last a ON a.notice_id = i.notice_id"
			" WHERE r.mode = :mode AND (:release = 0 OR r.id = :release)"
			/* most of them, late in an incident: nothing more is asked of
			   these */
			" AND i.notice_id NOT IN (SELECT notice_id FROM attempt_last WHERE verdict = 'accepted')"
			" AND (a.verdict IS NULL OR a.verdict IN ('deferred', 'not_sent', 'claimed')"
			" OR (a.verdict = 'refused' AND a.release_id <> i.release_id))"
			" AND NOT EXISTS (SELECT 1 FROM notice_barred b WHERE b.notice_id = i.notice_id)"
			" GROUP BY i.release_id, n.level_order, n.level ORDER BY i.release_id, n.level_order"),
		    &q, f))
		return -1;
	query_bind_text(q, ":mode", mode_of(g));
	query_bind_int(q, ":release", g->options->release);
	while ((got = query_next(q, f)) > 0) {
		if (query_int(q, "release_id") != release) {
			release = query_int(q, "release_id");
			if (head_start_find(g->ledger, g->options->policy, mode_of(g),
				    release, query_int(q, "compose_set_id"),
				    query_int(q, "at"), &starts, f))
				return -1;
		}
		add_step(g, &starts, q);
	}
	return got;
}

/* As if released now. */
static int add_composed(struct gathering *g, struct fault *f)
{
	auto_query struct query *q = NULL;
	struct head_starts starts;
	bool first = true;
	int got;

	if (g->options->release)
		return 0;
	if (ledger_query(g->ledger,
		    SQL("SELECT c.id AS set_id, n.level_order, n.level, count(*) AS mails FROM plan p"
			" JOIN compose_set_now c ON c.id = p.set_id JOIN notice n ON n.id = p.notice_id"
			" WHERE c.mode = :mode AND NOT EXISTS (SELECT 1 FROM release_item i JOIN release_valid r"
			" ON r.id = i.release_id WHERE i.notice_id = n.id)"
			" AND n.id NOT IN (SELECT notice_id FROM notice_out)"
			" AND n.id NOT IN (SELECT notice_id FROM notice_void)"
			" AND n.person_id NOT IN (SELECT person_id FROM person_held)"
			" GROUP BY c.id, n.level_order, n.level ORDER BY n.level_order"),
		    &q, f))
		return -1;
	query_bind_text(q, ":mode", mode_of(g));
	while ((got = query_next(q, f)) > 0) {
		if (first && head_start_find(g->ledger, g->options->policy, mode_of(g), 0,
				     query_int(q, "set_id"), g->now, &starts, f))
			return -1;
		first = false;
		add_step(g, &starts, q);
	}
	return got;
}

/* --- what is done, and what humans do --- */

static int add_handed_over(struct gathering *g, struct fault *f)
{
	auto_query struct query *q = NULL;
	int got;

	if (ledger_query(g->ledger,
		    SQL("SELECT n.level, count(*) AS mails, max(o.at) AS last_at FROM outcome o"
			" JOIN attempt a ON a.id = o.attempt_id JOIN release r ON r.id = a.release_id"
			" JOIN notice n ON n.id = a.notice_id"
			" WHERE r.mode = :mode AND o.verdict = 'accepted' GROUP BY n.level"),
		    &q, f))
		return -1;
	query_bind_text(q, ":mode", mode_of(g));
	while ((got = query_next(q, f)) > 0) {
		struct outlook_level *level =
			&g->levels[level_of(g, query_text(q, "level"))];

		level->handed_over += query_int(q, "mails");
		level->last_at = query_int(q, "last_at");
		if (level->last_at > g->last_at)
			g->last_at = level->last_at;
	}
	return got;
}

static int add_tasks(struct gathering *g, struct fault *f)
{
	auto_query struct query *q = NULL;
	int got;

	if (ledger_query(g->ledger,
		    SQL("SELECT level, count(*) AS tasks, max(due) AS due FROM task_now WHERE mode = :mode"
			" AND stands AND after_id IS NULL AND state IN ('open', 'not_reached') GROUP BY level"),
		    &q, f))
		return -1;
	query_bind_text(q, ":mode", mode_of(g));
	while ((got = query_next(q, f)) > 0) {
		struct outlook_level *level =
			&g->levels[level_of(g, query_text(q, "level"))];

		level->tasks += query_int(q, "tasks");
		level->tasks_due = query_int(q, "due");
	}
	return got;
}

/* --- how quickly --- */

/* How quickly this relay took the newest mails of the last run; 0: too few to tell. */
static int measure(struct gathering *g, double *ret, struct fault *f)
{
	auto_query struct query *q = NULL;
	auto_text relay = text_format("\nrelay %s\n", g->options->settings->relay.url);
	int64_t count, ms;

	*ret = 0;
	if (ledger_query(g->ledger,
		    SQL("SELECT count(*) AS mails, max(o.at) - min(o.at) AS ms FROM"
			" (SELECT a.id FROM attempt a JOIN release r ON r.id = a.release_id WHERE r.mode = :mode"
			" AND instr(r.manifest, :relay)"
			" AND a.run_id = (SELECT run_id FROM attempt ORDER BY id DESC LIMIT 1)"
			" ORDER BY a.id DESC LIMIT 2000) n JOIN outcome o ON o.attempt_id = n.id"
			" WHERE o.verdict = 'accepted'"),
		    &q, f))
		return -1;
	query_bind_text(q, ":mode", mode_of(g));
	query_bind_text(q, ":relay", relay);
	if (query_next(q, f) < 0)
		return -1;
	count = query_int(q, "mails");
	ms = query_null(q, "ms") ? 0 : query_int(q, "ms");
	if (count >= MEASURED_LEAST && ms >= MEASURED_MS)
		*ret = (double)count * 1000 / (double)ms;
	return 0;
}

static void limit(struct gathering *g, double per_second, const char *pace)
{
	if (per_second <= 0 || per_second >= g->per_second)
		return;
	g->per_second = per_second;
	g->pace = pace;
}

/* What all relays together may take; 0: one of them has no limit. */
static int64_t per_day(const struct settings *s)
{
	int64_t sum = 0;

	for (size_t i = 0; i < settings_relays(s); i++) {
		if (!settings_relay(s, i)->per_day)
			return 0;
		sum += settings_relay(s, i)->per_day;
	}
	return sum;
}

static int64_t per_minute(const struct settings *s)
{
	int64_t sum = 0;

	for (size_t i = 0; i < settings_relays(s); i++) {
		if (!settings_relay(s, i)->per_minute)
			return 0;
		sum += settings_relay(s, i)->per_minute;
	}
	return sum;
}

static unsigned all_connections(const struct gathering *g)
{
	const struct settings *s = g->options->settings;
	unsigned sum = 0;

	for (size_t i = 0; i < settings_relays(s); i++)
		sum += g->options->connections ? g->options->connections
					       : settings_relay(s, i)->connections;
	return sum;
}

static int find_pace(struct gathering *g, struct fault *f)
{
	const struct settings_relay *r = &g->options->settings->relay;
	double measured;

	if (measure(g, &measured, f))
		return -1;
	g->pace = measured > 0 ? "measured" : "assumed";
	g->per_second = measured > 0 ? measured
			: r->capture_dir
				? OUTLOOK_FOLDER
				: (double)all_connections(g) * OUTLOOK_PER_CONNECTION;
	limit(g, (double)per_minute(g->options->settings) / 60, "per_minute");
	limit(g, g->options->per_second, "asked");
	return 0;
}

/* The hand-overs of the last 24 hours, which count for the day. */
static int find_used(
	struct gathering *g, int64_t **ret, size_t *ret_count, struct fault *f)
{
	auto_query struct query *q = NULL;
	size_t room = 0;
	int got;

	*ret = NULL;
	*ret_count = 0;
	if (!per_day(g->options->settings))
		return 0;
	if (ledger_query(g->ledger,
		    SQL("SELECT a.at FROM attempt a LEFT JOIN outcome o ON o.attempt_id = a.id WHERE a.at > :since"
			" AND coalesce(o.verdict, '') <> 'not_sent' ORDER BY a.at"),
		    &q, f))
		return -1;
	query_bind_int(q, ":since", g->now - DAY);
	while ((got = query_next(q, f)) > 0) {
		if (*ret_count == room) {
			room = room ? room * 2 : 1024;
			*ret = text_realloc(*ret, room * sizeof(**ret));
		}
		(*ret)[(*ret_count)++] = query_int(q, "at");
	}
	return got;
}

static int work_out(struct gathering *g, struct fault *f)
{
	const struct settings *s = g->options->settings;
	struct schedule_terms t = {.per_second = g->per_second,
		.per_day = per_day(s),
		.from = s->sending_from,
		.to = s->sending_to,
		.days = s->sending_days};
	int64_t *used, start = g->options->not_before;
	int failed = find_used(g, &used, &t.used_count, f);

	t.used = used;
	start = start > g->now ? start : g->now;
	if (!failed && !schedule_run(&t, start, g->steps, g->steps_count))
		for (size_t i = 0; i < g->steps_count; i++) {
			g->levels[g->level_of[i]].last_at = g->steps[i].ends;
			g->last_at = g->steps[i].ends;
		}
	else
		for (size_t i = 0; i < g->steps_count; i++)
			g->levels[g->level_of[i]].last_at = g->last_at = 0;
	free(used);
	return failed;
}

/* --- as JSON --- */

static json_t *time_json(int64_t ms)
{
	char text[CLOCK_TEXT];

	return ms ? json_string(clock_write(ms, text)) : json_null();
}

/* When, how long from now, at which hour of the clock, and is that in time. */
static void add_time(const struct gathering *g, json_t *o, int64_t at, bool waits)
{
	const struct settings *s = g->options->settings;
	double hours = (double)(at - s->aware_at) / HOUR;

	(void)json_object_set_new(o, "last_at", time_json(at));
	(void)json_object_set_new(
		o, "after", at ? json_real((double)(at - g->now) / 1000) : json_null());
	(void)json_object_set_new(o, "hours", at ? json_real(hours) : json_null());
	(void)json_object_set_new(o, "in_time",
		at || waits ? json_boolean(at && hours <= (double)s->clock_hours)
			    : json_null());
}

static json_t *levels_json(const struct gathering *g)
{
	json_t *levels = json_array();

	for (size_t i = 0; i < g->options->policy->levels_count; i++) {
		const struct outlook_level *level = &g->levels[i];
		json_t *o;

		if (!level->waiting && !level->handed_over && !level->tasks)
			continue;
		o = json_pack("{s:s,s:I,s:I,s:I,s:o}", "name", level->name, "mails",
			(json_int_t)level->waiting, "handed_over",
			(json_int_t)level->handed_over, "tasks", (json_int_t)level->tasks,
			"tasks_due", time_json(level->tasks_due));
		add_time(g, o, level->last_at, level->waiting > 0);
		(void)json_array_append_new(levels, o);
	}
	return levels;
}

static json_t *to_json(const struct gathering *g)
{
	const struct settings *s = g->options->settings;
	json_t *o = json_pack("{s:o,s:f,s:s,s:I,s:O?,s:I,s:o}", "from", time_json(g->now),
		"per_second", g->per_second, "pace", g->pace, "per_day",
		(json_int_t)per_day(s), "sending_hours",
		json_object_get(s->json, "sending_hours"), "waiting",
		(json_int_t)g->waiting, "levels", levels_json(g));

	if (!per_day(s))
		(void)json_object_set_new(o, "per_day", json_null());
	add_time(g, o, g->last_at, g->waiting > 0);
	(void)json_object_set_new(o, "of", json_integer((json_int_t)s->clock_hours));
	return o;
}

int outlook_gather(
	struct ledger *l, const struct outlook_options *o, json_t **ret, struct fault *f)
{
	struct gathering *g = text_alloc(sizeof(*g));
	int failed;

	*g = (struct gathering){.ledger = l, .options = o, .now = clock_now()};
	for (size_t i = 0; i < o->policy->levels_count; i++)
		g->levels[i].name = o->policy->levels[i].name;
	failed = add_released(g, f) || add_composed(g, f) ||
		 (o->whole && (add_handed_over(g, f) || add_tasks(g, f))) ||
		 find_pace(g, f) || work_out(g, f);
	if (!failed)
		*ret = to_json(g);
	free(g);
	return failed ? -1 : 0;
}

/* --- in words --- */

static int64_t whole_number(const json_t *o, const char *name)
{
	return json_integer_value(json_object_get(o, name));
}

static const char *text_of(const json_t *o, const char *name)
{
	const char *text = json_string_value(json_object_get(o, name));

	return text ? text : "";
}

/* "Sat 21 Nov, 10:12", local time. */
#define WHEN 40
static const char *when(const json_t *time, char out[WHEN])
{
	const char *text = json_string_value(time);
	struct tm t;
	time_t seconds;
	int64_t ms;

	if (!text || clock_parse(text, &ms))
		return "not within years";
	seconds = (time_t)(ms / 1000);
	if (!localtime_r(&seconds, &t) || !strftime(out, WHEN, "%a %e %b, %H:%M", &t))
		out[0] = '\0';
	return out;
}

static void write_pace(FILE *out, const json_t *outlook)
{
	const char *pace = text_of(outlook, "pace"),
		   *hours = text_of(outlook, "sending_hours");
	const char *words = !strcmp(pace, "measured")     ? "as last measured"
			    : !strcmp(pace, "assumed")    ? "assumed, not measured yet"
			    : !strcmp(pace, "per_minute") ? "relay.per_minute"
							  : "as asked";
	double per_second = json_real_value(json_object_get(outlook, "per_second"));
	auto_text_buffer line = {0};
	char n[SHOW_NUMBER];

	text_printf(&line, "at %.*f mails a second (%s)", per_second < 10 ? 1 : 0,
		per_second, words);
	if (whole_number(outlook, "per_day"))
		text_printf(&line, ", %s a day",
			show_number(whole_number(outlook, "per_day"), n));
	if (*hours)
		text_printf(&line, ", %s", hours);
	(void)fputs("  ", out);
	show_wrapped(out, text_string(&line), 2, 4);
}

/* By when, how many, of whom, and what of them. */
static void write_line(
	FILE *out, const json_t *time, int64_t count, const char *name, const char *what)
{
	auto_text words = text_format("%s%s", name, what);
	char at[WHEN], n[SHOW_NUMBER];

	(void)fprintf(out, "  %-18s %9s  ", when(time, at), show_number(count, n));
	show_wrapped(out, words, 32, 34);
}

static void write_level(FILE *out, const json_t *level)
{
	const json_t *last = json_object_get(level, "last_at");
	const char *name = text_of(level, "name");

	if (whole_number(level, "mails"))
		write_line(out, last, whole_number(level, "mails"), name, "");
	else if (whole_number(level, "handed_over"))
		write_line(out, last, whole_number(level, "handed_over"), name,
			": all handed over");
	if (whole_number(level, "tasks"))
		write_line(out, json_object_get(level, "tasks_due"),
			whole_number(level, "tasks"), name,
			": told in person, due by then");
}

void outlook_write(FILE *out, const json_t *outlook)
{
	const json_t *hours = json_object_get(outlook, "hours");
	bool in_time = json_is_true(json_object_get(outlook, "in_time"));
	int64_t of = whole_number(outlook, "of");
	double now;
	json_t *level;
	size_t i;

	if (!whole_number(outlook, "waiting"))
		return;
	json_array_foreach(json_object_get(outlook, "levels"), i, level)
		write_level(out, level);
	write_pace(out, outlook);
	if (!json_is_real(hours)) {
		(void)fputs("  LATE: with these limits it would take years\n", out);
		return;
	}
	now = json_real_value(hours) -
	      json_real_value(json_object_get(outlook, "after")) / 3600;
	(void)fprintf(out, "  %s: the last mail goes at hour %.0f of %lld\n",
		in_time            ? "in time"
		: now > (double)of ? "LATE, the time is over already"
				   : "LATE",
		json_real_value(hours), (long long)of);
}

static void add_after(const json_t *o, int64_t of, struct text *out)
{
	const json_t *after = json_object_get(o, "after");
	int64_t seconds = (int64_t)(json_real_value(after) + 0.999);

	if (!json_is_real(after)) {
		text_add_string(out, "not within years\n");
		return;
	}
	text_printf(out, "after %lldh%02lldm%02llds, at hour %.0f of %lld\n",
		(long long)(seconds / 3600), (long long)(seconds / 60 % 60),
		(long long)(seconds % 60), json_real_value(json_object_get(o, "hours")),
		(long long)of);
}

void outlook_manifest(const json_t *outlook, struct text *out)
{
	int64_t of = whole_number(outlook, "of");
	json_t *level;
	size_t i;

	text_printf(out, OUTLOOK_LINE "pace %.2f a second, %s\n",
		json_real_value(json_object_get(outlook, "per_second")),
		text_of(outlook, "pace"));
	json_array_foreach(json_object_get(outlook, "levels"), i, level)
	{
		text_printf(out, OUTLOOK_LINE "level %s ", text_of(level, "name"));
		add_after(level, of, out);
	}
	text_printf(out, OUTLOOK_LINE "%s ",
		json_is_true(json_object_get(outlook, "in_time")) ? "in-time" : "late");
	add_after(outlook, of, out);
}
