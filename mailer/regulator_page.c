/* SPDX-License-Identifier: MIT */
/*
 * The regulator's report as a page: words and pictures for
 * templates/report/regulator.html. What stands in it is regulator.c's.
 */
#include "mailer/regulator.h"

#include <string.h>

#include "mailer/chart.h"
#include "mailer/page.h"
#include "mailer/settings.h"
#include "mailer/show.h"
#include "mailer/status.h"
#include "recipients/clock.h"

#define BARS 80

static const char *text_of(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text ? text : "";
}

static void set_text(json_t *data, const char *name, const char *text)
{
	(void)json_object_set_new(
		data, name, json_string(*text ? text : "not known yet"));
}

static void set_number(json_t *data, const char *name, const json_t *object)
{
	char n[SHOW_NUMBER];

	set_text(data, name,
		show_number(json_integer_value(json_object_get(object, name)), n));
}

static void set_list(json_t *data, const char *name, const json_t *object)
{
	json_t *list = json_object_get(object, name);

	(void)json_object_set_new(data, name,
		json_array_size(list) ? json_incref(list)
				      : json_pack("[s]", "not known yet"));
}

/* Local time, of what stands in JSON. */
static void set_time(json_t *data, const char *name, const char *text)
{
	char when[SHOW_WHEN];
	int64_t ms;

	set_text(data, name, !clock_parse(text, &ms) ? show_when(ms, when) : "");
}

static void add_facts(const json_t *report, json_t *data)
{
	const json_t *facts = json_object_get(report, "facts"),
		     *controller = json_object_get(facts, "controller"),
		     *dpo = json_object_get(controller, "dpo"),
		     *occurred = json_object_get(facts, "occurred");
	bool part_3 = strcmp(text_of(facts, "regime"), "uk-gdpr") != 0;

	set_text(data, "kind", settings_kind_words(text_of(facts, "kind")));
	set_text(data, "law", part_3 ? "Data Protection Act 2018, Part 3" : "UK GDPR");
	set_text(data, "content", part_3 ? "s. 67(4)" : "Art. 33(3)");
	set_text(data, "record", part_3 ? "s. 67(6)" : "Art. 33(5)");
	set_text(data, "nature", text_of(facts, "nature"));
	set_time(data, "from", text_of(occurred, "from"));
	set_time(data, "to", text_of(occurred, "to"));
	set_text(data, "controller", text_of(controller, "name"));
	set_text(data, "contact", text_of(dpo, "name"));
	set_text(data, "email", text_of(dpo, "email"));
	set_text(data, "phone", text_of(dpo, "phone"));
	set_list(data, "exposed", facts);
	set_list(data, "not_exposed", facts);
}

static void add_clock(const json_t *report, json_t *data)
{
	const json_t *clock = json_object_get(report, "clock"),
		     *delay = json_object_get(report, "delay"),
		     *after = json_object_get(clock, "regulator_told_after");
	auto_text hours = text_format("%.1f of %" JSON_INTEGER_FORMAT,
		json_real_value(after ? after : json_object_get(clock, "hours")),
		json_integer_value(json_object_get(clock, "of")));
	json_t *phases = json_array(), *one;
	size_t i;

	set_time(data, "aware", text_of(clock, "aware_at"));
	set_time(data, "told_at", text_of(clock, "regulator_told_at"));
	(void)json_object_set_new(data, "is_told", json_boolean(after != NULL));
	set_text(data, "hours", hours);
	json_array_foreach(json_object_get(report, "phases"), i, one)
	{
		auto_text hour = text_format(
			"%.1f", json_real_value(json_object_get(one, "hours")));
		json_t *phase = json_object();

		set_number(phase, "phase", one);
		set_time(phase, "at", text_of(one, "at"));
		set_text(phase, "hour", hour);
		set_text(phase, "by", text_of(one, "by"));
		set_text(phase, "text", text_of(one, "text"));
		(void)json_array_append_new(phases, phase);
	}
	(void)json_object_set_new(
		data, "phases_any", json_boolean(json_array_size(phases)));
	(void)json_object_set_new(data, "phases", phases);
	(void)json_object_set(data, "late", json_object_get(delay, "late"));
	(void)json_object_set(data, "reasons", json_object_get(delay, "reasons"));
	(void)json_object_set_new(data, "reasons_any",
		json_boolean(json_array_size(json_object_get(delay, "reasons"))));
}

/* --- pictures --- */

static void add_bars(
	json_t *data, const struct chart *c, const struct chart_bar *bars, size_t count)
{
	auto_text_buffer drawn = {0};

	chart_bars(&drawn, c, bars, count);
	(void)json_object_set_new(data, c->id, json_string(text_string(&drawn)));
}

