/* SPDX-License-Identifier: MIT */
/*
 * session: who is signed in, in memory alone: a restart signs everybody out.
 *
 * A session's token is 256 random bits; kept is a keyed digest of it, so that a look at our memory's copy does not sign
 * anybody in, and a comparison tells nothing by its time. Times are clock_monotonic's. Sources: OWASP ASVS 5.0, chapter 7.
 */
#ifndef MAILER_PAGE_SESSION_H
#define MAILER_PAGE_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "recipients/hatch.h"

#define SESSION_COOKIE "__Host-session"
#define SESSION_TOKEN 64 /* hex digits */
#define SESSION_MOST 256
#define SESSION_IDLE_MS (15 * 60 * 1000ll)
#define SESSION_LONGEST_MS (8 * 60 * 60 * 1000ll)
#define SESSION_CHECKS 60 /* of reference codes, and the like, a minute */

struct session {
	bool used;
	unsigned char digest[HATCH_DIGEST];
	int64_t reviewer, serial; /* shelf.h */
	bool by_secret;	  /* has no passphrase yet */
	char form_token[SESSION_TOKEN / 2 + 1]; /* must come with each form */
	int64_t began, seen;
	int64_t minute;	  /* when the count of checks began */
	unsigned checks;
};

struct sessions;
/* `idle` and `longest` in ms. */
struct sessions *sessions_new(int64_t idle, int64_t longest);
void sessions_free(struct sessions *s);

/* A new one, always with a new token. If there are too many, the one that was idle longest ends. */
struct session *sessions_begin(struct sessions *s, int64_t now, char token[SESSION_TOKEN + 1]);
/* NULL: there is none, or its time is over. It counts as seen. */
struct session *sessions_find(struct sessions *s, const char *token, int64_t now);
void sessions_end(struct session *s);
/* Those of one reviewer but `other`, which may be NULL. */
void sessions_end_of(struct sessions *s, int64_t reviewer, const struct session *other);

/* False: too many in this minute. */
bool session_may_check(struct session *s, int64_t now);

#endif
