/* SPDX-License-Identifier: MIT */
/*
 * From a view to words and pictures. What may be in it is federation.c's to decide, here
 * nothing is counted; the text and the table are federation_write.c's.
 */
#include "mailer/federation_page.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "mailer/course.h"
#include "mailer/federation.h"
#include "mailer/page.h"
#include "mailer/settings.h"
#include "mailer/show.h"
#include "recipients/clock.h"

#define MEASURES_MAX CHART_PARTS

static const char *string_of(const json_t *object, const char *name)
{
	const char *value = json_string_value(json_object_get(object, name));

	return value ? value : "";
}

/* A value for a template: false where there is none. */
static json_t *or_false(const json_t *value)
{
	const char *words = json_string_value(value);

	return words && *words ? json_string(words) : json_false();
}

static json_t *members(const json_t *from, const char *const *names)
{
	json_t *out = json_object();

	for (; *names; names++)
		(void)json_object_set_new(
			out, *names, or_false(json_object_get(from, *names)));
	return out;
}

/* --- times --- */

static int64_t moment(const json_t *object, const char *name)
{
	int64_t ms = 0;

	(void)clock_parse(string_of(object, name), &ms);
	return ms;
}

/* "26 August 2023, 09:00"; empty for a time that is not there. */
static char *when_words(int64_t ms)
{
	char day[SETTINGS_DAY];
	int minute = settings_minute(ms);

	return ms ? text_format("%s, %02d:%02d", settings_day(ms, day), minute / 60,
			    minute % 60)
		  : text_copy("");
}

static json_t *when_json(int64_t ms)
{
	auto_text words = when_words(ms);

	return *words ? json_string(words) : json_false();
}

/* --- the incident --- */

/* "pay_number" as in the file, "pay number" to read. */
static json_t *plain_list(const json_t *list)
{
	json_t *out = json_array(), *item;
	size_t i;

	json_array_foreach(list, i, item)
	{
		auto_text words = text_copy(json_string_value(item));

		for (char *p = words; p && *p; p++)
			*p = *p == '_' ? ' ' : *p;
		if (words)
			(void)json_array_append_new(out, json_string(words));
	}
	return out;
}

static json_t *occurred(const json_t *incident)
{
	const json_t *o = json_object_get(incident, "occurred");
	int64_t from = moment(o, "from"), to = moment(o, "to");
	char a[SETTINGS_DAY], b[SETTINGS_DAY];

	if (!from && !to)
		return json_false();
	(void)settings_day(from ? from : to, a);
	(void)settings_day(to ? to : from, b);
	return strcmp(a, b) ? json_sprintf("%s to %s", a, b) : json_string(a);
}

static json_t *incident_data(const json_t *view)
{
	static const char *const texts[] = {"id", "title", "nature", "next_update", NULL};
	static const char *const help[] = {"line", "hours", "welfare", NULL};
	static const char *const verify[] = {"where", "hours", NULL};
	static const char *const dpo[] = {"name", "email", "phone", NULL};
	static const char *const lists[] = {
		"exposed", "not_exposed", "consequences", "measures", NULL};
	const json_t *i = json_object_get(view, "incident"),
		     *controller = json_object_get(i, "controller");
	json_t *out = members(i, texts);

	(void)json_object_set_new(
		out, "kind", json_string(settings_kind_words(string_of(i, "kind"))));
	(void)json_object_set_new(out, "law",
		json_string(strcmp(string_of(i, "regime"), "uk-gdpr")
				    ? "Data Protection Act 2018, Part 3"
				    : "UK GDPR"));
	(void)json_object_set_new(out, "occurred", occurred(i));
	(void)json_object_set_new(
		out, "controller", or_false(json_object_get(controller, "name")));
	(void)json_object_set_new(
		out, "dpo", members(json_object_get(controller, "dpo"), dpo));
	(void)json_object_set_new(out, "help", members(json_object_get(i, "help"), help));
	(void)json_object_set_new(
		out, "verify", members(json_object_get(i, "verify"), verify));
	for (const char *const *l = lists; *l; l++)
		(void)json_object_set_new(out, *l, plain_list(json_object_get(i, *l)));
	return out;
}

