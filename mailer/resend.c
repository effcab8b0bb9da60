/* SPDX-License-Identifier: MIT */
/*
 * From lines that people wrote to notices that go once more. Who is meant is asker.c's,
 * the bytes are scribe.c's, leave to go is leave.c's.
 */
#include "mailer/resend.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mailer/asker.h"
#include "mailer/basis.h"
#include "mailer/code.h"
#include "mailer/round.h"
#include "mailer/scribe.h"
#include "mailer/task.h"
#include "recipients/reader.h"
#include "recipients/roster.h"
#include "recipients/vault.h"

#define STENCILS 192 /* kinds of their own (store.h) */

const char *resend_word(enum resend_outcome o)
{
	static const char *const words[] = {"again", "already", "coming", "in-person",
		"failed", "not-told", "nobody", "unclear", "repeated", ""};

	return words[o];
}

void resend_tally_done(struct resend_tally *t)
{
	free(t->outcomes);
	t->outcomes = NULL;
}

/* Where they stand: the notice of their newest round, and what may be done with it. */
struct place {
	int64_t notice, level_order;
	const char *level; /* the policy's; "": they are not on the list */
	enum resend_outcome outcome;
};

struct resending {
	struct ledger *ledger;
	const struct resend_options *options;
	const char *mode;
	struct roster people;
	struct askers *askers;
	bool *asked;          /* by person */
	struct place *places; /* the same */
	struct scribe scribe;
	struct store_reader *store;
	struct query *follow_up;
	int64_t set, round, now;
	struct resend_tally *tally;
};

static void resending_done(struct resending *r)
{
	askers_free(r->askers);
	roster_done(&r->people);
	free(r->asked);
	free(r->places);
	scribe_done(&r->scribe);
	store_reader_close(r->store);
	query_close(r->follow_up);
}
#define auto_resending __attribute__((cleanup(resending_done))) struct resending

/* --- a person --- */

static enum resend_outcome judge(struct query *q)
{
	const char *state = query_text(q, "state");
	static const char *const out[] = {
		"accepted", "relayed", "delivered", "acknowledged", "in_doubt", NULL};

	if (!strcmp(state, "task") || !strcmp(state, "reached") ||
		!strcmp(state, "not_reached") || query_int(q, "visited"))
		return RESEND_IN_PERSON;
	if (!strcmp(state, "held") || !strcmp(state, "restricted") ||
		!strcmp(state, "none"))
		return RESEND_NOT_TOLD;
	if (!strcmp(state, "bounced") || !strcmp(state, "refused"))
		return RESEND_FAILED;
	if (query_int(q, "already"))
		return RESEND_ALREADY;
	for (const char *const *s = out; *s; s++)
		if (!strcmp(*s, state) && !query_int(q, "barred"))
			return RESEND_AGAIN;
	return query_int(q, "barred") ? RESEND_NOT_TOLD : RESEND_COMING;
}

static const char *level_name(const struct policy *p, int64_t order)
{
	return order >= 0 && (size_t)order < p->levels_count ? p->levels[order].name : "";
}

/* All at once: a view over everybody costs the same for one. */
static int find_places(struct resending *r, struct fault *f)
{
	auto_query struct query *q = NULL;
	size_t count = r->people.people_count;
	int got;

	r->places = text_alloc((count + 1) * sizeof(*r->places));
	for (size_t i = 0; i < count; i++)
		r->places[i] = (struct place){.level = "", .outcome = RESEND_NOT_TOLD};
	if (ledger_query(r->ledger,
		    SQL("SELECT s.person_id, s.state, s.level_order, s.notice_id,"
			" EXISTS (SELECT 1 FROM plan p JOIN compose_set_now c ON c.id = p.set_id WHERE c.mode = :mode"
			"  AND p.person_id = s.person_id AND p.task_id IS NOT NULL) AS visited,"
			" EXISTS (SELECT 1 FROM follow_up_now u WHERE u.after_id = s.notice_id AND u.kind = 'resend') AS already,"
			" EXISTS (SELECT 1 FROM notice_barred b WHERE b.notice_id = s.notice_id) AS barred"
			" FROM person_state s WHERE s.mode = :mode"),
		    &q, f))
		return -1;
	query_bind_text(q, ":mode", r->mode);
	while ((got = query_next(q, f)) > 0) {
		size_t person = roster_person(&r->people, query_int(q, "person_id"));

		if (person == SIZE_MAX)
			continue;
		r->places[person] = (struct place){
			.notice = query_null(q, "notice_id") ? 0
							     : query_int(q, "notice_id"),
			.level_order = query_int(q, "level_order"),
			.level = level_name(
				r->options->policy, query_int(q, "level_order")),
			.outcome = judge(q)};
	}
	return got;
}

