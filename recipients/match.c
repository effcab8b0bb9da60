/* SPDX-License-Identifier: MIT */
/*
 * Between ledger and linkage: loads, lets linkage decide, lays human decisions over it,
 * writes one complete set.
 */
#include "recipients/match.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "recipients/cases.h"
#include "recipients/controller.h"
#include "recipients/forecast.h"
#include "recipients/match_set.h"
#include "recipients/presume.h"
#include "recipients/renaming.h"
#include "recipients/row_ruling.h"
#include "recipients/vault.h"

#define VERSION                                                                          \
	"weights 2" /* part of the inputs: another way of deciding is another set        \
		     */

#define MAY_BE 0.98 /* of a conflict, whatever the rest says: less than certain */

struct matching {
	const struct match_options *options;
	int64_t nearest; /* number of the people list that is nearest to the leak's day */
	struct roster people, records;
	const char
		*asked; /* the row that is to be explained, as if nobody had decided it */
	const struct facts_book *units; /* where the leak has some */
	struct linkage *linkage;
	struct cases *cases;
	struct text folded; /* a unit */
	struct row_rulings *rulings;
	char **apart; /* per record: the other controller whose it is; NULL: ours */
	/* Per person: that they are in none of the records that are a case, or a conflict
	   of which a human said to tell all candidates. */
	double *absent;
	bool *told; /* per person: a candidate of a record of which a human said so */
};

static void matching_done(struct matching *m)
{
	row_rulings_free(m->rulings);
	for (size_t i = 0; m->apart && i < m->records.count; i++)
		free(m->apart[i]);
	free(m->apart);
	roster_done(&m->people);
	roster_done(&m->records);
	linkage_free(m->linkage);
	cases_free(m->cases);
	free(m->absent);
	free(m->told);
}
#define auto_matching __attribute__((cleanup(matching_done))) struct matching

/* --- inputs --- */

/* What was asked for, a word a line. */
static void write_settings(const struct match_options *o, struct text *out)
{
	const char *column;
	json_t *other;

	text_printf(out, "threshold %.6f\nonce %d\n",
		o->linkage.threshold > 0 ? o->linkage.threshold : LINKAGE_THRESHOLD,
		(int)o->linkage.once);
	if (o->day)
		text_printf(out, "day %s\n", o->day);
	for (size_t i = 0; i < o->ours_count; i++)
		text_printf(out, "ours %s\n", o->ours[i]);
	json_object_foreach((json_t *)(uintptr_t)o->compare, column, other)
		text_printf(out, "compare %s = %s\n", column, json_string_value(other));
	if (o->units)
		facts_aliases_write(o->units, out);
}

static int digest_inputs(struct ledger *l, const char *settings,
	unsigned char out[VAULT_DIGEST], struct fault *f)
{
	auto_query struct query *q = NULL;
	auto_text_buffer list = {0};
	int got;

	text_add_string(&list, VERSION "\n");
	text_add_string(&list, settings);
	if (ledger_query(l,
		    SQL("SELECT 'source' AS what, id FROM source_now WHERE kind IN ('people', 'breach') UNION ALL"
			" SELECT 'decision', id FROM decision WHERE kind = 'row' ORDER BY 1, 2"),
		    &q, f))
		return -1;
	while ((got = query_next(q, f)) > 0)
		text_printf(&list, "\n%s %lld", query_text(q, "what"),
			(long long)query_int(q, "id"));
	vault_digest(ledger_vault(l), "match", list.bytes, list.length, out);
	return got;
}

/* `settings` NULL: those of the newest set. */
static int is_current(struct ledger *l, const char *settings, bool *ret, struct fault *f)
{
	auto_query struct query *q = NULL;
	unsigned char now[VAULT_DIGEST];
	const void *then;
	size_t length;
	int got;

	*ret = false;
	if (ledger_query(l,
		    SQL("SELECT inputs, settings FROM match_set ORDER BY id DESC LIMIT 1"),
		    &q, f))
		return -1;
	got = query_next(q, f);
	if (!got && !settings)
		return presume_alone(l, ret, f);
	if (got <= 0)
		return got;
	if (digest_inputs(l, settings ? settings : query_text(q, "settings"), now, f))
		return -1;
	then = query_blob(q, "inputs", &length);
	*ret = length == sizeof(now) && !memcmp(now, then, length);
	return 0;
}

