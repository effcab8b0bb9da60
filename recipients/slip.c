/* SPDX-License-Identifier: MIT */
/*
 * Typing errors. Who needs them is damage.c.
 */
#include "recipients/slip.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "recipients/name.h"
#include "recipients/numbering.h"

#define DATE_MOST 99991231 /* a text that is no date is above it */

static uint64_t dice_throw(struct dice *d)
{
	return numbering_mix(numbering_mix(d->seed, 0x5eed), ++d->turn);
}

double dice_share(struct dice *d)
{
	return (double)(dice_throw(d) >> 11) * 0x1p-53;
}

uint32_t dice_pick(struct dice *d, size_t of)
{
	return (uint32_t)(dice_throw(d) % of);
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static char other_letter(char c, struct dice *dice)
{
	if (c >= '0' && c <= '9')
		return (char)('0' + (c - '0' + 1 + (int)dice_pick(dice, 9)) % 10);
	if (c >= 'A' && c <= 'Z') /* postcodes */
		return (char)('A' + (c - 'A' + 1 + (int)dice_pick(dice, 25)) % 26);
	return (char)('a' + (c - 'a' + 1 + (int)dice_pick(dice, 25)) % 26);
}

/* Another letter, or digit, somewhere from `from` on. */
static void replace(char *text, size_t from, struct dice *dice)
{
	size_t length = strlen(text), at;

	if (length <= from)
		return;
	at = from + dice_pick(dice, length - from);
	if (is_letter(text[at]))
		text[at] = other_letter(text[at], dice);
}

static void slip(char *text, size_t room, struct dice *dice)
{
	size_t length = strlen(text), at;
	char c;

	if (length < 3)
		return;
	at = 1 + dice_pick(dice, length - 1);
	c = text[at];
	if (!is_letter(c))
		return;
	switch (dice_pick(dice, 4)) {
	case 0:
		memmove(text + at, text + at + 1, length - at);
		return;
	case 1:
		if (length + 1 < room)
			memmove(text + at + 1, text + at, length - at + 1);
		return;
	case 2:
		if (at == 1 || !is_letter(text[at - 1]) || text[at - 1] == c)
			break;
		text[at] = text[at - 1];
		text[at - 1] = c;
		return;
	}
	text[at] = other_letter(c, dice);
}

uint32_t slip_word(struct dictionary *words, uint32_t word, int slips, struct dice *dice)
{
	char text[NAME_ROOM];

	if (!word)
		return 0;
	(void)snprintf(text, sizeof(text), "%s", dictionary_string(words, word));
	for (int i = 0; i < slips; i++)
		slip(text, sizeof(text), dice);
	return dictionary_add(words, text);
}

uint32_t slip_part(struct dictionary *words, uint32_t word)
{
	const char *part = word ? strchr(dictionary_string(words, word), '-') : NULL;
	char text[NAME_ROOM];

	if (!part || !part[1])
		return 0;
	(void)snprintf(text, sizeof(text), "%s", part + 1);
	return dictionary_add(words, text);
}

struct value slip_value(
	enum value_kind kind, struct value v, struct dictionary *forms, struct dice *dice)
{
	char text[VALUE_ROOM];

	switch (kind) {
	case VALUE_DATE:
		if (v.main > DATE_MOST)
			return v;
		return (struct value){v.main % 10 ? v.main - 1 : v.main + 1, 0};
	case VALUE_MONEY: /* rounded; it is kept with 1 added */
		return (struct value){(v.main - 1 + 500) / 1000 * 1000 + 1, 0};
	case VALUE_POSTCODE: /* with a letter less it would be part of one */
		(void)value_text(kind, v, forms, 0, text);
		replace(text, 1, dice);
		return value_parse(kind, text, forms);
	case VALUE_NUMBER:
	case VALUE_EMAIL:
	case VALUE_PLACE:
	case VALUE_TEXT:
		(void)value_text(kind, v, forms, 0, text);
		slip(text, sizeof(text), dice);
		return value_parse(kind, text, forms);
	case VALUE_SKIPPED:
	case VALUE_NAME:
	case VALUE_RANK:
	case VALUE_VETTING:
	case VALUE_GENDER:
		break;
	}
	return v;
}
