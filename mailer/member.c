/* SPDX-License-Identifier: MIT */
/*
 * Readers who do not exist. What they would read is advice.c's.
 *
 * What can go wrong: a list writes employment in a way that is not among the spellings,
 * and the policy asks for just that. Then a text may be missing in a scope; the manual
 * says how employment is best written.
 */
#include "mailer/member.h"

/* By what a reader is known, and the ways in which lists write it. */
static const char *const known[] = {"rank", "employment", NULL};
#define SPELLINGS 2
static const char *const officer[SPELLINGS] = {"officer", "police officer"};
static const char *const staff[SPELLINGS] = {"staff", "police staff"};
static const struct reader {
	const char *rank[SPELLINGS];
	const char *const *employment;
} readers[SCOPE_GROUPS] = {
	[SCOPE_CONSTABLE] = {{"Constable", "PC"}, officer},
	[SCOPE_SERGEANT] = {{"Sergeant", "PS"}, officer},
	[SCOPE_INSPECTOR] = {{"Inspector", "Insp"}, officer},
	[SCOPE_CHIEF_INSPECTOR] = {{"Chief Inspector", "Ch Insp"}, officer},
	[SCOPE_SUPERINTENDENT] = {{"Superintendent", "Supt"}, officer},
	[SCOPE_CHIEF_SUPERINTENDENT] = {{"Chief Superintendent", "Ch Supt"}, officer},
	[SCOPE_CHIEF_OFFICER] = {{"Assistant Chief Constable", "Commander"}, officer},
	[SCOPE_PCSO] = {{"PCSO", "Police Community Support Officer"}, staff},
	[SCOPE_STAFF] = {{NULL, NULL}, staff},
	[SCOPE_OTHER] = {{NULL, NULL}, NULL},
};

static void read_row(struct facts_row *row, const struct policy *p, enum facts_side side,
	const struct reader *r, size_t spelling)
{
	auto_row plain = {0};

	if (r->rank[spelling])
		row_add(&plain, "rank", r->rank[spelling]);
	row_add(&plain, "employment", r->employment[spelling]);
	facts_row_read(row, &p->book, side, plain.packed.bytes, plain.packed.length);
}

/* Does a rule of the level hold whatever else is so; with `may`: may one hold? */
static bool level_holds(
	const struct policy_level *level, const struct facts *facts, bool may)
{
	for (size_t i = 0; i < level->rules_count; i++)
		if (rule_holds_among(level->rules[i], facts, known, may))
			return true;
	return false;
}

/*
 * Highest first, down to the level that is theirs in any case: `*ret_sure`, or the
 * default where there is none.
 */
static uint64_t levels_spelt(const struct policy *p, const struct reader *r,
	size_t spelling, uint64_t *ret_sure)
{
	auto_facts_row person = {0}, record = {0};
	const struct facts facts = {.person = &person, .record = &record};
	uint64_t levels = 0;

	read_row(&person, p, FACTS_PERSON, r, spelling);
	read_row(&record, p, FACTS_RECORD, r, spelling);
	*ret_sure = 0;
	for (size_t i = 0; i < p->levels_count && !*ret_sure; i++) {
		levels |= (uint64_t)level_holds(&p->levels[i], &facts, true) << i;
		*ret_sure = (uint64_t)level_holds(&p->levels[i], &facts, false) << i;
	}
	return *ret_sure ? levels : levels | UINT64_C(1) << p->default_level;
}

/* The first spelling is the usual one. Of another only what is sure counts: that it falls
 * through to the default says no more than that lists do not write like this. */
uint64_t member_levels(const struct policy *p, enum scope_group group)
{
	uint64_t levels, sure;

	if (!readers[group].employment)
		return UINT64_MAX;
	levels = levels_spelt(p, &readers[group], 0, &sure);
	for (size_t i = 1; i < SPELLINGS; i++) {
		(void)levels_spelt(p, &readers[group], i, &sure);
		levels |= sure;
	}
	return levels;
}

void member_row(enum scope_group group, struct row *ret)
{
	const struct reader *r = &readers[group];

	if (r->rank[0] && r->employment == officer)
		row_add(ret, "rank", r->rank[0]);
	else
		row_add(ret, "title", "Ms");
	row_add(ret, "surname", "Sample");
	if (r->employment)
		row_add(ret, "employment", r->employment[0]);
}
