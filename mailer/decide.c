/* SPDX-License-Identifier: MIT */
/*
 * One transaction: the decision, and the task that it opens or does away with. That the
 * notice is barred follows from the decision alone (schema/0002-by-hand.sql).
 */
#include "mailer/decide.h"

#include <string.h>

#include "mailer/basis.h"
#include "mailer/outcome.h"
#include "mailer/task.h"
#include "recipients/clock.h"
#include "recipients/config.h"
#include "recipients/shield.h"

/* Where the person stands before it. */
struct standing {
	int64_t person;
	const struct roster_row *entry;
	bool affected; /* group has put them on a level */
	bool shielded; /* only the liaison knows who it is */
	size_t order;  /* that level's */
	struct rulings *all;
	const struct ruling_now *now; /* NULL: nothing was decided yet */
};

static void standing_done(struct standing *s)
{
	rulings_free(s->all);
}
#define auto_standing __attribute__((cleanup(standing_done))) struct standing

static int load_shield(struct ledger *l, struct standing *s, struct fault *f)
{
	auto_shields *shields = NULL;

	if (shields_load(l, &shields, f))
		return -1;
	s->shielded = shields_reference(shields, s->person) != NULL;
	return 0;
}

static int load(struct ledger *l, const struct decide_options *o, size_t person,
	struct standing *s, struct fault *f)
{
	auto_query struct query *q = NULL;
	int got;

	s->person = o->people->people[person];
	s->entry = roster_newest(o->people, person);
	s->order = o->policy->default_level;
	if (load_shield(l, s, f) || rulings_load(l, &s->all, f) ||
		ledger_query(l,
			SQL("SELECT level FROM assignment_now WHERE person_id = :person"),
			&q, f))
		return -1;
	s->now = rulings_find(s->all, s->person);
	query_bind_int(q, ":person", s->person);
	got = query_next(q, f);
	if (got > 0) {
		const struct policy_level *level =
			policy_level_named(o->policy, query_text(q, "level"));

		s->affected = level != NULL;
		if (level)
			s->order = (size_t)(level - o->policy->levels);
	}
	return got < 0 ? -1 : 0;
}

/* --- is it allowed, and does it say anything new? --- */

static int find_level(
	const struct policy *p, const char *name, size_t *ret, struct fault *f)
{
	const struct policy_level *level = policy_level_named(p, name);
	const char *names[POLICY_MAX_LEVELS + 1] = {NULL}, *near;

	for (size_t i = 0; i < p->levels_count; i++)
		names[i] = p->levels[i].name;
	near = level ? NULL : config_nearest(name, names);
	if (!level)
		return fault_set(f, FAULT_USAGE, "policy.json has no level '%s'%s%s%s",
			name, near ? " (did you mean '" : "", near ? near : "",
			near ? "'?)" : "");
	*ret = (size_t)(level - p->levels);
	return 0;
}

static int check_route(const struct decide_options *o, const struct standing *s,
	const struct ruling *r, struct fault *f)
{
	static const char *const routes[] = {"mail", "task", "restricted", "none", NULL};
	const struct policy_level *level = &o->policy->levels[s->order];
	const char *const *route = routes;

	while (*route && strcmp(*route, r->value) != 0)
		route++;
	if (!*route)
		return fault_set(
			f, FAULT_USAGE, "--route takes mail, task, restricted or none");
	if (!strcmp(r->value, "mail") && s->affected && level->route != POLICY_MAIL)
		return fault_set(f, FAULT_REFUSED,
			"level %s is not told by mail: nobody on it gets one by a decision",
			level->name);
	if (!strcmp(r->value, "restricted") != (r->review_by != NULL))
		return fault_set(f, FAULT_USAGE,
			"--review-by YYYY-MM-DD goes with --route restricted: by then somebody looks at it again");
	return 0;
}

