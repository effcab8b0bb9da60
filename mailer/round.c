/* SPDX-License-Identifier: MIT */
/*
 * From those who were told to notices and tasks. Words and bytes are scribe.c's; what
 * follows by itself is remind.c's.
 */
#include "mailer/round.h"

#include <stdlib.h>
#include <string.h>

#include "mailer/basis.h"
#include "mailer/correction.h"
#include "mailer/scribe.h"
#include "mailer/task.h"
#include "recipients/group.h"
#include "recipients/roster.h"
#include "recipients/vault.h"

#define SEAL_PAD 128

/* Somebody who gets a notice, and which told them before. */
struct reader {
	int64_t person, after, told_at, level_order;
	char *level, *address; /* address NULL: by their assignment */
	bool certain, cover;
	struct row why;
};

struct rounding {
	struct ledger *ledger;
	const struct round_options *options;
	const char *mode, *kind, *template;
	struct roster people;
	struct scribe scribe;
	struct query *follow_up;
	struct reader *readers;
	size_t count, room;
	int64_t set, round, now;
	size_t least; /* bytes of each message (scribe.h) */
	struct round_tally *tally;
};

static void rounding_done(struct rounding *r)
{
	for (size_t i = 0; i < r->count; i++) {
		text_freep(&r->readers[i].level);
		text_freep(&r->readers[i].address);
		row_done(&r->readers[i].why);
	}
	free(r->readers);
	roster_done(&r->people);
	scribe_done(&r->scribe);
	query_close(r->follow_up);
}
#define auto_rounding __attribute__((cleanup(rounding_done))) struct rounding

/* --- the round --- */

static int find_round(struct ledger *l, const struct round_new *n,
	const unsigned char *words, int64_t *ret, struct fault *f)
{
	auto_query struct query *q = NULL;
	const void *then;
	size_t length;
	int got;

	*ret = 0;
	if (ledger_query(l,
		    SQL("SELECT id, words FROM round WHERE mode = :mode AND kind = :kind ORDER BY id DESC LIMIT 1"),
		    &q, f))
		return -1;
	query_bind_text(q, ":mode", n->mode);
	query_bind_text(q, ":kind", n->kind);
	got = query_next(q, f);
	if (got <= 0)
		return got;
	then = query_blob(q, "words", &length);
	if (length == VAULT_DIGEST && !memcmp(then, words, length))
		*ret = query_int(q, "id");
	return 0;
}

int round_begin(
	struct ledger *l, const struct round_new *n, int64_t *ret, struct fault *f)
{
	auto_query struct query *q = NULL;
	unsigned char words[VAULT_DIGEST];
	auto_row said = {0};

	vault_digest(ledger_vault(l), "round", n->words, strlen(n->words), words);
	if (find_round(l, n, words, ret, f))
		return -1;
	if (*ret)
		return 0;
	if (ledger_number(l, SQL("SELECT max(id) FROM round"), 0, ret, f) ||
		ledger_query(l,
			SQL("INSERT INTO round (id, run_id, at, mode, kind, words, said_sealed)"
			    " VALUES (:id, :run, :at, :mode, :kind, :words, :said_sealed)"),
			&q, f))
		return -1;
	row_add(&said, "by", n->by);
	row_add(&said, "reason", n->reason);
	query_bind_int(q, ":id", ++*ret);
	query_bind_int(q, ":run", ledger_run(l));
	query_bind_int(q, ":at", clock_now());
	query_bind_text(q, ":mode", n->mode);
	query_bind_text(q, ":kind", n->kind);
	query_bind_blob(q, ":words", words, sizeof(words));
	query_bind_sealed(q, ":said_sealed", "round.said_sealed", *ret, said.packed.bytes,
		said.packed.length, SEAL_PAD);
	return query_run(q, f);
}

/* The same words are the same round. */
static int begin(struct rounding *r, struct fault *f)
{
	const struct round_options *o = r->options;
	json_t *changed = json_object_get(o->settings->json, "what_changed");
	char *lines = json_dumps(changed, JSON_COMPACT | JSON_ENCODE_ANY);
	auto_text words = text_format(
		"%s\n%s\n%s", r->kind, r->template, lines && !o->correction ? lines : "");
	const struct round_new n = {.mode = r->mode,
		.kind = r->kind,
		.words = words,
		.by = o->by,
		.reason = o->reason};

	free(lines);
	if (!o->correction && !json_array_size(changed))
		return fault_set(f, FAULT_CONFIG,
			"incident.json: what_changed: missing; write there, line by line, what is new");
	if (round_begin(r->ledger, &n, &r->round, f))
		return -1;
	r->tally->round = r->round;
	return 0;
}

