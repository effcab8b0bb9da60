/* SPDX-License-Identifier: MIT */
/*
 * reviewer: who may look at the page: reps, each with the ranks that they stand up for, and the control room. Sole writer of
 * reviewer, reviewer_secret, reviewer_removed, and of the file in which the page reads them (page/shelf.h).
 *
 * Somebody is added until a day. They are given a secret, once, which signs them in once and within three days; from then on
 * they have a passphrase, which stays with the page. Who is removed is signed out with their next request. Reviewers of a
 * rehearsal are none in live.
 */
#ifndef MAILER_REVIEWER_H
#define MAILER_REVIEWER_H

#include <stdint.h>

#include <jansson.h>

#include "recipients/fault.h"
#include "recipients/ledger.h"

#define REVIEWER_NAME 200 /* bytes */
#define REVIEWER_MOST 500 /* at one time */
#define REVIEWER_DAYS 30  /* unless it is said for how long */
#define REVIEWER_LONGEST_DAYS 366
#define REVIEWER_SECRET_MS (72 * 60 * 60 * 1000ll)
#define REVIEWER_SECRET 24 /* "4K7QR-X2MTH-9WFJA-3LCPY" */

/* From when on a time that is given to them runs. */
int64_t reviewer_from(void);

struct reviewer_new {
	const char *mode, *name, *role, *scope; /* scope: words; of the desk NULL */
	int64_t expires;
	const char *by, *reason;
};
struct reviewer_given {
	int64_t id, secret_expires;
	char secret[REVIEWER_SECRET]; /* nobody can say it again */
};
/* FAULT_USAGE: there is one of this name, the scope is none, or the time is over or too far. */
int reviewer_add(struct ledger *l, const struct reviewer_new *n, struct reviewer_given *ret, struct fault *f);
/* A new secret; the passphrase until now is void. */
int reviewer_renew(struct ledger *l, const struct reviewer_new *n, struct reviewer_given *ret, struct fault *f);
int reviewer_remove(struct ledger *l, const struct reviewer_new *n, struct fault *f);

/* [{id, name, role, scope, added_at, expires_at, over}], who are not removed. */
int reviewer_list(struct ledger *l, const char *mode, json_t **ret, struct fault *f);
/* Their name, to be freed; FAULT_LEDGER if there is none. Also of who was removed. */
int reviewer_name(struct ledger *l, int64_t id, char **ret, struct fault *f);

/* The page's file, anew. */
int reviewer_publish(struct ledger *l, const char *dir, const char *mode, struct fault *f);

/* A file of DIR/review, whole or as before; `value` is not taken. */
int reviewer_write_file(const char *dir, const char *name, const json_t *value, struct fault *f);

#endif
