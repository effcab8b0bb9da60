/* SPDX-License-Identifier: MIT */
/*
 * From the bytes of a template to its tags: delimiters, sigils, names, and which tag
 * closes which.
 *
 * What it does not do: decide which white space belongs to a tag and what a tag means
 * (sheet.c), or render (mustache.c). What can go wrong: the source is no template (an
 * open tag, a wrong close, no name), or it is over one of the limits of tag.h.
 */
#include "templates/tag.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "recipients/text.h"

struct scanner {
	struct tags *tags;
	const char *file;
	char *source;
	size_t length;
	size_t at;      /* where to look for the next tag */
	size_t counted; /* up to here the line ends are counted */
	unsigned line;
	char open[TAG_DELIMITER + 1];
	char close[TAG_DELIMITER + 1];
	size_t stack[TAG_DEPTH]; /* the tags that wait to be closed */
	size_t depth;
	struct fault *f;
};

struct sigil {
	char byte;
	enum tag_kind kind;
	const char *tail; /* what must stand before the closing delimiter */
};

static const struct sigil sigils[] = {
	{'!', TAG_COMMENT, ""},
	{'=', TAG_DELIMITERS, "="},
	{'{', TAG_RAW, "}"},
	{'&', TAG_RAW, ""},
	{'#', TAG_SECTION, ""},
	{'^', TAG_INVERTED, ""},
	{'>', TAG_PARTIAL, ""},
	{'<', TAG_PARENT, ""},
	{'$', TAG_BLOCK, ""},
	{'/', TAG_CLOSE, ""},
};

void tags_done(struct tags *t)
{
	free(t->list);
	*t = (struct tags){0};
}

/* Puts the place before a fault that is already set. */
static int scan_place(struct scanner *s, unsigned line)
{
	return fault_prefix(s->f, "%s:%u", s->file, line);
}

static int scan_fault(struct scanner *s, unsigned line, const char *words)
{
	(void)fault_set(s->f, FAULT_INPUT, "%s", words);
	return scan_place(s, line);
}

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static size_t skip_space(const char *source, size_t from, size_t to)
{
	while (from < to && is_space(source[from]))
		from++;
	return from;
}

static size_t trim_space(const char *source, size_t from, size_t to)
{
	while (to > from && is_space(source[to - 1]))
		to--;
	return to;
}

static const struct sigil *sigil_find(char byte)
{
	static const struct sigil none = {0, TAG_VARIABLE, ""};

	for (size_t i = 0; i < sizeof(sigils) / sizeof(*sigils); i++)
		if (sigils[i].byte == byte)
			return &sigils[i];
	return &none;
}

static bool looks_up_data(enum tag_kind kind)
{
	return kind == TAG_VARIABLE || kind == TAG_RAW || kind == TAG_SECTION ||
	       kind == TAG_INVERTED;
}

/* "a.b.c" or "."; the parts are not empty. */
static bool is_path(const char *name)
{
	size_t length = strlen(name);

	if (!strcmp(name, "."))
		return true;
	return name[0] != '.' && name[length - 1] != '.' && !strstr(name, "..");
}

static int scan_name(struct scanner *s, struct tag *t, size_t from, size_t to)
{
	from = skip_space(s->source, from, to);
	to = trim_space(s->source, from, to);
	if (from == to)
		return scan_fault(s, t->line, "a tag without a name");
	if (to - from > TAG_NAME) {
		(void)fault_set(
			s->f, FAULT_INPUT, "a name is longer than %d bytes", TAG_NAME);
		return scan_place(s, t->line);
	}
	for (size_t i = from; i < to; i++)
		if ((unsigned char)s->source[i] <= ' ' || s->source[i] == '\x7f')
			return scan_fault(s, t->line,
				"white space in the name of a tag (or a tag that is not closed)");
	s->source[to] = '\0';
	t->name = s->source + from;
	if (looks_up_data(t->kind) && !is_path(t->name))
		return scan_fault(s, t->line, "a name with an empty part beside a dot");
	if ((t->kind == TAG_PARTIAL || t->kind == TAG_PARENT) && t->name[0] == '*')
		return scan_fault(s, t->line, "dynamic names ('*') are not supported");
	return 0;
}

/* One of the two words in a {{= =}}; moves *at behind it. */
static bool scan_delimiter(
	struct scanner *s, size_t *at, size_t to, char word[TAG_DELIMITER + 1])
{
	size_t from = skip_space(s->source, *at, to);
	size_t end = from;

	while (end < to && !is_space(s->source[end]) && s->source[end] != '=')
		end++;
	*at = end;
	if (end == from || end - from > TAG_DELIMITER)
		return false;
	memcpy(word, s->source + from, end - from);
	word[end - from] = '\0';
	return true;
}

static int scan_delimiters(struct scanner *s, const struct tag *t, size_t from, size_t to)
{
	char open[TAG_DELIMITER + 1], close[TAG_DELIMITER + 1];

	if (!scan_delimiter(s, &from, to, open) || !scan_delimiter(s, &from, to, close) ||
		skip_space(s->source, from, to) != to) {
		(void)fault_set(s->f, FAULT_INPUT,
			"delimiters are two words of at most %d bytes without '='",
			TAG_DELIMITER);
		return scan_place(s, t->line);
	}
	memcpy(s->open, open, sizeof(open));
	memcpy(s->close, close, sizeof(close));
	return 0;
}

