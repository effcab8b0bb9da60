/* SPDX-License-Identifier: MIT */
/*
 * asker: who is meant by a line that somebody wrote to the federation or the help line: a name, numbers, mail addresses, a
 * reference code, in any order, with anything between them.
 *
 * What says something must say the same: a number of one person and the name of another is nobody, and for a human to look at.
 * A name alone is enough if exactly one on the list is called so.
 */
#ifndef MAILER_ASKER_H
#define MAILER_ASKER_H

#include <stddef.h>

#include "mailer/settings.h"
#include "mailer/wire/address.h"
#include "recipients/fault.h"
#include "recipients/ledger.h"
#include "recipients/roster.h"

#define ASKER_LINE 1000 /* bytes; a longer one is unclear */

enum asker_who {
	ASKER_ONE,
	ASKER_NOBODY,
	ASKER_UNCLEAR /* several, or what it says does not agree */
};
struct asker_answer {
	enum asker_who who;
	size_t person;		      /* of the roster */
	char address[ADDRESS_MAX + 1]; /* one that is not on file for them; "" none */
};

struct askers;
/* All are kept, not copied. */
struct askers *askers_new(struct ledger *l, const struct settings *s, const struct roster *people);
void askers_free(struct askers *a);

int askers_find(struct askers *a, const char *line, struct asker_answer *ret, struct fault *f);

#endif