int match_is_current(struct ledger *l, bool *ret, struct fault *f)
{
	return is_current(l, NULL, ret, f);
}

/* Whose a record is, if it is another controller's, by a human or by the leak. */
static void set_apart(struct matching *m, size_t at)
{
	const struct roster_row *r = &m->records.rows[at];
	const struct row_ruling *ruling = row_rulings_find(m->rulings, r->id);
	const char *name = roster_value(r, "controller");

	if (ruling && ruling->other && ruling->controller)
		name = ruling->controller;
	else if ((ruling && !ruling->other) ||
		 !controller_other(name, m->options->ours, m->options->ours_count))
		return;
	m->apart[at] = text_copy(name);
}

/* A row that a human gave to one person, or to nobody: it speaks of no one else any more.
 */
static void settle(struct matching *m, uint32_t at)
{
	const struct row_ruling *r = row_rulings_find(m->rulings, m->records.rows[at].id);
	size_t person;

	if (!r || r->all || m->apart[at])
		return;
	person = r->person ? roster_person(&m->people, r->person) : SIZE_MAX;
	if (r->person && person == SIZE_MAX)
		return; /* their list was taken back */
	linkage_settle(
		m->linkage, at, person == SIZE_MAX ? LINKAGE_NO_ONE : (uint32_t)person);
}

static void settle_all(struct matching *m)
{
	char scratch[ROSTER_NAME];

	for (uint32_t i = 0; i < m->records.count; i++)
		if (!m->asked || strcmp(roster_row_name(&m->records.rows[i], scratch),
					 m->asked) != 0)
			settle(m, i);
}

static int add_records(struct matching *m, struct fault *f)
{
	auto_renaming renaming = {
		.columns = m->options->compare, .units = m->options->units};

	m->apart = text_alloc(m->records.count * sizeof(*m->apart));
	for (size_t i = 0; i < m->records.count; i++) {
		const char *packed = m->records.rows[i].packed;
		size_t length = m->records.rows[i].length;

		if (i % 1000 == 0 && progress_step(m->options->progress,
					     "reading records", i, m->records.count, f))
			return -1;
		set_apart(m, i);
		if (m->apart[i])
			continue;
		cases_add_record(m->cases, (uint32_t)i, packed, length);
		renaming_apply(&renaming, &packed, &length);
		if (linkage_add_record(m->linkage, (uint32_t)i, packed, length, f))
			return -1;
	}
	m->units = renaming.has_units ? m->options->units : NULL;
	return 0;
}

static int add_people(struct matching *m, struct fault *f)
{
	auto_renaming renaming = {.units = m->units};

	for (size_t i = 0; i < m->people.count; i++) {
		const struct roster_row *e = &m->people.rows[i];
		bool near = !m->nearest || e->source == m->nearest;
		const char *packed = e->packed;
		size_t length = e->length;

		if (i % 1000 == 0 && progress_step(m->options->progress, "reading people",
					     i, m->people.count, f))
			return -1;
		cases_add_person(m->cases, e->person, packed, length);
		renaming_apply(&renaming, &packed, &length);
		if ((near ? linkage_add_person : linkage_add_other)(
			    m->linkage, e->person, packed, length, f))
			return -1;
	}
	return 0;
}

/* Of several people lists the one that shows the day nearest to the leak's, numbered as
 * roster.c does; 0 where the day is not known. Of two as near, the earlier: the leak may
 * have been made of it. */
static int find_nearest(struct ledger *l, struct matching *m, struct fault *f)
{
	auto_query struct query *q = NULL;
	int got;

	if (!m->options->day)
		return 0;
	if (ledger_query(l,
		    SQL("SELECT number FROM (SELECT row_number() OVER (ORDER BY day, run_id) AS number, day FROM"
			" (SELECT o.run_id, coalesce(o.as_of, date(r.started_at / 1000, 'unixepoch')) AS day"
			" FROM source o JOIN run r ON r.id = o.run_id WHERE o.kind = 'people' AND o.purpose IS NULL))"
			" ORDER BY abs(julianday(day) - julianday(:day)), day LIMIT 1"),
		    &q, f))
		return -1;
	query_bind_text(q, ":day", m->options->day);
	got = query_next(q, f);
	if (got > 0)
		m->nearest = query_int(q, "number");
	return got < 0 ? -1 : 0;
}

