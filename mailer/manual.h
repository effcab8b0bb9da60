/* SPDX-License-Identifier: MIT */
/*
 * manual: the pages of man/, with what the table of verbs knows; and completion for bash, from the same table.
 *
 * `breachmail help TOPIC` shows a page as text; `help man` gives the source (scdoc) of breachmail(1), `help completion` the
 * script for bash: the build installs both, so that they cannot fall behind the program.
 */
#ifndef MAILER_MANUAL_H
#define MAILER_MANUAL_H

#include <stdbool.h>
#include <stdio.h>

#include "mailer/verb.h"

/* "incident", "policy", "templates", "ledger", "exit-codes", "man", "completion". */
bool manual_has(const char *topic);
void manual_show(FILE *out, const char *topic, const struct verb_option *global);

#endif
