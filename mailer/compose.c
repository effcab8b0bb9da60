/* SPDX-License-Identifier: MIT */
/*
 * From assignments to sealed bytes. Words are notice.c's, MIME is wire/message.c's, who
 * may let them go is approve's.
 *
 * Row ids are given out in the order of sending (levels, then random), so that send reads
 * the book front to back.
 */
#include "mailer/compose.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "mailer/basis.h"
#include "mailer/notice.h"
#include "mailer/scribe.h"
#include "mailer/show.h"
#include "mailer/store.h"
#include "mailer/task.h"
#include "recipients/exposure.h"
#include "recipients/field.h"
#include "recipients/group.h"
#include "recipients/roster.h"
#include "recipients/shield.h"
#include "recipients/vault.h"

struct composer {
	struct ledger *ledger;
	const struct compose_options *options;
	struct scribe scribe;
	int64_t set, now;
	int64_t *ids; /* sorted random ids for notices */
	size_t next_id;
	struct roster people;
	struct shields *shields;
	struct query *plan;
	struct compose_tally *tally;
};

static void composer_done(struct composer *c)
{
	scribe_done(&c->scribe);
	free(c->ids);
	roster_done(&c->people);
	shields_free(c->shields);
	query_close(c->plan);
}
#define auto_composer __attribute__((cleanup(composer_done))) struct composer

/* --- the bytes of one notice --- */

struct assigned {
	int64_t person;
	const char *level, *template;
	int64_t level_order;
	bool certain;
	bool cover; /* the common notice beside a task */
	struct row why;
};

static int make_notice(
	struct composer *c, const struct assigned *a, int64_t *ret_id, struct fault *f)
{
	const char *kinds[EXPOSURE_KINDS_MAX],
		*address = row_value(&a->why, GROUP_ADDRESS);
	size_t person = roster_person(&c->people, a->person);
	struct scribe_notice n = {.id = c->ids[c->next_id],
		.person = a->person,
		.level = a->level,
		.level_order = a->level_order,
		.address = address,
		.template = a->template,
		.kind = (unsigned)a->level_order * 2 + a->certain,
		.cover = a->cover,
		.who = {.kinds = kinds, .certain = a->certain}};

	if (!address || person == SIZE_MAX)
		return fault_set(
			f, FAULT_INTERNAL, "an assignment by mail has no address");
	n.who.entry = roster_newest(&c->people, person);
	n.who.kinds_count = scribe_kinds(&a->why, kinds);
	*ret_id = c->ids[c->next_id++];
	return scribe_write(&c->scribe, &n, f);
}

static int make_task(struct composer *c, const struct assigned *a, const char *reason,
	int64_t *ret_id, struct fault *f)
{
	bool above = a->level_order < (int64_t)c->options->policy->default_level;
	size_t person = roster_person(&c->people, a->person);
	struct task_new t = {.set = c->set,
		.person = a->person,
		.level = a->level,
		.level_order = a->level_order,
		.reason = reason};

	if (person == SIZE_MAX)
		return fault_set(
			f, FAULT_INTERNAL, "an assignment is of nobody on the list");
	t.kind = shields_reference(c->shields, a->person)
			 ? "liaison" /* nobody else knows who it is */
			 : task_kind(reason, above, roster_newest(&c->people, person));
	t.due = task_due(t.kind, above, c->now);
	return task_open(c->ledger, &t, ret_id, f);
}

/* --- the set --- */

static int insert_plan(
	struct composer *c, int64_t person, int64_t notice, int64_t task, struct fault *f)
{
	query_bind_int(c->plan, ":person", person);
	if (notice)
		query_bind_int(c->plan, ":notice", notice);
	else
		query_bind_null(c->plan, ":notice");
	if (task)
		query_bind_int(c->plan, ":task", task);
	else
		query_bind_null(c->plan, ":task");
	return query_run(c->plan, f);
}

/* The same notice as the default level's, in its place. */
static int make_cover(struct composer *c, const struct assigned *a, int64_t *ret_notice,
	struct fault *f)
{
	size_t order = c->options->policy->default_level;
	const struct policy_level *common = &c->options->policy->levels[order];
	struct assigned covered = *a;

	covered.level = common->name;
	covered.level_order = (int64_t)order;
	covered.template = common->template;
	covered.cover = true;
	return make_notice(c, &covered, ret_notice, f);
}

