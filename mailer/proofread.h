/* SPDX-License-Identifier: MIT */
/*
 * proofread: reads everything that this incident's letters would say before anybody lets them go.
 *
 * The rules are templates/lint.h's and lure.h's. Looked at are the texts of the incident's own folder, the values of
 * incident.json that stand in letters, and each way in which a letter can come out: each template of the policy, and what a
 * round would say to each level, certain and not, to an officer and to staff, with all kinds of data and with none. And what only the whole can show:
 *
 *	give-away	a word that tells one level (the policy's "give_away", and the units of its rules that are more than a
 *			common word) in a subject, sender or envelope address, or in another level's letter
 *	subject-differs	the letters of a policy have one subject: what differs from outside tells the level
 *	sender		From and Reply-To of two domains; a sender's name that holds an address
 *	look-alike	a sender's domain that could be taken for the officer's or an allowed one, or the other way round
 *
 * Findings name template and line, or incident.json and the path. Nobody's data is looked at: that is leakage.h's.
 */
#ifndef MAILER_PROOFREAD_H
#define MAILER_PROOFREAD_H

#include "mailer/settings.h"
#include "recipients/fault.h"
#include "recipients/policy.h"
#include "templates/leak.h"
#include "templates/lint.h"
#include "templates/texts.h"

#define PROOFREAD_READER "Ashgrove" /* the made-up reader's surname */

/* -1 only if something could not be read. A template that does not compile is a finding. `said` gets all that was read; NULL:
 * nobody asks. */
int proofread_run(const struct settings *s, const struct policy *p, struct texts *texts, struct lint_report *r,
	struct leak_texts *said, struct fault *f);

#endif
