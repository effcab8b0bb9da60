/* SPDX-License-Identifier: MIT */
/*
 * encoding: which encoding bytes are told to be in, and what they become; the same
 * however they are cut into pieces.
 */
#include "recipients/encoding.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define BYTES(literal) (literal), sizeof(literal) - 1

struct sample {
	const char *bytes;
	size_t length;
	enum encoding encoding;
	const char *text;
	size_t text_length;
};

static const struct sample samples[] = {
	{BYTES(""), ENCODING_UTF8, BYTES("")},
	{BYTES("name,rank\n"), ENCODING_UTF8, BYTES("name,rank\n")},
	{BYTES("\xef\xbb\xbfname"), ENCODING_UTF8, BYTES("name")},
	{BYTES("\xef\xbb\xbf\xff\xe9"), ENCODING_UTF8, BYTES("\xff\xe9")},
	{BYTES("\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80"), ENCODING_UTF8,
		BYTES("\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80")},
	/* the borders of what UTF-8 allows */
	{BYTES("\xc2\x80\xdf\xbf\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xf0\x90\x80\x80\xf4\x8f\xbf\xbf"),
		ENCODING_UTF8,
		BYTES("\xc2\x80\xdf\xbf\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xf0\x90\x80\x80\xf4\x8f\xbf\xbf")},
	{BYTES("\xc1\xbf"), ENCODING_WINDOWS_1252, BYTES("\xc3\x81\xc2\xbf")},
	{BYTES("\xe0\x9f\xbf"), ENCODING_WINDOWS_1252, BYTES("\xc3\xa0\xc5\xb8\xc2\xbf")},
	{BYTES("\xed\xa0\x80"), ENCODING_WINDOWS_1252,
		BYTES("\xc3\xad\xc2\xa0\xe2\x82\xac")},
	{BYTES("\xf4\x90\x80\x80"), ENCODING_WINDOWS_1252,
		BYTES("\xc3\xb4\xff\xe2\x82\xac\xe2\x82\xac")},
	{BYTES("O\x92Neill"), ENCODING_WINDOWS_1252, BYTES("O\xe2\x80\x99Neill")},
	{BYTES("\xd3 N\xe9ill"), ENCODING_WINDOWS_1252, BYTES("\xc3\x93 N\xc3\xa9ill")},
	{BYTES("a\xc3"), ENCODING_WINDOWS_1252, BYTES("a\xc3\x83")},
	{BYTES("\x80\x81\x8d\x8f\x90\x9d\x9f\xff"), ENCODING_WINDOWS_1252,
		BYTES("\xe2\x82\xac\xff\xff\xff\xff\xff\xc5\xb8\xc3\xbf")},
	/* more whole sequences than broken ones: a damaged file, handed on as it is */
	{BYTES("\xc3\xa9\xc3\xa9\xff"), ENCODING_UTF8, BYTES("\xc3\xa9\xc3\xa9\xff")},
	{BYTES("\xc3\xa9\xff"), ENCODING_WINDOWS_1252, BYTES("\xc3\x83\xc2\xa9\xc3\xbf")},
	{BYTES("\xff\xfe\xe9\0\n\0\xac\x20\x3d\xd8\x00\xde"), ENCODING_UTF16LE,
		BYTES("\xc3\xa9\n\xe2\x82\xac\xf0\x9f\x98\x80")},
	{BYTES("\xfe\xff\0\xe9\0\n\x20\xac\xd8\x3d\xde\x00"), ENCODING_UTF16BE,
		BYTES("\xc3\xa9\n\xe2\x82\xac\xf0\x9f\x98\x80")},
	{BYTES("\xff\xfe"
	       "a\0\0\0b\0"),
		ENCODING_UTF16LE, BYTES("a\0b")},
	/* halves of pairs, and half a unit */
	{BYTES("\xff\xfe\x3d\xd8"
	       "a\0"),
		ENCODING_UTF16LE,
		BYTES("\xff"
		      "a")},
	{BYTES("\xff\xfe\x00\xde"
	       "a\0"),
		ENCODING_UTF16LE,
		BYTES("\xff"
		      "a")},
	{BYTES("\xff\xfe\x3d\xd8\x3d\xd8\x00\xde"), ENCODING_UTF16LE,
		BYTES("\xff\xf0\x9f\x98\x80")},
	{BYTES("\xff\xfe"
	       "a\0\x3d\xd8"),
		ENCODING_UTF16LE, BYTES("a\xff")},
	{BYTES("\xff\xfe"
	       "a\0b"),
		ENCODING_UTF16LE, BYTES("a\xff")},
	{BYTES("\xff\xfe\x3d\xd8"
	       "b"),
		ENCODING_UTF16LE, BYTES("\xff\xff")},
};

/* Feeds and decodes in pieces of `step` bytes. */
static void check(const struct sample *s, size_t step)
{
	struct encoding_scan scan = {0};
	struct encoding_state state = {0};
	auto_text_buffer out = {0};
	size_t mark;
	enum encoding e;

	for (size_t i = 0; i < s->length; i += step)
		encoding_scan_feed(
			&scan, s->bytes + i, s->length - i < step ? s->length - i : step);
	e = encoding_scan_end(&scan, &mark);
	if (e != s->encoding)
		fail_msg("sample %zu: %s", (size_t)(s - samples), encoding_name(e));
	for (size_t i = mark; i < s->length; i += step) {
		size_t n = s->length - i < step ? s->length - i : step;

		encoding_decode(e, &state, s->bytes + i, n, i + n == s->length, &out);
	}
	if (out.length != s->text_length ||
		(out.length && memcmp(out.bytes, s->text, out.length)))
		fail_msg("sample %zu in pieces of %zu: \"%s\"", (size_t)(s - samples),
			step, text_string(&out));
}

static void test_samples(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(samples); i++)
		for (size_t step = 1; step < 12; step++)
			check(&samples[i], step);
}

/* A sign behind a long run of ASCII is seen wherever it stands among the eights. */
static void test_runs(void **state)
{
	(void)state;
	for (size_t n = 0; n < 40; n++) {
		struct encoding_scan scan = {0};
		char bytes[48];
		size_t mark;

		memset(bytes, 'a', sizeof(bytes));
		bytes[n] = (char)0xe9;
		encoding_scan_feed(&scan, bytes, sizeof(bytes));
		assert_int_equal(encoding_scan_end(&scan, &mark), ENCODING_WINDOWS_1252);
		assert_int_equal(mark, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_samples),
		cmocka_unit_test(test_runs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
