/* SPDX-License-Identifier: MIT */
/*
 * header: fields, words in any set and split anywhere, addresses, ids and dates as
 * strangers write them; and character sets (charset.h)
 * and transfer encodings (transfer.h).
 */
#include "mailer/wire/header.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "mailer/wire/charset.h"
#include "mailer/wire/transfer.h"

static void assert_span(struct span s, const char *want)
{
	if (s.length != strlen(want) || memcmp(s.at, want, s.length))
		fail_msg("\"%.*s\", not \"%s\"", (int)s.length, s.at, want);
}

static void test_fields(void **state)
{
	struct span block = span_of("From: a\nno field\nSubject : one\n two\n\tthree\n"
				    "X-Empty:\nsubject: second\n\nbody: no\n");
	struct span name, value;
	size_t at = 0, count = 0;

	(void)state;
	block.length = header_length(block);
	assert_true(span_ends(block, "second\n\n"));
	assert_span(header_value(block, "subject"), "one\n two\n\tthree");
	assert_span(header_value(block, "x-empty"), "");
	assert_true(header_find(block, "x-empty", &value));
	assert_false(header_find(block, "body", &value));
	while (header_next(block, &at, &name, &value))
		count++;
	assert_int_equal(count, 4);
	assert_int_equal(header_length(span_of("a: b")), 4);
}

/* As often as there is room for in the list, and once more. */
static void test_list(void **state)
{
	auto_text_buffer text = {0};
	static struct header h;
	struct span value;
	size_t at = 0, count = 0;

	(void)state;
	text_add_string(&text, "From: a\nno field\nSubject : one\n two\n");
	for (size_t i = 0; i < HEADER_FIELDS; i++)
		text_printf(&text, "X-%zu: %zu\n", i, i);
	text_add_string(&text, "subject: last\nX-Last: last\n\n");
	header_read((struct span){text.bytes, text.length}, &h);
	assert_int_equal(h.count, HEADER_FIELDS);
	assert_span(header_field_value(&h, "from"), "a");
	assert_span(header_field_value(&h, "x-1"), "1");
	assert_span(header_field_value(&h, "x-last"), "last");
	assert_true(header_field(&h, "subject", &value));
	assert_span(value, "one\n two");
	assert_false(header_field(&h, "x", &value));
	assert_span(value, "");
	while (header_field_next(&h, &at, "subject", &value))
		count++;
	assert_int_equal(count, 2);
	header_read(span_of(""), &h);
	assert_false(header_field(&h, "from", &value));
}

static void test_words(void **state)
{
	static const struct {
		const char *value, *want;
	} cases[] = {
		{"plain", "plain"},
		{"=?utf-8?q?caf=C3=A9?= au lait", "caf\xc3\xa9 au lait"},
		{"=?ISO-8859-1?Q?M=FCller?=", "M\xc3\xbcller"},
		{"=?utf-8?B?w4Q=?=", "\xc3\x84"},
		/* a character over two words, of either encoding */
		{"=?utf-8?B?w4TD?= =?utf-8?B?lg==?=", "\xc3\x84\xc3\x96"},
		{"=?utf-8?q?=C3?=\r\n =?UTF-8?q?=A4x?=", "\xc3\xa4x"},
		{"=?us-ascii?q?a?= =?iso-8859-1?q?b?= c", "ab c"},
		{"=?unicode-1-1-utf-7?Q?Unzustellbar+ADo-?=", "Unzustellbar:"},
		{"=?iso-2022-jp?B?GyRCJDMkcyRLJEEkTxsoQg==?=",
			"\xe3\x81\x93\xe3\x82\x93\xe3\x81\xab\xe3\x81\xa1\xe3\x81\xaf"},
		{"=?utf-8*en?q?a_b?=", "a b"},
		{"=?utf-8?q?a?b?=", "a?b"},
		{"=?broken", "=?broken"},
		{"=?utf-8?x?abc?=", "=?utf-8?x?abc?="},
		{"=?no-such-set?q?caf=E9?=", "caf\xc3\xa9"},
		{"raw \xe4", "raw \xc3\xa4"},
		{"one\r\n two", "one two"},
		{"", ""},
	};
	struct text out = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		text_clear(&out);
		header_decode(span_of(cases[i].value), &out);
		if (strcmp(text_string(&out), cases[i].want))
			fail_msg("%s: %s", cases[i].value, text_string(&out));
	}
	text_done(&out);
}

static void test_addresses(void **state)
{
	static const struct {
		const char *value, *want; /* joined by blanks */
	} cases[] = {
		{"Ann Lee <ann.lee@West.Example>", "ann.lee@west.example"},
		{"\"Lee, Ann\" <ann@west.example>, bo@east.example",
			"ann@west.example bo@east.example"},
		{"'ann@west.example'", "ann@west.example"},
		{"mailto:ann@west.example", "ann@west.example"},
		{"<\"ann lee\"@west.example>", "\"ann lee\"@west.example"},
		{"@relay.example:ann@west.example", "ann@west.example"},
		{"ann@[192.0.2.1]", "ann@[192.0.2.1]"},
		{"ann@west.example.", "ann@west.example"},
		{"no address @ all", ""},
		{"@", ""},
		{"a@", ""},
		{"a\xc2\x85"
		 "b@west.example",
			""}, /* a control */
		{"\"a<b\"@west.example", ""},
	};
	char address[321], all[400];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		size_t at = 0, length = 0;

		all[0] = '\0';
		while (header_address(
			span_of(cases[i].value), &at, address, sizeof(address)))
			length += (size_t)snprintf(all + length, sizeof(all) - length,
				"%s%s", length ? " " : "", address);
		if (strcmp(all, cases[i].want))
			fail_msg("%s: %s", cases[i].value, all);
	}
}

