/* SPDX-License-Identifier: MIT */
/*
 * Texts for a made-up reader, and letters held against what they would be today. Which
 * levels a reader could be on is member.c's, what their words are notice.c's; the page or
 * file that shows them federation's.
 */
#include "mailer/advice.h"

#include <stdlib.h>
#include <string.h>

#include "mailer/member.h"
#include "mailer/notice.h"
#include "mailer/perusal.h"
#include "mailer/scribe.h"
#include "mailer/store.h"
#include "recipients/clock.h"
#include "recipients/group.h"
#include "recipients/match.h"
#include "recipients/roster.h"
#include "templates/prose.h"

#define CODE "22222-22222" /* as in a preview: no notice has it */
#define TEXTS_MAX (POLICY_MAX_LEVELS * (2 + POLICY_MAX_FOLLOW_UPS))

/* --- which texts there are --- */

/* In the order of their letters: what may come later stands last, so that letters stay.
 */
enum advice_kind {
	ADVICE_NOTICE,
	ADVICE_REMINDER,
	ADVICE_UPDATE /* what has changed since */
};
static const char *const kind_names[] = {"notice", "reminder", "update"};

struct advice_text {
	const char *template,
		*own; /* own: what follows a notice stands on it (notice.h) */
	enum advice_kind kind;
	bool maybe;      /* somebody is told that they may be in it */
	uint64_t levels; /* bits: those that have it */
};
struct catalogue {
	struct advice_text list[TEXTS_MAX];
	size_t count;
};

static void add_text(struct catalogue *c, const struct advice_text *t)
{
	struct advice_text *to = c->list;

	while (to < c->list + c->count &&
		(to->kind != t->kind || strcmp(to->template, t->template) != 0 ||
			(t->own && strcmp(to->own, t->own) != 0)))
		to++;
	if (to == c->list + c->count)
		c->list[c->count++] = *t;
	to->levels |= t->levels;
	to->maybe = to->maybe || t->maybe;
}

static int by_name(const void *a, const void *b)
{
	const struct advice_text *x = a, *y = b;
	int order = (int)x->kind - (int)y->kind;

	order = order ? order : strcmp(x->template, y->template);
	return order || !x->own ? order : strcmp(x->own, y->own);
}

/* All that may be shown to anyone, in the order of their letters. */
static void list_texts(
	const struct settings *s, const struct policy *p, struct catalogue *ret)
{
	bool changed = json_array_size(json_object_get(s->json, "what_changed")) > 0;

	ret->count = 0;
	for (size_t i = 0; i < p->levels_count; i++) {
		const struct policy_level *level = &p->levels[i];
		struct advice_text t = {.template = level->template,
			.maybe = level->tell_at < MATCH_CERTAIN,
			.levels = UINT64_C(1) << i};

		if (level->route != POLICY_MAIL || level->review != POLICY_FULL)
			continue;
		add_text(ret, &t);
		t.own = level->template;
		t.kind = ADVICE_REMINDER;
		t.maybe = false;
		for (size_t k = 0; k < level->follow_ups_count; k++) {
			t.template = level->follow_ups[k].template;
			add_text(ret, &t);
		}
		t.kind = ADVICE_UPDATE;
		t.template = NOTICE_CHANGED;
		if (changed)
			add_text(ret, &t);
	}
	qsort(ret->list, ret->count, sizeof(*ret->list), by_name);
}

/* "Text A"; behind Z, "Text 27". */
static char *label_of(size_t place)
{
	return place < 26 ? text_format("Text %c", 'A' + (int)place)
			  : text_format("Text %zu", place + 1);
}

/* --- one text and another --- */

/* The next line of a text that speaks to everyone: who is greeted, and blanks, do not
 * count. */
static size_t next_line(const char **at, const char **ret)
{
	size_t length;

	do {
		*ret = *at;
		length = strcspn(*at, "\n");
		*at += length + ((*at)[length] == '\n');
	} while (**ret && (!length || !strncmp(*ret, "Dear ", 5)));
	return length;
}

static bool alike(const char *a, const char *b)
{
	const char *x, *y;
	size_t length;

	do {
		length = next_line(&a, &x);
		if (length != next_line(&b, &y) || memcmp(x, y, length) != 0)
			return false;
	} while (length);
	return true;
}

/* --- with a made-up reader --- */

struct reading {
	struct notice_maker *maker;
	struct notice_words words;
	const struct settings *settings;
	struct texts *texts;
};