static json_t *clock_data(const json_t *view)
{
	const json_t *clock = json_object_get(view, "clock");
	json_int_t hours = json_integer_value(json_object_get(clock, "hours")),
		   of = json_integer_value(json_object_get(clock, "of"));
	char n[SHOW_NUMBER];

	return json_pack("{s:o,s:s,s:I,s:b,s:o}", "aware",
		when_json(moment(clock, "aware_at")), "hours", show_number(hours, n),
		"of", of, "over", hours > of, "regulator",
		when_json(moment(clock, "regulator_told_at")));
}

/* --- texts --- */

/* A letter's headings stand below the report's. */
static void lower_headings(const char *blocks, struct text *out)
{
	for (const char *p = blocks, *h; *p; p = h) {
		h = strstr(p, "h2>");
		while (h && !(h > blocks && (h[-1] == '<' || h[-1] == '/')))
			h = strstr(h + 1, "h2>");
		if (!h) {
			text_add_string(out, p);
			return;
		}
		text_add(out, p, (size_t)(h - p));
		text_add_string(out, "h4>");
		h += 3;
	}
}

static const char *what_words(const json_t *text)
{
	if (!strcmp(string_of(text, "kind"), "reminder"))
		return "A reminder, to members who have not shown that they know";
	if (!strcmp(string_of(text, "kind"), "update"))
		return "What has changed, to members who were told before";
	return json_is_true(json_object_get(text, "certain"))
		       ? "A notice, to members whose data is in it"
		       : "The same notice, to members of whom it is not certain";
}

static void add_text_proof(const char *proof, json_t *out)
{
	static const struct {
		const char *proof, *tag, *words;
	} all[] = {{"draft", "Draft", "For comment: it was not sent yet."},
		{"same", "The same as sent",
			"Letters that were released read word for word like this."},
		{"other", "Changed since",
			"Letters that were released say something else."},
		{"unchecked", "Not compared",
			"Fewer than five letters with it were released, or their words are kept no more."}};
	size_t i = 0, last = sizeof(all) / sizeof(all[0]) - 1;

	while (i < last && strcmp(all[i].proof, proof) != 0)
		i++;
	(void)json_object_set_new(out, "proof", json_string(all[i].tag));
	(void)json_object_set_new(out, "proof_words", json_string(all[i].words));
}

static json_t *text_data(const json_t *text, size_t place)
{
	static const char *const names[] = {
		"subject", "text", "sha256", "html_sha256", NULL};
	const char *variant = string_of(text, "variant");
	json_t *out = members(text, names);
	auto_text_buffer blocks = {0};

	lower_headings(string_of(text, "blocks"), &blocks);
	(void)json_object_set_new(out, "label",
		json_sprintf("%s%s%s", string_of(text, "label"), *variant ? ", " : "",
			variant));
	(void)json_object_set_new(out, "id", json_sprintf("text-%d", (int)place + 1));
	(void)json_object_set_new(out, "what", json_string(what_words(text)));
	(void)json_object_set_new(out, "blocks", json_string(text_string(&blocks)));
	add_text_proof(string_of(text, "proof"), out);
	return out;
}

static json_t *texts_data(const json_t *view)
{
	json_t *out = json_array(), *text;
	size_t i;

	json_array_foreach(json_object_get(view, "texts"), i, text)(void)
		json_array_append_new(out, text_data(text, i));
	return out;
}

static json_t *proof_data(const json_t *view)
{
	const json_t *proof = json_object_get(view, "proof");
	json_t *releases = json_array(), *release;
	size_t i;

	json_array_foreach(json_object_get(proof, "releases"), i, release)(void)
		json_array_append_new(releases,
			json_pack("{s:s,s:o,s:s}", "digest", string_of(release, "digest"),
				"at", when_json(moment(release, "at")), "words",
				json_is_true(json_object_get(release, "same"))
					? "names the digest of the texts shown here"
					: "names another digest of its texts"));
	return json_pack("{s:s,s:O,s:o}", "texts_sha256",
		string_of(proof, "texts_sha256"), "words",
		json_object_get(proof, "words"), "releases", releases);
}

/* --- figures --- */

static int64_t count_of(const json_t *point, const char *measure)
{
	const json_t *n = json_object_get(point, measure);

	return json_is_integer(n) ? json_integer_value(n) : CHART_HIDDEN;
}

static json_t *now_data(const json_t *now, const char *hidden)
{
	json_t *list = json_array();
	char n[SHOW_NUMBER];

	for (size_t i = 0; federation_measure(i); i++) {
		int64_t count = count_of(now, federation_measure(i));

		(void)json_array_append_new(list,
			json_pack("{s:s,s:s,s:b,s:s}", "name",
				federation_measure_title(i), "count",
				count == CHART_HIDDEN ? hidden : show_number(count, n),
				"hidden", count == CHART_HIDDEN, "words",
				federation_measure_words(i)));
	}
	return list;
}