/* A row of the walk over assignments: what this person has in this mode already decides
 * first. */
static int take_person(
	struct composer *c, struct query *q, struct assigned *a, struct fault *f)
{
	const char *route = query_text(q, "route");
	int64_t notice = query_int(q, "released_notice"), task = query_int(q, "old_task"),
		cover = query_int(q, "cover_notice");
	bool keeps_task = query_int(q, "keeps_task") != 0, told = notice != 0, shielded;

	a->person = query_int(q, "person_id");
	shielded = shields_reference(c->shields, a->person) && !strcmp(route, "task");
	a->level = query_text(q, "level");
	a->level_order = query_int(q, "level_order");
	a->certain = query_int(q, "certain") != 0;
	a->template = a->level_order < (int64_t)c->options->policy->levels_count
			      ? c->options->policy->levels[a->level_order].template
			      : NULL;
	if (query_sealed(q, "why_sealed", "assignment.why_sealed", query_int(q, "id"),
		    &a->why.packed, f))
		return -1;
	if (!strcmp(route, "restricted"))
		c->tally->restricted++;
	else if (!strcmp(route, "none"))
		c->tally->none++;
	/* Whom the liaison shields since, nobody else visits. */
	if (task && !keeps_task && shielded &&
		strcmp(query_text(q, "old_kind"), "liaison") != 0)
		task = 0;
	/* Told once is told, whatever the route has become since; a task that a human
	 * ordered after the mail stands beside it, and so does the liaison's. */
	if (keeps_task || shielded)
		notice = 0;
	if (!keeps_task && (notice || !strcmp(route, "mail"))) {
		task = 0;
		if (!notice && make_notice(c, a, &notice, f))
			return -1;
	} else if (!keeps_task && !strcmp(route, "task")) {
		if (!task && make_task(c, a, query_text(q, "route_reason"), &task, f))
			return -1;
	} else if (!keeps_task) {
		return 0;
	}
	if (task && !told && query_int(q, "cover")) {
		if (!cover && make_cover(c, a, &cover, f))
			return -1;
		notice = cover;
		c->tally->cover++;
	}
	if (strcmp(route, "restricted") != 0 && strcmp(route, "none") != 0) {
		c->tally->notices += notice != 0;
		c->tally->tasks += task != 0;
	}
	return insert_plan(c, a->person, notice, task, f);
}

static int walk(struct composer *c, struct fault *f)
{
	auto_query struct query *q = NULL;
	struct assigned a = {0};
	int64_t total;
	size_t done = 0;
	int got;

	if (ledger_number(c->ledger, SQL("SELECT count(*) FROM assignment_now"), 0,
		    &total, f) ||
		ledger_query(c->ledger,
			SQL("SELECT a.*,"
			    " (SELECT max(n.id) FROM notice n JOIN compose_set s ON s.id = n.set_id"
			    "   WHERE n.person_id = a.person_id AND s.mode = :mode AND n.id NOT IN (SELECT notice_id FROM follow_up)"
			    "   AND n.id NOT IN (SELECT notice_id FROM notice_corrected) AND ((n.id IN (SELECT notice_id FROM notice_out)"
			    /* what was for cover is what the default level is told */
			    "     AND (NOT n.cover OR (a.route = 'mail' AND a.level_order = :default)))"
			    "   OR (a.route = 'mail' AND NOT n.cover AND n.id IN (SELECT notice_id FROM notice_taken))))"
			    "   AS released_notice,"
			    " CASE WHEN a.cover THEN (SELECT max(n.id) FROM notice n JOIN compose_set s ON s.id = n.set_id"
			    "   WHERE n.person_id = a.person_id AND s.mode = :mode AND n.cover"
			    "   AND n.id IN (SELECT notice_id FROM notice_taken)) END AS cover_notice,"
			    " o.task_id AS old_task, (SELECT k.kind FROM task k WHERE k.id = o.task_id) AS old_kind, o.state = 'done' OR o.decision_id IS NOT NULL AS keeps_task"
			    " FROM assignment_now a LEFT JOIN (SELECT person_id, max(id) AS task_id, state, decision_id FROM task_now"
			    "   WHERE mode = :mode AND after_id IS NULL AND NOT beside AND state <> 'dropped' GROUP BY person_id) o"
			    " ON o.person_id = a.person_id" /* a cover stands among those
							       like whom it looks */
			    " ORDER BY CASE WHEN a.cover THEN :default ELSE a.level_order END, a.id"),
			&q, f))
		return -1;
	query_bind_text(q, ":mode", settings_mode(c->options->settings));
	query_bind_int(q, ":default", (int64_t)c->options->policy->default_level);
	while ((got = query_next(q, f)) > 0) {
		if (done++ % 500 == 0 && progress_step(c->options->progress, "composing",
						 done, (size_t)total, f))
			got = -1;
		if (got > 0 && take_person(c, q, &a, f))
			got = -1;
		if (got < 0)
			break;
	}
	row_done(&a.why);
	return got;
}

