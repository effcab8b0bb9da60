/* SPDX-License-Identifier: MIT */
/*
 * task: the list, what somebody did, and pages to print. The book of tasks is
 * mailer/task.c, the pages mailer/paper.c.
 *
 * Lists and exports hold numbers, never names of people; the printed pages do.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "mailer/paper.h"
#include "mailer/show.h"
#include "mailer/task.h"
#include "mailer/verb/doors.h"
#include "mailer/whom.h"
#include "recipients/config.h"
#include "recipients/group.h"
#include "recipients/guardian.h"
#include "recipients/roster.h"
#include "recipients/route.h"

const struct verb_option task_options[] = {
	{"open", NULL, "only what is still to be done"},
	{"overdue", NULL, "only what should be done by now"},
	{"owner", "NAME", "only what this person has; '' what nobody has"},
	{"kind", "KIND", "visit, call, letter, liaison or next-of-kin alone"},
	{"to", "NAME", "assign: who does it"},
	{"as", "KIND", "assign: do it in another way, such as a visit instead of a call"},
	{"due", "TIME", "assign, not-reached: by when, a time or from now (4h, 2d)"},
	{"note", "TEXT", "what came of it, or why: the same as --reason"},
	{"no-letter", NULL, "done: the visit needs no confirmation in writing"},
	{"export", "FILE", "the list as CSV"},
	{"print", "FILE",
		"letters for the envelope window and sheets for calls and visits: FILE.html, or plain text"},
	{NULL, NULL, NULL}};

static const char usage[] =
	"breachmail task [list | show N | assign N --to NAME | done N | not-reached N | reopen N]";

static const char *action(const struct command *c)
{
	return c->arguments_count ? c->arguments[0] : "list";
}

bool task_only_looks(const struct command *c)
{
	return (!strcmp(action(c), "list") || !strcmp(action(c), "show")) &&
	       !command_option(c, "print");
}

/* --- options --- */

static int check_kind(const char *kind, struct fault *f)
{
	const char *near;

	if (!kind)
		return 0;
	for (const char *const *k = task_kinds; *k; k++)
		if (!strcmp(*k, kind))
			return 0;
	near = config_nearest(kind, task_kinds);
	return fault_set(f, FAULT_USAGE,
		"a task is a visit, call, letter, liaison or next-of-kin%s%s%s",
		near ? " (did you mean " : "", near ? near : "", near ? "?)" : "");
}

static int read_number(const char *text, int64_t *ret, struct fault *f)
{
	char *end;

	*ret = strtoll(text, &end, 10);
	if (end == text || *end || *ret < 1)
		return fault_set(f, FAULT_USAGE,
			"a task is named by its number (breachmail task lists them)");
	return 0;
}

/* A time, or so much from now. */
static int read_due(const struct command *c, int64_t *ret, struct fault *f)
{
	const char *due = command_option(c, "due");
	int64_t ms;

	*ret = 0;
	if (!due)
		return 0;
	if (!clock_parse_duration(due, &ms))
		*ret = clock_now() + ms;
	else if (!clock_parse(due, ret) && *ret > 0)
		return 0;
	else
		return fault_set(f, FAULT_USAGE,
			"--due takes a time such as 2026-11-21T09:00:00Z, or how long from now, such as 4h");
	return 0;
}

static int read_filter(struct command *c, struct task_filter *ret, struct fault *f)
{
	*ret = (struct task_filter){.mode = settings_mode(c->settings),
		.open = command_option(c, "open") != NULL,
		.overdue = command_option(c, "overdue") != NULL,
		.owner = command_option(c, "owner"),
		.kind = command_option(c, "kind")};
	if (check_kind(ret->kind, f))
		return -1;
	if (!strcmp(action(c), "show")) {
		ret->fallen = true;
		return c->arguments_count == 2
			       ? read_number(c->arguments[1], &ret->number, f)
			       : fault_set(f, FAULT_USAGE, "%s", usage);
	}
	return c->arguments_count > 1 ? fault_set(f, FAULT_USAGE, "%s", usage) : 0;
}

/* --- the list --- */

static bool is_open(const struct task *t)
{
	return !strcmp(t->state, "open") || !strcmp(t->state, "not_reached");
}

