/* SPDX-License-Identifier: MIT */
/*
 * What is claimed next, and the group commits. SMTP is wire/relay.c's, what a run does
 * with a claim send.c's, what may be claimed at all queue.c's.
 *
 * What can go wrong: the ledger cannot be written (the run stops at once: an outcome that
 * cannot be kept is a claim in doubt), a message is not the one that was released (77).
 */
#include "mailer/claim.h"

#include <stdlib.h>
#include <string.h>

#include "mailer/outcome.h"
#include "mailer/retry.h"
#include "recipients/clock.h"
#include "recipients/text.h"

/* Notices looked at in one go, past those whose domains have their fill. */
#define LOOK_AHEAD 4096

/* Of one step: a group is claimed while half of one goes out, and all its outcomes are
 * written. */
#define STEP_CLAIMS 2
#define STEP_LOOK 16
#define STEP_OUTCOMES 3

/* An outcome waits this long for company; longer where the disk is slow, for nothing goes
 * out meanwhile: a commit is to take a fortieth of the time, at most. */
#define COMMIT_MS 250
#define COMMIT_MOST_MS 5000
#define COMMIT_SHARE 40
#define PAUSE_MS 50 /* between two transactions, for others to get a word in */

int claim_open(struct sending *s, struct fault *f)
{
	if (ledger_number(s->ledger, SQL("SELECT max(id) FROM attempt"), 0,
		    &s->next_attempt, f) ||
		ledger_query(s->ledger,
			SQL("INSERT INTO attempt (id, run_id, release_id, position, notice_id, at)"
			    " VALUES (:id, :run, :release, :position, :notice, :at)"),
			&s->insert_attempt, f) ||
		outcome_relay_open(s->ledger, &s->insert_relay, f) ||
		queue_bars_open(s->ledger, &s->bars, f))
		return -1;
	s->next_attempt++;
	return released_open(
		s->ledger, s->options->settings->relay.envelope_from, &s->released, f);
}

/* A trial: the first of the default level, in the order of the release. Those who had
 * theirs already count, so that the same command again does nothing more. */
static int keep_first(struct sending *s, struct fault *f)
{
	auto_query struct query *q = NULL;
	int32_t level = (int32_t)s->options->policy->default_level;
	int64_t left = s->options->first;
	size_t kept = 0;

	if (ledger_query(s->ledger,
		    SQL("SELECT count(DISTINCT a.notice_id) AS tried FROM attempt a JOIN notice n ON n.id = a.notice_id"
			" WHERE a.release_id = :release AND n.level_order = :level"),
		    &q, f))
		return -1;
	query_bind_int(q, ":release", s->release);
	query_bind_int(q, ":level", level);
	if (query_next(q, f) < 0)
		return -1;
	left -= query_int(q, "tried");
	for (size_t i = 0; i < s->todo_count && left > 0; i++) {
		if (s->todo[i].level != level || s->todo[i].times)
			continue;
		s->todo[kept++] = s->todo[i];
		left--;
	}
	s->todo_count = kept;
	return 0;
}

/* What the ledger says of it may have been changed. */
size_t claim_level(const struct sending *s, const struct queue_item *t)
{
	const struct policy *p = s->options->policy;

	return t->level >= 0 && (size_t)t->level < p->levels_count ? (size_t)t->level
								   : p->levels_count - 1;
}

int claim_load(struct sending *s, struct fault *f)
{
	const struct send_options *o = s->options;
	int64_t now = clock_now();

	if (queue_version(s->ledger, &s->version, f) ||
		queue_load(s->ledger, s->release, o->policy, &s->todo, &s->todo_count, f))
		return -1;
	queue_shut(s->todo, &s->todo_count, s->open_to);
	(void)queue_wait(s->todo, &s->todo_count, s->head_starts, now);
	if (o->first && keep_first(s, f))
		return -1;
	s->again = text_alloc((s->todo_count + 1) * sizeof(struct queue_item *));
	s->later = text_alloc((s->todo_count + 1) * sizeof(struct queue_item *));
	s->later_items = text_alloc((s->todo_count + 1) * sizeof(struct queue_item));
	s->later_count = queue_later(s->todo, &s->todo_count,
		o->due_only || clock_is_fixed(), now, s->later_items);
	for (size_t i = 0; i < s->later_count; i++)
		s->later[i] = &s->later_items[i];
	for (size_t i = 0; i < s->todo_count; i++)
		s->progress.level[claim_level(s, &s->todo[i])].total++;
	s->progress.all.total = s->todo_count;
	if (s->todo_count)
		s->progress.now = claim_level(s, &s->todo[0]);
	return 0;
}

/* --- claims --- */

static void claim_free(struct claim *c)
{
	released_mail_done(&c->mail);
	text_freep(&c->reply);
	free(c);
}

static int claim_one(
	struct sending *s, struct queue_item *t, struct domain *domain, struct fault *f)
{
	struct claim *c = text_alloc(sizeof(*c));

