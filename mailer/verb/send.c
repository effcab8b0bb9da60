/* SPDX-License-Identifier: MIT */
/* send: options in, tally out. The work is mailer/send.c. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mailer/brake.h"
#include "mailer/doubt.h"
#include "mailer/head_start.h"
#include "mailer/outlook.h"
#include "mailer/send.h"
#include "mailer/show.h"
#include "mailer/trial.h"
#include "mailer/verb/doors.h"
#include "mailer/verb/send_progress.h"
#include "recipients/lock.h"
#include "recipients/text.h"

#define STOP_SECONDS 60 /* how long --stop waits for the run to end */
#define STOP_PAUSE_US 50000

const struct verb_option send_options[] = {
	{"release", "DIGEST", "the release, by its first 8 or more digits"},
	{"connections", "N", "connections to each relay"},
	{"rate", "N", "mails per second, at most"},
	{"resolve", "NUMBER",
		"what to ask the relay's log; then, to settle it: accepted, resend or leave"},
	{"lift-head-start", NULL,
		"the levels below need not wait any longer; with --by and --reason"},
	{"first", "N", "a trial: the first N of the default level, and nobody else"},
	{"at", "TIME", "waits until then, such as 2026-11-22T07:00:00Z"},
	{"due", NULL,
		"deferred mails only when it is their time (for a timer): 1, 2, 4 ... 60 minutes"},
	{"stop", NULL,
		"ends a send that is at work, from another terminal; what is on the wire is finished"},
	{"test", "ADDRESS",
		"one mail about a made-up person, to see it arrive; it counts for nothing"},
	{NULL, NULL, NULL}};

bool send_only_looks(const struct command *c)
{
	return (command_option(c, "resolve") && !c->arguments_count) ||
	       command_option(c, "stop");
}

/* Nothing to settle yet: what a human needs to find out how to settle it. */
static int look(struct command *c, long number, struct fault *f)
{
	char at[CLOCK_TEXT];
	auto_doubt d = {0};

	if (doubt_find(c->ledger, c->dir, number, &d, f))
		return -1;
	show_count(c, "number", number);
	show_count(c, "relay", (int64_t)d.relay + 1);
	show_string(c, "at", clock_write(d.at, at));
	show_string(c, "token", d.token);
	show(c, "Number %ld was on its way at %s; no answer was kept.\n", number, at);
	show(c,
		"Its Message-ID begins with %s. Look for that in the relay's log:\n"
		"there: accepted. Not there: resend. Nobody can say: leave.\n",
		d.token);
	show_json(c, "url", d.url ? json_string(d.url) : json_null());
	if (d.url)
		show(c, "The relay was %s.\n", d.url);
	(void)snprintf(c->next, sizeof(c->next),
		"breachmail send --resolve %ld accepted|resend|leave --by NAME --reason TEXT",
		number);
	return 0;
}

static int resolve(struct command *c, struct fault *f)
{
	long number;

	if (c->arguments_count > 1)
		return fault_set(f, FAULT_USAGE,
			"breachmail send --resolve NUMBER accepted|resend|leave --by NAME --reason TEXT");
	if (command_number(c, "resolve", 1, 2000000000, 0, &number, f))
		return -1;
	if (send_only_looks(c))
		return look(c, number, f);
	if (command_decides(c, f) || doubt_settle(c->ledger, c->dir, number,
					     c->arguments[0], c->by, c->reason, f))
		return -1;
	show_count(c, "resolved", number);
	show(c, "Kept: number %ld is settled as '%s' by %s.\n", number, c->arguments[0],
		c->by);
	(void)snprintf(c->next, sizeof(c->next), "breachmail send");
	return 0;
}

