/* SPDX-License-Identifier: MIT */
/* group: options in, tally, export and explanation out. The work is recipients/group.c.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mailer/show.h"
#include "mailer/verb/doors.h"
#include "recipients/roster.h"
#include "recipients/route.h"
#include "templates/texts.h"

const struct verb_option group_options[] = {
	{"explain", "PERSON", "which rules fired for a person (by their number)"},
	{"export", "FILE", "every affected person with level, route and reason, as CSV"},
	{NULL, NULL, NULL}};

bool group_only_looks(const struct command *c)
{
	return command_option(c, "explain") != NULL;
}

/* An address that mail can go to, and that the force's own domains allow. */
static const char *refuses(void *user, const char *address, bool work)
{
	const struct settings *s = user;
	struct address parsed;
	struct fault ignored;

	if (address_parse(address, strlen(address), &parsed, &ignored))
		return "address-unusable";
	if (settings_closes(s, parsed.text, work))
		return "channel-closed";
	return work && !settings_allows(s, parsed.domain) ? "outside-domains" : NULL;
}

int door_group_options(struct command *c, struct group_options *ret, struct fault *f)
{
	auto_text dir = text_format("%s/templates", c->dir);
	const struct texts texts = {dir};

	if (command_policy(c, f))
		return -1;
	if (!c->spoken)
		c->spoken = json_array();
	(void)json_array_clear(c->spoken);
	for (size_t i = 0; i < c->policy->levels_count; i++)
		if (c->policy->levels[i].template)
			texts_spoken(&texts, c->policy->levels[i].template, c->spoken);
	*ret = (struct group_options){.policy = c->policy,
		.exposed = json_object_get(c->settings->json, "exposed"),
		.refuses = refuses,
		.user = c->settings,
		.allowed = json_object_get(c->settings->json, "allowed_domains"),
		.closed = json_object_get(c->settings->json, "closed_channels"),
		.spoken = c->spoken,
		.progress = &c->progress};
	return 0;
}

/* --- one person, and everyone as a file --- */

/* Why nobody tells them, and who answers for that. */
static void explain_silence(struct command *c, const char *level, const char *route)
{
	const struct policy_level *l = policy_level_named(c->policy, level);

	if (!l || !l->restriction.ground || strcmp(route, policy_route_name(l->route)))
		return;
	show_string(c, "ground", l->restriction.ground);
	show_string(c, "owner", l->restriction.owner);
	show_string(c, "review_by", l->restriction.review_by);
	show(c, "ground  %s\nowner   %s\n", l->restriction.ground, l->restriction.owner);
	if (l->restriction.review_by)
		show(c, "review  by %s\n", l->restriction.review_by);
}

static void explain_row(struct command *c, struct query *q, const struct row *why)
{
	const char *name = NULL, *value;
	json_t *levels = json_array(), *kinds = json_array();

	show(c, "level   %s%s\nroute   %s (%s)\n", query_text(q, "level"),
		query_int(q, "certain") ? "" : " (told that they may be in the leak)",
		query_text(q, "route"), route_reason_text(query_text(q, "route_reason")));
	show_string(c, "level", query_text(q, "level"));
	show_string(c, "route", query_text(q, "route"));
	show_string(c, "reason", query_text(q, "route_reason"));
	show_json(c, "certain", json_boolean((int)query_int(q, "certain")));
	show_json(c, "presumed", json_boolean((int)query_int(q, "presumed")));
	if (query_int(q, "presumed"))
		show(c, "because it is presumed: no leaked row speaks of them\n");
	while (row_next(why, &name, &value)) {
		if (!strcmp(name, GROUP_LEVEL)) {
			(void)json_array_append_new(levels, json_string(value));
			show(c, "because %s\n", value);
		} else if (!strcmp(name, GROUP_KIND)) {
			(void)json_array_append_new(kinds, json_string(value));
		} else if (!strcmp(name, "findability")) {
			show_count(c, "findability", strtoll(value, NULL, 10));
			show(c, "alike   %s on the list with this surname, initial, rank and location\n",
				value);
		}
	}
	explain_silence(c, query_text(q, "level"), query_text(q, "route"));
	if (!json_array_size(levels))
		show(c, "because no rule holds: the default level\n");
	show_json(c, "rules", levels);
	show_json(c, "kinds", kinds);
}

