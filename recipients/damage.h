/* SPDX-License-Identifier: MIT */
/*
 * damage: people of the list as the leak would show them.
 *
 * A copy says of a person what a record says of somebody: the same fields, the name in the same
 * form, with as much missing and as much wrong as the records were found to have (model.h):
 * typing errors, initials, short names, other values. Whom a copy shows is known, so that it can
 * be tried whether they are found.
 *
 * Nothing is left to chance: the same files give the same copies.
 */
#ifndef RECIPIENTS_DAMAGE_H
#define RECIPIENTS_DAMAGE_H

#include <stdint.h>

#include "recipients/evidence.h"
#include "recipients/scoring.h"

struct damage {
	struct evidence *evidence;
	size_t first;	 /* row of the first copy: behind the records */
	uint32_t copies;
	size_t slips;	 /* row of the first copy's typing errors */
	const struct scoring *scoring;
	double seconds, second_initials; /* shares: of records with a forename, those with a
					    second one; of these, with its initial only */
	/* Share of people who can be shown at a level: not everyone has a former name. */
	double able[MODEL_CLASSES][MODEL_PARTS][MODEL_LEVELS];
};

/*
 * Before the values of records and people are compared: puts `copies` rows, then `spare` empty
 * ones, then what the copies may need, behind the records. The copies show people who stand at
 * equal steps on the list.
 */
void damage_prepare(
	struct damage *d, struct evidence *e, uint32_t copies, uint32_t spare);

/* When the model is learned. `s` stays. */
void damage_learn(struct damage *d, const struct scoring *s);

/* Fills the row of a copy; returns the entry of the person whom it shows. */
uint32_t damage_make(struct damage *d, uint32_t copy);

#endif