/* By number; whoever is shielded, by the liaison's reference alone. */
static const char *name_of(
	const struct whom *whom, const struct task *t, char scratch[ROSTER_NAME])
{
	return whom_task(whom, t->person, t->reason, scratch);
}

/* What the last attempt came to; NULL: nobody has tried. */
static const char *outcome_of(const struct task *t)
{
	return strcmp(t->state, "done") && strcmp(t->state, "not_reached") ? NULL
									   : t->state;
}

/* The text that is printed for it. */
static char *text_of(
	const struct command *c, const struct task *t, const struct whom *whom)
{
	auto_text dir = text_format("%s/templates", c->dir);
	const struct texts texts = {dir};
	const struct roster_row nothing = {.packed = ""}; /* is said of the shielded */
	size_t at = roster_person(&whom->people, t->person);
	bool shielded = whom_is_shielded(whom, t->person, t->reason);

	return at == SIZE_MAX
		       ? NULL
		       : paper_text(c->policy, &texts, t,
				 shielded ? &nothing : roster_newest(&whom->people, at));
}

/* "name, pay_number": which of their data leaked. */
static char *kinds_of(const json_t *kinds)
{
	auto_text_buffer words = {0};
	const json_t *kind;
	size_t i;

	json_array_foreach(kinds, i, kind)
		text_printf(&words, "%s%s", i ? ", " : "", json_string_value(kind));
	return text_copy(text_string(&words));
}

/* Takes `kinds`. Who is shielded has no number here, only a reference. */
static json_t *as_json(const struct command *c, const struct task *t,
	const struct whom *whom, json_t *kinds)
{
	bool shielded = whom_is_shielded(whom, t->person, t->reason);
	auto_text text = text_of(c, t, whom);
	char scratch[ROSTER_NAME], opened[CLOCK_TEXT], due[CLOCK_TEXT], tried[CLOCK_TEXT];

	return json_pack(
		"{s:I,s:s,s:s?,s:s,s:s?,s:s?,s:o,s:s,s:s,s:s?,s:s?,s:s,s:s,s:b,s:I,s:s?,s:o,s:b}",
		"number", (json_int_t)t->number, "kind", t->kind, "text", text, "level",
		t->level, "person_id", shielded ? NULL : name_of(whom, t, scratch),
		"reference", shielded ? name_of(whom, t, scratch) : NULL, "kinds", kinds,
		"reason", t->reason, "state", t->state, "outcome", outcome_of(t), "owner",
		t->owner, "opened_at", clock_write(t->opened_at, opened), "due",
		clock_write(t->due, due), "overdue", is_open(t) && t->due < clock_now(),
		"attempts", (json_int_t)t->attempts, "tried_at",
		t->tried_at ? clock_write(t->tried_at, tried) : NULL, "after",
		t->after ? json_integer((json_int_t)t->after) : json_null(), "held",
		(int)t->held);
}

static void show_task(struct command *c, const struct task *t, const struct whom *whom)
{
	char scratch[ROSTER_NAME], due[CLOCK_TEXT];

	show(c, "%5lld  %-11s  %-30s  %-12s  %-11s  %s%s", (long long)t->number, t->kind,
		t->level, name_of(whom, t, scratch),
		!strcmp(t->state, "not_reached") ? "not reached" : t->state,
		clock_write(t->due, due),
		is_open(t) && t->due < clock_now() ? "  OVERDUE" : "");
	if (t->attempts)
		show(c, "  tried %lld", (long long)t->attempts);
	if (t->held)
		show(c, "  held back");
	if (t->owner && !c->json) {
		(void)fputs("  ", stdout);
		show_safely(stdout, t->owner);
	}
	show(c, "\n");
}

