/* SPDX-License-Identifier: MIT */
/*
 * policy: what is read and with which defaults, who wins, and each way to write it
 * wrongly.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "recipients/policy.h"

/* The JSON is written with ' for ", to be readable here. */
static int parse(const char *json, struct policy **ret, struct fault *f)
{
	auto_text copy = text_copy(json);

	for (char *s = copy; *s; s++)
		if (*s == '\'')
			*s = '"';
	return policy_parse("policy.json", copy, strlen(copy), ret, f);
}

#define TOP(top) "{" top ", 'levels': [" STANDARD "]}"
#define LEVELS(levels) "{'levels': [" levels "]}"
#define STANDARD                                                                         \
	"{'name': 'standard', 'default': true, 'route': 'mail', 'template': 'notice/staff'}"
#define HIGH(more) "{'name': 'high', 'when': [{'shielded': {'is': true}}], " more "}"
#define WHEN(rules)                                                                      \
	LEVELS("{'name': 'high', 'route': 'task', 'when': " rules "}, " STANDARD)
#define HIGH_AND_STANDARD(more) LEVELS(HIGH(more) ", " STANDARD)

static const char whole[] =
	"{'approvals': 1, 'in_doubt': 'resend', 'retention_days': 30,"
	" 'unit_aliases': {'CTC': 'SO15', 'Beat 1': 'North Area'},"
	" 'known_units': ['Training', 'North Area'],"
	" 'matching': {'people': {'unit': 'Section'}, 'breach': {'victim.surname': 'V Sname',"
	"   'rank': 'Grd'}, 'compare': {'Photo No': 'Picture'}},"
	" 'levels': ["
	"  {'name': 'undercover', 'title': 'Covert work', 'when': ["
	"    {'person.unit': {'in': ['Special Projects', 'SO10']}},"
	"    {'person.role': {'matches': '*covert*'}, 'record.rank': {'present': true}},"
	"    {'shielded': {'is': true}}],"
	"   'route': 'task', 'tell_at': 0.05, 'escalate': {'after': '48h', 'to': 'duty officer'},"
	"   'head_start': 'PT6H', 'cover': true, 'review': 'withheld'},"
	"  {'name': 'terrorism', 'when': [{'person.unit': {'matches': ['SO15*', '*terror*']}},"
	"    {'record.unit': {'contains': 'terror'}}], 'route': 'mail', 'template': 'notice/ct',"
	"   'follow_up': [{'after': '24h', 'template': 'follow-up/one'},"
	"     {'after': '3d', 'template': 'follow-up/two'}], 'proof': 'acknowledged', 'in_doubt': 'ask'},"
	"  {'name': 'court', 'when': [{'person.Duty Type': {'is': 'court'}}], 'route': 'restricted',"
	"   'restriction': {'ground': 's. 68(7)', 'owner': 'DPO', 'review_by': '2026-12-01'}},"
	"  " STANDARD ","
	"  {'name': 'gone', 'when': [{'person.status': {'is': 'left'}}], 'route': 'none'}]}";

