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

struct searcher {
	struct leak_texts *said;     /* the letters, and what they are made of */
	struct leak_texts *contacts; /* the shipped texts, and whom incident.json names */
	struct leak_texts *common;   /* that, and its other words */
	struct lint_report *report;
	const char *whose; /* "a leaked row" */
	struct hit *hits;  /* of words that others may share */
	size_t hits_count;
};

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

/* From the first digit other than 0 to the last digit; NULL: too few. */
static char *bare_digits(const char *value, size_t least)
{
	auto_text_buffer out = {0};

	for (const char *s = value; *s; s++)
		if (*s >= '0' && *s <= '9' && (out.length || *s != '0'))
			text_add_char(&out, *s);
	return out.length < least ? NULL : text_copy(text_string(&out));
}

static void look_short(struct searcher *s, const char *digits, const char *field)
{
	static const char *const before[] = {"pc", "dc", "ps", "ds", "sgt", "constable",
		"sergeant", "number", "no", "collar", "warrant", "pay"};

	for (size_t i = 0; i < sizeof(before) / sizeof(*before); i++) {
		auto_text words = text_format("%s %s", before[i], digits);

		look_text(s, words, false, field);
	}
}

static void look_number(struct searcher *s, const char *value, const char *field)
{
	auto_text digits = bare_digits(value, SHORT_LEAST);
	struct leak_value v;

	leak_value_read(value, &v);
	if (v.digits && v.digits + v.letters >= NUMBER_LEAST) {
		look_word(s, v.joined, field);
		look(s, &v, false, field);
	}
	if (!digits)
		return;
	if (strlen(digits) >= NUMBER_LEAST)
		look_text(s, digits, false, field);
	else if (!v.letters)
		look_short(s, digits, field);
}

static void look_telephone(struct searcher *s, const char *value, const char *field)
{
	auto_text digits = bare_digits(value, 7);
	bool abroad = digits && !strncmp(digits, "44", 2);

	if (!digits)
		return;
	look_text(s, digits, false, field);
	if (abroad) {
		look_text(s, digits + 2, false, field);
	} else {
		auto_text with = text_format("44%s", digits);

		look_text(s, with, false, field);
	}
}

static void look_day(struct searcher *s, const char *value, const char *field)
{
	static const char *const months[] = {"January", "February", "March", "April",
		"May", "June", "July", "August", "September", "October", "November",
		"December"};
	struct date date;

	if (!date_parse(value, &date))
		return;
	for (unsigned way = 0; way < 5; way++) {
		const uint32_t n = date_number(date.day), y = n / 10000, d = n % 100;
		const char *month = months[n / 100 % 100 - 1];
		auto_text words = way == 0 ? text_format("%u %u %u", d, n / 100 % 100, y)
				  : way == 1
					  ? text_format("%u %u %u", y, n / 100 % 100, d)
				  : way == 2 ? text_format("%u %s %u", d, month, y)
				  : way == 3 ? text_format("%s %u %u", month, d, y)
					     : text_format("%u %.3s %u", d, month, y);

		look_text(s, words, false, field);
	}
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

static void look_pair(struct searcher *s, const struct leak_value *given,
	const struct leak_value *last, const char *field)
{
	struct leak_value both = {.count = 2,
		.words = {given->words[0], last->words[0]},
		.capital = {true, true}};

	look(s, &both, true, field);
	both.words[0] = last->words[0];
	both.words[1] = given->words[0];
	look(s, &both, true, field);
}

/* A whole name: in any order of first and last, with what stands between or without. */
static void look_name(struct searcher *s, const char *value, const char *field)
{
	struct leak_value v, first = {0}, last = {0};

	leak_value_read(value, &v);
	if (v.count < 2)
		return;
	memset(v.capital, true, sizeof(v.capital));
	look(s, &v, true, field);
	first.words[0] = v.words[0];
	last.words[0] = v.words[v.count - 1];
	look_pair(s, &first, &last, field);
	last.words[0] = v.words[1];
	if (strchr(value, ',')) /* "Fenwick, Ann Marie" */
		look_pair(s, &first, &last, field);
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

/* Forenames and surname stand in columns of their own. */
static void look_names(struct searcher *s, const struct roster_row *row)
{
	static const char *const given[] = {"forenames", "known_as", "initials"},
				 *const last[] = {"surname", "former_surname"};

	for (size_t i = 0; i < sizeof(given) / sizeof(*given); i++)
		for (size_t k = 0; k < sizeof(last) / sizeof(*last); k++) {
			const char *first = roster_value(row, given[i]),
				   *family = roster_value(row, last[k]);
			auto_text name = NULL;

			if (!first || !family)
				continue;
			name = text_format("%s, %s", family, first);
			look_name(s, name, "name");
		}
}

static void look_rows(struct searcher *s, const struct roster *rows, const char *whose)
{
	const size_t names = roster_names_count(rows);
	const struct kind **of = text_alloc((names + 1) * sizeof(*of));

	s->whose = whose;
	for (size_t i = 0; i < names; i++)
		of[i] = kind_of(roster_name(rows, i));
	for (size_t i = 0; i < rows->count; i++) {
		const char **values = rows->rows[i].values;

		for (size_t k = 0; k < names; k++)
			if (values[k])
				of[k]->look(s, values[k], roster_name(rows, k));
		look_names(s, &rows->rows[i]);
	}
	for (size_t i = 0; i < s->hits_count; i++)
		if (s->hits[i].rows < LEAKAGE_MANY)
			tell(s, &s->hits[i].place, s->hits[i].field, IF_MEANT);
	s->hits_count = 0;
	free(of);
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
	int (*load)(struct ledger *l, struct roster *ret, struct fault *f),
	const char *whose, struct fault *f)
{
	auto_roster rows = {0};

	if (load(l, &rows, f))
		return -1;
	look_rows(s, &rows, whose);
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
	return look_list(&s, l, roster_load_records, "a leaked row", f) ||
			       look_list(&s, l, roster_load_entries, "the staff list", f)
		       ? -1
		       : 0;
}
