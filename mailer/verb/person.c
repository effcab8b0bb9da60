/* SPDX-License-Identifier: MIT */
/*
 * person: one screen about one person, found by number, reference code or name, and
 * decisions about them. What is known is gathered by mailer/person.c, what a decision
 * does is mailer/decide.c's.
 *
 * A liaison's reference is a way to ask, too. Then nothing is shown of who it is: that
 * only the liaison knows.
 *
 * A name is read from the standard input, never from the command line, where others on
 * this machine could see it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mailer/decide.h"
#include "mailer/person.h"
#include "mailer/show.h"
#include "mailer/status.h"
#include "mailer/verb/doors.h"
#include "recipients/lookup.h"
#include "recipients/route.h"
#include "recipients/shield.h"

#define HITS_SHOWN 20

const struct verb_option person_options[] = {
	{"find", "-", "read a name, number or reference code from the standard input"},
	{"hold", NULL, "send them nothing for now; acts at once"},
	{"unhold", NULL, "they may be told again, with the next release"},
	{"route", "ROUTE", "mail (as the policy says), task, restricted or none"},
	{"review-by", "DATE", "with --route restricted: by when it is looked at again"},
	{"raise", "LEVEL", "a higher level than the rules give"},
	{"deceased", NULL, "they have died: no mail, the next of kin are told"},
	{"address-unsafe", NULL, "somebody else may read their mail: no mail, a call"},
	{NULL, NULL, NULL}};

static const char *const choices[] = {
	"hold", "unhold", "route", "raise", "deceased", "address-unsafe"};
#define CHOICES (sizeof(choices) / sizeof(choices[0]))

static size_t count_choices(const struct command *c, const char **ret)
{
	size_t count = 0;

	for (size_t i = 0; i < CHOICES; i++)
		if (command_option(c, choices[i])) {
			*ret = choices[i];
			count++;
		}
	return count;
}

bool person_only_looks(const struct command *c)
{
	const char *ignored;

	return !count_choices(c, &ignored);
}

/* --- who is meant --- */

static int read_asked(char asked[LOOKUP_MAX + 2], struct fault *f)
{
	if (isatty(STDIN_FILENO))
		(void)fputs("Name, number or reference code: ", stderr);
	if (!fgets(asked, LOOKUP_MAX + 2, stdin))
		asked[0] = '\0';
	if (clock_interrupted())
		return fault_set(f, FAULT_INTERRUPTED, "stopped");
	if (!strchr(asked, '\n') && strlen(asked) > LOOKUP_MAX)
		return fault_set(f, FAULT_USAGE,
			"what is looked for has at most %d bytes", LOOKUP_MAX);
	asked[strcspn(asked, "\r\n")] = '\0';
	if (!asked[strspn(asked, " \t")])
		return fault_set(f, FAULT_USAGE, "nothing was given to look for");
	return 0;
}

/* Exactly as the list calls them: what a decision is about is never guessed. */
static size_t find_named(const struct roster *people, const char *name, size_t *ret_count)
{
	char scratch[ROSTER_NAME];
	size_t found = SIZE_MAX;

	*ret_count = 0;
	for (size_t i = 0; i < people->people_count; i++)
		if (!strcmp(roster_person_name(people, i, scratch), name)) {
			found = i;
			(*ret_count)++;
		}
	return found;
}

static const char *text_of(const json_t *object, const char *name)
{
	const char *value = json_string_value(json_object_get(object, name));

	return value ? value : "";
}

/* A value out of a file, on a terminal. */
static void show_value(const struct command *c, const char *before, const char *value)
{
	if (c->json)
		return;
	(void)fputs(before, stdout);
	show_safely(stdout, value);
}

static json_t *hit_json(const struct roster *people, const struct lookup_hit *hit)
{
	static const char *const fields[] = {"name", "title", "surname", "forenames",
		"rank", "unit", "location", NULL};
	const struct roster_row *e = roster_newest(people, hit->index);
	char scratch[ROSTER_NAME];
	json_t *json = json_pack("{s:s,s:s}", "person_id",
		roster_person_name(people, hit->index, scratch), "fit",
		hit->fit == LOOKUP_EXACT ? "exact" : "like");

	for (const char *const *field = fields; *field; field++)
		if (roster_value(e, *field))
			(void)json_object_set_new(
				json, *field, json_string(roster_value(e, *field)));
	return json;
}

