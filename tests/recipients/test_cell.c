/* SPDX-License-Identifier: MIT */
/*
 * cell: what tidying changes, what it leaves, what it refuses.
 */
#include "recipients/cell.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define BYTES(literal) (literal), sizeof(literal) - 1

#define ACUTE "\xcc\x81"
#define FIVE ACUTE ACUTE ACUTE ACUTE ACUTE
#define THIRTY FIVE FIVE FIVE FIVE FIVE FIVE

struct sample {
	const char *bytes;
	size_t length;
	const char *value; /* NULL: refused */
	enum cell_fault fault;
};

static const struct sample samples[] = {
	{BYTES(""), "", CELL_FINE},
	{BYTES("Ann Orr"), "Ann Orr", CELL_FINE},
	{BYTES(" \t\r\n Ann  Orr \n"), "Ann  Orr", CELL_FINE},
	{BYTES("  "), "", CELL_FINE},
	{BYTES("one\r\ntwo\rthree\tfour"), "one\ntwo\nthree\tfour", CELL_FINE},
	{BYTES("\xc2\xa0\xe2\x80\x89"
	       "Ann\xe3\x80\x80\xc2\xa0"),
		"Ann", CELL_FINE},
	{BYTES("Ann\xc2\xa0Orr"), "Ann\xc2\xa0Orr", CELL_FINE},
	{BYTES("\xe2\x80\x8b"), "", CELL_FINE},
	/* blanks behind what is dropped are at the end too */
	{BYTES("\xe2\x80\x8b Ann \xe2\x80\x8b"), "Ann", CELL_FINE},
	{BYTES("A\xc2\xadn\xe2\x80\xaen\xe2\x81\xa6\xef\xbb\xbf\xef\xb8\x8f"), "Ann",
		CELL_FINE},
	/* normal form C */
	{BYTES("Rene" ACUTE), "Ren\xc3\xa9", CELL_FINE},
	{BYTES("\xe2\x84\xab"), "\xc3\x85", CELL_FINE},
	{BYTES("\xc7\x93 \xe1\xba\xbf"), "\xc7\x93 \xe1\xba\xbf", CELL_FINE},
	{BYTES("O\xe2\x80\x99Neill"), "O\xe2\x80\x99Neill", CELL_FINE},
	{BYTES("\xef\xac\x81"), "\xef\xac\x81",
		CELL_FINE}, /* a ligature stays: that is form KC */
	{BYTES("x" THIRTY), "x" THIRTY, CELL_FINE},
	{BYTES("x" THIRTY ACUTE), NULL, CELL_ACCENTS},
	{BYTES("a\0b"), NULL, CELL_NUL},
	{BYTES("a\x1b"
	       "b"),
		NULL, CELL_CONTROL},
	{BYTES("a\x7f"), NULL, CELL_CONTROL},
	{BYTES("\x0b"), NULL, CELL_CONTROL},
	{BYTES("\xc2\x9b"), NULL, CELL_CONTROL},
	{BYTES("a\xff"), NULL, CELL_NOT_TEXT},
	{BYTES("a\xc3"), NULL, CELL_NOT_TEXT},
	{BYTES("\xc0\x80"), NULL, CELL_NOT_TEXT},
	{BYTES("\xed\xa0\x80"), NULL, CELL_NOT_TEXT},
	{BYTES("\xf4\x90\x80\x80"), NULL, CELL_NOT_TEXT},
};

static void test_samples(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(samples); i++) {
		const struct sample *s = &samples[i];
		auto_text_buffer out = {0};
		enum cell_fault fault;

		text_add_string(&out, "before");
		fault = cell_tidy(s->bytes, s->length, &out);
		if (fault != s->fault)
			fail_msg("sample %zu %s", i, cell_fault_words(fault));
		assert_memory_equal(out.bytes, "before", 6);
		if (fault) {
			assert_int_equal(out.length, 6);
			continue;
		}
		assert_int_equal(out.length, 6 + strlen(s->value) + 1);
		assert_string_equal(out.bytes + 6, s->value);
	}
}

/* What is tidy stays as it is. */
static void test_twice(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(samples); i++) {
		auto_text_buffer once = {0}, twice = {0};

		if (cell_tidy(samples[i].bytes, samples[i].length, &once))
			continue;
		assert_int_equal(
			cell_tidy(once.bytes, once.length - 1, &twice), CELL_FINE);
		assert_string_equal(once.bytes, twice.bytes);
	}
}

static void test_blank(void **state)
{
	(void)state;
	assert_true(cell_blank("", 0));
	assert_true(cell_blank(BYTES(" \t\r\n\xc2\xa0 ")));
	assert_false(cell_blank(BYTES(" x ")));
	assert_false(cell_blank(BYTES("\xc2\xa0\xc2")));
	assert_false(cell_blank(BYTES("\0")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_samples),
		cmocka_unit_test(test_twice),
		cmocka_unit_test(test_blank),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