/* Of all tasks of this mode, whatever is listed. */
static int show_counts(struct command *c, struct fault *f)
{
	const struct task_filter all = {.mode = settings_mode(c->settings)};
	int64_t open = 0, overdue = 0, nobodys = 0;
	auto_task_list list = {0};
	char n[3][SHOW_NUMBER];

	if (task_find(c->ledger, &all, &list, f))
		return -1;
	for (size_t i = 0; i < list.count; i++) {
		const struct task *t = &list.tasks[i];

		open += is_open(t);
		overdue += is_open(t) && t->due < clock_now();
		nobodys += is_open(t) && !t->owner;
	}
	show_count(c, "open", open);
	show_count(c, "overdue", overdue);
	show_count(c, "unassigned", nobodys);
	show_count(c, "done", (int64_t)list.count - open);
	show(c, "%s open, %s of them overdue; %s done\n", show_number(open, n[0]),
		show_number(overdue, n[1]),
		show_number((int64_t)list.count - open, n[2]));
	return 0;
}

static int list_tasks(struct command *c, const struct task_list *list,
	const struct whom *whom, struct fault *f)
{
	json_t *array = json_array(), *kinds;

	show_json(c, "tasks", array);
	if (list->count)
		show(c, "%5s  %-11s  %-30s  %-12s  %-11s  %s\n", "task", "kind", "level",
			"person", "state", "due");
	for (size_t i = 0; i < list->count; i++) {
		if (group_kinds(c->ledger, list->tasks[i].person, &kinds, f))
			return -1;
		(void)json_array_append_new(
			array, as_json(c, &list->tasks[i], whom, kinds));
		show_task(c, &list->tasks[i], whom);
	}
	(void)snprintf(c->next, sizeof(c->next),
		"breachmail task --print FILE.html, then task done N or not-reached N --by NAME --note TEXT");
	return show_counts(c, f);
}

static int show_one(
	struct command *c, const struct task *t, const struct whom *whom, struct fault *f)
{
	char scratch[ROSTER_NAME];
	json_t *history, *event, *kinds;
	auto_text words = NULL;
	size_t i;

	if (task_history(c->ledger, t->number, false, &history, f) ||
		group_kinds(c->ledger, t->person, &kinds, f))
		return -1;
	words = kinds_of(kinds);
	show_json(c, "task", as_json(c, t, whom, kinds));
	show_json(c, "history", history);
	show_task(c, t, whom);
	show(c, "       %s\n", route_reason_text(t->reason));
	show(c, "       what of theirs leaked: %s\n", *words ? words : "not known yet");
	if (!t->stands)
		show(c, "       not needed any more: this person is told in another way\n");
	json_array_foreach(history, i, event)
	{
		const char *to = json_string_value(json_object_get(event, "to"));

		show(c, "       %s  %-11s",
			json_string_value(json_object_get(event, "at")),
			json_string_value(json_object_get(event, "what")));
		show(c, "%s%s by %s\n", to ? " to " : "", to ? to : "",
			json_string_value(json_object_get(event, "by")));
	}
	if (whom_is_shielded(whom, t->person, t->reason)) {
		show(c, "       shielded: only the liaison knows who this is\n");
		(void)snprintf(c->next, sizeof(c->next),
			"breachmail task assign %lld --to LIAISON --by NAME --note TEXT",
			(long long)t->number);
	} else {
		(void)snprintf(c->next, sizeof(c->next),
			"breachmail person %.40s (who it is, and what was noted)",
			name_of(whom, t, scratch));
	}
	return 0;
}

static int export_list(struct command *c, const char *path, const struct task_list *list,
	const struct whom *whom, struct fault *f)
{
	auto_show_file out = {0};
	json_t *kinds;

	if (show_file_open(path, &out, f))
		return -1;
	(void)fputs(
		"task,kind,level,person_id,reason,state,owner,opened_at,due,attempts,tried_at,after,held,reference,kinds\n",
		out.stream);
	for (size_t i = 0; i < list->count; i++) {
		const struct task *t = &list->tasks[i];
		char scratch[ROSTER_NAME], at[CLOCK_TEXT];
		bool shielded = whom_is_shielded(whom, t->person, t->reason);
		auto_text words = NULL;

		if (group_kinds(c->ledger, t->person, &kinds, f))
			return -1;
		words = kinds_of(kinds);
		json_decref(kinds);
		(void)fprintf(out.stream, "%lld,%s,", (long long)t->number, t->kind);
		show_cell(out.stream, t->level, ',');
		show_cell(out.stream, shielded ? "" : name_of(whom, t, scratch), ',');
		(void)fprintf(out.stream, "%s,%s,", t->reason, t->state);
		show_cell(out.stream, t->owner, ',');
		(void)fprintf(out.stream, "%s,", clock_write(t->opened_at, at));
		(void)fprintf(out.stream, "%s,%lld,", clock_write(t->due, at),
			(long long)t->attempts);
		(void)fprintf(out.stream, "%s,",
			t->tried_at ? clock_write(t->tried_at, at) : "");
		if (t->after)
			(void)fprintf(out.stream, "%lld", (long long)t->after);
		(void)fprintf(out.stream, ",%s,", t->held ? "held" : "");
		show_cell(out.stream, shielded ? name_of(whom, t, scratch) : "", ',');
		show_cell(out.stream, words, '\n');
	}
	return show_file_close(&out, f);
}

