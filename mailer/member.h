/* SPDX-License-Identifier: MIT */
/*
 * member: a made-up reader of each group of ranks, and on which levels such a reader could be.
 *
 * Of a made-up reader rank and employment are known and nothing else. A rule of the policy that speaks of other fields may
 * hold or not, so that often several levels could be theirs. Nobody on a list is looked at: the answer follows from the
 * policy, and tells nothing of anybody.
 */
#ifndef MAILER_MEMBER_H
#define MAILER_MEMBER_H

#include <stdint.h>

#include "recipients/policy.h"
#include "recipients/scope.h"
#include "recipients/text.h"

/* Bits by level. Of SCOPE_OTHER nothing is known: all. */
uint64_t member_levels(const struct policy *p, enum scope_group group);

/* Appends their row on a list: rank or title, "Sample", employment. */
void member_row(enum scope_group group, struct row *ret);

#endif