static void show_hit(struct command *c, const json_t *hit)
{
	static const char *const fields[] = {"rank", "title", "forenames", "surname",
		"name", "unit", "location", NULL};

	show_value(c, "  ", text_of(hit, "person_id"));
	show(c, "  ");
	for (const char *const *field = fields; *field; field++)
		if (*text_of(hit, *field))
			show_value(c, " ", text_of(hit, *field));
	show(c, "%s\n",
		strcmp(text_of(hit, "fit"), "exact") ? "  (something like it)" : "");
}

/* Rows of the leak of that name that are nobody on the list: a leaver may be calling. */
static int show_rows(struct command *c, const char *asked, struct fault *f)
{
	auto_query struct query *q = NULL;
	auto_roster records = {0};
	struct lookup *l = lookup_new(asked);
	char scratch[ROSTER_NAME];
	json_t *rows = json_array();
	int got = -1;

	show_json(c, "rows", rows);
	if (!roster_load_records(c->ledger, &records, f) &&
		!ledger_query(c->ledger,
			SQL("SELECT record_id, outcome FROM match_now WHERE outcome IN ('unmatched', 'possible')"),
			&q, f))
		while (json_array_size(rows) < HITS_SHOWN &&
			(got = query_next(q, f)) > 0) {
			const struct roster_row *row =
				roster_find(&records, query_int(q, "record_id"));
			const char *name = row ? roster_row_name(row, scratch) : "";

			if (!row || lookup_row(l, row) != LOOKUP_EXACT)
				continue;
			(void)json_array_append_new(
				rows, json_pack("{s:s,s:s}", "row", name, "outcome",
					      query_text(q, "outcome")));
			show(c, "  leaked row %s: %s (breachmail match --explain %s)\n",
				name, query_text(q, "outcome"), name);
		}
	lookup_free(l);
	return got < 0 ? -1 : 0;
}

static int list_hits(struct command *c, const struct roster *people, const char *asked,
	const struct lookup_hit *hits, size_t count, struct fault *f)
{
	json_t *list = json_array();

	show_json(c, "hits", list);
	show_count(c, "count", (json_int_t)count);
	show(c,
		count ? "%zu people may be meant:\n"
		      : "Nobody on the list is called so.\n",
		count);
	for (size_t i = 0; i < count && i < HITS_SHOWN; i++) {
		json_t *hit = hit_json(people, &hits[i]);

		show_hit(c, hit);
		(void)json_array_append_new(list, hit);
	}
	if (count > HITS_SHOWN)
		show(c, "  and %zu more: say more of the name\n", count - HITS_SHOWN);
	c->exit_code = 1; /* a human has to say which */
	(void)snprintf(c->next, sizeof(c->next), "%s",
		count ? "breachmail person ID"
		      : "breachmail person --find - (another spelling, a number)");
	return show_rows(c, asked, f);
}

static int nobody(struct fault *f)
{
	return fault_set(f, FAULT_USAGE,
		"nobody on the list has this number (breachmail person --find - looks for names)");
}

/* `*ret` SIZE_MAX: the hits are listed instead. */
static int find_asked(struct command *c, const struct roster *people, const char *asked,
	size_t *ret, struct fault *f)
{
	struct lookup_hit *hits = NULL;
	size_t count;
	int failed = 0;

	if (person_by_code(c->ledger, c->settings, people, asked, ret, f))
		return -1;
	if (*ret != SIZE_MAX)
		return 0;
	lookup_find(people, asked, &hits, &count);
	if (!count && !command_option(c, "find"))
		failed = nobody(f);
	else if (count == 1 && hits[0].fit == LOOKUP_EXACT)
		*ret = hits[0].index;
	else
		failed = list_hits(c, people, asked, hits, count, f);
	free(hits);
	return failed;
}

static int find_id(struct command *c, const struct roster *people, const char *id,
	bool exactly, size_t *ret, struct fault *f)
{
	size_t count;

	*ret = find_named(people, id, &count);
	if (count == 1)
		return 0;
	if (count > 1)
		return fault_set(f, FAULT_USAGE,
			"%zu people on the list have this number: nobody can tell which is meant",
			count);
	if (exactly || !strpbrk(id, "0123456789"))
		return nobody(f);
	return find_asked(c, people, id, ret, f);
}

/* --- the screen --- */

static void show_fields(struct command *c, const json_t *p)
{
	json_t *fields = json_object_get(p, "fields"), *value;
	const char *name;

	show_value(c, "", text_of(p, "person_id"));
	show(c, "\n");
	json_object_foreach(fields, name, value)
	{
		show_value(c, "  ", name);
		show(c, "%*s", (int)(strlen(name) < 18 ? 18 - strlen(name) : 1), "");
		show_value(c, "", json_string_value(value));
		show(c, "\n");
	}
}

