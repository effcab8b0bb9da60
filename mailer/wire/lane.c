/* SPDX-License-Identifier: MIT */
/*
 * One relay's connections. Connecting is dial.c's, the talk on a connection dialogue.c's,
 * the meaning of replies reply.c's; which mails there are, and when the run is over, is
 * relay.c's. What can go wrong: a relay that goes away is waited for, with growing
 * pauses; one that goes on failing, cannot be trusted or refuses us is left out. Nothing
 * is repeated here: what was not sent goes back.
 */
#include "mailer/wire/lane.h"

#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "mailer/wire/dialogue.h"
#include "mailer/wire/reply.h"
#include "recipients/clock.h"
#include "recipients/text.h"

#define CONNECT_MS 30000
#define FIRST_FAILURES                                                                   \
	2               /* while no connection ever stood: a wrong setting, most likely */
#define HARD_REFUSALS 2 /* 5xx about the session: waiting does not help */
#define OUT 30          /* times the first pause: how long it is left out at first */

struct lane_connection {
	struct lane *lane;
	enum {
		CLOSED,
		DIALING,
		OPEN
	} state;
	struct dial dial;
	struct dialogue talk;
	struct dialogue_calls calls; /* of talk, with us as their owner */
	curl_socket_t fd;
	bool writing; /* epoll also waits until it can be written */
	bool excused; /* its end was announced, or is our wish */
	size_t mails; /* given to it */
	int64_t used; /* when it was last of use, clock_monotonic */
};

static unsigned slot_of(const struct lane_connection *c)
{
	return c->lane->first_slot + (unsigned)(c - c->lane->connection);
}

/* --- giving up --- */

static void leave_out(struct lane *l, bool for_good, const struct fault *why)
{
	if (l->why.kind != FAULT_NONE)
		return;
	l->why = l->sum->why = *why;
	l->for_good = for_good;
	l->sum->left_out++;
	(void)back_off_hit(&l->outs, clock_monotonic());
}

/* Its time is over: it may show that it is well again. */
static void come_back(struct lane *l)
{
	l->why.kind = FAULT_NONE;
	l->on_trial = true;
	back_off_clear(&l->connects);
	back_off_clear(&l->refusals);
}

static unsigned limit_of(const struct lane *l, unsigned strict)
{
	if (l->on_trial)
		return 1;
	return l->s.failures > strict ? strict : l->s.failures;
}

/* One more could not be made while others stand: it may have as many as it likes. */
static void on_turned_away(struct lane *l)
{
	if (back_off_hit(&l->more, clock_monotonic()))
		l->enough = l->open;
}

/* A connection could not be made, or was lost before it was of any use. */
static void on_failure(struct lane *l, bool hopeless, const struct fault *why)
{
	if (!back_off_hit(&l->connects, clock_monotonic()) && !hopeless)
		return;
	if (hopeless || l->connects.in_row >=
				limit_of(l, l->stood ? l->s.failures : FIRST_FAILURES))
		leave_out(l, hopeless, why);
}

static void on_refusal(struct lane *l, const struct relay_verdict *v)
{
	bool hard = v->code >= 500;
	struct fault why = {0};
	char words[512];

	if (!back_off_hit(&l->refusals, clock_monotonic()) ||
		l->refusals.in_row < limit_of(l, hard ? HARD_REFUSALS : l->s.failures))
		return;
	reply_public(v->text, words, sizeof(words));
	(void)fault_set(&why, hard ? FAULT_UNAVAILABLE : FAULT_TEMPORARY,
		"%s %s:%u does not take our mail, %u times in a row; to %s it says: %d %s. %s%s%s",
		l->place.name, l->place.server.host, l->place.server.port,
		l->refusals.in_row, v->stage, v->code, words, hard ? "Check " : "",
		hard ? l->place.name : "",
		hard ? ".envelope_from, its user, and what it allows this machine to send."
		     : "Run again later, perhaps at a lower rate.");
	leave_out(l, false, &why);
}

/* --- may it? --- */

