/* SPDX-License-Identifier: MIT */
/*
 * Counts, texts and the incident's facts, put together for a scope. Who is counted is
 * roll.c's, the arithmetic that hides few people coarse.c's, texts and their proof are
 * advice.c's, how it looks is federation_write.c's.
 */
#include "mailer/federation.h"

#include <stdlib.h>
#include <string.h>

#include "mailer/advice.h"
#include "mailer/coarse.h"
#include "mailer/note.h"
#include "mailer/roll.h"
#include "recipients/clock.h"

static const struct {
	const char *title, *words;
} measures[ROLL_MEASURES] = {
	[ROLL_PEOPLE] = {"People concerned",
		"People whose data is, or may be, in it."},
	[ROLL_TOLD] = {"Told",
		"A letter was taken by the mail system and, as far as is known, did not come back; or they were told in person."},
	[ROLL_DELIVERED] = {"Delivered",
		"A report or a reply shows that a letter arrived."},
	[ROLL_ACKNOWLEDGED] = {"Acknowledged", "They said that they have read it."},
	[ROLL_BOUNCED] = {"Came back",
		"A letter came back, at some time. Somebody follows it up; they may have been told since."},
	[ROLL_REMINDED] = {"Reminded", "A reminder was taken by the mail system."},
};

struct named_release { /* one that may be named */
	int64_t id, at;
	bool is_signed;
	char *digest, *texts; /* hex; texts: NULL if its manifest names none */
};

struct federation {
	struct ledger *ledger;
	const struct settings *settings;
	const struct policy *policy;
	struct texts *texts;
	struct roll *roll;
	char texts_sha256[65];
	struct named_release *releases; /* newest first */
	size_t releases_count;
	int64_t releases_key; /* what they were read at */
	json_t *proofs;       /* advice_prove */
};

const char *federation_measure(size_t i)
{
	return i < ROLL_MEASURES ? roll_measure_name((enum roll_measure)i) : NULL;
}

const char *federation_measure_title(size_t i)
{
	return i < ROLL_MEASURES ? measures[i].title : NULL;
}

const char *federation_measure_words(size_t i)
{
	return i < ROLL_MEASURES ? measures[i].words : NULL;
}

/* --- releases that may be named --- */

static void drop_releases(struct federation *d)
{
	for (size_t i = 0; i < d->releases_count; i++) {
		free(d->releases[i].digest);
		free(d->releases[i].texts);
	}
	free(d->releases);
	d->releases = NULL;
	d->releases_count = 0;
}

/* "texts sha256:HEX" of a manifest. */
static char *texts_line(const char *manifest)
{
	static const char start[] = "\ntexts sha256:";
	const char *line = strstr(manifest, start);
	auto_text hex = line ? text_copy(line + strlen(start)) : NULL;

	if (!hex || strspn(hex, "0123456789abcdef") < 64)
		return NULL;
	hex[64] = '\0';
	return text_copy(hex);
}

/* How many letters of a release are to people who are counted: few of them, and it is not
 * named. */
static int count_letters(
	struct federation *d, int64_t release, int64_t *ret, struct fault *f)
{
	auto_query struct query *q = NULL;
	int got;

	*ret = 0;
	if (ledger_query(d->ledger,
		    SQL("SELECT n.person_id FROM release_item i JOIN notice n ON n.id = i.notice_id"
			" WHERE i.release_id = :release AND NOT n.cover"),
		    &q, f))
		return -1;
	query_bind_int(q, ":release", release);
	while ((got = query_next(q, f)) > 0)
		*ret += roll_counts(d->roll, query_int(q, "person_id"));
	return got;
}

static int add_release(struct federation *d, struct query *q, struct fault *f)
{
	struct named_release *r;
	int64_t letters;

	if (count_letters(d, query_int(q, "id"), &letters, f))
		return -1;
	if (letters < COARSE_BASE)
		return 0;
	d->releases =
		text_realloc(d->releases, (d->releases_count + 1) * sizeof(*d->releases));
	r = &d->releases[d->releases_count++];
	*r = (struct named_release){.id = query_int(q, "id"),
		.at = query_int(q, "at"),
		.is_signed = query_int(q, "is_signed") != 0,
		.digest = text_copy(query_text(q, "digest")),
		.texts = texts_line(query_text(q, "manifest"))};
	return 0;
}

