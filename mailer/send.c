/* SPDX-License-Identifier: MIT */
/*
 * The order of claims, hand-overs and outcomes. SMTP is wire/relay.c's, claims and group
 * commits claim.c's, what was released release.c's.
 *
 * What can go wrong: the process dies (the next run settles what it left, with the flight
 * journal), the relay goes away (what was claimed and not sent is free again), somebody
 * says stop (what is on the wire is finished).
 */
#include "mailer/send.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mailer/brake.h"
#include "mailer/claim.h"
#include "mailer/flight.h"
#include "mailer/outcome.h"
#include "mailer/post.h"
#include "mailer/permit.h"
#include "mailer/released.h"
#include "mailer/retry.h"
#include "mailer/wire/relay.h"
#include "recipients/text.h"

#define TRIES 3     /* of one notice in one run, a relay: lost before the final dot */
#define LOOK_MS 100 /* between two looks for a request to stop */

/* --- what the relay asks and tells --- */

/* Nothing was claimed. Held up, we wait for those that are put off, unless time stands
 * still. */
static bool is_at_end(const struct sending *s)
{
	if (s->stop)
		return true;
	return !s->outstanding && (claim_is_over(s) || (s->holding && clock_is_fixed()));
}

static int on_next(void *user, struct relay_mail *ret, struct fault *f)
{
	struct sending *s = user;
	struct claim *c;

	(void)f;
	if (s->stop)
		return RELAY_END;
	if (!s->waiting && s->ahead)
		claim_commit_or_stop(s, false);
	if (!s->waiting) {
		if (claim_is_over(s) && s->outstanding)
			return RELAY_NONE_NOW;
		if (claim_is_over(s)) {
			claim_commit_or_stop(s, false); /* before the relays' goodbyes */
			return RELAY_END;
		}
		if (!claim_is_any(s))
			return RELAY_NONE_NOW; /* the barrier: the last ones of the level
						  are on the wire, or wait for their
						  domain */
		claim_commit_or_stop(s, true);
		if (!s->waiting) /* the last ones may all be barred by now */
			return is_at_end(s) ? RELAY_END : RELAY_NONE_NOW;
	}
	c = s->waiting;
	if (released_prove(s->released, c->todo->notice, &c->mail, &s->fault)) {
		s->failed = s->stop = true;
		return RELAY_END;
	}
	s->waiting = c->next;
	s->waiting_count--;
	if (!s->waiting)
		s->waiting_end = &s->waiting;
	c->given = true;
	c->next = s->given;
	s->given = c;
	*ret = (struct relay_mail){.id = c->attempt,
		.own = c,
		.from = c->mail.envelope_from,
		.to = c->mail.to,
		.envid = c->mail.token,
		.bytes = c->mail.bytes.bytes,
		.length = c->mail.bytes.length};
	claim_ahead(s);
	return RELAY_MAIL;
}

/* Bounces go where this relay's account wants them. */
static void on_taken(void *user, struct relay_mail *mail)
{
	struct sending *s = user;
	struct claim *c = mail->own;
	const struct settings *settings = s->options->settings;
	const char *from = settings_relay(settings, mail->relay)->envelope_from;

	c->relay = mail->relay;
	flight_relay(s->flight, c->place, mail->relay);
	if (!strcmp(from, settings->relay.envelope_from))
		return;
	text_freep(&c->mail.envelope_from);
	c->mail.envelope_from = released_sender(from, c->mail.token);
	mail->from = c->mail.envelope_from;
}

/* From here on a crash means "in doubt". */
static void on_handing_over(void *user, const struct relay_mail *mail, unsigned slot)
{
	struct sending *s = user;
	struct claim *c = mail->own;

	(void)slot;
	flight_set(s->flight, c->place, FLIGHT_HANDED, 0);
	c->handed = true;
}

static enum flight_state flight_verdict(enum relay_kind kind)
{
	switch (kind) {
	case RELAY_ACCEPTED:
		return FLIGHT_ACCEPTED;
	case RELAY_REFUSED:
		return FLIGHT_REFUSED;
	case RELAY_DEFERRED:
		return FLIGHT_DEFERRED;
	case RELAY_IN_DOUBT:
		return FLIGHT_IN_DOUBT;
	case RELAY_NOT_SENT:
		return FLIGHT_NOT_SENT;
	}
	return FLIGHT_UNKNOWN;
}

