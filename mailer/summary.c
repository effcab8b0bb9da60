/* SPDX-License-Identifier: MIT */
/*
 * Turns counts into pictures and words for templates/report/summary.html. Counts are
 * status.c's, what happened over time is story.c's, how it is drawn chart.c's.
 */
#include "mailer/summary.h"

#include <string.h>

#include "mailer/chart.h"
#include "mailer/course.h"
#include "mailer/flow.h"
#include "mailer/needs.h"
#include "mailer/page.h"
#include "mailer/show.h"
#include "mailer/status.h"
#include "mailer/story.h"
#include "recipients/clock.h"

static int64_t number_of(const json_t *object, const char *name)
{
	return json_integer_value(json_object_get(object, name));
}

static const char *text_of(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text ? text : "";
}

static void set_text(json_t *data, const char *name, const char *text)
{
	(void)json_object_set_new(data, name, json_string(text));
}

/* Takes what was drawn. */
static void set_picture(json_t *data, const char *name, const struct text *drawn)
{
	(void)json_object_set_new(
		data, name, json_stringn(text_string(drawn), drawn->length));
}

/* "Sat 21 Nov 2026, 10:12" of a time in JSON; "" for none. */
static const char *when(const json_t *object, const char *name, char out[SHOW_WHEN])
{
	int64_t ms;

	out[0] = '\0';
	return clock_parse(text_of(object, name), &ms) ? out : show_when(ms, out);
}

/* --- the clock, and what to look at first --- */

static void add_clock(const struct settings *s, const json_t *status, json_t *data)
{
	const json_t *clock = json_object_get(status, "clock"),
		     *after = json_object_get(clock, "regulator_told_after");
	double hours = json_real_value(json_object_get(clock, "hours"));
	int64_t of = s->clock_hours;
	bool told = json_is_real(after);
	double counted = told ? json_real_value(after) : hours;
	char at[SHOW_WHEN], n[SHOW_NUMBER];
	auto_text gone = text_format(
		"%s of %lld", show_number((int64_t)counted, n), (long long)of);
	json_t *o = json_pack("{s:s,s:b,s:b,s:i}", "gone", gone, "told", told, "over",
		counted > (double)of, "of", (int)of);

	set_text(o, "aware", show_when(s->aware_at, at));
	set_text(o, "ends", show_when(s->aware_at + of * 3600000, at));
	set_text(o, "told_at", when(clock, "regulator_told_at", at));
	(void)json_object_set_new(data, "clock", o);
}

static int64_t told(const json_t *status)
{
	static const char *const states[] = {
		"accepted", "relayed", "delivered", "acknowledged", "reached"};
	const json_t *counts = json_object_get(status, "states");
	int64_t sum = 0;

	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		sum += number_of(counts, states[i]);
	return sum;
}

static void add_figures(const json_t *status, json_t *data)
{
	const json_t *states = json_object_get(status, "states");
	char n[SHOW_NUMBER];

	set_text(data, "rows", show_number(number_of(status, "rows"), n));
	set_text(data, "people", show_number(number_of(status, "people"), n));
	set_text(data, "told", show_number(told(status), n));
	set_text(data, "know",
		show_number(
			number_of(states, "acknowledged") + number_of(states, "reached"),
			n));
}

static void add_needs(const json_t *status, json_t *data)
{
	json_t *list = json_array(), *count;
	char n[SHOW_NUMBER];
	const char *need;

	json_object_foreach(json_object_get(status, "needs_human"), need, count)(
		void) json_array_append_new(list,
		json_pack("{s:s,s:s}", "count", show_number(json_integer_value(count), n),
			"words", needs_words(need)));
	(void)json_object_set_new(data, "needs_any", json_boolean(json_array_size(list)));
	(void)json_object_set_new(data, "needs", list);
	(void)json_object_set_new(data, "command",
		json_boolean(!strncmp(text_of(status, "next"), "breachmail ", 11)));
	set_text(data, "next", text_of(status, "next"));
}

/* What waits for signatures. */
static void add_signing(const json_t *status, json_t *data)
{
	json_t *list = json_array(), *one;
	size_t i;

	json_array_foreach(json_object_get(status, "signing"), i, one)
	{
		auto_text words = text_format("%.8s waits for signatures: %lld of %lld",
			text_of(one, "digest"), (long long)number_of(one, "signatures"),
			(long long)number_of(one, "needed"));
		char until[SHOW_WHEN];
		json_t *o = json_object();

		set_text(o, "what",
			!strcmp(text_of(one, "what"), "signers") ? "List of signers"
								 : "Release");
		set_text(o, "words", words);
		set_text(o, "until", when(one, "until", until));
		(void)json_object_set_new(o, "urgent", json_boolean(*until));
		(void)json_array_append_new(list, o);
	}
	(void)json_object_set_new(data, "signing", list);
}

