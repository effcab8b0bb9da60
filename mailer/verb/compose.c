/* SPDX-License-Identifier: MIT */
/* compose: options in, tally and previews out. The work is mailer/compose.c. */
#include <stdio.h>
#include <string.h>

#include "mailer/compose.h"
#include "mailer/leakage.h"
#include "mailer/round.h"
#include "mailer/show.h"
#include "mailer/verb/doors.h"
#include "templates/texts.h"

const struct verb_option compose_options[] = {
	{"preview", "DIR",
		"each way a notice can come out, with a made-up person, as .eml files"},
	{"all", NULL, "with --preview: every message as it is"},
	{"show", "PERSON", "the message of one person (by their number)"},
	{"what-changed", NULL,
		"a new round to everyone who was told: what_changed of incident.json; with --by and --reason"},
	{"correction", NULL,
		"a new round to whoever was told and is not in the leak; with --by and --reason"},
	{"template", "NAME", "with either: another text than the shipped one"},
	{NULL, NULL, NULL}};

bool compose_only_looks(const struct command *c)
{
	return command_option(c, "preview") || command_option(c, "show");
}

static int look(struct command *c, const struct compose_options *o, struct fault *f)
{
	const char *dir = command_option(c, "preview");
	auto_text_buffer bytes = {0};
	int64_t files;

	if (!dir) {
		if (compose_show(c->ledger, o, command_option(c, "show"), &bytes, f))
			return -1;
		show_string(c, "message", text_string(&bytes));
		show(c, "%s", text_string(&bytes));
		return 0;
	}
	if (command_option(c, "all") ? compose_export(c->ledger, o, dir, &files, f)
				     : compose_preview(o, dir, &files, f))
		return -1;
	show_count(c, "files", files);
	show(c, "%lld files in %s\n", (long long)files, dir);
	return 0;
}

static void show_tally(struct command *c, const struct compose_tally *t)
{
	char n[SHOW_NUMBER];

	show_count(c, "notices", t->notices);
	show_count(c, "tasks", t->tasks);
	show_count(c, "restricted", t->restricted);
	show_count(c, "none", t->none);
	show(c, "%9s  notices by mail\n", show_number(t->notices, n));
	show_count(c, "cover", t->cover);
	if (t->cover)
		show(c, "%9s  of these for cover: the common notice, to people who have a task as well\n",
			show_number(t->cover, n));
	show(c, "%9s  tasks: people to be told in person\n", show_number(t->tasks, n));
	show(c, "%9s  restricted: not told for now\n", show_number(t->restricted, n));
	show(c, "%9s  no duty to tell\n", show_number(t->none, n));
	if (t->unchanged)
		show(c, "Nothing has changed since the last compose.\n");
}

/* The letters are made all the same, so that one can look at them; approve does not let
 * them go. */
static int proofread(struct command *c, struct texts *texts, struct fault *f)
{
	auto_lint_report report = {0};

	if (leakage_run(c->ledger, c->settings, c->policy, texts, &report, f))
		return -1;
	if (report.count)
		show(c, "\nWhat these letters say stops a release:\n");
	show_findings(c, &report);
	if (report.count)
		c->exit_code = 1;
	return 0;
}

static void show_round(struct command *c, const struct round_tally *t)
{
	char n[SHOW_NUMBER];

	show_count(c, "round", t->round);
	show_count(c, "notices", t->notices);
	show_count(c, "tasks", t->tasks);
	show_count(c, "already", t->already);
	show(c, "%9s  notices by mail\n", show_number(t->notices, n));
	show(c, "%9s  tasks: people who were told in person\n", show_number(t->tasks, n));
	if (t->already)
		show(c, "%9s  had it before\n", show_number(t->already, n));
	show(c, "They wait for a release of their own.\n");
	(void)snprintf(c->next, sizeof(c->next), "breachmail approve");
}

/* A named person begins a new round. */
static int new_round(struct command *c, struct texts *texts, struct fault *f)
{
	struct round_options o = {.settings = c->settings,
		.texts = texts,
		.correction = command_option(c, "correction") != NULL,
		.template = command_option(c, "template"),
		.by = c->by,
		.reason = c->reason,
		.progress = &c->progress};
	struct group_options group;
	struct round_tally t;
	bool current;

	if (o.correction && command_option(c, "what-changed"))
		return fault_set(f, FAULT_USAGE,
			"--what-changed and --correction are two rounds: begin one of them");
	if (command_decides(c, f) || door_group_options(c, &group, f) ||
		group_is_current(c->ledger, &group, &current, f))
		return -1;
	if (!current)
		return fault_set(f, FAULT_REFUSED,
			"group has not seen this policy and these matches and decisions yet: breachmail group, then compose");
	o.policy = c->policy;
	if (round_run(c->ledger, &o, &t, f))
		return -1;
	show_round(c, &t);
	return 0;
}

int verb_compose(struct command *c, struct fault *f)
{
	auto_text dir = text_format("%s/templates", c->dir);
	struct texts texts = {dir};
	struct compose_options o = {c->settings, NULL, &texts, false, &c->progress};
	struct group_options group;
	struct compose_tally t;
	json_t *levels;

	if (c->arguments_count)
		return fault_set(f, FAULT_USAGE, "breachmail compose takes no arguments");
	if (command_option(c, "what-changed") || command_option(c, "correction"))
		return new_round(c, &texts, f);
	if (door_group_options(c, &group, f))
		return -1;
	o.policy = c->policy;
	if (compose_only_looks(c))
		return look(c, &o, f);
	if (group_is_current(c->ledger, &group, &o.group_is_current, f) ||
		compose_run(c->ledger, &o, &t, f) ||
		compose_levels(
			c->ledger, c->policy, settings_mode(c->settings), &levels, f))
		return -1;
	show_tally(c, &t);
	show_json(c, "by_level", levels);
	if (proofread(c, &texts, f))
		return -1;
	(void)snprintf(c->next, sizeof(c->next), "breachmail approve");
	return 0;
}
