/* SPDX-License-Identifier: MIT */
/*
 * imap: the letters of an IMAP mailbox above a position, each once, in the order of their
 * UIDs (RFC 3501, RFC 9051).
 *
 * libcurl makes the connection and logs in (dial.h); the few commands are ours: EXAMINE,
 * which opens for reading only, UID SEARCH, and UID FETCH of BODY.PEEK[], a letter each,
 * some of them ahead of their answers. libcurl's own requests SELECT, which marks as seen,
 * and take a line of a letter for the end of an answer. Memory is one letter's.
 */
#ifndef MAILER_WIRE_IMAP_H
#define MAILER_WIRE_IMAP_H

#include <stdbool.h>

#include "mailer/wire/mailbox.h"
#include "recipients/fault.h"
#include "recipients/text.h"

struct imap;

/* Connects, logs in, looks for new letters. Faults: mailbox_open. `s` must live as long. */
int imap_open(const struct mailbox_settings *s, const struct mailbox_position *after,
	struct imap **ret, struct fault *f);
/* As mailbox_next. */
int imap_next(struct imap *m, struct text *out, bool *ret_cut,
	struct mailbox_position *ret_at, struct fault *f);
void imap_close(struct imap *m);
void imap_closep(struct imap **m);
#define auto_imap __attribute__((cleanup(imap_closep))) struct imap

#endif
