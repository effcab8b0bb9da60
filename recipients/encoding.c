/* SPDX-License-Identifier: MIT */
/*
 * Tells encodings and turns them into UTF-8. Knows nothing of files (reader.c) and does
 * not judge UTF-8 (cell.c).
 *
 * What can go wrong: text in a third encoding (an old Mac's, a DOS program's) is taken
 * for Windows-1252 and its accents come out as other signs. Nothing in the bytes tells;
 * the encoding is shown with the import for that.
 */
#include "recipients/encoding.h"

#include <string.h>

const char *encoding_name(enum encoding e)
{
	switch (e) {
	case ENCODING_UTF8:
		return "UTF-8";
	case ENCODING_UTF16LE:
		return "UTF-16LE";
	case ENCODING_UTF16BE:
		return "UTF-16BE";
	case ENCODING_WINDOWS_1252:
		return "Windows-1252";
	}
	return "";
}

/* The first byte of a sequence says its length and what its second byte may be (RFC 3629,
 * section 4). */
static void scan_first(struct encoding_scan *s, unsigned char c)
{
	s->lowest = 0x80;
	s->highest = 0xbf;
	if (c < 0x80)
		return;
	if (c < 0xc2 || c > 0xf4) {
		s->broken++;
		return;
	}
	s->left = c < 0xe0 ? 1 : c < 0xf0 ? 2 : 3;
	if (c == 0xe0)
		s->lowest = 0xa0;
	if (c == 0xed)
		s->highest = 0x9f;
	if (c == 0xf0)
		s->lowest = 0x90;
	if (c == 0xf4)
		s->highest = 0x8f;
}

static void scan_next(struct encoding_scan *s, unsigned char c)
{
	if (c < s->lowest || c > s->highest) {
		s->broken++;
		s->left = 0;
		scan_first(s, c);
		return;
	}
	s->lowest = 0x80;
	s->highest = 0xbf;
	if (!--s->left)
		s->good++;
}

static bool all_ascii(const unsigned char *p)
{
	uint64_t eight;

	memcpy(&eight, p, sizeof(eight));
	return !(eight & UINT64_C(0x8080808080808080));
}

void encoding_scan_feed(struct encoding_scan *s, const void *bytes, size_t length)
{
	const unsigned char *p = bytes, *end = p + length;

	for (; s->head_length < sizeof(s->head) && p < end; p++) {
		s->head[s->head_length++] = *p;
		s->left ? scan_next(s, *p) : scan_first(s, *p);
	}
	while (p < end) {
		if (!s->left && end - p >= 8 && all_ascii(p)) {
			p += 8;
			continue;
		}
		s->left ? scan_next(s, *p) : scan_first(s, *p);
		p++;
	}
}

enum encoding encoding_scan_end(struct encoding_scan *s, size_t *ret_mark)
{
	if (s->left)
		s->broken++;
	s->left = 0;
	*ret_mark = 3;
	if (s->head_length == 3 && !memcmp(s->head, "\xef\xbb\xbf", 3))
		return ENCODING_UTF8;
	*ret_mark = 2;
	if (s->head_length >= 2 && !memcmp(s->head, "\xff\xfe", 2))
		return ENCODING_UTF16LE;
	if (s->head_length >= 2 && !memcmp(s->head, "\xfe\xff", 2))
		return ENCODING_UTF16BE;
	*ret_mark = 0;
	return !s->broken || s->good > s->broken ? ENCODING_UTF8 : ENCODING_WINDOWS_1252;
}

static void add_code_point(struct text *out, uint32_t c)
{
	char b[4];

	if (c < 0x80) {
		text_add_char(out, (char)c);
	} else if (c < 0x800) {
		b[0] = (char)(0xc0 | c >> 6);
		b[1] = (char)(0x80 | (c & 0x3f));
		text_add(out, b, 2);
	} else if (c < 0x10000) {
		b[0] = (char)(0xe0 | c >> 12);
		b[1] = (char)(0x80 | (c >> 6 & 0x3f));
		b[2] = (char)(0x80 | (c & 0x3f));
		text_add(out, b, 3);
	} else {
		b[0] = (char)(0xf0 | c >> 18);
		b[1] = (char)(0x80 | (c >> 12 & 0x3f));
		b[2] = (char)(0x80 | (c >> 6 & 0x3f));
		b[3] = (char)(0x80 | (c & 0x3f));
		text_add(out, b, 4);
	}
}

static void add_broken(struct text *out)
{
	text_add_char(out, (char)0xff);
}

/* 0x80 to 0x9f; 0 stands for nothing. From 0xa0 on, Windows-1252 is Latin-1. */
static const uint16_t windows_1252[32] = {
	0x20ac, 0, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, /* 80 to 87 */
	0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017d, 0,      /* 88 to 8f */
	0, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, /* 90 to 97 */
	0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0, 0x017e, 0x0178, /* 98 to 9f */
};

static void decode_windows_1252(const unsigned char *p, size_t length, struct text *out)
{
	const unsigned char *end = p + length, *run = p;

	for (; p < end; p++) {
		if (*p < 0x80)
			continue;
		text_add(out, run, (size_t)(p - run));
		run = p + 1;
		if (*p >= 0xa0)
			add_code_point(out, *p);
		else if (windows_1252[*p - 0x80])
			add_code_point(out, windows_1252[*p - 0x80]);
		else
			add_broken(out);
	}
	text_add(out, run, (size_t)(p - run));
}

static void decode_unit(struct encoding_state *s, uint16_t unit, struct text *out)
{
	bool high = unit >= 0xd800 && unit < 0xdc00,
	     low = unit >= 0xdc00 && unit < 0xe000;

	if (low && s->high) {
		add_code_point(
			out, 0x10000U + ((s->high - 0xd800U) << 10) + (unit - 0xdc00U));
		s->high = 0;
		return;
	}
	if (s->high)
		add_broken(out);
	s->high = high ? unit : 0;
	if (low)
		add_broken(out);
	else if (!high)
		add_code_point(out, unit);
}

static void decode_utf16(bool big, struct encoding_state *s, const unsigned char *p,
	size_t length, struct text *out)
{
	for (size_t i = 0; i < length; i++) {
		if (!s->odd) {
			s->odd = true;
			s->byte = p[i];
			continue;
		}
		s->odd = false;
		decode_unit(s,
			(uint16_t)(big ? s->byte << 8 | p[i] : p[i] << 8 | s->byte), out);
	}
}

void encoding_decode(enum encoding from, struct encoding_state *s, const void *bytes,
	size_t length, bool last, struct text *out)
{
	switch (from) {
	case ENCODING_UTF8:
		text_add(out, bytes, length);
		break;
	case ENCODING_WINDOWS_1252:
		decode_windows_1252(bytes, length, out);
		break;
	case ENCODING_UTF16LE:
	case ENCODING_UTF16BE:
		decode_utf16(from == ENCODING_UTF16BE, s, bytes, length, out);
		break;
	}
	if (!last)
		return;
	if (s->high)
		add_broken(out);
	if (s->odd)
		add_broken(out);
	*s = (struct encoding_state){0};
}
