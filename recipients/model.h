/* SPDX-License-Identifier: MIT */
/*
 * model: what agreement and disagreement weigh.
 *
 * Of two rows that are one person, m says how often each level of agreement comes up; of two
 * that are not, u (comparison.h, naming.h) how often it does by chance. log(m / u) is the
 * weight. m, and the share of records that are on the list at all, are learned from the files
 * themselves by expectation and maximization; nobody labels anything or guesses a prior. A
 * record has one person at most, so its candidates share one probability, and "nobody" takes
 * part as a rival.
 *
 * A value that nobody on the list has (a typing error, or somebody's who is not there) can agree
 * only nearly; it is weighed among its like. How often such values come with records of nobody,
 * and with others, is learned too.
 *
 * Missing values are no evidence. A worse level never weighs more than a better one. Where
 * there are few records, what is usual counts for more; of fewer nothing is learned.
 *
 * I. P. Fellegi, A. B. Sunter: A Theory for Record Linkage. JASA 64 (1969). W. E. Winkler:
 * Using the EM Algorithm for Weight Computation in the Fellegi-Sunter Model of Record Linkage
 * (1988).
 */
#ifndef RECIPIENTS_MODEL_H
#define RECIPIENTS_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "recipients/comparison.h"
#include "recipients/naming.h"

#define MODEL_PARTS (NAMING_PARTS + COMPARISONS)
#define MODEL_LEVELS 7
#define MODEL_LEAST_RECORDS 20  /* to learn from, where a record is one person at most */
#define MODEL_LEAST_MANY 200    /* in a single file */
#define MODEL_ROUNDS 100 /* few of a leak on the list, and it goes slowly */

/* The levels of a pair in all parts, three bits each: 0 nothing to compare, else level + 1. */
typedef uint64_t model_pattern;

static inline model_pattern model_set(unsigned part, unsigned level)
{
	return (model_pattern)(level + 1) << (3 * part);
}

/* -1: nothing to compare. */
static inline int model_get(model_pattern pattern, unsigned part)
{
	return (int)(pattern >> (3 * part) & 7) - 1;
}

/* Of a record: in which parts its value stands on the list, and in which it does not. Bits. */
struct model_listing {
	uint32_t listed, unlisted;
};

enum {
	MODEL_LISTED,
	MODEL_UNLISTED,
	MODEL_CLASSES
};

typedef double model_table[MODEL_CLASSES][MODEL_PARTS][MODEL_LEVELS];

struct model {
	bool many; /* a record may be any number of entries: each pair stands for itself */
	unsigned parts;
	int levels[MODEL_PARTS];
	model_table m, log_m;
	double found; /* share of records that are on the list; with `many`, entries a record is */
	/* Share of records with an unlisted value, among those that are found, and nobody's. */
	double unlisted_found[MODEL_PARTS], unlisted_nobody[MODEL_PARTS];
};

static inline int model_class(struct model_listing listing, unsigned part)
{
	return listing.unlisted >> part & 1 ? MODEL_UNLISTED : MODEL_LISTED;
}

/* What is usual. */
void model_init(struct model *m, const struct comparisons *c);

/* Sum over the parts of log m. */
double model_log_m(const struct model *m, model_pattern pattern, struct model_listing listing);

/* log of the probability that a record is a given person out of `people`, or nobody, before it
 * is compared with anybody. */
double model_log_prior(const struct model *m, size_t people);
double model_log_nobody(const struct model *m, struct model_listing listing);

struct model_pair {
	uint32_t record;  /* pairs of one record stand together */
	uint32_t pattern; /* number */
	float log_u;	  /* of the pattern, and what else is known of the pair */
};

struct model_sample {
	struct model_pair *pairs;
	size_t count, room;
	struct numbering numbers; /* of patterns with a listing */
	struct model_kind {
		model_pattern pattern;
		struct model_listing listing;
	} * kinds; /* by number */
	size_t kinds_room;
	struct model_listing *listings; /* by record, those without a pair too */
	size_t records, records_room;
	model_table usual; /* sums of u over records */
};

void model_sample_record(struct model_sample *s, struct model_listing listing);
/* A pair of the record that was added last. */
void model_sample_add(struct model_sample *s, model_pattern pattern, double log_u);
void model_sample_done(struct model_sample *s);

/* Learns from pairs of records with entries, out of `people`. */
void model_learn(struct model *m, const struct model_sample *s, size_t people);

#endif
