/* SPDX-License-Identifier: MIT */
/*
 * claim: which notice goes next, and the promise that none goes before the ledger says so. Sole writer of attempt.
 *
 * Within send's run only. The queue is walked level by level; a level begins when the one above it has an outcome for each
 * notice. Claims and outcomes are committed in groups, in one transaction.
 */
#ifndef MAILER_CLAIM_H
#define MAILER_CLAIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mailer/brake.h"
#include "mailer/domain.h"
#include "mailer/flight.h"
#include "mailer/head.h"
#include "mailer/queue.h"
#include "mailer/released.h"
#include "mailer/settings.h"
#include "mailer/wire/relay_mail.h"
#include "recipients/clock.h"
#include "recipients/fault.h"
#include "recipients/ledger.h"
#include "recipients/policy.h"

#define CLAIM_BATCH_LEAST 16
#define CLAIM_BATCH_MOST 1024

/* How far a run is; numbers only. A level's place is the policy's. */
struct send_count {
	size_t done, total, accepted, refused, deferred, in_doubt;
};
struct send_progress {
	struct send_count all, level[POLICY_MAX_LEVELS];
	size_t now;	     /* the level at work */
	double per_second;   /* done in this run */
	double seconds_left; /* of the level at work, at that pace; negative: not known yet */
	bool over;	     /* the last call */
};
struct send_watch {
	/* Called often; it chooses what to show. */
	void (*show)(void *user, const struct send_progress *p);
	void *user;
};

/* What a run of send is asked for. */
struct send_options {
	const struct settings *settings;
	const struct policy *policy;
	const char *release;	/* first digits of its digest; NULL: see release_find */
	unsigned connections;	/* 0: the settings' */
	double per_second;	/* 0: no more limit than the settings' */
	bool dry_run;		/* opens no connection */
	int64_t at;		/* when it is to begin, for the release's time (ms since 1970); 0: now */
	bool due_only;		/* deferred mails only when their time has come, even if nothing else waits */
	int64_t first;		/* a trial: only so many of the default level, and nobody else; 0: everybody */
	const struct send_watch *watch; /* NULL: nobody looks */
	struct relay_summary *relays;	/* NULL, or one for each relay: what it took in this run, filled */
};

/* A notice from its claim to its committed outcome. */
struct claim {
	struct queue_item *todo;
	int64_t attempt;
	size_t relay;   /* that has it or had it last, from 0 */
	struct domain *domain; /* of its recipient; NULL: not limited */
	unsigned place; /* in the flight journal */
	bool given;     /* to the relay */
	bool handed, settled;
	struct released_mail mail;
	struct relay_verdict verdict;
	char *reply;
	struct claim *next; /* among those that wait, are on the wire, or are settled */
};

struct sending {
	struct ledger *ledger;
	const struct send_options *options;
	struct flight *flight;
	struct head *head;
	int64_t last_notice; /* of the newest claim */
	int64_t release, next_attempt;
	int64_t open_to; /* levels of a higher order stay shut (permit.h) */
	bool is_signed;
	const struct head_starts *head_starts;
	struct queue_item *todo;
	size_t todo_count, todo_next;
	struct queue_item *
		*again; /* lost before the dot; tried again before the level ends */
	size_t again_count;
	struct queue_item **later; /* deferred: tried again when their time has come */
	struct queue_item *later_items; /* those that were so before this run */
	size_t later_count;
	size_t outstanding;                   /* claimed, not settled */
	struct claim *ahead, **ahead_end; /* claimed in a transaction that is still open: not durable */
	struct claim *waiting, **waiting_end; /* claimed, not given to the relay */
	size_t ahead_count, waiting_count;
	struct claim *given;                  /* on the wire, chained by next */
	struct claim *settled, **settled_end;
	struct claim *unwritten; /* the first of them that is in no transaction yet */
	bool begun;              /* a transaction is open */
	int64_t version;         /* the ledger's, when the queue was read */
	bool news;               /* somebody else has written since: bars are asked for again */
	size_t settled_count, batch;
	int64_t settled_since, begun_at, committed_at, commit_took, claimed_at;
	int64_t left; /* claims that all relays together may still be given today */
	struct domains *domains; /* those over their limit keep notices */
	struct brake brakes[1 + SETTINGS_RELAYS]; /* of all, and of each relay */
	const struct brake *braked; /* the one that has stopped the run */
	bool closed;   /* the sending hours are over */
	bool asked;    /* to stop, by somebody at another terminal */
	bool holding;  /* lower levels wait for deferred mails */
	bool stop, failed;
	int64_t looked_at;  /* for a request to stop */
	struct fault fault; /* why, if it failed */
	int64_t accepted_now;
	struct send_progress progress;
	int64_t began, ended;
	struct query *insert_attempt, *insert_outcome, *insert_relay, *bars;
	struct released *released;
};

/* After the journal of a dead run was settled: what is left to do, and the statements. */
int claim_load(struct sending *s, struct fault *f);
int claim_open(struct sending *s, struct fault *f);

/* The place of its level in the policy. */
size_t claim_level(const struct sending *s, const struct queue_item *t);

/* Is the next notice in the queue of a lower level than the one before, or is there none? */
bool claim_level_is_over(const struct sending *s);

/*
 * A step ahead, while mails go out: a few outcomes and claims into a transaction that the next commit ends, so that the relay
 * does not wait while a whole group is written. It begins when half of the last group is used up: until then the ledger is
 * free for what a human decides beside us. A fault is kept in `s`, and no mail begins any more.
 */
void claim_ahead(struct sending *s);

/* Is it time for a commit? `idle`: nothing is on the wire. */
bool claim_is_due(const struct sending *s, bool idle);

/*
 * Ends the transaction: the outcomes that wait, the claims written ahead, and with `claims` a group of them if there are
 * none. THE PROMISE STANDS HERE: when this returns 0 the claims are durable, and only then relay is given their mails.
 */
int claim_commit(struct sending *s, bool claims, struct fault *f);
/* The same; a fault is kept in `s`, and no mail begins any more. */
void claim_commit_or_stop(struct sending *s, bool claims);

/* Is there one that may be claimed now: lost before the dot, or kept by its domain, or next of its level? */
bool claim_is_any(const struct sending *s);
/* Have all been claimed? */
bool claim_is_over(const struct sending *s);

/* Frees what is settled and committed. */
void claim_forget_settled(struct sending *s);

#endif