static bool wants(void *context, const char *field)
{
	const struct matching *m = context;

	return linkage_wants(m->linkage, field) || cases_wants(m->cases, field) ||
	       (m->asked && roster_wants_names(NULL, field));
}

/* Records first: of the list only what a record can meet is then kept. */
static int load(struct ledger *l, struct matching *m, struct fault *f)
{
	const struct roster_wish all = {NULL, NULL}, some = {wants, m};

	m->linkage = linkage_new();
	m->cases = cases_new();
	if (find_nearest(l, m, f) || roster_load_records_of(l, &all, &m->records, f) ||
		add_records(m, f))
		return -1;
	if (!m->asked)
		roster_forget(&m->records);
	if (roster_load_entries_of(l, &some, &m->people, f) || add_people(m, f))
		return -1;
	cases_end(m->cases);
	settle_all(m);
	if (!m->asked)
		roster_forget(&m->people);
	return linkage_run(m->linkage, &m->options->linkage, m->options->progress, f);
}

/* --- the set --- */

/* A record that a human decided. All candidates: each is told that they may be, however
 * small their probability (group.c); it stays what it is. */
static int write_ruled(struct matching *m, struct match_set *w, int64_t record,
	const struct row_ruling *r, const struct linkage_result *found, struct fault *f)
{
	const char *outcome = r->person ? "matched" : r->all ? "ambiguous" : "unmatched";

	if (match_set_record(w, record, outcome, "decided by a person", f))
		return -1;
	if (r->person)
		return match_set_candidate(w, record, r->person, 1, f);
	for (size_t i = 0; r->all && i < found->count; i++) {
		const struct linkage_candidate *c = &found->candidates[i];

		m->told[c->person] = true;
		if (found->reason == LINKAGE_CONFLICT)
			m->absent[c->person] *= 1 - fmin(c->probability, MAY_BE);
		if (match_set_candidate(
			    w, record, m->people.people[c->person], c->probability, f))
			return -1;
	}
	return 0;
}

static int write_found(struct matching *m, struct match_set *w, int64_t record,
	const struct linkage_result *found, struct fault *f)
{
	if (match_set_record(w, record, linkage_outcome_name(found->outcome),
		    linkage_reason_text(found->reason), f))
		return -1;
	for (size_t i = 0; i < found->count; i++) {
		const struct linkage_candidate *c = &found->candidates[i];

		if (match_set_candidate(
			    w, record, m->people.people[c->person], c->probability, f))
			return -1;
	}
	return 0;
}

#define PARTIES "parties of the case"
#define NO_CASE "no such case on the list"
#define APART "other controller"

/* A case: all of its parties are certain, and so is whom it names beside them. */
static int write_parties(struct matching *m, struct match_set *w, int64_t record,
	const uint32_t *parties, size_t count, const struct linkage_result *named,
	struct fault *f)
{
	if (match_set_record(w, record, count ? "matched" : "unmatched",
		    count ? PARTIES : NO_CASE, f))
		return -1;
	for (size_t i = 0; i < count; i++) {
		m->absent[parties[i]] = 0;
		if (match_set_candidate(w, record, m->people.people[parties[i]], 1, f))
			return -1;
		if (named && named->candidates[0].person == parties[i])
			named = NULL;
	}
	return named ? match_set_candidate(w, record,
			       m->people.people[named->candidates[0].person],
			       named->candidates[0].probability, f)
		     : 0;
}

/* A record about which no human decided. */
static int write_decided(struct matching *m, struct match_set *w, size_t at,
	int64_t record, const struct linkage_result *found, struct fault *f)
{
	const uint32_t *parties;
	size_t count;
	bool named;

	if (m->apart[at])
		return match_set_record(w, record, "unmatched", APART, f);
	if (!cases_parties(m->cases, (uint32_t)at, &parties, &count, &named))
		return write_found(m, w, record, found, f);
	named = named && found->outcome == LINKAGE_MATCHED;
	return write_parties(m, w, record, parties, count, named ? found : NULL, f);
}

