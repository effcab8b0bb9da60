/* SPDX-License-Identifier: MIT */
/*
 * The Mustache engine: the cases of tests/data/mustache (one file a module of the
 * specification, and `strict` and `broken`), limits, hostile templates, what a walk
 * shows, templates in a folder.
 *
 * A case: `template`, `data`, `partials`, and the `output` or the `fault` to expect.
 * `html` is true and `strict` false unless it says otherwise.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <jansson.h>
#include <locale.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "recipients/fault.h"
#include "recipients/text.h"
#include "templates/folder.h"
#include "templates/mustache.h"
#include "templates/tag.h"

#ifndef TESTS_DATA
#define TESTS_DATA "tests/data"
#endif

static void json_freep(json_t **j)
{
	json_decref(*j);
}
#define auto_json __attribute__((cleanup(json_freep))) json_t

static int load_from_json(void *user, const char *name, struct text *ret, struct fault *f)
{
	json_t *source = json_object_get(user, name);

	if (!source)
		return 0;
	if (!json_is_string(source))
		return fault_set(f, FAULT_UNAVAILABLE, "the loader's own fault");
	text_add(ret, json_string_value(source), json_string_length(source));
	return 1;
}

/* Compiles "letter" and renders it; `partials` and `data` are JSON. */
static int render(const char *source, size_t length, json_t *partials, const json_t *data,
	unsigned flags, struct text *out, struct fault *f)
{
	struct mustache_loader loader = {load_from_json, partials};
	auto_mustache *m = NULL;

	if (mustache_compile(
		    "letter", source, length, flags, partials ? &loader : NULL, &m, f))
		return -1;
	return mustache_render(m, data, out, f);
}

static unsigned case_flags(const json_t *c)
{
	unsigned flags = 0;

	if (!json_is_false(json_object_get(c, "html")))
		flags |= MUSTACHE_HTML;
	if (json_is_true(json_object_get(c, "strict")))
		flags |= MUSTACHE_STRICT;
	return flags;
}

static const char *case_text(const json_t *c, const char *key)
{
	return json_string_value(json_object_get(c, key));
}

static bool case_holds(const json_t *c)
{
	const char *source = case_text(c, "template");
	const char *output = case_text(c, "output");
	const char *fault = case_text(c, "fault");
	json_t *null = json_null(), *data = json_object_get(c, "data");
	auto_text_buffer out = {0};
	struct fault f = {0};
	int result = render(source, strlen(source), json_object_get(c, "partials"),
		data ? data : null, case_flags(c), &out, &f);
	const char *got = result ? f.text : text_string(&out);
	const char *want = fault ? fault : output;

	if ((result != 0) == (fault != NULL) && !strcmp(got, want) &&
		(!result || (f.kind == FAULT_INPUT && !out.length)))
		return true;
	print_error("%s\n  wanted: %s\n  got:    %s\n", case_text(c, "case"), want, got);
	return false;
}

static void run_cases(const char *module, size_t at_least)
{
	auto_text path = text_format("%s/mustache/%s.json", TESTS_DATA, module);
	json_error_t error;
	auto_json *cases = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
	size_t i, failed = 0;
	json_t *c;

	if (!cases)
		fail_msg("%s:%d: %s", path, error.line, error.text);
	json_array_foreach(cases, i, c) failed += !case_holds(c);
	assert_int_equal(failed, 0);
	assert_true(json_array_size(cases) >= at_least);
}

static void test_comments(void **state)
{
	(void)state;
	run_cases("comments", 19);
}

static void test_delimiters(void **state)
{
	(void)state;
	run_cases("delimiters", 27);
}

static void test_interpolation(void **state)
{
	(void)state;
	run_cases("interpolation", 52);
}

static void test_inverted(void **state)
{
	(void)state;
	run_cases("inverted", 27);
}

static void test_sections(void **state)
{
	(void)state;
	run_cases("sections", 48);
}

static void test_partials(void **state)
{
	(void)state;
	run_cases("partials", 36);
}

static void test_inheritance(void **state)
{
	(void)state;
	run_cases("inheritance", 65);
}

static void test_strict(void **state)
{
	(void)state;
	run_cases("strict", 30);
}

static void test_broken(void **state)
{
	(void)state;
	run_cases("broken", 38);
}