/* One mail about nobody. */
static int test(struct command *c, struct fault *f)
{
	auto_text over = text_format("%s/templates", c->dir);
	struct texts texts = {over};
	struct trial_options o = {.settings = c->settings,
		.texts = &texts,
		.to = command_option(c, "test"),
		.dry_run = c->dry_run};
	struct trial_result r;

	if (c->arguments_count)
		return fault_set(
			f, FAULT_USAGE, "breachmail send --test takes one address");
	if (command_policy(c, f))
		return -1;
	o.policy = c->policy;
	if (trial_run(c->ledger, &o, &r, f))
		return -1;
	show_string(c, "test", c->dry_run ? "not sent" : relay_kind_name(r.kind));
	show_string(c, "level", r.level);
	show_string(c, "message_id", r.message_id);
	show_count(c, "code", r.code);
	show_string(c, "reply", r.words);
	show_count(c, "sent_now", !c->dry_run && r.kind == RELAY_ACCEPTED);
	show(c, "A test mail about a made-up person, in the words of level %s: %s.\n",
		r.level, c->dry_run ? "made, not sent" : relay_kind_name(r.kind));
	if (*r.words)
		show(c, "The relay says: %s\n", r.words);
	if (!c->dry_run)
		show(c, "It is kept in the ledger, and counts for nothing. Message-ID: %s\n",
			r.message_id);
	c->exit_code = c->dry_run || r.kind == RELAY_ACCEPTED ? 0
		       : r.kind == RELAY_REFUSED              ? 1
							      : 75;
	(void)snprintf(c->next, sizeof(c->next), "%s",
		c->exit_code ? "breachmail doctor" : "breachmail send");
	return 0;
}

/* Another terminal's. Waits until the run at work has ended, so that what is said next is
 * true. */
static int stop(struct command *c, struct fault *f)
{
	int64_t until =
		clock_monotonic() +
		(int64_t)(c->wait_seconds ? c->wait_seconds : STOP_SECONDS) * 1000;
	bool works = lock_names(c->dir, "send"), ended = !works;

	if (c->arguments_count)
		return fault_set(
			f, FAULT_USAGE, "breachmail send --stop takes no arguments");
	if (works && !c->dry_run && brake_request(c->dir, f))
		return -1;
	while (!ended && !c->dry_run && !clock_interrupted() &&
		clock_monotonic() < until) {
		(void)usleep(STOP_PAUSE_US);
		ended = !lock_names(c->dir, "send");
	}
	if (ended) /* it takes the request away, but it may have ended before it saw it */
		brake_forget(c->dir);
	show_json(c, "at_work", json_boolean(works));
	show_json(c, "stopped", json_boolean(works && ended));
	if (!works)
		show(c, "No send is at work: nothing was stopped.\n");
	else if (c->dry_run)
		show(c, "A send is at work; it would be stopped.\n");
	else
		show(c, ended ? "Stopped: what was on the wire was finished, the rest waits.\n"
			      : "Asked to stop: no mail begins any more, what is on the wire is being finished.\n");
	c->exit_code = ended || c->dry_run ? 0 : 75;
	(void)snprintf(c->next, sizeof(c->next),
		works ? "breachmail send (when it may go on)" : "breachmail status");
	return 0;
}

/* A named person decides that the levels below need not wait. */
static int lift(struct command *c, struct fault *f)
{
	size_t lifted;

	if (c->arguments_count)
		return fault_set(f, FAULT_USAGE,
			"breachmail send --lift-head-start --by NAME --reason TEXT");
	if (command_decides(c, f) || command_policy(c, f) ||
		head_start_lift(c->ledger, c->policy, settings_mode(c->settings), c->by,
			c->reason, &lifted, f))
		return -1;
	show_count(c, "lifted", (json_int_t)lifted);
	if (lifted)
		show(c, "Kept: %zu head start%s lifted by %s: the levels below wait no longer.\n",
			lifted, lifted == 1 ? " is" : "s are", c->by);
	else
		show(c, "No head start is running: nothing was changed.\n");
	(void)snprintf(c->next, sizeof(c->next), "breachmail send");
	return 0;
}

static void show_head_starts(struct command *c, const struct send_tally *t)
{
	int64_t now = clock_now();
	char until[CLOCK_TEXT], n[SHOW_NUMBER];

	show_json(c, "head_start", head_start_json(&t->head_starts, now));
	show_count(c, "waiting", t->waiting);
	for (size_t i = 0; i < t->head_starts.count; i++)
		if (head_start_runs(&t->head_starts.list[i], now))
			show(c, "           head start of %s: the levels below wait until %s\n",
				t->head_starts.list[i].level,
				clock_write(t->head_starts.list[i].until, until));
	if (t->waiting)
		show(c, "%9s  wait for that (send --lift-head-start --by NAME --reason TEXT ends it)\n",
			show_number(t->waiting, n));
}