	c->todo = t;
	c->domain = domain;
	c->attempt = s->next_attempt++;
	if (released_take(s->released, t->notice, &c->mail, f)) {
		claim_free(c);
		return -1;
	}
	c->place = flight_claim(s->flight, c->attempt, t->notice);
	*s->ahead_end = c;
	s->ahead_end = &c->next;
	s->ahead_count++;
	s->outstanding++;
	s->left--;
	domain_begin(domain, clock_monotonic());
	s->last_notice = t->notice;
	query_bind_int(s->insert_attempt, ":id", c->attempt);
	query_bind_int(s->insert_attempt, ":run", ledger_run(s->ledger));
	query_bind_int(s->insert_attempt, ":release", s->release);
	query_bind_int(s->insert_attempt, ":position", t->position);
	query_bind_int(s->insert_attempt, ":notice", t->notice);
	query_bind_int(s->insert_attempt, ":at", clock_now());
	return query_run(s->insert_attempt, f);
}

static int write_outcome(struct sending *s, const struct claim *c, struct fault *f)
{
	if (outcome_write(s->ledger, s->insert_outcome, c->attempt,
		    outcome_word(c->verdict.kind), c->verdict.code, c->verdict.enhanced,
		    c->reply ? c->reply : "", f))
		return -1;
	return outcome_relay_write(s->insert_relay, c->attempt, c->relay, f);
}

static int write_settled(struct sending *s, size_t most, struct fault *f)
{
	for (; s->unwritten && most; s->unwritten = s->unwritten->next, most--)
		if (write_outcome(s, s->unwritten, f))
			return -1;
	return 0;
}

void claim_forget_settled(struct sending *s)
{
	while (s->settled) {
		struct claim *c = s->settled;

		s->settled = c->next;
		if (s->flight)
			flight_free(s->flight, c->place);
		claim_free(c);
	}
	s->settled_end = &s->settled;
	s->unwritten = NULL;
	s->settled_count = 0;
}

bool claim_level_is_over(const struct sending *s)
{
	return s->todo_next == s->todo_count ||
	       (s->todo_next &&
		       s->todo[s->todo_next].level != s->todo[s->todo_next - 1].level);
}

bool claim_is_over(const struct sending *s)
{
	return s->left <= 0 || (!s->again_count && s->todo_next == s->todo_count &&
				       !domain_kept(s->domains));
}

bool claim_is_any(const struct sending *s)
{
	if (s->again_count || domain_has_next(s->domains, clock_monotonic()))
		return true;
	return !claim_level_is_over(s) || (!s->outstanding && !domain_kept(s->domains));
}

/* Unless a human has decided since that they get none. */
static int claim_unless_barred(
	struct sending *s, struct queue_item *t, struct domain *domain, struct fault *f)
{
	bool barred = false;

	if (s->news && queue_barred(s->bars, t->notice, &barred, f))
		return -1;
	return barred ? 0 : claim_one(s, t, domain, f);
}

/* Its domain may have its fill: then it is kept, and the next one looked at. */
static int claim_or_keep(struct sending *s, struct queue_item *t, struct fault *f)
{
	struct domain *domain = NULL;
	auto_text to = NULL;

	if (s->domains) {
		if (released_to(s->released, t->notice, &to, f))
			return -1;
		domain = domain_of(s->domains, to);
	}
	if (domain_may(domain, clock_monotonic()))
		return claim_unless_barred(s, t, domain, f);
	domain_keep(s->domains, domain, t);
	return 0;
}

/* Those whose time has come go next, as mails do that were lost before the dot. */
static void fetch_due(struct sending *s)
{
	int64_t now = s->later_count ? clock_now() : 0;

	for (size_t i = 0; i < s->later_count;) {
		if (s->later[i]->due_at > now) {
			i++;
			continue;
		}
		s->again[s->again_count++] = s->later[i];
		s->later[i] = s->later[--s->later_count];
	}
}

/* Does a deferred mail of a higher level hold up those of this one? */
static bool is_held_up(struct sending *s, int32_t level)
{
	int64_t patience = s->options->settings->relay.hold_for, now = clock_now();

	s->holding = false;
	for (size_t i = 0; i < s->later_count && patience; i++)
		if (s->later[i]->level < level && now - s->later[i]->first_at < patience)
			s->holding = true;
	return s->holding;
}

static bool is_full(const struct sending *s, size_t most)
{
	return s->ahead_count >= most || s->left <= 0 ||
	       s->outstanding + s->settled_count >= FLIGHT_PLACES;
}

/* Those that their domains kept, and may be given now. */
static int claim_kept(struct sending *s, size_t most, struct fault *f)
{
	struct domain *domain;
	struct queue_item *t;

	while (!is_full(s, most) &&
		(t = domain_next(s->domains, clock_monotonic(), &domain)))
		if (claim_unless_barred(s, t, domain, f))
			return -1;
	return 0;
}

