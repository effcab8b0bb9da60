/* SPDX-License-Identifier: MIT */
/*
 * mill: passphrases are ground (Argon2id) in a process of its own, so that nobody's page waits for somebody else's sign-in.
 *
 * Grinding takes 30 ms and 19 MiB, on purpose. One child does it, at low priority and one piece after the other; at most
 * MILL_WAITING pieces wait, and who comes then is told to come again. So neither memory nor time grows with the number of those
 * who try. The child is a fork of the page with one descriptor, and ends with it. If it dies, what it had in hand is answered as
 * not done, and the next piece gets a new child.
 */
#ifndef MAILER_PAGE_MILL_H
#define MAILER_PAGE_MILL_H

#include <stdbool.h>
#include <stddef.h>

#include "recipients/fault.h"
#include "recipients/hatch.h"

#define MILL_WAITING 32 /* pieces, about a second's work */
#define MILL_SECRET 256 /* bytes, with the NUL */

struct mill_work {
	char hash[HATCH_HASH];	  /* that `secret` is held against; "": against none */
	char secret[MILL_SECRET];
	char new[MILL_SECRET];	  /* is hashed if the secret fits, or there is no hash; "": nothing */
	bool done;		  /* from here on: what came of it */
	bool failed;		  /* it could not be done, and says nothing */
	bool fits;
	char made[HATCH_HASH];	  /* of `new`; "" if that was not asked for, or does not fit */
};

/* Here and now. */
void mill_work_do(struct mill_work *w);

struct mill;
/* FAULT_INTERNAL: no child. */
int mill_open(struct mill **ret, struct fault *f);
void mill_close(struct mill *m); /* NULL is fine */

/* To wait for an answer with poll or select; -1: there is no child just now. */
int mill_fd(const struct mill *m);
/* `user` comes back with what came of it. False: too many wait, or there is no child. */
bool mill_give(struct mill *m, void *user, const struct mill_work *w);
/* The next that is done, and whose it is; NULL: none. Does not wait. */
void *mill_take(struct mill *m, struct mill_work *ret);
/* Whose piece is dropped, done or not; NULL: none is left. Before mill_close. */
void *mill_drop(struct mill *m);

#endif
