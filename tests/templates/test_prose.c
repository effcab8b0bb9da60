/* SPDX-License-Identifier: MIT */
/*
 * Prose to text and HTML, subjects, and values that try to break out.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "templates/prose.h"

#define NAME_20 "Aaaaaaaaaaaaaaaaaaaa"
#define WIDE_10 "漢字漢字漢字漢字漢字"

static const struct {
	const char *prose, *text, *html;
} blocks[] = {
	{"", "", ""},
	{"\n \n\n", "", ""},
	{"One.", "One.\n", "<p>One.</p>\n"},
	{"One\ntwo.\n", "One two.\n", "<p>One two.</p>\n"},
	{"One.\n\n\n\nTwo.\n", "One.\n\nTwo.\n", "<p>One.</p>\n<p>Two.</p>\n"},
	{"  One   two  \n   three ", "One two three\n", "<p>One two three</p>\n"},
	{"One.\r\n\r\nTwo\r\nthree.\r\n", "One.\n\nTwo three.\n",
		"<p>One.</p>\n<p>Two three.</p>\n"},
	{"# Head\n\nBody", "Head\n\nBody\n", "<h2>Head</h2>\n<p>Body</p>\n"},
	{"# Head\nBody", "Head\n\nBody\n", "<h2>Head</h2>\n<p>Body</p>\n"},
	{"Body\n# Head", "Body\n\nHead\n", "<p>Body</p>\n<h2>Head</h2>\n"},
	{"# One\n# Two", "One\n\nTwo\n", "<h2>One</h2>\n<h2>Two</h2>\n"},
	{"- a\n- b\n", "- a\n- b\n", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n"},
	{"- a\n\n- b\n", "- a\n- b\n", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n"},
	{"- a\n  goes on\n- b", "- a goes on\n- b\n",
		"<ul>\n<li>a goes on</li>\n<li>b</li>\n</ul>\n"},
	{"- a\nnot in it", "- a\n\nnot in it\n",
		"<ul>\n<li>a</li>\n</ul>\n<p>not in it</p>\n"},
	{"- a\n\n  not in it", "- a\n\nnot in it\n",
		"<ul>\n<li>a</li>\n</ul>\n<p>not in it</p>\n"},
	{"These:\n- a\n\nEnd.", "These:\n\n- a\n\nEnd.\n",
		"<p>These:</p>\n<ul>\n<li>a</li>\n</ul>\n<p>End.</p>\n"},
	{"- a\n# Head\n- b", "- a\n\nHead\n\n- b\n",
		"<ul>\n<li>a</li>\n</ul>\n<h2>Head</h2>\n<ul>\n<li>b</li>\n</ul>\n"},
	{"#\n\n- \n-\n\nWords", "Words\n", "<p>Words</p>\n"},
	{"#1 of all -5 degrees", "#1 of all -5 degrees\n",
		"<p>#1 of all -5 degrees</p>\n"},
	{"*no* [link](x) _here_", "*no* [link](x) _here_\n",
		"<p>*no* [link](x) _here_</p>\n"},
	{"a < b & \"c\" > 'd'", "a < b & \"c\" > 'd'\n",
		"<p>a &lt; b &amp; &quot;c&quot; &gt; 'd'</p>\n"},
	{"&lt;script&gt;", "&lt;script&gt;\n", "<p>&amp;lt;script&amp;gt;</p>\n"},
	{"Siân Ó Néill", "Siân Ó Néill\n", "<p>Siân Ó Néill</p>\n"},
};

static const char *html_body(const struct text *html)
{
	const char *body = strstr(text_string(html), "</h1>\n");

	assert_non_null(body);
	return body + strlen("</h1>\n");
}

static void test_blocks(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(blocks) / sizeof(*blocks); i++) {
		auto_text_buffer text = {0}, html = {0};
		auto_text body = NULL;
		struct fault f = {0};

		assert_int_equal(prose_text(blocks[i].prose, &text, &f), 0);
		assert_string_equal(text_string(&text), blocks[i].text);
		assert_int_equal(prose_html("S", blocks[i].prose, &html, &f), 0);
		body = text_format("%s</body>\n</html>\n", blocks[i].html);
		assert_string_equal(html_body(&html), body);
		assert_int_equal(f.kind, FAULT_NONE);
	}
}

static const struct {
	const char *prose, *text;
} fills[] = {
	/* 72 columns exactly, then one word too many */
	{NAME_20 " " NAME_20 " " NAME_20 " 123456789 x",
		NAME_20 " " NAME_20 " " NAME_20 " 123456789\nx\n"},
	{NAME_20 " " NAME_20 " " NAME_20 " 1234567890",
		NAME_20 " " NAME_20 " " NAME_20 "\n1234567890\n"},
	/* an item has two columns less, and hangs */
	{"- " NAME_20 " " NAME_20 " " NAME_20 " 1234567 x",
		"- " NAME_20 " " NAME_20 " " NAME_20 " 1234567\n  x\n"},
	{"- " NAME_20 " " NAME_20 " " NAME_20 " 12345678",
		"- " NAME_20 " " NAME_20 " " NAME_20 "\n  12345678\n"},
	/* a longer word stands alone, whole */
	{"a " NAME_20 NAME_20 NAME_20 NAME_20 " b",
		"a\n" NAME_20 NAME_20 NAME_20 NAME_20 "\nb\n"},
	{NAME_20 NAME_20 NAME_20 NAME_20, NAME_20 NAME_20 NAME_20 NAME_20 "\n"},
	/* ideographs are two columns wide */
	{WIDE_10 " " WIDE_10 " " WIDE_10 " 123456789 x",
		WIDE_10 " " WIDE_10 " " WIDE_10 " 123456789\nx\n"},
	/* an accent of its own (U+0301) has no width */
	{NAME_20 " " NAME_20 " " NAME_20 " 12345678e\xcc\x81 x",
		NAME_20 " " NAME_20 " " NAME_20 " 12345678e\xcc\x81\nx\n"},
	/* a telephone number stays whole; a long row of numbers does not */
	{NAME_20 " " NAME_20 " " NAME_20 " 0303 123 1113",
		NAME_20 " " NAME_20 " " NAME_20 "\n0303 123 1113\n"},
	{NAME_20 " " NAME_20 " " NAME_20 " 1234567 1234567 1234567 12 3",
		NAME_20 " " NAME_20 " " NAME_20 "\n1234567 1234567 1234567 12 3\n"},
	{NAME_20 " " NAME_20 " 123456789 123456789 123456789 12",
		NAME_20 " " NAME_20 " 123456789 123456789 123456789\n12\n"},
	/* a no-break space breaks no line */
	{NAME_20 " " NAME_20 " " NAME_20 " 0303\xc2\xa0\x31\x32\x33",
		NAME_20 " " NAME_20 " " NAME_20 " 0303\xc2\xa0\x31\x32\x33\n"},
};

