/* SPDX-License-Identifier: MIT */
/*
 * Puts together what incident.json, the views and the notes say. What the regulator must
 * be sent, and by when, is for the officer to decide: this is what there is to say.
 */
#include "mailer/regulator.h"

#include <string.h>

#include "mailer/category.h"
#include "mailer/note.h"
#include "mailer/show.h"
#include "mailer/status.h"
#include "recipients/clock.h"

/* --- gathering --- */

static json_t *copies(const json_t *from, const char *const *names)
{
	json_t *out = json_object();

	for (; *names; names++) {
		json_t *value = json_object_get(from, *names);

		(void)json_object_set(out, *names, value ? value : json_null());
	}
	return out;
}

static int gather_routes(struct ledger *l, json_t *levels, struct fault *f)
{
	auto_query struct query *q = NULL;
	json_t *level;
	size_t i;
	int got;

	json_array_foreach(levels, i, level)(void)
		json_object_set_new(level, "routes", json_object());
	if (ledger_query(l,
		    SQL("SELECT level, route, count(*) AS people FROM assignment_now GROUP BY 1, 2"),
		    &q, f))
		return -1;
	while ((got = query_next(q, f)) > 0)
		json_array_foreach(levels, i,
			level) if (!strcmp(json_string_value(json_object_get(level,
						   "name")),
					   query_text(q, "level")))(
			void) json_object_set_new(json_object_get(level, "routes"),
			query_text(q, "route"), json_integer(query_int(q, "people")));
	return got;
}

static int gather_effects(struct ledger *l, const struct settings *s,
	const json_t *status, json_t *report, struct fault *f)
{
	static const char *const names[] = {
		"people", "rows", "outcomes", "levels", "states", NULL};
	json_t *effects = copies(status, names);
	int64_t certain;

	(void)json_object_set_new(report, "effects", effects);
	(void)json_object_set(
		effects, "consequences", json_object_get(s->json, "consequences"));
	if (ledger_number(l, SQL("SELECT count(*) FROM assignment_now WHERE certain"), 0,
		    &certain, f) ||
		gather_routes(l, json_object_get(effects, "levels"), f))
		return -1;
	return json_object_set_new(effects, "people_certain", json_integer(certain));
}

/* Pairs of a word and a count. */
static int count_words(struct query *q, json_t *action, const char *name, struct fault *f)
{
	json_t *counts = json_object();
	int got;

	(void)json_object_set_new(action, name, counts);
	while ((got = query_next(q, f)) > 0)
		(void)json_object_set_new(counts, query_text(q, "what"),
			json_integer(query_int(q, "times")));
	return got;
}

static int gather_releases(
	struct ledger *l, const char *mode, json_t *list, struct fault *f)
{
	auto_query struct query *q = NULL;
	char at[CLOCK_TEXT];
	int got;

	if (ledger_query(l,
		    SQL("SELECT r.digest, r.at, (SELECT count(*) FROM release_item i WHERE i.release_id = r.id) AS notices,"
			" (SELECT count(*) FROM attempt_last a WHERE a.release_id = r.id AND a.verdict = 'accepted') AS accepted"
			" FROM release r WHERE r.mode = :mode ORDER BY r.id"),
		    &q, f))
		return -1;
	query_bind_text(q, ":mode", mode);
	while ((got = query_next(q, f)) > 0)
		(void)json_array_append_new(list,
			json_pack("{s:s,s:s,s:I,s:I}", "digest", query_text(q, "digest"),
				"at", clock_write(query_int(q, "at"), at), "notices",
				(json_int_t)query_int(q, "notices"), "accepted",
				(json_int_t)query_int(q, "accepted")));
	return got;
}

static json_int_t state_count(const json_t *status, const char *state)
{
	return json_integer_value(
		json_object_get(json_object_get(status, "states"), state));
}

/* What bounced told nobody. */
static json_int_t people_told(const json_t *status)
{
	return state_count(status, "accepted") + state_count(status, "relayed") +
	       state_count(status, "delivered") + state_count(status, "acknowledged") +
	       state_count(status, "reached");
}