bool lane_is_spent(const struct lane *l)
{
	return l->s.most && l->given >= l->s.most;
}

bool lane_is_used(const struct lane *l)
{
	return l->why.kind == FAULT_NONE && !lane_is_spent(l);
}

/* In trouble it is given one mail, to see whether that is over. */
bool lane_may(const struct lane *l, int64_t now)
{
	bool troubled = l->on_trial || l->refusals.in_row;

	return lane_is_used(l) && now >= l->refusals.until && !(troubled && l->flights) &&
	       !pace_wait(&l->pace, now);
}

int64_t lane_wait(const struct lane *l, int64_t now)
{
	return pace_wait(&l->pace, now);
}

/* --- what dialogues ask --- */

/* It has had its share: no more mails, and goodbye once it is idle. */
static bool is_used_up(const struct lane_connection *c)
{
	unsigned most = c->lane->s.per_connection;

	return most && c->mails >= most;
}

static bool take(struct lane_connection *c, struct relay_mail *ret)
{
	struct lane *l = c->lane;

	if (!l->calls->take(l->calls->owner, l, c->dial.size, ret))
		return false;
	(void)pace_take(&l->pace, clock_monotonic());
	c->mails++;
	l->flights++;
	l->given++;
	return true;
}

static bool on_more(void *owner, const struct dial *dial, struct relay_mail *ret)
{
	struct lane_connection *c = owner;

	(void)dial;
	return !is_used_up(c) && take(c, ret);
}

static void on_handing_over(void *owner, const struct relay_mail *mail, unsigned slot)
{
	const struct lane_connection *c = owner;

	c->lane->calls->handing_over(c->lane->calls->owner, mail, slot);
}

static void on_well(struct lane *l)
{
	l->on_trial = false;
	back_off_clear(&l->connects);
	back_off_clear(&l->refusals);
	back_off_clear(&l->outs);
}

static void on_settled(void *owner, const struct relay_mail *mail,
	const struct relay_verdict *v, unsigned slot)
{
	struct lane_connection *c = owner;
	struct lane *l = c->lane;

	l->flights--;
	l->given -= v->kind == RELAY_NOT_SENT;
	c->used = clock_monotonic();
	if (v->session) {
		c->excused = true;
		on_refusal(l, v);
	} else if (v->code) {
		on_well(l);
	}
	l->calls->settled(l->calls->owner, l, mail, v, slot);
}

static bool on_halted(void *owner)
{
	const struct lane_connection *c = owner;

	return c->lane->calls->halted(c->lane->calls->owner);
}

/* --- connections --- */

static void hang_up(struct lane_connection *c)
{
	struct lane *l = c->lane;

	if (c->state == OPEN) {
		(void)epoll_ctl(l->calls->epoll, EPOLL_CTL_DEL, c->fd, NULL);
		l->open--;
	} else if (c->state == DIALING) {
		l->dialing--;
	}
	if (c->state != CLOSED) /* closes the socket */
		(void)curl_multi_remove_handle(l->calls->multi, c->dial.easy);
	c->state = CLOSED;
}

static void on_lost(struct lane_connection *c)
{
	struct lane *l = c->lane;
	struct fault why = {0};
	bool useless = !c->excused && c->talk.verdicts == 0;

	hang_up(c);
	if (!useless)
		return;
	(void)fault_set(&why, FAULT_UNAVAILABLE,
		"%s %s:%u breaks connections off before it has answered for one mail. "
		"Ask its administrator what its log says.",
		l->place.name, l->place.server.host, l->place.server.port);
	on_failure(l, false, &why);
}

/* After anything was done on a dialogue. */
static void tend(struct lane_connection *c)
{
	struct epoll_event ev = {.data.ptr = c};

	while (c->talk.broken && !c->talk.lost && !on_halted(c))
		dialogue_read(&c->talk);
	if (c->talk.lost) {
		on_lost(c);
		return;
	}
	if (c->talk.waits_write == c->writing)
		return;
	c->writing = c->talk.waits_write;
	ev.events = c->writing ? EPOLLIN | EPOLLOUT : EPOLLIN;
	(void)epoll_ctl(c->lane->calls->epoll, EPOLL_CTL_MOD, c->fd, &ev);
}

