/* SPDX-License-Identifier: MIT */
/*
 * CSV and TSV: where cells and rows begin and end. What is in a cell is cell.c's
 * business, which encoding it was in reader.c's.
 *
 * A row is split while it stands in the reader's window; one that is not whole yet is
 * split again when more has been read. The splitter never sees more than the limit of a
 * row, so that a quote which nobody closed cannot swallow a file: the row is bad, and
 * reading goes on at the line after that quote.
 *
 * What can go wrong: two forgotten quotes that make a well-formed row of the right width
 * out of two rows. No reader of CSV can see that.
 */
#include <stdlib.h>
#include <string.h>

#include "recipients/table_format.h"

struct span {
	size_t from, to; /* without the quotes around it */
	bool quoted;     /* two quotes in it stand for one */
};

enum trouble {
	TROUBLE_NONE,
	TROUBLE_OPEN,  /* a quote was opened and not closed */
	TROUBLE_AFTER, /* text behind a closing quote */
	TROUBLE_LONG   /* no end within the limit */
};

/* A row as it stands in the window; offsets count from its first byte. */
struct split {
	struct span *cells; /* room for one more than the limit of columns */
	size_t room, count; /* `count` goes on when the room is used up */
	size_t length;      /* with the line end */
	size_t lines;       /* line ends in it */
	enum trouble trouble;
	size_t quote,
		quote_lines; /* the last opening quote, and the line ends before it */
	bool open;           /* it is not closed */
	bool beyond;         /* a cell without room is not blank */
};

struct csv {
	char separator;
	size_t number, line; /* of the row that comes next */
	struct split row;
	struct text scratch; /* the cell with quotes undone */
};

/* Text to split: the first byte of a row, and up to `end` what is there of it. `last`:
 * nothing comes behind. */
struct source {
	const char *begin, *end;
	bool last;
	char separator;
	size_t lines; /* the limit */
};

/* Length of the line end at `p`; 0 if more bytes are needed to tell CR from CR LF. */
static size_t line_end(const struct source *s, const char *p)
{
	if (*p == '\n')
		return 1;
	if (p + 1 < s->end)
		return p[1] == '\n' ? 2 : 1;
	return s->last ? 1 : 0;
}

/* Walks to what ends an unquoted cell. */
static const char *plain_end(const struct source *s, const char *p)
{
	while (p < s->end && *p != s->separator && *p != '\n' && *p != '\r')
		p++;
	return p;
}

/* Walks from behind an opening quote to the closing one; NULL: it is not there (yet), or
 * too far. */
static const char *quote_end(const struct source *s, const char *p, struct split *r)
{
	for (; p < s->end; p++) {
		if (*p == '"') {
			if (p + 1 == s->end && !s->last)
				return NULL;
			if (p + 1 == s->end || p[1] != '"')
				return p;
			p++;
		} else if (*p == '\n' ||
			   (*p == '\r' && (p + 1 == s->end || p[1] != '\n'))) {
			if (++r->lines > s->lines)
				break;
		}
	}
	if (s->last || r->lines > s->lines)
		r->trouble = TROUBLE_OPEN;
	return NULL;
}

static const char *skip_blanks(const struct source *s, const char *p)
{
	while (p < s->end && (*p == ' ' || (*p == '\t' && s->separator != '\t')))
		p++;
	return p;
}

/* One cell from `p` on: returns what ends it (a separator, a line end, the end), or NULL.
 */
