/* SPDX-License-Identifier: MIT */
/*
 * Questions and checks of their answers. The folder is made by verb/init.c; settings.c
 * checks the whole once more.
 *
 * Each answer is checked when it is given, so that a slip is mended at once, with a
 * sentence that says what would be right.
 */
#include "mailer/interview.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "mailer/wire/address.h"
#include "recipients/clock.h"
#include "recipients/config.h"
#include "recipients/date.h"
#include "recipients/exposure.h"
#include "templates/texts.h"

#define DAY 86400000LL

const char interview_columns[] =
	"person_id,pay_number,warrant_number,collar_number,surname,forenames,known_as,former_surname,"
	"rank,role,unit,location,employment,status,vetting,date_of_birth,email,email_personal,phone,"
	"address,postcode,contact,line_manager,needs,language,flags\n";

/* --- what happened --- */

static const struct {
	const char *example, *words, *title;
} kinds[] = {
	{"supplier", "A company that works for us was broken into, or lost our data",
		"Data of ours taken from a supplier"},
	{"foi-release",
		"A file about our people went out with an answer, or to the wrong reader",
		"Data of our people sent out by mistake"},
	{"crime-data", "Data of victims, witnesses or suspects went out by mistake",
		"Data of cases sent out by mistake"},
	{"publication", "A list of our people stood on a website",
		"Data of our people published by mistake"},
	{"lost-notebook", "A notebook, a laptop or papers were lost or stolen",
		"Notebook or device lost"},
	{"lost-footage", "Recordings or files are gone, and nobody else has them",
		"Recordings lost"},
};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static json_t *example_of(const char *name, struct fault *f)
{
	auto_text path = text_format("example/%s/incident.json", name);
	const char *words = texts_shipped(path);
	json_t *json = NULL;

	if (words && config_parse(path, words, strlen(words), &json, f))
		return NULL;
	if (!words)
		fault_set(f, FAULT_INTERNAL, "%s was not built in", path);
	return json;
}

static int ask_kind(struct ask *a, size_t *ret, struct fault *f)
{
	struct choice choices[KINDS + 1] = {{NULL, NULL, NULL}};
	char keys[KINDS][4];
	size_t at[KINDS], count = 0;

	for (size_t i = 0; i < KINDS; i++) {
		auto_text path = text_format("example/%s/policy.json", kinds[i].example);

		if (!texts_shipped(path))
			continue;
		(void)snprintf(keys[count], sizeof(keys[count]), "%zu", count + 1);
		at[count] = i;
		choices[count] = (struct choice){keys[count], kinds[i].words, NULL};
		count++;
	}
	if (ask_choice(a,
		    "1 of 10. Which of these is nearest to what happened? It decides with which texts and levels of risk you begin.",
		    choices, NULL, ret, f))
		return -1;
	*ret = at[*ret];
	return 0;
}

/* --- checks --- */

static int check_words(const char *answer, char **ret, struct text *wrong)
{
	(void)ret;
	if (strlen(answer) <= 900)
		return 0;
	text_add_string(
		wrong, "That is too long for one line of a letter: at most 900 letters.");
	return -1;
}

static int check_email(const char *answer, char **ret, struct text *wrong)
{
	struct address parsed;
	struct fault why;

	(void)ret;
	if (!address_parse(answer, strlen(answer), &parsed, &why))
		return 0;
	text_printf(wrong,
		"That is not an e-mail address (%s). It looks like data.protection@force.example, without a name or brackets around it.",
		why.text);
	return -1;
}

/* In the incident's zone, with its offset, so that the day in it is the local day. */
static char *local_time(int64_t ms)
{
	char day[32], offset[8];
	time_t seconds = (time_t)(ms / 1000);
	struct tm t;

	if (!localtime_r(&seconds, &t) ||
		!strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &t) ||
		!strftime(offset, sizeof(offset), "%z", &t))
		return NULL;
	return text_format("%s%.3s:%s", day, offset, offset + 3);
}

