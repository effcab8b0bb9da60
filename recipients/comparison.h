/* SPDX-License-Identifier: MIT */
/*
 * comparison: fields other than names that records and people both have, and how well the
 * values of a record and an entry agree in each.
 *
 * Different values are compared once (alike.h). A record is then laid out: for each value of
 * the list it is written down how well the record's agrees with it, so that to compare with an
 * entry is one look into a table.
 *
 * How often the record's value, or one that is as good, stands on the list is counted, not
 * guessed: u of Fellegi and Sunter for each value and level.
 */
#ifndef RECIPIENTS_COMPARISON_H
#define RECIPIENTS_COMPARISON_H

#include <stdbool.h>
#include <stdint.h>

#include "recipients/alike.h"
#include "recipients/evidence.h"

#define COMPARISONS 16 /* fields that are compared; of more, those that tell most */
#define COMPARISON_LISTED 8
#define COMPARISON_FEW 4

struct comparison {
	uint32_t column; /* of the evidence */
	enum value_kind kind;
	bool strong;
	uint32_t domain, limit;	/* values of the domain are below the limit */
	uint32_t listed[COMPARISON_LISTED]; /* columns of the matrix */
	uint32_t listed_count;
	uint32_t *counts; /* by value: entries that have it */
	uint32_t filled;  /* entries that have any */
	struct alike alike;
	/* Of the record that is laid out: */
	uint8_t *levels; /* by value, enum value_level */
	/* Where that table is too large for the processor's memory: the few that agree. */
	struct alike_item few[COMPARISON_FEW];
	uint32_t few_count; /* 0: see `levels` */
	uint32_t value;  /* 0: it has none */
	bool listed_equal; /* and somebody on the list has it */
	double log_u[VALUE_LEVELS];
};

struct comparisons {
	const struct evidence *evidence;
	struct comparison list[COMPARISONS];
	uint32_t count;
	/* By entry: the surname, where all its names have the same (0: see the names), and a
	   value for each column that somebody compares; 0: none. */
	uint32_t *matrix;
	uint32_t columns; /* of these, and one */
};

/* After all rows are in. `e` stays. */
void comparisons_init(struct comparisons *c, const struct evidence *e);
void comparisons_done(struct comparisons *c);

/* Finds which values are alike; before the first record is laid out. */
void comparisons_alike(struct comparisons *c);

/* Counts an entry of the list once more, or (-1) once less: somebody left. Then none is laid
 * out. */
void comparisons_count(struct comparisons *c, uint32_t entry, int step);

/* Lays a record out; the last one is forgotten. */
void comparisons_lay(struct comparisons *c, const struct evidence_row *record);

/* The surname of all names of an entry; 0: it has several, or none. */
static inline uint32_t comparison_surname(const struct comparisons *c, uint32_t entry)
{
	return c->matrix[(size_t)entry * c->columns];
}

static inline unsigned comparison_value_level(const struct comparison *of, uint32_t value)
{
	if (!of->few_count)
		return of->levels[value];
	for (uint32_t i = 0; i < of->few_count; i++)
		if (of->few[i].listed == value)
			return of->few[i].level;
	return VALUE_OTHER;
}

/* How well the laid-out record agrees with an entry; VALUE_LEVELS if either has no value. */
static inline unsigned comparison_level(
	const struct comparisons *c, const struct comparison *of, uint32_t entry)
{
	const uint32_t *row = c->matrix + (size_t)entry * c->columns;
	unsigned best = VALUE_LEVELS;

	if (!of->value)
		return VALUE_LEVELS;
	for (uint32_t i = 0; i < of->listed_count; i++) {
		uint32_t value = row[of->listed[i]];
		unsigned level = value ? comparison_value_level(of, value) : VALUE_LEVELS;

		best = level < best ? level : best;
	}
	return best;
}

#endif
