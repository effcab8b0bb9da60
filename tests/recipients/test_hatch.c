/* SPDX-License-Identifier: MIT */
/*
 * hatch: what is handed in opens with the ledger's seed alone; hashes of passphrases fit
 * what they were made of and nothing else.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "recipients/hatch.h"
#include "recipients/vault.h"

static int set_up(void **state)
{
	struct fault f;

	(void)state;
	return vault_start(&f);
}

static void sealed(void **state)
{
	unsigned char seed[HATCH_KEY], other[HATCH_KEY], public[HATCH_KEY],
		secret[HATCH_KEY];
	auto_text_buffer in = {0}, out = {0}, again = {0};
	struct fault f;

	(void)state;
	vault_random(seed, sizeof(seed));
	vault_random(other, sizeof(other));
	hatch_pair(seed, public, secret);
	hatch_seal(public, "J. Doe, 123456", 14, &in);
	hatch_seal(public, "J. Doe, 123456", 14, &again);
	assert_memory_not_equal(in.bytes, again.bytes, in.length);
	assert_null(memmem(in.bytes, in.length, "Doe", 3));
	assert_int_equal(hatch_open(seed, in.bytes, in.length, &out, &f), 0);
	assert_string_equal(text_string(&out), "J. Doe, 123456");
	assert_int_equal(hatch_open(other, in.bytes, in.length, &out, &f), -1);
	assert_int_equal(f.kind, FAULT_INPUT);
	for (size_t i = 0; i < in.length; i++) {
		in.bytes[i] = (char)(in.bytes[i] ^ 1);
		assert_int_equal(hatch_open(seed, in.bytes, in.length, &out, &f), -1);
		in.bytes[i] = (char)(in.bytes[i] ^ 1);
		assert_int_equal(hatch_open(seed, in.bytes, i, &out, &f), -1);
	}
	hatch_seal(public, "", 0, &in);
	assert_int_equal(hatch_open(seed, in.bytes, in.length, &out, &f), 0);
	assert_int_equal(out.length, 0);
}

static void passphrases(void **state)
{
	char hash[HATCH_HASH], again[HATCH_HASH], wrong[HATCH_HASH] = "no hash";
	struct fault f;

	(void)state;
	assert_int_equal(hatch_hash("lantern orchard", hash, &f), 0);
	assert_int_equal(hatch_hash("lantern orchard", again, &f), 0);
	assert_string_not_equal(hash, again);
	assert_int_equal(strncmp(hash, "$argon2id$v=19$m=19456,t=2,p=1$", 31), 0);
	assert_true(hatch_fits(hash, "lantern orchard"));
	assert_false(hatch_fits(hash, "lantern orchard "));
	assert_false(hatch_fits(hash, ""));
	assert_false(hatch_fits(wrong, "no hash"));
}

static void digests(void **state)
{
	unsigned char key[HATCH_KEY] = {1}, a[HATCH_DIGEST], b[HATCH_DIGEST], bytes[3];

	(void)state;
	hatch_digest(key, "name", "x", 1, a);
	hatch_digest(key, "code", "x", 1, b);
	assert_false(hatch_same(a, b, sizeof(a)));
	hatch_digest(key, "name", "x", 1, b);
	assert_true(hatch_same(a, b, sizeof(a)));
	key[0] = 2;
	hatch_digest(key, "name", "x", 1, b);
	assert_false(hatch_same(a, b, sizeof(a)));
	assert_int_equal(hatch_unhex("00ff1A", bytes, 3), 0);
	assert_memory_equal(bytes, "\x00\xff\x1a", 3);
	assert_int_equal(hatch_unhex("00ff1", bytes, 3), -1);
	assert_int_equal(hatch_unhex("00ff1g", bytes, 3), -1);
	assert_int_equal(hatch_unhex("00ff1a00", bytes, 3), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sealed),
		cmocka_unit_test(passphrases),
		cmocka_unit_test(digests),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
