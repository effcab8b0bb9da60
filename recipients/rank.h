/* SPDX-License-Identifier: MIT */
/*
 * rank: what a rank or grade is, however it was written.
 *
 * "PC", "P.C.", "Con", "Police Constable" are one rank. "DC" is two (detective constable,
 * deputy commissioner), so a form stands for a small set. Detective constable and constable are
 * different ranks here, as they are on the lists: leaks keep the word or its D. T/, A/,
 * temporary and acting go; W (WPC) goes.
 *
 * Ranks: Police Act 1996 s. 13 and Metropolitan Police usage; bands A to Y: Metropolitan Police
 * staff; AA to grade 6: Northern Ireland Civil Service grades.
 */
#ifndef RECIPIENTS_RANK_H
#define RECIPIENTS_RANK_H

#include <stdbool.h>
#include <stddef.h>

#define RANK_NONE 0 /* not a rank we know */

struct rank_set {
	unsigned first, second; /* numbers of ranks; RANK_NONE in both: unknown */
};

/*
 * A whole field. Here one letter may be a band ("E"), since the field says that it is a rank.
 * Unknown text gives an empty set: compare it as folded text.
 */
struct rank_set rank_parse(const char *text);

/*
 * Does a run of words (fold.h) at the start or, with `at_end`, at the end of `words` name a
 * rank? Returns how many words belong to it, 0 if none; the longest run wins. Matches whole
 * words, so that Banda is a surname and "Band A" a grade; a letter alone is never a grade.
 */
size_t rank_find(const char *const words[], size_t count, bool at_end, struct rank_set *ret);

bool rank_equal(struct rank_set a, struct rank_set b); /* they have a rank in common */
const char *rank_name(unsigned rank); /* "Detective Sergeant"; NULL for RANK_NONE */
/* Officers in order, 1 a constable; a detective and a special stand where their rank stands; 0:
 * not comparable. */
int rank_seniority(unsigned rank);
bool rank_detective(unsigned rank);
/* How many steps lie between two ranks of one ladder (officers, detectives, grades, bands); a
 * detective and an officer of the same step are 0 apart. False: they are on different ladders. */
bool rank_steps(unsigned a, unsigned b, int *ret);

#endif