static void reading_done(struct reading *r)
{
	notice_maker_free(r->maker);
	notice_words_done(&r->words);
}
#define auto_reading __attribute__((cleanup(reading_done))) struct reading

static json_t *digest_of(const struct text *bytes)
{
	unsigned char sha256[VAULT_SHA256];
	char hex[2 * VAULT_SHA256 + 1];

	vault_sha256(bytes->bytes, bytes->length, sha256);
	vault_hex(sha256, sizeof(sha256), hex);
	return json_string(hex);
}

/* One text may read differently for an officer and for staff, where it is not certain,
 * and in another language. */
struct version {
	const struct advice_text *text;
	enum scope_group group;
	bool second; /* a staff's, where there is an officer's too */
	bool certain;
	const char *language; /* a code; NULL: as it is written */
};

static int write_words(struct reading *r, const struct version *v, struct fault *f)
{
	const char *kinds[EXPOSURE_NAMED_MAX];
	auto_row row = {0};
	struct roster_row entry = {0};
	struct notice_person who = {.entry = &entry,
		.kinds = kinds,
		.kinds_count = notice_incident_kinds(r->settings, kinds),
		.certain = v->certain,
		.code = CODE,
		.told_at = v->text->kind == ADVICE_NOTICE ? 0 : clock_now(),
		.own = v->text->own};
	auto_text name = NULL;

	member_row(v->group, &row);
	if (v->language)
		row_add(&row, "language", v->language);
	entry.packed = row.packed.bytes;
	entry.length = row.packed.length;
	name = notice_text(r->texts, v->text->template, NULL, &entry);
	return notice_write(r->maker, name, &who, &r->words, f);
}

/* "for staff, where it is not certain"; empty for the first version. */
static json_t *variant_of(const struct version *v)
{
	auto_text_buffer words = {0};

	if (v->second)
		text_add_string(&words, "for staff");
	if (!v->certain)
		text_printf(
			&words, "%swhere it is not certain", words.length ? ", " : "");
	if (v->language)
		text_printf(&words, "%sin another language (%s)",
			words.length ? ", " : "", v->language);
	return json_string(text_string(&words));
}

/* What was written last, as an object. */
static int show_words(struct reading *r, const struct version *v, const char *label,
	json_t *list, struct fault *f)
{
	auto_text_buffer blocks = {0};
	auto_text subject = NULL;
	const struct notice_words *w = &r->words;
	const char *prose;

	if (prose_split_subject(text_string(&w->rendered), &subject, &prose, f) ||
		prose_blocks(prose, &blocks, f))
		return fault_prefix(f, "%s", v->text->template);
	return json_array_append_new(
		list, json_pack("{s:s,s:s,s:b,s:o,s:s,s:s,s:s,s:s,s:o,s:o,s:s}", "label",
			      label, "kind", kind_names[v->text->kind], "certain",
			      v->certain, "variant", variant_of(v), "subject", subject,
			      "text", text_string(&w->text), "html",
			      text_string(&w->html), "blocks", text_string(&blocks),
			      "sha256", digest_of(&w->text), "html_sha256",
			      digest_of(&w->html), "template", v->text->template));
}

/* Does a version since the `first` of the list say the same? */
static bool is_there(const json_t *list, size_t first, const char *words)
{
	for (size_t i = first; i < json_array_size(list); i++)
		if (alike(json_string_value(
				  json_object_get(json_array_get(list, i), "text")),
			    words))
			return true;
	return false;
}

static int add_version(struct reading *r, const struct version *v, const char *label,
	size_t first, json_t *list, struct fault *f)
{
	if (write_words(r, v, f))
		return -1;
	return is_there(list, first, text_string(&r->words.text))
		       ? 0
		       : show_words(r, v, label, list, f);
}

/* Both ways, of one reader, where a text may go to whoever is not certainly in it. */
static int add_both(struct reading *r, struct version v, const char *label, size_t first,
	json_t *list, struct fault *f)
{
	v.certain = true;
	if (add_version(r, &v, label, first, list, f))
		return -1;
	v.certain = false;
	return v.text->maybe ? add_version(r, &v, label, first, list, f) : 0;
}

/* The first group of these whose reader may get it; SCOPE_GROUPS: none. */
static enum scope_group first_of(unsigned groups)
{
	return groups ? (enum scope_group)__builtin_ctz(groups) : SCOPE_GROUPS;
}