static void dial(struct lane_connection *c)
{
	struct lane *l = c->lane;
	struct fault why = {0};

	if ((!c->dial.easy && dial_init(&c->dial, &l->place, &why)) ||
		dial_reset(&c->dial, &l->place, &why)) {
		leave_out(l, true, &why);
		return;
	}
	if (curl_easy_setopt(c->dial.easy, CURLOPT_PRIVATE, c) ||
		curl_multi_add_handle(l->calls->multi, c->dial.easy)) {
		(void)fault_set(&why, FAULT_INTERNAL, "libcurl starts no connection");
		leave_out(l, true, &why);
		return;
	}
	c->state = DIALING;
	l->dialing++;
}

void lane_dial(struct lane *l)
{
	unsigned most = l->connects.in_row || l->more.in_row || !l->open ? 1 : l->open;
	int64_t now = clock_monotonic();

	if (now < l->connects.until || now < l->refusals.until ||
		(l->open >= l->enough && now < l->more.until))
		return;
	for (unsigned i = 0; i < l->s.connections && l->dialing < most; i++)
		if (l->connection[i].state == CLOSED && lane_is_used(l))
			dial(&l->connection[i]);
}

static void on_stands(struct lane_connection *c)
{
	struct epoll_event ev = {.events = EPOLLIN, .data.ptr = c};
	struct lane *l = c->lane;
	struct fault why = {0};

	l->dialing--;
	l->open++;
	l->stood = true;
	if (l->open > l->enough)
		back_off_clear(&l->more);
	l->size = c->dial.size;
	l->sum->connections++;
	l->sum->tls = c->dial.tls;
	l->sum->pipelining = c->dial.pipelining;
	l->sum->dsn = c->dial.dsn;
	c->state = OPEN;
	c->writing = c->excused = false;
	c->mails = 0;
	c->used = clock_monotonic();
	dialogue_open(&c->talk, &l->s, &c->calls, &c->dial, slot_of(c));
	if (!curl_easy_getinfo(c->dial.easy, CURLINFO_ACTIVESOCKET, &c->fd) &&
		!epoll_ctl(l->calls->epoll, EPOLL_CTL_ADD, c->fd, &ev))
		return;
	(void)fault_set(&why, FAULT_INTERNAL, "cannot watch a connection");
	l->calls->broken(l->calls->owner, &why);
}

void lane_dialed(struct lane_connection *c, CURLcode code)
{
	struct fault why = {0};
	bool hopeless;

	if (!dial_result(&c->dial, code, &c->lane->place, &hopeless, &why)) {
		on_stands(c);
		return;
	}
	hang_up(c);
	if (c->lane->open && !hopeless)
		on_turned_away(c->lane);
	else
		on_failure(c->lane, hopeless, &why);
}

/* --- work --- */

bool lane_serve(struct lane *l)
{
	struct relay_mail mail;

	for (unsigned i = 0; i < l->s.connections; i++) {
		struct lane_connection *c = &l->connection[i];

		if (c->state != OPEN || !dialogue_is_idle(&c->talk) || is_used_up(c))
			continue;
		if (!take(c, &mail))
			return false;
		dialogue_start(&c->talk, &mail);
		tend(c);
	}
	return lane_is_used(l) && l->open + l->dialing < l->s.connections;
}

void lane_event(struct lane_connection *c, uint32_t events)
{
	if (c->state != OPEN)
		return;
	if (events & EPOLLOUT)
		dialogue_write(&c->talk);
	if (events & ~(uint32_t)EPOLLOUT)
		dialogue_read(&c->talk);
	tend(c);
}

/* --- ends --- */

/* Goodbye to an idle connection: it is used up, or its relay would soon say so itself. */
static void leave(struct lane_connection *c)
{
	c->excused = true;
	dialogue_quit(&c->talk);
	tend(c);
}

