/* SPDX-License-Identifier: MIT */
/*
 * maildir: the files of letters in a Maildir (new and cur), or in a plain folder.
 *
 * Nothing is moved or changed. Other programs may do so meanwhile: a letter that was moved
 * from new to cur, or got other flags there, is found again; one that is gone is passed
 * over; one that comes is for the next run. In the order of their names, which in a
 * Maildir is that of delivery. Hidden files, links and what is no file are passed over.
 */
#ifndef MAILER_WIRE_MAILDIR_H
#define MAILER_WIRE_MAILDIR_H

#include <stdbool.h>
#include <stddef.h>

#include "recipients/fault.h"

struct maildir;

/* Has it new and cur? */
bool maildir_is(const char *dir);

/*
 * A Maildir if it is one, else a plain folder. At most `most` files (FAULT_INPUT names the
 * limit). FAULT_INPUT: it cannot be read.
 */
int maildir_open(const char *dir, size_t most, struct maildir **ret, struct fault *f);
/* 1: `*ret` is the next file, open for reading; the caller closes it. 0: no more. */
int maildir_next(struct maildir *m, int *ret, struct fault *f);
void maildir_close(struct maildir *m);
void maildir_closep(struct maildir **m);
#define auto_maildir __attribute__((cleanup(maildir_closep))) struct maildir

#endif
