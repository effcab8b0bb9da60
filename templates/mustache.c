/* SPDX-License-Identifier: MIT */
/*
 * A set of compiled templates, and rendering over JSON.
 *
 * What it does not do: read templates (tag.c, sheet.c) or find them on disk (folder.c),
 * know what a notice must say (lint.c). What can go wrong: see the header; all of it is
 * the template's or the data's, never half done.
 *
 * Rendering walks the nodes with three chains that live on the C stack: scopes (the data
 * a name is looked up in, innermost first), frames (the arguments of the parents we are
 * in), and the margin, the indentation of the present template. Depth, steps and output
 * are counted, so that no template and no data can keep us here.
 */
#include "templates/mustache.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct mustache {
	unsigned flags;
	size_t output_limit;
	struct sheet *sheets[MUSTACHE_SHEETS]; /* the first is the template itself */
	size_t count;
	size_t tags; /* in all of them */
};

struct scope {
	const json_t *value;
	const struct scope *outer;
};

struct frame {
	const struct sheet *sheet;
	const struct node *parent;
	const struct frame *outer;
};

/* Where we are: in which template, over which data, under which arguments. */
struct view {
	const struct sheet *sheet;
	const struct scope *scope;
	const struct frame *frame;
};

struct render {
	const struct mustache *m;
	struct text *out;
	struct text margin; /* from margin_from on: put at the beginning of each line */
	size_t margin_from;
	size_t steps;
	int depth;
	const struct sheet *sheet; /* for faults: what is rendered now */
	const struct node *node;
	const struct mustache_watch *watch; /* may be NULL */
	struct fault *f;
};

static int render_range(
	struct render *r, const struct view *v, size_t first, size_t last);

void mustache_free(struct mustache *m)
{
	if (!m)
		return;
	for (size_t i = 0; i < m->count; i++)
		sheet_free(m->sheets[i]);
	free(m);
}

void mustache_freep(struct mustache **m)
{
	mustache_free(*m);
	*m = NULL;
}

void mustache_limit(struct mustache *m, size_t output_bytes)
{
	m->output_limit = output_bytes;
}

static bool includes(const struct node *n)
{
	return n->kind == NODE_PARTIAL || n->kind == NODE_PARENT;
}

/* Among the templates that were loaded by name: all but the first. */
static size_t set_find(const struct mustache *m, const char *name)
{
	for (size_t i = 1; i < m->count; i++)
		if (!strcmp(m->sheets[i]->file, name))
			return i;
	return NODE_NO_SHEET;
}

static int set_add(struct mustache *m, const char *name, const char *source,
	size_t length, struct fault *f)
{
	struct sheet *s;

	if (sheet_compile(name, source, length, m->flags & MUSTACHE_STRICT, &s, f))
		return -1;
	m->sheets[m->count++] = s;
	m->tags += s->tags;
	if (m->tags > MUSTACHE_TAGS)
		return fault_set(f, FAULT_INPUT, "%s: more than %d tags in all templates",
			name, MUSTACHE_TAGS);
	return 0;
}

/* Loads what node `n` of sheet `s` includes. Without strictness it may be missing. */
static int set_load(struct mustache *m, const struct mustache_loader *loader,
	const struct sheet *s, struct node *n, struct fault *f)
{
	auto_text_buffer source = {0};
	int found = loader ? loader->load(loader->user, n->name, &source, f) : 0;

	if (!found && (m->flags & MUSTACHE_STRICT))
		found = fault_set(f, FAULT_INPUT, "there is no template '%s'", n->name);
	if (found > 0 && m->count == MUSTACHE_SHEETS)
		found = fault_set(
			f, FAULT_INPUT, "more than %d templates", MUSTACHE_SHEETS);
	if (found < 0)
		return fault_prefix(f, "%s:%u", s->file, n->line);
	if (!found)
		return 0;
	n->sheet = m->count;
	return set_add(m, n->name, text_string(&source), source.length, f);
}

/* Ties partials and parents to their templates, loading those not yet there. */
static int sheet_tie(struct mustache *m, struct sheet *s,
	const struct mustache_loader *loader, struct fault *f)
{
	for (struct node *n = s->nodes; n < s->nodes + s->count; n++) {
		if (!includes(n))
			continue;
		n->sheet = set_find(m, n->name);
		if (n->sheet == NODE_NO_SHEET && set_load(m, loader, s, n, f))
			return -1;
	}
	return 0;
}

