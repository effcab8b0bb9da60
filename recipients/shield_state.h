/* SPDX-License-Identifier: MIT */
/*
 * shield_state: the rows of a shield file between the two files that work on them: shield_file.c reads and keeps them,
 * shield.c says who is meant.
 */
#ifndef RECIPIENTS_SHIELD_STATE_H
#define RECIPIENTS_SHIELD_STATE_H

#include "recipients/fold.h"
#include "recipients/shield.h"

#define SHIELD_PAD 128
/* What shield.said_sealed holds, as a row; and what a column of the file may mean. */
#define SHIELD_REFERENCE "reference"
#define SHIELD_ANY "identifier" /* of any kind */
#define SHIELD_FIELD "field"
#define SHIELD_VALUE "value"

struct shield_line {
	int64_t id; /* shield.id */
	size_t number; /* row of the file */
	char *reference, *field, *value; /* field: what kind of identifier */
	char *key;	    /* what equal identifiers have in common */
	const char *reason; /* why it is a bad row; NULL: good */
	int64_t person;	    /* the first who has it; 0: nobody yet */
	bool several;
};

struct shield_link {
	size_t line;
	int64_t entry, person;
};

struct shield_lines {
	struct shield_line *lines;
	size_t count, room;
	bool kept; /* they are in the ledger: too late to refuse a reference */
	size_t *by_key; /* line indexes */
	struct shield_link *links;
	size_t links_count, links_room;
};
void shield_lines_done(struct shield_lines *s);
#define auto_shield_lines __attribute__((cleanup(shield_lines_done))) struct shield_lines

/* Takes copies. The key is made here. */
struct shield_line *shield_line_add(struct shield_lines *s, const char *reference, const char *field, const char *value);
void shield_lines_sort(struct shield_lines *s); /* makes by_key */

/* Holds all good lines against the lists that count: links, and whom a reference gives away. */
int shield_lines_match(struct ledger *l, struct shield_lines *s, struct fault *f);
/* Writes the links of good lines that are not known yet; whoever is new has their notices barred. */
int shield_lines_link(struct ledger *l, const struct shield_lines *s, struct fault *f);

/* The letters and digits of a value alone. */
void shield_joined(const char *value, char out[FOLD_ROOM]);

#endif
