/* SPDX-License-Identifier: MIT */
/*
 * help: what --help and `breachmail help` print, within 80 columns: the verbs that one night needs first, then the rest.
 */
#ifndef MAILER_HELP_H
#define MAILER_HELP_H

#include <stdio.h>

#include "mailer/verb.h"

/* All verbs and the global options (which end with a name of NULL). */
void help_overview(FILE *out, const struct verb_option *global);
void help_verb(FILE *out, const struct verb *v);
void help_exit_codes(FILE *out);

struct help_code {
	const char *code, *meaning;
};
extern const struct help_code help_codes[]; /* ends with a code of NULL */

#endif
