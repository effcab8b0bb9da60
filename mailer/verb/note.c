/* SPDX-License-Identifier: MIT */
/*
 * note: something to the log, or the log. The work is mailer/note.c.
 */
#include "mailer/note.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "mailer/point.h"
#include "mailer/show.h"
#include "mailer/verb/doors.h"
#include "recipients/text.h"

const struct verb_option note_options[] = {
	{"kind", "KIND",
		"regulator-told, decision, delay (why), measure, or answer (to a point that a rep has raised)"},
	{"point", "N",
		"of kind answer: which point (review --points); the rep reads the answer on the page"},
	{"at", "TIME", "when it was so, such as 2026-11-21T09:00:00Z (default: now)"},
	{"list", NULL, "the log, as without a text"},
	{"withdraw", "NUMBER",
		"this note was wrong; it stays in the log, and counts no more"},
	{NULL, NULL, NULL}};

bool note_only_looks(const struct command *c)
{
	return !c->arguments_count && !command_option(c, "withdraw");
}

/* Longer words, or words for nobody's history of commands. */
static int read_text(struct text *out, struct fault *f)
{
	char bytes[4096];
	size_t got;

	if (isatty(STDIN_FILENO))
		(void)fputs("The note, ended by Ctrl-D on a line of its own:\n", stderr);
	while ((got = fread(bytes, 1, sizeof(bytes), stdin)) > 0) {
		text_add(out, bytes, got);
		if (out->length > NOTE_TEXT_MAX || memchr(bytes, '\0', got))
			return fault_set(f, FAULT_USAGE,
				"a note is text of at most %d bytes", NOTE_TEXT_MAX);
	}
	if (clock_interrupted())
		return fault_set(f, FAULT_INTERRUPTED, "stopped");
	while (out->length && strchr("\r\n", out->bytes[out->length - 1]))
		out->bytes[--out->length] = '\0';
	return 0;
}

static void show_clock(struct command *c, int64_t told)
{
	double hours = (double)(told - c->settings->aware_at) / 3600000;

	show(c, "That was %.0f hours after you became aware.\n", hours);
	if (hours > (double)c->settings->clock_hours)
		show(c, "Later than %lld hours: say why, with note --kind delay TEXT.\n",
			(long long)c->settings->clock_hours);
}

/* Not for the log, but for whoever raised the point. */
static int answer(struct command *c, const char *words, struct fault *f)
{
	const char *by = c->by && *c->by ? c->by : c->operator;
	long number;

	if (!command_option(c, "point"))
		return fault_set(f, FAULT_USAGE,
			"which point is answered? --point N (review --points lists them)");
	if (command_option(c, "at"))
		return fault_set(f, FAULT_USAGE, "an answer is of now: it takes no --at");
	if (command_number(c, "point", 1, 2000000000, 0, &number, f) ||
		point_answer(c->ledger, settings_mode(c->settings), number, by, words, f))
		return -1;
	show_count(c, "point", number);
	show_string(c, "kind", "answer");
	show(c, "Answered: point %ld. It stands on the page of whoever raised it.\n",
		number);
	(void)snprintf(c->next, sizeof(c->next), "breachmail review --points");
	return 0;
}

