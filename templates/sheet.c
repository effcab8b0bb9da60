/* SPDX-License-Identifier: MIT */
/*
 * From tags to nodes: which white space is a tag's and which is text, where lines begin,
 * what indents what.
 *
 * What it does not do: find the tags (tag.c), find other templates, render (mustache.c).
 * What can go wrong: only what the tags are wrong about, and in strict mode text that
 * would be lost.
 *
 * Whether a tag is alone on its line is read from the bytes around it, back to the line
 * end before it and on to the one behind it. The beginning and the end of an argument
 * count as line ends for what stands in it.
 */
#include "templates/sheet.h"

#include <stdlib.h>
#include <string.h>

#include "recipients/text.h"
#include "templates/tag.h"

struct span {
	size_t from, to;
};

/* The white space beside a tag: is there nothing else up to the line end on that side? */
struct room {
	bool left, right;
	size_t from; /* if left: where the white space before it starts; else the tag's start */
	size_t next; /* if right: behind the line end that follows; else the tag's end */
};

struct builder {
	struct sheet *sheet;
	const struct tags *tags;
	const char *source;
	size_t length;
	bool strict;
	size_t at;      /* up to here the source is used up */
	size_t counted; /* this byte, outside of tags, is in line `line` */
	unsigned line;
	bool new_line;          /* the next output begins a line of the template */
	struct span cut;        /* the indentation to take off the present argument's lines */
	size_t open[TAG_DEPTH]; /* nodes that wait for their end */
	struct span cuts[TAG_DEPTH];
	size_t depth;
	struct fault *f;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static size_t skip_blanks(const struct builder *b, size_t at)
{
	while (at < b->length && is_blank(b->source[at]))
		at++;
	return at;
}

/* Behind the line end at `at`, or `at` itself if there is none. */
static size_t skip_line_end(const struct builder *b, size_t at)
{
	if (at < b->length && b->source[at] == '\n')
		return at + 1;
	if (at + 1 < b->length && b->source[at] == '\r' && b->source[at + 1] == '\n')
		return at + 2;
	return at;
}

/* Bytes from `at` on are the first in an argument. */
static bool argument_starts(const struct builder *b, size_t at, size_t tag)
{
	const struct tag *before = tag ? &b->tags->list[tag - 1] : NULL;

	return before && before->kind == TAG_ARGUMENT && before->to == at &&
	       before->mate != tag;
}

/* Bytes up to `at` are the last in an argument. */
static bool argument_ends(const struct builder *b, size_t at, size_t tag)
{
	const struct tag *behind =
		tag + 1 < b->tags->count ? &b->tags->list[tag + 1] : NULL;

	return behind && behind->kind == TAG_CLOSE && behind->from == at &&
	       behind->mate != tag && b->tags->list[behind->mate].kind == TAG_ARGUMENT;
}

static struct room tag_room(const struct builder *b, size_t tag)
{
	const struct tag *t = &b->tags->list[tag];
	size_t from = t->from, to = skip_blanks(b, t->to), next = skip_line_end(b, to);
	struct room r = {.from = t->from, .next = t->to};

	while (from > 0 && is_blank(b->source[from - 1]))
		from--;
	r.left =
		from == 0 || b->source[from - 1] == '\n' || argument_starts(b, from, tag);
	r.right = next > to || to == b->length || argument_ends(b, to, tag);
	if (r.left)
		r.from = from;
	if (r.right)
		r.next = next;
	return r;
}

static struct node *node_add(
	struct builder *b, enum node_kind kind, unsigned line, const char *name)
{
	struct sheet *s = b->sheet;
	struct node *n;

	if (s->count == s->room) {
		s->room *= 2;
		s->nodes = text_realloc(s->nodes, s->room * sizeof(*s->nodes));
	}
	n = &s->nodes[s->count++];
	*n = (struct node){.kind = kind,
		.line = line,
		.name = name,
		.end = s->count,
		.sheet = NODE_NO_SHEET};
	return n;
}

static unsigned line_at(struct builder *b, size_t at)
{
	for (; b->counted < at; b->counted++)
		b->line += b->source[b->counted] == '\n';
	return b->line;
}

/* Output follows: if it is the first on its line, the renderer indents here. */
static void line_begin(struct builder *b)
{
	if (!b->new_line)
		return;
	b->new_line = false;
	(void)node_add(b, NODE_LINE, line_at(b, b->at), NULL);
}

/* What is left of white space at the beginning of a line when the argument's indentation
 * is taken off. */
static struct span indent_cut(const struct builder *b, struct span s)
{
	size_t length = b->cut.to - b->cut.from;