static void test_whole(void **state)
{
	const struct policy_level *l;
	struct fault f = {0};
	auto_policy *p = NULL;

	(void)state;
	if (parse(whole, &p, &f))
		fail_msg("%s", f.text);
	assert_int_equal(p->approvals, 1);
	assert_int_equal(p->in_doubt, POLICY_RESEND);
	assert_int_equal(p->levels[0].in_doubt, POLICY_RESEND); /* as the whole */
	assert_int_equal(p->levels[1].in_doubt, POLICY_ASK);
	assert_int_equal(p->retention_days, 30);
	assert_int_equal(p->levels_count, 5);
	assert_int_equal(p->default_level, 3);
	assert_non_null(json_object_get(p->matching, "breach"));

	l = &p->levels[0];
	assert_string_equal(l->title, "Covert work");
	assert_int_equal(l->rules_count, 3);
	assert_int_equal(l->route, POLICY_TASK);
	assert_null(l->template);
	assert_true(l->tell_at > 0.049 && l->tell_at < 0.051);
	assert_int_equal(l->escalate.after, 48 * 3600000);
	assert_string_equal(l->escalate.to, "duty officer");
	assert_int_equal(l->head_start, 6 * 3600000);
	assert_true(l->cover);
	assert_int_equal(l->review, POLICY_WITHHELD);

	l = &p->levels[1];
	assert_string_equal(l->title, "terrorism");
	assert_int_equal(l->follow_ups_count, 2);
	assert_int_equal(l->follow_ups[1].after, 72 * 3600000);
	assert_string_equal(l->follow_ups[1].template, "follow-up/two");
	assert_int_equal(l->proof, POLICY_ACKNOWLEDGED);

	l = policy_level_named(p, "court");
	assert_ptr_equal(l, &p->levels[2]);
	assert_string_equal(l->restriction.review_by, "2026-12-01");
	assert_null(policy_level_named(p, "Court"));
	assert_string_equal(policy_route_name(l->route), "restricted");
}

static void test_defaults(void **state)
{
	const struct policy_level *l;
	struct fault f = {0};
	auto_policy *p = NULL;

	(void)state;
	assert_int_equal(parse(LEVELS(STANDARD), &p, &f), 0);
	assert_int_equal(p->approvals, 2);
	assert_int_equal(p->in_doubt, POLICY_ASK);
	assert_int_equal(p->retention_days, 365);
	assert_null(p->matching);
	l = &p->levels[0];
	assert_true(l->is_default);
	assert_true(l->tell_at > 0.49 && l->tell_at < 0.51);
	assert_null(l->escalate.to);
	assert_null(l->restriction.ground);
	assert_int_equal(l->head_start, 0);
	assert_false(l->cover);
	assert_int_equal(l->proof, POLICY_ACCEPTED);
	assert_int_equal(l->review, POLICY_FULL);
	assert_string_equal(policy_proof_name(l->proof), "accepted");
}

