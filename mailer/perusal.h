/* SPDX-License-Identifier: MIT */
/*
 * perusal: what somebody must have read before they sign. Of the letters of a release each text once (letters that differ in
 * no more than the reader's name and code are the same), the shortest, the longest, and five that nobody could foresee; and who
 * gets none, and why. Writes nothing.
 */
#ifndef MAILER_PERUSAL_H
#define MAILER_PERUSAL_H

#include <stdint.h>

#include <jansson.h>

#include "mailer/manifest.h"
#include "mailer/whom.h"
#include "recipients/fault.h"
#include "recipients/ledger.h"
#include "recipients/text.h"

#define PERUSAL_RANDOM 5
#define PERUSAL_TEXTS 500 /* different ones that are shown; more are counted */

enum perusal_why { PERUSAL_TEXT, PERUSAL_SHORTEST, PERUSAL_LONGEST, PERUSAL_ONE };

struct perusal_letter {
	enum perusal_why why;
	int64_t notice, person;
	size_t like; /* PERUSAL_TEXT: letters with this text */
	char *level;
};
struct perusal {
	struct perusal_letter *list;
	size_t count;
	size_t letters; /* all of them */
	size_t more;	/* texts that are not shown */
};
void perusal_done(struct perusal *r);
#define auto_perusal __attribute__((cleanup(perusal_done))) struct perusal

/* Chooses. Letters that cover for somebody are not shown: they are worded like the others of their level. */
int perusal_choose(struct ledger *l, const struct release_options *o, const struct manifest_of *m, struct perusal *ret,
	struct fault *f);
/* Subject and plain text, as the reader sees them, out of a message's bytes. */
void perusal_plain(const struct text *message, struct text *out);
const char *perusal_word(enum perusal_why why); /* "text", "shortest", "longest", "random" */

/* [{"person_id" or "reference", "level", "route", "reason"}] of who gets no letter of a compose set. */
int perusal_left_out(struct ledger *l, int64_t set, const struct whom *whom, json_t **ret, struct fault *f);

#endif
