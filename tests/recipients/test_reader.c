/* SPDX-License-Identifier: MIT */
/*
 * reader: the window over a file. Which files it refuses is in test_table.c.
 */
#include "recipients/reader.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define SIZE 300000

static unsigned char byte_at(size_t i)
{
	return (unsigned char)('a' + i % 23);
}

static void fill(unsigned char *bytes)
{
	for (size_t i = 0; i < SIZE; i++)
		bytes[i] = byte_at(i);
}

/* Walks over all of it in steps; the window always begins where the last one was left. */
static void walk(struct reader *r, size_t step)
{
	struct fault f = {0};
	size_t at = 0, length;
	int got;

	assert_int_equal(reader_start(r, &f), 0);
	do {
		got = reader_more(r, &f);
		for (;;) {
			const char *p = reader_window(r, &length);

			if (length < step && (got || !length))
				break;
			length = length < step ? length : step;
			for (size_t i = 0; i < length; i++)
				assert_int_equal((unsigned char)p[i], byte_at(at + i));
			reader_pass(r, length);
			at += length;
		}
	} while (got > 0);
	assert_int_equal(got, 0);
	assert_int_equal(at, SIZE);
}

static void test_window(void **state)
{
	static unsigned char bytes[SIZE];
	auto_reader *r = NULL;
	struct fault f = {0};
	size_t length;

	(void)state;
	fill(bytes);
	assert_int_equal(reader_open_memory("file", bytes, SIZE, SIZE, &r, &f), 0);
	assert_memory_equal(reader_head(r, &length), bytes, READER_HEAD);
	assert_int_equal(length, READER_HEAD);
	walk(r, 1000);
	walk(r, 7);
	walk(r, 100001);
	walk(r, SIZE);
	assert_int_equal(reader_encoding(r), ENCODING_UTF8);
}

/* A window that nothing is passed from grows to twice its size, so that growing costs no
 * squares. */
static void test_growth(void **state)
{
	static unsigned char bytes[SIZE];
	auto_reader *r = NULL;
	struct fault f = {0};
	size_t length, before = 0, steps = 0;

	(void)state;
	fill(bytes);
	assert_int_equal(reader_open_memory("file", bytes, SIZE, SIZE, &r, &f), 0);
	assert_int_equal(reader_start(r, &f), 0);
	while (reader_more(r, &f) > 0) {
		(void)reader_window(r, &length);
		assert_true(length == SIZE || length >= 2 * before);
		before = length;
		steps++;
	}
	assert_int_equal(before, SIZE);
	assert_true(steps <= 4);
}

static void test_shrinks(void **state)
{
	static unsigned char bytes[SIZE];
	const char *where = getenv("TMPDIR");
	auto_text path = text_format("%s/test_reader.XXXXXX", where ? where : "/tmp");
	auto_reader *r = NULL;
	struct fault f = {0};
	int fd = mkstemp(path), got;

	(void)state;
	assert_true(fd >= 0);
	fill(bytes);
	assert_int_equal(write(fd, bytes, SIZE), SIZE);
	assert_int_equal(reader_open(path, SIZE, &r, &f), 0);
	walk(r, 1000);
	assert_int_equal(reader_start(r, &f), 0);
	assert_int_equal(ftruncate(fd, SIZE / 2), 0);
	while ((got = reader_more(r, &f)) > 0)
		;
	assert_int_equal(got, -1);
	assert_int_equal(f.kind, FAULT_INPUT);
	assert_non_null(strstr(f.text, "became shorter while it was read"));
	assert_int_equal(unlink(path), 0);
	assert_int_equal(close(fd), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_window),
		cmocka_unit_test(test_growth),
		cmocka_unit_test(test_shrinks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
