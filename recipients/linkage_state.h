/* SPDX-License-Identifier: MIT */
/*
 * linkage_state: what linkage.c decides and linkage_explain.c tells of. Nobody else's.
 */
#ifndef RECIPIENTS_LINKAGE_STATE_H
#define RECIPIENTS_LINKAGE_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "recipients/assignment.h"
#include "recipients/calibration.h"
#include "recipients/damage.h"
#include "recipients/evidence.h"
#include "recipients/linkage.h"
#include "recipients/scoring.h"

/* What an edge says besides its weight. */
enum {
	HOLDS = 1,	    /* the person has an identifier of the record */
	CONTRADICTED = 2,   /* but quite another name */
	NUMBER_DIFFERS = 4, /* the record has an identifier, and they another */
	ALL_EQUAL = 8,
	NAMED = 16 /* there were names to compare */
};

struct note {
	float weight;
	uint8_t flags;
};

struct decision {
	uint8_t outcome, reason, count;
	uint32_t row; /* of the record, and one */
	uint32_t fit;
	size_t candidates;
	uint32_t settled; /* person, and one; LINKAGE_NO_ONE */
};

struct linkage {
	struct evidence evidence;
	struct scoring scoring;
	bool scored;
	uint32_t people_limit, records_limit; /* largest number, and one */
	bool people_last;		      /* people came after records */
	double threshold, share;	      /* of the list that is in the leak */
	struct decision *decisions;
	struct linkage_candidate *candidates;
	size_t candidates_count, candidates_room;
	struct assignment assignment;
	struct note *notes; /* beside the edges */
	size_t edges_room;
	uint64_t looked_at; /* records that were held against the list in this process */
	double *tellable; /* by person */
	uint32_t *settled; /* by record, as in decision; NULL: none */
	size_t settled_room;
	struct damage damage; /* trials */
	struct calibration calibration;
};

#define ODDS_MOST 1e9 /* a human's word, and what no evidence exceeds */

/* Fills the assignment's edges and starts, and the notes beside them. */
int linkage_edges_find(struct linkage *l, const struct progress *progress, struct fault *f);

/* For trials (calibration.c), in rows behind the records and one after the other: edges as a
 * record gets them; and what it would be decided to be, by their probabilities. */
void linkage_edges_try(struct linkage *l, uint32_t row);
enum linkage_outcome linkage_judge(const struct linkage *l, uint32_t row);

#endif