static bool says_nothing_new(const struct standing *s, const struct ruling *r)
{
	static const struct ruling_now nothing;
	const struct ruling_now *now = s->now ? s->now : &nothing;

	if (!strcmp(r->choice, "hold") || !strcmp(r->choice, "unhold"))
		return now->held == !strcmp(r->choice, "hold");
	if (!strcmp(r->choice, "deceased"))
		return now->deceased;
	if (!strcmp(r->choice, "address-unsafe"))
		return now->address_unsafe;
	if (!strcmp(r->choice, "raise")) /* nobody is put below what the rules say */
		return now->level ? !strcmp(now->level, r->value) : !r->bars;
	if (!strcmp(r->value, "mail"))
		return !now->route && !now->deceased && !now->address_unsafe;
	return now->route && !strcmp(now->route, r->value) && !r->review_by;
}

/* Does this decision bar the notice that they have? */
static int weigh(const struct decide_options *o, const struct standing *s,
	struct ruling *r, size_t *ret_order, struct fault *f)
{
	*ret_order = s->order;
	if (!strcmp(r->choice, "raise")) {
		if (find_level(o->policy, r->value, ret_order, f))
			return -1;
		r->bars = !s->affected || *ret_order < s->order;
		return 0;
	}
	if (!strcmp(r->choice, "route") && check_route(o, s, r, f))
		return -1;
	r->bars = strcmp(r->choice, "unhold") != 0 &&
		  (strcmp(r->choice, "route") != 0 || strcmp(r->value, "mail") != 0);
	return 0;
}

/* --- what it does at once --- */

/* Why they are to be told in person from now on; NULL: not by this decision. */
static const char *task_reason(const struct decide_options *o, const struct standing *s,
	const struct ruling *r, size_t order)
{
	enum policy_route route = o->policy->levels[order].route;
	bool dead = !strcmp(r->choice, "deceased"),
	     unsafe = !strcmp(r->choice, "address-unsafe"),
	     by_route = !strcmp(r->choice, "route") && !strcmp(r->value, "task"),
	     by_level = !strcmp(r->choice, "raise") && r->bars && route == POLICY_TASK;

	if (!s->affected || !(dead || unsafe || by_route || by_level))
		return NULL;
	if (!by_route && s->now && s->now->route && strcmp(s->now->route, "task") != 0)
		return NULL; /* somebody decided that they are not told */
	if (!by_route && route != POLICY_MAIL && route != POLICY_TASK)
		return NULL;
	if (dead || (s->now && s->now->deceased))
		return "deceased";
	if (unsafe || (s->now && s->now->address_unsafe))
		return "address-unsafe";
	return by_level ? "level" : "decided";
}

/* The open tasks of a mode that are of no use any more, and what is left: `*ret_kept`, 0:
 * none. */
static int drop_tasks(struct ledger *l, const char *mode, const struct standing *s,
	const struct ruling *r, const char *reason, int64_t *ret_kept, struct fault *f)
{
	const struct task_filter filter = {.mode = mode, .person = s->person};
	bool other_way = reason && (!strcmp(reason, "deceased") ||
					   !strcmp(reason, "address-unsafe"));
	auto_task_list list = {0};

	*ret_kept = 0;
	if (task_find(l, &filter, &list, f))
		return -1;
	for (size_t i = 0; i < list.count; i++) {
		const struct task *t = &list.tasks[i];
		bool open = strcmp(t->state, "done") != 0;
		/* Whoever has died, or whose addresses are not safe, is not reached in
		 * the way meant before; whoever is not told, in no way; and what a
		 * decision opened, a decision takes back. */
		bool drop = open && (reason ? other_way && strcmp(reason, t->reason) != 0
					    : r->bars || t->decision);

		if (drop && task_drop(l, t->number, r->by, r->reason, f))
			return -1;
		if (!drop && !t->after)
			*ret_kept = t->number;
	}
	return 0;
}

/* Before the first compose no task can be opened: it will make one. */
static int open_task(struct ledger *l, const struct decide_options *o,
	const struct standing *s, size_t order, const char *reason, int64_t decision,
	struct decide_done *ret, struct fault *f)
{
	bool above = order < o->policy->default_level;
	struct task_new t = {.person = s->person,
		.level_order = (int64_t)order,
		.level = o->policy->levels[order].name,
		.reason = reason,
		.kind = s->shielded ? "liaison" : task_kind(reason, above, s->entry),
		.decision = decision};

