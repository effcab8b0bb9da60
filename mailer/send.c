/* SPDX-License-Identifier: MIT */
/*
 * The order of claims, hand-overs and outcomes. SMTP is wire/relay.c's, what was released
 * release.c's.
 *
 * What can go wrong: the process dies (recover), the relay goes away (what was claimed
 * and not sent is free again), the ledger cannot be written (we stop at once: an outcome
 * that cannot be kept is a claim in doubt), a message is not the one that was released
 * (77).
 */
#include "mailer/send.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mailer/flight.h"
#include "mailer/outcome.h"
#include "mailer/queue.h"
#include "mailer/release.h"
#include "mailer/released.h"
#include "mailer/wire/capture.h"
#include "mailer/wire/relay.h"
#include "recipients/text.h"

#define BATCH_LEAST 16
#define BATCH_MOST 1024
#define COMMIT_MS 250 /* an outcome waits this long for company */
#define SHARE_OF 100  /* mails after which the share of refusals is looked at */
#define TRIES 3       /* of one notice in one run: connection lost before the final dot */

/* A notice from its claim to its committed outcome. */
struct claim {
	struct queue_item *todo;
	int64_t attempt;
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
	int64_t release, next_attempt;
	const struct head_starts *head_starts;
	struct queue_item *todo;
	size_t todo_count, todo_next;
	struct queue_item *
		*again; /* lost before the dot; tried again before the level ends */
	size_t again_count;
	size_t outstanding;                   /* claimed, not settled */
	struct claim *waiting, **waiting_end; /* claimed, not given to the relay */
	struct claim *given;                  /* on the wire, chained by next */
	struct claim *settled, **settled_end;
	size_t settled_count, batch;
	int64_t settled_since, claimed_at, day_left;
	size_t refused_in_row, judged, refused;
	bool too_many; /* refusals */
	bool closed;   /* the sending hours are over */
	int refused_code;
	bool stop, failed;
	struct fault fault; /* why, if it failed */
	int64_t accepted_now, done_now;
	int64_t began, ended;
	struct query *insert_attempt, *insert_outcome, *bars;
	struct released *released;
};

static int open_queries(struct sending *s, struct fault *f)
{
	if (ledger_number(s->ledger, SQL("SELECT max(id) FROM attempt"), 0,
		    &s->next_attempt, f) ||
		ledger_query(s->ledger,
			SQL("INSERT INTO attempt (id, run_id, release_id, position, notice_id, at)"
			    " VALUES (:id, :run, :release, :position, :notice, :at)"),
			&s->insert_attempt, f) ||
		queue_bars_open(s->ledger, &s->bars, f))
		return -1;
	s->next_attempt++;
	return released_open(
		s->ledger, s->options->settings->relay.envelope_from, &s->released, f);
}

static int load_queue(struct sending *s, struct fault *f)
{
	bool resend = s->options->policy->in_doubt == POLICY_RESEND;

	if (queue_load(s->ledger, s->release, resend, &s->todo, &s->todo_count, f) ||
		queue_day_left(
			s->ledger, s->options->settings->relay.per_day, &s->day_left, f))
		return -1;
	(void)queue_wait(s->todo, &s->todo_count, s->head_starts, clock_now());
	s->again = text_alloc((s->todo_count + 1) * sizeof(struct queue_item *));
	return 0;
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
	static const char *const verdicts[] = {[RELAY_ACCEPTED] = "accepted",
		[RELAY_REFUSED] = "refused",
		[RELAY_DEFERRED] = "deferred",
		[RELAY_IN_DOUBT] = "in_doubt",
		[RELAY_NOT_SENT] = "not_sent"};

	for (const struct claim *c = s->settled; c; c = c->next)
		if (outcome_write(s->ledger, s->insert_outcome, c->attempt,
			    verdicts[c->verdict.kind], c->verdict.code,
			    c->verdict.enhanced, c->reply ? c->reply : "", f))
			return -1;
	return 0;
}

static void forget_settled(struct sending *s)
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

static bool level_is_over(const struct sending *s)
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

