/* SPDX-License-Identifier: MIT */
/*
 * bounce: reports in plain words, as half of all mail systems write them.
 *
 * What every one of them has: wording of failure or delay, the addresses it speaks of, what
 * the other server said near each of them, and often the mail itself behind a line that
 * says so. The vocabulary (words/bounce.txt) covers the main European languages; no
 * knowledge of a single system is needed for the common forms.
 */
#ifndef MAILER_WIRE_BOUNCE_H
#define MAILER_WIRE_BOUNCE_H

#include "mailer/wire/letter.h"
#include "mailer/wire/span.h"
#include "recipients/text.h"

#define BOUNCE_RECIPIENTS 50

/* Is it written in the words of a bounce, and which? */
struct bounce_tone {
	bool failed, delivered, relayed;
	bool transcript; /* of a session: a failure, where no success is told */
	bool delayed; /* it was late, or it goes on: */
	bool retried, final, perhaps_final;
	bool subject_failed, subject_delayed, subject_delivered;
	bool subject_final; /* it names a failure before anything else */
	bool family; /* only words of one system */
	struct span words; /* the text up to the mail that it brings back */
	struct span returned; /* that mail, from its header on; empty if there is none */
};

/* Both are UTF-8; `words` and `returned` point into `text`. `suspect`: look at the text even
 * if the subject tells nothing; most letters are of people, and need no such look. */
void bounce_tone(struct span subject, struct span text, bool suspect,
	struct bounce_tone *ret);

/* Does it begin as mail systems do: "This is the mail system at host ..."? */
bool bounce_opens(struct span text);

/* If nothing is said before the first fields of a mail in the text, and they are but an
 * excerpt ("relates to a message with the following header fields"): what stands behind. */
void bounce_pass_excerpt(struct span text, struct bounce_tone *tone);

struct bounce_recipient {
	char address[LETTER_ADDRESS];
	size_t words, words_end; /* what is said of it, in bounce.words */
};

struct bounce {
	struct text words; /* what is said of each recipient, one behind the other */
	struct bounce_recipient recipients[BOUNCE_RECIPIENTS];
	size_t count;
	bool vague; /* an address that merely stands there */
};
void bounce_done(struct bounce *b);

/* Finds those it speaks of. Addresses for which `ours` says true are not meant unless
 * there is no other. `ret` is {0} or used before. */
void bounce_read(struct span words, bool (*ours)(const char *address, void *context),
	void *context, struct bounce *ret);

void bounce_prepare(void);

#endif
