/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as a record out of the cage. What passes can be used without a further look:
 * strings end, names of classes exist. The bytes fill a record from its start, again and
 * again, so that few of them reach all of it.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "mailer/wire/letter_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void check_that(bool holds)
{
	if (!holds)
		abort();
}

static void use_recipient(const struct letter_recipient *r)
{
	check_that(
		strlen(r->address) < LETTER_ADDRESS && strlen(r->final) < LETTER_ADDRESS);
	check_that(strlen(r->status) < 16 && strlen(r->diagnostic) < LETTER_WORDS);
	check_that(*letter_class_name(r->class) && *letter_evidence_name(r->evidence));
	check_that(letter_reason_words(r->reason) != NULL);
}

static void use(const struct letter *l)
{
	check_that(*letter_class_name(l->class) && *letter_evidence_name(l->evidence));
	check_that(strlen(l->text) < LETTER_TEXT && !strpbrk(l->subject, "\n\x1b\x7f"));
	check_that(
		(int)l->says_ack + l->asks + l->worried + l->cut + l->null_sender <= 5);
	for (unsigned i = 0; i < l->n_to; i++)
		check_that(strlen(l->to[i]) < LETTER_ADDRESS);
	for (unsigned i = 0; i < l->n_references; i++)
		check_that(strlen(l->references[i]) < LETTER_ID);
	for (unsigned i = 0; i < l->n_recipients; i++)
		use_recipient(&l->recipients[i]);
}

/* The first two bytes say how many recipients the record claims, and which byte after
 * which bytes of zeros is overwritten: a record of noise alone is never right. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct letter *l;
	size_t size, at = 0;

	if (length < 4)
		return 0;
	size = offsetof(struct letter, recipients) +
	       (size_t)(bytes[0] % 4) * sizeof(struct letter_recipient);
	l = calloc(1, sizeof(*l));
	check_that(l != NULL);
	for (size_t i = 1; i + 3 < length; i += 3) {
		at = (at + ((size_t)bytes[i] << 8 | bytes[i + 1])) % size;
		((uint8_t *)l)[at] = bytes[i + 2];
	}
	if (bytes[0] & 0x80)
		l->n_recipients = bytes[0] % 4;
	if (!letter_check(l, size))
		use(l);
	free(l);
	return 0;
}
