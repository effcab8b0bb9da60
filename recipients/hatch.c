/* SPDX-License-Identifier: MIT */
/*
 * Cryptography for those who have no key. What only the key can do is vault.c's.
 */
#include "recipients/hatch.h"

#include <string.h>

#include <sodium.h>

#include "recipients/vault.h"

#define PASSES 2
#define MEMORY ((size_t)19 << 20)

void hatch_digest(const unsigned char key[HATCH_KEY], const char *purpose,
	const void *bytes, size_t length, unsigned char out[HATCH_DIGEST])
{
	crypto_generichash_state state;

	(void)crypto_generichash_init(&state, key, HATCH_KEY, HATCH_DIGEST);
	(void)crypto_generichash_update(
		&state, (const unsigned char *)purpose, strlen(purpose) + 1);
	(void)crypto_generichash_update(&state, bytes, length);
	(void)crypto_generichash_final(&state, out, HATCH_DIGEST);
}

void hatch_pair(const unsigned char seed[HATCH_KEY], unsigned char ret_public[HATCH_KEY],
	unsigned char ret_secret[HATCH_KEY])
{
	(void)crypto_box_seed_keypair(ret_public, ret_secret, seed);
}

void hatch_seal(const unsigned char public[HATCH_KEY], const void *bytes, size_t length,
	struct text *out)
{
	text_clear(out);
	text_reserve(out, length + crypto_box_SEALBYTES);
	(void)crypto_box_seal((unsigned char *)out->bytes, bytes, length, public);
	out->length = length + crypto_box_SEALBYTES;
}

int hatch_open(const unsigned char seed[HATCH_KEY], const void *sealed, size_t length,
	struct text *out, struct fault *f)
{
	unsigned char public[HATCH_KEY], secret[HATCH_KEY];
	int failed = length < crypto_box_SEALBYTES;

	text_clear(out);
	if (!failed) {
		hatch_pair(seed, public, secret);
		text_reserve(out, length);
		failed = crypto_box_seal_open(
			(unsigned char *)out->bytes, sealed, length, public, secret);
		sodium_memzero(secret, sizeof(secret));
	}
	if (failed)
		return fault_set(f, FAULT_INPUT, "it was not sealed for this ledger");
	out->length = length - crypto_box_SEALBYTES;
	out->bytes[out->length] = '\0';
	return 0;
}

int hatch_hash(const char *passphrase, char out[HATCH_HASH], struct fault *f)
{
	_Static_assert(HATCH_HASH == crypto_pwhash_STRBYTES, "as libsodium writes it");

	return crypto_pwhash_str_alg(out, passphrase, strlen(passphrase), PASSES, MEMORY,
		       crypto_pwhash_ALG_ARGON2ID13)
		       ? fault_set(f, FAULT_INTERNAL, "no memory for a passphrase")
		       : 0;
}

bool hatch_fits(const char hash[HATCH_HASH], const char *passphrase)
{
	return !crypto_pwhash_str_verify(hash, passphrase, strlen(passphrase));
}

bool hatch_same(const void *a, const void *b, size_t length)
{
	return !sodium_memcmp(a, b, length);
}

void hatch_wipe(void *bytes, size_t length)
{
	sodium_memzero(bytes, length);
}

int hatch_unhex(const char *hex, void *out, size_t length)
{
	size_t got = 0;

	if (strlen(hex) != length * 2 ||
		sodium_hex2bin(out, length, hex, length * 2, NULL, &got, NULL))
		return -1;
	return got == length ? 0 : -1;
}

void hatch_base64(const void *bytes, size_t length, char out[HATCH_BASE64])
{
	(void)sodium_bin2base64(
		out, HATCH_BASE64, bytes, length, sodium_base64_VARIANT_ORIGINAL);
}
