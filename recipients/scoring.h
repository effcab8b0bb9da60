/* SPDX-License-Identifier: MIT */
/*
 * scoring: the candidates of a record, each with the weight of all evidence.
 *
 * A person is weighed by the entry, and the reading of the record's name, that fits best. Of
 * fields that often go together on the list (a forename and a surname, a unit and a place, a
 * family's surname and postcode) the second that agrees counts only for what it adds.
 */
#ifndef RECIPIENTS_SCORING_H
#define RECIPIENTS_SCORING_H

#include <stdbool.h>
#include <stdint.h>

#include "recipients/blocking.h"
#include "recipients/dependence.h"
#include "recipients/model.h"

#define SCORING_MOST 512 /* candidates that are kept for a record */
#define SCORING_MOST_SINGLE 4096 /* the same in a single file, where a row may be anywhere */

struct score {
	uint32_t person, entry, reading; /* numbers; of the reading, within the record */
	bool holder; /* has a strong identifier of the record: kept however light */
	model_pattern pattern;
	struct model_listing listing;
	double log_u;	   /* of the pattern */
	double log_reading; /* how likely this reading of the name is, among its readings */
	double log_joint;  /* what fields that go together take away; 0 or less */
	double log_kin;	   /* what chance loses by kin.h; 0 or more */
	double log_day;	   /* for an entry that shows another day */
	double weight;	   /* log of all: m, less u, and those above */
};

struct scoring {
	const struct evidence *evidence;
	struct comparisons comparisons;
	struct naming naming;
	struct dependence dependence;
	struct blocking blocking;
	struct model model;
	size_t people; /* different ones */
	/* What it says that a record has no second forename depends on the list and the leak:
	   there is no usual weight for it, only a learned one. */
	bool bare;
	struct score *list; /* of the record, the best first */
	size_t count, room;
	size_t cut;	/* more who came up, beyond these */
	uint32_t *places; /* by person: in the list, and one */
	uint32_t *weighed; /* by entry: the turn in which it was last weighed, and the readings */
	uint32_t turn;	  /* a number for each record that is weighed */
	double log_nobody; /* what "nobody" weighs beside the candidates of the record */
	double floor;	  /* lighter ones are left out */
	uint32_t left;	  /* person who is taken for gone, and one; 0: nobody */
	uint32_t record;  /* that is weighed: its owner */
	/* log(m / u) of each level, of the record and the reading laid out. */
	double weights[MODEL_PARTS][MODEL_LEVELS];
	double names_most, forenames_most; /* what the name, and all but the surname, can add */
	struct model_listing listing; /* of the record, in the reading laid out */
	struct model_listing likely;  /* in the likeliest reading: what "nobody" is weighed by */
	/* What humans said of records, by number: the person, and one; SCORING_NO_ONE; 0: nothing.
	   The caller's. */
	const uint32_t *known;
	size_t known_room;
};

#define SCORING_NO_ONE UINT32_MAX

/* Over all people in `e`, whose numbers are below `people`. */
void scoring_init(struct scoring *s, const struct evidence *e, uint32_t people);
void scoring_done(struct scoring *s);

/* Learns the model from a sample of the records, and of those that humans decided by what they
 * said. */
#define SCORING_SAMPLE 6000
void scoring_learn(struct scoring *s);

/* As if a person, who has these entries, were not on the list; until they come back. */
void scoring_leave(
	struct scoring *s, uint32_t person, const uint32_t *entries, size_t count);
void scoring_return(struct scoring *s, const uint32_t *entries, size_t count);
/* Adds the record that was found last, with the first SCORING_MOST of its list, to what a model is
 * learned from. */
void scoring_sample(const struct scoring *s, const struct evidence_row *record,
	struct model_sample *sample);

/* Fills `list`: everybody who may be the record, down to SPREAD below the best. */
void scoring_find(struct scoring *s, const struct evidence_row *record);

/* Weighs one person, whether they came up or not. False: there is no such person. */
bool scoring_weigh(struct scoring *s, const struct evidence_row *record, uint32_t person,
	struct score *ret);

/* Lays the record out in the reading that a score rests on, so that the counts of its parts can be
 * read off. */
void scoring_lay(struct scoring *s, const struct evidence_row *record, const struct score *score);

/* log of the odds that the record that was found or weighed last is this person and not nobody,
 * others aside. */
double scoring_log_odds(const struct scoring *s, const struct score *score);

#endif