static int explain(struct command *c, struct fault *f)
{
	auto_query struct query *q = NULL;
	auto_roster people = {0};
	auto_row why = {0};
	char scratch[ROSTER_NAME];
	const char *who = command_option(c, "explain");
	size_t at = 0;
	int got;

	if (command_policy(c, f) || roster_load_entries(c->ledger, &people, f))
		return -1;
	while (at < people.people_count &&
		strcmp(roster_person_name(&people, at, scratch), who) != 0)
		at++;
	if (at == people.people_count)
		return fault_set(f, FAULT_USAGE, "nobody on the list has this number");
	if (ledger_query(c->ledger,
		    SQL("SELECT * FROM assignment_now WHERE person_id = :person"), &q, f))
		return -1;
	query_bind_int(q, ":person", people.people[at]);
	got = query_next(q, f);
	if (got < 0)
		return -1;
	if (!got) {
		show(c, "Not affected: no leaked row speaks of this person with enough weight to tell them.\n");
		show_string(c, "level", NULL);
		return 0;
	}
	if (query_sealed(q, "why_sealed", "assignment.why_sealed", query_int(q, "id"),
		    &why.packed, f))
		return -1;
	explain_row(c, q, &why);
	return 0;
}

static int export_all(struct command *c, const char *path, struct fault *f)
{
	auto_query struct query *q = NULL;
	auto_roster people = {0};
	auto_show_file out = {0};
	char scratch[ROSTER_NAME];
	int got;

	if (roster_load_entries(c->ledger, &people, f) || show_file_open(path, &out, f) ||
		ledger_query(c->ledger,
			SQL("SELECT person_id, level, route, route_reason FROM assignment_now ORDER BY level_order, id"),
			&q, f))
		return -1;
	(void)fputs("person_id,level,route,reason\n", out.stream);
	while ((got = query_next(q, f)) > 0) {
		size_t p = roster_person(&people, query_int(q, "person_id"));

		show_cell(out.stream,
			p == SIZE_MAX ? "" : roster_person_name(&people, p, scratch),
			',');
		show_cell(out.stream, query_text(q, "level"), ',');
		show_cell(out.stream, query_text(q, "route"), ',');
		show_cell(out.stream, query_text(q, "route_reason"), '\n');
	}
	return got ? -1 : show_file_close(&out, f);
}

/* --- the verb --- */

static json_int_t member(const json_t *o, const char *name)
{
	return json_integer_value(json_object_get(o, name));
}

static void show_levels(struct command *c, const json_t *levels)
{
	json_t *level;
	size_t i;

	show(c, "%-34s %9s %9s %9s %10s %6s\n", "level, highest risk first", "people",
		"mail", "task", "restricted", "none");
	json_array_foreach(levels, i, level) show(c,
		"%-34s %9" JSON_INTEGER_FORMAT " %9" JSON_INTEGER_FORMAT
		" %9" JSON_INTEGER_FORMAT " %10" JSON_INTEGER_FORMAT
		" %6" JSON_INTEGER_FORMAT "\n",
		json_string_value(json_object_get(level, "name")),
		member(level, "people"), member(level, "mail"), member(level, "task"),
		member(level, "restricted"), member(level, "none"));
}

static void show_questions(struct command *c, const json_t *questions)
{
	json_t *q;
	size_t i;

	json_array_foreach(questions, i,
		q) if (!json_is_true(json_object_get(q, "accepted"))) show(c,
		"open: %s\n      %s\n", json_string_value(json_object_get(q, "key")),
		json_string_value(json_object_get(q, "text")));
}

int verb_group(struct command *c, struct fault *f)
{
	struct group_options o;
	struct group_run run;
	const char *file = command_option(c, "export");
	json_t *levels, *questions;
	char n[SHOW_NUMBER];
	size_t open;

	if (c->arguments_count)
		return fault_set(f, FAULT_USAGE, "breachmail group takes no arguments");
	if (command_option(c, "explain"))
		return explain(c, f);
	if (door_group_options(c, &o, f) || group_run(c->ledger, &o, &run, f) ||
		(file && export_all(c, file, f)) ||
		group_levels(c->ledger, c->policy, &levels, f))
		return -1;
	show_count(c, "people", run.people);
	show_json(c, "levels", levels);
	if (group_questions(c->ledger, &questions, &open, f))
		return -1;
	show_json(c, "open", questions);
	show_levels(c, levels);
	show(c, "%s people in all\n", show_number(run.people, n));
	if (run.unchanged)
		show(c, "Nothing has changed since the last group.\n");
	show_questions(c, questions);
	c->exit_code = open ? 1 : 0;
	(void)snprintf(c->next, sizeof(c->next), "breachmail compose");
	return 0;
}
