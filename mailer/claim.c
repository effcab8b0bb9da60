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

int claim_open(struct sending *s, struct fault *f)
{
	if (ledger_number(s->ledger, SQL("SELECT max(id) FROM attempt"), 0,
		    &s->next_attempt, f) ||
		ledger_query(s->ledger,
			SQL("INSERT INTO attempt (id, run_id, release_id, position, notice_id, at)"
			    " VALUES (:id, :run, :release, :position, :notice, :at)"),
			&s->insert_attempt, f) ||
		ledger_query(s->ledger,
			SQL("INSERT INTO outcome_relay (attempt_id, relay) VALUES (:attempt, :relay)"),
			&s->insert_relay, f) ||
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
	bool resend = o->policy->in_doubt == POLICY_RESEND;
	int64_t now = clock_now();

	if (queue_load(s->ledger, s->release, resend, &s->todo, &s->todo_count, f))
		return -1;
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

int claim_relay(struct sending *s, size_t relay, struct fault *f)
{
	const struct settings *settings = s->options->settings;
	const struct settings_relay *r =
		relay ? &settings->more[relay - 1] : &settings->relay;

	s->relay = relay;
	if (!claim_commit(s, false, f) &&
		!queue_day_left(s->ledger, r->per_day, relay, &s->day_left, f))
		return 0;
	s->failed = s->stop = true;
	return -1;
}

/* --- claims --- */

static void claim_free(struct claim *c)
{
	released_mail_done(&c->mail);
	text_freep(&c->reply);
	free(c);
}

static int claim_one(struct sending *s, struct queue_item *t, struct fault *f)
{
	struct claim *c = text_alloc(sizeof(*c));

	c->todo = t;
	c->attempt = s->next_attempt++;
	if (released_get(s->released, t->notice, &c->mail, f)) {
		claim_free(c);
		return -1;
	}
	c->place = flight_claim(s->flight, c->attempt, t->notice);
	*s->waiting_end = c;
	s->waiting_end = &c->next;
	s->outstanding++;
	s->last_notice = t->notice;
	query_bind_int(s->insert_attempt, ":id", c->attempt);
	query_bind_int(s->insert_attempt, ":run", ledger_run(s->ledger));
	query_bind_int(s->insert_attempt, ":release", s->release);
	query_bind_int(s->insert_attempt, ":position", t->position);
	query_bind_int(s->insert_attempt, ":notice", t->notice);
	query_bind_int(s->insert_attempt, ":at", clock_now());
	return query_run(s->insert_attempt, f);
}

static int write_settled(struct sending *s, struct fault *f)
{
	for (const struct claim *c = s->settled; c; c = c->next) {
		if (outcome_write(s->ledger, s->insert_outcome, c->attempt,
			    outcome_word(c->verdict.kind), c->verdict.code,
			    c->verdict.enhanced, c->reply ? c->reply : "", f))
			return -1;
		if (!c->relay) /* the first: that is what no row says */
			continue;
		query_bind_int(s->insert_relay, ":attempt", c->attempt);
		query_bind_int(s->insert_relay, ":relay", (int64_t)c->relay + 1);
		if (query_run(s->insert_relay, f))
			return -1;
	}
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
	s->settled_count = 0;
}

bool claim_level_is_over(const struct sending *s)
{
	return s->todo_next == s->todo_count ||
	       (s->todo_next &&
		       s->todo[s->todo_next].level != s->todo[s->todo_next - 1].level);
}

/* Unless a human has decided since that they get none. */
static int claim_unless_barred(
	struct sending *s, struct queue_item *t, size_t *claimed, struct fault *f)
{
	bool barred;

	if (queue_barred(s->bars, t->notice, &barred, f))
		return -1;
	if (barred)
		return 0;
	(*claimed)++;
	return claim_one(s, t, f);
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

/* Claims only within one level: the barrier. */
static int write_claims(struct sending *s, struct fault *f)
{
	size_t claimed = 0;

	fetch_due(s);
	while (claimed < s->batch && s->again_count && s->day_left > 0) {
		size_t before = claimed;

		if (claim_unless_barred(s, s->again[--s->again_count], &claimed, f))
			return -1;
		s->day_left -= claimed > before;
	}
	while (claimed < s->batch && s->todo_next < s->todo_count && s->day_left > 0) {
		struct queue_item *t = &s->todo[s->todo_next];
		size_t before = claimed;

		if (claim_level_is_over(s) && (s->outstanding || is_held_up(s, t->level)))
			break;
		s->todo_next++;
		if (claim_unless_barred(s, t, &claimed, f))
			return -1;
		s->day_left -= claimed > before;
	}
	return 0;
}

/* What the ledger did not take is not claimed. */
static void forget_waiting(struct sending *s)
{
	while (s->waiting) {
		struct claim *c = s->waiting;

		s->waiting = c->next;
		flight_free(s->flight, c->place);
		claim_free(c);
		s->outstanding--;
	}
	s->waiting_end = &s->waiting;
}

/*
 * One transaction: the outcomes that wait, and the claims of the mails that come next.
 * THE PROMISE STANDS HERE: when this returns 0 the claims are durable, and only then
 * relay is given their mails.
 */
int claim_commit(struct sending *s, bool claims, struct fault *f)
{
	if (!claims && !s->settled)
		return 0;
	if (ledger_begin(s->ledger, f) || write_settled(s, f) ||
		(claims && write_claims(s, f)) || ledger_commit(s->ledger, f)) {
		ledger_rollback(s->ledger);
		if (claims)
			forget_waiting(s);
		return -1;
	}
	if (s->waiting) /* claims were made: a copy from before them is an older one */
		head_move(s->head, s->next_attempt - 1, s->last_notice);
	claim_forget_settled(s);
	return 0;
}

/* The ledger takes no more, or a message is not the one that was released: no mail
 * begins, but those on the wire are finished, and the flight journal keeps what is heard
 * of them. */
void claim_commit_or_stop(struct sending *s, bool claims)
{
	if (!s->failed && claim_commit(s, claims, &s->fault))
		s->failed = s->stop = true;
}
