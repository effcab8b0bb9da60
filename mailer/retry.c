/* SPDX-License-Identifier: MIT */
/*
 * Arithmetic, and the end of patience. That what was given up goes no more is the view
 * notice_barred (schema/0008-sending.sql); who claims when is send.c's.
 */
#include "mailer/retry.h"

#include <stdlib.h>

#include "mailer/task.h"
#include "recipients/clock.h"
#include "recipients/roster.h"
#include "recipients/text.h"

#define SPREAD 5 /* at most a fifth sooner */

/* Any number to one that looks random (the finalizer of SplitMix64, Steele et al. 2014).
 */
static uint64_t scramble(uint64_t x)
{
	x += 0x9e3779b97f4a7c15;
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
	x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
	return x ^ (x >> 31);
}

int64_t retry_wait(int64_t times, int64_t seed)
{
	int64_t wait = RETRY_FIRST;
	uint64_t draw = scramble((uint64_t)seed ^ (uint64_t)times << 56);

	for (int64_t i = 1; i < times && wait < RETRY_MOST; i++)
		wait *= 2;
	if (wait > RETRY_MOST)
		wait = RETRY_MOST;
	return wait - (int64_t)(draw % (uint64_t)(wait / SPREAD));
}

/* A mail whose time is over. */
struct overdue {
	int64_t notice, person, level_order, set;
	char *level;
};
struct overdues {
	struct overdue *list;
	size_t count;
};

static void overdues_done(struct overdues *o)
{
	for (size_t i = 0; i < o->count; i++)
		text_freep(&o->list[i].level);
	free(o->list);
}
#define auto_overdues __attribute__((cleanup(overdues_done))) struct overdues

/* 0: never. A limit that is not set does not count. */
static int64_t patience(const struct settings_relay *r, bool holds_up)
{
	if (!holds_up || !r->hold_for)
		return r->retry_for;
	return r->retry_for && r->retry_for < r->hold_for ? r->retry_for : r->hold_for;
}

static int find(struct ledger *l, const struct settings *s, int64_t release, int64_t now,
	struct overdues *ret, struct fault *f)
{
	auto_query struct query *q = NULL;
	size_t room = 0;
	int got;

	if (ledger_query(l,
		    SQL("SELECT n.id, n.person_id, n.level, n.level_order, c.id AS set_id, min(o.at) AS first_at,"
			" n.level_order < (SELECT max(m.level_order) FROM release_item j JOIN notice m ON m.id = j.notice_id"
			" WHERE j.release_id = :release) AS holds_up FROM attempt_last a"
			" JOIN attempt b ON b.notice_id = a.notice_id AND b.release_id = :release"
			" JOIN outcome o ON o.attempt_id = b.id AND o.verdict = 'deferred'"
			" JOIN notice n ON n.id = a.notice_id JOIN compose_set k ON k.id = n.set_id"
			" JOIN compose_set_now c ON c.mode = k.mode WHERE a.verdict = 'deferred'"
			" AND a.notice_id NOT IN (SELECT notice_id FROM given_up) GROUP BY n.id ORDER BY n.level_order, n.id"),
		    &q, f))
		return -1;
	query_bind_int(q, ":release", release);
	while ((got = query_next(q, f)) > 0) {
		int64_t limit = patience(&s->relay, query_int(q, "holds_up") != 0);

		if (!limit || now - query_int(q, "first_at") < limit)
			continue;
		if (ret->count == room) {
			room = room ? room * 2 : 64;
			ret->list = text_realloc(ret->list, room * sizeof(*ret->list));
		}
		ret->list[ret->count++] = (struct overdue){query_int(q, "id"),
			query_int(q, "person_id"), query_int(q, "level_order"),
			query_int(q, "set_id"), text_copy(query_text(q, "level"))};
	}
	return got;
}

/* They may have one already, opened by a decision: then that is the way. */
static int open_task(struct ledger *l, const struct settings *s, const struct policy *p,
	const struct roster *people, const struct overdue *o, int64_t *ret,
	struct fault *f)
{
	const struct task_filter filter = {.mode = settings_mode(s), .person = o->person};
	size_t index = roster_person(people, o->person);
	bool above = o->level_order < (int64_t)p->default_level;
	auto_task_list list = {0};
	struct task_new t = {.set = o->set,
		.person = o->person,
		.level = o->level,
		.level_order = o->level_order,
		.reason = "deferred"};

	*ret = 0;
	if (task_find(l, &filter, &list, f))
		return -1;
	for (size_t i = 0; i < list.count; i++)
		if (!list.tasks[i].after)
			return 0;
	if (index == SIZE_MAX)
		return 0; /* their list was withdrawn since */
	t.kind = task_kind(t.reason, above, roster_newest(people, index));
	t.due = task_due(t.kind, above, clock_now());
	return task_open(l, &t, ret, f);
}

static int write_all(struct ledger *l, const struct settings *s, const struct policy *p,
	const struct overdues *all, struct fault *f)
{
	auto_query struct query *q = NULL;
	auto_roster people = {0};

	if (roster_load_entries(l, &people, f) ||
		ledger_query(l,
			SQL("INSERT INTO given_up (notice_id, run_id, at, task_id) VALUES (:notice, :run, :at, :task)"),
			&q, f))
		return -1;
	for (size_t i = 0; i < all->count; i++) {
		int64_t task;

		if (open_task(l, s, p, &people, &all->list[i], &task, f))
			return -1;
		query_bind_int(q, ":notice", all->list[i].notice);
		query_bind_int(q, ":run", ledger_run(l));
		query_bind_int(q, ":at", clock_now());
		if (task)
			query_bind_int(q, ":task", task);
		else
			query_bind_null(q, ":task");
		if (query_run(q, f))
			return -1;
	}
	return 0;
}

int retry_give_up(struct ledger *l, const struct settings *s, const struct policy *p,
	int64_t release, int64_t now, int64_t *ret, struct fault *f)
{
	auto_overdues all = {0};

	*ret = 0;
	if (!s->relay.retry_for && !s->relay.hold_for)
		return 0;
	if (find(l, s, release, now, &all, f))
		return -1;
	if (!all.count)
		return 0;
	if (ledger_begin(l, f) || write_all(l, s, p, &all, f) || ledger_commit(l, f)) {
		ledger_rollback(l);
		return -1;
	}
	*ret = (int64_t)all.count;
	return 0;
}