/* --- who --- */

static struct reader *add_reader(struct rounding *r, struct query *q)
{
	struct reader *to;

	if (r->count == r->room) {
		r->room = r->room ? r->room * 2 : 256;
		r->readers = text_realloc(r->readers, r->room * sizeof(*r->readers));
	}
	to = &r->readers[r->count++];
	*to = (struct reader){.person = query_int(q, "person_id"),
		.after = query_int(q, "after_id"),
		.told_at = query_int(q, "told_at"),
		.level = text_copy(query_text(q, "level")),
		.level_order = query_int(q, "level_order")};
	return to;
}

/* Told by mail before this round began, and not by it. What failed for good is not tried
 * again. */
static int find_told(struct rounding *r, struct fault *f)
{
	auto_query struct query *q = NULL;
	int got;

	if (ledger_query(r->ledger,
		    SQL("SELECT a.id, a.person_id, f.notice_id AS after_id, s.sent_at AS told_at, n.level, n.level_order, n.cover,"
			" a.certain, a.why_sealed FROM round_first f JOIN notice n ON n.id = f.notice_id"
			" JOIN notice_state s ON s.notice_id = f.notice_id JOIN assignment_now a ON a.person_id = f.person_id"
			" WHERE f.mode = :mode AND f.round_id <> :round AND s.sent_at <= (SELECT at FROM round WHERE id = :round)"
			" AND (n.cover OR a.route = 'mail') AND s.state IN ('accepted', 'relayed', 'delivered', 'bounced',"
			" 'acknowledged', 'in_doubt') AND NOT (s.state = 'bounced' AND EXISTS (SELECT 1 FROM round_fact b"
			" WHERE b.first_id = f.notice_id AND b.hard)) AND f.notice_id NOT IN (SELECT notice_id FROM notice_void)"
			" AND f.person_id NOT IN (SELECT person_id FROM person_held) ORDER BY n.level_order, f.notice_id"),
		    &q, f))
		return -1;
	query_bind_text(q, ":mode", r->mode);
	query_bind_int(q, ":round", r->round);
	while ((got = query_next(q, f)) > 0) {
		struct reader *to = add_reader(r, q);

		to->certain = query_int(q, "certain") != 0;
		to->cover = query_int(q, "cover") != 0;
		if (query_sealed(q, "why_sealed", "assignment.why_sealed",
			    query_int(q, "id"), &to->why.packed, f))
			return -1;
	}
	return got;
}

/* Owed a correction, by the newest notice that told them. */
static int find_wrong(struct rounding *r, struct fault *f)
{
	auto_query struct query *q = NULL;
	auto_row facts = {0};
	int got;

	if (ledger_query(r->ledger,
		    SQL("SELECT c.person_id, n.id AS after_id, max(l.id), l.at AS told_at, n.level, n.level_order, n.facts_sealed"
			" FROM correction_due c JOIN notice n ON n.person_id = c.person_id"
			" JOIN compose_set s ON s.id = n.set_id AND s.mode = c.mode JOIN attempt_last l ON l.notice_id = n.id"
			" LEFT JOIN presence_now p ON p.person_id = c.person_id"
			" WHERE c.mode = :mode AND coalesce(p.probability, 0.0) < :possible"
			" AND l.verdict IN ('accepted', 'in_doubt', 'claimed')"
			" AND n.id NOT IN (SELECT notice_id FROM follow_up WHERE kind = 'correction')"
			" AND c.person_id NOT IN (SELECT person_id FROM person_held)"
			" AND c.person_id NOT IN (SELECT u.person_id FROM follow_up_now u WHERE u.kind = 'correction' AND u.mode = :mode"
			"  AND u.notice_id NOT IN (SELECT notice_id FROM notice_void) AND u.notice_id NOT IN (SELECT notice_id FROM notice_out))"
			" GROUP BY c.person_id ORDER BY n.level_order, n.id"),
		    &q, f))
		return -1;
	query_bind_text(q, ":mode", r->mode);
	query_bind_real(q, ":possible", CORRECTION_POSSIBLE);
	while ((got = query_next(q, f)) > 0) {
		struct reader *to = add_reader(r, q);

		if (query_sealed(q, "facts_sealed", "notice.facts_sealed", to->after,
			    &facts.packed, f))
			return -1;
		to->address = text_copy(row_value(&facts, SCRIBE_ADDRESS));
	}
	return got;
}

/* --- notices --- */

static int insert_follow_up(
	struct rounding *r, int64_t id, const struct reader *to, struct fault *f)
{
	query_bind_int(r->follow_up, ":notice", id);
	query_bind_int(r->follow_up, ":after", to->after);
	return query_run(r->follow_up, f);
}