static int insert_follow_up(
	struct resending *r, int64_t id, int64_t after, struct fault *f)
{
	query_bind_int(r->follow_up, ":notice", id);
	query_bind_int(r->follow_up, ":after", after);
	query_bind_int(r->follow_up, ":set", r->set);
	query_bind_int(r->follow_up, ":round", r->round);
	query_bind_int(r->follow_up, ":at", r->now);
	return query_run(r->follow_up, f);
}

static int send_again(struct resending *r, const struct place *p, struct fault *f)
{
	int64_t *id = vault_random_ids(1);
	const struct scribe_again again = {.id = *id,
		.notice = p->notice,
		.kind = STENCILS + (unsigned)(p->level_order % 32)};

	free(id);
	return scribe_again(&r->scribe, r->store, &again, f) ||
			       insert_follow_up(r, again.id, p->notice, f)
		       ? -1
		       : 0;
}

/* Is there one of them open already? */
static int has_task(struct resending *r, int64_t person, bool *ret, struct fault *f)
{
	const struct task_filter filter = {
		.mode = r->mode, .person = person, .open = true};
	auto_task_list list = {0};

	if (task_find(r->ledger, &filter, &list, f))
		return -1;
	*ret = false;
	for (size_t i = 0; i < list.count; i++)
		if (!strcmp(list.tasks[i].reason, "new-address"))
			*ret = true;
	return 0;
}

/* A human sees who is asking, before anything goes to an address that is not on file. */
static int open_task(struct resending *r, size_t person, const struct place *p,
	const char *address, struct fault *f)
{
	bool above = p->level_order < (int64_t)r->options->policy->default_level, has;
	auto_text note = text_format("asked for the notice%s%s",
		*address ? "; the address that was given: " : "", address);
	const struct task_said said = {
		.what = "assign", .by = r->options->by, .reason = note};
	const struct task_new t = {.set = r->set,
		.person = r->people.people[person],
		.level = p->level,
		.level_order = p->level_order,
		.reason = "new-address",
		.kind = "call",
		.due = task_due("call", above, r->now),
		.beside = true};
	int64_t number, letter;

	if (has_task(r, t.person, &has, f))
		return -1;
	if (has)
		return 0;
	r->tally->tasks++;
	return task_open(r->ledger, &t, &number, f) ||
			       task_say(r->ledger, r->mode, number, &said, &letter, f)
		       ? -1
		       : 0;
}

/* An address that is not on file, of somebody whom we write to; or one that failed. */
static bool needs_task(const struct asker_answer *answer, const struct place *p)
{
	if (!*p->level || p->outcome == RESEND_IN_PERSON || p->outcome == RESEND_NOT_TOLD)
		return false;
	return p->outcome == RESEND_FAILED || *answer->address;
}

static int serve(struct resending *r, const struct asker_answer *answer,
	enum resend_outcome *ret, struct fault *f)
{
	bool asked = r->asked[answer->person];
	const struct place *place = &r->places[answer->person];

	r->asked[answer->person] = true;
	*ret = asked ? RESEND_REPEATED : place->outcome;
	if (*ret == RESEND_AGAIN && send_again(r, place, f))
		return -1;
	return needs_task(answer, place)
		       ? open_task(r, answer->person, place, answer->address, f)
		       : 0;
}

/* --- a line --- */

static bool is_empty(const char *line)
{
	return line[strspn(line, " \t\r,;|\"")] == '\0';
}

static int take_line(
	struct resending *r, const char *line, enum resend_outcome *ret, struct fault *f)
{
	struct asker_answer answer;

