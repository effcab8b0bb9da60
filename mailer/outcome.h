/* SPDX-License-Identifier: MIT */
/*
 * outcome: what became of a claim. Sole writer of outcome and outcome_relay.
 *
 * A claim without an outcome, and its sender is dead: the flight journal knows what was on the wire, or it is in doubt.
 */
#ifndef MAILER_OUTCOME_H
#define MAILER_OUTCOME_H

#include <stdint.h>

#include "mailer/wire/relay_mail.h"
#include "recipients/fault.h"
#include "recipients/ledger.h"

int outcome_open(struct ledger *l, struct query **ret, struct fault *f);
/* `verdict`: accepted, refused, deferred, in_doubt or not_sent; `reply` is sealed. Within a transaction. */
int outcome_write(struct ledger *l, struct query *q, int64_t attempt, const char *verdict, int code,
	const char *enhanced, const char *reply, struct fault *f);

/* Which relay had it, by its place from 0. Of the first no row is kept. Within the same transaction. */
int outcome_relay_open(struct ledger *l, struct query **ret, struct fault *f);
int outcome_relay_write(struct query *q, int64_t attempt, size_t relay, struct fault *f);

/* A verdict as it is kept: "accepted", "refused", "deferred", "in_doubt", "not_sent". */
const char *outcome_word(enum relay_kind kind);

/* Writes the outcomes of all claims that a dead run left. Under the writer's lock, before the first claim. */
int outcome_recover(struct ledger *l, const char *dir, struct fault *f);

/* What a reader should call a claim without an outcome: pending while its sender lives, else as recover would write. */
const char *outcome_of_claim(const char *dir, int64_t attempt, int64_t notice);
/* And which relay had it, by its place from 0. */
size_t outcome_relay_of_claim(const char *dir, int64_t attempt, int64_t notice);

#endif
