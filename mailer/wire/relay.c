/* SPDX-License-Identifier: MIT */
/*
 * Runs the connections: asks for mails, hands each to a connection that is free, opens as
 * many as the work asks for, slows down and stops when the relay says so. Connecting is
 * dial.c's, the talk on a connection dialogue.c's, the meaning of replies reply.c's. What
 * can go wrong: a relay that goes away is waited for, with growing pauses; a relay that
 * cannot be trusted or that refuses us ends the run. Nothing is repeated here: what was
 * not sent goes back.
 */
#include "mailer/wire/relay.h"

#include <curl/curl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "mailer/wire/dial.h"
#include "mailer/wire/dialogue.h"
#include "mailer/wire/pace.h"
#include "mailer/wire/reply.h"
#include "recipients/clock.h"
#include "recipients/text.h"

#define CONNECT_MS 30000
#define WAIT_MS 100     /* at most between two turns */
#define ASK_AGAIN_MS 20 /* when next had nothing */
#define FIRST_FAILURES                                                                   \
	2               /* while no connection ever stood: a wrong setting, most likely */
#define HARD_REFUSALS 2 /* 5xx about the session: waiting does not help */
#define EVENTS 64

struct connection {
	enum {
		CLOSED,
		DIALING,
		OPEN
	} state;
	struct dial dial;
	struct dialogue talk;
	curl_socket_t fd;
	bool writing; /* epoll also waits until it can be written */
	bool excused; /* its end was announced, or is our wish */
	size_t mails; /* given to it */
	int64_t used; /* when it was last of use, clock_monotonic */
};

struct engine {
	struct relay_settings s; /* the caller's, with the gaps filled */
	struct relay_url url;
	const struct relay_events *e;
	void *user;
	struct relay_summary *sum;
	struct fault *f;
	struct dialogue_calls calls;
	CURLM *multi;
	int epoll;
	struct connection *connection;
	unsigned open, dialing;
	size_t flights;         /* mails given to connections and not yet settled */
	struct relay_mail hand; /* a mail that waits for a connection */
	bool has_hand;
	bool none_now;    /* next had nothing in this turn */
	bool was_idle;    /* so was the turn before */
	bool ended;       /* next will have nothing any more */
	bool stopping;    /* no new mails */
	bool aborted;     /* not one byte more; `f` is filled */
	bool stood;       /* a connection stood once */
	struct fault why; /* we stop; kind FAULT_NONE: it is the caller's wish */
	struct pace pace;
	struct back_off connects, refusals;
};

/* --- giving up --- */

static void stop(struct engine *en, const struct fault *why)
{
	if (en->why.kind == FAULT_NONE)
		en->why = *why;
	en->stopping = true;
}

/* A connection could not be made, or was lost before it was of any use. */
static void on_failure(struct engine *en, bool hopeless, const struct fault *why)
{
	unsigned limit = en->s.failures;

	if (!en->stood && limit > FIRST_FAILURES)
		limit = FIRST_FAILURES;
	if (!back_off_hit(&en->connects, clock_monotonic()) && !hopeless)
		return;
	if (hopeless || en->connects.in_row >= limit)
		stop(en, why);
}

static void on_refusal(struct engine *en, const struct relay_verdict *v)
{
	bool hard = v->code >= 500;
	unsigned limit = en->s.failures;
	struct fault why = {0};
	char words[512];

	if (hard && limit > HARD_REFUSALS)
		limit = HARD_REFUSALS;
	if (!back_off_hit(&en->refusals, clock_monotonic()) ||
		en->refusals.in_row < limit)
		return;
	reply_public(v->text, words, sizeof(words));
	(void)fault_set(&why, hard ? FAULT_UNAVAILABLE : FAULT_TEMPORARY,
		"relay %s:%u does not take our mail, %u times in a row; to %s it says: %d %s. %s",
		en->url.host, en->url.port, en->refusals.in_row, v->stage, v->code, words,
		hard ? "Check relay.envelope_from, relay.user, and what it allows this "
		       "machine to send."
		     : "Run again later, perhaps at a lower rate.");
	stop(en, &why);
}

/* --- the caller's mails --- */

static void tell(struct engine *en, const struct relay_mail *mail,
	const struct relay_verdict *v, unsigned slot)
{
	if (en->aborted)
		return;
	relay_count(en->sum, v->kind);
	if (en->e->settled(en->user, mail, v, slot, en->f))
		en->aborted = true;
}

static void drop_hand(
	struct engine *en, enum relay_kind kind, const char *stage, const char *why)
{
	struct relay_verdict v = {.kind = kind, .stage = stage, .text = why};

	en->has_hand = false;
	tell(en, &en->hand, &v, 0);
}