static int scan_opening(struct scanner *s, struct tag *t)
{
	if (s->depth == TAG_DEPTH) {
		(void)fault_set(s->f, FAULT_INPUT,
			"'%s' stands in more than %d open tags", t->name, TAG_DEPTH);
		return scan_place(s, t->line);
	}
	if (t->kind == TAG_BLOCK && s->depth &&
		s->tags->list[s->stack[s->depth - 1]].kind == TAG_PARENT)
		t->kind = TAG_ARGUMENT;
	s->stack[s->depth++] = s->tags->count;
	return 0;
}

static int scan_closing(struct scanner *s, struct tag *t)
{
	struct tag *open;

	if (!s->depth) {
		(void)fault_set(
			s->f, FAULT_INPUT, "'%s' is closed but not open", t->name);
		return scan_place(s, t->line);
	}
	open = &s->tags->list[s->stack[s->depth - 1]];
	if (strcmp(open->name, t->name) != 0) {
		(void)fault_set(s->f, FAULT_INPUT,
			"'%s' is closed, but '%s' of line %u is open", t->name,
			open->name, open->line);
		return scan_place(s, t->line);
	}
	t->mate = s->stack[--s->depth];
	open->mate = s->tags->count;
	return 0;
}

static int scan_content(struct scanner *s, struct tag *t, size_t from, size_t to)
{
	if (t->kind == TAG_COMMENT)
		return 0;
	if (t->kind == TAG_DELIMITERS)
		return scan_delimiters(s, t, from, to);
	if (scan_name(s, t, from, to))
		return -1;
	switch (t->kind) {
	case TAG_SECTION:
	case TAG_INVERTED:
	case TAG_PARENT:
	case TAG_BLOCK:
	case TAG_ARGUMENT:
		return scan_opening(s, t);
	case TAG_CLOSE:
		return scan_closing(s, t);
	case TAG_COMMENT:
	case TAG_DELIMITERS:
	case TAG_VARIABLE:
	case TAG_RAW:
	case TAG_PARTIAL:
		break;
	}
	return 0;
}

static void scan_lines(struct scanner *s, size_t upto)
{
	for (; s->counted < upto; s->counted++)
		s->line += s->source[s->counted] == '\n';
}

static int tags_add(struct scanner *s, const struct tag *t)
{
	struct tags *tags = s->tags;

	if (tags->count == TAG_LIMIT) {
		(void)fault_set(s->f, FAULT_INPUT, "more than %d tags in one template",
			TAG_LIMIT);
		return scan_place(s, t->line);
	}
	if (tags->count == tags->room) {
		tags->room = tags->room ? 2 * tags->room : 32;
		tags->list = text_realloc(tags->list, tags->room * sizeof(*tags->list));
	}
	tags->list[tags->count++] = *t;
	return 0;
}

/* The next tag. 1: one was added, 0: there is none. */
static int scan_next(struct scanner *s)
{
	const char *open =
		memmem(s->source + s->at, s->length - s->at, s->open, strlen(s->open));
	char tail[TAG_DELIMITER + 2];
	const struct sigil *sigil;
	struct tag t = {0};
	const char *end;
	size_t inside;

	if (!open)
		return 0;
	t.from = (size_t)(open - s->source);
	scan_lines(s, t.from);
	t.line = s->line;
	t.mate = s->tags->count;
	inside = skip_space(s->source, t.from + strlen(s->open), s->length);
	sigil = sigil_find(s->source[inside]);
	t.kind = sigil->kind;
	inside += sigil->byte != 0;
	tail[0] = '\0';
	memcpy(stpcpy(tail, sigil->tail), s->close, strlen(s->close) + 1);
	end = memmem(s->source + inside, s->length - inside, tail, strlen(tail));
	if (!end) {
		(void)fault_set(
			s->f, FAULT_INPUT, "a tag is not closed: '%s' is missing", tail);
		return scan_place(s, t.line);
	}
	t.to = (size_t)(end - s->source) + strlen(tail);
	s->at = t.to;
	scan_lines(s, t.to); /* before a NUL takes the place of a line end in the tag */
	t.last_line = s->line;
	if (scan_content(s, &t, inside, (size_t)(end - s->source)) || tags_add(s, &t))
		return -1;
	return 1;
}

int tag_scan(
	const char *file, char *source, size_t length, struct tags *ret, struct fault *f)
{
	struct scanner s = {.tags = ret,
		.file = file,
		.source = source,
		.length = length,
		.line = 1,
		.open = "{{",
		.close = "}}",
		.f = f};
	const struct tag *open;
	int got;

	if (length > TAG_SOURCE_LIMIT)
		return fault_set(f, FAULT_INPUT, "%s: a template of more than %zu bytes",
			file, TAG_SOURCE_LIMIT);
	if (memchr(source, '\0', length))
		return fault_set(f, FAULT_INPUT, "%s: a NUL byte", file);
	while ((got = scan_next(&s)) > 0)
		continue;
	if (got < 0)
		return -1;
	if (!s.depth)
		return 0;
	open = &ret->list[s.stack[s.depth - 1]];
	(void)fault_set(f, FAULT_INPUT, "'%s' is not closed", open->name);
	return scan_place(&s, open->line);
}
