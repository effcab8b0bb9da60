/* SPDX-License-Identifier: MIT */
/*
 * note: what must be documented (UK GDPR Art. 33(5); DPA 2018 s. 67(6)): that the regulator was told, decisions, reasons for
 * delay, measures. Sole writer of note.
 *
 * A note is never changed. One that was wrong is withdrawn, which is a note too. Notes of a rehearsal do not count in live.
 */
#ifndef MAILER_NOTE_H
#define MAILER_NOTE_H

#include <stdint.h>

#include <jansson.h>

#include "mailer/settings.h"
#include "recipients/fault.h"
#include "recipients/ledger.h"

#define NOTE_TEXT_MAX 20000 /* bytes */

/* "regulator-told", "decision", "delay", "measure"; NULL behind the last. */
extern const char *const note_kinds[];

struct note {
	const char *kind, *text, *by;
	int64_t at; /* when it was so, ms since 1970 */
};
/* FAULT_USAGE: no such kind, no text, too long, or a time that has not come yet. */
int note_write(struct ledger *l, const struct note *n, int64_t *ret_number, struct fault *f);
/* FAULT_USAGE: no such note in this mode, or it is withdrawn already. */
int note_withdraw(struct ledger *l, const char *mode, int64_t number, const char *by, const char *reason, struct fault *f);

/*
 * [{"number", "kind", "at", "written_at", "by", "text", "withdrawn" null or {"written_at", "by", "text"}}], in the order of
 * `at`: the whole log of a mode, as it is kept.
 */
int note_list(struct ledger *l, const char *mode, json_t **ret, struct fault *f);

/* When the regulator was told first; 0: not yet. */
int note_regulator_told(struct ledger *l, const char *mode, int64_t *ret, struct fault *f);
/* How many notes of a kind stand. */
int note_count(struct ledger *l, const char *mode, const char *kind, int64_t *ret, struct fault *f);

#endif