static int make_notice(
	struct rounding *r, int64_t id, const struct reader *to, struct fault *f)
{
	const char *kinds[EXPOSURE_KINDS_MAX];
	size_t person = roster_person(&r->people, to->person);
	struct roster_row nobody = {.packed = "", .length = 0};
	struct scribe_notice n = {.id = id,
		.person = to->person,
		.level = to->level,
		.level_order = to->level_order,
		.address = to->address ? to->address : row_value(&to->why, GROUP_ADDRESS),
		.template = r->template,
		.kind = (unsigned)to->level_order * 2 + to->certain,
		.cover = to->cover,
		.who = {.entry = &nobody,
			.kinds = kinds,
			.certain = to->certain,
			.told_at = to->told_at,
			.own = notice_own(r->options->policy, to->level)}};

	if (!n.address)
		return 0;
	if (person != SIZE_MAX) /* a list that was withdrawn names them no more */
		n.who.entry = roster_newest(&r->people, person);
	n.instead = r->options->correction ? NULL : n.who.own;
	n.who.kinds_count = scribe_kinds(&to->why, kinds);
	r->tally->notices++;
	return scribe_write(&r->scribe, &n, f) || insert_follow_up(r, id, to, f) ? -1 : 0;
}

static int open_queries(struct rounding *r, struct fault *f)
{
	const struct round_options *o = r->options;

	if (roster_load_entries(r->ledger, &r->people, f) ||
		scribe_open(o->settings, o->policy, o->texts, r->now, r->least,
			&r->scribe, f) ||
		scribe_begin(&r->scribe, r->ledger, r->set, f) ||
		ledger_query(r->ledger,
			SQL("INSERT INTO follow_up (notice_id, kind, after_id, step, set_id, round_id, at)"
			    " VALUES (:notice, :kind, :after, :round, :set, :round, :at)"),
			&r->follow_up, f))
		return -1;
	query_bind_text(r->follow_up, ":kind", r->kind);
	query_bind_int(r->follow_up, ":round", r->round);
	query_bind_int(r->follow_up, ":set", r->set);
	query_bind_int(r->follow_up, ":at", r->now);
	return 0;
}

static int make_notices(struct rounding *r, struct fault *f)
{
	int64_t *ids;
	int failed = 0;

	if (!r->count)
		return 0;
	if (open_queries(r, f))
		return -1;
	ids = vault_random_ids(r->count);
	for (size_t i = 0; !failed && i < r->count; i++)
		failed = progress_step(
				 r->options->progress, "composing", i, r->count, f) ||
			 make_notice(r, ids[i], &r->readers[i], f);
	free(ids);
	return failed ? -1 : 0;
}

/* An older round that was not released yet is told by this one. */
static int supersede(struct rounding *r, struct fault *f)
{
	auto_query struct query *q = NULL;

	if (ledger_query(r->ledger,
		    SQL("INSERT INTO follow_up_over (notice_id, run_id, at) SELECT u.notice_id, :run, :at FROM follow_up u"
			" JOIN compose_set s ON s.id = u.set_id WHERE s.mode = :mode AND u.kind = 'what-changed' AND u.round_id < :round"
			" AND u.notice_id NOT IN (SELECT notice_id FROM notice_taken)"
			" AND u.notice_id NOT IN (SELECT notice_id FROM follow_up_over)"),
		    &q, f))
		return -1;
	query_bind_int(q, ":run", ledger_run(r->ledger));
	query_bind_int(q, ":at", r->now);
	query_bind_text(q, ":mode", r->mode);
	query_bind_int(q, ":round", r->round);
	return query_run(q, f);
}

/* --- tasks --- */

