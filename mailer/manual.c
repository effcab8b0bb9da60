/* SPDX-License-Identifier: MIT */
/*
 * Pages are files in man/; what of them the program knows better is put in where they say
 * @name@.
 */
#include "mailer/manual.h"

#include <string.h>

#include "mailer/help.h"
#include "pages.h"
#include "recipients/text.h"

/* --- pages as text --- */

/* A page by its topic: "policy" of "breachmail-policy.5.scd". NULL: there is none. */
static const char *page_of(const char *topic)
{
	auto_text name = text_format("breachmail-%s.5.scd", topic);

	for (size_t i = 0; pages[i].name; i++)
		if (!strcmp(pages[i].name, name))
			return pages[i].text;
	return NULL;
}

/* Bold and underlined are marks of a page, not of a terminal. */
static void put_line(FILE *out, const char *line, size_t length)
{
	bool heading = length > 2 && line[0] == '#';

	for (size_t i = heading ? 2 : 0; i < length; i++) {
		bool word = i && i + 1 < length && line[i - 1] != ' ' &&
			    line[i + 1] != ' ' && line[i] == '_' &&
			    ((line[i - 1] | 32) >= 'a' && (line[i - 1] | 32) <= 'z') &&
			    ((line[i + 1] | 32) >= 'a' && (line[i + 1] | 32) <= 'z');

		if (line[i] == '\\' && i + 1 < length)
			i++;
		else if (line[i] == '*' || (line[i] == '_' && !word))
			continue;
		(void)fputc(line[i], out);
	}
	(void)fputc('\n', out);
}

static void show_page(FILE *out, const char *text)
{
	for (text += strcspn(text, "\n"); *text;) {
		size_t length = strcspn(++text, "\n");

		put_line(out, text, length);
		text += length;
		if (!text[0] || !text[1])
			return;
	}
}

/* --- breachmail(1) --- */

/* In scdoc these have a meaning. */
static void put_plain(FILE *out, const char *words)
{
	for (; *words; words++) {
		if (strchr("*_\\#[", *words))
			(void)fputc('\\', out);
		(void)fputc(*words, out);
	}
}

static void put_option(FILE *out, const struct verb_option *o, const char *indent)
{
	(void)fprintf(out, "%s*--%s*", indent, o->name);
	if (o->argument) {
		(void)fputs(" _", out);
		put_plain(out, o->argument);
		(void)fputc('_', out);
	}
	(void)fprintf(out, "\n%s\t", indent);
	put_plain(out, o->help);
	(void)fputs("\n\n", out);
}

static void put_options(FILE *out, const struct verb_option *list, const char *indent)
{
	for (; list && list->name; list++)
		put_option(out, list, indent);
}

static void put_commands(FILE *out)
{
	for (const struct verb *v = verbs; v->name; v++) {
		(void)fprintf(out, "*%s* ", v->name);
		put_plain(out, v->arguments);
		(void)fputs("\n\t", out);
		put_plain(out, v->summary);
		(void)fputs(".\n\n", out);
		put_options(out, v->options, "\t");
	}
}

static void put_codes(FILE *out)
{
	for (const struct help_code *c = help_codes; c->code; c++) {
		(void)fprintf(out, "*%s*\n\t", c->code);
		put_plain(out, c->meaning);
		(void)fputs("\n\n", out);
	}
}

static void put_manual(FILE *out, const struct verb_option *global)
{
	const char *at = pages[0].text, *mark;

	while ((mark = strchr(at, '@'))) {
		(void)fprintf(out, "%.*s", (int)(mark - at), at);
		at = mark + 1;
		if (!strncmp(at, "commands@", 9))
			put_commands(out);
		else if (!strncmp(at, "options@", 8))
			put_options(out, global, "");
		else if (!strncmp(at, "codes@", 6))
			put_codes(out);
		else if (!strncmp(at, "version@", 8))
			(void)fputs(BREACHMAIL_VERSION, out);
		at += strcspn(at, "@") + 1;
	}
	(void)fputs(at, out);
}

/* --- completion --- */

static void put_names(FILE *out, const struct verb_option *list)
{
	for (; list && list->name; list++)
		(void)fprintf(out, " --%s", list->name);
}

static void put_completion(FILE *out, const struct verb_option *global)
{
	(void)fputs(
		"# bash completion for breachmail, made by: breachmail help completion\n"
		"_breachmail()\n{\n\tlocal word=${COMP_WORDS[COMP_CWORD]} verb= options= i\n"
		"\tlocal verbs=\"help",
		out);
	for (const struct verb *v = verbs; v->name; v++)
		(void)fprintf(out, " %s", v->name);
	(void)fputs(
		"\"\n\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
		"\t\tcase \" $verbs \" in *\" ${COMP_WORDS[i]} \"*) verb=${COMP_WORDS[i]}; break ;; esac\n\tdone\n"
		"\tcase $verb in\n\t'') options=$verbs ;;\n\thelp) options=$verbs ;;\n",
		out);
	for (const struct verb *v = verbs; v->name; v++) {
		(void)fprintf(out, "\t%s) options=\"", v->name);
		put_names(out, v->options);
		(void)fputs("\" ;;\n", out);
	}
	(void)fputs(
		"\tesac\n\tif [[ $word == -* || -z $verb ]]; then\n\t\tCOMPREPLY=($(compgen -W \"$options",
		out);
	put_names(out, global);
	(void)fputs(
		"\" -- \"$word\"))\n\telse\n\t\tCOMPREPLY=($(compgen -W \"$options\" -- \"$word\") $(compgen -f -- \"$word\"))\n"
		"\tfi\n}\ncomplete -o filenames -F _breachmail breachmail\n",
		out);
}

bool manual_has(const char *topic)
{
	return page_of(topic) || !strcmp(topic, "exit-codes") || !strcmp(topic, "man") ||
	       !strcmp(topic, "completion");
}

void manual_show(FILE *out, const char *topic, const struct verb_option *global)
{
	if (!strcmp(topic, "exit-codes"))
		help_exit_codes(out);
	else if (!strcmp(topic, "man"))
		put_manual(out, global);
	else if (!strcmp(topic, "completion"))
		put_completion(out, global);
	else
		show_page(out, page_of(topic));
}
