/* SPDX-License-Identifier: MIT */
/*
 * From settings and a person to a letter's words. Which template is the policy's, the
 * letter's bytes are wire/message.c's.
 */
#include "mailer/notice.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "recipients/clock.h"
#include "recipients/exposure.h"
#include "recipients/field.h"
#include "recipients/language.h"
#include "recipients/rank.h"
#include "templates/mustache.h"
#include "templates/prose.h"

struct compiled {
	char *name; /* the policy's, or in another language */
	char *own;  /* on which it was compiled, "": the shipped one */
	struct mustache *template;
};

struct notice_maker {
	json_t *data;
	struct texts *texts;
	struct compiled *templates;
	size_t templates_count;
	struct text value; /* scratch */
};

/* --- values --- */

static json_t *fit(struct notice_maker *m, const char *value)
{
	if (!value || !*value)
		return json_false();
	text_clear(&m->value);
	prose_add_value(&m->value, value);
	return m->value.length ? json_string(text_string(&m->value)) : json_false();
}

static json_t *fit_member(struct notice_maker *m, const json_t *object, const char *name)
{
	return fit(m, json_string_value(json_object_get(object, name)));
}

static json_t *fit_list(struct notice_maker *m, const json_t *list)
{
	json_t *out = json_array(), *item;
	size_t i;

	json_array_foreach(list, i, item)(void)
		json_array_append_new(out, fit(m, json_string_value(item)));
	return out;
}

/* "a to b" in plain words; false if not known. */
static json_t *occurred(const json_t *incident)
{
	const json_t *o = json_object_get(incident, "occurred");
	const char *from = json_string_value(json_object_get(o, "from")),
		   *to = json_string_value(json_object_get(o, "to"));
	char a[SETTINGS_DAY] = "", b[SETTINGS_DAY] = "";
	int64_t ms;

	if (from && !clock_parse(from, &ms))
		(void)settings_day(ms, a);
	if (to && !clock_parse(to, &ms))
		(void)settings_day(ms, b);
	if (*a && *b && strcmp(a, b) != 0)
		return json_sprintf("between %s and %s", a, b);
	if (*a || *b)
		return json_sprintf("on %s", *a ? a : b);
	return json_false();
}

/* {"uk_gdpr": true, ...}: the one that is so, among all that could be. */
static json_t *choice(const char *value, const char *const *names)
{
	json_t *out = json_object();

	for (; *names; names++) {
		auto_text key = text_copy(*names);

		for (char *p = key; *p; p++)
			if (*p == '-')
				*p = '_';
		(void)json_object_set_new(
			out, key, json_boolean(value && !strcmp(value, *names)));
	}
	return out;
}

static json_t *words_of(struct notice_maker *m, const char *kind)
{
	char scratch[128];

	return json_pack("{s:o}", "words", fit(m, exposure_words(kind, scratch)));
}

static json_t *not_exposed(struct notice_maker *m, const json_t *list)
{
	json_t *out = json_array(), *item;
	size_t i;

	json_array_foreach(list, i, item)
	{
		const struct field *field = field_recognise(json_string_value(item));

		(void)json_array_append_new(out,
			words_of(m, field && field->words ? field->name
							  : json_string_value(item)));
	}
	return out;
}

