/* SPDX-License-Identifier: MIT */
/*
 * Draws time from left to right. What happened when is asked of the ledger by the reports
 * (story.c); here are only marks and lines.
 */
#include "mailer/course.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Both in tenths of a percent of the width: room for letters at both ends. */
#define LEFT 20
#define RIGHT 900

#define WHEN_STEP 18 /* between two lines of words, in pixels */
#define WHEN_ROOM (10 + 2 * WHEN_STEP)

/* Where a moment is. One alone stands at the left. */
static int64_t place(int64_t at, int64_t from, int64_t to)
{
	if (to <= from)
		return LEFT;
	return LEFT +
	       (int64_t)((double)(at - from) / (double)(to - from) * (RIGHT - LEFT));
}

static void add_percent(struct text *out, const char *name, int64_t tenths)
{
	text_printf(
		out, " %s=\"%" PRId64 ".%" PRId64 "%%\"", name, tenths / 10, tenths % 10);
}

static void add_line(struct text *out, int64_t x1, int64_t y1, int64_t x2, int64_t y2,
	const char *more)
{
	text_add_string(out, "<line");
	add_percent(out, "x1", x1);
	add_percent(out, "x2", x2);
	text_printf(out, " y1=\"%" PRId64 "\" y2=\"%" PRId64 "\" %s/>", y1, y2, more);
}

static void add_words(
	struct text *out, int64_t x, int64_t y, const char *more, const char *words)
{
	text_add_string(out, "<text");
	add_percent(out, "x", x);
	text_printf(out, " y=\"%" PRId64 "\" %s>", y, more);
	chart_escape(out, words);
	text_add_string(out, "</text>\n");
}

/* When it begins, or ends: the day, and the hour below it, so that both find room on a
 * telephone. */
static void add_when(
	struct text *out, int64_t x, int64_t y, const char *more, const char *when)
{
	const char *hour = strrchr(when, ',');
	auto_text day =
		text_format("%.*s", hour ? (int)(hour - when) : (int)strlen(when), when);

	add_words(out, x, y, more, day);
	if (hour)
		add_words(out, x, y + WHEN_STEP, more, hour + 1 + strspn(hour + 1, " "));
}

/* --- counts --- */

#define KEY_STEP 24
#define PLOT 180 /* pixels high */

struct plot {
	struct text *out;
	const struct chart *chart;
	const struct course_moment *moments;
	size_t count;
	int64_t from, to, most, top; /* `top`: where the largest count is */
	int64_t ends[CHART_PARTS];   /* where lines end */
};

static const char *stroke(size_t line)
{
	static const char *const dashes[CHART_PARTS] = {
		"stroke=\"" CHART_INK "\" stroke-width=\"3\"",
		"stroke=\"" CHART_INK "\" stroke-width=\"2\" stroke-dasharray=\"9 4\"",
		"stroke=\"" CHART_INK "\" stroke-width=\"2\" stroke-dasharray=\"2 4\"",
		"stroke=\"" CHART_INK
		"\" stroke-width=\"2\" stroke-dasharray=\"12 4 2 4\"",
		"stroke=\"#5b6b7a\" stroke-width=\"4\"",
		"stroke=\"#5b6b7a\" stroke-width=\"4\" stroke-dasharray=\"9 4\"",
		"stroke=\"#5b6b7a\" stroke-width=\"4\" stroke-dasharray=\"2 4\"",
		"stroke=\"#5b6b7a\" stroke-width=\"4\" stroke-dasharray=\"12 4 2 4\"",
	};

	return dashes[line % CHART_PARTS];
}

static int64_t height(const struct plot *p, int64_t n)
{
	return p->top + PLOT -
	       (p->most > 0 ? (int64_t)((double)n * PLOT / (double)p->most) : 0);
}