static int gather_action(struct ledger *l, const struct settings *s, const json_t *status,
	json_t *report, struct fault *f)
{
	auto_query struct query *tasks = NULL, *decisions = NULL;
	json_t *releases = json_array();
	json_t *action = json_pack("{s:O?,s:I,s:o}", "measures",
		json_object_get(s->json, "measures"), "told", people_told(status),
		"releases", releases);

	(void)json_object_set_new(report, "action", action);
	if (gather_releases(l, settings_mode(s), releases, f) ||
		ledger_query(l,
			SQL("SELECT state AS what, count(*) AS times FROM task_now WHERE mode = :mode AND stands"
			    " AND state <> 'dropped' GROUP BY 1 ORDER BY 1"),
			&tasks, f) ||
		ledger_query(l,
			SQL("SELECT what, sum(times) AS times FROM (SELECT kind AS what, count(*) AS times FROM decision"
			    " GROUP BY 1 UNION ALL SELECT choice, count(*) FROM person_decision GROUP BY 1) GROUP BY 1"
			    " ORDER BY 1"),
			&decisions, f))
		return -1;
	query_bind_text(tasks, ":mode", settings_mode(s));
	return count_words(tasks, action, "tasks", f) ||
			       count_words(decisions, action, "decisions", f)
		       ? -1
		       : 0;
}

/* When the regulator was told, the first time and each time more, and why not sooner. */
static void gather_phases(const struct settings *s, json_t *report)
{
	const json_t *clock = json_object_get(report, "clock"),
		     *after = json_object_get(clock, "regulator_told_after");
	double hours = json_number_value(after ? after : json_object_get(clock, "hours"));
	double late = hours - (double)s->clock_hours;
	json_t *phases = json_array(), *reasons = json_array(), *note;
	size_t i;

	json_array_foreach(json_object_get(report, "notes"), i, note)
	{
		const char *kind = json_string_value(json_object_get(note, "kind"));
		int64_t at;

		if (json_is_object(json_object_get(note, "withdrawn")) ||
			clock_parse(json_string_value(json_object_get(note, "at")), &at))
			continue;
		if (!strcmp(kind, "delay"))
			(void)json_array_append(reasons, note);
		if (strcmp(kind, "regulator-told") != 0)
			continue;
		(void)json_array_append_new(
			phases, json_pack("{s:I,s:O,s:f,s:O,s:O}", "phase",
					(json_int_t)json_array_size(phases) + 1, "at",
					json_object_get(note, "at"), "hours",
					(double)(at - s->aware_at) / 3600000, "by",
					json_object_get(note, "by"), "text",
					json_object_get(note, "text")));
	}
	(void)json_object_set_new(report, "phases", phases);
	(void)json_object_set_new(report, "delay",
		json_pack("{s:b,s:f,s:o}", "late", late > 0, "hours", late > 0 ? late : 0,
			"reasons", reasons));
}

static int gather(struct ledger *l, const struct settings *s, const json_t *status,
	json_t *report, struct fault *f)
{
	static const char *const top[] = {"incident", "title", "mode", "clock", NULL};
	static const char *const facts[] = {"kind", "regime", "nature", "occurred",
		"controller", "exposed", "not_exposed", NULL};
	char now[CLOCK_TEXT];
	json_t *head = copies(status, top), *notes, *categories;

	(void)json_object_update(report, head);
	json_decref(head);
	(void)json_object_set_new(
		report, "written_at", json_string(clock_write(clock_now(), now)));
	(void)json_object_set_new(report, "facts", copies(s->json, facts));
	if (gather_effects(l, s, status, report, f) ||
		gather_action(l, s, status, report, f) ||
		note_list(l, settings_mode(s), &notes, f))
		return -1;
	(void)json_object_set_new(report, "notes", notes);
	gather_phases(s, report);
	if (category_gather(l, json_object_get(s->json, "exposed"), &categories, f))
		return -1;
	return json_object_set_new(
		json_object_get(report, "effects"), "categories", categories);
}

/* Of the levels that nobody is told: why, and who answers for it. */
static void add_grounds(const struct policy *p, json_t *levels)
{
	json_t *level;
	size_t i;

	json_array_foreach(levels, i, level)
	{
		const struct policy_level *l = policy_level_named(
			p, json_string_value(json_object_get(level, "name")));

		if (l && l->restriction.ground)
			(void)json_object_set_new(level, "not_told",
				json_pack("{s:s,s:s,s:s?}", "ground",
					l->restriction.ground, "owner",
					l->restriction.owner, "review_by",
					l->restriction.review_by));
	}
}

int regulator_gather(struct ledger *l, const struct settings *s, const struct policy *p,
	json_t **ret, struct fault *f)
{
	json_t *status, *report;
	int failed;

	if (status_gather(l, s, p, &status, f))
		return -1;
	add_grounds(p, json_object_get(status, "levels"));
	report = json_object();
	failed = gather(l, s, status, report, f);
	json_decref(status);
	if (failed) {
		json_decref(report);
		return -1;
	}
	*ret = report;
	return 0;
}

