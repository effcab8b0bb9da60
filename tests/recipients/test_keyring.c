/* SPDX-License-Identifier: MIT */
/*
 * keyring: where a key is looked for, in which order, and where it must not lie.
 */
#include "tests/recipients/book.h"

#include "recipients/keyring.h"

static struct book book;

static int set_up(void **state)
{
	(void)state;
	book_make(&book);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	book_remove(&book);
	return 0;
}

/* A copy of the folder must not open itself. */
static void key_beside_the_ledger(void **state)
{
	static const char *const keys[] = {
		"second/key", "second/deeper/key", "second/./key"};
	auto_text dir = text_format("%s/second", book.top);
	auto_text deeper = text_format("%s/deeper", dir);
	auto_text path = text_format("%s/ledger.db", dir);

	(void)state;
	assert_int_equal(mkdir(dir, 0700) || mkdir(deeper, 0700), 0);
	for (size_t i = 0; i < LENGTH(keys); i++) {
		auto_text key = text_format("%s/%s", book.top, keys[i]);
		struct fault f = {0};

		book.options.unlock.key_file = key;
		assert_int_equal(ledger_create(dir, &book.options, &f), -1);
		assert_int_equal(f.kind, FAULT_CONFIG);
		assert_int_equal(access(key, F_OK), -1);
		assert_int_equal(access(path, F_OK), -1);
	}
}

/* In a folder whose name only begins alike it may lie. */
static void key_in_a_folder_with_a_like_name(void **state)
{
	auto_text dir = text_format("%s/second", book.top);
	auto_text other = text_format("%s/second-keys", book.top);
	auto_text key = text_format("%s/key", other);
	struct fault f = {0};

	(void)state;
	assert_int_equal(mkdir(dir, 0700) || mkdir(other, 0700), 0);
	book.options.unlock.key_file = key;
	fine(ledger_create(dir, &book.options, &f), &f);
}

static void where_the_key_is_looked_for(void **state)
{
	auto_text credentials = text_format("%s/credentials", book.top);
	auto_text key = text_format("%s/breachmail.key", credentials);

	(void)state;
	book_shut(&book);
	book.options.unlock.key_file = NULL;
	assert_int_equal(setenv("XDG_DATA_HOME", book.top, 1), 0);
	book_stays_shut(&book, LEDGER_READ, FAULT_CONFIG, "breachmail/keys/");
	assert_int_equal(setenv("BREACHMAIL_KEY_FILE", book.key, 1), 0);
	book_open(&book, LEDGER_READ);
	book_shut(&book);
	assert_int_equal(mkdir(credentials, 0700), 0);
	assert_int_equal(setenv("CREDENTIALS_DIRECTORY", credentials, 1), 0);
	book_open(&book, LEDGER_READ); /* no key there: the next place */
	book_shut(&book);
	assert_int_equal(rename(book.key, key), 0);
	book_open(&book, LEDGER_READ); /* before the variable, which names nothing now */
	assert_string_equal(ledger_key_file(book.ledger), key);
	(void)unsetenv("CREDENTIALS_DIRECTORY");
	(void)unsetenv("BREACHMAIL_KEY_FILE");
	(void)unsetenv("XDG_DATA_HOME");
}

#define EACH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		EACH(key_beside_the_ledger),
		EACH(key_in_a_folder_with_a_like_name),
		EACH(where_the_key_is_looked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
