/* SPDX-License-Identifier: MIT */
/*
 * chart, course, flow: the pictures are well-formed, name themselves to a screen reader,
 * escape what they are given, and have every number in a table as well.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "mailer/chart.h"
#include "mailer/course.h"
#include "mailer/flow.h"

#define HOSTILE "<script>\"'&\x01"

static const struct chart chart = {.id = "c1",
	.title = "Title " HOSTILE,
	.says = "Says " HOSTILE,
	.what = "State",
	.unit = "People",
	.hidden = "fewer than 5"};

#define DEPTH 32

/* Every element that opens is closed, in order; no sign stands raw that must not. */
static void assert_well_formed(const char *html)
{
	const char *open[DEPTH];
	size_t depth = 0;

	for (const char *at = strchr(html, '<'); at; at = strchr(at + 1, '<')) {
		const char *end = strchr(at, '>');

		assert_non_null(end);
		if (at[1] == '/') {
			size_t length = (size_t)(end - at - 2);

			assert_true(depth > 0);
			depth--;
			assert_int_equal(strncmp(open[depth], at + 2, length), 0);
			assert_null(memchr("abcdefghijklmnopqrstuvwxyz123456789",
				open[depth][length], 35));
		} else if (end[-1] != '/') {
			assert_true(depth < DEPTH);
			open[depth++] = at + 1;
		}
	}
	assert_int_equal(depth, 0);
	assert_null(strstr(html, "<script"));
	assert_null(strchr(html, '\x01'));
	assert_null(strstr(html, "style="));
	assert_null(strstr(html, " onload"));
}

static size_t times(const char *html, const char *words)
{
	size_t n = 0;

	for (html = strstr(html, words); html; html = strstr(html + 1, words))
		n++;
	return n;
}

static void assert_picture(const struct text *out)
{
	const char *html = text_string(out);

	assert_well_formed(html);
	assert_int_equal(times(html, "role=\"img\""), 1);
	assert_non_null(strstr(html, "aria-labelledby=\"c1-title c1-desc\""));
	assert_non_null(strstr(html,
		"<title id=\"c1-title\">Title &lt;script&gt;&quot;&#39;&amp; </title>"));
	assert_non_null(strstr(html, "<desc id=\"c1-desc\">Says &lt;script"));
	assert_non_null(strstr(html, "<caption>Title &lt;"));
}

static void bars_show_each_number_twice(void **state)
{
	auto_text_buffer out = {0};
	const struct chart_bar bars[] = {
		{"taken by the relay", 46000}, {HOSTILE, 1}, {"few", CHART_HIDDEN}};

	(void)state;
	chart_bars(&out, &chart, bars, 3);
	assert_picture(&out);
	assert_int_equal(times(text_string(&out), ">46,000<"), 2);
	assert_int_equal(times(text_string(&out), "fewer than 5"), 2);
	assert_null(strstr(text_string(&out), "-1"));
	/* What is there is seen, what is hidden has no length. */
	assert_non_null(strstr(text_string(&out), "width=\"70.0%\""));
	assert_non_null(strstr(text_string(&out), "width=\"0.3%\""));
	assert_non_null(strstr(text_string(&out), "width=\"0.0%\""));
}

static void bars_of_nothing(void **state)
{
	auto_text_buffer out = {0};
	const struct chart_bar none = {"nobody", 0};

	(void)state;
	chart_bars(&out, &chart, &none, 1);
	chart_bars(&out, &chart, NULL, 0);
	assert_well_formed(text_string(&out));
}

static void stacks_never_draw_what_is_hidden(void **state)
{
	auto_text_buffer out = {0};
	static const char *const parts[] = {"sent", "waiting", "by hand"};
	const int64_t high[] = {30, 0, 8}, low[] = {100, CHART_HIDDEN, 3}, no[3] = {0};
	const struct chart_stack stacks[] = {{"high", high}, {"low", low}, {"no", no}};

	(void)state;
	chart_stacks(&out, &chart, parts, 3, stacks, 3);
	assert_picture(&out);
	assert_int_equal(times(text_string(&out), ">38<"), 1);
	assert_int_equal(times(text_string(&out), ">100<"), 1); /* in the table alone */
	assert_null(strstr(text_string(&out), "103"));
	assert_int_equal(times(text_string(&out), "fewer than 5"), 2);
	assert_non_null(strstr(text_string(&out), "nobody"));
	assert_non_null(
		strstr(text_string(&out), "x=\"78.9%\" y=\"106\" width=\"21.1%\""));
}

