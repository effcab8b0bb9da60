/* SPDX-License-Identifier: MIT */
/*
 * mustache: templates in Mustache, compiled once and rendered many times.
 *
 * Source: the Mustache specification 1.4, modules comments, delimiters, interpolation,
 * inverted, partials, sections and inheritance; tag.h lists the tags, sheet.h says what
 * becomes of white space. No lambdas, no dynamic names. Where a choice is left:
 *
 *	- false, null, an empty list and an unknown name are false; "" and 0 are true:
 *	  give null for what is not there.
 *	- A real number has as few digits as give it back: 1.21, and 3 for 3.0.
 *	- A list or an object as a value is empty text (strict: a fault).
 *	- Of two arguments of one name the last counts (strict: a fault).
 *	- Blocks in an argument belong to the template that gives the argument: only who
 *	  has that template for a parent can replace them.
 *	- Indentation is put on every line of a partial, empty ones too.
 *
 * Strict (MUSTACHE_STRICT): a letter to people must not have holes. When compiling: a
 * partial or parent that is not there, an argument that no block can take, text in a parent
 * outside of its blocks. When rendering: a name that the data does not have, also of a
 * section or inverted section (null and false are there), a value that is no text.
 *
 * Faults are FAULT_INPUT and begin with template and line: "notice.txt:12: 'x' is not
 * closed".
 */
#ifndef TEMPLATES_MUSTACHE_H
#define TEMPLATES_MUSTACHE_H

#include <jansson.h>
#include <stddef.h>

#include "recipients/fault.h"
#include "recipients/text.h"
#include "templates/sheet.h"
#include "templates/tag.h"

/* Limits beside those of tag.h. Reaching one is a fault that names it. */
#define MUSTACHE_SHEETS 256    /* templates in a set: one and all it includes */
#define MUSTACHE_TAGS TAG_LIMIT /* tags in all of them */
#define MUSTACHE_DEPTH 64      /* sections, partials, parents, blocks in one another */
#define MUSTACHE_STEPS 10000000 /* nodes and repetitions in one rendering */
#define MUSTACHE_OUTPUT ((size_t)1024 * 1024) /* bytes in one rendering, unless set */

enum {
	MUSTACHE_HTML = 1, /* {{name}} escapes & < > and " */
	MUSTACHE_STRICT = 2
};

struct mustache;

/* Finds partials and parents: 1 and the source, 0 there is none of that name, -1 a fault. */
struct mustache_loader {
	int (*load)(void *user, const char *name, struct text *ret_source, struct fault *f);
	void *user;
};

/*
 * Compiles a template and, each once, all that it includes. `name` is what faults call it;
 * the source is copied. `loader` may be NULL: then there are no partials. A partial may
 * include itself.
 */
int mustache_compile(const char *name, const char *source, size_t length, unsigned flags,
	const struct mustache_loader *loader, struct mustache **ret, struct fault *f);
void mustache_free(struct mustache *m);
void mustache_freep(struct mustache **m);
#define auto_mustache __attribute__((cleanup(mustache_freep))) struct mustache

/* Another limit than MUSTACHE_OUTPUT. */
void mustache_limit(struct mustache *m, size_t output_bytes);

/*
 * Any JSON value is data. `out` is cleared first; after a fault it is empty, so that nobody
 * sends half a text.
 */
int mustache_render(
	const struct mustache *m, const json_t *data, struct text *out, struct fault *f);

/*
 * The same, and tells the words of each block as it ends; of one within another first. `tag` is what
 * gave them: the block itself, or the argument in its place, in template `file`.
 */
struct mustache_watch {
	void (*block)(void *user, const char *file, const struct node *tag, const char *words, size_t length);
	void *user;
};
int mustache_render_watched(const struct mustache *m, const json_t *data,
	const struct mustache_watch *watch, struct text *out, struct fault *f);

/*
 * Shows each tag of each template in the set (values, sections, partials, parents, blocks,
 * arguments), first those of the template itself; `file` is the template's name. Stops when
 * `see` returns something else than 0, and returns that.
 */
int mustache_walk(const struct mustache *m,
	int (*see)(void *user, const char *file, const struct node *tag), void *user);

#endif
