/* SPDX-License-Identifier: MIT */
/*
 * guests: what the page itself knows of the reviewers: which secrets are used up, and their passphrases. Out of the journal.
 *
 * A secret has a serial number; a new one begins anew, so that whoever forgot a passphrase is given a new secret.
 */
#ifndef MAILER_PAGE_GUESTS_H
#define MAILER_PAGE_GUESTS_H

#include <stdbool.h>
#include <stdint.h>

#include "recipients/fault.h"
#include "recipients/hatch.h"

#define GUESTS_MOST 1000

struct guest {
	int64_t reviewer, serial;
	bool used;		/* the secret of this serial */
	char hash[HATCH_HASH]; /* of the passphrase; "" none yet */
};
struct guests {
	struct guest list[GUESTS_MOST];
	size_t count;
};

int guests_load(const char *dir, struct guests *ret, struct fault *f);
/* NULL: never heard of this secret. */
const struct guest *guests_find(const struct guests *g, int64_t reviewer, int64_t serial);
/* The caller writes the journal first. `hash` may be NULL. False: too many, and this secret must not be used. */
bool guests_note(struct guests *g, int64_t reviewer, int64_t serial, const char *hash);

#endif