static void lines_have_gaps(void **state)
{
	auto_text_buffer out = {0};
	static const char *const names[] = {"told", "acknowledged"};
	const int64_t first[] = {10, 0}, second[] = {40, CHART_HIDDEN}, third[] = {50, 9};
	const struct course_moment moments[] = {{1000, "Monday, 09:00", first},
		{2000, "Monday 10:00", second}, {4000, HOSTILE, third}};

	(void)state;
	course_lines(&out, &chart, names, 2, moments, 3);
	assert_picture(&out);
	assert_int_equal(times(text_string(&out), "fewer than 5"), 1);
	assert_int_equal(times(text_string(&out), "<tr>"), 4);
	/* The ends of a long axis share a narrow screen: day above hour. */
	assert_int_equal(times(text_string(&out), ">Monday<"), 1);
	assert_int_equal(times(text_string(&out), ">09:00<"), 1);
	/* A step of the second line would end where its hidden number began: there is
	 * none. */
	assert_int_equal(times(text_string(&out), "stroke-dasharray=\"9 4\""), 2);
	course_lines(&out, &chart, names, 2, moments, 0);
	assert_well_formed(text_string(&out));
}

static void events_are_numbered(void **state)
{
	auto_text_buffer out = {0};
	const struct course_event events[] = {{1000, "Monday", HOSTILE, false},
		{1000, "Monday", "and at once", false},
		{9000, "Friday", "72 hours", true}};

	(void)state;
	course_events(&out, &chart, events, 3);
	assert_picture(&out);
	assert_non_null(strstr(text_string(&out), "3  Friday (to come)"));
	assert_int_equal(times(text_string(&out), "<circle"), 3);
	course_events(&out, &chart, events, 1);
	course_events(&out, &chart, NULL, 0);
	assert_well_formed(text_string(&out));
}

/* Those of one moment stand one above the other, inside of the picture. */
static void no_event_hides_another(void **state)
{
	auto_text_buffer out = {0};
	struct course_event events[7];
	const int heights[] = {146, 124, 102, 80, 58, 36, 14};

	(void)state;
	for (size_t i = 0; i < 7; i++)
		events[i] = (struct course_event){5000, "Monday, 09:00", "again", false};
	course_events(&out, &chart, events, 7);
	for (size_t i = 0; i < 7; i++) {
		auto_text at = text_format("cy=\"%d\"", heights[i]);

		assert_int_equal(times(text_string(&out), at), 1);
	}
}

static void a_flow_has_every_node_in_its_table(void **state)
{
	auto_text_buffer out = {0};
	static const char *const columns[] = {"Rows", "People"};
	struct flow_node nodes[FLOW_NODES + 2] = {{0, "matched", 90},
		{0, HOSTILE " nobody on any list, as far as is known", 10},
		{1, "told", 85}, {1, "few", CHART_HIDDEN}};
	const struct flow_link links[] = {
		{0, 2, 90, 85}, {1, 2, 10, 0}, {0, FLOW_NODES + 1, 1, 1}};
	struct flow flow = {columns, 2, nodes, 4, links, 2};

	(void)state;
	flow_write(&out, &chart, &flow);
	assert_picture(&out);
	assert_int_equal(times(text_string(&out), "<tr>"), 5);
	assert_int_equal(times(text_string(&out), "<path d=\"M"), 2);
	assert_int_equal(times(text_string(&out), "fewer than 5"), 2);
	for (size_t i = 4; i < FLOW_NODES + 2; i++)
		nodes[i] = (struct flow_node){1, "more", 7};
	flow.nodes_count = FLOW_NODES + 2;
	flow.links_count = 3;
	text_clear(&out);
	flow_write(&out, &chart, &flow);
	assert_picture(&out);
	assert_int_equal(times(text_string(&out), "<td>more</td>"), FLOW_NODES - 2);
}

static void fills_differ(void **state)
{
	auto_text_buffer all = {0}, one = {0};

	(void)state;
	for (size_t i = 0; i < CHART_PARTS; i++) {
		text_clear(&one);
		chart_fill(&one, &chart, i);
		assert_null(strstr(text_string(&all), text_string(&one)));
		text_add_string(&all, text_string(&one));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(bars_show_each_number_twice),
		cmocka_unit_test(bars_of_nothing),
		cmocka_unit_test(stacks_never_draw_what_is_hidden),
		cmocka_unit_test(lines_have_gaps), cmocka_unit_test(events_are_numbered),
		cmocka_unit_test(no_event_hides_another),
		cmocka_unit_test(a_flow_has_every_node_in_its_table),
		cmocka_unit_test(fills_differ)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