static const struct {
	const char *json, *fault; /* the fault begins so, behind "policy.json: " */
} broken[] = {
	/* the file */
	{"", "line 1, column 0: ends too early"},
	{"[]", "is a list, not an object"},
	{"{}", "levels: missing"},
	{"{'levels': [" STANDARD "]", "line 1, column "},
	{"{'levels': [" STANDARD "], 'levels': []}", "levels: repeated key"},
	{LEVELS("{'name': 'a', 'name': 'b', 'default': true, 'route': 'none'}"),
		"levels[0].name: repeated key"},
	{WHEN("[{'shielded': {'is': true}}, {'person.unit': {'is': 'a'}, 'person.unit': {'is': 'b'}}]"),
		"levels[0].when[1].person.unit: repeated key"},
	/* the top */
	{TOP("'approval': 2"), "approval: unknown key; did you mean approvals?"},
	{TOP("'aprovals': 2"), "aprovals: unknown key; did you mean approvals?"},
	{TOP("'colour': 2"), "colour: unknown key"},
	{TOP("'approvals': 0"), "approvals: is not between 1 and 16"},
	{TOP("'approvals': 17"), "approvals: is not between 1 and 16"},
	{TOP("'approvals': 1.5"), "approvals: is not a whole number"},
	{TOP("'approvals': '2'"), "approvals: is text, not a whole number"},
	{TOP("'release_hours': 0"), "release_hours: is not between 1 and 720"},
	{TOP("'emergency': 1"), "emergency: is a number, not true or false"},
	{TOP("'signers': {}"), "signers: is an object, not a list"},
	{TOP("'signers': [{'name': 'Ann'}]"), "signers[0].key: missing"},
	{TOP("'signers': [{'name': 'Ann', 'key': 'x', 'age': 1}]"),
		"signers[0].age: unknown key"},
	{TOP("'signers': [{'name': 'Ann', 'key': 'x', 'expires': 'soon'}]"),
		"signers[0].expires: "},
	{TOP("'in_doubt': 'resent'"),
		"in_doubt: is none of ask, resend; did you mean resend?"},
	{TOP("'in_doubt': true"), "in_doubt: is true or false, not text"},
	{HIGH_AND_STANDARD("'route': 'task', 'in_doubt': 'leave'"),
		"levels[0].in_doubt: is none of ask, resend"},
	{TOP("'retention_days': 0"), "retention_days: is not between 1 and 3650"},
	{TOP("'retention_days': '30d'"), "retention_days: is text, not a whole number"},
	{TOP("'unit_aliases': []"), "unit_aliases: is a list, not an object"},
	{TOP("'unit_aliases': {'CTC': ['SO15']}"),
		"unit_aliases.CTC: is a list, not text"},
	{TOP("'unit_aliases': {'CTC': ''}"), "unit_aliases.CTC: is empty"},
	{TOP("'unit_aliases': {'A': 'B', 'B': 'C'}"),
		"unit_aliases.A: leads to a unit that is itself"},
	{TOP("'unit_aliases': {'CTC': 'A', 'ctc': 'B'}"),
		"unit_aliases.CTC: stands twice"},
	{TOP("'known_units': 'Training'"), "known_units: is text, not a list"},
	{TOP("'known_units': ['Training', 5]"), "known_units[1]: is a number, not text"},
	{TOP("'known_units': ['Training', ' ']"), "known_units[1]: is empty"},
	{TOP("'matching': 'rank'"), "matching: is text, not an object"},
	{TOP("'matching': {'treshold': 1}"),
		"matching.treshold: unknown key; did you mean threshold?"},
	{TOP("'matching': {'threshold': 0.4}"),
		"matching.threshold: is not between 0.5 and 1"},
	{TOP("'matching': {'threshold': '1'}"),
		"matching.threshold: is text, not a number"},
	{TOP("'matching': {'one_to_one': 'maybe'}"), "matching.one_to_one: "},
	{TOP("'matching': {'peopel': {}}"),
		"matching.peopel: unknown key; did you mean people?"},
	{TOP("'matching': {'people': {'rnk': 'Grade'}}"),
		"matching.people.rnk: unknown field"},
	{TOP("'matching': {'people': {'part.rank': 'Grade'}}"),
		"matching.people.part.rank: unknown field"},
	{TOP("'matching': {'breach': {'victim.x': 'Grade'}}"),
		"matching.breach.victim.x: unknown field"},
	{TOP("'matching': {'breach': {'rank': 5}}"),
		"matching.breach.rank: is a number, not text"},
	{TOP("'matching': {'compare': {'A': ''}}"), "matching.compare.A: is empty"},
	/* levels */
	{"{'levels': {}}", "levels: is an object, not a list"},
	{"{'levels': []}", "levels: no level is the default"},
	{LEVELS(HIGH("'route': 'task'")), "levels: no level is the default"},
	{LEVELS("5"), "levels[0]: is a number, not an object"},
	{LEVELS(STANDARD ", {'name': 'b', 'default': true, 'route': 'none'}"),
		"levels[1].default: a second default; levels[0] is one"},
	{LEVELS("{'default': true, 'route': 'none'}"), "levels[0].name: missing"},
	{LEVELS("{'name': ' ', 'default': true, 'route': 'none'}"),
		"levels[0].name: is empty"},
	{LEVELS("{'name': 'a\\nb', 'default': true, 'route': 'none'}"),
		"levels[0].name: holds a control character"},
	{LEVELS(HIGH("'route': 'task'") ", " HIGH("'route': 'task'") ", " STANDARD),
		"levels[1].name: is the name of levels[0] too"},
	{LEVELS(STANDARD
		 ", {'name': 'STANDARD', 'when': [{'shielded': {'is': true}}], 'route': 'none'}"),
		"levels[1].name: is the name of levels[0] too"},
	{HIGH_AND_STANDARD("'rout': 'task'"),
		"levels[0].rout: unknown key; did you mean route?"},
	{HIGH_AND_STANDARD("'title': 5, 'route': 'task'"),
		"levels[0].title: is a number, not text"},
	{HIGH_AND_STANDARD("'default': 'no', 'route': 'task'"),
		"levels[0].default: is text, not true"},
	{HIGH_AND_STANDARD("'title': 'no route'"), "levels[0].route: missing"},
	{HIGH_AND_STANDARD("'route': 'email'"),
		"levels[0].route: is none of mail, task, restricted, none;"},
	{HIGH_AND_STANDARD("'route': 'post'"),
		"levels[0].route: is none of mail, task, restricted, none"},
	{HIGH_AND_STANDARD("'route': 'mail'"),
		"levels[0].template: missing; route mail needs one"},
	{HIGH_AND_STANDARD("'route': 'mail', 'template': ''"),
		"levels[0].template: is not a template's"},
	{HIGH_AND_STANDARD("'route': 'mail', 'template': '../x'"),
		"levels[0].template: is not a templ"},
	{HIGH_AND_STANDARD("'route': 'mail', 'template': 'a/../x'"),
		"levels[0].template: is not a te"},
	{HIGH_AND_STANDARD("'route': 'mail', 'template': '/etc/x'"),
		"levels[0].template: is not a te"},
	{HIGH_AND_STANDARD("'route': 'mail', 'template': 'a//b'"),
		"levels[0].template: is not a temp"},
	{HIGH_AND_STANDARD("'route': 'mail', 'template': 'a/'"),
		"levels[0].template: is not a templa"},
	{HIGH_AND_STANDARD("'route': 'mail', 'template': 'a b'"),
		"levels[0].template: is not a templ"},
	{HIGH_AND_STANDARD("'route': 'task', 'tell_at': 1.1"),
		"levels[0].tell_at: is not between 0 and 1"},
	{HIGH_AND_STANDARD("'route': 'task', 'tell_at': -0.1"),
		"levels[0].tell_at: is not between 0 and"},
	{HIGH_AND_STANDARD("'route': 'task', 'tell_at': '5%'"),
		"levels[0].tell_at: is text, not a number"},
	{HIGH_AND_STANDARD("'route': 'task', 'follow_up': {}"),
		"levels[0].follow_up: is an object, not a"},
	{HIGH_AND_STANDARD("'route': 'task', 'follow_up': [{'after': '1d'}]"),
		"levels[0].follow_up[0].template: missing"},
	{HIGH_AND_STANDARD("'route': 'task', 'follow_up': [{'template': 'x'}]"),
		"levels[0].follow_up[0].after: missing"},
	{HIGH_AND_STANDARD(
		 "'route': 'task', 'follow_up': [{'after': 'soon', 'template': 'x'}]"),
		"levels[0].follow_up[0].after: is not a duration"},
	{HIGH_AND_STANDARD(
		 "'route': 'task', 'follow_up': [{'after': '2d', 'template': 'x'},"
		 " {'after': '48h', 'template': 'x'}]"),
		"levels[0].follow_up[1].after: is not later"},
	{HIGH_AND_STANDARD(
		 "'route': 'task', 'follow_up': [{'after': '2d', 'template': 'x', 'to': 'y'}]"),
		"levels[0].follow_up[0].to: unknown key"},
	{HIGH_AND_STANDARD("'route': 'task', 'escalate': '24h'"),
		"levels[0].escalate: is text, not an"},
	{HIGH_AND_STANDARD(
		 "'route': 'task', 'escalate': {'after': '24h', 'to': 'the Line Manager'}"),
		"levels[0].escalate.to: names a line manager"},
	{HIGH_AND_STANDARD("'route': 'task', 'escalate': {'after': '24h'}"),
		"levels[0].escalate.to: missing"},
	{HIGH_AND_STANDARD("'route': 'task', 'escalate': {'after': 24, 'to': 'x'}"),
		"levels[0].escalate.after: is a number, not text"},
	{HIGH_AND_STANDARD("'route': 'task', 'proof': 'read'"),
		"levels[0].proof: is none of accepted, del"},
	{HIGH_AND_STANDARD("'route': 'task', 'head_start': 6"),
		"levels[0].head_start: is a number, not"},
	{HIGH_AND_STANDARD("'route': 'task', 'cover': 'yes'"),
		"levels[0].cover: is text, not true or"},
	{HIGH_AND_STANDARD("'route': 'task', 'review': 'none'"),
		"levels[0].review: is none of full, with"},
	{HIGH_AND_STANDARD("'route': 'restricted'"),
		"levels[0].restriction: missing; route restricted"},
	{HIGH_AND_STANDARD(
		 "'route': 'restricted', 'restriction': {'owner': 'x', 'review_by': "
		 "'2026-12-01'}"),
		"levels[0].restriction.ground: missing"},
	{HIGH_AND_STANDARD(
		 "'route': 'restricted', 'restriction': {'ground': 'x', 'owner': 'x', "
		 "'review_by': 'May'}"),
		"levels[0].restriction.review_by: is not a date"},
	{HIGH_AND_STANDARD(
		 "'route': 'task', 'restriction': {'ground': 'x', 'owner': 'x', "
		 "'review_by': '2026-12-01'}"),
		"levels[0].restriction: belongs to route restricted and to route none"},
	/* rules */
	{LEVELS("{'name': 'a', 'route': 'task'}, " STANDARD),
		"levels[0].when: missing; only the default"},
	{LEVELS("{'name': 'a', 'default': true, 'route': 'none', 'when': []}"),
		"levels[0].when: the default takes whom no rule catches"},
	{WHEN("{}"), "levels[0].when: is an object, not a list"},
	{WHEN("[]"), "levels[0].when: is an empty list"},
	{WHEN("[{'shielded': {'is': true}}, 'SO15']"),
		"levels[0].when[1]: is not an object of"},
	{WHEN("[{}]"), "levels[0].when[0]: has no condition"},
	{WHEN("[{'person.rnk': {'is': 'PC'}}]"),
		"levels[0].when[0].person.rnk: unknown field; did you mean rank?"},
	{WHEN("[{'record.nonsense': {'is': 'PC'}}]"),
		"levels[0].when[0].record.nonsense: unknown field"},
	{WHEN("[{'person.unit': {'equals': 'PC'}}]"),
		"levels[0].when[0].person.unit.equals: unknown test"},
	{WHEN("[{'person.unit': {'in': []}}]"),
		"levels[0].when[0].person.unit.in: is an empty list"},
	{WHEN("[{'person.unit': 'SO15'}]"),
		"levels[0].when[0].person.unit: is a bare value"},
	{WHEN("[{'person.unit': {'in': ['a', {}]}}]"),
		"levels[0].when[0].person.unit.in[1]: is an object, not text"},
	{WHEN("[{'person.unit': {'matches': '[a'}}]"),
		"levels[0].when[0].person.unit.matches: has a [ that is not closed"},
};