static void take_from_given(struct sending *s, const struct claim *c)
{
	struct claim **p = &s->given;

	while (*p && *p != c)
		p = &(*p)->next;
	if (*p)
		*p = c->next;
}

static void put_off(struct sending *s, struct queue_item *t)
{
	int64_t now = clock_now();

	t->times++;
	t->first_at = t->first_at ? t->first_at : now;
	t->due_at = now + retry_wait(t->times, t->notice);
	s->later[s->later_count++] = t;
}

static void count_one(struct send_count *c, enum relay_kind kind, bool again)
{
	c->done += !again && c->done < c->total;
	c->accepted += kind == RELAY_ACCEPTED;
	c->refused += kind == RELAY_REFUSED;
	c->deferred += kind == RELAY_DEFERRED;
	c->in_doubt += kind == RELAY_IN_DOUBT;
}

/* One relay may refuse everybody while another takes them. What a stop leaves unsent
 * tells nothing. */
static void feel(struct sending *s, const struct claim *c, const struct relay_verdict *v)
{
	struct brake *own = settings_relays(s->options->settings) > 1
				    ? &s->brakes[1 + c->relay]
				    : NULL;

	if (s->stop)
		return;
	if (brake_feel(&s->brakes[0], v))
		s->braked = &s->brakes[0];
	if (own && brake_feel(own, v))
		s->braked = own;
	s->stop = s->braked != NULL;
}

static void settle(struct sending *s, struct claim *c, const struct relay_verdict *v)
{
	size_t relays = settings_relays(s->options->settings);
	bool again;

	flight_set(s->flight, c->place, flight_verdict(v->kind), v->code);
	c->verdict = *v;
	c->reply = text_copy(v->text ? v->text : "");
	if (v->queue_id[0]) {
		char *with_id = text_format("%s\nqueue id %s", c->reply, v->queue_id);

		text_freep(&c->reply);
		c->reply = with_id;
	}
	c->verdict.text = NULL;
	c->settled = true;
	c->next = NULL;
	released_mail_done(&c->mail);
	*s->settled_end = c;
	s->settled_end = &c->next;
	if (!s->unwritten)
		s->unwritten = c;
	if (!s->settled_count++)
		s->settled_since = clock_monotonic();
	s->outstanding--;
	s->left += v->kind == RELAY_NOT_SENT;
	domain_end(c->domain);
	s->accepted_now += v->kind == RELAY_ACCEPTED;
	again = v->kind == RELAY_NOT_SENT && !s->stop &&
		(size_t)++c->todo->tries < TRIES * relays;
	if (again)
		s->again[s->again_count++] = c->todo;
	s->progress.now = claim_level(s, c->todo);
	count_one(&s->progress.level[s->progress.now], v->kind, again);
	count_one(&s->progress.all, v->kind, again);
	if (v->kind == RELAY_DEFERRED)
		put_off(s, c->todo);
	feel(s, c, v);
	s->ended = clock_monotonic();
}

static int on_settled(void *user, const struct relay_mail *mail,
	const struct relay_verdict *v, unsigned slot, struct fault *f)
{
	struct sending *s = user;
	struct claim *c = mail->own;

	(void)slot;
	(void)f;
	c->relay = mail->relay;
	take_from_given(s, c);
	settle(s, c, v);
	if (s->settled_count >= CLAIM_BATCH_MOST)
		claim_commit_or_stop(s, false);
	return 0;
}

static void tell_progress(struct sending *s, bool over)
{
	const struct send_watch *w = s->options->watch;
	struct send_progress *p = &s->progress;
	double seconds = (double)(clock_monotonic() - s->began) / 1000;
	const struct send_count *level = &p->level[p->now];

	if (!w || !w->show)
		return;
	p->over = over;
	p->per_second = seconds > 0 ? (double)p->all.done / seconds : 0;
	p->seconds_left = p->per_second > 0
				  ? (double)(level->total - level->done) / p->per_second
				  : -1;
	w->show(w->user, p);
}

/* Did somebody say `send --stop`? */
static void look_for_request(struct sending *s)
{
	int64_t now = clock_monotonic();

	if (s->stop || now - s->looked_at < LOOK_MS)
		return;
	s->looked_at = now;
	if (brake_requested(s->options->settings->dir))
		s->stop = s->asked = true;
}

