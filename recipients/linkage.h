/* SPDX-License-Identifier: MIT */
/*
 * linkage: who is each leaked record?
 *
 * In memory, without the ledger: people and records go in as packed rows (text.h) of known
 * field names, each record comes out with exactly one outcome and its candidates with their
 * probabilities. The same input gives the same output, byte for byte: ties go by person number,
 * never by the order of a hash table.
 *
 * Every record is held against everybody who may be it (blocking.h), in all fields that both
 * sides have (comparison.h, naming.h). What agreement and disagreement weigh is learned from the
 * two files (model.h). Out of the weights come probabilities: among the candidates of a record,
 * with "nobody" as a rival (scoring.h), and among the records that want one person
 * (assignment.h). Missing on either side is no evidence, neither for nor against.
 *
 * Numbers of people and records are the caller's own, from 0 and without large gaps. A person
 * may have several entries (several lists, two posts, a name before marriage): add each with
 * the same number; entries are alternatives, candidates are people.
 *
 * I. P. Fellegi, A. B. Sunter: A Theory for Record Linkage. JASA 64 (1969).
 */
#ifndef RECIPIENTS_LINKAGE_H
#define RECIPIENTS_LINKAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "recipients/clock.h"
#include "recipients/fault.h"
#include "recipients/text.h"

#define LINKAGE_LIMIT 16000000 /* people's entries, and records */
#define LINKAGE_CANDIDATES 32  /* listed for a record; there may be more who fit */
#define LINKAGE_THRESHOLD 0.95 /* from here on a record may be matched */
#define LINKAGE_LEAST 0.001    /* a candidate below this is not listed */

enum linkage_outcome {
	LINKAGE_UNMATCHED, /* nobody on the list */
	LINKAGE_POSSIBLE,  /* a human may look */
	LINKAGE_AMBIGUOUS, /* several who cannot be told apart */
	LINKAGE_MATCHED    /* one person: the first candidate */
};

/* Why. The words in quotes are linkage_reason_text's and stand in exports: they stay. */
enum linkage_reason {
	LINKAGE_NOTHING,         /* "nothing to compare": neither a name nor another field */
	LINKAGE_NOBODY,          /* "nobody agrees" */
	LINKAGE_NUMBER_AND_NAME, /* "number and name": a strong identifier agrees, the name does
				    not contradict */
	LINKAGE_NUMBER_ONLY,   /* "number, no name": a strong identifier, no name to compare */
	LINKAGE_ALL_FIELDS,    /* "all fields agree": with this one person */
	LINKAGE_MOST_FIELDS,   /* "most fields agree": and nobody fits better */
	LINKAGE_SEVERAL,       /* "several fit alike" */
	LINKAGE_SHARED_NUMBER, /* "several hold the number": and the name does not decide */
	LINKAGE_CONFLICT,      /* "conflict": an identifier says one person, the name or another
				  identifier says another; or the holder has quite another name */
	LINKAGE_NUMBER_DIFFERS, /* "number differs": else it would be this person; a typing error,
				   or somebody else */
	LINKAGE_TAKEN,		/* "others fit better": who fits is named by other records, and
				   hardly free for this one */
	LINKAGE_TOO_LITTLE	/* "too little evidence": these fit, but nothing proves it */
};

struct linkage_candidate {
	uint32_t person;
	double probability; /* that this record is this person; over all people at most 1 */
};

struct linkage_result {
	enum linkage_outcome outcome;
	enum linkage_reason reason;
	const struct linkage_candidate *candidates; /* most probable first; the linkage's */
	size_t count; /* of candidates, at most LINKAGE_CANDIDATES */
	size_t fit;   /* how many fit in all; more than count when cut */
};

/* May a person be in the leak more than once? */
enum linkage_once {
	LINKAGE_AUTO, /* the files tell */
	LINKAGE_ONCE,
	LINKAGE_OFTEN
};

struct linkage_settings {
	double threshold; /* a record whose best candidate is below it is `possible`, never
			     `matched`; 0: LINKAGE_THRESHOLD */
	enum linkage_once once;
};

struct calibration; /* calibration.h */
struct linkage;

struct linkage *linkage_new(void);
void linkage_free(struct linkage *l); /* NULL is fine */
void linkage_freep(struct linkage **l);
#define auto_linkage __attribute__((cleanup(linkage_freep))) struct linkage

/*
 * Copies what it needs; the packed row may go afterwards. All of one side, then all of the
 * other, then linkage_run; each record once. Records first takes less time and memory, since of
 * people only what can be compared is kept. Fields that say nothing about who somebody is
 * (row_id, status, flags, text, names that begin with "#" ...) are skipped. FAULT_INPUT when a
 * limit is hit: LINKAGE_LIMIT, or EVIDENCE_COLUMNS different fields.
 */
int linkage_add_person(
	struct linkage *l, uint32_t person, const char *packed, size_t length, struct fault *f);
int linkage_add_record(
	struct linkage *l, uint32_t record, const char *packed, size_t length, struct fault *f);

/* The same of a list that shows another day than the leak: it may say what was, but the one that
 * is nearest to the leak's day says it better. */
int linkage_add_other(
	struct linkage *l, uint32_t person, const char *packed, size_t length, struct fault *f);

/* Once all records are in: is a field of people of any use? */
bool linkage_wants(const struct linkage *l, const char *field);

/* A human has said who this record is: they are it for certain, and no longer free for
 * others; and what agrees and differs between the two is learned from. LINKAGE_NO_ONE: nobody is.
 * Before linkage_run. */
#define LINKAGE_NO_ONE UINT32_MAX
void linkage_settle(struct linkage *l, uint32_t record, uint32_t person);

/* Decides every record, once. `settings` and `progress` may be NULL. After a fault, only free
 * it. */
int linkage_run(struct linkage *l, const struct linkage_settings *settings,
	const struct progress *progress, struct fault *f);

/* After linkage_run. A record that was never added is LINKAGE_UNMATCHED, LINKAGE_NOTHING. */
void linkage_result(const struct linkage *l, uint32_t record, struct linkage_result *ret);

/*
 * That this person is in the leak at all, by all records, 0 to 1. `ret_tellable` (or NULL): the
 * same without the records that are a conflict, on which nobody is told before a human decides.
 */
double linkage_person(const struct linkage *l, uint32_t person, double *ret_tellable);

/*
 * What speaks for and against this record being this person (a candidate or not), in bits: a
 * line a field, then what the rivals and the other records take or give. The lines add up to
 * the log odds of the probability that is shown. Names of fields and counts, never values of
 * people. False: no such record or person.
 */
struct linkage_line {
	char what[64]; /* "surname", "unit" ... */
	char how[96];  /* "equal, as on 0.3 % of the list" */
	double bits;
};

#define LINKAGE_LINES 32
struct linkage_explanation {
	struct linkage_line lines[LINKAGE_LINES];
	size_t count;
	double probability;
};

bool linkage_explain(struct linkage *l, uint32_t record, uint32_t person,
	struct linkage_explanation *ret);

/* How far the outcomes can be trusted. */
const struct calibration *linkage_calibration(const struct linkage *l);

/* How the list was searched: a line a key with how many people came up for a record by it. */
void linkage_keys(const struct linkage *l, struct text *out);

const char *linkage_outcome_name(enum linkage_outcome outcome); /* "matched", "ambiguous" ... */
const char *linkage_reason_text(enum linkage_reason reason);

#endif