static void test_broken(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(broken) / sizeof(*broken); i++) {
		auto_text wanted = text_format("policy.json: %s", broken[i].fault);
		struct fault f = {0};
		auto_policy *p = NULL;

		if (!parse(broken[i].json, &p, &f))
			fail_msg("no fault: %s", broken[i].json);
		if (strncmp(f.text, wanted, strlen(wanted)))
			fail_msg("case %zu: \"%s\", wanted \"%s\"", i, f.text, wanted);
		assert_int_equal(f.kind, FAULT_CONFIG);
		assert_null(p);
	}
	assert_true(sizeof(broken) / sizeof(*broken) >= 60);
}

static void add_levels(struct text *json, int count, int rules)
{
	text_add_string(json, "{'levels': [");
	for (int i = 0; i < count; i++) {
		text_printf(json, "{'name': 'l%d', 'route': 'none', 'when': [", i);
		for (int k = 0; k < rules; k++)
			text_printf(json, "%s{'shielded': {'is': true}}", k ? "," : "");
		text_add_string(json, "]}, ");
	}
	text_add_string(json, STANDARD "]}");
}

static void test_limits(void **state)
{
	static const struct {
		int levels, rules;
		const char *fault;
	} table[] = {
		{63, 1, NULL},
		{64, 1, "policy.json: levels: has 65 items; the limit is 64"},
		{2, 500, NULL},
		{2, 501,
			"policy.json: levels[1].when: over 1000 rules in all, the limit"},
		{1, 1001,
			"policy.json: levels[0].when: has 1001 items; the limit is 1000"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		auto_text_buffer json = {0};
		struct fault f = {0};
		auto_policy *p = NULL;

		add_levels(&json, table[i].levels, table[i].rules);
		assert_int_equal(parse(json.bytes, &p, &f), table[i].fault ? -1 : 0);
		assert_string_equal(f.text, table[i].fault ? table[i].fault : "");
	}
}

static void test_load(void **state)
{
	static const char text[] = "{\"levels\": [{\"name\": \"a\", \"default\": true}]}";
	char path[] = "/tmp/test_policy.XXXXXX";
	int fd = mkstemp(path);
	struct fault f = {0};
	auto_policy *p = NULL;

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, sizeof(text) - 1), (ssize_t)sizeof(text) - 1);
	close(fd);
	assert_int_equal(policy_load(path, &p, &f), -1);
	assert_non_null(strstr(f.text, ": levels[0].route: missing"));
	unlink(path);
	assert_int_equal(policy_load(path, &p, &f), -1);
	assert_int_equal(f.kind, FAULT_CONFIG);
}

