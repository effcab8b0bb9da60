/* SPDX-License-Identifier: MIT */
/*
 * point: what reps say of the texts ("paragraph 3 is wrong"), and what the officer answers. Sole writer of point and
 * point_answer. An answer is shown on the page to whoever raised the point, and to nobody else.
 */
#ifndef MAILER_POINT_H
#define MAILER_POINT_H

#include <stdint.h>

#include <jansson.h>

#include "recipients/fault.h"
#include "recipients/ledger.h"

#define POINT_WORDS 4000 /* bytes, of a point and of an answer */

/* Within a transaction. */
int point_raise(struct ledger *l, int64_t reviewer, int64_t at, const char *text, const char *words, struct fault *f);
/* FAULT_USAGE: there is no such point in this mode. */
int point_answer(struct ledger *l, const char *mode, int64_t number, const char *by, const char *words, struct fault *f);

/* [{number, at, reviewer, text, words, answer, answered_at, answered_by}]; of one reviewer, or of all (0). */
int point_list(struct ledger *l, const char *mode, int64_t reviewer, json_t **ret, struct fault *f);

#endif
