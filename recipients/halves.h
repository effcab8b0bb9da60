/* SPDX-License-Identifier: MIT */
/*
 * halves: a long computation in two processes, for the two processors that there are.
 *
 * The child does the second half on a copy of all that the parent has in memory, hands bytes
 * back and ends; it never touches files or the ledger, and dies with its parent. Where no child
 * can be had, the parent does both halves.
 */
#ifndef RECIPIENTS_HALVES_H
#define RECIPIENTS_HALVES_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "recipients/fault.h"
#include "recipients/text.h"

struct halves {
	pid_t child; /* 0: this is the child; -1: there is none */
	int memory;  /* an anonymous file, for what the child hands back */
};

/* Splits this process in two. Both go on from here: look at `child`. */
void halves_split(struct halves *h);

/* The child's last call: hands its bytes back and ends the process. `failed`: there are none. */
void halves_end(struct halves *h, bool failed, const struct text *bytes)
	__attribute__((noreturn));

/* The parent waits for the child and takes its bytes. 1: taken, 0: the child failed and its half
 * is still to be done, -1: a fault. */
int halves_join(struct halves *h, struct text *ret_bytes, struct fault *f);
/* Ends the child, if it runs. */
void halves_done(struct halves *h);
#define auto_halves __attribute__((cleanup(halves_done))) struct halves

#endif