/* "09:30", "9.30pm", "9am": minutes after midnight, -1 if it is no time of day. */
static int minute_of(const char *text)
{
	unsigned hour, minute = 0;
	int used = 0;

	if (strspn(text, "0123456789:.amp") != strlen(text) ||
		sscanf(text, "%2u%n", &hour, &used) != 1)
		return -1;
	text += used;
	if ((*text == ':' || *text == '.') &&
		sscanf(text + 1, "%2u%n", &minute, &used) == 1)
		text += used + 1;
	else if (!strchr("ap", *text) || !*text)
		return -1;
	if (!strcmp(text, "am") || !strcmp(text, "pm")) {
		if (hour < 1 || hour > 12)
			return -1;
		hour = hour % 12 + (*text == 'p' ? 12 : 0);
	} else if (*text) {
		return -1;
	}
	return hour < 24 && minute < 60 ? (int)(hour * 60 + minute) : -1;
}

/* Local midnight of a day: today, yesterday, or a date. */
static int day_of(const char *text, int64_t *ret)
{
	time_t now = (time_t)(clock_now() / 1000);
	struct date date;
	struct tm t = {0};
	uint32_t number;

	if (!strcasecmp(text, "today") || !strcasecmp(text, "yesterday")) {
		if (!localtime_r(&now, &t))
			return -1;
		t.tm_mday -= !strcasecmp(text, "yesterday");
	} else {
		if (!date_parse(text, &date) ||
			strspn(text, "0123456789") == strlen(text))
			return -1;
		number = date_number(date.day);
		t.tm_year = (int)(number / 10000) - 1900;
		t.tm_mon = (int)(number / 100 % 100) - 1;
		t.tm_mday = (int)(number % 100);
	}
	t.tm_hour = t.tm_min = t.tm_sec = 0;
	t.tm_isdst = -1;
	*ret = (int64_t)mktime(&t) * 1000;
	return 0;
}

static int at_minute(int64_t midnight, int minute, int64_t *ret)
{
	time_t seconds = (time_t)(midnight / 1000);
	struct tm t;

	if (!localtime_r(&seconds, &t))
		return -1;
	t.tm_hour = minute / 60;
	t.tm_min = minute % 60;
	t.tm_isdst = -1;
	*ret = (int64_t)mktime(&t) * 1000;
	return 0;
}

/* A day and a time of day; the time alone is today's. */
static int moment_of(const char *answer, int64_t *ret)
{
	auto_text day = text_copy(answer);
	char *blank = strrchr(day, ' '), *time = blank ? blank + 1 : day;
	int64_t midnight;
	int minute;

	if (!clock_parse(answer, ret))
		return 0;
	minute = minute_of(time);
	if (blank)
		*blank = '\0';
	if (minute < 0 || day_of(blank ? day : "today", &midnight))
		return -1;
	return at_minute(midnight, minute, ret);
}

static int check_aware(const char *answer, char **ret, struct text *wrong)
{
	int64_t ms;

	if (!strcasecmp(answer, "now"))
		ms = clock_now();
	else if (moment_of(answer, &ms)) {
		text_add_string(wrong,
			"Please give a day and a time, such as 21/11/2026 09:30, 21 Nov 2026 9.30am, yesterday 22:15 or today 7:05.");
		return -1;
	}
	if (ms > clock_now() + 60000 || ms < clock_now() - 3650 * DAY) {
		text_add_string(wrong,
			ms > clock_now()
				? "That is still to come. When did you become aware of it?"
				: "That is over ten years ago. Is the year right?");
		return -1;
	}
	*ret = local_time(ms);
	return 0;
}

static int check_day(const char *answer, char **ret, struct text *wrong)
{
	int64_t ms;

	if (day_of(answer, &ms)) {
		text_add_string(wrong,
			"Please give a day, such as 19/11/2026, 19 Nov 2026 or yesterday.");
		return -1;
	}
	if (ms > clock_now()) {
		text_add_string(wrong, "That day is still to come. Is the year right?");
		return -1;
	}
	*ret = local_time(ms);
	return 0;
}

