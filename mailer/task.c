/* SPDX-License-Identifier: MIT */
/*
 * The book of tasks. Which people get one is group's and compose's to say, what is
 * printed for them paper.c's. What state a task or its person is in follows from the
 * views of schema/0002-by-hand.sql.
 */
#include "mailer/task.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "recipients/circumstance.h"
#include "recipients/clock.h"
#include "recipients/text.h"

#define SEAL_PAD 128
#define HOUR 3600000LL
#define DAY (24 * HOUR)

const char *const task_kinds[] = {
	"visit", "call", "letter", "liaison", "next-of-kin", NULL};

/* --- what kind, and by when --- */

static bool is_one_of(const char *reason, const char *const *reasons)
{
	for (; *reasons; reasons++)
		if (!strcmp(reason, *reasons))
			return true;
	return false;
}

/* Mail was meant, and only something about the address is in its way. */
static const char *instead_of_mail(bool above_default, const struct roster_row *entry)
{
	bool phone = roster_value(entry, "phone"), home = roster_value(entry, "address");

	return !above_default && home ? "letter" : phone || !home ? "call" : "visit";
}

static const char *by_need(bool above_default, const struct roster_row *entry)
{
	switch (circumstance_need(entry)) {
	case CIRCUMSTANCE_PAPER:
		return above_default ? "visit" : "letter";
	case CIRCUMSTANCE_PRESENCE:
		return "visit";
	case CIRCUMSTANCE_OTHER:
	case CIRCUMSTANCE_NONE:
		break;
	}
	return roster_value(entry, "phone") ? "call" : "visit";
}

const char *task_kind(
	const char *reason, bool above_default, const struct roster_row *entry)
{
	static const char *const no_mail[] = {"no-address", "address-shared",
		"address-role", "address-unusable", "outside-domains", "channel-closed",
		"away", "deferred", "silence", "bounced", NULL};
	static const char *const by_voice[] = {
		"contact-stated", "address-unsafe", "mailbox-read", NULL};
	const char *phone = roster_value(entry, "phone");

	if (!strcmp(reason, "deceased"))
		return "next-of-kin";
	if (!strcmp(reason, "shielded"))
		return "liaison";
	if (!strcmp(reason, "guardian-is-party"))
		return "visit";
	if (!strcmp(reason, "under-18"))
		return above_default ? "visit" : "call";
	if (roster_value(entry, "contact") || is_one_of(reason, by_voice))
		return "call"; /* above all in the one way that they stated */
	if (!strcmp(reason, "needs"))
		return by_need(above_default, entry);
	if (!strcmp(reason, "language"))
		return phone ? "call" : "visit";
	if (is_one_of(reason, no_mail))
		return instead_of_mail(above_default, entry);
	if (!strcmp(reason, "decided") && !above_default && phone)
		return "call";
	return "visit";
}

bool task_by_hand(const char *reason)
{
	static const char *const reasons[] = {"level", "shielded", "deceased", "under-18",
		"guardian-is-party", "contact-stated", "address-unsafe",
		"opposed-household", "several-parts", NULL};

	return is_one_of(reason, reasons);
}

int64_t task_due(const char *kind, bool above_default, int64_t from)
{
	return from + (above_default && strcmp(kind, "letter") != 0 ? DAY : 3 * DAY);
}

static int64_t due_again(const char *kind)
{
	return clock_now() + (strcmp(kind, "call") ? DAY : 4 * HOUR);
}

/* --- writing --- */

static void bind_or_null(struct query *q, const char *name, int64_t value)
{
	if (value)
		query_bind_int(q, name, value);
	else
		query_bind_null(q, name);
}

int task_open(
	struct ledger *l, const struct task_new *t, int64_t *ret_number, struct fault *f)
{
	auto_query struct query *q = NULL;

	if (ledger_number(l, SQL("SELECT max(id) FROM task"), 0, ret_number, f) ||
		ledger_query(l,
			SQL("INSERT INTO task (id, set_id, person_id, level, level_order, reason, kind, opened_at, due, after_id,"
			    " decision_id, beside) VALUES (:id, :set, :person, :level, :level_order, :reason, :kind, :opened_at, :due,"
			    " :after, :decision, :beside)"),
			&q, f))
		return -1;
	query_bind_int(q, ":id", ++*ret_number);
	query_bind_int(q, ":set", t->set);
	query_bind_int(q, ":person", t->person);
	query_bind_text(q, ":level", t->level);
	query_bind_int(q, ":level_order", t->level_order);
	query_bind_text(q, ":reason", t->reason);
	query_bind_text(q, ":kind", t->kind);
	query_bind_int(q, ":opened_at", clock_now());
	query_bind_int(q, ":due", t->due);
	bind_or_null(q, ":after", t->after);
	bind_or_null(q, ":decision", t->decision);
	query_bind_int(q, ":beside", t->beside);
	return query_run(q, f);
}