static void expire_one(struct lane_connection *c, int64_t now)
{
	const struct lane *l = c->lane;

	if (c->state == OPEN && dialogue_is_idle(&c->talk) &&
		(is_used_up(c) || now - c->used > l->s.timeouts.idle ||
			l->why.kind != FAULT_NONE))
		leave(c);
	if (c->state != OPEN || !c->talk.deadline || now < c->talk.deadline)
		return;
	dialogue_time_out(&c->talk);
	tend(c);
}

void lane_expire(struct lane *l, int64_t now)
{
	for (unsigned i = 0; i < l->s.connections && !on_halted(l->connection); i++)
		expire_one(&l->connection[i], now);
	if (l->why.kind != FAULT_NONE && !l->for_good && now >= l->outs.until)
		come_back(l);
}

void lane_goodbye(struct lane *l)
{
	for (unsigned i = 0; i < l->s.connections; i++) {
		struct lane_connection *c = &l->connection[i];

		c->excused = true;
		if (c->state == DIALING)
			hang_up(c);
		if (c->state == OPEN)
			leave(c);
	}
}

/* --- from outside --- */

static void fill_gaps(struct relay_settings *s)
{
	struct relay_timeouts *t = &s->timeouts;

	s->connections = s->connections ? s->connections : 4;
	s->failures = s->failures ? s->failures : 5;
	t->connect = t->connect && t->connect < CONNECT_MS ? t->connect : CONNECT_MS;
	t->command = t->command ? t->command : 300 * 1000;
	t->data = t->data ? t->data : 120 * 1000;
	t->block = t->block ? t->block : 180 * 1000;
	t->dot = t->dot ? t->dot : 600 * 1000;
	t->idle = t->idle ? t->idle : 60 * 1000;
	t->quit = t->quit ? t->quit : 2 * 1000;
	t->back_off = t->back_off ? t->back_off : 1000;
}

static void fill_place(struct dial_settings *place, const struct relay_settings *s)
{
	place->name = s->name ? s->name : "relay";
	place->scheme = "smtp";
	place->ehlo = s->ehlo;
	place->user = s->user;
	place->password = s->password;
	place->token_file = s->token_file;
	place->ca_file = s->ca_file;
	place->cert_file = s->cert_file;
	place->key_file = s->key_file;
	place->timeout = s->timeouts.connect;
}

int lane_init(struct lane *l, const struct relay_settings *s, unsigned first_slot,
	const struct lane_calls *calls, struct relay_summary *sum, struct fault *f)
{
	*l = (struct lane){.calls = calls, .s = *s, .sum = sum, .first_slot = first_slot};
	if (relay_url_parse(s->url, &l->place.server, f))
		return -1;
	fill_gaps(&l->s);
	fill_place(&l->place, &l->s);
	if (l->s.connections > RELAY_CONNECTIONS_MAX)
		return fault_set(f, FAULT_CONFIG, "relay.connections is over %d",
			RELAY_CONNECTIONS_MAX);
	pace_init(&l->pace, l->s.per_second, clock_monotonic());
	l->connects.first = l->more.first = l->refusals.first = l->s.timeouts.back_off;
	l->outs.first = OUT * l->s.timeouts.back_off;
	l->connection = text_alloc(l->s.connections * sizeof(*l->connection));
	for (unsigned i = 0; i < l->s.connections; i++) {
		l->connection[i].lane = l;
		l->connection[i].calls = (struct dialogue_calls){on_more, on_handing_over,
			on_settled, on_halted, &l->connection[i]};
	}
	/* The first now, so that wrong settings are told before a mail is asked for. */
	return dial_init(&l->connection[0].dial, &l->place, f);
}

void lane_done(struct lane *l)
{
	for (unsigned i = 0; l->connection && i < l->s.connections; i++) {
		struct lane_connection *c = &l->connection[i];

		hang_up(c);
		dialogue_done(&c->talk);
		dial_done(&c->dial);
	}
	free(l->connection);
	l->connection = NULL;
}
