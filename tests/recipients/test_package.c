/* SPDX-License-Identifier: MIT */
/*
 * package: parts come out as they went in; what lies, is locked, or is there twice is
 * refused before it costs anything.
 */
#include "recipients/package.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/recipients/zipped.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

struct opened {
	char *bytes;
	size_t length;
	struct reader *reader;
	struct package *package;
};

static void opened_done(struct opened *o)
{
	package_close(o->package);
	reader_close(o->reader);
	free(o->bytes);
}
#define auto_opened __attribute__((cleanup(opened_done))) struct opened

static int open_bytes(struct opened *o, struct fault *f)
{
	if (reader_open_memory("file", o->bytes, o->length, SIZE_MAX, &o->reader, f))
		fail_msg("%s", f->text);
	return package_open(o->reader, &o->package, f);
}

static void refused(struct opened *o, const char *says)
{
	struct fault f = {0};

	if (!open_bytes(o, &f))
		fail_msg("opened (wanted: %s)", says);
	if (f.kind != FAULT_INPUT || !strstr(f.text, says))
		fail_msg("%s (wanted: %s)", f.text, says);
}

/* All of a part; -1: a fault. */
static int read_all(
	struct package *p, const char *name, struct text *out, struct fault *f)
{
	struct part *part = NULL;
	char block[1000];
	size_t got = 0;
	int failed = part_open(p, name, &part, f);

	do {
		failed = failed || part_read(part, block, sizeof(block), &got, f);
		if (!failed)
			text_add(out, block, got);
	} while (!failed && got);
	part_close(part);
	return failed ? -1 : 0;
}

static void parts(void **state)
{
	const struct zipped_part list[] = {{"xl/Book.xml", "<book/>", 0},
		{"xl/sheets/one", "1", 0}, {"xl/sheets/two", "22", 0}, {"empty", "", 0}};
	auto_opened o = {0};
	auto_text_buffer out = {0};
	struct fault f = {0};

	(void)state;
	o.bytes = zipped_make(list, LENGTH(list), &o.length);
	assert_int_equal(open_bytes(&o, &f), 0);
	assert_true(package_has(o.package, "XL/book.XML"));
	assert_false(package_has(o.package, "xl/Book"));
	assert_int_equal(package_count(o.package, "xl/sheets/"), 2);
	assert_int_equal(package_count(o.package, "yl/"), 0);
	assert_int_equal(read_all(o.package, "xl/sheets/two", &out, &f), 0);
	assert_string_equal(text_string(&out), "22");
	text_clear(&out);
	assert_int_equal(read_all(o.package, "empty", &out, &f), 0);
	assert_int_equal(out.length, 0);
	assert_int_equal(read_all(o.package, "none\x1b[2J", &out, &f), -1);
	assert_string_equal(f.text, "lacks its part 'none?[2J'");
}

static void two_of_a_name(void **state)
{
	const struct zipped_part list[] = {{"sheet.xml", "a", 0}, {"SHEET.xml", "b", 0}};
	auto_opened o = {0};

	(void)state;
	o.bytes = zipped_make(list, LENGTH(list), &o.length);
	refused(&o, "two parts of one name");
}

static void a_long_name(void **state)
{
	char name[1100];
	struct zipped_part list[] = {{name, "a", 0}};
	auto_opened o = {0};

	(void)state;
	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	o.bytes = zipped_make(list, 1, &o.length);
	refused(&o, "longer than 1024 bytes");
}

static void too_many_parts(void **state)
{
	struct zipped_part *list = text_alloc((PACKAGE_PARTS + 1) * sizeof(*list));
	char *names = text_alloc((PACKAGE_PARTS + 1) * (size_t)16);
	auto_opened o = {0};

	(void)state;
	for (size_t i = 0; i <= PACKAGE_PARTS; i++) {
		(void)snprintf(names + 16 * i, 16, "part%zu", i);
		list[i] = (struct zipped_part){names + 16 * i, "", 0};
	}
	o.bytes = zipped_by(list, PACKAGE_PARTS + 1, ZIP_CM_STORE, &o.length);
	refused(&o, "more than 10000 parts");
	free(list);
	free(names);
}

static size_t find(const struct opened *o, const char *bytes)
{
	const char *at = memmem(o->bytes, o->length, bytes, 4);

	assert_non_null(at);
	return (size_t)(at - o->bytes);
}

static const struct zipped_part one[] = {
	{"part", "some bytes, some bytes, some bytes", 0}};

