/* SPDX-License-Identifier: MIT */
/*
 * whom: by what people are called in lists, on paper and in reports: by their number, or, where a liaison shields them, by
 * the liaison's reference alone. Whoever writes about people for others asks here.
 *
 * Nothing that is written holds both a reference and who it is. The one exception to numbers is what somebody asks for by
 * name or number (person, compose --show, group --explain), and the exports of matching and grouping, which decisions are
 * made from.
 */
#ifndef MAILER_WHOM_H
#define MAILER_WHOM_H

#include <stdbool.h>
#include <stdint.h>

#include "recipients/fault.h"
#include "recipients/ledger.h"
#include "recipients/roster.h"
#include "recipients/shield.h"

struct whom {
	struct roster people;
	struct shields *shields;
};
int whom_load(struct ledger *l, struct whom *ret, struct fault *f);
void whom_done(struct whom *w);
#define auto_whom __attribute__((cleanup(whom_done))) struct whom

/* The liaison's reference; NULL: not shielded. */
const char *whom_reference(const struct whom *w, int64_t person);
/* The reference, else the number; "" where they are on no list any more. */
const char *whom_name(const struct whom *w, int64_t person, char scratch[ROSTER_NAME]);
/*
 * The same for a task with this reason: one that was the liaison's stays so, even when the reference was taken back. Then
 * it is WHOM_WITHHELD.
 */
#define WHOM_WITHHELD "shielded"
const char *whom_task(const struct whom *w, int64_t person, const char *reason, char scratch[ROSTER_NAME]);
bool whom_is_shielded(const struct whom *w, int64_t person, const char *reason);

#endif
