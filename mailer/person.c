/* SPDX-License-Identifier: MIT */
/*
 * Gathers what the other rooms wrote about one person. How it looks is verb/person.c's,
 * what may be decided decide.c's.
 */
#include "mailer/person.h"

#include <stdlib.h>
#include <string.h>

#include "mailer/code.h"
#include "mailer/scribe.h"
#include "mailer/inbox.h"
#include "mailer/outcome.h"
#include "mailer/paper.h"
#include "mailer/show.h"
#include "mailer/task.h"
#include "recipients/clock.h"
#include "recipients/group.h"
#include "recipients/route.h"
#include "recipients/shield.h"

struct view {
	struct ledger *ledger;
	const struct settings *settings;
	const struct roster *people;
	size_t index;
	int64_t person;
	json_t *json;
};

static void put(struct view *v, const char *name, json_t *value)
{
	(void)json_object_set_new(v->json, name, value);
}

/* --- what the lists say --- */

static void gather_fields(struct view *v)
{
	const struct roster_row *newest = roster_newest(v->people, v->index);
	const char *name = NULL, *value;
	char scratch[ROSTER_NAME];
	json_t *fields = json_object();
	json_int_t lists = 0;

	for (const struct roster_row *e = NULL;
		(e = roster_entry(v->people, v->index, e));)
		lists++;
	while (row_packed_next(newest->packed, newest->length, &name, &value))
		if (*name != '#' && !json_object_get(fields, name))
			(void)json_object_set_new(fields, name, json_string(value));
	put(v, "person_id",
		json_string(roster_person_name(v->people, v->index, scratch)));
	put(v, "fields", fields);
	put(v, "lists", json_integer(lists));
}

/* --- what the leak says --- */

static int gather_records(struct view *v, struct fault *f)
{
	auto_query struct query *q = NULL;
	auto_roster records = {0};
	json_t *list = json_array();
	char scratch[ROSTER_NAME];
	int got;

	put(v, "records", list);
	if (roster_load_records(v->ledger, &records, f) ||
		ledger_query(v->ledger,
			SQL("SELECT c.record_id, c.probability, m.outcome, m.reason FROM candidate_now c JOIN match_now m"
			    " ON m.record_id = c.record_id WHERE c.person_id = :person ORDER BY c.probability DESC, c.record_id"),
			&q, f))
		return -1;
	query_bind_int(q, ":person", v->person);
	while ((got = query_next(q, f)) > 0) {
		const struct roster_row *row =
			roster_find(&records, query_int(q, "record_id"));

		(void)json_array_append_new(
			list, json_pack("{s:s,s:s,s:s,s:f}", "row",
				      row ? roster_row_name(row, scratch) : "", "outcome",
				      query_text(q, "outcome"), "reason",
				      query_text(q, "reason"), "probability",
				      query_real(q, "probability")));
	}
	return got;
}

static int gather_presence(struct view *v, struct fault *f)
{
	auto_query struct query *q = NULL;
	int got;

	put(v, "probability", json_null());
	if (ledger_query(v->ledger,
		    SQL("SELECT probability FROM presence_now WHERE person_id = :person"),
		    &q, f))
		return -1;
	query_bind_int(q, ":person", v->person);
	got = query_next(q, f);
	if (got > 0)
		put(v, "probability", json_real(query_real(q, "probability")));
	return got < 0 ? -1 : 0;
}

/* --- what the policy and humans made of it --- */

static void put_why(struct view *v, const struct row *why)
{
	const char *name = NULL, *value;
	json_t *rules = json_array(), *kinds = json_array();

	put(v, "rules", rules);
	put(v, "kinds", kinds);
	put(v, "findability", json_null());
	while (row_next(why, &name, &value))
		if (!strcmp(name, GROUP_LEVEL))
			(void)json_array_append_new(rules, json_string(value));
		else if (!strcmp(name, GROUP_KIND))
			(void)json_array_append_new(kinds, json_string(value));
		else if (!strcmp(name, "findability"))
			put(v, "findability", json_integer(strtoll(value, NULL, 10)));
}