static int on_turn(void *user, bool idle, struct fault *f)
{
	struct sending *s = user;
	struct fault closed;

	(void)f;
	if (claim_is_due(s, idle))
		claim_commit_or_stop(s, false);
	tell_progress(s, false);
	if (clock_interrupted())
		s->stop = true;
	look_for_request(s);
	if (!s->stop && settings_within_hours(s->options->settings, &closed))
		s->stop = s->closed = true; /* the day ends: what is left waits */
	return s->stop ? 0 : 1;
}

/* --- the run --- */

/* What was claimed and not given is free again; what was handed over and not answered is
 * in doubt. */
static int settle_rest(struct sending *s, struct fault *f)
{
	struct relay_verdict v = {.text = "the run ended before this mail's turn"};
	struct claim *lists[] = {s->waiting, s->ahead, s->given};

	s->waiting = s->ahead = s->given = NULL;
	s->waiting_end = &s->waiting;
	s->ahead_end = &s->ahead;
	s->waiting_count = s->ahead_count = 0;
	s->stop = true;
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		while (lists[i]) {
			struct claim *c = lists[i];

			lists[i] = c->next;
			v.kind = c->handed ? RELAY_IN_DOUBT : RELAY_NOT_SENT;
			settle(s, c, &v);
		}
	return claim_commit(s, false, f);
}

static void sending_done(struct sending *s)
{
	claim_forget_settled(s);
	query_close(s->insert_attempt);
	query_close(s->insert_outcome);
	query_close(s->insert_relay);
	query_close(s->bars);
	released_close(s->released);
	domain_free(s->domains);
	free(s->todo);
	free(s->again);
	free(s->later);
	free(s->later_items);
}

static int tell_brake(const struct sending *s, struct fault *f)
{
	(void)brake_fault(s->braked, f);
	return s->braked == s->brakes
		       ? -1
		       : fault_prefix(f, "%s",
				 settings_relay(s->options->settings,
					 (size_t)(s->braked - s->brakes - 1))
					 ->name);
}

/* What each relay may take of its day; and all together. */
static int find_left(struct sending *s, int64_t left[SETTINGS_RELAYS], struct fault *f)
{
	const struct settings *settings = s->options->settings;

	s->left = 0;
	for (size_t i = 0; i < settings_relays(settings); i++) {
		if (queue_day_left(s->ledger, settings_relay(settings, i)->per_day, i,
			    &left[i], f))
			return -1;
		if (left[i] > 0 && s->left < INT64_MAX / 2)
			s->left += left[i] < INT64_MAX / 2 ? left[i] : INT64_MAX / 2;
	}
	return 0;
}

/* What people have signed is looked at whole before the first of it goes: each message
 * and recipient that is left, also those whose turn is not in this run. */
static int prove_all(struct sending *s, struct fault *f)
{
	struct queue_item *items = NULL;
	size_t count;
	int failed =
		queue_load(s->ledger, s->release, s->options->policy, &items, &count, f);

	for (size_t i = 0; !failed && i < count; i++) {
		struct released_mail m = {0};

		failed = released_take(s->released, items[i].notice, &m, f) ||
			 released_prove(s->released, items[i].notice, &m, f);
		released_mail_done(&m);
		if (!failed && clock_interrupted())
			failed = fault_set(
				f, FAULT_INTERRUPTED, "stopped before anything was sent");
	}
	free(items);
	return failed ? -1 : 0;
}

