/* SPDX-License-Identifier: MIT */
/*
 * sign: what `approve` does with signatures: sign.c those under a release, signers.c the list of who may sign.
 */
#ifndef MAILER_VERB_SIGN_H
#define MAILER_VERB_SIGN_H

#include "mailer/proposal.h"
#include "mailer/release.h"
#include "mailer/verb.h"

/* --sign, --manifest, --signature, the last two together, or none of them; FAULT_USAGE for others. */
int sign_choice(const struct command *c, bool *ret, struct fault *f);
/* --manifest alone, which writes the text out. With --signature it is the text that comes back with it. */
bool sign_writes(const struct command *c);
/*
 * --manifest: the text is written to the file. --sign: it is shown, and signed with the key. --signature: it is read from the
 * file, and a manifest beside it must be this text, to the byte (FAULT_REFUSED). `*ret`: the armour; empty after --manifest.
 */
int sign_obtain(struct command *c, const struct proposal *p, const char *space, struct text *ret, struct fault *f);
/* Who has signed so far, into the tally. */
json_t *sign_names(const struct signers_tally *t);

/* The release. */
int sign_release(struct command *c, const struct release_options *o, struct fault *f);

/* --read. */
int read_letters(struct command *c, const struct release_options *o, struct fault *f);

int signers_enrol(struct command *c, struct fault *f);
int signers_bar(struct command *c, struct fault *f);
/* --signers: who may sign; and with --sign ... the list that waits. */
int signers_list(struct command *c, struct fault *f);

#endif
