/* SPDX-License-Identifier: MIT */
/*
 * Writes one message: header fields, two parts, quoted-printable. It does not choose
 * words (templates), ids or times (compose), and does not stuff dots (relay.c). What can
 * go wrong is all in the input, and is refused before the first byte is written: a line
 * break in a name would be a header of somebody else's making.
 */
#include "mailer/wire/message.h"

#include <stdbool.h>
#include <string.h>
#include <time.h>
#include <utf8proc.h>

#include "mailer/wire/address.h"

#define LINE 76 /* without CRLF; RFC 2045 and RFC 2047 say the same */
#define ID_MAX 250
#define DATE_MAX 253402300799999 /* the end of the year 9999 */

#define WORD_OPEN "=?utf-8?Q?"
#define WORD_CLOSE "?="
#define WORD_TEXT (75 - sizeof(WORD_OPEN WORD_CLOSE) + 1) /* RFC 2047 section 2 */

/* What a byte may be, looked up, since the encoders ask for each. "=" is always coded. */
#define RUN 1           /* itself in quoted-printable, within a line */
#define BODY (2 | RUN)  /* and at a line's end */
#define ATOM (4 | BODY) /* RFC 5322 atext */
#define WORD (8 | ATOM) /* itself in an RFC 2047 word of a phrase (section 5, rule 3) */
static const unsigned char kinds[256] = {
	[' '] = RUN,
	['!'] = WORD,
	['"'] = BODY,
	['#' ... '\''] = ATOM,
	['(' ... ')'] = BODY,
	['*' ... '+'] = WORD,
	[','] = BODY,
	['-'] = WORD,
	['.'] = BODY,
	['/' ... '9'] = WORD,
	[':' ... '<'] = BODY,
	['>'] = BODY,
	['?'] = ATOM,
	['@'] = BODY,
	['A' ... 'Z'] = WORD,
	['[' ... ']'] = BODY,
	['^' ... '`'] = ATOM,
	['a' ... 'z'] = WORD,
	['{' ... '~'] = ATOM,
};

static bool is_kind(char c, unsigned kind)
{
	return (kinds[(unsigned char)c] & kind) == kind;
}

static const char hex[] = "0123456789ABCDEF";

static size_t put_hex(char *out, char c)
{
	out[0] = '=';
	out[1] = hex[(unsigned char)c >> 4];
	out[2] = hex[(unsigned char)c & 15];
	return 3;
}

/* --- what is refused --- */

/* Reads one character; NULL if it is not UTF-8. */
static const char *next_point(const char *s, const char *end, int32_t *ret)
{
	utf8proc_ssize_t used = 1;

	*ret = (unsigned char)*s;
	if (*ret >= 0x80)
		used = utf8proc_iterate((const utf8proc_uint8_t *)s, end - s, ret);
	return used < 1 ? NULL : s + used;
}

/* Why `s` may not stand in a header field, or NULL. */
static const char *find_fault(const char *s, size_t length)
{
	const char *end = s + length;

	while (s < end) {
		int32_t c;

		s = next_point(s, end, &c);
		if (!s)
			return "is not UTF-8";
		if (c == 0)
			return "holds a NUL";
		if (c == '\r' || c == '\n' || c == 0x2028 || c == 0x2029)
			return "holds a line break";
		if (c < ' ' || (c >= 0x7f && c < 0xa0))
			return "holds a control character";
	}
	return NULL;
}

/* Eight bytes of ASCII at a time: this is asked of every byte of every message. */
static bool is_utf8(const char *s, size_t length)
{
	const char *end = s + length;
	int32_t ignored;

	while (s && s < end) {
		uint64_t eight;

		if (end - s >= 8) {
			memcpy(&eight, s, sizeof(eight));
			if (!(eight & 0x8080808080808080)) {
				s += 8;
				continue;
			}
		}
		s = next_point(s, end, &ignored);
	}
	return s;
}

int message_check(const char *field, const char *value, size_t length, struct fault *f)
{
	const char *reason = find_fault(value, length);

	if (length > MESSAGE_VALUE_MAX)
		return fault_set(f, FAULT_INPUT, "%s is longer than %d bytes", field,
			MESSAGE_VALUE_MAX);
	return reason ? fault_set(f, FAULT_INPUT, "%s %s", field, reason) : 0;
}