/* --- the flow --- */

struct sketch {
	struct flow_node nodes[FLOW_NODES];
	struct flow_link links[4 * FLOW_NODES];
	const char *names[FLOW_NODES]; /* of the nodes, as in JSON */
	size_t nodes_count, links_count;
};

static const char *outcome_words(const char *outcome)
{
	static const char *const words[][2] = {{"matched", "matched: one person"},
		{"ambiguous", "ambiguous: several who cannot be told apart"},
		{"possible", "possible: a human may look"},
		{"unmatched", "unmatched: nobody on the list"},
		{"waiting", "not matched yet"}};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!strcmp(words[i][0], outcome))
			return words[i][1];
	return outcome;
}

static void add_node(struct sketch *k, unsigned column, const char *name,
	const char *words, int64_t count)
{
	if (!count || k->nodes_count == FLOW_NODES)
		return;
	k->names[k->nodes_count] = name;
	k->nodes[k->nodes_count++] = (struct flow_node){column, words, count};
}

static size_t node_of(const struct sketch *k, unsigned column, const char *name)
{
	size_t i = 0;

	while (i < k->nodes_count &&
		(k->nodes[i].column != column || strcmp(k->names[i], name)))
		i++;
	return i;
}

static void add_link(
	struct sketch *k, size_t from, size_t to, int64_t count_from, int64_t count_to)
{
	if (from >= k->nodes_count || to >= k->nodes_count ||
		k->links_count == sizeof(k->links) / sizeof(k->links[0]))
		return;
	k->links[k->links_count++] = (struct flow_link){from, to, count_from, count_to};
}

/* Nodes from left to right; links in the order of the nodes, so that bands do not cross
 * without need. */
static void sketch_nodes(struct sketch *k, const json_t *status)
{
	json_t *levels = json_object_get(status, "levels"), *level, *count;
	const char *name;
	size_t i;

	add_node(k, 0, "rows", "rows of the leak", number_of(status, "rows"));
	json_object_foreach(json_object_get(status, "outcomes"), name, count)
		add_node(k, 1, name, outcome_words(name), json_integer_value(count));
	json_array_foreach(levels, i, level) add_node(k, 2, text_of(level, "name"),
		text_of(level, "name"), number_of(level, "people"));
	json_object_foreach(json_object_get(status, "states"), name, count)
		add_node(k, 3, name, status_words(name), json_integer_value(count));
}

static void sketch_links(struct sketch *k, const json_t *status, const json_t *bands)
{
	json_t *levels = json_object_get(status, "levels"), *level, *band, *count;
	const char *name;
	size_t i, at;

	for (size_t n = 0; n < k->nodes_count; n++)
		if (k->nodes[n].column == 1)
			add_link(k, node_of(k, 0, "rows"), n, k->nodes[n].count,
				k->nodes[n].count);
	for (size_t n = 0; n < k->nodes_count; n++)
		json_array_foreach(bands, i, band)
		{
			at = node_of(k, 1, text_of(band, "outcome"));
			if (k->nodes[n].column == 2 &&
				!strcmp(k->names[n], text_of(band, "level")))
				add_link(k, at, n, number_of(band, "rows"),
					number_of(band, "people"));
		}
	json_array_foreach(levels, i, level) json_object_foreach(
		json_object_get(level, "states"), name, count)
		add_link(k, node_of(k, 2, text_of(level, "name")), node_of(k, 3, name),
			json_integer_value(count), json_integer_value(count));
}

static int add_flow(struct ledger *l, const json_t *status, json_t *data, struct fault *f)
{
	static const char *const columns[] = {
		"The leak", "Who it is", "People by risk", "What became of them"};
	auto_text says = text_format(
		"%lld rows of the leak lead to %lld"
		" people, of whom %lld were told. The table below has each number.",
		(long long)number_of(status, "rows"),
		(long long)number_of(status, "people"), (long long)told(status));
	const struct chart c = {"flow",
		"From rows of the leak to people to what became of them", says, "What",
		"Rows or people", NULL};
	struct sketch *k = text_alloc(sizeof(*k));
	auto_text_buffer drawn = {0};
	json_t *bands = NULL;

	if (story_bands(l, &bands, f)) {
		free(k);
		return -1;
	}
	sketch_nodes(k, status);
	sketch_links(k, status, bands);
	flow_write(&drawn, &c,
		&(struct flow){
			columns, 4, k->nodes, k->nodes_count, k->links, k->links_count});
	set_picture(data, "flow", &drawn);
	json_decref(bands);
	free(k);
	return 0;
}