static int write_note(struct command *c, struct fault *f)
{
	struct note n = {.kind = command_option(c, "kind"),
		.text = c->arguments[0],
		.by = c->by && *c->by ? c->by : c->operator,
		.at = clock_now()};
	const char *at = command_option(c, "at");
	auto_text_buffer typed = {0};
	char when[CLOCK_TEXT];
	int64_t number;

	if (c->arguments_count > 1)
		return fault_set(f, FAULT_USAGE,
			"breachmail note --kind KIND [--at TIME] TEXT: put the text in quotes");
	if (!n.kind)
		return fault_set(f, FAULT_USAGE,
			"what kind of note? --kind regulator-told, decision, delay, measure or answer");
	if (at && clock_parse(at, &n.at))
		return fault_set(
			f, FAULT_USAGE, "--at takes a time such as 2026-11-21T09:00:00Z");
	if (!strcmp(n.text, "-")) {
		if (read_text(&typed, f))
			return -1;
		n.text = text_string(&typed);
	}
	if (!strcmp(n.kind, "answer"))
		return answer(c, n.text, f);
	if (command_option(c, "point"))
		return fault_set(f, FAULT_USAGE, "--point goes with --kind answer");
	if (note_write(c->ledger, &n, &number, f))
		return -1;
	show_count(c, "number", number);
	show_string(c, "kind", n.kind);
	show_string(c, "at", clock_write(n.at, when));
	show(c, "Kept as note %lld: %s, at %s.\n", (long long)number, n.kind, when);
	if (!strcmp(n.kind, "regulator-told"))
		show_clock(c, n.at);
	(void)snprintf(c->next, sizeof(c->next), "breachmail status");
	return 0;
}

static int withdraw(struct command *c, struct fault *f)
{
	long number;

	if (c->arguments_count)
		return fault_set(f, FAULT_USAGE,
			"breachmail note --withdraw NUMBER --by NAME --reason TEXT");
	if (command_number(c, "withdraw", 1, 2000000000, 0, &number, f) ||
		command_decides(c, f) ||
		note_withdraw(c->ledger, settings_mode(c->settings), number, c->by,
			c->reason, f))
		return -1;
	show_count(c, "withdrawn", number);
	show(c, "Withdrawn: note %ld. It stays in the log.\n", number);
	return 0;
}

static const char *text_of(const json_t *object, const char *name)
{
	const char *value = json_string_value(json_object_get(object, name));

	return value ? value : "";
}

static void show_note(struct command *c, const json_t *note)
{
	const json_t *withdrawn = json_object_get(note, "withdrawn");

	show(c, "%5lld  %s  %s, by ",
		(long long)json_integer_value(json_object_get(note, "number")),
		text_of(note, "at"), text_of(note, "kind"));
	if (c->json)
		return;
	show_safely(stdout, text_of(note, "by"));
	(void)fputs("\n       ", stdout);
	show_safely(stdout, text_of(note, "text"));
	(void)fputc('\n', stdout);
	if (!json_is_object(withdrawn))
		return;
	(void)fputs("       withdrawn by ", stdout);
	show_safely(stdout, text_of(withdrawn, "by"));
	(void)fputs(": ", stdout);
	show_safely(stdout, text_of(withdrawn, "text"));
	(void)fputc('\n', stdout);
}

static int list(struct command *c, struct fault *f)
{
	const char *kind = command_option(c, "kind");
	json_t *notes, *note;
	size_t i;

	if (note_list(c->ledger, settings_mode(c->settings), &notes, f))
		return -1;
	show_json(c, "notes", notes);
	for (i = json_array_size(notes); kind && i-- > 0;)
		if (strcmp(text_of(json_array_get(notes, i), "kind"), kind) != 0)
			(void)json_array_remove(notes, i);
	json_array_foreach(notes, i, note) show_note(c, note);
	if (!json_array_size(notes))
		show(c, "Nothing is noted yet.\n");
	(void)snprintf(c->next, sizeof(c->next),
		"breachmail note --kind regulator-told|decision|delay|measure TEXT");
	return 0;
}

int verb_note(struct command *c, struct fault *f)
{
	if (command_option(c, "withdraw"))
		return withdraw(c, f);
	if (c->arguments_count && command_option(c, "list"))
		return fault_set(f, FAULT_USAGE, "--list takes no text");
	if (c->arguments_count)
		return write_note(c, f);
	if (command_option(c, "at") ||
		(command_option(c, "kind") && !command_option(c, "list")))
		return fault_set(
			f, FAULT_USAGE, "what should be noted? The text is missing");
	return list(c, f);
}
