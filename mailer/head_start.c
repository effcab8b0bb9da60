/* SPDX-License-Identifier: MIT */
/*
 * When head starts begin and end. That mails wait for them is queue.c's and send.c's.
 */
#include "mailer/head_start.h"

#include <string.h>

#include "recipients/clock.h"

#define SEAL_PAD 128

/* A level's tasks or notices, and the newest release with which one of them began. */
static void add(
	const struct policy *p, struct query *q, int64_t made_at, struct head_starts *ret)
{
	const struct policy_level *level = policy_level_named(p, query_text(q, "level"));
	int64_t until = query_int(q, "began_at") + (level ? level->head_start : 0);

	if (level && level->head_start && until > made_at &&
		ret->count < POLICY_MAX_LEVELS)
		ret->list[ret->count++] = (struct head_start){.level = level->name,
			.order = query_int(q, "level_order"),
			.until = until,
			.lifted = query_int(q, "lifted") != 0};
}

/* The number, set and time of a release; of one that would be made, its number. */
static int read_release(
	struct ledger *l, int64_t *release, int64_t *set, int64_t *at, struct fault *f)
{
	auto_query struct query *q = NULL;

	if (!*release) {
		if (ledger_number(l, SQL("SELECT max(id) FROM release"), 0, release, f))
			return -1;
		(*release)++;
		return 0;
	}
	if (ledger_query(l, SQL("SELECT compose_set_id, at FROM release WHERE id = :id"),
		    &q, f))
		return -1;
	query_bind_int(q, ":id", *release);
	if (query_next(q, f) < 0)
		return -1;
	*set = query_int(q, "compose_set_id");
	*at = query_int(q, "at");
	return 0;
}

static bool is_asked_for(const struct policy *p)
{
	for (size_t i = 0; i < p->levels_count; i++)
		if (p->levels[i].head_start)
			return true;
	return false;
}

int head_start_find(struct ledger *l, const struct policy *p, const char *mode,
	int64_t release, int64_t set, int64_t at, struct head_starts *ret,
	struct fault *f)
{
	auto_query struct query *q = NULL;
	int got;

	*ret = (struct head_starts){0};
	if (!is_asked_for(
		    p)) /* else all of the set would be looked through for nothing */
		return 0;
	if (read_release(l, &release, &set, &at, f) ||
		ledger_query(l,
			SQL("SELECT level, level_order, coalesce((SELECT at FROM release WHERE id = began), :at) AS began_at,"
			    " EXISTS (SELECT 1 FROM head_start_lifted h WHERE h.mode = :mode AND h.release_id >= began) AS lifted"
			    " FROM (SELECT level, level_order, max(began) AS began FROM"
			    " (SELECT t.level, t.level_order, coalesce((SELECT min(r.id) FROM release r WHERE r.mode = :mode"
			    "   AND r.id <= :release AND r.compose_set_id >= t.set_id), :release) AS began"
			    "   FROM plan p JOIN task t ON t.id = p.task_id WHERE p.set_id = :set"
			    " UNION ALL SELECT n.level, n.level_order, coalesce((SELECT min(i.release_id) FROM release_item i"
			    "   WHERE i.notice_id = n.id AND i.release_id <= :release), :release)"
			    "   FROM plan p JOIN notice n ON n.id = p.notice_id WHERE p.set_id = :set AND NOT n.cover)"
			    " GROUP BY level, level_order) ORDER BY level_order"),
			&q, f))
		return -1;
	query_bind_text(q, ":mode", mode);
	query_bind_int(q, ":release", release);
	query_bind_int(q, ":set", set);
	query_bind_int(q, ":at", at);
	while ((got = query_next(q, f)) > 0)
		add(p, q, at, ret);
	return got;
}

int head_start_newest(struct ledger *l, const struct policy *p, const char *mode,
	struct head_starts *ret, struct fault *f)
{
	auto_query struct query *q = NULL;
	int got;

	*ret = (struct head_starts){0};
	if (ledger_query(l,
		    SQL("SELECT id FROM release_valid WHERE mode = :mode ORDER BY id DESC LIMIT 1"),
		    &q, f))
		return -1;
	query_bind_text(q, ":mode", mode);
	got = query_next(q, f);
	if (got <= 0)
		return got;
	return head_start_find(l, p, mode, query_int(q, "id"), 0, 0, ret, f);
}

bool head_start_runs(const struct head_start *h, int64_t now)
{
	return !h->lifted && h->until > now;
}

int64_t head_start_not_before(const struct head_starts *h, int64_t order, int64_t now)
{
	int64_t latest = 0;

	for (size_t i = 0; i < h->count; i++)
		if (h->list[i].order < order && head_start_runs(&h->list[i], now) &&
			h->list[i].until > latest)
			latest = h->list[i].until;
	return latest;
}

void head_start_manifest(const struct head_starts *h, struct text *out)
{
	char until[CLOCK_TEXT];

	for (size_t i = 0; i < h->count; i++)
		text_printf(out, "head-start %s until %s\n", h->list[i].level,
			clock_write(h->list[i].until, until));
}

json_t *head_start_json(const struct head_starts *h, int64_t now)
{
	json_t *list = json_array();
	char until[CLOCK_TEXT];

	for (size_t i = 0; i < h->count; i++)
		(void)json_array_append_new(
			list, json_pack("{s:s,s:s,s:b,s:b}", "level", h->list[i].level,
				      "until", clock_write(h->list[i].until, until),
				      "lifted", (int)h->list[i].lifted, "running",
				      (int)head_start_runs(&h->list[i], now)));
	return list;
}

static int insert(struct ledger *l, const char *mode, const char *by, const char *reason,
	struct fault *f)
{
	auto_query struct query *q = NULL;
	auto_row said = {0};
	int64_t id;

	if (ledger_number(l, SQL("SELECT max(id) FROM head_start_lifted"), 0, &id, f) ||
		ledger_query(l,
			SQL("INSERT INTO head_start_lifted (id, run_id, at, mode, release_id, said_sealed) VALUES (:id, :run, :at,"
			    " :mode, (SELECT max(id) FROM release_valid WHERE mode = :mode), :said_sealed)"),
			&q, f))
		return -1;
	row_add(&said, "by", by);
	row_add(&said, "reason", reason);
	query_bind_int(q, ":id", ++id);
	query_bind_int(q, ":run", ledger_run(l));
	query_bind_int(q, ":at", clock_now());
	query_bind_text(q, ":mode", mode);
	query_bind_sealed(q, ":said_sealed", "head_start_lifted.said_sealed", id,
		said.packed.bytes, said.packed.length, SEAL_PAD);
	return query_run(q, f);
}

static int lift(struct ledger *l, const struct policy *p, const char *mode,
	const char *by, const char *reason, size_t *ret, struct fault *f)
{
	struct head_starts h;

	if (head_start_newest(l, p, mode, &h, f))
		return -1;
	for (size_t i = 0; i < h.count; i++)
		*ret += head_start_runs(&h.list[i], clock_now());
	return *ret ? insert(l, mode, by, reason, f) : 0;
}

int head_start_lift(struct ledger *l, const struct policy *p, const char *mode,
	const char *by, const char *reason, size_t *ret, struct fault *f)
{
	*ret = 0;
	if (ledger_begin(l, f))
		return -1;
	if (lift(l, p, mode, by, reason, ret, f)) {
		ledger_rollback(l);
		return -1;
	}
	if (*ret)
		return ledger_commit(l, f);
	ledger_rollback(l);
	return 0;
}