/* Only when there is another release, or another set of people, than the last time. */
static int read_releases(struct federation *d, struct fault *f)
{
	auto_query struct query *q = NULL;
	int64_t key;
	int got;

	if (ledger_number(d->ledger,
		    SQL("SELECT (SELECT count(*) FROM release) * 1000003 + (SELECT count(*) FROM release_withdrawn) * 1009"
			" + (SELECT count(*) FROM group_set)"),
		    0, &key, f))
		return -1;
	if (key == d->releases_key && d->proofs)
		return 0;
	drop_releases(d);
	json_decref(d->proofs);
	d->proofs = NULL;
	if (ledger_query(d->ledger,
		    SQL("SELECT r.id, r.digest, r.at, r.manifest, r.id IN (SELECT release_id FROM release_signed) AS is_signed"
			" FROM release r WHERE r.mode = :mode AND"
			" (r.id IN (SELECT id FROM release_valid) OR EXISTS (SELECT 1 FROM attempt a WHERE a.release_id = r.id))"
			" ORDER BY r.id DESC"),
		    &q, f))
		return -1;
	query_bind_text(q, ":mode", settings_mode(d->settings));
	while ((got = query_next(q, f)) > 0)
		if (add_release(d, q, f))
			return -1;
	if (got ||
		advice_prove(d->ledger, d->settings, d->policy, d->texts, &d->proofs, f))
		return -1;
	d->releases_key = key;
	return 0;
}

/* --- opening, and counting anew --- */

int federation_open(struct ledger *l, const struct settings *s, const struct policy *p,
	struct texts *texts, struct federation **ret, struct fault *f)
{
	auto_federation *d = text_alloc(sizeof(*d));

	*d = (struct federation){.ledger = l, .settings = s, .policy = p, .texts = texts};
	if (advice_digest(p, texts, d->texts_sha256, f) || roll_open(l, p, &d->roll, f))
		return -1;
	*ret = d;
	d = NULL;
	return 0;
}

void federation_close(struct federation *d)
{
	if (!d)
		return;
	drop_releases(d);
	json_decref(d->proofs);
	roll_close(d->roll);
	free(d);
}

void federation_closep(struct federation **d)
{
	federation_close(*d);
	*d = NULL;
}

int federation_refresh(struct federation *d, struct fault *f)
{
	return roll_refresh(d->roll, settings_mode(d->settings), f) || read_releases(d, f)
		       ? -1
		       : 0;
}

/* --- figures --- */

#define HOUR ((int64_t)3600000)
#define POINTS 120 /* of a series, at most */

/* One moment. `*ret_any`: has anything been told of it that happened? */
static json_t *moment_of(
	const struct federation *d, unsigned scope, int64_t at, bool *ret_any)
{
	json_t *point = json_object();
	char when[CLOCK_TEXT];
	roll_cells c;

	roll_until(d->roll, at, c);
	*ret_any = false;
	(void)json_object_set_new(point, "at", json_string(clock_write(at, when)));
	for (size_t k = 0; k < ROLL_MEASURES; k++) {
		int64_t n = coarse_sum(c[k], SCOPE_GROUPS, scope, roll_all(d->roll));

		*ret_any = *ret_any || (n && k != ROLL_PEOPLE);
		(void)json_object_set_new(point, roll_measure_name((enum roll_measure)k),
			n ? json_integer((json_int_t)n) : json_null());
	}
	return point;
}

static int64_t step_for(int64_t span)
{
	int64_t step = span <= 48 * HOUR        ? HOUR
		       : span <= 12 * 24 * HOUR ? 6 * HOUR
		       : span <= 60 * 24 * HOUR ? 24 * HOUR
						: 7 * 24 * HOUR;

	while (span / step > POINTS)
		step *= 2;
	return step;
}