/* One fault expected of a template made of repeated pieces. */
static void refuse(const char *piece, size_t times, const char *fault)
{
	auto_text_buffer source = {0}, out = {0};
	auto_json *data = json_object();
	struct fault f = {0};

	for (size_t i = 0; i < times; i++)
		text_add_string(&source, piece);
	assert_int_equal(
		render(text_string(&source), source.length, NULL, data, 0, &out, &f), -1);
	assert_string_equal(f.text, fault);
	assert_int_equal(f.kind, FAULT_INPUT);
}

static void test_limits_of_a_template(void **state)
{
	auto_text_buffer source = {0}, out = {0};
	auto_json *data = json_object();
	struct fault f = {0};

	(void)state;
	refuse("x", TAG_SOURCE_LIMIT + 1, "letter: a template of more than 262144 bytes");
	refuse("{{a}}\n", TAG_LIMIT + 1,
		"letter:20001: more than 20000 tags in one template");
	refuse("{{#a}}", TAG_DEPTH + 1, "letter:1: 'a' stands in more than 64 open tags");
	text_add(&source, "a\0b", 3);
	assert_int_equal(render(source.bytes, 3, NULL, data, 0, &out, &f), -1);
	assert_string_equal(f.text, "letter: a NUL byte");

	text_clear(&source);
	text_add_string(&source, "{{");
	for (int i = 0; i <= TAG_NAME; i++)
		text_add_char(&source, 'n');
	text_add_string(&source, "}}");
	assert_int_equal(
		render(source.bytes, source.length, NULL, data, 0, &out, &f), -1);
	assert_string_equal(f.text, "letter:1: a name is longer than 255 bytes");
}

/* What is just within a limit is fine. */
static void test_up_to_the_limits(void **state)
{
	auto_text_buffer source = {0}, out = {0};
	auto_json *data = json_pack("{s:i}", "a", 1);
	struct fault f = {0};

	(void)state;
	for (size_t i = 0; i < TAG_SOURCE_LIMIT; i++)
		text_add_char(&source, i % 80 ? 'x' : '\n');
	assert_int_equal(render(source.bytes, source.length, NULL, data, 0, &out, &f), 0);
	assert_int_equal(out.length, TAG_SOURCE_LIMIT);

	text_clear(&source);
	for (int i = 0; i < TAG_LIMIT; i++)
		text_add_string(&source, "{{a}}");
	assert_int_equal(render(source.bytes, source.length, NULL, data, 0, &out, &f), 0);
	assert_int_equal(out.length, TAG_LIMIT);

	text_clear(&source);
	for (int i = 0; i < TAG_DEPTH - 1; i++)
		text_add_string(&source, "{{#a}}");
	text_add_string(&source, "{{a}}");
	for (int i = 0; i < TAG_DEPTH - 1; i++)
		text_add_string(&source, "{{/a}}");
	assert_int_equal(render(source.bytes, source.length, NULL, data, 0, &out, &f), 0);
	assert_string_equal(text_string(&out), "1");
}

static void test_output_limit(void **state)
{
	static const char source[] = "one\n{{#l}}\n0123456789{{/l}}";
	auto_json *data = json_pack("{s:[i,i,i]}", "l", 1, 2, 3);
	auto_text_buffer out = {0};
	auto_mustache *m = NULL;
	struct fault f = {0};

	(void)state;
	assert_int_equal(
		mustache_compile("letter", source, strlen(source), 0, NULL, &m, &f), 0);
	mustache_limit(m, 34);
	assert_int_equal(mustache_render(m, data, &out, &f), 0);
	assert_int_equal(out.length, 34);
	mustache_limit(m, 33);
	assert_int_equal(mustache_render(m, data, &out, &f), -1);
	assert_string_equal(f.text, "letter:3: more than 33 bytes of output");
	assert_int_equal(out.length, 0);
}