/* What one person alone may not let go. */
static void show_shut(struct command *c, const struct send_tally *t)
{
	char n[SHOW_NUMBER];

	show_count(c, "shut", t->shut);
	if (t->shut)
		show(c, "%9s  shut: one person released the highest level alone, and %s\n",
			show_number(t->shut, n),
			t->lapsed ? "nobody countersigned in time"
				  : "somebody else must sign for these (approve --sign)");
}

/* What becomes of those that the relay put off. */
static void show_deferred(struct command *c, const struct send_tally *t)
{
	char n[SHOW_NUMBER], at[CLOCK_TEXT];

	show_json(c, "deferred_due",
		t->due_at ? json_string(clock_write(t->due_at, at)) : json_null());
	if (t->due_at)
		show(c, "           the deferred are tried again from %s on: 1, 2, 4 ... 60 minutes after each try\n",
			clock_write(t->due_at, at));
	if (t->given_up)
		show(c, "%9s  of the deferred were put off for too long: they are to be told in person (breachmail task)\n",
			show_number(t->given_up, n));
	show_json(c, "day_over", json_boolean(t->day_over));
	if (t->day_over && t->pending + t->deferred > t->held + t->given_up)
		show(c, "           the rest waits for another day: relay.per_day is used up, and counts the last 24 hours\n");
	if (t->holding)
		show(c, "           the levels below wait for deferred mails of a higher one (relay.hold_for)\n");
}

/* Said whenever something is in doubt, in the words of the README. */
static void show_doubt(struct command *c, const struct send_tally *t)
{
	if (t->in_doubt)
		show(c, "\nIn doubt: the whole mail was handed to the relay, and its answer never came. The\n"
			"relay may have it or not; no mail program can know. If it is sent again, somebody may\n"
			"get it twice; if not, somebody may get nothing. So it waits for you: status lists the\n"
			"numbers, send --resolve NUMBER says what to look for in the relay's log.\n");
}

/* What each relay took in this run; in words only where there are several. */
static void show_relays(struct command *c, const struct relay_summary *sums)
{
	json_t *list = json_array();
	size_t count = settings_relays(c->settings);

	for (size_t i = 0; i < count; i++) {
		const struct relay_summary *s = &sums[i];
		const char *url = settings_relay(c->settings, i)->url;

		(void)json_array_append_new(
			list, json_pack("{s:s,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:s?}", "url",
				      url, "accepted", (json_int_t)s->accepted, "refused",
				      (json_int_t)s->refused, "deferred",
				      (json_int_t)s->deferred, "in_doubt",
				      (json_int_t)s->in_doubt, "not_sent",
				      (json_int_t)s->not_sent, "connections",
				      (json_int_t)s->connections, "left_out",
				      (json_int_t)s->left_out, "why",
				      s->left_out ? s->why.text : NULL));
		if (count > 1)
			show(c, "           relay %zu, %s: %zu accepted%s%s\n", i + 1,
				url, s->accepted,
				s->left_out ? "; it was left out: " : "",
				s->left_out ? s->why.text : "");
	}
	show_json(c, "relays", list);
}

static void show_tally(struct command *c, const struct send_tally *t)
{
	char n[SHOW_NUMBER];
	const struct {
		const char *name, *words;
		int64_t count;
	} lines[] = {{"released", "in this release", t->released},
		{"accepted", "accepted by the relay", t->accepted},
		{"refused", "refused", t->refused},
		{"deferred", "deferred: the relay said later", t->deferred},
		{"in_doubt", "in doubt: perhaps sent, a human settles it", t->in_doubt},
		{"pending", "waiting", t->pending}};

	show_string(c, "release", t->release);
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		show_count(c, lines[i].name, lines[i].count);
		show(c, "%9s  %s\n", show_number(lines[i].count, n), lines[i].words);
	}
	show_head_starts(c, t);
	show_shut(c, t);
	show_count(c, "held", t->held);
	if (t->held)
		show(c, "%9s  of these held back: since the release they are not to be told by this mail\n",
			show_number(t->held, n));
	show_count(c, "given_up", t->given_up);
	show_count(c, "tasks_now", t->tasks_now);
	show_deferred(c, t);
	show_count(c, "sent_now", t->sent_now);
	show_real(c, "seconds", t->seconds);
	show_real(c, "per_second", t->per_second);
	show(c, "%9s  sent in this run", show_number(t->sent_now, n));
	show(c, t->seconds > 0 ? " (%.1f s, %.0f a second)\n" : "\n", t->seconds,
		t->per_second);
}

