/* SPDX-License-Identifier: MIT */
/*
 * Rules over people and their records, and a route for each. What a rule means is
 * rule.c's, which address is safe is route.c's, what list and policy leave open is
 * question.c's.
 */
#include "recipients/group.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "recipients/circumstance.h"
#include "recipients/exposure.h"
#include "recipients/facts.h"
#include "recipients/findability.h"
#include "recipients/guardian.h"
#include "recipients/language.h"
#include "recipients/match.h"
#include "recipients/parties.h"
#include "recipients/presume.h"
#include "recipients/question.h"
#include "recipients/roster.h"
#include "recipients/route.h"
#include "recipients/ruling.h"
#include "recipients/shield.h"
#include "recipients/stray.h"
#include "recipients/vault.h"

#define SEAL_PAD 256

struct grouping {
	struct ledger *ledger;
	const struct group_options *options;
	struct roster people, records;
	struct exposure *exposure;
	uint64_t common; /* kinds that are everyone's */
	struct route_book *routes;
	struct guardian_book *guardians; /* NULL: nobody has asked for one yet */
	struct findability *findability;
	struct parties *parties;
	enum part_side silent; /* of who has parts on both sides: the one of which nothing
				  is said */
	struct text joined;    /* a record with the part that the list gives */
	double *tellable;      /* per person */
	size_t *told_so;       /* per level: people who are told since it is presumed */
	bool *presumed; /* per person: before the leak is in hand, everyone may be in it
			 */
	struct rulings *rulings;
	struct shields *shields;
	size_t *caught; /* per level: people on the list whom its rules catch */
	struct facts_row entry_row, record_row;
	struct text folded; /* of the kinds: NUL-separated */
	const char *folded_kinds[EXPOSURE_KINDS_MAX];
	int64_t *ids; /* of assignments, ascending */
	size_t next_id;
	struct query *insert;
};

static void grouping_done(struct grouping *g)
{
	roster_done(&g->people);
	roster_done(&g->records);
	exposure_free(g->exposure);
	route_book_free(g->routes);
	guardian_book_free(g->guardians);
	findability_free(g->findability);
	parties_free(g->parties);
	text_done(&g->joined);
	free(g->tellable);
	free(g->presumed);
	free(g->told_so);
	rulings_free(g->rulings);
	shields_free(g->shields);
	free(g->caught);
	facts_row_done(&g->entry_row);
	facts_row_done(&g->record_row);
	text_done(&g->folded);
	free(g->ids);
	query_close(g->insert);
}
#define auto_grouping __attribute__((cleanup(grouping_done))) struct grouping

/* --- inputs --- */

static int digest_inputs(struct ledger *l, const struct group_options *o,
	unsigned char out[VAULT_DIGEST], struct fault *f)
{
	auto_text_buffer bytes = {0};
	int64_t set, rulings, withdrawn, others;
	const json_t *lists[] = {o->exposed, o->allowed, o->closed, o->spoken};

	policy_canonical(o->policy, &bytes);
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		auto_text list = json_dumps(lists[i], JSON_COMPACT);

		text_printf(&bytes, "\n%s", list ? list : "");
	}
	if (ledger_number(l, SQL("SELECT max(id) FROM match_set"), 0, &set, f) ||
		ruling_newest(l, &rulings, f) ||
		ledger_number(l, SQL("SELECT count(*) FROM source_withdrawn"), 0,
			&withdrawn, f) ||
		ledger_number(l,
			SQL("SELECT max(run_id) FROM source_now WHERE kind <> 'breach'"),
			0, &others, f))
		return -1;
	text_printf(&bytes, "\nmatch %lld", (long long)set);
	if (rulings)
		text_printf(&bytes, "\nrulings %lld", (long long)rulings);
	if (withdrawn)
		text_printf(&bytes, "\nwithdrawn %lld", (long long)withdrawn);
	if (others)
		text_printf(&bytes, "\nothers %lld", (long long)others);
	vault_digest(ledger_vault(l), "group", bytes.bytes, bytes.length, out);
	return 0;
}

int group_is_current(
	struct ledger *l, const struct group_options *o, bool *ret, struct fault *f)
{
	auto_query struct query *q = NULL;
	unsigned char now[VAULT_DIGEST];
	const void *then;
	size_t length;
	int got;

