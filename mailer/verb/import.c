/* SPDX-License-Identifier: MIT */
/*
 * import: options in, tally out. The work is recipients/import.c; of files that are
 * listed or taken back, recipients/source.c.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mailer/show.h"
#include "mailer/verb/doors.h"
#include "recipients/import.h"
#include "recipients/presume.h"
#include "recipients/source.h"

const struct verb_option import_options[] = {
	{"map", "FIELD=COLUMN",
		"this column is that field; PART.FIELD of one party: victim.surname (may repeat)"},
	{"as-of", "DATE", "people: the day that the list shows; --presume: which list"},
	{"controller", "NAME", "breach: whose people these are"},
	{"sheet", "NAME", "which sheet of a workbook to read"},
	{"header", "ROW", "the row with the names of columns, if it is not found"},
	{"list", NULL, "what was imported, with numbers"},
	{"withdraw", "SOURCE",
		"take a file back, by its number in --list; with --by and --reason"},
	{"presume", NULL,
		"breach: before the leak is in hand: everyone on the list may be in it"},
	{"where", "RULE",
		"with --presume: only whom this rule of policy.json holds for, as JSON"},
	{NULL, NULL, NULL}};

/* Columns that are called like their field need no line each. */
static void show_columns(const struct command *c, const struct import_tally *t)
{
	const char *field, *before = "  columns: ";
	json_t *column;
	size_t i, width = 0;

	show(c, "  read as %s, %s\n", t->format, t->encoding);
	json_object_foreach(t->columns, field, column)
	{
		if (strcmp(field, json_string_value(column)) != 0)
			continue;
		width += strlen(before) + strlen(field);
		if (width > 80) {
			before = ",\n    ";
			width = strlen(before) + strlen(field);
		}
		show(c, "%s%s", before, field);
		before = ", ";
	}
	show(c, width ? "\n" : "");
	json_object_foreach(t->columns, field, column)
	{
		if (strcmp(field, json_string_value(column)) != 0)
			show(c, "  %-18s from column '%s'\n", field,
				json_string_value(column));
	}
	json_array_foreach(t->unmapped, i, column)
		show(c, "  (own column)       '%s'\n", json_string_value(column));
}

/* --- workbooks --- */

static const char *text_of(const json_t *o, const char *name)
{
	const char *text = json_string_value(json_object_get(o, name));

	return text ? text : "";
}

static int64_t count_of(const json_t *o, const char *name)
{
	return json_integer_value(json_object_get(o, name));
}

static void show_sheet(const struct command *c, const json_t *sheet)
{
	int64_t rows = count_of(sheet, "hidden_rows"),
		columns = count_of(sheet, "hidden_columns");
	bool hidden = json_is_true(json_object_get(sheet, "hidden"));
	char n[SHOW_NUMBER];

	show(c, "  sheet '%s': %s rows, %s%s", text_of(sheet, "name"),
		show_number(count_of(sheet, "rows"), n),
		json_is_true(json_object_get(sheet, "read")) ? "read" : "not read",
		hidden ? ", HIDDEN" : "");
	if (rows)
		show(c, ", %s rows hidden", show_number(rows, n));
	if (columns)
		show(c, ", %s columns hidden", show_number(columns, n));
	show(c, "\n");
}

/* A hidden sheet with something in it, read or not, is said to whoever looks away too. */
static void warn_of_sheet(const struct import_options *o, const json_t *sheet)
{
	char n[SHOW_NUMBER];
	bool read = json_is_true(json_object_get(sheet, "read"));

	if (!json_is_true(json_object_get(sheet, "hidden")) || !count_of(sheet, "rows"))
		return;
	(void)fprintf(stderr,
		"breachmail: %s: sheet '%s' is hidden and has %s rows; it was %s\n",
		o->file, text_of(sheet, "name"), show_number(count_of(sheet, "rows"), n),
		read ? "read" : "not read (--sheet)");
}

static void show_workbook(
	struct command *c, const struct import_options *o, const struct import_tally *t)
{
	json_t *item;
	size_t i;

