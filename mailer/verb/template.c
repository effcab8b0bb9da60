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

int verb_template(struct command *c, struct fault *f)
{
	const char *what = c->arguments_count ? c->arguments[0] : "";

	if (!strcmp(what, "render") && c->arguments_count == 3)
		return render(c, f);
	if (!strcmp(what, "list") && c->arguments_count == 1)
		return list(c);
	if (!strcmp(what, "lint"))
		return command_later("template lint", f);
	return fault_set(f, FAULT_USAGE,
		"breachmail template render FILE DATA.json [--partials DIR] [--spec], or template list");
}
