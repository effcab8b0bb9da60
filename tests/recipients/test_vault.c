/* SPDX-License-Identifier: MIT */
/*
 * vault: a seal opens where it was made and nowhere else; a key file is taken only when
 * all of it is right.
 */
#include "tests/recipients/book.h"

#include <dlfcn.h>
#include <signal.h>
#include <sodium.h>
#include <sys/resource.h>

#include "recipients/vault.h"

#define ID "00112233445566778899aabbccddeeff"
#define PLACE "entry.fields_sealed"

/* --- what the machine may refuse --- */

enum refusal {
	NOTHING,
	START,
	MEMORY,
	SYNC,
	CHANCE /* zeros for once */
};
static enum refusal refusal;

/* The linker takes these before the libraries', to which they pass on. */
#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

int sodium_init(void)
{
	return refusal == START ? -1 : REAL(sodium_init)();
}

void *sodium_malloc(size_t size)
{
	return refusal == MEMORY ? NULL : REAL(sodium_malloc)(size);
}

void randombytes_buf(void *out, size_t length)
{
	REAL(randombytes_buf)(out, length);
	if (refusal != CHANCE)
		return;
	memset(out, 0, length);
	refusal = NOTHING;
}

int fsync(int fd)
{
	return refusal == SYNC ? -1 : REAL(fsync)(fd);
}

static char top[] = "/tmp/test_vault.XXXXXX";
static char *key_file;
static struct vault *vault;

static int set_up(void **state)
{
	struct fault f = {0};

	(void)state;
	if (vault_start(&f) || !mkdtemp(top))
		return -1;
	key_file = text_format("%s/key", top);
	return vault_create(key_file, ID, &f) || vault_open(key_file, ID, &vault, &f);
}

static int tear_down(void **state)
{
	(void)state;
	vault_close(vault);
	(void)unlink(key_file);
	free(key_file);
	return rmdir(top);
}

static void there_and_back(void **state)
{
	static const size_t pads[] = {0, 1, 16, 64, 256};
	auto_text_buffer sealed = {0}, plain = {0};
	unsigned char bytes[300];
	struct fault f = {0};

	(void)state;
	vault_random(bytes, sizeof(bytes));
	for (size_t p = 0; p < LENGTH(pads); p++)
		for (size_t n = 0; n <= sizeof(bytes); n++) {
			vault_seal(vault, PLACE, 7, bytes, n, pads[p], &sealed);
			fine(vault_unseal(vault, PLACE, 7, sealed.bytes, sealed.length,
				     &plain, &f),
				&f);
			assert_int_equal(plain.length, n);
			assert_memory_equal(plain.bytes, bytes, n);
			assert_int_equal(plain.bytes[n], 0);
		}
}

/* Bytes that look like padding are bytes. */
static void padding_in_the_text(void **state)
{
	static const char bytes[] = {'a', (char)0x80, 0, 0, (char)0x80, 0};
	auto_text_buffer sealed = {0}, plain = {0};
	struct fault f = {0};

	(void)state;
	vault_seal(vault, PLACE, 7, bytes, sizeof(bytes), 16, &sealed);
	fine(vault_unseal(vault, PLACE, 7, sealed.bytes, sealed.length, &plain, &f), &f);
	assert_int_equal(plain.length, sizeof(bytes));
	assert_memory_equal(plain.bytes, bytes, sizeof(bytes));
}

static void padding_hides_the_length(void **state)
{
	auto_text_buffer sealed = {0};
	char bytes[128] = {0};
	size_t length;

	(void)state;
	vault_seal(vault, PLACE, 7, bytes, 0, 64, &sealed);
	length = sealed.length;
	for (size_t n = 1; n < 64; n++) {
		vault_seal(vault, PLACE, 7, bytes, n, 64, &sealed);
		assert_int_equal(sealed.length, length);
	}
	vault_seal(vault, PLACE, 7, bytes, 64, 64, &sealed);
	assert_int_equal(sealed.length, length + 64);
}

/* Equal values are not equal seals. */
static void two_seals_differ(void **state)
{
	auto_text_buffer a = {0}, b = {0};

	(void)state;
	vault_seal(vault, PLACE, 7, "Sample", 6, 16, &a);
	vault_seal(vault, PLACE, 7, "Sample", 6, 16, &b);
	assert_int_equal(a.length, b.length);
	assert_memory_not_equal(a.bytes, b.bytes, a.length);
	assert_memory_not_equal(a.bytes, b.bytes, 24); /* the nonce is never used again */
}

