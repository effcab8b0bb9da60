/* SPDX-License-Identifier: MIT */
/*
 * code: whatever a person may mishear or write down wrongly is found out: every wrong
 * sign, and every two neighbours that changed places.
 */
#include "mailer/code.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/mailer/incident.h"

#include "recipients/fault.h"
#include "mailer/scribe.h"
#include "recipients/vault.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define CODES 50

static const char signs[] = "23456789ACFHJKLMPQRTWXY";

static int set_up(void **state)
{
	struct fault f;

	(void)state;
	return vault_start(&f);
}

static void made(void **state)
{
	char code[CODE_TEXT], read[CODE_TEXT], seen[256] = {0};

	(void)state;
	for (int i = 0; i < 2000; i++) {
		code_make(code);
		assert_int_equal(strlen(code), CODE_TEXT - 1);
		assert_int_equal(code[CODE_SIGNS / 2], '-');
		assert_int_equal(strspn(code, "23456789ACFHJKLMPQRTWXY-"), CODE_TEXT - 1);
		assert_int_equal(code_read(code, read), 0);
		assert_string_equal(read, code);
		for (const char *p = code; *p; p++)
			seen[(unsigned char)*p] = 1;
	}
	for (const char *p = signs; *p; p++) /* each sign is used */
		assert_true(seen[(unsigned char)*p]);
}

static void every_wrong_sign(void **state)
{
	char code[CODE_TEXT], out[CODE_TEXT];

	(void)state;
	for (int i = 0; i < CODES; i++) {
		code_make(code);
		for (size_t at = 0; at < CODE_TEXT - 1; at++) {
			char right = code[at];

			for (const char *p = signs; right != '-' && *p; p++) {
				code[at] = *p;
				if (*p != right && !code_read(code, out))
					fail_msg("%s passes for another", code);
			}
			code[at] = right;
		}
	}
}

static void every_swap_of_neighbours(void **state)
{
	char shown[CODE_TEXT], code[CODE_SIGNS + 1], out[CODE_TEXT];

	(void)state;
	for (int i = 0; i < CODES; i++) {
		code_make(shown);
		memcpy(code, shown, CODE_SIGNS / 2);
		memcpy(code + CODE_SIGNS / 2, shown + CODE_SIGNS / 2 + 1,
			CODE_SIGNS / 2 + 1);
		assert_int_equal(code_read(code, out), 0);
		for (size_t at = 0; at + 1 < CODE_SIGNS; at++) {
			char first = code[at];

			code[at] = code[at + 1];
			code[at + 1] = first;
			if (code[at] != first && !code_read(code, out))
				fail_msg("%s passes for another", code);
			code[at + 1] = code[at];
			code[at] = first;
		}
	}
}

static void as_it_was_written_down(void **state)
{
	static const char *const good[] = {"22222-22222", "2222222222", " 22222 22222\n",
		"2 2 2 2 2 - 2 2 2 2 2", "--22222--22222--", "22222\u201322222.",
		"22222\u00a022222", " 22222\u201122222, "};
	static const char *const bad[] = {"", "-", "2222-22222", "222222-22222",
		"22222-2222I", "22222-2222O", "22222-22220", "22222-22223", "22222_22222",
		"22222-22222x", "\uff122222-22222"};
	char code[CODE_TEXT], small[CODE_TEXT], out[CODE_TEXT];

	(void)state;
	for (size_t i = 0; i < LENGTH(good); i++) {
		assert_int_equal(code_read(good[i], out), 0);
		assert_string_equal(out, "22222-22222");
	}
	for (size_t i = 0; i < LENGTH(bad); i++)
		if (!code_read(bad[i], out))
			fail_msg("%s is taken", bad[i]);
	for (int i = 0; i < 100; i++) { /* small letters */
		code_make(code);
		for (size_t k = 0; k < CODE_TEXT; k++)
			small[k] = code[k] >= 'A' ? (char)(code[k] | 0x20) : code[k];
		assert_int_equal(code_read(small, out), 0);
		assert_string_equal(out, code);
	}
}

/* --- new to a ledger --- */

static char drawn[3][CODE_TEXT];
static size_t next_drawn;

static void draw(char out[CODE_TEXT])
{
	memcpy(out, drawn[next_drawn++], CODE_TEXT);
}

/* The code of some notice. */
static void code_of_a_notice(struct ledger *l, char out[CODE_TEXT])
{
	auto_query struct query *q = NULL;
	auto_row facts = {0};
	struct fault f = {0};

	fine(ledger_query(l, SQL("SELECT id, facts_sealed FROM notice LIMIT 1"), &q, &f),
		&f);
	assert_int_equal(query_next(q, &f), 1);
	fine(query_sealed(q, "facts_sealed", "notice.facts_sealed", query_int(q, "id"),
		     &facts.packed, &f),
		&f);
	assert_int_equal(code_read(row_value(&facts, SCRIBE_CODE), out), 0);
}

static void what_is_taken_is_not_given_again(void **state)
{
	struct incident i;
	struct code_maker m;
	struct fault f = {0};
	char code[CODE_TEXT];

	(void)state;
	incident_make(&i);
	code_of_a_notice(i.book.ledger, drawn[0]);
	memcpy(drawn[1], drawn[0], CODE_TEXT);
	code_make(drawn[2]);
	fine(code_maker_open(i.book.ledger, &m, &f), &f);
	m.make = draw;
	fine(code_new(&m, code, &f), &f);
	assert_int_equal(next_drawn, 3);
	assert_string_equal(code, drawn[2]);
	code_maker_done(&m);
	incident_remove(&i);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(made),
		cmocka_unit_test(every_wrong_sign),
		cmocka_unit_test(every_swap_of_neighbours),
		cmocka_unit_test(as_it_was_written_down),
		cmocka_unit_test(what_is_taken_is_not_given_again),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
