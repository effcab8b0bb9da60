/* SPDX-License-Identifier: MIT */
/*
 * Asks the ledger who is silent, and the policy what is next. The follow-ups are made by
 * remind.c; what proves what is schema/0009-letters.sql.
 *
 * The clock may stand wrong. Set back, nothing is due that is not; set forward, what
 * comes too early comes once, since what was made is looked at and not what time it was.
 */
#include "mailer/due.h"

#include <stdlib.h>
#include <string.h>

void due_list_done(struct due_list *d)
{
	for (size_t i = 0; i < d->count; i++)
		row_done(&d->people[i].why);
	free(d->people);
	*d = (struct due_list){0};
}

bool due_is_proved(const struct policy_level *level, const char *proof)
{
	static const char *const ladder[] = {
		"none", "accepted", "delivered", "acknowledged"};
	size_t have = 0;

	for (size_t i = 0; i < sizeof(ladder) / sizeof(ladder[0]); i++)
		if (!strcmp(ladder[i], proof))
			have = i;
	return have > (size_t)level->proof;
}

static bool is_lost(const char *state)
{
	return !strcmp(state, "refused") || !strcmp(state, "bounced");
}

/* From 1; 0: none is due. */
static size_t next_step(
	struct query *q, const struct policy_level *level, int64_t told_at, int64_t now)
{
	size_t made = (size_t)query_int(q, "steps");
	const struct policy_follow_up *up = level->follow_ups;
	const char *state = query_text(q, "state");

	if (made >= level->follow_ups_count || query_int(q, "waiting"))
		return 0;
	if (!strcmp(state, "refused") || (is_lost(state) && query_int(q, "hard")))
		return 0;
	if (now < told_at + up[made].after)
		return 0;
	if (made && now < query_int(q, "last_at") + up[made].after - up[made - 1].after)
		return 0;
	return made + 1;
}

static const char *escalation(
	struct query *q, const struct policy_level *level, int64_t told_at, int64_t now)
{
	bool lost = is_lost(query_text(q, "state"));

	if (!level->escalate.to || query_int(q, "escalated") || !query_null(q, "task_id"))
		return NULL;
	if (lost && level->escalate.on_bounce)
		return "bounced";
	if (level->escalate.after && now >= told_at + level->escalate.after)
		return lost ? "bounced" : "silence";
	return NULL;
}

static const struct policy_level *level_of(const struct policy *p, struct query *q)
{
	int64_t order = query_int(q, "level_order");

	return order >= 0 && (size_t)order < p->levels_count ? &p->levels[order] : NULL;
}

/* 1: something is due. */
static int judge(struct query *q, const struct policy *p, int64_t now,
	struct due_person *ret, struct fault *f)
{
	const struct policy_level *level = level_of(p, q);
	int64_t told_at = query_int(q, "told_at");

	if (!level || due_is_proved(level, query_text(q, "proof")))
		return 0;
	*ret = (struct due_person){.person = query_int(q, "person_id"),
		.first = query_int(q, "first_id"),
		.level = level,
		.level_order = query_int(q, "level_order"),
		.told_at = told_at,
		.certain = query_int(q, "certain") != 0,
		.step = next_step(q, level, told_at, now),
		.escalate = escalation(q, level, told_at, now)};
	if (!ret->step && !ret->escalate)
		return 0;
	if (query_sealed(q, "why_sealed", "assignment.why_sealed", query_int(q, "id"),
		    &ret->why.packed, f)) {
		row_done(&ret->why);
		return -1;
	}
	return 1;
}

/*
 * Whoever has a task has a human, unless the task came of the silence itself: then the
 * mails go on until somebody was reached.
 */
static int ask(struct ledger *l, const char *mode, struct query **ret, struct fault *f)
{
	if (ledger_query(l,
		    SQL("WITH proof AS MATERIALIZED (SELECT * FROM person_proof WHERE mode = :mode),"
			" tasks AS MATERIALIZED (SELECT person_id, task_id, state FROM person_task WHERE mode = :mode),"
			" made AS MATERIALIZED (SELECT u.after_id, max(u.step) AS steps,"
			"  max(coalesce((SELECT max(b.at) FROM attempt b WHERE b.notice_id = u.notice_id), u.at)) AS last_at,"
			"  max(NOT EXISTS (SELECT 1 FROM attempt b WHERE b.notice_id = u.notice_id)"
			"   AND NOT EXISTS (SELECT 1 FROM follow_up_over v WHERE v.notice_id = u.notice_id)) AS waiting"
			"  FROM follow_up_now u WHERE u.kind = 'reminder' AND u.mode = :mode GROUP BY u.after_id)"
			" SELECT p.person_id, p.notice_id AS first_id, p.state, p.proof, p.hard, a.id, a.level_order, a.certain,"
			" a.why_sealed, coalesce(o.at, p.sent_at) AS told_at, coalesce(m.steps, 0) AS steps, m.last_at,"
			" coalesce(m.waiting, 0) AS waiting,"
			" EXISTS (SELECT 1 FROM escalation e WHERE e.notice_id = p.notice_id) AS escalated, t.task_id"
			" FROM proof p JOIN assignment_now a ON a.person_id = p.person_id AND a.route = 'mail'"
			" LEFT JOIN outcome o ON o.attempt_id = p.attempt_id LEFT JOIN tasks t ON t.person_id = p.person_id"
			" LEFT JOIN made m ON m.after_id = p.notice_id"
			" WHERE p.state IN ('accepted', 'relayed', 'delivered', 'bounced', 'in_doubt', 'refused')"
			" AND p.person_id NOT IN (SELECT person_id FROM person_held) AND p.notice_id NOT IN (SELECT notice_id FROM notice_void)"
			" AND (t.task_id IS NULL OR (t.state <> 'done' AND t.task_id IN (SELECT task_id FROM escalation)))"
			" ORDER BY a.level_order, p.notice_id"),
		    ret, f))
		return -1;
	query_bind_text(*ret, ":mode", mode);
	return 0;
}

int due_find(struct ledger *l, const struct policy *p, const char *mode, int64_t now,
	struct due_list *ret, struct fault *f)
{
	auto_query struct query *q = NULL;
	size_t room = 0;
	int got;

	*ret = (struct due_list){0};
	if (ask(l, mode, &q, f))
		return -1;
	while ((got = query_next(q, f)) > 0) {
		struct due_person one;
		int due = judge(q, p, now, &one, f);

		if (due < 0)
			return -1;
		if (!due)
			continue;
		if (ret->count == room) {
			room = room ? room * 2 : 64;
			ret->people =
				text_realloc(ret->people, room * sizeof(*ret->people));
		}
		ret->people[ret->count++] = one;
		ret->steps += one.step != 0;
		ret->escalations += one.escalate != NULL;
	}
	return got;
}
