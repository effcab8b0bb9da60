/* SPDX-License-Identifier: MIT */
/*
 * Gathers, a person at a time. What it is sealed with is coffer.c's. Nothing of it is
 * printed or kept here.
 */
#include "mailer/telling.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "mailer/note.h"
#include "mailer/scribe.h"
#include "mailer/task.h"
#include "mailer/whom.h"
#include "recipients/clock.h"
#include "recipients/group.h"

struct gathering {
	struct ledger *ledger;
	const char *mode;
	struct whom whom;
	struct query *mails, *receipts, *tasks, *why;
	struct row row;
	int (*take)(void *context, const char *line, size_t length, struct fault *f);
	void *context;
	struct telling *sum;
};

/* Takes over `line`. */
static int give(struct gathering *g, json_t *line, struct fault *f)
{
	char *text = json_dumps(line, JSON_COMPACT);
	size_t length;
	int failed;

	json_decref(line);
	if (!text)
		return fault_set(
			f, FAULT_INTERNAL, "a line of the list cannot be written");
	length = strlen(text);
	text[length] = '\n'; /* in the place of its NUL */
	failed = g->take(g->context, text, length + 1, f);
	vault_wipe(text, length);
	free(text);
	return failed;
}

static json_t *time_of(int64_t at)
{
	char text[CLOCK_TEXT];

	return json_string(clock_write(at, text));
}

static void count_time(struct gathering *g, int64_t at)
{
	if (at > g->sum->last_at)
		g->sum->last_at = at;
}

/* --- what was done for one person --- */

static int receipts_of(struct gathering *g, int64_t attempt, json_t *ret, struct fault *f)
{
	int got;

	query_reset(g->receipts);
	query_bind_int(g->receipts, ":attempt", attempt);
	while ((got = query_next(g->receipts, f)) > 0)
		(void)json_array_append_new(
			ret, json_pack("{s:o,s:s}", "at",
				     time_of(query_int(g->receipts, "at")), "says",
				     query_text(g->receipts, "says")));
	return got;
}

static json_t *mail(struct gathering *g, json_t *came_back)
{
	struct query *q = g->mails;
	auto_text reply = text_format(
		"%lld %s", (long long)query_int(q, "code"), query_text(q, "enhanced"));
	char sha256[2 * VAULT_SHA256 + 1] = "";
	size_t length;
	const void *bytes = query_blob(q, "message_sha256", &length);

	if (length == VAULT_SHA256)
		vault_hex(bytes, length, sha256);
	return json_pack("{s:o,s:s,s:s*,s:s*,s:s,s:s,s:s,s:s,s:o}", "at",
		time_of(query_int(q, "at")), "kind", query_text(q, "kind"), "to",
		row_value(&g->row, SCRIBE_ADDRESS), "code",
		row_value(&g->row, SCRIBE_CODE), "release", query_text(q, "digest"),
		"sha256", sha256, "verdict", query_text(q, "verdict"), "reply", reply,
		"came_back", came_back);
}

static int mails_of(struct gathering *g, int64_t person, json_t *ret, struct fault *f)
{
	struct query *q = g->mails;
	int got;

	query_reset(q);
	query_bind_int(q, ":person", person);
	query_bind_text(q, ":mode", g->mode);
	while ((got = query_next(q, f)) > 0) {
		json_t *came_back = json_array();

		if (query_sealed(q, "facts_sealed", "notice.facts_sealed",
			    query_int(q, "notice_id"), &g->row.packed, f) ||
			receipts_of(g, query_int(q, "id"), came_back, f)) {
			json_decref(came_back);
			return -1;
		}
		if (!strcmp(query_text(q, "verdict"), "accepted"))
			count_time(g, query_int(q, "at"));
		(void)json_array_append_new(ret, mail(g, came_back));
		g->sum->mails++;
	}
	return got;
}

static int tasks_of(struct gathering *g, int64_t person, json_t *ret, struct fault *f)
{
	struct query *q = g->tasks;
	int got;

	query_reset(q);
	query_bind_int(q, ":person", person);
	query_bind_text(q, ":mode", g->mode);
	while ((got = query_next(q, f)) > 0) {
		json_t *history;

		if (task_history(g->ledger, query_int(q, "id"), true, &history, f))
			return -1;
		if (!strcmp(query_text(q, "state"), "done"))
			count_time(g, query_int(q, "tried_at"));
		(void)json_array_append_new(
			ret, json_pack("{s:s,s:s,s:s,s:o}", "kind", query_text(q, "kind"),
				     "reason", query_text(q, "reason"), "state",
				     query_text(q, "state"), "history", history));
		g->sum->tasks++;
	}
	return got;
}