static void write_keys(const struct plot *p, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		int64_t y = (int64_t)i * KEY_STEP + 10;

		text_printf(p->out,
			"<line x1=\"1\" x2=\"38\" y1=\"%" PRId64 "\" y2=\"%" PRId64
			"\" %s/><text x=\"48\" y=\"%" PRId64 "\">%c  ",
			y, y, stroke(i), y + 5, CHART_LETTER(i));
		chart_escape(p->out, names[i]);
		text_add_string(p->out, "</text>\n");
	}
}

/* The ground, the largest number, and when it begins and ends. */
static void write_ground(const struct plot *p)
{
	add_line(p->out, 0, p->top, 1000, p->top,
		"stroke=\"#5b6b7a\" stroke-dasharray=\"1 3\"");
	add_line(p->out, 0, p->top + PLOT, 1000, p->top + PLOT,
		"stroke=\"" CHART_INK "\"");
	text_printf(p->out, "<text x=\"0\" y=\"%" PRId64 "\">", p->top - 6);
	chart_number(p->out, p->chart, p->most);
	text_add_string(p->out, "</text>\n");
	add_when(p->out, 0, p->top + PLOT + 20, "", p->moments[0].when);
	if (p->count > 1)
		add_when(p->out, 1000, p->top + PLOT + 20, "text-anchor=\"end\"",
			p->moments[p->count - 1].when);
}

/* The letter at a line's end, beside those of the lines before it that end there too. */
static void write_end(struct plot *p, size_t line, int64_t y)
{
	int aside = 0;

	p->ends[line] = y;
	for (size_t i = 0; i < line; i++)
		aside += llabs(p->ends[i] - y) < 12;
	text_add_string(p->out, "<text");
	add_percent(p->out, "x", RIGHT + 8);
	text_printf(p->out,
		" dx=\"%d\" y=\"%" PRId64
		"\" font-weight=\"bold\" font-size=\"13\">%c</text>\n",
		aside * 11, y + 5, CHART_LETTER(line));
}

/* Steps: a count stays what it is until the next moment. */
static void write_course(struct plot *p, size_t line)
{
	int64_t x = 0, y = -1;

	for (size_t i = 0; i < p->count; i++) {
		int64_t n = p->moments[i].counts[line];
		int64_t next = place(p->moments[i].at, p->from, p->to);

		if (n == CHART_HIDDEN) {
			y = -1;
			continue;
		}
		if (y >= 0) {
			add_line(p->out, x, y, next, y, stroke(line));
			add_line(p->out, next, y, next, height(p, n), stroke(line));
		}
		x = next;
		y = height(p, n);
	}
	if (y < 0)
		return;
	add_line(p->out, x, y, RIGHT + 5, y, stroke(line));
	write_end(p, line, y);
}

static void write_moments(
	const struct plot *p, const char *const *names, size_t names_count)
{
	const char *columns[CHART_PARTS + 2] = {p->chart->what};

	for (size_t i = 0; i < names_count; i++)
		columns[i + 1] = names[i];
	chart_table(p->out, p->chart, columns, 1);
	for (size_t i = 0; i < p->count; i++) {
		chart_line(p->out, p->moments[i].when);
		for (size_t k = 0; k < names_count; k++)
			chart_cell(p->out, p->chart, p->moments[i].counts[k]);
		chart_line_end(p->out);
	}
	chart_table_end(p->out);
}

void course_lines(struct text *out, const struct chart *c, const char *const *names,
	size_t names_count, const struct course_moment *moments, size_t count)
{
	struct plot p = {.out = out, .chart = c, .moments = moments, .count = count};

	if (names_count > CHART_PARTS)
		names_count = CHART_PARTS;
	p.top = (int64_t)names_count * KEY_STEP + 34;
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < names_count; k++)
			if (moments[i].counts[k] > p.most)
				p.most = moments[i].counts[k];
	if (count) {
		p.from = moments[0].at;
		p.to = moments[count - 1].at;
	}
	chart_begin(out, c, 0, (unsigned)p.top + PLOT + WHEN_ROOM);
	write_keys(&p, names, names_count);
	if (count)
		write_ground(&p);
	for (size_t k = 0; k < names_count && count; k++) {
		p.ends[k] = -99;
		write_course(&p, k);
	}
	chart_end(out);
	write_moments(&p, names, names_count);
}