/* What is the same for everyone. */
static json_t *common_data(struct notice_maker *m, const struct settings *s)
{
	static const char *const regimes[] = {"uk-gdpr", "dpa-part-3", NULL};
	const json_t *i = s->json, *controller = json_object_get(i, "controller"),
		     *dpo = json_object_get(controller, "dpo");
	const json_t *help = json_object_get(i, "help"),
		     *verify = json_object_get(i, "verify");
	char aware[SETTINGS_DAY];
	json_t *data = json_object();

	(void)json_object_set_new(data, "controller",
		json_pack("{s:o,s:{s:o,s:o,s:o}}", "name",
			fit_member(m, controller, "name"), "dpo", "name",
			fit_member(m, dpo, "name"), "email", fit_member(m, dpo, "email"),
			"phone", fit_member(m, dpo, "phone")));
	(void)json_object_set_new(data, "incident",
		json_pack("{s:o,s:o,s:o,s:o,s:s}", "id", fit_member(m, i, "id"), "title",
			fit_member(m, i, "title"), "nature", fit_member(m, i, "nature"),
			"occurred", occurred(i), "aware",
			settings_day(s->aware_at, aware)));
	(void)json_object_set_new(data, "help",
		json_pack("{s:o,s:o,s:o}", "line", fit_member(m, help, "line"), "hours",
			fit_member(m, help, "hours"), "welfare",
			fit_member(m, help, "welfare")));
	(void)json_object_set_new(data, "verify",
		json_pack("{s:o,s:o}", "where", fit_member(m, verify, "where"), "hours",
			fit_member(m, verify, "hours")));
	(void)json_object_set_new(
		data, "consequences", fit_list(m, json_object_get(i, "consequences")));
	(void)json_object_set_new(
		data, "measures", fit_list(m, json_object_get(i, "measures")));
	(void)json_object_set_new(
		data, "what_changed", fit_list(m, json_object_get(i, "what_changed")));
	(void)json_object_set_new(data, "closed_channels",
		fit_list(m, json_object_get(i, "closed_channels")));
	(void)json_object_set_new(
		data, "not_exposed", not_exposed(m, json_object_get(i, "not_exposed")));
	(void)json_object_set_new(data, "next_update", fit_member(m, i, "next_update"));
	(void)json_object_set_new(data, "kind",
		choice(json_string_value(json_object_get(i, "kind")), settings_kinds));
	(void)json_object_set_new(data, "regime",
		choice(json_string_value(json_object_get(i, "regime")), regimes));
	return data;
}

/* --- one person --- */

static bool is_officer(const struct roster_row *e)
{
	const char *employment = roster_value(e, "employment"),
		   *rank = roster_value(e, "rank");

	if (employment && strcasestr(employment, "staff"))
		return false;
	if (employment &&
		(strcasestr(employment, "officer") || strcasestr(employment, "special")))
		return true;
	return rank && rank_seniority(rank_parse(rank).first) > 0;
}

/* Does a greeting say more of somebody than their name? */
static bool tells_more(const struct roster_row *e, const char *words)
{
	static const char *const fields[] = {
		"unit", "location", "role", "vetting", "flags"};

	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++) {
		const char *value = roster_value(e, fields[i]);

		if (value && strlen(value) > 3 && strcasestr(words, value))
			return true;
	}
	return strpbrk(words, "0123456789()[]{}/") != NULL;
}

/* A name is what somebody typed into a list: one that holds a link, an address, a number
 * or the name of a unit greets nobody. */
static json_t *greeting(
	struct notice_maker *m, const struct roster_row *e, const char *words)
{
	if (words && (strpbrk(words, "@<>") || strstr(words, "://") ||
			     strcasestr(words, "www.") || tells_more(e, words)))
		return json_false();
	return fit(m, words);
}

/* "Detective Sergeant O'Neill", "Ms Patel", "Jane Patel": rank or title and surname, as
 * one is addressed. */
static json_t *salutation(
	struct notice_maker *m, const struct roster_row *e, bool officer)
{
	const char *surname = roster_value(e, "surname"),
		   *forenames = roster_value(e, "forenames");
	const char *rank = roster_value(e, "rank"), *title = roster_value(e, "title"),
		   *before = title;
	auto_text words = NULL;

	if (!surname)
		return greeting(m, e,
			roster_value(e, "name") ? roster_value(e, "name") : forenames);
	if (officer && rank) {
		struct rank_set set = rank_parse(rank);

		before = set.first && !set.second ? rank_name(set.first) : rank;
	}
	if (!before)
		before = forenames;
	words = text_format("%s%s%s", before ? before : "", before ? " " : "", surname);
	return greeting(m, e, words);
}