	*ret = false;
	if (digest_inputs(l, o, now, f) ||
		ledger_query(l,
			SQL("SELECT inputs FROM group_set ORDER BY id DESC LIMIT 1"), &q,
			f))
		return -1;
	got = query_next(q, f);
	if (got <= 0)
		return got;
	then = query_blob(q, "inputs", &length);
	*ret = length == sizeof(now) && !memcmp(now, then, length);
	return 0;
}

static int load_presence(struct grouping *g, struct fault *f)
{
	auto_query struct query *q = NULL;
	int got;

	g->tellable = text_alloc(g->people.people_count * sizeof(*g->tellable));
	if (ledger_query(g->ledger, SQL("SELECT person_id, tellable FROM presence_now"),
		    &q, f))
		return -1;
	while ((got = query_next(q, f)) > 0) {
		size_t p = roster_person(&g->people, query_int(q, "person_id"));

		if (p != SIZE_MAX)
			g->tellable[p] = query_real(q, "tellable");
	}
	return got;
}

static void fold_kinds(struct grouping *g)
{
	size_t offsets[EXPOSURE_KINDS_MAX], count = exposure_count(g->exposure);

	for (size_t i = 0; i < count; i++) {
		offsets[i] = g->folded.length;
		facts_fold(exposure_kind(g->exposure, i), &g->folded);
	}
	for (size_t i = 0; i < count; i++)
		g->folded_kinds[i] = g->folded.bytes + offsets[i];
}

static int load(struct grouping *g, struct fault *f)
{
	if (roster_load_entries(g->ledger, &g->people, f) ||
		roster_load_records(g->ledger, &g->records, f) || load_presence(g, f) ||
		parties_load(g->ledger, &g->people, &g->records, &g->parties, f) ||
		rulings_load(g->ledger, &g->rulings, f) ||
		shields_load(g->ledger, &g->shields, f) ||
		presume_load(g->ledger, g->options->policy, &g->people, &g->presumed, f))
		return -1;
	g->exposure = exposure_new(g->options->exposed, &g->records);
	g->common = exposure_common(g->exposure);
	g->routes = route_book_new(&g->people);
	g->findability = findability_new(&g->people);
	g->told_so = text_alloc(g->options->policy->levels_count * sizeof(*g->told_so));
	g->caught = text_alloc(g->options->policy->levels_count * sizeof(*g->caught));
	g->ids = vault_random_ids(g->people.people_count);
	fold_kinds(g);
	return 0;
}

/* --- one person --- */

/* A record of the side of which this person hears nothing. */
static bool is_silent(const struct grouping *g, const struct link *link)
{
	return g->silent != PART_NEUTRAL && link->side == g->silent;
}

/* What leaked of somebody of whom no row speaks, nobody can know: what the incident
 * names, then. */
static uint64_t exposed_of(const struct grouping *g, size_t person)
{
	size_t count;
	const struct link *link = parties_links(g->parties, person, &count);
	uint64_t set =
		g->presumed[person] && !count ? exposure_named(g->exposure) : g->common;

	for (; count--; link++)
		if (!is_silent(g, link))
			set |= exposure_of(g->exposure, &g->records.rows[link->record]);
	return set;
}

/* The record, with the part that it does not say and the list does. */
static void read_record(struct grouping *g, const struct link *link)
{
	const struct roster_row *r = &g->records.rows[link->record];
	struct row joined = {g->joined};

	row_clear(&joined);
	text_add(&joined.packed, r->packed, r->length);
	if (!roster_value(r, "part"))
		row_add(&joined, "part", link->role);
	g->joined = joined.packed;
	facts_row_read(&g->record_row, &g->options->policy->book, FACTS_RECORD,
		g->joined.bytes, g->joined.length);
}

static bool is_shielded(const struct grouping *g, size_t person)
{
	return shields_reference(g->shields, g->people.people[person]) != NULL;
}

/* Each entry with each record: the conditions of one rule speak of one pair. */
static void judge(
	struct grouping *g, size_t person, uint64_t kinds, struct policy_verdict *v)
{
	const struct policy *p = g->options->policy;
	const char *exposed[EXPOSURE_KINDS_MAX];
	struct facts facts = {.exposed = exposed,
		.shielded = is_shielded(g, person),
		.findability = findability_of(g->findability, person)};
	size_t count;
	const struct link *links = parties_links(g->parties, person, &count);

