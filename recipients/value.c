/* SPDX-License-Identifier: MIT */
/*
 * The kinds of fields, each with its normal form from the room that knows it. Names have
 * more than one form and are put together from several fields: evidence.c.
 *
 * What can go wrong: a column of the same header means different things in the two files.
 * Then it never agrees, and records stay unmatched; nobody is matched wrongly by it.
 */
#include "recipients/value.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "recipients/date.h"
#include "recipients/fold.h"
#include "recipients/number.h"
#include "recipients/place.h"
#include "recipients/postcode.h"
#include "recipients/rank.h"
#include "recipients/vetting.h"

#define AS_TEXT 0x80000000u /* a value that its kind does not know, compared as text */
#define EPOCH 1000000       /* so that no day is 0 */

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

static struct value date_value(const char *text)
{
	struct date d;

	if (!date_parse(text, &d))
		return (struct value){0, 0};
	return (struct value){(uint32_t)(d.day + EPOCH), (uint32_t)(d.swapped + EPOCH)};
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

struct value value_parse(enum value_kind kind, const char *text, struct dictionary *forms)
{
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
		return date_value(text);
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
