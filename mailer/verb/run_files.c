/* SPDX-License-Identifier: MIT */
/*
 * run: the list of people and the leaked file. Which file, how its columns were
 * understood, what those are that were not; and only then `import`.
 *
 * What the file says is never shown, only what its columns are called.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mailer/show.h"
#include "mailer/verb/run_state.h"
#include "recipients/date.h"
#include "recipients/field.h"

#define OPTIONS 100 /* words of the command: maps, sheet and the rest */

/* A file on its way in. */
struct incoming {
	bool people;
	char *path, *as_of, *sheet, *header;
	json_t *maps;  /* ["FIELD=COLUMN"] */
	json_t *seen;  /* {COLUMN: true}: asked about */
	json_t *tally; /* of the last trial */
};

static void incoming_done(struct incoming *in)
{
	text_freep(&in->path);
	text_freep(&in->as_of);
	text_freep(&in->sheet);
	text_freep(&in->header);
	json_decref(in->maps);
	json_decref(in->seen);
	json_decref(in->tally);
}

/* --- which file --- */

/* As a terminal gives it when a file is dropped there: with quotes, or a blank behind. */
static int check_path(const char *answer, char **ret, struct text *wrong)
{
	size_t length = strlen(answer);
	bool quoted =
		length > 1 && strchr("'\"", *answer) && answer[length - 1] == *answer;
	const char *home = getenv("HOME");
	struct stat st;

	if (quoted)
		*ret = text_format("%.*s", (int)length - 2, answer + 1);
	else if (!strncmp(answer, "~/", 2) && home)
		*ret = text_format("%s%s", home, answer + 1);
	else
		*ret = text_copy(answer);
	if (!stat(*ret, &st) && S_ISREG(st.st_mode) && !access(*ret, R_OK))
		return 0;
	text_add_string(wrong,
		!stat(*ret, &st) && S_ISDIR(st.st_mode)
			? "That is a folder. Which file in it?"
			: "There is no file of that name that can be read. A file can also be dragged into this window.");
	text_freep(ret);
	return -1;
}

static int check_day(const char *answer, char **ret, struct text *wrong)
{
	struct date date;
	uint32_t n;

	if (!date_parse(answer, &date)) {
		text_add_string(
			wrong, "Please give a day, such as 1/11/2026 or 1 Nov 2026.");
		return -1;
	}
	n = date_number(date.day);
	*ret = text_format("%04u-%02u-%02u", n / 10000, n / 100 % 100, n % 100);
	return 0;
}

static int check_any(const char *answer, char **ret, struct text *wrong)
{
	(void)ret;
	(void)answer;
	(void)wrong;
	return 0;
}

/* --- trying --- */