static void show_leak(struct command *c, const json_t *p)
{
	const json_t *probability = json_object_get(p, "probability"), *row;
	size_t i;

	show(c, "\nIn the leak\n");
	if (json_is_null(probability))
		show(c, "  no leaked row speaks of this person%s\n",
			json_is_true(json_object_get(p, "presumed"))
				? "; they are presumed to be in it"
				: "");
	else
		show(c, "  probability %.3f that they are in it at all\n",
			json_real_value(probability));
	json_array_foreach(json_object_get(p, "records"), i, row)
		show(c, "  row %-12s %-10s %.3f  %s\n", text_of(row, "row"),
			text_of(row, "outcome"),
			json_real_value(json_object_get(row, "probability")),
			text_of(row, "reason"));
	json_array_foreach(json_object_get(p, "kinds"), i, row)
		show(c, "%s%s", i ? ", " : "  what of theirs: ", json_string_value(row));
	show(c, i ? "\n" : "");
}

static void show_level(struct command *c, const json_t *p)
{
	const json_t *rule;
	size_t i;

	show(c, "\nLevel, route, state\n");
	if (json_is_true(json_object_get(p, "shielded")))
		show(c, "  SHIELDED: say to nobody what stands here; the liaison deals with this person,\n"
			"  under a reference of their own\n");
	if (json_is_null(json_object_get(p, "level"))) {
		show(c, "  not affected: nobody has to tell them, as far as is known\n");
		return;
	}
	show(c, "  %s%s\n", text_of(p, "level"),
		json_is_true(json_object_get(p, "certain"))
			? ""
			: " (told that they may be in the leak)");
	json_array_foreach(json_object_get(p, "rules"), i, rule)
		show(c, "    because %s\n", json_string_value(rule));
	show(c, "  %s: %s\n", text_of(p, "route"),
		route_reason_text(text_of(p, "reason")));
	show(c, "  %s%s\n", status_words(text_of(p, "state")),
		json_is_true(json_object_get(p, "held")) &&
				strcmp(text_of(p, "state"), "held") != 0
			? "; held back by a person since"
			: "");
}

/* A reply of several lines on one. */
static void show_reply(const struct command *c, const char *reply)
{
	auto_text line = text_copy(reply);

	for (char *p = line; *p; p++)
		if (*p == '\n' || *p == '\r')
			*p = *p == '\n' ? ';' : ' ';
	show_value(c, "  ", line);
}

static void show_mail(struct command *c, const json_t *p)
{
	const json_t *notice, *attempt;
	size_t i, k;

	show(c, "\nNotices\n");
	json_array_foreach(json_object_get(p, "notices"), i, notice)
	{
		show(c, "  %s to ", text_of(notice, "code"));
		show_value(c, "", text_of(notice, "address"));
		show(c, ", composed %s", text_of(notice, "composed_at"));
		if (*text_of(notice, "release"))
			show(c, ", release %.8s", text_of(notice, "release"));
		show(c, "%s%s\n",
			json_is_true(json_object_get(notice, "cover"))
				? " (for cover: the common notice)"
				: "",
			json_is_true(json_object_get(notice, "barred"))
				? " (goes out no more)"
				: "");
		json_array_foreach(json_object_get(notice, "attempts"), k, attempt)
		{
			show(c, "    %s  %s", text_of(attempt, "at"),
				text_of(attempt, "verdict"));
			show_reply(c, text_of(attempt, "reply"));
			show(c, "\n");
		}
	}
	show(c, i ? "" : "  none\n");
}

static void show_letters(struct command *c, const json_t *p)
{
	const json_t *letter, *says, *fact;
	size_t i, k;

	show(c, "\nWhat came back\n");
	json_array_foreach(json_object_get(p, "letters"), i, letter)
	{
		show(c, "  %s  letter %lld, %s:", text_of(letter, "at"),
			(long long)json_integer_value(json_object_get(letter, "letter")),
			text_of(letter, "class"));
		json_array_foreach(json_object_get(letter, "says"), k, says)
			show(c, "%s %s", k ? "," : "", json_string_value(says));
		show(c, "%s%s%s\n",
			json_is_true(json_object_get(letter, "counts"))
				? ""
				: " (moves nothing)",
			*text_of(letter, "need") ? "; open: " : "",
			text_of(letter, "need"));
	}
	show(c, i ? "" : "  nothing\n");
	json_array_foreach(json_object_get(p, "facts"), i, fact)
		show(c, "%s%s", i ? ", " : "  so: ", json_string_value(fact));
	show(c, i ? "\n" : "");
}

