/* SPDX-License-Identifier: MIT */
/*
 * slots: each opens by its own secret and nothing else does; a file that is not as it was
 * written opens nothing. Passphrases are cheap here: a slot says what it costs.
 */
#include "tests/recipients/book.h"

#include "recipients/recovery.h"
#include "recipients/slots.h"

#define ID "00112233445566778899aabbccddeeff"
#define OTHER "ffeeddccbbaa99887766554433221100"
#define WORDS "correct horse battery"

static const struct vault_cost cheap = {1, 8192};
static char top[] = "/tmp/test_slots.XXXXXX";
static char *key_file, *path, *slot_file;
static struct vault *vault;
static struct slots slots;
static char code[RECOVERY_TEXT];
static unsigned char secret[VAULT_KEY];

static int set_up_all(void **state)
{
	struct fault f = {0};

	(void)state;
	if (vault_start(&f) || !mkdtemp(top))
		return -1;
	key_file = text_format("%s/key", top);
	path = text_format("%s/deep/er/slots", top);
	slot_file = text_format("%s/stick", top);
	return vault_create(key_file, ID, &f) || vault_open(key_file, ID, &vault, &f);
}

static int remove_one(const char *name, const struct stat *st, int kind, struct FTW *walk)
{
	(void)st;
	(void)kind;
	(void)walk;
	return remove(name);
}

static int tear_down_all(void **state)
{
	(void)state;
	vault_close(vault);
	(void)nftw(top, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	free(key_file);
	free(path);
	free(slot_file);
	return 0;
}

/* Four, one of each kind, 2 to 5. */
static int set_up(void **state)
{
	struct fault f = {0};

	(void)state;
	memset(&slots, 0, sizeof(slots));
	memcpy(slots.id, ID, sizeof(ID));
	recovery_make(code);
	vault_random(secret, sizeof(secret));
	(void)unlink(slot_file);
	return slots_add(&slots, vault, 2, SLOT_PASSPHRASE, WORDS, strlen(WORDS), &cheap,
		       &f) ||
	       slots_add(&slots, vault, 3, SLOT_RECOVERY, code, strlen(code), NULL, &f) ||
	       slots_add(&slots, vault, 4, SLOT_KEY_FILE, secret, sizeof(secret), NULL,
		       &f) ||
	       slots_add(&slots, vault, 5, SLOT_CREDENTIAL, "x", 1, NULL, &f) ||
	       slots_write(path, &slots, &f) ||
	       slot_file_write(slot_file, ID, 4, secret, &f);
}

/* It is the same key: what one seals the other opens. */
static void same_key(struct vault *other)
{
	auto_text_buffer sealed = {0}, plain = {0};
	struct fault f = {0};

	vault_seal(vault, "entry.fields_sealed", 7, "words", 5, 0, &sealed);
	fine(vault_unseal(other, "entry.fields_sealed", 7, sealed.bytes, sealed.length,
		     &plain, &f),
		&f);
	assert_string_equal(text_string(&plain), "words");
	vault_close(other);
}

static void refused(const char *words, const char *says)
{
	struct vault *v = NULL;
	struct fault f = {0};

	assert_int_equal(slots_open_words(&slots, words, &v, &f), -1);
	assert_null(v);
	assert_int_equal(f.kind, FAULT_CONFIG);
	if (!strstr(f.text, says))
		fail_msg("%s", f.text);
	assert_null(strstr(f.text, words));
}

static void each_opens(void **state)
{
	struct fault f = {0};
	struct vault *v;
	mode_t mode;
	struct stat st;

	(void)state;
	fine(slots_read(path, ID, &slots, &f), &f);
	assert_int_equal(slots.count, 4);
	fine(slots_open_words(&slots, WORDS, &v, &f), &f);
	same_key(v);
	fine(slots_open_words(&slots, code, &v, &f), &f);
	same_key(v);
	fine(slot_file_open(slot_file, &slots, &v, &f), &f);
	same_key(v);
	assert_int_equal(stat(path, &st), 0);
	mode = st.st_mode & 0777;
	assert_int_equal(mode, 0600);
	assert_int_equal(slot_file_look(path), SLOT_FILE_SLOTS);
	assert_int_equal(slot_file_look(slot_file), SLOT_FILE_SLOT);
	assert_int_equal(slot_file_look(key_file), SLOT_FILE_OTHER);
}

static void wrong_words(void **state)
{
	char other[RECOVERY_TEXT];

	(void)state;
	recovery_make(other);
	refused("correct horse batterz", "Caps Lock");
	refused(other, "recovery code");
	code[2] = code[2] == '3' ? '4' : '3';
	refused(code, "group 1");
}

/* A credential's secret does not open as words, nor a passphrase in the place of a code.
 */
static void another_kind(void **state)
{
	struct fault f = {0};

	(void)state;
	refused("x", "no slot");
	slots.list[0].kind = SLOT_RECOVERY;
	refused(WORDS, "no slot");
	fine(slots_read(path, ID, &slots, &f), &f);
	slots.list[0].number = 9; /* it is bound to its number */
	refused(WORDS, "no slot");
	fine(slots_read(path, ID, &slots, &f), &f);
	slots.list[0].cost.passes = 2;
	refused(WORDS, "no slot");
}

static void removed(void **state)
{
	struct vault *v = NULL;
	struct fault f = {0};
	int number;

	(void)state;
	fine(slots_number(&slots, 0, &number, &f), &f);
	assert_int_equal(number, 6);
	fine(slots_number(&slots, 8, &number, &f), &f);
	assert_int_equal(number, 9);
	assert_int_equal(slots_remove(&slots, 4) || slots_remove(&slots, 2), 0);
	assert_int_equal(slots_remove(&slots, 4), -1);
	fine(slots_write(path, &slots, &f) || slots_read(path, ID, &slots, &f), &f);
	assert_int_equal(slots.count, 2);
	refused(WORDS, "no slot");
	assert_int_equal(slot_file_open(slot_file, &slots, &v, &f), -1);
	assert_non_null(strstr(f.text, "slot 4 was removed"));
	fine(slots_open_words(&slots, code, &v, &f), &f);
	same_key(v);
}

static void full(void **state)
{
	struct fault f = {0};
	int number;

	(void)state;
	while (slots.count < SLOTS_MAX)
		fine(slots_add(&slots, vault, 10 + (int)slots.count, SLOT_RECOVERY, "x",
			     1, NULL, &f),
			&f);
	fine(slots_write(path, &slots, &f) || slots_read(path, ID, &slots, &f), &f);
	assert_int_equal(slots.count, SLOTS_MAX);
	assert_int_equal(slots_number(&slots, 0, &number, &f), -1);
	assert_int_equal(f.kind, FAULT_REFUSED);
}

static void put(const char *bytes, size_t length)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, length, file), length);
	assert_int_equal(fclose(file), 0);
}

