/* SPDX-License-Identifier: MIT */
/*
 * told: the lines of a manifest that only tell what was so when the release was made, and are not made anew: sending hours;
 * which tool, settings, policy and texts it was made with; who signs; to whom silence goes and what else may follow
 * (standing.h); why people and rows are left out; who had a mail before; what is another than in the release before it; a
 * forecast. Writes nothing.
 */
#ifndef MAILER_TOLD_H
#define MAILER_TOLD_H

#include "mailer/manifest.h"

/* Appends them. */
int told_write(struct ledger *l, const struct release_options *o, const struct manifest_of *m, struct text *out,
	struct fault *f);

#endif
