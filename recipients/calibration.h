/* SPDX-License-Identifier: MIT */
/*
 * calibration: how far can the outcomes be trusted, when nobody knows the truth?
 *
 * Two trials, on the two files alone. Copies: people of the list are shown as the leak would show
 * them (damage.h) and looked for; whom each shows is known, so what is found can be counted, and
 * held against the probabilities that were stated. Decoys: records are looked for while the
 * person who fits best is taken off the list, as if they had left; whoever is matched then is
 * somebody else. (J. E. Elias, S. P. Gygi: Target-decoy search strategy. Nature Methods 4, 2007.)
 *
 * Each trial takes the place of one record, and competes with all others for the people whom
 * they want.
 */
#ifndef RECIPIENTS_CALIBRATION_H
#define RECIPIENTS_CALIBRATION_H

#include <stdint.h>

#define CALIBRATION_COPIES 1000
#define CALIBRATION_DECOYS 1000
#define CALIBRATION_ROWS (CALIBRATION_COPIES + CALIBRATION_DECOYS)

struct calibration {
	/* Copies: how many, how many were matched, and of these rightly; how many had their
	   person among the candidates. */
	uint32_t copies, copies_matched, copies_right, copies_listed;
	/* By how much stated probabilities were wrong, on average (the expected calibration
	   error, in ten steps); and how much chance alone makes of it with so few copies. */
	double copies_error, copies_chance;
	uint32_t decoys, decoys_matched;
	/* Records, expected: matched to somebody else; nobody's on the list. */
	double rows_wrong, rows_nobody;
	uint32_t rows_alike; /* records for which several people fit equally well, so that
				nobody could tell them apart */
};

struct linkage;

/* Before values are compared: puts trials behind the records. */
void calibration_prepare(struct linkage *l);
/* After all is decided. */
void calibration_run(struct linkage *l);

#endif
