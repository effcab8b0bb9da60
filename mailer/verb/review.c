/* SPDX-License-Identifier: MIT */
/*
 * review: who may look at the page, and the page itself. Reviewers are mailer/reviewer.c,
 * the page mailer/page/, what goes to it export.c, what comes from it visits.c.
 *
 * The page (--listen) opens neither the ledger nor its key.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mailer/export.h"
#include "mailer/page/host.h"
#include "mailer/page/journal.h"
#include "mailer/page/session.h"
#include "mailer/page/shut_in.h"
#include "mailer/page/sweep.h"
#include "mailer/point.h"
#include "mailer/resend.h"
#include "mailer/reviewer.h"
#include "mailer/show.h"
#include "mailer/verb/doors.h"
#include "mailer/visits.h"
#include "recipients/keyring.h"

#define DAY_MS 86400000ll

const struct verb_option review_options[] = {
	{"listen", "HOST:PORT",
		"serve the page, such as 127.0.0.1:8443; or unix:PATH, behind a web server; Ctrl-C ends it"},
	{"tls-cert", "FILE", "the page's certificate (PEM); else a self-signed one"},
	{"tls-key", "FILE", "its key (PEM)"},
	{"idle", "DURATION",
		"a session ends after so long without a page: at most, and by default, 15m"},
	{"add", "NAME",
		"somebody may look at the page; prints the secret for the first sign-in"},
	{"scope", "RANKS",
		"for whom they stand up: \"constable to chief inspector\", staff ..."},
	{"role", "ROLE", "rep (default), or desk: only yes or no on a reference code"},
	{"expires", "TIME",
		"until when: a day (2026-12-31), a time, or from now (30d; the default)"},
	{"secret", "NAME", "a new secret, for whoever forgot their passphrase"},
	{"remove", "NAME", "they see nothing from now on"},
	{"list", NULL, "who may look at it (as without options)"},
	{"points", NULL,
		"what reps say of the texts; note --kind answer --point N answers"},
	{NULL, NULL, NULL}};

bool review_stands_alone(const struct command *c)
{
	return command_option(c, "listen") != NULL;
}

/* --- reviewers --- */

/* A day is there until its end. */
static int read_expires(const char *typed, int64_t *ret, struct fault *f)
{
	auto_text day = text_format("%sT23:59:59Z", typed ? typed : "");
	int64_t wait;

	*ret = reviewer_from() + REVIEWER_DAYS * DAY_MS;
	if (!typed || !clock_parse(typed, ret) || !clock_parse(day, ret))
		return 0;
	if (clock_parse_duration(typed, &wait))
		return fault_set(f, FAULT_USAGE,
			"--expires takes a day such as 2026-12-31, a time, or a duration such as 30d");
	*ret = reviewer_from() + wait;
	return 0;
}

static int read_new(const struct command *c, const char *name, struct reviewer_new *n,
	struct fault *f)
{
	*n = (struct reviewer_new){.mode = settings_mode(c->settings),
		.name = name,
		.role = command_option(c, "role"),
		.scope = command_option(c, "scope"),
		.by = c->by && *c->by ? c->by : c->operator,
		.reason = c->reason ? c->reason : "" };
	if (!n->role)
		n->role = "rep";
	if (strlen(n->by) > VERB_WORDS_MAX || strlen(n->reason) > VERB_WORDS_MAX)
		return fault_set(f, FAULT_USAGE,
			"--by and --reason take at most %d bytes each", VERB_WORDS_MAX);
	return read_expires(command_option(c, "expires"), &n->expires, f);
}

/* At once, also beside a `send`: the export may follow a moment later. */
static int publish(struct command *c, struct fault *f)
{
	return c->dry_run ? 0
			  : reviewer_publish(
				    c->ledger, c->dir, settings_mode(c->settings), f);
}

static void show_secret(struct command *c, const struct reviewer_given *g)
{
	char at[CLOCK_TEXT];

	show_count(c, "reviewer", g->id);
	show_string(c, "secret", g->secret);
	show_string(c, "secret_expires", clock_write(g->secret_expires, at));
	show(c,
		"The secret for their first sign-in, shown this once:\n\n    %s\n\n"
		"It works once, until %s. Read it out, or hand it over; do not mail it.\n"
		"Then they choose a passphrase, which nobody here learns.\n",
		g->secret, at);
	(void)snprintf(
		c->next, sizeof(c->next), "breachmail review --listen 127.0.0.1:8443");
}