	if (s.to - s.from >= length &&
		!memcmp(b->source + s.from, b->source + b->cut.from, length))
		s.from += length;
	return s;
}

static void text_put(struct builder *b, struct span s)
{
	struct node *n;

	if (b->new_line && s.from > 0 && b->source[s.from - 1] == '\n')
		s = indent_cut(b, s);
	line_begin(b);
	if (s.from == s.to)
		return;
	n = node_add(b, NODE_TEXT, line_at(b, b->at), NULL);
	n->bytes = b->source + s.from;
	n->length = s.to - s.from;
}

/* The source up to `to` is text; a node a line. */
static void text_until(struct builder *b, size_t to)
{
	const char *end;
	size_t next;

	while (b->at < to) {
		end = memchr(b->source + b->at, '\n', to - b->at);
		next = end ? (size_t)(end - b->source) + 1 : to;
		text_put(b, (struct span){b->at, next});
		b->new_line = end != NULL;
		b->at = next;
	}
}

/* The white space before the first word at or behind `at`, which begins a line. */
static struct span first_indent(const struct builder *b, size_t at)
{
	size_t to = skip_blanks(b, at), next;

	while ((next = skip_line_end(b, to)) > to) {
		at = next;
		to = skip_blanks(b, at);
	}
	return (struct span){at, to};
}

static void node_indent(const struct builder *b, struct node *n, struct span s)
{
	s = indent_cut(b, s);
	n->begins_line = true;
	n->bytes = b->source + s.from;
	n->length = s.to - s.from;
}

static void node_open(struct builder *b, const struct node *n)
{
	b->cuts[b->depth] = b->cut;
	b->open[b->depth++] = (size_t)(n - b->sheet->nodes);
}

static struct node *node_close(struct builder *b)
{
	struct node *n = &b->sheet->nodes[b->open[--b->depth]];

