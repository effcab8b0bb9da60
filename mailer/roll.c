/* SPDX-License-Identifier: MIT */
/*
 * People and what became of them, out of lists, assignments, attempts, receipts and
 * tasks.
 *
 * What can go wrong: somebody comes onto a list after the ranks were read. Then they are
 * counted nowhere until the next open, which is too few, never too many.
 */
#include "mailer/roll.h"

#include <stdlib.h>
#include <string.h>

#include "recipients/roster.h"

#define ALWAYS 1 /* ms since 1970: before anything else */

struct member {
	int64_t id;
	enum scope_group group;
	int64_t at[ROLL_MEASURES]; /* when first; 0: not yet. Of who is not counted: all 0
				    */
};

struct roll {
	struct ledger *ledger;
	const struct policy *policy;
	struct member *members; /* by id */
	size_t count;
	int64_t all; /* counted */
};

const char *roll_measure_name(enum roll_measure m)
{
	static const char *const names[ROLL_MEASURES] = {
		"people", "told", "delivered", "acknowledged", "bounced", "reminded"};

	return names[m];
}

/* --- who is counted --- */

static int by_id(const void *a, const void *b)
{
	const struct member *x = a, *y = b;

	return (x->id > y->id) - (x->id < y->id);
}

static struct member *find(const struct roll *r, int64_t id)
{
	const struct member key = {.id = id};

	return bsearch(&key, r->members, r->count, sizeof(*r->members), by_id);
}

static bool wants_rank(void *context, const char *field)
{
	(void)context;
	return !strcmp(field, "rank") || !strcmp(field, "employment");
}

/* By the newest list that says it. */
static enum scope_group group_of(const struct roster *people, size_t person)
{
	const char *rank = NULL, *employment = NULL, *value;

	for (const struct roster_row *e = NULL; (e = roster_entry(people, person, e));) {
		value = roster_value(e, "rank");
		rank = value ? value : rank;
		value = roster_value(e, "employment");
		employment = value ? value : employment;
	}
	return scope_group_of(rank, employment);
}

static int read_ranks(struct roll *r, struct fault *f)
{
	const struct roster_wish wish = {wants_rank, NULL};
	auto_roster people = {0};

	if (roster_load_entries_of(r->ledger, &wish, &people, f))
		return -1;
	r->members = text_alloc((people.people_count + 1) * sizeof(*r->members));
	r->count = people.people_count;
	for (size_t i = 0; i < r->count; i++)
		r->members[i] = (struct member){
			.id = people.people[i], .group = group_of(&people, i)};
	qsort(r->members, r->count, sizeof(*r->members), by_id);
	return 0;
}

/* A level that is not in the policy any more may have been withheld. */
static bool is_shown(const struct roll *r, const char *level)
{
	const struct policy_level *l = policy_level_named(r->policy, level);

	return l && l->review == POLICY_FULL;
}

static int read_affected(struct roll *r, struct fault *f)
{
	auto_query struct query *q = NULL;
	int got;

	r->all = 0;
	for (size_t i = 0; i < r->count; i++)
		memset(r->members[i].at, 0, sizeof(r->members[i].at));
	if (ledger_query(r->ledger,
		    SQL("SELECT person_id, level FROM assignment_now"
			" WHERE person_id NOT IN (SELECT person_id FROM person_shielded)"),
		    &q, f))
		return -1;
	while ((got = query_next(q, f)) > 0) {
		struct member *m = find(r, query_int(q, "person_id"));

		if (!m || !is_shown(r, query_text(q, "level")))
			continue;
		m->at[ROLL_PEOPLE] = ALWAYS;
		r->all++;
	}
	return got;
}

/* --- what became of them --- */

static void first(struct member *m, enum roll_measure what, int64_t at)
{
	if (!m->at[what] || at < m->at[what])
		m->at[what] = at;
}

/* What a row proves; `what` as in the query of read_events. */
static void take_event(struct member *m, const char *what, int64_t at)
{
	if (!strcmp(what, "bounced")) {
		first(m, ROLL_BOUNCED, at);
		return;
	}
	first(m, ROLL_TOLD, at);
	if (!strcmp(what, "reminder"))
		first(m, ROLL_REMINDED, at);
	if (!strcmp(what, "delivered") || !strcmp(what, "acknowledged"))
		first(m, ROLL_DELIVERED, at);
	if (!strcmp(what, "acknowledged"))
		first(m, ROLL_ACKNOWLEDGED, at);
}

