/* SPDX-License-Identifier: MIT */
/*
 * Figures and a bar. What they count is send.c's; the tally at the end is verb/send.c's.
 */
#include "mailer/verb/send_progress.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "mailer/show.h"
#include "recipients/clock.h"
#include "recipients/config.h"
#include "recipients/text.h"

#define BAR 30 /* where there is room for it */
#define NAME 18

static void show_json_line(const struct send_view *v, const struct send_progress *p)
{
	const struct send_count *l = &p->level[p->now];
	auto_json *o = json_pack("{s:I,s:I,s:s,s:I,s:I,s:I,s:I,s:I,s:I,s:f,s:o}", "done",
		(json_int_t)p->all.done, "total", (json_int_t)p->all.total, "level",
		v->command->policy->levels[p->now].name, "level_done",
		(json_int_t)l->done, "level_total", (json_int_t)l->total, "accepted",
		(json_int_t)p->all.accepted, "refused", (json_int_t)p->all.refused,
		"deferred", (json_int_t)p->all.deferred, "in_doubt",
		(json_int_t)p->all.in_doubt, "per_second", p->per_second, "seconds_left",
		p->seconds_left < 0 ? json_null() : json_real(p->seconds_left));

	(void)json_dumpf(o, stderr, JSON_COMPACT | JSON_REAL_PRECISION(6));
	(void)fputc('\n', stderr);
}

/* "1,204 of 4,112  accepted 1,203  deferred 1  162/s  18 s left" */
static void add_figures(struct text *out, const struct send_progress *p, size_t level)
{
	const struct send_count *l = &p->level[level];
	char n[SHOW_NUMBER];
	const struct {
		const char *word;
		size_t count;
	} parts[] = {{"accepted", l->accepted}, {"refused", l->refused},
		{"deferred", l->deferred}, {"in doubt", l->in_doubt}};

	text_add_string(out, show_number((int64_t)l->done, n));
	text_printf(out, " of %s", show_number((int64_t)l->total, n));
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (parts[i].count)
			text_printf(out, "  %s %s", parts[i].word,
				show_number((int64_t)parts[i].count, n));
	if (p->per_second > 0)
		text_printf(out, "  %.0f/s", p->per_second);
	if (level == p->now && p->seconds_left > 0 && l->done < l->total)
		text_printf(out, "  %.0f s left", p->seconds_left);
}

static int columns(void)
{
	struct winsize w;

	return ioctl(STDERR_FILENO, TIOCGWINSZ, &w) || !w.ws_col ? 80 : w.ws_col;
}

/* One line that is written over: a longer one than the terminal is wide would stay behind
 * each time. The bar is what gives way. */
static void show_bar(
	const struct send_count *l, const char *name, const struct text *figures)
{
	int room = columns() - 2 - (int)figures->length;
	int width = (int)strlen(name) > NAME ? (int)strlen(name) : NAME;
	int bar = room - width - 1 < BAR ? room - width - 1 : BAR;
	int filled = l->total && bar > 0 ? (int)(l->done * (size_t)bar / l->total) : 0;

	width = width < room ? width : room > 0 ? room : 0;
	(void)fprintf(stderr, "\r%-*.*s ", width, width, name);
	for (int i = 0; i < bar; i++)
		(void)fputc(i < filled ? '#' : '.', stderr);
	(void)fprintf(stderr, "%s%s\033[K", bar > 0 ? " " : "", text_string(figures));
}

/* "counter-terrorism  ######........ 1,204 of 4,112  accepted 1,203  162/s  18 s left" */
static void show_level(const struct send_view *v, const struct send_progress *p,
	size_t level, bool terminal)
{
	const char *name = v->command->policy->levels[level].name;
	auto_text_buffer figures = {0};

	add_figures(&figures, p, level);
	if (terminal)
		show_bar(&p->level[level], name, &figures);
	else
		(void)fprintf(
			stderr, "sending: %-*s %s\n", NAME, name, text_string(&figures));
}

void send_progress_show(void *user, const struct send_progress *p)
{
	struct send_view *v = user;
	int64_t now = clock_monotonic();
	bool json = v->command->json, terminal = !json && isatty(STDERR_FILENO);
	bool next = v->begun && v->level != p->now;

	review_run_step(v->page);
	if (v->command->quiet)
		return;
	if (!v->begun && !terminal && !json)
		v->shown_at = v->shown_at ? v->shown_at : now;
	if (!p->over && !(next && terminal) &&
		now - v->shown_at < (json              ? 1000
					    : terminal ? 100
						       : 10000))
		return;
	if (p->over && !terminal && !json && now - v->shown_at < 10000)
		return; /* the tally says it */
	v->shown_at = now;
	if (json) {
		show_json_line(v, p);
		return;
	}
	if (next && terminal) { /* the level that is over keeps its line */
		show_level(v, p, v->level, terminal);
		(void)fputc('\n', stderr);
	}
	v->begun = true;
	v->level = p->now;
	show_level(v, p, p->now, terminal);
	if (p->over && terminal)
		(void)fputc('\n', stderr);
}
