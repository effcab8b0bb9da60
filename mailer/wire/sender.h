/* SPDX-License-Identifier: MIT */
/*
 * sender: who sends a letter, by its header: a mail system, another program, or perhaps a
 * person. The fields are easily forged; what follows from them is letter.c's to weigh.
 */
#ifndef MAILER_WIRE_SENDER_H
#define MAILER_WIRE_SENDER_H

#include "mailer/wire/header.h"
#include "mailer/wire/span.h"

struct sender {
	bool machine;	 /* a mail system, by its name or because nobody can answer it */
	bool named;	 /* ... by its name, or how its text begins */
	bool unattended; /* an address at which nobody sits, or a letter marked as made by a program */
	bool list;	 /* it came by a mailing list */
	bool replies;	 /* its subject answers or forwards another */
};

/* `from`: the address in the From of the head, "" if there is none. `subject` is decoded. */
struct sender sender_read(const struct header *head, const char *from, struct span subject);

#endif
