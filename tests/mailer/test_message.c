/* SPDX-License-Identifier: MIT */
/*
 * message: the exact bytes of one, what every message keeps to, what libetpan reads out
 * of it, and what is refused. The same with Python's reader: test_message.py.
 */
#include "mailer/wire/message.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <libetpan/libetpan.h>

static const struct message sample = {
	.from_name = "Data Incident Team",
	.from = "notice@force.example",
	.to_name = "Zo\xc3\xab Quinn",
	.to = "zoe.quinn@force.example",
	.reply_to = "reply@force.example",
	.subject = "About your personal data",
	.date_ms = 1795251600123,
	.message_id = "k3x9@force.example",
	.boundary = "b0undary",
	.text = "Dear Zo\xc3\xab,\n\n.\nFrom here on = all is well. \nBye\t\n",
	.html = "<p>Dear Zo\xc3\xab</p>",
};

static const char sample_bytes[] =
	"From: Data Incident Team <notice@force.example>\r\n"
	"To: =?utf-8?Q?Zo=C3=AB_Quinn?= <zoe.quinn@force.example>\r\n"
	"Reply-To: reply@force.example\r\n"
	"Subject: About your personal data\r\n"
	"Date: Sat, 21 Nov 2026 09:00:00 +0000\r\n"
	"Message-ID: <k3x9@force.example>\r\n"
	"Auto-Submitted: auto-generated\r\n"
	"MIME-Version: 1.0\r\n"
	"Content-Type: multipart/alternative;\r\n"
	" boundary=\"=_b0undary\"\r\n"
	"\r\n"
	"--=_b0undary\r\n"
	"Content-Type: text/plain; charset=utf-8\r\n"
	"Content-Transfer-Encoding: quoted-printable\r\n"
	"\r\n"
	"Dear Zo=C3=AB,\r\n"
	"\r\n"
	"=2E\r\n"
	"=46rom here on =3D all is well.=20\r\n"
	"Bye=09\r\n"
	"\r\n"
	"--=_b0undary\r\n"
	"Content-Type: text/html; charset=utf-8\r\n"
	"Content-Transfer-Encoding: quoted-printable\r\n"
	"\r\n"
	"<p>Dear Zo=C3=AB</p>\r\n"
	"--=_b0undary--\r\n";

static void write_it(const struct message *m, struct text *out)
{
	struct fault f = {0};

	text_clear(out);
	if (message_write(m, out, &f))
		fail_msg("%s", f.text);
}

static void test_bytes(void **state)
{
	auto_text_buffer out = {0};

	(void)state;
	write_it(&sample, &out);
	assert_string_equal(out.bytes, sample_bytes);
	assert_int_equal(out.length, sizeof(sample_bytes) - 1);
}

/* Long names of fields aside, every message keeps to this. */
static void check_shape(const struct text *t)
{
	size_t column = 0;

	for (size_t i = 0; i < t->length; i++) {
		unsigned char c = (unsigned char)t->bytes[i];

		if (column == 0) {
			assert_int_not_equal(c, '.');
			assert_int_not_equal(strncmp(t->bytes + i, "From ", 5), 0);
		}
		if (c == '\r' || c == '\n') {
			assert_int_equal(t->bytes[i], '\r');
			assert_int_equal(t->bytes[i + 1], '\n');
			assert_true(i == 0 ||
				    (t->bytes[i - 1] != ' ' && t->bytes[i - 1] != '\t'));
			i++;
			column = 0;
			continue;
		}
		assert_true((c >= ' ' && c < 0x7f) || c == '\t');
		assert_true(++column <= 76);
	}
	assert_int_equal(column, 0);
}

static struct mailmime *parse(const struct text *t)
{
	struct mailmime *m = NULL;
	size_t index = 0;

	assert_int_equal(
		mailmime_parse(t->bytes, t->length, &index, &m), MAILIMF_NO_ERROR);
	assert_non_null(m);
	assert_int_equal(m->mm_type, MAILMIME_MESSAGE);
	return m;
}

static char *decode_words(const char *s)
{
	size_t index = 0;
	char *out = NULL;

	assert_int_equal(mailmime_encoded_phrase_parse(
				 "us-ascii", s, strlen(s), &index, "utf-8", &out),
		MAILIMF_NO_ERROR);
	return out;
}