static void does_not_open(const char *place, int64_t row, const struct text *sealed)
{
	auto_text_buffer plain = {0};
	struct fault f = {0};

	assert_int_equal(vault_unseal(vault, place, row, sealed->bytes, sealed->length,
				 &plain, &f),
		-1);
	assert_int_equal(f.kind, FAULT_LEDGER);
	assert_int_equal(plain.length, 0);
	assert_null(strstr(f.text, "Sample"));
}

static void bound_to_its_place(void **state)
{
	auto_text_buffer sealed = {0};

	(void)state;
	vault_seal(vault, PLACE, 7, "Sample", 6, 16, &sealed);
	does_not_open(PLACE, 8, &sealed);
	does_not_open(PLACE, 7 + ((int64_t)1 << 40), &sealed);
	does_not_open(PLACE, -7, &sealed);
	does_not_open("record.fields_sealed", 7, &sealed);
	does_not_open("entry.fields_seale", 7, &sealed);
	does_not_open("", 7, &sealed);
}

static void one_bit_anywhere(void **state)
{
	auto_text_buffer sealed = {0};

	(void)state;
	vault_seal(vault, PLACE, 7, "Sample", 6, 16, &sealed);
	for (size_t i = 0; i < sealed.length * 8; i++) {
		sealed.bytes[i / 8] = (char)(sealed.bytes[i / 8] ^ (1 << i % 8));
		does_not_open(PLACE, 7, &sealed);
		sealed.bytes[i / 8] = (char)(sealed.bytes[i / 8] ^ (1 << i % 8));
	}
}

static void cut_anywhere(void **state)
{
	auto_text_buffer sealed = {0};

	(void)state;
	vault_seal(vault, PLACE, 7, "Sample", 6, 16, &sealed);
	while (sealed.length) {
		sealed.length--;
		does_not_open(PLACE, 7, &sealed);
	}
}

static void another_key(void **state)
{
	auto_text path = text_format("%s/other", top);
	auto_text_buffer sealed = {0};
	auto_vault *other = NULL;
	struct fault f = {0};
	unsigned char a[VAULT_DIGEST], b[VAULT_DIGEST];

	(void)state;
	fine(vault_create(path, ID, &f) || vault_open(path, ID, &other, &f), &f);
	(void)unlink(path);
	vault_seal(other, PLACE, 7, "Sample", 6, 16, &sealed);
	does_not_open(PLACE, 7, &sealed);
	vault_digest(vault, "code", "x", 1, a);
	vault_digest(other, "code", "x", 1, b);
	assert_memory_not_equal(a, b, sizeof(a));
}

static void digests(void **state)
{
	unsigned char a[VAULT_DIGEST], b[VAULT_DIGEST];
	struct fault f = {0};

	(void)state;
	vault_digest(vault, "code", "Sample", 6, a);
	vault_digest(vault, "code", "Sample", 6, b);
	assert_memory_equal(a, b, sizeof(a));
	vault_digest(vault, "token", "Sample", 6, b);
	assert_memory_not_equal(a, b, sizeof(a));
	vault_digest(
		vault, "codeS", "ample", 5, b); /* purpose and bytes are kept apart */
	assert_memory_not_equal(a, b, sizeof(a));
	vault_digest(vault, "file", "", 0, a);
	fine(vault_digest_file(vault, "file", "/dev/null", b, &f), &f);
	assert_memory_equal(a, b, sizeof(a));
}

static void digest_of_a_file(void **state)
{
	auto_text path = text_format("%s/file", top);
	unsigned char a[VAULT_DIGEST], b[VAULT_DIGEST];
	char *bytes = text_alloc(100000);
	FILE *file = fopen(path, "w");
	struct fault f = {0};

	(void)state;
	vault_random(bytes, 100000);
	assert_int_equal(fwrite(bytes, 1, 100000, file), 100000);
	assert_int_equal(fclose(file), 0);
	fine(vault_digest_file(vault, "file", path, a, &f), &f);
	(void)unlink(path);
	vault_digest(vault, "file", bytes, 100000, b);
	free(bytes);
	assert_memory_equal(a, b, sizeof(a));
	assert_int_equal(vault_digest_file(vault, "file", path, a, &f), -1);
	assert_int_equal(f.kind, FAULT_INPUT);
	assert_int_equal(vault_digest_file(vault, "file", top, a, &f), -1);
	assert_int_equal(f.kind, FAULT_INPUT);
}

