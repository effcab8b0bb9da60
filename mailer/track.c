/* SPDX-License-Identifier: MIT */
/*
 * The order of a run. Letters come out of wire/mailbox.c, are kept by intake.c, read in
 * wire/cage.c, tied by tie.c; what they say is written by receipt.c, and what state
 * follows is the views' (schema/0009-letters.sql).
 *
 * What can go wrong: the mailbox ends in the middle (what came before is kept), a letter
 * kills its reader (that one is unparsable, for a person to look at), we are killed (the
 * next run goes on).
 */
#include "mailer/track.h"

#include <stdlib.h>
#include <string.h>

#include "mailer/intake.h"
#include "mailer/letterbox.h"
#include "mailer/receipt.h"
#include "mailer/tie.h"
#include "mailer/wire/cage.h"

/* Of one transaction: it keeps others from deciding anything. */
#define BATCH_LETTERS 200
#define BATCH_BYTES (4u << 20)
#define BATCH_MS 500

struct tracking {
	struct ledger *ledger;
	const struct track_options *options;
	struct track_tally *tally;
	struct intake *intake;
	struct ties *ties;
	struct receipts *receipts;
	struct cage *cage;
	struct text bytes; /* of the letter in hand */
	struct letter *letter;
	int64_t last; /* the newest letter that was read */
};

static void tracking_done(struct tracking *t)
{
	intake_close(t->intake);
	receipts_close(t->receipts);
	ties_close(t->ties);
	cage_close(t->cage);
	text_done(&t->bytes);
	free(t->letter);
}

/* --- states, before and after --- */

struct standing {
	int64_t notice;
	const char *state; /* one of words */
};
struct standings {
	struct standing *list;
	size_t count;
};

/* The words of notice_state, each of them once: equal states are equal pointers. */
static const char *word_of(const char *state)
{
	static const char *const words[] = {"planned", "released", "pending", "claimed",
		"accepted", "deferred", "refused", "in_doubt", "relayed", "delivered",
		"bounced", "acknowledged", NULL};

	for (const char *const *w = words; *w; w++)
		if (!strcmp(*w, state))
			return *w;
	return words[0];
}

/* Of all that was handed over in this mode, in the order of notices; what a reminder
 * brings back shows in the notice that it follows. */
static int load_standings(
	struct ledger *l, const char *mode, struct standings *ret, struct fault *f)
{
	auto_query struct query *q = NULL;
	size_t room = 0;
	int got;

	*ret = (struct standings){0};
	if (ledger_query(l,
		    SQL("SELECT s.notice_id, s.state FROM notice_state s JOIN notice n ON n.id = s.notice_id"
			" JOIN compose_set c ON c.id = n.set_id JOIN notice_round r ON r.notice_id = n.id AND r.first_id = n.id"
			" WHERE c.mode = :mode AND s.attempt_id IS NOT NULL"
			" ORDER BY s.notice_id"),
		    &q, f))
		return -1;
	query_bind_text(q, ":mode", mode);
	while ((got = query_next(q, f)) > 0) {
		if (ret->count == room) {
			room = room ? room * 2 : 1024;
			ret->list = text_realloc(ret->list, room * sizeof(*ret->list));
		}
		ret->list[ret->count++] = (struct standing){
			query_int(q, "notice_id"), word_of(query_text(q, "state"))};
	}
	return got;
}

static void count_change(json_t *changes, const char *from, const char *to)
{
	json_t *change;
	size_t i;

	json_array_foreach(changes, i, change)
	{
		json_t *count = json_object_get(change, "notices");

		if (strcmp(json_string_value(json_object_get(change, "from")), from) ||
			strcmp(json_string_value(json_object_get(change, "to")), to))
			continue;
		(void)json_integer_set(count, json_integer_value(count) + 1);
		return;
	}
	(void)json_array_append_new(changes,
		json_pack("{s:s,s:s,s:i}", "from", from, "to", to, "notices", 1));
}

/* While we have the writer's lock nothing is handed over: both hold the same notices. */
static void compare(const struct standings *before, const struct standings *after,
	struct track_tally *ret)
{
	for (size_t i = 0; i < before->count && i < after->count; i++) {
		if (before->list[i].state == after->list[i].state)
			continue;
		ret->state_changes++;
		count_change(ret->changes, before->list[i].state, after->list[i].state);
	}
}

/* --- reading what was kept --- */

static void count_letter(
	struct track_tally *t, const struct letter *l, const struct tie *tie)
{
	t->letters++;
	t->by_class[l->class]++;
	t->tied += tie->notice != 0;
	t->other_mode += !tie->notice && tie->other_mode;
	t->orphans += !tie->notice && !tie->other_mode;
}

static int read_letter(struct tracking *t, int64_t number, struct fault *f)
{
	struct receipt_letter which = {.id = number};
	int64_t reading;
	bool cut;

	if (intake_fetch(t->intake, number, &t->bytes, &which.at, &cut, f))
		return -1;
	if (!t->cage && cage_open(&t->cage, f))
		return -1;
	if (cage_read(t->cage, text_string(&t->bytes), t->bytes.length, cut, t->letter,
		    f) ||
		tie_find(t->ties, t->letter, &which.tie, f) ||
		receipt_write(t->receipts, &which, t->letter, &reading, f))
		return -1;
	count_letter(t->tally, t->letter, &which.tie);
	return 0;
}