static int add(struct command *c, struct fault *f)
{
	struct reviewer_new n;
	struct reviewer_given given;
	char at[CLOCK_TEXT];

	if (read_new(c, command_option(c, "add"), &n, f) ||
		reviewer_add(c->ledger, &n, &given, f) || publish(c, f))
		return -1;
	show_string(c, "role", n.role);
	show_json(
		c, "scope", strcmp(n.role, "desk") ? json_string(n.scope) : json_null());
	show_string(c, "expires", clock_write(n.expires, at));
	show(c, "Added, until %s: reviewer %lld, %s%s%s.\n", at, (long long)given.id,
		n.role, strcmp(n.role, "desk") ? " for " : "",
		strcmp(n.role, "desk") ? n.scope : "");
	show_secret(c, &given);
	return 0;
}

static int renew_secret(struct command *c, struct fault *f)
{
	struct reviewer_new n;
	struct reviewer_given given;

	if (read_new(c, command_option(c, "secret"), &n, f) ||
		reviewer_renew(c->ledger, &n, &given, f) || publish(c, f))
		return -1;
	show_secret(c, &given);
	return 0;
}

static int remove_one(struct command *c, struct fault *f)
{
	struct reviewer_new n;

	if (read_new(c, command_option(c, "remove"), &n, f) ||
		reviewer_remove(c->ledger, &n, f) || publish(c, f))
		return -1;
	show_json(c, "removed", json_true());
	show(c, "Removed: they are signed out, and cannot sign in again.\n");
	(void)snprintf(c->next, sizeof(c->next), "breachmail review --list");
	return 0;
}

static const char *string_of(const json_t *object, const char *name)
{
	const char *value = json_string_value(json_object_get(object, name));

	return value ? value : "";
}

static int list(struct command *c, struct fault *f)
{
	json_t *reviewers, *one;
	size_t i;

	if (reviewer_list(c->ledger, settings_mode(c->settings), &reviewers, f))
		return -1;
	show_json(c, "reviewers", reviewers);
	json_array_foreach(reviewers, i, one)
	{
		show(c, "%5lld  ",
			(long long)json_integer_value(json_object_get(one, "id")));
		if (!c->json)
			show_safely(stdout, string_of(one, "name"));
		show(c, "  %s%s%s, until %s%s\n", string_of(one, "role"),
			*string_of(one, "scope") ? " for " : "", string_of(one, "scope"),
			string_of(one, "expires_at"),
			json_is_true(json_object_get(one, "over")) ? " (over)" : "");
	}
	if (!json_array_size(reviewers))
		show(c, "Nobody may look at the page yet.\n");
	(void)snprintf(c->next, sizeof(c->next),
		"breachmail review --add NAME --scope RANKS --by NAME --reason TEXT");
	return 0;
}

static int points(struct command *c, struct fault *f)
{
	json_t *all, *one;
	size_t i;

	if (point_list(c->ledger, settings_mode(c->settings), 0, &all, f))
		return -1;
	show_json(c, "points", all);
	json_array_foreach(all, i, one)
	{
		show(c, "%5lld  %s, reviewer %lld: ",
			(long long)json_integer_value(json_object_get(one, "number")),
			string_of(one, "at"),
			(long long)json_integer_value(json_object_get(one, "reviewer")));
		if (c->json)
			continue;
		show_safely(stdout, string_of(one, "text"));
		(void)fputs("\n       ", stdout);
		show_safely(stdout, string_of(one, "words"));
		(void)fputs("\n       ", stdout);
		show_safely(stdout, *string_of(one, "answer") ? string_of(one, "answer")
							      : "no answer yet");
		(void)fputc('\n', stdout);
	}
	if (!json_array_size(all))
		show(c, "No rep has raised a point.\n");
	(void)snprintf(
		c->next, sizeof(c->next), "breachmail note --kind answer --point N TEXT");
	return 0;
}

/* --- the page --- */

/* That the key itself is there is not looked at. */
static int certificate_path(const struct command *c, char **ret, struct fault *f)
{
	auto_text key = NULL;

	if (keyring_find(c->key_file, "any", &key, f) || keyring_folders(key, f))
		return -1;
	*ret = keyring_certificate(key, c->dir);
	return 0;
}

