/* SPDX-License-Identifier: MIT */
/*
 * Counts. Numbers come from the views of the schema; only a claim whose sender died is
 * looked up in the flight journal (send.c). How they look on a terminal is board.c's.
 */
#include "mailer/status.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "mailer/correction.h"
#include "mailer/head_start.h"
#include "mailer/inbox.h"
#include "mailer/needs.h"
#include "mailer/note.h"
#include "mailer/outcome.h"
#include "mailer/outlook.h"
#include "mailer/show.h"
#include "mailer/task.h"
#include "mailer/visits.h"
#include "mailer/wire/capture.h"
#include "recipients/clock.h"
#include "recipients/group.h"
#include "recipients/key.h"
#include "recipients/presume.h"

static void add_to(json_t *counts, const char *name, json_int_t n)
{
	json_int_t old = json_integer_value(json_object_get(counts, name));

	(void)json_object_set_new(counts, name, json_integer(old + n));
}

/* --- gathering --- */

/* The clock runs until the regulator is told. */
static int gather_clock(
	struct ledger *l, const struct settings *s, json_t *status, struct fault *f)
{
	char aware[CLOCK_TEXT], when[CLOCK_TEXT];
	json_t *clock =
		json_pack("{s:s,s:f,s:I}", "aware_at", clock_write(s->aware_at, aware),
			"hours", (double)(clock_now() - s->aware_at) / 3600000, "of",
			(json_int_t)s->clock_hours);
	int64_t told;

	(void)json_object_set_new(status, "clock", clock);
	if (note_regulator_told(l, settings_mode(s), &told, f))
		return -1;
	if (!told)
		return 0;
	(void)json_object_set_new(
		clock, "regulator_told_at", json_string(clock_write(told, when)));
	return json_object_set_new(clock, "regulator_told_after",
		json_real((double)(told - s->aware_at) / 3600000));
}

static int gather_rows(struct ledger *l, json_t *status, struct fault *f)
{
	auto_query struct query *q = NULL;
	json_t *outcomes = json_pack("{s:i,s:i,s:i,s:i}", "matched", 0, "ambiguous", 0,
		"possible", 0, "unmatched", 0);
	int64_t rows = 0;
	int got;

	(void)json_object_set_new(status, "outcomes", outcomes);
	if (ledger_query(l,
		    SQL("SELECT coalesce(m.outcome, 'waiting') AS outcome, count(*) AS rows FROM record_now r"
			" LEFT JOIN match_now m ON m.record_id = r.id GROUP BY 1"),
		    &q, f))
		return -1;
	while ((got = query_next(q, f)) > 0) {
		add_to(outcomes, query_text(q, "outcome"), query_int(q, "rows"));
		rows += query_int(q, "rows");
	}
	(void)json_object_set_new(status, "rows", json_integer(rows));
	return got;
}

static json_t *level_entry(json_t *levels, const struct policy *p, const char *name)
{
	const char *title =
		policy_level_named(p, name) ? policy_level_named(p, name)->title : name;
	json_t *level;
	size_t i;

	json_array_foreach(levels, i,
		level) if (!strcmp(json_string_value(json_object_get(level, "name")),
				   name)) return level;
	level = json_pack("{s:s,s:s,s:i,s:{}}", "name", name, "title", title, "people", 0,
		"states");
	(void)json_array_append_new(levels, level);
	return level;
}

