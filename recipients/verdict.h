/* SPDX-License-Identifier: MIT */
/*
 * verdict: what a record and an entry of the list agree on.
 *
 * Fields that one side lacks count for nothing. Of several readings of a name the best counts.
 */
#ifndef RECIPIENTS_VERDICT_H
#define RECIPIENTS_VERDICT_H

#include <stdbool.h>

#include "recipients/evidence.h"
#include "recipients/text.h"

/* Is the record's strong identifier the same as this one of an entry? */
bool verdict_same_number(const struct evidence *e, const struct evidence_cell *record,
	const struct evidence_cell *entry);

enum verdict_name {
	VERDICT_NONE,    /* a side has no name */
	VERDICT_AGAINST, /* they do not agree */
	VERDICT_SURNAME, /* a side has no forenames */
	VERDICT_INITIAL,
	VERDICT_FORENAME /* in full on both sides */
};

struct verdict {
	enum verdict_name name; /* of the best pair of readings */
	bool extra;             /* the record has more forenames than the list */
	unsigned agree, differ; /* fields that both have: not names, not strong ones */
	unsigned strong_differ; /* identifiers that both have */
	unsigned strong_near;   /* of those: by a typing error */
};

/* Compares a record with an entry; fields that one side lacks count for nothing. */
void verdict_find(const struct evidence *e, const struct evidence_row *record,
	const struct evidence_row *entry, struct verdict *ret);

/* Does a field differ, names and strong ones aside? The quick question before the long one. */
bool verdict_differs(const struct evidence *e, const struct evidence_row *record,
	const struct evidence_row *entry);

/* No reading of the names may be one person's (name_contradicts). False where a side has no
 * name. */
bool verdict_contradicts(const struct evidence *e, const struct evidence_row *record,
	const struct evidence_row *entry);

/* A line a field, "rank: differs"; names of fields, never values. */
void verdict_explain(const struct evidence *e, const struct evidence_row *record,
	const struct evidence_row *entry, struct text *out);

#endif
