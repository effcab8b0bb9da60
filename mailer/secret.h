/* SPDX-License-Identifier: MIT */
/*
 * secret: a passphrase or recovery code, from where it was named, or from whoever sits at the terminal. Never from an argument
 * or the environment: other users and core dumps see those.
 *
 * One line; what is behind it is not read. It is kept until secret_done, which wipes it.
 */
#ifndef MAILER_SECRET_H
#define MAILER_SECRET_H

#include <stdbool.h>
#include <stdio.h>

#include "recipients/fault.h"
#include "recipients/text.h"

struct secret {
	const char *file; /* its first line; "-": of the standard input */
	int fd;		  /* or of this descriptor (a file's from its start); -1: none */
	FILE *out;	  /* where a prompt is shown */
	const char *prompt;
	const char *again; /* a second prompt, for one that is new: both must be alike */
	struct text words; /* once it was read */
};

bool secret_is_named(const struct secret *s);
/* The words, borrowed. `context` is the secret: for unlock.h. FAULT_CONFIG: nothing was named and there is no terminal. */
int secret_words(void *context, const char **ret, struct fault *f);
/* A descriptor that gives the words to a child (--passphrase-fd), once they were read; -1: they were not. The caller closes. */
int secret_share(const struct secret *s);
void secret_done(struct secret *s);

#endif