	if (basis_newest(l, settings_mode(o->settings), &t.set, f))
		return -1;
	if (!t.set)
		return 0;
	t.due = task_due(t.kind, above, clock_now());
	ret->task_is_new = true;
	return task_open(l, &t, &ret->task, f);
}

static int change_tasks(struct ledger *l, const struct decide_options *o,
	const struct standing *s, size_t order, int64_t decision, const struct ruling *r,
	struct decide_done *ret, struct fault *f)
{
	static const char *const modes[] = {"rehearsal", "live"};
	const char *reason = task_reason(o, s, r, order);
	bool takes_back =
		(!strcmp(r->choice, "route") && strcmp(r->value, "task") != 0) ||
		(!strcmp(r->choice, "raise") && !r->bars);

	for (size_t i = 0; i < 2 && (reason || takes_back); i++) {
		int64_t kept;

		if (drop_tasks(l, modes[i], s, r, reason, &kept, f))
			return -1;
		if (!strcmp(modes[i], settings_mode(o->settings)))
			ret->task = kept;
	}
	if (!reason || ret->task)
		return 0;
	return open_task(l, o, s, order, reason, decision, ret, f);
}

/* Is their notice out already? What is out cannot be taken back. "pending": it was
 * claimed, and what became of it is not written yet. */
static int find_out(struct ledger *l, const struct settings *settings, int64_t person,
	const char **ret, struct fault *f)
{
	static const char *const words[] = {"accepted", "in_doubt", "pending"};
	auto_query struct query *q = NULL;
	const char *verdict = NULL;
	int got;

	*ret = NULL;
	if (ledger_query(l,
		    SQL("SELECT a.id, a.notice_id, a.verdict FROM attempt_last a JOIN notice n ON n.id = a.notice_id"
			" JOIN release r ON r.id = a.release_id WHERE n.person_id = :person AND r.mode = :mode"
			" AND a.verdict IN ('accepted', 'in_doubt', 'claimed') ORDER BY a.id DESC LIMIT 1"),
		    &q, f))
		return -1;
	query_bind_int(q, ":person", person);
	query_bind_text(q, ":mode", settings_mode(settings));
	got = query_next(q, f);
	if (got > 0)
		verdict = query_text(q, "verdict");
	if (verdict && !strcmp(verdict, "claimed"))
		verdict = outcome_of_claim(
			settings->dir, query_int(q, "id"), query_int(q, "notice_id"));
	for (size_t i = 0; verdict && i < sizeof(words) / sizeof(words[0]); i++)
		if (!strcmp(words[i], verdict))
			*ret = words[i];
	return got < 0 ? -1 : 0;
}

static int act(struct ledger *l, const struct decide_options *o, size_t person,
	const struct ruling *asked, struct decide_done *ret, struct fault *f)
{
	auto_standing s = {0};
	struct ruling r = *asked;
	int64_t decision;
	size_t order;

	if (load(l, o, person, &s, f) || weigh(o, &s, &r, &order, f))
		return -1;
	ret->unchanged = says_nothing_new(&s, &r);
	ret->narrows = r.bars;
	r.person = s.person;
	if (!ret->unchanged &&
		(ruling_write(l, &r, &decision, f) ||
			change_tasks(l, o, &s, order, decision, &r, ret, f)))
		return -1;
	return find_out(l, o->settings, s.person, &ret->out, f);
}

int decide_about(struct ledger *l, const struct decide_options *o, size_t person,
	const struct ruling *r, struct decide_done *ret, struct fault *f)
{
	*ret = (struct decide_done){0};
	if (ledger_begin(l, f))
		return -1;
	if (act(l, o, person, r, ret, f)) {
		ledger_rollback(l);
		return -1;
	}
	if (!ret->unchanged)
		return ledger_commit(l, f);
	ledger_rollback(l); /* nothing was written, not even that somebody asked */
	return 0;
}