/* --- the end --- */

/* 0: now. */
static int start_time(const struct command *c, int64_t *ret, struct fault *f)
{
	const char *at = command_option(c, "at");

	*ret = 0;
	return at && clock_parse(at, ret)
		       ? fault_set(f, FAULT_USAGE,
				 "--at takes a time such as 2026-11-22T07:00:00Z")
		       : 0;
}

/* What would stop it then is told now, and not to an empty room in the morning. */
static int look_ahead(const struct command *c, const struct send_options *o,
	int64_t start, struct fault *f)
{
	struct send_options then = *o;
	struct send_tally ignored;

	if (clock_now() >= start)
		return 0;
	then.dry_run = true;
	then.at = start;
	if (settings_hours_at(c->settings, start, f))
		return fault_prefix(f, "--at");
	return send_run(c->ledger, &then, &ignored, f);
}

/* A start time: nothing is sent before. */
static int wait_until(const struct command *c, int64_t start, struct fault *f)
{
	char at[CLOCK_TEXT];

	if (c->dry_run || clock_now() >= start)
		return 0;
	(void)clock_write(start, at);
	if (!c->quiet && !c->json && !clock_is_fixed())
		(void)fprintf(stderr,
			"breachmail send: waits until %s (Ctrl-C or send --stop ends that)\n",
			at);
	while (clock_now() < start) {
		if (clock_is_fixed())
			return fault_set(f, FAULT_TEMPORARY,
				"it is not yet %s, and the clock is fixed: nothing was sent",
				at);
		if (brake_requested(c->dir) || clock_interrupted())
			return fault_set(f, FAULT_INTERRUPTED,
				"stopped while waiting for %s: nothing was sent", at);
		(void)usleep(STOP_PAUSE_US);
	}
	return 0;
}

/* What is left of the release, against the clock. */
static int forecast(struct command *c, const struct send_options *o,
	const struct send_tally *t, struct fault *f)
{
	struct outlook_options options = {.settings = o->settings,
		.policy = o->policy,
		.release = t->release_id,
		.connections = o->connections,
		.per_second = o->per_second};
	char from[CLOCK_TEXT];
	json_t *outlook;

	show_json(c, "forecast", json_null());
	if (!c->dry_run && !t->pending && !t->deferred)
		return 0; /* done is done: the same run again says the same */
	if (start_time(c, &options.not_before, f) ||
		outlook_gather(c->ledger, &options, &outlook, f))
		return -1;
	show_json(c, "forecast", outlook);
	if (!c->json && t->pending > t->held) {
		show(c, "\n%s%s, the last mail of each level goes:\n",
			!c->dry_run          ? "Sent again as soon as it may be"
			: options.not_before ? "Sent from "
					     : "Sent now",
			c->dry_run && options.not_before
				? clock_write(options.not_before, from)
				: "");
		outlook_write(stdout, outlook);
	}
	return 0;
}