/* FIPS 180-2, appendix B.1. */
static void sha256(void **state)
{
	unsigned char out[VAULT_SHA256];
	char hex[2 * VAULT_SHA256 + 1];

	(void)state;
	vault_sha256("abc", 3, out);
	vault_hex(out, sizeof(out), hex);
	assert_string_equal(
		hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void ids_are_positive(void **state)
{
	int64_t last = 0;

	(void)state;
	for (int i = 0; i < 1000; i++) {
		int64_t id = vault_random_id();

		assert_true(id > 0 && id != last);
		last = id;
	}
}

/* --- the key file --- */

static size_t read_key(char *out, size_t room)
{
	FILE *file = fopen(key_file, "r");
	size_t length;

	assert_non_null(file);
	length = fread(out, 1, room - 1, file);
	out[length] = '\0';
	(void)fclose(file);
	return length;
}

static void a_new_key(void **state)
{
	char words[512], before[512];
	struct fault f = {0};
	struct stat st;
	char *line, *end;

	(void)state;
	assert_int_equal(stat(key_file, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	(void)read_key(words, sizeof(words));
	line = strstr(words, "\nkey ");
	assert_non_null(line);
	assert_int_equal(strspn(line + 5, "0123456789abcdef"), 64);
	end = line + 5 + 64;
	assert_string_equal(end, "\n");
	assert_int_equal(strncmp(words, "breachmail-key 1\nledger " ID "\nkey ",
				 sizeof("breachmail-key 1\nledger " ID "\nkey ") - 1),
		0);

	assert_int_equal(vault_create(key_file, ID, &f), -1);
	assert_int_equal(f.kind, FAULT_CANTCREATE);
	assert_non_null(strstr(f.text, "never overwritten"));
	(void)read_key(before, sizeof(before));
	assert_string_equal(before, words);
}

/* What became of the key file, and a word of what is said. `change`: see make_bad. */
static const struct {
	const char *change, *says;
} bad_keys[] = {
	{"missing", "is not there"},
	{"readable by the group", "chmod 600"},
	{"readable by all", "chmod 600"},
	{"a folder", "must be a plain file"},
	{"a link", "key"},
	{"empty", "empty"},
	{"another ledger's", "another ledger"},
	{"a longer id", "damaged"},
	{"another version", "damaged"},
	{"one digit less", "damaged"},
	{"one digit more", "damaged"},
	{"no digit", "damaged"},
	{"no line end", "damaged"},
	{"something behind", "damaged"},
	{"large", "damaged"},
};

static void write_key(const char *path, const char *format, const char *key)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	for (; *format; format++)
		if (*format == '#')
			(void)fputs(key, file);
		else
			(void)fputc(*format, file);
	assert_int_equal(fchmod(fileno(file), 0600), 0);
	assert_int_equal(fclose(file), 0);
}

static void make_bad(const char *path, const char *change)
{
	static const struct {
		const char *change, *words;
	} files[] = {
		{"readable by the group", "breachmail-key 1\nledger " ID "\nkey #\n"},
		{"readable by all", "breachmail-key 1\nledger " ID "\nkey #\n"},
		{"empty", ""},
		{"another ledger's",
			"breachmail-key 1\nledger ffffffffffffffffffffffffffffffff\nkey #\n"},
		{"a longer id", "breachmail-key 1\nledger " ID "0\nkey #\n"},
		{"another version", "breachmail-key 2\nledger " ID "\nkey #\n"},
		{"one digit more", "breachmail-key 1\nledger " ID "\nkey #0\n"},
		{"no line end", "breachmail-key 1\nledger " ID "\nkey #"},
		{"something behind", "breachmail-key 1\nledger " ID "\nkey #\n\n"}};
	static const char key[] =
		"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
	static const char large[] =
		"breachmail-key 1\nledger " ID "\nkey ####################\n";

	for (size_t i = 0; i < LENGTH(files); i++)
		if (!strcmp(files[i].change, change))
			write_key(path, files[i].words, key);
	if (!strcmp(change, "one digit less"))
		write_key(path, "breachmail-key 1\nledger " ID "\nkey #\n", key + 1);
	if (!strcmp(change, "no digit"))
		write_key(path, "breachmail-key 1\nledger " ID "\nkey #g\n", key + 1);
	if (!strcmp(change, "large"))
		write_key(path, large, key);
	if (!strcmp(change, "readable by the group"))
		assert_int_equal(chmod(path, 0640), 0);
	if (!strcmp(change, "readable by all"))
		assert_int_equal(chmod(path, 0604), 0);
	if (!strcmp(change, "a folder"))
		assert_int_equal(mkdir(path, 0700), 0);
	if (!strcmp(change, "a link"))
		assert_int_equal(symlink(key_file, path), 0);
}

static void a_bad_key(void **state)
{
	auto_text path = text_format("%s/bad", top);

	(void)state;
	for (size_t i = 0; i < LENGTH(bad_keys); i++) {
		struct vault *v = NULL;
		struct fault f = {0};

		make_bad(path, bad_keys[i].change);
		if (!vault_open(path, ID, &v, &f))
			fail_msg("%s: opens", bad_keys[i].change);
		(void)remove(path);
		assert_null(v);
		assert_int_equal(f.kind, FAULT_CONFIG);
		if (!strstr(f.text, bad_keys[i].says))
			fail_msg("%s: %s", bad_keys[i].change, f.text);
		assert_null(strstr(f.text, "00010203")); /* never the key */
	}
}

static void no_folder_for_the_key(void **state)
{
	auto_text path = text_format("%s/no/folder/key", top);
	struct fault f = {0};

	(void)state;
	assert_int_equal(vault_create(path, ID, &f), -1);
	assert_int_equal(f.kind, FAULT_CANTCREATE);
}

/* Half a key is none. */
static void an_id_too_long_for_a_key(void **state)
{
	auto_text path = text_format("%s/long", top);
	char id[600];
	struct fault f = {0};

	(void)state;
	memset(id, 'a', sizeof(id) - 1);
	id[sizeof(id) - 1] = '\0';
	assert_int_equal(vault_create(path, id, &f), -1);
	assert_int_equal(f.kind, FAULT_CANTCREATE);
	assert_int_equal(access(path, F_OK), -1);
}

/* --- refusals --- */

static void a_machine_that_refuses(void **state)
{
	const unsigned char key[VAULT_KEY] = {1};
	unsigned char wrapped[VAULT_WRAPPED];
	struct vault *v = NULL;
	struct fault f = {0};

	(void)state;
	vault_wrap(vault, key, "slot", wrapped);
	refusal = START;
	assert_int_equal(vault_start(&f), -1);
	assert_int_equal(f.kind, FAULT_INTERNAL);
	refusal = MEMORY;
	assert_int_equal(vault_open(key_file, ID, &v, &f), -1);
	assert_int_equal(f.kind, FAULT_INTERNAL);
	assert_int_equal(vault_unwrap(key, "slot", wrapped, &v, &f), -1);
	refusal = NOTHING;
	assert_null(v);
	assert_int_equal(vault_unwrap(key, "slot", wrapped, &v, &f), 1);
	assert_int_equal(vault_unwrap(key, "slop", wrapped, &v, &f), 0);
	vault_close(v);
}

/* What could not be written whole is not left behind. */
static void a_disk_that_refuses(void **state)
{
	const struct rlimit little = {10, RLIM_INFINITY};
	auto_text path = text_format("%s/another", top);
	struct rlimit before;
	struct fault f = {0};

	(void)state;
	refusal = SYNC;
	assert_int_equal(vault_create(path, ID, &f), -1);
	refusal = NOTHING;
	assert_int_equal(f.kind, FAULT_CANTCREATE);
	assert_int_not_equal(access(path, F_OK), 0);
	(void)signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &little), 0);
	assert_int_equal(vault_create(path, ID, &f), -1);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_not_equal(access(path, F_OK), 0);
}

static void memory_for_a_passphrase(void **state)
{
	const struct vault_cost little = {crypto_pwhash_OPSLIMIT_MIN,
					crypto_pwhash_MEMLIMIT_MIN},
				much = {crypto_pwhash_OPSLIMIT_MIN, (uint64_t)1 << 50};
	const unsigned char salt[VAULT_SALT] = {1};
	unsigned char a[VAULT_KEY], b[VAULT_KEY];
	struct fault f = {0};

	(void)state;
	fine(vault_key_of_words("words", 5, salt, &little, a, &f), &f);
	fine(vault_key_of_words("words", 5, salt, &little, b, &f), &f);
	assert_memory_equal(a, b, VAULT_KEY);
	assert_int_equal(vault_key_of_words("words", 5, salt, &much, b, &f), -1);
	assert_int_equal(f.kind, FAULT_TEMPORARY);
	assert_non_null(strstr(f.text, "1073741824 MiB"));
}

/* Made with our key, and not by us: seals that open and are none. */
static void seals_without_padding(void **state)
{
	static const char words[] = "breachmail-key 1\nledger " ID "\nkey ";
	static const char *const plain[] = {"\0\0\0\0", "Sample", "\0"};
	static const size_t length[] = {4, 6, 1};
	const unsigned char bound[] = "entry.fields_sealed\0\7\0\0\0\0\0\0\0";
	unsigned char master[VAULT_KEY], seal[32], bytes[64] = {0};
	FILE *file = fopen(key_file, "r");
	char text[512] = "";
	struct fault f = {0};

	(void)state;
	assert_true(fread(text, 1, sizeof(text) - 1, file) > sizeof(words));
	(void)fclose(file);
	text[sizeof(words) - 1 + 2 * sizeof(master)] = '\0';
	assert_int_equal(
		vault_unhex(text + sizeof(words) - 1, master, sizeof(master)), 0);
	crypto_kdf_derive_from_key(seal, sizeof(seal), 1, "breachml", master);
	for (size_t i = 0; i < LENGTH(plain); i++) {
		auto_text_buffer out = {0};

		(void)crypto_aead_xchacha20poly1305_ietf_encrypt(bytes + 24, NULL,
			(const unsigned char *)plain[i], length[i], bound,
			sizeof(bound) - 1, NULL, bytes, seal);
		assert_int_equal(vault_unseal(vault, PLACE, 7, bytes, 24 + length[i] + 16,
					 &out, &f),
			-1);
		assert_int_equal(f.kind, FAULT_LEDGER);
		assert_non_null(strstr(f.text, "padding"));
	}
}

static void no_id_is_nought(void **state)
{
	(void)state;
	refusal = CHANCE;
	assert_true(vault_random_id() > 0);
	assert_int_equal(refusal, NOTHING);
}

static void ids_in_their_order(void **state)
{
	int64_t *ids = vault_random_ids(1000);

	(void)state;
	for (size_t i = 1; i < 1000; i++)
		assert_true(ids[i - 1] > 0 && ids[i - 1] < ids[i]);
	free(ids);
	free(vault_random_ids(0));
}

static void hex_of_another_length(void **state)
{
	unsigned char two[2];

	(void)state;
	assert_int_equal(vault_unhex("00ff", two, 2), 0);
	assert_int_equal(two[1], 0xff);
	assert_int_equal(vault_unhex("00", two, 2), -1);
	assert_int_equal(vault_unhex("00ff00", two, 2), -1);
	assert_int_equal(vault_unhex("00fx", two, 2), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(there_and_back),
		cmocka_unit_test(padding_in_the_text),
		cmocka_unit_test(padding_hides_the_length),
		cmocka_unit_test(two_seals_differ),
		cmocka_unit_test(bound_to_its_place),
		cmocka_unit_test(one_bit_anywhere),
		cmocka_unit_test(cut_anywhere),
		cmocka_unit_test(another_key),
		cmocka_unit_test(digests),
		cmocka_unit_test(digest_of_a_file),
		cmocka_unit_test(sha256),
		cmocka_unit_test(ids_are_positive),
		cmocka_unit_test(a_new_key),
		cmocka_unit_test(a_bad_key),
		cmocka_unit_test(no_folder_for_the_key),
		cmocka_unit_test(an_id_too_long_for_a_key),
		cmocka_unit_test(a_machine_that_refuses),
		cmocka_unit_test(a_disk_that_refuses),
		cmocka_unit_test(memory_for_a_passphrase),
		cmocka_unit_test(seals_without_padding),
		cmocka_unit_test(no_id_is_nought),
		cmocka_unit_test(ids_in_their_order),
		cmocka_unit_test(hex_of_another_length),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