static bool has_words(const json_t *list, const char *words)
{
	const json_t *item;
	size_t i;

	json_array_foreach(list, i,
		item) if (!strcmp(json_string_value(json_object_get(item, "words")),
				  words)) return true;
	return false;
}

static json_t *exposed(struct notice_maker *m, const struct notice_person *p)
{
	json_t *list = json_array();
	char scratch[128];

	for (size_t i = 0; i < p->kinds_count; i++)
		if (!has_words(list, exposure_words(p->kinds[i], scratch)))
			(void)json_array_append_new(list, words_of(m, p->kinds[i]));
	return list;
}

static bool has_kind(const struct notice_person *p, const char *name)
{
	for (size_t i = 0; i < p->kinds_count; i++)
		if (!strcasecmp(p->kinds[i], name))
			return true;
	return false;
}

static json_t *has(const struct notice_person *p)
{
	static const char *const names[] = {"photo", "rank", "vetting", "pay_number",
		"warrant_number", "unit", "location", "address", "date_of_birth", "email",
		"phone", "salary", NULL};
	json_t *out = json_object();

	for (const char *const *n = names; *n; n++)
		(void)json_object_set_new(out, *n, json_boolean(has_kind(p, *n)));
	(void)json_object_set_new(
		out, "name", json_boolean(has_kind(p, "name") || has_kind(p, "surname")));
	return out;
}

static const struct mustache *find(
	const struct notice_maker *m, const char *name, const char *own)
{
	for (size_t i = 0; i < m->templates_count; i++)
		if (!strcmp(m->templates[i].name, name) &&
			!strcmp(m->templates[i].own, own ? own : ""))
			return m->templates[i].template;
	return NULL;
}

static void set_person(struct notice_maker *m, const struct notice_person *p)
{
	bool officer = is_officer(p->entry);
	char told[SETTINGS_DAY];

	(void)json_object_set_new(m->data, "told",
		p->told_at ? json_string(settings_day(p->told_at, told)) : json_false());
	(void)json_object_set_new(
		m->data, "salutation", salutation(m, p->entry, officer));
	(void)json_object_set_new(m->data, "exposed", exposed(m, p));
	(void)json_object_set_new(m->data, "has", has(p));
	(void)json_object_set_new(m->data, "officer", json_boolean(officer));
	(void)json_object_set_new(m->data, "certain", json_boolean(p->certain));
	(void)json_object_set_new(m->data, "letter", json_boolean(p->letter));
	(void)json_object_set_new(
		m->data, "code", p->code ? json_string(p->code) : json_false());
}

size_t notice_incident_kinds(
	const struct settings *s, const char *kinds[EXPOSURE_NAMED_MAX])
{
	const json_t *item;
	size_t i, count = 0;

	json_array_foreach(json_object_get(s->json, "exposed"), i, item)
	{
		const struct field *field = field_recognise(json_string_value(item));

		if (count < EXPOSURE_NAMED_MAX)
			kinds[count++] = field && field->words ? field->name
							       : json_string_value(item);
	}
	return count;
}

const char *notice_own(const struct policy *p, const char *level)
{
	const struct policy_level *own = policy_level_named(p, level);

	if (own && own->template)
		return own->template;
	if (p->levels[p->default_level].template)
		return p->levels[p->default_level].template;
	for (size_t i = p->levels_count; i-- > 0;)
		if (p->levels[i].template)
			return p->levels[i].template;
	return NULL;
}

char *notice_text(const struct texts *texts, const char *template, const char *instead,
	const struct roster_row *entry)
{
	const char *const choice[] = {template, instead};
	char code[LANGUAGE_CODE];

	if (language_foreign(roster_value(entry, "language"), code))
		for (size_t i = 0; i < 2 && choice[i]; i++) {
			auto_text spoken = text_format("%s/%s", code, choice[i]);

			if (texts_overridden(texts, spoken))
				return text_copy(spoken);
		}
	return text_copy(template);
}

