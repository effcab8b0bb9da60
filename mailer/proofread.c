/* SPDX-License-Identifier: MIT */
/*
 * What the rules are is lint.c's and lure.c's; who is stopped by a finding is approve's.
 */
#include "mailer/proofread.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "mailer/notice.h"
#include "recipients/exposure.h"
#include "recipients/field.h"
#include "templates/lure.h"
#include "templates/words.h"

#define CODE "4K7QR-X2MTH" /* such as a reader sees; nobody's */

struct proofreader {
	const struct settings *settings;
	const struct policy *policy;
	struct texts *texts;
	struct lint_report *report;
	struct leak_texts *said;
	const char **allowed; /* the officer's address, and the channels that nobody is to
				 use */
	struct notice_maker *maker;
	struct notice_words words;
	char *subject; /* of the first letter */
	bool on_own;   /* this letter stands on one that was read before */
	json_t *read;  /* templates, and on which they stand, whose words and blocks were
			  looked at: several levels may share one */
};

/* Kept for whoever looks for people's values in it. */
static void hear(struct proofreader *p, const char *file, const char *where,
	const char *text, bool template)
{
	if (p->said)
		leak_texts_add(p->said, file, where, text, template);
}

/* --- values of incident.json --- */

static void read_value(struct proofreader *p, const char *where, json_t *value)
{
	json_t *item;
	const char *key;
	size_t i;

	if (json_is_string(value)) {
		lint_value(p->report, "incident.json", where, json_string_value(value),
			p->allowed);
		hear(p, "incident.json", where, json_string_value(value), false);
	}
	json_array_foreach(value, i, item)
	{
		auto_text path = text_format("%s[%zu]", where, i);

		read_value(p, path, item);
	}
	if (!json_is_object(value))
		return;
	json_object_foreach(value, key, item)
	{
		auto_text path = text_format("%s.%s", where, key);

		read_value(p, path, item);
	}
}

/* What letters say of it. Addresses and numbers of the officer are what they are. */
static void read_incident(struct proofreader *p)
{
	static const char *const names[] = {"nature", "consequences", "measures", "help",
		"verify", "next_update", "exposed", "not_exposed", "what_changed", NULL};

	for (const char *const *n = names; *n; n++)
		read_value(p, *n, json_object_get(p->settings->json, *n));
	read_value(p, "controller.name",
		json_object_get(
			json_object_get(p->settings->json, "controller"), "name"));
}

/* --- the sender --- */

static const char *dpo_email(const struct settings *s)
{
	const json_t *controller = json_object_get(s->json, "controller");

	return json_string_value(
		json_object_get(json_object_get(controller, "dpo"), "email"));
}

static const char *domain_of(const char *address)
{
	const char *at = strrchr(address, '@');

	return at ? at + 1 : NULL;
}

static void judge_domain(struct proofreader *p, const char *domain, const char *other)
{
	if (other &&
		(lure_domains_alike(domain, other) || lure_domains_alike(other, domain)))
		lint_add(p->report, "incident.json", 0, "look-alike",
			"relay.from: its domain could be taken for another of yours");
}

static void read_sender(struct proofreader *p)
{
	const struct settings_relay *r = &p->settings->relay;

	if (strcasecmp(r->from.domain, r->reply_to.domain) != 0)
		lint_add(p->report, "incident.json", 0, "sender",
			"relay.reply_to: is in another domain than relay.from");
	if (r->from_name && strchr(r->from_name, '@'))
		lint_add(p->report, "incident.json", 0, "sender",
			"relay.from: the name holds an address");
	if (r->from_name)
		lint_value(p->report, "incident.json", "relay.from", r->from_name, NULL);
	judge_domain(p, r->from.domain, domain_of(dpo_email(p->settings)));
	for (size_t i = 0; i < p->settings->allowed_domains_count; i++)
		judge_domain(p, r->from.domain, p->settings->allowed_domains[i].domain);
}

/* --- words that give a level away --- */

/* A unit that no ordinary sentence holds: of several words, or with a digit. */
static bool is_telling(const char *unit)
{
	return strchr(unit, ' ') || strpbrk(unit, "0123456789");
}

/* What stands on a letter that was read before says it again. */
static void add_once(struct proofreader *p, const char *file, unsigned line,
	const char *rule, const char *text)
{
	if (!p->on_own || !lint_has(p->report, rule, text))
		lint_add(p->report, file, line, rule, text);
}