/* From the last full step before anything is to be seen, up to now. */
static void add_series(
	const struct federation *d, unsigned scope, int64_t now, json_t *figures)
{
	json_t *series = json_array(), *before = NULL;
	int64_t from = roll_first(d->roll), step = step_for(from ? now - from : 0);
	char words[CLOCK_DURATION];
	bool any = false;

	for (int64_t at = from - 1 - (from - 1) % step; from && at < now + step;
		at += step) {
		json_t *point = moment_of(d, scope, at < now ? at : now, &any);

		if (any && before)
			(void)json_array_append(series, before);
		json_decref(before);
		before = any ? NULL : point;
		if (any)
			(void)json_array_append_new(series, point);
	}
	json_decref(before);
	(void)json_object_set_new(
		figures, "step", json_string(clock_write_duration(step, words)));
	(void)json_object_set_new(figures, "over_time", series);
}

static json_t *figures_words(bool together)
{
	json_t *list = json_array();

	(void)json_array_append_new(list,
		json_string(
			"Counts are of people, rounded down to a multiple of five within each rank and then added up. A count of fewer than five is not given, so that no figure, and no difference of two, tells of a few people."));
	if (together)
		(void)json_array_append_new(list,
			json_string(
				"Fewer than 100 people are concerned, so these are totals of all ranks together, now."));
	(void)json_array_append_new(list,
		json_string(
			"People of whom nothing may be shown here are in no count. These counts are therefore not the number of people concerned by the incident."));
	return list;
}

/* What stands for a count that is not given. */
static const char *hidden_words(unsigned scope, bool together)
{
	bool one = !(scope & (scope - 1));

	return one || together ? "fewer than 5" : "fewer than 5 of each rank";
}

static json_t *figures_of(const struct federation *d, unsigned scope, int64_t now)
{
	bool together = roll_all(d->roll) < COARSE_WHOLE, any;
	json_t *figures = json_pack("{s:i,s:b,s:s,s:s,s:o}", "base", COARSE_BASE,
		"together", together, "hidden", hidden_words(scope, together), "step", "",
		"words", figures_words(together));

	(void)json_object_set_new(figures, "now", moment_of(d, scope, now, &any));
	(void)json_object_set_new(figures, "over_time", json_array());
	if (!together)
		add_series(d, scope, now, figures);
	return figures;
}

/* --- texts and their proof --- */

static const char *proof_of(const struct federation *d, const json_t *text)
{
	const char *kind = json_string_value(json_object_get(text, "kind")),
		   *found = json_string_value(json_object_get(d->proofs,
			   json_string_value(json_object_get(text, "template"))));

	if (!d->releases_count)
		return "draft";
	return found && !strcmp(kind, "notice") ? found : "unchecked";
}

static int add_texts(
	const struct federation *d, unsigned scope, json_t *view, struct fault *f)
{
	json_t *list, *text;
	size_t i;

	if (advice_gather(d->settings, d->policy, d->texts, scope, &list, f))
		return -1;
	json_array_foreach(list, i, text)
	{
		(void)json_object_set_new(text, "proof", json_string(proof_of(d, text)));
		(void)json_object_del(text, "template");
	}
	return json_object_set_new(view, "texts", list);
}

static void say(json_t *list, const char *words)
{
	(void)json_array_append_new(list, json_string(words));
}

/* In what sense what is shown is what was sent. */
static json_t *proof_words(const struct federation *d)
{
	const struct named_release *newest = d->releases;
	json_t *list = json_array();

	if (!newest) {
		say(list,
			"Nothing has been released yet. The texts are a draft for comment, and may change.");
		return list;
	}
	say(list,
		newest->is_signed
			? "A release is a list of what may be sent, signed by the people who answer for it. Its digest stands for that list, and the signatures are under it. The list names one digest for all texts."
			: "A release is a list of what may be sent. This one is not signed, which only a rehearsal allows. The list names one digest for all texts.");
	say(list,
		newest->texts && !strcmp(newest->texts, d->texts_sha256)
			? "The texts that this report was made of have the digest that the newest release names: they are the texts that were released."
			: "The texts that this report was made of do not have the digest that the newest release names: texts were changed since then.");
	say(list,
		"A text that is called the same as sent was looked at closer: five of the letters with it were drawn at random, made anew, and came out word for word as they were released, but for the greeting, which was left out.");
	say(list,
		"This does not prove what any one member received. For that, hold their letter beside the text: only the greeting, the kinds of their own data and the reference code may differ.");
	return list;
}

