/* SPDX-License-Identifier: MIT */
/*
 * finder: who comes up for a record: holders of its identifiers, and people who agree on all
 * fields.
 *
 * People are found by number, and by surname and first letter; no record is held against the
 * whole list.
 */
#ifndef RECIPIENTS_FINDER_H
#define RECIPIENTS_FINDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "recipients/evidence.h"
#include "recipients/index.h"
#include "recipients/verdict.h"

/* A person who came up; over their entries, the one that fits best. */
struct finding {
	uint32_t person;
	uint32_t held; /* how many of the record's identifiers are theirs */
	uint32_t last; /* identifier that was counted last, and one */
	bool agrees;   /* on every field that both have, numbers aside */
	bool clean;    /* and no number differs */
	bool near;     /* or only by a typing error */
	enum verdict_name name;
	unsigned agree;     /* fields besides the name that agree */
	unsigned rank;      /* the decider's: among the findings of this record */
	double probability; /* the decider's */
};

struct finder {
	const struct evidence *evidence;
	struct index blocks, numbers, people;
	struct dictionary fine_keys; /* of large blocks: block, column, value */
	struct index fine;
	bool middle_known; /* the list has second forenames */
	struct finding *list;
	size_t count, room;
	uint32_t *places; /* per person: place in the list, and one */
	uint32_t *seen;   /* per entry: the turn in which it was last compared */
	uint32_t turn;    /* goes up with each record */
};

/* Over all people in `e`, whose numbers are below `people`. `e` stays and does not change. */
void finder_init(struct finder *x, const struct evidence *e, uint32_t people);
void finder_done(struct finder *x);

/* Forgets what came up for the last record. */
void finder_clear(struct finder *x);
/* Adds the holders of the record's identifiers. Returns how many of these are on the list. */
uint32_t finder_by_number(struct finder *x, const struct evidence_row *record);
/* Adds those who agree on all fields that both have, numbers aside. */
void finder_by_name(struct finder *x, const struct evidence_row *record);

/* The entry of a person that fits the record best, and how it does; NULL if there is no such
 * person. */
const struct evidence_row *finder_entry(const struct finder *x,
	const struct evidence_row *record, uint32_t person, struct verdict *ret);
/* No name in any entry of the person may be that of the record. */
bool finder_contradicts(
	const struct finder *x, const struct evidence_row *record, uint32_t person);

#endif
