/* SPDX-License-Identifier: MIT */
/*
 * vocabulary: what stands on the list of people, to be found again in running text.
 *
 * The words of their names, their numbers and addresses, and the phrases of those columns that
 * are compared as places or as text: units, locations, roles.
 */
#ifndef RECIPIENTS_VOCABULARY_H
#define RECIPIENTS_VOCABULARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "recipients/evidence.h"

/* Of a column with more different ones only those that are equal are found. */
#define VOCABULARY_PHRASES 4096

struct vocabulary_phrase {
	uint32_t column, count; /* people's entries that have it */
	uint32_t form;		/* its text: of the evidence's forms */
	uint32_t letters;	/* bits of those in it */
	uint32_t length;
};

struct vocabulary {
	struct evidence *evidence;
	bool *surnames, *forenames; /* by word */
	uint32_t words;
	uint32_t *counts[EVIDENCE_COLUMNS]; /* by value: entries that have it; NULL: none do */
	uint32_t limits[EVIDENCE_COLUMNS];
	struct numbering digits; /* numbers of people without their letters, with the column */
	struct vocabulary_phrase *phrases;
	size_t phrases_count, phrases_room;
};

/* After all people are in. `e` stays, and its forms grow by what is asked for. */
void vocabulary_init(struct vocabulary *v, struct evidence *e);
void vocabulary_done(struct vocabulary *v);

/* Has somebody this surname, this first or further forename? */
bool vocabulary_surname(const struct vocabulary *v, const char *word);
bool vocabulary_forename(const struct vocabulary *v, const char *word);

/* The column of this kind that people have, and in which somebody has the value; `strong`: one
 * that identifies by itself. EVIDENCE_COLUMNS: none. */
uint32_t vocabulary_value(
	const struct vocabulary *v, enum value_kind kind, bool strong, const char *text);
/* The first column of this kind that people have. */
uint32_t vocabulary_column(const struct vocabulary *v, enum value_kind kind);

/* How a text is like a phrase of the list: VALUE_EQUAL, VALUE_NEAR (one slip, or two in a long
 * one), VALUE_CLOSE (a part of it). The best that is `worst` or better, of those alike the
 * commonest; `ret_count` (or NULL): how many entries have it. EVIDENCE_COLUMNS: none. */
uint32_t vocabulary_phrase(const struct vocabulary *v, const char *text,
	enum value_level worst, uint32_t *ret_count);

#endif