/*
 * Letters that were taken and did not come back, what came back of them, and who was told
 * in person.
 */
static int read_events(struct roll *r, const char *mode, struct fault *f)
{
	auto_query struct query *q = NULL;
	int got;

	if (ledger_query(r->ledger,
		    SQL("WITH back AS MATERIALIZED (SELECT c.notice_id, c.attempt_id, c.says, c.at FROM receipt_now c)"
			" SELECT n.person_id, coalesce(u.kind, 'told') AS what, l.at"
			" FROM attempt_last l JOIN release r ON r.id = l.release_id JOIN notice n ON n.id = l.notice_id"
			" LEFT JOIN follow_up u ON u.notice_id = n.id"
			" WHERE r.mode = :mode AND l.verdict = 'accepted' AND NOT n.cover AND coalesce(u.kind, '') <> 'correction'"
			" AND l.id NOT IN (SELECT attempt_id FROM back WHERE says = 'bounced' AND attempt_id IS NOT NULL)"
			" AND n.id NOT IN (SELECT notice_id FROM back WHERE says = 'bounced' AND attempt_id IS NULL)"
			" UNION ALL SELECT n.person_id, CASE c.says WHEN 'acknowledged' THEN c.says WHEN 'bounced' THEN c.says"
			"  ELSE 'delivered' END, c.at FROM back c JOIN notice n ON n.id = c.notice_id"
			" JOIN compose_set s ON s.id = n.set_id LEFT JOIN follow_up u ON u.notice_id = n.id"
			" WHERE s.mode = :mode AND NOT n.cover AND coalesce(u.kind, '') <> 'correction' AND c.says IN"
			" ('acknowledged', 'bounced', 'delivered', 'read', 'question', 'worried', 'replied')"
			" UNION ALL SELECT person_id, 'told', tried_at FROM task_now"
			" WHERE mode = :mode AND state = 'done' AND after_id IS NULL AND NOT beside"),
		    &q, f))
		return -1;
	query_bind_text(q, ":mode", mode);
	while ((got = query_next(q, f)) > 0) {
		struct member *m = find(r, query_int(q, "person_id"));

		if (m && m->at[ROLL_PEOPLE])
			take_event(m, query_text(q, "what"), query_int(q, "at"));
	}
	return got;
}

/* --- opening, and asking --- */

int roll_open(
	struct ledger *l, const struct policy *p, struct roll **ret, struct fault *f)
{
	struct roll *r = text_alloc(sizeof(*r));

	r->ledger = l;
	r->policy = p;
	if (read_ranks(r, f)) {
		roll_close(r);
		return -1;
	}
	*ret = r;
	return 0;
}

void roll_close(struct roll *r)
{
	if (!r)
		return;
	free(r->members);
	free(r);
}

int roll_refresh(struct roll *r, const char *mode, struct fault *f)
{
	return read_affected(r, f) || read_events(r, mode, f) ? -1 : 0;
}

bool roll_counts(const struct roll *r, int64_t person)
{
	const struct member *m = find(r, person);

	return m && m->at[ROLL_PEOPLE];
}

int64_t roll_all(const struct roll *r)
{
	return r->all;
}

int64_t roll_first(const struct roll *r)
{
	int64_t at = 0;

	for (size_t i = 0; i < r->count; i++)
		for (size_t k = ROLL_TOLD; k < ROLL_MEASURES; k++)
			if (r->members[i].at[k] && (!at || r->members[i].at[k] < at))
				at = r->members[i].at[k];
	return at;
}

void roll_until(const struct roll *r, int64_t moment, roll_cells ret)
{
	memset(ret, 0, sizeof(roll_cells));
	for (size_t i = 0; i < r->count; i++)
		for (size_t k = 0; k < ROLL_MEASURES; k++)
			ret[k][r->members[i].group] +=
				r->members[i].at[k] && r->members[i].at[k] <= moment;
}
