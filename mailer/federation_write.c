/* SPDX-License-Identifier: MIT */
/*
 * A view as text and as a table. The page is federation_page.c's; nothing is counted or
 * left out here.
 */
#include <inttypes.h>
#include <string.h>

#include "mailer/federation.h"
#include "mailer/federation_page.h"
#include "mailer/show.h"

static const char *string_of(const json_t *object, const char *name)
{
	const char *value = json_string_value(json_object_get(object, name));

	return value ? value : "";
}

/* --- text --- */

#define VALUES 29 /* the column in which they begin */
#define NUMBER 6  /* columns of "47,000" */

static void heading(FILE *out, const char *words)
{
	(void)fprintf(out, "\n%s\n", words);
}

static void fact(FILE *out, const char *name, const char *value)
{
	if (!value || !*value)
		return;
	(void)fprintf(out, "  %-*s ", VALUES - 3, name);
	show_wrapped(out, value, VALUES, VALUES);
}

static void paragraphs(FILE *out, const json_t *list)
{
	json_t *item;
	size_t i;

	json_array_foreach(list, i, item)
	{
		(void)fputs("  ", out);
		show_wrapped(out, json_string_value(item), 2, 2);
	}
}

static void items(FILE *out, const char *name, const json_t *list)
{
	json_t *item;
	size_t i;

	json_array_foreach(list, i, item)
		fact(out, i ? "" : name, json_string_value(item));
}

static void text_incident(FILE *out, const json_t *view)
{
	const json_t *i = json_object_get(view, "incident"),
		     *clock = json_object_get(view, "clock"),
		     *controller = json_object_get(i, "controller"),
		     *dpo = json_object_get(controller, "dpo");

	heading(out, "WHAT HAPPENED, AND THE CLOCK");
	fact(out, "incident", string_of(i, "id"));
	fact(out, "force", string_of(controller, "name"));
	fact(out, "kind", string_of(i, "kind"));
	fact(out, "law", string_of(i, "regime"));
	fact(out, "what happened", string_of(i, "nature"));
	fact(out, "from", string_of(json_object_get(i, "occurred"), "from"));
	fact(out, "to", string_of(json_object_get(i, "occurred"), "to"));
	fact(out, "aware", string_of(clock, "aware_at"));
	if (*string_of(clock, "regulator_told_at"))
		fact(out, "regulator told", string_of(clock, "regulator_told_at"));
	else
		(void)fprintf(out,
			"  %-26s not noted yet: %" JSON_INTEGER_FORMAT
			" hours, of %" JSON_INTEGER_FORMAT "\n",
			"regulator told",
			json_integer_value(json_object_get(clock, "hours")),
			json_integer_value(json_object_get(clock, "of")));
	items(out, "kinds of data in it", json_object_get(i, "exposed"));
	items(out, "not in it", json_object_get(i, "not_exposed"));
	items(out, "what may come of it", json_object_get(i, "consequences"));
	items(out, "what is done about it", json_object_get(i, "measures"));
	fact(out, "next update", string_of(i, "next_update"));
	fact(out, "help", string_of(json_object_get(i, "help"), "line"));
	fact(out, "", string_of(json_object_get(i, "help"), "hours"));
	fact(out, "welfare", string_of(json_object_get(i, "help"), "welfare"));
	fact(out, "is a letter genuine?",
		string_of(json_object_get(i, "verify"), "where"));
	fact(out, "", string_of(json_object_get(i, "verify"), "hours"));
	fact(out, "data protection officer", string_of(dpo, "name"));
	fact(out, "", string_of(dpo, "email"));
	fact(out, "", string_of(dpo, "phone"));
}

static void count(FILE *out, const json_t *point, const char *measure, const char *hidden,
	int width)
{
	const json_t *n = json_object_get(point, measure);
	char words[SHOW_NUMBER];

	(void)fprintf(out, "  %*s", width,
		json_is_integer(n) ? show_number(json_integer_value(n), words) : hidden);
}

