/* SPDX-License-Identifier: MIT */
/*
 * run: the guided path. Looks where everything stands, runs the command that comes next,
 * stops at each decision with the choices and what follows from them; again and again.
 *
 * It keeps nothing of its own: all that was done is in the ledger and in the two files,
 * so it can be left at any point and goes on from there. It does nothing that could not
 * be typed, and shows each command that it runs.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mailer/show.h"
#include "mailer/status.h"
#include "mailer/verb/doors.h"
#include "mailer/verb/run_state.h"
#include "recipients/match.h"

const struct verb_option run_options[] = {{NULL, NULL, NULL}};

/* --- looking --- */

void run_close(struct run *r)
{
	ledger_close(r->c->ledger, 0);
	r->c->ledger = NULL;
	settings_free(r->c->settings);
	r->c->settings = NULL;
	policy_free(r->c->policy);
	r->c->policy = NULL;
}

int run_open(struct run *r, struct fault *f)
{
	struct command *c = r->c;
	struct ledger_options o = command_ledger(c, "run");

	run_close(r);
	if (command_settings(c, f) || command_policy(c, f))
		return -1;
	o.mode = settings_mode(c->settings);
	if (ledger_open(c->dir, LEDGER_READ, &o, &c->ledger, f))
		return -1;
	door_hide_words(r->hidden, c);
	return 0;
}

static void forget(struct run *r)
{
	json_decref(r->status);
	r->status = NULL;
}

static int gather(struct run *r, struct fault *f)
{
	struct command *c = r->c;
	struct group_options group;

	if (run_open(r, f) ||
		status_gather(c->ledger, c->settings, c->policy, &r->status, f) ||
		match_is_current(c->ledger, &r->match_is_current, f) ||
		door_group_options(c, &group, f) ||
		group_is_current(c->ledger, &group, &r->group_is_current, f))
		return -1;
	return 0;
}

/* Readers hold the ledger no longer than they look: the commands need it. */
int run_look(struct run *r, struct fault *f)
{
	int failed;

	forget(r);
	failed = gather(r, f);
	run_close(r);
	return failed;
}

int64_t run_count(const struct run *r, const char *group, const char *name)
{
	return json_integer_value(
		json_object_get(json_object_get(r->status, group), name));
}

/* --- commands --- */

static int end_walk(struct run *r, struct fault *f)
{
	r->stopped = true;
	return fault_set(f, FAULT_INTERRUPTED, "the walk ends here");
}

static enum fault_kind kind_of(int code)
{
	if (code == 130 || code == 143)
		return FAULT_INTERRUPTED;
	return code >= FAULT_USAGE && code <= FAULT_CONFIG ? (enum fault_kind)code
							   : FAULT_INTERNAL;
}

static int judge_code(const char *verb, int code, struct fault *f)
{
	if (code == 0 || code == 1)
		return 0;
	return fault_set(f, kind_of(code),
		"%s ended with exit code %d; what it said is above. When the cause is mended, breachmail run goes on from here",
		verb, code);
}

int run_errand(struct run *r, const char *const *words, int *ret_code, struct fault *f)
{
	auto_text_buffer line = {0};
	int code;

	errand_line(&r->errand, words, &line);
	if (r->c->dry_run) {
		show(r->c, "It would run: %s\n", text_string(&line));
		show_string(r->c, "next", text_string(&line));
		return end_walk(r, f);
	}
	(void)json_array_append_new(r->ran, json_string(text_string(&line)));
	if (errand_run(&r->errand, words, &code, f))
		return -1;
	if (clock_interrupted())
		return fault_set(f, FAULT_INTERRUPTED, "stopped");
	if (ret_code)
		*ret_code = code;
	return ret_code ? 0 : judge_code(words[0], code, f);
}

/* --- decisions --- */

int run_decide(struct run *r, const struct decision_point *d, struct fault *f)
{
	auto_text command = text_format("breachmail -C %s %s", r->c->dir, d->command);

	text_freep(&r->decision);
	r->decision = text_copy(d->name);
	if (r->asks)
		return 0;
	show(r->c, "\nA decision is open: %s\n", d->name);
	show(r->c, "  %s\n  It is made by: %s\n", d->words, command);
	show_string(r->c, "decision", d->name);
	show_string(r->c, "question", d->words);
	(void)snprintf(r->c->next, sizeof(r->c->next), "%.190s", command);
	r->c->exit_code = 1;
	return end_walk(r, f);
}