/* --- asking --- */

/* Asks, and puts the answer (or nothing) into the object. */
static int ask_into(struct ask *a, json_t *o, const char *key, const struct question *q,
	struct fault *f)
{
	auto_text answer = NULL;

	if (ask_line(a, q, &answer, f))
		return -1;
	if (answer)
		(void)json_object_set_new(o, key, json_string(answer));
	else
		(void)json_object_del(o, key);
	return 0;
}

static int ask_regime(struct ask *a, json_t *incident, struct fault *f)
{
	static const struct choice laws[] = {
		{"1", "UK GDPR",
			"Data held to run the organisation: staff, pay, suppliers."},
		{"2", "Part 3 of the Data Protection Act 2018",
			"Data held for police work: crimes, victims, witnesses, suspects."},
		{NULL, NULL, NULL}};
	static const char *const regimes[] = {"uk-gdpr", "dpa-part-3"};
	const char *example = json_string_value(json_object_get(incident, "regime"));
	size_t choice;

	if (ask_choice(a, "Which law is this data under? The letters name it.", laws,
		    example && !strcmp(example, regimes[1]) ? "2" : "1", &choice, f))
		return -1;
	return json_object_set_new(incident, "regime", json_string(regimes[choice]));
}

static int ask_controller(struct ask *a, json_t *incident, struct fault *f)
{
	json_t *controller = json_object();

	(void)json_object_set_new(incident, "controller", controller);
	return ask_into(a, controller, "name",
		&(struct question){
			"2 of 10. Which force or organisation answers for this data?",
			"The letters are written in its name.", NULL, NULL, check_words},
		f);
}

static int ask_dpo(struct ask *a, json_t *incident, struct fault *f)
{
	static const struct question
		name = {"3 of 10. Who is its data protection officer?",
			"Their name stands under each letter.", NULL, NULL, check_words},
		email = {"Their e-mail address?", NULL, NULL, NULL, check_email},
		phone = {"Their telephone number?", NULL, NULL, "none", check_words};
	json_t *dpo = json_object();

	(void)json_object_set_new(json_object_get(incident, "controller"), "dpo", dpo);
	return ask_into(a, dpo, "name", &name, f) ||
			       ask_into(a, dpo, "email", &email, f) ||
			       ask_into(a, dpo, "phone", &phone, f)
		       ? -1
		       : 0;
}

/* Is `a` after `b`? Both are times as written by local_time. */
static bool is_after(const char *a, const char *b)
{
	int64_t x, y;

	return a && b && !clock_parse(a, &x) && !clock_parse(b, &y) && x > y;
}

/* A day that is not after `last` and not before `first`; asked until it is so. */
static int ask_day(struct ask *a, const struct question *q, const char *first,
	const char *last, char **ret, struct fault *f)
{
	for (;;) {
		if (ask_line(a, q, ret, f))
			return -1;
		if (is_after(*ret, last))
			ask_say(a->out, 3,
				"That is after you became aware of it. Once more, please.");
		else if (is_after(first, *ret))
			ask_say(a->out, 3,
				"That is before the day on which it began. Once more, please.");
		else
			return 0;
		text_freep(ret);
	}
}

static int ask_occurred(struct ask *a, json_t *incident, struct fault *f)
{
	static const struct question
		began = {"5 of 10. On which day did it happen, or begin?",
			"The list of people nearest to this day counts most.", NULL,
			"not known", check_day},
		ended = {"Until which day?", NULL, NULL, "the same day, or not known",
			check_day};
	const char *aware = json_string_value(json_object_get(incident, "aware_at"));
	auto_text from = NULL;
	auto_text to = NULL;

	(void)json_object_del(incident, "occurred");
	if (ask_day(a, &began, NULL, aware, &from, f))
		return -1;
	if (!from)
		return 0;
	if (ask_day(a, &ended, from, NULL, &to, f))
		return -1;
	(void)json_object_set_new(
		incident, "occurred", json_pack("{s:s,s:s*}", "from", from, "to", to));
	return 0;
}

