/* SPDX-License-Identifier: MIT */
/* scan: what goes, what is spoilt, what is counted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "mailer/wire/scan.h"
#include "recipients/clock.h"
#include "recipients/text.h"

static struct text letter;
static struct scan scan;

static void add(const char *words, size_t times)
{
	for (size_t i = 0; i < times; i++)
		text_add_string(&letter, words);
}

static const char *look(void)
{
	scan_letter(letter.bytes, letter.length, false, &scan);
	return scan.wrong;
}

static void assert_becomes(const char *before, const char *after)
{
	text_clear(&letter);
	add(before, 1);
	assert_null(look());
	assert_int_equal(scan.length, strlen(after));
	assert_memory_equal(scan.bytes, after, scan.length);
}

static int begin(void **state)
{
	(void)state;
	text_clear(&letter);
	return 0;
}

static int end(void **state)
{
	(void)state;
	text_done(&letter);
	return 0;
}

static void what_stands_before_the_header_goes(void **state)
{
	(void)state;
	assert_becomes("\xef\xbb\xbf\r\n \t\nFrom a@b.test Mon Jan  1 00:00:00 2024\n"
		       ">From b\nSubject: x\n\nFrom here on text\n",
		"Subject: x\n\nFrom here on text\n");
	assert_becomes("Content-Type: message/rfc822\n\n\n>From c\nTo: d@e.test\n\nf",
		"Content-Type: message/rfc822\n\nTo: d@e.test\n\nf");
}

static void what_is_in_order_stays(void **state)
{
	const char *const whole =
		"Content-Type: multipart/mixed;\r\n\tboundary=\"a b\"\r\n\r\n"
		"--a b\r\n\r\nBoundary (of a field) and boundary\r\n--a b--\r\n";

	(void)state;
	assert_becomes(whole, whole);
	assert_false(scan.cut);
	assert_becomes(
		"a line of text and no header\n", "a line of text and no header\n");
}

#define LINE                                                                             \
	"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA\r\n"

static void pictures_and_documents_are_left_out(void **state)
{
	static const char around[] =
		"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: %s\n"
		"Content-Transfer-Encoding: %s\n\n%sends==\n%s--b--\n" LINE;
	static const char prose[] =
		"In a broken letter a sentence may stand here, a long one.\n";
	static const struct {
		const char *type, *encoding;
		bool left_out;
	} cases[] = {{"image/png", "base64", true}, {"Application/PDF", " Base64", true},
		{"text/plain", "base64", false}, {"message/rfc822", "base64", false},
		{"image/svg+xml", "quoted-printable", false}};
	auto_text whole = NULL;
	auto_text kept = NULL;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		text_freep(&whole);
		text_freep(&kept);
		whole = text_format(
			around, cases[i].type, cases[i].encoding, LINE, prose);
		kept = text_format(around, cases[i].type, cases[i].encoding,
			cases[i].left_out ? "" : LINE, prose);
		assert_becomes(whole, kept);
		assert_false(scan.cut);
	}
	/* a letter that is nothing else keeps it: there is no other text to go by */
	assert_becomes(
		"Content-Type: image/png\nContent-Transfer-Encoding: base64\n\n" LINE,
		"Content-Type: image/png\nContent-Transfer-Encoding: base64\n\n" LINE);
}

static void a_nul_becomes_a_blank(void **state)
{
	(void)state;
	text_add(&letter, "Subject: a\0b\n\nc\0", 16);
	assert_null(look());
	assert_memory_equal(scan.bytes, "Subject: a b\n\nc ", 16);
}

static void boundaries_that_kill_are_spoilt(void **state)
{
	static const char *const values[] = {"\"\\\"\"", "\"\"", "\"a\\\"b\"", "\"\\\\\"",
		"\\", "a\\b", "a\"b\"", "\"never closed", ";", " (x) \"\\\"\"",
		" (\"\\\") \"\"", "\r\n \"\\\"\""};
	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		text_clear(&letter);
		text_printf(&letter,
			"Content-Type: multipart/mixed; Boundary=%s\n\nx\n%300s",
			values[i], "");
		assert_null(look());
		assert_non_null(memmem(scan.bytes, scan.length, "mixed; xoundary=", 16));
	}
	/* wherever it stands, and whatever stands before */
	for (int i = 0; i < 24; i++) {
		text_clear(&letter);
		text_printf(&letter, "A: b\n\n%.*sbOuNdArY=\"\\\"\"\n", i,
			"ryboundarboundboundbouny");
		assert_null(look());
		assert_non_null(memmem(scan.bytes, scan.length, "xOuNdArY=", 9));
	}
	/* where the library may look and we do not */
	assert_becomes("Subject: x\n\nboundary (a) = (b)\"\\\"\"\n",
		"Subject: x\n\nxoundary (a) = (b)\"\\\"\"\n");
}

static void limits_hold(void **state)
{
	(void)state;
	assert_string_equal(look(), "it is empty");
	add("\n \nFrom x\n", 3);
	assert_string_equal(look(), "it is empty");
	begin(NULL);
	add("A: b\n", SCAN_FIELDS_MAX);
	assert_null(look());
	add("A: b\n", 1);
	assert_non_null(strstr(look(), "2,000 fields"));
	begin(NULL);
	add("A: ", 1);
	add("0123456789abcdef\n ", SCAN_HEADER_MAX / 18);
	assert_null(look());
	add("0123456789abcdef\n ", 1);
	assert_non_null(strstr(look(), "256 KiB"));
}