/* --- to read --- */

static const char *text_of(const json_t *object, const char *name)
{
	const char *value = json_string_value(json_object_get(object, name));

	return value ? value : "not known";
}

#define NAME 24 /* columns for what a line is about */

static void line(FILE *out, const char *name, const char *value)
{
	(void)fprintf(out, "  %-*s", NAME - 2, name);
	show_wrapped(out, value, NAME, NAME);
}

static void item(FILE *out, const char *words)
{
	(void)fputs("    - ", out);
	show_wrapped(out, words, 6, 6);
}

static void items(FILE *out, const char *name, const json_t *list)
{
	json_t *one;
	size_t i;

	(void)fprintf(out, "  %s\n", name);
	json_array_foreach(list, i, one)
		item(out, json_string_value(one) ? json_string_value(one) : "");
	if (!json_array_size(list))
		item(out, "not known yet");
}

static void counts(FILE *out, const char *name, json_t *object)
{
	auto_text_buffer words = {0};
	const char *key;
	json_t *n;

	json_object_foreach(object, key, n)
		text_printf(&words, "%s%s %" JSON_INTEGER_FORMAT,
			words.length ? "; " : "", key, json_integer_value(n));
	line(out, name, words.length ? text_string(&words) : "none");
}

static void categories(FILE *out, const char *name, const char *unit, const json_t *list)
{
	json_t *one;
	size_t i;

	(void)fprintf(out, "  %s\n", name);
	json_array_foreach(list, i, one)
	{
		auto_text words =
			text_format("%s: %" JSON_INTEGER_FORMAT, text_of(one, "name"),
				json_integer_value(json_object_get(one, unit)));

		item(out, words);
	}
	if (!json_array_size(list))
		item(out, "not known yet");
}

static void write_facts(FILE *out, const json_t *report)
{
	const json_t *facts = json_object_get(report, "facts"),
		     *controller = json_object_get(facts, "controller"),
		     *dpo = json_object_get(controller, "dpo"),
		     *occurred = json_object_get(facts, "occurred"),
		     *clock = json_object_get(report, "clock"),
		     *after = json_object_get(clock, "regulator_told_after");
	auto_text hours = text_format("%.1f of %" JSON_INTEGER_FORMAT,
		json_number_value(
			json_is_real(after) ? after : json_object_get(clock, "hours")),
		json_integer_value(json_object_get(clock, "of")));

	(void)fputs("\nFACTS\n", out);
	line(out, "what kind", text_of(facts, "kind"));
	line(out, "law", text_of(facts, "regime"));
	line(out, "nature", text_of(facts, "nature"));
	line(out, "from", text_of(occurred, "from"));
	line(out, "to", text_of(occurred, "to"));
	line(out, "aware", text_of(clock, "aware_at"));
	line(out, "regulator told",
		json_is_real(after) ? text_of(clock, "regulator_told_at")
				    : "not noted yet");
	line(out, json_is_real(after) ? "hours until then" : "hours gone", hours);
	line(out, "controller", text_of(controller, "name"));
	line(out, "contact point", text_of(dpo, "name"));
	line(out, "", text_of(dpo, "email"));
	line(out, "", text_of(dpo, "phone"));
	items(out, "categories of data", json_object_get(facts, "exposed"));
	items(out, "not involved", json_object_get(facts, "not_exposed"));
}

static void write_ground(FILE *out, const json_t *not_told)
{
	const char *review = json_string_value(json_object_get(not_told, "review_by"));

	if (!not_told)
		return;
	line(out, "  not told, since", text_of(not_told, "ground"));
	line(out, "  who answers for it", text_of(not_told, "owner"));
	if (review)
		line(out, "  looked at again by", review);
}

static void write_effects(FILE *out, const json_t *report)
{
	const json_t *effects = json_object_get(report, "effects"),
		     *kinds = json_object_get(effects, "categories");
	json_t *level;
	size_t i;
	auto_text people = text_format("%" JSON_INTEGER_FORMAT " (%" JSON_INTEGER_FORMAT
				       " certainly)",
		json_integer_value(json_object_get(effects, "people")),
		json_integer_value(json_object_get(effects, "people_certain")));
	auto_text rows = text_format("%" JSON_INTEGER_FORMAT,
		json_integer_value(json_object_get(effects, "rows")));

	(void)fputs("\nEFFECTS\n", out);
	line(out, "people concerned", people);
	categories(
		out, "categories of people", "people", json_object_get(kinds, "people"));
	line(out, "records", rows);
	categories(
		out, "categories of records", "rows", json_object_get(kinds, "records"));
	counts(out, "what records are", json_object_get(effects, "outcomes"));
	(void)fputs("  levels of risk, highest first\n", out);
	json_array_foreach(json_object_get(effects, "levels"), i, level)
	{
		(void)fprintf(out, "    %s: %" JSON_INTEGER_FORMAT " people\n",
			text_of(level, "name"),
			json_integer_value(json_object_get(level, "people")));
		counts(out, "      told by", json_object_get(level, "routes"));
		counts(out, "      stand at", json_object_get(level, "states"));
		write_ground(out, json_object_get(level, "not_told"));
	}
	counts(out, "people stand at", json_object_get(effects, "states"));
	items(out, "likely consequences", json_object_get(effects, "consequences"));
}