/* Claims only within one level: the barrier. Up to `most` are ahead then. */
static int write_claims(struct sending *s, size_t most, size_t look, struct fault *f)
{
	if (claim_kept(s, most, f))
		return -1;
	while (!is_full(s, most) && s->again_count)
		if (claim_or_keep(s, s->again[--s->again_count], f))
			return -1;
	for (size_t looked = 0;
		!is_full(s, most) && s->todo_next < s->todo_count && looked < look;
		looked++) {
		struct queue_item *t = &s->todo[s->todo_next];

		if (claim_level_is_over(s) &&
			(s->outstanding || domain_kept(s->domains) ||
				is_held_up(s, t->level)))
			break;
		s->todo_next++;
		if (claim_or_keep(s, t, f))
			return -1;
	}
	return 0;
}

/* What the ledger did not take is not claimed, and no outcome is kept. */
static void take_back(struct sending *s)
{
	ledger_rollback(s->ledger);
	s->begun = false;
	s->unwritten = s->settled;
	while (s->ahead) {
		struct claim *c = s->ahead;

		s->ahead = c->next;
		flight_free(s->flight, c->place);
		domain_end(c->domain);
		claim_free(c);
		s->outstanding--;
	}
	s->ahead_end = &s->ahead;
	s->ahead_count = 0;
}

static int begin(struct sending *s, struct fault *f)
{
	int64_t version;

	if (s->begun)
		return 0;
	if (ledger_begin(s->ledger, f))
		return -1;
	s->begun = true; /* nobody else writes until its end */
	if (queue_version(s->ledger, &version, f))
		return -1;
	s->news = s->news || version != s->version;
	s->begun_at = clock_monotonic();
	fetch_due(s);
	return 0;
}

static int64_t commit_wait(const struct sending *s)
{
	int64_t wait = s->commit_took * COMMIT_SHARE;

	if (wait < COMMIT_MS)
		return COMMIT_MS;
	return wait < COMMIT_MOST_MS ? wait : COMMIT_MOST_MS;
}

/* More mails at a time while they are used up quickly, fewer while they wait: a slow
 * relay is not claimed in advance. */
static void adapt_batch(struct sending *s)
{
	int64_t now = clock_monotonic(), wait = commit_wait(s);

	if (s->claimed_at && now - s->claimed_at < wait && s->batch < CLAIM_BATCH_MOST)
		s->batch *= 2;
	else if (s->claimed_at && now - s->claimed_at > 4 * wait &&
		 s->batch > CLAIM_BATCH_LEAST)
		s->batch /= 2;
	s->claimed_at = now;
}

/* What is durable may go. */
static void release_ahead(struct sending *s)
{
	if (!s->ahead)
		return;
	/* a copy of the ledger from before these claims is an older one */
	head_move(s->head, s->next_attempt - 1, s->last_notice);
	if (!s->waiting)
		adapt_batch(s);
	*s->waiting_end = s->ahead;
	s->waiting_end = s->ahead_end;
	s->waiting_count += s->ahead_count;
	s->ahead = NULL;
	s->ahead_end = &s->ahead;
	s->ahead_count = 0;
}

int claim_commit(struct sending *s, bool claims, struct fault *f)
{
	int64_t began;

	if (!claims && !s->settled && !s->begun)
		return 0;
	if (begin(s, f) || write_settled(s, SIZE_MAX, f) ||
		(claims && !s->ahead && write_claims(s, s->batch, LOOK_AHEAD, f))) {
		take_back(s);
		return -1;
	}
	began = clock_monotonic();
	if (ledger_commit(s->ledger, f)) {
		take_back(s);
		return -1;
	}
	s->begun = false;
	s->committed_at = clock_monotonic();
	s->commit_took = s->committed_at - began;
	if (s->settled)
		s->ended = s->committed_at;
	release_ahead(s);
	claim_forget_settled(s);
	return 0;
}

/* The ledger takes no more, or a message is not the one that was released: no mail
 * begins, but those on the wire are finished, and the flight journal keeps what is heard
 * of them. */
static void give_up(struct sending *s)
{
	s->failed = s->stop = true;
}

void claim_commit_or_stop(struct sending *s, bool claims)
{
	if (!s->failed && claim_commit(s, claims, &s->fault))
		give_up(s);
}

bool claim_is_due(const struct sending *s, bool idle)
{
	int64_t now = clock_monotonic();

	if (idle)
		return s->settled || s->begun;
	return (s->settled && now - s->settled_since >= commit_wait(s)) ||
	       (s->begun && now - s->begun_at >= commit_wait(s));
}

void claim_ahead(struct sending *s)
{
	if (s->failed || s->waiting_count > s->batch / 2 || s->ahead_count >= s->batch ||
		(!s->begun && clock_monotonic() - s->committed_at < PAUSE_MS))
		return;
	if (begin(s, &s->fault) || write_settled(s, STEP_OUTCOMES, &s->fault) ||
		write_claims(s, s->ahead_count + STEP_CLAIMS, STEP_LOOK, &s->fault)) {
		take_back(s);
		give_up(s);
	}
}