static int run(struct sending *s, struct send_tally *ret, struct fault *f)
{
	static const struct relay_events events = {.next = on_next,
		.handing_over = on_handing_over,
		.settled = on_settled,
		.turn = on_turn,
		.taken = on_taken};
	int64_t left[SETTINGS_RELAYS];
	const struct post_limits limits = {.connections = s->options->connections,
		.per_second = s->options->per_second,
		.left = left};
	struct fault later;
	int failed;

	/* Each message is read once: a large cache would be memory for nothing. */
	if (ledger_do(s->ledger, SQL("PRAGMA cache_size=-16384"), f) ||
		outcome_recover(s->ledger, s->options->settings->dir, f) ||
		flight_create(s->options->settings->dir, &s->flight, f))
		return -1;
	if (claim_load(s, f) || claim_open(s, f) || (s->is_signed && prove_all(s, f)) ||
		find_left(s, left, f)) {
		flight_remove(s->options->settings->dir, s->flight);
		return -1;
	}
	s->began = s->ended = clock_monotonic();
	look_for_request(s);
	failed = s->todo_count ? post_run(s->options->settings, &limits, &events, s,
					 s->options->relays, f)
			       : 0;
	tell_progress(s, true);
	ret->stopped = clock_interrupted() != 0;
	if (settle_rest(s, failed ? &later : f)) { /* the journal stays: it knows what the
						      ledger could not be told */
		flight_close(s->flight);
		s->flight = NULL;
		if (s->failed)
			*f = s->fault;
		return -1;
	}
	if (s->failed) {
		*f = s->fault;
		failed = -1;
	}
	if (!failed && s->braked && !ret->stopped)
		failed = tell_brake(s, f);
	flight_remove(s->options->settings->dir, s->flight);
	brake_forget(s->options->settings->dir);
	ret->asked = s->asked;
	ret->closed = s->closed;
	ret->day_over = s->left <= 0;
	ret->holding = s->holding;
	return failed;
}

/* What is put off for too long becomes a task: before a run, and by what it has learnt.
 */
static int give_up(struct ledger *l, const struct send_options *o, int64_t release,
	struct send_tally *ret, struct fault *f)
{
	int64_t count;

	if (retry_give_up(l, o->settings, o->policy, release, clock_now(), &count, f))
		return -1;
	ret->tasks_now += count;
	return 0;
}

static int send_all(struct sending *s, struct send_tally *ret, struct fault *f)
{
	const struct settings_relay *r = &s->options->settings->relay;
	int failed;

	for (size_t i = 0; i < sizeof(s->brakes) / sizeof(s->brakes[0]); i++)
		s->brakes[i] = (struct brake){
			.stop_count = r->stop_count, .stop_share = r->stop_share};
	s->domains = domain_new(s->options->settings);
	s->ahead_end = &s->ahead;
	s->waiting_end = &s->waiting;
	s->settled_end = &s->settled;
	if (outcome_open(s->ledger, &s->insert_outcome, f))
		return -1;
	failed = run(s, ret, f);
	ret->sent_now = s->accepted_now;
	ret->seconds = (double)(s->ended - s->began) / 1000;
	ret->per_second =
		s->ended > s->began ? (double)s->accepted_now / ret->seconds : 0;
	for (size_t i = 0; i < s->later_count; i++)
		if (!ret->due_at || s->later[i]->due_at < ret->due_at)
			ret->due_at = s->later[i]->due_at;
	sending_done(s);
	return failed;
}

int send_run(struct ledger *l, const struct send_options *o, struct send_tally *ret,
	struct fault *f)
{
	struct sending s = {.ledger = l, .options = o, .batch = CLAIM_BATCH_LEAST};
	struct release_options release = {
		.settings = o->settings, .policy = o->policy, .at = o->at};
	struct fault after;
	struct permit permit;
	int failed;

	*ret = (struct send_tally){.open_to = INT64_MAX};
	if (permit_find(l, &release, o->release, &permit, f))
		return -1;
	memcpy(ret->release, permit.digest, sizeof(permit.digest));
	ret->release_id = s.release = permit.id;
	ret->open_to = s.open_to = permit.open_to;
	ret->lapsed = permit.lapsed;
	s.is_signed = permit.is_signed;
	s.head_starts = &ret->head_starts;
	if (head_start_find(l, o->policy, settings_mode(o->settings), s.release, 0, 0,
		    &ret->head_starts, f))
		return -1;
	if (o->dry_run)
		return tally_read(l, o->settings->dir, s.release, ret, f);
	if (settings_within_hours(o->settings, f) ||
		head_open(l, o->settings->dir, o->settings->live, &s.head, f))
		return -1;
	failed = give_up(l, o, s.release, ret, f) || send_all(&s, ret, f) ? -1 : 0;
	head_close(s.head);
	if (give_up(l, o, s.release, ret, failed ? &after : f) ||
		tally_read(l, failed ? o->settings->dir : NULL, s.release, ret,
			failed ? &after : f)) {
		ret->released = 0; /* not known */
		return -1;
	}
	return failed;
}