bool run_is_put_off(const struct run *r, const char *name)
{
	return json_object_get(r->put_off, name) != NULL;
}

void run_put_off(struct run *r, const char *name)
{
	(void)json_object_set_new(r->put_off, name, json_true());
}

static int check_reason(const char *answer, char **ret, struct text *wrong)
{
	(void)ret;
	if (strlen(answer) <= 500 && *answer != '-')
		return 0;
	text_add_string(
		wrong, "In at most 500 letters, please, and not beginning with a dash.");
	return -1;
}

int run_sign(struct run *r, char **ret_reason, struct fault *f)
{
	if (!r->by && r->c->by)
		r->by = text_copy(r->c->by);
	if (!r->by &&
		ask_line(&r->ask,
			&(struct question){"Who decides this? Your name is kept with it.",
				NULL, NULL, NULL, check_reason},
			&r->by, f))
		return -1;
	if (r->c->reason) {
		*ret_reason = text_copy(r->c->reason);
		return 0;
	}
	return ask_line(&r->ask,
		&(struct question){"Why, in a few words? That is kept as well.", NULL,
			NULL, NULL, check_reason},
		ret_reason, f);
}

/* --- the walk --- */

/* In doubt, after a crash: only the relay's log can tell. */
static int in_doubt(struct run *r, struct fault *f)
{
	struct decision_point d = {"in-doubt",
		"A mail was on its way when something broke. Look in the relay's log whether it arrived.",
		"send --resolve NUMBER accepted|resend|leave --by NAME --reason TEXT"};
	json_int_t number = json_integer_value(
		json_array_get(json_object_get(r->status, "in_doubt"), 0));
	static const struct choice choices[] = {
		{"a", "It is there: accepted", "Nothing more is sent to this person."},
		{"r", "It is not there: send it again",
			"It goes out with the next send."},
		{"l", "Nobody can say: leave it",
			"It stays in doubt; nothing is sent again by itself."},
		{NULL, NULL, NULL}};
	static const char *const answers[] = {"accepted", "resend", "leave"};
	auto_text n = text_format("%lld", (long long)number);
	auto_text reason = NULL;
	size_t choice;

	if (run_decide(r, &d, f) || run_errand(r, RUN("send", "--resolve", n), NULL, f) ||
		ask_choice(&r->ask, "What does the relay's log say?", choices, NULL,
			&choice, f) ||
		run_sign(r, &reason, f))
		return -1;
	if (choice == 2)
		run_put_off(r, "in-doubt");
	return run_errand(r,
		RUN("send", "--resolve", n, answers[choice], "--by", r->by, "--reason",
			reason),
		NULL, f);
}

static int finish(struct run *r, struct fault *f)
{
	int64_t needs =
		(int64_t)json_object_size(json_object_get(r->status, "needs_human"));

	r->finished = true;
	if (run_errand(r, RUN("status"), NULL, f))
		return -1;
	show(r->c, "\nThe path is walked as far as it goes.%s\n",
		needs ? " What is left is for people: it stands above."
		      : " Nothing is left to do.");
	r->c->exit_code = needs ? 1 : 0;
	return 0;
}

static bool next_is(const struct run *r, const char *words)
{
	const char *next = json_string_value(json_object_get(r->status, "next"));

	return next && !strncmp(next, words, strlen(words));
}

/* What is open before anybody is told. */
static int before_release(struct run *r, struct fault *f)
{
	bool asked;

	if (run_rows(r, &asked, f))
		return -1;
	if (asked)
		return 0;
	if (run_questions(r, &asked, f))
		return -1;
	if (asked)
		return 0;
	if (next_is(r, "breachmail compose"))
		return run_errand(r, RUN("compose"), NULL, f);
	return run_release(r, f);
}