static bool sheet_takes(const struct sheet *s, const char *block)
{
	for (const struct node *n = s->nodes; n < s->nodes + s->count; n++)
		if (n->kind == NODE_BLOCK && !strcmp(n->name, block))
			return true;
	return false;
}

/* Whether a block of that name is in a template or in anything that it includes. */
static bool set_takes(const struct mustache *m, size_t sheet, const char *block)
{
	size_t list[MUSTACHE_SHEETS], count = 0;
	bool listed[MUSTACHE_SHEETS] = {false};

	listed[sheet] = true;
	list[count++] = sheet;
	for (size_t i = 0; i < count; i++) {
		const struct sheet *s = m->sheets[list[i]];

		if (sheet_takes(s, block))
			return true;
		for (const struct node *n = s->nodes; n < s->nodes + s->count; n++) {
			if (!includes(n) || n->sheet == NODE_NO_SHEET || listed[n->sheet])
				continue;
			listed[n->sheet] = true;
			list[count++] = n->sheet;
		}
	}
	return false;
}

/* An argument that no block can take is text that would be lost: a misspelt name. */
static int check_arguments(
	const struct mustache *m, const struct sheet *s, struct fault *f)
{
	for (const struct node *n = s->nodes; n < s->nodes + s->count; n++) {
		if (n->kind != NODE_PARENT)
			continue;
		for (size_t i = (size_t)(n - s->nodes) + 1; i < n->end;
			i = s->nodes[i].end)
			if (!set_takes(m, n->sheet, s->nodes[i].name))
				return fault_set(f, FAULT_INPUT,
					"%s:%u: parent '%s' has no block '%s'", s->file,
					s->nodes[i].line, n->name, s->nodes[i].name);
	}
	return 0;
}

int mustache_compile(const char *name, const char *source, size_t length, unsigned flags,
	const struct mustache_loader *loader, struct mustache **ret, struct fault *f)
{
	auto_mustache *m = text_alloc(sizeof(*m));

	m->flags = flags;
	m->output_limit = MUSTACHE_OUTPUT;
	if (set_add(m, name, source, length, f))
		return -1;
	for (size_t i = 0; i < m->count; i++)
		if (sheet_tie(m, m->sheets[i], loader, f))
			return -1;
	for (size_t i = 0; i < m->count && (flags & MUSTACHE_STRICT); i++)
		if (check_arguments(m, m->sheets[i], f))
			return -1;
	*ret = m;
	m = NULL;
	return 0;
}

int mustache_walk(const struct mustache *m,
	int (*see)(void *user, const char *file, const struct node *tag), void *user)
{
	int result;

	for (size_t i = 0; i < m->count; i++) {
		const struct sheet *s = m->sheets[i];

		for (const struct node *n = s->nodes; n < s->nodes + s->count; n++) {
			if (!n->name)
				continue;
			result = see(user, s->file, n);
			if (result)
				return result;
		}
	}
	return 0;
}

/* Puts the place before a fault that is already set. */
static int render_place(struct render *r)
{
	return fault_prefix(r->f, "%s:%u", r->sheet->file, r->node->line);
}

/* Work is counted, so that nothing goes on for ever without writing a byte. */
static int step(struct render *r, size_t steps)
{
	r->steps += steps;
	if (r->steps <= MUSTACHE_STEPS)
		return 0;
	(void)fault_set(r->f, FAULT_INPUT, "more than %d steps", MUSTACHE_STEPS);
	return render_place(r);
}

static int emit(struct render *r, const char *bytes, size_t length)
{
	size_t limit = r->m->output_limit;

	if (length > limit || r->out->length > limit - length) {
		(void)fault_set(
			r->f, FAULT_INPUT, "more than %zu bytes of output", limit);
		return render_place(r);
	}
	text_add(r->out, bytes, length);
	return 0;
}

static const char *escape(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	}
	return NULL;
}

static int emit_escaped(struct render *r, const char *bytes, size_t length)
{
	size_t from = 0;

	for (size_t i = 0; i < length; i++) {
		const char *word = escape(bytes[i]);

		if (!word)
			continue;
		if (emit(r, bytes + from, i - from) || emit(r, word, strlen(word)))
			return -1;
		from = i + 1;
	}
	return emit(r, bytes + from, length - from);
}

