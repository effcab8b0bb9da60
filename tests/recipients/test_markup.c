/* SPDX-License-Identifier: MIT */
/*
 * markup: events come without prefixes, in order, and can be paused at every end; what no
 * spreadsheet program writes is refused.
 */
#include "recipients/markup.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/recipients/zipped.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* What was heard, as text: "<0a>", "<1b x=1>", "(words)", "</1b>". */
struct heard {
	struct text words;
	bool pauses, refuses;
};

static void on_start(void *user, struct markup *m, size_t depth, const char *name,
	const char **attributes)
{
	struct heard *h = user;
	const char *x = markup_attribute(attributes, "x");

	text_printf(&h->words, "<%zu%s%s%s>", depth, name, x ? " x=" : "", x ? x : "");
	if (h->refuses)
		markup_refuse(m, "is not liked at %s", name);
}

static void on_end(void *user, struct markup *m, size_t depth, const char *name)
{
	struct heard *h = user;

	text_printf(&h->words, "</%zu%s>", depth, name);
	if (h->pauses)
		markup_pause(m);
}

static void on_text(void *user, struct markup *m, const char *bytes, size_t length)
{
	struct heard *h = user;

	(void)m;
	text_add(&h->words, bytes, length);
}

static const struct markup_events events = {on_start, on_end, on_text};

struct opened {
	char *bytes;
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

static void open_part(struct opened *o, const char *bytes, size_t size)
{
	const struct zipped_part part = {"a.xml", bytes, size};
	struct fault f = {0};
	size_t length;

	o->bytes = zipped_make(&part, 1, &length);
	if (reader_open_memory("file", o->bytes, length, SIZE_MAX, &o->reader, &f) ||
		package_open(o->reader, &o->package, &f))
		fail_msg("%s", f.text);
}

/* How often it paused; -1: a fault. */
static int listen_to(const char *xml, size_t size, struct heard *h, struct fault *f)
{
	auto_opened o = {0};
	auto_markup *m = NULL;
	int got, pauses = 0;

	open_part(&o, xml, size);
	if (markup_open(o.package, "a.xml", &events, h, &m, f))
		return -1;
	while ((got = markup_next(m, f)) > 0)
		pauses++;
	return got < 0 ? -1 : pauses;
}

static void heard_as(const char *xml, bool pauses, int times, const char *wanted)
{
	struct heard h = {.pauses = pauses};
	struct fault f = {0};
	int got = listen_to(xml, 0, &h, &f);

	if (got < 0)
		fail_msg("%s", f.text);
	assert_int_equal(got, times);
	assert_string_equal(text_string(&h.words), wanted);
	text_done(&h.words);
}

static void in_order(void **state)
{
	static const char xml[] =
		"<?xml version='1.0'?><!-- c --><p:a xmlns:p='u'>"
		"<b q:x='1' xmlns:q='v'>w&amp;o<![CDATA[<r>]]></b><c/></p:a>";

	(void)state;
	heard_as(xml, false, 0, "<0a><1b x=1>w&o<r></1b><1c></1c></0a>");
	heard_as(xml, true, 3, "<0a><1b x=1>w&o<r></1b><1c></1c></0a>");
	heard_as("\xef\xbb\xbf<a>\xc3\xa9</a>", false, 0, "<0a>\xc3\xa9</0a>");
	heard_as("<?xml version='1.0' encoding='ISO-8859-1'?><a>\xe9</a>", false, 0,
		"<0a>\xc3\xa9</0a>");
	heard_as("<a>&#233;&#x41;&lt;</a>", false, 0,
		"<0a>\xc3\xa9"
		"A<</0a>");
}

static void refused(const char *xml, size_t size, const char *says)
{
	struct heard h = {0};
	struct fault f = {0};

	if (listen_to(xml, size, &h, &f) >= 0)
		fail_msg("read (wanted: %s)", says);
	if (f.kind != FAULT_INPUT || strncmp(f.text, "its part 'a.xml' ", 17) != 0 ||
		!strstr(f.text, says))
		fail_msg("%s (wanted: %s)", f.text, says);
	text_done(&h.words);
}

static void broken(void **state)
{
	static const char *const cases[] = {"", "<a>", "<a></b>", "<a/><b/>", "a",
		"<a b=1/>", "<a b='1' b='2'/>", "<a>\n\n&amp</a>", "<a>&none;</a>",
		"<a>\x01</a>", "<a>\xff</a>", "<?xml version='1.0' encoding='none'?><a/>",
		"<a><![CDATA[</a>", "<a>&#0;</a>", "<a>&#xFFFFFFFF;</a>", "<a>]]></a>",
		"<1/>"};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++)
		refused(cases[i], 0, "not well-formed XML (line ");
	refused("<a>\0</a>", 9, "not well-formed XML (line 1");
	refused("<a>\n\n</b>", 0, "(line 3");
}

