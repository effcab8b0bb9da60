/* SPDX-License-Identifier: MIT */
/*
 * Which values are looked for, and in which forms. Where they stand is
 * templates/leak.c's, what the letters are proofread.c's, who is stopped by a finding
 * approve's.
 *
 * What can go wrong: a text that says by chance what a row says. It is said in
 * incident.json then, if it is meant.
 */
#include "mailer/leakage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mailer/proofread.h"
#include "recipients/date.h"
#include "recipients/roster.h"
#include "templates/leak.h"

struct searcher;

/* The words that days are written in. */
struct calendar {
	uint64_t numbers[32], months[12], short_months[12];
};

/* A column of the rows, and how its values are looked for. */
struct column {
	char *name;
	void (*look)(struct searcher *s, const char *value, const char *field);
	size_t part; /* of a name */
};

struct searcher {
	struct leak_texts *said;     /* the letters, and what they are made of */
	struct leak_texts *contacts; /* the shipped texts, and whom incident.json names */
	struct leak_texts *common;   /* that, and its other words */
	struct lint_report *report;
	const char *whose; /* "a leaked row" */
	struct column *columns;
	size_t columns_count;
	struct hit *hits; /* of words that others may share */
	size_t hits_count;
	struct calendar calendar;
};

/* A value that a letter says, and how many rows have it. */
struct hit {
	uint64_t words;
	const char *field;
	struct leak_place place;
	size_t rows;
};

static void searcher_done(struct searcher *s)
{
	leak_texts_free(s->said);
	leak_texts_free(s->contacts);
	leak_texts_free(s->common);
	for (size_t i = 0; i < s->columns_count; i++)
		free(s->columns[i].name);
	free(s->columns);
	free(s->hits);
}
#define auto_searcher __attribute__((cleanup(searcher_done))) struct searcher

/* --- findings --- */

/* What somebody may have meant to name. */
#define IF_MEANT ": if it is meant, say it in incident.json, too"

static void tell(struct searcher *s, const struct leak_place *at, const char *field,
	const char *hint)
{
	const char *path = at->where ? at->where : "";
	auto_text what = text_format("%s%swhat %s says (%s)%s", path, *path ? ": " : "",
		s->whose, field, hint);

	lint_add(s->report, at->file, at->line, "leak", what);
}

/* A row of words that is nobody else's business. */
static void look(
	struct searcher *s, const struct leak_value *v, bool capital, const char *field)
{
	struct leak_place at, allowed;

	if (leak_texts_find(s->said, v, capital, &at) &&
		!leak_texts_find(s->contacts, v, false, &allowed))
		tell(s, &at, field, "");
}

static void look_word(struct searcher *s, uint64_t word, const char *field)
{
	struct leak_place at, allowed;

	if (leak_texts_find_word(s->said, word, false, &at) &&
		!leak_texts_find_word(s->contacts, word, false, &allowed))
		tell(s, &at, field, "");
}

static void look_text(
	struct searcher *s, const char *words, bool capital, const char *field)
{
	struct leak_value v;

	leak_value_read(words, &v);
	if (v.count == 1)
		look_word(s, v.words[0], field);
	else
		look(s, &v, capital, field);
}

/* --- kinds of values --- */

#define NUMBER_LEAST 5 /* digits that are a number wherever they stand */
#define SHORT_LEAST 3  /* behind a word that says what it is */
#define TELEPHONE_LEAST 7
#define NUMBER_MOST 64

/* From the first digit other than 0 to the last digit, of very many the first ones: how
 * many. */
static size_t bare_digits(const char *value, char ret[NUMBER_MOST + 1])
{
	size_t count = 0;

	for (const char *s = value; *s && count < NUMBER_MOST; s++)
		if (*s >= '0' && *s <= '9' && (count || *s != '0'))
			ret[count++] = *s;
	ret[count] = '\0';
	return count;
}

static uint64_t word_of(const char *word)
{
	struct leak_value v;

	leak_value_read(word, &v);
	return v.words[0];
}

static void look_short(struct searcher *s, const char *digits, const char *field)
{
	static const char *const before[] = {"pc", "dc", "ps", "ds", "sgt", "constable",
		"sergeant", "number", "no", "collar", "warrant", "pay"};
	struct leak_value v = {.count = 2, .words[1] = word_of(digits)};

	for (size_t i = 0; i < sizeof(before) / sizeof(*before); i++) {
		v.words[0] = word_of(before[i]);
		look(s, &v, false, field);
	}
}