/* In the order of ids: the table is keyed by them, and their order tells nothing. */
static int write_records(struct matching *m, struct match_set *w,
	const struct progress *progress, struct fault *f)
{
	for (size_t i = 0; i < m->records.count; i++) {
		size_t at = m->records.by_id[i];
		int64_t record = m->records.rows[at].id;
		const struct row_ruling *ruling = row_rulings_find(m->rulings, record);
		struct linkage_result found;

		if (i % 1000 == 0 && progress_step(progress, "writing outcomes", i,
					     m->records.count, f))
			return -1;
		linkage_result(m->linkage, (uint32_t)at, &found);
		/* "All candidates" of a row that has none decides nothing: it stays on
		 * the human's list. */
		if (ruling && ruling->all && !found.count)
			ruling = NULL;
		/* Nor does one for somebody whose list was taken back. */
		if (ruling && ruling->person &&
			roster_person(&m->people, ruling->person) == SIZE_MAX)
			ruling = NULL;
		if (m->apart[at] && match_set_apart(w, record, m->apart[at], f))
			return -1;
		if (ruling ? write_ruled(m, w, record, ruling, &found, f)
			   : write_decided(m, w, at, record, &found, f))
			return -1;
	}
	return 0;
}

static int write_presence(struct matching *m, struct match_set *w, struct fault *f)
{
	for (size_t i = 0; i < m->people.people_count; i++) {
		size_t at = m->people.people_by_id[i];
		double tellable,
			found = linkage_person(m->linkage, (uint32_t)at, &tellable);

		if (m->absent[at] <= 0) /* a party of a case */
			found = 1;
		/* A conflict that is decided is none any more. */
		tellable = fmin(1 - (1 - tellable) * m->absent[at], found);
		if (found < LINKAGE_LEAST && !m->told[at])
			continue;
		if (match_set_presence(w, m->people.people[at], found, tellable, f))
			return -1;
	}
	return 0;
}

static int write_set(struct ledger *l, struct matching *m,
	const struct progress *progress, struct fault *f)
{
	auto_query struct query *q = NULL;
	auto_match_set w = {0};
	auto_text_buffer settings = {0};
	unsigned char inputs[VAULT_DIGEST];
	int64_t set;

	write_settings(m->options, &settings);
	if (digest_inputs(l, text_string(&settings), inputs, f) ||
		ledger_number(l, SQL("SELECT max(id) FROM match_set"), 0, &set, f) ||
		ledger_query(l,
			SQL("INSERT INTO match_set (id, run_id, inputs, settings) VALUES (:id, :run, :inputs, :settings)"),
			&q, f))
		return -1;
	query_bind_int(q, ":id", ++set);
	query_bind_int(q, ":run", ledger_run(l));
	query_bind_blob(q, ":inputs", inputs, sizeof(inputs));
	query_bind_text(q, ":settings", text_string(&settings));
	if (query_run(q, f) || match_set_open(l, set, &w, f))
		return -1;
	m->absent = text_alloc(m->people.people_count * sizeof(*m->absent));
	m->told = text_alloc(m->people.people_count + 1);
	for (size_t i = 0; i < m->people.people_count; i++)
		m->absent[i] = 1;
	if (write_records(m, &w, progress, f) || write_presence(m, &w, f))
		return -1;
	return m->linkage ? forecast_write(l, set, linkage_calibration(m->linkage), f)
			  : 0;
}

static int match_anew(
	struct ledger *l, const struct match_options *options, struct fault *f)
{
	auto_matching m = {.options = options};
	bool nothing;

	if (presume_alone(l, &nothing, f))
		return -1;
	if (!nothing && (row_rulings_load(l, &m.rulings, f) || load(l, &m, f)))
		return -1;
	if (!nothing && !m.people.count)
		return fault_set(f, FAULT_REFUSED,
			"there is no people list yet: breachmail import people FILE");
	if (!nothing && !m.records.count)
		return fault_set(f, FAULT_REFUSED,
			"there are no breach records yet: breachmail import breach FILE");
	if (ledger_begin(l, f))
		return -1;
	if (write_set(l, &m, options->progress, f)) {
		ledger_rollback(l);
		return -1;
	}
	return ledger_commit(l, f);
}

int match_run(struct ledger *l, const struct match_options *options,
	struct match_tally *ret, struct fault *f)
{
	static const struct match_options usual = {0};
	auto_text_buffer settings = {0};