static void pull(struct engine *en)
{
	struct fault why = {0};

	if (en->has_hand || en->none_now || en->ended || en->stopping || en->aborted)
		return;
	switch (en->e->next(en->user, &en->hand, en->f)) {
	case RELAY_MAIL:
		en->has_hand = true;
		break;
	case RELAY_END:
		en->ended = true;
		return;
	case RELAY_NONE_NOW:
		en->none_now = true;
		return;
	default:
		en->aborted = true;
		return;
	}
	if (relay_mail_check(&en->hand, &why)) {
		stop(en, &why);
		drop_hand(en, RELAY_NOT_SENT, "MAIL", "not fit for the wire");
	}
}

/* Takes mails in hand until one fits the relay's SIZE; the others are refused here. */
static bool pull_fitting(struct engine *en, const struct dial *dial)
{
	for (;;) {
		auto_text why = NULL;

		pull(en);
		if (!en->has_hand)
			return false;
		if (!dial->size || en->hand.length <= dial->size)
			return true;
		why = text_format("the message has %zu bytes, the relay takes %zu",
			en->hand.length, dial->size);
		drop_hand(en, RELAY_REFUSED, "size", why);
	}
}

/* May the mail in hand go out now? If so it is counted. */
static bool may_send(struct engine *en)
{
	int64_t now = clock_monotonic();

	return !en->stopping && !en->aborted && now >= en->refusals.until &&
	       pace_take(&en->pace, now);
}

/* --- what dialogues ask --- */

/* It has had its share: no more mails, and goodbye once it is idle. */
static bool is_used_up(const struct engine *en, const struct connection *c)
{
	return en->s.per_connection && c->mails >= en->s.per_connection;
}

static struct connection *connection_of(struct engine *en, const struct dial *dial)
{
	struct connection *c = en->connection;

	while (&c->dial != dial)
		c++;
	return c;
}

static bool on_more(void *owner, const struct dial *dial, struct relay_mail *ret)
{
	struct engine *en = owner;
	struct connection *c = connection_of(en, dial);

	if (is_used_up(en, c) || !pull_fitting(en, dial) || !may_send(en))
		return false;
	c->mails++;
	*ret = en->hand;
	en->has_hand = false;
	en->flights++;
	return true;
}

static void on_handing_over(void *owner, const struct relay_mail *mail, unsigned slot)
{
	struct engine *en = owner;

	if (!en->aborted)
		en->e->handing_over(en->user, mail, slot);
}

static void on_settled(void *owner, const struct relay_mail *mail,
	const struct relay_verdict *v, unsigned slot)
{
	struct engine *en = owner;

	en->flights--;
	en->connection[slot].used = clock_monotonic();
	if (v->session) {
		en->connection[slot].excused = true;
		on_refusal(en, v);
	} else if (v->code) {
		back_off_clear(&en->connects);
		back_off_clear(&en->refusals);
	}
	tell(en, mail, v, slot);
}

static bool on_halted(void *owner)
{
	const struct engine *en = owner;

	return en->aborted;
}

/* --- connections --- */

static void hang_up(struct engine *en, struct connection *c)
{
	if (c->state == OPEN) {
		(void)epoll_ctl(en->epoll, EPOLL_CTL_DEL, c->fd, NULL);
		en->open--;
	} else if (c->state == DIALING) {
		en->dialing--;
	}
	if (c->state != CLOSED)
		(void)curl_multi_remove_handle(
			en->multi, c->dial.easy); /* closes the socket */
	c->state = CLOSED;
}

static void on_lost(struct engine *en, struct connection *c)
{
	struct fault why = {0};
	bool useless = !c->excused && c->talk.verdicts == 0;

	hang_up(en, c);
	if (!useless)
		return;
	(void)fault_set(&why, FAULT_UNAVAILABLE,
		"relay %s:%u breaks connections off before it has answered for one mail. "
		"Ask its administrator what its log says.",
		en->url.host, en->url.port);
	on_failure(en, false, &why);
}

/* After anything was done on a dialogue. */
static void tend(struct engine *en, struct connection *c)
{
	struct epoll_event ev = {.data.ptr = c};

	while (c->talk.broken && !c->talk.lost && !en->aborted)
		dialogue_read(&c->talk);
	if (c->talk.lost) {
		on_lost(en, c);
		return;
	}
	if (c->talk.waits_write == c->writing)
		return;
	c->writing = c->talk.waits_write;
	ev.events = c->writing ? EPOLLIN | EPOLLOUT : EPOLLIN;
	(void)epoll_ctl(en->epoll, EPOLL_CTL_MOD, c->fd, &ev);
}

