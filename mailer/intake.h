/* SPDX-License-Identifier: MIT */
/*
 * intake: keeps letters, sealed, before anybody reads them. Sole writer of letter, letter_body and mailbox_position.
 *
 * The same letter counts once in a mode, wherever it came from: its digest leaves out CR, since IMAP and files end lines in
 * different ways.
 */
#ifndef MAILER_INTAKE_H
#define MAILER_INTAKE_H

#include <stdint.h>

#include "mailer/letterbox.h"
#include "mailer/wire/mailbox.h"
#include "recipients/fault.h"
#include "recipients/ledger.h"
#include "recipients/text.h"

struct intake;
int intake_open(struct ledger *l, const char *mode, struct intake **ret, struct fault *f);
void intake_close(struct intake *i);
void intake_closep(struct intake **i);
#define auto_intake __attribute__((cleanup(intake_closep))) struct intake

/* Within a transaction. `*ret`: its number; 0: the book has it. */
int intake_take(struct intake *i, const struct mailbox_letter *letter, const char *source, int64_t *ret,
	struct fault *f);
/* The letters that nobody has read yet, oldest first, after number `after`; `*ret` 0: no more. */
int intake_unread(struct intake *i, int64_t after, int64_t *ret, struct fault *f);
/* A letter's bytes, opened; when it was taken in; whether it is only the start of one. FAULT_LEDGER: they are gone. */
int intake_fetch(struct intake *i, int64_t letter, struct text *out, int64_t *ret_at, bool *ret_cut,
	struct fault *f);

/* How far a mailbox was read; {0, 0}: never. */
int intake_position(struct intake *i, const struct letterbox *b, struct mailbox_position *ret, struct fault *f);
/* Within the transaction of what its letters did. */
int intake_move(struct intake *i, const struct letterbox *b, const struct mailbox_position *to, struct fault *f);

#endif