static int gather_people(struct ledger *l, const struct settings *s,
	const struct policy *p, json_t *status, struct fault *f)
{
	auto_query struct query *q = NULL;
	json_t *levels = json_array(), *states = json_object();
	int64_t people = 0;
	int got;

	(void)json_object_set_new(status, "levels", levels);
	(void)json_object_set_new(status, "states", states);
	for (size_t i = 0; i < p->levels_count; i++)
		(void)level_entry(levels, p, p->levels[i].name);
	if (ledger_query(l,
		    SQL("SELECT level, state, CASE state WHEN 'claimed' THEN attempt_id END AS attempt, max(notice_id) AS notice,"
			" count(*) AS people FROM person_state WHERE mode = :mode GROUP BY 1, 2, 3 ORDER BY level_order"),
		    &q, f))
		return -1;
	query_bind_text(q, ":mode", settings_mode(s));
	while ((got = query_next(q, f)) > 0) {
		json_t *level = level_entry(levels, p, query_text(q, "level"));
		const char *state = query_text(q, "state");
		int64_t n = query_int(q, "people");

		if (!strcmp(state, "claimed"))
			state = outcome_of_claim(
				s->dir, query_int(q, "attempt"), query_int(q, "notice"));
		add_to(level, "people", n);
		add_to(json_object_get(level, "states"), state, n);
		add_to(states, state, n);
		people += n;
	}
	(void)json_object_set_new(status, "people", json_integer(people));
	return got;
}

/* What the people's states do not show: time that has gone by. */
static int gather_late(
	struct ledger *l, const struct settings *s, json_t *status, struct fault *f)
{
	const struct task_filter open = {.mode = settings_mode(s), .open = true};
	json_t *needs = json_object_get(status, "needs_human");
	const json_t *after =
		json_object_get(json_object_get(status, "clock"), "regulator_told_after");
	auto_query struct query *q = NULL;
	auto_task_list list = {0};
	int64_t delays;

	if (task_find(l, &open, &list, f) ||
		note_count(l, settings_mode(s), "delay", &delays, f) ||
		ledger_query(l,
			SQL("SELECT count(*) AS people FROM person_decision d WHERE d.value = 'restricted' AND d.review_by <"
			    " date(:now / 1000, 'unixepoch') AND d.id = (SELECT max(e.id) FROM person_decision e"
			    " WHERE e.person_id = d.person_id AND e.choice = 'route')"),
			&q, f))
		return -1;
	query_bind_int(q, ":now", clock_now());
	if (query_next(q, f) < 0)
		return -1;
	if (query_int(q, "people"))
		add_to(needs, "restrictions_to_review", query_int(q, "people"));
	for (size_t i = 0; i < list.count; i++) {
		if (list.tasks[i].due < clock_now())
			add_to(needs, "tasks_overdue", 1);
		if (list.tasks[i].after)
			add_to(needs, "letters_to_follow", 1);
	}
	if (json_real_value(after) > (double)s->clock_hours && !delays)
		add_to(needs, "delay_without_reason", 1);
	return 0;
}

/* What reps have handed in on the page. */
static int gather_reps(
	struct ledger *l, const struct settings *s, json_t *status, struct fault *f)
{
	json_t *needs = json_object_get(status, "needs_human");
	struct visits_waiting w;

	if (visits_wait(l, s->dir, settings_mode(s), &w, f))
		return -1;
	if (w.points)
		add_to(needs, "points", w.points);
	if (w.requests)
		add_to(needs, "requests", w.requests);
	return 0;
}

#define IN_DOUBT_LISTED 200
static int gather_in_doubt(
	struct ledger *l, const struct settings *s, json_t *status, struct fault *f)
{
	auto_query struct query *q = NULL;
	json_t *list = json_array();
	int got;

	(void)json_object_set_new(status, "in_doubt", list);
	if (ledger_query(l,
		    SQL("SELECT a.id, a.notice_id, a.verdict FROM attempt_last a JOIN release r ON r.id = a.release_id"
			" WHERE r.mode = :mode AND a.verdict IN ('in_doubt', 'claimed') ORDER BY a.id"),
		    &q, f))
		return -1;
	query_bind_text(q, ":mode", settings_mode(s));
	while ((got = query_next(q, f)) > 0) {
		bool doubt = !strcmp(query_text(q, "verdict"), "in_doubt") ||
			     !strcmp(outcome_of_claim(s->dir, query_int(q, "id"),
					     query_int(q, "notice_id")),
				     "in_doubt");

		if (doubt && json_array_size(list) < IN_DOUBT_LISTED)
			(void)json_array_append_new(
				list, json_integer(query_int(q, "id")));
	}
	return got;
}

