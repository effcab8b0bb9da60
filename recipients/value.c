/* SPDX-License-Identifier: MIT */
/*
 * The kinds of fields, each with its normal form from the room that knows it. Names have
 * more than one form and are put together from several fields: evidence.c.
 *
 * What can go wrong: a column of the same header means different things in the two files.
 * Then it never agrees, and records stay unmatched; nobody is matched wrongly by it.
 */
#include "recipients/value.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "recipients/date.h"
#include "recipients/fold.h"
#include "recipients/likeness.h"
#include "recipients/number.h"
#include "recipients/place.h"
#include "recipients/postcode.h"
#include "recipients/rank.h"
#include "recipients/vetting.h"

#define AS_TEXT 0x80000000u /* a value that its kind does not know, compared as text */

static const struct {
	const char *field;
	enum value_kind kind;
	bool strong;
} kinds[] = {
	{"person_id", VALUE_NUMBER, true},
	{"pay_number", VALUE_NUMBER, true},
	{"warrant_number", VALUE_NUMBER, true},
	{"service_number", VALUE_NUMBER, true},
	{"email", VALUE_EMAIL, true},
	{"collar_number", VALUE_NUMBER, false},
	{"name", VALUE_NAME, false},
	{"surname", VALUE_NAME, false},
	{"forenames", VALUE_NAME, false},
	{"middle_names", VALUE_NAME, false},
	{"initials", VALUE_NAME, false},
	{"known_as", VALUE_NAME, false},
	{"former_surname", VALUE_NAME, false},
	{"rank", VALUE_RANK, false},
	{"vetting", VALUE_VETTING, false},
	{"unit", VALUE_PLACE, false},
	{"location", VALUE_PLACE, false},
	{"address", VALUE_PLACE, false},
	{"date_of_birth", VALUE_DATE, false},
	{"postcode", VALUE_POSTCODE, false},
	{"salary", VALUE_MONEY, false},
	{"allowances", VALUE_MONEY, false},
	{"gender", VALUE_GENDER, false},
	{"email_personal", VALUE_EMAIL, false},
	{"phone", VALUE_NUMBER, false},
	/* Of the row, of its handling, or free text. */
	{"row_id", VALUE_SKIPPED, false},
	{"case_ref", VALUE_SKIPPED, false},
	{"part", VALUE_SKIPPED, false},
	{"title", VALUE_SKIPPED, false},
	{"status", VALUE_SKIPPED, false},
	{"contact", VALUE_SKIPPED, false},
	{"line_manager", VALUE_SKIPPED, false},
	{"guardian", VALUE_SKIPPED, false},
	{"needs", VALUE_SKIPPED, false},
	{"language", VALUE_SKIPPED, false},
	{"flags", VALUE_SKIPPED, false},
	{"offence", VALUE_SKIPPED, false},
	{"controller", VALUE_SKIPPED, false},
	{"text", VALUE_SKIPPED, false},
	{"cluster", VALUE_SKIPPED, false}, /* what another program says of the row */
};

enum value_kind value_kind_of(const char *field, bool *ret_strong)
{
	*ret_strong = false;
	if (field[0] == '#')
		return VALUE_SKIPPED; /* the program's own */
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (!strcmp(kinds[i].field, field)) {
			*ret_strong = kinds[i].strong;
			return kinds[i].kind;
		}
	return VALUE_TEXT;
}

static uint32_t string_add(const char *string, struct dictionary *forms)
{
	return *string ? dictionary_add(forms, string) : 0;
}

static struct value text_parse(const char *text, struct dictionary *forms)
{
	char folded[FOLD_ROOM];

	fold_words(text, folded, sizeof(folded));
	return (struct value){string_add(folded, forms), 0};
}

static struct value number_value(const char *text, struct dictionary *forms)
{
	struct number n;

	if (!number_parse(text, &n))
		return (struct value){0, 0};
	return (struct value){string_add(n.digits, forms), string_add(n.prefix, forms)};
}

static struct value email_value(const char *text, struct dictionary *forms)
{
	char folded[FOLD_ROOM], *at = folded, *end;

