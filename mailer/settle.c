/* SPDX-License-Identifier: MIT */
/*
 * Keeps what a human says. What follows is the views' (schema/0009-letters.sql); lists of
 * letters are inbox.c's.
 */
#include "mailer/settle.h"

#include <stdlib.h>
#include <string.h>

#include "mailer/intake.h"
#include "mailer/receipt.h"
#include "mailer/tie.h"
#include "mailer/wire/cage.h"
#include "recipients/clock.h"
#include "recipients/config.h"
#include "recipients/text.h"

#define SAID_PAD 128

const char *const settle_choices[] = {
	"ack", "bounced", "answered", "nothing", "reopen", NULL};

static int check_choice(const char *choice, struct fault *f)
{
	const char *near;

	if (!choice)
		return 0;
	for (const char *const *c = settle_choices; *c; c++)
		if (!strcmp(*c, choice))
			return 0;
	near = config_nearest(choice, settle_choices);
	return fault_set(f, FAULT_USAGE,
		"--as takes ack, bounced, answered, nothing or reopen%s%s%s",
		near ? " (did you mean " : "", near ? near : "", near ? "?)" : "");
}

struct letter_stand {
	bool tied;
	char *ruling; /* NULL: none */
};

static int read_stand(struct ledger *l, const char *mode, int64_t letter,
	struct letter_stand *ret, struct fault *f)
{
	auto_query struct query *q = NULL;
	int got;

	if (ledger_query(l,
		    SQL("SELECT tied, ruling FROM letter_now WHERE letter_id = :letter AND mode = :mode"),
		    &q, f))
		return -1;
	query_bind_int(q, ":letter", letter);
	query_bind_text(q, ":mode", mode);
	got = query_next(q, f);
	if (got < 0)
		return -1;
	if (!got)
		return fault_set(f, FAULT_USAGE,
			"there is no letter %lld (breachmail track --list all lists them)",
			(long long)letter);
	ret->tied = !query_null(q, "tied") && !strcmp(query_text(q, "tied"), "tied");
	ret->ruling = text_copy(query_text(q, "ruling"));
	return 0;
}

/* --- tying --- */

static int read_again(struct ledger *l, const struct settings *s, int64_t number,
	struct letter *ret, struct receipt_letter *which, struct fault *f)
{
	auto_intake *intake = NULL;
	auto_text_buffer bytes = {0};
	auto_cage *cage = NULL;
	bool cut;

	which->id = number;
	if (intake_open(l, settings_mode(s), &intake, f) ||
		intake_fetch(intake, number, &bytes, &which->at, &cut, f) ||
		cage_open(&cage, f))
		return -1;
	return cage_read(cage, text_string(&bytes), bytes.length, cut, ret, f);
}

static int insert_tied(struct ledger *l, int64_t reading, int64_t notice,
	const struct settling *a, struct fault *f)
{
	auto_query struct query *q = NULL;
	auto_row said = {0};

	if (ledger_query(l,
		    SQL("INSERT INTO letter_tied (reading_id, notice_id, said_sealed) VALUES (:reading, :notice, :said_sealed)"),
		    &q, f))
		return -1;
	row_add(&said, "by", a->by);
	row_add(&said, "reason", a->reason);
	query_bind_int(q, ":reading", reading);
	query_bind_int(q, ":notice", notice);
	query_bind_sealed(q, ":said_sealed", "letter_tied.said_sealed", reading,
		said.packed.bytes, said.packed.length, SAID_PAD);
	return query_run(q, f);
}

static int tie_letter(struct ledger *l, const struct settings *s, const struct settling *a,
	struct fault *f)
{
	struct receipt_letter which = {.tie = {.kind = TIE_HAND}};
	struct letter *letter = text_alloc(sizeof(*letter));
	auto_receipts *receipts = NULL;
	auto_ties *ties = NULL;
	int64_t reading;
	int failed;

	failed = ties_open(l, s, &ties, f) ||
		 tie_code(ties, a->code, &which.tie.notice, f);
	if (!failed && !which.tie.notice)
		failed = fault_set(f, FAULT_USAGE,
			"no notice of this mode has the code (breachmail person --find - finds a person by it)");
	failed = failed || read_again(l, s, a->letter, letter, &which, f) ||
		 receipts_open(l, ties, &receipts, f) ||
		 receipt_write(receipts, &which, letter, &reading, f) ||
		 insert_tied(l, reading, which.tie.notice, a, f);
	free(letter);
	return failed ? -1 : 0;
}

/* --- saying --- */

static int insert_ruling(struct ledger *l, const struct settling *a, struct fault *f)
{
	auto_query struct query *q = NULL;
	auto_row said = {0};
	int64_t id;

	if (ledger_number(l, SQL("SELECT max(id) FROM letter_ruling"), 0, &id, f) ||
		ledger_query(l,
			SQL("INSERT INTO letter_ruling (id, run_id, at, letter_id, choice, said_sealed)"
			    " VALUES (:id, :run, :at, :letter, :choice, :said_sealed)"),
			&q, f))
		return -1;
	row_add(&said, "by", a->by);
	row_add(&said, "reason", a->reason);
	query_bind_int(q, ":id", ++id);
	query_bind_int(q, ":run", ledger_run(l));
	query_bind_int(q, ":at", clock_now());
	query_bind_int(q, ":letter", a->letter);
	query_bind_text(q, ":choice", a->choice);
	query_bind_sealed(q, ":said_sealed", "letter_ruling.said_sealed", id,
		said.packed.bytes, said.packed.length, SAID_PAD);
	return query_run(q, f);
}

static bool moves_a_notice(const char *choice)
{
	return !strcmp(choice, "ack") || !strcmp(choice, "bounced");
}

static int act(struct ledger *l, const struct settings *s, const struct settling *a,
	bool *ret_unchanged, struct fault *f)
{
	struct letter_stand stand = {0};
	auto_text now = NULL;

	*ret_unchanged = false;
	if (read_stand(l, settings_mode(s), a->letter, &stand, f))
		return -1;
	now = stand.ruling;
	if (a->code && tie_letter(l, s, a, f))
		return -1;
	if (!a->choice)
		return 0;
	if (moves_a_notice(a->choice) && !stand.tied && !a->code)
		return fault_set(f, FAULT_REFUSED,
			"letter %lld is tied to no notice: whose is it? --tie CODE goes with --as %s",
			(long long)a->letter, a->choice);
	if (!strcmp(now ? now : "reopen", a->choice)) {
		*ret_unchanged = !a->code;
		return 0;
	}
	return insert_ruling(l, a, f);
}

int settle_write(struct ledger *l, const struct settings *s, const struct settling *a,
	bool *ret_unchanged, struct fault *f)
{
	if (check_choice(a->choice, f) || ledger_begin(l, f))
		return -1;
	if (act(l, s, a, ret_unchanged, f)) {
		ledger_rollback(l);
		return -1;
	}
	return ledger_commit(l, f);
}