static void look_number(struct searcher *s, const char *value, const char *field)
{
	char digits[NUMBER_MOST + 1];
	size_t count = bare_digits(value, digits);
	struct leak_value v;

	leak_value_read(value, &v);
	if (v.digits && v.digits + v.letters >= NUMBER_LEAST) {
		look_word(s, v.joined, field);
		look(s, &v, false, field);
	}
	if (count >= NUMBER_LEAST)
		look_text(s, digits, false, field);
	else if (count >= SHORT_LEAST && !v.letters)
		look_short(s, digits, field);
}

static void look_telephone(struct searcher *s, const char *value, const char *field)
{
	char digits[NUMBER_MOST + 1];
	bool abroad;

	if (bare_digits(value, digits) < TELEPHONE_LEAST)
		return;
	abroad = !strncmp(digits, "44", 2);
	look_text(s, digits, false, field);
	if (abroad) {
		look_text(s, digits + 2, false, field);
	} else {
		auto_text with = text_format("44%s", digits);

		look_text(s, with, false, field);
	}
}

static void calendar_init(struct calendar *c)
{
	static const char *const months[] = {"January", "February", "March", "April",
		"May", "June", "July", "August", "September", "October", "November",
		"December"};
	char word[12];

	for (unsigned i = 0; i < 32; i++) {
		(void)snprintf(word, sizeof(word), "%u", i);
		c->numbers[i] = word_of(word);
	}
	for (size_t i = 0; i < 12; i++) {
		c->months[i] = word_of(months[i]);
		(void)snprintf(word, sizeof(word), "%.3s", months[i]);
		c->short_months[i] = word_of(word);
	}
}

static void look_three(
	struct searcher *s, uint64_t a, uint64_t b, uint64_t c, const char *field)
{
	const struct leak_value v = {.count = 3, .words = {a, b, c}};

	look(s, &v, false, field);
}

static void look_day(struct searcher *s, const char *value, const char *field)
{
	const struct calendar *c = &s->calendar;
	struct date date;
	char word[12];
	uint64_t day, number, month, year;

	if (!date_parse(value, &date))
		return;
	number = date_number(date.day);
	(void)snprintf(word, sizeof(word), "%u", (unsigned)(number / 10000));
	year = word_of(word);
	month = number / 100 % 100;
	day = c->numbers[number % 100];
	number = c->numbers[month];
	look_three(s, day, number, year, field);
	look_three(s, year, number, day, field);
	look_three(s, day, c->months[month - 1], year, field);
	look_three(s, c->months[month - 1], day, year, field);
	look_three(s, day, c->short_months[month - 1], year, field);
}

static void look_mail(struct searcher *s, const char *value, const char *field)
{
	const char *at = strchr(value, '@');

	if (at && at > value && strchr(at, '.')) /* "a@" stands in every text */
		look_text(s, value, false, field);
}

static void look_postcode(struct searcher *s, const char *value, const char *field)
{
	struct leak_value v;

	leak_value_read(value, &v);
	if (v.digits < 2 || v.digits + v.letters < 5)
		return; /* its outward half is a district */
	look_word(s, v.joined, field);
	look(s, &v, false, field);
}

/* "14 Mill Lane, Northwick": all of it, and its first line. */
static void look_address(struct searcher *s, const char *value, const char *field)
{
	auto_text line = text_copy(value);
	struct leak_value v;

	line[strcspn(line, ",\n")] = '\0';
	leak_value_read(line, &v);
	if (v.count >= 3 && v.digits)
		look(s, &v, false, field);
	leak_value_read(value, &v);
	if (v.count >= 3)
		look(s, &v, false, field);
}

static void look_pair(
	struct searcher *s, uint64_t given, uint64_t last, const char *field)
{
	struct leak_value both = {
		.count = 2, .words = {given, last}, .capital = {true, true}};

	look(s, &both, true, field);
	both.words[0] = last;
	both.words[1] = given;
	look(s, &both, true, field);
}

/* A whole name: in any order of first and last, with what stands between or without.
 * `turned`: "Fenwick, Ann Marie". */
static void look_whole_name(
	struct searcher *s, struct leak_value *v, bool turned, const char *field)
{
	if (v->count < 2)
		return;
	memset(v->capital, true, sizeof(v->capital));
	if (v->count > 2)
		look(s, v, true, field);
	look_pair(s, v->words[0], v->words[v->count - 1], field);
	if (v->count > 2 && turned)
		look_pair(s, v->words[0], v->words[1], field);
}

