/* SPDX-License-Identifier: MIT */
/*
 * blocking: whom a record is held against, without going through the whole list.
 *
 * People are found by surname and a letter of a forename, where every surname and forename that
 * is alike counts, by forename where that is all there is; by each field that few people share, where a typing error counts; and by
 * each smallest set of fields that few people share together, so that no single wrong field
 * loses a person. Which sets these are is measured on the list.
 */
#ifndef RECIPIENTS_BLOCKING_H
#define RECIPIENTS_BLOCKING_H

#include <stdbool.h>
#include <stdint.h>

#include "recipients/comparison.h"
#include "recipients/index.h"
#include "recipients/naming.h"
#include "recipients/text.h"

#define BLOCKING_KEYS 16

struct blocking_key {
	uint32_t fields; /* bits: BLOCKING_SURNAME ..., then the comparisons */
	double expected; /* people who share it with somebody, on average */
	uint64_t found;	 /* entries that came up by it, so far */
	uint32_t mask;
	struct index index;
};

struct blocking {
	const struct comparisons *comparisons;
	const struct naming *naming;
	/* By surname and letter of a forename, surname and forename, surname alone; by forename
	   alone where records have readings without a surname. */
	struct blocking_key lettered, worded, surnames, forenames;
	struct blocking_key keys[BLOCKING_KEYS];
	uint32_t count;
	uint32_t *entries; /* that came up for the record, some of them by several keys */
	size_t entries_count, entries_room;
};

/* `c` and `n` stay. */
void blocking_init(
	struct blocking *b, const struct comparisons *c, const struct naming *n);
void blocking_done(struct blocking *b);

/* Fill `entries`: those whom one reading of the name finds (`only_equal`: no surname that is
 * merely alike), and those whom the other keys find. The record is laid out in the comparisons. */
void blocking_find_named(
	struct blocking *b, const struct evidence_name *reading, bool only_equal);
void blocking_find(struct blocking *b, const struct evidence_row *record);

/* A line a key: "surname and forename: 12.0", that many a record. */
void blocking_report(const struct blocking *b, uint64_t records, struct text *out);

#endif