static int insert_event(struct ledger *l, int64_t number, const struct task_said *s,
	int64_t due, struct fault *f)
{
	auto_query struct query *q = NULL;
	auto_row said = {0};
	int64_t id;

	if (ledger_number(l, SQL("SELECT max(id) FROM task_event"), 0, &id, f) ||
		ledger_query(l,
			SQL("INSERT INTO task_event (id, task_id, run_id, at, what, kind, due, said_sealed)"
			    " VALUES (:id, :task, :run, :at, :what, :kind, :due, :said_sealed)"),
			&q, f))
		return -1;
	row_add(&said, "by", s->by);
	row_add(&said, "reason", s->reason);
	if (s->to)
		row_add(&said, "to", s->to);
	query_bind_int(q, ":id", ++id);
	query_bind_int(q, ":task", number);
	query_bind_int(q, ":run", ledger_run(l));
	query_bind_int(q, ":at", clock_now());
	query_bind_text(q, ":what", s->what);
	query_bind_text(q, ":kind", s->kind);
	bind_or_null(q, ":due", due);
	query_bind_sealed(q, ":said_sealed", "task_event.said_sealed", id,
		said.packed.bytes, said.packed.length, SEAL_PAD);
	return query_run(q, f);
}

int task_drop(struct ledger *l, int64_t number, const char *by, const char *reason,
	struct fault *f)
{
	const struct task_said s = {.what = "drop", .by = by, .reason = reason};

	return insert_event(l, number, &s, 0, f);
}

/* --- reading --- */

static void task_done(struct task *t)
{
	free(t->level);
	free(t->reason);
	free(t->kind);
	free(t->state);
	free(t->owner);
}

void task_list_done(struct task_list *t)
{
	for (size_t i = 0; i < t->count; i++)
		task_done(&t->tasks[i]);
	free(t->tasks);
	*t = (struct task_list){0};
}

static int read_owner(struct query *owners, int64_t number, char **ret, struct fault *f)
{
	auto_row said = {0};
	int got = 0;

	*ret = NULL;
	query_bind_int(owners, ":task", number);
	while (!*ret && (got = query_next(owners, f)) > 0) {
		if (query_sealed(owners, "said_sealed", "task_event.said_sealed",
			    query_int(owners, "id"), &said.packed, f))
			return -1;
		*ret = text_copy(row_value(&said, "to"));
	}
	query_reset(owners);
	return *ret || !got ? 0 : -1;
}

static void read_task(struct query *q, struct task *t)
{
	*t = (struct task){.number = query_int(q, "id"),
		.set = query_int(q, "set_id"),
		.person = query_int(q, "person_id"),
		.level_order = query_int(q, "level_order"),
		.level = text_copy(query_text(q, "level")),
		.reason = text_copy(query_text(q, "reason")),
		.kind = text_copy(query_text(q, "kind")),
		.state = text_copy(query_text(q, "state")),
		.opened_at = query_int(q, "opened_at"),
		.due = query_int(q, "due"),
		.attempts = query_int(q, "attempts"),
		.tried_at = query_int(q, "tried_at"),
		.after = query_int(q, "after_id"),
		.decision = query_int(q, "decision_id"),
		.stands = query_int(q, "stands") &&
			  strcmp(query_text(q, "state"), "dropped"),
		.held = query_int(q, "held") != 0};
}

static bool owner_fits(const struct task_filter *filter, const struct task *t)
{
	if (!filter->owner)
		return true;
	return *filter->owner ? t->owner && !strcasecmp(filter->owner, t->owner)
			      : !t->owner;
}

int task_find(struct ledger *l, const struct task_filter *filter, struct task_list *ret,
	struct fault *f)
{
	auto_query struct query *q = NULL, *owners = NULL;
	size_t room = 0;
	int got;

	*ret = (struct task_list){0};
	if (ledger_query(l,
		    SQL("SELECT t.*, EXISTS (SELECT 1 FROM person_held h WHERE h.person_id = t.person_id) AS held"
			" FROM task_now t WHERE t.mode = :mode AND (:fallen OR (t.stands AND t.state <> 'dropped'))"
			" AND (:number = 0 OR t.id = :number) AND (:person = 0 OR t.person_id = :person)"
			" AND (NOT :open OR t.state IN ('open', 'not_reached')) AND (:late = 0 OR t.due < :late)"
			" AND (:kind IS NULL OR t.kind = :kind) ORDER BY t.level_order, t.due, t.id"),
		    &q, f) ||
		ledger_query(l,
			SQL("SELECT id, said_sealed FROM task_event WHERE task_id = :task AND what = 'assign' ORDER BY id DESC"),
			&owners, f))
		return -1;
	query_bind_text(q, ":mode", filter->mode);
	query_bind_int(q, ":fallen", filter->fallen);
	query_bind_int(q, ":number", filter->number);
	query_bind_int(q, ":person", filter->person);
	query_bind_int(q, ":open", filter->open || filter->overdue);
	query_bind_int(q, ":late", filter->overdue ? clock_now() : 0);
	query_bind_text(q, ":kind", filter->kind);
	while ((got = query_next(q, f)) > 0) {
		struct task *t;

		if (ret->count == room) {
			room = room ? room * 2 : 64;
			ret->tasks = text_realloc(ret->tasks, room * sizeof(*ret->tasks));
		}
		t = &ret->tasks[ret->count++];
		read_task(q, t);
		if (read_owner(owners, t->number, &t->owner, f))
			return -1;
		if (!owner_fits(filter, t)) {
			task_done(t);
			ret->count--;
		}
	}
	return got;
}

