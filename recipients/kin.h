/* SPDX-License-Identifier: MIT */
/*
 * kin: chance without a row's own kin.
 *
 * How often a value comes by chance is counted over a file (comparison.h, naming.h). Where a
 * person is in the file many times, most of those who share a rare name are that person, and the
 * count says that the name is common. So the rows that are probably the same person as a row do
 * not count for it; nor do they where it is counted which fields go together.
 */
#ifndef RECIPIENTS_KIN_H
#define RECIPIENTS_KIN_H

#include "recipients/scoring.h"

/* Weighs the list of the row that scoring_find was asked for anew. */
void kin_weigh(struct scoring *s, const struct evidence_row *record);

#endif