/* --- each level --- */

enum progress_part {
	PART_KNOW,
	PART_SENT,
	PART_WAIT,
	PART_PERSON,
	PART_STUCK,
	PART_NOT,
	PARTS
};
static const char *const part_words[PARTS] = {
	[PART_KNOW] = "know: they said so, or were told in person",
	[PART_SENT] = "sent: the relay took it, or it arrived",
	[PART_WAIT] = "to be sent",
	[PART_PERSON] = "to be told in person",
	[PART_STUCK] = "held, refused, came back, in doubt",
	[PART_NOT] = "not told: restricted, or no duty",
};

static enum progress_part part_of(const char *state)
{
	static const struct {
		const char *state;
		enum progress_part part;
	} parts[] = {{"acknowledged", PART_KNOW}, {"reached", PART_KNOW},
		{"accepted", PART_SENT}, {"relayed", PART_SENT}, {"delivered", PART_SENT},
		{"task", PART_PERSON}, {"not_reached", PART_PERSON}, {"held", PART_STUCK},
		{"refused", PART_STUCK}, {"bounced", PART_STUCK},
		{"in_doubt", PART_STUCK}, {"restricted", PART_NOT}, {"none", PART_NOT}};

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (!strcmp(parts[i].state, state))
			return parts[i].part;
	return PART_WAIT;
}

static void add_progress(const json_t *status, json_t *data)
{
	static const struct chart c = {"progress", "How far each level is",
		"One bar for each level of risk, highest first, divided by what became of its people.",
		"Level", "People", NULL};
	struct chart_stack stacks[POLICY_MAX_LEVELS];
	int64_t counts[POLICY_MAX_LEVELS][PARTS] = {{0}};
	json_t *levels = json_object_get(status, "levels"), *level, *n;
	auto_text_buffer drawn = {0};
	const char *state;
	size_t i, count = 0;

	json_array_foreach(levels, i, level)
	{
		if (count == POLICY_MAX_LEVELS)
			break;
		json_object_foreach(json_object_get(level, "states"), state, n)
			counts[count][part_of(state)] += json_integer_value(n);
		stacks[count] =
			(struct chart_stack){text_of(level, "name"), counts[count]};
		count++;
	}
	(void)json_object_set(data, "levels", levels);
	chart_stacks(&drawn, &c, part_words, PARTS, stacks, count);
	set_picture(data, "progress", &drawn);
}

static json_t *forecast_level(const json_t *level)
{
	const json_t *last = json_object_get(level, "last_at"),
		     *hours = json_object_get(level, "hours");
	char n[SHOW_NUMBER], at[SHOW_WHEN];
	bool waits = number_of(level, "mails") > 0;
	json_t *o = json_object();

	set_text(o, "name", text_of(level, "name"));
	set_text(o, "mails", show_number(number_of(level, "mails"), n));
	set_text(o, "handed_over", show_number(number_of(level, "handed_over"), n));
	set_text(o, "tasks", show_number(number_of(level, "tasks"), n));
	set_text(o, "tasks_due", when(level, "tasks_due", at));
	if (json_is_string(last) && waits) {
		auto_text hour = text_format(" (hour %.0f)", json_real_value(hours));

		set_text(o, "last", when(level, "last_at", at));
		set_text(o, "hour", hour);
	} else {
		set_text(o, "last", waits ? "not within years" : "none waits");
		set_text(o, "hour", "");
	}
	(void)json_object_set_new(o, "late",
		json_boolean(waits && !json_is_true(json_object_get(level, "in_time"))));
	return o;
}

static void add_forecast(const json_t *status, json_t *data)
{
	const json_t *forecast = json_object_get(status, "forecast");
	json_t *list = json_array(), *level;
	size_t i;

	json_array_foreach(json_object_get(forecast, "levels"), i, level)(void)
		json_array_append_new(list, forecast_level(level));
	(void)json_object_set_new(
		data, "forecast_any", json_boolean(json_array_size(list)));
	(void)json_object_set_new(data, "forecast", list);
	(void)json_object_set_new(data, "planned",
		json_boolean(number_of(json_object_get(status, "states"), "planned")));
}

