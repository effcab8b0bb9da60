/* SPDX-License-Identifier: MIT */
/*
 * track: read the letters that came back; list them, show one, say what one means. With
 * --classify it only says what kind of letters files hold (classify.c). The run is
 * mailer/track.c, lists mailer/inbox.c, what a human says of a letter mailer/settle.c.
 *
 * Lists hold numbers. Who wrote, and what, is told of one letter, to whoever asks for it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mailer/settle.h"
#include "mailer/inbox.h"
#include "mailer/intake.h"
#include "mailer/needs.h"
#include "mailer/show.h"
#include "mailer/tie.h"
#include "mailer/track.h"
#include "mailer/verb/doors.h"
#include "mailer/whom.h"

const struct verb_option track_options[] = {
	{"from", "WHERE",
		"maildir:DIR, mbox:FILE or files, instead of the mailbox of incident.json"},
	{"list", NULL,
		"the letters that need a human; or: worried, questions, orphans, unsure, unparsable, challenges, complaints, conflicts, bounced, delayed, delivered, relayed, expanded, acknowledged, read, away, other-mode, other, all"},
	{"show", "N", "one letter: who wrote what"},
	{"out", "FILE", "with --show: its bytes as they came, into a new file"},
	{"settle", "N",
		"say what a letter means: --as, or --tie, with --by and --reason"},
	{"as", "WHAT",
		"ack (they know), bounced, answered (dealt with), nothing (proves nothing), or reopen"},
	{"tie", "CODE", "it belongs to the notice with this reference code"},
	{"classify", NULL, "only say what kind of letters these files are (- for names on stdin)"},
	{NULL, NULL, NULL}};

bool track_only_looks(const struct command *c)
{
	return command_option(c, "list") || command_option(c, "show");
}

bool track_decides(const struct command *c)
{
	return command_option(c, "settle") != NULL;
}

bool track_stands_alone(const struct command *c)
{
	return command_option(c, "classify") != NULL;
}

static const char *text_of(const json_t *object, const char *name)
{
	const char *value = json_string_value(json_object_get(object, name));

	return value ? value : "";
}

/* --- the run --- */

static void show_changes(struct command *c, const struct track_tally *t)
{
	const json_t *change;
	char n[SHOW_NUMBER];
	size_t i;

	json_array_foreach(t->changes, i, change) show(c,
		"%9s  were %s, and are %s now\n",
		show_number(json_integer_value(json_object_get(change, "notices")), n),
		text_of(change, "from"), text_of(change, "to"));
}

static void show_tally(struct command *c, const struct track_tally *t)
{
	json_t *by_class = json_object();
	char n[SHOW_NUMBER];
	const struct {
		const char *name, *words;
		size_t count;
	} lines[] = {{"tied", "belong to a notice", t->tied},
		{"orphans", "belong to none, as far as is known", t->orphans},
		{"other_mode",
			"are about notices of the other mode, and count for nothing",
			t->other_mode},
		{"state_changes", "notices moved on", t->state_changes}};

	show_count(c, "letters", (json_int_t)t->letters);
	show(c, "%9s  letters read\n", show_number((int64_t)t->letters, n));
	for (enum letter_class k = 0; k < LETTER_CLASSES; k++) {
		if (!t->by_class[k])
			continue;
		(void)json_object_set_new(by_class, letter_class_name(k),
			json_integer((json_int_t)t->by_class[k]));
		show(c, "%9s    %s\n", show_number((int64_t)t->by_class[k], n),
			letter_class_name(k));
	}
	show_json(c, "by_class", by_class);
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		show_count(c, lines[i].name, (json_int_t)lines[i].count);
		if (lines[i].count || strcmp(lines[i].name, "other_mode") != 0)
			show(c, "%9s  %s\n", show_number((int64_t)lines[i].count, n),
				lines[i].words);
	}
	show_count(c, "known", (json_int_t)t->known);
	if (t->known)
		show(c, "%9s  more were known already\n",
			show_number((int64_t)t->known, n));
	show_changes(c, t);
}

/* People whose notice came back, and who were not told in another way since. */
static int count_bounced(struct command *c, json_t *needs, struct fault *f)
{
	auto_query struct query *q = NULL;

	if (ledger_query(c->ledger,
		    SQL("SELECT count(*) AS people FROM person_state WHERE mode = :mode AND state = 'bounced'"),
		    &q, f))
		return -1;
	query_bind_text(q, ":mode", settings_mode(c->settings));
	if (query_next(q, f) < 0)
		return -1;
	if (query_int(q, "people"))
		(void)json_object_set_new(
			needs, "bounced", json_integer(query_int(q, "people")));
	return 0;
}

