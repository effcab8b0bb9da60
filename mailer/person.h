/* SPDX-License-Identifier: MIT */
/*
 * person: everything that is known about one person, for whoever answers the telephone. Shows; never the source of a fact.
 *
 * This holds names, addresses and what humans noted: it is for the one who asked, and for nobody's log.
 */
#ifndef MAILER_PERSON_H
#define MAILER_PERSON_H

#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "mailer/settings.h"
#include "recipients/fault.h"
#include "recipients/ledger.h"
#include "recipients/roster.h"

/*
 * {"person_id", "fields" {..}, "lists", "probability", "records" [{"row", "outcome", "reason", "probability"}], "level",
 * "route", "reason", "certain", "presumed", "cover", "shielded", "rules" [..], "kinds" [..], "findability", "state", "held", "notices" [{"code", "address",
 * "level", "composed_at", "release", "barred", "attempts" [{"number", "at", "verdict", "code", "reply"}]}], "facts" [..],
 * "letters" [as inbox_list], "tasks" [{.., "history" [..]}], "decisions" [{"at", "what", "by", "reason"}]}; in the settings' mode. What is not known is
 * null.
 */
int person_gather(struct ledger *l, const struct settings *s, const struct roster *people, size_t person, json_t **ret,
	struct fault *f);

/* The person to whom this was written, by a reference code as typed: SIZE_MAX if it is none of ours. */
int person_by_code(struct ledger *l, const struct settings *s, const struct roster *people, const char *typed,
	size_t *ret, struct fault *f);

#endif