static int find_certificate(struct command *c, const struct host_place *place,
	struct certificate *ret, struct fault *f)
{
	const char *cert = command_option(c, "tls-cert"),
		   *key = command_option(c, "tls-key");
	auto_text path = NULL;

	if (!cert != !key)
		return fault_set(f, FAULT_USAGE, "--tls-cert and --tls-key go together");
	if (place->path)
		return cert ? fault_set(f, FAULT_USAGE,
				      "--tls-cert is not for a Unix socket: the web server in front of it has the certificate")
			    : 0;
	if (cert)
		return certificate_load(cert, key, ret, f);
	return certificate_path(c, &path, f) || certificate_own(path, place->host, ret, f)
		       ? -1
		       : 0;
}

static void show_place(const struct command *c, const struct host_place *place,
	const struct certificate *certificate)
{
	FILE *out = c->json ? stderr : stdout;
	bool six = place->host && strchr(place->host, ':');

	if (place->path)
		(void)fprintf(out,
			"The page is at unix:%s, for a web server in front of it.\n",
			place->path);
	else
		(void)fprintf(out,
			"The page is at https://%s%s%s:%u/\n"
			"Its certificate has this fingerprint (SHA-256); read it out to whoever signs in:\n"
			"    %s\n",
			six ? "[" : "", place->host, six ? "]" : "", place->port,
			certificate->fingerprint);
	if (place->open)
		(void)fputs("Other machines can reach it there.\n", out);
	(void)fputs("It shows what the other commands have put there. Ctrl-C ends it.\n",
		out);
	(void)fflush(out);
}

/* From the moment on at which anybody may come it can do no more than it must. */
static int serve(struct command *c, struct host_place *place,
	const struct certificate *certificate, struct pages *pages, struct fault *f)
{
	struct sweep sweep;
	const char *lacks;
	struct host *host;
	int failed;

	if (sweep_begin(place, &sweep, f))
		return -1;
	if (host_open(place, certificate, pages, &host, f)) {
		sweep_end(&sweep);
		return -1;
	}
	lacks = shut_in(c->dir);
	if (lacks)
		(void)fprintf(stderr,
			"breachmail review: this system lacks %s; the page goes on without.\n",
			lacks);
	show_place(c, place, certificate);
	failed = host_run(host, f);
	host_close(host);
	sweep_end(&sweep);
	return failed;
}

static int listen_all(struct command *c, struct fault *f)
{
	struct pages_options o = {.idle = SESSION_IDLE_MS, .longest = SESSION_LONGEST_MS};
	const char *idle = command_option(c, "idle");
	auto_certificate certificate = {0};
	auto_host_place place = {.fd = -1};
	struct pages *pages;
	int failed;

	if (idle && (clock_parse_duration(idle, &o.idle) || o.idle <= 0 ||
			    o.idle > SESSION_IDLE_MS))
		return fault_set(
			f, FAULT_USAGE, "--idle takes a duration of at most 15m");
	if (c->dry_run)
		return fault_set(f, FAULT_USAGE,
			"--listen serves until it is ended: it cannot be tried with -n");
	if (command_settings(c, f) ||
		host_listen(command_option(c, "listen"), &place, f) ||
		find_certificate(c, &place, &certificate, f))
		return -1;
	o.settings = c->settings;
	if (pages_open(&o, &pages, f))
		return -1;
	failed = serve(c, &place, place.path ? NULL : &certificate, pages, f);
	pages_close(pages);
	return failed;
}

/* --- before and after other verbs --- */

/* It must not stop what else is done. */
static void complain(struct command *c, const char *what, const struct fault *f)
{
	(void)fprintf(stderr, "breachmail %s: %s: %s\n", c->verb->name, what, f->text);
}

static int serve_asked(
	struct command *c, struct texts *texts, struct visits_asked *a, struct fault *f)
{
	auto_text name = NULL;
	struct resend_options o = {.settings = c->settings,
		.policy = c->policy,
		.texts = texts,
		.lines = text_string(&a->words),
		.reason = "handed in on the page"};
	struct resend_tally t = {0};
	int failed;

