/* SPDX-License-Identifier: MIT */
/*
 * telling: who was told what, and when; what a controller needs when somebody says years later that they were not. It is written
 * to be sealed at once (coffer.h), and to nowhere else: it is the list that must not get out.
 *
 * JSON Lines, the same for the same ledger. The first is about the incident:
 *
 *	{"telling":1, "ledger", "mode", "incident": incident.json, "policy": policy.json, "notes": note.h's log}
 *
 * then one for each release that was sent, {"release": DIGEST, "at", "manifest"}, and then one for each person who is affected or
 * was told, those at most risk first:
 *
 *	{"person": number on the list, "name", "level", "state", "data": [kinds], "mails": [...], "tasks": [...]}
 *
 *	mails    each hand-over: "at", "kind" (notice, cover, reminder, what-changed, correction, resend), "to", "code", "release",
 *	         "sha256" of the message, "verdict", "reply", and "came_back": [{"at", "says"}]
 *	tasks    "kind", "reason", "state" and their history (task.h)
 *
 * Whom a liaison shields stands under the liaison's reference, without number or name (whom.h).
 */
#ifndef MAILER_TELLING_H
#define MAILER_TELLING_H

#include <stdint.h>

#include "mailer/settings.h"
#include "recipients/fault.h"
#include "recipients/ledger.h"
#include "recipients/policy.h"

struct telling {
	int64_t people; /* on it */
	int64_t mails, tasks;
	int64_t last_at; /* when the last of them was told; when the controller became aware, if nobody was */
};

/* `take` gets each line with its LF. */
int telling_write(struct ledger *l, const struct settings *s, const struct policy *p,
	int (*take)(void *context, const char *line, size_t length, struct fault *f), void *context, struct telling *ret,
	struct fault *f);

#endif
