/* SPDX-License-Identifier: MIT */
/*
 * Walks over a letter line by line and follows its parts as far as it must to count them.
 * It understands no more of MIME than that; what a letter says is letter.c's.
 *
 * A sender who knows this file can write a letter that the library takes apart otherwise
 * than it was counted here. Such a letter costs the cage's child its life or its two
 * seconds (cage.c), nothing more.
 */
#include "mailer/wire/scan.h"

#include <string.h>
#include <strings.h>

#define BYTE_ORDER_MARK "\xef\xbb\xbf"
#define DATA_LINE 60 /* bytes of a line of base64, at least; RFC 2045 has 76 */

/* What the next line is part of. */
enum place {
	PLACE_START, /* before the header of a letter */
	PLACE_HEADER,
	PLACE_BODY
};

/* A multipart, or a letter within the letter, that is not closed yet. */
struct level {
	const char *boundary; /* NULL: a letter */
	size_t length;
};

struct walk {
	struct scan *scan;
	char *out; /* behind what was kept */
	enum place place;
	struct level levels[SCAN_DEPTH_MAX];
	size_t depth, parts;
	/* the header under way */
	const char *header, *field; /* field NULL: none yet */
	size_t fields;
	bool is_message; /* of the part whose header this is */
	bool is_data, is_base64;
	const char *boundary;
	size_t boundary_length;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* --- boundary values --- */

#define NAME "boundary"
#define NAME_LENGTH (sizeof(NAME) - 1)
#define REACH                                                                            \
	256 /* bytes behind the name: so far its value is looked for (RFC 2046: 70) */

enum boundary {
	BOUNDARY_NONE,
	BOUNDARY_GOOD,
	BOUNDARY_BAD
};

/* Behind blanks and comments. */
static const char *skip_comments(const char *p, const char *end)
{
	for (size_t depth = 0; p < end; p++) {
		if (*p == '(')
			depth++;
		else if (*p == ')' && depth)
			depth--;
		else if (*p == '\\' && depth && p + 1 < end)
			p++;
		else if (!depth && !is_blank(*p))
			break;
	}
	return p;
}

/* The bytes of a value, without its quotes. Without quotes it may hold more than the RFC
 * allows: half of the world writes "----=_Part". */
static enum boundary take_value(
	const char *p, const char *end, const char **ret, size_t *ret_length)
{
	bool quoted = *p == '"';
	const char *q = *ret = p + quoted;

	while (q < end && *q != '"' && *q != '\\' &&
		(quoted || (*q != ';' && !is_blank(*q))))
		q++;
	*ret_length = (size_t)(q - *ret);
	if (!*ret_length || *ret_length > REACH || (q < end && *q == '\\') ||
		(quoted ? q == end : q < end && *q == '"'))
		return BOUNDARY_BAD;
	return BOUNDARY_GOOD;
}

/* Is here the parameter, and is its value one to use? A value that cannot be found within
 * reach is a bad one. */
static enum boundary take_parameter(
	const char *p, const char *end, const char **ret, size_t *ret_length)
{
	const char *reach;

	if ((size_t)(end - p) <= NAME_LENGTH || strncasecmp(p, NAME, NAME_LENGTH) != 0)
		return BOUNDARY_NONE;
	p += NAME_LENGTH;
	reach = (size_t)(end - p) > REACH ? p + REACH : end;
	p = skip_comments(p, reach);
	if (p < reach && *p != '=')
		return BOUNDARY_NONE;
	if (p < reach)
		p = skip_comments(p + 1, reach);
	if (p < reach)
		return take_value(p, reach, ret, ret_length);
	return reach < end ? BOUNDARY_BAD : BOUNDARY_NONE;
}

static void blank_nuls(char *bytes, size_t length)
{
	char *end = bytes + length, *nul;

	for (; (nul = memchr(bytes, 0, (size_t)(end - bytes))); bytes = nul + 1)
		*nul = ' ';
}

/* Where NAME next stands, in any case; `end` if nowhere. Looks at every eighth byte as
 * long as it is none of the name's (Horspool, 1980). */
static char *find_name(char *p, char *end)
{
	/* how far the name moves on when this byte stands under its end; by the five bits
	 * in which both cases of a letter agree */
	static const unsigned char leaps[32] = {8, 2, 7, 8, 3, 8, 8, 8, 8, 8, 8, 8, 8, 8,
		4, 6, 8, 8, 1, 8, 8, 5, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8};

	while ((size_t)(end - p) > NAME_LENGTH) {
		char last = p[NAME_LENGTH - 1];

		if ((last | 0x20) == 'y' && !strncasecmp(p, NAME, NAME_LENGTH))
			return p;
		p += leaps[last & 0x1f];
	}
	return end;
}

/* Spoils the name of each boundary parameter with a bad value, wherever it stands: what
 * is a header to the library need not be one to us. */
static void tame_parameters(char *bytes, size_t length)
{
	char *end = bytes + length;
	const char *value;
	size_t value_length;

	for (char *p = bytes; (p = find_name(p, end)) < end; p++)
		if (take_parameter(p, end, &value, &value_length) == BOUNDARY_BAD)
			*p = 'x';
}

/* --- headers --- */

static void give_up(struct walk *w, const char *wrong)
{
	w->scan->wrong = wrong;
}

/* Mostly the first letter tells that it is not. */
static bool field_is(const char *p, const char *end, const char *name)
{
	size_t length = strlen(name);

	return (size_t)(end - p) > length && (*p | 0x20) == *name &&
	       !strncasecmp(p, name, length) && (p[length] == ':' || is_blank(p[length]));
}

static bool starts(const char *p, const char *end, const char *word)
{
	size_t length = strlen(word);

	return (size_t)(end - p) >= length && !strncasecmp(p, word, length);
}

/* Nearly no field has so much of anything that it is worth a closer look. */
static bool may_have_many(const char *p, const char *end)
{
	size_t brackets = 0;

	if (end - p > SCAN_MARKS_MAX)
		return true;
	while (brackets <= SCAN_COMMENT_MAX && (p = memchr(p, '(', (size_t)(end - p)))) {
		brackets++;
		p++;
	}
	return brackets > SCAN_COMMENT_MAX;
}

/* Brackets and separators beyond what any letter needs: the library recurses over them.
 */
static void count_marks(struct walk *w, const char *p, const char *end)
{
	size_t opened = 0, depth = 0, run = 0;
	char last = 0;

	if (!may_have_many(p, end))
		return;
	for (; p < end; p++) {
		if (is_blank(*p))
			continue;
		run = *p == last ? run + 1 : 1;
		last = *p;
		if (*p == '(')
			opened++, depth++;
		else if (*p == ')' && depth)
			depth--;
		if (depth > SCAN_COMMENT_MAX)
			give_up(w,
				"a header field has too many brackets within brackets");
		if (opened > SCAN_MARKS_MAX ||
			(run > SCAN_MARKS_MAX && strchr("<:,", *p)))
			give_up(w, "a header field has more than 1,000 brackets or "
				   "separators");
	}
}

/* What kind of part this header opens. */
static void take_type(struct walk *w, const char *p, const char *end)
{
	const char *value;
	size_t length;

	p = skip_comments(p, end);
	w->is_data = starts(p, end, "application/") || starts(p, end, "image/") ||
		     starts(p, end, "audio/") || starts(p, end, "video/");
	w->is_message =
		starts(p, end, "message/rfc822") || starts(p, end, "message/global\r") ||
		starts(p, end, "message/global\n") || starts(p, end, "message/global;");
	if (!starts(p, end, "multipart/"))
		return;
	for (; p + 1 < end; p++) {
		if (!strchr("; \t\n)", *p) ||
			take_parameter(p + 1, end, &value, &length) != BOUNDARY_GOOD)
			continue;
		w->boundary = value;
		w->boundary_length = length;
		return;
	}
}

static void end_field(struct walk *w)
{
	const char *end = w->out, *value;

	if (!w->field)
		return;
	count_marks(w, w->field, end);
	value = memchr(w->field, ':', (size_t)(end - w->field));
	if (value && field_is(w->field, end, "content-type"))
		take_type(w, value + 1, end);
	else if (value && field_is(w->field, end, "content-transfer-encoding"))
		w->is_base64 = starts(skip_comments(value + 1, end), end, "base64");
	w->field = NULL;
}

static void begin_header(struct walk *w, enum place place)
{
	w->place = place;
	w->header = w->out;
	w->field = NULL;
	w->fields = 0;
	w->is_message = w->is_data = w->is_base64 = false;
	w->boundary = NULL;
}

static void go_deeper(struct walk *w, const char *boundary, size_t length)
{
	if (w->depth == SCAN_DEPTH_MAX) {
		give_up(w, "its parts stand more than 20 deep within each other");
		return;
	}
	w->levels[w->depth++] = (struct level){boundary, length};
}

static void end_header(struct walk *w)
{
	end_field(w);
	w->place = PLACE_BODY;
	if (w->boundary) {
		go_deeper(w, w->boundary, w->boundary_length);
	} else if (w->is_message) {
		go_deeper(w, NULL, 0);
		begin_header(w, PLACE_START);
	}
}

/* A name of printable signs, blanks behind it at most, and a colon. */
static bool is_field(const char *line, size_t length)
{
	const char *end = line + length, *p = line;

	while (p<end && * p> ' ' && *p != 0x7f && *p != ':')
		p++;
	if (p == line)
		return false;
	while (p < end && (*p == ' ' || *p == '\t'))
		p++;
	return p < end && *p == ':';
}

/* --- lines --- */

/* What may stand before a header without being part of it. */
static bool is_before_header(const char *line, size_t length)
{
	size_t i = 0;

	while (i < length && is_blank(line[i]))
		i++;
	return i == length || starts(line, line + length, "From ") ||
	       starts(line, line + length, ">From ");
}

/* The level whose boundary the line is, from 1; 0 if it is none. */
static size_t find_level(const struct walk *w, const char *line, size_t length)
{
	const struct level *l;

	if (length < 2 || line[0] != '-' || line[1] != '-')
		return 0;
	for (size_t i = w->depth; i-- > 0;) {
		l = &w->levels[i];
		if (l->boundary && length - 2 >= l->length &&
			!memcmp(line + 2, l->boundary, l->length))
			return i + 1;
	}
	return 0;
}

/* The line ends whatever stood deeper, and opens a part or closes the multipart. */
static void take_boundary(struct walk *w, size_t level, const char *line, size_t length)
{
	size_t behind = 2 + w->levels[level - 1].length;

	if (w->place == PLACE_HEADER)
		end_field(w);
	w->depth = level;
	if (length >= behind + 2 && line[behind] == '-' && line[behind + 1] == '-') {
		w->depth--;
		w->place = PLACE_BODY;
		w->is_data = false;
		return;
	}
	if (++w->parts > SCAN_PARTS_MAX)
		give_up(w, "it has more than 1,000 parts");
	w->place = PLACE_HEADER;
}

static void keep(struct walk *w, const char *line, size_t length)
{
	if (w->out != line)
		memmove(w->out, line, length);
	w->out += length;
}

static bool is_empty(const char *line, size_t length)
{
	return !length || *line == '\n' ||
	       (length == 2 && line[0] == '\r' && line[1] == '\n');
}

/* A line of a header, or the first that is none. */
static void take_header_line(struct walk *w, const char *line, size_t length)
{
	bool empty = is_empty(line, length);
	bool goes_on = !empty && (*line == ' ' || *line == '\t') && w->field;

	if (!goes_on) {
		end_field(w);
		if (empty || !is_field(line, length)) {
			keep(w, line, length);
			end_header(w);
			return;
		}
		w->field = w->out;
		w->fields++;
	}
	keep(w, line, length);
	if (w->fields > SCAN_FIELDS_MAX)
		give_up(w, "a header has more than 2,000 fields");
	if ((size_t)(w->out - w->header) > SCAN_HEADER_MAX)
		give_up(w, "a header is larger than 256 KiB");
}

/* A line of a picture or a document, which nobody reads here: it is left out. Anything
 * that might be text stays, wherever a broken letter has it. */
static bool is_data_line(const struct walk *w, const char *line, size_t length)
{
	return w->depth && w->is_data && w->is_base64 && length >= DATA_LINE &&
	       !memchr(line, ' ', length);
}

static void take_line(struct walk *w, const char *line, size_t length)
{
	size_t level = find_level(w, line, length);

	if (level) {
		take_boundary(w, level, line, length);
		keep(w, line, length);
		if (w->place == PLACE_HEADER)
			begin_header(w, PLACE_HEADER);
		return;
	}
	if (w->place == PLACE_START) {
		while (starts(line, line + length, BYTE_ORDER_MARK)) {
			line += sizeof(BYTE_ORDER_MARK) - 1;
			length -= sizeof(BYTE_ORDER_MARK) - 1;
		}
		if (is_before_header(line, length))
			return;
		begin_header(w, PLACE_HEADER);
	}
	if (w->place == PLACE_HEADER)
		take_header_line(w, line, length);
	else if (!is_data_line(w, line, length))
		keep(w, line, length);
}

/* How much of the line at `p` is used; `*ret_next`: where the next one begins. */
static size_t measure_line(const char *p, const char *end, const char **ret_next)
{
	const char *feed = memchr(p, '\n', (size_t)(end - p));
	size_t length;

	*ret_next = feed ? feed + 1 : end;
	length = (size_t)(*ret_next - p);
	return length > SCAN_LINE_MAX ? SCAN_LINE_MAX : length;
}

/* Of a letter that is too long, how far it is read: `limit` bytes behind the outer
 * header. */
static bool is_enough(const struct walk *w, const char *body)
{
	return w->scan->cut && body && (size_t)(w->out - body) >= SCAN_START_MAX;
}

static void walk_lines(struct walk *w, const char *p, const char *end)
{
	const char *next, *body = NULL;
	size_t length;

	for (; p < end && !w->scan->wrong && !is_enough(w, body); p = next) {
		length = measure_line(p, end, &next);
		take_line(w, p, length);
		if (length < (size_t)(next - p)) {
			w->scan->cut = true;
			keep(w, next - 1, 1);
		}
		if (!body && w->place == PLACE_BODY)
			body = w->out;
	}
}

void scan_letter(char *bytes, size_t length, bool cut, struct scan *ret)
{
	struct walk w = {.scan = ret, .out = bytes};

	*ret = (struct scan){.bytes = bytes, .cut = cut || length > SCAN_LETTER_MAX};
	blank_nuls(bytes, length);
	begin_header(&w, PLACE_START);
	walk_lines(&w, bytes, bytes + length);
	if (!ret->wrong && w.place != PLACE_BODY)
		end_field(&w);
	ret->length = (size_t)(w.out - bytes);
	/* at last, for what was left out may have closed a quote */
	tame_parameters(bytes, ret->length);
	if (!ret->wrong && !ret->length)
		ret->wrong = "it is empty";
}

/* "From MAILER-DAEMON  Thu Jul  2 12:05:05 2020" */
static bool is_from_line(const char *line, const char *end)
{
	if (!starts(line, end, "From "))
		return false;
	for (const char *p = line; p + 4 < end && *p != '\n'; p++)
		if (p[0] >= '0' && p[0] <= '9' && p[1] == ':' && p[2] >= '0' &&
			p[2] <= '5' && p[3] >= '0' && p[3] <= '9')
			return true;
	return false;
}

size_t scan_first(const char *bytes, size_t length)
{
	const char *end = bytes + length, *p = bytes, *next, *behind;
	bool after_blank = false;

	while (p < end && is_blank(*p))
		p++;
	if (!starts(p, end, "From "))
		return length;
	for (bool first = true; p < end; p = next, first = false) {
		measure_line(p, end, &next);
		if (!first && after_blank && is_from_line(p, next)) {
			measure_line(next, end, &behind);
			if (is_field(next, (size_t)(behind - next)))
				return (size_t)(p - bytes);
		}
		after_blank = is_empty(p, (size_t)(next - p));
	}
	return length;
}
