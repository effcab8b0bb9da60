/* SPDX-License-Identifier: MIT */
/*
 * From what is due to notices and tasks. Words and bytes are scribe.c's, leave to go is
 * leave.c's, sending send.c's.
 */
#include "mailer/remind.h"

#include <stdlib.h>
#include <string.h>

#include "mailer/basis.h"
#include "mailer/due.h"
#include "mailer/note.h"
#include "mailer/scribe.h"
#include "mailer/task.h"
#include "recipients/group.h"
#include "recipients/roster.h"
#include "recipients/vault.h"

#define REMINDER_KINDS 128 /* of stencils: they come after those of the notices */
#define BY "breachmail"

struct reminding {
	struct ledger *ledger;
	const struct remind_options *options;
	const char *mode;
	struct roster people;
	struct scribe scribe;
	struct query *follow_up, *escalation;
	int64_t set, now;
	size_t least; /* bytes of each message (scribe.h) */
	struct remind_tally *tally;
};

static void reminding_done(struct reminding *r)
{
	roster_done(&r->people);
	scribe_done(&r->scribe);
	query_close(r->follow_up);
	query_close(r->escalation);
}
#define auto_reminding __attribute__((cleanup(reminding_done))) struct reminding

/* --- one follow-up --- */

static int insert_follow_up(
	struct reminding *r, int64_t id, const struct due_person *d, struct fault *f)
{
	query_bind_int(r->follow_up, ":notice", id);
	query_bind_int(r->follow_up, ":after", d->first);
	query_bind_int(r->follow_up, ":step", (int64_t)d->step);
	query_bind_int(r->follow_up, ":set", r->set);
	query_bind_int(r->follow_up, ":at", r->now);
	return query_run(r->follow_up, f);
}

static int make_follow_up(
	struct reminding *r, int64_t id, const struct due_person *d, struct fault *f)
{
	const char *kinds[EXPOSURE_KINDS_MAX],
		*address = row_value(&d->why, GROUP_ADDRESS);
	size_t person = roster_person(&r->people, d->person);
	struct scribe_notice n = {.id = id,
		.person = d->person,
		.level = d->level->name,
		.level_order = d->level_order,
		.address = address,
		.template = d->level->follow_ups[d->step - 1].template,
		.kind = REMINDER_KINDS + (unsigned)d->level_order * 2 + d->certain,
		.who = {.kinds = kinds,
			.certain = d->certain,
			.told_at = d->told_at,
			.own = notice_own(r->options->policy, d->level->name)}};

	if (!address || person == SIZE_MAX)
		return 0; /* their list was withdrawn since */
	n.instead = n.who.own;
	n.who.entry = roster_newest(&r->people, person);
	n.who.kinds_count = scribe_kinds(&d->why, kinds);
	r->tally->reminders++;
	return scribe_write(&r->scribe, &n, f) || insert_follow_up(r, id, d, f) ? -1 : 0;
}

static int make_follow_ups(
	struct reminding *r, const struct due_list *due, struct fault *f)
{
	int64_t *ids = vault_random_ids(due->steps);
	size_t next = 0;
	int failed = 0;

	for (size_t i = 0; !failed && i < due->count; i++)
		if (due->people[i].step)
			failed = progress_step(r->options->progress, "reminding", next,
					 due->steps, f) ||
				 make_follow_up(r, ids[next++], &due->people[i], f);
	free(ids);
	return failed ? -1 : 0;
}

/* --- one task --- */

static bool is_kind(const char *to)
{
	for (const char *const *k = task_kinds; *k; k++)
		if (!strcmp(*k, to))
			return true;
	return false;
}

static int open_task(
	struct reminding *r, const struct due_person *d, int64_t *ret, struct fault *f)
{
	const char *to = d->level->escalate.to;
	size_t person = roster_person(&r->people, d->person);
	bool above = d->level_order < (int64_t)r->options->policy->default_level;
	struct task_new t = {.set = r->set,
		.person = d->person,
		.level = d->level->name,
		.level_order = d->level_order,
		.reason = d->escalate,
		.kind = to};

	*ret = 0;
	if (person == SIZE_MAX)
		return 0;
	if (!is_kind(to))
		t.kind = task_kind(d->escalate, above, roster_newest(&r->people, person));
	t.due = task_due(t.kind, above, r->now);
	if (task_open(r->ledger, &t, ret, f))
		return -1;
	r->tally->escalations++;
	return 0;
}