/* "import people FILE --map ..."; borrowed words. */
static void command_of(const struct incoming *in, bool trial, const char *words[OPTIONS])
{
	size_t count = 0, i;
	json_t *map;
	const struct {
		const char *option, *value;
	} options[] = {
		{"--as-of", in->as_of}, {"--sheet", in->sheet}, {"--header", in->header}};

	words[count++] = "import";
	words[count++] = in->people ? "people" : "breach";
	words[count++] = in->path;
	for (i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		if (options[i].value) {
			words[count++] = options[i].option;
			words[count++] = options[i].value;
		}
	json_array_foreach(in->maps, i, map) if (count + 4 < OPTIONS)
	{
		words[count++] = "--map";
		words[count++] = json_string_value(map);
	}
	if (trial)
		words[count++] = "-n";
	words[count] = NULL;
}

static const char *message_of(const json_t *tally)
{
	const char *m = json_string_value(
		json_object_get(json_object_get(tally, "error"), "message"));

	return m ? m : "it could not be read";
}

/* What the program needs to be told about the file itself. 1: it was told, try again. */
static int ask_about_file(struct run *r, struct incoming *in, struct fault *f)
{
	const char *message = message_of(in->tally);
	bool sheet = strstr(message, "--sheet") != NULL,
	     header = strstr(message, "--header") != NULL;

	ask_say(r->ask.out, 3, message);
	if (!sheet && !header)
		return 0;
	text_freep(sheet ? &in->sheet : &in->header);
	if (ask_line(&r->ask,
		    &(struct question){
			    sheet ? "Which of its sheets is to be read?"
				  : "In which row do the names of the columns stand?",
			    sheet ? "Its name, as above. The others can be imported after it."
				  : NULL,
			    NULL, NULL, check_any},
		    sheet ? &in->sheet : &in->header, f))
		return -1;
	return 1;
}

/* 1: it can be read; 0: another file, please. */
static int try_file(struct run *r, struct incoming *in, struct fault *f)
{
	const char *words[OPTIONS];
	int code, again;

	for (;;) {
		command_of(in, true, words);
		json_decref(in->tally);
		in->tally = NULL;
		if (errand_ask(&r->errand, words, &in->tally, &code, f))
			return -1;
		if (code == 0 || code == 1)
			return 1;
		if (json_array_size(in->maps)) /* the last thing that was said */
			(void)json_array_remove(in->maps, json_array_size(in->maps) - 1);
		again = ask_about_file(r, in, f);
		if (again <= 0)
			return again;
	}
}

/* --- columns --- */

static void say_columns(struct run *r, const struct incoming *in)
{
	json_t *columns = json_object_get(in->tally, "columns");
	const char *field;
	json_t *column;
	char n[SHOW_NUMBER], m[SHOW_NUMBER];

	show(r->c, "\n  %s rows can be read, %s cannot.\n",
		show_number(
			json_integer_value(json_object_get(in->tally, "accepted")), n),
		show_number(
			json_integer_value(json_object_get(in->tally, "rejected")), m));
	show(r->c, "  These columns were recognised:\n");
	json_object_foreach(columns, field, column)
		show(r->c, "    %-20s from '%s'\n", field, json_string_value(column));
}

static int check_field(const char *answer, char **ret, struct text *wrong)
{
	const struct field *field = field_find(answer);
	const char *dot = strchr(answer, '.');

	if (!field)
		field = field_recognise(answer);
	if (!strcmp(answer, ".") || !strcmp(answer, "?") || (dot && field_find(dot + 1)))
		return 0;
	if (field) {
		*ret = text_copy(field->name);
		return 0;
	}
	text_add_string(wrong,
		"That is not a field that the program knows. Type ? to see them all, or Enter to keep the column under its own name.");
	return -1;
}

static void say_fields(struct run *r)
{
	auto_text_buffer words = {0};

	for (const struct field *p = field_next(NULL); p; p = field_next(p))
		text_printf(&words, "%s%s", words.length ? ", " : "", p->name);
	ask_say(r->ask.out, 3, text_string(&words));
}

/* 0: asked and kept; 1: no more of these questions. */
static int ask_column(
	struct run *r, struct incoming *in, const char *column, struct fault *f)
{
	auto_text words = text_format(
		"Which field is the column '%s'? (. keeps this and all others as they are, ? lists the fields)",
		column);
	auto_text field = NULL;

	do {
		text_freep(&field);
		if (ask_line(&r->ask,
			    &(struct question){words, NULL, NULL,
				    "keep it under its own name", check_field},
			    &field, f))
			return -1;
		if (field && !strcmp(field, "?"))
			say_fields(r);
	} while (field && !strcmp(field, "?"));
	if (field && strcmp(field, ".") != 0) {
		auto_text map = text_format("%s=%s", field, column);

		(void)json_array_append_new(in->maps, json_string(map));
	}
	return field && !strcmp(field, ".");
}

static int ask_columns(struct run *r, struct incoming *in, struct fault *f)
{
	json_t *unmapped = json_incref(json_object_get(in->tally, "unmapped")), *column;
	int over = 0;
	size_t i;

	if (json_array_size(unmapped))
		ask_say(r->ask.out, 2,
			"The others are kept under their own names, and rules and letters can use them. Is one of them a field that the program knows?");
	json_array_foreach(unmapped, i, column)
	{
		const char *name = json_string_value(column);

		if (over || json_object_get(in->seen, name))
			continue;
		(void)json_object_set_new(in->seen, name, json_true());
		over = ask_column(r, in, name, f);
		if (over < 0)
			break;
	}
	json_decref(unmapped);
	return over < 0 ? -1 : 0;
}

/* What the list lacks, and what follows from it, before it is too late. */
static void say_lacks(struct run *r, const struct incoming *in)
{
	static const struct {
		const char *any[4], *words;
	} lacks[] = {
		{{"email", "email_personal", "contact", NULL},
			"No column gives an e-mail address: nobody on this list can be told by mail; each is a call, a letter or a visit."},
		{{"surname", "name", NULL},
			"No column gives a name: leaked rows can only be found by their numbers."},
		{{"flags", NULL},
			"No column gives flags (markers such as undercover): who must not get mail is known by unit and role alone. Ask the liaison."},
		{{"status", NULL},
			"No column gives a status: who has left, is suspended or has died is told like everybody else."}};
	const json_t *columns = json_object_get(in->tally, "columns");

	for (size_t i = 0; in->people && i < sizeof(lacks) / sizeof(lacks[0]); i++) {
		bool there = false;

		for (const char *const *any = lacks[i].any; *any; any++)
			there = there || json_object_get(columns, *any);
		if (!there)
			ask_say(r->ask.out, 2, lacks[i].words);
	}
}

/* --- in --- */

/* 1: it is in; 0: another file. */
static int bring_in(struct run *r, struct incoming *in, struct fault *f)
{
	static const struct choice choices[] = {{"i", "import it like this", NULL},
		{"c", "go through its columns again", NULL},
		{"f", "another file: this is the wrong one",
			"Nothing of this one is kept."},
		{NULL, NULL, NULL}};
	const char *words[OPTIONS];
	size_t choice = 1;
	int can;

	while (choice == 1) {
		can = try_file(r, in, f);
		if (can <= 0)
			return can;
		say_columns(r, in);
		if (ask_columns(r, in, f))
			return -1;
		can = json_array_size(in->maps) ? try_file(r, in, f) : 1;
		if (can <= 0)
			return can;
		if (!json_integer_value(json_object_get(in->tally, "accepted"))) {
			ask_say(r->ask.out, 3,
				"There is nobody in it. Another file, please.");
			return 0;
		}
		say_lacks(r, in);
		if (ask_choice(&r->ask, "Is that right?", choices, "i", &choice, f))
			return -1;
		if (choice == 1) {
			(void)json_object_clear(in->seen);
			(void)json_array_clear(in->maps);
		}
	}
	if (choice == 2)
		return 0;
	command_of(in, false, words);
	return run_errand(r, words, NULL, f) ? -1 : 1;
}

static int ask_as_of(struct run *r, struct incoming *in, struct fault *f)
{
	if (!in->people)
		return 0;
	return ask_line(&r->ask,
		&(struct question){"Which day does this list show?",
			"A leak is matched best against the list of its own day; people move, leave and change their names.",
			NULL, "not known", check_day},
		&in->as_of, f);
}

/* `enter` not NULL: Enter means that there is none, and then `*ret_none` is set. */
static int take_file(struct run *r, bool people, const char *words, const char *why,
	const char *enter, bool *ret_none, struct fault *f)
{
	int done = 0;

	*ret_none = false;
	while (!done) {
		struct incoming in = {
			.people = people, .maps = json_array(), .seen = json_object()};

		done = ask_line(&r->ask,
			&(struct question){words, why, NULL, enter, check_path}, &in.path,
			f);
		if (!done && !in.path)
			done = *ret_none = true;
		if (!done)
			done = ask_as_of(r, &in, f);
		if (!done)
			done = bring_in(r, &in, f);
		incoming_done(&in);
	}
	return done < 0 ? -1 : 0;
}

/* One, and then as many as there are; `enter`: as above, for the first. */
static int take_files(struct run *r, bool people, const char *words, const char *why,
	const char *enter, const char *more, struct fault *f)
{
	bool none;

	if (take_file(r, people, words, why, enter, &none, f))
		return -1;
	while (!none)
		if (take_file(r, people, more, NULL, "no more", &none, f))
			return -1;
	return 0;
}

int run_people(struct run *r, struct fault *f)
{
	static const struct decision_point d = {"people-list",
		"Which file is the list of the people who may be in the leak?",
		"import people FILE"};

	if (run_decide(r, &d, f))
		return -1;
	ask_heading(&r->ask, "The list of people");
	return take_files(r, true, "Where is the list of your people?",
		"Excel, OpenDocument or CSV, with a line of column names. Nothing in it is changed.",
		NULL,
		"Is there another list, such as an older one or one of leavers? Where?",
		f);
}

#define LEAK "Where is the file that leaked?"
#define LEAK_WHY                                                                         \
	"Excel, OpenDocument, CSV or JSON. Hidden sheets, rows and columns are read, too."
#define LEAK_MORE "Is there another leaked file? Where?"

int run_breach(struct run *r, struct fault *f)
{
	static const struct decision_point d = {"leaked-file",
		"Which file leaked? Or is it not in hand yet?", "import breach FILE"};
	static const struct choice choices[] = {
		{"f", "I have the file that leaked",
			"As it leaked, with what is hidden in it."},
		{"p", "Not yet: take it that everyone on the list may be in it",
			"The letters then say \"may be\". When the file comes, import it: it says who is in it, and nobody is told twice."},
		{NULL, NULL, NULL}};
	size_t choice;

	if (run_decide(r, &d, f))
		return -1;
	ask_heading(&r->ask, "The leaked file");
	if (ask_choice(&r->ask, "Do you have what leaked?", choices, "f", &choice, f))
		return -1;
	if (choice == 1) {
		run_put_off(r, d.name);
		return run_errand(r, RUN("import", "breach", "--presume"), NULL, f);
	}
	return take_files(r, false, LEAK, LEAK_WHY, NULL, LEAK_MORE, f);
}

int run_presumed(struct run *r, struct fault *f)
{
	run_put_off(r, "leaked-file");
	ask_heading(&r->ask, "The leaked file");
	ask_say(r->ask.out, 2,
		"So far everyone on the list is taken to be in it. Whoever was told already is not told twice.");
	return take_files(
		r, false, LEAK, LEAK_WHY, "it is not in hand yet", LEAK_MORE, f);
}