static void dial(struct engine *en, struct connection *c)
{
	struct fault why = {0};

	if (!c->dial.easy && dial_init(&c->dial, &en->s, &en->url, &why)) {
		stop(en, &why);
		return;
	}
	if (dial_reset(&c->dial, &en->s, &why)) {
		stop(en, &why);
		return;
	}
	if (curl_easy_setopt(c->dial.easy, CURLOPT_PRIVATE, c) ||
		curl_multi_add_handle(en->multi, c->dial.easy)) {
		(void)fault_set(&why, FAULT_INTERNAL, "libcurl starts no connection");
		stop(en, &why);
		return;
	}
	c->state = DIALING;
	en->dialing++;
}

/*
 * One connection more, while a mail waits and none is free: as many attempts at a time as
 * connections stand, so that a few mails open a few and a broken relay sees one.
 */
static void dial_more(struct engine *en)
{
	unsigned most = en->connects.in_row || !en->open ? 1 : en->open;
	int64_t now = clock_monotonic();

	if (now < en->connects.until || now < en->refusals.until)
		return;
	for (unsigned i = 0; i < en->s.connections && en->dialing < most; i++)
		if (en->connection[i].state == CLOSED && !en->stopping)
			dial(en, &en->connection[i]);
}

static void on_stands(struct engine *en, struct connection *c)
{
	struct epoll_event ev = {.events = EPOLLIN, .data.ptr = c};

	en->dialing--;
	en->open++;
	en->stood = true;
	en->sum->connections++;
	en->sum->tls = c->dial.tls;
	en->sum->pipelining = c->dial.pipelining;
	en->sum->dsn = c->dial.dsn;
	c->state = OPEN;
	c->writing = c->excused = false;
	c->mails = 0;
	c->used = clock_monotonic();
	dialogue_open(
		&c->talk, &en->s, &en->calls, &c->dial, (unsigned)(c - en->connection));
	if (curl_easy_getinfo(c->dial.easy, CURLINFO_ACTIVESOCKET, &c->fd) ||
		epoll_ctl(en->epoll, EPOLL_CTL_ADD, c->fd, &ev)) {
		(void)fault_set(en->f, FAULT_INTERNAL, "cannot watch a connection");
		en->aborted = true;
	}
}

static void on_dialed(struct engine *en)
{
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(en->multi, &left))) {
		struct connection *c = NULL;
		struct fault why = {0};
		bool hopeless;

		if (message->msg != CURLMSG_DONE ||
			curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &c))
			continue;
		if (!dial_result(&c->dial, message->data.result, &en->s, &en->url,
			    &hopeless, &why)) {
			on_stands(en, c);
			continue;
		}
		hang_up(en, c);
		on_failure(en, hopeless, &why);
	}
}

/* --- the loop --- */

static void hand_out(struct engine *en)
{
	bool full = true;

	en->none_now = false;
	for (unsigned i = 0; i < en->s.connections && !en->aborted; i++) {
		struct connection *c = &en->connection[i];

		if (c->state != OPEN || !dialogue_is_idle(&c->talk) || is_used_up(en, c))
			continue;
		full = false;
		if (!pull_fitting(en, &c->dial) || !may_send(en))
			break;
		en->has_hand = false;
		en->flights++;
		c->mails++;
		dialogue_start(&c->talk, &en->hand);
		tend(en, c);
		full = true;
	}
	if (!full || en->open + en->dialing >= en->s.connections || en->aborted)
		return;
	pull(en);
	if (en->has_hand)
		dial_more(en);
}

static void dispatch(struct engine *en, int timeout)
{
	struct epoll_event events[EVENTS];
	int running, count;

	if (en->dialing) {
		struct curl_waitfd extra = {.fd = en->epoll, .events = CURL_WAIT_POLLIN};

		(void)curl_multi_poll(en->multi, &extra, 1, timeout, NULL);
		(void)curl_multi_perform(en->multi, &running);
		on_dialed(en);
		timeout = 0;
	}
	count = epoll_wait(en->epoll, events, EVENTS, timeout);
	for (int i = 0; i < count && !en->aborted; i++) {
		struct connection *c = events[i].data.ptr;

		if (c->state != OPEN)
			continue;
		if (events[i].events & EPOLLOUT)
			dialogue_write(&c->talk);
		if (events[i].events & ~(uint32_t)EPOLLOUT)
			dialogue_read(&c->talk);
		tend(en, c);
	}
}

/* Goodbye to an idle connection: it is used up, or its relay would soon say so itself. */
static void leave(struct engine *en, struct connection *c)
{
	c->excused = true;
	dialogue_quit(&c->talk);
	tend(en, c);
}

static void leave_unused(struct engine *en, struct connection *c, int64_t now)
{
	if (c->state == OPEN && dialogue_is_idle(&c->talk) &&
		(is_used_up(en, c) || now - c->used > en->s.timeouts.idle))
		leave(en, c);
}