static void check_part(struct mailmime *part, const char *subtype, const char *wanted)
{
	struct mailmime_data *data = part->mm_data.mm_single;
	size_t index = 0, length = 0;
	char *decoded = NULL;
	auto_text_buffer lf = {0};

	assert_string_equal(part->mm_content_type->ct_subtype, subtype);
	assert_int_equal(mailmime_part_parse(data->dt_data.dt_text.dt_data,
				 data->dt_data.dt_text.dt_length, &index,
				 MAILMIME_MECHANISM_QUOTED_PRINTABLE, &decoded, &length),
		MAILIMF_NO_ERROR);
	for (size_t i = 0; i < length; i++)
		if (decoded[i] != '\r' || i + 1 == length || decoded[i + 1] != '\n')
			text_add_char(&lf, decoded[i]);
	mailmime_decoded_part_free(decoded);
	assert_string_equal(text_string(&lf), wanted);
}

/* libetpan reads back what went in. Text and HTML with LF ends only. */
static void check_round(const struct message *m, const struct text *t)
{
	struct mailmime *mime = parse(t), *body;
	struct mailimf_fields *fields = mime->mm_data.mm_message.mm_fields;
	struct mailimf_single_fields single;
	struct mailimf_mailbox *from;
	struct mailimf_address *to;
	clistiter *at;
	char *s;

	mailimf_single_fields_init(&single, fields);
	s = decode_words(single.fld_subject->sbj_value);
	assert_string_equal(s, m->subject);
	free(s);
	assert_string_equal(single.fld_message_id->mid_value, m->message_id);
	from = clist_content(clist_begin(single.fld_from->frm_mb_list->mb_list));
	assert_string_equal(from->mb_addr_spec, m->from);
	to = clist_content(clist_begin(single.fld_to->to_addr_list->ad_list));
	assert_int_equal(to->ad_type, MAILIMF_ADDRESS_MAILBOX);
	assert_string_equal(to->ad_data.ad_mailbox->mb_addr_spec, m->to);
	if (m->to_name) {
		s = decode_words(to->ad_data.ad_mailbox->mb_display_name);
		assert_string_equal(s, m->to_name);
		free(s);
	}
	body = mime->mm_data.mm_message.mm_msg_mime;
	assert_int_equal(body->mm_type, MAILMIME_MULTIPLE);
	assert_string_equal(body->mm_content_type->ct_subtype, "alternative");
	assert_int_equal(clist_count(body->mm_data.mm_multipart.mm_mp_list), 2);
	at = clist_begin(body->mm_data.mm_multipart.mm_mp_list);
	check_part(clist_content(at), "plain", m->text);
	check_part(clist_content(clist_next(at)), "html", m->html);
	mailmime_free(mime);
}