/* What of all letters so far is a human's. */
static int show_needs(struct command *c, struct fault *f)
{
	json_t *needs = json_object(), *count;
	const char *name;
	char n[SHOW_NUMBER];

	show_json(c, "needs_human", needs);
	if (inbox_needs(c->ledger, settings_mode(c->settings), needs, f) ||
		count_bounced(c, needs, f))
		return -1;
	json_object_foreach(needs, name, count) show(c, "%9s  %s\n",
		show_number(json_integer_value(count), n), needs_words(name));
	if (json_object_size(needs))
		c->exit_code = 1;
	(void)snprintf(c->next, sizeof(c->next), "breachmail %s",
		json_object_get(needs, "letters_worried")    ? "track --list worried"
		: json_object_get(needs, "letters_question") ? "track --list questions"
		: json_object_size(needs)                    ? "track --list"
							     : "status");
	return 0;
}

static int run(struct command *c, struct fault *f)
{
	struct track_options o = {.settings = c->settings, .progress = &c->progress};
	const char **from = NULL;
	struct track_tally t;
	size_t named = command_options(c, "from", &from);
	int failed;

	from = realloc(from, (named + c->arguments_count + 1) * sizeof(*from));
	if (!from)
		abort();
	for (size_t i = 0; i < c->arguments_count; i++)
		from[named + i] = c->arguments[i];
	o.from = from;
	o.from_count = named + c->arguments_count;
	failed = track_run(c->ledger, &o, &t, f);
	free(from);
	if (!failed) {
		show_tally(c, &t);
		show_json(c, "changes", json_incref(t.changes));
		failed = show_needs(c, f);
	}
	json_decref(t.changes);
	return failed;
}

/* --- lists --- */

/* "needs question  says question, worried" */
static void show_letter(struct command *c, const json_t *l)
{
	const char *whom = *text_of(l, "person_id") ? text_of(l, "person_id")
						    : text_of(l, "reference");
	const json_t *says;
	size_t i;

	show(c, "%6lld  %s  %-12s %-12s ",
		(long long)json_integer_value(json_object_get(l, "letter")),
		text_of(l, "at"), text_of(l, "class"), *whom ? whom : "-");
	json_array_foreach(json_object_get(l, "says"), i, says)
		show(c, "%s%s", i ? ", " : " ", json_string_value(says));
	if (json_is_false(json_object_get(l, "agrees")))
		show(c, "  recipient differs");
	if (*text_of(l, "need"))
		show(c, "  OPEN: %s", text_of(l, "need"));
	else if (*text_of(l, "ruling"))
		show(c, "  settled: %s", text_of(l, "ruling"));
	show(c, "\n");
}

static int list(struct command *c, struct fault *f)
{
	struct inbox_filter filter = {.mode = settings_mode(c->settings),
		.list = c->arguments_count ? c->arguments[0] : "open"};
	auto_whom whom = {0};
	json_t *letters, *l;
	size_t i;

	if (c->arguments_count > 1)
		return fault_set(f, FAULT_USAGE, "breachmail track --list [LIST]");
	if (whom_load(c->ledger, &whom, f) ||
		inbox_list(c->ledger, &whom, &filter, &letters, f))
		return -1;
	show_string(c, "list", filter.list);
	show_count(c, "count", (json_int_t)json_array_size(letters));
	show_json(c, "letters", letters);
	if (json_array_size(letters))
		show(c, "%6s  %-20s  %-12s %-12s  %s\n", "letter", "taken in", "class",
			"person", "says");
	json_array_foreach(letters, i, l) show_letter(c, l);
	show(c, "%zu letters\n", json_array_size(letters));
	(void)snprintf(c->next, sizeof(c->next),
		"breachmail track --show N; then track --settle N --as ack|bounced|answered|nothing --by NAME --reason TEXT");
	return 0;
}

/* --- one letter --- */

static void show_value(const struct command *c, const char *before, const char *value)
{
	if (c->json || !*value)
		return;
	(void)fputs(before, stdout);
	for (const char *line = value; *line;) { /* a text has lines of its own */
		size_t length = strcspn(line, "\n");
		char one[LETTER_TEXT + 1];

		(void)snprintf(one, sizeof(one), "%.*s", (int)length, line);
		show_safely(stdout, one);
		line += length;
		if (*line)
			(void)fputs("\n            ", stdout), line++;
	}
	(void)fputc('\n', stdout);
}

static void show_recipient(struct command *c, const json_t *r)
{
	enum letter_reason why;

	show(c, "  says      %s%s%s %s%s%s\n", text_of(r, "says"),
		*text_of(r, "kind") ? ", " : "", text_of(r, "kind"), text_of(r, "status"),
		json_is_true(json_object_get(r, "counts")) ? "" : "  (moves nothing)",
		json_is_false(json_object_get(r, "agrees"))
			? "  (of, or from, another than the notice's recipient)"
			: "");
	show_value(c, "    of      ", text_of(r, "recipient"));
	if (!letter_reason_find(text_of(r, "reason"), &why))
		show_value(c, "    why     ", letter_reason_words(why));
	show_value(c, "    in full ", text_of(r, "diagnostic"));
}

