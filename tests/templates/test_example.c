/* SPDX-License-Identifier: MIT */
/*
 * The policies of the examples: that each loads and names templates that are there; and
 * of `supplier`, that it puts people of the made-up force on the level where they belong.
 * Run with the project's folder as argument (or in it).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "recipients/policy.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static struct policy *policy;

static int setup(void **state)
{
	struct fault f = {0};

	(void)state;
	if (policy_load("templates/example/supplier/policy.json", &policy, &f) < 0)
		fail_msg("%s", f.text);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	policy_freep(&policy);
	return 0;
}

/* Pairs of field and value, ended by NULL. */
static void row_read(struct facts_row *r, enum facts_side side, const char *const *fields)
{
	auto_row row = {0};

	for (; *fields; fields += 2)
		row_add(&row, fields[0], fields[1]);
	facts_row_read(r, &policy->book, side, row.packed.bytes, row.packed.length);
}

static const char *level_of(
	const char *const *person, const char *const *record, bool shielded)
{
	auto_facts_row p = {0}, r = {0};
	struct facts facts = {.shielded = shielded};
	struct policy_verdict verdict = {0};

	if (person) {
		row_read(&p, FACTS_PERSON, person);
		facts.person = &p;
	}
	if (record) {
		row_read(&r, FACTS_RECORD, record);
		facts.record = &r;
	}
	policy_judge(policy, &facts, &verdict);
	return policy->levels[policy_level_of(policy, &verdict)].name;
}

static const struct {
	const char *level;
	const char *person[11];
} people[] = {
	{"undercover",
		{"unit", "Undercover and Covert Operations", "employment", "officer"}},
	{"undercover", {"unit", "undercover  and covert OPERATIONS"}},
	{"undercover", {"unit", "Surveillance", "vetting", "DV"}},
	{"undercover", {"unit", "Covert Support Team"}},
	{"undercover", {"unit", "Central East BCU", "role", "Undercover Officer"}},
	{"undercover", {"unit", "Human Resources", "role", "HR Adviser", "flags",
			       "ex-undercover"}},
	{"undercover",
		{"unit", "SO15 Counter Terrorism Command", "role", "Undercover Officer"}},
	{"witness-protection-and-sources", {"unit", "Source Handling", "vetting", "DV"}},
	{"witness-protection-and-sources", {"unit", "Witness Protection"}},
	{"witness-protection-and-sources",
		{"unit", "Anti-Corruption", "role", "Investigator"}},
	{"witness-protection-and-sources",
		{"unit", "Major Crime", "role", "Source Handler"}},
	{"witness-protection-and-sources", {"unit", "Directorate CHIS"}},
	{"witness-protection-and-sources", {"unit", "Finance", "flags", "source;leave"}},
	{"counter-terrorism",
		{"unit", "SO15 Counter Terrorism Command", "vetting", "SC"}},
	{"counter-terrorism", {"unit", "SO15"}},
	{"counter-terrorism", {"unit", "ctc", "employment", "staff"}},
	{"counter-terrorism", {"unit", "North Counter-Terrorism Unit"}},
	{"counter-terrorism",
		{"unit", "Intelligence Bureau", "role", "Special Branch Liaison"}},
	{"protection", {"unit", "Royalty and Specialist Protection", "role",
			       "Firearms Trainer"}},
	{"protection",
		{"unit", "Parliamentary and Diplomatic Protection", "vetting", "SC"}},
	{"protection", {"unit", "PaDP"}},
	{"protection", {"unit", "SO14"}},
	{"protection", {"unit", "Special Escort Group"}},
	{"protection", {"unit", "Finance", "vetting", "MV, DV"}},
	{"protection", {"unit", "Finance", "vetting", "dv"}},
	{"protection", {"unit", "Finance", "vetting", "RV/eSC"}},
	{"firearms", {"unit", "Specialist Firearms Command MO19", "vetting", "CTC"}},
	{"firearms", {"unit", "SCO19", "role", "Administrator"}},
	{"firearms", {"unit", "West Area BCU", "role", "Armed Response Officer"}},
	{"firearms", {"unit", "Training and Learning", "role", "Firearms Trainer"}},
	{"officer", {"unit", "Custody", "rank", "Detective Constable", "vetting", "SC"}},
	{"officer", {"unit", "Response Policing", "employment", "officer"}},
	{"officer", {"unit", "Public Order", "rank", "T/Inspector"}},
	{"officer", {"unit", "Licensing", "rank", "PC", "role", "Licensing Officer"}},
	{"officer", {"unit", "Dog Support", "rank", "Special Sergeant"}},
	{"staff", {"unit", "Finance", "employment", "staff", "rank", "Band D", "vetting",
			  "NPPV 3"}},
	{"staff", {"unit", "Custody", "employment", "pcso", "rank",
			  "Police Community Support Officer"}},
	{"staff", {"unit", "Legal Services", "role", "Data Protection Officer"}},
	{"staff", {"unit", "Child Protection Team", "role", "Child Protection Officer"}},
	{"staff", {"unit", "Chiswick Front Office", "role", "Resource Handler"}},
	{"staff", {"unit", "Criminal Justice", "role", "Witness Care Officer", "vetting",
			  "CTC"}},
	{"staff", {"unit", "Royal Greenwich Town Hall", "role", "Alarm Engineer"}},
	{"staff", {"vetting", "ADV"}},
	{"staff", {NULL}},
};

static void test_people(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(people); i++)
		if (strcmp(level_of(people[i].person, NULL, false), people[i].level) != 0)
			fail_msg("case %zu: %s, not %s", i,
				level_of(people[i].person, NULL, false), people[i].level);
}

static void test_shielded(void **state)
{
	static const char *const person[] = {"unit", "Finance", NULL};

	(void)state;
	assert_string_equal(level_of(person, NULL, true), "undercover");
}

