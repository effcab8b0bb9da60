/* SPDX-License-Identifier: MIT */
/*
 * init: an incident's folder: incident.json, policy.json, ledger and key. Out of an
 * example, or on a terminal without one, out of the answers to ten questions
 * (mailer/interview.c).
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mailer/interview.h"
#include "mailer/pen.h"
#include "mailer/show.h"
#include "mailer/verb/doors.h"
#include "recipients/config.h"
#include "recipients/text.h"
#include "templates/texts.h"

const struct verb_option init_options[] = {
	{"example", "NAME",
		"supplier, foi-release, crime-data, publication, lost-notebook or lost-footage: the example to start from"},
	{NULL, NULL, NULL}};

#define COLUMNS "people-columns.csv" /* empty: what to ask HR for */

static const char *const examples[] = {"supplier", "foi-release", "crime-data",
	"publication", "lost-notebook", "lost-footage", NULL};

/* What a folder is made of. */
struct making {
	const char *dir, *example;
	json_t *incident; /* what the interview found; NULL: the example's */
};

static int write_words(
	const char *dir, const char *name, const char *words, struct fault *f)
{
	auto_text path = text_format("%s/%s", dir, name);
	auto_show_file out = {0};

	if (show_file_open(path, &out, f))
		return -1;
	(void)fputs(words, out.stream);
	return show_file_close(&out, f);
}

static int write_shipped(const struct making *m, const char *name, struct fault *f)
{
	auto_text shipped = text_format("example/%s/%s", m->example, name);
	const char *words = texts_shipped(shipped);

	if (!words)
		return fault_set(f, FAULT_INTERNAL, "%s was not built in", shipped);
	return write_words(m->dir, name, words, f);
}

static int write_files(const struct making *m, struct fault *f)
{
	auto_text path = text_format("%s/incident.json", m->dir);
	auto_settings *s = NULL;
	auto_policy *p = NULL;
	auto_text policy = text_format("%s/policy.json", m->dir);

	if (m->incident ? pen_write(path, m->incident, f)
			: write_shipped(m, "incident.json", f))
		return -1;
	if (write_shipped(m, "policy.json", f) ||
		(m->incident && write_words(m->dir, COLUMNS, interview_columns, f)))
		return -1;
	return settings_load(m->dir, &s, f) || policy_load(policy, &p, f) ? -1 : 0;
}

/* Nothing stays half made. */
static void unmake(const struct making *m, bool made_folder)
{
	static const char *const names[] = {"incident.json", "policy.json", COLUMNS};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		auto_text path = text_format("%s/%s", m->dir, names[i]);

		if (i < 2 || m->incident)
			(void)unlink(path);
	}
	if (made_folder)
		(void)rmdir(m->dir);
}

static int make(const struct making *m, const struct ledger_options *o, struct fault *f)
{
	bool made_folder = !mkdir(m->dir, 0700);

	if (!made_folder && errno != EEXIST)
		return fault_set(f, FAULT_CANTCREATE, "%s: %s", m->dir, strerror(errno));
	if (write_files(m, f) || ledger_create(m->dir, o, f)) {
		unmake(m, made_folder);
		return -1;
	}
	return 0;
}

static int check_example(const char *example, struct fault *f)
{
	const char *near;

	if (!example)
		return fault_set(f, FAULT_USAGE,
			"without a terminal there is nobody to ask: name an example to start from, --example supplier, foi-release, crime-data, publication, lost-notebook or lost-footage");
	for (const char *const *e = examples; *e; e++)
		if (!strcmp(*e, example))
			return 0;
	near = config_nearest(example, examples);
	return fault_set(f, FAULT_USAGE, "there is no example '%s'%s%s%s", example,
		near ? " (did you mean '" : "", near ? near : "",
		near ? "'?)"
		     : ": there are supplier, foi-release, crime-data, publication, lost-notebook and lost-footage");
}

/* A folder that holds anything of an incident is left alone. */
static int check_empty(const char *dir, struct fault *f)
{
	static const char *const names[] = {
		"incident.json", "policy.json", "ledger.db", COLUMNS};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		auto_text path = text_format("%s/%s", dir, names[i]);

		if (!access(path, F_OK))
			return fault_set(f, FAULT_CANTCREATE,
				"%s exists: init never overwrites", path);
	}
	return 0;
}

static void show_made(struct command *c, const struct making *m)
{
	show_string(c, "key_file", ledger_key_file(c->ledger));
	show(c, "Made %s from the example '%s'.\n", m->dir, m->example);
	if (m->incident)
		show(c,
			"  incident.json  your answers\n"
			"  policy.json    levels of risk and who is in them\n"
			"  %s\n"
			"                 empty: the columns that are worth asking HR for\n",
			COLUMNS);
	show(c, "Its key: %s\nKeep a copy of the key in a safe place: without it nobody can open this ledger.\n",
		ledger_key_file(c->ledger));
	show(c, "It is a rehearsal: mail is kept in %s/outbox, nothing leaves this machine.\n",
		m->dir);
}

/* The questions, for whoever sits at a terminal. */
static int interview(struct command *c, struct making *m, struct fault *f)
{
	struct ask a = {.in = STDIN_FILENO, .out = stderr, .color = c->color};

	if (interview_hold(&a, &m->incident, &m->example, f)) {
		if (f->kind == FAULT_INTERRUPTED)
			fault_set(f, FAULT_INTERRUPTED, "stopped; nothing was made");
		return -1;
	}
	return 0;
}

static bool may_ask(const struct command *c)
{
	return !c->json && isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
}

static int init(struct command *c, struct making *m, struct fault *f)
{
	struct ledger_options o = command_ledger(c, "init");

	o.mode = "rehearsal";
	o.unlock.by_words = false; /* it is made with a key file */
	if (!m->example && interview(c, m, f))
		return -1;
	show_string(c, "directory", m->dir);
	show_string(c, "example", m->example);
	if (m->incident)
		(void)snprintf(
			c->next, sizeof(c->next), "breachmail -C %.150s run", m->dir);
	else
		(void)snprintf(c->next, sizeof(c->next),
			"edit %.100s/incident.json, then breachmail import people FILE",
			m->dir);
	if (c->dry_run)
		return 0;
	if (make(m, &o, f) || ledger_open(m->dir, LEDGER_READ, &o, &c->ledger, f))
		return -1;
	show_made(c, m);
	return 0;
}

int verb_init(struct command *c, struct fault *f)
{
	struct making m = {.dir = c->arguments_count ? c->arguments[0] : NULL,
		.example = command_option(c, "example")};
	int failed;

	if (c->arguments_count > 1 || (!m.dir && !strcmp(c->dir, ".")))
		return fault_set(f, FAULT_USAGE, "breachmail init DIR [--example NAME]");
	if (!m.dir)
		m.dir = c->dir;
	if ((m.example || !may_ask(c)) && check_example(m.example, f))
		return -1;
	if (check_empty(m.dir, f))
		return -1;
	failed = init(c, &m, f);
	json_decref(m.incident);
	return failed;
}
