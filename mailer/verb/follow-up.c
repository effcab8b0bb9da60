/* SPDX-License-Identifier: MIT */
/*
 * follow-up: track, remind and send in one, for a timer; and a line to the officer in
 * charge when something new needs a human (mailer/alert.c).
 *
 * Each step is a command of its own, as somebody would type it, with its own lock. A
 * mailbox that could not be read ends the run before remind: who is silent cannot be told
 * from whom we did not hear. What is released goes out all the same.
 */
#include <stdio.h>
#include <string.h>

#include "mailer/alert.h"
#include "mailer/errand.h"
#include "mailer/permit.h"
#include "mailer/show.h"
#include "mailer/status.h"
#include "mailer/verb/doors.h"

const struct verb_option follow_up_options[] = {{NULL, NULL, NULL}};

#define WORDS 8

struct walk {
	struct command *c;
	struct errand errand;
	bool failed;
	struct fault fault; /* the first */
	json_int_t sent;
	json_int_t held_back, waiting; /* remind's: tasks, follow-ups */
};

void door_hide(struct door_hidden *h, const struct command *c)
{
	h->words[h->count++] = "--operator";
	h->words[h->count++] = c->operator;
	if (c->key_file) {
		h->words[h->count++] = "--key-file";
		h->words[h->count++] = c->key_file;
	}
	if (c->quiet)
		h->words[h->count++] = "--quiet";
	if (c->wait_seconds) {
		(void)snprintf(h->wait, sizeof(h->wait), "--wait=%d", c->wait_seconds);
		h->words[h->count++] = h->wait;
	}
}

void door_hide_words(struct door_hidden *h, const struct command *c)
{
	int fd = *h->secret ? -1 : secret_share(c->words);

	if (fd < 0)
		return;
	(void)snprintf(h->secret, sizeof(h->secret), "--passphrase-fd=%d", fd);
	h->words[h->count++] = h->secret;
}

/* --- a step --- */

static json_int_t number(const json_t *tally, const char *name)
{
	return json_integer_value(json_object_get(tally, name));
}

static void keep_fault(struct walk *w, int code, const json_t *tally, const char *verb)
{
	const char *message = json_string_value(
		json_object_get(json_object_get(tally, "error"), "message"));

	if (!w->failed)
		(void)fault_set(&w->fault,
			(enum fault_kind)(code < 64 || code > 78 ? 70 : code), "%s: %s",
			verb, message ? message : "it ended without a word");
	w->failed = true;
}

/* 75 with a tally is no fault: something is to be tried again. */
static int run(struct walk *w, const char *const *words, json_t **ret, struct fault *f)
{
	auto_text_buffer line = {0};
	const char *with[WORDS] = {NULL};
	size_t count = 0;
	int code;

	for (; words[count] && count < WORDS - 2; count++)
		with[count] = words[count];
	if (w->c->dry_run)
		with[count++] = "--dry-run";
	errand_line(&w->errand, with, &line);
	show(w->c, "$ %s\n", text_string(&line));
	if (errand_ask(&w->errand, with, ret, &code, f))
		return -1;
	if (!*ret || json_object_get(*ret, "error") || code == 130 || code == 143)
		keep_fault(w, code, *ret, words[0]);
	else if (code == 75 || (code == 1 && w->c->exit_code != 75))
		w->c->exit_code = code;
	return clock_interrupted()
		       ? fault_set(f, FAULT_INTERRUPTED,
				 "stopped; what was done is kept, the same command goes on")
		       : 0;
}

static void take(struct walk *w, const char *name, json_t *tally)
{
	json_t *value = json_object_get(tally, name);

	if (value)
		show_json(w->c, name, json_incref(value));
}

/* --- the three --- */

static int track(struct walk *w, struct fault *f)
{
	static const char *const words[] = {"track", NULL};
	json_t *tally;

	if (!json_object_get(w->c->settings->json, "mailbox")) {
		show(w->c, "No mailbox is set (incident.json): no letters are read.\n");
		show_count(w->c, "letters", 0);
		return 0;
	}
	if (run(w, words, &tally, f))
		return -1;
	take(w, "letters", tally);
	take(w, "by_class", tally);
	take(w, "state_changes", tally);
	if (!w->failed)
		show(w->c, "  %lld letters\n", (long long)number(tally, "letters"));
	json_decref(tally);
	return 0;
}

static int remind(struct walk *w, struct fault *f)
{
	static const char *const words[] = {"remind", NULL};
	json_t *tally;

	if (w->failed)
		return 0;
	if (run(w, words, &tally, f))
		return -1;
	take(w, "due", tally);
	take(w, "reminders", tally);
	take(w, "escalations", tally);
	take(w, "too_many", tally);
	take(w, "waiting", tally);
	if (!w->failed)
		show(w->c, "  %lld due: %lld follow-ups, %lld tasks\n",
			(long long)number(tally, "due"),
			(long long)number(tally, "reminders"),
			(long long)number(tally, "escalations"));
	w->held_back = number(tally, "too_many");
	w->waiting = number(tally, "waiting");
	if (w->held_back)
		show(w->c,
			"  %lld tasks are too many at once: none was opened (breachmail remind)\n",
			(long long)w->held_back);
	json_decref(tally);
	return 0;
}