static void test_ids(void **state)
{
	char id[64];
	size_t at = 0;

	(void)state;
	assert_true(header_id(span_of("<a@b> junk <c@d>"), &at, id, sizeof(id)));
	assert_string_equal(id, "a@b");
	assert_true(header_id(span_of("<a@b> junk <c@d>"), &at, id, sizeof(id)));
	assert_string_equal(id, "c@d");
	assert_false(header_id(span_of("<a@b> junk <c@d>"), &at, id, sizeof(id)));
	at = 0;
	assert_true(header_id(span_of("bare@id"), &at, id, sizeof(id)));
	assert_string_equal(id, "bare@id");
	at = 0;
	assert_false(header_id(span_of("<> <"), &at, id, sizeof(id)));
}

static void test_dates(void **state)
{
	static const struct {
		const char *value;
		int64_t ms;
	} cases[] = {
		{"Mon, 16 Nov 2026 09:12:40 +0000", INT64_C(1794820360000)},
		{"16 Nov 2026 10:12:40 +0100 (CET)", INT64_C(1794820360000)},
		{"Mon, 16 Nov 26 04:12:40 -0500", INT64_C(1794820360000)},
		{"Monday, 16-November-2026 09:12:40 GMT", INT64_C(1794820360000)},
		{"16 Nov 2026 09:12 +0000", INT64_C(1794820320000)},
		{"yesterday", 0},
		{"16 Nov 20266 09:12 +0000", 0},
		{"32 Nov 2026 09:12 +0000", 0},
		{"16 Nov", 0},
		{"", 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		if (header_date(span_of(cases[i].value)) != cases[i].ms)
			fail_msg("%s: %lld", cases[i].value,
				(long long)header_date(span_of(cases[i].value)));
}

static void test_parameters(void **state)
{
	struct span value = span_of(
		"multipart/report; report-type=delivery-status;\r\n\tboundary=\"a;b=c\"; x");

	(void)state;
	assert_span(header_parameter(value, "Boundary"), "a;b=c");
	assert_span(header_parameter(value, "report-type"), "delivery-status");
	assert_span(header_parameter(value, "x"), "");
	assert_span(header_parameter(value, "charset"), "");
	assert_span(header_parameter(span_of("a; b=\"open"), "b"), "open");
}

static void test_charsets(void **state)
{
	static const struct {
		const char *set, *bytes, *want;
	} cases[] = {
		{"utf-8", "\xc3\xa4", "\xc3\xa4"},
		{"us-ascii", "\xc3\xa4", "\xc3\xa4"},
		{"us-ascii", "\xe4", "\xc3\xa4"},
		{"", "\x80", "\xe2\x82\xac"},
		{"ISO-8859-2", "\xb1", "\xc4\x85"},
		{"koi8-r", "\xd0", "\xd0\xbf"},
		{"ks_c_5601-1987", "\xb0\xa1", "\xea\xb0\x80"},
		{"unicode-1-1-utf-7", "a+AOQ-b",
			"a\xc3\xa4"
			"b"},
	};
	struct text out = {0};

	(void)state;
	charset_prepare();
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		text_clear(&out);
		charset_decode(span_of(cases[i].set), span_of(cases[i].bytes), &out);
		if (strcmp(text_string(&out), cases[i].want))
			fail_msg("%zu %s: %s", i, cases[i].set, text_string(&out));
	}
	text_done(&out);
}

static void test_transfer(void **state)
{
	static const struct {
		const char *bytes, *quoted, *word;
	} cases[] = {
		{"", "", ""},
		{"a=20b=\r\nc_d=3", "a bc_d=3", "a b=\r\nc d=3"},
		{"x= \t\ny=", "xy=", "x= \t\ny="},
		{"=c3=A4", "\xc3\xa4", "\xc3\xa4"},
	};
	struct text out = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		text_clear(&out);
		transfer_quoted(span_of(cases[i].bytes), false, &out);
		assert_string_equal(text_string(&out), cases[i].quoted);
		text_clear(&out);
		transfer_quoted(span_of(cases[i].bytes), true, &out);
		assert_string_equal(text_string(&out), cases[i].word);
	}
	text_clear(&out);
	transfer_base64(span_of("QU\r\nJD*RA=="), &out);
	assert_string_equal(text_string(&out), "ABCD");
	text_done(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_list),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_ids),
		cmocka_unit_test(test_dates),
		cmocka_unit_test(test_parameters),
		cmocka_unit_test(test_charsets),
		cmocka_unit_test(test_transfer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