static void test_names(void **state)
{
	static const struct {
		const char *name, *wanted;
	} cases[] = {
		{"Ann Smith", "To: Ann Smith <a@b.example>\r\n"},
		{"Ann O'Neil-Smith", "To: Ann O'Neil-Smith <a@b.example>\r\n"},
		{"Smith, Ann", "To: \"Smith, Ann\" <a@b.example>\r\n"},
		{"Ann \"A\" B\\C", "To: \"Ann \\\"A\\\" B\\\\C\" <a@b.example>\r\n"},
		{"D.C. Smith", "To: \"D.C. Smith\" <a@b.example>\r\n"},
		{"a@b", "To: \"a@b\" <a@b.example>\r\n"},
		{"Ann  Smith", "To: =?utf-8?Q?Ann__Smith?= <a@b.example>\r\n"},
		{"=?utf-8?Q?x?=",
			"To: =?utf-8?Q?=3D=3Futf-8=3FQ=3Fx=3F=3D?= <a@b.example>\r\n"},
		{"\xc5\x81ukasz (x)",
			"To: =?utf-8?Q?=C5=81ukasz_=28x=29?= <a@b.example>\r\n"},
		{NULL, "To: a@b.example\r\n"},
		{"", "To: a@b.example\r\n"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct message m = sample;
		auto_text_buffer out = {0};

		m.to_name = cases[i].name;
		m.to = "a@b.example";
		write_it(&m, &out);
		if (!strstr(out.bytes, cases[i].wanted))
			fail_msg("%s is not in\n%s", cases[i].wanted, out.bytes);
		check_shape(&out);
	}
}

static void test_subjects(void **state)
{
	static const char *const subjects[] = {
		"x",
		"Ein sehr langer Betreff, der sich \xc3\xbc"
		"ber mehrere Zeilen zieht, und zwar mit "
		"Umlauten \xc3\xa4\xc3\xb6\xc3\xbc und Zeichen wie \xe2\x82\xac und \xf0\x9f\x98\x80",
		"A long subject in plain ASCII which is folded at blanks between its words and not "
		"at other places, twice at least because it is long enough for that",
		"two  blanks",
		" blank first",
		"blank last ",
		"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
		"\xe6\xbc\xa2\xe6\xbc\xa2\xe6\xbc\xa2\xe6\xbc\xa2\xe6\xbc\xa2\xe6\xbc\xa2\xe6\xbc\xa2"
		"\xe6\xbc\xa2\xe6\xbc\xa2\xe6\xbc\xa2\xe6\xbc\xa2\xe6\xbc\xa2\xe6\xbc\xa2\xe6\xbc\xa2",
		"a =?us-ascii?Q?trap?= in it",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(subjects) / sizeof(*subjects); i++) {
		struct message m = sample;
		auto_text_buffer out = {0};

		m.subject = subjects[i];
		write_it(&m, &out);
		check_shape(&out);
		/* libetpan's reader strips blanks at the ends of a subject */
		if (subjects[i][0] != ' ' && subjects[i][strlen(subjects[i]) - 1] != ' ')
			check_round(&m, &out);
	}
}

/* Made-up texts out of the bytes that make trouble, from a fixed seed. */
static void test_any_text(void **state)
{
	static const char *const pieces[] = {"a", "word ", " ", "  ", "\t", "\n", "\n\n",
		".", "\n.", "\nFrom ", "=", "=\n", "\xc3\xa9", "\xe2\x82\xac",
		"\xf0\x9f\x98\x80", "--=_b0undary", "\n--=_b0undary--\n",
		"a longer run of quite ordinary text without anything special",
		"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
		"\x01", "\x7f", "From ", "."};
	unsigned seed = 20261121;

	(void)state;
	for (int round = 0; round < 3000; round++) {
		auto_text_buffer text = {0}, out = {0};
		struct message m = sample;

		for (unsigned n = (seed >> 8) % 40 + 1; n; n--) {
			seed = seed * 1103515245 + 12345;
			text_add_string(
				&text, pieces[(seed >> 16) %
					       (sizeof(pieces) / sizeof(*pieces))]);
		}
		m.text = m.html = text.bytes;
		write_it(&m, &out);
		check_shape(&out);
		check_round(&m, &out);
	}
}

static void test_line_ends(void **state)
{
	struct message lf = sample, crlf = sample;
	auto_text_buffer one = {0}, two = {0};

	(void)state;
	lf.text = "a\nb \n\nc";
	crlf.text = "a\r\nb \r\n\r\nc";
	write_it(&lf, &one);
	write_it(&crlf, &two);
	assert_string_equal(one.bytes, two.bytes);
	lf.text = "a\rb";
	write_it(&lf, &one);
	assert_non_null(strstr(one.bytes, "a=0Db\r\n"));
}

static void test_long_tokens(void **state)
{
	static const char id[] =
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"aaaaaaaaaaaa@force.example";
	struct message m = sample;
	auto_text_buffer out = {0};

	(void)state;
	m.message_id = m.from = m.to = id;
	write_it(&m, &out);
	assert_non_null(strstr(out.bytes, "\r\nMessage-ID:\r\n <aaa"));
	check_round(&m, &out);
}

#define BAD(member, value, words)                                                        \
	{                                                                                \
		offsetof(struct message, member), value, words                           \
	}

static void test_refused(void **state)
{
	static const struct {
		size_t at;
		const char *value, *words;
	} cases[] = {
		BAD(from_name, "Evil\r\nBcc: v@x.example", "From holds a line break"),
		BAD(to_name, "Evil\nBcc: v@x.example", "To holds a line break"),
		BAD(to_name, "Evil\rBcc: v@x.example", "To holds a line break"),
		BAD(to_name, "Evil\xe2\x80\xa8here", "To holds a line break"),
		BAD(to_name, "Evil\x1b[2J", "To holds a control"),
		BAD(to_name, "Evil\xc2\x85", "To holds a control"),
		BAD(to_name, "Evil\xff", "To is not UTF-8"),
		BAD(to_name, "Evil\xc0\x80", "To is not UTF-8"),
		BAD(to_name, "Evil\xe2\x82", "To is not UTF-8"),
		BAD(to_name, "Evil\xed\xa0\x80", "To is not UTF-8"),
		BAD(from, "a@b.example>\r\nBcc: <v@x.example", "From holds a line break"),
		BAD(from, "a@b.example>,<v@x.example", "From holds what"),
		BAD(from, NULL, "From is missing"),
		BAD(from, "nobody", "From has no"),
		BAD(to, "", "To is missing"),
		BAD(to, "a b@c.example", "To holds what"),
		BAD(to, "\xc3\xa9@c.example", "To holds what"),
		BAD(reply_to, "a@b.example\r\n", "Reply-To holds a line"),
		BAD(subject, NULL, "Subject is missing"),
		BAD(subject, "", "Subject is missing"),
		BAD(subject, "Hello\r\nBcc: v@x.example", "Subject holds a line"),
		BAD(subject, "Hello\tyou", "Subject holds a control"),
		BAD(message_id, NULL, "Message-ID is missing"),
		BAD(message_id, "a@b>\r\nBcc: <x@y", "Message-ID holds a line"),
		BAD(message_id, "ab", "Message-ID has no"),
		BAD(boundary, NULL, "boundary is not"),
		BAD(boundary, "", "boundary is not"),
		BAD(boundary, "a\"b", "boundary is not"),
		BAD(boundary,
			"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
			"boundary is not"),
		BAD(text, NULL, "text part is missing"),
		BAD(text, "", "text part is missing"),
		BAD(text, "\x80", "text part is not UTF-8"),
		BAD(html, NULL, "HTML part is missing"),
		BAD(html, "\xff", "HTML part is not UTF-8"),
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		auto_text_buffer out = {0};
		struct message m = sample;
		struct fault f = {0};

		memcpy((char *)&m + cases[i].at, &cases[i].value, sizeof(cases[i].value));
		text_add_string(&out, "before");
		if (!message_write(&m, &out, &f))
			fail_msg("taken, not: %s", cases[i].words);
		assert_int_equal(f.kind, FAULT_INPUT);
		if (strncmp(f.text, cases[i].words, strlen(cases[i].words)))
			fail_msg("\"%s\" is not: %s", f.text, cases[i].words);
		assert_null(strstr(f.text, "vil"));
		assert_string_equal(out.bytes, "before");
	}
}

static void test_limits(void **state)
{
	char *many = text_alloc(MESSAGE_PART_MAX + 2);
	auto_text_buffer out = {0};
	struct message m = sample;
	struct fault f = {0};

	(void)state;
	memset(many, 'a', MESSAGE_PART_MAX + 1);
	m.html = many;
	assert_int_equal(message_write(&m, &out, &f), -1);
	assert_non_null(strstr(f.text, "1048576"));
	many[MESSAGE_PART_MAX] = '\0';
	write_it(&m, &out);
	check_shape(&out);
	m = sample;
	many[MESSAGE_VALUE_MAX + 1] = '\0';
	m.subject = m.to_name = many;
	assert_int_equal(message_write(&m, &out, &f), -1);
	assert_non_null(strstr(f.text, "998"));
	many[MESSAGE_VALUE_MAX] = '\0';
	write_it(&m, &out);
	check_shape(&out);
	check_round(&m, &out);
	free(many);
	m = sample;
	m.date_ms = -1;
	assert_int_equal(message_write(&m, &out, &f), -1);
	m.date_ms = INT64_MAX;
	assert_int_equal(message_write(&m, &out, &f), -1);
}

static void test_check(void **state)
{
	struct fault f = {0};

	(void)state;
	assert_int_equal(message_check("name", "Zo\xc3\xab", 4, &f), 0);
	assert_int_equal(message_check("name", "", 0, &f), 0);
	assert_int_equal(message_check("name", "a\0b", 3, &f), -1);
	assert_string_equal(f.text, "name holds a NUL");
	assert_int_equal(message_check("name", "a\xe2\x82\xac", 3, &f), -1);
	assert_string_equal(f.text, "name is not UTF-8");
}

/* Each length from a class's edge to the next: the same length outside, the same words
 * inside. */
static void test_size_class(void **state)
{
	char words[700];
	size_t lines;
	auto_text_buffer plain = {0}, out = {0};
	struct fault f = {0};
	struct message m = sample;

	(void)state;
	for (size_t n = 2; n < sizeof(words); n++) {
		memset(words, 'a', n - 1);
		words[n - 1] = '\0';
		m.text = words;
		m.size_class = 0;
		text_clear(&plain);
		text_clear(&out);
		assert_int_equal(message_write(&m, &plain, &f), 0);
		m.size_class = 512;
		text_add_string(
			&out, "before"); /* what stands there already does not count */
		assert_int_equal(message_write(&m, &out, &f), 0);
		assert_int_equal((out.length - 6) % 512, 0);
		assert_in_range(out.length - 6, plain.length, plain.length + 2048);
		assert_memory_equal(out.bytes + 6, plain.bytes, plain.length);
		assert_string_equal(out.bytes + out.length - 2, "\r\n");
		lines = 0;
		for (const char *line = out.bytes + 6, *end; (end = strstr(line, "\r\n"));
			line = end + 2, lines++)
			assert_true(end - line <= 76 &&
				    (end > line || line < out.bytes + plain.length));
		assert_int_equal(lines, (out.length - 6) / MESSAGE_CLASS_LINE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_subjects),
		cmocka_unit_test(test_any_text),
		cmocka_unit_test(test_line_ends),
		cmocka_unit_test(test_long_tokens),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_check),
		cmocka_unit_test(test_size_class),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
