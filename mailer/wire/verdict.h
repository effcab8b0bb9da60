/* SPDX-License-Identifier: MIT */
/*
 * verdict: what a report proves about each recipient.
 *
 * Out of the fields of a report part, or the words of a bounce, comes for each recipient
 * a class, a status, a reason and what they rest on. The action decides; words correct it
 * where whole families are known to misuse it (a final expiry called "delayed", a mere
 * hand-over called "delivered").
 */
#ifndef MAILER_WIRE_VERDICT_H
#define MAILER_WIRE_VERDICT_H

#include "mailer/wire/bounce.h"
#include "mailer/wire/dsn.h"
#include "mailer/wire/letter.h"
#include "mailer/wire/reading.h"

/* Adds the recipients of a delivery report. False if it has none that say anything. */
bool verdict_report(const struct reading *r, struct span fields,
	const struct bounce_tone *tone, struct letter *l);

/* The recipients of a bounce in words. */
void verdict_words(const struct reading *r, const struct bounce_tone *tone, struct letter *l);

/* One recipient of whom nothing but the class is known. NULL if the letter is full. */
struct letter_recipient *verdict_add(struct letter *l, const char *address);

/* Class, reason and evidence of the whole out of the recipients': the worst. */
void verdict_sum(struct letter *l);

#endif