/* A measure's words, behind its count. */
static void text_measure(FILE *out, size_t i, unsigned column)
{
	auto_text words = text_format(
		"%s: %s", federation_measure_title(i), federation_measure_words(i));

	(void)fputs("  ", out);
	show_wrapped(out, words, column + 2, column + 2);
}

static int width_of(size_t measure)
{
	int length = (int)strlen(federation_measure(measure));

	return length > NUMBER ? length : NUMBER;
}

/* All but the first measure, who is concerned, which does not grow with time. */
static void text_series(FILE *out, const json_t *series)
{
	json_t *point;
	size_t i;

	if (!json_array_size(series))
		return;
	(void)fprintf(out, "\n  %-20s", "by");
	for (i = 1; federation_measure(i); i++)
		(void)fprintf(out, "  %*s", width_of(i), federation_measure(i));
	(void)fputc('\n', out);
	json_array_foreach(series, i, point)
	{
		(void)fprintf(out, "  %-20s", string_of(point, "at"));
		for (size_t k = 1; federation_measure(k); k++)
			count(out, point, federation_measure(k), "-", width_of(k));
		(void)fputc('\n', out);
	}
}

static void text_figures(FILE *out, const json_t *view)
{
	const json_t *figures = json_object_get(view, "figures"),
		     *now = json_object_get(figures, "now");
	const char *hidden = string_of(figures, "hidden");
	int width = (int)strlen(hidden);

	heading(out, "HOW MANY WERE TOLD");
	fact(out, "as of", string_of(now, "at"));
	fact(out, "of",
		json_is_true(json_object_get(figures, "together"))
			? "all ranks together"
			: string_of(json_object_get(view, "scope"), "words"));
	for (size_t i = 0; federation_measure(i); i++) {
		count(out, now, federation_measure(i), hidden, width);
		text_measure(out, i, (unsigned)width + 2);
	}
	text_series(out, json_object_get(figures, "over_time"));
	(void)fputc('\n', out);
	paragraphs(out, json_object_get(figures, "words"));
}

/* --- its texts --- */

static void text_letter(FILE *out, const json_t *text)
{
	const char *variant = string_of(text, "variant");

	(void)fprintf(out, "\n  %s%s%s (%s; %s)\n", string_of(text, "label"),
		*variant ? ", " : "", variant, string_of(text, "kind"),
		string_of(text, "proof"));
	fact(out, "SHA-256, plain text", string_of(text, "sha256"));
	fact(out, "SHA-256, HTML", string_of(text, "html_sha256"));
	fact(out, "subject", string_of(text, "subject"));
	(void)fputc('\n', out);
	for (const char *line = string_of(text, "text"); *line;) {
		size_t length = strcspn(line, "\n");

		(void)fprintf(out, "    %.*s\n", (int)length, line);
		line += length + (line[length] == '\n');
	}
}

static void text_proof(FILE *out, const json_t *view)
{
	const json_t *proof = json_object_get(view, "proof");
	json_t *release;
	size_t i;

	heading(out, "IS THIS WHAT WAS SENT?");
	paragraphs(out, json_object_get(proof, "words"));
	fact(out, "SHA-256 of all texts", string_of(proof, "texts_sha256"));
	json_array_foreach(json_object_get(proof, "releases"), i, release)
	{
		fact(out, "release", string_of(release, "digest"));
		fact(out, "  of", string_of(release, "at"));
		fact(out, "  its texts",
			json_is_true(json_object_get(release, "same"))
				? "the same as here"
				: "others than here");
	}
}