static void test_fill(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(fills) / sizeof(*fills); i++) {
		auto_text_buffer text = {0};
		struct fault f = {0};

		assert_int_equal(prose_text(fills[i].prose, &text, &f), 0);
		assert_string_equal(text_string(&text), fills[i].text);
	}
}

/* All words of the text stand in the page, in the same order. */
static void test_parts_agree(void **state)
{
	auto_text_buffer prose = {0}, text = {0}, html = {0};
	const char *at;
	struct fault f = {0};

	(void)state;
	for (int i = 0; i < 300; i++)
		text_printf(&prose, "%sword%d more%s",
			i % 7 == 0   ? "\n\n# "
			: i % 3 == 0 ? "\n\n- "
				     : "\n",
			i, i % 2 ? "\n" : " ");
	assert_int_equal(prose_text(prose.bytes, &text, &f), 0);
	assert_int_equal(prose_html("Words", prose.bytes, &html, &f), 0);
	at = html_body(&html);
	for (int i = 0; i < 300; i++) {
		auto_text word = text_format("word%d", i);

		assert_non_null(strstr(text.bytes, word));
		at = strstr(at, word);
		assert_non_null(at);
	}
}

static void test_page(void **state)
{
	static const char *const absent[] = {"http", "src=", "href", "<img", "<script",
		"<link", "url(", "@import", "<style", "<meta http"};
	auto_text_buffer html = {0};
	struct fault f = {0};

	(void)state;
	assert_int_equal(prose_html("A & <b>\"B\"</b>", "Words", &html, &f), 0);
	assert_non_null(strstr(html.bytes, "<html lang=\"en-GB\">"));
	assert_non_null(strstr(
		html.bytes, "<title>A &amp; &lt;b&gt;&quot;B&quot;&lt;/b&gt;</title>"));
	assert_non_null(
		strstr(html.bytes, ">A &amp; &lt;b&gt;&quot;B&quot;&lt;/b&gt;</h1>"));
	assert_null(strstr(html.bytes, "<b>"));
	for (size_t i = 0; i < sizeof(absent) / sizeof(*absent); i++)
		assert_null(strstr(html.bytes, absent[i]));
}

