/* SPDX-License-Identifier: MIT */
/*
 * remains: which files of the incident's folder still speak of people. Exports, previews, lists and letters that somebody put
 * there are known by no ledger, so they are looked through: for the names (forename and surname side by side), addresses,
 * telephone and other numbers of everyone on the lists and in the leak, and for reference codes.
 *
 * What stands in incident.json (the data protection officer, the relay's addresses) has been said to everyone in each letter: it
 * counts nowhere. What cannot be read as text (zip and so xlsx, PDF, UTF-16) is not looked into, and told as such.
 *
 * A name of one word, a nickname, a photograph are not found: it finds what was exported, not what somebody wrote in other words.
 */
#ifndef MAILER_REMAINS_H
#define MAILER_REMAINS_H

#include <jansson.h>

#include "recipients/fault.h"
#include "recipients/ledger.h"

/*
 * [{"file": path below DIR, "why": "people"|"closed"}], those with people or that cannot be looked into; `*ret_left`: how many others
 * there are. `known` (paths below DIR, NULL at the end; of a folder: all in it) are passed by. FAULT_INPUT: too many files, too
 * deep, or unreadable.
 */
int remains_find(struct ledger *l, const char *dir, const char *const *known, json_t **ret, size_t *ret_left,
	struct fault *f);

#endif