static int finish(struct command *c, const struct send_tally *t, struct fault *f)
{
	bool again = t->deferred > t->given_up || t->in_doubt || t->pending > t->held;

	if (t->stopped)
		return fault_set(f, FAULT_INTERRUPTED,
			"stopped as asked: what was on the wire was finished, %lld are waiting. Run the same command to go on",
			(long long)t->pending);
	if (t->lapsed && t->shut && !t->sent_now && !c->dry_run)
		return fault_set(f, FAULT_REFUSED,
			"the emergency release was not countersigned in time: all but its highest level stays shut. Take it back (approve --withdraw), and release the rest with all signatures");
	c->exit_code = again && !c->dry_run                   ? 75
		       : t->refused || t->held || t->given_up ? 1
							      : 0;
	if (t->asked && !c->json)
		(void)fputs(
			"breachmail send: stopped, as somebody asked with send --stop\n",
			stderr);
	if (t->closed && !c->json)
		(void)fputs(
			"breachmail send: stopped, as no mail goes any more today (sending_hours, sending_days)\n",
			stderr);
	if (t->waiting && t->pending + t->deferred - t->held <= t->waiting) {
		(void)snprintf(c->next, sizeof(c->next),
			"breachmail send (again, when the head start is over)");
		return 0;
	}
	(void)snprintf(c->next, sizeof(c->next), "%s",
		t->shut ? "breachmail approve --sign KEYFILE, by another of the signers"
		: t->pending > t->held || t->deferred > t->given_up
			? "breachmail send (again, later)"
			: "breachmail status");
	return 0;
}

static int send_now(struct command *c, const struct send_options *o, struct fault *f)
{
	struct send_tally t;
	int failed = send_run(c->ledger, o, &t, f);

	if (failed && !t.released)
		return -1;
	show_tally(c, &t);
	show_relays(c, o->relays);
	show_json(c, "stopped", json_boolean(t.asked || t.closed));
	show_json(c, "closed", json_boolean(t.closed));
	show_doubt(c, &t);
	return failed || forecast(c, o, &t, f) ? -1 : finish(c, &t, f);
}

/* One test mail is the same whatever is released, and at any rate. */
static bool agrees(const char *alone, const char *other)
{
	return !strcmp(alone, other) ||
	       (!strcmp(alone, "test") &&
		       (!strcmp(other, "release") || !strcmp(other, "connections") ||
			       !strcmp(other, "rate")));
}

/* What looks, tests or stops does that alone: what else was asked for would not be done.
 */
static int check_alone(const struct command *c, struct fault *f)
{
	static const char *const alone[] = {"stop", "test", "resolve", "lift-head-start"};

	for (size_t i = 0; i < sizeof(alone) / sizeof(alone[0]); i++)
		for (size_t j = 0; command_option(c, alone[i]) && j < c->choices_count;
			j++)
			if (!agrees(alone[i], c->choices[j].name))
				return fault_set(f, FAULT_USAGE,
					"send --%s stands alone: --%s has no place beside it",
					alone[i], c->choices[j].name);
	return 0;
}

int verb_send(struct command *c, struct fault *f)
{
	struct send_view view = {.command = c};
	const struct send_watch watch = {send_progress_show, &view};
	struct send_options o = {.settings = c->settings,
		.release = command_option(c, "release"),
		.dry_run = c->dry_run,
		.watch = &watch};
	long connections, rate, first;
	int64_t start;
	int failed;

	if (check_alone(c, f))
		return -1;
	if (command_option(c, "stop"))
		return stop(c, f);
	if (command_option(c, "test"))
		return test(c, f);
	if (command_option(c, "resolve"))
		return resolve(c, f);
	if (command_option(c, "lift-head-start"))
		return lift(c, f);
	if (c->arguments_count)
		return fault_set(f, FAULT_USAGE, "breachmail send takes no arguments");
	if (command_number(
		    c, "connections", 1, RELAY_CONNECTIONS_MAX, 0, &connections, f) ||
		command_number(c, "rate", 1, 1000000, 0, &rate, f) ||
		command_number(c, "first", 1, 1000000000, 0, &first, f) ||
		start_time(c, &start, f) || command_policy(c, f))
		return -1;
	if (c->settings->live && !o.release)
		return fault_set(f, FAULT_REFUSED,
			"mode live wants the release named: send --release DIGEST (at least 8 digits)");
	o.policy = c->policy;
	o.connections = (unsigned)connections;
	o.per_second = (double)rate;
	o.first = first;
	o.due_only = command_option(c, "due") != NULL;
	if (look_ahead(c, &o, start, f) || wait_until(c, start, f))
		return -1;
	o.relays = text_alloc(settings_relays(c->settings) * sizeof(*o.relays));
	view.page = c->dry_run ? NULL : review_run_begin(c);
	failed = send_now(c, &o, f);
	review_run_end(view.page);
	free(o.relays);
	return failed;
}