static const struct {
	const char *prose, *fault;
} broken[] = {
	{"One\n\nTw\xc3", "line 3: not UTF-8"},
	{"\xff", "line 1: not UTF-8"},
	{"a\xed\xa0\x80", "line 1: not UTF-8"},
	{"a\xc0\xaf", "line 1: not UTF-8"},
	{"One\nTwo\tthree", "line 2: a control character"},
	{"One\rTwo", "line 1: a control character"},
	{"a\x1b[31m", "line 1: a control character"},
	{"a\n\xc2\x85", "line 2: a control character"},
	{"a\xe2\x80\xa8", "line 1: a control character"},
};

static void test_broken(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(broken) / sizeof(*broken); i++) {
		auto_text_buffer text = {0}, html = {0};
		struct fault f = {0}, g = {0};

		assert_int_equal(prose_text(broken[i].prose, &text, &f), -1);
		assert_int_equal(f.kind, FAULT_INPUT);
		assert_string_equal(f.text, broken[i].fault);
		assert_int_equal(text.length, 0);
		assert_int_equal(prose_html("S", broken[i].prose, &html, &g), -1);
		assert_string_equal(g.text, broken[i].fault);
		assert_int_equal(html.length, 0);
	}
}

static void test_limits(void **state)
{
	auto_text_buffer prose = {0}, text = {0}, html = {0};
	struct fault f = {0};

	(void)state;
	while (prose.length < PROSE_MAX)
		text_add_char(&prose, prose.length % 9 ? 'a' : ' ');
	assert_int_equal(prose_text(prose.bytes, &text, &f), 0);
	text_add_char(&prose, 'a');
	text_clear(&text);
	assert_int_equal(prose_text(prose.bytes, &text, &f), -1);
	assert_string_equal(f.text, "the text is longer than 65536 bytes");
	assert_int_equal(prose_html("S", prose.bytes, &html, &f), -1);
	assert_int_equal(prose_html("S\tT", "a", &html, &f), -1);
	assert_int_equal(html.length, 0);
}

static const struct {
	const char *notice, *subject, *prose, *fault;
} subjects[] = {
	{"Subject: A notice\n\nDear all,", "A notice", "\nDear all,", NULL},
	{"Subject:   A   notice \r\n\r\nDear all,", "A notice", "\r\nDear all,", NULL},
	{"Subject: # A\n \n- b", "# A", " \n- b", NULL},
	{"Subject: A\n", "A", "", NULL},
	{"", NULL, NULL, "line 1: must be \"Subject: ...\""},
	{"\nSubject: A\n\n", NULL, NULL, "line 1: must be \"Subject: ...\""},
	{"subject: A\n\n", NULL, NULL, "line 1: must be \"Subject: ...\""},
	{"Subject: \n\nDear", NULL, NULL, "line 1: the subject is empty"},
	{"Subject: A", NULL, NULL, "line 2: must be blank, after the subject"},
	{"Subject: A\nBcc: b\n\nDear", NULL, NULL,
		"line 2: must be blank, after the subject"},
	{"Subject: A\x01\n\nDear", NULL, NULL, "line 1: a control character"},
	{"Subject: A\rBcc: b\n\nDear", NULL, NULL, "line 1: a control character"},
	{"Subject: A\xff\n\nDear", NULL, NULL, "line 1: not UTF-8"},
};

static void test_subject(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(subjects) / sizeof(*subjects); i++) {
		auto_text subject = NULL;
		const char *prose = NULL;
		struct fault f = {0};
		int rc = prose_split_subject(subjects[i].notice, &subject, &prose, &f);

		if (subjects[i].fault) {
			assert_int_equal(rc, -1);
			assert_string_equal(f.text, subjects[i].fault);
			assert_null(subject);
			continue;
		}
		assert_int_equal(rc, 0);
		assert_string_equal(subject, subjects[i].subject);
		assert_string_equal(prose, subjects[i].prose);
	}
}

