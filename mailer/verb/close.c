/* SPDX-License-Identifier: MIT */
/*
 * close: the end of an incident: what must be kept is written, the rest is destroyed. The
 * work is mailer/closing.c's and mailer/shred.c's; the ledger and the lock are opened
 * here, since it goes on where there is no ledger any more.
 */
#include "mailer/closing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mailer/archive.h"
#include "mailer/show.h"
#include "mailer/shred.h"
#include "mailer/verb/doors.h"
#include "recipients/lock.h"

const struct verb_option close_options[] = {
	{"to", "FILE.pub",
		"seal the list of who was told for this public key (archive --make-key); in live it must be"},
	{"archive", "FILE",
		"where that goes (default: archive.sealed in the incident's folder)"},
	{"evidence", "FILE", "where the evidence goes (default: evidence.tar there)"},
	{"anyway", NULL, "although people are still to be told, or tasks are open"},
	{"remove-found", NULL,
		"remove the files in the incident's folder that speak of people, or cannot be looked into"},
	{NULL, NULL, NULL}};

static const char *text_of(const json_t *object, const char *name)
{
	return json_string_value(json_object_get(object, name));
}

/* --- what is told --- */

static void tell_plan(struct command *c, const json_t *result)
{
	const json_t *plan = json_object_get(result, "plan"), *one;
	const char *what;
	json_t *count;
	size_t i;

	json_object_foreach(json_object_get(result, "open"), what, count)
		show(c, "Still open:  %lld: %s\n", (long long)json_integer_value(count),
			closing_words(what));
	json_object_foreach(json_object_get(result, "left"), what, count)
		show(c, "Lost with it:  %lld: %s\n", (long long)json_integer_value(count),
			closing_words(what));
	json_array_foreach(json_object_get(plan, "keys"), i, one)
		show(c, "Destroyed:  %s\n", json_string_value(one));
	json_array_foreach(json_object_get(plan, "outboxes"), i, one)
		show(c, "Emptied:    %s\n", json_string_value(one));
	json_array_foreach(json_object_get(plan, "files"), i, one)
		show(c, "Speaks of people, or cannot be looked into:  %s\n",
			json_string_value(one));
	show(c, "Removed:    the ledger\n");
}

static void tell_kept(struct command *c, const json_t *closed)
{
	const char *archive = text_of(closed, "archive"),
		   *evidence = text_of(closed, "evidence");

	if (evidence)
		show(c, "Evidence, without people: %s (scripts/verify-evidence checks it)\n",
			evidence);
	if (archive)
		show(c, "Who was told, sealed until %s: %s. Destroy it then, and its key.\n",
			text_of(closed, "keep_until"), archive);
}

static void tell_end(struct command *c, const json_t *closed, const json_t *result)
{
	const json_t *left = json_object_get(result, "not_removed"), *one;
	size_t i;

	show(c, "Closed. Nothing opens this ledger any more, nor any copy of it.\n");
	tell_kept(c, closed);
	json_array_foreach(left, i, one) show(
		c, "Could not be removed, and must be: %s\n", json_string_value(one));
	show(c, "Copies of the key file, and exports elsewhere, were made by hand and must be destroyed by hand.\n");
	c->exit_code = json_array_size(left) ? 1 : 0;
}

static void to_tally(struct command *c, json_t *result)
{
	(void)json_object_update(c->tally, result);
	(void)json_object_del(c->tally, "plan");
}

/* --- the steps --- */

/* Closed before, or killed on the way. */
static int go_on(struct command *c, json_t *closed, struct fault *f)
{
	json_t *result = json_object();
	int lock = -1, failed = 0;
	bool done = shred_is_done(closed);

	show_json(c, "already", json_boolean(done));
	if (!done && !c->dry_run)
		failed = lock_take(c->dir, "close", c->operator, c->wait_seconds, &lock,
				 f) ||
			 shred_run(c->dir, closed, result, f);
	to_tally(c, result);
	if (!failed && done) {
		show(c, "This incident was closed at %s.\n", text_of(closed, "at"));
		tell_kept(c, closed);
	} else if (!failed) {
		tell_end(c, closed, result);
	}
	lock_drop(lock);
	if (!failed && !c->dry_run)
		shred_lock(c->dir);
	json_decref(result);
	return failed ? -1 : 0;
}