/* Where a template says it; 1: its parent or a value does. 0: it is no template. */
static unsigned line_of(struct proofreader *p, const char *file, const char *phrase)
{
	auto_text_buffer source = {0};
	auto_words w = {0};
	struct fault f = {0};

	if (!strchr(file, '/'))
		return 0;
	if (texts_load(p->texts, file, &source, &f) <= 0)
		return 1;
	words_read(text_string(&source), true, &w);
	for (size_t i = 0; i < w.count; i++)
		if (words_match(&w, i, phrase))
			return w.list[i].line;
	return 1;
}

static void judge_phrase(struct proofreader *p, const struct words *w, const char *phrase,
	const char *level, const char *file, const char *where)
{
	auto_text lower = text_copy(phrase);
	uint64_t begins;

	for (char *s = lower; *s; s++)
		*s = (char)tolower((unsigned char)*s);
	begins = words_beginnings(lower);
	for (size_t i = 0; i < w->count; i++)
		if (words_may_begin(w, i, begins) && words_match(w, i, lower)) {
			auto_text text = text_format("\"%s\" in %s gives level '%s' away",
				lower, where, level);

			add_once(p, file, line_of(p, file, lower), "give-away", text);
			return;
		}
}

static void judge_units(struct proofreader *p, const struct words *w, size_t level,
	const char *file, const char *where)
{
	const json_t *rules = json_object_get(
			     json_array_get(
				     json_object_get(p->policy->json, "levels"), level),
			     "when"),
		     *rule, *unit;
	size_t i, k;

	json_array_foreach(rules, i, rule) json_array_foreach(
		json_object_get(json_object_get(rule, "person.unit"), "in"), k, unit)
	{
		if (is_telling(json_string_value(unit)))
			judge_phrase(p, w, json_string_value(unit),
				p->policy->levels[level].name, file, where);
	}
}

/* In `text` nothing may tell any level but `own` (SIZE_MAX: none at all). */
static void judge_levels(struct proofreader *p, const char *text, size_t own,
	const char *file, const char *where)
{
	auto_words w = {0};

	words_read(text, false, &w);
	for (size_t i = 0; i < p->policy->levels_count; i++) {
		const struct policy_level *level = &p->policy->levels[i];

		if (i == own)
			continue;
		for (size_t k = 0; k < level->give_away_count; k++)
			judge_phrase(
				p, &w, level->give_away[k], level->name, file, where);
		judge_units(p, &w, i, file, where);
	}
}

/* --- letters --- */

/* "pl/notice/officer" */
static bool is_foreign(const char *template)
{
	return strcspn(template, "/") == 2;
}

static int read_letter(struct proofreader *p, size_t level, const char *template,
	const struct notice_person *who, bool words)
{
	auto_text key = text_format("%s on %s", template, who->own ? who->own : "");
	bool read = json_object_get(p->read, key) != NULL;
	struct fault f = {0};

	if ((!read && notice_lint(p->maker, template, who, p->report, p->allowed, words,
			      &f)) ||
		(words && notice_write(p->maker, template, who, &p->words, &f))) {
		lint_fault(p->report, template, &f);
		return -1;
	}
	if (!words)
		return 0;
	hear(p, template, NULL, p->words.subject, false);
	hear(p, template, NULL, text_string(&p->words.text), false);
	p->on_own = who->own != NULL;
	judge_levels(p, p->words.subject, SIZE_MAX, template, "the subject");
	judge_levels(p, text_string(&p->words.text), level, template, "the letter");
	if (is_foreign(template))
		return 0;
	if (!p->subject)
		p->subject = text_copy(p->words.subject);
	else if (strcmp(p->subject, p->words.subject) != 0)
		add_once(p, template, 1, "subject-differs",
			"the subject is not that of the other letters: from outside it tells the level");
	return 0;
}

/* A template and what it calls notice/level. */
struct reading {
	size_t level;
	const char *own;
	bool brief; /* only the two ways that have no choice in common: they hold every
		     * word
		     */
};

/* Each way in which one template can come out. */
static void read_template(
	struct proofreader *p, const struct reading *r, const char *template)
{
	auto_text key = text_format("%s on %s", template, r->own ? r->own : "");
	const char *kinds[EXPOSURE_NAMED_MAX];
	size_t count = notice_incident_kinds(p->settings, kinds);
	auto_row officer = {0}, staff = {0};

	row_add(&officer, "rank", "Constable");
	row_add(&officer, "surname", PROOFREAD_READER);
	row_add(&officer, "employment", "officer");
	row_add(&staff, "title", "Ms");
	row_add(&staff, "surname", PROOFREAD_READER);
	row_add(&staff, "employment", "staff");
	for (unsigned i = 0; i < 8; i++) {
		const struct row *row = i & 1 ? &officer : &staff;
		struct roster_row entry = {
			.packed = row->packed.bytes, .length = row->packed.length};
		struct notice_person who = {.entry = &entry,
			.kinds = kinds,
			.kinds_count = i & 4 ? 0 : count,
			.certain = (i & 2) != 0,
			.code = CODE,
			.own = r->own};
		bool words = i == 3 || i == 4;

		if ((words || !r->brief) &&
			read_letter(p, r->level, template, &who, words))
			return;
	}
	(void)json_object_set_new(p->read, key, json_true());
}