/* --- pages --- */

static bool ends_in(const char *path, const char *ending)
{
	size_t length = strlen(path), tail = strlen(ending);

	return length > tail && !strcmp(path + length - tail, ending);
}

static int write_pages(const char *path, const struct text *pages, struct fault *f)
{
	auto_show_file out = {0};

	if (show_file_open(path, &out, f))
		return -1;
	(void)fputs(text_string(pages), out.stream); /* words: no NUL is in it */
	return show_file_close(&out, f);
}

static int print_pages(struct command *c, const struct task_list *list, const char *path,
	struct fault *f)
{
	auto_text dir = text_format("%s/templates", c->dir);
	struct texts texts = {dir};
	struct paper_options o = {c->settings, NULL, &texts,
		ends_in(path, ".html") || ends_in(path, ".htm")};
	auto_text_buffer pages = {0};
	struct paper_tally t;

	o.policy = c->policy;
	if (paper_write(c->ledger, &o, list, &pages, &t, f) ||
		(!c->dry_run && pages.length && write_pages(path, &pages, f)))
		return -1;
	c->document = !strcmp(path, "-") && !c->dry_run;
	show_count(c, "letters", t.letters);
	show_count(c, "sheets", t.sheets);
	show_count(c, "by_hand", t.by_hand);
	show_count(c, "held", t.held);
	if (c->document)
		return 0;
	show(c, "%lld letter%s (to be given by hand: %lld), %lld sheet%s for visits and calls\n",
		(long long)t.letters, t.letters == 1 ? "" : "s", (long long)t.by_hand,
		(long long)t.sheets, t.sheets == 1 ? "" : "s");
	if (t.held)
		show(c, "%lld left out: these people are held back\n", (long long)t.held);
	show(c, pages.length
			? "These pages hold names and addresses. Print them, then delete the file.\n"
			: "Nothing is to be printed: no file was made.\n");
	return 0;
}

/* --- what somebody did --- */

static int read_said(struct command *c, struct task_said *s, struct fault *f)
{
	const char *note = command_option(c, "note");

	if (note && c->reason)
		return fault_set(
			f, FAULT_USAGE, "--note and --reason are the same: give one");
	if (note)
		c->reason = note;
	if (command_decides(c, f) || check_kind(s->kind, f) || read_due(c, &s->due, f))
		return -1;
	if (s->to && strlen(s->to) > VERB_WORDS_MAX)
		return fault_set(
			f, FAULT_USAGE, "--to takes at most %d bytes", VERB_WORDS_MAX);
	s->by = c->by;
	s->reason = c->reason;
	if (!strcmp(s->what, "assign") ? !(s->to && *s->to) : s->to || s->kind)
		return fault_set(f, FAULT_USAGE, "%s",
			strcmp(s->what, "assign") ? "--to and --as go with assign"
						  : "assign to whom? --to NAME");
	if (s->no_letter && strcmp(s->what, "done") != 0)
		return fault_set(f, FAULT_USAGE, "--no-letter goes with done");
	return 0;
}

static bool is_called(const struct roster_row *e, const char *to)
{
	static const char *const names[] = {"forenames", "known_as", NULL};
	static const char *const fields[] = {
		"person_id", "email", "pay_number", "warrant_number", NULL};

	for (const char *const *field = fields; *field; field++) {
		const char *value = roster_value(e, *field);

		if (value && !strcasecmp(value, to))
			return true;
	}
	for (const char *const *field = names; *field; field++) {
		const char *first = roster_value(e, *field),
			   *surname = roster_value(e, "surname");
		auto_text name = NULL;

		if (!first || !surname)
			continue;
		name = text_format("%.*s %s", (int)strcspn(first, " "), first, surname);
		if (strcasestr(to, name))
			return true;
	}
	return false;
}

