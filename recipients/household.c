/* SPDX-License-Identifier: MIT */
/*
 * Ways to reach somebody, as keys that can be compared. Whether it matters that two share
 * one is parties.c's; that a mailbox is several people's, route.c's.
 *
 * What can go wrong: one house under two names, of which neither file gives the postcode.
 */
#include "recipients/household.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "recipients/place.h"
#include "recipients/postcode.h"
#include "recipients/text.h"

#define PHONE_DIGITS 9 /* the last ones: 07700 900123 is +44 7700 900123 */

static uint64_t hash(char kind, const char *value)
{
	uint64_t h = (0xcbf29ce484222325ULL ^ (unsigned char)kind) * 0x100000001b3ULL;

	for (; *value; value++)
		h = (h ^ (unsigned char)tolower((unsigned char)*value)) *
		    0x100000001b3ULL;
	return h;
}

static void add(uint64_t **list, size_t *count, size_t *room, uint64_t key)
{
	for (size_t i = 0; i < *count; i++)
		if ((*list)[i] == key)
			return;
	if (*count == *room) {
		*room = *room ? *room * 2 : 8;
		*list = text_realloc(*list, *room * sizeof(**list));
	}
	(*list)[(*count)++] = key;
}

static void add_key(struct household *h, char kind, const char *value)
{
	if (*value)
		add(&h->keys, &h->count, &h->room, hash(kind, value));
}

static void add_phone(struct household *h, const char *value)
{
	char digits[32];
	size_t n = 0;

	for (; *value && n + 1 < sizeof(digits); value++)
		if (isdigit((unsigned char)*value))
			digits[n++] = *value;
	digits[n] = '\0';
	if (n >= PHONE_DIGITS)
		add_key(h, 'p', digits + n - PHONE_DIGITS);
}

/* The house's number, or "": the first, but for that of a flat before it. */
static void house_number(const char *address, char ret[16])
{
	static const char digits[] = "0123456789";
	const char *flat = strcasestr(address, "flat"),
		   *first = address + strcspn(address, digits);
	size_t n = 0;

	if (flat && flat < first) {
		first += strspn(first, digits);
		first += strcspn(first, digits);
	}
	while (isalnum((unsigned char)*first) && n + 1 < 16)
		ret[n++] = *first++;
	ret[n] = '\0';
}

static void add_address(struct household *h, const char *address, const char *postcode)
{
	char street[256], number[16];
	auto_text key = NULL;

	h->addressed = true;
	(void)place_write(address, street, sizeof(street));
	add_key(h, 'a', street);
	house_number(address, number);
	if (!postcode || !*number)
		return;
	key = text_format("%s %s", postcode, number);
	add_key(h, 'h', key);
}

/* Whole and in its normal form, or NULL. */
static const char *whole_postcode(const char *value, char ret[16])
{
	struct postcode p;

	if (!value || !postcode_parse(value, &p) || !*p.inward)
		return NULL;
	(void)snprintf(ret, 16, "%s %s", p.outward, p.inward);
	return ret;
}

void household_add(struct household *h, const struct roster_row *row)
{
	static const char *const ways[] = {"email", "email_personal", "contact", "phone"};
	const char *address = roster_value(row, "address"), *postcode;
	char scratch[16];

	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		const char *value = roster_value(row, ways[i]);

		if (value && strchr(value, '@'))
			add_key(h, 'e', value);
		else if (value)
			add_phone(h, value);
	}
	postcode = whole_postcode(roster_value(row, "postcode"), scratch);
	if (postcode)
		add(&h->postcodes, &h->postcodes_count, &h->postcodes_room,
			hash('z', postcode));
	if (address)
		add_address(h, address, postcode);
}

void household_done(struct household *h)
{
	free(h->keys);
	free(h->postcodes);
	*h = (struct household){0};
}