/* Partials and lists that would keep us for ever without writing a byte. */
static void test_bombs(void **state)
{
	static const char loops[] = "{{#l}}{{#l}}{{#l}}{{#l}}{{/l}}{{/l}}{{/l}}{{/l}}";
	auto_json *partials = json_object(), *data = json_object(), *list = json_array();
	auto_text_buffer out = {0};
	struct fault f = {0};

	(void)state;
	for (int i = 0; i < 60; i++) {
		auto_text name = text_format("p%d", i);
		auto_text twice = text_format("{{>p%d}}{{>p%d}}", i + 1, i + 1);

		json_object_set_new(partials, name, json_string(twice));
	}
	assert_int_equal(render("{{>p0}}", 7, partials, data, 0, &out, &f), -1);
	assert_non_null(strstr(f.text, "more than 10000000 steps"));

	for (int i = 0; i < 1000; i++)
		json_array_append_new(list, json_integer(i));
	json_object_set(data, "l", list);
	assert_int_equal(render(loops, strlen(loops), NULL, data, 0, &out, &f), -1);
	assert_string_equal(f.text, "letter:1: more than 10000000 steps");
}

static void test_too_many_templates(void **state)
{
	auto_json *partials = json_object(), *data = json_object();
	auto_text_buffer out = {0};
	struct fault f = {0};

	(void)state;
	for (int i = 0; i < MUSTACHE_SHEETS; i++) {
		auto_text name = text_format("p%d", i);
		auto_text next = text_format("{{>p%d}}", i + 1);

		json_object_set_new(partials, name, json_string(next));
	}
	assert_int_equal(render("{{>p0}}", 7, partials, data, 0, &out, &f), -1);
	assert_string_equal(f.text, "p254:1: more than 256 templates");
}

static void test_too_many_tags_in_all(void **state)
{
	auto_json *partials = json_object(), *data = json_object();
	auto_text_buffer half = {0}, out = {0};
	struct fault f = {0};

	(void)state;
	for (int i = 0; i < MUSTACHE_TAGS / 2; i++)
		text_add_string(&half, "{{!}}");
	json_object_set_new(partials, "p", json_stringn(half.bytes, half.length));
	json_object_set_new(partials, "q", json_stringn(half.bytes, half.length));
	assert_int_equal(render("{{>p}}", 6, partials, data, 0, &out, &f), 0);
	assert_int_equal(render("{{>p}}{{>q}}", 12, partials, data, 0, &out, &f), -1);
	assert_string_equal(f.text, "q: more than 20000 tags in all templates");
}

static void test_the_loader_s_fault(void **state)
{
	auto_json *partials = json_pack("{s:n}", "p"), *data = json_object();
	auto_text_buffer out = {0};
	struct fault f = {0};

	(void)state;
	assert_int_equal(render("\n{{>p}}", 7, partials, data, 0, &out, &f), -1);
	assert_string_equal(f.text, "letter:2: the loader's own fault");
	assert_int_equal(f.kind, FAULT_UNAVAILABLE);
}

/* Compiled once, it renders again and again; the output is cleared each time. */
static void test_render_again(void **state)
{
	static const char source[] = "{{#a}}{{b}}{{/a}};";
	auto_json *one = json_pack("{s:{s:i}}", "a", "b", 1);
	auto_json *two = json_pack("{s:[{s:i},{s:i}]}", "a", "b", 2, "b", 3);
	auto_json *none = json_object();
	auto_text_buffer out = {0};
	auto_mustache *m = NULL;
	struct fault f = {0};

	(void)state;
	assert_int_equal(mustache_compile("letter", source, strlen(source),
				 MUSTACHE_STRICT, NULL, &m, &f),
		0);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(mustache_render(m, one, &out, &f), 0);
		assert_string_equal(text_string(&out), "1;");
		assert_int_equal(mustache_render(m, none, &out, &f), -1);
		assert_string_equal(text_string(&out), "");
		assert_int_equal(mustache_render(m, two, &out, &f), 0);
		assert_string_equal(text_string(&out), "23;");
	}
}

/* A value with a NUL comes through whole; the caller who may not have it refuses it. */
static void test_nul_in_a_value(void **state)
{
	auto_json *data = json_object();
	auto_text_buffer out = {0};
	struct fault f = {0};

	(void)state;
	json_object_set_new(data, "a", json_stringn("x\0<", 3));
	assert_int_equal(render("{{a}}", 5, NULL, data, MUSTACHE_HTML, &out, &f), 0);
	assert_int_equal(out.length, 6);
	assert_memory_equal(out.bytes, "x\0&lt;", 6);
}

static void check_a_number(void)
{
	auto_json *data = json_pack("{s:f}", "n", 1.21);
	auto_text_buffer out = {0};
	struct fault f = {0};

	assert_int_equal(render("{{n}}", 5, NULL, data, 0, &out, &f), 0);
	assert_string_equal(text_string(&out), "1.21");
}

