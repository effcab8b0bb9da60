/* SPDX-License-Identifier: MIT */
/*
 * export: what the page shows, put where it reads it (page/shelf.h): for each scope that a rep has what federation.h gathers,
 * the reps' points and the answers, and which reference codes are genuine. Without a rep or a desk there is no export.
 *
 * Everything in it may be seen by those who see the page; the codes are digests under a key of the page's own.
 *
 * COST. Opening reads ranks and texts, and each renewal the counts in one pass. The codes are opened once each as long as an
 * export is open: `send` keeps it open, and renews it so seldom that it takes a fiftieth of the time at most.
 */
#ifndef MAILER_EXPORT_H
#define MAILER_EXPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "mailer/settings.h"
#include "recipients/fault.h"
#include "recipients/ledger.h"
#include "recipients/policy.h"
#include "templates/texts.h"

#define EXPORT_LEAST_MS 3000 /* between two renewals within a run */
#define EXPORT_SHARE 50

struct export;
/* All are kept, not copied. */
struct export *export_new(struct ledger *l, const struct settings *s, const struct policy *p, struct texts *texts);
void export_free(struct export *e);

/* Is anybody there to see it? */
int export_wanted(struct ledger *l, const char *mode, bool *ret, struct fault *f);
/* Writes it anew. */
int export_renew(struct export *e, struct fault *f);
/* The same, if it is time. `now`: clock_monotonic. */
int export_renew_in_run(struct export *e, int64_t now, struct fault *f);

#endif