/* --- the spread --- */

static void add_states(const json_t *status, json_t *data)
{
	static const struct chart c = {"states", "What became of the people",
		"One bar for each state, as long as the number of people in it.", "State",
		"People", NULL};
	struct chart_bar bars[FLOW_NODES];
	auto_text_buffer drawn = {0};
	const char *state;
	size_t count = 0;
	json_t *n;

	json_object_foreach(json_object_get(status, "states"), state,
		n) if (count < FLOW_NODES) bars[count++] =
		(struct chart_bar){status_words(state), json_integer_value(n)};
	chart_bars(&drawn, &c, bars, count);
	set_picture(data, "states", &drawn);
}

static void add_certainty(const struct trust *trust, json_t *data)
{
	static const char *const words[FORECAST_BINS] = {"below 10 %", "10 to 20 %",
		"20 to 30 %", "30 to 40 %", "40 to 50 %", "50 to 60 %", "60 to 70 %",
		"70 to 80 %", "80 to 90 %", "90 % and above"};
	static const struct chart c = {"certainty", "How sure the matching is",
		"Rows of the leak by how probable it is that they are the person who fits best.",
		"Probability", "Rows", NULL};
	struct chart_bar bars[FORECAST_BINS + 1];
	auto_text_buffer drawn = {0};

	if (!trust->forecast.known) {
		(void)json_object_set_new(data, "certainty", json_null());
		return;
	}
	for (size_t i = 0; i < FORECAST_BINS; i++)
		bars[i] = (struct chart_bar){words[FORECAST_BINS - 1 - i],
			trust->tenths[FORECAST_BINS - 1 - i]};
	bars[FORECAST_BINS] = (struct chart_bar){"nobody fits", trust->nobody};
	chart_bars(&drawn, &c, bars, FORECAST_BINS + 1);
	set_picture(data, "certainty", &drawn);
}

/* --- time --- */

static int add_events(struct ledger *l, const struct settings *s, const json_t *status,
	json_t *data, struct fault *f)
{
	static const struct chart c = {"events", "What happened when",
		"Numbered marks on a line from the first event to the last; those to come are hollow. The table below says what each is.",
		"What", "", NULL};
	struct course_event events[STORY_EVENTS];
	struct story_events *story = text_alloc(sizeof(*story));
	auto_text_buffer drawn = {0};
	int failed = story_events(l, s, status, story, f);

	for (size_t i = 0; i < story->count && !failed; i++)
		events[i] = (struct course_event){story->list[i].at, story->list[i].when,
			story->list[i].words, story->list[i].ahead};
	if (!failed)
		course_events(&drawn, &c, events, story->count);
	set_picture(data, "events", &drawn);
	free(story);
	return failed;
}

static int add_course(struct ledger *l, const char *mode, json_t *data, struct fault *f)
{
	static const struct chart c = {"course", "People told, over time",
		"One line for each thing, rising as more people are told, and answer.",
		"Until", "", NULL};
	struct course_moment moments[STORY_MOMENTS];
	struct story_course course;
	auto_text_buffer drawn = {0};

	if (story_course(l, mode, &course, f))
		return -1;
	if (!course.count)
		return json_object_set_new(data, "course", json_null());
	for (size_t i = 0; i < course.count; i++)
		moments[i] = (struct course_moment){
			course.list[i].at, course.list[i].when, course.list[i].counts};
	course_lines(&drawn, &c, story_lines, STORY_LINES, moments, course.count);
	set_picture(data, "course", &drawn);
	return 0;
}

int summary_page(struct ledger *l, const struct settings *s, const json_t *status,
	const struct trust *trust, struct text *out, struct fault *f)
{
	char now[SHOW_WHEN];
	json_t *data = json_pack("{s:s,s:s,s:b,s:s}", "incident", s->id, "title",
		s->title, "rehearsal", !s->live, "written", show_when(clock_now(), now));
	int failed;

	(void)json_object_set(data, "history", json_object_get(status, "history"));
	add_clock(s, status, data);
	add_figures(status, data);
	add_needs(status, data);
	add_signing(status, data);
	add_progress(status, data);
	add_forecast(status, data);
	add_states(status, data);
	add_certainty(trust, data);
	failed = add_flow(l, status, data, f) || add_events(l, s, status, data, f) ||
		 add_course(l, settings_mode(s), data, f) ||
		 page_render("report/summary.html", data, true, out, f);
	json_decref(data);
	return failed ? -1 : 0;
}