/* A name in the data. NULL: it is not there, or a part of the path is not. */
static const json_t *look_up(const struct scope *scope, const char *name)
{
	size_t length = strcspn(name, ".");
	const json_t *value = NULL;

	if (!strcmp(name, "."))
		return scope->value;
	/* The first part is looked for up the scopes, the others only in what it gave. */
	for (; scope && !value; scope = scope->outer)
		value = json_object_getn(scope->value, name, length);
	while (value && name[length]) {
		name += length + 1;
		length = strcspn(name, ".");
		value = json_object_getn(value, name, length);
	}
	return value;
}

static int look_up_strictly(struct render *r, const struct view *v, const json_t **ret)
{
	*ret = look_up(v->scope, r->node->name);
	if (*ret || !(r->m->flags & MUSTACHE_STRICT))
		return 0;
	(void)fault_set(r->f, FAULT_INPUT, "'%s' is not in the data", r->node->name);
	return render_place(r);
}

/* As few digits as give the same number again, and a point whatever the locale. */
#define REAL_TEXT 32
static void real_text(double value, char out[REAL_TEXT])
{
	char point = localeconv()->decimal_point[0], *found;

	for (int digits = 15; digits <= 17; digits++) {
		(void)snprintf(out, REAL_TEXT, "%.*g", digits, value);
		if (memcmp(&(double){strtod(out, NULL)}, &value, sizeof(value)) == 0)
			break;
	}
	found = strchr(out, point);
	if (found)
		*found = '.';
}

static int emit_value(struct render *r, const json_t *value)
{
	bool escaped = r->node->kind == NODE_VARIABLE && (r->m->flags & MUSTACHE_HTML);
	char number[REAL_TEXT];

	switch (json_typeof(value)) {
	case JSON_STRING:
		return (escaped ? emit_escaped : emit)(
			r, json_string_value(value), json_string_length(value));
	case JSON_INTEGER:
		(void)snprintf(number, sizeof(number), "%" JSON_INTEGER_FORMAT,
			json_integer_value(value));
		return emit(r, number, strlen(number));
	case JSON_REAL:
		real_text(json_real_value(value), number);
		return emit(r, number, strlen(number));
	case JSON_TRUE:
		return emit(r, "true", 4);
	case JSON_FALSE:
		return emit(r, "false", 5);
	case JSON_NULL:
		return 0;
	case JSON_OBJECT:
	case JSON_ARRAY:
		break;
	}
	if (!(r->m->flags & MUSTACHE_STRICT))
		return 0;
	(void)fault_set(r->f, FAULT_INPUT, "'%s' is a list or an object, not text",
		r->node->name);
	return render_place(r);
}

static int render_value(struct render *r, const struct view *v)
{
	const json_t *value;

	if (look_up_strictly(r, v, &value))
		return -1;
	return value ? emit_value(r, value) : 0;
}

static bool is_true(const json_t *value)
{
	if (json_is_array(value))
		return json_array_size(value) > 0;
	return value && !json_is_false(value) && !json_is_null(value);
}

static int render_over(
	struct render *r, const struct view *v, size_t index, const json_t *value)
{
	struct scope scope = {value, v->scope};
	struct view inner = {v->sheet, &scope, v->frame};

	return render_range(r, &inner, index + 1, v->sheet->nodes[index].end);
}

static int render_section(struct render *r, const struct view *v, size_t index)
{
	const json_t *value;

	if (look_up_strictly(r, v, &value))
		return -1;
	if (!is_true(value))
		return 0;
	if (!json_is_array(value))
		return render_over(r, v, index, value);
	for (size_t i = 0; i < json_array_size(value); i++)
		if (render_over(r, v, index, json_array_get(value, i)))
			return -1;
	return 0;
}

static int render_inverted(struct render *r, const struct view *v, size_t index)
{
	const json_t *value;

	if (look_up_strictly(r, v, &value))
		return -1;
	if (is_true(value))
		return 0;
	return render_range(r, v, index + 1, v->sheet->nodes[index].end);
}

/*
 * Renders with the margin of node `n`: what stands on a line of its own is indented with
 * what stood before it, on top of the present margin; what stands within a line is not
 * indented at all.
 */
static int render_indented(struct render *r, const struct view *v, const struct node *n,
	size_t first, size_t last)
{
	size_t from = r->margin_from, length = r->margin.length;
	int result;

	if (n->begins_line)
		text_add(&r->margin, n->bytes, n->length);
	else
		r->margin_from = length;
	result = render_range(r, v, first, last);
	r->margin_from = from;
	r->margin.length = length;
	return result;
}