/* An address or an id: visible ASCII that cannot end the angle brackets around it. */
static int check_token(const char *field, const char *value, size_t most, struct fault *f)
{
	size_t length = value ? strlen(value) : 0;

	if (!length)
		return fault_set(f, FAULT_INPUT, "%s is missing", field);
	if (length > most)
		return fault_set(
			f, FAULT_INPUT, "%s is longer than %zu bytes", field, most);
	if (message_check(field, value, length, f))
		return -1;
	for (const char *p = value; *p; p++)
		if (*p <= ' ' || *p > '~' || *p == '<' || *p == '>')
			return fault_set(f, FAULT_INPUT,
				"%s holds what may not stand there", field);
	if (!strchr(value, '@'))
		return fault_set(f, FAULT_INPUT, "%s has no \"@\"", field);
	return 0;
}

static int check_boundary(const char *boundary, struct fault *f)
{
	static const char allowed[] = "0123456789abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
	size_t length = boundary ? strlen(boundary) : 0;

	if (!length || length > MESSAGE_TOKEN_MAX || strspn(boundary, allowed) != length)
		return fault_set(f, FAULT_INPUT,
			"boundary is not 1 to %d letters and digits", MESSAGE_TOKEN_MAX);
	return 0;
}

static int check_part(const char *field, const char *part, struct fault *f)
{
	size_t length = part ? strnlen(part, MESSAGE_PART_MAX + 1) : 0;

	if (!length)
		return fault_set(f, FAULT_INPUT, "%s is missing", field);
	if (length > MESSAGE_PART_MAX)
		return fault_set(f, FAULT_INPUT, "%s is longer than %d bytes", field,
			MESSAGE_PART_MAX);
	if (!is_utf8(part, length))
		return fault_set(f, FAULT_INPUT, "%s is not UTF-8", field);
	return 0;
}

static int check_all(const struct message *m, struct fault *f)
{
	if (m->from_name && message_check("From", m->from_name, strlen(m->from_name), f))
		return -1;
	if (m->to_name && message_check("To", m->to_name, strlen(m->to_name), f))
		return -1;
	if (!m->subject || !*m->subject)
		return fault_set(f, FAULT_INPUT, "Subject is missing");
	if (message_check("Subject", m->subject, strlen(m->subject), f))
		return -1;
	if (check_token("From", m->from, ADDRESS_MAX, f) ||
		check_token("To", m->to, ADDRESS_MAX, f) ||
		(m->reply_to && check_token("Reply-To", m->reply_to, ADDRESS_MAX, f)) ||
		check_token("Message-ID", m->message_id, ID_MAX, f) ||
		check_boundary(m->boundary, f))
		return -1;
	if (m->date_ms < 0 || m->date_ms > DATE_MAX)
		return fault_set(f, FAULT_INPUT, "Date is not between 1970 and 9999");
	if (check_part("text part", m->text, f) || check_part("HTML part", m->html, f))
		return -1;
	return 0;
}

/* --- header fields --- */

/* A field's line grows here; `column` counts since the last CRLF. */
struct field {
	struct text *out;
	size_t column;
};

static void field_add(struct field *h, const char *s, size_t length)
{
	text_add(h->out, s, length);
	h->column += length;
}

static void field_fold(struct field *h)
{
	text_add_string(h->out, "\r\n");
	h->column = 0;
}

/* Puts a blank; on a new line if `length` more bytes would not fit on this one. */
static void field_blank(struct field *h, size_t length)
{
	if (h->column + 1 + length > LINE)
		field_fold(h);
	field_add(h, " ", 1);
}

static struct field field_open(struct text *out, const char *name)
{
	struct field h = {out, 0};

	field_add(&h, name, strlen(name));
	field_add(&h, ":", 1);
	return h;
}

/* Bytes of the UTF-8 sequence at `s`, which was checked. */
static size_t sequence_length(const char *s)
{
	unsigned char c = (unsigned char)*s;

	return c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
}

static void field_add_word(struct field *h, const char *text, size_t length)
{
	field_blank(h, 0);
	field_add(h, WORD_OPEN, strlen(WORD_OPEN));
	field_add(h, text, length);
	field_add(h, WORD_CLOSE, strlen(WORD_CLOSE));
}