static int step(struct run *r, struct fault *f)
{
	bool doubt = json_array_size(json_object_get(r->status, "in_doubt")) &&
		     !run_is_put_off(r, "in-doubt");

	if (next_is(r, "breachmail import people"))
		return run_people(r, f);
	if (next_is(r, "breachmail import breach"))
		return run_breach(r, f);
	if (r->asks && json_object_get(r->status, "presumed") &&
		!json_integer_value(json_object_get(r->status, "rows")) &&
		!run_is_put_off(r, "leaked-file"))
		return run_presumed(r, f);
	if (!r->match_is_current)
		return run_errand(r, RUN("match"), NULL, f);
	if (!r->group_is_current)
		return run_errand(r, RUN("group"), NULL, f);
	if (next_is(r, "breachmail compose") || run_count(r, "states", "planned"))
		return before_release(r, f);
	if (next_is(r, "breachmail send") && !next_is(r, "breachmail send --resolve") &&
		!run_is_put_off(r, "send"))
		return run_send(r, f);
	if (doubt)
		return in_doubt(r, f);
	return finish(r, f);
}

static int walk(struct run *r, struct fault *f)
{
	while (!r->finished)
		if (run_look(r, f) || step(r, f))
			return -1;
	return 0;
}

/* No incident here: the first question is whether there should be one. */
static int begin(struct run *r, struct fault *f)
{
	auto_text path = text_format("%s/incident.json", r->c->dir);
	static const struct choice choices[] = {
		{"y", "Yes: ten questions",
			"They make a folder with all that is needed."},
		{NULL, NULL, NULL}};
	const char *dir = strcmp(r->c->dir, ".") != 0 ? r->c->dir : "incident";
	size_t choice;

	if (!access(path, F_OK))
		return 0;
	if (!r->asks)
		return fault_set(f, FAULT_CONFIG,
			"there is no incident in %s: breachmail init DIR --example NAME makes one",
			r->c->dir);
	if (ask_choice(&r->ask, "There is no incident here yet. Shall we make one?",
		    choices, "y", &choice, f) ||
		run_errand(r, RUN("init", dir), NULL, f))
		return -1;
	r->c->dir = dir;
	r->errand.dir = dir;
	return 0;
}

static void say_goodbye(struct run *r)
{
	struct command *c = r->c;

	if (r->decision)
		show(c, "\nLeft at a decision: %s. All that was done is kept.\n",
			r->decision);
	else
		show(c, "\nLeft. All that was done is kept.\n");
	show_string(c, "decision", r->decision);
	if (strcmp(c->dir, ".") != 0)
		(void)snprintf(
			c->next, sizeof(c->next), "breachmail -C %.150s run", c->dir);
	else
		(void)snprintf(c->next, sizeof(c->next), "breachmail run");
	c->exit_code = 1;
}

static void run_done(struct run *r)
{
	show_json(r->c, "ran", r->ran);
	forget(r);
	run_close(r);
	json_decref(r->put_off);
	text_freep(&r->by);
	text_freep(&r->decision);
}

static int end_well(struct run *r, int failed, struct fault *f)
{
	if (failed && r->ask.left) {
		say_goodbye(r);
		return 0;
	}
	if (failed && !r->stopped && f->kind == FAULT_INTERRUPTED && clock_interrupted())
		return fault_set(f, FAULT_INTERRUPTED,
			"stopped%s%s; all that was done is kept. breachmail -C %s run goes on from here",
			r->decision ? " at the decision " : "",
			r->decision ? r->decision : "", r->c->dir);
	return r->stopped ? 0 : failed;
}

int verb_run(struct command *c, struct fault *f)
{
	struct door_hidden hidden = {0};
	struct run r = {.c = c,
		.hidden = &hidden,
		.asks = !c->json && !c->dry_run && isatty(STDIN_FILENO) &&
			isatty(STDERR_FILENO),
		.ask = {.in = STDIN_FILENO, .out = stderr, .color = c->color},
		.errand = {c->json ? NULL : stdout, hidden.words, c->dir, c->color},
		.ran = json_array(),
		.put_off = json_object()};
	int failed;

	door_hide(&hidden, c);
	failed = c->arguments_count
			 ? fault_set(f, FAULT_USAGE, "breachmail run takes no arguments")
			 : begin(&r, f) || walk(&r, f);
	failed = end_well(&r, failed, f);
	run_done(&r);
	return failed ? -1 : 0;
}