	fold_letters(text, folded, sizeof(folded));
	if (strchr(folded, '<'))
		at = strchr(folded, '<') + 1;
	if (!strncasecmp(at, "mailto:", 7))
		at += 7;
	end = at + strcspn(at, "> ");
	*end = '\0';
	for (char *p = at; *p; p++)
		*p = *p >= 'A' && *p <= 'Z' ? (char)(*p + 32) : *p;
	return (struct value){strchr(at, '@') ? string_add(at, forms) : 0, 0};
}

static struct value rank_value(const char *text, struct dictionary *forms)
{
	struct rank_set set = rank_parse(text);
	struct value v = {set.first, set.second};

	if (!v.main) {
		v = text_parse(text, forms);
		v.main |= v.main ? AS_TEXT : 0;
	}
	return v;
}

static struct value vetting_value(const char *text, struct dictionary *forms)
{
	struct value v = {vetting_parse(text), 0};

	if (!v.main) {
		v = text_parse(text, forms);
		v.main |= v.main ? AS_TEXT : 0;
	}
	return v;
}

/* Dates as yyyymmdd. What is none, "31/04/1986" or "1988-03-3", is kept as text: one
 * letter of it may be wrong. Without a digit ("unknown") it says nothing. */
static struct value date_value(const char *text, struct dictionary *forms)
{
	struct value v;
	struct date d;

	if (date_parse(text, &d))
		return (struct value){date_number(d.day),
			d.swapped == d.day ? 0 : date_number(d.swapped)};
	if (!strpbrk(text, "0123456789"))
		return (struct value){0, 0};
	v = text_parse(text, forms);
	v.main |= v.main ? AS_TEXT : 0;
	return v;
}

static struct value postcode_value(const char *text, struct dictionary *forms)
{
	struct postcode p;

	if (!postcode_parse(text, &p))
		return text_parse(text, forms);
	return (struct value){string_add(p.outward, forms), string_add(p.inward, forms)};
}

/* "£40,000", "32,848.00", "40k": whole pounds and one, so that nothing is not no answer.
 */
static struct value money_value(const char *text)
{
	char plain[FOLD_ROOM], *out = plain, *end;
	unsigned long long amount;

	for (const char *p = text; *p && *p != '.' && out < plain + sizeof(plain) - 1;
		p++)
		if ((*p >= '0' && *p <= '9') || *p == 'k' || *p == 'K')
			*out++ = *p;
	*out = '\0';
	amount = strtoull(plain, &end, 10);
	if (end == plain || amount > AS_TEXT / 1000)
		return (struct value){0, 0};
	if (*end)
		amount *= 1000;
	return (struct value){(uint32_t)amount + 1, 0};
}

static struct value gender_value(const char *text, struct dictionary *forms)
{
	static const char *const full[] = {"male", "female", "man", "woman", "m", "f"};
	static const char letters[] = "mfmfmf";
	char folded[FOLD_ROOM], letter[2] = "";

	fold_words(text, folded, sizeof(folded));
	for (size_t i = 0; i < sizeof(full) / sizeof(*full); i++)
		if (!strcmp(full[i], folded))
			letter[0] = letters[i];
	return (struct value){string_add(*letter ? letter : folded, forms), 0};
}

static struct value place_value(const char *text, struct dictionary *forms)
{
	char place[FOLD_ROOM];

	place_write(text, place, sizeof(place));
	return (struct value){string_add(place, forms), 0};
}

/* What forms say where nobody knew, in folded words; also of a name ("n k" may be
 * initials), and of vetting ("none" is something to know of it). */
static const struct {
	const char *words;
	bool name, vetting;
} unknowns[] = {{"unknown", true, true}, {"not known", true, true},
	{"not recorded", true, true}, {"not stated", true, true},
	{"not given", true, true}, {"not provided", true, true},
	{"not available", true, true}, {"not applicable", true, true},
	{"to be confirmed", true, true}, {"n k", false, true}, {"nk", false, true},
	{"n a", false, true}, {"na", false, true}, {"null", false, true},
	{"tbc", false, true}, {"tba", false, true}, {"none", false, false},
	{"nil", false, false}};

