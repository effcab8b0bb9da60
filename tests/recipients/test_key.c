/* SPDX-License-Identifier: MIT */
/*
 * key: each way in opens the ledger, the book keeps what was added and removed, and the
 * last one stays.
 */
#include "tests/recipients/book.h"

#include "recipients/key.h"

static const struct vault_cost cheap = {1, 8192};
static const struct key_change change = {"Anna Marsh", "a second way in", "red safe"};
static struct book book;
static char *words; /* what the ledger is given when it asks */

static int set_up(void **state)
{
	(void)state;
	book_make(&book);
	assert_int_equal(setenv("HOME", book.top, 1) || unsetenv("XDG_DATA_HOME"), 0);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	if (book.ledger)
		book_shut(&book);
	book_remove(&book);
	return 0;
}

static int give(void *context, const char **ret, struct fault *f)
{
	(void)context;
	(void)f;
	*ret = words;
	return 0;
}

static int opens(const char *key_file, char *by)
{
	struct ledger_options o = book.options;
	struct ledger *l = NULL;
	struct fault f = {0};
	int failed;

	words = by;
	o.unlock = (struct unlock){key_file, give, NULL, by != NULL};
	failed = ledger_open(book.dir, LEDGER_READ, &o, &l, &f);
	if (failed)
		assert_int_equal(f.kind, FAULT_CONFIG);
	ledger_close(l, 0);
	return !failed;
}

static void each_way(void **state)
{
	char pass[] = "correct horse battery", wrong[] = "correct horse batterz",
	     code[RECOVERY_TEXT];
	auto_text stick = text_format("%s/stick", book.top);
	auto_text inside = text_format("%s/stick", book.dir);
	auto_text gone = NULL;
	auto_key_list list = {0};
	struct fault f = {0};
	int number;

	(void)state;
	assert_int_equal(
		key_add_words(book.ledger, "short", &cheap, &change, &number, &f), -1);
	assert_int_equal(f.kind, FAULT_INPUT);
	fine(key_add_words(book.ledger, pass, &cheap, &change, &number, &f), &f);
	assert_int_equal(number, 2);
	fine(key_add_recovery(book.ledger, &change, code, &number, &f), &f);
	assert_int_equal(
		key_add_file(book.ledger, SLOT_KEY_FILE, inside, &change, &number, &f),
		-1);
	assert_int_equal(f.kind, FAULT_CONFIG);
	fine(key_add_file(book.ledger, SLOT_KEY_FILE, stick, &change, &number, &f), &f);
	assert_int_equal(number, 4);
	assert_int_equal(
		key_add_file(book.ledger, SLOT_KEY_FILE, stick, &change, &number, &f),
		-1);
	assert_int_equal(f.kind, FAULT_CANTCREATE);
	fine(key_list(book.ledger, &list, &f), &f);
	assert_int_equal(list.count, 4);
	assert_string_equal(list.slots[0].kind, "key");
	assert_string_equal(list.slots[3].label, "red safe");
	book_shut(&book);

	assert_true(opens(book.key, NULL) && opens(NULL, pass) && opens(NULL, code) &&
		    opens(stick, NULL));
	assert_false(opens(NULL, wrong));

	book_open(&book, LEDGER_WRITE);
	fine(key_remove(book.ledger, 2, &change, &gone, &f), &f);
	assert_null(gone);
	fine(key_remove(book.ledger, 1, &change, &gone, &f), &f);
	assert_string_equal(gone, book.key);
	book_shut(&book);
	assert_false(opens(book.key, NULL) || opens(NULL, pass));
	assert_true(opens(NULL, code) && opens(stick, NULL));
}

static void the_last_stays(void **state)
{
	auto_text gone = NULL;
	struct fault f = {0};

	(void)state;
	assert_int_equal(key_remove(book.ledger, 1, &change, &gone, &f), -1);
	assert_int_equal(f.kind, FAULT_REFUSED);
	assert_int_equal(access(book.key, F_OK), 0);
	assert_int_equal(key_remove(book.ledger, 2, &change, &gone, &f), -1);
	assert_int_equal(f.kind, FAULT_USAGE);
}

static void rehearsed(void **state)
{
	auto_text stick = text_format("%s/stick", book.top);
	auto_key_list list = {0};
	char code[RECOVERY_TEXT];
	struct fault f = {0};
	int number;

	(void)state;
	book_shut(&book);
	book_open(&book, LEDGER_REHEARSE);
	fine(key_add_recovery(book.ledger, &change, code, &number, &f), &f);
	fine(key_add_file(book.ledger, SLOT_CREDENTIAL, stick, &change, &number, &f), &f);
	fine(key_list(book.ledger, &list, &f), &f);
	assert_int_equal(list.count, 1);
	assert_int_equal(access(stick, F_OK), -1);
	assert_int_equal(access(list.slots_file, F_OK), -1);
}

#define EACH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		EACH(each_way), EACH(the_last_stays), EACH(rehearsed)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
