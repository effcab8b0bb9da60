/* SPDX-License-Identifier: MIT */
/*
 * notes: for tests of free text, a small list of people as evidence, with some whom the
 * texts are about.
 */
#ifndef TESTS_RECIPIENTS_NOTES_H
#define TESTS_RECIPIENTS_NOTES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "recipients/evidence.h"
#include "recipients/text.h"

#define FORCE_SIZE 400

static inline void force_row(struct evidence *e, enum evidence_side side,
	const char *const fields[][2], size_t count)
{
	auto_row r = {0};
	struct fault f = {0};

	for (size_t i = 0; i < count; i++)
		row_add(&r, fields[i][0], fields[i][1]);
	assert_int_equal(evidence_add(e, side, (uint32_t)e->lists[side].count, r.packed.bytes,
				 r.packed.length, &f),
		0);
}

static inline void force_note(struct evidence *e, const char *text)
{
	const char *const fields[][2] = {{"text", text}};

	force_row(e, EVIDENCE_RECORDS, fields, 1);
}

static inline void force_person(struct evidence *e, uint32_t i, const char *surname,
	const char *forenames, const char *location)
{
	static const char *const units[] = {"South Area BCU", "North Area BCU", "Finance",
		"Roads and Transport Policing", "Specialist Crime North", "MO7 Taskforce"};
	static const char *const ranks[] = {"Police Constable", "Band E", "Detective Constable"};
	char pay[16], warrant[16], collar[16], born[16], email[64];
	const char *const fields[][2] = {{"surname", surname}, {"forenames", forenames},
		{"location", location}, {"unit", units[i % 6]}, {"rank", ranks[i % 3]},
		{"role", i % 2 ? "Response Officer" : "Family Liaison Officer"},
		{"pay_number", pay}, {"warrant_number", warrant}, {"collar_number", collar},
		{"date_of_birth", born}, {"postcode", "CR9 9HB"}, {"email", email},
		{"vetting", i % 4 ? "MV" : "CTC"}};

	(void)snprintf(pay, sizeof(pay), "C%07u", 3000000 + i * 7919);
	(void)snprintf(warrant, sizeof(warrant), "%06u", 180000 + i * 31);
	(void)snprintf(collar, sizeof(collar), "%uCW", 100 + i);
	(void)snprintf(born, sizeof(born), "19%02u-0%u-1%u", 60 + i % 40, 1 + i % 9, i % 10);
	(void)snprintf(email, sizeof(email), "someone%u@force.example", i);
	force_row(e, EVIDENCE_PEOPLE, fields, sizeof(fields) / sizeof(*fields));
}

/* After the notes. The first few are named; the rest has 60 surnames, eight forenames. */
static inline void force_people(struct evidence *e)
{
	static const char *const named[][3] = {{"Singh", "Ibrahim", "Putney"},
		{"Barry", "Ann", "Bow"}, {"O'Neill", "Dawn", "Edmonton"},
		{"Kingston", "Maeve", "Brixton"}, {"Higgins", "Ian", "Kingston"},
		{"Banda", "Grace", "Stoke Newington"}, {"St Louis", "Jude", "Bow"}};
	static const char *const starts[] = {"Bar", "Cor", "Dal", "Fen", "Gil", "Hol", "Kes",
		"Lam", "Mor", "Nor"};
	static const char *const ends[] = {"combe", "dale", "field", "ridge", "stock", "worth"};
	static const char *const forenames[] = {"Adam", "Beth", "Callum", "Donna", "Esther",
		"Frank", "Gemma", "Ian"};
	static const char *const locations[] = {"Putney", "Bow", "Edmonton", "Brixton",
		"Kingston", "Stoke Newington", "Heathrow"};

	for (uint32_t i = 0; i < FORCE_SIZE; i++) {
		char surname[32];

		(void)snprintf(surname, sizeof(surname), "%s%s", starts[i % 10],
			ends[i / 10 % 6]);
		if (i < sizeof(named) / sizeof(*named))
			force_person(e, i, named[i][0], named[i][1], named[i][2]);
		else
			force_person(e, i, surname, forenames[i % 8], locations[i % 7]);
	}
}

#endif
