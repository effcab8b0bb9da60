/* SPDX-License-Identifier: MIT */
/*
 * import shield and import breach --presume: options in, tally out. The work is
 * recipients/shield.c and recipients/presume.c.
 *
 * A shield's identifiers and references are not shown, only rows by their number.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mailer/show.h"
#include "mailer/verb/doors.h"
#include "recipients/presume.h"
#include "recipients/shield.h"

/* --- the shield --- */

static void show_lines(const struct command *c, const char *what,
	char *const lines[SHIELD_LINES_SHOWN], size_t count)
{
	for (size_t i = 0; i < SHIELD_LINES_SHOWN && lines[i]; i++)
		show(c, "  %s: %s\n", what, lines[i]);
	if (count > SHIELD_LINES_SHOWN && lines[0])
		show(c, "  ... and %zu more (breachmail report --kind rejects)\n",
			count - SHIELD_LINES_SHOWN);
}

static json_t *list_lines(char *const lines[SHIELD_LINES_SHOWN])
{
	json_t *list = json_array();

	for (size_t i = 0; i < SHIELD_LINES_SHOWN && lines[i]; i++)
		(void)json_array_append_new(list, json_string(lines[i]));
	return list;
}

static void show_shield(struct command *c, const char *file, const struct shield_tally *t)
{
	const char *field;
	json_t *column;

	show_string(c, "kind", "shield");
	show_count(c, "rows", (int64_t)t->rows);
	show_count(c, "accepted", (int64_t)t->accepted);
	show_count(c, "rejected", (int64_t)t->rejected);
	show_count(c, "waiting", (int64_t)t->waiting);
	show_count(c, "several", (int64_t)t->several);
	show_count(c, "people", (int64_t)t->people);
	show_string(c, "format", t->format);
	show_string(c, "encoding", t->encoding);
	show_json(c, "columns", json_incref(t->columns));
	show_json(c, "unmapped", json_array());
	show_json(c, "rejects", list_lines(t->rejects));
	show_json(c, "waits", list_lines(t->waits));
	show_json(c, "already", json_boolean(t->already));
	show(c, "%s: %zu rows, %zu accepted, %zu rejected%s\n", file, t->rows,
		t->accepted, t->rejected,
		t->already ? " (this file was imported before: nothing changed)" : "");
	json_object_foreach(t->columns, field, column)
		show(c, "  %-18s from column '%s'\n", field, json_string_value(column));
	show(c, "%9zu  people are shielded by it\n", t->people);
	if (t->waiting)
		show(c, "%9zu  rows wait: nobody on the lists has the identifier\n",
			t->waiting);
	if (t->several)
		show(c, "%9zu  rows are several people's: all of them are shielded\n",
			t->several);
	show_lines(c, "rejected", t->rejects, t->rejected);
	show_lines(c, "waits", t->waits, t->waiting);
}

/* Options of other kinds of files do not go with these. */
static int refuse_options(const struct command *c, const char *const *names,
	const char *what, struct fault *f)
{
	for (; *names; names++)
		if (command_option(c, *names))
			return fault_set(
				f, FAULT_USAGE, "--%s does not go with %s", *names, what);
	return 0;
}

int import_shield(struct command *c, struct fault *f)
{
	static const char *const others[] = {
		"as-of", "controller", "presume", "where", NULL};
	struct shield_options o = {.sheet = command_option(c, "sheet")};
	struct shield_tally t;
	const char **maps;
	long header;
	int failed;

	if (c->arguments_count != 2)
		return fault_set(f, FAULT_USAGE, "breachmail import shield FILE");
	if (refuse_options(c, others, "import shield", f) ||
		command_number(c, "header", 1, 1 << 20, 0, &header, f))
		return -1;
	o.header = (size_t)header;
	o.file = c->arguments[1];
	o.maps_count = command_options(c, "map", &maps);
	o.maps = maps;
	failed = shield_import(c->ledger, &o, &t, f);
	free(maps);
	if (!failed) {
		show_shield(c, o.file, &t);
		c->exit_code = t.rejected || t.waiting || t.several ? 1 : 0;
		(void)snprintf(
			c->next, sizeof(c->next), "breachmail group, then compose");
	}
	shield_tally_done(&t);
	return failed;
}

/* --- before the leak is in hand --- */

/* What a rule over a leaked row can say of nobody yet. */
static void show_blind(struct command *c)
{
	uint64_t levels = presume_blind_levels(c->policy);
	json_t *list = json_array();
	const char *before =
		"Rules over leaked rows (record.FIELD) hold for nobody before the leak is in hand; levels with such rules: ";

	for (size_t i = 0; i < c->policy->levels_count; i++) {
		if (!(levels >> i & 1))
			continue;
		(void)json_array_append_new(list, json_string(c->policy->levels[i].name));
		show(c, "%s%s", before, c->policy->levels[i].name);
		before = ", ";
	}
	show(c, levels ? "\n" : "");
	show_json(c, "levels_over_records", list);
}

int import_presume(struct command *c, struct fault *f)
{
	static const char *const others[] = {
		"controller", "map", "sheet", "header", NULL};
	struct presume_options o = {
		.as_of = command_option(c, "as-of"), .where = command_option(c, "where")};
	struct presume_tally t;
	char n[SHOW_NUMBER];

	if (c->arguments_count != 1 || strcmp(c->arguments[0], "breach") != 0)
		return fault_set(f, FAULT_USAGE,
			"breachmail import breach --presume [--as-of DATE] [--where RULE]: it takes no file");
	if (refuse_options(c, others, "--presume", f) || command_policy(c, f))
		return -1;
	o.policy = c->policy;
	if (presume_import(c->ledger, &o, &t, f))
		return -1;
	show_string(c, "kind", "breach");
	show_count(c, "rows", 0); /* of a leak: there is none yet */
	show_count(c, "accepted", 0);
	show_count(c, "records", 0);
	show_count(c, "rejected", 0);
	show_count(c, "presumed", t.people);
	show_json(c, "columns", json_object());
	show_json(c, "unmapped", json_array());
	show_json(c, "already", json_boolean(t.already));
	show(c, "%9s  people of the list may be in the leak, and are told so%s\n",
		show_number(t.people, n),
		t.already ? " (it was presumed before: nothing changed)" : "");
	show_blind(c);
	c->exit_code = t.people ? 0 : 1;
	(void)snprintf(c->next, sizeof(c->next), "breachmail match, then group");
	return 0;
}
