/* SPDX-License-Identifier: MIT */
/*
 * Draws bars and stacks, and has the pencils for the other pictures. Which numbers are
 * shown, and which are too small to be, is the caller's; the page around a picture is
 * page.c's, and so are its letters and lines (templates/page/style.css).
 *
 * Whole numbers only: no locale can put a comma where SVG wants a point.
 */
#include "mailer/chart.h"

#include <inttypes.h>
#include <string.h>

#include "mailer/show.h"

void chart_escape(struct text *out, const char *words)
{
	static const struct {
		char sign;
		const char *entity;
	} entities[] = {{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"},
		{'\'', "&#39;"}};

	for (; words && *words; words++) {
		size_t i = 0;

		while (i < sizeof(entities) / sizeof(entities[0]) &&
			entities[i].sign != *words)
			i++;
		if (i < sizeof(entities) / sizeof(entities[0]))
			text_add_string(out, entities[i].entity);
		else if ((unsigned char)*words >=
			 ' ') /* no control sign is valid in SVG */
			text_add_char(out, *words);
		else
			text_add_char(out, ' ');
	}
}

void chart_number(struct text *out, const struct chart *c, int64_t n)
{
	char words[SHOW_NUMBER];

	if (n == CHART_HIDDEN)
		chart_escape(out, c->hidden ? c->hidden : "not shown");
	else
		text_add_string(out, show_number(n, words));
}

/* --- the picture --- */

void chart_begin(struct text *out, const struct chart *c, unsigned width, unsigned height)
{
	text_printf(out, "<figure class=\"chart%s\">\n", width ? " chart-wide" : "");
	if (width) { /* a narrow screen scrolls this picture, not the page; by keyboard
			too */
		text_add_string(out,
			"<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"Picture: ");
		chart_escape(out, c->title);
		text_printf(out, "\">\n<svg viewBox=\"0 0 %u %u\"", width, height);
	} else {
		text_add_string(out, "<div>\n<svg");
	}
	if (width)
		text_printf(out, " width=\"%u\" height=\"%u\"", width, height);
	else
		text_printf(out, " width=\"100%%\" height=\"%u\"", height);
	text_printf(out,
		" role=\"img\" aria-labelledby=\"%s-title %s-desc\""
		" font-family=\"system-ui, sans-serif\" font-size=\"14\" fill=\"" CHART_INK
		"\">\n<title id=\"%s-title\">",
		c->id, c->id, c->id);
	chart_escape(out, c->title);
	text_printf(out, "</title>\n<desc id=\"%s-desc\">", c->id);
	chart_escape(out, c->says);
	text_add_string(out, "</desc>\n");
}

void chart_end(struct text *out)
{
	text_add_string(out, "</svg>\n</div>\n");
}

/* Eight fills that differ on paper and without colours. */
void chart_patterns(struct text *out, const struct chart *c)
{
	static const char *const drawn[] = {
		"<path d=\"M-2 10 10 -2M6 10 10 6M-2 2 2 -2\" stroke=\"" CHART_INK
		"\" stroke-width=\"1.6\"/>",
		"<circle cx=\"4\" cy=\"4\" r=\"1.7\"/>",
		"<path d=\"M0 4H8\" stroke=\"" CHART_INK "\" stroke-width=\"2.4\"/>",
		"<path d=\"M4 0V8\" stroke=\"" CHART_INK "\" stroke-width=\"2.4\"/>",
		"<path d=\"M0 0 8 8M8 0 0 8\" stroke=\"" CHART_INK
		"\" stroke-width=\"1\"/>",
	};

	text_add_string(out, "<defs>");
	for (size_t i = 0; i < sizeof(drawn) / sizeof(drawn[0]); i++)
		text_printf(out,
			"<pattern id=\"%s-p%zu\" width=\"8\" height=\"8\" patternUnits=\"userSpaceOnUse\">"
			"<rect width=\"8\" height=\"8\" fill=\"#fff\"/>%s</pattern>",
			c->id, i, drawn[i]);
	text_add_string(out, "</defs>\n");
}

void chart_fill(struct text *out, const struct chart *c, size_t part)
{
	static const char *const plain[] = {CHART_INK, NULL, "#8494a3", NULL, "#fff"};

	part %= CHART_PARTS;
	if (part < sizeof(plain) / sizeof(plain[0]) && plain[part])
		text_printf(out, "fill=\"%s\" ", plain[part]);
	else
		text_printf(out, "fill=\"url(#%s-p%zu)\" ", c->id,
			part > 4 ? part - 3 : part / 2);
	text_add_string(out, "stroke=\"" CHART_INK "\"");
}

/* --- the table --- */

void chart_table(
	struct text *out, const struct chart *c, const char *const *columns, size_t words)
{
	size_t count = 0;

	while (columns[count])
		count++;
	if (count > 3) { /* on a narrow screen the table scrolls, not the page */
		text_add_string(out,
			"<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"Table: ");
		chart_escape(out, c->title);
		text_add_string(out, "\">\n");
	} else {
		text_add_string(out, "<div>\n");
	}
	text_add_string(out, "<table>\n<caption>");
	chart_escape(out, c->title);
	text_add_string(out, "</caption>\n<thead><tr>");
	for (size_t i = 0; columns[i]; i++) {
		text_printf(out, "<th scope=\"col\"%s>",
			i < words ? "" : " class=\"number\"");
		chart_escape(out, columns[i]);
		text_add_string(out, "</th>");
	}
	text_add_string(out, "</tr></thead>\n<tbody>\n");
}

void chart_line(struct text *out, const char *heading)
{
	text_add_string(out, "<tr><th scope=\"row\">");
	chart_escape(out, heading);
	text_add_string(out, "</th>");
}

void chart_cell(struct text *out, const struct chart *c, int64_t n)
{
	text_add_string(out, "<td class=\"number\">");
	chart_number(out, c, n);
	text_add_string(out, "</td>");
}

void chart_words(struct text *out, const char *words)
{
	text_add_string(out, "<td>");
	chart_escape(out, words);
	text_add_string(out, "</td>");
}

void chart_line_end(struct text *out)
{
	text_add_string(out, "</tr>\n");
}

void chart_table_end(struct text *out)
{
	text_add_string(out, "</tbody>\n</table>\n</div>\n</figure>\n");
}

/* --- bars --- */

/* Tenths of a percent as "12.3%"; what is there at all can be seen. */
static void add_share(
	struct text *out, const char *name, int64_t part, int64_t whole, int64_t percent)
{
	int64_t tenths =
		whole > 0
			? (int64_t)((double)part * (double)(percent * 10) / (double)whole)
			: 0;

	if (part > 0 && tenths < 3)
		tenths = 3;
	text_printf(
		out, " %s=\"%" PRId64 ".%" PRId64 "%%\"", name, tenths / 10, tenths % 10);
}

#define BAR_STEP 46
#define BAR_ROOM 70 /* percent: the number stands behind the longest bar */

static void write_bar(struct text *out, const struct chart *c,
	const struct chart_bar *bar, int64_t most, unsigned y)
{
	int64_t shown = bar->count == CHART_HIDDEN ? 0 : bar->count;

	text_printf(out, "<text x=\"0\" y=\"%u\">", y + 15);
	chart_escape(out, bar->label);
	text_printf(out, "</text><rect x=\"0\" y=\"%u\" height=\"15\"", y + 21);
	add_share(out, "width", shown, most, BAR_ROOM);
	text_add_string(out, "/><text dx=\"8\" font-weight=\"bold\"");
	add_share(out, "x", shown, most, BAR_ROOM);
	text_printf(out, " y=\"%u\">", y + 34);
	chart_number(out, c, bar->count);
	text_add_string(out, "</text>\n");
}

void chart_bars(struct text *out, const struct chart *c, const struct chart_bar *bars,
	size_t count)
{
	int64_t most = 0;

	for (size_t i = 0; i < count; i++)
		if (bars[i].count > most)
			most = bars[i].count;
	chart_begin(out, c, 0, (unsigned)count * BAR_STEP);
	for (size_t i = 0; i < count; i++)
		write_bar(out, c, &bars[i], most, (unsigned)i * BAR_STEP);
	chart_end(out);
	chart_table(out, c, (const char *const[]){c->what, c->unit, NULL}, 1);
	for (size_t i = 0; i < count; i++) {
		chart_line(out, bars[i].label);
		chart_cell(out, c, bars[i].count);
		chart_line_end(out);
	}
	chart_table_end(out);
}

/* --- stacks --- */

#define KEY_STEP 24
#define KEY_GAP 10
#define STACK_STEP 54
#define LETTER_FROM 40 /* tenths of a percent: a part as wide as a letter */

static unsigned write_keys(
	struct text *out, const struct chart *c, const char *const *parts, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		text_printf(out, "<rect x=\"1\" y=\"%zu\" width=\"22\" height=\"16\" ",
			i * KEY_STEP + 2);
		chart_fill(out, c, i);
		text_printf(out, "/><text x=\"32\" y=\"%zu\">%c  ", i * KEY_STEP + 15,
			CHART_LETTER(i));
		chart_escape(out, parts[i]);
		text_add_string(out, "</text>\n");
	}
	return (unsigned)count * KEY_STEP + KEY_GAP;
}

/* What a stack holds, or CHART_HIDDEN if a part of it is not shown. */
static int64_t stack_sum(const struct chart_stack *stack, size_t parts)
{
	int64_t sum = 0;

	for (size_t i = 0; i < parts; i++) {
		if (stack->counts[i] == CHART_HIDDEN)
			return CHART_HIDDEN;
		sum += stack->counts[i];
	}
	return sum;
}

static void write_letter(struct text *out, int64_t at, unsigned y, size_t part)
{
	text_printf(out,
		"<text x=\"%" PRId64 ".%" PRId64
		"%%\" y=\"%u\" font-size=\"13\" font-weight=\"bold\" text-anchor=\"middle\" stroke=\"#fff\""
		" stroke-width=\"4\" paint-order=\"stroke\">%c</text>",
		at / 10, at % 10, y, CHART_LETTER(part));
}

/* Parts side by side, in tenths of a percent of the whole. */
static void write_parts(struct text *out, const struct chart *c,
	const struct chart_stack *stack, size_t parts, int64_t sum, unsigned y)
{
	int64_t before = 0;

	for (size_t i = 0; i < parts; i++) {
		int64_t from = before * 1000 / sum;
		int64_t wide = (before + stack->counts[i]) * 1000 / sum - from;

		if (!stack->counts[i])
			continue;
		before += stack->counts[i];
		if (wide < 3)
			wide = 3;
		if (from > 997)
			from = 997;
		text_printf(out,
			"<rect x=\"%" PRId64 ".%" PRId64 "%%\" y=\"%u\" width=\"%" PRId64
			".%" PRId64 "%%\" height=\"22\" ",
			from / 10, from % 10, y, wide / 10, wide % 10);
		chart_fill(out, c, i);
		text_add_string(out, "/>");
		if (wide >= LETTER_FROM)
			write_letter(out, from + wide / 2, y + 16, i);
	}
	text_add_char(out, '\n');
}

static void write_stack(struct text *out, const struct chart *c,
	const struct chart_stack *stack, size_t parts, unsigned y)
{
	int64_t sum = stack_sum(stack, parts);

	text_printf(out, "<text x=\"0\" y=\"%u\" font-weight=\"bold\">", y + 16);
	chart_escape(out, stack->label);
	text_printf(
		out, "</text><text x=\"100%%\" y=\"%u\" text-anchor=\"end\">", y + 16);
	chart_number(out, c, sum);
	text_add_string(out, "</text>\n");
	if (sum > 0)
		write_parts(out, c, stack, parts, sum, y + 24);
}

static void write_stack_lines(struct text *out, const struct chart *c,
	const char *const *parts, size_t parts_count, const struct chart_stack *stack)
{
	size_t lines = 0;

	for (size_t i = 0; i < parts_count; i++)
		lines += stack->counts[i] != 0;
	for (size_t i = 0, first = 1; i < parts_count; i++) {
		if (!stack->counts[i])
			continue;
		text_add_string(out, "<tr>");
		if (first) {
			text_printf(
				out, "<th scope=\"rowgroup\" rowspan=\"%zu\">", lines);
			chart_escape(out, stack->label);
			text_add_string(out, "</th>");
		}
		first = 0;
		text_printf(out, "<td>%c  ", CHART_LETTER(i));
		chart_escape(out, parts[i]);
		text_add_string(out, "</td>");
		chart_cell(out, c, stack->counts[i]);
		chart_line_end(out);
	}
	if (!lines) {
		chart_line(out, stack->label);
		chart_words(out, "nobody");
		chart_cell(out, c, 0);
		chart_line_end(out);
	}
}

void chart_stacks(struct text *out, const struct chart *c, const char *const *parts,
	size_t parts_count, const struct chart_stack *stacks, size_t count)
{
	unsigned y;

	chart_begin(out, c, 0,
		(unsigned)parts_count * KEY_STEP + (unsigned)count * STACK_STEP +
			KEY_GAP);
	chart_patterns(out, c);
	y = write_keys(out, c, parts, parts_count);
	for (size_t i = 0; i < count; i++, y += STACK_STEP)
		write_stack(out, c, &stacks[i], parts_count, y);
	chart_end(out);
	chart_table(out, c, (const char *const[]){c->what, "Part", c->unit, NULL}, 2);
	for (size_t i = 0; i < count; i++) {
		if (i)
			text_add_string(out, "</tbody>\n<tbody>\n");
		write_stack_lines(out, c, parts, parts_count, &stacks[i]);
	}
	chart_table_end(out);
}
