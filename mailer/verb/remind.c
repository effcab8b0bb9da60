/* SPDX-License-Identifier: MIT */
/* remind: options in, tally out. The work is mailer/remind.c. */
#include "mailer/remind.h"

#include <stdio.h>

#include "mailer/show.h"
#include "mailer/verb/doors.h"

const struct verb_option remind_options[] = {
	{"tasks", "N",
		"open up to N new tasks in this run (more than 50 stop and ask), with --by and --reason"},
	{NULL, NULL, NULL}};

static void show_clock(struct command *c, const struct remind_tally *t)
{
	char by[CLOCK_DURATION];

	show_count(c, "clock_behind", t->behind / 1000);
	if (t->behind)
		show(c, "The clock is behind the ledger by %s: is it right? What is due will come in its time.\n",
			clock_write_duration(t->behind / 60000 * 60000, by));
}

static void show_tasks(struct command *c, const struct remind_tally *t)
{
	char n[SHOW_NUMBER];

	show_count(c, "escalations", t->escalations);
	show_count(c, "too_many", t->too_many);
	show(c, "%9s  tasks opened: no proof came in time, or a mail came back\n",
		show_number(t->escalations, n));
	if (!t->too_many)
		return;
	show(c, "%9s  tasks would be opened, more than %d: NONE was. Was the mailbox read (breachmail track)?\n",
		show_number(t->too_many, n), REMIND_TASKS);
	show(c, "           If they are right: breachmail remind --tasks %lld --by NAME --reason TEXT\n",
		(long long)t->too_many);
}

static void show_tally(struct command *c, const struct remind_tally *t)
{
	char n[SHOW_NUMBER];

	show_count(c, "due", t->due);
	show(c, "%9s  follow-ups and tasks are due\n", show_number(t->due, n));
	show_count(c, "reminders", t->reminders);
	show(c, "%9s  follow-ups made\n", show_number(t->reminders, n));
	show_count(c, "covered", t->leave.covered);
	show_string(c, "release", t->leave.digest);
	if (t->leave.covered)
		show(c, "%9s  released by leave of the release of their notice\nRelease %s\n",
			show_number(t->leave.covered, n), t->leave.digest);
	show_count(c, "waiting", t->leave.waiting);
	if (t->leave.waiting)
		show(c, "%9s  follow-ups wait for a release of their own (breachmail approve)\n",
			show_number(t->leave.waiting, n));
	show_tasks(c, t);
	show_count(c, "over", t->over);
	if (t->over)
		show(c, "%9s  of those made before are not needed any more\n",
			show_number(t->over, n));
}

int verb_remind(struct command *c, struct fault *f)
{
	auto_text over = text_format("%s/templates", c->dir);
	struct texts texts = {over};
	struct remind_options o = {.settings = c->settings,
		.texts = &texts,
		.by = c->by,
		.reason = c->reason,
		.progress = &c->progress};
	struct remind_tally t;
	long tasks;

	if (c->arguments_count)
		return fault_set(f, FAULT_USAGE, "breachmail remind takes no arguments");
	if (command_number(c, "tasks", 1, 1000000, 0, &tasks, f) ||
		(tasks && command_decides(c, f)) || command_policy(c, f))
		return -1;
	o.policy = c->policy;
	o.tasks = tasks;
	if (remind_run(c->ledger, &o, &t, f))
		return -1;
	show_clock(c, &t);
	show_tally(c, &t);
	c->exit_code = t.too_many || t.escalations || t.leave.waiting ? 1 : 0;
	(void)snprintf(c->next, sizeof(c->next), "%s",
		t.too_many        ? "breachmail remind --tasks N --by NAME --reason TEXT"
		: t.leave.covered ? "breachmail send"
		: t.leave.waiting ? "breachmail approve"
		: t.escalations   ? "breachmail task"
				  : "breachmail status");
	return 0;
}