static void entities(void **state)
{
	static const char *const cases[] = {"<!DOCTYPE a><a/>",
		"<!DOCTYPE a [<!ENTITY b 'bb'>]><a>&b;</a>",
		"<!DOCTYPE a [<!ENTITY b 'bb'><!ENTITY c '&b;&b;'>]><a>&c;</a>",
		"<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>",
		"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>",
		"<!DOCTYPE a [<!ENTITY % b SYSTEM 'http://a.example/'> %b;]><a/>",
		"<!DOCTYPE a PUBLIC 'x' 'http://a.example/'><a/>"};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++)
		refused(cases[i], 0, "has a DOCTYPE");
}

static void deep(void **state)
{
	auto_text_buffer xml = {0};

	(void)state;
	for (int i = 0; i < MARKUP_DEPTH; i++)
		text_add_string(&xml, "<a>");
	for (int i = 0; i < MARKUP_DEPTH; i++)
		text_add_string(&xml, "</a>");
	{
		struct heard h = {0};
		struct fault f = {0};

		assert_int_equal(listen_to(xml.bytes, xml.length, &h, &f), 0);
		text_done(&h.words);
	}
	text_clear(&xml);
	for (int i = 0; i < 100000; i++)
		text_add_string(&xml, "<a>");
	refused(xml.bytes, xml.length, "more than 100 elements in each other");
}

/* A tag, a comment or the like that does not end costs little. */
static void endless(void **state)
{
	static const char *const beginnings[] = {
		"<a b='", "<a><!--", "<a><?p ", "<a><", "<a b", "<a></a", "<!--"};
	const size_t size = (size_t)8 << 20;
	char *xml = text_alloc(size + 64);

	(void)state;
	for (size_t i = 0; i < LENGTH(beginnings); i++) {
		size_t begins = strlen(beginnings[i]);

		memcpy(xml, beginnings[i], begins);
		for (size_t j = begins; j < size; j++)
			xml[j] = (char)('a' + (j * j / 7 + j) % 23);
		refused(xml, size, "more than 1 MiB");
	}
	free(xml);
}

static void refusing(void **state)
{
	struct heard h = {.refuses = true};
	struct fault f = {0};

	(void)state;
	assert_int_equal(listen_to("<a><b/></a>", 0, &h, &f), -1);
	assert_string_equal(f.text, "its part 'a.xml' is not liked at a");
	assert_string_equal(text_string(&h.words), "<0a>"); /* and no more is heard */
	text_done(&h.words);
}

static void no_part(void **state)
{
	auto_opened o = {0};
	struct fault f = {0};

	(void)state;
	open_part(&o, "<a/>", 0);
	assert_int_equal(markup_read(o.package, "b.xml", &events, NULL, &f), -1);
	assert_string_equal(f.text, "lacks its part 'b.xml'");
}

static void numbers(void **state)
{
	const char *attributes[] = {"a:n", "12", "big", "99999999999999999999999",
		"minus", "-1", "no", "x", "none", "", NULL};

	(void)state;
	assert_int_equal(markup_number(attributes, "n", 7, 100), 12);
	assert_int_equal(markup_number(attributes, "n", 7, 5), 5);
	assert_int_equal(markup_number(attributes, "big", 7, 100), 100);
	assert_int_equal(markup_number(attributes, "minus", 7, 100), 7);
	assert_int_equal(markup_number(attributes, "no", 7, 100), 7);
	assert_int_equal(markup_number(attributes, "none", 7, 100), 7);
	assert_int_equal(markup_number(attributes, "other", 7, 100), 7);
	assert_null(markup_attribute(attributes, "a"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_order),
		cmocka_unit_test(broken),
		cmocka_unit_test(entities),
		cmocka_unit_test(deep),
		cmocka_unit_test(endless),
		cmocka_unit_test(refusing),
		cmocka_unit_test(no_part),
		cmocka_unit_test(numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