static void show_opened(struct command *c, const json_t *l)
{
	const json_t *item;
	size_t i;

	show_letter(c, l);
	if (*text_of(l, "reference"))
		show(c, "  SHIELDED: who wrote what is for the liaison (--out FILE)\n");
	show_value(c, "  from      ", text_of(l, "from"));
	show_value(c, "  date      ", text_of(l, "date"));
	show_value(c, "  subject   ", text_of(l, "subject"));
	show_value(c, "  text      ", text_of(l, "text"));
	show_value(c, "  taken for ", text_of(l, "class"));
	if (strcmp(text_of(l, "evidence"), "nothing") != 0)
		show_value(c, "  by its    ", text_of(l, "evidence"));
	if (*text_of(l, "tie"))
		show_value(c, "  tied      ", tie_words(text_of(l, "tie")));
	json_array_foreach(json_object_get(l, "recipients"), i, item)
		show_recipient(c, item);
	json_array_foreach(json_object_get(l, "history"), i, item)
	{
		show(c, "  %s  %s by ", text_of(item, "at"), text_of(item, "what"));
		show_value(c, "", text_of(item, "by"));
		show_value(c, "            because ", text_of(item, "because"));
	}
}

static int write_out(struct command *c, int64_t number, struct fault *f)
{
	const char *path = command_option(c, "out");
	auto_intake *intake = NULL;
	auto_text_buffer bytes = {0};
	auto_show_file out = {0};
	int64_t at;
	bool cut;

	if (!path)
		return 0;
	if (intake_open(c->ledger, settings_mode(c->settings), &intake, f) ||
		intake_fetch(intake, number, &bytes, &at, &cut, f) ||
		show_file_open(path, &out, f))
		return -1;
	(void)fwrite(text_string(&bytes), 1, bytes.length, out.stream);
	return show_file_close(&out, f);
}

static int show_one(struct command *c, struct fault *f)
{
	auto_whom whom = {0};
	json_t *letter;
	long number;

	if (c->arguments_count)
		return fault_set(f, FAULT_USAGE, "breachmail track --show N");
	if (command_number(c, "show", 1, 2000000000, 0, &number, f) ||
		whom_load(c->ledger, &whom, f) ||
		inbox_show(
			c->ledger, &whom, settings_mode(c->settings), number, &letter, f))
		return -1;
	if (write_out(c, number, f)) {
		json_decref(letter);
		return -1;
	}
	show_opened(c, letter);
	show_json(c, "letter", letter);
	(void)snprintf(c->next, sizeof(c->next),
		"breachmail track --settle %ld --as ack|bounced|answered|nothing --by NAME --reason TEXT",
		number);
	return 0;
}

/* --- what a human says --- */

static int settle(struct command *c, struct fault *f)
{
	struct settling a = {.choice = command_option(c, "as"),
		.code = command_option(c, "tie"),
		.by = c->by,
		.reason = c->reason};
	bool unchanged;
	long number;

	if (c->arguments_count || (!a.choice && !a.code))
		return fault_set(f, FAULT_USAGE,
			"breachmail track --settle N --as ack|bounced|answered|nothing|reopen [--tie CODE] --by NAME --reason TEXT");
	if (command_number(c, "settle", 1, 2000000000, 0, &number, f) ||
		command_decides(c, f))
		return -1;
	a.letter = number;
	if (settle_write(c->ledger, c->settings, &a, &unchanged, f))
		return -1;
	show_count(c, "letter", number);
	show_json(c, "as", a.choice ? json_string(a.choice) : json_null());
	show_json(c, "tied", json_boolean(a.code != NULL));
	show_json(c, "unchanged", json_boolean(unchanged));
	if (unchanged)
		show(c, "Letter %ld was settled so already: nothing was changed.\n",
			number);
	else
		show(c, "Kept: letter %ld%s%s%s.\n", number,
			a.code ? " belongs to the notice with this code" : "",
			a.code && a.choice ? ", and" : "", a.choice ? " is settled" : "");
	(void)snprintf(c->next, sizeof(c->next), "breachmail track --list");
	return 0;
}

int verb_track(struct command *c, struct fault *f)
{
	if (track_stands_alone(c))
		return track_classify(c, f);
	if (command_option(c, "show"))
		return show_one(c, f);
	if (command_option(c, "out"))
		return fault_set(f, FAULT_USAGE, "--out goes with --show N");
	if (command_option(c, "list"))
		return list(c, f);
	if (track_decides(c))
		return settle(c, f);
	if (command_option(c, "as") || command_option(c, "tie"))
		return fault_set(f, FAULT_USAGE,
			"which letter? --settle N goes with --as and --tie");
	return run(c, f);
}