/* A text in a language of its own stands on one in that language, where there is one. */
static char *own_of(const struct texts *texts, const char *name, const char *own)
{
	size_t code = strcspn(name, "/");
	auto_text spoken = text_format("%.*s/%s", (int)code, name, own ? own : "");

	return text_copy(own && code < LANGUAGE_CODE && texts_overridden(texts, spoken)
				 ? spoken
			 : own ? own
			       : "");
}

struct parts {
	const struct texts *texts;
	const char *own;
};

static int load_part(void *user, const char *name, struct text *ret, struct fault *f)
{
	const struct parts *p = user;

	return texts_load(
		p->texts, *p->own && !strcmp(name, NOTICE_LEVEL) ? p->own : name, ret, f);
}

/* A level's own text may have no place for what a follow-up says: that stands on the
 * shipped one then. */
static int compile_source(const char *name, const struct text *source,
	struct parts *parts, struct mustache **ret, struct fault *f)
{
	const struct mustache_loader loader = {load_part, parts};

	if (!mustache_compile(name, source->bytes, source->length, MUSTACHE_STRICT,
		    &loader, ret, f))
		return 0;
	if (!*parts->own)
		return -1;
	parts->own = "";
	return mustache_compile(
		name, source->bytes, source->length, MUSTACHE_STRICT, &loader, ret, f);
}

static int compile(struct notice_maker *m, const char *name, const char *level,
	struct texts *texts, struct fault *f)
{
	auto_text own = own_of(texts, name, level);
	struct parts parts = {texts, own};
	auto_text_buffer source = {0};
	struct compiled *c;
	int got;

	if (find(m, name, level))
		return 0;
	got = texts_load(texts, name, &source, f);
	if (got < 0)
		return -1;
	if (!got)
		return fault_set(f, FAULT_CONFIG,
			"policy.json: there is no template '%s' (breachmail template list)",
			name);
	m->templates = text_realloc(
		m->templates, (m->templates_count + 1) * sizeof(*m->templates));
	c = &m->templates[m->templates_count];
	*c = (struct compiled){0};
	if (compile_source(name, &source, &parts, &c->template, f))
		return -1;
	c->name = text_copy(name);
	c->own = text_copy(level ? level : "");
	m->templates_count++;
	return 0;
}

int notice_write(struct notice_maker *m, const char *template,
	const struct notice_person *p, struct notice_words *w, struct fault *f)
{
	const char *prose;

	if (compile(m, template, p->own, m->texts, f))
		return -1;
	set_person(m, p);
	if (mustache_render(find(m, template, p->own), m->data, &w->rendered, f))
		return -1;
	/* whoever has it must be able to have it checked, whatever an own text leaves out
	 */
	if (p->code && !strstr(text_string(&w->rendered), p->code))
		text_printf(&w->rendered, "\nReference: %s\n", p->code);
	text_freep(&w->subject);
	text_clear(&w->text);
	text_clear(&w->html);
	if (prose_split_subject(text_string(&w->rendered), &w->subject, &prose, f) ||
		prose_parts(w->subject, prose, &w->text, &w->html, f))
		return fault_prefix(f, "%s", template);
	return 0;
}

int notice_lint(struct notice_maker *m, const char *template,
	const struct notice_person *p, struct lint_report *r, const char *const *allowed,
	bool words, struct fault *f)
{
	if (compile(m, template, p->own, m->texts, f))
		return -1;
	set_person(m, p);
	lint_rendering(r, template, find(m, template, p->own), m->data, allowed, words);
	return 0;
}

void notice_words_done(struct notice_words *w)
{
	text_freep(&w->subject);
	text_done(&w->text);
	text_done(&w->html);
	text_done(&w->rendered);
}

