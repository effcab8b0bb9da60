/* SPDX-License-Identifier: MIT */
/*
 * coffer: what goes in comes out with the right key, and only whole.
 */
#include "tests/recipients/book.h"

#include "recipients/coffer.h"

static char top[] = "/tmp/test_coffer.XXXXXX";
static char *secret, *public, *file, *plain;
static struct coffer_key key;

static int set_up(void **state)
{
	char fingerprint[COFFER_FINGERPRINT];
	struct fault f = {0};

	(void)state;
	if (vault_start(&f) || !mkdtemp(top))
		return -1;
	secret = text_format("%s/key", top);
	public = text_format("%s/key.pub", top);
	file = text_format("%s/file", top);
	plain = text_format("%s/plain", top);
	if (coffer_make_key(secret, fingerprint, &f) || coffer_key_read(public, &key, &f))
		return -1;
	return strcmp(fingerprint, key.fingerprint);
}

static int tear_down(void **state)
{
	char *const all[] = {secret, public, file, plain};

	(void)state;
	for (size_t i = 0; i < LENGTH(all); i++) {
		(void)unlink(all[i]);
		free(all[i]);
	}
	return rmdir(top);
}

static void seal(const char *bytes, size_t length)
{
	FILE *out = fopen(file, "w");
	auto_coffer *c = NULL;
	struct fault f = {0};

	fine(coffer_open(out, &key, "incident i-1\nkeep-until 2032-11-21\n", &c, &f), &f);
	for (size_t at = 0; at < length; at += 1000)
		fine(coffer_add(
			     c, bytes + at, length - at < 1000 ? length - at : 1000, &f),
			&f);
	fine(coffer_end(c, &f), &f);
	assert_int_equal(fclose(out), 0);
}

static size_t slurp(const char *path, char *bytes, size_t room)
{
	FILE *in = fopen(path, "r");
	size_t got = fread(bytes, 1, room, in);

	assert_int_equal(fclose(in), 0);
	return got;
}

static int open_it(const char *with, struct fault *f)
{
	FILE *out = fopen(plain, "w");
	int failed = coffer_read(file, with, out, f);

	assert_int_equal(fclose(out), 0);
	return failed;
}

static void there_and_back(void **state)
{
	static const size_t lengths[] = {
		0, 1, COFFER_PIECE - 1, COFFER_PIECE, COFFER_PIECE + 1, 3 * COFFER_PIECE};
	static char bytes[3 * COFFER_PIECE], back[3 * COFFER_PIECE + 1];
	auto_text_buffer lines = {0};
	struct fault f = {0};

	(void)state;
	vault_random(bytes, sizeof(bytes));
	for (size_t i = 0; i < LENGTH(lengths); i++) {
		seal(bytes, lengths[i]);
		fine(open_it(secret, &f), &f);
		assert_int_equal(slurp(plain, back, sizeof(back)), lengths[i]);
		assert_memory_equal(back, bytes, lengths[i]);
	}
	fine(coffer_lines(file, &lines, &f), &f);
	assert_non_null(strstr(text_string(&lines), "\nkeep-until 2032-11-21\nfor "));
}

/* Each byte, each length: it does not open. */
static void changed(void **state)
{
	static const char words[] = "Mary O'Neill was told on a Tuesday\n";
	char whole[4096], bytes[4096];
	struct fault f = {0};
	size_t length;

	(void)state;
	seal(words, strlen(words));
	length = slurp(file, whole, sizeof(whole));
	for (size_t i = 0; i < length; i++)
		assert_memory_not_equal(whole + i, "Mary", 4);
	for (size_t at = 0; at < 2 * length; at++) {
		FILE *out = fopen(file, "w");
		size_t cut = at < length ? length : at - length;

		memcpy(bytes, whole, length);
		if (at < length)
			bytes[at] = (char)(bytes[at] ^ 4);
		(void)fwrite(bytes, 1, cut, out);
		assert_int_equal(fclose(out), 0);
		if (!open_it(secret, &f))
			fail_msg("it opens, though byte %zu is another", at);
		assert_int_equal(f.kind, FAULT_INPUT);
	}
}

static void keys(void **state)
{
	auto_text other = text_format("%s/other", top);
	auto_text other_public = text_format("%s/other.pub", top);
	char fingerprint[COFFER_FINGERPRINT];
	struct coffer_key wrong;
	struct fault f = {0};
	struct stat st;

	(void)state;
	seal("x", 1);
	fine(coffer_make_key(other, fingerprint, &f), &f);
	assert_int_equal(coffer_make_key(other, fingerprint, &f), -1);
	assert_int_equal(f.kind, FAULT_CANTCREATE);
	assert_int_equal(open_it(other, &f), -1);
	assert_non_null(strstr(f.text, "another key"));
	assert_int_equal(open_it(public, &f), -1);
	assert_int_equal(coffer_key_read(secret, &wrong, &f), -1);
	assert_non_null(strstr(f.text, "must not be on this machine"));
	assert_int_equal(coffer_key_read(file, &wrong, &f), -1);
	assert_int_equal(stat(secret, &st), 0);
	assert_int_equal(st.st_mode & 077, 0);
	assert_int_equal(unlink(other) || unlink(other_public), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(there_and_back),
		cmocka_unit_test(changed), cmocka_unit_test(keys)};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
