/* SPDX-License-Identifier: MIT */
/*
 * sheet: one template, compiled: its tags and the text between them as nodes in a row,
 * white space settled.
 *
 * The row is the tree written flat: the children of a node follow it, up to (not with) its
 * `end`, which is where its next sibling stands.
 *
 * White space. A tag alone on its line takes the line with it (a value does not). Text is
 * cut into lines, and where a line begins that gives output stands a NODE_LINE: there the
 * renderer puts the indentation of the place that includes this template. So lines of the
 * template are indented, and lines within a value are not. A parent with nothing before its
 * first tag and nothing behind its last takes both lines with it.
 *
 * An argument is a small template of its own. When its first tag ends a line, the
 * indentation of its first words is taken off all of its lines. The block that it replaces
 * indents them anew, if that begins a line: as the first words of the default are, when the
 * block's tag is alone on its line, else as the tag is.
 *
 * (Specification 1.4, partials and inheritance. Its examples leave much of this open; there
 * the rule is the one that keeps an included text in shape.)
 */
#ifndef TEMPLATES_SHEET_H
#define TEMPLATES_SHEET_H

#include <stdbool.h>
#include <stddef.h>

#include "recipients/fault.h"

enum node_kind {
	NODE_TEXT,
	NODE_LINE, /* a line of this template begins here */
	NODE_VARIABLE,
	NODE_RAW,
	NODE_SECTION,
	NODE_INVERTED,
	NODE_PARTIAL,
	NODE_PARENT,   /* its children are arguments */
	NODE_BLOCK,    /* its children are the default */
	NODE_ARGUMENT, /* what a parent's block is replaced with */
};

#define NODE_NO_SHEET ((size_t)-1)

struct node {
	enum node_kind kind;
	unsigned line;
	const char *name;  /* of the tag; NULL for text and lines */
	const char *bytes; /* text; or the indentation, if begins_line */
	size_t length;	   /* of bytes */
	bool begins_line;  /* partial, parent, block: nothing before it on its line */
	size_t end;	   /* index behind its last child */
	size_t sheet;	   /* partial, parent: which template of the set, or NODE_NO_SHEET */
};

struct sheet {
	char *file; /* what faults call it */
	char *source;
	struct node *nodes;
	size_t count;
	size_t room;
	size_t tags; /* in the source, comments and closing tags too */
};

/*
 * Compiles a copy of `source`. `strict`: what would be lost without a word is a fault: text
 * in a parent outside of its blocks, and a block given twice to one parent. FAULT_INPUT
 * "FILE:LINE: ...".
 */
int sheet_compile(const char *file, const char *source, size_t length, bool strict,
	struct sheet **ret, struct fault *f);
void sheet_free(struct sheet *s);
void sheet_freep(struct sheet **s);
#define auto_sheet __attribute__((cleanup(sheet_freep))) struct sheet

#endif
