/* SPDX-License-Identifier: MIT */
/*
 * Runs the relays: asks for mails, hands each to a relay that is free for it, and knows
 * when it is over. Each relay's connections are lane.c's. What can go wrong: a relay
 * that misbehaves is left out and the others go on; when none is left, the run ends.
 * Nothing is repeated here: what was not sent goes back.
 */
#include "mailer/wire/relay.h"

#include <curl/curl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#include "mailer/wire/lane.h"
#include "mailer/wire/pace.h"
#include "recipients/clock.h"
#include "recipients/text.h"

#define WAIT_MS 100     /* at most between two turns */
#define ASK_AGAIN_MS 20 /* when next had nothing */
#define EVENTS 64
#define FILES 64 /* open files of all else: ledger, journal, libcurl */
#define EACH 4   /* of a connection, while its host's name is looked up */

struct engine {
	const struct relay_events *e;
	void *user;
	struct fault *f;
	struct lane_calls calls;
	struct lane *lanes;
	size_t count, turn;     /* whose turn it is to be served first */
	struct relay_mail hand; /* a mail that waits for a relay */
	bool has_hand;
	bool none_now;    /* next had nothing in this turn */
	bool was_idle;    /* so was the turn before */
	bool ended;       /* next will have nothing any more */
	bool stopping;    /* no new mails */
	bool aborted;     /* not one byte more; `f` is filled */
	struct fault why; /* we stop; kind FAULT_NONE: it is the caller's wish */
	struct pace pace; /* of all relays together */
};

static size_t flights(const struct engine *en)
{
	size_t sum = 0;

	for (size_t i = 0; i < en->count; i++)
		sum += en->lanes[i].flights;
	return sum;
}

/* --- giving up --- */

static void stop(struct engine *en, const struct fault *why)
{
	if (en->why.kind == FAULT_NONE)
		en->why = *why;
	en->stopping = true;
}

/* "Later" weighs more than "never": a run may be worth its while. */
static bool is_better(const struct lane *l, const struct lane *than)
{
	return l->why.kind != FAULT_NONE &&
	       (!than || (l->why.kind == FAULT_TEMPORARY &&
				 than->why.kind != FAULT_TEMPORARY));
}

/* All are left out, or have had their share. */
static void stop_without_relays(struct engine *en)
{
	const struct lane *blamed = NULL;
	struct fault why;

	for (size_t i = 0; i < en->count; i++) {
		if (lane_is_used(&en->lanes[i]))
			return;
		if (is_better(&en->lanes[i], blamed))
			blamed = &en->lanes[i];
	}
	if (!blamed) {
		en->stopping = true;
		return;
	}
	why = blamed->why;
	if (en->count > 1)
		(void)fault_set(&why, blamed->why.kind,
			"none of the %zu relays takes mail now. %s", en->count,
			blamed->why.text);
	stop(en, &why);
}

/* --- the caller's mails --- */

static void tell(struct engine *en, const struct lane *l, const struct relay_mail *mail,
	const struct relay_verdict *v, unsigned slot)
{
	if (en->aborted)
		return;
	relay_count(l->sum, v->kind);
	if (en->e->settled(en->user, mail, v, slot, en->f))
		en->aborted = true;
}

static void drop_hand(struct engine *en, const struct lane *l, enum relay_kind kind,
	const char *stage, const char *why)
{
	struct relay_verdict v = {.kind = kind, .stage = stage, .text = why};

	en->has_hand = false;
	en->hand.relay = l->s.place;
	tell(en, l, &en->hand, &v, l->first_slot);
}

static void check_hand(struct engine *en)
{
	struct fault why = {0};

	if (relay_mail_check(&en->hand, &why)) {
		stop(en, &why);
		drop_hand(en, en->lanes, RELAY_NOT_SENT, "MAIL", "not fit for the wire");
	}
}