static int assign(
	struct reminding *r, const struct due_person *d, int64_t task, struct fault *f)
{
	const struct task_said give = {.what = "assign",
		.to = d->level->escalate.to,
		.by = BY,
		.reason = "as the policy says"};
	int64_t letter;

	return is_kind(give.to) ? 0
				: task_say(r->ledger, r->mode, task, &give, &letter, f);
}

/* By the row in escalation the task stands: then somebody can be given it. */
static int escalate(struct reminding *r, const struct due_person *d, struct fault *f)
{
	int64_t task;

	if (open_task(r, d, &task, f))
		return -1;
	if (!task)
		return 0;
	query_bind_int(r->escalation, ":notice", d->first);
	query_bind_int(r->escalation, ":run", ledger_run(r->ledger));
	query_bind_int(r->escalation, ":at", r->now);
	query_bind_text(r->escalation, ":why", d->escalate);
	query_bind_int(r->escalation, ":task", task);
	return query_run(r->escalation, f) ? -1 : assign(r, d, task, f);
}

static int keep_permission(struct reminding *r, size_t tasks, struct fault *f)
{
	auto_text text =
		text_format("%zu tasks of silence or bounces may open at once. %s", tasks,
			r->options->reason);
	const struct note n = {
		.kind = "decision", .text = text, .by = r->options->by, .at = r->now};
	int64_t number;

	return note_write(r->ledger, &n, &number, f);
}

static int open_tasks(struct reminding *r, const struct due_list *due, struct fault *f)
{
	int64_t most = r->options->tasks ? r->options->tasks : REMIND_TASKS;

	if ((int64_t)due->escalations > most) {
		r->tally->too_many = (int64_t)due->escalations;
		return 0;
	}
	if (due->escalations > REMIND_TASKS && keep_permission(r, due->escalations, f))
		return -1;
	for (size_t i = 0; i < due->count; i++)
		if (due->people[i].escalate && escalate(r, &due->people[i], f))
			return -1;
	return 0;
}

/* --- what nobody needs any more --- */

/* The proof has come, or a human reached them. */
static bool is_over(const struct policy *p, struct query *q)
{
	int64_t order = query_int(q, "level_order");

	return query_int(q, "reached") ||
	       (order >= 0 && (size_t)order < p->levels_count &&
		       due_is_proved(&p->levels[order], query_text(q, "proof")));
}

/* Numbers first, then the rows: the query looks at them. */
static int collect(const struct policy *p, struct query *q, json_t *ret, struct fault *f)
{
	int got;

	while ((got = query_next(q, f)) > 0)
		if (is_over(p, q))
			(void)json_array_append_new(
				ret, json_integer(query_int(q, "id")));
	return got;
}

static int insert_over(struct reminding *r, const json_t *notices, struct fault *f)
{
	auto_query struct query *q = NULL;
	json_t *id;
	size_t i;

	if (ledger_query(r->ledger,
		    SQL("INSERT INTO follow_up_over (notice_id, run_id, at) VALUES (:notice, :run, :at)"),
		    &q, f))
		return -1;
	query_bind_int(q, ":run", ledger_run(r->ledger));
	query_bind_int(q, ":at", r->now);
	json_array_foreach(notices, i, id)
	{
		query_bind_int(q, ":notice", json_integer_value(id));
		if (query_run(q, f))
			return -1;
	}
	r->tally->over += (int64_t)json_array_size(notices);
	return 0;
}

static int end_follow_ups(struct reminding *r, struct fault *f)
{
	auto_query struct query *q = NULL;
	json_t *notices = json_array();
	int failed;

	failed = ledger_query(r->ledger,
		SQL("WITH proof AS MATERIALIZED (SELECT person_id, notice_id, proof FROM person_proof WHERE mode = :mode),"
		    " tasks AS MATERIALIZED (SELECT person_id, state FROM person_task WHERE mode = :mode)"
		    " SELECT u.notice_id AS id, a.level_order, p.proof, coalesce(t.state = 'done', 0) AS reached FROM follow_up_now u"
		    " JOIN proof p ON p.notice_id = u.after_id JOIN assignment_now a ON a.person_id = p.person_id"
		    " LEFT JOIN tasks t ON t.person_id = p.person_id WHERE u.mode = :mode AND u.kind = 'reminder'"
		    " AND NOT EXISTS (SELECT 1 FROM follow_up_over v WHERE v.notice_id = u.notice_id)"
		    " AND NOT EXISTS (SELECT 1 FROM attempt b WHERE b.notice_id = u.notice_id)"),
		&q, f);
	if (!failed)
		query_bind_text(q, ":mode", r->mode);
	failed = failed || collect(r->options->policy, q, notices, f) ||
		 insert_over(r, notices, f);
	json_decref(notices);
	return failed ? -1 : 0;
}