static const char *split_cell(const struct source *s, const char *p, struct split *r)
{
	const char *start = skip_blanks(s, p), *end;
	struct span cell = {0};

	if (start < s->end && *start == '"') {
		r->quote = (size_t)(start - s->begin);
		r->quote_lines = r->lines;
		cell.quoted = r->open = true;
		p = start + 1;
		end = quote_end(s, p, r);
		if (!end)
			return NULL;
		r->open = false;
		start = skip_blanks(s, end + 1);
		if (start < s->end && *start != s->separator && *start != '\n' &&
			*start != '\r') {
			r->trouble = TROUBLE_AFTER;
			return NULL;
		}
	} else {
		start = end = plain_end(s, start);
	}
	cell.from = (size_t)(p - s->begin);
	cell.to = (size_t)(end - s->begin);
	if (r->count < r->room)
		r->cells[r->count] = cell;
	else
		r->beyond |= !cell_blank(p, (size_t)(end - p));
	r->count++;
	return start == s->end && !s->last ? NULL : start;
}

/* false: the row is not whole yet. Its trouble stands in `r` even then, if that is
 * certain. */
static bool split_row(const struct source *s, struct split *r)
{
	const char *p = s->begin;
	size_t end;

	r->count = r->length = r->lines = 0;
	r->trouble = TROUBLE_NONE;
	r->open = r->beyond = false;
	for (;;) {
		p = split_cell(s, p, r);
		if (!p)
			return r->trouble != TROUBLE_NONE;
		if (p == s->end)
			break;
		if (*p != s->separator) {
			end = line_end(s, p);
			if (!end)
				return false;
			p += end;
			r->lines++;
			break;
		}
		p++;
	}
	r->length = (size_t)(p - s->begin);
	return true;
}

/* Splits the row at the front of the window. 1; 0: the file ends here; -1. */
static int next_split(struct table *t, struct fault *f)
{
	struct csv *c = t->state;
	struct source s = {.separator = c->separator, .lines = t->limits.lines};
	int more = 1;

	for (;;) {
		size_t length;

		s.begin = reader_window(t->reader, &length);
		s.last = !more;
		if (length > t->limits.row) {
			length = t->limits.row;
			s.last = false;
		}
		s.end = s.begin + length;
		if (length && split_row(&s, &c->row))
			return 1;
		if (length == t->limits.row) {
			c->row.trouble = c->row.open ? TROUBLE_OPEN : TROUBLE_LONG;
			return 1;
		}
		if (!more)
			return 0;
		more = reader_more(t->reader, f);
		if (more < 0)
			return -1;
	}
}

/* Passes the rest of the line that the window begins in. */
static int skip_line(struct table *t, struct fault *f)
{
	for (int more = 1;;) {
		size_t length, n = 0, end;
		const char *p = reader_window(t->reader, &length);
		struct source s = {.begin = p, .end = p + length, .last = !more};

		while (n < length && p[n] != '\n' && p[n] != '\r')
			n++;
		end = n < length ? line_end(&s, p + n) : 0;
		reader_pass(t->reader, n + end);
		if (end || !more)
			return 0;
		more = reader_more(t->reader, f);
		if (more < 0)
			return -1;
	}
}

/* Tells a row whose end is not where it should be, and goes to the next line that can be
 * trusted. */
static int row_trouble(struct table *t, struct fault *f)
{
	struct csv *c = t->state;
	const struct split *r = &c->row;
	const char *column = r->count < t->column_count ? t->columns[r->count] : NULL;
	size_t line = c->line + r->quote_lines;

	switch (r->trouble) {
	case TROUBLE_NONE:
		break;
	case TROUBLE_OPEN:
		(void)table_row_bad(
			t, column, "a quote is opened on line %zu and not closed", line);
		break;
	case TROUBLE_AFTER:
		(void)table_row_bad(t, column,
			"text stands behind the end of a quote that was opened on line %zu",
			line);
		break;
	case TROUBLE_LONG:
		(void)table_row_bad(t, NULL,
			"is longer than %zu bytes, the limit for a row", t->limits.row);
		c->line += r->lines + 1;
		reader_pass(t->reader, t->limits.row);
		return skip_line(t, f) ? -1 : 1;
	}
	c->line = line + 1;
	reader_pass(t->reader, r->quote);
	return skip_line(t, f) ? -1 : 1;
}