static int keep(
	struct command *c, const struct closing *closing, json_t *result, struct fault *f)
{
	struct ledger_options o = command_ledger(c, "close");
	struct ledger *l = NULL;
	int failed;

	o.mode = settings_mode(c->settings);
	o.head_file = c->settings->head_file;
	if (ledger_open(c->dir, LEDGER_WRITE, &o, &l, f))
		return -1;
	failed = closing_keep(l, closing, result, f);
	ledger_close(l, failed ? (int)f->kind : 0);
	return failed;
}

/* Under the lock: nobody writes between the evidence and the end. */
static int destroy(
	struct command *c, const struct closing *closing, json_t *result, struct fault *f)
{
	struct ledger_options o = command_ledger(c, "close");
	struct ledger *l = NULL;
	json_t *plan;
	int failed;

	if (ledger_open(c->dir, LEDGER_READ, &o, &l, f))
		return -1;
	failed = closing_plan(l, closing, result, f);
	ledger_close(l, 0);
	plan = json_object_get(result, "plan");
	if (failed || c->dry_run)
		return failed;
	return shred_begin(c->dir, plan, f) || shred_run(c->dir, plan, result, f) ? -1
										  : 0;
}

static int close_it(struct command *c, const struct closing *closing, struct fault *f)
{
	json_t *result = json_object();
	int lock = -1;
	int failed = (!c->dry_run && keep(c, closing, result, f)) ||
		     (!c->dry_run && lock_take(c->dir, "close", c->operator,
					     c->wait_seconds, &lock, f)) ||
		     destroy(c, closing, result, f);

	to_tally(c, result);
	if (!failed && c->dry_run)
		tell_plan(c, result);
	else if (!failed)
		tell_end(c, result, result);
	lock_drop(lock);
	if (!failed && !c->dry_run)
		shred_lock(c->dir);
	json_decref(result);
	return failed ? -1 : 0;
}

int verb_close(struct command *c, struct fault *f)
{
	const char *to = command_option(c, "to"), *archive = command_option(c, "archive"),
		   *evidence = command_option(c, "evidence");
	auto_text archive_path =
		archive ? text_copy(archive) : text_format("%s/" ARCHIVE_FILE, c->dir);
	auto_text evidence_path = evidence ? text_copy(evidence)
					   : text_format("%s/" CLOSING_EVIDENCE, c->dir);
	struct closing closing = {.by = c->by,
		.reason = c->reason,
		.archive = archive_path,
		.evidence = evidence_path,
		.anyway = command_option(c, "anyway") != NULL,
		.dry_run = c->dry_run,
		.remove_found = command_option(c, "remove-found") != NULL};
	struct coffer_key key;
	json_t *closed = NULL;
	int got;

	if (c->arguments_count)
		return fault_set(f, FAULT_USAGE,
			"breachmail close --by NAME --reason TEXT [--to FILE.pub] (-n shows what would go)");
	got = shred_read(c->dir, &closed, f);
	if (got > 0)
		got = go_on(c, closed, f) ? -1 : 1;
	json_decref(closed);
	if (got)
		return got < 0 ? -1 : 0;
	if ((!c->dry_run && command_decides(c, f)) || command_settings(c, f) ||
		command_policy(c, f) || (to && coffer_key_read(to, &key, f)))
		return -1;
	closing.settings = c->settings;
	closing.policy = c->policy;
	closing.key = to ? &key : NULL;
	return close_it(c, &closing, f);
}
