/* SPDX-License-Identifier: MIT */
/*
 * run: what is open before a release: leaked rows that only a human can settle, and what
 * list and policy leave open. Each is a decision with a name and a reason, or is put off.
 */
#include <stdlib.h>
#include <string.h>

#include "mailer/amend.h"
#include "mailer/show.h"
#include "mailer/verb/run_state.h"
#include "mailer/wire/address.h"
#include "recipients/question.h"
#include "recipients/roster.h"
#include "recipients/stray.h"

/* --- rows --- */

#define ONE_BY_ONE "one by one" /* asked once whether all at once will do */

/*
 * The rows that a human should look at before a release, highest risk first: those that
 * may be somebody, and those of nobody at a level above the default. Other rows of nobody
 * are leavers for the most part, and wait on the list.
 */
static int find_rows(struct run *r, json_t **ret, struct fault *f)
{
	const struct policy *p;
	json_t *all, *row;
	size_t i;

	if (run_open(r, f) || stray_list(r->c->ledger, false, &all, f))
		return -1;
	p = r->c->policy;
	*ret = json_array();
	json_array_foreach(all, i, row)
	{
		const char *level = json_string_value(json_object_get(row, "level")),
			   *outcome = json_string_value(json_object_get(row, "outcome"));

		if (!strcmp(outcome, "possible") ||
			(*level && strcmp(level, p->levels[p->default_level].name) != 0))
			(void)json_array_append(*ret, row);
	}
	json_decref(all);
	return 0;
}

static int check_person(const char *answer, char **ret, struct text *wrong)
{
	(void)ret;
	if (*answer != '-')
		return 0;
	text_add_string(wrong,
		"Please type the number of one of the people above, or one of the letters.");
	return -1;
}

/* What a letter stands for, as words of `approve`; NULL: it is the number of a person. */
static const char *const *closing_of(const char *answer)
{
	static const struct {
		const char *letter, *const words[3];
	} closings[] = {{"n", {"--nobody", NULL, NULL}},
		{"a", {"--all-candidates", NULL, NULL}},
		{"l", {"--close", "leaver", NULL}},
		{"t", {"--close", "not-a-person", NULL}},
		{"j", {"--close", "junk", NULL}}};

	for (size_t i = 0; i < sizeof(closings) / sizeof(closings[0]); i++)
		if (!strcmp(closings[i].letter, answer))
			return closings[i].words;
	return NULL;
}

static int approve_row(struct run *r, const char *row, const char *who, struct fault *f)
{
	const char *const *closing = closing_of(who);
	auto_text reason = NULL;
	int code;

	if (run_sign(r, &reason, f))
		return -1;
	if (!closing)
		return run_errand(r,
			RUN("approve", "--row", row, "--person", who, "--by", r->by,
				"--reason", reason),
			&code, f);
	return run_errand(r,
		RUN("approve", "--row", row, "--by", r->by, "--reason", reason,
			closing[0], closing[1]),
		&code, f);
}

static int other_controller(struct run *r, const char *row, struct fault *f)
{
	auto_text name = NULL;
	auto_text reason = NULL;
	int code;

	if (ask_line(&r->ask,
		    &(struct question){"Whose is it?", "The force or organisation.", NULL,
			    NULL, check_person},
		    &name, f) ||
		run_sign(r, &reason, f))
		return -1;
	return run_errand(r,
		RUN("approve", "--row", row, "--close", "other-controller",
			"--controller", name, "--by", r->by, "--reason", reason),
		&code, f);
}

/* 1: enough for now. */
static int decide_row(struct run *r, const json_t *row, struct fault *f)
{
	static const struct question q = {"Who is this row about?",
		"The number of a person above, or\n"
		"s  skip it: it waits\n"
		"a  tell all of the people above that they may be\n"
		"n  nobody on the list\n"
		"l  somebody who has left; o  another controller's; t  not a person; j  junk: then it is closed, and nobody is told on it\n"
		"x  enough of these for now",
		"s", NULL, check_person};
	const char *name = json_string_value(json_object_get(row, "row_id")),
		   *level = json_string_value(json_object_get(row, "level"));
	auto_text heading = text_format("Row %s, level %s: %s", name,
		*level ? level : "-", json_string_value(json_object_get(row, "outcome")));
	auto_text who = NULL;
	int code;

	ask_heading(&r->ask, heading);
	if (run_errand(r, RUN("match", "--explain", name), &code, f) ||
		ask_line(&r->ask, &q, &who, f))
		return -1;
	if (!strcmp(who, "s") || !strcmp(who, "x"))
		return *who == 'x';
	return !strcmp(who, "o") ? other_controller(r, name, f)
				 : approve_row(r, name, who, f);
}