/* Does `to` mean the line manager of this person? */
static bool is_manager(
	const struct roster *people, const struct roster_row *e, const char *to)
{
	const char *manager = roster_value(e, "line_manager");
	auto_guardian_book *book = NULL;

	if (!manager)
		return false;
	if (!strcasecmp(manager, to))
		return true;
	book = guardian_book_new(people);
	for (size_t i = SIZE_MAX; (i = guardian_next(book, manager, i)) != SIZE_MAX;)
		if (is_called(roster_newest(people, i), to))
			return true;
	return false;
}

/* Line managers never learn of a level above the default. */
static int check_owner(struct command *c, int64_t number, const char *to, struct fault *f)
{
	const struct task_filter filter = {
		.mode = settings_mode(c->settings), .number = number, .fallen = true};
	auto_task_list list = {0};
	auto_roster people = {0};
	size_t at;

	if (!to)
		return 0;
	if (command_policy(c, f) || task_find(c->ledger, &filter, &list, f) ||
		roster_load_entries(c->ledger, &people, f))
		return -1;
	at = list.count ? roster_person(&people, list.tasks[0].person) : SIZE_MAX;
	if (at == SIZE_MAX ||
		list.tasks[0].level_order >= (int64_t)c->policy->default_level ||
		!is_manager(&people, roster_newest(&people, at), to))
		return 0;
	return fault_set(f, FAULT_REFUSED,
		"task %lld: this is their line manager, who is never to learn of a level above the default: somebody else must do it",
		(long long)number);
}

static int say(struct command *c, struct fault *f)
{
	struct task_said s = {.what = action(c),
		.to = command_option(c, "to"),
		.kind = command_option(c, "as"),
		.no_letter = command_option(c, "no-letter") != NULL};
	int64_t number, letter;

	if (c->arguments_count != 2)
		return fault_set(f, FAULT_USAGE, "%s", usage);
	if (read_number(c->arguments[1], &number, f) || read_said(c, &s, f) ||
		check_owner(c, number, s.to, f) ||
		task_say(c->ledger, settings_mode(c->settings), number, &s, &letter, f))
		return -1;
	show_count(c, "number", number);
	show_string(c, "what", s.what);
	show_json(c, "letter", letter ? json_integer((json_int_t)letter) : json_null());
	show(c, "Kept: task %lld: %s.\n", (long long)number, s.what);
	if (letter)
		show(c, "Task %lld follows: a letter that confirms in writing what was said.\n",
			(long long)letter);
	(void)snprintf(c->next, sizeof(c->next), "breachmail task --open");
	return 0;
}

int verb_task(struct command *c, struct fault *f)
{
	static const char *const said[] = {
		"assign", "done", "not-reached", "reopen", NULL};
	const char *export = command_option(c, "export"),
		   *print = command_option(c, "print");
	bool shows = !strcmp(action(c), "show");
	struct task_filter filter;
	auto_task_list list = {0};
	auto_whom whom = {0};

	for (const char *const *what = said; *what; what++)
		if (!strcmp(action(c), *what))
			return say(c, f);
	if (!shows && strcmp(action(c), "list") != 0)
		return fault_set(f, FAULT_USAGE, "%s", usage);
	if (read_filter(c, &filter, f) || command_policy(c, f) ||
		task_find(c->ledger, &filter, &list, f) || whom_load(c->ledger, &whom, f))
		return -1;
	if (shows && !list.count)
		return fault_set(f, FAULT_USAGE,
			"there is no task %lld (breachmail task lists them)",
			(long long)filter.number);
	if (export && export_list(c, export, &list, &whom, f))
		return -1;
	if (print)
		return print_pages(c, &list, print, f);
	if (export && !strcmp(export, "-")) {
		c->document = true;
		return 0;
	}
	return shows ? show_one(c, &list.tasks[0], &whom, f)
		     : list_tasks(c, &list, &whom, f);
}