/* The number of cells up to the last that is not blank. */
static size_t cells_filled(const struct split *r, const char *row)
{
	size_t n = r->count < r->room ? r->count : r->room;

	if (r->beyond)
		return r->count;
	for (; n; n--) {
		const struct span *cell = &r->cells[n - 1];

		if (!cell_blank(row + cell->from, cell->to - cell->from))
			break;
	}
	return n;
}

/* The text of a cell, with two quotes in a quoted one as one. Valid until the next call.
 */
static const char *cell_text(struct csv *c, const char *row, size_t i, size_t *ret_length)
{
	const struct span *cell = &c->row.cells[i];
	const char *p = row + cell->from, *end = row + cell->to, *quote;

	*ret_length = (size_t)(end - p);
	if (!cell->quoted || !memchr(p, '"', *ret_length))
		return p;
	text_clear(&c->scratch);
	while ((quote = memchr(p, '"', (size_t)(end - p)))) {
		text_add(&c->scratch, p, (size_t)(quote + 1 - p));
		p = quote + 2;
	}
	text_add(&c->scratch, p, (size_t)(end - p));
	*ret_length = c->scratch.length;
	return text_string(&c->scratch);
}

/* Makes a row out of the cells. An empty row is one of any width. */
static int fill_row(struct table *t, const char *row)
{
	struct csv *c = t->state;
	size_t columns = t->column_count, count = c->row.count,
	       filled = cells_filled(&c->row, row);

	if (filled && (count < columns || filled > columns))
		return table_row_width(t, count < columns ? count : filled);
	for (size_t i = 0; i < filled; i++) {
		size_t length;
		const char *text = cell_text(c, row, i, &length);

		if (!table_row_set(t, i, text, length))
			return 1;
	}
	return table_row_end(t);
}

static int csv_next(struct table *t, struct fault *f)
{
	struct csv *c = t->state;
	size_t length;
	int got = next_split(t, f);

	if (got <= 0)
		return got;
	table_row_begin(t, c->number++, c->line);
	if (c->row.trouble)
		return row_trouble(t, f);
	got = fill_row(t, reader_window(t->reader, &length));
	c->line += c->row.lines;
	reader_pass(t->reader, c->row.length);
	return got;
}

static int add_names(struct table *t, const char *row, size_t filled, struct fault *f)
{
	struct csv *c = t->state;

	for (size_t i = 0; i < filled; i++) {
		size_t length = 0;
		const char *text = i < c->row.room ? cell_text(c, row, i, &length) : "";

		if (table_add_name(t, i, text, length, f))
			return fault_prefix(f, "%s: row %zu, the header: column %zu",
				reader_name(t->reader), c->number, i + 1);
	}
	return 0;
}

/* The first row that is not empty, from the one on that was asked for or found. */
static int read_header(struct table *t, struct fault *f)
{
	struct csv *c = t->state;
	const char *row;
	size_t filled, length;
	int got;

	for (;;) {
		got = next_split(t, f);
		if (got < 0)
			return -1;
		if (!got)
			return fault_set(f, FAULT_INPUT, "%s: all rows are empty%s",
				reader_name(t->reader),
				t->header > 1 ? " from the row on that was asked for"
					      : "");
		if (c->row.trouble) {
			if (row_trouble(t, f) < 0)
				return -1;
			return fault_set(f, FAULT_INPUT, "%s: row %zu, the header: %s",
				reader_name(t->reader), c->number, t->reason);
		}
		row = reader_window(t->reader, &length);
		filled = cells_filled(&c->row, row);
		if (filled && c->number >= t->header)
			break;
		t->above += filled > 0;
		c->number++;
		c->line += c->row.lines;
		reader_pass(t->reader, c->row.length);
	}
	t->header = c->number;
	if (add_names(t, row, filled, f) || table_check_header(t, c->number, f))
		return -1;
	c->number++;
	c->line += c->row.lines;
	reader_pass(t->reader, c->row.length);
	return 0;
}

