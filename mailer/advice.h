/* SPDX-License-Identifier: MIT */
/*
 * advice: the texts that a member gets, as a body that stands up for some ranks may read them: with a made-up reader, their
 * digests, and a look whether they are what was sent. Writes nothing.
 *
 * WHICH TEXTS. Of levels whose policy says `"review": "full"` and that are told by mail: the notice, its reminders, and what
 * tells of a change, where incident.json says that something has changed. Which of them belong to a scope follows from the
 * policy alone: a level belongs unless a reader with such a rank and employment, of whom nothing else is known, cannot be on it
 * (member.h). People are not looked at, so that a text that is there, or is not, tells nothing of anybody. A text is called
 * "Text A", "Text B" ... in the order of the templates' names over all scopes: the same text has the same letter for everyone,
 * and the letter says nothing of a level.
 *
 * AS A MEMBER SEES IT. The reader is "Constable Sample" (or whatever rank comes first in the scope), all kinds of data that
 * the incident names are theirs, and their code is 22222-22222. A text that reads differently for staff, for whoever only may be
 * in the leak, or in another language comes once for each.
 *
 * THE PROOF. Digests are SHA-256 of the plain text and of the HTML, as they stand here. The manifest of a release names one
 * digest of all texts (told.h), and signatures are under the manifest: if it is the digest of the texts of today, then what
 * is shown was made of what was signed. Beyond that, letters of each text are drawn from those that were released, made anew
 * of the same facts, and held against the bytes in the ledger. That shows what became of the text, and no more: which member
 * got which is not said, and where fewer than ADVICE_DRAWN letters of a text were released nothing is said at all.
 */
#ifndef MAILER_ADVICE_H
#define MAILER_ADVICE_H

#include <jansson.h>

#include "mailer/settings.h"
#include "recipients/fault.h"
#include "recipients/ledger.h"
#include "recipients/policy.h"
#include "recipients/text.h"
#include "templates/texts.h"

#define ADVICE_DRAWN 5

/*
 * [{"label", "kind": "notice", "reminder" or "update", "certain", "variant", "subject", "text", "html", "blocks", "sha256", "html_sha256",
 * "template"}]: `blocks` is the HTML without its page, `template` its name, which is not to be shown. Of all scopes (bits,
 * scope.h) that `scope` holds. FAULT_CONFIG: a template is missing or broken.
 */
int advice_gather(const struct settings *s, const struct policy *p, struct texts *texts, unsigned scope, json_t **ret,
	struct fault *f);

/* "sha256" hex of all texts, as a manifest names it. */
int advice_digest(const struct policy *p, struct texts *texts, char ret[65], struct fault *f);

/*
 * {TEMPLATE: "same", "other" or "unchecked"} of the first notices. Slow for a screen (a tenth of a second): ask once a
 * release.
 */
int advice_prove(struct ledger *l, const struct settings *s, const struct policy *p, struct texts *texts, json_t **ret,
	struct fault *f);

#endif