int task_history(
	struct ledger *l, int64_t number, bool notes, json_t **ret, struct fault *f)
{
	auto_query struct query *q = NULL;
	auto_row said = {0};
	char at[CLOCK_TEXT], due[CLOCK_TEXT];
	int got;

	*ret = json_array();
	if (ledger_query(l,
		    SQL("SELECT id, at, what, kind, due, said_sealed FROM task_event WHERE task_id = :task ORDER BY id"),
		    &q, f))
		return -1;
	query_bind_int(q, ":task", number);
	while ((got = query_next(q, f)) > 0) {
		json_t *event;

		if (query_sealed(q, "said_sealed", "task_event.said_sealed",
			    query_int(q, "id"), &said.packed, f))
			return -1;
		event = json_pack("{s:s,s:s,s:s?,s:s?,s:s?,s:s?}", "at",
			clock_write(query_int(q, "at"), at), "what",
			query_text(q, "what"), "kind", query_text(q, "kind"), "due",
			query_null(q, "due") ? NULL
					     : clock_write(query_int(q, "due"), due),
			"to", row_value(&said, "to"), "by", row_value(&said, "by"));
		if (notes)
			(void)json_object_set_new(
				event, "note", json_string(row_value(&said, "reason")));
		(void)json_array_append_new(*ret, event);
	}
	return got;
}

/* --- what somebody says of one --- */

static int find_one(struct ledger *l, const char *mode, int64_t number,
	struct task_list *ret, struct fault *f)
{
	const struct task_filter filter = {
		.mode = mode, .number = number, .fallen = true};

	if (number > 0 && task_find(l, &filter, ret, f))
		return -1;
	return ret->count ? 0
			  : fault_set(f, FAULT_USAGE,
				    "there is no task %lld (breachmail task lists them)",
				    (long long)number);
}

/* Told is told: what is done stays done, unless somebody says that it was a mistake. */
static int may_be_said(const struct task *t, const struct task_said *s, struct fault *f)
{
	bool done = !strcmp(t->state, "done"), reopens = !strcmp(s->what, "reopen");

	if (done && !reopens)
		return fault_set(f, FAULT_REFUSED,
			"task %lld is done already (breachmail task show %lld; if that is wrong: task reopen %lld)",
			(long long)t->number, (long long)t->number, (long long)t->number);
	if (!done && reopens)
		return fault_set(
			f, FAULT_REFUSED, "task %lld is not done", (long long)t->number);
	if (!t->stands)
		return fault_set(f, FAULT_REFUSED,
			"task %lld is not needed any more: this person is told in another way",
			(long long)t->number);
	return 0;
}

/* What was said is confirmed in writing, but not to somebody who has died, or to a child.
 */
static int open_letter(struct ledger *l, const struct task *t, const struct task_said *s,
	int64_t *ret, struct fault *f)
{
	const struct task_new letter = {.set = t->set,
		.person = t->person,
		.level_order = t->level_order,
		.level = t->level,
		.reason = t->reason,
		.kind = "letter",
		.due = task_due("letter", true, clock_now()),
		.after = t->number};

	static const char *const told_others[] = {
		"deceased", "under-18", "guardian-is-party", NULL};

	if (strcmp(s->what, "done") != 0 || s->no_letter ||
		strcmp(t->kind, "visit") != 0 || is_one_of(t->reason, told_others))
		return 0;
	return task_open(l, &letter, ret, f);
}

/* The letter that a mistaken "done" opened. */
static int drop_letter(struct ledger *l, const char *mode, const struct task *t,
	const struct task_said *s, struct fault *f)
{
	const struct task_filter filter = {
		.mode = mode, .person = t->person, .open = true};
	auto_task_list list = {0};

	if (strcmp(s->what, "reopen") != 0)
		return 0;
	if (task_find(l, &filter, &list, f))
		return -1;
	for (size_t i = 0; i < list.count; i++)
		if (list.tasks[i].after == t->number &&
			task_drop(l, list.tasks[i].number, s->by, s->reason, f))
			return -1;
	return 0;
}

int task_say(struct ledger *l, const char *mode, int64_t number,
	const struct task_said *s, int64_t *ret_letter, struct fault *f)
{
	auto_task_list list = {0};
	int64_t due = s->due;

	*ret_letter = 0;
	if (ledger_begin(l, f))
		return -1;
	if (find_one(l, mode, number, &list, f) || may_be_said(&list.tasks[0], s, f)) {
		ledger_rollback(l);
		return -1;
	}
	if (!due && !strcmp(s->what, "not-reached"))
		due = due_again(list.tasks[0].kind);
	if (insert_event(l, number, s, due, f) ||
		open_letter(l, &list.tasks[0], s, ret_letter, f) ||
		drop_letter(l, mode, &list.tasks[0], s, f)) {
		ledger_rollback(l);
		return -1;
	}
	return ledger_commit(l, f);
}