/* Whatever byte is changed: either the file is refused, or the slot that it was in. */
static void damaged(void **state)
{
	char whole[4096], bytes[4096];
	FILE *file = fopen(path, "r");
	size_t length = fread(whole, 1, sizeof(whole), file);
	struct fault f = {0};
	struct vault *v = NULL;

	(void)state;
	(void)fclose(file);
	for (size_t at = 0; at < length; at += 3) {
		memcpy(bytes, whole, length);
		bytes[at] = (char)(bytes[at] ^ 1);
		put(bytes, length);
		if (slots_read(path, ID, &slots, &f)) {
			assert_int_equal(f.kind, FAULT_CONFIG);
			assert_int_equal(slots.count, 0);
			continue;
		}
		assert_int_equal(slots.count, 4);
	}
	put(whole, length - 1);
	assert_int_equal(slots_read(path, ID, &slots, &f), -1);
	put(whole, length);
	assert_int_equal(slots_read(path, OTHER, &slots, &f), -1);
	assert_non_null(strstr(f.text, "another ledger"));
	assert_int_equal(chmod(path, 0644), 0);
	assert_int_equal(slots_read(path, ID, &slots, &f), -1);
	assert_non_null(strstr(f.text, "chmod 600"));
	assert_int_equal(unlink(path), 0);
	fine(slots_read(path, ID, &slots, &f), &f);
	assert_int_equal(slots.count, 0);
	assert_int_equal(slots_open_words(&slots, WORDS, &v, &f), -1);
}

#define EACH(test) cmocka_unit_test_setup(test, set_up)

int main(void)
{
	const struct CMUnitTest tests[] = {EACH(each_opens), EACH(wrong_words),
		EACH(another_kind), EACH(removed), EACH(full), EACH(damaged)};

	return cmocka_run_group_tests(tests, set_up_all, tear_down_all);
}