static void test_numbers_in_a_foreign_locale(void **state)
{
	(void)state;
	if (!setlocale(LC_NUMERIC, "de_DE.UTF-8") &&
		!setlocale(LC_NUMERIC, "fr_FR.UTF-8")) {
		print_message("# %s: no locale with a decimal comma here\n", __func__);
		skip();
	}
	check_a_number();
	setlocale(LC_NUMERIC, "C");
}

static int note_tag(void *user, const char *file, const struct node *tag)
{
	static const char *const kinds[] = {[NODE_VARIABLE] = "variable",
		[NODE_RAW] = "raw",
		[NODE_SECTION] = "section",
		[NODE_INVERTED] = "inverted",
		[NODE_PARTIAL] = "partial",
		[NODE_PARENT] = "parent",
		[NODE_BLOCK] = "block",
		[NODE_ARGUMENT] = "argument"};

	text_printf(user, "%s:%u %s %s\n", file, tag->line, kinds[tag->kind], tag->name);
	return strcmp(tag->name, "stop") ? 0 : 7;
}

static void test_walk(void **state)
{
	static const char source[] = "{{a}}\n{{#s\n}}{{{b}}}{{/s}}\n{{^i}}{{/i}}{{>p}}\n"
				     "{{<q}}\n{{$c}}{{d}}{{/c}}{{/q}}\n{{$e}}{{/e}}";
	auto_json *partials = json_pack(
		"{s:s,s:s}", "p", "\n{{x}}{{>p}}", "q", "{{$c}}{{/c}}\n{{stop}}{{y}}");
	struct mustache_loader loader = {load_from_json, partials};
	auto_text_buffer seen = {0};
	auto_mustache *m = NULL;
	struct fault f = {0};

	(void)state;
	assert_int_equal(
		mustache_compile("letter", source, strlen(source), 0, &loader, &m, &f),
		0);
	assert_int_equal(mustache_walk(m, note_tag, &seen), 7);
	assert_string_equal(text_string(&seen),
		"letter:1 variable a\nletter:2 section s\nletter:3 raw b\n"
		"letter:4 inverted i\nletter:4 partial p\nletter:5 parent q\n"
		"letter:6 argument c\nletter:6 variable d\nletter:7 block e\n"
		"p:2 variable x\np:2 partial p\nq:1 block c\nq:2 variable stop\n");
}

static void write_file(
	const char *dir, const char *name, const char *bytes, size_t length)
{
	auto_text path = text_format("%s/%s", dir, name);
	FILE *file = fopen(path, "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, length, file), length);
	assert_int_equal(fclose(file), 0);
}

static const struct {
	const char *name, *bytes;
} files[] = {
	{"a", "a alone"},
	{"a.html", "a for pages"},
	{"a.txt", "a for mails"},
	{"b.mustache", "b for both"},
	{"b.html", "b for pages"},
	{"c", "c alone"},
	{"marked.txt", "\xef\xbb\xbfmarked"},
	{"latin.txt", "one\ncaf\xe9\n"},
	{"sub/d.txt", "d below"},
	{"empty.txt", ""},
};

static const struct {
	const char *ending, *name;
	int found;
	const char *words; /* its source, or a part of the fault */
} loads[] = {
	{".html", "a", 1, "a for pages"},
	{".txt", "a", 1, "a for mails"},
	{NULL, "a", 1, "a for mails"},
	{NULL, "a.html", 1, "a for pages"},
	{NULL, "b", 1, "b for both"},
	{".txt", "b", 1, "b for both"},
	{".html", "b", 1, "b for pages"},
	{NULL, "c", 1, "c alone"},
	{NULL, "marked", 1, "marked"},
	{NULL, "sub/d", 1, "d below"},
	{NULL, "empty", 1, ""},
	{NULL, "sub", 0, ""},
	{NULL, "none", 0, ""},
	{NULL, "none/none", 0, ""},
	{NULL, "c/none", 0, ""},
	{NULL, "latin", -1, "latin.txt:2: not UTF-8"},
	{NULL, "fifo", -1, "fifo.txt: not a regular file"},
	{NULL, "large", -1, "large.txt: a template of more than 262144 bytes"},
	{NULL, "../a", -1, "the name '../a' leads out of the folder"},
	{NULL, "sub/../a", -1, "the name 'sub/../a' leads out of the folder"},
	{NULL, "..", -1, "the name '..' leads out of the folder"},
	{NULL, ".", -1, "the name '.' leads out of the folder"},
	{NULL, "/etc/hostname", -1, "the name '/etc/hostname' leads out of the folder"},
	{NULL, "sub//d", -1, "the name 'sub//d' leads out of the folder"},
	{NULL, "sub/", -1, "the name 'sub/' leads out of the folder"},
	{NULL, "", -1, "the name '' leads out of the folder"},
};

static void fill_folder(const char *dir)
{
	auto_text sub = text_format("%s/sub", dir);
	auto_text fifo = text_format("%s/fifo.txt", dir);
	char *large = text_alloc(TAG_SOURCE_LIMIT + 1);

	assert_int_equal(mkdir(sub, 0700), 0);
	assert_int_equal(mkfifo(fifo, 0600), 0);
	memset(large, 'x', TAG_SOURCE_LIMIT + 1);
	write_file(dir, "large.txt", large, TAG_SOURCE_LIMIT + 1);
	free(large);
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++)
		write_file(dir, files[i].name, files[i].bytes, strlen(files[i].bytes));
}