static void brackets_are_counted(void **state)
{
	(void)state;
	add("To: ", 1);
	add("(a)", SCAN_MARKS_MAX);
	assert_null(look());
	add("(a)", 1);
	assert_non_null(strstr(look(), "brackets"));
	begin(NULL);
	add("To: ", 1);
	add("(", SCAN_COMMENT_MAX + 1);
	assert_non_null(strstr(look(), "brackets within"));
	begin(NULL);
	add("To: ", 1);
	add(" <\r\n\t", SCAN_MARKS_MAX + 1);
	assert_non_null(strstr(look(), "brackets or"));
	begin(NULL);
	add("To: ", 1);
	add("<a@b.test>,", 3000); /* many people are no attack */
	assert_null(look());
}

static void parts_and_depth_are_counted(void **state)
{
	(void)state;
	add("Content-Type: message/rfc822\n\n", SCAN_DEPTH_MAX);
	assert_null(look());
	add("Content-Type: message/rfc822\n\n", 1);
	assert_non_null(strstr(look(), "deep"));
	begin(NULL);
	add("Content-Type: multipart/mixed; boundary=b\n\n", 1);
	add("--b\n\nx\n", SCAN_PARTS_MAX);
	assert_null(look());
	add("--b\n\nx\n", 1);
	assert_non_null(strstr(look(), "parts"));
	begin(NULL);
	/* within itself: each part opens the same boundary anew */
	add("Content-Type: multipart/mixed; boundary=b\n\n--b\n", SCAN_DEPTH_MAX + 1);
	assert_non_null(strstr(look(), "deep"));
	begin(NULL);
	/* side by side is not deep */
	add("Content-Type: multipart/mixed; boundary=b\n\n", 1);
	add("--b\nContent-Type: multipart/mixed; boundary=c\n\n--c\n\nx\n--c--\n", 100);
	assert_null(look());
}

static void a_long_line_loses_its_end(void **state)
{
	(void)state;
	add("Subject: x\n\n", 1);
	add("0123456789abcdef", SCAN_LINE_MAX / 16);
	add("lost\nkept\n", 1);
	assert_null(look());
	assert_true(scan.cut);
	assert_int_equal(scan.length, 12 + SCAN_LINE_MAX + 6);
	assert_memory_equal(scan.bytes + scan.length - 7, "f\nkept\n", 7);
}

static void of_a_long_letter_the_start_is_read(void **state)
{
	(void)state;
	add("Subject: x\n\n", 1);
	add("0123456789abcde\n", SCAN_LETTER_MAX / 16);
	assert_null(look());
	assert_true(scan.cut);
	assert_int_equal(scan.length, 12 + SCAN_START_MAX);
}

static void an_mbox_has_letters(void **state)
{
	static const char one[] =
		"From a@b.test  Mon Jan  1 00:00:00 2024\nA: b\n\n"
		"From London we go\n\nFrom 10:30 on: rest\nno field\n\n",
			  two[] = "From c\tMon Jan  1 00:00:00 2024\nA: b\n\nx\n";

	(void)state;
	add(one, 1);
	add(two, 1);
	assert_int_equal(scan_first(letter.bytes, letter.length), sizeof(one) - 1);
	assert_int_equal(scan_first(two, sizeof(two) - 1), sizeof(two) - 1);
	/* no mbox: a letter that holds one */
	assert_int_equal(
		scan_first(letter.bytes + 41, letter.length - 41), letter.length - 41);
	assert_int_equal(scan_first("", 0), 0);
}

/* What is quadratic takes minutes for a megabyte of these. */
static void time_is_linear(void **state)
{
	static const char *const words[] = {"boundary(", "boundary=", "boundary=\"", "(",
		"boundary \n\t", "--", "--\n", "From 1:00\n\n", ":", "\n",
		"boundary=boundary=\\", "boundary(\\", "boundary=aaaaaaaaa"};
	int64_t start = clock_monotonic();

	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		text_clear(&letter);
		add("Content-Type: multipart/x; boundary=\"\n\n", 1);
		add(words[i], (1 << 20) / strlen(words[i]));
		(void)look();
		(void)scan_first(letter.bytes, letter.length);
	}
	assert_in_range(clock_monotonic() - start, 0, 20000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(what_stands_before_the_header_goes, begin),
		cmocka_unit_test_setup(what_is_in_order_stays, begin),
		cmocka_unit_test_setup(pictures_and_documents_are_left_out, begin),
		cmocka_unit_test_setup(a_nul_becomes_a_blank, begin),
		cmocka_unit_test_setup(boundaries_that_kill_are_spoilt, begin),
		cmocka_unit_test_setup(limits_hold, begin),
		cmocka_unit_test_setup(brackets_are_counted, begin),
		cmocka_unit_test_setup(parts_and_depth_are_counted, begin),
		cmocka_unit_test_setup(a_long_line_loses_its_end, begin),
		cmocka_unit_test_setup(of_a_long_letter_the_start_is_read, begin),
		cmocka_unit_test_setup(an_mbox_has_letters, begin),
		cmocka_unit_test_setup(time_is_linear, begin),
	};

	return cmocka_run_group_tests(tests, NULL, end);
}
