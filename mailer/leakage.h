/* SPDX-License-Identifier: MIT */
/*
 * leakage: reads all letters of an incident as proofread does, and then asks of each value of the leak and of the staff
 * list whether it stands in one of them. No message repeats what leaked, whoever's it is.
 *
 * What is the reader's alone in a message is the greeting (rank or title and name, notice.h sees to it that it is nothing
 * else) and the reference code; all other words are the texts', the same for many, so that each value is looked for once.
 *
 *	numbers (pay, warrant, collar ...), mail addresses, telephones,		wherever they stand, but for the contacts
 *	days of birth, postcodes, addresses, whole names			that incident.json gives, and shipped texts
 *	units, places, roles, and columns of no known meaning: two words or	where neither incident.json nor a shipped text
 *	more, a word with digits; a unit or place of one word by its capital	says them too
 *
 * Words that are of many say nothing of one: ranks, vetting and the like are left out, and so is what LEAKAGE_MANY rows
 * share and is no unit and no place. Numbers of three or four digits count behind a word such as "collar" or "PC".
 */
#ifndef MAILER_LEAKAGE_H
#define MAILER_LEAKAGE_H

#include "mailer/settings.h"
#include "recipients/fault.h"
#include "recipients/ledger.h"
#include "recipients/policy.h"
#include "templates/lint.h"
#include "templates/texts.h"

#define LEAKAGE_MANY 5

/* proofread_run, and then the rows: findings of the rule "leak" name the text, its line and the field, never the value. */
int leakage_run(struct ledger *l, const struct settings *s, const struct policy *p, struct texts *texts, struct lint_report *r,
	struct fault *f);

#endif
