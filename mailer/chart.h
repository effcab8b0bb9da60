/* SPDX-License-Identifier: MIT */
/*
 * chart: numbers as SVG pictures, each followed by a table of the same numbers. Pure functions: numbers and words in, HTML
 * out. bars and stacks are here; flow.h and course.h draw with the same pencils.
 *
 * A picture has role="img", a title and a description; nothing is told by colour alone (parts differ by pattern and
 * letter), so it reads on paper, without colours, and by a screen reader. No script, no style of its own, no outside asset:
 * it stands under a content security policy of default-src 'none'. Widths are shares of the page, so that letters keep
 * their size on a telephone. Every word passed in is escaped here.
 */
#ifndef MAILER_CHART_H
#define MAILER_CHART_H

#include <stddef.h>
#include <stdint.h>

#include "recipients/text.h"

/* A count that is not shown: `hidden` stands in its place in picture and table. */
#define CHART_HIDDEN INT64_C(-1)

struct chart {
	const char *id;	    /* letters and digits; no two charts of a page have the same */
	const char *title;  /* what it is: the heading of picture and table */
	const char *says;   /* what there is to see, in a sentence or two: for who cannot see it */
	const char *what;   /* heading of the table's first column: "State" */
	const char *unit;   /* heading of its numbers: "People" */
	const char *hidden; /* for CHART_HIDDEN: "fewer than 5"; NULL: "not shown" */
};

/* One bar for each number, as long as its share of the largest. */
struct chart_bar {
	const char *label;
	int64_t count;
};
void chart_bars(struct text *out, const struct chart *c, const struct chart_bar *bars, size_t count);

/*
 * One whole a line, divided into the same parts in the same order: `counts` has one number for each part. The table has a
 * line for each part that is there, or CHART_HIDDEN. A bar with a hidden part is not drawn.
 */
#define CHART_PARTS 8
struct chart_stack {
	const char *label;
	const int64_t *counts;
};
void chart_stacks(struct text *out, const struct chart *c, const char *const *parts, size_t parts_count,
	const struct chart_stack *stacks, size_t count);

/* --- the pencils, for flow.c and course.c --- */

#define CHART_INK "#0f1f2e"
#define CHART_PALE "#d5dde5"

/* A letter, as the parts are called: "A" is the first. */
#define CHART_LETTER(i) ((char)('A' + (int)(i) % 26))

/* <, >, & and quotes as entities: for text and for attributes. */
void chart_escape(struct text *out, const char *words);
/* "47,000", or the words for a number that is hidden. */
void chart_number(struct text *out, const struct chart *c, int64_t n);
/* Begins <figure> and <svg>, `height` pixels high; `width` 0: as wide as the page, else scaled as one drawing. */
void chart_begin(struct text *out, const struct chart *c, unsigned width, unsigned height);
/* Ends the picture; a table (chart_table) comes next. */
void chart_end(struct text *out);
/* Begins the table and its head: columns as the caller says, NULL behind the last; the first `words` of them hold words. */
void chart_table(struct text *out, const struct chart *c, const char *const *columns, size_t words);
/* A line: a heading, then what chart_cell and chart_words add, until chart_line_end. */
void chart_line(struct text *out, const char *heading);
void chart_cell(struct text *out, const struct chart *c, int64_t n);
void chart_words(struct text *out, const char *words);
void chart_line_end(struct text *out);
/* Ends table and figure. */
void chart_table_end(struct text *out);
/* The patterns of the parts, once a picture; and how one is named: fill="..." of part i. */
void chart_patterns(struct text *out, const struct chart *c);
void chart_fill(struct text *out, const struct chart *c, size_t part);

#endif