static int gather_assignment(struct view *v, struct fault *f)
{
	static const char *const names[] = {"level", "route", "reason"};
	auto_query struct query *q = NULL;
	auto_row why = {0};
	int got;

	for (size_t i = 0; i < 3; i++)
		put(v, names[i], json_null());
	put(v, "certain", json_null());
	put(v, "presumed", json_null());
	put(v, "cover", json_null());
	if (ledger_query(v->ledger,
		    SQL("SELECT id, level, route, route_reason, certain, presumed, cover, why_sealed FROM assignment_now"
			" WHERE person_id = :person"),
		    &q, f))
		return -1;
	query_bind_int(q, ":person", v->person);
	got = query_next(q, f);
	if (got > 0) {
		put(v, names[0], json_string(query_text(q, "level")));
		put(v, names[1], json_string(query_text(q, "route")));
		put(v, names[2], json_string(query_text(q, "route_reason")));
		put(v, "certain", json_boolean((int)query_int(q, "certain")));
		put(v, "presumed", json_boolean((int)query_int(q, "presumed")));
		put(v, "cover", json_boolean((int)query_int(q, "cover")));
		if (query_sealed(q, "why_sealed", "assignment.why_sealed",
			    query_int(q, "id"), &why.packed, f))
			return -1;
	}
	put_why(v, &why);
	return got < 0 ? -1 : 0;
}

static int gather_state(struct view *v, struct fault *f)
{
	auto_query struct query *q = NULL;
	int got;

	put(v, "state", json_null());
	if (ledger_query(v->ledger,
		    SQL("SELECT state, attempt_id, notice_id FROM person_state WHERE mode = :mode AND person_id = :person"),
		    &q, f))
		return -1;
	query_bind_text(q, ":mode", settings_mode(v->settings));
	query_bind_int(q, ":person", v->person);
	got = query_next(q, f);
	if (got > 0) {
		const char *state = query_text(q, "state");

		if (!strcmp(state, "claimed"))
			state = outcome_of_claim(v->settings->dir,
				query_int(q, "attempt_id"), query_int(q, "notice_id"));
		put(v, "state", json_string(state));
	}
	return got < 0 ? -1 : 0;
}

/* That a liaison shields them; not under which reference. */
static int gather_shield(struct view *v, struct fault *f)
{
	auto_shields *shields = NULL;

	if (shields_load(v->ledger, &shields, f))
		return -1;
	put(v, "shielded", json_boolean(shields_reference(shields, v->person) != NULL));
	return 0;
}

static int gather_held(struct view *v, struct fault *f)
{
	auto_query struct query *q = NULL;
	int got;

	if (ledger_query(v->ledger,
		    SQL("SELECT 1 FROM person_held WHERE person_id = :person"), &q, f))
		return -1;
	query_bind_int(q, ":person", v->person);
	got = query_next(q, f);
	put(v, "held", json_boolean(got > 0));
	return got < 0 ? -1 : 0;
}

/* --- mail --- */

static int gather_attempts(struct view *v, int64_t notice, json_t *list, struct fault *f)
{
	auto_query struct query *q = NULL;
	auto_text_buffer reply = {0};
	int got;

	if (ledger_query(v->ledger,
		    SQL("SELECT a.id, a.at, o.verdict, o.code, o.reply_sealed FROM attempt a LEFT JOIN outcome o"
			" ON o.attempt_id = a.id WHERE a.notice_id = :notice ORDER BY a.id"),
		    &q, f))
		return -1;
	query_bind_int(q, ":notice", notice);
	while ((got = query_next(q, f)) > 0) {
		const char *verdict = query_text(q, "verdict");

		text_clear(&reply);
		if (verdict && query_sealed(q, "reply_sealed", "outcome.reply_sealed",
				       query_int(q, "id"), &reply, f))
			return -1;
		if (!verdict)
			verdict = outcome_of_claim(
				v->settings->dir, query_int(q, "id"), notice);
		(void)json_array_append_new(
			list, json_pack("{s:I,s:o,s:s,s:I,s:s}", "number",
				      (json_int_t)query_int(q, "id"), "at",
				      show_time(q, "at"), "verdict", verdict, "code",
				      (json_int_t)query_int(q, "code"), "reply",
				      text_string(&reply)));
	}
	return got;
}