static void judge(const struct policy *p, const char *unit, const char *role,
	const char *rank, struct policy_verdict *v)
{
	auto_facts_row person = {0}, record = {0};
	auto_row x = {0}, y = {0};
	struct facts facts = {.person = &person};

	row_add(&x, "unit", unit);
	row_add(&x, "role", role);
	row_add(&y, "rank", rank);
	facts_row_read(&person, &p->book, FACTS_PERSON, x.packed.bytes, x.packed.length);
	facts_row_read(&record, &p->book, FACTS_RECORD, y.packed.bytes, y.packed.length);
	if (rank)
		facts.record = &record;
	policy_judge(p, &facts, v);
}

static void expect(const struct policy *p, const struct policy_verdict *v,
	uint64_t levels, size_t level, const char *why)
{
	auto_text_buffer words = {0};

	assert_int_equal(v->levels, levels);
	assert_int_equal(policy_level_of(p, v), level);
	policy_explain(p, v, policy_level_of(p, v), &words);
	assert_string_equal(words.bytes, why);
}

static void test_judge(void **state)
{
	struct policy_verdict v = {0}, w = {0}, none = {0}, record = {0};
	auto_facts_row row = {0};
	struct facts nobody = {.record = &row};
	struct fault f = {0};
	auto_policy *p = NULL;
	auto_row r = {0};

	(void)state;
	assert_int_equal(parse(whole, &p, &f), 0);
	judge(p, "Custody", NULL, "PC", &none);
	expect(p, &none, 0, 3, "no rule holds");

	/* Rule by rule of one level: unit alone, or role with a record that has a rank.
	 */
	judge(p, "ctc", "covert driver", NULL, &v);
	expect(p, &v, 2, 1, "person.unit matches one of SO15*, *terror*");
	judge(p, "ctc", "covert driver", "PC", &v);
	expect(p, &v, 3, 0, "person.role matches *covert* and record.rank is present");

	/* A second entry adds, and never takes away. */
	judge(p, "so10", NULL, NULL, &w);
	judge(p, "Custody", NULL, NULL, &w);
	judge(p, "CTC", NULL, NULL, &w);
	expect(p, &w, 3, 0, "person.unit is one of Special Projects, SO10");

	/* Nobody's record. */
	row_add(&r, "unit", "Counter-Terror Liaison");
	facts_row_read(&row, &p->book, FACTS_RECORD, r.packed.bytes, r.packed.length);
	policy_judge(p, &nobody, &record);
	expect(p, &record, 2, 1, "record.unit contains terror");
}