static int decide_rows(struct run *r, json_t *rows, struct fault *f)
{
	json_t *row;
	size_t i;
	int done = 0;

	json_array_foreach(rows, i, row) if (!done) done = decide_row(r, row, f);
	return done < 0 ? -1 : 0;
}

static int ask_about_rows(
	struct run *r, const struct decision_point *d, json_t *rows, struct fault *f)
{
	static const struct choice choices[] = {
		{"w", "let them wait; the others are told first",
			"They stay on the list of what needs a human, and go in a later release."},
		{"d", "decide them now, one after the other, highest risk first", NULL},
		{NULL, NULL, NULL}};
	auto_text words = text_format(
		"%zu leaked rows need a human: they may be somebody, point to two people, or are nobody's and at a level of risk.",
		json_array_size(rows));
	size_t choice;

	if (run_decide(r, d, f))
		return -1;
	ask_heading(&r->ask, "Rows that the program does not decide");
	if (ask_choice(&r->ask, words, choices, "w", &choice, f))
		return -1;
	run_put_off(r, d->name);
	return choice == 1 ? decide_rows(r, rows, f) : 0;
}

int run_rows(struct run *r, bool *ret_asked, struct fault *f)
{
	static const struct decision_point d = {"rows",
		"Some leaked rows may be somebody, point to two people, or are nobody's and at a level of risk. Nobody is told on them before somebody has decided; all others are.",
		"approve --row ROW --person ID|--nobody|--close KIND --by NAME --reason TEXT"};
	json_t *rows = NULL;
	int failed = 0;

	*ret_asked = false;
	if (run_is_put_off(r, d.name))
		return 0;
	failed = find_rows(r, &rows, f);
	run_close(r);
	*ret_asked = json_array_size(rows) > 0;
	if (!failed && *ret_asked)
		failed = ask_about_rows(r, &d, rows, f);
	json_decref(rows);
	return failed ? -1 : 0;
}

/* --- units --- */

static int find_units(struct run *r, json_t **ret, struct fault *f)
{
	auto_roster people = {0};

	if (run_open(r, f) || roster_load_entries(r->c->ledger, &people, f))
		return -1;
	*ret = question_units(r->c->policy, &people);
	return 0;
}

/* What was changed in a file by hand is kept in the log, like any decision. */
static int keep_note(struct run *r, const char *what, struct fault *f)
{
	auto_text reason = NULL;
	auto_text note = NULL;

	if (run_sign(r, &reason, f))
		return -1;
	note = text_format("policy.json: %s. %s", what, reason);
	return run_errand(
		r, RUN("note", "--kind", "decision", "--by", r->by, note), NULL, f);
}

static json_t *names_of(const json_t *units)
{
	json_t *names = json_array(), *unit;
	size_t i;

	json_array_foreach(units, i, unit)(void)
		json_array_append(names, json_object_get(unit, "unit"));
	return names;
}

static int all_ordinary(struct run *r, json_t *units, struct fault *f)
{
	auto_text path = text_format("%s/policy.json", r->c->dir);
	auto_text what = text_format("%zu unit%s to known_units", json_array_size(units),
		json_array_size(units) == 1 ? "" : "s");
	json_t *names = names_of(units);
	int failed = amend_known_units(path, names, f);

	json_decref(names);
	if (failed)
		return -1;
	show(r->c, "Written to policy.json: %s.\n", what);
	return keep_note(r, what, f);
}

/* Levels that have rules, as choices: their names. The last is "ordinary". */
#define LEVELS_MOST 60
struct level_choices {
	struct choice list[LEVELS_MOST + 2];
	char keys[LEVELS_MOST][4];
	size_t count;
};

static void list_levels(const struct policy *p, struct level_choices *ret)
{
	for (size_t i = 0; i < p->levels_count && ret->count < LEVELS_MOST; i++) {
		char *key = ret->keys[ret->count];

		if (p->levels[i].is_default)
			continue;
		(void)snprintf(key, sizeof(ret->keys[0]), "%zu", ret->count + 1);
		ret->list[ret->count++] = (struct choice){key, p->levels[i].name, NULL};
	}
	ret->list[ret->count] = (struct choice){"o", "an ordinary unit", NULL};
}

static int place_unit(struct run *r, const struct level_choices *levels,
	const json_t *unit, json_t *plan, struct fault *f)
{
	const char *name = json_string_value(json_object_get(unit, "unit"));
	auto_text words = text_format("%s (%lld people)", name,
		(long long)json_integer_value(json_object_get(unit, "people")));
	const char *level;
	size_t choice;

	if (ask_choice(&r->ask, words, levels->list, "o", &choice, f))
		return -1;
	level = choice == levels->count ? "" : levels->list[choice].words;
	if (!json_object_get(plan, level))
		(void)json_object_set_new(plan, level, json_array());
	return json_array_append_new(json_object_get(plan, level), json_string(name));
}