/* Some of what is kept and not read; `*ret_more` false when all of it is. */
static int read_some(struct tracking *t, bool *ret_more, struct fault *f)
{
	int64_t number, until = clock_monotonic() + BATCH_MS;

	do {
		if (intake_unread(t->intake, t->last, &number, f))
			return -1;
		*ret_more = number != 0;
		if (!number)
			return 0;
		if (read_letter(t, number, f) ||
			progress_step(t->options->progress, "reading letters",
				t->tally->letters, 0, f))
			return -1;
		t->last = number;
	} while (clock_monotonic() < until);
	return 0;
}

/* All that is kept and not read. What the last of it does, and how far the mailbox was
 * read, become true together. `b` NULL: these came in an earlier run. */
static int settle(struct tracking *t, const struct letterbox *b,
	const struct mailbox_position *at, struct fault *f)
{
	bool more = true;

	while (more)
		if (ledger_begin(t->ledger, f) || read_some(t, &more, f) ||
			(!more && b && at->uidvalidity &&
				intake_move(t->intake, b, at, f)) ||
			ledger_commit(t->ledger, f)) {
			ledger_rollback(t->ledger);
			return -1;
		}
	return 0;
}

/* --- taking in --- */

/* Letters in hand. They are fetched first and kept then: a server may let us wait, and
 * meanwhile others are to decide. */
struct batch {
	struct text bytes;
	struct {
		size_t length;
		bool cut;
	} letters[BATCH_LETTERS];
	size_t count;
	struct mailbox_position at; /* of the last */
};

/* 1: there may be more. 0: that was the end. */
static int fetch_some(struct mailbox *m, struct batch *ret, struct fault *f)
{
	int64_t until = clock_monotonic() + BATCH_MS;
	struct mailbox_letter letter;
	int got;

	ret->count = 0;
	text_clear(&ret->bytes);
	do {
		got = mailbox_next(m, &letter, f);
		if (got <= 0)
			return got;
		text_add(&ret->bytes, letter.bytes, letter.length);
		ret->letters[ret->count].length = letter.length;
		ret->letters[ret->count++].cut = letter.cut;
		ret->at = letter.at;
	} while (ret->count < BATCH_LETTERS && ret->bytes.length < BATCH_BYTES &&
		 clock_monotonic() < until);
	return 1;
}

static int take_batch(
	struct tracking *t, const struct batch *b, const char *source, struct fault *f)
{
	const char *at = text_string(&b->bytes);
	int64_t number;

	for (size_t i = 0; i < b->count; i++) {
		struct mailbox_letter letter = {.bytes = at,
			.length = b->letters[i].length,
			.cut = b->letters[i].cut};

		if (intake_take(t->intake, &letter, source, &number, f))
			return -1;
		t->tally->known += !number;
		at += letter.length;
	}
	return 0;
}

/* They are kept before they are read, and what came before a fault is kept and read. */
static int take_some(struct tracking *t, struct mailbox *m, const struct letterbox *b,
	struct batch *batch, struct mailbox_position *at, struct fault *f)
{
	struct fault after;
	int got = fetch_some(m, batch, f);
	struct fault *why = got < 0 ? &after : f;

	if (!batch->count)
		return got;
	if (ledger_begin(t->ledger, why))
		return -1;
	if (take_batch(t, batch, b->source, why) || ledger_commit(t->ledger, why)) {
		ledger_rollback(t->ledger); /* half a letter is none */
		return -1;
	}
	*at = batch->at;
	return settle(t, b, at, why) ? -1 : got;
}

static int track_mailbox(struct tracking *t, const struct letterbox *b, struct fault *f)
{
	struct mailbox_position at;
	auto_mailbox *m = NULL;
	struct batch *batch;
	int got;

	if (intake_position(t->intake, b, &at, f) ||
		mailbox_open(&b->mailbox, &at, &m, f))
		return -1;
	batch = text_alloc(sizeof(*batch));
	do
		got = take_some(t, m, b, batch, &at, f);
	while (got > 0);
	text_done(&batch->bytes);
	free(batch);
	return got;
}

static int track_all(struct tracking *t, struct fault *f)
{
	const struct track_options *o = t->options;
	const struct vault *v = ledger_vault(t->ledger);

	if (settle(t, NULL, NULL, f)) /* what an earlier run kept, and died */
		return -1;
	if (!o->from_count) {
		auto_letterbox b = {0};

		return letterbox_settled(o->settings, v, &b, f) || track_mailbox(t, &b, f)
			       ? -1
			       : 0;
	}
	for (size_t i = 0; i < o->from_count; i++) {
		auto_letterbox b = {0};

		if (letterbox_named(o->from[i], v, &b, f) || track_mailbox(t, &b, f))
			return -1;
	}
	return 0;
}

int track_run(struct ledger *l, const struct track_options *o, struct track_tally *ret,
	struct fault *f)
{
	const char *mode = settings_mode(o->settings);
	struct tracking t = {.ledger = l, .options = o, .tally = ret};
	struct standings before, after = {0};
	int failed;

	*ret = (struct track_tally){.changes = json_array()};
	t.letter = text_alloc(sizeof(*t.letter));
	failed = load_standings(l, mode, &before, f) ||
		 intake_open(l, mode, &t.intake, f) ||
		 ties_open(l, o->settings, &t.ties, f) ||
		 receipts_open(l, t.ties, &t.receipts, f) || track_all(&t, f) ||
		 load_standings(l, mode, &after, f);
	if (!failed)
		compare(&before, &after, ret);
	tracking_done(&t);
	free(before.list);
	free(after.list);
	return failed ? -1 : 0;
}