static int ask_when(struct ask *a, json_t *incident, struct fault *f)
{
	if (ask_into(a, incident, "aware_at",
		    &(struct question){"4 of 10. When did you become aware of it?",
			    "The 72 hours to tell the regulator count from here. A day and a time, such as yesterday 22:15 or 21/11/2026 09:30.",
			    NULL, NULL, check_aware},
		    f))
		return -1;
	return ask_occurred(a, incident, f);
}

/* "name, rank, photo": a list of kinds, without blanks. */
static int check_kinds(const char *answer, char **ret, struct text *wrong)
{
	size_t count = 1;

	(void)ret;
	for (const char *p = answer; *p; p++)
		count += *p == ',';
	if (count <= EXPOSURE_NAMED_MAX && strspn(answer, ", ") != strlen(answer))
		return 0;
	text_printf(wrong,
		"Please name from 1 to %d kinds of data, with commas between them.",
		EXPOSURE_NAMED_MAX);
	return -1;
}

static json_t *split(const char *words)
{
	json_t *list = json_array();

	while (*words) {
		size_t length, comma = strcspn(words, ",");

		words += strspn(words, " ");
		comma = strcspn(words, ",");
		for (length = comma; length && words[length - 1] == ' '; length--)
			;
		if (length)
			(void)json_array_append_new(list, json_stringn(words, length));
		words += comma;
		words += *words == ',';
	}
	return list;
}

static char *join(const json_t *list)
{
	struct text words = {0};
	json_t *item;
	size_t i;

	json_array_foreach(list, i, item)
		text_printf(&words, "%s%s", i ? ", " : "", json_string_value(item));
	return words.length ? words.bytes : NULL;
}

static int ask_kinds(struct ask *a, json_t *incident, struct fault *f)
{
	auto_text example = join(json_object_get(incident, "exposed"));
	auto_text exposed = NULL;
	auto_text spared = NULL;

	if (ask_line(a,
		    &(struct question){"7 of 10. Which kinds of data leaked?",
			    "With commas between them. Each person is told which of these there are of them; columns of the leaked file are found by themselves.",
			    example, NULL, check_kinds},
		    &exposed, f) ||
		ask_line(a,
			&(struct question){
				"Which did certainly not, although people may fear it?",
				"Such as: home address, bank details. Only what you know.",
				NULL, "we do not know yet", check_kinds},
			&spared, f))
		return -1;
	(void)json_object_set_new(incident, "exposed", split(exposed));
	(void)json_object_set_new(incident, "not_exposed", split(spared ? spared : ""));
	return 0;
}

static int ask_effects(struct ask *a, json_t *incident, struct fault *f)
{
	json_t *example = json_object_get(incident, "consequences"), *list, *item;
	size_t i;

	if (ask_list(a,
		    &(struct question){"8 of 10. What have you done about it?",
			    "It stands in the letters: only what is true tonight. Such as: We have told the Information Commissioner's Office.",
			    NULL, "\"we are finding out what happened\"", check_words},
		    NULL, &list, f))
		return -1;
	(void)json_object_set_new(incident, "measures", list);
	(void)fputs(
		"\n   For such a breach the letters say what it could mean:\n", a->out);
	json_array_foreach(example, i, item)
	{
		auto_text line = text_format("- %s", json_string_value(item));

		ask_say(a->out, 5, line);
	}
	if (ask_list(a,
		    &(struct question){"Does that fit? If not, write your own.", NULL,
			    NULL, "keep these", check_words},
		    example, &list, f))
		return -1;
	return json_object_set_new(incident, "consequences", list);
}

static int ask_help(struct ask *a, json_t *incident, struct fault *f)
{
	json_t *help = json_object();

	(void)json_object_set_new(incident, "help", help);
	return ask_into(a, help, "line",
		       &(struct question){
			       "9 of 10. Which telephone number can people call about this?",
			       "Somebody should answer it when the first letters are out.",
			       NULL, NULL, check_words},
		       f) ||
			       ask_into(a, help, "hours",
				       &(struct question){"When is it answered?", NULL,
					       NULL, "leave it out", check_words},
				       f) ||
			       ask_into(a, help, "welfare",
				       &(struct question){
					       "Who helps with health and worry?",
					       "Such as: Occupational Health, 01632 960140, in confidence",
					       NULL, "leave it out", check_words},
				       f)
		       ? -1
		       : 0;
}

