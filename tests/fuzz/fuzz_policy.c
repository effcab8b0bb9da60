/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as a policy. What is let through must keep what policy.h promises, and judge,
 * explain and name units without harm; what is refused must say where.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "recipients/policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void check_that(bool holds)
{
	if (!holds)
		abort();
}

static void check_levels(const struct policy *p)
{
	check_that(p->levels_count > 0 && p->levels_count <= POLICY_MAX_LEVELS);
	for (size_t i = 0; i < p->levels_count; i++) {
		const struct policy_level *level = &p->levels[i];

		check_that(level->is_default == (i == p->default_level));
		check_that(level->is_default == !level->rules_count);
		check_that(level->route != POLICY_MAIL || level->template);
		check_that((level->route == POLICY_RESTRICTED) ==
			   !!level->restriction.ground);
		check_that(level->tell_at >= 0 && level->tell_at <= 1);
		check_that(policy_level_named(p, level->name) == level);
	}
}

/* A row in which every field of the rules has something, the policy's own bytes among it.
 */
static void fill(const struct policy *p, enum facts_side side, const char *value,
	struct facts_row *ret)
{
	const struct facts_fields *fields = &p->book.fields[side];
	auto_row row = {0};

	for (size_t i = 0; i < fields->count; i++)
		row_add(&row, fields->names[i], i % 3 ? value : "SO15 ÉLITE");
	facts_row_read(ret, &p->book, side, row.packed.bytes, row.packed.length);
}

static void judge(const struct policy *p, const char *value)
{
	static const char *const kinds[] = {"address", "photo"};
	auto_facts_row person = {0}, record = {0};
	struct facts facts = {.exposed = kinds, .exposed_count = 2, .findability = 2};
	struct policy_verdict v = {0};
	uint64_t before;

	policy_judge(p, &facts, &v);
	fill(p, FACTS_PERSON, value, &person);
	fill(p, FACTS_RECORD, value, &record);
	facts.person = &person;
	facts.record = &record;
	before = v.levels;
	policy_judge(p, &facts, &v);
	check_that((before & ~v.levels) == 0);
	check_that(!(v.levels >> p->default_level & 1));
	check_that(policy_level_of(p, &v) < p->levels_count);
	for (size_t i = 0; i < p->levels_count; i++) {
		auto_text_buffer words = {0};

		policy_explain(p, &v, i, &words);
		check_that(words.length > 0);
	}
	(void)policy_unit_known(p, value);
}

/* Reading one's own canonical form gives the same policy. */
static void check_canonical(const struct policy *p)
{
	auto_text_buffer once = {0}, twice = {0};
	auto_policy *again = NULL;
	struct fault f = {0};

	policy_canonical(p, &once);
	if (once.length > CONFIG_MAX_BYTES)
		return;
	check_that(!policy_parse("again", once.bytes, once.length, &again, &f));
	policy_canonical(again, &twice);
	check_that(once.length == twice.length &&
		   !memcmp(once.bytes, twice.bytes, once.length));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	auto_text_buffer value = {0};
	auto_policy *p = NULL;
	struct fault f = {0};

	if (policy_parse("policy.json", (const char *)bytes, length, &p, &f)) {
		check_that(f.kind == FAULT_CONFIG);
		check_that(!strncmp(f.text, "policy.json: ", 13) && f.text[13]);
		return 0;
	}
	text_add(&value, bytes, length < 300 ? length : 300);
	check_levels(p);
	judge(p, text_string(&value));
	check_canonical(p);
	return 0;
}