void federation_write_text(FILE *out, const json_t *view)
{
	bool draft = !strcmp(string_of(view, "stage"), "draft");
	json_t *text;
	size_t i;

	show_safely(out, string_of(json_object_get(view, "incident"), "title"));
	(void)fprintf(out, "\n%s, for those who represent: %s\nwritten %s%s\n",
		draft ? "Draft for comment: nothing is released yet" : "Record",
		string_of(json_object_get(view, "scope"), "words"),
		string_of(view, "written_at"),
		strcmp(string_of(view, "mode"), "live")
			? "; a rehearsal, nothing of it has happened"
			: "");
	text_incident(out, view);
	text_figures(out, view);
	heading(out, "WHAT THEY ARE TOLD (a made-up reader)");
	json_array_foreach(json_object_get(view, "texts"), i, text)
		text_letter(out, text);
	text_proof(out, view);
}

/* --- a table --- */

static void line(
	FILE *out, const char *part, const char *name, const char *at, const char *value)
{
	show_cell(out, part, ',');
	show_cell(out, name, ',');
	show_cell(out, at, ',');
	show_cell(out, value, '\n');
}

/* Strings and lists of strings, with those within an object behind its name. */
static void csv_facts(FILE *out, const char *name, json_t *value, unsigned depth)
{
	const char *key;
	json_t *member;
	size_t i;

	if (json_is_string(value))
		line(out, "incident", name, "", json_string_value(value));
	json_array_foreach(value, i, member)
		line(out, "incident", name, "", json_string_value(member));
	if (!json_is_object(value) || depth > 3)
		return;
	json_object_foreach(value, key, member)
	{
		auto_text inner = text_format("%s%s%s", name, *name ? "." : "", key);

		csv_facts(out, inner, member, depth + 1);
	}
}

static void csv_point(
	FILE *out, const char *part, const json_t *point, const char *hidden)
{
	for (size_t i = 0; federation_measure(i); i++) {
		const json_t *n = json_object_get(point, federation_measure(i));
		auto_text number =
			text_format("%" JSON_INTEGER_FORMAT, json_integer_value(n));

		line(out, part, federation_measure(i), string_of(point, "at"),
			json_is_integer(n) ? number : hidden);
	}
}

static void csv_texts(FILE *out, const json_t *view)
{
	static const char *const names[] = {
		"subject", "text", "html", "sha256", "html_sha256", "proof", NULL};
	json_t *text;
	size_t i;

	json_array_foreach(json_object_get(view, "texts"), i, text)
	{
		const char *variant = string_of(text, "variant");
		auto_text part = text_format("%s, %s%s%s", string_of(text, "label"),
			string_of(text, "kind"), *variant ? ", " : "", variant);

		for (const char *const *n = names; *n; n++)
			line(out, part, *n, "", string_of(text, *n));
	}
}

void federation_write_csv(FILE *out, const json_t *view)
{
	const json_t *figures = json_object_get(view, "figures"),
		     *proof = json_object_get(view, "proof"),
		     *clock = json_object_get(view, "clock");
	const char *hidden = string_of(figures, "hidden");
	json_t *item;
	size_t i;

	(void)fputs("part,name,at,value\n", out);
	line(out, "report", "stage", string_of(view, "written_at"),
		string_of(view, "stage"));
	line(out, "report", "mode", "", string_of(view, "mode"));
	line(out, "report", "scope", "",
		string_of(json_object_get(view, "scope"), "words"));
	csv_facts(out, "", json_object_get(view, "incident"), 0);
	line(out, "clock", "aware", string_of(clock, "aware_at"), "");
	line(out, "clock", "regulator told", string_of(clock, "regulator_told_at"), "");
	csv_point(out, "now", json_object_get(figures, "now"), hidden);
	json_array_foreach(json_object_get(figures, "over_time"), i, item)
		csv_point(out, "over time", item, hidden);
	json_array_foreach(json_object_get(figures, "words"), i, item)
		line(out, "counts", "note", "", json_string_value(item));
	csv_texts(out, view);
	line(out, "proof", "SHA-256 of all texts", "", string_of(proof, "texts_sha256"));
	json_array_foreach(json_object_get(proof, "releases"), i, item) line(out,
		"release", "digest", string_of(item, "at"), string_of(item, "digest"));
}
