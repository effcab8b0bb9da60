/* SPDX-License-Identifier: MIT */
/*
 * Trying a text. What is wrong with words and blocks is lint.c's.
 */
#include "templates/sample.h"

#include <string.h>

#include "templates/mustache.h"

#define SAMPLE "lint/sample.json"

struct trial {
	struct lint_report *report;
	struct texts *texts;
	const char *const *allowed;
};

/* As texts are loaded, those of the folder's own are looked at. */
static int load(void *user, const char *name, struct text *ret, struct fault *f)
{
	struct trial *t = user;
	struct mustache_loader loader = texts_loader(t->texts);
	int got = loader.load(loader.user, name, ret, f);

	if (got > 0 && texts_overridden(t->texts, name))
		lint_source(t->report, name, text_string(ret), t->allowed);
	return got;
}

static int is_notice_block(void *user, const char *file, const struct node *tag)
{
	(void)user;
	(void)file;
	return (tag->kind == NODE_BLOCK || tag->kind == NODE_ARGUMENT) &&
	       lint_asks_for(tag->name);
}

/* It is nobody's letter, and may name files and places on the web. */
static bool is_report(const char *file)
{
	return strstr(file, "/report/") || !strncmp(file, "report/", 7);
}

static bool is_notice(const char *file, const char *source, const struct mustache *m)
{
	return strstr(file, "/notice/") || !strncmp(file, "notice/", 7) ||
	       !strncmp(source, "Subject:", 8) || mustache_walk(m, is_notice_block, NULL);
}

/* One set of facts, certain and not. */
static void try_facts(
	struct trial *t, const char *file, const struct mustache *m, json_t *facts)
{
	(void)json_object_set_new(facts, "certain", json_true());
	lint_rendering(t->report, file, m, facts, t->allowed, true);
	(void)json_object_set_new(facts, "certain", json_false());
	lint_rendering(t->report, file, m, facts, t->allowed, true);
}

static void try_part(
	struct trial *t, const char *file, const struct mustache *m, const json_t *facts)
{
	auto_text_buffer out = {0};
	struct fault f = {0};

	if (mustache_render(m, facts, &out, &f))
		lint_fault(t->report, file, &f);
}

static void try_all(struct trial *t, const char *file, const char *source, size_t length,
	json_t *known, json_t *unknown)
{
	struct mustache_loader loader = {load, t};
	auto_mustache *m = NULL;
	struct fault f = {0};

	if (mustache_compile(file, source, length, MUSTACHE_STRICT, &loader, &m, &f)) {
		lint_fault(t->report, file, &f);
		return;
	}
	if (!is_notice(file, source, m)) {
		try_part(t, file, m, known);
		return;
	}
	try_facts(t, file, m, known);
	try_facts(t, file, m, unknown);
}

void sample_lint(struct lint_report *r, const char *file, const char *source,
	size_t length, struct texts *texts)
{
	json_t *json = json_loads(texts_shipped(SAMPLE), 0, NULL),
	       *known = json_object_get(json, "known"), *unknown = json_copy(known);
	const char *allowed[] = {"{{controller.dpo.email}}",
		json_string_value(json_object_get(
			json_object_get(json_object_get(known, "controller"), "dpo"),
			"email")),
		NULL};
	struct trial t = {r, texts, allowed};

	(void)json_object_update(unknown, json_object_get(json, "unknown"));
	if (!is_report(file))
		lint_source(r, file, source, allowed);
	try_all(&t, file, source, length, known, unknown);
	json_decref(unknown);
	json_decref(json);
}
