/* SPDX-License-Identifier: MIT */
/*
 * Help, out of the table of verbs. The manual of each is its file in verb/.
 */
#include "mailer/help.h"

#include <string.h>

#include "mailer/ask.h"
#include "recipients/text.h"

#define LEFT 13 /* columns of a verb's name */

/* From no folder to people who have been told, in this order. */
static const char *const tonight[] = {
	"init", "import", "match", "group", "compose", "approve", "send", "status"};

#define TONIGHT (sizeof(tonight) / sizeof(tonight[0]))

static bool is_tonight(const char *name)
{
	for (size_t i = 0; i < TONIGHT; i++)
		if (!strcmp(tonight[i], name))
			return true;
	return false;
}

/* Words to the right of a name, wrapped under themselves. */
static void put(FILE *out, const char *name, size_t left, const char *words)
{
	size_t at = 0, room = 80 - left;

	(void)fprintf(out, "  %-*s", (int)left - 2, name);
	if (strlen(name) + 2 >= left)
		(void)fprintf(out, "\n%*s", (int)left, "");
	while (*words) {
		size_t word = strcspn(words, " ");

		if (at && at + 1 + word >= room) {
			(void)fprintf(out, "\n%*s", (int)left, "");
			at = 0;
		}
		(void)fprintf(out, "%s%.*s", at ? " " : "", (int)word, words);
		at += word + (at ? 1 : 0);
		words += word;
		words += strspn(words, " ");
	}
	(void)fputc('\n', out);
}

static void put_options(FILE *out, const struct verb_option *list)
{
	for (; list && list->name; list++) {
		auto_text left = text_format("--%s%s%s", list->name,
			list->argument ? " " : "", list->argument ? list->argument : "");

		put(out, left, 27, list->help);
	}
}

void help_verb(FILE *out, const struct verb *v)
{
	auto_text usage = text_format(
		"breachmail %s%s%s", v->name, *v->arguments ? " " : "", v->arguments);

	ask_say(out, 0, usage);
	ask_say(out, 0, v->summary);
	(void)fputc('\n', out);
	put_options(out, v->options);
	if (v->needs != VERB_ALONE && v->needs != VERB_READS)
		put(out, "-n, --dry-run", 27, "change nothing, show what would be");
	put(out, "--json", 27, "the result as one JSON object");
	(void)fputs(
		"\nOptions of all commands, and exit codes: breachmail --help\n", out);
}

const struct help_code help_codes[] = {{"0", "all is done"},
	{"1", "done, but some people need a human: the result says how many"},
	{"64", "usage: an option or an argument is wrong"},
	{"65", "input: a file is not what it claims to be"},
	{"69", "the relay or the mailbox cannot be reached or trusted"},
	{"70", "our fault"}, {"73", "a file cannot be written"},
	{"74", "the ledger is damaged, or somebody changed it: stop, and keep it as it is"},
	{"75", "run it again: locked, put off by the relay, or in doubt"},
	{"77", "refused by a rule, or an approval is missing"},
	{"78", "settings, policy or key are wrong"},
	{"130, 143", "stopped by Ctrl-C or by SIGTERM, with everything in order"},
	{NULL, NULL}};

void help_exit_codes(FILE *out)
{
	(void)fputs("\nExit codes:\n", out);
	for (const struct help_code *c = help_codes; c->code; c++)
		put(out, c->code, LEFT, c->meaning);
}

static const struct verb *verb_named(const char *name)
{
	const struct verb *v = verbs;

	while (v->name && strcmp(v->name, name) != 0)
		v++;
	return v->name ? v : NULL;
}

void help_overview(FILE *out, const struct verb_option *global)
{
	(void)fputs(
		"breachmail: tells people that their data was in a breach, loses nobody, and\n"
		"tells nobody else.\n\n"
		"  breachmail run             leads you through it, question by question\n"
		"  breachmail init DIR        asks ten questions and makes an incident's folder\n"
		"  breachmail -C DIR status   where everything stands\n",
		out);
	(void)fputs("\nFor tonight, in this order:\n", out);
	for (size_t i = 0; i < TONIGHT; i++)
		if (verb_named(tonight[i]))
			put(out, tonight[i], LEFT, verb_named(tonight[i])->summary);
	(void)fputs("\nAnd:\n", out);
	for (const struct verb *v = verbs; v->name; v++)
		if (!is_tonight(v->name))
			put(out, v->name, LEFT, v->summary);
	(void)fputs("\nMore about one of them: breachmail help COMMAND\n"
		    "About the files: breachmail help incident|policy|templates|ledger|evidence\n"
		    "\nOptions, before or after the command:\n",
		out);
	put_options(out, global);
	help_exit_codes(out);
}