bool value_is_missing(enum value_kind kind, const char *text)
{
	char folded[FOLD_ROOM];

	/* Most values are seen to be none of these by their first letter. */
	if (((text[0] | 32) >= 'a' && (text[0] | 32) <= 'z' &&
		    !strchr("UuNnTt", text[0])) ||
		(text[0] >= '0' && text[0] <= '9'))
		return false;
	fold_words(text, folded, sizeof(folded));
	for (size_t i = 0; i < sizeof(unknowns) / sizeof(*unknowns); i++)
		if ((unknowns[i].name || kind != VALUE_NAME) &&
			(unknowns[i].vetting || kind != VALUE_VETTING) &&
			!strcmp(unknowns[i].words, folded))
			return true;
	return !*folded;
}

struct value value_parse(enum value_kind kind, const char *text, struct dictionary *forms)
{
	if (value_is_missing(kind, text))
		return (struct value){0, 0};
	switch (kind) {
	case VALUE_SKIPPED:
	case VALUE_NAME:
		break;
	case VALUE_NUMBER:
		return number_value(text, forms);
	case VALUE_EMAIL:
		return email_value(text, forms);
	case VALUE_RANK:
		return rank_value(text, forms);
	case VALUE_VETTING:
		return vetting_value(text, forms);
	case VALUE_DATE:
		return date_value(text, forms);
	case VALUE_POSTCODE:
		return postcode_value(text, forms);
	case VALUE_PLACE:
		return place_value(text, forms);
	case VALUE_MONEY:
		return money_value(text);
	case VALUE_GENDER:
		return gender_value(text, forms);
	case VALUE_TEXT:
		return text_parse(text, forms);
	}
	return (struct value){0, 0};
}

bool value_equal(enum value_kind kind, struct value a, struct value b)
{
	switch (kind) {
	case VALUE_NUMBER:
	case VALUE_POSTCODE:
		return a.main == b.main && (!a.other || !b.other || a.other == b.other);
	case VALUE_RANK:
		if ((a.main | b.main) & AS_TEXT)
			return a.main == b.main;
		return rank_equal((struct rank_set){a.main, a.other},
			(struct rank_set){b.main, b.other});
	case VALUE_VETTING:
		if ((a.main | b.main) & AS_TEXT)
			return a.main == b.main;
		return vetting_equal(a.main, b.main);
	case VALUE_SKIPPED:
	case VALUE_NAME:
	case VALUE_EMAIL:
	case VALUE_DATE:
	case VALUE_PLACE:
	case VALUE_MONEY:
	case VALUE_GENDER:
	case VALUE_TEXT:
		break;
	}
	return a.main == b.main;
}

/* --- levels --- */

static const char *string_of(uint32_t number, const struct dictionary *forms)
{
	number &= ~AS_TEXT;
	return number ? dictionary_string(forms, number) : "";
}

/* Text that is no date, its year in front, without blanks. */
static void spelt_text(const char *text, char out[VALUE_ROOM])
{
	char folded[FOLD_ROOM];
	const char *words[4];
	size_t count;

	(void)snprintf(folded, sizeof(folded), "%s", text);
	count = fold_split(folded, words, 4);
	if (count == 3 && strlen(words[2]) == 4)
		(void)snprintf(
			out, VALUE_ROOM, "%.4s%.4s%.4s", words[2], words[1], words[0]);
	else
		(void)snprintf(out, VALUE_ROOM, "%.4s%.4s%.4s", count ? words[0] : "",
			count > 1 ? words[1] : "", count > 2 ? words[2] : "");
}

static bool date_text(
	struct value v, const struct dictionary *forms, unsigned n, char out[VALUE_ROOM])
{
	bool first = v.other && v.other < v.main;

	if (v.main & AS_TEXT && n == 0)
		spelt_text(string_of(v.main, forms), out);
	else if (v.main & AS_TEXT)
		out[0] = '\0';
	else if (n == 0)
		(void)snprintf(out, VALUE_ROOM, "%08u", v.main);
	else if (n == 1) /* the same for both readings */
		(void)snprintf(out, VALUE_ROOM, "d%08u", first ? v.other : v.main);
	else if (n == 2)
		(void)snprintf(out, VALUE_ROOM, "m%04u", v.main % 10000);
	else
		(void)snprintf(out, VALUE_ROOM, "y%04u", v.main / 10000);
	return n < 4;
}