static int gather_notice(struct view *v, struct query *q, json_t *list, struct fault *f)
{
	auto_row facts = {0};
	json_t *attempts = json_array();
	const char *digest = query_text(q, "digest");
	int64_t id = query_int(q, "id");

	if (query_sealed(
		    q, "facts_sealed", "notice.facts_sealed", id, &facts.packed, f)) {
		json_decref(attempts);
		return -1;
	}
	(void)json_array_append_new(
		list, json_pack("{s:s?,s:s?,s:s,s:o,s:s?,s:b,s:b,s:o}", "code",
			      row_value(&facts, SCRIBE_CODE), "address",
			      row_value(&facts, SCRIBE_ADDRESS), "level",
			      query_text(q, "level"), "composed_at",
			      show_time(q, "composed_at"), "release", digest, "barred",
			      (int)query_int(q, "barred"), "cover",
			      (int)query_int(q, "cover"), "attempts", attempts));
	return gather_attempts(v, id, attempts, f);
}

/* The one that is planned, and all that were ever released. */
static int gather_notices(struct view *v, struct fault *f)
{
	auto_query struct query *q = NULL;
	json_t *list = json_array();
	int got;

	put(v, "notices", list);
	if (ledger_query(v->ledger,
		    SQL("SELECT n.id, n.level, n.cover, n.facts_sealed, r.started_at AS composed_at,"
			" (SELECT e.digest FROM release_item i JOIN release e ON e.id = i.release_id WHERE i.notice_id = n.id"
			"   ORDER BY e.id DESC LIMIT 1) AS digest,"
			" EXISTS (SELECT 1 FROM notice_barred b WHERE b.notice_id = n.id) AS barred"
			" FROM notice n JOIN compose_set s ON s.id = n.set_id JOIN run r ON r.id = s.run_id"
			" WHERE n.person_id = :person AND s.mode = :mode AND (EXISTS (SELECT 1 FROM release_item i"
			"   WHERE i.notice_id = n.id) OR EXISTS (SELECT 1 FROM plan p JOIN compose_set_now c ON c.id = p.set_id"
			"   WHERE p.person_id = n.person_id AND p.notice_id = n.id)) ORDER BY n.set_id"),
		    &q, f))
		return -1;
	query_bind_int(q, ":person", v->person);
	query_bind_text(q, ":mode", settings_mode(v->settings));
	while ((got = query_next(q, f)) > 0)
		if (gather_notice(v, q, list, f))
			return -1;
	return got;
}

/* What came back of it: verdicts, no words. */
static int gather_letters(struct view *v, struct fault *f)
{
	const struct inbox_filter filter = {
		.mode = settings_mode(v->settings), .person = v->person};
	json_t *facts, *letters;

	if (inbox_person(v->ledger, filter.mode, v->person, &facts, f))
		return -1;
	put(v, "facts", facts);
	if (inbox_list(v->ledger, NULL, &filter, &letters, f))
		return -1;
	put(v, "letters", letters);
	return 0;
}

/* --- tasks and decisions --- */

static int gather_tasks(struct view *v, struct fault *f)
{
	const struct task_filter filter = {
		.mode = settings_mode(v->settings), .person = v->person, .fallen = true};
	auto_task_list tasks = {0};
	json_t *list = json_array(), *history;
	char due[CLOCK_TEXT];

	put(v, "tasks", list);
	if (task_find(v->ledger, &filter, &tasks, f))
		return -1;
	for (size_t i = 0; i < tasks.count; i++) {
		const struct task *t = &tasks.tasks[i];

		if (task_history(v->ledger, t->number, true, &history, f))
			return -1;
		(void)json_array_append_new(
			list, json_pack("{s:I,s:s,s:s,s:s,s:s,s:s?,s:I,s:b,s:o}",
				      "number", (json_int_t)t->number, "kind", t->kind,
				      "reason", t->reason, "state", t->state, "due",
				      clock_write(t->due, due), "owner", t->owner,
				      "attempts", (json_int_t)t->attempts, "stands",
				      (int)t->stands, "history", history));
	}
	return 0;
}

static int add_said(struct query *q, const char *place, const char *what, json_t *list,
	struct fault *f)
{
	auto_row said = {0};