/* Which kinds of their data leaked: what they were told of. */
static int data_of(struct gathering *g, int64_t person, json_t *ret, struct fault *f)
{
	const char *name = NULL, *value;
	int got;

	query_reset(g->why);
	query_bind_int(g->why, ":person", person);
	got = query_next(g->why, f);
	if (got <= 0)
		return got;
	if (query_sealed(g->why, "why_sealed", "assignment.why_sealed",
		    query_int(g->why, "id"), &g->row.packed, f))
		return -1;
	while (row_next(&g->row, &name, &value))
		if (!strcmp(name, GROUP_KIND))
			(void)json_array_append_new(ret, json_string(value));
	return 0;
}

static void name_them(struct gathering *g, int64_t person, json_t *ret)
{
	size_t p = roster_person(&g->whom.people, person);
	const struct roster_row *entry =
		p == SIZE_MAX ? NULL : roster_newest(&g->whom.people, p);
	const char *whole = entry ? roster_value(entry, "name") : NULL,
		   *surname = entry ? roster_value(entry, "surname") : NULL,
		   *forenames = entry ? roster_value(entry, "forenames") : NULL;
	char scratch[ROSTER_NAME];
	auto_text name = NULL;

	(void)json_object_set_new(
		ret, "person", json_string(whom_name(&g->whom, person, scratch)));
	if (whom_reference(&g->whom, person))
		return; /* nothing holds both a reference and who it is */
	name = whole ? text_copy(whole)
		     : text_format("%s%s%s", forenames ? forenames : "",
			       forenames && surname ? " " : "", surname ? surname : "");
	(void)json_object_set_new(ret, "name", json_string(name));
}

static int give_person(struct gathering *g, int64_t person, const char *level,
	const char *state, struct fault *f)
{
	json_t *line = json_object(), *data = json_array(), *mails = json_array(),
	       *tasks = json_array();

	name_them(g, person, line);
	(void)json_object_set_new(line, "level", json_string(level));
	(void)json_object_set_new(line, "state", json_string(state));
	(void)json_object_set_new(line, "data", data);
	(void)json_object_set_new(line, "mails", mails);
	(void)json_object_set_new(line, "tasks", tasks);
	if (data_of(g, person, data, f) || mails_of(g, person, mails, f) ||
		tasks_of(g, person, tasks, f)) {
		json_decref(line);
		return -1;
	}
	g->sum->people++;
	return give(g, line, f);
}

/* --- all of it --- */

static int prepare(struct gathering *g, struct fault *f)
{
	struct ledger *l = g->ledger;

	return whom_load(l, &g->whom, f) ||
			       ledger_query(l,
				       SQL("SELECT a.id, a.at, n.id AS notice_id, n.facts_sealed, n.message_sha256, r.digest,"
					   " coalesce(u.kind, CASE WHEN n.cover THEN 'cover' ELSE n.kind END) AS kind,"
					   " CASE WHEN o.verdict IS NULL OR o.verdict = 'in_doubt' THEN coalesce((SELECT 'in_doubt, '"
					   " || d.choice FROM decision d WHERE d.kind = 'resolve' AND d.attempt_id = a.id"
					   " ORDER BY d.id DESC LIMIT 1), 'in_doubt') ELSE o.verdict END AS verdict,"
					   " coalesce(o.code, 0) AS code, coalesce(o.enhanced, '') AS enhanced"
					   " FROM notice n JOIN compose_set s ON s.id = n.set_id JOIN attempt a ON a.notice_id = n.id"
					   " JOIN release r ON r.id = a.release_id LEFT JOIN outcome o ON o.attempt_id = a.id"
					   " LEFT JOIN follow_up u ON u.notice_id = n.id"
					   " WHERE n.person_id = :person AND s.mode = :mode ORDER BY a.id"),
				       &g->mails, f) ||
			       ledger_query(l,
				       SQL("SELECT at, says FROM receipt_now WHERE attempt_id = :attempt ORDER BY at, says"),
				       &g->receipts, f) ||
			       ledger_query(l,
				       SQL("SELECT id, kind, reason, state, tried_at FROM task_now"
					   " WHERE person_id = :person AND mode = :mode ORDER BY id"),
				       &g->tasks, f) ||
			       ledger_query(l,
				       SQL("SELECT id, why_sealed FROM assignment_now WHERE person_id = :person"),
				       &g->why, f)
		       ? -1
		       : 0;
}

