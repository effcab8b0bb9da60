/* SPDX-License-Identifier: MIT */
/*
 * Places nodes, then bands, then words over both, so that no word is under a band. A node
 * is never thinner than can be seen, nor closer to the next than its words are high.
 */
#include "mailer/flow.h"

#include <inttypes.h>
#include <string.h>

#define WIDTH 860
#define NODE 14  /* wide */
#define TALL 300 /* a whole column, if it is one node */
#define WORDS 50 /* high: a number and up to two lines of words */
#define HEAD 34
#define LINE 24 /* signs in a line of words */

struct drawing {
	struct text *out;
	const struct chart *chart;
	const struct flow *flow;
	size_t count; /* nodes drawn */
	int64_t sum[FLOW_COLUMNS];
	int64_t x[FLOW_COLUMNS];
	int64_t y[FLOW_NODES], tall[FLOW_NODES], out_used[FLOW_NODES],
		in_used[FLOW_NODES];
	int64_t height;
};

/* Pixels for a number of that column. */
static int64_t thickness(const struct drawing *d, unsigned column, int64_t n)
{
	if (n <= 0 || d->sum[column] <= 0)
		return 0;
	return (int64_t)((double)n * TALL / (double)d->sum[column]);
}

static void place(struct drawing *d)
{
	const struct flow *flow = d->flow;
	int64_t next[FLOW_COLUMNS] = {HEAD, HEAD, HEAD, HEAD};

	for (size_t i = 0; i < d->count; i++)
		if (flow->nodes[i].count > 0)
			d->sum[flow->nodes[i].column] += flow->nodes[i].count;
	for (size_t i = 0; i < flow->columns_count; i++)
		d->x[i] = (int64_t)i * WIDTH / (int64_t)flow->columns_count;
	for (size_t i = 0; i < d->count; i++) {
		unsigned column = flow->nodes[i].column;
		int64_t tall = thickness(d, column, flow->nodes[i].count);

		d->tall[i] = tall < 2 ? 2 : tall;
		d->y[i] = next[column];
		next[column] += (d->tall[i] > WORDS ? d->tall[i] : WORDS) + 8;
		if (next[column] > d->height)
			d->height = next[column];
	}
}

/* How much of a node a band takes, after those before it; the last pixel is shared. */
static int64_t take(int64_t *used, int64_t tall, int64_t want)
{
	int64_t at = *used;

	if (want < 1)
		want = 1;
	if (at + want > tall)
		at = tall > want ? tall - want : 0;
	*used = at + want > tall ? tall : at + want;
	return at;
}

static void write_band(struct drawing *d, const struct flow_link *link)
{
	unsigned left = d->flow->nodes[link->from].column,
		 right = d->flow->nodes[link->to].column;
	int64_t thick_from = thickness(d, left, link->count_from);
	int64_t thick_to = thickness(d, right, link->count_to);
	int64_t y1 = d->y[link->from] +
		     take(&d->out_used[link->from], d->tall[link->from], thick_from);
	int64_t y2 =
		d->y[link->to] + take(&d->in_used[link->to], d->tall[link->to], thick_to);
	int64_t x1 = d->x[left] + NODE, x2 = d->x[right], middle = (x1 + x2) / 2;

	if (thick_from < 1)
		thick_from = 1;
	if (thick_to < 1)
		thick_to = 1;
	text_printf(d->out,
		"<path d=\"M%" PRId64 " %" PRId64 "C%" PRId64 " %" PRId64 " %" PRId64
		" %" PRId64 " %" PRId64 " %" PRId64 "V%" PRId64 "C%" PRId64 " %" PRId64
		" %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 "Z\" fill=\"" CHART_PALE
		"\" stroke=\"#8494a3\" stroke-width=\".7\"/>\n",
		x1, y1, middle, y1, middle, y2, x2, y2, y2 + thick_to, middle,
		y2 + thick_to, middle, y1 + thick_from, x1, y1 + thick_from);
}

/* Bytes of a label that fit into a line: cut between words, never within a letter. */
static size_t fitting(const char *label)
{
	size_t cut = strlen(label);

	if (cut <= LINE)
		return cut;
	cut = LINE;
	while (cut > 0 && label[cut] != ' ' && label[cut - 1] != '-')
		cut--;
	if (!cut) /* one long word */
		for (cut = LINE; ((unsigned char)label[cut] & 0xc0) == 0x80;)
			cut--;
	return cut;
}

/* Up to two lines; the table has all of it. */
static void write_label(struct drawing *d, const char *label, int64_t x, int64_t y)
{
	for (int i = 0; i < 2 && *label; i++, y += 15) {
		size_t cut = fitting(label);
		auto_text line = text_format(
			"%.*s%s", (int)cut, label, i && label[cut] ? " ..." : "");

		text_printf(d->out, "<tspan x=\"%" PRId64 "\" y=\"%" PRId64 "\">", x, y);
		chart_escape(d->out, line);
		text_add_string(d->out, "</tspan>");
		label += cut + (label[cut] == ' ');
	}
}

static void write_node(struct drawing *d, size_t i)
{
	const struct flow_node *node = &d->flow->nodes[i];
	int64_t x = d->x[node->column], words = d->y[i] + 13;

	text_printf(d->out,
		"<rect x=\"%" PRId64 "\" y=\"%" PRId64 "\" width=\"%d\" height=\"%" PRId64
		"\"/><text font-size=\"13\" stroke=\"#fff\" stroke-width=\"3\" paint-order=\"stroke\">"
		"<tspan x=\"%" PRId64 "\" y=\"%" PRId64
		"\" font-size=\"15\" font-weight=\"bold\">",
		x, d->y[i], NODE, d->tall[i], x + NODE + 7, words);
	chart_number(d->out, d->chart, node->count);
	text_add_string(d->out, "</tspan>");
	write_label(d, node->label, x + NODE + 7, words + 16);
	text_add_string(d->out, "</text>\n");
}

static void write_table(const struct drawing *d)
{
	const struct flow *flow = d->flow;

	chart_table(d->out, d->chart,
		(const char *const[]){"Stage", d->chart->what, d->chart->unit, NULL}, 2);
	for (size_t i = 0; i < flow->nodes_count; i++) {
		chart_line(d->out, flow->columns[flow->nodes[i].column]);
		chart_words(d->out, flow->nodes[i].label);
		chart_cell(d->out, d->chart, flow->nodes[i].count);
		chart_line_end(d->out);
	}
	chart_table_end(d->out);
}

void flow_write(struct text *out, const struct chart *c, const struct flow *flow)
{
	struct drawing d = {.out = out, .chart = c, .flow = flow};

	d.count = flow->nodes_count < FLOW_NODES ? flow->nodes_count : FLOW_NODES;
	place(&d);
	chart_begin(out, c, WIDTH, (unsigned)d.height + 6);
	for (size_t i = 0; i < flow->links_count; i++)
		if (flow->links[i].from < d.count && flow->links[i].to < d.count)
			write_band(&d, &flow->links[i]);
	for (size_t i = 0; i < flow->columns_count; i++) {
		text_printf(out, "<text x=\"%" PRId64 "\" y=\"18\" font-weight=\"bold\">",
			d.x[i]);
		chart_escape(out, flow->columns[i]);
		text_add_string(out, "</text>\n");
	}
	for (size_t i = 0; i < d.count; i++)
		write_node(&d, i);
	chart_end(out);
	write_table(&d);
}
