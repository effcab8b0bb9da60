/* SPDX-License-Identifier: MIT */
/*
 * proof: that a person's message is one of those that were released and signed; for that person alone. Beside the pack
 * (evidence.h), scripts/verify-evidence PACK --proof FILE checks it. Shows; never the source of a fact.
 *
 * For each mail of a release that was made for them, in lines that end in LF:
 *
 *   breachmail-proof 1
 *   ledger ID
 *   release N sha256:DIGEST
 *   message INDEX of COUNT      its place among those of its level, from 1
 *   leaf HEX                    the bytes of the leaf (manifest.h)
 *   path HEX                    RFC 6962, section 2.1.1: from the leaf upwards, a line each
 *   bytes LENGTH                or "bytes gone" where they were dropped
 *
 * and then so many bytes, the message, and a LF. It says nothing of anybody else, and names no level; the message is the one
 * that was handed over, before servers on its way added lines of their own.
 */
#ifndef MAILER_PROOF_H
#define MAILER_PROOF_H

#include <stdint.h>

#include "mailer/settings.h"
#include "recipients/fault.h"
#include "recipients/ledger.h"
#include "recipients/text.h"

/* Of a person (person.id). `*ret_count`: how many mails. FAULT_INPUT: no mail of a release was made for them. */
int proof_write(struct ledger *l, const struct settings *s, int64_t person, struct text *ret, int64_t *ret_count,
	struct fault *f);

#endif