/* RFC 2047 words, cut between characters. Blanks go inside: those between are lost. */
static void field_add_words(struct field *h, const char *s)
{
	char text[WORD_TEXT];
	size_t length = 0, most = LINE - h->column - strlen(" " WORD_OPEN WORD_CLOSE);

	if (most > WORD_TEXT)
		most = WORD_TEXT;
	while (*s) {
		size_t bytes = sequence_length(s);
		size_t width = *s == ' ' || is_kind(*s, WORD) ? 1 : 3 * bytes;

		if (length + width > most) {
			field_add_word(h, text, length);
			field_fold(h);
			length = 0;
			most = WORD_TEXT;
		}
		for (; bytes; bytes--, s++) {
			if (width > 1)
				length += put_hex(text + length, *s);
			else
				text[length++] = *s == ' ' ? '_' : *s;
		}
	}
	field_add_word(h, text, length);
}

/* Words with single blanks between, none too long for a line, none like RFC 2047's. */
static bool is_plain(const char *s, size_t longest)
{
	size_t word = 0;

	if (strstr(s, "=?"))
		return false;
	for (; *s; s++) {
		if (*s == ' ' ? word == 0 || s[1] == '\0' : (unsigned char)*s >= 0x80)
			return false;
		word = *s == ' ' ? 0 : word + 1;
		if (word > longest)
			return false;
	}
	return true;
}

static void write_subject(const char *subject, struct text *out)
{
	struct field h = field_open(out, "Subject");

	if (is_plain(subject, LINE - strlen("Subject: "))) {
		while (*subject) {
			size_t word = strcspn(subject, " ");

			field_blank(&h, word);
			field_add(&h, subject, word);
			subject += word + (subject[word] == ' ');
		}
	} else {
		field_add_words(&h, subject);
	}
	field_fold(&h);
}

/* A display name: atoms as they are, other short ASCII in quotes, all else in words. */
static void field_add_name(struct field *h, const char *name)
{
	bool atoms = true;
	size_t width = 0;

	for (const char *p = name; *p; p++) {
		atoms = atoms && (*p == ' ' || is_kind(*p, ATOM));
		width += *p == '"' || *p == '\\' ? 2 : 1;
	}
	if (!is_plain(name, LINE) || h->column + width + 3 > LINE) {
		field_add_words(h, name);
		return;
	}
	field_blank(h, 0);
	if (atoms) {
		field_add(h, name, width);
		return;
	}
	field_add(h, "\"", 1);
	for (; *name; name++) {
		if (*name == '"' || *name == '\\')
			field_add(h, "\\", 1);
		field_add(h, name, 1);
	}
	field_add(h, "\"", 1);
}

static void write_mailbox(
	const char *field, const char *name, const char *address, struct text *out)
{
	struct field h = field_open(out, field);
	size_t length = strlen(address);

	if (name && *name) {
		field_add_name(&h, name);
		field_blank(&h, length + 2);
		field_add(&h, "<", 1);
		field_add(&h, address, length);
		field_add(&h, ">", 1);
	} else {
		field_blank(&h, length);
		field_add(&h, address, length);
	}
	field_fold(&h);
}

static void write_message_id(const char *id, struct text *out)
{
	struct field h = field_open(out, "Message-ID");

	field_blank(&h, strlen(id) + 2);
	text_printf(out, "<%s>", id);
	field_fold(&h);
}