/* A level below the default: only who has no other reason to be told is not told. */
static void test_below_default(void **state)
{
	struct policy_verdict v = {0};
	auto_facts_row row = {0};
	struct facts facts = {.person = &row};
	struct fault f = {0};
	auto_policy *p = NULL;
	auto_row r = {0};

	(void)state;
	assert_int_equal(parse(whole, &p, &f), 0);
	row_add(&r, "status", "Left");
	facts_row_read(&row, &p->book, FACTS_PERSON, r.packed.bytes, r.packed.length);
	policy_judge(p, &facts, &v);
	expect(p, &v, 16, 4, "person.status is left");
	facts.shielded = true;
	policy_judge(p, &facts, &v);
	expect(p, &v, 17, 0, "shielded is true");
}

static void test_units(void **state)
{
	static const struct {
		const char *unit;
		bool known;
	} table[] = {
		{"Training", true},
		{" TRAINING", true},
		{"Beat 1", true},           /* an alias of a known unit */
		{"Special projects", true}, /* a list in a rule */
		{"CTC", true},              /* an alias that a pattern catches */
		{"Anti-Terror Desk", true},
		{"Beat 2", false},
		{"Special", false},
		{"", false},
		{"Trainin", false},
	};
	struct fault f = {0};
	auto_policy *p = NULL;

	(void)state;
	assert_int_equal(parse(whole, &p, &f), 0);
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
		if (policy_unit_known(p, table[i].unit) != table[i].known)
			fail_msg("%s", table[i].unit);
	policy_freep(&p);
	assert_int_equal(parse(WHEN("[{'person.unit': {'not_in': ['Payroll']}},"
				    " {'record.unit': {'is': 'Leak'}}]"),
				 &p, &f),
		0);
	assert_true(policy_unit_known(p, "payroll"));
	assert_false(policy_unit_known(p, "SO15"));
	assert_false(policy_unit_known(p, "Leak"));
}

