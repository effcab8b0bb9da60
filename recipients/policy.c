/* SPDX-License-Identifier: MIT */
/*
 * Reads policy.json whole, checks it, and judges facts by its rules. What a rule is
 * stands in rule.c; who is judged, overrides by hand, and open decisions about a policy
 * (a field that no column feeds, a level that catches nobody) in group.c; whether a
 * template is there, in the templates' floor.
 *
 * What can go wrong: anything that a person can write. See the faults.
 */
#include "recipients/policy.h"

#include <stdlib.h>
#include <string.h>

#include "recipients/config.h"
#include "recipients/field.h"

#define NAME 64        /* characters */
#define GIVE_AWAYS 100 /* words of a level */
#define LINE 500
#define KEY 4000
#define MAX_COLUMNS 1000

static const char *const routes[] = {"mail", "task", "restricted", "none", NULL};
static const char *const proofs[] = {"accepted", "delivered", "acknowledged", NULL};
static const char *const reviews[] = {"full", "withheld", NULL};
static const char *const in_doubts[] = {"ask", "resend", NULL};
static const char *const all_follow_ups[] = {"covered", "each", NULL};

/* "notice/staff": a name below the templates' folder, and no way out of it. */
static bool template_name(const char *s)
{
	static const char letters[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"0123456789_-.";
	size_t n;

	for (;; s++) {
		n = strspn(s, letters);
		if (!n || *s == '.')
			return false;
		s += n;
		if (*s != '/')
			return !*s;
	}
}

static int read_template(struct config c, const char **ret, struct fault *f)
{
	if (config_string(c, NAME, ret, f))
		return -1;
	if (config_present(c) && !template_name(*ret))
		return config_fault(c, f,
			"is not a template's name: letters, digits, - _ . and / between");
	return 0;
}

static int read_follow_up(struct policy_level *to, struct config c, struct fault *f)
{
	static const char *const keys[] = {"after", "template", NULL};
	struct policy_follow_up *up = &to->follow_ups[to->follow_ups_count];
	struct config after = config_needed(&c, "after");

	if (config_known(c, keys, f) || config_duration(after, &up->after, f) ||
		read_template(config_needed(&c, "template"), &up->template, f))
		return -1;
	if (up->after <= (to->follow_ups_count ? up[-1].after : 0))
		return config_fault(after, f, "is not later than what comes before it");
	to->follow_ups_count++;
	return 0;
}

static int read_follow_ups(struct policy_level *to, struct config c, struct fault *f)
{
	size_t count;

	if (config_list(c, POLICY_MAX_FOLLOW_UPS, &count, f))
		return -1;
	to->follow_ups = text_alloc(count * sizeof(*to->follow_ups));
	for (size_t i = 0; i < count; i++)
		if (read_follow_up(to, config_item(&c, i), f))
			return -1;
	return 0;
}

static int read_escalate(struct policy_level *to, struct config c, struct fault *f)
{
	static const char *const keys[] = {"after", "to", "on_bounce", NULL};

	if (!config_present(c))
		return 0;
	if (config_known(c, keys, f) ||
		config_bool(config_member(&c, "on_bounce"), &to->escalate.on_bounce, f) ||
		config_duration(to->escalate.on_bounce ? config_member(&c, "after")
						       : config_needed(&c, "after"),
			&to->escalate.after, f) ||
		config_string(config_needed(&c, "to"), LINE, &to->escalate.to, f))
		return -1;
	return 0;
}

static int read_restriction(struct policy_level *to, struct config c, struct fault *f)
{
	static const char *const keys[] = {"ground", "owner", "review_by", NULL};
	struct config review = config_member(&c, "review_by");

	if (!config_present(c) && to->route == POLICY_RESTRICTED)
		return config_fault(c, f,
			"missing; route restricted needs ground, owner and review_by");
	if (!config_present(c))
		return 0;
	if (config_known(c, keys, f) ||
		config_string(
			config_needed(&c, "ground"), LINE, &to->restriction.ground, f) ||
		config_string(
			config_needed(&c, "owner"), LINE, &to->restriction.owner, f))
		return -1;
	if ((to->route == POLICY_RESTRICTED || config_present(review)) &&
		config_date(
			config_needed(&c, "review_by"), &to->restriction.review_by, f))
		return -1;
	if (to->route != POLICY_RESTRICTED && to->route != POLICY_NONE)
		return config_fault(
			c, f, "belongs to route restricted and to route none");
	return 0;
}

/* What the limits of all levels together are held against. */
struct totals {
	size_t rules, strings;
};

static int read_rules(struct policy *p, struct policy_level *to, struct config c,
	struct totals *t, struct fault *f)
{
	size_t count;

	if (to->is_default && config_present(c))
		return config_fault(
			c, f, "the default takes whom no rule catches and has no rules");
	if (to->is_default)
		return 0;
	if (!config_present(c))
		return config_fault(c, f, "missing; only the default has no rules");
	if (config_list(c, POLICY_MAX_RULES, &count, f))
		return -1;
	if (!count)
		return config_fault(c, f, "is an empty list");
	t->rules += count;
	if (t->rules > POLICY_MAX_RULES)
		return config_fault(
			c, f, "over %d rules in all, the limit", POLICY_MAX_RULES);
	to->rules = text_alloc(count * sizeof(*to->rules));
	for (; to->rules_count < count; to->rules_count++)
		if (rule_parse(config_item(&c, to->rules_count), &p->book, &t->strings,
			    &to->rules[to->rules_count], f))
			return -1;
	return 0;
}

static int read_route(struct policy_level *to, const struct config *c, struct fault *f)
{
	struct config template = config_member(c, "template");
	int route = 0;

	if (config_choice(config_needed(c, "route"), routes, &route, f) ||
		read_template(template, &to->template, f))
		return -1;
	to->route = (enum policy_route)route;
	if (to->route == POLICY_MAIL && !to->template)
		return config_fault(template, f, "missing; route mail needs one");
	return read_restriction(to, config_member(c, "restriction"), f);
}

static int read_after(struct policy_level *to, const struct config *c, struct fault *f)
{
	int proof = POLICY_ACCEPTED;

	if (read_follow_ups(to, config_member(c, "follow_up"), f) ||
		read_escalate(to, config_member(c, "escalate"), f) ||
		config_choice(config_member(c, "proof"), proofs, &proof, f))
		return -1;
	to->proof = (enum policy_proof)proof;
	return 0;
}

static int read_level(struct policy *p, struct policy_level *to, struct config c,
	struct totals *t, struct fault *f)
{
	static const char *const keys[] = {"name", "title", "when", "route", "template",
		"tell_at", "follow_up", "escalate", "proof", "head_start", "cover",
		"restriction", "review", "default", "give_away", "in_doubt", NULL};
	int review = POLICY_FULL, in_doubt = (int)p->in_doubt;

	to->tell_at = 0.5;
	if (config_known(c, keys, f) ||
		config_string(config_needed(&c, "name"), NAME, &to->name, f))
		return -1;
	to->title = to->name;
	if (config_string(config_member(&c, "title"), LINE, &to->title, f) ||
		config_bool(config_member(&c, "default"), &to->is_default, f) ||
		read_rules(p, to, config_member(&c, "when"), t, f) ||
		read_route(to, &c, f) || read_after(to, &c, f) ||
		config_number(config_member(&c, "tell_at"), 0, 1, &to->tell_at, f) ||
		config_duration(config_member(&c, "head_start"), &to->head_start, f) ||
		config_bool(config_member(&c, "cover"), &to->cover, f) ||
		config_choice(config_member(&c, "review"), reviews, &review, f) ||
		config_choice(config_member(&c, "in_doubt"), in_doubts, &in_doubt, f) ||
		config_strings(config_member(&c, "give_away"), GIVE_AWAYS, LINE,
			&to->give_away, &to->give_away_count, f))
		return -1;
	to->review = (enum policy_review)review;
	to->in_doubt = (enum policy_in_doubt)in_doubt;
	return 0;
}

static bool same_name(const char *a, const char *b)
{
	auto_text_buffer x = {0}, y = {0};

	facts_fold(a, &x);
	facts_fold(b, &y);
	return !strcmp(x.bytes, y.bytes);
}

/* What a level may not have in common with those before it. */
static int check_level(const struct policy *p, size_t i, struct config c, struct fault *f)
{
	for (size_t k = 0; k < i; k++) {
		if (same_name(p->levels[k].name, p->levels[i].name))
			return config_fault(config_member(&c, "name"), f,
				"is the name of levels[%zu] too", k);
		if (p->levels[i].is_default && p->levels[k].is_default)
			return config_fault(config_member(&c, "default"), f,
				"a second default; levels[%zu] is one", k);
	}
	return 0;
}

/* Whoever leads somebody every day is not to learn what makes them more at risk. */
static int check_escalation(const struct policy *p, struct config c, struct fault *f)
{
	static const char *const leaders[] = {
		"manager", "supervisor", "sergeant", "team leader", "line lead"};

	for (size_t i = 0; i < p->default_level; i++) {
		const char *to = p->levels[i].escalate.to;
		struct config level = config_item(&c, i);
		struct config escalate = config_member(&level, "escalate");

		for (size_t k = 0; to && k < sizeof(leaders) / sizeof(leaders[0]); k++)
			if (strcasestr(to, leaders[k]))
				return config_fault(config_member(&escalate, "to"), f,
					"names a line manager, who is never told of a level above the default");
	}
	return 0;
}

/* What covers is the notice that most people get. */
static int check_covers(const struct policy *p, struct config c, struct fault *f)
{
	if (p->levels[p->default_level].route == POLICY_MAIL)
		return 0;
	for (size_t i = 0; i < p->levels_count; i++) {
		struct config item = config_item(&c, i);

		if (p->levels[i].cover)
			return config_fault(config_member(&item, "cover"), f,
				"there is no common notice: the default level is not told by mail");
	}
	return 0;
}

static int read_levels(struct policy *p, struct config c, struct fault *f)
{
	struct totals t = {0};
	size_t count;

	if (config_list(c, POLICY_MAX_LEVELS, &count, f))
		return -1;
	p->levels = text_alloc(count * sizeof(*p->levels));
	p->default_level = count;
	for (size_t i = 0; i < count; i++) {
		struct config item = config_item(&c, i);

		p->levels_count = i + 1;
		if (read_level(p, &p->levels[i], item, &t, f) ||
			check_level(p, i, item, f))
			return -1;
		if (p->levels[i].is_default)
			p->default_level = i;
	}
	if (p->default_level == count)
		return config_fault(
			c, f, "no level is the default; one needs \"default\": true");
	return check_escalation(p, c, f) || check_covers(p, c, f) ? -1 : 0;
}

static int unit_order(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int unit_named(const void *name, const void *unit)
{
	return strcmp(name, *(char *const *)unit);
}

static void free_strings(const char ***p)
{
	free(*p);
}

static int read_known_units(struct policy *p, struct config c, struct fault *f)
{
	__attribute__((cleanup(free_strings))) const char **units = NULL;
	size_t count;

	if (config_strings(c, POLICY_MAX_UNITS, FACTS_MAX_CHARACTERS, &units, &count, f))
		return -1;
	p->known_units = text_alloc(count * sizeof(*p->known_units));
	for (; p->known_units_count < count; p->known_units_count++) {
		auto_text_buffer folded = {0};

		facts_fold(units[p->known_units_count], &folded);
		p->known_units[p->known_units_count] =
			text_copy(facts_unit(&p->book, folded.bytes));
	}
	qsort(p->known_units, count, sizeof(*p->known_units), unit_order);
	return 0;
}

/* {FIELD: COLUMN}; of a leak FIELD may have a PART in front, "victim.surname". */
static int check_columns(struct config c, bool parts, struct fault *f)
{
	const char *key, *column, *name;
	json_t *value;
	size_t count;

	if (config_object(c, MAX_COLUMNS, &count, f))
		return -1;
	if (!count)
		return 0;
	json_object_foreach(c.value, key, value)
	{
		struct config member = config_needed(&c, key);

		name = parts && strchr(key, '.') ? strchr(key, '.') + 1 : key;
		if (!field_find(name))
			return config_fault(member, f, "unknown field");
		if (config_string(member, FACTS_MAX_CHARACTERS, &column, f))
			return -1;
	}
	return 0;
}

static int check_compare(struct config c, struct fault *f)
{
	const char *key, *column;
	json_t *value;
	size_t count;

	if (config_object(c, MAX_COLUMNS, &count, f))
		return -1;
	if (!count)
		return 0;
	json_object_foreach(c.value, key, value)
	{
		if (config_string(
			    config_needed(&c, key), FACTS_MAX_CHARACTERS, &column, f))
			return -1;
	}
	return 0;
}

static int read_matching(struct policy *p, struct config c, struct fault *f)
{
	static const char *const keys[] = {
		"people", "breach", "compare", "threshold", "one_to_one", NULL};
	static const char *const once[] = {"auto", "on", "off", NULL};
	int choice = 0;

	p->matching = c.value;
	if (config_known(c, keys, f) ||
		config_number(config_member(&c, "threshold"), 0.5, 1, &p->threshold, f) ||
		config_choice(config_member(&c, "one_to_one"), once, &choice, f) ||
		check_columns(config_member(&c, "people"), false, f) ||
		check_columns(config_member(&c, "breach"), true, f) ||
		check_compare(config_member(&c, "compare"), f))
		return -1;
	p->once = (enum policy_once)choice;
	return 0;
}

/* Whether the key is one, ssh-keygen says when it is pinned. */
static int read_signer(struct policy *p, struct config c, struct fault *f)
{
	static const char *const keys[] = {"name", "key", "expires", NULL};
	struct policy_signer *to = &p->signers[p->signers_count];

	if (config_known(c, keys, f) ||
		config_string(config_needed(&c, "name"), NAME, &to->name, f) ||
		config_string(config_needed(&c, "key"), KEY, &to->key, f) ||
		config_time(config_member(&c, "expires"), &to->expires, f))
		return -1;
	p->signers_count++;
	return 0;
}

static int read_signing(struct policy *p, const struct config *c, struct fault *f)
{
	struct config list = config_member(c, "signers");
	size_t count;

	p->approvals = 2;
	p->release_hours = 24;
	if (config_integer(config_member(c, "approvals"), 1, 16, &p->approvals, f) ||
		config_integer(config_member(c, "release_hours"), 1, 720,
			&p->release_hours, f) ||
		config_bool(config_member(c, "emergency"), &p->emergency, f) ||
		config_list(list, POLICY_MAX_SIGNERS, &count, f))
		return -1;
	p->signers = text_alloc((count + 1) * sizeof(*p->signers));
	for (size_t i = 0; i < count; i++)
		if (read_signer(p, config_item(&list, i), f))
			return -1;
	return 0;
}

/* Not in the digests: see policy_canonical. */
static const char *const signing[] = {"signers", "emergency", "release_hours"};

static int read_policy(struct policy *p, struct config c, struct fault *f)
{
	static const char *const keys[] = {"approvals", "signers", "emergency",
		"release_hours", "in_doubt", "follow_ups", "retention_days",
		"archive_years", "unit_aliases", "known_units", "matching", "levels",
		NULL};
	int in_doubt = POLICY_ASK, follow_ups = POLICY_COVERED;

	p->retention_days = 365;
	p->archive_years = 6;
	if (config_known(c, keys, f) || read_signing(p, &c, f) ||
		config_choice(config_member(&c, "in_doubt"), in_doubts, &in_doubt, f) ||
		config_choice(config_member(&c, "follow_ups"), all_follow_ups,
			&follow_ups, f) ||
		config_integer(config_member(&c, "retention_days"), 1, 3650,
			&p->retention_days, f) ||
		config_integer(
			config_member(&c, "archive_years"), 1, 30, &p->archive_years, f))
		return -1;
	p->in_doubt = (enum policy_in_doubt)in_doubt;
	p->follow_ups = (enum policy_follow_ups)follow_ups;
	/* The aliases first: everything that names a unit goes through them. */
	if (facts_book_aliases(&p->book, config_member(&c, "unit_aliases"), f) ||
		read_known_units(p, config_member(&c, "known_units"), f) ||
		read_matching(p, config_member(&c, "matching"), f))
		return -1;
	return read_levels(p, config_needed(&c, "levels"), f);
}

/* Takes over `json`. */
static int policy_make(
	json_t *json, const char *name, struct policy **ret, struct fault *f)
{
	auto_policy *p = text_alloc(sizeof(*p));

	p->json = json;
	if (read_policy(p, config_root(json, name), f))
		return -1;
	*ret = p;
	p = NULL;
	return 0;
}

int policy_load(const char *path, struct policy **ret, struct fault *f)
{
	json_t *json;

	return config_load(path, &json, f) ? -1 : policy_make(json, path, ret, f);
}

int policy_parse(const char *name, const char *bytes, size_t length, struct policy **ret,
	struct fault *f)
{
	json_t *json;

	return config_parse(name, bytes, length, &json, f)
		       ? -1
		       : policy_make(json, name, ret, f);
}

void policy_free(struct policy *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->levels_count; i++) {
		for (size_t k = 0; k < p->levels[i].rules_count; k++)
			rule_free(p->levels[i].rules[k]);
		free(p->levels[i].rules);
		free(p->levels[i].follow_ups);
		free(p->levels[i].give_away);
	}
	free(p->levels);
	free(p->signers);
	for (size_t i = 0; i < p->known_units_count; i++)
		free(p->known_units[i]);
	free(p->known_units);
	facts_book_done(&p->book);
	json_decref(p->json);
	free(p);
}

void policy_freep(struct policy **p)
{
	policy_free(*p);
	*p = NULL;
}

static int add_bytes(const char *bytes, size_t length, void *out)
{
	text_add(out, bytes, length);
	return 0;
}

void policy_canonical(const struct policy *p, struct text *out)
{
	json_t *copy = json_copy(p->json);

	for (size_t i = 0; i < sizeof(signing) / sizeof(signing[0]); i++)
		(void)json_object_del(copy, signing[i]);
	(void)json_dump_callback(copy, add_bytes, out, JSON_SORT_KEYS | JSON_COMPACT);
	json_decref(copy);
}

void policy_judge(
	const struct policy *p, const struct facts *facts, struct policy_verdict *v)
{
	for (size_t i = 0; i < p->levels_count; i++) {
		const struct policy_level *level = &p->levels[i];

		for (size_t k = 0; k < level->rules_count && !(v->levels >> i & 1); k++) {
			if (!rule_holds(level->rules[k], facts))
				continue;
			v->levels |= UINT64_C(1) << i;
			v->rule[i] = (uint16_t)k;
		}
	}
}

size_t policy_level_of(const struct policy *p, const struct policy_verdict *v)
{
	for (size_t i = 0; i < p->levels_count; i++)
		if (v->levels >> i & 1)
			return i;
	return p->default_level;
}

void policy_explain(const struct policy *p, const struct policy_verdict *v, size_t level,
	struct text *out)
{
	if (v->levels >> level & 1)
		rule_describe(p->levels[level].rules[v->rule[level]], out);
	else
		text_add_string(out, "no rule holds");
}

const struct policy_level *policy_level_named(const struct policy *p, const char *name)
{
	for (size_t i = 0; i < p->levels_count; i++)
		if (!strcmp(p->levels[i].name, name))
			return &p->levels[i];
	return NULL;
}

uint64_t policy_field_levels(const struct policy *p, enum facts_side side, size_t field)
{
	uint64_t levels = 0;

	for (size_t i = 0; i < p->levels_count; i++)
		for (size_t k = 0; k < p->levels[i].rules_count; k++)
			if (rule_uses(p->levels[i].rules[k], side, field))
				levels |= UINT64_C(1) << i;
	return levels;
}

static bool rules_name_unit(const struct policy_level *level, struct facts_value unit)
{
	for (size_t k = 0; k < level->rules_count; k++)
		if (rule_names_unit(level->rules[k], unit))
			return true;
	return false;
}

bool policy_unit_known(const struct policy *p, const char *unit)
{
	auto_text_buffer folded = {0};
	struct facts_value value;

	facts_fold(unit, &folded);
	value.written = folded.bytes;
	value.text = facts_unit(&p->book, folded.bytes);
	if (p->known_units_count &&
		bsearch(value.text, p->known_units, p->known_units_count,
			sizeof(*p->known_units), unit_named))
		return true;
	for (size_t i = 0; i < p->levels_count; i++)
		if (rules_name_unit(&p->levels[i], value))
			return true;
	return false;
}

const char *policy_route_name(enum policy_route route)
{
	return routes[route];
}

const char *policy_proof_name(enum policy_proof proof)
{
	return proofs[proof];
}