	*ret = RESEND_OUTCOMES;
	if (is_empty(line))
		return 0;
	if (askers_find(r->askers, line, &answer, f))
		return -1;
	switch (answer.who) {
	case ASKER_ONE:
		if (serve(r, &answer, ret, f))
			return -1;
		break;
	case ASKER_NOBODY:
		*ret = RESEND_NOBODY;
		break;
	case ASKER_UNCLEAR:
		*ret = RESEND_UNCLEAR;
		break;
	}
	r->tally->requests++;
	r->tally->count[*ret]++;
	return 0;
}

static int read_file(const char *path, struct text *ret, struct fault *f)
{
	auto_reader *reader = NULL;
	const char *bytes;
	size_t length;
	int got;

	if (reader_open(path, RESEND_FILE, &reader, f) || reader_start(reader, f))
		return -1;
	while ((got = reader_more(reader, f)) > 0)
		;
	if (got < 0)
		return -1;
	bytes = reader_window(reader, &length);
	text_add(ret, bytes, length);
	return 0;
}

static int take_lines(struct resending *r, struct fault *f)
{
	struct resend_tally *t = r->tally;
	const char *name = r->options->file ? r->options->file : "the requests";
	auto_text_buffer all = {0};
	char *line, *end;

	if (r->options->lines)
		text_add_string(&all, r->options->lines);
	else if (read_file(r->options->file, &all, f))
		return -1;
	t->outcomes = text_alloc(RESEND_LINES);
	for (line = all.bytes; line && *line; line = end) {
		enum resend_outcome outcome;

		end = line + strcspn(line, "\n");
		if (*end)
			*end++ = '\0';
		if (t->lines == RESEND_LINES)
			return fault_set(f, FAULT_INPUT,
				"%s: over %d lines, the limit; give it in parts",
				name, RESEND_LINES);
		if (progress_step(
			    r->options->progress, "reading requests", t->lines, 0, f) ||
			take_line(r, line, &outcome, f))
			return -1;
		t->outcomes[t->lines++] = (unsigned char)outcome;
	}
	return 0;
}

/* --- the run --- */

static int prepare(struct resending *r, struct fault *f)
{
	const struct resend_options *o = r->options;
	const struct round_new round = {.mode = r->mode,
		.kind = "resend",
		.words = "",
		.by = o->by,
		.reason = o->reason};

	if (roster_load_entries(r->ledger, &r->people, f) ||
		store_reader_open(r->ledger, &r->store, f) ||
		scribe_open(o->settings, o->policy, o->texts, r->now, 0, &r->scribe, f) ||
		scribe_begin(&r->scribe, r->ledger, r->set, f) ||
		round_begin(r->ledger, &round, &r->round, f))
		return -1;
	r->askers = askers_new(r->ledger, o->settings, &r->people);
	r->asked = text_alloc((r->people.people_count + 1) * sizeof(*r->asked));
	if (find_places(r, f))
		return -1;
	return ledger_query(r->ledger,
		SQL("INSERT INTO follow_up (notice_id, kind, after_id, step, set_id, round_id, at)"
		    " VALUES (:notice, 'resend', :after, 0, :set, :round, :at)"),
		&r->follow_up, f);
}

static int take_requests(struct resending *r, struct fault *f)
{
	enum resend_outcome ignored;
	char code[CODE_TEXT];

	if (!r->options->code)
		return take_lines(r, f);
	if (code_read(r->options->code, code)) /* nobody's */
		return 0;
	return take_line(r, code, &ignored, f);
}

static int make(struct resending *r, struct fault *f)
{
	const struct release_options release = {.settings = r->options->settings,
		.policy = r->options->policy,
		.texts = r->options->texts};

	if (!r->set) /* nobody was told yet */
		return 0;
	return prepare(r, f) || take_requests(r, f) ||
			       leave_take(r->ledger, &release, &r->tally->leave, f)
		       ? -1
		       : 0;
}

int resend_run(struct ledger *l, const struct resend_options *o, struct resend_tally *ret,
	struct fault *f)
{
	auto_resending r = {.ledger = l,
		.options = o,
		.mode = settings_mode(o->settings),
		.now = clock_now(),
		.tally = ret};

	*ret = (struct resend_tally){0};
	if (basis_newest(l, r.mode, &r.set, f) || ledger_begin(l, f))
		return -1;
	if (make(&r, f)) {
		ledger_rollback(l);
		return -1;
	}
	return ledger_commit(l, f);
}