static int draw_ids(struct composer *c, struct fault *f)
{
	int64_t count;

	if (ledger_number(c->ledger,
		    SQL("SELECT count(*) FROM assignment_now WHERE route = 'mail' OR cover"),
		    0, &count, f))
		return -1;
	c->ids = vault_random_ids((size_t)count);
	return 0;
}

static int open_queries(struct composer *c, struct fault *f)
{
	if (scribe_begin(&c->scribe, c->ledger, c->set, f) ||
		ledger_query(c->ledger,
			SQL("INSERT INTO plan (set_id, person_id, notice_id, task_id) VALUES (:set, :person, :notice, :task)"),
			&c->plan, f))
		return -1;
	query_bind_int(c->plan, ":set", c->set);
	return 0;
}

static struct basis basis_of(const struct compose_options *o)
{
	return (struct basis){o->settings, o->policy, o->texts};
}

static int insert_set(struct composer *c, struct fault *f)
{
	const struct basis basis = basis_of(c->options);
	auto_query struct query *q = NULL;
	unsigned char inputs[VAULT_DIGEST];
	int64_t group;

	if (basis_digest(c->ledger, &basis, inputs, f) ||
		ledger_number(c->ledger, SQL("SELECT max(id) FROM compose_set"), 0,
			&c->set, f) ||
		ledger_number(
			c->ledger, SQL("SELECT max(id) FROM group_set"), 0, &group, f) ||
		ledger_query(c->ledger,
			SQL("INSERT INTO compose_set (id, run_id, group_set_id, mode, inputs)"
			    " VALUES (:id, :run, :group, :mode, :inputs)"),
			&q, f))
		return -1;
	query_bind_int(q, ":id", ++c->set);
	query_bind_int(q, ":run", ledger_run(c->ledger));
	query_bind_int(q, ":group", group);
	query_bind_text(q, ":mode", settings_mode(c->options->settings));
	query_bind_blob(q, ":inputs", inputs, sizeof(inputs));
	return query_run(q, f);
}

/* Every message of `least` bytes, or of what is needed: `*least`, if that is more, is
 * then for the next try. */
static int try_compose(struct ledger *l, const struct compose_options *o, size_t *least,
	struct compose_tally *ret, struct fault *f)
{
	auto_composer c = {.ledger = l, .options = o, .now = clock_now(), .tally = ret};

	if (scribe_open(o->settings, o->policy, o->texts, c.now, *least, &c.scribe, f) ||
		roster_load_entries(l, &c.people, f) || shields_load(l, &c.shields, f) ||
		draw_ids(&c, f) || ledger_begin(l, f))
		return -1;
	if (insert_set(&c, f) ||
		store_drop_replaced(l, settings_mode(o->settings), c.set, f) ||
		open_queries(&c, f) || walk(&c, f)) {
		ledger_rollback(l);
		return -1;
	}
	*least = c.scribe.outgrown;
	if (!*least)
		return ledger_commit(l, f);
	ledger_rollback(l);
	return 0;
}

static int compose_anew(struct ledger *l, const struct compose_options *o,
	struct compose_tally *ret, struct fault *f)
{
	size_t least = 0;

	do {
		*ret = (struct compose_tally){0};
		if (try_compose(l, o, &least, ret, f))
			return -1;
	} while (least);
	return 0;
}

static int tally(struct ledger *l, const struct compose_options *o,
	struct compose_tally *ret, struct fault *f)
{
	auto_query struct query *q = NULL;

