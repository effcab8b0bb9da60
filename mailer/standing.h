/* SPDX-License-Identifier: MIT */
/*
 * standing: what a release allows to follow, without another signature: the policy's reminders, as they stand on the day of
 * the release, and once more the same mail to whoever asks for it. Its manifest says so in lines of its own, which are signed
 * with it:
 *
 *   standing follow-up counter-terrorism 1 after 24h proof acknowledged template follow-up/reminder
 *   standing most counter-terrorism 1 a person
 *   standing resend once a person, the same words to the same address
 *   standing words sha256:...
 *
 * The last is over the incident's words and all texts. What a manifest does not say in these very lines it does not allow: when
 * the policy, a text or the incident's words have changed since, follow-ups wait for a release of their own.
 */
#ifndef MAILER_STANDING_H
#define MAILER_STANDING_H

#include <stdbool.h>
#include <stddef.h>

#include "mailer/settings.h"
#include "recipients/fault.h"
#include "recipients/policy.h"
#include "recipients/text.h"

#define STANDING_LINE "standing "

/* Those lines, of a release that is made now; none where the policy asks for each (`follow_ups` "ask"). */
int standing_write(const struct settings *s, const struct policy *p, struct text *out, struct fault *f);

/* `now`: what standing_write says now. Does that manifest allow a level's follow-up (`step` from 1), or a resend? */
bool standing_allows(const char *manifest, const char *now, const struct policy_level *level, size_t step);
bool standing_allows_resend(const char *manifest, const char *now);

#endif
