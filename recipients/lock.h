/* SPDX-License-Identifier: MIT */
/*
 * lock: one writer at a time.
 *
 * The kernel's lock (flock on ledger.lock in the incident's folder), freed by death, never a pid file. The file names the
 * verb, the operator and the time for whoever has to wait, and is emptied at the end.
 */
#ifndef RECIPIENTS_LOCK_H
#define RECIPIENTS_LOCK_H

#include <stdbool.h>

#include "recipients/fault.h"

/*
 * Takes DIR's lock, waiting that long; `*ret_fd` holds it. FAULT_TEMPORARY names the holder. FAULT_INTERRUPTED: Ctrl-C
 * while waiting.
 */
int lock_take(const char *dir, const char *verb, const char *operator, int wait_seconds, int *ret_fd,
	struct fault *f);
void lock_drop(int fd); /* negative is fine */

/* Does somebody hold it now? */
bool lock_held(const char *dir);
/* Somebody else: if this process holds it, nobody does. */
bool lock_held_elsewhere(const char *dir);
/* Is it held, by this verb? */
bool lock_names(const char *dir, const char *verb);
/* Who holds it now, us too: the words of the file, of no other process the same. False: nobody. */
#define LOCK_HOLDER 256
bool lock_holder(const char *dir, char out[LOCK_HOLDER]);

#endif