	if (!t->sheets)
		return;
	json_array_foreach(t->sheets, i, item)
	{
		show_sheet(c, item);
		warn_of_sheet(o, item);
	}
	json_array_foreach(t->hidden_columns, i, item)
		show(c, "  hidden column, read: '%s'\n", json_string_value(item));
	json_array_foreach(t->unread, i, item)
		show(c, "  not read, and may hold data: %s\n", json_string_value(item));
	show_json(c, "sheets", json_incref(t->sheets));
	show_json(c, "unread", json_incref(t->unread));
	show_json(c, "hidden_columns", json_incref(t->hidden_columns));
	show_count(c, "hidden_rows", (int64_t)t->hidden_rows);
}

static void show_tally(
	struct command *c, const struct import_options *o, const struct import_tally *t)
{
	char n[SHOW_NUMBER], m[SHOW_NUMBER];
	size_t i;

	show(c, "%s: %s rows, %s accepted", o->file, show_number((int64_t)t->rows, n),
		show_number((int64_t)t->accepted, m));
	show(c, ", %s rejected%s\n", show_number((int64_t)t->rejected, n),
		t->already ? " (this file was imported before: nothing changed)" : "");
	if (t->records > t->accepted)
		show(c, "  several people in a row: %s records\n",
			show_number((int64_t)t->records, n));
	show_workbook(c, o, t);
	if (t->above)
		show(c, "  header: row %zu; what stands above it is not read\n",
			t->header);
	show_columns(c, t);
	if (o->people && !json_object_get(t->columns, "email"))
		show(c, "  no column holds e-mail addresses (--map email=COLUMN): without one, a person "
			"is told by a task\n");
	for (i = 0; i < IMPORT_REJECTS_SHOWN && t->rejects[i]; i++)
		show(c, "  rejected: %s\n", t->rejects[i]);
	if (t->rejected > IMPORT_REJECTS_SHOWN && !t->already)
		show(c, "  ... and %s more (breachmail report --kind rejects)\n",
			show_number((int64_t)(t->rejected - IMPORT_REJECTS_SHOWN), n));
}

static int import_one(struct command *c, struct import_options *o, struct fault *f)
{
	struct import_tally t = {0};
	bool failed, presumed;

	if (command_policy(c, f) || presume_stands(c->ledger, &presumed, f))
		return -1;
	o->policy = c->policy;
	failed = import_run(c->ledger, o, &t, f);
	if (!failed) {
		show_string(c, "kind", o->people ? "people" : "breach");
		show_count(c, "rows", (int64_t)t.rows);
		show_string(c, "format", t.format);
		show_string(c, "encoding", t.encoding);
		show_count(c, "accepted", (int64_t)t.accepted);
		show_count(c, "rejected", (int64_t)t.rejected);
		if (t.header)
			show_count(c, "header", (int64_t)t.header);
		show_count(c, "records", (int64_t)t.records);
		show_json(c, "columns", json_incref(t.columns));
		show_json(c, "unmapped", json_incref(t.unmapped));
		show_json(c, "already", json_boolean(t.already));
		if (o->people)
			show_count(c, "people", (int64_t)t.people);
		show_tally(c, o, &t);
		c->exit_code = t.rejected ? 1 : 0;
		if (!o->people && presumed && !t.already)
			show(c, "What was presumed is refined by this file: who is not in it is not told any more.\n"
				"If more is missing than has come: breachmail import breach --presume\n");
		(void)snprintf(c->next, sizeof(c->next), "%s",
			o->people ? "breachmail import breach FILE" : "breachmail match");
	}
	import_tally_done(&t);
	return failed ? -1 : 0;
}

/* --- files that are in --- */

bool import_only_looks(const struct command *c)
{
	return command_option(c, "list") != NULL;
}

