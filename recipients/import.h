/* SPDX-License-Identifier: MIT */
/*
 * import: files become people and records. Sole writer of source, person, entry, record, reject.
 *
 * Which column is which field, and that a leaked row may be several records: columns.h. A bad row becomes a reject that names row and field, and the rest
 * goes on. The same file twice changes nothing, unless it was withdrawn (source.h); of a workbook, each sheet is a
 * source of its own. All of a file is imported, or nothing of it.
 *
 * People: the rows of one human are entries of one person. Rows belong together by the strongest identifier that both
 * have (person_id, pay, warrant, service number, work e-mail; all but the first only with a name that agrees).
 */
#ifndef RECIPIENTS_IMPORT_H
#define RECIPIENTS_IMPORT_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "recipients/clock.h"
#include "recipients/fault.h"
#include "recipients/ledger.h"
#include "recipients/policy.h"

#define IMPORT_REJECTS_SHOWN 10

struct import_options {
	bool people; /* else breach records */
	const char *file;
	const char *sheet; /* of a workbook; NULL: the only one with something in it */
	size_t header; /* the row with the names of columns; 0: found, as in table.h */
	const char *const *maps; /* "FIELD=COLUMN", "PART.FIELD=COLUMN" */
	size_t maps_count;
	const char *as_of;	     /* YYYY-MM-DD: the day that the list shows; NULL: not known */
	const char *controller;	     /* breach: whose data; NULL: ours */
	const struct policy *policy; /* for `matching`, and to count protected people */
	const struct progress *progress;
};

struct import_tally {
	bool already; /* this very file was imported before */
	size_t rows, accepted, rejected; /* of the file */
	size_t records; /* that the accepted ones gave: more, where a row speaks of several people */
	size_t people, known_before, protected; /* people lists */
	const char *format, *encoding; /* "CSV", "UTF-8" ...: how the bytes were read */
	size_t header, above; /* the row with the names of columns; rows above it with something in them */
	size_t hidden_rows; /* of a workbook; of `rows` */
	json_t *sheets;	    /* of a workbook, else NULL: [{name, state, hidden, read, rows, hidden_rows, hidden_columns}] */
	json_t *unread;	    /* of a workbook: ["comments"]: what else may hold data (table.h) */
	json_t *hidden_columns; /* of a workbook: [column] */
	json_t *columns;  /* {field: column}; of a part "victim.surname" */
	json_t *unmapped; /* [column]: under their own name only */
	char *rejects[IMPORT_REJECTS_SHOWN]; /* "row 7, Pay No: ..." of the first ones */
};
void import_tally_done(struct import_tally *t);

/* FAULT_INPUT names file, row and field; FAULT_USAGE a wrong map; FAULT_REFUSED the same file under other columns. */
int import_run(struct ledger *l, const struct import_options *o, struct import_tally *ret, struct fault *f);

#endif