static void test_fields(void **state)
{
	static const struct {
		enum facts_side side;
		const char *name;
		uint64_t levels;
	} table[] = {
		{FACTS_PERSON, "unit", 3},
		{FACTS_PERSON, "role", 1},
		{FACTS_PERSON, "Duty Type", 4},
		{FACTS_PERSON, "status", 16},
		{FACTS_RECORD, "rank", 1},
		{FACTS_RECORD, "unit", 2},
	};
	struct fault f = {0};
	auto_policy *p = NULL;

	(void)state;
	assert_int_equal(parse(whole, &p, &f), 0);
	assert_int_equal(p->book.fields[FACTS_PERSON].count, 4);
	assert_int_equal(p->book.fields[FACTS_RECORD].count, 2);
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		size_t number = facts_book_field(&p->book, table[i].side, table[i].name);

		assert_int_equal(
			policy_field_levels(p, table[i].side, number), table[i].levels);
	}
}

static void test_canonical(void **state)
{
	auto_text_buffer a = {0}, b = {0}, c = {0};
	struct fault f = {0};
	auto_policy *p = NULL, *q = NULL, *r = NULL;

	(void)state;
	assert_int_equal(
		parse("{'approvals': 2, 'levels': [{'name': 'é', 'default': true,"
		      " 'route': 'none', 'tell_at': 0.05}]}",
			&p, &f),
		0);
	assert_int_equal(
		parse("{'levels':[\n{'tell_at':0.05,'route':'none','default':true,"
		      "'name':'é'}],'approvals':2}",
			&q, &f),
		0);
	assert_int_equal(parse("{'levels':[{'tell_at':0.06,'route':'none','default':true,"
			       "'name':'é'}],'approvals':2}",
				 &r, &f),
		0);
	policy_canonical(p, &a);
	policy_canonical(q, &b);
	policy_canonical(r, &c);
	assert_string_equal(a.bytes, b.bytes);
	assert_string_not_equal(a.bytes, c.bytes);
}

