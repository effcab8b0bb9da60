/* SPDX-License-Identifier: MIT */
/* import: options in, tally out. The work is recipients/import.c. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mailer/show.h"
#include "mailer/verb/doors.h"
#include "recipients/import.h"

const struct verb_option import_options[] = {
	{"map", "FIELD=COLUMN", "this column is that field (may repeat)"},
	{"as-of", "DATE", "people: the day that the list shows"},
	{"controller", "NAME", "breach: whose people these are"},
	{"sheet", "NAME", "of a workbook (not in this version)"},
	{"list", NULL, "what was imported (not in this version)"},
	{"withdraw", "SOURCE", "take an import back (not in this version)"},
	{"presume", NULL, "breach: before the leak is in hand (not in this version)"},
	{NULL, NULL, NULL}};

static int refuse_later(const struct command *c, struct fault *f)
{
	static const char *const later[] = {"sheet", "list", "withdraw", "presume"};

	for (size_t i = 0; i < sizeof(later) / sizeof(later[0]); i++) {
		auto_text words = text_format("import --%s", later[i]);

		if (command_option(c, later[i]))
			return command_later(words, f);
	}
	if (c->arguments_count && !strcmp(c->arguments[0], "shield"))
		return command_later("import shield", f);
	return 0;
}

/* Columns that are called like their field need no line each. */
static void show_columns(const struct command *c, const struct import_tally *t)
{
	const char *field, *before = "  columns: ";
	json_t *column;
	size_t i, width = 0;

	show(c, "  read as %s\n", t->encoding);
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

static void show_tally(
	struct command *c, const struct import_options *o, const struct import_tally *t)
{
	char n[SHOW_NUMBER], m[SHOW_NUMBER];
	size_t i;

	show(c, "%s: %s rows, %s accepted", o->file, show_number((int64_t)t->rows, n),
		show_number((int64_t)t->accepted, m));
	show(c, ", %s rejected%s\n", show_number((int64_t)t->rejected, n),
		t->already ? " (this file was imported before: nothing changed)" : "");
	show_columns(c, t);
	for (i = 0; i < IMPORT_REJECTS_SHOWN && t->rejects[i]; i++)
		show(c, "  rejected: %s\n", t->rejects[i]);
	if (t->rejected > IMPORT_REJECTS_SHOWN && !t->already)
		show(c, "  ... and %s more (breachmail report --kind rejects)\n",
			show_number((int64_t)(t->rejected - IMPORT_REJECTS_SHOWN), n));
}

static int import_one(struct command *c, struct import_options *o, struct fault *f)
{
	struct import_tally t = {0};
	bool failed;

	if (command_policy(c, f))
		return -1;
	o->policy = c->policy;
	failed = import_run(c->ledger, o, &t, f);
	if (!failed) {
		show_string(c, "kind", o->people ? "people" : "breach");
		show_count(c, "rows", (int64_t)t.rows);
		show_string(c, "encoding", t.encoding);
		show_count(c, "accepted", (int64_t)t.accepted);
		show_count(c, "rejected", (int64_t)t.rejected);
		show_json(c, "columns", json_incref(t.columns));
		show_json(c, "unmapped", json_incref(t.unmapped));
		show_json(c, "already", json_boolean(t.already));
		if (o->people)
			show_count(c, "people", (int64_t)t.people);
		show_tally(c, o, &t);
		c->exit_code = t.rejected ? 1 : 0;
		(void)snprintf(c->next, sizeof(c->next), "%s",
			o->people ? "breachmail import breach FILE" : "breachmail match");
	}
	import_tally_done(&t);
	return failed ? -1 : 0;
}

int verb_import(struct command *c, struct fault *f)
{
	struct import_options o = {.as_of = command_option(c, "as-of"),
		.controller = command_option(c, "controller"),
		.progress = &c->progress};
	const char **maps;
	int failed;

	if (refuse_later(c, f))
		return -1;
	if (c->arguments_count != 2 ||
		(strcmp(c->arguments[0], "people") && strcmp(c->arguments[0], "breach")))
		return fault_set(f, FAULT_USAGE, "breachmail import people|breach FILE");
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