static void show_source(const struct command *c, const json_t *s)
{
	const json_t *withdrawn = json_object_get(s, "withdrawn");
	char rows[SHOW_NUMBER], rejected[SHOW_NUMBER];
	const char *as_of = text_of(s, "as_of"), *sheet = text_of(s, "sheet");

	bool presumed = !strcmp(text_of(s, "kind"), "presume");

	show(c, "%4lld  %-7s %9s %s %7s rejected  %s%s%s%s%s%s\n",
		(long long)count_of(s, "source"), text_of(s, "kind"),
		show_number(count_of(s, presumed ? "people" : "rows"), rows),
		presumed ? "ppl." : "rows",
		show_number(count_of(s, "rejected"), rejected),
		presumed && *text_of(s, "where") ? text_of(s, "where")
		: presumed                       ? "everyone on the list"
						 : text_of(s, "file"),
		*sheet ? ", sheet " : "", sheet, *as_of ? ", as of " : "", as_of,
		json_is_object(withdrawn) ? ", WITHDRAWN" : "");
	if (json_is_object(withdrawn))
		show(c, "      withdrawn %s by %s: %s\n", text_of(withdrawn, "at"),
			text_of(withdrawn, "by"), text_of(withdrawn, "reason"));
}

static int list(struct command *c, struct fault *f)
{
	json_t *sources, *s;
	size_t i;

	if (c->arguments_count)
		return fault_set(f, FAULT_USAGE, "breachmail import --list");
	if (source_list(c->ledger, &sources, f))
		return -1;
	json_array_foreach(sources, i, s) show_source(c, s);
	if (!json_array_size(sources))
		show(c, "Nothing was imported yet.\n");
	show_json(c, "sources", sources);
	return 0;
}

static int withdraw(struct command *c, struct fault *f)
{
	struct source_withdrawal w;
	char n[SHOW_NUMBER];
	long number;

	if (c->arguments_count)
		return fault_set(f, FAULT_USAGE,
			"breachmail import --withdraw SOURCE --by NAME --reason TEXT");
	if (command_number(c, "withdraw", 1, 1000000000, 0, &number, f) ||
		command_decides(c, f) ||
		source_withdraw(c->ledger, number, c->by, c->reason, &w, f))
		return -1;
	show_count(c, "withdrawn", number);
	show_string(c, "kind", text_of(w.about, "kind"));
	show_json(c, "already", json_boolean(w.already));
	show_count(c, "held", w.held);
	show_count(c, "out", w.out);
	show(c, "%s: %s\n",
		*text_of(w.about, "file") ? text_of(w.about, "file")
					  : "what was presumed",
		w.already ? "was withdrawn before: nothing changed"
			  : "is withdrawn; none of its rows counts any more");
	show(c, "%9s  notices rested on it and are held: they are composed anew\n",
		show_number(w.held, n));
	show(c, "%9s  notices that rested on it are out already\n",
		show_number(w.out, n));
	json_decref(w.about);
	c->exit_code = w.out ? 1 : 0;
	(void)snprintf(c->next, sizeof(c->next),
		"breachmail import the right file, then match, group and compose");
	return 0;
}

int verb_import(struct command *c, struct fault *f)
{
	struct import_options o = {.sheet = command_option(c, "sheet"),
		.as_of = command_option(c, "as-of"),
		.controller = command_option(c, "controller"),
		.progress = &c->progress};
	const char **maps;
	long header;
	int failed;

	if (command_option(c, "list"))
		return list(c, f);
	if (command_option(c, "withdraw"))
		return withdraw(c, f);
	if (command_option(c, "presume"))
		return import_presume(c, f);
	if (c->arguments_count && !strcmp(c->arguments[0], "shield"))
		return import_shield(c, f);
	if (command_option(c, "where"))
		return fault_set(f, FAULT_USAGE, "--where goes with --presume");
	if (c->arguments_count != 2 ||
		(strcmp(c->arguments[0], "people") && strcmp(c->arguments[0], "breach")))
		return fault_set(
			f, FAULT_USAGE, "breachmail import people|breach|shield FILE");
	if (command_number(c, "header", 1, 1 << 20, 0, &header, f))
		return -1;
	o.header = (size_t)header;
	o.people = !strcmp(c->arguments[0], "people");
	if (!o.people && o.as_of)
		return fault_set(f, FAULT_USAGE, "--as-of is for people lists");
	if (o.people && o.controller)
		return fault_set(f, FAULT_USAGE, "--controller is for leaked files");
	o.file = c->arguments[1];
	o.maps_count = command_options(c, "map", &maps);
	o.maps = maps;
	failed = import_one(c, &o, f);
	free(maps);
	return failed;
}
