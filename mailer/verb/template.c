/* SPDX-License-Identifier: MIT */
/*
 * template: look at texts. `render FILE DATA.json` renders one with data of one's own,
 * `list` names the shipped ones.
 */
#include <stdio.h>
#include <string.h>

#include "mailer/show.h"
#include "mailer/verb/doors.h"
#include "templates/folder.h"
#include "templates/mustache.h"
#include "templates/sample.h"
#include "templates/texts.h"

const struct verb_option template_options[] = {
	{"partials", "DIR",
		"render: where partials and parents are (default: beside FILE)"},
	{"spec", NULL, "render: exactly the Mustache specification"}, {NULL, NULL, NULL}};

static bool ends_with(const char *s, const char *ending)
{
	size_t length = strlen(s), tail = strlen(ending);

	return length >= tail && !strcmp(s + length - tail, ending);
}

static int load_data(const char *path, json_t **ret, struct fault *f)
{
	auto_text_buffer bytes = {0};
	json_error_t error;

	if (folder_read(path, &bytes, f))
		return -1;
	*ret = json_loadb(text_string(&bytes), bytes.length,
		JSON_DECODE_ANY | JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);
	if (!*ret)
		return fault_set(f, FAULT_INPUT, "%s:%d: is not JSON", path, error.line);
	return 0;
}

static int render(struct command *c, struct fault *f)
{
	const char *path = c->arguments[1], *partials = command_option(c, "partials");
	bool html = ends_with(path, ".html"), spec = command_option(c, "spec") != NULL;
	auto_text beside = text_copy(path);
	struct folder folder = {.ending = html ? ".html" : ".txt"};
	struct mustache_loader loader = {folder_load, &folder};
	auto_mustache *m = NULL;
	auto_text_buffer source = {0}, out = {0};
	json_t *data = NULL;
	int failed;

	if (strrchr(beside, '/'))
		*strrchr(beside, '/') = '\0';
	else
		beside[0] = '\0';
	folder.dir = partials ? partials : *beside ? beside : ".";
	if (spec)
		folder.ending = NULL;
	if (folder_read(path, &source, f) || load_data(c->arguments[2], &data, f))
		return -1;
	failed = mustache_compile(path, text_string(&source), source.length,
			 (unsigned)(spec ? MUSTACHE_HTML
					 : MUSTACHE_STRICT | (html ? MUSTACHE_HTML : 0)),
			 &loader, &m, f) ||
		 mustache_render(m, data, &out, f);
	json_decref(data);
	if (failed)
		return -1;
	c->document = true;
	(void)fwrite(text_string(&out), 1, out.length, stdout);
	return 0;
}

static int list(struct command *c)
{
	json_t *names = json_array();

	for (size_t i = 0; texts_name(i); i++) {
		(void)json_array_append_new(names, json_string(texts_name(i)));
		show(c, "%s\n", texts_name(i));
	}
	show_json(c, "templates", names);
	return 0;
}

/* --- lint --- */

/* The folder in which "notice/", "advice/" ... stand: the part of the path before the
 * last of them. */
static char *texts_folder(const char *path)
{
	static const char *const folders[] = {
		"notice/", "advice/", "follow-up/", "task/", "page/", "report/", NULL};
	char *dir = text_copy(path);
	size_t end = 0;

	for (size_t i = 0; dir[i]; i++)
		for (const char *const *f = folders; *f && (!i || dir[i - 1] == '/'); f++)
			if (!strncmp(dir + i, *f, strlen(*f)))
				end = i ? i : 0;
	if (!end)
		end = strrchr(dir, '/') ? (size_t)(strrchr(dir, '/') - dir) + 1 : 0;
	dir[end] = '\0';
	return dir;
}

static int lint_file(
	struct command *c, const char *path, struct lint_report *report, struct fault *f)
{
	const char *partials = command_option(c, "partials");
	auto_text beside = texts_folder(path);
	struct texts texts = {partials ? partials : *beside ? beside : "."};
	auto_text_buffer source = {0};

	if (folder_read(path, &source, f))
		return -1;
	text_line_ends(&source);
	sample_lint(report, path, text_string(&source), source.length, &texts);
	return 0;
}

static int lint(struct command *c, struct fault *f)
{
	auto_lint_report report = {0};
	size_t files = c->arguments_count - 1;

	for (size_t i = 1; i < c->arguments_count; i++)
		if (lint_file(c, c->arguments[i], &report, f))
			return -1;
	show_findings(c, &report);
	show_count(c, "files", (int64_t)files);
	show_real(c, "reading_age", report.reading_age);
	show_real(c, "reading_age_limit", LINT_READING_AGE);
	show(c, "%zu %s, %zu %s; reading age %.1f at most, by the Automated Readability Index (limit %.0f).\n",
		files, files == 1 ? "text" : "texts", report.count,
		report.count == 1 ? "finding" : "findings", report.reading_age,
		LINT_READING_AGE);
	c->exit_code = report.count ? FAULT_INPUT : 0;
	return 0;
}

int verb_template(struct command *c, struct fault *f)
{
	const char *what = c->arguments_count ? c->arguments[0] : "";

	if (!strcmp(what, "render") && c->arguments_count == 3)
		return render(c, f);
	if (!strcmp(what, "list") && c->arguments_count == 1)
		return list(c);
	if (!strcmp(what, "lint") && c->arguments_count > 1)
		return lint(c, f);
	return fault_set(f, FAULT_USAGE,
		"breachmail template render FILE DATA.json [--partials DIR] [--spec], template lint FILE... [--partials DIR], or template list");
}