/* The same text in other languages has to say the same. */
static void read_languages(
	struct proofreader *p, const struct reading *r, const char *template)
{
	json_t *names = json_array(), *name;
	size_t i;

	read_template(p, r, template);
	texts_spoken(p->texts, template, names);
	json_array_foreach(names, i, name) read_template(p, r, json_string_value(name));
	json_decref(names);
}

static void read_letters(struct proofreader *p)
{
	static const char *const rounds[] = {NOTICE_CHANGED, NOTICE_CORRECTION};

	for (size_t i = 0; i < p->policy->levels_count; i++) {
		const struct policy_level *level = &p->policy->levels[i];

		struct reading r = {.level = i};

		if (level->template)
			read_languages(p, &r, level->template);
		r.own = notice_own(p->policy, level->name);
		for (size_t k = 0; k < level->follow_ups_count; k++)
			read_languages(p, &r, level->follow_ups[k].template);
		r.brief = true;
		for (size_t k = 0; level->template && k < 2; k++)
			read_languages(p, &r, rounds[k]);
	}
}

/* What everybody on the way sees. */
static void read_envelopes(struct proofreader *p)
{
	p->on_own = false;
	for (size_t i = 0; i < settings_relays(p->settings); i++) {
		const struct settings_relay *r = settings_relay(p->settings, i);

		judge_levels(p, r->from_name ? r->from_name : "", SIZE_MAX,
			"incident.json", "relay.from");
		judge_levels(p, r->from.text, SIZE_MAX, "incident.json", "relay.from");
		judge_levels(
			p, r->reply_to.text, SIZE_MAX, "incident.json", "relay.reply_to");
		judge_levels(p, r->envelope_from ? r->envelope_from : "", SIZE_MAX,
			"incident.json", "relay.envelope_from");
	}
}

static int read_source(struct proofreader *p, const char *name, struct fault *f)
{
	auto_text_buffer source = {0};

	if (!name || !texts_overridden(p->texts, name))
		return 0;
	if (texts_load(p->texts, name, &source, f) < 0)
		return -1;
	lint_source(p->report, name, text_string(&source), p->allowed);
	hear(p, name, NULL, text_string(&source), true);
	return 0;
}

/* The folder's own texts, by line: those in place of a shipped one, and those that the
 * policy names. */
static int read_sources(struct proofreader *p, struct fault *f)
{
	for (size_t i = 0; texts_name(i); i++)
		if (strstr(texts_name(i), ".txt") && read_source(p, texts_name(i), f))
			return -1;
	for (size_t i = 0; i < p->policy->levels_count; i++) {
		const struct policy_level *level = &p->policy->levels[i];

		if (read_source(p, level->template, f))
			return -1;
		for (size_t k = 0; k < level->follow_ups_count; k++)
			if (read_source(p, level->follow_ups[k].template, f))
				return -1;
	}
	return 0;
}

static void proofreader_done(struct proofreader *p)
{
	notice_maker_free(p->maker);
	notice_words_done(&p->words);
	text_freep(&p->subject);
	free(p->allowed);
	json_decref(p->read);
}
#define auto_proofreader __attribute__((cleanup(proofreader_done))) struct proofreader

static void allow(struct proofreader *p)
{
	const json_t *channels = json_object_get(p->settings->json, "closed_channels"),
		     *item;
	size_t i, count = 0;

	p->allowed = text_alloc((json_array_size(channels) + 2) * sizeof(*p->allowed));
	p->allowed[count++] = dpo_email(p->settings);
	json_array_foreach(channels, i, item) p->allowed[count++] =
		json_string_value(item);
}

int proofread_run(const struct settings *s, const struct policy *policy,
	struct texts *texts, struct lint_report *r, struct leak_texts *said,
	struct fault *f)
{
	auto_proofreader p = {.settings = s,
		.policy = policy,
		.texts = texts,
		.report = r,
		.said = said,
		.read = json_object()};
	struct fault broken = {0};

	allow(&p);
	read_incident(&p);
	read_sender(&p);
	if (read_sources(&p, f))
		return -1;
	if (notice_maker_new(s, policy, texts, &p.maker, &broken))
		lint_fault(r, "policy.json", &broken);
	else
		read_letters(&p);
	read_envelopes(&p);
	return 0;
}