/* --- events --- */

#define LANES 24
#define LANE 22 /* pixels high */

struct mark {
	int64_t x, lane;
};

/* High enough above the line not to hide the ones before it. */
static int64_t find_lane(int64_t x, int64_t free[LANES])
{
	int64_t i = 0;

	while (i < LANES - 1 && free[i] > x)
		i++;
	free[i] = x + 90; /* as wide as a mark on a telephone */
	return i;
}

/* Where each mark is; returns how many lanes they take. */
static int64_t place_marks(
	const struct course_event *events, size_t count, struct mark *marks)
{
	int64_t free[LANES] = {0}, most = 0;

	for (size_t i = 0; i < count; i++) {
		marks[i].x = 20 + place(events[i].at, events[0].at, events[count - 1].at);
		marks[i].lane = find_lane(marks[i].x, free);
		if (marks[i].lane > most)
			most = marks[i].lane;
	}
	return most + 1;
}

static void write_mark(
	struct text *out, const struct mark *m, int64_t axis, size_t number, bool ahead)
{
	int64_t y = axis - 20 - m->lane * LANE;

	text_add_string(out, "<line");
	add_percent(out, "x1", m->x);
	add_percent(out, "x2", m->x);
	text_printf(out,
		" y1=\"%" PRId64 "\" y2=\"%" PRId64 "\" stroke=\"" CHART_INK
		"\"%s/><circle",
		y, axis, ahead ? " stroke-dasharray=\"2 3\"" : "");
	add_percent(out, "cx", m->x);
	text_printf(out,
		" cy=\"%" PRId64 "\" r=\"11\" fill=\"%s\" stroke=\"" CHART_INK
		"\" stroke-width=\"2\"%s/><text",
		y, ahead ? "#fff" : CHART_INK, ahead ? " stroke-dasharray=\"3 2\"" : "");
	add_percent(out, "x", m->x);
	text_printf(out,
		" y=\"%" PRId64
		"\" text-anchor=\"middle\" font-size=\"13\" font-weight=\"bold\" fill=\"%s\">%zu</text>\n",
		y + 5, ahead ? CHART_INK : "#fff", number);
}

/* From the highest lane down: the stem of a mark is behind those below it. */
static void write_marks(struct text *out, const struct course_event *events,
	const struct mark *marks, size_t count, int64_t lanes)
{
	int64_t axis = 12 + lanes * LANE;

	add_line(out, 0, axis, 1000, axis, "stroke=\"" CHART_INK "\" stroke-width=\"2\"");
	while (lanes--)
		for (size_t i = 0; i < count; i++)
			if (marks[i].lane == lanes)
				write_mark(out, &marks[i], axis, i + 1, events[i].ahead);
	add_when(out, 0, axis + 20, "", events[0].when);
	if (count > 1)
		add_when(out, 1000, axis + 20, "text-anchor=\"end\"",
			events[count - 1].when);
}

void course_events(struct text *out, const struct chart *c,
	const struct course_event *events, size_t count)
{
	struct mark *marks = text_alloc((count + 1) * sizeof(*marks));
	int64_t lanes = place_marks(events, count, marks);

	chart_begin(out, c, 0, (unsigned)(12 + lanes * LANE) + WHEN_ROOM);
	if (count)
		write_marks(out, events, marks, count, lanes);
	chart_end(out);
	free(marks);
	chart_table(out, c, (const char *const[]){"Mark and time", c->what, NULL}, 2);
	for (size_t i = 0; i < count; i++) {
		auto_text when = text_format("%zu  %s%s", i + 1, events[i].when,
			events[i].ahead ? " (to come)" : "");

		chart_line(out, when);
		chart_words(out, events[i].label);
		chart_line_end(out);
	}
	chart_table_end(out);
}