/* The n-th word, from 1. */
static bool word_text(const char *text, unsigned n, char out[VALUE_ROOM])
{
	for (; n > 1 && *text; n--) {
		text += strcspn(text, " ");
		text += *text == ' ';
	}
	(void)snprintf(out, VALUE_ROOM, "%.*s", (int)strcspn(text, " "), text);
	return *text != '\0';
}

/* Amounts that are within 4 % share a step of 5 %, or have neighbouring ones; those that are
 * rounded alike share a thousand, or have neighbouring ones. */
static bool money_text(uint32_t amount, unsigned n, char out[VALUE_ROOM])
{
	unsigned step = (unsigned)(log1p((double)amount) / 0.05);

	if (n == 1 || n == 2)
		(void)snprintf(out, VALUE_ROOM, "%u%%", step + n);
	else if (n == 3 || n == 4)
		(void)snprintf(out, VALUE_ROOM, "%uk", amount / 1000 + n);
	return n < 5;
}

bool value_text(enum value_kind kind, struct value v, const struct dictionary *forms,
	unsigned n, char out[VALUE_ROOM])
{
	out[0] = '\0';
	switch (kind) {
	case VALUE_DATE:
		return date_text(v, forms, n, out);
	case VALUE_POSTCODE:
		(void)snprintf(out, VALUE_ROOM, "%s%s", string_of(v.main, forms),
			n ? "" : string_of(v.other, forms));
		return n < 2;
	case VALUE_PLACE:
	case VALUE_TEXT:
		if (n)
			return word_text(string_of(v.main, forms), n, out);
		(void)snprintf(out, VALUE_ROOM, "%.*s", VALUE_ROOM - 1,
			string_of(v.main, forms));
		return true;
	case VALUE_NUMBER:
	case VALUE_EMAIL:
		(void)snprintf(out, VALUE_ROOM, "%.*s", VALUE_ROOM - 1,
			string_of(v.main, forms));
		return n < 1;
	case VALUE_MONEY:
		return money_text(v.main - 1, n, out);
	case VALUE_SKIPPED:
	case VALUE_NAME:
	case VALUE_RANK:
	case VALUE_VETTING:
	case VALUE_GENDER:
		break;
	}
	return false;
}

/* A text that is no date, beside a date in the ways in which dates are written. */
static enum value_level dates_spelt(
	struct value a, struct value b, const struct dictionary *forms)
{
	struct value text = a.main & AS_TEXT ? a : b, date = a.main & AS_TEXT ? b : a;
	char forward[32], backward[32];

	if (date.main & AS_TEXT)
		return VALUE_OTHER;
	(void)snprintf(forward, sizeof(forward), "%04u %02u %02u", date.main / 10000,
		date.main / 100 % 100, date.main % 100);
	(void)snprintf(backward, sizeof(backward), "%02u %02u %04u", date.main % 100,
		date.main / 100 % 100, date.main / 10000);
	return likeness_errors(string_of(text.main, forms), forward, 1) <= 1 ||
			       likeness_errors(
				       string_of(text.main, forms), backward, 1) <= 1
		       ? VALUE_NEAR
		       : VALUE_OTHER;
}

/* Digits in which two numbers of eight differ, a swap of neighbours counting once. */
static unsigned digits_wrong(uint32_t a, uint32_t b)
{
	unsigned wrong = 0;

	for (; a != b; a /= 10, b /= 10) {
		if (a % 10 == b % 10)
			continue;
		wrong++;
		if (a / 10 % 10 == b % 10 && b / 10 % 10 == a % 10) {
			a /= 10;
			b /= 10;
		}
	}
	return wrong;
}

static enum value_level dates_compare(
	struct value a, struct value b, const struct dictionary *forms)
{
	if ((a.main | b.main) & AS_TEXT)
		return dates_spelt(a, b, forms);
	if (a.other == b.main || digits_wrong(a.main, b.main) == 1)
		return VALUE_NEAR;
	if (a.main % 10000 == b.main % 10000)
		return VALUE_CLOSE;
	return a.main / 10000 == b.main / 10000 &&
			       (a.main % 10000 == 101 || b.main % 10000 == 101)
		       ? VALUE_PART
		       : VALUE_OTHER;
}