	if (ledger_query(l,
		    SQL("SELECT count(CASE WHEN a.route IN ('mail', 'task') THEN p.notice_id END) AS notices,"
			" count(CASE WHEN a.route IN ('mail', 'task') THEN p.task_id END) AS tasks,"
			" count(CASE WHEN a.route = 'task' AND p.task_id IS NOT NULL THEN p.notice_id END) AS cover,"
			" total(a.route = 'restricted') AS restricted, total(a.route = 'none') AS none"
			" FROM assignment_now a LEFT JOIN compose_set_now c ON c.mode = :mode"
			" LEFT JOIN plan p ON p.set_id = c.id AND p.person_id = a.person_id"),
		    &q, f))
		return -1;
	query_bind_text(q, ":mode", settings_mode(o->settings));
	if (query_next(q, f) < 0)
		return -1;
	ret->notices = query_int(q, "notices");
	ret->tasks = query_int(q, "tasks");
	ret->restricted = query_int(q, "restricted");
	ret->none = query_int(q, "none");
	ret->cover = query_int(q, "cover");
	return 0;
}

int compose_run(struct ledger *l, const struct compose_options *o,
	struct compose_tally *ret, struct fault *f)
{
	const struct basis basis = basis_of(o);

	*ret = (struct compose_tally){0};
	if (!o->group_is_current)
		return fault_set(f, FAULT_REFUSED,
			"group has not seen this policy and these matches and decisions yet: breachmail group");
	if (basis_is_current(l, &basis, &ret->unchanged, f))
		return -1;
	return ret->unchanged ? tally(l, o, ret, f) : compose_anew(l, o, ret, f);
}

int compose_levels(struct ledger *l, const struct policy *p, const char *mode,
	json_t **ret, struct fault *f)
{
	static const char *const names[] = {
		"people", "notices", "tasks", "restricted", "none", "cover"};
	auto_query struct query *q = NULL;
	json_t *list = json_array();
	int got;

	for (size_t i = 0; i < p->levels_count; i++)
		(void)json_array_append_new(list,
			json_pack("{s:s,s:i,s:i,s:i,s:i,s:i,s:i}", "name",
				p->levels[i].name, names[0], 0, names[1], 0, names[2], 0,
				names[3], 0, names[4], 0, names[5], 0));
	*ret = list;
	if (ledger_query(l,
		    SQL("SELECT a.level_order, count(*) AS people,"
			" count(CASE WHEN a.route IN ('mail', 'task') THEN p.notice_id END) AS notices,"
			" count(CASE WHEN a.route IN ('mail', 'task') THEN p.task_id END) AS tasks,"
			" count(CASE WHEN a.route = 'task' AND p.task_id IS NOT NULL THEN p.notice_id END) AS cover,"
			" total(a.route = 'restricted') AS restricted, total(a.route = 'none') AS none"
			" FROM assignment_now a LEFT JOIN compose_set_now c ON c.mode = :mode"
			" LEFT JOIN plan p ON p.set_id = c.id AND p.person_id = a.person_id GROUP BY 1"),
		    &q, f))
		return -1;
	query_bind_text(q, ":mode", mode);
	while ((got = query_next(q, f)) > 0) {
		json_t *level = json_array_get(list, (size_t)query_int(q, "level_order"));

		for (size_t i = 0; level && i < 6; i++)
			(void)json_object_set_new(
				level, names[i], json_integer(query_int(q, names[i])));
	}
	return got;
}

/* --- looking --- */

static int write_file(
	const char *dir, const char *name, const struct text *bytes, struct fault *f)
{
	auto_text path = text_format("%s/%s.eml", dir, name);
	auto_show_file out = {0};

	if (show_file_open(path, &out, f))
		return -1;
	(void)fwrite(bytes->bytes, 1, bytes->length, out.stream);
	return show_file_close(&out, f);
}

static int make_folder(const char *dir, struct fault *f)
{
	return mkdir(dir, 0700) && errno != EEXIST
		       ? fault_set(f, FAULT_CANTCREATE, "%s: %s", dir, strerror(errno))
		       : 0;
}

