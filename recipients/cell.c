/* SPDX-License-Identifier: MIT */
/*
 * Makes the text of a cell tidy. Does not know where a cell begins and ends (table_csv.c,
 * table_json.c) nor what it means. Nearly every cell is short and ASCII, so that way is
 * the short one.
 */
#include "recipients/cell.h"

#include <stdint.h>
#include <string.h>
#include <utf8proc.h>

const char *cell_fault_words(enum cell_fault fault)
{
	switch (fault) {
	case CELL_FINE:
		return "is fine";
	case CELL_NUL:
		return "holds a NUL byte";
	case CELL_CONTROL:
		return "holds a control character";
	case CELL_NOT_TEXT:
		return "holds bytes that are not text in the encoding of the file";
	case CELL_ACCENTS:
		return "holds a letter with too many accents";
	}
	return "";
}

static bool blank_ascii(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

bool cell_blank(const char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (blank_ascii(bytes[i]))
			continue;
		if (i + 1 < length && !memcmp(bytes + i, "\xc2\xa0", 2))
			i++;
		else
			return false;
	}
	return true;
}

/* Printable ASCII, tab and line feed only: nothing to do but to trim. */
static bool plain(const char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)bytes[i];

		if ((c < 0x20 && c != '\t' && c != '\n') || c > 0x7e)
			return false;
	}
	return true;
}

static void add_plain(const char *bytes, size_t length, struct text *out)
{
	while (length && blank_ascii(bytes[0])) {
		bytes++;
		length--;
	}
	while (length && blank_ascii(bytes[length - 1]))
		length--;
	text_add(out, bytes, length);
}

/* Shows nothing by itself, or turns the direction of what stands beside it. */
static bool invisible(int32_t c)
{
	static const int32_t ranges[][2] = {
		{0x00ad, 0x00ad},   /* soft hyphen */
		{0x061c, 0x061c},   /* Arabic letter mark */
		{0x180e, 0x180e},   /* Mongolian vowel separator */
		{0x200b, 0x200f},   /* zero width, direction marks */
		{0x202a, 0x202e},   /* direction embeddings and overrides */
		{0x2060, 0x206f},   /* word joiner, isolates */
		{0xfe00, 0xfe0f},   /* variation selectors */
		{0xfeff, 0xfeff},   /* byte order mark */
		{0xfff9, 0xfffb},   /* interlinear annotation */
		{0xe0000, 0xe0fff}, /* tags, more variation selectors */
	};

	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
		if (c >= ranges[i][0] && c <= ranges[i][1])
			return true;
	return false;
}

/* What a walk over the code points of a cell has seen. */
struct walk {
	size_t solid; /* length of `out` behind the last sign that is not blank */
	int marks;    /* in a row */
	bool beyond;  /* a sign that normal form C may change */
};

static enum cell_fault add_sign(
	const char *bytes, size_t size, int32_t c, struct walk *w, struct text *out)
{
	const utf8proc_property_t *is;

	if (c == '\t' || c == '\n' || c == ' ') {
		if (w->solid)
			text_add_char(out, (char)c);
		return CELL_FINE;
	}
	if (c < 0x20 || (c >= 0x7f && c < 0xa0))
		return c ? CELL_CONTROL : CELL_NUL;
	if (invisible(c))
		return CELL_FINE;
	is = utf8proc_get_property(c);
	w->marks = is->combining_class ? w->marks + 1 : 0;
	if (w->marks > CELL_MARKS)
		return CELL_ACCENTS;
	if (is->category == UTF8PROC_CATEGORY_ZS && !w->solid)
		return CELL_FINE;
	w->beyond |= c >= 0x300; /* below it every sign is its own normal form */
	text_add(out, bytes, size);
	if (is->category != UTF8PROC_CATEGORY_ZS)
		w->solid = out->length;
	return CELL_FINE;
}

/* Walks over all signs: checks, drops, trims. */
static enum cell_fault add_signs(
	const char *bytes, size_t length, struct walk *w, struct text *out)
{
	enum cell_fault fault = CELL_FINE;

	for (size_t i = 0; i < length && !fault;) {
		int32_t c;
		utf8proc_ssize_t size =
			utf8proc_iterate((const utf8proc_uint8_t *)bytes + i,
				(utf8proc_ssize_t)(length - i), &c);

		if (size <= 0)
			return CELL_NOT_TEXT;
		if (c == '\r') { /* CR LF and a lone CR are line ends too */
			c = '\n';
			if (i + 1 < length && bytes[i + 1] == '\n')
				size++;
		}
		fault = add_sign(bytes + i, (size_t)size, c, w, out);
		i += (size_t)size;
	}
	return fault;
}

/* Brings what stands in `out` from `start` on into normal form C. It is valid UTF-8 by
 * now. */
static void compose(struct text *out, size_t start)
{
	const utf8proc_option_t how = UTF8PROC_STABLE | UTF8PROC_COMPOSE;
	const utf8proc_uint8_t *from = (const utf8proc_uint8_t *)out->bytes + start;
	utf8proc_ssize_t length = (utf8proc_ssize_t)(out->length - start), n;
	auto_text bytes = NULL;
	int32_t *signs;

	n = utf8proc_decompose(from, length, NULL, 0, how);
	if (n <= 0)
		return;
	bytes = text_alloc(((size_t)n + 1) * sizeof(*signs));
	signs = (int32_t *)(void *)bytes;
	n = utf8proc_decompose(from, length, signs, n, how);
	n = utf8proc_reencode(signs, n, how);
	if (n < 0)
		return;
	text_cut(out, start);
	text_add(out, bytes, (size_t)n);
}

enum cell_fault cell_tidy(const char *bytes, size_t length, struct text *out)
{
	size_t start = out->length;
	struct walk w = {0};
	enum cell_fault fault;

	if (plain(bytes, length)) {
		add_plain(bytes, length, out);
		text_add(out, "", 1);
		return CELL_FINE;
	}
	fault = add_signs(bytes, length, &w, out);
	if (fault) {
		text_cut(out, start);
		return fault;
	}
	text_cut(out, w.solid ? w.solid : start);
	if (w.beyond)
		compose(out, start);
	text_add(out, "", 1);
	return CELL_FINE;
}