static void write_date(int64_t ms, struct text *out)
{
	static const char days[][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
	static const char months[][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul",
		"Aug", "Sep", "Oct", "Nov", "Dec"};
	time_t seconds = (time_t)(ms / 1000);
	struct tm t = {0};

	(void)gmtime_r(&seconds, &t);
	text_printf(out, "Date: %s, %d %s %d %02d:%02d:%02d +0000\r\n", days[t.tm_wday],
		t.tm_mday, months[t.tm_mon], t.tm_year + 1900, t.tm_hour, t.tm_min,
		t.tm_sec);
}

/* --- parts --- */

/* How many bytes of line end stand here: "\n", "\r\n", or none. */
static size_t line_end(const char *s)
{
	return *s == '\n' ? 1 : *s == '\r' && s[1] == '\n' ? 2 : 0;
}

static bool is_last(const char *s)
{
	return !s[1] || line_end(s + 1);
}

/*
 * One character that needs a second look: the last of a line, a blank, one to be written
 * in hex, or the first of a line. Mail software on the way rewrites "From " and a lone
 * "." there.
 */
static size_t encode(const char *s, size_t column, char out[3])
{
	bool literal = is_kind(*s, BODY) || ((*s == ' ' || *s == '\t') && !is_last(s));

	if (column == 0 && (*s == '.' || !strncmp(s, "From ", 5)))
		literal = false;
	if (!literal)
		return put_hex(out, *s);
	out[0] = *s;
	return 1;
}

/* How many bytes go out as they are. A blank at their end may be the line's last. */
static size_t run_length(const char *s, size_t most)
{
	size_t n = 0;

	while (n < most && (kinds[(unsigned char)s[n]] & RUN))
		n++;
	return n && s[n - 1] == ' ' ? n - 1 : n;
}

static void write_quoted_printable(const char *s, struct text *out)
{
	size_t column = 0;

	while (*s) {
		char code[3];
		size_t end = line_end(s), width;

		if (end) {
			text_add(out, "\r\n", 2);
			column = 0;
			s += end;
			continue;
		}
		width = column ? run_length(s, LINE - 1 - column) : 0;
		if (width) {
			text_add(out, s, width);
			column += width;
			s += width;
			continue;
		}
		width = encode(s, column, code);
		if (column + width > (is_last(s) ? LINE : LINE - 1)) {
			text_add(out, "=\r\n", 3);
			column = 0; /* and once more, now as the first of a line */
			continue;
		}
		text_add(out, code, width);
		column += width;
		s++;
	}
}

static void write_part(
	const char *boundary, const char *type, const char *part, struct text *out)
{
	text_printf(out,
		"--=_%s\r\n"
		"Content-Type: %s; charset=utf-8\r\n"
		"Content-Transfer-Encoding: quoted-printable\r\n"
		"\r\n",
		boundary, type);
	write_quoted_printable(part, out);
	text_add_string(out, "\r\n");
}

/* So many bytes in so many lines, which no mail system has a reason to change. */
static void write_epilogue(size_t length, size_t lines, struct text *out)
{
	for (; lines; lines--) {
		size_t line = length / lines;

		for (size_t i = 0; i < line - 2; i++)
			text_add_char(out, '~');
		text_add(out, "\r\n", 2);
		length -= line;
	}
}

static size_t count_lines(const char *bytes, size_t length)
{
	size_t lines = 0;

	for (const char *end = bytes + length;
		bytes < end && (bytes = memchr(bytes, '\n', (size_t)(end - bytes)));
		bytes++)
		lines++;
	return lines;
}

/* Can what is missing stand in that many lines, of one letter at least? */
static bool is_room(size_t whole, size_t length, size_t lines)
{
	size_t all = whole / MESSAGE_CLASS_LINE;

	return whole >= length && all >= lines && whole - length >= 3 * (all - lines) &&
	       whole - length <= (LINE + 2) * (all - lines);
}

static void fill_class(size_t from, size_t size_class, struct text *out)
{
	size_t length = out->length - from, whole = size_class,
	       lines = count_lines(out->bytes + from, length);

	if (!size_class)
		return;
	while (!is_room(whole, length, lines))
		whole += size_class;
	write_epilogue(whole - length, whole / MESSAGE_CLASS_LINE - lines, out);
}

int message_write(const struct message *m, struct text *out, struct fault *f)
{
	size_t from = out->length;

	if (check_all(m, f))
		return -1;
	write_mailbox("From", m->from_name, m->from, out);
	write_mailbox("To", m->to_name, m->to, out);
	if (m->reply_to)
		write_mailbox("Reply-To", NULL, m->reply_to, out);
	write_subject(m->subject, out);
	write_date(m->date_ms, out);
	write_message_id(m->message_id, out);
	text_printf(out,
		"Auto-Submitted: auto-generated\r\n"
		"MIME-Version: 1.0\r\n"
		"Content-Type: multipart/alternative;\r\n"
		" boundary=\"=_%s\"\r\n"
		"\r\n",
		m->boundary);
	write_part(m->boundary, "text/plain", m->text, out);
	write_part(m->boundary, "text/html", m->html, out);
	text_printf(out, "--=_%s--\r\n", m->boundary);
	fill_class(from, m->size_class, out);
	return 0;
}