int compose_preview(
	const struct compose_options *o, const char *dir, int64_t *ret, struct fault *f)
{
	auto_scribe scribe = {0};
	static const char *const who[] = {"staff", "officer"}, *const how[] = {"maybe",
								       "certain"};
	const char *kinds[EXPOSURE_NAMED_MAX];
	size_t kinds_count = notice_incident_kinds(o->settings, kinds);
	auto_row officer = {0}, staff = {0};

	row_add(&officer, "rank", "Constable");
	row_add(&officer, "surname", "Sample");
	row_add(&officer, "employment", "officer");
	row_add(&staff, "title", "Ms");
	row_add(&staff, "surname", "Sample");
	row_add(&staff, "employment", "staff");
	*ret = 0;
	if (make_folder(dir, f) ||
		scribe_open(o->settings, o->policy, o->texts, clock_now(), 0, &scribe, f))
		return -1;
	for (size_t i = 0; i < o->policy->levels_count * 4; i++) {
		const struct policy_level *level = &o->policy->levels[i / 4];
		const struct row *row = i & 1 ? &officer : &staff;
		struct roster_row entry = {
			.packed = row->packed.bytes, .length = row->packed.length};
		struct notice_person p = {.entry = &entry,
			.kinds = kinds,
			.kinds_count = kinds_count,
			.certain = i >> 1 & 1,
			.code = "22222-22222"};
		auto_text name =
			text_format("%s-%s-%s", level->name, how[i >> 1 & 1], who[i & 1]);

		if (level->route != POLICY_MAIL)
			continue;
		if (scribe_bytes(&scribe, level->template, &p, "sample@person.example",
			    "00000000000000000000000000000000", f) ||
			write_file(dir, name, &scribe.bytes, f))
			return -1;
		(*ret)++;
	}
	return 0;
}

static int export_all(struct ledger *l, const char *mode, struct store_reader *store,
	const char *dir, int64_t *ret, struct fault *f)
{
	auto_query struct query *q = NULL;
	auto_text_buffer bytes = {0};
	int got;

	if (ledger_query(l,
		    SQL("SELECT p.notice_id FROM plan p JOIN compose_set_now c ON c.id = p.set_id"
			" WHERE c.mode = :mode AND p.notice_id IS NOT NULL ORDER BY p.notice_id"),
		    &q, f))
		return -1;
	query_bind_text(q, ":mode", mode);
	while ((got = query_next(q, f)) > 0) {
		auto_text name = text_format("%06lld", (long long)*ret + 1);
		int there = store_get(store, query_int(q, "notice_id"), &bytes, f);

		if (there < 0 || (there && write_file(dir, name, &bytes, f)))
			return -1;
		*ret += there;
	}
	return got;
}

int compose_export(struct ledger *l, const struct compose_options *o, const char *dir,
	int64_t *ret, struct fault *f)
{
	struct store_reader *store;
	int failed;

	*ret = 0;
	if (make_folder(dir, f) || store_reader_open(l, &store, f))
		return -1;
	failed = export_all(l, settings_mode(o->settings), store, dir, ret, f);
	store_reader_close(store);
	return failed;
}

/* The notice of a person in the newest set of this mode, 0: none. */
static int find_notice(
	struct ledger *l, const char *mode, int64_t person, int64_t *ret, struct fault *f)
{
	auto_query struct query *q = NULL;
	int got;

	*ret = 0;
	if (ledger_query(l,
		    SQL("SELECT p.notice_id FROM plan p JOIN compose_set_now c ON c.id = p.set_id"
			" WHERE c.mode = :mode AND p.person_id = :person"),
		    &q, f))
		return -1;
	query_bind_text(q, ":mode", mode);
	query_bind_int(q, ":person", person);
	got = query_next(q, f);
	if (got > 0)
		*ret = query_int(q, "notice_id");
	return got < 0 ? -1 : 0;
}

int compose_show(struct ledger *l, const struct compose_options *o, const char *person,
	struct text *out, struct fault *f)
{
	struct store_reader *store;
	auto_roster people = {0};
	char scratch[ROSTER_NAME];
	int64_t notice;
	size_t at = 0;
	int got;

	if (roster_load_entries(l, &people, f))
		return -1;
	while (at < people.people_count &&
		strcmp(roster_person_name(&people, at, scratch), person) != 0)
		at++;
	if (at == people.people_count)
		return fault_set(f, FAULT_USAGE, "nobody on the list has this number");
	if (find_notice(l, settings_mode(o->settings), people.people[at], &notice, f) ||
		store_reader_open(l, &store, f))
		return -1;
	got = store_get(store, notice, out, f);
	store_reader_close(store);
	if (got)
		return got < 0 ? -1 : 0;
	return fault_set(f, FAULT_USAGE,
		"there is no message for this person (not told by mail, or not composed)");
}
