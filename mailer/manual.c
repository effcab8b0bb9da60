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

#define LOWER "abcdefghijklmnopqrstuvwxyz-"

/* "text (as it is), json, csv or html": what an option takes, where its help begins so.
 */
static bool find_choices(const char *help, struct text *ret)
{
	for (bool last = false;;) {
		size_t length = strspn(help, LOWER);

		text_printf(ret, " %.*s", (int)length, help);
		help += length;
		if (!strncmp(help, " (", 2))
			help += strcspn(help, ")") + (strchr(help, ')') != NULL);
		if (!length || last)
			return length && last;
		last = !strncmp(help, ", or ", 5) || !strncmp(help, " or ", 4);
		if (last)
			help += *help == ',' ? 5 : 4;
		else if (!strncmp(help, ", ", 2))
			help += 2;
		else
			return false;
	}
}

/* Words, FILE, DIR, or "-" for what nobody can know. `before`: the beginning of a pattern
 * of the shell. */
static void put_taken(FILE *out, const char *before, const struct verb_option *list)
{
	for (; list && list->name; list++) {
		auto_text_buffer choices = {0};
		const char *takes = list->argument;

		if (!takes)
			continue;
		if (find_choices(list->help, &choices))
			takes = text_string(&choices) + 1;
		else
			takes = strstr(takes, "FILE")  ? "FILE"
				: strstr(takes, "DIR") ? "DIR"
						       : "-";
		(void)fprintf(
			out, "\t%s --%s') takes='%s' ;;\n", before, list->name, takes);
	}
}

/* "add passphrase": the words among a command's arguments. */
static void put_words(FILE *out, const char *arguments)
{
	while (*arguments) {
		size_t word = strcspn(arguments, " |[]");

		if (word > 1 && *arguments != '-' && strspn(arguments, LOWER) == word)
			(void)fprintf(out, " %.*s", (int)word, arguments);
		arguments += word;
		arguments += *arguments != '\0';
	}
}

static void put_names(FILE *out, const struct verb_option *list)
{
	for (; list && list->name; list++)
		(void)fprintf(out, " --%s", list->name);
}

/* What may stand behind a command, and whether files may. */
static void put_behind(FILE *out)
{
	(void)fputs(
		"\tcase $verb in\n\t'') words=$verbs ;;\n\thelp) words=\"$verbs", out);
	for (size_t i = 0; pages[i].name; i++)
		if (!strncmp(pages[i].name, "breachmail-", 11))
			(void)fprintf(out, " %.*s", (int)strcspn(pages[i].name + 11, "."),
				pages[i].name + 11);
	(void)fputs(" exit-codes\" ;;\n", out);
	for (const struct verb *v = verbs; v->name; v++) {
		bool files = strstr(v->arguments, "FILE") || strstr(v->arguments, "DIR");

		(void)fprintf(out, "\t%s) %swords='", v->name, files ? "files=1 " : "");
		put_words(out, v->arguments);
		(void)fputs("' options='", out);
		put_names(out, v->options);
		(void)fputs("' ;;\n", out);
	}
	(void)fputs("\tesac\n", out);
}

static const char completion_head[] =
	"\"\n\tlocal verb= words= options= files= takes= i\n"
	"\t[[ $before == = ]] && before=${COMP_WORDS[COMP_CWORD - 2]}\n"
	"\t[[ $word == = ]] && word=\n"
	"\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
	"\t\tcase \" $verbs \" in *\" ${COMP_WORDS[i]} \"*) verb=${COMP_WORDS[i]}; break ;; esac\n"
	"\tdone\n";

static const char completion_foot[] =
	"\tcase $takes in\n"
	"\tFILE) words= files=1 ;;\n"
	"\tDIR)\n"
	"\t\tcompopt -o filenames 2>/dev/null\n"
	"\t\tmapfile -t COMPREPLY < <(compgen -d -- \"$word\")\n"
	"\t\treturn ;;\n"
	"\t-) return ;;\n"
	"\t?*) words=$takes files= ;;\n"
	"\t*) [[ -n $verb || $word == -* ]] && words=\"$words $options\" ;;\n"
	"\tesac\n"
	"\tmapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\")\n"
	"\tif [[ -n $files ]]; then\n"
	"\t\tcompopt -o filenames 2>/dev/null\n"
	"\t\tmapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -f -- \"$word\")\n"
	"\tfi\n"
	"}\n"
	"complete -F _breachmail breachmail\n";

static void put_completion(FILE *out, const struct verb_option *global)
{
	(void)fputs(
		"# bash completion for breachmail, made by: breachmail help completion\n"
		"_breachmail()\n{\n"
		"\tlocal word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}\n"
		"\tlocal verbs=\"help",
		out);
	for (const struct verb *v = verbs; v->name; v++)
		(void)fprintf(out, " %s", v->name);
	(void)fputs(completion_head, out);
	put_behind(out);
	(void)fputs("\t[[ $word == -* ]] && options=\"$options", out);
	put_names(out, global);
	(void)fputs(
		"\"\n\tCOMPREPLY=()\n\tcase \"$verb $before\" in\n\t*' -C') takes='DIR' ;;\n",
		out);
	for (const struct verb *v = verbs; v->name; v++) {
		auto_text before = text_format("'%s", v->name);

		put_taken(out, before, v->options);
	}
	put_taken(out, "*'", global);
	(void)fputs("\tesac\n", out);
	(void)fputs(completion_foot, out);
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
