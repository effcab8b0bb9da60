/* SPDX-License-Identifier: MIT */
/*
 * imap_talk: one connection to an IMAP server: commands there, answers back.
 *
 * Every wait has an end: an answer, or each 64 KiB of a longer one, must come within the
 * timeout. A connection that breaks is no fault: the step says IMAP_LOST, `why` how, and
 * imap_talk_connect makes another.
 */
#ifndef MAILER_WIRE_IMAP_TALK_H
#define MAILER_WIRE_IMAP_TALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mailer/wire/dial.h"
#include "mailer/wire/imap_answer.h"
#include "recipients/fault.h"

enum imap_step {
	IMAP_DONE,
	IMAP_LOST, /* the connection */
	IMAP_FAILED /* the fault is filled: it is of no use to go on */
};

struct imap_talk {
	struct dial_settings place; /* the caller's, with a timeout */
	int64_t timeout;	    /* for what follows the login, ms */
	struct imap_answers answers; /* the caller says where letters and numbers go */
	bool connected, stood;	     /* now; ever */
	bool silent;		     /* it was lost because nothing came */
	uint32_t tag;		     /* of the last command on this connection */
	uint32_t uidvalidity;	     /* as it said last on this connection; 0: not yet */
	struct fault why;	     /* FAULT_TEMPORARY */
	/* from here on its own */
	struct dial dial;
	int64_t deadline;
	size_t step;
};

/*
 * Connects and logs in. As long as no connection ever stood, and where the same will
 * happen again, a failure is a fault, as dial_result says. FAULT_INTERRUPTED.
 */
enum imap_step imap_talk_connect(struct imap_talk *t, struct fault *f);

/* A command without its tag and line end: "EXAMINE INBOX". Answers are not waited for. */
enum imap_step imap_talk_say(struct imap_talk *t, struct fault *f, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* The next answer that is a letter or a result; all others are passed over. */
enum imap_step imap_talk_hear(
	struct imap_talk *t, struct imap_answer *ret, struct fault *f);
/* The result of the last command. */
enum imap_step imap_talk_result(
	struct imap_talk *t, struct imap_answer *ret, struct fault *f);

/* "mailbox HOST:PORT: WHAT (it said: ...)"; always IMAP_FAILED. */
enum imap_step imap_talk_refused(const struct imap_talk *t, const struct imap_answer *said,
	const char *what, struct fault *f);

void imap_talk_end(struct imap_talk *t); /* says goodbye if that can be done at once */

#endif
