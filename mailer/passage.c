/* SPDX-License-Identifier: MIT */
/*
 * Attempts and outcomes of a release as counts. Which counts are too small to tell is
 * small.c's; the relay's own words stay sealed, since they may hold an address.
 *
 * What can go wrong: a relay that makes up thousands of codes. They end as "others".
 */
#include "mailer/passage.h"

#include <stdlib.h>
#include <string.h>

#include "mailer/small.h"
#include "recipients/clock.h"

#define HOUR INT64_C(3600000)
#define ENHANCED_MAX 11 /* "5.999.999" and a little; RFC 3463, section 2 */

/* --- answers --- */

struct answers {
	char **words;
	struct small_count *counts;
	size_t length;
};

static void answers_done(struct answers *a)
{
	for (size_t i = 0; i < a->length; i++)
		free(a->words[i]);
	free(a->words);
	free(a->counts);
}

/* Digits and points: nothing else of what a server said goes out. */
static const char *safe_code(const char *enhanced)
{
	size_t length = strlen(enhanced);

	return length && length <= ENHANCED_MAX &&
			       strspn(enhanced, "0123456789.") == length
		       ? enhanced
		       : "-";
}

static void add_answer(struct answers *a, struct query *q)
{
	size_t n = a->length++;

	a->words = text_realloc(a->words, a->length * sizeof(*a->words));
	a->counts = text_realloc(a->counts, a->length * sizeof(*a->counts));
	a->counts[n] = (struct small_count){.count = query_int(q, "notices")};
	a->words[n] = text_format("%s %lld %s", query_text(q, "verdict"),
		(long long)query_int(q, "code"), safe_code(query_text(q, "enhanced")));
}

static void write_answers(struct answers *a, struct text *out)
{
	int64_t others = small_hide(a->counts, a->length);

	for (size_t i = 0; i < a->length; i++)
		if (a->counts[i].how != SMALL_NOT)
			text_printf(out, "answer %s %s%lld\n", a->words[i],
				a->counts[i].how == SMALL_AT_LEAST ? "at-least " : "",
				(long long)a->counts[i].told);
	if (others == SMALL_FEWER)
		text_printf(out, "answer others fewer-than %d\n", SMALL_LEAST);
	else if (others)
		text_printf(out, "answer others %lld\n", (long long)others);
}

static int answers(struct ledger *l, int64_t release, struct text *out, struct fault *f)
{
	__attribute__((cleanup(answers_done))) struct answers a = {0};
	auto_query struct query *q = NULL;
	int got;

	if (ledger_query(l,
		    SQL("WITH last AS (SELECT notice_id, max(id) AS id FROM attempt WHERE release_id = :release GROUP BY 1)"
			" SELECT coalesce(o.verdict, CASE WHEN t.id IS NULL THEN 'not-handed-over' ELSE 'no-answer' END) AS verdict,"
			" coalesce(o.code, 0) AS code, coalesce(o.enhanced, '') AS enhanced, count(*) AS notices"
			" FROM release_item i LEFT JOIN last t ON t.notice_id = i.notice_id"
			" LEFT JOIN outcome o ON o.attempt_id = t.id WHERE i.release_id = :release"
			" GROUP BY 1, 2, 3 ORDER BY 4 DESC, 1, 2, 3"),
		    &q, f))
		return -1;
	query_bind_int(q, ":release", release);
	while ((got = query_next(q, f)) > 0)
		add_answer(&a, q);
	write_answers(&a, out);
	return got;
}

/* --- hours --- */

/* Hours that are told as one. */
struct span {
	int64_t from, to; /* hours since 1970; `to` INT64_MAX: later, or not yet */
	int64_t notices, of_last_level;
};

static void write_span(const struct span *s, struct text *out)
{
	char from[CLOCK_TEXT], to[CLOCK_TEXT];

	text_printf(out, "hours %s %s %lld\n",
		s->from == INT64_MAX ? "none" : clock_write(s->from * HOUR, from),
		s->to == INT64_MAX ? "later" : clock_write(s->to * HOUR, to),
		(long long)s->notices);
}

static void take_hour(struct span *s, struct query *q)
{
	int64_t hour = query_null(q, "hour") ? INT64_MAX : query_int(q, "hour");

	if (!s->notices)
		s->from = hour;
	s->to = hour == INT64_MAX ? hour : hour + 1;
	s->notices += query_int(q, "notices");
	s->of_last_level += query_int(q, "of_last_level");
}

static int hours(struct ledger *l, int64_t release, struct text *out, struct fault *f)
{
	struct span done = {0}, now = {0};
	auto_query struct query *q = NULL;
	int got;

	if (ledger_query(l,
		    SQL("WITH last AS (SELECT notice_id, max(id) AS id FROM attempt WHERE release_id = :release GROUP BY 1),"
			" of AS (SELECT i.notice_id, n.level_order FROM release_item i JOIN notice n ON n.id = i.notice_id"
			" WHERE i.release_id = :release)"
			" SELECT a.at / 3600000 AS hour, count(*) AS notices,"
			" sum(o.level_order = (SELECT max(level_order) FROM of)) AS of_last_level"
			" FROM of o LEFT JOIN last t ON t.notice_id = o.notice_id LEFT JOIN attempt a ON a.id = t.id"
			" GROUP BY 1 ORDER BY hour IS NULL, hour"),
		    &q, f))
		return -1;
	query_bind_int(q, ":release", release);
	while ((got = query_next(q, f)) > 0) {
		take_hour(&now, q);
		if (now.of_last_level < SMALL_LEAST)
			continue;
		if (done.notices)
			write_span(&done, out);
		done = now;
		now = (struct span){0};
	}
	if (!done.notices) {
		done = now;
	} else if (now.notices) { /* too few to stand alone */
		done.to = now.to;
		done.notices += now.notices;
	}
	if (!got && done.notices)
		write_span(&done, out);
	return got;
}

int passage_write(struct ledger *l, int64_t release, int64_t notices, struct text *out,
	struct fault *f)
{
	text_printf(out, "notices %lld\n", (long long)notices);
	if (notices < SMALL_LEAST)
		return 0;
	return answers(l, release, out, f) || hours(l, release, out, f) ? -1 : 0;
}
