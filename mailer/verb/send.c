/* SPDX-License-Identifier: MIT */
/* send: options in, tally out. The work is mailer/send.c. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mailer/doubt.h"
#include "mailer/head_start.h"
#include "mailer/outlook.h"
#include "mailer/send.h"
#include "mailer/show.h"
#include "mailer/verb/doors.h"

const struct verb_option send_options[] = {
	{"release", "DIGEST", "the release, by its first 8 or more digits"},
	{"connections", "N", "connections to the relay"},
	{"rate", "N", "mails per second, at most"},
	{"resolve", "NUMBER",
		"what to ask the relay's log; then, to settle it: accepted, resend or leave"},
	{"lift-head-start", NULL,
		"the levels below need not wait any longer; with --by and --reason"},
	{"test", "ADDRESS", "(not in this version)"},
	{"first", "N", "(not in this version)"}, {"stop", NULL, "(not in this version)"},
	{NULL, NULL, NULL}};

bool send_only_looks(const struct command *c)
{
	return command_option(c, "resolve") && !c->arguments_count;
}

/* Nothing to settle yet: what a human needs to find out how to settle it. */
static int look(struct command *c, long number, struct fault *f)
{
	char at[CLOCK_TEXT];
	auto_text token = NULL;
	int64_t ms;

	if (doubt_find(c->ledger, number, &ms, &token, f))
		return -1;
	show_count(c, "number", number);
	show_string(c, "at", clock_write(ms, at));
	show_string(c, "token", token);
	show(c, "Number %ld was on its way at %s; no answer was kept.\n", number, at);
	show(c,
		"Its Message-ID begins with %s. Look for that in the relay's log:\n"
		"there: accepted. Not there: resend. Nobody can say: leave.\n",
		token);
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
	if (command_decides(c, f) ||
		doubt_settle(c->ledger, number, c->arguments[0], c->by, c->reason, f))
		return -1;
	show_count(c, "resolved", number);
	show(c, "Kept: number %ld is settled as '%s' by %s.\n", number, c->arguments[0],
		c->by);
	(void)snprintf(c->next, sizeof(c->next), "breachmail send");
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
	show_count(c, "held", t->held);
	if (t->held)
		show(c, "%9s  of these held back: since the release they are not to be told by this mail\n",
			show_number(t->held, n));
	show_count(c, "sent_now", t->sent_now);
	show_real(c, "seconds", t->seconds);
	show_real(c, "per_second", t->per_second);
	show(c, "%9s  sent in this run", show_number(t->sent_now, n));
	show(c, t->seconds > 0 ? " (%.1f s, %.0f a second)\n" : "\n", t->seconds,
		t->per_second);
}

/* With --json, progress goes to stderr as JSON Lines. */
static void progress_json(void *user, const char *what, size_t done, size_t total)
{
	static int64_t shown_at;
	int64_t now = clock_monotonic();

	(void)user;
	(void)what;
	if (now - shown_at < 1000)
		return;
	shown_at = now;
	(void)fprintf(stderr, "{\"done\":%zu,\"total\":%zu}\n", done, total);
}

/* What is left of the release, against the clock. */
static int forecast(struct command *c, const struct send_options *o,
	const struct send_tally *t, struct fault *f)
{
	const struct outlook_options options = {.settings = o->settings,
		.policy = o->policy,
		.release = t->release_id,
		.connections = o->connections,
		.per_second = o->per_second};
	json_t *outlook;

	show_json(c, "forecast", json_null());
	if (!c->dry_run && !t->pending && !t->deferred)
		return 0; /* done is done: the same run again says the same */
	if (outlook_gather(c->ledger, &options, &outlook, f))
		return -1;
	show_json(c, "forecast", outlook);
	if (!c->json && t->pending > t->held) {
		show(c, "\n%s, the last mail of each level goes:\n",
			c->dry_run ? "Sent now" : "Sent again as soon as it may be");
		outlook_write(stdout, outlook);
	}
	return 0;
}

static int finish(struct command *c, const struct send_tally *t, struct fault *f)
{
	bool again = t->deferred || t->in_doubt || t->pending > t->held;

	if (t->stopped)
		return fault_set(f, FAULT_INTERRUPTED,
			"stopped as asked: what was on the wire was finished, %lld are waiting. Run the same command to go on",
			(long long)t->pending);
	c->exit_code = again && !c->dry_run ? 75 : t->refused || t->held ? 1 : 0;
	if (t->waiting && t->pending + t->deferred - t->held <= t->waiting) {
		(void)snprintf(c->next, sizeof(c->next),
			"breachmail send (again, when the head start is over)");
		return 0;
	}
	(void)snprintf(c->next, sizeof(c->next), "%s",
		t->pending > t->held || t->deferred ? "breachmail send (again, later)"
						    : "breachmail status");
	return 0;
}

int verb_send(struct command *c, struct fault *f)
{
	struct progress json_lines = {c->quiet ? NULL : progress_json, NULL};
	struct send_options o = {.settings = c->settings,
		.release = command_option(c, "release"),
		.dry_run = c->dry_run,
		.progress = c->json ? &json_lines : &c->progress};
	struct send_tally t;
	long connections, rate;

	for (const char *const *later =
			(const char *const[]){"test", "first", "stop", NULL};
		*later; later++) {
		auto_text words = text_format("send --%s", *later);

		if (command_option(c, *later))
			return command_later(words, f);
	}
	if (command_option(c, "resolve"))
		return resolve(c, f);
	if (command_option(c, "lift-head-start"))
		return lift(c, f);
	if (c->arguments_count)
		return fault_set(f, FAULT_USAGE, "breachmail send takes no arguments");
	if (command_number(
		    c, "connections", 1, RELAY_CONNECTIONS_MAX, 0, &connections, f) ||
		command_number(c, "rate", 1, 1000000, 0, &rate, f) ||
		command_policy(c, f))
		return -1;
	if (c->settings->live && !o.release)
		return fault_set(f, FAULT_REFUSED,
			"mode live wants the release named: send --release DIGEST (at least 8 digits)");
	o.policy = c->policy;
	o.connections = (unsigned)connections;
	o.per_second = (double)rate;
	if (send_run(c->ledger, &o, &t, f))
		return -1;
	show_tally(c, &t);
	if (forecast(c, &o, &t, f))
		return -1;
	return finish(c, &t, f);
}
