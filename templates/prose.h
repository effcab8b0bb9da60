/* SPDX-License-Identifier: MIT */
/*
 * prose: the small form in which notices are written, and the two parts of a mail made of it.
 *
 * A rendered template is prose: blocks of lines in UTF-8.
 *
 *     # A heading             one line
 *     - A list item           goes on in lines that begin with two blanks
 *     Anything else           a paragraph: lines up to a blank line, a heading or an item
 *
 * Nothing else has a meaning: no links, no bold, no nesting. Runs of blanks count as one; blank
 * lines only part blocks, so items stay one list across them; an empty heading or item is left
 * out; CRLF ends a line like LF. Both parts are made of the same words in the same order, so they
 * cannot disagree.
 *
 * Faults (INPUT) name the line: not UTF-8, a control character; or say that it is longer than
 * PROSE_MAX. Nothing is written then.
 */
#ifndef TEMPLATES_PROSE_H
#define TEMPLATES_PROSE_H

#include "recipients/fault.h"
#include "recipients/text.h"

#define PROSE_COLUMNS 72	  /* of the plain text; only a longer word goes beyond */
#define PROSE_MAX (64 * 1024)	  /* bytes of one rendered notice */
#define PROSE_SUBJECT_MAX 120	  /* bytes of a subject */

/*
 * Parts a rendered notice into its first line ("Subject: ...", then a blank line) and its prose.
 * The subject is the caller's to free; the prose points into `notice`. Fault: no such line, or one
 * that is empty or too long.
 */
int prose_split_subject(const char *notice, char **ret_subject, const char **ret_prose,
			struct fault *f);

/*
 * Appends text/plain: filled at PROSE_COLUMNS by display width, items with a hanging indent. Lines
 * end in LF.
 */
int prose_text(const char *prose, struct text *ret_text, struct fault *f);

/*
 * Appends text/html: a whole page in British English that needs nothing from outside. Its title
 * and h1 are the subject, headings are h2, every word is escaped. A block is one line, however
 * long, and ends in LF.
 */
int prose_html(const char *subject, const char *prose, struct text *ret_html, struct fault *f);

/* Appends the blocks of the page alone, for a page of the caller's. */
int prose_blocks(const char *prose, struct text *ret_html, struct fault *f);

/* Appends a value made fit to stand between tags or in an attribute. */
void prose_add_escaped(struct text *t, const char *value);

/* Both at once, as each alone: the prose is read only once. */
int prose_parts(const char *subject, const char *prose, struct text *ret_text, struct text *ret_html,
		struct fault *f);

/*
 * Appends a value made fit for prose: one line that begins with no mark, wherever it will stand.
 * Control characters and line ends become blanks; characters that are not seen but turn or join
 * what is around them (direction marks, zero width ones) are left out; bytes that are not UTF-8
 * become U+FFFD; blanks at the ends go. What is left may be empty.
 */
void prose_add_value(struct text *t, const char *value);

#endif
