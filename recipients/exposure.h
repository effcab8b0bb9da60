/* SPDX-License-Identifier: MIT */
/*
 * exposure: which kinds of a person's data are in the leak. Kinds, never values.
 *
 * A kind is a known field (field.h) that a letter has words for, or one that the incident names and a column of the
 * leak is called ("photo"). What the incident names and no column can show ("photo", where the pictures were
 * files) counts for everyone.
 */
#ifndef RECIPIENTS_EXPOSURE_H
#define RECIPIENTS_EXPOSURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "recipients/roster.h"
#include "recipients/text.h"

struct exposure;

/* `exposed`: the incident's kinds, [string], at most EXPOSURE_NAMED_MAX. Looks at every record once. */
struct exposure *exposure_new(const json_t *exposed, const struct roster *records);
void exposure_free(struct exposure *e);

/* A set of kinds: bit i is exposure_kind(i). */
#define EXPOSURE_KINDS_MAX 64
#define EXPOSURE_NAMED_MAX 28 /* by the incident: the rest is for the fields that have words */
/* Of a record of that roster. */
uint64_t exposure_of(const struct exposure *e, const struct roster_row *record);
uint64_t exposure_common(const struct exposure *e); /* everyone's */
uint64_t exposure_named(const struct exposure *e);  /* the incident's: of whom no row speaks */
size_t exposure_count(const struct exposure *e);
const char *exposure_kind(const struct exposure *e, size_t i);

/* "your pay number" for a kind; what brings a word of its own stays as it is ("anything on the laptop"); NULL if it is no known field and none of the incident's words. */
const char *exposure_words(const char *kind, char out[128]);

#endif