static int gather_outbox(const struct settings *s, json_t *status, struct fault *f)
{
	const char *capture = s->relay.capture_dir ? s->relay.capture_dir : "outbox";
	auto_text dir = *capture == '/' ? text_copy(capture)
					: text_format("%s/%s", s->dir, capture);
	size_t count;

	if (capture_count(dir, &count, f))
		return -1;
	return json_object_set_new(status, "outbox", json_integer((json_int_t)count));
}

static void gather_keys(struct ledger *l, json_t *status)
{
	size_t count;
	auto_text warning = key_warning(l, &count);

	(void)json_object_set_new(status, "key_slots", json_integer((json_int_t)count));
	(void)json_object_set_new(
		status, "key_warning", warning ? json_string(warning) : json_null());
}

static int gather_forecast(struct ledger *l, const struct settings *s,
	const struct policy *p, json_t *status, struct fault *f)
{
	const struct outlook_options all = {.settings = s, .policy = p, .whole = true};
	json_t *outlook;

	if (outlook_gather(l, &all, &outlook, f))
		return -1;
	return json_object_set_new(status, "forecast", outlook);
}

/* What is only presumed, what goes out beside tasks, and what makes lower levels wait. */
static int gather_before(struct ledger *l, const struct settings *s,
	const struct policy *p, json_t *status, struct fault *f)
{
	struct head_starts starts;
	int64_t presumed, cover;
	bool stands;

	if (presume_stands(l, &stands, f) ||
		ledger_number(l,
			SQL("SELECT count(*) FROM assignment_now WHERE presumed"), 0,
			&presumed, f) ||
		ledger_number(l, SQL("SELECT count(*) FROM assignment_now WHERE cover"),
			0, &cover, f) ||
		head_start_newest(l, p, settings_mode(s), &starts, f))
		return -1;
	if (stands)
		(void)json_object_set_new(status, "presumed", json_integer(presumed));
	if (cover)
		(void)json_object_set_new(status, "cover", json_integer(cover));
	return json_object_set_new(
		status, "head_start", head_start_json(&starts, clock_now()));
}

/* What waits for signatures: a release, a list of signers, an emergency that is not
 * countersigned yet. Whose count is signers.h's; here they are only counted. */
static int gather_signing(struct ledger *l, const struct settings *s,
	const struct policy *p, json_t *status, struct fault *f)
{
	auto_query struct query *q = NULL;
	json_t *list = json_array();
	char until[CLOCK_TEXT];
	int got;

	(void)json_object_set_new(status, "signing", list);
	if (ledger_query(l,
		    SQL("SELECT o.kind AS what, o.digest, NULL AS until, (SELECT count(*) FROM signature s"
			" WHERE s.proposal_id = o.id) AS signatures FROM proposal_open o WHERE o.kind = 'signers' OR o.mode = :mode"
			" UNION ALL SELECT 'emergency', r.digest, e.until, (SELECT count(*) FROM signature s"
			" WHERE s.proposal_id = g.proposal_id) AS signatures FROM release_emergency e JOIN release_valid r"
			" ON r.id = e.release_id JOIN release_signed g ON g.release_id = r.id WHERE r.mode = :mode"),
		    &q, f))
		return -1;
	query_bind_text(q, ":mode", settings_mode(s));
	while ((got = query_next(q, f)) > 0) {
		int64_t signatures = query_int(q, "signatures");

		if (!query_null(q, "until") && signatures >= p->approvals)
			continue;
		(void)json_array_append_new(list,
			json_pack("{s:s,s:s,s:I,s:I,s:s?}", "what", query_text(q, "what"),
				"digest", query_text(q, "digest"), "signatures",
				(json_int_t)signatures, "needed",
				(json_int_t)p->approvals, "until",
				query_null(q, "until")
					? NULL
					: clock_write(query_int(q, "until"), until)));
	}
	if (json_array_size(list))
		add_to(json_object_get(status, "needs_human"), "to_sign",
			(json_int_t)json_array_size(list));
	return got;
}

