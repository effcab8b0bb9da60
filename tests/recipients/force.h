/* SPDX-License-Identifier: MIT */
/*
 * force: for tests, a made-up list of people and the leak of it, in a few forms. Person and
 * record of one number are the same human.
 */
#ifndef TESTS_RECIPIENTS_FORCE_H
#define TESTS_RECIPIENTS_FORCE_H

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "recipients/text.h"

#define FORCE_PEOPLE 1200

enum force_form {
	FORCE_FULL,	/* surname, forenames, unit */
	FORCE_INITIALS, /* an initial for the forenames */
	FORCE_GAPS	/* every third without a unit */
};

/* Looks random, and is the same each time. */
static inline uint32_t force_any(uint32_t person, uint32_t turn, uint32_t of)
{
	uint64_t x = ((uint64_t)person * 1000003 + turn) * 0x9e3779b97f4a7c15;

	return (uint32_t)((x ^ x >> 29) * 0xbf58476d1ce4e5b9 >> 33) % of;
}

/* A surname of three syllables; 20 * 20 * 20 of them. */
static inline void force_surname(uint32_t person, char out[16])
{
	static const char *const parts[] = {"ba", "der", "kin", "low", "mar", "ne", "pol",
		"ric", "san", "ton", "ver", "wil", "hol", "fen", "gar", "cus", "bri", "dal",
		"str", "ork"};

	(void)snprintf(out, 16, "%s%s%s", parts[force_any(person, 1, 20)],
		parts[force_any(person, 2, 20)], parts[force_any(person, 3, 20)]);
}

static inline const char *force_forename(uint32_t person)
{
	static const char *const names[] = {"Alan", "Brenda", "Colin", "Deborah", "Edward",
		"Fiona", "George", "Helen", "Ivan", "Julia", "Kevin", "Laura", "Martin",
		"Nadia", "Oliver", "Paula", "Quentin", "Rosalind", "Stephen", "Teresa"};

	return names[force_any(person, 4, 20)];
}

static inline const char *force_unit(uint32_t person)
{
	static const char *const units[] = {"Custody", "Response", "Traffic", "Harbour",
		"Archive", "Kennels", "Training", "Airport"};

	return units[force_any(person, 5, 8)];
}

static inline void force_person(struct row *r, uint32_t person)
{
	char surname[16];

	force_surname(person, surname);
	row_clear(r);
	row_add(r, "surname", surname);
	row_add(r, "forenames", force_forename(person));
	row_add(r, "unit", force_unit(person));
}

/* `wrong`: one in so many surnames has a typing error; 0: none. */
static inline void force_record(
	struct row *r, uint32_t person, enum force_form form, unsigned wrong)
{
	char surname[16], initial[2] = {*force_forename(person), '\0'};

	force_surname(person, surname);
	if (wrong && !force_any(person, 6, wrong))
		surname[2] = surname[2] == 'x' ? 'z' : 'x';
	row_clear(r);
	row_add(r, "surname", surname);
	if (form == FORCE_INITIALS)
		row_add(r, "initials", initial);
	else
		row_add(r, "forenames", force_forename(person));
	if (form != FORCE_GAPS || force_any(person, 7, 3))
		row_add(r, "unit", force_unit(person));
}

#endif