	if (reviewer_name(c->ledger, a->reviewer, &name, f) || ledger_begin(c->ledger, f))
		return -1;
	o.by = name;
	failed = resend_run(c->ledger, &o, &t, f) ||
		 visits_asked_done(c->ledger, a->id, t.requests, f);
	resend_tally_done(&t);
	if (!failed)
		return ledger_commit(c->ledger, f);
	ledger_rollback(c->ledger);
	return -1;
}

/* Each once: what was served is not waiting any more. */
static int serve_all(struct command *c, struct fault *f)
{
	auto_text over = text_format("%s/templates", c->dir);
	struct texts texts = {over};
	struct visits_asked asked = {0};
	int got;

	if (command_policy(c, f))
		return -1;
	while ((got = visits_next_asked(
			c->ledger, settings_mode(c->settings), &asked, f)) > 0)
		if (serve_asked(c, &texts, &asked, f)) {
			got = -1;
			break;
		}
	text_done(&asked.words);
	return got;
}

void review_take(struct command *c, bool serve)
{
	struct visits_tally t;
	struct fault f;

	if (visits_take(c->ledger, c->dir, settings_mode(c->settings), &t, &f))
		complain(c, "what the page has kept was not taken over", &f);
	else if (serve && serve_all(c, &f))
		complain(c, "requests handed in on the page wait", &f);
}

struct review_run {
	struct command *command;
	char *over;
	struct texts texts;
	struct export *export;
	bool failed;
};

struct review_run *review_run_begin(struct command *c)
{
	struct review_run *r;
	struct fault f;
	bool wanted;

	if (export_wanted(c->ledger, settings_mode(c->settings), &wanted, &f)) {
		complain(c, "the page was not renewed", &f);
		return NULL;
	}
	if (!wanted)
		return NULL;
	if (command_policy(c, &f)) {
		complain(c, "the page was not renewed", &f);
		return NULL;
	}
	r = text_alloc(sizeof(*r));
	r->command = c;
	r->over = text_format("%s/templates", c->dir);
	r->texts.dir = r->over;
	r->export = export_new(c->ledger, c->settings, c->policy, &r->texts);
	return r;
}

void review_run_step(struct review_run *r)
{
	struct fault f;

	if (!r || r->failed || !export_renew_in_run(r->export, clock_monotonic(), &f))
		return;
	r->failed = true; /* once is enough; the end of the run tries again */
	complain(r->command, "the page was not renewed", &f);
}

void review_run_end(struct review_run *r)
{
	if (!r)
		return;
	export_free(r->export);
	free(r->over);
	free(r);
}

void review_show(struct command *c)
{
	struct review_run *r = review_run_begin(c);
	struct fault f;

	if (r && (reviewer_publish(c->ledger, c->dir, settings_mode(c->settings), &f) ||
			 export_renew(r->export, &f)))
		complain(c, "the page was not renewed", &f);
	review_run_end(r);
}

int review_report(struct command *c, json_t **ret, struct fault *f)
{
	const char *mode = settings_mode(c->settings);
	json_t *reviewers = NULL, *visits = NULL, *all = NULL;

	if (reviewer_list(c->ledger, mode, &reviewers, f) ||
		point_list(c->ledger, mode, 0, &all, f) ||
		visits_list(c->ledger, mode, &visits, f)) {
		json_decref(reviewers);
		json_decref(all);
		json_decref(visits);
		return -1;
	}
	*ret = json_pack(
		"{s:o,s:o,s:o}", "reviewers", reviewers, "points", all, "visits", visits);
	return 0;
}

int verb_review(struct command *c, struct fault *f)
{
	static const char *const doings[] = {
		"listen", "add", "secret", "remove", "list", "points"};
	size_t count = 0;

	for (size_t i = 0; i < sizeof(doings) / sizeof(doings[0]); i++)
		count += command_option(c, doings[i]) != NULL;
	if (c->arguments_count || count > 1)
		return fault_set(f, FAULT_USAGE,
			"breachmail review --listen HOST:PORT | --add NAME --scope RANKS | --secret NAME | --remove NAME | --list | --points");
	if (command_option(c, "listen"))
		return listen_all(c, f);
	if (command_option(c, "add"))
		return add(c, f);
	if (command_option(c, "secret"))
		return renew_secret(c, f);
	if (command_option(c, "remove"))
		return remove_one(c, f);
	return command_option(c, "points") ? points(c, f) : list(c, f);
}
