/* SPDX-License-Identifier: MIT */
/*
 * init: an incident's folder out of an example: incident.json, policy.json, ledger and
 * key. Asking the ten questions is a later version's.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mailer/show.h"
#include "mailer/verb/doors.h"
#include "recipients/config.h"
#include "recipients/text.h"
#include "templates/texts.h"

const struct verb_option init_options[] = {
	{"example", "NAME",
		"start from an example: supplier, foi-release, crime-data, publication, lost-notebook or lost-footage"},
	{NULL, NULL, NULL}};

static const char *const examples[] = {"supplier", "foi-release", "crime-data",
	"publication", "lost-notebook", "lost-footage", NULL};

static int write_file(
	const char *dir, const char *example, const char *name, struct fault *f)
{
	auto_text shipped = text_format("example/%s/%s", example, name);
	auto_text path = text_format("%s/%s", dir, name);
	const char *words = texts_shipped(shipped);
	auto_show_file out = {0};

	if (!words)
		return fault_set(f, FAULT_INTERNAL, "%s was not built in", shipped);
	if (show_file_open(path, &out, f))
		return -1;
	(void)fputs(words, out.stream);
	return show_file_close(&out, f);
}

static int check_example(const char *example, struct fault *f)
{
	const char *near;

	if (!example)
		return fault_set(f, FAULT_USAGE,
			"name an example to start from: --example supplier (the questions of init are not in this version)");
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
	static const char *const names[] = {"incident.json", "policy.json", "ledger.db"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		auto_text path = text_format("%s/%s", dir, names[i]);

		if (!access(path, F_OK))
			return fault_set(f, FAULT_CANTCREATE,
				"%s exists: init never overwrites", path);
	}
	return 0;
}

int verb_init(struct command *c, struct fault *f)
{
	const char *example = command_option(c, "example"),
		   *dir = c->arguments_count ? c->arguments[0] : NULL;
	bool made;
	struct ledger_options o = {
		.key_file = c->key_file, .verb = "init", .mode = "rehearsal"};

	o.operator= c->operator;
	if (c->arguments_count > 1 || (!dir && !strcmp(c->dir, ".")))
		return fault_set(f, FAULT_USAGE, "breachmail init DIR --example NAME");
	if (!dir)
		dir = c->dir;
	if (check_example(example, f) || check_empty(dir, f))
		return -1;
	show_string(c, "directory", dir);
	show_string(c, "example", example);
	(void)snprintf(c->next, sizeof(c->next),
		"edit %.100s/incident.json, then breachmail import people FILE", dir);
	if (c->dry_run)
		return 0;
	made = !mkdir(dir, 0700);
	if (!made && errno != EEXIST)
		return fault_set(f, FAULT_CANTCREATE, "%s: %s", dir, strerror(errno));
	if (ledger_create(dir, &o, f)) {
		if (made)
			(void)rmdir(dir);
		return -1;
	}
	if (write_file(dir, example, "incident.json", f) ||
		write_file(dir, example, "policy.json", f))
		return -1;
	if (ledger_open(dir, LEDGER_READ, &o, &c->ledger, f))
		return -1;
	show_string(c, "key_file", ledger_key_file(c->ledger));
	show(c, "Made %s from the example '%s'.\n", dir, example);
	show(c, "Its key: %s\nKeep a copy of the key in a safe place: without it nobody can open this ledger.\n",
		ledger_key_file(c->ledger));
	show(c, "It is a rehearsal: mail is kept in %s/outbox, nothing leaves this machine.\n",
		dir);
	return 0;
}