static void empty_folder(const char *dir)
{
	auto_text sub = text_format("%s/sub", dir);
	auto_text fifo = text_format("%s/fifo.txt", dir);
	auto_text large = text_format("%s/large.txt", dir);

	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		auto_text path = text_format("%s/%s", dir, files[i].name);

		assert_int_equal(unlink(path), 0);
	}
	assert_int_equal(unlink(fifo), 0);
	assert_int_equal(unlink(large), 0);
	assert_int_equal(rmdir(sub), 0);
	assert_int_equal(rmdir(dir), 0);
}

static void test_folder(void **state)
{
	char dir[] = "/tmp/test_mustache.XXXXXX";

	(void)state;
	assert_non_null(mkdtemp(dir));
	fill_folder(dir);
	for (size_t i = 0; i < sizeof(loads) / sizeof(*loads); i++) {
		struct folder folder = {dir, loads[i].ending};
		auto_text_buffer source = {0};
		struct fault f = {0};
		int found = folder_load(&folder, loads[i].name, &source, &f);

		if (found != loads[i].found)
			fail_msg("%s: %d %s", loads[i].name, found, f.text);
		if (found < 0)
			assert_non_null(strstr(f.text, loads[i].words));
		else
			assert_string_equal(text_string(&source), loads[i].words);
	}
	empty_folder(dir);
}

static void test_read_one_file(void **state)
{
	char dir[] = "/tmp/test_mustache.XXXXXX";
	auto_text_buffer source = {0};
	auto_text path = NULL;
	struct fault f = {0};

	(void)state;
	assert_non_null(mkdtemp(dir));
	path = text_format("%s/letter", dir);
	assert_int_equal(folder_read(path, &source, &f), -1);
	assert_non_null(strstr(f.text, "/letter: no such file"));
	assert_int_equal(f.kind, FAULT_INPUT);
	write_file(dir, "letter", "words", 5);
	assert_int_equal(folder_read(path, &source, &f), 0);
	assert_int_equal(folder_read(path, &source, &f), 0);
	assert_string_equal(text_string(&source), "words");
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(dir), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_comments),
		cmocka_unit_test(test_delimiters),
		cmocka_unit_test(test_interpolation),
		cmocka_unit_test(test_inverted),
		cmocka_unit_test(test_sections),
		cmocka_unit_test(test_partials),
		cmocka_unit_test(test_inheritance),
		cmocka_unit_test(test_strict),
		cmocka_unit_test(test_broken),
		cmocka_unit_test(test_limits_of_a_template),
		cmocka_unit_test(test_up_to_the_limits),
		cmocka_unit_test(test_output_limit),
		cmocka_unit_test(test_bombs),
		cmocka_unit_test(test_too_many_templates),
		cmocka_unit_test(test_too_many_tags_in_all),
		cmocka_unit_test(test_the_loader_s_fault),
		cmocka_unit_test(test_render_again),
		cmocka_unit_test(test_nul_in_a_value),
		cmocka_unit_test(test_numbers_in_a_foreign_locale),
		cmocka_unit_test(test_walk),
		cmocka_unit_test(test_folder),
		cmocka_unit_test(test_read_one_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