static void add_categories(const json_t *effects, json_t *data)
{
	static const struct chart people = {"categories", "Categories of people",
		"One bar for each category, as long as the number of people in it.",
		"Category", "People", NULL};
	static const struct chart records = {"kinds", "Categories of records",
		"One bar for each kind of data, as long as the number of rows that have it.",
		"Kind of data", "Rows", NULL};
	const json_t *categories = json_object_get(effects, "categories");
	struct chart_bar bars[BARS];
	size_t i, count = 0;
	json_t *one;

	json_array_foreach(json_object_get(categories, "people"), i,
		one) if (count < BARS) bars[count++] = (struct chart_bar){
		text_of(one, "name"), json_integer_value(json_object_get(one, "people"))};
	add_bars(data, &people, bars, count);
	count = 0;
	json_array_foreach(json_object_get(categories, "records"), i,
		one) if (count < BARS) bars[count++] = (struct chart_bar){
		text_of(one, "name"), json_integer_value(json_object_get(one, "rows"))};
	add_bars(data, &records, bars, count);
}

static void add_states(const json_t *effects, json_t *data)
{
	static const struct chart c = {"states", "What became of the people",
		"One bar for each state, as long as the number of people in it.", "State",
		"People", NULL};
	struct chart_bar bars[BARS];
	const char *state;
	size_t count = 0;
	json_t *n;

	json_object_foreach(json_object_get(effects, "states"), state,
		n) if (count < BARS) bars[count++] =
		(struct chart_bar){status_words(state), json_integer_value(n)};
	add_bars(data, &c, bars, count);
}

/* --- tables --- */

/* Those who are not told for now, and on which ground. */
static void add_levels(const json_t *effects, json_t *data)
{
	json_t *list = json_array(), *level;
	size_t i;

	json_array_foreach(json_object_get(effects, "levels"), i, level)
	{
		const json_t *routes = json_object_get(level, "routes"),
			     *not_told = json_object_get(level, "not_told");
		json_t *o = json_object();

		set_text(o, "name", text_of(level, "name"));
		set_text(o, "title", text_of(level, "title"));
		set_number(o, "people", level);
		set_number(o, "mail", routes);
		set_number(o, "task", routes);
		set_number(o, "restricted", routes);
		set_number(o, "none", routes);
		(void)json_object_set_new(o, "ground",
			not_told ? json_string(text_of(not_told, "ground"))
				 : json_null());
		set_text(o, "owner", text_of(not_told, "owner"));
		set_text(o, "review_by", text_of(not_told, "review_by"));
		(void)json_array_append_new(list, o);
	}
	(void)json_object_set_new(data, "levels", list);
}

static void add_releases(const json_t *action, json_t *data)
{
	json_t *list = json_array(), *one;
	size_t i;

	json_array_foreach(json_object_get(action, "releases"), i, one)
	{
		auto_text digest = text_format("%.8s", text_of(one, "digest"));
		json_t *o = json_object();

		set_text(o, "digest", digest);
		set_time(o, "at", text_of(one, "at"));
		set_number(o, "notices", one);
		set_number(o, "accepted", one);
		(void)json_array_append_new(list, o);
	}
	(void)json_object_set_new(
		data, "releases_any", json_boolean(json_array_size(list)));
	(void)json_object_set_new(data, "releases", list);
}

static void add_log(const json_t *report, json_t *data)
{
	json_t *list = json_array(), *note;
	size_t i;

	json_array_foreach(json_object_get(report, "notes"), i, note)
	{
		const json_t *withdrawn = json_object_get(note, "withdrawn");
		json_t *o = json_object();

		set_time(o, "at", text_of(note, "at"));
		set_text(o, "kind", text_of(note, "kind"));
		set_text(o, "by", text_of(note, "by"));
		set_text(o, "text", text_of(note, "text"));
		(void)json_object_set_new(
			o, "withdrawn", json_boolean(json_is_object(withdrawn)));
		set_text(o, "withdrawn_by", text_of(withdrawn, "by"));
		set_text(o, "withdrawn_because", text_of(withdrawn, "text"));
		(void)json_array_append_new(list, o);
	}
	(void)json_object_set_new(data, "log_any", json_boolean(json_array_size(list)));
	(void)json_object_set_new(data, "log", list);
}

int regulator_page(const json_t *report, struct text *out, struct fault *f)
{
	const json_t *effects = json_object_get(report, "effects"),
		     *action = json_object_get(report, "action");
	json_t *data = json_object();
	int failed;

	(void)json_object_set_new(data, "rehearsal",
		json_boolean(strcmp(text_of(report, "mode"), "live") != 0));
	set_text(data, "incident", text_of(report, "incident"));
	set_text(data, "title", text_of(report, "title"));
	set_time(data, "written", text_of(report, "written_at"));
	(void)json_object_set(data, "history", json_object_get(report, "history"));
	add_facts(report, data);
	add_clock(report, data);
	set_number(data, "people", effects);
	set_number(data, "people_certain", effects);
	set_number(data, "rows", effects);
	set_list(data, "consequences", effects);
	add_categories(effects, data);
	add_states(effects, data);
	add_levels(effects, data);
	set_list(data, "measures", action);
	set_number(data, "told", action);
	add_releases(action, data);
	add_log(report, data);
	failed = page_render("report/regulator.html", data, true, out, f);
	json_decref(data);
	return failed;
}