static void add_proof(const struct federation *d, json_t *view)
{
	json_t *releases = json_array();
	char when[CLOCK_TEXT];

	for (size_t i = 0; i < d->releases_count; i++) {
		const struct named_release *r = &d->releases[i];

		(void)json_array_append_new(releases,
			json_pack("{s:s,s:s,s:b,s:s?,s:b}", "digest", r->digest, "at",
				clock_write(r->at, when), "signed", r->is_signed,
				"texts_sha256", r->texts, "same",
				r->texts && !strcmp(r->texts, d->texts_sha256)));
	}
	(void)json_object_set_new(view, "proof",
		json_pack("{s:s,s:o,s:o}", "texts_sha256", d->texts_sha256, "releases",
			releases, "words", proof_words(d)));
}

/* --- the view --- */

static json_t *incident_of(const struct settings *s)
{
	static const char *const names[] = {"id", "title", "kind", "regime", "nature",
		"occurred", "exposed", "not_exposed", "consequences", "measures", "help",
		"verify", "next_update", "controller", NULL};
	json_t *out = json_object();

	for (const char *const *n = names; *n; n++) {
		json_t *value = json_object_get(s->json, *n);

		(void)json_object_set_new(
			out, *n, value ? json_deep_copy(value) : json_null());
	}
	return out;
}

static int add_clock(
	const struct federation *d, int64_t now, json_t *view, struct fault *f)
{
	const struct settings *s = d->settings;
	char aware[CLOCK_TEXT], when[CLOCK_TEXT];
	int64_t told;

	if (note_regulator_told(d->ledger, settings_mode(s), &told, f))
		return -1;
	return json_object_set_new(view, "clock",
		json_pack("{s:s,s:I,s:I,s:s?}", "aware_at",
			clock_write(s->aware_at, aware), "hours",
			(json_int_t)((now - s->aware_at) / HOUR), "of",
			(json_int_t)s->clock_hours, "regulator_told_at",
			told ? clock_write(told, when) : NULL));
}

static json_t *scope_of(unsigned scope)
{
	auto_text_buffer words = {0};
	json_t *groups = json_array();

	scope_write(scope, &words);
	for (enum scope_group g = SCOPE_CONSTABLE; g < SCOPE_GROUPS; g++)
		if (scope >> g & 1)
			(void)json_array_append_new(
				groups, json_string(scope_group_name(g)));
	return json_pack("{s:s,s:o}", "words", text_string(&words), "groups", groups);
}

int federation_view(struct federation *d, unsigned scope, json_t **ret, struct fault *f)
{
	int64_t now = clock_now();
	char when[CLOCK_TEXT];
	json_t *view = json_pack("{s:s,s:s,s:s,s:o}", "mode", settings_mode(d->settings),
		"stage", d->releases_count ? "record" : "draft", "written_at",
		clock_write(now, when), "incident", incident_of(d->settings));

	if (add_clock(d, now, view, f) || add_texts(d, scope, view, f)) {
		json_decref(view);
		return -1;
	}
	(void)json_object_set_new(view, "scope", scope_of(scope));
	add_proof(d, view);
	(void)json_object_set_new(view, "figures", figures_of(d, scope, now));
	*ret = view;
	return 0;
}

int federation_gather(struct ledger *l, const struct settings *s, const struct policy *p,
	struct texts *texts, unsigned scope, json_t **ret, struct fault *f)
{
	auto_federation *d = NULL;

	return federation_open(l, s, p, texts, &d, f) || federation_refresh(d, f) ||
			       federation_view(d, scope, ret, f)
		       ? -1
		       : 0;
}