#define CORRECTIONS_LISTED 200
static int gather_corrections(
	struct ledger *l, const struct settings *s, json_t *status, struct fault *f)
{
	int64_t count;
	json_t *ids;

	if (correction_ids(l, settings_mode(s), CORRECTIONS_LISTED, &ids, &count, f))
		return -1;
	if (count)
		add_to(json_object_get(status, "needs_human"), "corrections", count);
	return json_object_set_new(status, "corrections", ids);
}

/* What came back, beside what the states say. */
static int gather_facts(
	struct ledger *l, const struct settings *s, json_t *status, struct fault *f)
{
	json_t *facts;

	if (inbox_facts(l, settings_mode(s), &facts, f))
		return -1;
	return json_object_set_new(status, "facts", facts);
}

static json_int_t count_of(const json_t *status, const char *group, const char *name)
{
	return json_integer_value(json_object_get(json_object_get(status, group), name));
}

static const char *next_step(struct ledger *l, const json_t *status)
{
	struct fault ignored;
	int64_t people = 0;

	(void)ledger_number(l,
		SQL("SELECT count(*) FROM source_now WHERE kind = 'people'"), 0, &people,
		&ignored);
	if (!people)
		return "breachmail import people FILE";
	if (!json_integer_value(json_object_get(status, "rows")) &&
		!json_object_get(status, "presumed"))
		return "breachmail import breach FILE";
	if (count_of(status, "outcomes", "waiting"))
		return "breachmail match";
	if (!json_integer_value(json_object_get(status, "people")))
		return "breachmail group";
	if (count_of(status, "states", "open"))
		return "breachmail compose";
	if (count_of(status, "states", "planned"))
		return "breachmail approve";
	if (count_of(status, "states", "released") ||
		count_of(status, "states", "pending") ||
		count_of(status, "states", "deferred"))
		return "breachmail send";
	if (count_of(status, "states", "in_doubt"))
		return "breachmail send --resolve NUMBER resend|accepted|leave --by NAME --reason TEXT";
	if (count_of(status, "needs_human", "letters_worried"))
		return "breachmail track --list worried";
	return "what needs a human, above";
}

int status_gather(struct ledger *l, const struct settings *s, const struct policy *p,
	json_t **ret, struct fault *f)
{
	json_t *status = json_pack("{s:s,s:s,s:s}", "incident", s->id, "title", s->title,
		"mode", settings_mode(s));

	if (gather_clock(l, s, status, f) || gather_rows(l, status, f) ||
		gather_people(l, s, p, status, f) || needs_gather(l, p, status, f) ||
		gather_reps(l, s, status, f) || gather_late(l, s, status, f) ||
		gather_in_doubt(l, s, status, f) || gather_before(l, s, p, status, f) ||
		gather_signing(l, s, p, status, f) ||
		gather_corrections(l, s, status, f) || gather_facts(l, s, status, f) ||
		gather_forecast(l, s, p, status, f) || gather_outbox(s, status, f)) {
		json_decref(status);
		return -1;
	}
	gather_keys(l, status);
	(void)json_object_set_new(status, "next", json_string(next_step(l, status)));
	*ret = status;
	return 0;
}

const char *status_words(const char *state)
{
	static const char *const words[][2] = {{"open", "not composed yet"},
		{"held", "held back by a person"},
		{"restricted", "not told for now (restricted)"},
		{"none", "no duty to tell"}, {"task", "to be told in person: a task"},
		{"planned", "notice written, not released"},
		{"released", "released, not sent yet"}, {"pending", "waiting to be sent"},
		{"accepted", "taken by the mail relay"},
		{"relayed", "handed on to where no reports come from"},
		{"delivered", "in their mailbox, by a report"},
		{"bounced", "came back: not told"},
		{"acknowledged", "they say that they know"},
		{"deferred", "relay said: later (send again)"},
		{"refused", "refused by the relay"},
		{"in_doubt", "in doubt: perhaps sent"},
		{"reached", "told in person or on paper"},
		{"not_reached", "not reached yet: to be tried again"}};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!strcmp(words[i][0], state))
			return words[i][1];
	return state;
}
