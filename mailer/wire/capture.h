/* SPDX-License-Identifier: MIT */
/*
 * capture: a relay that keeps everything: mails go into a Maildir and nowhere else.
 *
 * Layout as every Maildir: tmp, new, cur, each 0700; a mail is written to tmp and
 * renamed into new, so a reader never sees half of one. File names hold time, random
 * and a count, never an address; in the order of sending when sorted. The bytes are
 * exactly those that SMTP would have carried. Files are not synced one by one, the
 * whole at the end: a rehearsal may be rehearsed again.
 *
 * Same calls and verdicts as relay.h, so that a rehearsal walks the path of the real
 * thing: handing_over comes just before the rename.
 */
#ifndef MAILER_WIRE_CAPTURE_H
#define MAILER_WIRE_CAPTURE_H

#include <stddef.h>

#include "mailer/wire/relay.h"
#include "recipients/fault.h"

struct capture;

/* Makes the Maildir if it is not there (its parent must be). FAULT_CANTCREATE. */
int capture_open(const char *dir, struct capture **ret, struct fault *f);
void capture_close(struct capture *c); /* syncs; NULL is fine */
void capture_closep(struct capture **c);
#define auto_capture __attribute__((cleanup(capture_closep))) struct capture

/*
 * One mail. Accepted, or a fault (disk full ...): then it is not there. The queue id is the
 * name of the file.
 */
int capture_mail(struct capture *c, const struct relay_mail *mail, struct relay_verdict *ret,
	struct fault *f);

/* Takes mails as relay_run does, in one slot; of `s` only per_second, most and place. */
int capture_run(struct capture *c, const struct relay_settings *s,
	const struct relay_events *e, void *user, struct relay_summary *ret,
	struct fault *f);

/* Mails in new and cur; 0 if there is no such Maildir. */
int capture_count(const char *dir, size_t *ret, struct fault *f);
/* Removes the mails (new, cur, tmp) and nothing else. `*ret`: how many. */
int capture_purge(const char *dir, size_t *ret, struct fault *f);

#endif