/* A leaked row that nobody on the list fits still has a level. */
static void test_unmatched(void **state)
{
	static const struct {
		const char *level;
		const char *record[5];
	} records[] = {
		{"protection", {"vetting", "DV", "rank", "Constable"}},
		{"officer", {"vetting", "RV", "rank", "A/Sgt"}},
		{"officer", {"rank", "Detective Chief Inspector"}},
		{"staff", {"rank", "Band C", "vetting", "CTC"}},
	};
	static const char *const person[] = {
		"unit", "Finance", "employment", "staff", NULL};

	(void)state;
	for (size_t i = 0; i < COUNT(records); i++)
		assert_string_equal(
			level_of(NULL, records[i].record, false), records[i].level);
	/* and what leaked raises the person, too */
	assert_string_equal(level_of(person, records[0].record, false), "protection");
}

static void test_units(void **state)
{
	static const char *const known[] = {"Central East BCU", "custody",
		"Human Resources", "Strategy and Governance", "Management Board",
		"Surveillance", "RaSP", "Witness Protection", "Anti-Corruption"};

	(void)state;
	for (size_t i = 0; i < COUNT(known); i++)
		if (!policy_unit_known(policy, known[i]))
			fail_msg("unit %zu is not known", i);
	assert_false(policy_unit_known(policy, "Special Projects"));
	assert_false(policy_unit_known(policy, "BCU"));
}

/* scripts/make-people.lists has lines such as "Custody|CU|3.0|operations|...": name,
 * code, share, kind. */
static void unit_check(const char *name, const char *kind)
{
	static const char *const special[] = {
		"terror", "protection", "firearms", "covert"};
	const char *const person[] = {"unit", name, "employment", "staff", NULL};
	bool ordinary = true;

	for (size_t i = 0; i < COUNT(special); i++)
		if (!strcmp(kind, special[i]))
			ordinary = false;
	if (!policy_unit_known(policy, name))
		fail_msg("%s is not known", name);
	if (!strcmp(level_of(person, NULL, false), "staff") != ordinary)
		fail_msg("%s is on the wrong level", name);
}

static void test_made_up_force(void **state)
{
	char line[1024], name[100], kind[100];
	FILE *file = fopen("scripts/make-people.lists", "r");
	size_t units = 0;

	(void)state;
	assert_non_null(file);
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "%99[^|\n]|%*2[A-Z]|%*[0-9.]|%99[a-z]|", name, kind) ==
			2) {
			unit_check(name, kind);
			units++;
		}
	(void)fclose(file);
	assert_true(units >= 20);
}

static void template_check(const char *name)
{
	auto_text path = text_format("templates/%s.txt", name);

	if (access(path, R_OK))
		fail_msg("%s is not there", path);
}

/* Where telling the wrong person harms, nobody is told before a human was asked. */
static const struct {
	const char *name, *default_level;
	double tell_at;
} examples[] = {
	{"supplier", "staff", 0.05},
	{"foi-release", "staff", 0.05},
	{"publication", "staff", 0.05},
	{"lost-notebook", "staff", 1},
	{"crime-data", "person", 1},
	{"lost-footage", "person", 1},
};

static void example_check(size_t n)
{
	auto_text path =
		text_format("templates/example/%s/policy.json", examples[n].name);
	auto_policy *p = NULL;
	struct fault f = {0};

	if (policy_load(path, &p, &f))
		fail_msg("%s", f.text);
	assert_int_equal(p->approvals, 2);
	assert_string_equal(p->levels[p->default_level].name, examples[n].default_level);
	for (size_t i = 0; i < p->levels_count; i++) {
		const struct policy_level *level = &p->levels[i];

		if (level->tell_at < examples[n].tell_at ||
			level->tell_at > examples[n].tell_at)
			fail_msg("%s: %s: tell_at", path, level->name);
		if (level->template)
			template_check(level->template);
		for (size_t j = 0; j < level->follow_ups_count; j++)
			template_check(level->follow_ups[j].template);
		/* who must be seen to have it has somebody who sees to it */
		if (level->proof != POLICY_ACCEPTED && !level->escalate.to)
			fail_msg("%s: %s: no escalation", path, level->name);
	}
}

static void test_examples(void **state)
{
	(void)state;
	for (size_t n = 0; n < COUNT(examples); n++)
		example_check(n);
}

static void test_levels(void **state)
{
	(void)state;
	assert_int_equal(policy->approvals, 2);
	assert_string_equal(policy->levels[policy->default_level].name, "staff");
	assert_int_equal(policy->default_level, policy->levels_count - 1);
	for (size_t i = 0; i < policy->levels_count; i++) {
		const struct policy_level *level = &policy->levels[i];

		assert_int_equal(level->route, i < 2 ? POLICY_TASK : POLICY_MAIL);
		assert_true(level->tell_at > 0.049 && level->tell_at < 0.051);
		assert_false(level->cover);
		if (level->template)
			template_check(level->template);
		for (size_t j = 0; j < level->follow_ups_count; j++)
			template_check(level->follow_ups[j].template);
		/* who must be seen to have it has somebody who sees to it */
		if (level->proof != POLICY_ACCEPTED)
			assert_non_null(level->escalate.to);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_people),
		cmocka_unit_test(test_shielded),
		cmocka_unit_test(test_unmatched),
		cmocka_unit_test(test_units),
		cmocka_unit_test(test_made_up_force),
		cmocka_unit_test(test_levels),
		cmocka_unit_test(test_examples),
	};

	if (argc > 1 && chdir(argv[1])) {
		perror(argv[1]);
		return 1;
	}
	return cmocka_run_group_tests(tests, setup, teardown);
}