static void pull(struct engine *en)
{
	if (en->has_hand || en->none_now || en->ended || en->stopping || en->aborted)
		return;
	switch (en->e->next(en->user, &en->hand, en->f)) {
	case RELAY_MAIL:
		en->has_hand = true;
		check_hand(en);
		return;
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
}

/* Another relay that may take a mail as large as this, one that is in use before one that
 * is not; NULL: there is none. */
static const struct lane *fits_elsewhere(const struct engine *en, const struct lane *here)
{
	const struct lane *found = NULL;

	for (size_t i = 0; i < en->count; i++) {
		const struct lane *l = &en->lanes[i];

		if (l == here || (l->size && en->hand.length > l->size))
			continue;
		if (lane_is_used(l))
			return l;
		found = l;
	}
	return found;
}

/* It is left out, or has had its share: the mail can wait, and its person is not to
 * blame. */
static void stop_for_size(struct engine *en, const struct lane *wanted)
{
	struct fault why;

	en->stopping = true;
	if (wanted->why.kind == FAULT_NONE)
		return;
	(void)fault_set(&why, wanted->why.kind,
		"%s No other relay takes mails of %zu bytes.", wanted->why.text,
		en->hand.length);
	stop(en, &why);
}

/* Takes mails in hand until one fits the relay's SIZE; those that fit none are refused
 * here. */
static bool pull_fitting(struct engine *en, const struct lane *l, size_t size)
{
	for (;;) {
		const struct lane *other;
		auto_text why = NULL;

		pull(en);
		if (!en->has_hand)
			return false;
		if (!size || en->hand.length <= size)
			return true;
		other = fits_elsewhere(en, l);
		if (other && !lane_is_used(other))
			stop_for_size(en, other);
		if (other)
			return false;
		why = text_format("the message has %zu bytes, the relay takes %zu",
			en->hand.length, size);
		drop_hand(en, l, RELAY_REFUSED, "size", why);
	}
}

/* --- what lanes ask --- */

static bool on_take(void *owner, struct lane *l, size_t size, struct relay_mail *ret)
{
	struct engine *en = owner;
	int64_t now;

	if (!lane_is_used(l) || !pull_fitting(en, l, size))
		return false;
	now = clock_monotonic();
	if (en->stopping || en->aborted || !lane_may(l, now) || pace_wait(&en->pace, now))
		return false;
	en->hand.relay = l->s.place;
	if (en->e->taken) {
		en->e->taken(en->user, &en->hand);
		check_hand(en);
		if (!en->has_hand)
			return false;
	}
	(void)pace_take(&en->pace, now);
	*ret = en->hand;
	en->has_hand = false;
	return true;
}

static void on_handing_over(void *owner, const struct relay_mail *mail, unsigned slot)
{
	struct engine *en = owner;

	if (!en->aborted)
		en->e->handing_over(en->user, mail, slot);
}

static void on_settled(void *owner, const struct lane *l, const struct relay_mail *mail,
	const struct relay_verdict *v, unsigned slot)
{
	tell(owner, l, mail, v, slot);
}

static bool on_halted(void *owner)
{
	const struct engine *en = owner;

	return en->aborted;
}

static void on_broken(void *owner, const struct fault *why)
{
	struct engine *en = owner;

	*en->f = *why;
	en->aborted = true;
}

/* --- the loop --- */

/* Each relay in turn is the first to be served, for when there are few mails. */
static void hand_out(struct engine *en)
{
	en->none_now = false;
	for (size_t i = 0; i < en->count && !en->aborted; i++) {
		struct lane *l = &en->lanes[(en->turn + i) % en->count];

		if (!lane_serve(l))
			continue;
		pull(en);
		if (en->has_hand)
			lane_dial(l);
	}
	en->turn = (en->turn + 1) % en->count;
}

static void on_dialed(struct engine *en)
{
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(en->calls.multi, &left))) {
		struct lane_connection *c = NULL;

		if (message->msg == CURLMSG_DONE &&
			!curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &c))
			lane_dialed(c, message->data.result);
	}
}

static bool is_dialing(const struct engine *en)
{
	for (size_t i = 0; i < en->count; i++)
		if (en->lanes[i].dialing)
			return true;
	return false;
}

static void dispatch(struct engine *en, int timeout)
{
	struct epoll_event events[EVENTS];
	int running, count;

	if (is_dialing(en)) {
		struct curl_waitfd extra = {
			.fd = en->calls.epoll, .events = CURL_WAIT_POLLIN};

		(void)curl_multi_poll(en->calls.multi, &extra, 1, timeout, NULL);
		(void)curl_multi_perform(en->calls.multi, &running);
		on_dialed(en);
		timeout = 0;
	}
	count = epoll_wait(en->calls.epoll, events, EVENTS, timeout);
	for (int i = 0; i < count && !en->aborted; i++)
		lane_event(events[i].data.ptr, events[i].events);
}

/* Until a relay's pace lets the mail in hand go. */
static int64_t paced(const struct engine *en, int64_t wait)
{
	int64_t now = clock_monotonic(), all = pace_wait(&en->pace, now);

	for (size_t i = 0; i < en->count; i++) {
		int64_t own = lane_wait(&en->lanes[i], now);

		own = own > all ? own : all;
		if (own && own < wait)
			wait = own;
	}
	return wait;
}