static int render_sheet(struct render *r, const struct view *v, const struct node *n)
{
	const struct sheet *s;
	struct frame frame = {v->sheet, n, v->frame};
	struct view inner = {NULL, v->scope, n->kind == NODE_PARENT ? &frame : v->frame};

	if (n->sheet == NODE_NO_SHEET)
		return 0;
	s = r->m->sheets[n->sheet];
	inner.sheet = s;
	return render_indented(r, &inner, n, 0, s->count);
}

/* The argument of that name in one parent tag, the last of them; or 0. Counts what it
 * sees. */
static size_t frame_find(const struct frame *frame, const char *name, size_t *looked)
{
	const struct node *nodes = frame->sheet->nodes;
	size_t i = (size_t)(frame->parent - nodes) + 1, found = 0;

	for (; i < frame->parent->end; i = nodes[i].end) {
		++*looked;
		if (!strcmp(nodes[i].name, name))
			found = i;
	}
	return found;
}

static void tell(struct render *r, const struct sheet *s, size_t index, size_t from)
{
	if (r->watch)
		r->watch->block(r->watch->user, s->file, &s->nodes[index],
			text_string(r->out) + from, r->out->length - from);
}

static int render_block(struct render *r, const struct view *v, size_t index)
{
	const struct node *n = &v->sheet->nodes[index];
	const struct frame *giver = NULL;
	struct view inner;
	size_t found = 0, looked = 0, from = r->out->length;

	/* The outermost wins: a child's words go before its parent's. */
	for (const struct frame *at = v->frame; at; at = at->outer) {
		size_t here = frame_find(at, n->name, &looked);

		if (!here)
			continue;
		found = here;
		giver = at;
	}
	if (step(r, looked))
		return -1;
	if (!giver) {
		if (render_range(r, v, index + 1, n->end))
			return -1;
		tell(r, v->sheet, index, from);
		return 0;
	}
	inner = (struct view){giver->sheet, v->scope, giver->outer};
	if (render_indented(r, &inner, n, found + 1, giver->sheet->nodes[found].end))
		return -1;
	tell(r, giver->sheet, found, from);
	return 0;
}

static int render_node(struct render *r, const struct view *v, size_t index)
{
	const struct node *n = &v->sheet->nodes[index];

	switch (n->kind) {
	case NODE_TEXT:
		return emit(r, n->bytes, n->length);
	case NODE_LINE:
		return emit(r, text_string(&r->margin) + r->margin_from,
			r->margin.length - r->margin_from);
	case NODE_VARIABLE:
	case NODE_RAW:
		return render_value(r, v);
	case NODE_SECTION:
		return render_section(r, v, index);
	case NODE_INVERTED:
		return render_inverted(r, v, index);
	case NODE_PARTIAL:
	case NODE_PARENT:
		return render_sheet(r, v, n);
	case NODE_BLOCK:
		return render_block(r, v, index);
	case NODE_ARGUMENT:
		break;
	}
	return 0;
}

static int render_range(struct render *r, const struct view *v, size_t first, size_t last)
{
	const struct node *nodes = v->sheet->nodes;

	if (r->depth == MUSTACHE_DEPTH) {
		(void)fault_set(r->f, FAULT_INPUT, "'%s' is nested more than %d deep",
			r->node->name, MUSTACHE_DEPTH);
		return render_place(r);
	}
	if (step(r, 1))
		return -1;
	r->depth++;
	for (size_t i = first; i < last; i = nodes[i].end) {
		r->sheet = v->sheet;
		r->node = &nodes[i];
		if (step(r, 1) || render_node(r, v, i))
			return -1;
	}
	r->depth--;
	return 0;
}

int mustache_render(
	const struct mustache *m, const json_t *data, struct text *out, struct fault *f)
{
	return mustache_render_watched(m, data, NULL, out, f);
}

int mustache_render_watched(const struct mustache *m, const json_t *data,
	const struct mustache_watch *watch, struct text *out, struct fault *f)
{
	struct render r = {.m = m, .out = out, .watch = watch, .f = f};
	struct scope scope = {data, NULL};
	struct view view = {m->sheets[0], &scope, NULL};
	int result;

	text_clear(out);
	result = render_range(&r, &view, 0, view.sheet->count);
	text_done(&r.margin);
	if (result)
		text_clear(out);
	return result;
}
