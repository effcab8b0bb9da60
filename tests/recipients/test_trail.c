/* SPDX-License-Identifier: MIT */
/*
 * trail: the path at the end of any beginning of a JSON text.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "recipients/trail.h"

static void test_find(void **state)
{
	static const struct {
		const char *bytes, *path;
		size_t line;
	} cases[] = {
		{"", "", 1},
		{"{", "", 1},
		{"{\"a\"", "a", 1},
		{"{\"a\": 1", "a", 1},
		{"{\"a\": 1,", "a", 1},
		{"{\"a\": 1,\n\"b\": \"c\"", "b", 2},
		{"{\"a\": {\"b\": [1, 2, {\"c d\"", "a.b[2].c d", 1},
		{"{\"a\": {\"b\": 1}, \"c\": [[], [3", "c[1][0]", 1},
		{"{\"a\": \"x\\\"}]:,\", \"b\"", "b", 1},
		{"{\"a\": \"never closed {[", "a", 1},
		{"[\n\n[\n", "[0][0]", 4},
		{"]]}}", "", 1},
		{"[,,,", "[3]", 1},
		{"{\"a\\", "a\\", 1},
		{"{\"\x1b[2J\xff\"", "?[2J?", 1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		auto_text_buffer path = {0};
		struct trail at;

		assert_int_equal(
			trail_find(cases[i].bytes, strlen(cases[i].bytes), &at), 0);
		trail_write(&at, &path);
		if (strcmp(text_string(&path), cases[i].path))
			fail_msg("%s: %s", cases[i].bytes, text_string(&path));
		assert_int_equal(at.line, cases[i].line);
	}
}

static void test_depth(void **state)
{
	char deep[TRAIL_MAX_DEPTH + 1];
	struct trail at;

	(void)state;
	memset(deep, '[', sizeof(deep));
	assert_int_equal(trail_find(deep, sizeof(deep) - 1, &at), 0);
	assert_int_equal(trail_find(deep, sizeof(deep), &at), -1);
	deep[0] = ']';
	assert_int_equal(trail_find(deep, sizeof(deep), &at), 0);
}

static void test_key(void **state)
{
	char key[200];
	auto_text_buffer out = {0};

	(void)state;
	memset(key, 'k', sizeof(key));
	trail_write_key(key, 60, &out);
	assert_int_equal(out.length, 60);
	text_clear(&out);
	trail_write_key(key, 61, &out);
	assert_int_equal(out.length, 63);
	assert_string_equal(out.bytes + 60, "...");

	/* Not cut inside a character. */
	memcpy(key + 59, "é", 2);
	text_clear(&out);
	trail_write_key(key, 61, &out);
	assert_string_equal(out.bytes + 59, "...");
	assert_true(trail_control('\n'));
	assert_true(trail_control(0x85));
	assert_true(trail_control(0x2028));
	assert_false(trail_control(' '));
	assert_false(trail_control(0xe9));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_depth),
		cmocka_unit_test(test_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