static int carry_out(struct run *r, json_t *plan, struct fault *f)
{
	auto_text path = text_format("%s/policy.json", r->c->dir);
	auto_text_buffer what = {0};
	const char *level;
	json_t *units;

	json_object_foreach(plan, level, units)
	{
		if (*level ? amend_level_units(path, level, units, f)
			   : amend_known_units(path, units, f))
			return -1;
		text_printf(&what, "%s%zu unit%s to %s", what.length ? ", " : "",
			json_array_size(units), json_array_size(units) == 1 ? "" : "s",
			*level ? level : "known_units");
	}
	show(r->c, "Written to policy.json: %s.\n", text_string(&what));
	return keep_note(r, text_string(&what), f);
}

static int one_by_one(struct run *r, json_t *units, struct fault *f)
{
	auto_policy *policy = NULL;
	auto_text path = text_format("%s/policy.json", r->c->dir);
	struct level_choices *levels = text_alloc(sizeof(*levels));
	json_t *plan = json_object(), *unit;
	int failed = policy_load(path, &policy, f);
	size_t i;

	if (!failed)
		list_levels(policy, levels);
	json_array_foreach(units, i, unit) failed =
		failed || place_unit(r, levels, unit, plan, f);
	failed = failed || carry_out(r, plan, f);
	free(levels);
	json_decref(plan);
	return failed ? -1 : 0;
}

static int ask_units(struct run *r, const char *key, json_t *units, struct fault *f)
{
	static const struct choice choices[] = {
		{"a", "they are all ordinary units",
			"Their people go by their rank, like everybody else."},
		{"e", "go through them, each to a level of risk or to the ordinary ones",
			NULL},
		{"l", "later", "A rehearsal goes on; a live release stops at it."},
		{NULL, NULL, NULL}};
	json_t *unit;
	size_t i, choice;

	ask_say(r->ask.out, 2,
		"These units stand on the list, and the policy knows none of them. A unit may say that its people are at more risk:");
	json_array_foreach(units, i, unit) show(r->c, "    %6lld people  %s\n",
		(long long)json_integer_value(json_object_get(unit, "people")),
		json_string_value(json_object_get(unit, "unit")));
	if (ask_choice(&r->ask, "What are they?", choices, NULL, &choice, f))
		return -1;
	if (choice == 2) {
		run_put_off(r, key);
		return 0;
	}
	return choice == 0 ? all_ordinary(r, units, f) : one_by_one(r, units, f);
}

static int decide_units(struct run *r, const char *key, struct fault *f)
{
	json_t *units = NULL;
	int failed = find_units(r, &units, f);

	run_close(r);
	failed = failed || ask_units(r, key, units, f);
	json_decref(units);
	return failed ? -1 : 0;
}

/* --- domains --- */

static int check_domain(const char *answer, char **ret, struct text *wrong)
{
	auto_text address = text_format("x@%s", answer);
	struct address parsed;
	struct fault why;

	if (!strchr(answer, '@') &&
		!address_parse(address, strlen(address), &parsed, &why)) {
		*ret = text_copy(parsed.domain);
		return 0;
	}
	text_add_string(wrong,
		"That is not a domain. It looks like force.police.example, without an @.");
	return -1;
}

static int name_domains(struct run *r, struct fault *f)
{
	static const struct question q = {
		"To which domains may mail to work addresses go?",
		"The part behind the @. Whoever has another work address becomes a task.",
		NULL, "none, leave it open", check_domain};
	auto_text path = text_format("%s/incident.json", r->c->dir);
	json_t *domains = NULL;
	int failed = ask_list(&r->ask, &q, NULL, &domains, f);

	if (!failed && json_array_size(domains)) {
		failed = amend_allowed_domains(path, domains, f);
		if (!failed)
			show(r->c, "Written to incident.json: %zu in allowed_domains.\n",
				json_array_size(domains));
	}
	json_decref(domains);
	return failed ? -1 : 0;
}

/* --- other questions --- */

static int accept_question(struct run *r, const char *key, struct fault *f)
{
	auto_text reason = NULL;

	if (run_sign(r, &reason, f))
		return -1;
	return run_errand(r,
		RUN("approve", "--accept", key, "--by", r->by, "--reason", reason), NULL,
		f);
}

/* A list that is unlike the one before may be the wrong file. */
static int withdraw_list(struct run *r, const char *key, struct fault *f)
{
	const char *number = strchr(key, ':') + 1;
	auto_text reason = NULL;

	if (run_sign(r, &reason, f))
		return -1;
	return run_errand(r,
		RUN("import", "--withdraw", number, "--by", r->by, "--reason", reason),
		NULL, f);
}

