/* SPDX-License-Identifier: MIT */
/*
 * text: bytes that grow, rows there and back, and packed bytes that are no row.
 */
#include "recipients/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void growing(void **state)
{
	auto_text_buffer t = {0};

	(void)state;
	assert_string_equal(text_string(&t), "");
	text_add(&t, NULL, 0);
	assert_int_equal(t.length, 0);
	assert_string_equal(text_string(&t), "");
	for (int i = 0; i < 10000; i++) {
		text_add_char(&t, (char)('a' + i % 26));
		assert_int_equal(t.bytes[t.length], 0);
		assert_true(t.room > t.length);
	}
	assert_int_equal(t.length, 10000);
	for (int i = 0; i < 10000; i++)
		assert_int_equal(t.bytes[i], 'a' + i % 26);
	text_clear(&t);
	assert_int_equal(t.length, 0);
	assert_string_equal(text_string(&t), "");
	assert_true(t.room > 10000);
	text_add(&t, "a\0b", 3);
	assert_int_equal(t.length, 3);
	text_done(&t);
	assert_null(t.bytes);
	text_clear(&t);
	assert_string_equal(text_string(&t), "");
}

static void printing(void **state)
{
	auto_text_buffer t = {0};
	auto_text empty = text_format("%s", "");
	auto_text long_one = NULL;
	char words[5000];

	(void)state;
	memset(words, 'x', sizeof(words) - 1);
	words[sizeof(words) - 1] = '\0';
	text_printf(&t, "%s", "");
	assert_string_equal(text_string(&t), "");
	text_printf(&t, "%d %s;", 7, words);
	text_printf(&t, "%c", 'e');
	assert_int_equal(t.length, 2 + 4999 + 2);
	assert_string_equal(t.bytes + t.length - 3, "x;e");
	long_one = text_format("<%s>", words);
	assert_int_equal(strlen(long_one), 5001);
	assert_string_equal(empty, "");
}

static void copies(void **state)
{
	auto_text s = text_copy("Sample");
	auto_text none = text_copy(NULL);
	void *p = text_alloc(0);

	(void)state;
	assert_string_equal(s, "Sample");
	assert_null(none);
	assert_non_null(p);
	p = text_realloc(p, 0);
	assert_non_null(p);
	free(p);
	text_freep(&s);
	assert_null(s);
}

static void rows(void **state)
{
	auto_row r = {0};
	const char *name = NULL, *value;
	size_t count = 0;

	(void)state;
	assert_false(row_next(&r, &name, &value));
	assert_null(row_value(&r, "surname"));
	row_add(&r, "surname", "O'Neill");
	row_add(&r, "rank", ""); /* no evidence */
	row_add(&r, "unit", NULL);
	row_add(&r, "surname", "second");
	row_add(&r, "", "no name");
	assert_string_equal(row_value(&r, "surname"), "O'Neill");
	assert_string_equal(row_value(&r, ""), "no name");
	assert_null(row_value(&r, "rank"));
	assert_null(row_value(&r, "unit"));
	assert_null(row_value(&r, "O'Neill"));
	while (row_next(&r, &name, &value))
		count++;
	assert_int_equal(count, 3);
	row_clear(&r);
	assert_null(row_value(&r, "surname"));
	row_add(&r, "surname", "Patel");
	assert_string_equal(row_value(&r, "surname"), "Patel");
}

/* How many fields come out of these bytes, in memory that ends where they end. */
static size_t walk(const char *bytes, size_t length)
{
	char *copy = malloc(length ? length : 1);
	const char *name = NULL, *value;
	size_t count = 0;

	assert_non_null(copy);
	memcpy(copy, bytes, length);
	while (row_packed_next(copy, length, &name, &value)) {
		assert_true(name >= copy && value > name && value < copy + length);
		assert_true(value + strlen(value) < copy + length);
		count++;
	}
	free(copy);
	return count;
}

static void malformed(void **state)
{
	static const char row[] = "rank\0PC\0unit\0SO15"; /* with its NUL: 18 bytes */

	(void)state;
	for (size_t n = 0; n <= sizeof(row); n++)
		assert_int_equal(walk(row, n), (n >= 8) + (n >= 18));
	assert_int_equal(walk("\0\0\0\0", 4), 2);
	assert_int_equal(walk("\0\0\0", 3), 1);
	assert_int_equal(walk("abc", 3), 0);
	assert_int_equal(walk("abc\0def", 7), 0);
}

/* Any bytes: 100,000 short ones, seeded. */
static void any_bytes(void **state)
{
	uint32_t seed = 2026;

	(void)state;
	for (int i = 0; i < 100000; i++) {
		char bytes[12];
		size_t length, nuls = 0;

		for (size_t k = 0; k < sizeof(bytes); k++) {
			seed = seed * 1664525 + 1013904223;
			bytes[k] = (char)("ab\0"[(seed >> 16) % 3]);
		}
		length = (seed >> 24) % (sizeof(bytes) + 1);
		for (size_t k = 0; k < length; k++)
			nuls += !bytes[k];
		assert_int_equal(walk(bytes, length), nuls / 2);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(growing),
		cmocka_unit_test(printing),
		cmocka_unit_test(copies),
		cmocka_unit_test(rows),
		cmocka_unit_test(malformed),
		cmocka_unit_test(any_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