/*
 * Policies by chance over units u0 ... u19, judged against a plain reading of the same
 * rules: every level whose list has the unit is kept, the first of them wins.
 */
#define UNITS 20
#define RANDOM_LEVELS 12

static void make_policy(
	struct text *json, bool listed[RANDOM_LEVELS][UNITS], unsigned int *seed)
{
	text_add_string(json, "{'levels': [");
	for (int i = 0; i < RANDOM_LEVELS; i++) {
		int first = rand_r(seed) % UNITS;

		listed[i][first] = true;
		text_printf(json, "{'name': 'l%d', 'route': 'none', 'when': [", i);
		text_printf(json, "{'person.unit': {'in': ['Ü%d'", first);
		for (int k = 0; k < UNITS; k++) {
			if (rand_r(seed) % 6)
				continue;
			listed[i][k] = true;
			text_printf(json,
				rand_r(seed) % 3 ? ", 'Ü%d '"
						 : "]}}, {'person.unit': {'in': ['ü%d'",
				k);
		}
		text_add_string(json, "]}}]}, ");
	}
	text_add_string(json, STANDARD "]}");
}

static void test_highest_wins(void **state)
{
	unsigned int seed = 2026;

	(void)state;
	for (int round = 0; round < 300; round++) {
		bool listed[RANDOM_LEVELS][UNITS] = {0};
		auto_text_buffer json = {0};
		struct fault f = {0};
		auto_policy *p = NULL;

		make_policy(&json, listed, &seed);
		if (parse(json.bytes, &p, &f))
			fail_msg("%s", f.text);
		for (int k = 0; k < UNITS; k++) {
			auto_text unit = text_format(k % 2 ? "Ü%d" : "  u\xcc\x88%d", k);
			struct policy_verdict v = {0};
			size_t highest = RANDOM_LEVELS;
			uint64_t levels = 0;

			for (size_t i = RANDOM_LEVELS; i-- > 0;) {
				if (!listed[i][k])
					continue;
				highest = i;
				levels |= UINT64_C(1) << i;
			}
			judge(p, unit, NULL, NULL, &v);
			assert_int_equal(v.levels, levels);
			assert_int_equal(policy_level_of(p, &v), highest);
		}
	}
}

/* Any byte turned: read or refused, never worse. */
static void test_damage(void **state)
{
	unsigned int seed = 5;
	int refused = 0;

	(void)state;
	for (int round = 0; round < 5000; round++) {
		auto_text copy = text_copy(whole);
		struct fault f = {0};
		auto_policy *p = NULL;

		copy[(size_t)rand_r(&seed) % (sizeof(whole) - 1)] =
			(char)(1 + rand_r(&seed) % 255);
		if (!parse(copy, &p, &f))
			continue;
		refused++;
		assert_int_equal(f.kind, FAULT_CONFIG);
		assert_int_equal(strncmp(f.text, "policy.json: ", 13), 0);
	}
	assert_true(refused > 2000 && refused < 5000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_broken),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_load),
		cmocka_unit_test(test_judge),
		cmocka_unit_test(test_below_default),
		cmocka_unit_test(test_units),
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_canonical),
		cmocka_unit_test(test_highest_wins),
		cmocka_unit_test(test_damage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