static int decide_question(
	struct run *r, const char *key, const char *text, struct fault *f)
{
	static const struct choice choices[] = {
		{"a", "it may stay as it is",
			"That is kept with your name and your reason, and is not asked again."},
		{"m", "it can be mended: bring in a better list",
			"The files so far stay; the newest list counts most."},
		{"l", "later", "A rehearsal goes on; a live release stops at it."},
		{"w", "take that list back",
			"It was the wrong file: nothing of it counts any more."},
		{NULL, NULL, NULL}};
	struct choice offered[5];
	bool domains = !strcmp(key, "no-allowed-domains"),
	     list = !strncmp(key, "list-", strlen("list-")) && strchr(key, ':');
	size_t choice;

	memcpy(offered, choices, sizeof(choices));
	if (!list)
		offered[3] = choices[4];
	if (domains)
		offered[1] = (struct choice){
			"m", "name them now", "They are written to incident.json."};
	if (ask_choice(&r->ask, text, offered, NULL, &choice, f))
		return -1;
	switch (choice) {
	case 0:
		return accept_question(r, key, f);
	case 1:
		return domains ? name_domains(r, f) : run_people(r, f);
	case 3:
		return withdraw_list(r, key, f);
	}
	run_put_off(r, key);
	return 0;
}

/* All that are left, in one go: the reason is the same for each. */
static int accept_all(struct run *r, json_t *open, struct fault *f)
{
	auto_text reason = NULL;
	json_t *q;
	size_t i;

	if (run_sign(r, &reason, f))
		return -1;
	json_array_foreach(open, i, q)
	{
		const char *key = json_string_value(json_object_get(q, "key"));

		if (run_errand(r,
			    RUN("approve", "--accept", key, "--by", r->by, "--reason",
				    reason),
			    NULL, f))
			return -1;
	}
	return 0;
}

static int one_question(struct run *r, json_t *q, struct fault *f)
{
	return decide_question(r, json_string_value(json_object_get(q, "key")),
		json_string_value(json_object_get(q, "text")), f);
}

static int decide_all(struct run *r, json_t *open, struct fault *f)
{
	static const struct choice choices[] = {
		{"o", "go through them, one after the other", NULL},
		{"a", "they may all stay as they are",
			"That is kept with your name and one reason, and is not asked again."},
		{"l", "all later", "A rehearsal goes on; a live release stops at them."},
		{NULL, NULL, NULL}};
	auto_text words = text_format("%zu questions are open.", json_array_size(open));
	json_t *q;
	size_t i, choice;

	json_array_foreach(open, i, q)
		ask_say(r->ask.out, 3, json_string_value(json_object_get(q, "text")));
	if (ask_choice(&r->ask, words, choices, NULL, &choice, f))
		return -1;
	if (choice == 1)
		return accept_all(r, open, f);
	json_array_foreach(open, i, q)
	{
		if (choice == 0) {
			run_put_off(r, ONE_BY_ONE);
			return one_question(r, q, f); /* and then look again */
		}
		run_put_off(r, json_string_value(json_object_get(q, "key")));
	}
	return 0;
}

/* Units first: they say who is at risk. */
static int open_questions(struct run *r, json_t **ret, struct fault *f)
{
	json_t *tally = NULL, *q;
	int code;
	size_t i;

	if (errand_ask(&r->errand, RUN("approve"), &tally, &code, f))
		return -1;
	*ret = json_array();
	json_array_foreach(json_object_get(tally, "open"), i, q)
	{
		const char *key = json_string_value(json_object_get(q, "key"));

		if (json_is_true(json_object_get(q, "accepted")) ||
			run_is_put_off(r, key))
			continue;
		if (!strncmp(key, "unknown-units", strlen("unknown-units")))
			(void)json_array_insert(*ret, 0, q);
		else
			(void)json_array_append(*ret, q);
	}
	json_decref(tally);
	return 0;
}

static int decide_open(struct run *r, json_t *open, struct fault *f)
{
	json_t *first = json_array_get(open, 0);
	const char *key = json_string_value(json_object_get(first, "key")),
		   *text = json_string_value(json_object_get(first, "text"));
	auto_text command =
		text_format("approve --accept %s --by NAME --reason TEXT", key);
	const struct decision_point d = {key, text, command};

	if (run_decide(r, &d, f))
		return -1;
	ask_heading(&r->ask, "Open questions about list and policy");
	if (!strncmp(key, "unknown-units", strlen("unknown-units")))
		return decide_units(r, key, f);
	if (json_array_size(open) == 1 || run_is_put_off(r, ONE_BY_ONE))
		return one_question(r, first, f);
	return decide_all(r, open, f);
}

int run_questions(struct run *r, bool *ret_asked, struct fault *f)
{
	json_t *open;
	int failed = 0;

	if (open_questions(r, &open, f))
		return -1;
	*ret_asked = json_array_size(open) > 0;
	if (*ret_asked)
		failed = decide_open(r, open, f);
	json_decref(open);
	return failed;
}