static void expire(struct engine *en)
{
	int64_t now = clock_monotonic();

	for (unsigned i = 0; i < en->s.connections && !en->aborted; i++) {
		struct connection *c = &en->connection[i];

		leave_unused(en, c, now);
		if (c->state != OPEN || !c->talk.deadline || now < c->talk.deadline)
			continue;
		dialogue_time_out(&c->talk);
		tend(en, c);
	}
}

static int how_long(struct engine *en, bool idle)
{
	int64_t wait = WAIT_MS, paced;

	if (en->none_now)
		wait = idle && !en->was_idle ? 0 : ASK_AGAIN_MS;
	if (en->has_hand) {
		paced = pace_wait(&en->pace, clock_monotonic());
		if (paced && paced < wait)
			wait = paced;
	}
	en->was_idle = idle;
	return (int)wait;
}

static void run(struct engine *en)
{
	while (!en->aborted) {
		bool idle;
		int go;

		hand_out(en);
		if (en->stopping && en->has_hand)
			drop_hand(en, RELAY_NOT_SENT, "MAIL",
				"the run ended before its turn");
		idle = !en->flights && !en->has_hand;
		if (en->aborted || (idle && (en->stopping || en->ended)))
			return;
		go = en->e->turn(en->user, idle, en->f);
		en->aborted = go < 0;
		en->stopping = en->stopping || go == 0;
		if (!en->aborted)
			dispatch(en, how_long(en, idle));
		expire(en);
	}
}

static void say_goodbye(struct engine *en)
{
	int64_t end = clock_monotonic() + en->s.timeouts.quit;

	for (unsigned i = 0; i < en->s.connections; i++) {
		struct connection *c = &en->connection[i];

		c->excused = true;
		if (c->state == DIALING)
			hang_up(en, c);
		if (c->state != OPEN)
			continue;
		dialogue_quit(&c->talk);
		tend(en, c);
	}
	while (en->open && clock_monotonic() < end)
		dispatch(en, (int)(end - clock_monotonic()));
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

static int open_engine(struct engine *en)
{
	int64_t now = clock_monotonic();

	if (relay_url_parse(en->s.url, &en->url, en->f))
		return -1;
	fill_gaps(&en->s);
	if (en->s.connections > RELAY_CONNECTIONS_MAX)
		return fault_set(en->f, FAULT_CONFIG, "relay.connections is over %d",
			RELAY_CONNECTIONS_MAX);
	en->calls = (struct dialogue_calls){
		on_more, on_handing_over, on_settled, on_halted, en};
	pace_init(&en->pace, en->s.per_second, now);
	en->connects.first = en->refusals.first = en->s.timeouts.back_off;
	en->connection = text_alloc(en->s.connections * sizeof(*en->connection));
	en->epoll = epoll_create1(EPOLL_CLOEXEC);
	en->multi = curl_multi_init();
	if (en->epoll < 0 || !en->multi)
		return fault_set(en->f, FAULT_INTERNAL, "cannot set up epoll or libcurl");
	/* The first now, so that wrong settings are told before a mail is asked for. */
	return dial_init(&en->connection[0].dial, &en->s, &en->url, en->f);
}

static void close_engine(struct engine *en)
{
	for (unsigned i = 0; en->connection && i < en->s.connections; i++) {
		struct connection *c = &en->connection[i];

		hang_up(en, c);
		dialogue_done(&c->talk);
		dial_done(&c->dial);
	}
	free(en->connection);
	curl_multi_cleanup(en->multi);
	if (en->epoll >= 0)
		(void)close(en->epoll);
}

int relay_run(const struct relay_settings *s, const struct relay_events *e, void *user,
	struct relay_summary *ret, struct fault *f)
{
	struct engine en = {
		.s = *s, .e = e, .user = user, .sum = ret, .f = f, .epoll = -1};
	int64_t start = clock_monotonic();
	int result;

	*ret = (struct relay_summary){0};
	(void)signal(SIGPIPE, SIG_IGN);
	(void)curl_global_init(CURL_GLOBAL_DEFAULT);
	result = open_engine(&en);
	if (!result) {
		run(&en);
		if (!en.aborted)
			say_goodbye(&en);
		result = en.aborted ? -1 : 0;
	}
	close_engine(&en);
	curl_global_cleanup();
	ret->milliseconds = clock_monotonic() - start;
	if (!result && en.why.kind != FAULT_NONE) {
		*f = en.why;
		return -1;
	}
	return result;
}

void relay_count(struct relay_summary *s, enum relay_kind kind)
{
	size_t *const counts[] = {
		[RELAY_ACCEPTED] = &s->accepted,
		[RELAY_REFUSED] = &s->refused,
		[RELAY_DEFERRED] = &s->deferred,
		[RELAY_IN_DOUBT] = &s->in_doubt,
		[RELAY_NOT_SENT] = &s->not_sent,
	};

	++*counts[kind];
}