static json_t *bars_html(const json_t *now, const char *hidden)
{
	const struct chart c = {.id = "now",
		.title = "How many of them, now",
		.says = "A bar for each count. The same people may be in several.",
		.what = "What",
		.unit = "People",
		.hidden = hidden};
	struct chart_bar bars[MEASURES_MAX];
	auto_text_buffer out = {0};
	size_t count = 0;

	for (; federation_measure(count) && count < MEASURES_MAX; count++)
		bars[count] = (struct chart_bar){federation_measure_title(count),
			count_of(now, federation_measure(count))};
	chart_bars(&out, &c, bars, count);
	return json_string(text_string(&out));
}

/* All but the first measure, who is concerned, which does not grow with time. */
static json_t *lines_html(const json_t *series)
{
	const struct chart c = {.id = "time",
		.title = "How many by when",
		.says = "A line for each count, as it grew. The table has the same numbers.",
		.what = "By",
		.unit = "People"};
	size_t count = json_array_size(series), lines = 0, i;
	struct course_moment *moments = text_alloc((count + 1) * sizeof(*moments));
	int64_t *counts = text_alloc((count + 1) * MEASURES_MAX * sizeof(*counts));
	const char *names[MEASURES_MAX];
	auto_text_buffer out = {0};
	json_t *point;

	while (lines + 1 < MEASURES_MAX && federation_measure(lines + 1)) {
		names[lines] = federation_measure_title(lines + 1);
		lines++;
	}
	json_array_foreach(series, i, point)
	{
		moments[i] = (struct course_moment){moment(point, "at"),
			when_words(moment(point, "at")), counts + i * MEASURES_MAX};
		for (size_t k = 0; k < lines; k++)
			counts[i * MEASURES_MAX + k] =
				count_of(point, federation_measure(k + 1));
	}
	course_lines(&out, &c, names, lines, moments, count);
	for (i = 0; i < count; i++)
		free((char *)(uintptr_t)moments[i].when);
	free(moments);
	free(counts);
	return json_string(text_string(&out));
}

static json_t *figures_data(const json_t *view)
{
	const json_t *figures = json_object_get(view, "figures"),
		     *now = json_object_get(figures, "now"),
		     *series = json_object_get(figures, "over_time");
	const char *hidden = string_of(figures, "hidden");

	return json_pack("{s:o,s:o,s:b,s:O,s:o,s:o}", "now", now_data(now, hidden), "at",
		when_json(moment(now, "at")), "together",
		json_is_true(json_object_get(figures, "together")), "words",
		json_object_get(figures, "words"), "bars", bars_html(now, hidden),
		"lines", json_array_size(series) ? lines_html(series) : json_false());
}

/* --- the page --- */

json_t *federation_page(const json_t *view)
{
	bool draft = !strcmp(string_of(view, "stage"), "draft");
	const json_t *scope = json_object_get(view, "scope");
	json_t *page = json_object();

	(void)json_object_set_new(page, "title",
		json_string(string_of(json_object_get(view, "incident"), "title")));
	(void)json_object_set_new(page, "draft", json_boolean(draft));
	(void)json_object_set_new(
		page, "stage_words", json_string(draft ? "Draft for comment" : "Record"));
	(void)json_object_set_new(page, "written", when_json(moment(view, "written_at")));
	(void)json_object_set_new(
		page, "rehearsal", json_boolean(strcmp(string_of(view, "mode"), "live")));
	(void)json_object_set_new(page, "scope", json_string(string_of(scope, "words")));
	(void)json_object_set_new(page, "incident", incident_data(view));
	(void)json_object_set_new(page, "clock", clock_data(view));
	(void)json_object_set_new(page, "texts", texts_data(view));
	(void)json_object_set_new(page, "proof", proof_data(view));
	(void)json_object_set_new(page, "figures", figures_data(view));
	return page;
}

int federation_write_html(FILE *out, const json_t *view, struct fault *f)
{
	auto_text_buffer html = {0};
	json_t *page = federation_page(view);
	int failed = page_render("report/federation.html", page, true, &html, f);

	json_decref(page);
	if (failed)
		return -1;
	(void)fwrite(html.bytes, 1, html.length, out);
	return 0;
}
