/* SPDX-License-Identifier: MIT */
/*
 * shelf: what the page has to show, as the verbs have put it there: two files in DIR/review, each replaced whole by rename.
 *
 * reviewers.json, when somebody is added or removed:
 *
 *	version		1
 *	mode		"rehearsal" or "live"
 *	key		for the page's own digests (names, codes), hex
 *	box		the ledger's public half: what is handed in is sealed to it, hex
 *	reviewers	[{id, serial, name (digest, hex), role ("rep", "desk"), scope, expires, secret (Argon2id), secret_expires}]
 *
 * export.json, whenever something has changed, and every few seconds while `send` is at work:
 *
 *	version		1
 *	made_at		ms since 1970
 *	kinds		[{name, text}]: what a code may belong to, in words that tell no level
 *	codes		records of SHELF_RECORD bytes in the order of their digests, hex: digest of the code (16), its kind (1),
 *			the day on which it went out, since 1970 (3, high byte first)
 *	views		{scope: what federation.h gathers}
 *	points		{reviewer's id: [{number, at, text, words, answer, answered_at}]}
 *
 * No name of a person, no level, no address is in either. Forty bits of a code are few: who has this file can find out which
 * codes are genuine, and nothing of whom they are for.
 */
#ifndef MAILER_PAGE_SHELF_H
#define MAILER_PAGE_SHELF_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "recipients/fault.h"
#include "recipients/hatch.h"

#define SHELF_REVIEWERS "review/reviewers.json"
#define SHELF_EXPORT "review/export.json"
#define SHELF_RECORD 20

struct shelf_reviewer {
	int64_t id, serial;
	unsigned char name[HATCH_DIGEST];
	bool desk;
	const char *scope; /* the shelf's */
	int64_t expires, secret_expires; /* ms since 1970 */
	char secret[HATCH_HASH];
};

struct shelf;
struct shelf *shelf_new(const char *dir);
void shelf_free(struct shelf *s);
/* Looks whether a file is another one by now. A file that cannot be read is none: nobody may sign in, nothing is shown. */
void shelf_look(struct shelf *s);
/* Another one each time the export is. */
int64_t shelf_version(const struct shelf *s);

/* What a name is called in the file: as it is typed, but for case, blanks and accents. */
void shelf_name(const unsigned char key[HATCH_KEY], const char *name, unsigned char out[HATCH_DIGEST]);
void shelf_code(const unsigned char key[HATCH_KEY], const char *code, unsigned char out[HATCH_DIGEST]);
bool shelf_keys(const struct shelf *s, unsigned char ret_key[HATCH_KEY], unsigned char ret_box[HATCH_KEY]);

const char *shelf_mode(const struct shelf *s);

/* Who is not over at `now` (clock_now); valid until the next shelf_look. NULL: nobody. */
const struct shelf_reviewer *shelf_find_name(const struct shelf *s, const unsigned char name[HATCH_DIGEST], int64_t now);
const struct shelf_reviewer *shelf_find(const struct shelf *s, int64_t id, int64_t now);

/* Borrowed; NULL: not there (yet). */
json_t *shelf_export(const struct shelf *s);
json_t *shelf_view(const struct shelf *s, const char *scope);
json_t *shelf_points(const struct shelf *s, int64_t reviewer);

/* A code as code_read writes it. `ret_kind`: words, borrowed; `ret_at`: midnight UTC of its day. */
bool shelf_genuine(const struct shelf *s, const char *code, const char **ret_kind, int64_t *ret_at);

#endif
