/* SPDX-License-Identifier: MIT */
/*
 * mbox: the letters in a file. A file that begins with a "From " line is an mbox (RFC 4155,
 * and mboxrd for what it leaves open); any other is one letter.
 *
 * A new letter begins at a line "From ..., HH:MM, year" behind an empty line; that line,
 * and the empty one before it, belong to no letter. ">From " and ">>From " at the start of
 * a line lose one ">". Other programs may add letters meanwhile: read is what stood there,
 * whole, when it was opened.
 */
#ifndef MAILER_WIRE_MBOX_H
#define MAILER_WIRE_MBOX_H

#include <stdbool.h>
#include <stddef.h>

#include "recipients/fault.h"
#include "recipients/text.h"

struct mbox;

enum mbox_form {
	MBOX_TOLD_BY_START, /* one letter, or several */
	MBOX_SEVERAL,
	MBOX_ONE /* whatever it begins with */
};

/*
 * `fd` is taken, also on a fault; it must be a file. `name` is for faults, and copied.
 * FAULT_INPUT; FAULT_TEMPORARY if another program keeps it locked for 5 s.
 */
int mbox_open(int fd, const char *name, enum mbox_form form, struct mbox **ret,
	struct fault *f);
/* 1: a letter; of a larger one than `most` its start, and `*ret_cut`. 0: no more. */
int mbox_next(struct mbox *m, size_t most, struct text *out, bool *ret_cut,
	struct fault *f);
void mbox_close(struct mbox *m);
void mbox_closep(struct mbox **m);
#define auto_mbox __attribute__((cleanup(mbox_closep))) struct mbox

#endif