/* All versions of a text for readers of these groups (bits). */
static int read_text(struct reading *r, const struct advice_text *t, const char *label,
	unsigned groups, json_t *list, struct fault *f)
{
	const unsigned officers = (1u << SCOPE_PCSO) - 1;
	enum scope_group readers[] = {
		first_of(groups & officers), first_of(groups & ~officers)};
	size_t first = json_array_size(list), i;
	json_t *spoken = json_array(), *name;
	int failed = 0;

	if (t->kind == ADVICE_NOTICE)
		texts_spoken(r->texts, t->template, spoken);
	(void)json_array_insert_new(spoken, 0, json_string(""));
	json_array_foreach(spoken, i, name)
	{
		auto_text code = text_format("%.2s", json_string_value(name));

		for (size_t k = 0; k < 2 && !failed; k++) {
			const struct version v = {.text = t,
				.group = readers[k],
				.second = k && readers[0] != SCOPE_GROUPS,
				.language = *code ? code : NULL};

			if (v.group != SCOPE_GROUPS)
				failed = add_both(r, v, label, first, list, f);
		}
	}
	json_decref(spoken);
	return failed;
}

/* The groups of the scope (bits) whose readers may get it. */
static unsigned groups_for(
	const uint64_t levels[SCOPE_GROUPS], unsigned scope, const struct advice_text *t)
{
	unsigned groups = 0;

	for (enum scope_group g = SCOPE_CONSTABLE; g < SCOPE_GROUPS; g++)
		groups |= (levels[g] & t->levels ? scope : 0) & 1u << g;
	return groups;
}

int advice_gather(const struct settings *s, const struct policy *p, struct texts *texts,
	unsigned scope, json_t **ret, struct fault *f)
{
	auto_reading r = {.settings = s, .texts = texts};
	uint64_t levels[SCOPE_GROUPS];
	struct catalogue all;
	json_t *list;

	if (notice_maker_new(s, p, texts, &r.maker, f))
		return -1;
	for (enum scope_group g = SCOPE_CONSTABLE; g < SCOPE_GROUPS; g++)
		levels[g] = member_levels(p, g);
	list_texts(s, p, &all);
	list = json_array();
	for (size_t i = 0; i < all.count; i++) {
		unsigned groups = groups_for(levels, scope, &all.list[i]);
		auto_text label = label_of(i);

		if (groups && read_text(&r, &all.list[i], label, groups, list, f)) {
			json_decref(list);
			return -1;
		}
	}
	*ret = list;
	return 0;
}

int advice_digest(
	const struct policy *p, struct texts *texts, char ret[65], struct fault *f)
{
	auto_text_buffer all = {0};
	unsigned char sha256[VAULT_SHA256];

	if (notice_texts(p, texts, &all, f))
		return -1;
	vault_sha256(all.bytes, all.length, sha256);
	vault_hex(sha256, sizeof(sha256), ret);
	return 0;
}

/* --- letters held against what they would be today --- */

struct prover {
	struct ledger *ledger;
	struct reading reading;
	struct texts *texts;
	struct store_reader *store;
	struct query *entry;
	struct text bytes, plain;
	struct row facts, why, person;
};

static void prover_done(struct prover *p)
{
	reading_done(&p->reading);
	store_reader_close(p->store);
	query_close(p->entry);
	text_done(&p->bytes);
	text_done(&p->plain);
	row_done(&p->facts);
	row_done(&p->why);
	row_done(&p->person);
}
#define auto_prover __attribute__((cleanup(prover_done))) struct prover

/* What the newest list says of the reader: 1, or 0 if nothing. */
static int find_person(struct prover *p, int64_t person, struct fault *f)
{
	int got;

	query_bind_int(p->entry, ":person", person);
	got = query_next(p->entry, f);
	if (got > 0 && query_sealed(p->entry, "fields_sealed", "entry.fields_sealed",
			       query_int(p->entry, "id"), &p->person.packed, f))
		got = -1;
	query_reset(p->entry);
	return got;
}

/* Is the letter in this row what it would be today? 1 or 0; GONE: its words are kept no
 * more, or its reader is on no list. */