static void look_name(struct searcher *s, const char *value, const char *field)
{
	struct leak_value v;

	leak_value_read(value, &v);
	look_whole_name(s, &v, strchr(value, ',') != NULL, field);
}

/* Words that a letter says, and neither incident.json nor a shipped text. `proper`: one
 * word alone counts if it is written as a name. */
static bool is_said(struct searcher *s, const struct leak_value *v, bool proper,
	struct leak_place *ret)
{
	struct leak_place allowed;

	if (v->count > 1)
		return leak_texts_find(s->said, v, true, ret) &&
		       !leak_texts_find(s->common, v, false, &allowed);
	return leak_texts_find_word(s->said, v->words[0], proper, ret) &&
	       !leak_texts_find_word(s->common, v->words[0], false, &allowed);
}

/* "SO15": no sentence has such a word of its own. */
static bool is_odd(const struct leak_value *v)
{
	return v->digits && v->letters;
}

/* Words that a text may have of itself. Whether others share them is seen at the end. */
static void look_words(struct searcher *s, const char *value, const char *field)
{
	struct leak_place at;
	struct leak_value v;

	leak_value_read(value, &v);
	if (v.digits + v.letters < 4 || (v.count == 1 && !is_odd(&v)) ||
		!is_said(s, &v, false, &at))
		return;
	for (size_t i = 0; i < s->hits_count; i++)
		if (s->hits[i].words == v.joined && s->hits[i].field == field) {
			s->hits[i].rows++;
			return;
		}
	if ((s->hits_count & (s->hits_count - 1)) == 0)
		s->hits =
			text_realloc(s->hits, (s->hits_count * 2 + 1) * sizeof(*s->hits));
	s->hits[s->hits_count++] = (struct hit){v.joined, field, at, 1};
}

/* The name of where somebody works. */
static void look_place(struct searcher *s, const char *value, const char *field)
{
	struct leak_place at;
	struct leak_value v;

	leak_value_read(value, &v);
	if (v.digits + v.letters >= 4 && is_said(s, &v, !is_odd(&v), &at))
		tell(s, &at, field, IF_MEANT);
}

static void look_nowhere(struct searcher *s, const char *value, const char *field)
{
	(void)s;
	(void)value;
	(void)field;
}

static const struct kind {
	const char *field;
	void (*look)(struct searcher *s, const char *value, const char *field);
} kinds[] = {
	{"person_id", look_number},
	{"pay_number", look_number},
	{"warrant_number", look_number},
	{"collar_number", look_number},
	{"service_number", look_number},
	{"case_ref", look_number},
	{"email", look_mail},
	{"email_personal", look_mail},
	{"phone", look_telephone},
	{"date_of_birth", look_day},
	{"postcode", look_postcode},
	{"address", look_address},
	{"name", look_name},
	{"line_manager", look_name},
	{"guardian", look_name},
	{"unit", look_place},
	{"location", look_place},
	/* closed lists of words, and numbers that nobody is known by */
	{"row_id", look_nowhere},
	{"part", look_nowhere},
	{"title", look_nowhere},
	{"surname", look_nowhere}, /* with the forenames: look_names */
	{"forenames", look_nowhere},
	{"known_as", look_nowhere},
	{"former_surname", look_nowhere},
	{"middle_names", look_nowhere},
	{"initials", look_nowhere},
	{"rank", look_nowhere},
	{"employment", look_nowhere},
	{"status", look_nowhere},
	{"vetting", look_nowhere},
	{"gender", look_nowhere},
	{"salary", look_nowhere}, /* an amount of money is a lure in any text */
	{"allowances", look_nowhere},
	{"language", look_nowhere},
	{"controller", look_nowhere},
};

/* --- rows --- */

static const struct kind *kind_of(const char *field)
{
	static const struct kind other = {NULL, look_words};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (!strcmp(kinds[i].field, field))
			return &kinds[i];
	return &other;
}

/* Parts of a name, in columns of their own. */
#define GIVEN 3
#define PARTS 5
static const char *const name_parts[PARTS] = {
	"forenames", "known_as", "initials", "surname", "former_surname"};

static size_t part_of_name(const char *field)
{
	size_t i = 0;

	while (i < PARTS && strcmp(name_parts[i], field) != 0)
		i++;
	return i;
}

/* "Fenwick", "Ann Marie": one name. */
static void look_parts(
	struct searcher *s, const struct leak_value *last, const struct leak_value *given)
{
	struct leak_value whole = *last;

