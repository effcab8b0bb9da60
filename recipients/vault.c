/* SPDX-License-Identifier: MIT */
/*
 * Seals and opens. Where sealed columns stand is the schema's business; where the key
 * file lies by default is ledger.c's. What can go wrong: no key, another ledger's key
 * (FAULT_CONFIG, said clearly, never a plain fallback); a seal that does not open
 * (FAULT_LEDGER: damaged or moved).
 */
#include "recipients/vault.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gnutls/crypto.h>
#include <sodium.h>

#define KEY_BYTES crypto_kdf_KEYBYTES
#define NONCE_BYTES crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG_BYTES crypto_aead_xchacha20poly1305_ietf_ABYTES
#define KDF_CONTEXT "breachml" /* crypto_kdf wants exactly eight bytes */
#define KEY_FILE_MAX 512

enum subkey {
	SUBKEY_SEAL = 1,
	SUBKEY_DIGEST = 2
};

/* Lives in sodium_malloc'd memory: locked, between guard pages, wiped when freed. */
struct vault {
	unsigned char master[KEY_BYTES]; /* kept to be wrapped (slots.h) */
	unsigned char seal[crypto_aead_xchacha20poly1305_ietf_KEYBYTES];
	unsigned char digest[crypto_generichash_KEYBYTES];
};

int vault_start(struct fault *f)
{
	const struct rlimit none = {0, 0};

	if (sodium_init() < 0)
		return fault_set(f, FAULT_INTERNAL, "libsodium does not start");
	(void)setrlimit(RLIMIT_CORE, &none);
#ifndef BREACHMAIL_SANITIZED /* LeakSanitizer traces its own process */
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
	return 0;
}

static int key_file_write(int fd, const char *id, const unsigned char *key)
{
	char hex[KEY_BYTES * 2 + 1], text[KEY_FILE_MAX];
	size_t length = 0;
	ssize_t wrote;
	static const char *const head[] = {"breachmail-key 1\nledger ", "\nkey ", "\n"};
	const char *parts[5] = {head[0], id, head[1], hex, head[2]};

	vault_hex(key, KEY_BYTES, hex);
	for (size_t i = 0; i < 5; i++) {
		size_t part = strlen(parts[i]);

		if (length + part >= sizeof(text))
			return -1;
		memcpy(text + length, parts[i], part);
		length += part;
	}
	wrote = write(fd, text, length);
	sodium_memzero(hex, sizeof(hex));
	sodium_memzero(text, sizeof(text));
	return wrote == (ssize_t)length && !fsync(fd) ? 0 : -1;
}

