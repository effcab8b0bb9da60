/* SPDX-License-Identifier: MIT */
/*
 * paper: what an office prints for open tasks: letters ready for the envelope window, and a sheet for each visit or call
 * with what to say.
 *
 * Two forms. HTML: one file with everything in it, A4, a new page for each; any browser prints it. Plain text: 10 letters an
 * inch, 6 lines an inch, 60 lines a page, form feeds between pages; any printer takes it. In both, the address stands where
 * the window of a DL envelope is (BS 4264, A4 folded in three): 25 mm from the left, 54 mm from the top, six lines. No rank,
 * no sender, no level: an envelope tells nothing.
 *
 * A letter has the words of the notice that its reader would have had by mail, and a reference code of its own, which stays
 * the same however often it is printed. Sole writer of task_letter.
 */
#ifndef MAILER_PAPER_H
#define MAILER_PAPER_H

#include <stdbool.h>
#include <stdint.h>

#include "mailer/settings.h"
#include "mailer/task.h"
#include "recipients/fault.h"
#include "recipients/ledger.h"
#include "recipients/policy.h"
#include "recipients/text.h"
#include "templates/texts.h"

struct paper_options {
	const struct settings *settings;
	const struct policy *policy;
	struct texts *texts;
	bool html;
};
struct paper_tally {
	int64_t letters, sheets;
	int64_t by_hand; /* letters without an address in the window: to be handed over */
	int64_t held;	 /* left out: a human holds these people back */
};

/* In the order of `tasks`; what is done is left out. Appends to `out`. */
int paper_write(struct ledger *l, const struct paper_options *o, const struct task_list *tasks, struct text *out,
	struct paper_tally *ret, struct fault *f);

/* The name of the text that is printed for a task: what its reader gets, or what is said to them. The caller's to free. */
char *paper_text(const struct policy *p, const struct texts *texts, const struct task *t, const struct roster_row *entry);

/* The person, or NULL, to whom a letter with this code (code_read) was written in a mode; 0: none. */
int paper_find(struct ledger *l, const char *mode, const char *code, int64_t *ret_person, struct fault *f);

#endif
