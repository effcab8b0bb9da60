/* SPDX-License-Identifier: MIT */
/*
 * stencil: any bytes come back, whatever they are cut against; a difference that fits
 * nothing is a fault and costs no more memory than the limit.
 */
#include "mailer/stencil.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static uint32_t seed = 2026;

static uint32_t dice(uint32_t sides)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % sides;
}

/* Cuts, fills, compares; returns the length of the difference. */
static size_t round_trip(const struct text *stencil, const struct text *bytes)
{
	auto_text_buffer difference = {0}, back = {0};
	struct fault f = {0};

	text_add_string(&back, "before ");
	stencil_cut(stencil->bytes, stencil->length, bytes->bytes, bytes->length,
		&difference);
	if (stencil_fill(stencil->bytes, stencil->length, difference.bytes,
		    difference.length, bytes->length, &back, &f))
		fail_msg("%s", f.text);
	assert_int_equal(back.length, 7 + bytes->length);
	assert_memory_equal(back.bytes, "before ", 7);
	if (bytes->length)
		assert_memory_equal(back.bytes + 7, bytes->bytes, bytes->length);
	return difference.length;
}

static void one_pair(const char *stencil, const char *bytes, size_t most)
{
	auto_text_buffer s = {0}, b = {0};
	size_t length;

	text_add_string(&s, stencil);
	text_add_string(&b, bytes);
	length = round_trip(&s, &b);
	if (length > most)
		fail_msg("%zu bytes of difference: %s", length, bytes);
}

static void pairs(void **state)
{
	struct text nothing = {0};

	(void)state;
	assert_int_equal(round_trip(&nothing, &nothing), 0);
	one_pair("", "", 0);
	one_pair("", "abc", 4);
	one_pair("abc", "", 0);
	one_pair("one line that is the same\n", "one line that is the same\n", 2);
	one_pair("To: ann@force.example\nthe rest of it is the same for all\n",
		"To: robert@force.example\nthe rest of it is the same for all\n", 30);
	one_pair("the first line of two\nthe second line of two\n",
		"the second line of two\n", 24);
	one_pair("the second line of two\n",
		"the first line of two\nthe second line of two\n", 46);
	one_pair("\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n", "\n\n\n\n\n\n\n\n", 10);
}

static void add_line(struct text *t)
{
	static const char *const words[] = {
		"the", "data", "of", "your", "card", "was", "=20", "\r", "seen", ""};

	for (uint32_t n = dice(9); n; n--)
		text_printf(t, "%s ", words[dice(LENGTH(words))]);
	text_add_char(t, '\n');
}

/* A copy with lines changed, dropped and put in, and bytes of any kind. */
static void edit(const struct text *from, struct text *out)
{
	text_clear(out);
	for (size_t i = 0; i < from->length; i++) {
		if (dice(60) || i % 7) {
			text_add_char(out, from->bytes[i]);
			continue;
		}
		switch (dice(4)) {
		case 0:
			add_line(out);
			break;
		case 1:
			text_add_char(out, (char)dice(256));
			break;
		case 2:
			i += dice(80);
			break;
		case 3:
			i -= dice((uint32_t)i + 1 < 40 ? (uint32_t)i + 1 : 40);
			text_add_char(out, from->bytes[i]);
			break;
		}
	}
}

static void random_edits(void **state)
{
	auto_text_buffer stencil = {0}, bytes = {0};

	(void)state;
	for (int turn = 0; turn < 1000; turn++) {
		text_clear(&stencil);
		for (uint32_t n = dice(40); n; n--)
			add_line(&stencil);
		edit(&stencil, &bytes);
		(void)round_trip(&stencil, &bytes);
		(void)round_trip(&bytes, &stencil);
	}
}

/* What has nothing in common costs its own length and a few bytes. */
static void random_bytes(void **state)
{
	auto_text_buffer stencil = {0}, bytes = {0};

	(void)state;
	for (int turn = 0; turn < 200; turn++) {
		text_clear(&stencil);
		text_clear(&bytes);
		for (uint32_t n = dice(2000); n; n--)
			text_add_char(&stencil, (char)dice(256));
		for (uint32_t n = dice(2000); n; n--)
			text_add_char(&bytes, (char)dice(256));
		assert_true(round_trip(&stencil, &bytes) <= bytes.length + 5);
	}
}