/* How well a separator fits: names in the header, and how many of the next rows have as
 * many cells. */
struct fit {
	size_t names, agree, header;
};

#define SAMPLE_ROWS 32

static bool search_row(
	struct csv *c, const char *row, size_t filled, struct table_search *s)
{
	size_t cells = 0, known = 0;

	for (size_t i = 0; i < filled && i < c->row.room; i++) {
		size_t length;
		const char *text = cell_text(c, row, i, &length);

		cells += !cell_blank(text, length);
		known += table_knows(text, length);
	}
	return filled && table_search(s, cells, known);
}

static struct fit try_separator(struct table *t, char separator, bool whole)
{
	struct csv *c = t->state;
	struct source s = {
		.last = whole, .separator = separator, .lines = t->limits.lines};
	struct table_search search = {0};
	struct fit fit = {0};
	size_t length;

	s.begin = reader_window(t->reader, &length);
	s.end = s.begin + length;
	for (size_t rows = 0; rows < SAMPLE_ROWS + t->header && s.begin < s.end; rows++) {
		size_t filled;

		if (!split_row(&s, &c->row) || c->row.trouble)
			break;
		filled = cells_filled(&c->row, s.begin);
		if (t->header ? rows + 1 >= t->header && !fit.names
			      : search_row(c, s.begin, filled, &search))
			fit = (struct fit){.names = filled, .header = rows + 1};
		else
			fit.agree += filled && filled <= fit.names &&
				     c->row.count >= fit.names;
		s.begin += c->row.length;
	}
	return fit;
}

/* A separator is one if the header has it. Of several the one wins that the next rows
 * agree with. */
static void tell_separator(struct table *t, bool whole)
{
	struct csv *c = t->state;
	struct fit best = {.names = 1};

	c->separator = ',';
	for (const char *try = ",;\t|"; *try; try++) {
		struct fit fit = try_separator(t, *try, whole);

		if (fit.names < 2 || fit.agree < best.agree ||
			(fit.agree == best.agree && fit.names <= best.names))
			continue;
		best = fit;
		c->separator = *try;
	}
	if (!t->header)
		t->header = best.header;
}

/* Excel's own: a first line "sep=;", quoted or not, that is no row. */
static bool take_sep_line(struct table *t, bool whole)
{
	struct csv *c = t->state;
	size_t length, end;
	const char *p = reader_window(t->reader, &length), *begin = p;
	struct source s = {.begin = p, .end = p + length, .last = whole};
	bool quoted = length && *p == '"';

	p += quoted;
	if (length < 8 || strncasecmp(p, "sep=", 4) || !strchr(",;\t|:^~", p[4]))
		return false;
	c->separator = p[4];
	p += 5;
	if (quoted && *p++ != '"')
		return false;
	if (*p != '\n' && *p != '\r')
		return false;
	end = line_end(&s, p);
	reader_pass(t->reader, (size_t)(p - begin) + end);
	c->line++;
	return true;
}

static int csv_open(struct table *t, struct fault *f)
{
	struct csv *c = t->state = text_alloc(sizeof(*c));
	int more = reader_more(t->reader, f);

	if (more < 0)
		return -1;
	c->number = c->line = 1;
	c->row.room = t->limits.columns + 1;
	c->row.cells = text_alloc(c->row.room * sizeof(*c->row.cells));
	if (!take_sep_line(t, !more))
		tell_separator(t, !more);
	else if (!t->header)
		t->header = try_separator(t, c->separator, !more).header;
	if (c->separator == '\t')
		t->format = &table_tsv;
	return read_header(t, f);
}

static void csv_close(struct table *t)
{
	struct csv *c = t->state;

	if (!c)
		return;
	free(c->row.cells);
	text_done(&c->scratch);
	free(c);
}

const struct table_format table_csv = {"CSV", csv_open, csv_next, csv_close};
const struct table_format table_tsv = {"TSV", csv_open, csv_next, csv_close};