/* --- the maker --- */

int notice_maker_new(const struct settings *s, const struct policy *p,
	struct texts *texts, struct notice_maker **ret, struct fault *f)
{
	auto_notice_maker *m = text_alloc(sizeof(*m));

	m->data = common_data(m, s);
	m->texts = texts;
	for (size_t i = 0; i < p->levels_count; i++)
		if (p->levels[i].route == POLICY_MAIL &&
			compile(m, p->levels[i].template, NULL, texts, f))
			return -1;
	*ret = m;
	m = NULL;
	return 0;
}

int notice_prose(struct notice_maker *m, struct texts *texts, const char *template,
	const struct notice_person *p, json_t *more, struct text *ret, struct fault *f)
{
	json_t *data;
	int failed;

	if (compile(m, template, p->own, texts, f))
		return -1;
	set_person(m, p);
	data = json_copy(m->data);
	if (more)
		(void)json_object_update(data, more);
	failed = mustache_render(find(m, template, p->own), data, ret, f);
	json_decref(data);
	return failed;
}

json_t *notice_value(const char *value)
{
	auto_text_buffer fit = {0};

	if (value)
		prose_add_value(&fit, value);
	return fit.length ? json_string(text_string(&fit)) : json_false();
}

void notice_maker_free(struct notice_maker *m)
{
	if (!m)
		return;
	for (size_t i = 0; i < m->templates_count; i++) {
		mustache_free(m->templates[i].template);
		free(m->templates[i].name);
		free(m->templates[i].own);
	}
	free(m->templates);
	json_decref(m->data);
	text_done(&m->value);
	free(m);
}

void notice_maker_freep(struct notice_maker **m)
{
	notice_maker_free(*m);
	*m = NULL;
}

/* The text of this name, and the same in other languages. `names`: scratch. */
static int add_texts(json_t *names, const char *name, struct texts *texts,
	struct text *out, struct fault *f)
{
	auto_text_buffer source = {0};
	json_t *item;
	size_t i;

	(void)json_array_append_new(names, json_string(name));
	texts_spoken(texts, name, names);
	json_array_foreach(names, i, item)
	{
		if (texts_load(texts, json_string_value(item), &source, f) < 0)
			return -1;
		text_printf(
			out, "%s\n%s\n", json_string_value(item), text_string(&source));
	}
	return 0;
}

static int add_level(const struct policy_level *level, json_t *names, struct texts *texts,
	struct text *out, struct fault *f)
{
	if (level->template && add_texts(names, level->template, texts, out, f))
		return -1;
	for (size_t i = 0; i < level->follow_ups_count; i++) {
		(void)json_array_clear(names);
		if (add_texts(names, level->follow_ups[i].template, texts, out, f))
			return -1;
	}
	return 0;
}

/* What nobody is sent: whole incidents to begin with, pages and reports. */
static bool is_apart(const char *name)
{
	return !strncmp(name, "example/", 8) || !strncmp(name, "page/", 5) ||
	       !strncmp(name, "report/", 7);
}

/* A template's parts belong to it: all texts of the folder and the program count,
 * whichever includes which. */
int notice_texts(
	const struct policy *p, struct texts *texts, struct text *out, struct fault *f)
{
	auto_text_buffer source = {0};

	for (size_t i = 0; i < p->levels_count; i++) {
		json_t *names = json_array();
		bool failed = add_level(&p->levels[i], names, texts, out, f) != 0;

		json_decref(names);
		if (failed)
			return -1;
	}
	for (size_t i = 0; texts_name(i); i++) {
		if (is_apart(texts_name(i)))
			continue;
		if (texts_load(texts, texts_name(i), &source, f) < 0)
			return -1;
		text_printf(out, "%s\n%s\n", texts_name(i), text_string(&source));
	}
	return 0;
}