	for (size_t i = 0; i < exposure_count(g->exposure); i++)
		if (kinds >> i & 1)
			exposed[facts.exposed_count++] = g->folded_kinds[i];
	for (const struct roster_row *e = NULL;
		(e = roster_entry(&g->people, person, e));) {
		facts_row_read(
			&g->entry_row, &p->book, FACTS_PERSON, e->packed, e->length);
		facts.person = &g->entry_row;
		facts.record = NULL;
		if (!count)
			policy_judge(p, &facts, v);
		for (size_t i = 0; i < count; i++) {
			if (is_silent(g, &links[i]) ||
				!parties_pair(g->parties, &links[i], e))
				continue;
			read_record(g, &links[i]);
			facts.record = &g->record_row;
			policy_judge(p, &facts, v);
		}
	}
}

/* The level that the rules give, or a higher one to which a human raised them. */
static int level_of(struct grouping *g, size_t person, const struct policy_verdict *v,
	size_t *ret, struct fault *f)
{
	const struct policy *p = g->options->policy;
	const struct ruling_now *now = rulings_find(g->rulings, g->people.people[person]);
	const struct policy_level *raised;
	char scratch[ROSTER_NAME];

	*ret = policy_level_of(p, v);
	if (!now || !now->level)
		return 0;
	raised = policy_level_named(p, now->level);
	if (!raised)
		return fault_set(f, FAULT_CONFIG,
			"policy.json: there is no level '%s' any more, to which %s was raised by a decision: put it back, or"
			" decide anew (breachmail person %s --raise LEVEL)",
			now->level, roster_person_name(&g->people, person, scratch),
			roster_person_name(&g->people, person, scratch));
	if ((size_t)(raised - p->levels) < *ret)
		*ret = (size_t)(raised - p->levels);
	return 0;
}

/* As what they stand in the records of which they hear. */
static void write_roles(struct grouping *g, size_t person, struct row *why)
{
	size_t count;
	const struct link *link = parties_links(g->parties, person, &count);

	for (; count--; link++) {
		const char *seen = NULL, *name = NULL, *value = NULL;

		while (link->role && row_next(why, &name, &value))
			if (!strcmp(name, GROUP_PART) && !strcasecmp(value, link->role))
				seen = value;
		if (link->role && !seen && !is_silent(g, link))
			row_add(why, GROUP_PART, link->role);
	}
}

static void write_why(struct grouping *g, size_t person, uint64_t kinds,
	const struct policy_verdict *v, size_t order, const char *address,
	struct row *why)
{
	const struct policy *p = g->options->policy;
	auto_text_buffer words = {0};
	char number[32];

	if (order < policy_level_of(p, v))
		row_add(why, GROUP_LEVEL, "a person raised them to this level");
	for (size_t i = 0; i < p->levels_count; i++) {
		if (!(v->levels >> i & 1))
			continue;
		text_clear(&words);
		policy_explain(p, v, i, &words);
		row_add(why, GROUP_LEVEL, text_string(&words));
	}
	for (size_t i = 0; i < exposure_count(g->exposure); i++)
		if (kinds >> i & 1)
			row_add(why, GROUP_KIND, exposure_kind(g->exposure, i));
	write_roles(g, person, why);
	row_add(why, GROUP_ADDRESS, address);
	(void)snprintf(
		number, sizeof(number), "%.0f", findability_of(g->findability, person));
	row_add(why, "findability", number);
}

/* Why a human wants them told in person; NULL: nobody does. */
static const char *task_reason(
	const struct ruling_now *now, const struct policy_level *level)
{
	bool decided = now && now->route && !strcmp(now->route, "task");
	bool told = level->route == POLICY_MAIL || level->route == POLICY_TASK;

	if (!now || (!told && !decided))
		return NULL;
	return now->deceased         ? "deceased"
	       : now->address_unsafe ? "address-unsafe"
	       : decided             ? "decided"
				     : NULL;
}

/* A child is told through the guardian, unless that is a party of the same case. Then
 * what their cases ask for. */
static const char *apart_of(
	struct grouping *g, size_t person, const struct roster_row *entry)
{
	const char *reason = circumstance_apart(entry, clock_now()),
		   *guardian = roster_value(entry, "guardian");

	if (!reason)
		return parties_reason(g->parties, person);
	if (strcmp(reason, "under-18") != 0 || !guardian)
		return reason;
	if (!g->guardians)
		g->guardians = guardian_book_new(&g->people);
	for (size_t i = SIZE_MAX;
		(i = guardian_next(g->guardians, guardian, i)) != SIZE_MAX;)
		if (i != person && parties_share_case(g->parties, person, i))
			return "guardian-is-party";
	return reason;
}