static int drop_tasks(struct reminding *r, const json_t *tasks, struct fault *f)
{
	json_t *number;
	size_t i;

	json_array_foreach(tasks, i, number)
	{
		if (task_drop(r->ledger, json_integer_value(number), BY,
			    "the proof has come", f))
			return -1;
	}
	r->tally->over += (int64_t)json_array_size(tasks);
	return 0;
}

static int end_tasks(struct reminding *r, struct fault *f)
{
	auto_query struct query *q = NULL;
	json_t *tasks = json_array();
	int failed;

	failed = ledger_query(r->ledger,
		SQL("WITH proof AS MATERIALIZED (SELECT person_id, notice_id, proof FROM person_proof WHERE mode = :mode)"
		    " SELECT t.id, a.level_order, p.proof, 0 AS reached FROM escalation e JOIN task_now t ON t.id = e.task_id"
		    " JOIN proof p ON p.notice_id = e.notice_id JOIN assignment_now a ON a.person_id = p.person_id"
		    " WHERE t.mode = :mode AND t.state IN ('open', 'not_reached')"),
		&q, f);
	if (!failed)
		query_bind_text(q, ":mode", r->mode);
	failed = failed || collect(r->options->policy, q, tasks, f) ||
		 drop_tasks(r, tasks, f);
	json_decref(tasks);
	return failed ? -1 : 0;
}

/* --- the run --- */

static int begin(struct reminding *r, struct fault *f)
{
	const struct remind_options *o = r->options;

	return roster_load_entries(r->ledger, &r->people, f) ||
			       scribe_open(o->settings, o->policy, o->texts, r->now,
				       r->least, &r->scribe, f) ||
			       scribe_begin(&r->scribe, r->ledger, r->set, f) ||
			       ledger_query(r->ledger,
				       SQL("INSERT INTO follow_up (notice_id, kind, after_id, step, set_id, round_id, at)"
					   " VALUES (:notice, 'reminder', :after, :step, :set, NULL, :at)"),
				       &r->follow_up, f) ||
			       ledger_query(r->ledger,
				       SQL("INSERT INTO escalation (notice_id, run_id, at, why, task_id)"
					   " VALUES (:notice, :run, :at, :why, :task)"),
				       &r->escalation, f)
		       ? -1
		       : 0;
}

static int make(struct reminding *r, struct fault *f)
{
	const struct release_options release = {
		.settings = r->options->settings, .policy = r->options->policy};
	auto_due_list due = {0};

	if (end_follow_ups(r, f) || end_tasks(r, f) ||
		due_find(r->ledger, r->options->policy, r->mode, r->now, &due, f))
		return -1;
	r->tally->due = (int64_t)(due.steps + due.escalations);
	if (due.count &&
		(begin(r, f) || make_follow_ups(r, &due, f) || open_tasks(r, &due, f)))
		return -1;
	return leave_take(r->ledger, &release, &r->tally->leave, f);
}

/* Nothing is done about it: what is due is due by the times in the ledger. */
static int look_at_clock(struct reminding *r, struct fault *f)
{
	int64_t newest;

	if (ledger_number(r->ledger, SQL("SELECT max(at) FROM attempt"), 0, &newest, f))
		return -1;
	if (newest > r->now)
		r->tally->behind = newest - r->now;
	return 0;
}

static int try_remind(struct ledger *l, const struct remind_options *o, size_t *least,
	struct remind_tally *ret, struct fault *f)
{
	auto_reminding r = {.ledger = l,
		.options = o,
		.mode = settings_mode(o->settings),
		.now = clock_now(),
		.least = *least,
		.tally = ret};

	*ret = (struct remind_tally){0};
	if (basis_newest(l, r.mode, &r.set, f) || look_at_clock(&r, f) ||
		ledger_begin(l, f))
		return -1;
	if (r.set && make(&r, f)) {
		ledger_rollback(l);
		return -1;
	}
	*least = r.scribe.outgrown;
	if (!*least)
		return ledger_commit(l, f);
	ledger_rollback(l);
	return 0;
}

int remind_run(struct ledger *l, const struct remind_options *o, struct remind_tally *ret,
	struct fault *f)
{
	size_t least = 0;

	do
		if (try_remind(l, o, &least, ret, f))
			return -1;
	while (least);
	return 0;
}