static void test_subject_limit(void **state)
{
	auto_text_buffer notice = {0};
	auto_text subject = NULL;
	auto_text longer = NULL;
	const char *prose;
	struct fault f = {0};

	(void)state;
	text_add_string(&notice, "Subject: ");
	for (int i = 0; i < PROSE_SUBJECT_MAX; i++)
		text_add_char(&notice, 'a');
	longer = text_format("%sa\n\nDear", notice.bytes);
	text_add_string(&notice, "\n\nDear");
	assert_int_equal(prose_split_subject(notice.bytes, &subject, &prose, &f), 0);
	assert_int_equal(strlen(subject), PROSE_SUBJECT_MAX);
	text_freep(&subject);
	assert_int_equal(prose_split_subject(longer, &subject, &prose, &f), -1);
	assert_string_equal(f.text, "line 1: the subject is longer than 120 bytes");
}

static const struct {
	const char *value, *clean;
} values[] = {
	{"", ""},
	{"   ", ""},
	{"Sergeant O'Neill", "Sergeant O'Neill"},
	{"  a  b ", "a  b"},
	{"a\n\n# Transfer your pay", "a  # Transfer your pay"},
	{"a\r\n- b\tc\x7f", "a  - b c"},
	{"# a", "a"},
	{"- # - a", "a"},
	{"-", ""},
	{"# ", ""},
	{"-5", "-5"},
	{"#1", "#1"},
	{"\n- a", "a"},
	{"\xe2\x80\x8b- a", "a"},                       /* U+200B before the mark */
	{"-\xe2\x80\x8b a", "a"},                       /* and within it */
	{"Alan \xe2\x80\xaenosaM", "Alan nosaM"},       /* U+202E turns the line */
	{"\xe2\x81\xa6x\xe2\x81\xa9\xe2\x80\x8f", "x"}, /* U+2066, U+2069, U+200F */
	{"a\xc2\x85\x62\xe2\x80\xa8\x63\xe2\x80\xa9", "a b c"}, /* NEL, U+2028, U+2029 */
	{"a\xff\xfe\x62", "a\xef\xbf\xbd\xef\xbf\xbd\x62"},
	{"Ó\xc3", "Ó\xef\xbf\xbd"},
	{"Siân", "Siân"},
};

static void test_values(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++) {
		auto_text_buffer t = {0};

		prose_add_value(&t, values[i].value);
		assert_string_equal(text_string(&t), values[i].clean);
	}
}

/*
 * Whatever bytes a value holds, wherever it stands, it adds words to its own block and
 * nothing else: the page has the tags that it would have for a harmless value.
 */
static void test_values_break_nothing(void **state)
{
	static const char alphabet[] = "#- \n\r\t<>&\"a\xe2\x80\x8b\xff\x01";

	(void)state;
	srandom(2);
	for (int round = 0; round < 20000; round++) {
		auto_text_buffer value = {0}, prose = {0}, html = {0};
		char hostile[9] = {0};
		struct fault f = {0};
		const char *body;
		size_t tags = 0;

		for (size_t i = 0; i < sizeof(hostile) - 1; i++)
			hostile[i] = alphabet[(size_t)random() % (sizeof(alphabet) - 1)];
		prose_add_value(&value, hostile);
		text_printf(&prose, "Words\n%s\nwords\n\n- %s.\n  %s\n\n# H %s\n",
			text_string(&value), text_string(&value), text_string(&value),
			text_string(&value));
		assert_int_equal(prose_html("S", prose.bytes, &html, &f), 0);
		body = html_body(&html);
		for (const char *at = body; (at = strchr(at, '<')); at++)
			tags++;
		/* p, ul, li, h2, each closed, and the two that end the page; a blank
		 * value splits no block */
		assert_int_equal(tags, value.length ? 10 : 12);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_blocks),
		cmocka_unit_test(test_fill),
		cmocka_unit_test(test_parts_agree),
		cmocka_unit_test(test_page),
		cmocka_unit_test(test_broken),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_subject),
		cmocka_unit_test(test_subject_limit),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_values_break_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
