/* SPDX-License-Identifier: MIT */
/*
 * naming: how well the name of a record agrees with the names of an entry.
 *
 * A name is several pieces of evidence: the surname, the forename or an initial, and what comes
 * behind them. Which of them there is depends on how the record writes the name: "John Smith"
 * has a forename to compare, "J Smith" an initial, and each is weighed among its like.
 *
 * A record's name may be read in several ways; each reading is laid out and compared for
 * itself. As in comparison.h, u is counted for each value and level.
 */
#ifndef RECIPIENTS_NAMING_H
#define RECIPIENTS_NAMING_H

#include <stdbool.h>
#include <stdint.h>

#include "recipients/alike.h"
#include "recipients/evidence.h"

enum naming_part {
	NAMING_SURNAME,
	NAMING_FORENAME, /* in full on both sides */
	NAMING_INITIAL,	 /* on one side */
	NAMING_MIDDLE,	 /* the record has a second forename or initial */
	NAMING_BARE,	 /* it has none */
	NAMING_PARTS
};

enum naming_surname {
	SURNAME_EQUAL,
	SURNAME_FORMER, /* equal to the one that the list calls former */
	SURNAME_NEAR,	/* likeness.h */
	SURNAME_CLOSE,
	SURNAME_PART,
	SURNAME_OTHER,
	SURNAME_LEVELS
};

enum naming_forename {
	FORENAME_EQUAL,
	FORENAME_KNOWN,	  /* equal to what the list says they are called */
	FORENAME_NICK,	  /* a short or pet name */
	FORENAME_NEAR,	  /* a typing error, or another spelling */
	FORENAME_MIDDLE,  /* equal to the list's second forename */
	FORENAME_INITIAL, /* another one with the same initial */
	FORENAME_OTHER,
	FORENAME_LEVELS
};

enum naming_initial {
	INITIAL_FIRST,
	INITIAL_LATER, /* of a second forename, or of what they are called */
	INITIAL_OTHER,
	INITIAL_LEVELS
};

enum naming_middle {
	MIDDLE_AGREES,
	MIDDLE_ADDED, /* the list has none */
	MIDDLE_OTHER,
	MIDDLE_LEVELS
};

enum naming_bare {
	BARE_NONE,    /* nor has the list */
	BARE_DROPPED, /* the list has one */
	BARE_LEVELS
};

#define NAMING_MISSING 0xff
#define NAMING_LETTERS 28 /* none, a to z, any other */

struct naming_tally; /* how many entries have a word in a place */

struct naming {
	const struct evidence *evidence;
	struct alike surnames, forenames;
	struct naming_tally *tally;
	uint32_t letters[NAMING_LETTERS]; /* the word that is an initial; 0: no entry has it */
	uint8_t *word_letters; /* by word */
	uint8_t *surname_levels, *forename_levels; /* by word, of the reading laid out */
	const struct evidence_name *reading;
	const struct evidence_name *own; /* that the list has of the record itself, or NULL */
	bool surname_listed, forename_listed; /* somebody on the list has them */
	bool forename_full;
	double log_u[NAMING_PARTS][FORENAME_LEVELS];
};

/* What a reading and an entry have in common. */
struct naming_levels {
	uint8_t level[NAMING_PARTS]; /* NAMING_MISSING: nothing to compare */
	/* What agrees exactly, for those who count how often it comes together: the list's
	   surname, and its forename or the initial's word; 0: it does not. */
	uint32_t surname, forename;
};

int naming_levels_count(enum naming_part part);

/* After all rows are in. `e` stays. */
void naming_init(struct naming *n, const struct evidence *e);
void naming_done(struct naming *n);

/* Finds which words are alike; both before the first reading is laid out. */
void naming_alike_surnames(struct naming *n);
void naming_alike_forenames(struct naming *n);

/* Counts an entry of the list once more, or (-1) once less: somebody left. */
void naming_count(struct naming *n, const struct evidence_row *entry, int step);

/* Lays a reading of a record out; NULL: none. The last one is forgotten. */
void naming_lay(struct naming *n, const struct evidence_name *reading);

/* How well the surname of the reading laid out agrees with that of a name of an entry. */
static inline uint8_t naming_surname_level(
	const struct naming *n, const struct evidence_name *entry)
{
	uint8_t level = n->surname_levels[entry->surname];

	if (!entry->former)
		return level;
	return level == SURNAME_EQUAL ? SURNAME_FORMER : SURNAME_OTHER;
}

/* Compares the reading laid out with one name of an entry. */
void naming_compare(
	const struct naming *n, const struct evidence_name *entry, struct naming_levels *ret);

/* How often the words of a reading come as surname and forename on the list: the readings of a
 * name that are likely. */
double naming_share(const struct naming *n, const struct evidence_name *reading);

/* Letter of a forename: 0 to NAMING_LETTERS - 1; 0 for none. */
uint32_t naming_letter(const struct evidence *e, uint32_t word);
static inline bool naming_is_initial(const struct evidence *e, uint32_t word)
{
	return word && !evidence_word(e, word)[1];
}

#endif