static int send_one(struct walk *w, const char *digest, struct fault *f)
{
	const char *const words[] = {"send", "--release", digest, "--due", NULL};
	json_t *tally;

	if (run(w, words, &tally, f))
		return -1;
	w->sent += number(tally, "sent_now");
	show(w->c, "  %lld sent\n", (long long)number(tally, "sent_now"));
	json_decref(tally);
	return 0;
}

static int open_ledger(
	struct walk *w, enum ledger_mode mode, struct ledger **ret, struct fault *f)
{
	struct ledger_options o = command_ledger(w->c, "follow-up");

	o.mode = settings_mode(w->c->settings);
	return ledger_open(w->c->dir, mode, &o, ret, f);
}

/* What no human has begun in live, no timer begins. */
static int send_all(struct walk *w, struct fault *f)
{
	const struct settings *s = w->c->settings;
	struct ledger *l = NULL;
	struct fault closed = {0};
	json_t *work, *digest;
	int failed;
	size_t i;

	if (open_ledger(w, LEDGER_READ, &l, f))
		return -1;
	failed = permit_work(l, settings_mode(s), s->live, &work, f);
	ledger_close(l, 0);
	if (!failed && json_array_size(work) && settings_within_hours(s, &closed)) {
		show(w->c, "Nothing goes now: %s\n", closed.text);
		(void)json_array_clear(work);
	}
	json_array_foreach(work, i, digest) failed =
		failed || send_one(w, json_string_value(digest), f);
	json_decref(work);
	show_count(w->c, "sent_now", w->sent);
	return failed ? -1 : 0;
}

/* --- the officer in charge --- */

/* What only this run knows, since the book has nothing of it yet. */
static void add_needs(const struct walk *w, json_t *needs)
{
	if (w->held_back)
		(void)json_object_set_new(
			needs, "tasks_held_back", json_integer(w->held_back));
	if (w->waiting)
		(void)json_object_set_new(
			needs, "follow_ups_to_release", json_integer(w->waiting));
}

static int look(struct walk *w, json_t **ret, struct fault *f)
{
	struct ledger *l = NULL;
	int failed;

	*ret = NULL;
	if (open_ledger(w, LEDGER_READ, &l, f))
		return -1;
	failed = status_gather(l, w->c->settings, w->c->policy, ret, f);
	ledger_close(l, 0);
	return failed;
}

static int tell(struct walk *w, struct fault *f)
{
	bool is_new = false, told = false;
	struct ledger *l = NULL;
	json_t *status;
	int failed = look(w, &status, f);

	if (!failed)
		add_needs(w, json_object_get(status, "needs_human"));
	if (!failed && !w->c->dry_run) {
		failed = open_ledger(w, LEDGER_WRITE, &l, f) ||
			 alert_run(l, w->c->settings,
				 json_object_get(status, "needs_human"), &is_new, &told,
				 f);
		ledger_close(l, failed ? (int)f->kind : 0);
	}
	if (!failed) {
		take(w, "needs_human", status);
		show_json(w->c, "told", json_boolean(told));
		show(w->c,
			told ? "Something new needs a human: the officer in charge was told.\n"
			: is_new ? "Something new needs a human (breachmail status).\n"
				 : "Nothing new needs a human.\n");
	}
	json_decref(status);
	return failed ? -1 : 0;
}

/* A passphrase that no file holds is heard here, once, and not by each command. */
static void ask_once(struct walk *w)
{
	struct ledger *l = NULL;
	struct fault again; /* whoever comes next will tell */

	if (!open_ledger(w, LEDGER_READ, &l, &again))
		ledger_close(l, 0);
}

int verb_follow_up(struct command *c, struct fault *f)
{
	struct door_hidden hidden = {0};
	struct walk w = {.c = c, .errand = {NULL, hidden.words, c->dir, c->color}};

	if (c->arguments_count)
		return fault_set(
			f, FAULT_USAGE, "breachmail follow-up takes no arguments");
	if (command_settings(c, f) || command_policy(c, f))
		return -1;
	door_hide(&hidden, c);
	ask_once(&w);
	door_hide_words(&hidden, c);
	if (track(&w, f) || remind(&w, f) || send_all(&w, f) || tell(&w, f))
		return -1;
	(void)snprintf(c->next, sizeof(c->next), "breachmail status");
	if (!w.failed)
		return 0;
	*f = w.fault;
	return -1;
}
