/* SPDX-License-Identifier: MIT */
/* What looks like a reference code, where it stands, and what does not look like one. */
#include "mailer/wire/letter_code.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct reading reading;
static struct letter letter;

/* `text`: what a person wrote anew; NULL: it is a machine's. */
static void look(const char *bytes, const char *text)
{
	reading_read(span_of(bytes), &reading);
	memset(&letter, 0, sizeof(letter));
	letter.class = text ? LETTER_HUMAN : LETTER_BOUNCE_HARD;
	(void)span_copy(span_of(text), letter.text, sizeof(letter.text));
	letter_code_find(&reading, &letter);
}

static void expect(unsigned i, const char *code, bool quoted)
{
	assert_true(i < letter.n_codes);
	assert_string_equal(letter.codes[i], code);
	assert_int_equal(letter.codes_quoted[i], quoted);
}

static void where_it_stands(void **state)
{
	(void)state;
	look("From: a@b.example\nSubject: About AAAA2-BBBB3\n\nIt is cccc4-dddd5.\n\n> EEEE6-FFFF7\n> CCCC4-DDDD5\n",
		"It is cccc4-dddd5.");
	assert_int_equal(letter.n_codes, 3);
	expect(0, "AAAA2-BBBB3", false);
	expect(1, "cccc4-dddd5", false);
	expect(2, "EEEE6-FFFF7", true);
	look("From: mailer-daemon@b.example\nSubject: failed\n\nIt was (AAAA2-BBBB3).\n", NULL);
	assert_int_equal(letter.n_codes, 1);
	expect(0, "AAAA2-BBBB3", false);
}

static void in_the_mail_that_it_brings_back(void **state)
{
	(void)state;
	look("From: mailer-daemon@b.example\nSubject: failed\nMIME-Version: 1.0\n"
	     "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nIt failed.\n\n"
	     "--b\nContent-Type: message/rfc822\n\nFrom: x@y.example\nSubject: A notice\nMIME-Version: 1.0\n"
	     "Content-Type: text/plain\nContent-Transfer-Encoding: quoted-printable\n\nReference AAAA2=2DBBBB3\n\n--b--\n",
		NULL);
	assert_int_equal(letter.n_codes, 1);
	expect(0, "AAAA2-BBBB3", true);
}

static void in_one_piece(void **state)
{
	(void)state;
	look("From: a@b.example\n\naaaa2bbbb3, and abcdefghij is a word\n",
		"aaaa2bbbb3, and abcdefghij is a word");
	assert_int_equal(letter.n_codes, 1);
	expect(0, "aaaa2bbbb3", false);
}

static void what_is_none(void **state)
{
	static const char words[] =
		"AAAA-BBBB3 AAAAA2-BBBB3 AAAA2-BBBBB3 AAAA2_BBBB3 AAAA2--BBBB3 AAAA2- -BBBB3 01234567890";

	(void)state;
	look("From: a@b.example\n\nnothing\n", words);
	assert_int_equal(letter.n_codes, 0);
	look("", "");
	assert_int_equal(letter.n_codes, 0);
}

static void not_far_in_a_subject_without_end(void **state)
{
	auto_text_buffer whole = {0};

	(void)state;
	text_add_string(&whole, "Subject: AAAA2-BBBB3");
	for (int i = 0; i < 1000; i++)
		text_add_string(&whole, "\n =?utf-8?q?once_more?=");
	text_add_string(&whole, " CCCC4-DDDD5\n\nnothing\n");
	look(text_string(&whole), NULL);
	assert_int_equal(letter.n_codes, 1);
	expect(0, "AAAA2-BBBB3", false);
}

static void no_more_than_there_is_room_for(void **state)
{
	char words[40 * 12 + 1] = "";

	(void)state;
	for (int i = 0; i < 40; i++)
		(void)snprintf(words + strlen(words), 13, "AAA%02d-BBBBB ", i);
	look("From: a@b.example\n\nnothing\n", words);
	assert_int_equal(letter.n_codes, LETTER_CODES);
	expect(LETTER_CODES - 1, "AAA07-BBBBB", false);
	reading_done(&reading);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(where_it_stands),
		cmocka_unit_test(in_the_mail_that_it_brings_back),
		cmocka_unit_test(in_one_piece),
		cmocka_unit_test(what_is_none),
		cmocka_unit_test(not_far_in_a_subject_without_end),
		cmocka_unit_test(no_more_than_there_is_room_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