/* Claims only within one level: the barrier. */
static int write_claims(struct sending *s, struct fault *f)
{
	size_t claimed = 0;

	while (claimed < s->batch && s->again_count)
		if (claim_unless_barred(s, s->again[--s->again_count], &claimed, f))
			return -1;
	while (claimed < s->batch && s->todo_next < s->todo_count && s->day_left > 0) {
		struct queue_item *t = &s->todo[s->todo_next];
		size_t before = claimed;

		if (level_is_over(s) && s->outstanding)
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
static int commit(struct sending *s, bool claims, struct fault *f)
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
	forget_settled(s);
	return 0;
}

/* The ledger takes no more, or a message is not the one that was released: no mail
 * begins, but those on the wire are finished, and the flight journal keeps what is heard
 * of them. */
static void commit_or_stop(struct sending *s, bool claims)
{
	if (!s->failed && commit(s, claims, &s->fault))
		s->failed = s->stop = true;
}

/* --- what the relay asks and tells --- */

static bool all_is_over(const struct sending *s)
{
	return !s->again_count && (s->todo_next == s->todo_count || s->day_left <= 0);
}

/* More mails at a time while they are used up quickly, fewer while they wait: a slow
 * relay is not claimed in advance. */
static void adapt_batch(struct sending *s)
{
	int64_t now = clock_monotonic();

	if (s->claimed_at && now - s->claimed_at < 200 && s->batch < BATCH_MOST)
		s->batch *= 2;
	else if (s->claimed_at && now - s->claimed_at > 1000 && s->batch > BATCH_LEAST)
		s->batch /= 2;
	s->claimed_at = now;
}

static int on_next(void *user, struct relay_mail *ret, struct fault *f)
{
	struct sending *s = user;
	struct claim *c;

	(void)f;
	if (s->stop)
		return RELAY_END;
	if (!s->waiting) {
		if (all_is_over(s))
			return s->outstanding ? RELAY_NONE_NOW : RELAY_END;
		if (level_is_over(s) && !s->again_count && s->outstanding)
			return RELAY_NONE_NOW; /* the barrier: the last ones of the level
						  are on the wire */
		adapt_batch(s);
		commit_or_stop(s, true);
		if (!s->waiting) /* the last ones may all be barred by now */
			return s->stop || (all_is_over(s) && !s->outstanding)
				       ? RELAY_END
				       : RELAY_NONE_NOW;
	}
	c = s->waiting;
	s->waiting = c->next;
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
	return RELAY_MAIL;
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

/* Many equal refusals in a row are hardly about so many people: stop, before a wrong
 * setting refuses everyone. */
static void watch_refusals(struct sending *s, const struct relay_verdict *v)
{
	const struct settings_relay *r = &s->options->settings->relay;

	if (s->stop) /* what is left unsent by it says nothing more */
		return;
	s->judged += v->kind == RELAY_ACCEPTED || v->kind == RELAY_REFUSED;
	s->refused += v->kind == RELAY_REFUSED;
	if (s->judged == SHARE_OF && (double)s->refused >= r->stop_share * SHARE_OF &&
		s->refused)
		s->stop = s->too_many = true;
	if (v->kind != RELAY_REFUSED) {
		s->refused_in_row = 0;
		return;
	}
	s->refused_in_row = v->code == s->refused_code ? s->refused_in_row + 1 : 1;
	s->refused_code = v->code;
	if (s->refused_in_row >= r->stop_count)
		s->stop = s->too_many = true;
}

static void take_from_given(struct sending *s, const struct claim *c)
{
	struct claim **p = &s->given;

	while (*p && *p != c)
		p = &(*p)->next;
	if (*p)
		*p = c->next;
}

static void settle(struct sending *s, struct claim *c, const struct relay_verdict *v)
{
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
	*s->settled_end = c;
	s->settled_end = &c->next;
	if (!s->settled_count++)
		s->settled_since = clock_monotonic();
	s->outstanding--;
	s->done_now++;
	s->accepted_now += v->kind == RELAY_ACCEPTED;
	if (v->kind == RELAY_NOT_SENT && !s->stop && ++c->todo->tries < TRIES) {
		s->again[s->again_count++] = c->todo;
		s->done_now--;
	}
	watch_refusals(s, v);
	s->ended = clock_monotonic();
}

static int on_settled(void *user, const struct relay_mail *mail,
	const struct relay_verdict *v, unsigned slot, struct fault *f)
{
	struct sending *s = user;

	(void)slot;
	(void)f;
	take_from_given(s, mail->own);
	settle(s, mail->own, v);
	if (s->settled_count >= BATCH_MOST)
		commit_or_stop(s, false);
	return 0;
}

static int on_turn(void *user, bool idle, struct fault *f)
{
	struct sending *s = user;

	(void)f;
	if (s->settled && (idle || clock_monotonic() - s->settled_since >= COMMIT_MS))
		commit_or_stop(s, false);
	if (s->options->progress && s->options->progress->show)
		s->options->progress->show(s->options->progress->user, "sending",
			(size_t)s->done_now, s->todo_count);
	if (clock_interrupted())
		s->stop = true;
	if (!s->stop && settings_within_hours(s->options->settings, &s->fault))
		s->stop = s->closed = true; /* the day ends: what is left waits */
	return s->stop ? 0 : 1;
}

/* --- the run --- */

/* What was claimed and not given is free again; what was handed over and not answered is
 * in doubt. */
static int settle_rest(struct sending *s, struct fault *f)
{
	struct relay_verdict v = {.text = "the run ended before this mail's turn"};
	struct claim *lists[2] = {s->waiting, s->given};

	s->waiting = s->given = NULL;
	s->waiting_end = &s->waiting;
	s->stop = true;
	for (size_t i = 0; i < 2; i++)
		while (lists[i]) {
			struct claim *c = lists[i];

			lists[i] = c->next;
			v.kind = c->handed ? RELAY_IN_DOUBT : RELAY_NOT_SENT;
			settle(s, c, &v);
		}
	return commit(s, false, f);
}

static double rate(const struct send_options *o)
{
	double limit = (double)o->settings->relay.per_minute / 60;

	if (limit <= 0 || (o->per_second > 0 && o->per_second < limit))
		limit = o->per_second;
	return limit;
}

static int hand_over(struct sending *s, const char *password, struct fault *f)
{
	static const struct relay_events events = {
		on_next, on_handing_over, on_settled, on_turn};
	const struct settings *settings = s->options->settings;
	const struct settings_relay *r = &settings->relay;
	auto_capture *capture = NULL;
	struct relay_summary summary;
	struct relay_settings relay = {.url = r->url,
		.user = r->user,
		.password = password,
		.token_file = r->token_file,
		.ca_file = r->ca_file,
		.cert_file = r->cert_file,
		.key_file = r->key_file,
		.connections = s->options->connections ? s->options->connections
						       : r->connections,
		.pipelining = r->pipelining,
		.per_second = rate(s->options),
		.dsn = true,
		.timeouts = {r->timeout, r->timeout, r->timeout, r->timeout, r->timeout}};
	auto_text dir = NULL;

	if (!r->capture_dir)
		return relay_run(&relay, &events, s, &summary, f);
	dir = *r->capture_dir == '/'
		      ? text_copy(r->capture_dir)
		      : text_format("%s/%s", settings->dir, r->capture_dir);
	if (capture_open(dir, &capture, f))
		return -1;
	return capture_run(capture, rate(s->options), &events, s, &summary, f);
}

static void sending_done(struct sending *s)
{
	forget_settled(s);
	query_close(s->insert_attempt);
	query_close(s->insert_outcome);
	query_close(s->bars);
	released_close(s->released);
	free(s->todo);
	free(s->again);
}

static int refused_too_many(const struct sending *s, struct fault *f)
{
	static const char advice[] =
		"See breachmail report --kind people; mend the cause, then run approve --withdraw,"
		" approve --release and send: the refused are tried again";

	if (!s->refused_code)
		return fault_set(f, FAULT_UNAVAILABLE,
			"stopped: the relay takes no mail as large as these. %s", advice);
	return fault_set(f, FAULT_UNAVAILABLE,
		"stopped: the relay refused %zu of %zu mails, the last with code %d. %s",
		s->refused, s->judged, s->refused_code, advice);
}

static int run(struct sending *s, struct send_tally *ret, struct fault *f)
{
	auto_text password = NULL;
	struct fault later;
	int failed;

	if (outcome_recover(s->ledger, s->options->settings->dir, f) ||
		flight_create(s->options->settings->dir, &s->flight, f))
		return -1;
	if (load_queue(s, f) || open_queries(s, f) ||
		settings_password(s->options->settings, &password, f)) {
		flight_remove(s->options->settings->dir, s->flight);
		return -1;
	}
	s->began = s->ended = clock_monotonic();
	failed = s->todo_count ? hand_over(s, password, f) : 0;
	if (password)
		explicit_bzero(password, strlen(password));
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
	if (!failed && s->closed && !ret->stopped) {
		*f = s->fault;
		failed = -1;
	}
	if (!failed && s->too_many && !ret->stopped)
		failed = refused_too_many(s, f);
	flight_remove(s->options->settings->dir, s->flight);
	return failed;
}

int send_run(struct ledger *l, const struct send_options *o, struct send_tally *ret,
	struct fault *f)
{
	struct sending s = {.ledger = l, .options = o, .batch = BATCH_LEAST};
	struct release_options release = {o->settings, o->policy};
	struct fault tally_fault;
	char digest[RELEASE_DIGEST];
	int failed;

	*ret = (struct send_tally){0};
	s.waiting_end = &s.waiting;
	s.settled_end = &s.settled;
	if (release_find(l, &release, o->release, &s.release, digest, f))
		return -1;
	memcpy(ret->release, digest, sizeof(digest));
	ret->release_id = s.release;
	s.head_starts = &ret->head_starts;
	if (head_start_find(l, o->policy, settings_mode(o->settings), s.release, 0, 0,
		    &ret->head_starts, f))
		return -1;
	if (o->dry_run)
		return send_tally(l, o->settings->dir, s.release, ret, f);
	if (settings_within_hours(o->settings, f) ||
		outcome_open(l, &s.insert_outcome, f))
		return -1;
	failed = run(&s, ret, f);
	ret->sent_now = s.accepted_now;
	ret->seconds = (double)(s.ended - s.began) / 1000;
	ret->per_second = s.ended > s.began ? (double)s.accepted_now / ret->seconds : 0;
	sending_done(&s);
	if (send_tally(l, NULL, s.release, ret, failed ? &tally_fault : f))
		return -1;
	return failed;
}

static bool is_waiting(const char *verdict)
{
	return !strcmp(verdict, "pending") || !strcmp(verdict, "deferred") ||
	       !strcmp(verdict, "not_sent");
}

/* `dir` NULL: we are the writer, and nothing is claimed. */
int send_tally(struct ledger *l, const char *dir, int64_t release, struct send_tally *ret,
	struct fault *f)
{
	auto_query struct query *q = NULL;
	int got;

	if (ledger_query(l,
		    SQL("SELECT i.notice_id, n.level_order, a.id AS attempt, CASE WHEN a.verdict IS NULL OR (a.verdict = 'refused' AND"
			" a.release_id <> i.release_id) THEN 'pending' ELSE a.verdict END AS verdict,"
			" EXISTS (SELECT 1 FROM notice_barred b WHERE b.notice_id = i.notice_id) AS held FROM release_item i"
			" JOIN notice n ON n.id = i.notice_id"
			" LEFT JOIN attempt_last a ON a.notice_id = i.notice_id WHERE i.release_id = :release"),
		    &q, f))
		return -1;
	query_bind_int(q, ":release", release);
	while ((got = query_next(q, f)) > 0) {
		const char *v = query_text(q, "verdict");

		if (dir && !strcmp(v, "claimed"))
			v = outcome_of_claim(
				dir, query_int(q, "attempt"), query_int(q, "notice_id"));
		ret->released++;
		ret->held += query_int(q, "held") && !strcmp(v, "pending");
		ret->waiting += !query_int(q, "held") && is_waiting(v) &&
				head_start_not_before(&ret->head_starts,
					query_int(q, "level_order"), clock_now());
		if (!strcmp(v, "accepted"))
			ret->accepted++;
		else if (!strcmp(v, "refused"))
			ret->refused++;
		else if (!strcmp(v, "deferred"))
			ret->deferred++;
		else if (!strcmp(v, "in_doubt") || !strcmp(v, "claimed"))
			ret->in_doubt++;
		else
			ret->pending++;
	}
	return got;
}
