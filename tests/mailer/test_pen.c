/* SPDX-License-Identifier: MIT */
/*
 * pen, amend: what is written is what was meant, stands in lines that a person can read,
 * and a change that a policy does not bear is not written.
 */
#include "mailer/amend.h"
#include "mailer/pen.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "recipients/config.h"
#include "recipients/policy.h"
#include "templates/texts.h"

static char dir[] = "/tmp/test_pen.XXXXXX";

static void written(const char *json, const char *expected)
{
	json_t *value = json_loads(json, 0, NULL);
	auto_text_buffer out = {0};

	pen_text(value, &out);
	assert_string_equal(text_string(&out), expected);
	json_decref(value);
}

static void test_short_things_stand_on_one_line(void **state)
{
	(void)state;
	written("{}", "{}\n");
	written("{\"b\":1,\"a\":[\"x\",\"y\"],\"c\":{\"d\":null}}",
		"{\n  \"b\": 1,\n  \"a\": [\"x\", \"y\"],\n  \"c\": {\"d\": null}\n}\n");
	written("{\"name\":\"\\u00d3 N\\u00e9ill \\\"x\\\"\"}",
		"{\n  \"name\": \"\xc3\x93 N\xc3\xa9ill \\\"x\\\"\"\n}\n");
}

static void test_lists_of_words_fill_their_lines(void **state)
{
	auto_text_buffer out = {0};
	json_t *list = json_array(), *o = json_pack("{s:o}", "units", list);

	(void)state;
	for (int i = 0; i < 100; i++)
		(void)json_array_append_new(list, json_sprintf("Unit number %d", i));
	pen_text(o, &out);
	for (const char *line = text_string(&out), *end; *line; line = end + 1) {
		end = strchr(line, '\n');
		assert_true(end - line <= PEN_WIDTH);
	}
	assert_true(out.length > 100 * 16 && out.length < 100 * 20);
	json_decref(o);
}

/* Every shipped file comes back as it was, and written again is the same. */
static void test_shipped_files_come_back(void **state)
{
	size_t seen = 0;

	(void)state;
	for (size_t i = 0; texts_name(i); i++) {
		const char *name = texts_name(i), *ending = strrchr(name, '.');
		json_t *before, *after;
		auto_text_buffer out = {0};

		if (!ending || strcmp(ending, ".json") != 0)
			continue;
		before = json_loads(texts_shipped(name), 0, NULL);
		assert_non_null(before);
		pen_text(before, &out);
		after = json_loadb(out.bytes, out.length, 0, NULL);
		assert_true(json_equal(before, after));
		json_decref(before);
		json_decref(after);
		seen++;
	}
	assert_true(seen >= 2);
}

/* --- amend --- */

static void put_policy(const char *path)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	(void)fputs(texts_shipped("example/supplier/policy.json"), file);
	assert_int_equal(fclose(file), 0);
}

static void test_units_are_placed(void **state)
{
	auto_text path = text_format("%s/policy.json", dir);
	json_t *units = json_pack("[s,s]", "Puddle Desk", "Night \"Owls\"");
	auto_policy *p = NULL;
	struct fault f = {0};

	(void)state;
	put_policy(path);
	assert_int_equal(amend_known_units(path, units, &f), 0);
	assert_int_equal(policy_load(path, &p, &f), 0);
	assert_true(policy_unit_known(p, "puddle desk") &&
		    policy_unit_known(p, "Night \"Owls\""));
	policy_freep(&p);

	put_policy(path);
	assert_int_equal(amend_level_units(path, "firearms", units, &f), 0);
	assert_int_equal(policy_load(path, &p, &f), 0);
	assert_true(policy_unit_known(p, "Puddle Desk"));
	assert_true(policy_level_named(p, "firearms")->rules_count == 5);
	json_decref(units);
}

static void unchanged(const char *path, struct fault *f, int failed)
{
	auto_json *now = NULL;
	json_t *before =
		json_loads(texts_shipped("example/supplier/policy.json"), 0, NULL);
	struct fault ignored;

	assert_int_equal(failed, -1);
	assert_int_equal(f->kind, FAULT_CONFIG);
	assert_int_equal(config_load(path, &now, &ignored), 0);
	assert_true(json_equal(before, now));
	json_decref(before);
}

static void test_what_a_policy_does_not_bear_is_not_written(void **state)
{
	auto_text path = text_format("%s/policy.json", dir);
	json_t *units = json_pack("[s]", "Puddle Desk"), *none = json_pack("[s]", "");
	struct fault f = {0};

	(void)state;
	put_policy(path);
	unchanged(path, &f, amend_level_units(path, "nobody", units, &f));
	unchanged(
		path, &f, amend_level_units(path, "staff", units, &f)); /* the default */
	unchanged(path, &f, amend_known_units(path, none, &f));
	json_decref(units);
	json_decref(none);
}

static int make_dir(void **state)
{
	(void)state;
	return mkdtemp(dir) ? 0 : -1;
}

static int remove_dir(void **state)
{
	auto_text path = text_format("%s/policy.json", dir);

	(void)state;
	(void)unlink(path);
	return rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_short_things_stand_on_one_line),
		cmocka_unit_test(test_lists_of_words_fill_their_lines),
		cmocka_unit_test(test_shipped_files_come_back),
		cmocka_unit_test(test_units_are_placed),
		cmocka_unit_test(test_what_a_policy_does_not_bear_is_not_written)};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