static int ask_genuine(struct ask *a, json_t *incident, struct fault *f)
{
	json_t *example = json_object_get(incident, "verify"), *verify = json_object(),
	       *relay;
	auto_text where = text_copy(json_string_value(json_object_get(example, "where")));
	auto_text address = NULL;
	auto_text from = NULL;

	(void)json_object_set_new(incident, "verify", verify);
	if (ask_into(a, verify, "where",
		    &(struct question){
			    "10 of 10. Where can people check that a letter is really from you?",
			    "A way that they know already. It completes the sentence: Use a way that you already know: ...",
			    where, NULL, check_words},
		    f) ||
		ask_line(a,
			&(struct question){
				"From which e-mail address do the letters come?",
				"Somebody should read its mailbox: answers go there.",
				NULL, NULL, check_email},
			&address, f))
		return -1;
	from = text_format("Data protection notices <%s>", address);
	relay = json_pack("{s:s,s:s,s:s,s:s,s:i,s:s}", "url", "capture:outbox", "from",
		from, "reply_to", from, "envelope_from", address, "connections", 4,
		"pipelining", "on");
	return json_object_set_new(incident, "relay", relay);
}

/* What no question asks for. Made-up promises of the example are not kept. */
static void finish(json_t *incident, size_t kind)
{
	const char *aware = json_string_value(json_object_get(incident, "aware_at"));
	const char *force = json_string_value(
		json_object_get(json_object_get(incident, "controller"), "name"));
	auto_text id = text_format("%.10s-%s", aware, kinds[kind].example);
	auto_text title = text_format("%s (%s)", kinds[kind].title, force);

	(void)json_object_set_new(incident, "id", json_string(id));
	(void)json_object_set_new(incident, "title", json_string(title));
	(void)json_object_set_new(incident, "mode", json_string("rehearsal"));
	(void)json_object_set_new(incident, "allowed_domains", json_array());
	(void)json_object_del(incident, "next_update");
	(void)json_object_del(incident, "closed_channels");
	(void)json_object_del(incident, "mailbox");
}

static int ask_all(struct ask *a, json_t *incident, struct fault *f)
{
	return ask_controller(a, incident, f) || ask_regime(a, incident, f) ||
			       ask_dpo(a, incident, f) || ask_when(a, incident, f) ||
			       ask_into(a, incident, "nature",
				       &(struct question){
					       "6 of 10. What happened, in two or three plain sentences?",
					       "They stand in each letter as you write them: no names, nothing that helps somebody who wants to do harm.",
					       NULL, NULL, NULL},
				       f) ||
			       ask_kinds(a, incident, f) || ask_effects(a, incident, f) ||
			       ask_help(a, incident, f) || ask_genuine(a, incident, f)
		       ? -1
		       : 0;
}

int interview_hold(struct ask *a, json_t **ret, const char **ret_example, struct fault *f)
{
	const char *zone;
	json_t *incident;
	size_t kind;

	ask_say(a->out, 0,
		"Ten questions about what happened. Nothing is made before the last is answered; q or Ctrl-C leaves. All answers can be changed later, in incident.json.");
	if (ask_kind(a, &kind, f))
		return -1;
	incident = example_of(kinds[kind].example, f);
	if (!incident)
		return -1;
	zone = json_string_value(json_object_get(incident, "timezone"));
	(void)setenv("TZ", zone ? zone : "Europe/London", 1);
	tzset();
	if (ask_all(a, incident, f)) {
		json_decref(incident);
		return -1;
	}
	finish(incident, kind);
	*ret = incident;
	*ret_example = kinds[kind].example;
	return 0;
}
