/* SPDX-License-Identifier: MIT */
/*
 * notebook: the facts in a line that somebody wrote by hand.
 *
 *     Dawn (Edmonton)                          a forename, a location
 *     PC Barry - South Area BCU                rank, surname, unit
 *     Duffy 435429                             surname, a number of whatever kind
 *     ibrahim.singh                            the first half of an address
 *     Saahid, R. Wembley                       surname, initial, location
 *
 * One to four facts in any order, parted by brackets, dashes, commas, colons or nothing. What a
 * word is, the list of people says: the longest run of words that is one of its units, locations,
 * roles ... or one slip away from it; a number that somebody there has. Ranks, vetting levels,
 * dates of birth, postcodes and addresses are known by their shape. What is left over is the
 * name, in all its readings (name.h), a surname or a forename alone among them.
 *
 * A record is one person at most, and only one that has no name in a field of its own is read.
 * Of a text, the first EVIDENCE_NOTE bytes and WORDING_WORDS words count: a story has its persons
 * in fields of their own.
 */
#ifndef RECIPIENTS_NOTEBOOK_H
#define RECIPIENTS_NOTEBOOK_H

#include "recipients/clock.h"
#include "recipients/evidence.h"
#include "recipients/fault.h"

/* Puts what the texts of the records say beside what their fields say. After all rows are in;
 * `progress` may be NULL. -1 only when it was interrupted. */
int notebook_read(struct evidence *e, const struct progress *progress, struct fault *f);

#endif