/* Is there a text of this level in their language? */
static bool speaks(
	const json_t *spoken, const char *template, const struct roster_row *entry)
{
	char code[LANGUAGE_CODE];
	const json_t *item;
	size_t i;

	if (!language_foreign(roster_value(entry, "language"), code))
		return true;
	json_array_foreach(spoken, i, item)
	{
		const char *text = json_string_value(item);

		if (!strncmp(text, code, 2) && text[2] == '/' &&
			!strcmp(text + 3, template))
			return true;
	}
	return false;
}

/*
 * The policy's route, unless a human decided another one. Nobody whose level is not told
 * by mail becomes so by a decision.
 */
static const char *route_of(struct grouping *g, size_t person,
	const struct policy_level *level, struct route_address *to)
{
	const struct ruling_now *now = rulings_find(g->rulings, g->people.people[person]);
	struct route_person who = {.entry = roster_newest(&g->people, person),
		.refuses = g->options->refuses,
		.user = g->options->user};
	const char *reason = task_reason(now, level);

	if (!reason && (level->route == POLICY_TASK || level->route == POLICY_MAIL))
		reason = apart_of(g, person, who.entry);
	*to = (struct route_address){NULL, reason ? reason : "level"};
	if (now && now->route && strcmp(now->route, "task") != 0) {
		to->reason = "decided";
		return now->route;
	}
	if (reason)
		return policy_route_name(POLICY_TASK);
	if (is_shielded(g, person) &&
		(level->route == POLICY_MAIL || level->route == POLICY_TASK)) {
		to->reason = "shielded";
		return policy_route_name(POLICY_TASK);
	}
	if (level->route != POLICY_MAIL)
		return policy_route_name(level->route);
	who.has_text = speaks(g->options->spoken, level->template, who.entry);
	route_find(g->routes, &who, to);
	return policy_route_name(to->address ? POLICY_MAIL : POLICY_TASK);
}

/* By the rows, or since a human decided so. */
static bool is_told(
	const struct grouping *g, size_t person, const struct policy_level *level)
{
	double tellable = g->tellable[person];

	return parties_decided(g->parties, person) || tellable >= MATCH_CERTAIN ||
	       (tellable >= LINKAGE_LEAST && tellable >= level->tell_at);
}

/* The common notice for somebody whose risk makes a human tell them; not where it is
 * their addresses, or a human, that made it so. */
static bool is_covered(struct grouping *g, size_t person,
	const struct policy_level *level, const char *route, struct route_address *to)
{
	const struct policy *p = g->options->policy;
	struct route_person who = {.entry = roster_newest(&g->people, person),
		.refuses = g->options->refuses,
		.user = g->options->user};
	struct route_address found;

	if (!level->cover || strcmp(route, policy_route_name(POLICY_TASK)) != 0 ||
		(strcmp(to->reason, "level") != 0 && strcmp(to->reason, "shielded") != 0))
		return false;
	who.has_text = speaks(
		g->options->spoken, p->levels[p->default_level].template, who.entry);
	route_find(g->routes, &who, &found);
	to->address = found.address;
	return to->address != NULL;
}

static int write_assignment(struct grouping *g, size_t person, uint64_t kinds,
	const struct policy_verdict *v, size_t order, struct fault *f)
{
	const struct policy_level *level = &g->options->policy->levels[order];
	struct route_address to;
	const char *route = route_of(g, person, level, &to);
	bool covered = is_covered(g, person, level, route, &to);
	int64_t id = g->ids[g->next_id++];
	auto_row why = {0};

	write_why(g, person, kinds, v, order, to.address, &why);
	query_bind_int(g->insert, ":id", id);
	query_bind_int(g->insert, ":person", g->people.people[person]);
	query_bind_text(g->insert, ":level", level->name);
	query_bind_int(g->insert, ":level_order", (int64_t)order);
	query_bind_text(g->insert, ":route", route);
	query_bind_text(g->insert, ":route_reason", to.reason ? to.reason : "level");
	query_bind_int(g->insert, ":certain", g->tellable[person] >= MATCH_CERTAIN);
	query_bind_int(g->insert, ":presumed", !is_told(g, person, level));
	query_bind_int(g->insert, ":cover", covered);
	query_bind_sealed(g->insert, ":why_sealed", "assignment.why_sealed", id,
		why.packed.bytes, why.packed.length, SEAL_PAD);
	return query_run(g->insert, f);
}

/* Who has parts on both sides hears of the one that gives the level, and nothing of the
 * other. */
