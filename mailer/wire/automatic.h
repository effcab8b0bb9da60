/* SPDX-License-Identifier: MIT */
/*
 * automatic: letters that a program wrote for a person: "I am away", "please confirm that you
 * are human", "your message was read on Monday" (a receipt without its report part).
 *
 * RFC 3834 fields where they are; half of the programs send none, so subject and first
 * words count too (words/automatic.txt). The fields alone prove nothing: bounces carry them as
 * well, so ask here only when it is no report.
 */
#ifndef MAILER_WIRE_AUTOMATIC_H
#define MAILER_WIRE_AUTOMATIC_H

#include <stdbool.h>
#include <stdint.h>

#include "mailer/wire/header.h"
#include "mailer/wire/letter.h"
#include "mailer/wire/span.h"

struct automatic {
	enum letter_class class; /* AUTO_REPLY, CHALLENGE, MDN, or OTHER: none of them */
	enum letter_evidence evidence;
	bool unmarked; /* its words alone: if they also say "I have read this", a person's */
};

/* Subject and text: UTF-8, the text without what it quotes. */
void automatic_read(const struct header *head, struct span subject, struct span text,
	struct automatic *ret);

/* Until when the person is away, in seconds since 1970, 0 if it is not said in a form that
 * is understood. `now`: when the letter was written. */
int64_t automatic_until(struct span text, int64_t now);

void automatic_prepare(void);

#endif