	for (size_t i = 0; i < given->count && whole.count < LEAK_VALUE_MAX; i++)
		whole.words[whole.count++] = given->words[i];
	look_whole_name(s, &whole, true, "name");
}

static void look_names(struct searcher *s, const char *const parts[PARTS])
{
	struct leak_value read[PARTS];

	for (size_t i = 0; i < PARTS; i++)
		leak_value_read(parts[i] ? parts[i] : "", &read[i]);
	for (size_t i = 0; i < GIVEN; i++)
		for (size_t k = GIVEN; k < PARTS; k++)
			if (parts[i] && parts[k])
				look_parts(s, &read[k], &read[i]);
}

/* The place of a column; rows of a file are alike, so that it is mostly the next one. */
static size_t column_of(struct searcher *s, size_t next, const char *name)
{
	size_t i = 0;

	if (next < s->columns_count && !strcmp(s->columns[next].name, name))
		return next;
	while (i < s->columns_count && strcmp(s->columns[i].name, name) != 0)
		i++;
	if (i < s->columns_count)
		return i;
	if ((i & (i - 1)) == 0)
		s->columns = text_realloc(s->columns, (i * 2 + 1) * sizeof(*s->columns));
	s->columns[s->columns_count++] =
		(struct column){text_copy(name), kind_of(name)->look, part_of_name(name)};
	return i;
}

static void look_row(void *user, const struct roster_row *row)
{
	struct searcher *s = user;
	const char *name = NULL, *value, *parts[PARTS + 1] = {NULL};
	size_t next = 0;

	while (row_packed_next(row->packed, row->length, &name, &value)) {
		size_t i = column_of(s, next, name);
		const struct column *c = &s->columns[i];

		c->look(s, value, c->name);
		if (!parts[c->part])
			parts[c->part] = value;
		next = i + 1;
	}
	look_names(s, parts);
}

/* --- what is said --- */

static void add_values(struct leak_texts *t, const char *path, json_t *value)
{
	json_t *item;
	const char *key;
	size_t i;

	if (json_is_string(value))
		leak_texts_add(t, "incident.json", path, json_string_value(value), false);
	json_array_foreach(value, i, item) add_values(t, path, item);
	json_object_foreach(value, key, item)
	{
		auto_text below = text_format("%s%s%s", path, *path ? "." : "", key);

		add_values(t, below, item);
	}
}

static void add_common(struct searcher *s, json_t *incident)
{
	static const char *const contacts[] = {
		"controller", "help", "verify", "relay", "closed_channels", "mailbox"};

	for (size_t i = 0; i < sizeof(contacts) / sizeof(*contacts); i++)
		add_values(
			s->contacts, contacts[i], json_object_get(incident, contacts[i]));
	add_values(s->common, "", incident);
	for (size_t i = 0; texts_name(i); i++) {
		const char *text = texts_shipped(texts_name(i));

		if (!strncmp(texts_name(i), "example/", 8))
			continue;
		leak_texts_add(s->contacts, texts_name(i), NULL, text, true);
		leak_texts_add(s->common, texts_name(i), NULL, text, true);
	}
	leak_texts_add(s->contacts, "", NULL, "Constable " PROOFREAD_READER, false);
	leak_texts_add(s->common, "", NULL, PROOFREAD_READER, false);
}

static int look_list(struct searcher *s, struct ledger *l,
	int (*visit)(struct ledger *l,
		void (*row)(void *user, const struct roster_row *row), void *user,
		struct fault *f),
	const char *whose, struct fault *f)
{
	s->whose = whose;
	if (visit(l, look_row, s, f))
		return -1;
	for (size_t i = 0; i < s->hits_count; i++)
		if (s->hits[i].rows < LEAKAGE_MANY)
			tell(s, &s->hits[i].place, s->hits[i].field, IF_MEANT);
	s->hits_count = 0;
	return 0;
}

int leakage_run(struct ledger *l, const struct settings *settings,
	const struct policy *policy, struct texts *texts, struct lint_report *r,
	struct fault *f)
{
	auto_searcher s = {.said = leak_texts_new(),
		.contacts = leak_texts_new(),
		.common = leak_texts_new(),
		.report = r};

	if (proofread_run(settings, policy, texts, r, s.said, f))
		return -1;
	add_common(&s, settings->json);
	calendar_init(&s.calendar);
	return look_list(&s, l, roster_visit_records, "a leaked row", f) ||
			       look_list(&s, l, roster_visit_entries, "the staff list", f)
		       ? -1
		       : 0;
}