	*ret = (struct match_tally){0};
	options = options ? options : &usual;
	write_settings(options, &settings);
	if (is_current(l, text_string(&settings), &ret->unchanged, f))
		return -1;
	if (!ret->unchanged && match_anew(l, options, f))
		return -1;
	return match_tally(l, ret, f);
}

static json_t *explain_candidate(struct matching *m, uint32_t at,
	const struct linkage_candidate *candidate, struct text *out)
{
	struct linkage_explanation x;
	char scratch[ROSTER_NAME];
	const char *name = roster_person_name(&m->people, candidate->person, scratch);
	json_t *lines = json_array();
	double sum = 0;

	text_printf(out, "\n%s  probability %.6f\n", name, candidate->probability);
	if (!linkage_explain(m->linkage, at, candidate->person, &x))
		x.count = 0;
	for (size_t i = 0; i < x.count; i++) {
		const struct linkage_line *line = &x.lines[i];

		text_printf(out, "  %+8.2f bits  %-24s %s\n", line->bits, line->what,
			line->how);
		json_array_append_new(
			lines, json_pack("{s:s, s:s, s:f}", "field", line->what,
				       "agreement", line->how, "bits", line->bits));
		sum += line->bits;
	}
	if (x.count)
		text_printf(out, "  %+8.2f bits  in all, which is this probability\n",
			fabs(sum) < .005 ? 0 : sum); /* never "-0.00" */
	return json_pack("{s:s, s:f, s:o, s:f}", "person_id", name, "probability",
		candidate->probability, "lines", lines, "bits", sum);
}

static size_t find_row(const struct matching *m, const char *name)
{
	char scratch[ROSTER_NAME];
	size_t at = 0;

	while (at < m->records.count &&
		strcmp(roster_row_name(&m->records.rows[at], scratch), name) != 0)
		at++;
	return at;
}

static void explain_case(struct matching *m, uint32_t at, struct text *out)
{
	const uint32_t *parties;
	char scratch[ROSTER_NAME];
	size_t count;
	bool named;

	if (!cases_parties(m->cases, at, &parties, &count, &named))
		return;
	text_add_string(out, count ? "It is a case, and its people are the parties:"
				   : "It is a case that the list does not have.");
	for (size_t i = 0; i < count; i++)
		text_printf(
			out, " %s", roster_person_name(&m->people, parties[i], scratch));
	text_add_string(out, "\n");
}

int match_explain(struct ledger *l, const struct match_options *options,
	const char *row_name, struct text *out, json_t **ret_json, struct fault *f)
{
	static const struct match_options usual = {0};
	auto_matching m = {.options = options ? options : &usual, .asked = row_name};
	struct linkage_result found;
	auto_text_buffer keys = {0};
	json_t *candidates;
	size_t at;

	if (row_rulings_load(l, &m.rulings, f) || load(l, &m, f))
		return -1;
	at = find_row(&m, row_name);
	if (at == m.records.count)
		return fault_set(f, FAULT_USAGE,
			"no record is called '%s'; match --export lists them", row_name);
	linkage_result(m.linkage, (uint32_t)at, &found);
	text_printf(out, "row %s: %s (%s)\n", row_name,
		linkage_outcome_name(found.outcome), linkage_reason_text(found.reason));
	if (m.apart[at])
		text_add_string(out, "It is of another controller, and set apart.\n");
	explain_case(&m, (uint32_t)at, out);
	if (row_rulings_find(m.rulings, m.records.rows[at].id))
		text_add_string(out,
			"A person decided this row; that stands above what follows.\n");
	candidates = json_array();
	for (size_t i = 0; i < found.count; i++)
		json_array_append_new(candidates,
			explain_candidate(&m, (uint32_t)at, &found.candidates[i], out));
	linkage_keys(m.linkage, &keys);
	text_printf(out, "\nHow many people came up for a row, on average, by\n%s",
		text_string(&keys));
	*ret_json = json_pack("{s:s, s:s, s:s, s:o, s:s}", "row_id", row_name, "outcome",
		linkage_outcome_name(found.outcome), "reason",
		linkage_reason_text(found.reason), "candidates", candidates, "keys",
		text_string(&keys));
	return 0;
}