static void gathering_done(struct gathering *g)
{
	query_close(g->mails);
	query_close(g->receipts);
	query_close(g->tasks);
	query_close(g->why);
	whom_done(&g->whom);
	row_done(&g->row);
}

static int give_incident(struct gathering *g, const struct settings *s,
	const struct policy *p, struct fault *f)
{
	json_t *notes;

	if (note_list(g->ledger, g->mode, &notes, f))
		return -1;
	return give(g,
		json_pack("{s:i,s:s,s:s,s:O,s:O,s:o}", "telling", 1, "ledger",
			ledger_id(g->ledger), "mode", g->mode, "incident", s->json,
			"policy", p->json, "notes", notes),
		f);
}

static int give_releases(struct gathering *g, struct fault *f)
{
	auto_query struct query *q = NULL;
	int got;

	if (ledger_query(g->ledger,
		    SQL("SELECT digest, at, manifest FROM release WHERE mode = :mode AND id IN (SELECT release_id FROM attempt)"
			" ORDER BY id"),
		    &q, f))
		return -1;
	query_bind_text(q, ":mode", g->mode);
	while ((got = query_next(q, f)) > 0)
		if (give(g,
			    json_pack("{s:s,s:o,s:s}", "release", query_text(q, "digest"),
				    "at", time_of(query_int(q, "at")), "manifest",
				    query_text(q, "manifest")),
			    f))
			return -1;
	return got;
}

static int give_affected(struct gathering *g, struct fault *f)
{
	auto_query struct query *q = NULL;
	int got;

	if (ledger_query(g->ledger,
		    SQL("SELECT person_id, level, state FROM person_state WHERE mode = :mode"
			" ORDER BY level_order, person_id"),
		    &q, f))
		return -1;
	query_bind_text(q, ":mode", g->mode);
	while ((got = query_next(q, f)) > 0)
		if (clock_interrupted())
			return fault_set(f, FAULT_INTERRUPTED, "stopped");
		else if (give_person(g, query_int(q, "person_id"), query_text(q, "level"),
				 query_text(q, "state"), f))
			return -1;
	return got;
}

/* Who was told and is not affected, as far as is known now. */
static int give_others(struct gathering *g, struct fault *f)
{
	auto_query struct query *q = NULL;
	int got;

	if (ledger_query(g->ledger,
		    SQL("SELECT person_id FROM (SELECT n.person_id FROM attempt a JOIN notice n ON n.id = a.notice_id"
			" JOIN compose_set s ON s.id = n.set_id WHERE s.mode = :mode"
			" UNION SELECT t.person_id FROM task_event e JOIN task t ON t.id = e.task_id"
			" JOIN compose_set s ON s.id = t.set_id WHERE s.mode = :mode AND e.what = 'done')"
			" WHERE person_id NOT IN (SELECT person_id FROM assignment_now) ORDER BY person_id"),
		    &q, f))
		return -1;
	query_bind_text(q, ":mode", g->mode);
	while ((got = query_next(q, f)) > 0)
		if (give_person(g, query_int(q, "person_id"), "", "not affected", f))
			return -1;
	return got;
}

int telling_write(struct ledger *l, const struct settings *s, const struct policy *p,
	int (*take)(void *context, const char *line, size_t length, struct fault *f),
	void *context, struct telling *ret, struct fault *f)
{
	struct gathering g = {.ledger = l,
		.mode = settings_mode(s),
		.take = take,
		.context = context,
		.sum = ret};
	int failed;

	*ret = (struct telling){.last_at = s->aware_at};
	failed = prepare(&g, f) || give_incident(&g, s, p, f) || give_releases(&g, f) ||
		 give_affected(&g, f) || give_others(&g, f);
	gathering_done(&g);
	return failed ? -1 : 0;
}