static void show_event(
	struct command *c, const json_t *event, const char *words, const char *reason)
{
	show(c, "    %s  %s", text_of(event, "at"), words);
	if (*text_of(event, "to"))
		show_value(c, " to ", text_of(event, "to"));
	show_value(c, ", by ", text_of(event, "by"));
	show_value(c, ": ", reason);
	show(c, "\n");
}

static void show_tasks(struct command *c, const json_t *p)
{
	const json_t *task, *event;
	size_t i, k;

	show(c, "\nTasks\n");
	json_array_foreach(json_object_get(p, "tasks"), i, task)
	{
		show(c, "  %lld  %s: %s%s, due %s",
			(long long)json_integer_value(json_object_get(task, "number")),
			text_of(task, "kind"), text_of(task, "state"),
			json_is_true(json_object_get(task, "stands"))
				? ""
				: " (not needed any more)",
			text_of(task, "due"));
		if (*text_of(task, "owner"))
			show_value(c, ", ", text_of(task, "owner"));
		show(c, "\n");
		json_array_foreach(json_object_get(task, "history"), k, event) show_event(
			c, event, text_of(event, "what"), text_of(event, "note"));
	}
	show(c, i ? "" : "  none\n");
	show(c, "\nDecisions\n");
	json_array_foreach(json_object_get(p, "decisions"), i, event)
		show_event(c, event, text_of(event, "what"), text_of(event, "reason"));
	show(c, i ? "" : "  none\n");
}

static int show_person(
	struct command *c, const struct roster *people, size_t person, struct fault *f)
{
	json_t *p;

	if (person_gather(c->ledger, c->settings, people, person, &p, f))
		return -1;
	show_fields(c, p);
	show_leak(c, p);
	show_level(c, p);
	show_mail(c, p);
	show_letters(c, p);
	show_tasks(c, p);
	(void)json_object_update(c->tally, p);
	json_decref(p);
	return 0;
}

/* --- decisions --- */

static int read_ruling(
	struct command *c, const char *choice, struct ruling *r, struct fault *f)
{
	const char *review_by = command_option(c, "review-by");
	auto_text day = text_format("%sT00:00:00Z", review_by ? review_by : "");
	int64_t ms;

	*r = (struct ruling){.choice = choice,
		.review_by = review_by,
		.by = c->by,
		.reason = c->reason};
	if (command_decides(c, f))
		return -1;
	if (!strcmp(choice, "route") || !strcmp(choice, "raise"))
		r->value = command_option(c, choice);
	if (r->review_by && (!r->value || strcmp(r->value, "restricted") != 0))
		return fault_set(
			f, FAULT_USAGE, "--review-by goes with --route restricted");
	if (r->review_by && (strlen(review_by) != 10 || clock_parse(day, &ms)))
		return fault_set(f, FAULT_USAGE, "--review-by takes a day: YYYY-MM-DD");
	return 0;
}

static void show_done(struct command *c, const char *id, const struct ruling *r,
	const struct decide_done *d)
{
	show_string(c, "person_id", id);
	show_string(c, "decision", r->choice);
	show_json(c, "unchanged", json_boolean(d->unchanged));
	show_json(c, "at_once", json_boolean(d->narrows && !d->unchanged));
	show_string(c, "notice_out", d->out);
	show_json(c, "task", d->task ? json_integer((json_int_t)d->task) : json_null());
	if (d->unchanged) {
		show(c, "It is so already: nothing was changed.\n");
		return;
	}
	show(c, "Kept: %s%s%s.\n", r->choice, r->value ? " " : "",
		r->value ? r->value : "");
	if (d->narrows && !d->out)
		show(c, "No notice made until now goes to them any more, in no release.\n");
	if (d->out && !strcmp(d->out, "pending"))
		show(c, "Their notice may be out, or going out at this moment: look again in a minute.\n");
	else if (d->out)
		show(c, "Their notice is out (%s): what is out cannot be taken back.\n",
			status_words(d->out));
	if (d->task)
		show(c, "%s %lld is how they are told.\n",
			d->task_is_new ? "A new task:" : "Task", (long long)d->task);
	if (!d->narrows)
		show(c, "It takes effect with %scompose and a new release.\n",
			strcmp(r->choice, "unhold") ? "group, " : "");
}