	n->end = b->sheet->count;
	b->cut = b->cuts[b->depth];
	return n;
}

/*
 * The text before a tag that takes its line with it when it is alone there, and the place
 * behind it. Says whether it is alone.
 */
static bool line_take(struct builder *b, const struct tag *t, struct room r)
{
	bool alone = r.left && r.right;

	text_until(b, alone ? r.from : t->from);
	if (!alone)
		line_begin(b);
	b->at = alone ? r.next : t->to;
	return alone;
}

static void put_value(struct builder *b, const struct tag *t)
{
	text_until(b, t->from);
	line_begin(b);
	(void)node_add(
		b, t->kind == TAG_RAW ? NODE_RAW : NODE_VARIABLE, t->line, t->name);
	b->at = t->to;
}

static void put_partial(struct builder *b, const struct tag *t, struct room r)
{
	bool alone = line_take(b, t, r);
	struct node *n = node_add(b, NODE_PARTIAL, t->line, t->name);

	if (alone)
		node_indent(b, n, (struct span){r.from, t->from});
}

static void put_section(struct builder *b, const struct tag *t, struct room r)
{
	enum node_kind kind = t->kind == TAG_SECTION ? NODE_SECTION : NODE_INVERTED;

	(void)line_take(b, t, r);
	node_open(b, node_add(b, kind, t->line, t->name));
}

/*
 * A block with its default, which is text of this template like that of a section. When
 * it begins a line, that line begins inside of the default, since an argument brings a
 * beginning of its own.
 */
static void put_block(struct builder *b, const struct tag *t, struct room r)
{
	bool begins_line = r.left && (r.right || tag_room(b, t->mate).right);
	struct node *n;

	text_until(b, begins_line ? r.from : t->from);
	if (!begins_line)
		line_begin(b);
	n = node_add(b, NODE_BLOCK, t->line, t->name);
	if (begins_line)
		node_indent(b, n,
			r.right ? first_indent(b, r.next)
				: (struct span){r.from, t->from});
	node_open(b, n);
	if (begins_line && r.right) {
		b->at = r.next;
		return;
	}
	text_until(b, t->from);
	line_begin(b);
	b->at = t->to;
}

/* The node that stands open, if it is a parent: there only arguments count. */
static const struct node *parent_open(const struct builder *b)
{
	const struct node *n = b->depth ? &b->sheet->nodes[b->open[b->depth - 1]] : NULL;

	return n && n->kind == NODE_PARENT ? n : NULL;
}

static void put_parent(struct builder *b, const struct tag *t, struct room r)
{
	bool begins_line = r.left && tag_room(b, t->mate).right;
	struct node *n;

	text_until(b, begins_line ? r.from : t->from);
	if (!begins_line)
		line_begin(b);
	n = node_add(b, NODE_PARENT, t->line, t->name);
	if (begins_line)
		node_indent(b, n, (struct span){r.from, t->from});
	node_open(b, n);
	b->at = t->to;
}

static void close_parent(struct builder *b, const struct tag *t, struct room r)
{
	bool begins_line = node_close(b)->begins_line;

	b->new_line = r.right && (r.left || begins_line);
	b->at = b->new_line ? r.next : t->to;
}

static int put_argument(struct builder *b, const struct tag *t, struct room r)
{
	const struct node *parent = parent_open(b);
	const struct node *nodes = b->sheet->nodes;
	size_t i = (size_t)(parent - nodes) + 1;

	for (; b->strict && i < b->sheet->count; i = nodes[i].end)
		if (!strcmp(nodes[i].name, t->name))
			return fault_set(b->f, FAULT_INPUT,
				"%s:%u: block '%s' is given twice", b->sheet->file,
				t->line, t->name);
	node_open(b, node_add(b, NODE_ARGUMENT, t->line, t->name));
	if (r.right)
		b->cut = first_indent(b, r.next);
	b->at = r.next;
	b->new_line = true;
	return 0;
}

static void put_close(struct builder *b, const struct tag *t, struct room r)
{
	switch (b->tags->list[t->mate].kind) {
	case TAG_ARGUMENT:
		text_until(b, r.from);
		(void)node_close(b);
		b->at = t->to;
		return;
	case TAG_PARENT:
		close_parent(b, t, r);
		return;
	case TAG_SECTION:
	case TAG_INVERTED:
	case TAG_BLOCK:
		(void)line_take(b, t, r);
		(void)node_close(b);
		return;
	case TAG_COMMENT:
	case TAG_DELIMITERS:
	case TAG_VARIABLE:
	case TAG_RAW:
	case TAG_PARTIAL:
	case TAG_CLOSE:
		return;
	}
}

static int put_tag(struct builder *b, size_t tag)
{
	const struct tag *t = &b->tags->list[tag];
	struct room r = tag_room(b, tag);

	switch (t->kind) {
	case TAG_COMMENT:
	case TAG_DELIMITERS:
		(void)line_take(b, t, r);
		break;
	case TAG_VARIABLE:
	case TAG_RAW:
		put_value(b, t);
		break;
	case TAG_SECTION:
	case TAG_INVERTED:
		put_section(b, t, r);
		break;
	case TAG_PARTIAL:
		put_partial(b, t, r);
		break;
	case TAG_PARENT:
		put_parent(b, t, r);
		break;
	case TAG_BLOCK:
		put_block(b, t, r);
		break;
	case TAG_ARGUMENT:
		return put_argument(b, t, r);
	case TAG_CLOSE:
		put_close(b, t, r);
		break;
	}
	return 0;
}

/* In a parent, what is no argument is passed over; in strict mode it must not be anything
 * to miss. */
static int pass_over(struct builder *b, const struct node *parent, size_t *tag)
{
	const struct tag *t = &b->tags->list[*tag];
	bool lost = false, wanted = t->kind == TAG_ARGUMENT || t->kind == TAG_CLOSE;

	for (; b->at < t->from; b->at++)
		lost |= !is_blank(b->source[b->at]) && !strchr("\r\n", b->source[b->at]);
	lost |= !wanted && t->kind != TAG_COMMENT && t->kind != TAG_DELIMITERS;
	if (lost && b->strict)
		return fault_set(b->f, FAULT_INPUT,
			"%s:%u: text in parent '%s' outside of its blocks would be lost",
			b->sheet->file, t->line, parent->name);
	if (wanted)
		return 1;
	*tag = t->mate;
	b->at = b->tags->list[*tag].to;
	return 0;
}

static int sheet_build(struct builder *b)
{
	const struct node *parent;
	int wanted;

	for (size_t tag = 0; tag < b->tags->count; tag++) {
		parent = parent_open(b);
		wanted = parent ? pass_over(b, parent, &tag) : 1;
		if (wanted < 0 || (wanted && put_tag(b, tag)))
			return -1;
		b->counted = b->tags->list[tag].to;
		b->line = b->tags->list[tag].last_line;
	}
	text_until(b, b->length);
	return 0;
}

int sheet_compile(const char *file, const char *source, size_t length, bool strict,
	struct sheet **ret, struct fault *f)
{
	auto_sheet *s = text_alloc(sizeof(*s));
	auto_tags tags = {0};
	struct builder b = {.sheet = s,
		.tags = &tags,
		.length = length,
		.strict = strict,
		.line = 1,
		.new_line = true,
		.f = f};

	s->file = text_copy(file);
	s->room = 32;
	s->nodes = text_alloc(s->room * sizeof(*s->nodes));
	s->source = text_alloc(length + 1);
	if (length)
		memcpy(s->source, source, length);
	b.source = s->source;
	if (tag_scan(file, s->source, length, &tags, f) || sheet_build(&b))
		return -1;
	s->tags = tags.count;
	*ret = s;
	s = NULL;
	return 0;
}

void sheet_free(struct sheet *s)
{
	if (!s)
		return;
	free(s->file);
	free(s->source);
	free(s->nodes);
	free(s);
}

void sheet_freep(struct sheet **s)
{
	sheet_free(*s);
	*s = NULL;
}