#define GONE 2
static int is_same(
	struct prover *p, struct query *q, const char *template, struct fault *f)
{
	const char *kinds[EXPOSURE_KINDS_MAX], *sent;
	struct roster_row entry = {0};
	struct notice_person who = {
		.entry = &entry, .kinds = kinds, .certain = query_int(q, "certain") != 0};
	int64_t notice = query_int(q, "id");
	auto_text name = NULL;
	int got;

	if (query_sealed(q, "facts_sealed", "notice.facts_sealed", notice,
		    &p->facts.packed, f) ||
		query_sealed(q, "why_sealed", "assignment.why_sealed",
			query_int(q, "assignment_id"), &p->why.packed, f))
		return -1;
	got = store_get(p->store, notice, &p->bytes, f);
	if (got > 0)
		got = find_person(p, query_int(q, "person_id"), f);
	if (got <= 0)
		return got ? -1 : GONE;
	entry.packed = p->person.packed.bytes;
	entry.length = p->person.packed.length;
	who.kinds_count = scribe_kinds(&p->why, kinds);
	who.code = row_value(&p->facts, SCRIBE_CODE);
	name = notice_text(p->texts, template, NULL, &entry);
	if (notice_write(p->reading.maker, name, &who, &p->reading.words, f))
		return -1;
	perusal_plain(&p->bytes, &p->plain);
	sent = strstr(text_string(&p->plain), "\n\n");
	return sent && alike(sent, text_string(&p->reading.words.text));
}

static int prove_level(struct prover *p, const char *mode,
	const struct policy_level *level, const char **ret, struct fault *f)
{
	auto_query struct query *q = NULL;
	int drawn = 0, same = 0, got;

	if (ledger_query(p->ledger,
		    SQL("SELECT n.id, n.person_id, n.facts_sealed, a.certain, a.id AS assignment_id, a.why_sealed"
			" FROM notice n JOIN compose_set c ON c.id = n.set_id"
			" JOIN assignment a ON a.set_id = c.group_set_id AND a.person_id = n.person_id"
			" WHERE n.id IN (SELECT i.notice_id FROM release_item i JOIN release_valid r ON r.id = i.release_id"
			"  JOIN notice o ON o.id = i.notice_id WHERE r.mode = :mode AND o.level = :level AND NOT o.cover"
			"  AND o.id NOT IN (SELECT notice_id FROM follow_up) ORDER BY random() LIMIT 5)"),
		    &q, f))
		return -1;
	query_bind_text(q, ":mode", mode);
	query_bind_text(q, ":level", level->name);
	while ((got = query_next(q, f)) > 0) {
		int one = is_same(p, q, level->template, f);

		if (one < 0)
			return -1;
		drawn += one != GONE;
		same += one == 1;
	}
	*ret = drawn < ADVICE_DRAWN ? "unchecked" : same == drawn ? "same" : "other";
	return got;
}

/* A text of several levels is as good as the worst of them. */
static void add_proof(json_t *proofs, const char *template, const char *found)
{
	const char *old = json_string_value(json_object_get(proofs, template));

	if (!old || !strcmp(old, "unchecked") || !strcmp(found, "other"))
		(void)json_object_set_new(proofs, template, json_string(found));
}

static int prover_open(struct prover *p, const struct settings *s,
	const struct policy *policy, struct fault *f)
{
	if (notice_maker_new(s, policy, p->texts, &p->reading.maker, f) ||
		store_reader_open(p->ledger, &p->store, f))
		return -1;
	return ledger_query(p->ledger,
		SQL("SELECT e.id, e.fields_sealed FROM entry e JOIN source_now s ON s.id = e.source_id"
		    " WHERE e.person_id = :person ORDER BY s.as_of DESC, s.run_id DESC, e.id LIMIT 1"),
		&p->entry, f);
}

int advice_prove(struct ledger *l, const struct settings *s, const struct policy *p,
	struct texts *texts, json_t **ret, struct fault *f)
{
	auto_prover prover = {.ledger = l, .texts = texts};
	json_t *proofs = json_object();

	if (prover_open(&prover, s, p, f)) {
		json_decref(proofs);
		return -1;
	}
	for (size_t i = 0; i < p->levels_count; i++) {
		const struct policy_level *level = &p->levels[i];
		const char *found;

		if (level->route != POLICY_MAIL || level->review != POLICY_FULL)
			continue;
		if (prove_level(&prover, settings_mode(s), level, &found, f)) {
			json_decref(proofs);
			return -1;
		}
		add_proof(proofs, level->template, found);
	}
	*ret = proofs;
	return 0;
}
