/* SPDX-License-Identifier: MIT */
/*
 * tag: cuts the source of a Mustache template into its tags.
 *
 *	{{name}} {{&name}} {{{name}}}	a value, escaped; a value as it is (two ways)
 *	{{#name}} ... {{/name}}		a section
 *	{{^name}} ... {{/name}}		an inverted section
 *	{{>name}}			a partial
 *	{{<name}} ... {{/name}}		a parent; the blocks directly in it are arguments
 *	{{$name}} ... {{/name}}		a block: a parameter of this template, with a default
 *	{{! words }}			a comment
 *	{{=<% %>=}}			other delimiters from here to the end of the file
 *
 * Source: the Mustache specification 1.4, modules comments, delimiters, interpolation,
 * inverted, partials, sections and inheritance. No lambdas, no dynamic names.
 */
#ifndef TEMPLATES_TAG_H
#define TEMPLATES_TAG_H

#include <stddef.h>

#include "recipients/fault.h"

#define TAG_SOURCE_LIMIT ((size_t)256 * 1024) /* bytes in one template */
#define TAG_LIMIT 20000			      /* tags in one template */
#define TAG_DEPTH 64			      /* how deep tags may stand in one another */
#define TAG_NAME 255			      /* bytes in a name */
#define TAG_DELIMITER 16		      /* bytes in a delimiter */

enum tag_kind {
	TAG_COMMENT,
	TAG_DELIMITERS,
	TAG_VARIABLE,
	TAG_RAW,
	TAG_SECTION,
	TAG_INVERTED,
	TAG_PARTIAL,
	TAG_PARENT,
	TAG_BLOCK,
	TAG_ARGUMENT, /* a block directly in a parent */
	TAG_CLOSE
};

struct tag {
	enum tag_kind kind;
	unsigned line;	    /* the line it starts on, from 1 */
	unsigned last_line; /* and the one it ends on */
	size_t from, to;    /* its bytes in the source: from the first to behind the last */
	size_t mate;	    /* index of the tag that closes this one or is closed by it; or its own */
	const char *name;   /* in the source, a NUL behind it; NULL for comments and delimiters */
};

struct tags {
	struct tag *list;
	size_t count;
	size_t room;
};

void tags_done(struct tags *t);
#define auto_tags __attribute__((cleanup(tags_done))) struct tags

/*
 * Finds the tags of `source` (`length` bytes) in their order, open and close matched. The
 * source must live as long as the tags: a NUL is written into each tag, behind its name.
 * Bytes outside of tags stay as they are, and there must be a NUL behind the last.
 * FAULT_INPUT "FILE:LINE: ..." when it is not a template, or when it is over a limit.
 */
int tag_scan(const char *file, char *source, size_t length, struct tags *ret, struct fault *f);

#endif
