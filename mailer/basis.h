/* SPDX-License-Identifier: MIT */
/*
 * basis: what a compose set rests on. When nothing of it has changed, the set is current, and compose has nothing to do.
 */
#ifndef MAILER_BASIS_H
#define MAILER_BASIS_H

#include <stdbool.h>
#include <stdint.h>

#include "mailer/settings.h"
#include "recipients/fault.h"
#include "recipients/ledger.h"
#include "recipients/policy.h"
#include "recipients/text.h"
#include "recipients/vault.h"
#include "templates/texts.h"

struct basis {
	const struct settings *settings;
	const struct policy *policy;
	struct texts *texts;
};

/* What every letter's words rest on, whoever gets it: the settings that stand in letters, and all texts. */
int basis_words(const struct basis *b, struct text *out, struct fault *f);
int basis_digest(struct ledger *l, const struct basis *b, unsigned char out[VAULT_DIGEST], struct fault *f);
/* The newest set of this mode; 0: none was composed. */
int basis_newest(struct ledger *l, const char *mode, int64_t *ret, struct fault *f);
/* Is it made of it? */
int basis_is_current(struct ledger *l, const struct basis *b, bool *ret, struct fault *f);

#endif