	if (query_sealed(q, "said_sealed", place, query_int(q, "id"), &said.packed, f))
		return -1;
	(void)json_array_append_new(
		list, json_pack("{s:o,s:s,s:s?,s:s?}", "at", show_time(q, "at"), "what",
			      what, "by", row_value(&said, "by"), "reason",
			      row_value(&said, "reason")));
	return 0;
}

static int gather_rulings(struct view *v, json_t *list, struct fault *f)
{
	auto_query struct query *q = NULL;
	int got;

	if (ledger_query(v->ledger,
		    SQL("SELECT id, at, choice || coalesce(' ' || value, '') || coalesce(' until ' || review_by, '') AS what,"
			" said_sealed FROM person_decision WHERE person_id = :person ORDER BY id"),
		    &q, f))
		return -1;
	query_bind_int(q, ":person", v->person);
	while ((got = query_next(q, f)) > 0)
		if (add_said(q, "person_decision.said_sealed", query_text(q, "what"),
			    list, f))
			return -1;
	return got;
}

/* About the rows that may be theirs, and about mails of theirs that were in doubt. */
static int gather_other_decisions(struct view *v, json_t *list, struct fault *f)
{
	auto_query struct query *q = NULL;
	int got;

	if (ledger_query(v->ledger,
		    SQL("SELECT d.id, d.at, d.said_sealed, CASE d.kind WHEN 'row' THEN CASE WHEN d.person_id = :person"
			" THEN 'a leaked row is this person' ELSE 'a leaked row: ' || d.choice END"
			" ELSE 'mail in doubt: ' || d.choice END AS what FROM decision d WHERE d.person_id = :person"
			" OR d.record_id IN (SELECT record_id FROM candidate_now WHERE person_id = :person) OR d.attempt_id IN"
			" (SELECT a.id FROM attempt a JOIN notice n ON n.id = a.notice_id WHERE n.person_id = :person)"
			" ORDER BY d.id"),
		    &q, f))
		return -1;
	query_bind_int(q, ":person", v->person);
	while ((got = query_next(q, f)) > 0)
		if (add_said(q, "decision.said_sealed", query_text(q, "what"), list, f))
			return -1;
	return got;
}

static int gather_decisions(struct view *v, struct fault *f)
{
	json_t *list = json_array();

	put(v, "decisions", list);
	return gather_rulings(v, list, f) || gather_other_decisions(v, list, f) ? -1 : 0;
}

/* --- all of it --- */

int person_gather(struct ledger *l, const struct settings *s, const struct roster *people,
	size_t person, json_t **ret, struct fault *f)
{
	struct view v = {l, s, people, person, people->people[person], json_object()};

	gather_fields(&v);
	if (gather_presence(&v, f) || gather_records(&v, f) || gather_assignment(&v, f) ||
		gather_state(&v, f) || gather_shield(&v, f) || gather_held(&v, f) ||
		gather_notices(&v, f) || gather_letters(&v, f) || gather_tasks(&v, f) ||
		gather_decisions(&v, f)) {
		json_decref(v.json);
		return -1;
	}
	*ret = v.json;
	return 0;
}

int person_by_code(struct ledger *l, const struct settings *s,
	const struct roster *people, const char *typed, size_t *ret, struct fault *f)
{
	auto_query struct query *q = NULL;
	unsigned char digest[VAULT_DIGEST];
	char code[CODE_TEXT];
	int64_t person = 0;
	int got;

	*ret = SIZE_MAX;
	if (code_read(typed, code))
		return 0;
	vault_digest(ledger_vault(l), "code", code, strlen(code), digest);
	if (ledger_query(l,
		    SQL("SELECT n.person_id FROM notice n JOIN compose_set s ON s.id = n.set_id"
			" WHERE n.code_digest = :digest AND s.mode = :mode"),
		    &q, f))
		return -1;
	query_bind_blob(q, ":digest", digest, sizeof(digest));
	query_bind_text(q, ":mode", settings_mode(s));
	got = query_next(q, f);
	if (got > 0)
		person = query_int(q, "person_id");
	if (got < 0 || (!got && paper_find(l, settings_mode(s), code, &person, f)))
		return -1;
	if (person)
		*ret = roster_person(people, person);
	return 0;
}