static int how_long(struct engine *en, bool idle)
{
	int64_t wait = WAIT_MS;

	if (en->none_now)
		wait = idle && !en->was_idle ? 0 : ASK_AGAIN_MS;
	if (en->has_hand)
		wait = paced(en, wait);
	en->was_idle = idle;
	return (int)wait;
}

static void expire(struct engine *en)
{
	int64_t now = clock_monotonic();

	for (size_t i = 0; i < en->count && !en->aborted; i++)
		lane_expire(&en->lanes[i], now);
}

static void run(struct engine *en)
{
	while (!en->aborted) {
		bool idle;
		int go;

		hand_out(en);
		stop_without_relays(en);
		if (en->stopping && en->has_hand)
			drop_hand(en, en->lanes, RELAY_NOT_SENT, "MAIL",
				"the run ended before its turn");
		idle = !en->has_hand && !flights(en);
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

static unsigned standing(const struct engine *en)
{
	unsigned sum = 0;

	for (size_t i = 0; i < en->count; i++)
		sum += en->lanes[i].open;
	return sum;
}

static void say_goodbye(struct engine *en)
{
	int64_t end = clock_monotonic() + en->lanes->s.timeouts.quit;

	for (size_t i = 0; i < en->count; i++)
		lane_goodbye(&en->lanes[i]);
	while (standing(en) && clock_monotonic() < end)
		dispatch(en, (int)(end - clock_monotonic()));
}

/* --- from outside --- */

/* A connection for which there is no descriptor would look like a relay that is away, and
 * the ledger would lack one, too. */
static int make_room(unsigned connections, struct fault *f)
{
	rlim_t need = FILES + connections, good = FILES + EACH * connections;
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) || files.rlim_cur >= good)
		return 0;
	files.rlim_cur = files.rlim_max < good ? files.rlim_max : good;
	if (files.rlim_cur < need)
		return fault_set(f, FAULT_CONFIG,
			"relay.connections: %u in all need %llu open files, and a program may have %llu here (ulimit -n)",
			connections, (unsigned long long)need,
			(unsigned long long)files.rlim_cur);
	(void)setrlimit(RLIMIT_NOFILE, &files);
	return 0;
}

static int open_engine(struct engine *en, const struct relay_settings *list,
	double per_second, struct relay_summary *sums)
{
	unsigned slots = 0;

	en->calls = (struct lane_calls){.take = on_take,
		.handing_over = on_handing_over,
		.settled = on_settled,
		.halted = on_halted,
		.broken = on_broken,
		.owner = en,
		.multi = curl_multi_init(),
		.epoll = epoll_create1(EPOLL_CLOEXEC)};
	if (en->calls.epoll < 0 || !en->calls.multi)
		return fault_set(en->f, FAULT_INTERNAL, "cannot set up epoll or libcurl");
	pace_init(&en->pace, per_second, clock_monotonic());
	for (size_t i = 0; i < en->count; i++) {
		if (lane_init(
			    &en->lanes[i], &list[i], slots, &en->calls, &sums[i], en->f))
			return -1;
		slots += en->lanes[i].s.connections;
	}
	return make_room(slots, en->f);
}

static void close_engine(struct engine *en)
{
	for (size_t i = 0; i < en->count; i++)
		lane_done(&en->lanes[i]);
	free(en->lanes);
	curl_multi_cleanup(en->calls.multi);
	if (en->calls.epoll >= 0)
		(void)close(en->calls.epoll);
}

int relay_run_all(const struct relay_settings *list, size_t count, double per_second,
	const struct relay_events *e, void *user, struct relay_summary *ret,
	struct fault *f)
{
	struct engine en = {.e = e, .user = user, .f = f, .count = count};
	int64_t start = clock_monotonic();
	int result;

	memset(ret, 0, count * sizeof(*ret));
	en.lanes = text_alloc(count * sizeof(*en.lanes));
	(void)signal(SIGPIPE, SIG_IGN);
	(void)curl_global_init(CURL_GLOBAL_DEFAULT);
	result = open_engine(&en, list, per_second, ret);
	if (!result) {
		run(&en);
		if (!en.aborted)
			say_goodbye(&en);
		result = en.aborted ? -1 : 0;
	}
	close_engine(&en);
	curl_global_cleanup();
	for (size_t i = 0; i < count; i++)
		ret[i].milliseconds = clock_monotonic() - start;
	if (!result && en.why.kind != FAULT_NONE) {
		*f = en.why;
		return -1;
	}
	return result;
}

int relay_run(const struct relay_settings *s, const struct relay_events *e, void *user,
	struct relay_summary *ret, struct fault *f)
{
	return relay_run_all(s, 1, 0, e, user, ret, f);
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