static int decide(struct command *c, const struct roster *people, size_t person,
	const char *id, const char *choice, struct fault *f)
{
	struct decide_options o = {c->settings, NULL, people};
	struct decide_done done;
	struct ruling r;

	if (read_ruling(c, choice, &r, f) || command_policy(c, f))
		return -1;
	o.policy = c->policy;
	if (decide_about(c->ledger, &o, person, &r, &done, f))
		return -1;
	show_done(c, id, &r, &done);
	if (!strcmp(choice, "hold"))
		(void)snprintf(c->next, sizeof(c->next),
			"when they may be told: breachmail person %.40s --unhold --by NAME --reason TEXT",
			id);
	else
		(void)snprintf(c->next, sizeof(c->next), "%s",
			strcmp(choice, "unhold") ? "breachmail group, then compose"
						 : "breachmail compose, then approve");
	return 0;
}

/* --- by a liaison's reference --- */

/* Where it stands with somebody, and not who it is. */
static int show_reference(struct command *c, const struct roster *people, size_t person,
	const char *reference, struct fault *f)
{
	static const char *const shown[] = {"probability", "level", "route", "reason",
		"certain", "presumed", "cover", "kinds", "state", "held", NULL};
	const json_t *task;
	json_t *p, *tasks = json_array();
	size_t i;

	if (person_gather(c->ledger, c->settings, people, person, &p, f))
		return -1;
	show_string(c, "reference", reference);
	show_json(c, "shielded", json_true());
	for (const char *const *name = shown; *name; name++)
		show_json(c, *name, json_incref(json_object_get(p, *name)));
	show_json(c, "tasks", tasks);
	(void)json_object_del(
		p, "rules"); /* why they are on a level tells who they are */
	show_value(c, "The liaison's reference ", reference);
	show(c, "\nWho that is, only the liaison knows.\n");
	show_level(c, p);
	show(c, "\nTasks\n");
	json_array_foreach(json_object_get(p, "tasks"), i, task)
	{
		json_t *copy = json_copy((json_t *)(uintptr_t)task);

		(void)json_object_del(copy, "history"); /* what was noted may name them */
		(void)json_array_append_new(tasks, copy);
		show(c, "  %lld  %s: %s, due %s\n",
			(long long)json_integer_value(json_object_get(task, "number")),
			text_of(task, "kind"), text_of(task, "state"),
			text_of(task, "due"));
	}
	show(c, i ? "" : "  none\n");
	json_decref(p);
	return 0;
}

/* `*ret` SIZE_MAX: it is no reference, or a number as well, which then counts. */
static int find_reference(struct command *c, const struct roster *people,
	const char *asked, size_t *ret, struct fault *f)
{
	auto_shields *shields = NULL;
	int64_t person = 0;
	size_t count;

	*ret = SIZE_MAX;
	(void)find_named(people, asked, &count);
	if (shields_load(c->ledger, &shields, f))
		return -1;
	if (count)
		return 0;
	count = shields_find(shields, asked, &person);
	if (count > 1)
		return fault_set(f, FAULT_USAGE,
			"%zu people go by this reference: nobody but the liaison can tell which is meant",
			count);
	if (count)
		*ret = roster_person(people, person);
	return 0;
}

static int answer(struct command *c, const struct roster *people, const char *asked,
	const char *choice, struct fault *f)
{
	char scratch[ROSTER_NAME];
	size_t person;

	if (find_reference(c, people, asked, &person, f))
		return -1;
	if (person != SIZE_MAX)
		return choice ? decide(c, people, person, asked, choice, f)
			      : show_reference(c, people, person, asked, f);
	if (command_option(c, "find")
			? find_asked(c, people, asked, &person, f)
			: find_id(c, people, asked, choice != NULL, &person, f))
		return -1;
	if (person == SIZE_MAX)
		return 0;
	return choice ? decide(c, people, person,
				roster_person_name(people, person, scratch), choice, f)
		      : show_person(c, people, person, f);
}

int verb_person(struct command *c, struct fault *f)
{
	const char *find = command_option(c, "find"), *choice = NULL;
	char asked[LOOKUP_MAX + 2];
	size_t decisions = count_choices(c, &choice);
	auto_roster people = {0};

	if (find ? c->arguments_count || strcmp(find, "-") != 0 : c->arguments_count != 1)
		return fault_set(f, FAULT_USAGE,
			"breachmail person ID, or person --find - (a name is read from the standard input: the command line is seen by others)");
	if (decisions > 1 || (find && decisions))
		return fault_set(f, FAULT_USAGE,
			"one decision at a time, about a person named by their number: breachmail person ID --hold");
	if (!decisions && command_option(c, "review-by"))
		return fault_set(
			f, FAULT_USAGE, "--review-by goes with --route restricted");
	if ((find && read_asked(asked, f)) || roster_load_entries(c->ledger, &people, f))
		return -1;
	return answer(c, &people, find ? asked : c->arguments[0], choice, f);
}
