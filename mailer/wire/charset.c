/* SPDX-License-Identifier: MIT */
/*
 * Character sets. One converter for each, kept open: opening one costs more than most
 * letters. Transfer encodings are mime.c's and header.c's. What can go wrong: a set that
 * is misnamed, often; then valid UTF-8 speaks for itself.
 */
#include "mailer/wire/charset.h"

#include <iconv.h>
#include <stdint.h>
#include <string.h>

#include "recipients/encoding.h"

/* What letters call it, what iconv does. */
static const struct {
	const char *name, *iconv;
} sets[] = {
	{"iso-8859-1", "WINDOWS-1252"}, /* those who say the one write the other */
	{"windows-1252", "WINDOWS-1252"},
	{"cp1252", "WINDOWS-1252"},
	{"latin1", "WINDOWS-1252"},
	{"iso-8859-15", "ISO-8859-15"},
	{"iso-8859-2", "ISO-8859-2"},
	{"windows-1250", "WINDOWS-1250"},
	{"windows-1251", "WINDOWS-1251"},
	{"cp1251", "WINDOWS-1251"},
	{"koi8-r", "KOI8-R"},
	{"koi8-u", "KOI8-U"},
	{"iso-8859-5", "ISO-8859-5"},
	{"iso-2022-jp", "ISO-2022-JP"},
	{"shift_jis", "CP932"},
	{"shift-jis", "CP932"},
	{"cp932", "CP932"},
	{"windows-31j", "CP932"},
	{"euc-jp", "EUC-JP"},
	{"gb2312", "GB18030"},
	{"gbk", "GB18030"},
	{"gb18030", "GB18030"},
	{"big5", "BIG5-HKSCS"},
	{"euc-kr", "CP949"},
	{"ks_c_5601-1987", "CP949"},
	{"iso-2022-kr", "ISO-2022-KR"},
	{"utf-7", "UTF-7"},
	{"unicode-1-1-utf-7", "UTF-7"}, /* old Microsoft reports */
	{"unicode-1-1-utf-8", "UTF-8"},
	{"utf-16", "UTF-16"},
	{"utf-16le", "UTF-16LE"},
	{"utf-16be", "UTF-16BE"},
	{"iso-8859-3", "ISO-8859-3"},
	{"iso-8859-4", "ISO-8859-4"},
	{"iso-8859-6", "ISO-8859-6"},
	{"iso-8859-7", "ISO-8859-7"},
	{"iso-8859-8", "ISO-8859-8"},
	{"iso-8859-8-i", "ISO-8859-8"},
	{"iso-8859-9", "ISO-8859-9"},
	{"iso-8859-10", "ISO-8859-10"},
	{"iso-8859-13", "ISO-8859-13"},
	{"iso-8859-14", "ISO-8859-14"},
	{"windows-1253", "WINDOWS-1253"},
	{"windows-1254", "WINDOWS-1254"},
	{"windows-1255", "WINDOWS-1255"},
	{"windows-1256", "WINDOWS-1256"},
	{"windows-1257", "WINDOWS-1257"},
	{"windows-1258", "WINDOWS-1258"},
	{"windows-874", "CP874"},
	{"tis-620", "CP874"},
	{"cp850", "CP850"},
	{"cp437", "CP437"},
	{"macintosh", "MACINTOSH"},
};
#define SETS (sizeof(sets) / sizeof(*sets))

static iconv_t converters[SETS]; /* 0: not tried yet; -1: there is none */
#define NO_CONVERTER ((iconv_t)-1)

static iconv_t converter(size_t i)
{
	if (!converters[i])
		converters[i] = iconv_open("UTF-8", sets[i].iconv);
	return converters[i];
}

/* Half of a table is loaded when it is opened, the rest when it is used. */
void charset_prepare(void)
{
	struct text scratch = {0};

	for (size_t i = 0; i < SETS; i++)
		charset_decode(span_of(sets[i].name), span_of("a\xe4"), &scratch);
	text_done(&scratch);
}

/* Valid UTF-8 as it is, all else as Windows-1252. */
static void add_guessed(struct span bytes, struct text *out)
{
	struct encoding_scan scan = {0};
	struct encoding_state state = {0};
	size_t mark = 0;

	encoding_scan_feed(&scan, bytes.at, bytes.length);
	if (encoding_scan_end(&scan, &mark) == ENCODING_WINDOWS_1252)
		encoding_decode(
			ENCODING_WINDOWS_1252, &state, bytes.at, bytes.length, true, out);
	else
		text_add(out, bytes.at, bytes.length);
}

static bool is_ascii(struct span bytes)
{
	uint64_t eight, all = 0;
	size_t i = 0;

	for (; i + sizeof(eight) <= bytes.length; i += sizeof(eight)) {
		memcpy(&eight, bytes.at + i, sizeof(eight));
		all |= eight;
	}
	for (; i < bytes.length; i++)
		all |= (unsigned char)bytes.at[i];
	return !(all & UINT64_C(0x8080808080808080)) &&
	       !memchr(bytes.at, 0x1b, bytes.length);
}

/* Byte by byte over what it cannot read; false if that is much: not this set. */
static bool convert(iconv_t with, struct span bytes, struct text *out)
{
	size_t before = out->length, bad = 0, left = bytes.length;
	char *from = (char *)(uintptr_t)bytes.at; /* iconv only reads it */
	char piece[1024], *to;
	size_t room, got;

	(void)iconv(with, NULL, NULL, NULL, NULL);
	while (left) {
		to = piece;
		room = sizeof(piece);
		got = iconv(with, &from, &left, &to, &room);
		text_add(out, piece, (size_t)(to - piece));
		if (got != (size_t)-1 || room < 16)
			continue;
		text_add_char(out, '?');
		from++;
		left--;
		bad++;
	}
	to = piece;
	room = sizeof(piece);
	(void)iconv(with, NULL, NULL, &to, &room); /* what it held back */
	text_add(out, piece, (size_t)(to - piece));
	if (bad <= 2 || bad * 20 <= bytes.length)
		return true;
	text_cut(out, before);
	return false;
}

void charset_decode(struct span name, struct span bytes, struct text *out)
{
	bool shifts = span_has(name, "utf-7") || span_starts(name, "utf-16") ||
		      span_starts(name, "iso-2022");

	if (!bytes.length)
		return;
	if (!shifts && is_ascii(bytes)) {
		text_add(out, bytes.at, bytes.length);
		return;
	}
	for (size_t i = 0; i < SETS; i++)
		if (span_is(name, sets[i].name) && converter(i) != NO_CONVERTER &&
			convert(converter(i), bytes, out))
			return;
	add_guessed(bytes, out);
}
