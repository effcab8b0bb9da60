/* SPDX-License-Identifier: MIT */
/*
 * vault: seals and opens what is personal. The only room with keys.
 *
 * XChaCha20-Poly1305 (libsodium). A seal is bound to its place: table, column and row go in as associated data, so
 * a blob that was moved to another row does not open. Layout: 24 bytes nonce, ciphertext, 16 bytes tag. The plain
 * text is padded (ISO/IEC 7816-4), so that the length of a name is not readable from the outside.
 *
 * Keyed digests (BLAKE2b, 16 bytes) let the ledger find a personal value again without holding it.
 *
 * The key is one random 32-byte master key in a file of its own (0600), never beside the ledger; purposes get their
 * own keys from it (libsodium's crypto_kdf). In memory it is locked, not dumpable, and wiped on close. Other ways in hold it
 * wrapped under keys of their own (slots.h).
 */
#ifndef RECIPIENTS_VAULT_H
#define RECIPIENTS_VAULT_H

#include <stddef.h>
#include <stdint.h>

#include "recipients/fault.h"
#include "recipients/text.h"

#define VAULT_DIGEST 16
#define VAULT_SHA256 32
#define VAULT_KEY 32
#define VAULT_SALT 16
#define VAULT_WRAPPED (24 + VAULT_KEY + 16) /* nonce, the master key, tag */

struct vault;

/* Starts libsodium, forbids core dumps and being traced. Once, at the start of the process. */
int vault_start(struct fault *f);

/* Makes a key file for ledger `id`; FAULT_CANTCREATE if it exists: a key is never overwritten. */
int vault_create(const char *key_file, const char *id, struct fault *f);
/* Opens it; FAULT_CONFIG if it is missing, readable by others, damaged, or another ledger's. */
int vault_open(const char *key_file, const char *id, struct vault **ret, struct fault *f);
void vault_close(struct vault *v);
void vault_closep(struct vault **v);
#define auto_vault __attribute__((cleanup(vault_closep))) struct vault

/*
 * The master key under another key: XChaCha20-Poly1305, bound to the text `bound`. vault_unwrap: 1 and the vault; 0 it does not
 * open; -1 a fault.
 */
void vault_wrap(const struct vault *v, const unsigned char key[VAULT_KEY], const char *bound,
	unsigned char out[VAULT_WRAPPED]);
int vault_unwrap(const unsigned char key[VAULT_KEY], const char *bound, const unsigned char wrapped[VAULT_WRAPPED],
	struct vault **ret, struct fault *f);

/*
 * Keys to wrap with. Of a passphrase by Argon2id (RFC 9106), which takes time and memory as `cost` says, so that guessing does
 * too; FAULT_TEMPORARY if the memory is not there. Of random bytes by BLAKE2b: nobody guesses those.
 */
struct vault_cost {
	uint64_t passes;
	uint64_t bytes;
};
extern const struct vault_cost vault_cost; /* libsodium's "moderate": 3 passes over 256 MiB, about a second */
int vault_key_of_words(const void *words, size_t length, const unsigned char salt[VAULT_SALT],
	const struct vault_cost *cost, unsigned char out[VAULT_KEY], struct fault *f);
void vault_key_of_secret(const void *secret, size_t length, const unsigned char salt[VAULT_SALT],
	unsigned char out[VAULT_KEY]);
void vault_wipe(void *bytes, size_t length); /* in a way that no compiler leaves out */

/*
 * `place` is "table.column", `row` the row's id. `pad` rounds the length up (a power of two; 0 = none). Appends to
 * `out`, which is cleared first.
 */
void vault_seal(const struct vault *v, const char *place, int64_t row, const void *plain, size_t length,
	size_t pad, struct text *out);
/* -1 with FAULT_LEDGER if the seal does not open here. */
int vault_unseal(const struct vault *v, const char *place, int64_t row, const void *sealed, size_t length,
	struct text *out, struct fault *f);

/* Keyed digest of bytes for one purpose ("person", "file", "code" ...): equal values, equal digests, per ledger. */
void vault_digest(const struct vault *v, const char *purpose, const void *bytes, size_t length,
	unsigned char out[VAULT_DIGEST]);

/* The same of a row of the ledger, in 32 bytes. */
void vault_digest_row(const struct vault *v, const void *bytes, size_t length, unsigned char out[VAULT_SHA256]);
/* Stretches 32 bytes to many (ChaCha20). */
void vault_stretch(const unsigned char seed[VAULT_SHA256], void *out, size_t length);

/* A key for something else (hatch.h), which tells nothing of the ledger's. */
void vault_derive(const struct vault *v, const char *purpose, unsigned char out[VAULT_SHA256]);

/* vault_digest over a file's bytes. FAULT_INPUT if it cannot be read. */
int vault_digest_file(const struct vault *v, const char *purpose, const char *path,
	unsigned char out[VAULT_DIGEST], struct fault *f);

/* SHA-256 (GnuTLS: much faster than libsodium's portable one). */
void vault_sha256(const void *bytes, size_t length, unsigned char out[VAULT_SHA256]);

/* Random bytes, and a random positive row id (63 bits): ids tell nothing of the order of a file. */
void vault_random(void *out, size_t length);
int64_t vault_random_id(void);
/* Many of them, ascending: rows that are written in this order go to the end of their table. The caller's to free. */
int64_t *vault_random_ids(size_t count);

/* Lower-case hex of `length` bytes into `out` (2 * length + 1). */
void vault_hex(const void *bytes, size_t length, char *out);
/* The other way: exactly `length` bytes, or -1. */
int vault_unhex(const char *hex, void *out, size_t length);

#endif