/* Two notices of one kind: what they are cut for. */
static void saves_room(void **state)
{
	auto_text_buffer stencil = {0}, bytes = {0};

	(void)state;
	text_add_string(&stencil, "To: ann@force.example\nMessage-ID: <1111@x>\n\n");
	text_add_string(
		&bytes, "To: bartholomew@force.example\nMessage-ID: <2222@x>\n\n");
	for (int i = 0; i < 200; i++) {
		text_printf(&stencil, "line %d of a letter that everyone gets\n", i);
		text_printf(&bytes, "line %d of a letter that everyone gets\n", i);
	}
	assert_true(round_trip(&stencil, &bytes) < 100);
}

/* Against the stencil "0123456789", at most 20 bytes out. A head is length * 2, and 1
 * more for bytes of its own. */
static const struct {
	const char *difference;
	size_t length;
	const char *gives; /* NULL: a fault */
} differences[] = {
	{"", 0, ""},
	{"\x07"
	 "abc",
		4, "abc"},
	{"\x14\x00", 2, "0123456789"},
	{"\x02\x09", 2, "9"},
	{"\x14\x00\x14\x00", 4, "01234567890123456789"},
	{"\x00\x0a", 2, ""}, /* nothing, from the end */
	{"\x01", 1, ""},
	{"\x07"
	 "ab",
		3, NULL},      /* fewer bytes than said */
	{"\x14", 1, NULL},     /* no offset */
	{"\x14\x01", 2, NULL}, /* past the end */
	{"\x02\x0a", 2, NULL}, /* behind the end */
	{"\x00\x0b", 2, NULL}, /* nothing, from behind the end */
	{"\x80", 1, NULL},     /* a number without its end */
	{"\x14\x80", 2, NULL},
	{"\x14\x00\x14\x00\x02\x00", 6, NULL}, /* one byte over the limit */
	{"\x2b"
	 "abcdefghijklmnopqrstu",
		22, NULL},
	{"\xff\xff\xff\xff\xff\xff\xff\xff\x7f", 9, NULL}, /* 2^62 bytes */
	{"\xfe\xff\xff\xff\xff\xff\xff\xff\x7f\x00", 10, NULL},
	{"\x02\xff\xff\xff\xff\xff\xff\xff\xff\x7f", 10, NULL},
	{"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 10, NULL}, /* more than 63 bits */
	{"\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80", 10, NULL},
};

static void hostile(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(differences); i++) {
		auto_text_buffer out = {0};
		struct fault f = {0};
		int got = stencil_fill("0123456789", 10, differences[i].difference,
			differences[i].length, 20, &out, &f);

		if (!differences[i].gives == !got)
			fail_msg("difference %zu: %d", i, got);
		if (got)
			assert_int_equal(f.kind, FAULT_LEDGER);
		else
			assert_string_equal(text_string(&out), differences[i].gives);
		assert_true(out.length <= 20);
	}
}

/* Any bytes as a difference: filled within the limit or refused. */
static void hostile_by_chance(void **state)
{
	(void)state;
	for (int turn = 0; turn < 100000; turn++) {
		char difference[16];
		auto_text_buffer out = {0};
		struct fault f = {0};
		size_t length = dice(sizeof(difference) + 1);

		for (size_t i = 0; i < length; i++)
			difference[i] = (char)(dice(3) ? dice(24) : dice(256));
		if (stencil_fill("0123456789", 10, difference, length, 20, &out, &f))
			assert_int_equal(f.kind, FAULT_LEDGER);
		assert_true(out.length <= 20);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pairs),
		cmocka_unit_test(random_edits),
		cmocka_unit_test(random_bytes),
		cmocka_unit_test(saves_room),
		cmocka_unit_test(hostile),
		cmocka_unit_test(hostile_by_chance),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
