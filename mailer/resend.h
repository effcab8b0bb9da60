/* SPDX-License-Identifier: MIT */
/*
 * resend: the same notice once more, to whoever asks for it. Sole writer of the resends in follow_up.
 *
 * Once a person and notice, and only to the address that the notice went to: the very words that were released, under a new
 * Message-ID and date. So it goes by leave of their release (leave.h), and needs no new one. Who asks learns nothing from what
 * happens: nobody, somebody who is not concerned, and somebody who is get the same answer.
 *
 * An address that is not on file is never written to: it becomes a task, in which a human sees first who is asking. So does an
 * address on file that failed.
 */
#ifndef MAILER_RESEND_H
#define MAILER_RESEND_H

#include <stddef.h>
#include <stdint.h>

#include "mailer/leave.h"
#include "mailer/settings.h"
#include "recipients/clock.h"
#include "recipients/fault.h"
#include "recipients/ledger.h"
#include "recipients/policy.h"
#include "templates/texts.h"

#define RESEND_FILE (16u << 20) /* bytes */
#define RESEND_LINES 100000

enum resend_outcome {
	RESEND_AGAIN,	 /* the notice goes once more */
	RESEND_ALREADY,	 /* it did so before */
	RESEND_COMING,	 /* their first has not gone yet, and will */
	RESEND_IN_PERSON, /* a human tells them */
	RESEND_FAILED,	 /* the address on file failed: a task */
	RESEND_NOT_TOLD, /* known, and not concerned, held back or restricted */
	RESEND_NOBODY,
	RESEND_UNCLEAR,	 /* several, or what it says does not agree */
	RESEND_REPEATED, /* somebody of an earlier line */
	RESEND_OUTCOMES
};
const char *resend_word(enum resend_outcome o);

struct resend_options {
	const struct settings *settings;
	const struct policy *policy;
	struct texts *texts;
	const char *code; /* or a file, or lines */
	const char *file, *lines;
	const char *by, *reason;
	const struct progress *progress;
};
struct resend_tally {
	int64_t requests; /* lines that say something */
	int64_t count[RESEND_OUTCOMES];
	int64_t tasks; /* of an address that is not on file, or failed */
	unsigned char *outcomes; /* of each line of the file, from the first; RESEND_OUTCOMES: it is empty */
	size_t lines;
	struct leave_tally leave;
};
void resend_tally_done(struct resend_tally *t);

/* FAULT_INPUT: the file cannot be read, or has too many lines. */
int resend_run(struct ledger *l, const struct resend_options *o, struct resend_tally *ret, struct fault *f);

#endif
