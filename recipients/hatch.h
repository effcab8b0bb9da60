/* SPDX-License-Identifier: MIT */
/*
 * hatch: what a process without the ledger's key can do with what it is given: recognise, hand in, and nothing else.
 *
 * Keyed digests (BLAKE2b, 16 bytes) under a key that is not the ledger's. Sealing to the ledger's public half (libsodium's
 * sealed boxes: X25519, XSalsa20-Poly1305): whoever seals cannot open again. Passphrases as Argon2id (RFC 9106), in
 * libsodium's text form, at the cost that OWASP's sheet on storing passwords names: 19 MiB, two passes.
 *
 * Both keys follow from the ledger's (vault_derive), so nothing more has to be kept.
 */
#ifndef RECIPIENTS_HATCH_H
#define RECIPIENTS_HATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "recipients/fault.h"
#include "recipients/text.h"

#define HATCH_KEY 32
#define HATCH_DIGEST 16
#define HATCH_HASH 128 /* text, with its NUL */

void hatch_digest(const unsigned char key[HATCH_KEY], const char *purpose, const void *bytes, size_t length,
	unsigned char out[HATCH_DIGEST]);

/* Both halves out of a seed; the public one may be given away. */
void hatch_pair(const unsigned char seed[HATCH_KEY], unsigned char ret_public[HATCH_KEY],
	unsigned char ret_secret[HATCH_KEY]);
/* `out` is cleared first. */
void hatch_seal(const unsigned char public[HATCH_KEY], const void *bytes, size_t length, struct text *out);
/* FAULT_INPUT: it was not sealed for us, or was changed. */
int hatch_open(const unsigned char seed[HATCH_KEY], const void *sealed, size_t length, struct text *out, struct fault *f);

/* Takes about 30 ms, as does each comparison. FAULT_INTERNAL: no memory. */
int hatch_hash(const char *passphrase, char out[HATCH_HASH], struct fault *f);
/* The work is the same whether it fits or not; any text that is no hash takes no time and fits nothing. */
bool hatch_fits(const char hash[HATCH_HASH], const char *passphrase);

/* In time that does not depend on where they differ. */
bool hatch_same(const void *a, const void *b, size_t length);

void hatch_wipe(void *bytes, size_t length);
/* Lower-case hex into exactly `length` bytes; -1 if it is not that. */
int hatch_unhex(const char *hex, void *out, size_t length);
/* Base64 of up to 64 bytes. */
#define HATCH_BASE64 96
void hatch_base64(const void *bytes, size_t length, char out[HATCH_BASE64]);

#endif
