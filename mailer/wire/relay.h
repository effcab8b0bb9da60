/* SPDX-License-Identifier: MIT */
/*
 * relay: hands mails to relays by SMTP and says of each what became of it. The only SMTP
 * door.
 *
 * One thread, one epoll, N connections that stay open, to one relay or to several at the
 * same time (each is a lane, lane.h). libcurl makes a connection (DNS,
 * STARTTLS or TLS, always verified, AUTH) and stops there (CURLOPT_CONNECT_ONLY); the
 * transactions are ours: MAIL, RCPT, DATA in one group where the relay offers
 * PIPELINING (RFC 2920), one recipient a transaction, DSN parameters (RFC 3461), SIZE
 * (RFC 1870). The caller is asked for mails (`next`), told before the point of no
 * return (`handing_over`) and told the verdict (`settled`). Of several relays each takes
 * what it can; one that misbehaves is left out for a while, and the others go on. relay
 * keeps no list and repeats nothing: a mail that was not sent is the caller's again.
 */
#ifndef MAILER_WIRE_RELAY_H
#define MAILER_WIRE_RELAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mailer/wire/relay_mail.h"
#include "mailer/wire/relay_url.h"
#include "recipients/fault.h"

#define RELAY_CONNECTIONS_MAX 64

#define RELAY_NONE_NOW 0
#define RELAY_MAIL 1
#define RELAY_END 2

/*
 * Calls into the caller, all from relay_run. A `slot` names the connection (0 .. all
 * relays' connections - 1): at any moment at most one mail per slot is between handing_over and
 * settled; of a mail that was never handed over the slot says nothing. A mail may be
 * settled as not sent after handing_over, if none of its last bytes went out. A return
 * of -1 (fault filled) ends relay_run at once, with that fault and without any further
 * call: what was handed over and not settled is in doubt, what was not handed over was
 * not sent.
 */
struct relay_events {
	/*
	 * RELAY_MAIL: `*ret` is filled. RELAY_NONE_NOW: ask again in the next turn.
	 * RELAY_END: there are no more (relay_run returns when all are settled). -1:
	 * fault. The claim on a mail must be durable before this returns it.
	 */
	int (*next)(void *user, struct relay_mail *ret, struct fault *f);
	/* Immediately before the final dot goes out: from here on a crash means "in doubt". */
	void (*handing_over)(void *user, const struct relay_mail *mail, unsigned slot);
	/* Once for each mail that next gave. */
	int (*settled)(void *user, const struct relay_mail *mail,
		const struct relay_verdict *v, unsigned slot, struct fault *f);
	/*
	 * Once per turn of the loop, at least every 100 ms. `idle`: nothing is on the
	 * wire and next had nothing: a good moment to commit. 1: go on. 0: finish
	 * gently (no new mails, finish what is on the wire, QUIT).
	 * -1: fault, stop at once.
	 */
	int (*turn)(void *user, bool idle, struct fault *f);
	/*
	 * A relay takes the mail, and which one is in mail->relay: the last moment to give it
	 * another `from`. NULL: nothing to change.
	 */
	void (*taken)(void *user, struct relay_mail *mail);
};

enum relay_pipelining {
	RELAY_PIPELINING_ON,   /* MAIL, RCPT, DATA as one group: two round trips a mail */
	RELAY_PIPELINING_FULL, /* the next group behind the final dot, too: one round trip */
	RELAY_PIPELINING_OFF   /* for relays that say they can and cannot */
};

/* Milliseconds; 0 takes the value at the right (RFC 5321 section 4.5.3.2). */
struct relay_timeouts {
	int64_t connect; /* 30 s, and never more: TCP, greeting, EHLO, TLS, AUTH together */
	int64_t command; /* 5 min: each reply to MAIL and RCPT */
	int64_t data;	 /* 2 min: the reply to DATA */
	int64_t block;	 /* 3 min: while bytes do not move */
	int64_t dot;	 /* 10 min: the reply to the final dot */
	int64_t quit;	 /* 2 s: goodbye, all connections together */
	int64_t idle;	 /* 1 min: a connection without work is ended */
	int64_t back_off; /* 1 s: after a failure, doubling up to 30 times that */
};

struct relay_settings {
	const char *name;     /* as faults name it and what it is set by; NULL: "relay" */
	const char *url;      /* "smtp://host:port" (587) or "smtps://host:port" (465) */
	const char *ehlo;     /* our name; NULL: the name of this machine */
	const char *user;     /* NULL: no AUTH */
	const char *password; /* the contents of the password file, without its newline */
	const char *token_file; /* instead of a password: a file whose first line is an OAuth 2
				 access token (XOAUTH2, OAUTHBEARER); read anew for each
				 connection, for tokens live an hour */
	const char *ca_file;  /* PEM, replaces the system's authorities; NULL: those */
	const char *cert_file, *key_file; /* PEM, our own certificate; both, or neither. Like
				 ca_file they demand STARTTLS even on loopback */
	unsigned connections; /* 1 .. RELAY_CONNECTIONS_MAX; 0: 4 */
	unsigned per_connection; /* mails after which it is ended and another made; 0: no limit */
	enum relay_pipelining pipelining;
	double per_second; /* over all connections; 0: no limit */
	size_t most;	   /* mails that it may take in this run; 0: no limit */
	size_t place;	   /* the caller's number of it, for relay_mail.relay */
	bool dsn;	   /* ask for DSNs (success, failure, delay) where they are offered */
	unsigned failures; /* to connect, or refusals of the session, in a row after which it is
			      left out; 0: 5. Fewer while no connection ever stood, or for 5xx: 2 */
	struct relay_timeouts timeouts;
};

struct relay_summary {
	size_t accepted, refused, deferred, in_doubt, not_sent;
	size_t connections; /* opened in all */
	bool tls, pipelining, dsn; /* as the last connection had them */
	int64_t milliseconds;
	size_t left_out;  /* how often */
	struct fault why; /* the last time; kind FAULT_NONE: never */
};

/*
 * Returns 0 when next said RELAY_END and everything is settled, or when turn asked for a
 * gentle end. -1:
 *   FAULT_UNAVAILABLE  the relay cannot be reached or trusted, or refuses us; the text says
 *                      why, in the words of curl or the relay (never an address), and what
 *                      to do
 *   FAULT_TEMPORARY    it asks us to come back later (421 and other 4xx about the session)
 *   FAULT_CONFIG       settings
 *   FAULT_INTERNAL     a mail that is not fit for the wire (relay_mail.h)
 *   the caller's own   from next, settled or turn
 * Except after the caller's own fault, every mail that next gave has been settled. `*ret` is
 * always filled. Ignores SIGPIPE from then on.
 */
int relay_run(const struct relay_settings *s, const struct relay_events *e, void *user,
	struct relay_summary *ret, struct fault *f);

/*
 * The same with `count` relays at a time, and a summary for each. `per_second`: of all
 * together; 0: no limit. The fault about a relay is returned when all are left out, or
 * have had their `most`.
 */
int relay_run_all(const struct relay_settings *list, size_t count, double per_second,
	const struct relay_events *e, void *user, struct relay_summary *ret,
	struct fault *f);

/* Adds a verdict to a summary; for whoever else gives verdicts (capture.h). */
void relay_count(struct relay_summary *s, enum relay_kind kind);

#endif
