/* SPDX-License-Identifier: MIT */
/*
 * errand: runs a command of this very program, as a person would type it, in a child of its own. What it says is passed on,
 * but for its last line, "Next: ...".
 *
 * Ctrl-C reaches the child as well, which stops as it always does; its end is waited for.
 */
#ifndef MAILER_ERRAND_H
#define MAILER_ERRAND_H

#include <stdbool.h>
#include <stdio.h>

#include <jansson.h>

#include "recipients/fault.h"
#include "recipients/text.h"

struct errand {
	FILE *out;		  /* NULL: what it prints is for nobody */
	const char *const *hidden; /* options that are passed on and not shown ("--key-file", FILE ...); ends with NULL */
	const char *dir;
	bool color;
};

#define ERRAND_WORDS 250 /* of a command, all in all */

/* "breachmail -C DIR match", quoted for a shell. `words` end with NULL. */
void errand_line(const struct errand *e, const char *const *words, struct text *out);

/* Prints the command, runs it. `*ret_code`: its exit code. FAULT_INTERNAL: it cannot be run. */
int errand_run(const struct errand *e, const char *const *words, int *ret_code, struct fault *f);
/* Runs it silently with --json: its object, the caller's; NULL if it gave none. */
int errand_ask(const struct errand *e, const char *const *words, json_t **ret, int *ret_code, struct fault *f);

#endif