/* Whom a human told, a human tells again: once after each time. */
static int find_visited(struct rounding *r, struct query **ret, struct fault *f)
{
	if (r->options->correction) {
		if (ledger_query(r->ledger,
			    SQL("SELECT t.* FROM task_now t JOIN correction_due c ON c.mode = t.mode AND c.person_id = t.person_id"
				" LEFT JOIN presence_now p ON p.person_id = t.person_id WHERE t.mode = :mode AND t.state = 'done'"
				" AND t.after_id IS NULL AND NOT t.beside AND coalesce(p.probability, 0.0) < :possible AND :round"
				" AND NOT EXISTS (SELECT 1 FROM task_now k WHERE k.after_id = t.id AND k.reason = 'correction'"
				"  AND k.state <> 'dropped') ORDER BY t.level_order, t.id"),
			    ret, f))
			return -1;
		query_bind_real(*ret, ":possible", CORRECTION_POSSIBLE);
	} else if (
		ledger_query(r->ledger,
			SQL("SELECT t.* FROM task_now t JOIN person_task p ON p.task_id = t.id JOIN round r ON r.id = :round"
			    " WHERE t.mode = :mode AND t.state = 'done' AND t.tried_at <= r.at"
			    " AND t.person_id NOT IN (SELECT person_id FROM person_held)"
			    " AND NOT EXISTS (SELECT 1 FROM task_now k WHERE k.after_id = t.id AND k.reason = 'what-changed'"
			    "  AND k.state <> 'dropped' AND k.opened_at >= r.at) ORDER BY t.level_order, t.id"),
			ret, f)) {
		return -1;
	}
	query_bind_text(*ret, ":mode", r->mode);
	query_bind_int(*ret, ":round", r->round);
	return 0;
}

static int open_task(struct rounding *r, const struct task *done, struct fault *f)
{
	bool above = done->level_order < (int64_t)r->options->policy->default_level;
	const struct task_new t = {.set = r->set,
		.person = done->person,
		.level = done->level,
		.level_order = done->level_order,
		.reason = r->kind,
		.kind = done->kind,
		.due = task_due(done->kind, above, r->now),
		.after = done->number};
	int64_t number;

	r->tally->tasks++;
	return task_open(r->ledger, &t, &number, f);
}

static int make_tasks(struct rounding *r, struct fault *f)
{
	auto_query struct query *q = NULL;
	json_t *found = json_array(), *number;
	int got, failed;
	size_t i;

	failed = find_visited(r, &q, f);
	while (!failed && (got = query_next(q, f)) != 0) {
		failed = got < 0;
		if (!failed)
			(void)json_array_append_new(
				found, json_integer(query_int(q, "id")));
	}
	json_array_foreach(found, i, number)
	{
		const struct task_filter filter = {.mode = r->mode,
			.number = json_integer_value(number),
			.fallen = true};
		auto_task_list list = {0};

		failed = failed || task_find(r->ledger, &filter, &list, f) ||
			 (list.count && open_task(r, &list.tasks[0], f));
	}
	json_decref(found);
	return failed ? -1 : 0;
}

/* --- the run --- */

static int check_current(struct rounding *r, struct fault *f)
{
	const struct round_options *o = r->options;
	const struct basis basis = {o->settings, o->policy, o->texts};
	bool current;

	if (basis_is_current(r->ledger, &basis, &current, f))
		return -1;
	if (!current)
		return fault_set(f, FAULT_REFUSED,
			"compose has not seen this incident, policy and decisions yet: breachmail group, then compose");
	return basis_newest(r->ledger, r->mode, &r->set, f);
}

static int count_already(struct rounding *r, struct fault *f)
{
	auto_query struct query *q = NULL;

	if (ledger_query(r->ledger,
		    SQL("SELECT count(*) AS notices FROM follow_up_now WHERE round_id = :round"),
		    &q, f))
		return -1;
	query_bind_int(q, ":round", r->round);
	if (query_next(q, f) < 0)
		return -1;
	r->tally->already = query_int(q, "notices") - r->tally->notices;
	return 0;
}

static int make(struct rounding *r, struct fault *f)
{
	bool correction = r->options->correction;

	if (begin(r, f) || (!correction && supersede(r, f)) ||
		(correction ? find_wrong(r, f) : find_told(r, f)) || make_notices(r, f) ||
		make_tasks(r, f))
		return -1;
	return count_already(r, f);
}

static int try_round(struct ledger *l, const struct round_options *o, size_t *least,
	struct round_tally *ret, struct fault *f)
{
	auto_rounding r = {.ledger = l,
		.options = o,
		.mode = settings_mode(o->settings),
		.kind = o->correction ? "correction" : "what-changed",
		.template = o->template     ? o->template
			    : o->correction ? NOTICE_CORRECTION
					    : NOTICE_CHANGED,
		.now = clock_now(),
		.least = *least,
		.tally = ret};

	*ret = (struct round_tally){0};
	if (check_current(&r, f) || ledger_begin(l, f))
		return -1;
	if (make(&r, f)) {
		ledger_rollback(l);
		return -1;
	}
	*least = r.scribe.outgrown;
	if (!*least)
		return ledger_commit(l, f);
	ledger_rollback(l);
	return 0;
}

int round_run(struct ledger *l, const struct round_options *o, struct round_tally *ret,
	struct fault *f)
{
	size_t least = 0;

	do
		if (try_round(l, o, &least, ret, f))
			return -1;
	while (least);
	return 0;
}