static void choose_side(struct grouping *g, size_t person, size_t order)
{
	struct policy_verdict v = {0};

	g->silent = PART_OPPOSED;
	judge(g, person, exposed_of(g, person), &v);
	if (policy_level_of(g->options->policy, &v) != order)
		g->silent = PART_AT_RISK;
}

/* Who is on the list without being in the leak is judged all the same: a level that
 * catches nobody is a question. */
static int take_person(
	struct grouping *g, size_t person, int64_t *affected, struct fault *f)
{
	const struct policy *p = g->options->policy;
	struct policy_verdict v = {0};
	size_t order;

	g->silent = PART_NEUTRAL;
	judge(g, person, exposed_of(g, person), &v);
	if (parties_both(g->parties, person))
		choose_side(g, person, policy_level_of(p, &v));
	if (level_of(g, person, &v, &order, f))
		return -1;
	for (size_t i = 0; i < p->levels_count; i++)
		g->caught[i] += v.levels >> i & 1;
	if (!g->presumed[person] && !is_told(g, person, &p->levels[order]))
		return 0;
	(*affected)++;
	g->told_so[order] += !is_told(g, person, &p->levels[order]);
	return write_assignment(g, person, exposed_of(g, person), &v, order, f);
}

/* --- the set --- */

static int write_strays(struct grouping *g, int64_t set, struct fault *f)
{
	const struct stray_rules r = {
		g->options->policy, &g->records, g->exposure, g->folded_kinds};

	return stray_write(g->ledger, set, &r, f);
}

static int write_set(struct grouping *g, int64_t *ret_people, struct fault *f)
{
	auto_query struct query *q = NULL;
	unsigned char inputs[VAULT_DIGEST];
	int64_t set;

	if (digest_inputs(g->ledger, g->options, inputs, f) ||
		ledger_number(
			g->ledger, SQL("SELECT max(id) FROM group_set"), 0, &set, f) ||
		ledger_query(g->ledger,
			SQL("INSERT INTO group_set (id, run_id, inputs) VALUES (:id, :run, :inputs)"),
			&q, f))
		return -1;
	query_bind_int(q, ":id", ++set);
	query_bind_int(q, ":run", ledger_run(g->ledger));
	query_bind_blob(q, ":inputs", inputs, sizeof(inputs));
	if (query_run(q, f) ||
		ledger_query(g->ledger,
			SQL("INSERT INTO assignment (id, set_id, person_id, level, level_order, route, route_reason, certain,"
			    " presumed, cover, why_sealed) VALUES (:id, :set, :person, :level, :level_order, :route,"
			    " :route_reason, :certain, :presumed, :cover, :why_sealed)"),
			&g->insert, f))
		return -1;
	query_bind_int(g->insert, ":set", set);
	for (size_t i = 0; i < g->people.people_count; i++) {
		if (i % 1000 == 0 && progress_step(g->options->progress, "grouping", i,
					     g->people.people_count, f))
			return -1;
		if (take_person(g, g->people.people_by_id[i], ret_people, f))
			return -1;
	}
	if (write_strays(g, set, f))
		return -1;
	return question_write(g->ledger, set, g->options->policy, &g->people, &g->records,
		       g->caught, f) ||
			       question_presumed(
				       g->ledger, set, g->options->policy, g->told_so, f)
		       ? -1
		       : 0;
}

static int group_anew(struct ledger *l, const struct group_options *o,
	int64_t *ret_people, struct fault *f)
{
	auto_grouping g = {.ledger = l, .options = o};

	if (load(&g, f) || ledger_begin(l, f))
		return -1;
	if (write_set(&g, ret_people, f)) {
		query_close(g.insert);
		g.insert = NULL;
		ledger_rollback(l);
		return -1;
	}
	return ledger_commit(l, f);
}

int group_run(struct ledger *l, const struct group_options *o, struct group_run *ret,
	struct fault *f)
{
	bool current;

	*ret = (struct group_run){0};
	if (match_is_current(l, &current, f))
		return -1;
	if (!current)
		return fault_set(f, FAULT_REFUSED,
			"match has not seen all files and decisions yet: breachmail match");
	if (group_is_current(l, o, &ret->unchanged, f))
		return -1;
	if (!ret->unchanged && group_anew(l, o, &ret->people, f))
		return -1;
	return ledger_number(l, SQL("SELECT count(*) FROM assignment_now"), 0,
		       &ret->people,
		       f) || ledger_number(l,
				     SQL("SELECT count(*) FROM question_now WHERE NOT accepted"),
				     0, &ret->open, f)
		       ? -1
		       : 0;
}