int vault_create(const char *key_file, const char *id, struct fault *f)
{
	unsigned char key[KEY_BYTES];
	int fd = open(key_file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	int failed;

	if (fd < 0)
		return fault_set(f, FAULT_CANTCREATE, "key file %s: %s%s", key_file,
			strerror(errno),
			errno == EEXIST ? " (a key is never overwritten)" : "");
	crypto_kdf_keygen(key);
	failed = key_file_write(fd, id, key);
	sodium_memzero(key, sizeof(key));
	if (close(fd) || failed) {
		(void)unlink(key_file);
		return fault_set(f, FAULT_CANTCREATE, "key file %s could not be written",
			key_file);
	}
	return 0;
}

static int key_file_read(const char *key_file, char *text, struct fault *f)
{
	int fd = open(key_file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	struct stat st = {0};
	ssize_t length;

	if (fd < 0)
		return fault_set(f, FAULT_CONFIG,
			"the key of this ledger is not there: %s: %s", key_file,
			strerror(errno));
	(void)fstat(fd, &st); /* what does not say what it is, is no plain file */
	if (!S_ISREG(st.st_mode) || (st.st_mode & 077)) {
		(void)close(fd);
		return fault_set(f, FAULT_CONFIG,
			"key file %s must be a plain file that only its owner can read (chmod 600)",
			key_file);
	}
	length = read(fd, text, KEY_FILE_MAX - 1);
	(void)close(fd);
	if (length <= 0)
		return fault_set(f, FAULT_CONFIG, "key file %s is empty", key_file);
	text[length] = '\0';
	return 0;
}

/* "breachmail-key 1 / ledger ID / key HEX": the three lines and nothing else. */
static int key_file_parse(const char *text, const char *id, unsigned char key[KEY_BYTES],
	const char **ret_why)
{
	static const char head[] = "breachmail-key 1\nledger ", middle[] = "\nkey ";
	const char *p = text, *end;
	size_t bytes = 0;

	*ret_why = "is damaged or not a key of this program";
	if (strncmp(p, head, sizeof(head) - 1))
		return -1;
	p += sizeof(head) - 1;
	if (strncmp(p, id, strlen(id))) {
		*ret_why = "belongs to another ledger";
		return -1;
	}
	p += strlen(id);
	if (strncmp(p, middle, sizeof(middle) - 1))
		return -1;
	p += sizeof(middle) - 1;
	if (sodium_hex2bin(key, KEY_BYTES, p, strcspn(p, "\n"), NULL, &bytes, &end) ||
		bytes != KEY_BYTES)
		return -1;
	return *end == '\n' && !end[1] ? 0 : -1;
}

static int vault_of(
	const unsigned char key[KEY_BYTES], struct vault **ret, struct fault *f)
{
	struct vault *v = sodium_malloc(sizeof(*v));

	if (!v)
		return fault_set(f, FAULT_INTERNAL, "no locked memory for the key");
	memcpy(v->master, key, KEY_BYTES);
	crypto_kdf_derive_from_key(
		v->seal, sizeof(v->seal), SUBKEY_SEAL, KDF_CONTEXT, key);
	crypto_kdf_derive_from_key(
		v->digest, sizeof(v->digest), SUBKEY_DIGEST, KDF_CONTEXT, key);
	(void)sodium_mprotect_readonly(v);
	*ret = v;
	return 0;
}

int vault_open(const char *key_file, const char *id, struct vault **ret, struct fault *f)
{
	char text[KEY_FILE_MAX];
	unsigned char key[KEY_BYTES];
	const char *why;
	int failed;

	if (key_file_read(key_file, text, f))
		return -1;
	failed = key_file_parse(text, id, key, &why);
	sodium_memzero(text, sizeof(text));
	if (failed) {
		sodium_memzero(key, sizeof(key));
		return fault_set(f, FAULT_CONFIG, "key file %s %s", key_file, why);
	}
	failed = vault_of(key, ret, f);
	sodium_memzero(key, sizeof(key));
	return failed;
}

void vault_close(struct vault *v)
{
	if (!v)
		return;
	(void)sodium_mprotect_readwrite(v);
	sodium_free(v);
}

void vault_closep(struct vault **v)
{
	vault_close(*v);
	*v = NULL;
}

/* --- the master key, wrapped --- */

const struct vault_cost vault_cost = {
	crypto_pwhash_OPSLIMIT_MODERATE, crypto_pwhash_MEMLIMIT_MODERATE};

void vault_wrap(const struct vault *v, const unsigned char key[VAULT_KEY],
	const char *bound, unsigned char out[VAULT_WRAPPED])
{
	randombytes_buf(out, NONCE_BYTES);
	(void)crypto_aead_xchacha20poly1305_ietf_encrypt(out + NONCE_BYTES, NULL,
		v->master, KEY_BYTES, (const unsigned char *)bound, strlen(bound), NULL,
		out, key);
}

int vault_unwrap(const unsigned char key[VAULT_KEY], const char *bound,
	const unsigned char wrapped[VAULT_WRAPPED], struct vault **ret, struct fault *f)
{
	unsigned char master[KEY_BYTES];
	int failed;

	if (crypto_aead_xchacha20poly1305_ietf_decrypt(master, NULL, NULL,
		    wrapped + NONCE_BYTES, KEY_BYTES + TAG_BYTES,
		    (const unsigned char *)bound, strlen(bound), wrapped, key))
		return 0;
	failed = vault_of(master, ret, f);
	sodium_memzero(master, sizeof(master));
	return failed ? -1 : 1;
}

int vault_key_of_words(const void *words, size_t length,
	const unsigned char salt[VAULT_SALT], const struct vault_cost *cost,
	unsigned char out[VAULT_KEY], struct fault *f)
{
	if (!crypto_pwhash(out, VAULT_KEY, words, length, salt, cost->passes, cost->bytes,
		    crypto_pwhash_ALG_ARGON2ID13))
		return 0;
	return fault_set(f, FAULT_TEMPORARY,
		"a passphrase needs %llu MiB of memory to be tried: %s",
		(unsigned long long)cost->bytes >> 20, strerror(errno));
}

void vault_key_of_secret(const void *secret, size_t length,
	const unsigned char salt[VAULT_SALT], unsigned char out[VAULT_KEY])
{
	(void)crypto_generichash(out, VAULT_KEY, secret, length, salt, VAULT_SALT);
}

void vault_wipe(void *bytes, size_t length)
{
	sodium_memzero(bytes, length);
}

/* Place and row as associated data: a blob opens only where it was sealed. */
#define BOUND_MAX 72
static size_t seal_bound(const char *place, int64_t row, unsigned char out[BOUND_MAX])
{
	size_t length = strnlen(place, BOUND_MAX - 9);

	memcpy(out, place, length);
	out[length++] = '\0';
	for (int shift = 0; shift < 64; shift += 8)
		out[length++] = (unsigned char)((uint64_t)row >> shift);
	return length;
}

void vault_seal(const struct vault *v, const char *place, int64_t row, const void *plain,
	size_t length, size_t pad, struct text *out)
{
	unsigned char bound[BOUND_MAX], *cipher;
	size_t bound_length = seal_bound(place, row, bound);
	size_t padded = pad ? (length + pad) & ~(pad - 1) : length + 1;
	unsigned char nonce[NONCE_BYTES];

	text_clear(out);
	randombytes_buf(nonce, sizeof(nonce));
	text_add(out, nonce, sizeof(nonce));
	text_add(out, plain, length);
	text_add_char(out, (char)0x80);
	while (out->length < NONCE_BYTES + padded)
		text_add(out, "\0\0\0\0\0\0\0",
			NONCE_BYTES + padded - out->length < 8
				? NONCE_BYTES + padded - out->length
				: 8);
	text_add(out, nonce, TAG_BYTES); /* room for the tag */
	cipher = (unsigned char *)out->bytes + NONCE_BYTES;
	(void)crypto_aead_xchacha20poly1305_ietf_encrypt(
		cipher, NULL, cipher, padded, bound, bound_length, NULL, nonce, v->seal);
}

int vault_unseal(const struct vault *v, const char *place, int64_t row,
	const void *sealed, size_t length, struct text *out, struct fault *f)
{
	unsigned char bound[BOUND_MAX], *plain;
	const unsigned char *bytes = sealed;
	size_t bound_length = seal_bound(place, row, bound);

	text_clear(out);
	if (length < NONCE_BYTES + TAG_BYTES + 1)
		return fault_set(f, FAULT_LEDGER, "a seal in %s is cut short", place);
	text_add(out, bytes + NONCE_BYTES, length - NONCE_BYTES);
	plain = (unsigned char *)out->bytes;
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(plain, NULL, NULL, plain,
		    out->length, bound, bound_length, bytes, v->seal)) {
		text_clear(out);
		return fault_set(f, FAULT_LEDGER,
			"a seal in %s does not open: the ledger was changed", place);
	}
	out->length -= TAG_BYTES;
	while (out->length && plain[out->length - 1] == 0)
		out->length--;
	if (!out->length || plain[out->length - 1] !=
				    0x80) /* sealed by us, so this is a bug of ours */
		return fault_set(f, FAULT_LEDGER, "a seal in %s has no padding", place);
	plain[--out->length] = '\0';
	return 0;
}

void vault_digest(const struct vault *v, const char *purpose, const void *bytes,
	size_t length, unsigned char out[VAULT_DIGEST])
{
	crypto_generichash_state state;

	(void)crypto_generichash_init(&state, v->digest, sizeof(v->digest), VAULT_DIGEST);
	(void)crypto_generichash_update(
		&state, (const unsigned char *)purpose, strlen(purpose) + 1);
	(void)crypto_generichash_update(&state, bytes, length);
	(void)crypto_generichash_final(&state, out, VAULT_DIGEST);
}

void vault_digest_row(const struct vault *v, const void *bytes, size_t length,
	unsigned char out[VAULT_SHA256])
{
	crypto_generichash_state state;

	(void)crypto_generichash_init(&state, v->digest, sizeof(v->digest), VAULT_SHA256);
	(void)crypto_generichash_update(&state, (const unsigned char *)"row", 4);
	(void)crypto_generichash_update(&state, bytes, length);
	(void)crypto_generichash_final(&state, out, VAULT_SHA256);
}

void vault_derive(
	const struct vault *v, const char *purpose, unsigned char out[VAULT_SHA256])
{
	crypto_generichash_state state;

	(void)crypto_generichash_init(&state, v->digest, sizeof(v->digest), VAULT_SHA256);
	(void)crypto_generichash_update(&state, (const unsigned char *)"derive", 7);
	(void)crypto_generichash_update(
		&state, (const unsigned char *)purpose, strlen(purpose) + 1);
	(void)crypto_generichash_final(&state, out, VAULT_SHA256);
}

void vault_stretch(const unsigned char seed[VAULT_SHA256], void *out, size_t length)
{
	static const unsigned char nonce[crypto_stream_chacha20_NONCEBYTES];

	(void)crypto_stream_chacha20(out, length, nonce, seed);
}

int vault_digest_file(const struct vault *v, const char *purpose, const char *path,
	unsigned char out[VAULT_DIGEST], struct fault *f)
{
	crypto_generichash_state state;
	unsigned char bytes[16384];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got;

	if (fd < 0)
		return fault_set(f, FAULT_INPUT, "%s: %s", path, strerror(errno));
	(void)crypto_generichash_init(&state, v->digest, sizeof(v->digest), VAULT_DIGEST);
	(void)crypto_generichash_update(
		&state, (const unsigned char *)purpose, strlen(purpose) + 1);
	while ((got = read(fd, bytes, sizeof(bytes))) > 0)
		(void)crypto_generichash_update(&state, bytes, (unsigned long long)got);
	(void)close(fd);
	if (got < 0)
		return fault_set(f, FAULT_INPUT, "%s: %s", path, strerror(errno));
	(void)crypto_generichash_final(&state, out, VAULT_DIGEST);
	return 0;
}

void vault_sha256(const void *bytes, size_t length, unsigned char out[VAULT_SHA256])
{
	(void)gnutls_hash_fast(GNUTLS_DIG_SHA256, bytes, length, out);
}

void vault_random(void *out, size_t length)
{
	randombytes_buf(out, length);
}

int64_t vault_random_id(void)
{
	uint64_t id;

	do {
		randombytes_buf(&id, sizeof(id));
		id &= INT64_MAX;
	} while (!id);
	return (int64_t)id;
}

static int compare_ids(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

int64_t *vault_random_ids(size_t count)
{
	int64_t *ids = text_alloc(count * sizeof(*ids));

	for (size_t i = 0; i < count; i++)
		ids[i] = vault_random_id();
	if (count)
		qsort(ids, count, sizeof(*ids), compare_ids);
	return ids;
}

void vault_hex(const void *bytes, size_t length, char *out)
{
	(void)sodium_bin2hex(out, length * 2 + 1, bytes, length);
}

int vault_unhex(const char *hex, void *out, size_t length)
{
	size_t bytes = 0;

	return sodium_hex2bin(out, length, hex, strlen(hex), NULL, &bytes, NULL) ||
			       bytes != length
		       ? -1
		       : 0;
}