static void write_action(FILE *out, const json_t *report)
{
	const json_t *action = json_object_get(report, "action");
	json_t *release;
	size_t i;

	(void)fputs("\nREMEDIAL ACTION\n", out);
	items(out, "measures", json_object_get(action, "measures"));
	(void)fprintf(out, "  %-*s%" JSON_INTEGER_FORMAT "\n", NAME - 2,
		"people told so far",
		json_integer_value(json_object_get(action, "told")));
	counts(out, "tasks", json_object_get(action, "tasks"));
	counts(out, "human decisions", json_object_get(action, "decisions"));
	json_array_foreach(json_object_get(action, "releases"), i, release)(void)
		fprintf(out,
			"  release %.8s of %s: %" JSON_INTEGER_FORMAT
			" notices, %" JSON_INTEGER_FORMAT " taken by the relay\n",
			text_of(release, "digest"), text_of(release, "at"),
			json_integer_value(json_object_get(release, "notices")),
			json_integer_value(json_object_get(release, "accepted")));
}

static void write_phases(FILE *out, const json_t *report)
{
	const json_t *delay = json_object_get(report, "delay");
	json_t *one;
	size_t i;

	(void)fputs("\nPHASES AND DELAY\n", out);
	json_array_foreach(json_object_get(report, "phases"), i, one)
	{
		auto_text name = text_format("phase %zu, hour %.1f", i + 1,
			json_real_value(json_object_get(one, "hours")));

		line(out, name, text_of(one, "text"));
	}
	if (!i)
		line(out, "phases", "the regulator is not told yet");
	json_array_foreach(json_object_get(delay, "reasons"), i, one)
		line(out, "reason for delay", text_of(one, "text"));
	if (!i)
		line(out, "reason for delay",
			json_is_true(json_object_get(delay, "late"))
				? "none is noted, and it is late (breachmail note --kind delay)"
				: "none is needed so far");
}

static void write_notes(FILE *out, const json_t *report)
{
	json_t *note;
	size_t i;

	(void)fputs("\nLOG\n", out);
	json_array_foreach(json_object_get(report, "notes"), i, note)
	{
		const json_t *withdrawn = json_object_get(note, "withdrawn");

		(void)fprintf(
			out, "  %s  %s, by ", text_of(note, "at"), text_of(note, "kind"));
		show_safely(out, text_of(note, "by"));
		(void)fputs("\n    ", out);
		show_wrapped(out, text_of(note, "text"), 4, 4);
		if (!json_is_object(withdrawn))
			continue;
		(void)fprintf(
			out, "    withdrawn %s by ", text_of(withdrawn, "written_at"));
		show_safely(out, text_of(withdrawn, "by"));
		(void)fputs(":\n      ", out);
		show_wrapped(out, text_of(withdrawn, "text"), 6, 6);
	}
	if (!i)
		(void)fputs("  nothing is noted yet (breachmail note)\n", out);
}

void regulator_write(FILE *out, const json_t *report)
{
	(void)fprintf(out, "Record of a personal data breach (%s)\n%s: ",
		strcmp(text_of(json_object_get(report, "facts"), "regime"), "uk-gdpr")
			? "DPA 2018 s. 67(4), s. 67(6)"
			: "UK GDPR Art. 33(3), Art. 33(5)",
		text_of(report, "incident"));
	show_wrapped(out, text_of(report, "title"),
		(unsigned)strlen(text_of(report, "incident")) + 2, 2);
	(void)fprintf(out, "written %s\nmode %s%s\n", text_of(report, "written_at"),
		text_of(report, "mode"),
		strcmp(text_of(report, "mode"), "live")
			? ": a rehearsal, nothing of it has happened"
			: "");
	write_facts(out, report);
	write_effects(out, report);
	write_action(out, report);
	write_phases(out, report);
	write_notes(out, report);
}
