/* SPDX-License-Identifier: MIT */
/*
 * federation: what a body that stands up for some ranks may see of an incident, so that it can hold the force to account and
 * look after its members without a list of targets. The report, and the page for its representatives, show the same.
 *
 * WHAT IS IN IT. The incident as its letters tell it, and its clock; the texts that its members get, with a made-up reader,
 * their digests and in what sense they are proved to be what was sent (advice.h); how many of the scope are concerned, and
 * were told, delivered, acknowledged, came back, reminded, now and over time, in counts that give no few away (coarse.h).
 *
 * WHAT IS NOT, EVER. Names, addresses, units, codes; levels, and how many read which text; notes and tasks; figures from
 * which one of these follows. People whose level says `"review": "withheld"` (or stands in the policy no more) and whom a
 * liaison shields are in no count: the other counts are made without them, so that there is no total from which they could
 * be taken. Releases that hold fewer than five letters of others are not named.
 *
 * WHO IS COUNTED: roll.h. Each group of ranks is one cell of coarse.h. Over time: how many by then, as far as is known now; steps
 * are an hour, six hours, a day or a week.
 *
 * COST. federation_open reads ranks and texts once; what changes is read by federation_refresh in one pass over the newest
 * set, some 0.2 s for 47,000 people, whatever the number of scopes. Reads only.
 */
#ifndef MAILER_FEDERATION_H
#define MAILER_FEDERATION_H

#include <jansson.h>

#include "mailer/settings.h"
#include "recipients/fault.h"
#include "recipients/ledger.h"
#include "recipients/policy.h"
#include "recipients/scope.h"
#include "templates/texts.h"

struct federation;
/* All arguments must live as long. FAULT_CONFIG: a template is broken. */
int federation_open(struct ledger *l, const struct settings *s, const struct policy *p, struct texts *texts,
	struct federation **ret, struct fault *f);
void federation_close(struct federation *d); /* NULL is fine */
void federation_closep(struct federation **d);
#define auto_federation __attribute__((cleanup(federation_closep))) struct federation

/* Counts anew; also needed before the first look. */
int federation_refresh(struct federation *d, struct fault *f);

/*
 * What a scope (scope_parse) sees, as of the last refresh. The caller's.
 *
 *	mode, stage		"draft" (nothing is released: for comment) or "record"
 *	written_at
 *	incident		{id, title, kind, regime, nature, occurred, exposed, not_exposed, consequences, measures, help,
 *				 verify, next_update, controller}: as in incident.json, null where it says nothing
 *	clock			{aware_at, hours, of, regulator_told_at or null}
 *	scope			{words, groups: [..]}
 *	texts			[{label, kind, certain, variant, subject, text, html, blocks, sha256, html_sha256, proof}]; proof is
 *				"draft", "same", "other" or "unchecked"
 *	proof			{texts_sha256, releases: [{digest, at, signed, texts_sha256, same}], words: [..]}
 *	figures			{base, together, hidden, now: {at, people, told, ...}, step, over_time: [{at, people, told,
 *				...}], words: [..]}: a count is null where it is fewer than five, and `hidden` says so in
 *				words; `together`: too few in all, so that counts are of all ranks and over_time is empty
 */
int federation_view(struct federation *d, unsigned scope, json_t **ret, struct fault *f);

/* All three at once, for a report. */
int federation_gather(struct ledger *l, const struct settings *s, const struct policy *p, struct texts *texts,
	unsigned scope, json_t **ret, struct fault *f);

/* "people", "told" ...: the counts in their order; "Told"; and what each means. NULL behind the last. */
const char *federation_measure(size_t i);
const char *federation_measure_title(size_t i);
const char *federation_measure_words(size_t i);

#endif