/* One byte changed: of the entry in the directory (PK\1\2), of the data, of the end. */
static void damaged(void **state)
{
	static const struct {
		const char *where;
		size_t offset;
		unsigned char change;
		const char *says;
		bool on_open;
	} cases[] = {
		{"PK\1\2", 8, 1, "protected with a password", true},
		{"PK\1\2", 10, 77, "packed in a way", false},
		{"PK\1\2", 16, 0xaa, "checksum is wrong", false},
		{"PK\1\2", 24, 1, "its part 'part'", false},
		{"PK\5\6", 19, 0xff, "broken zip file", true},
		{"PK\5\6", 11, 0xff, "more than 10000 parts", true},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		auto_opened o = {0};
		auto_text_buffer out = {0};
		struct fault f = {0};
		int failed;

		o.bytes = zipped_make(one, 1, &o.length);
		o.bytes[find(&o, cases[i].where) + cases[i].offset] =
			(char)cases[i].change;
		failed = open_bytes(&o, &f);
		assert_int_equal(failed, cases[i].on_open ? -1 : 0);
		if (!failed)
			failed = read_all(o.package, "part", &out, &f);
		if (!failed || f.kind != FAULT_INPUT || !strstr(f.text, cases[i].says))
			fail_msg("%zu: %s", i, failed ? f.text : "no fault");
	}
}

/* Cut anywhere, it is a broken zip file. */
static void cut_short(void **state)
{
	auto_text bytes = NULL;
	size_t length;

	(void)state;
	bytes = zipped_make(one, 1, &length);
	for (size_t i = 4; i < length; i++) {
		auto_opened o = {.bytes = text_alloc(i), .length = i};

		memcpy(o.bytes, bytes, i);
		refused(&o, "broken zip file");
	}
}

static void a_bomb(void **state)
{
	const size_t size = (size_t)17 << 20;
	char *zeros = text_alloc(size);
	const struct zipped_part list[] = {{"bomb", zeros, size}};
	auto_opened o = {0};
	auto_text_buffer out = {0};
	struct fault f = {0};

	(void)state;
	o.bytes = zipped_make(list, 1, &o.length);
	assert_int_equal(open_bytes(&o, &f), 0);
	assert_int_equal(read_all(o.package, "bomb", &out, &f), -1);
	assert_non_null(strstr(f.text, "more than 100 times its size"));
	free(zeros);
}

/* None of them is large, all together are. */
static void small_bombs(void **state)
{
	const size_t size = (size_t)1 << 20;
	char *zeros = text_alloc(size), names[20][8];
	struct zipped_part list[20];
	auto_opened o = {0};
	struct fault f = {0};
	size_t opened = 0;

	(void)state;
	for (size_t i = 0; i < 20; i++) {
		(void)snprintf(names[i], sizeof(names[i]), "part%zu", i);
		list[i] = (struct zipped_part){names[i], zeros, size};
	}
	o.bytes = zipped_make(list, 20, &o.length);
	assert_int_equal(open_bytes(&o, &f), 0);
	for (; opened < 20; opened++) {
		auto_text_buffer out = {0};

		if (read_all(o.package, names[opened], &out, &f))
			break;
		/* what was opened counts once */
		assert_int_equal(read_all(o.package, names[opened], &out, &f), 0);
	}
	assert_int_equal(opened, 16);
	assert_non_null(strstr(f.text, "more than 100 times its size"));
	free(zeros);
}

/* The directory says that a part is small; more comes out. */
static void more_than_it_says(void **state)
{
	const size_t size = 100000;
	char *zeros = text_alloc(size);
	const struct zipped_part list[] = {{"part", zeros, size}};
	auto_opened o = {0};
	auto_text_buffer out = {0};
	struct fault f = {0};
	size_t at;

	(void)state;
	o.bytes = zipped_make(list, 1, &o.length);
	at = find(&o, "PK\1\2") + 24;
	memcpy(o.bytes + at, "\x10\0\0\0", 4);
	assert_int_equal(open_bytes(&o, &f), 0);
	assert_int_equal(read_all(o.package, "part", &out, &f), -1);
	assert_non_null(strstr(f.text, "its part 'part'"));
	assert_true(out.length <= size);
	free(zeros);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parts),
		cmocka_unit_test(two_of_a_name),
		cmocka_unit_test(a_long_name),
		cmocka_unit_test(too_many_parts),
		cmocka_unit_test(damaged),
		cmocka_unit_test(cut_short),
		cmocka_unit_test(a_bomb),
		cmocka_unit_test(small_bombs),
		cmocka_unit_test(more_than_it_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