static enum value_level ranks_compare(struct value a, struct value b)
{
	int step;

	if ((a.main | b.main) & AS_TEXT)
		return VALUE_OTHER;
	if (rank_steps(a.main, b.main, &step))
		return step == 1 ? VALUE_NEAR : step == 0 ? VALUE_CLOSE : VALUE_OTHER;
	return VALUE_OTHER;
}

#define ROUNDED_MOST 500 /* what rounding to a thousand changes */

uint32_t value_reach(uint32_t amount)
{
	uint32_t share = amount / 24 + 1; /* 4 % of the larger */

	return share > ROUNDED_MOST ? share : ROUNDED_MOST;
}

static enum value_level money_compare(struct value a, struct value b)
{
	uint32_t x = a.main - 1, y = b.main - 1, more = x > y ? x : y,
		 less = x > y ? y : x;
	uint32_t unit = x % 1000 == 0 || y % 1000 == 0 ? 1000
			: x % 100 == 0 || y % 100 == 0 ? 100
						       : 0;

	if (unit && more - less <= unit / 2)
		return VALUE_NEAR;
	return more - less <= more / 25 ? VALUE_CLOSE : VALUE_OTHER;
}

static enum value_level postcodes_compare(
	struct value a, struct value b, const struct dictionary *forms)
{
	char left[VALUE_ROOM], right[VALUE_ROOM];

	value_text(VALUE_POSTCODE, a, forms, 0, left);
	value_text(VALUE_POSTCODE, b, forms, 0, right);
	if (likeness_errors(left, right, 1) <= 1)
		return VALUE_NEAR;
	return a.main == b.main ? VALUE_CLOSE : VALUE_OTHER;
}

/* How many words of `a` are among those of `b`, and how many it has. */
static size_t words_shared(const char *a, const char *b, size_t *ret_words)
{
	size_t shared = 0;

	*ret_words = 0;
	while (*a) {
		size_t length = strcspn(a, " ");

		for (const char *p = b; *p; p += strcspn(p, " "), p += *p == ' ')
			if (strcspn(p, " ") == length && !strncmp(a, p, length)) {
				shared++;
				break;
			}
		++*ret_words;
		a += length;
		a += *a == ' ';
	}
	return shared;
}

static enum value_level texts_compare(const char *a, const char *b)
{
	size_t shorter = strlen(a) < strlen(b) ? strlen(a) : strlen(b), left, right,
	       shared;

	if (likeness_errors(a, b, 2) <= (shorter > 8 ? 2u : shorter > 3 ? 1u : 0u))
		return VALUE_NEAR;
	shared = words_shared(a, b, &left);
	(void)words_shared(b, a, &right);
	if (shared && (shared == left || shared == right))
		return VALUE_CLOSE;
	if (shorter > 2 && (!strncmp(a, b, shorter)))
		return VALUE_CLOSE;
	return shared ? VALUE_PART : VALUE_OTHER;
}

enum value_level value_compare(enum value_kind kind, struct value a, struct value b,
	const struct dictionary *forms)
{
	if (value_equal(kind, a, b))
		return VALUE_EQUAL;
	switch (kind) {
	case VALUE_NUMBER:
	case VALUE_EMAIL:
		return likeness_errors(
			       string_of(a.main, forms), string_of(b.main, forms), 1) <= 1
			       ? VALUE_NEAR
			       : VALUE_OTHER;
	case VALUE_RANK:
		return ranks_compare(a, b);
	case VALUE_DATE:
		return dates_compare(a, b, forms);
	case VALUE_POSTCODE:
		return postcodes_compare(a, b, forms);
	case VALUE_PLACE:
	case VALUE_TEXT:
		return texts_compare(string_of(a.main, forms), string_of(b.main, forms));
	case VALUE_MONEY:
		return money_compare(a, b);
	case VALUE_SKIPPED:
	case VALUE_NAME:
	case VALUE_VETTING:
	case VALUE_GENDER:
		break;
	}
	return VALUE_OTHER;
}
