/* SPDX-License-Identifier: MIT */
/*
 * scope: the ranks that a body stands up for, as a set of groups of ranks.
 *
 * The groups are a partition that is the same for everyone: each person is in one of them, and a scope is a union of some.
 * Whoever counts by scope counts by group, so that two scopes never differ by less than a group.
 *
 * A detective, a special and an acting rank stand where their rank stands. A chief officer is everyone above chief
 * superintendent. Who stands for whom: Police Act 1996 s. 59 (the Federation: constable to chief inspector); the
 * Superintendents' Associations (superintendent and chief superintendent); the Chief Police Officers' Staff Association;
 * staff unions (staff, and community support officers).
 */
#ifndef RECIPIENTS_SCOPE_H
#define RECIPIENTS_SCOPE_H

#include "recipients/fault.h"
#include "recipients/text.h"

enum scope_group {
	SCOPE_CONSTABLE,
	SCOPE_SERGEANT,
	SCOPE_INSPECTOR,
	SCOPE_CHIEF_INSPECTOR,
	SCOPE_SUPERINTENDENT,
	SCOPE_CHIEF_SUPERINTENDENT,
	SCOPE_CHIEF_OFFICER,
	SCOPE_PCSO,
	SCOPE_STAFF,
	SCOPE_OTHER, /* neither rank nor employment say it; only in the scope "everyone" */
	SCOPE_GROUPS
};

#define SCOPE_EVERYONE ((1u << SCOPE_GROUPS) - 1)

/*
 * "constable to chief inspector"; "superintendents"; "sergeant, inspector and staff"; "federation"; "everyone". Any form of a
 * rank that rank.h reads; the plural "superintendents" is both ranks of superintendent, "staff" has the community support
 * officers with it. `*ret`: bits by group. FAULT_USAGE: something in it is no rank, is two, or is a grade of staff, which are
 * not told apart.
 */
int scope_parse(const char *words, unsigned *ret, struct fault *f);

/* The group of somebody by what a list says of them; either may be NULL. Employment "staff" outweighs a rank. */
enum scope_group scope_group_of(const char *rank, const char *employment);

/* "Constable"; "Police staff". */
const char *scope_group_name(enum scope_group group);
/* Appends "Constable to Chief Inspector, Police staff". */
void scope_write(unsigned scope, struct text *out);

#endif
