/* SPDX-License-Identifier: MIT */
/*
 * What became of a claim. Claims and hand-overs are send.c's, the journal itself is
 * flight.c's.
 */
#include "mailer/outcome.h"

#include <stdlib.h>
#include <string.h>

#include "mailer/flight.h"
#include "recipients/clock.h"
#include "recipients/lock.h"
#include "recipients/text.h"

#define REPLY_PAD 64

static const char *verdict_of(enum flight_state state)
{
	switch (state) {
	case FLIGHT_CLAIMED:
	case FLIGHT_NOT_SENT:
		return "not_sent";
	case FLIGHT_ACCEPTED:
		return "accepted";
	case FLIGHT_REFUSED:
		return "refused";
	case FLIGHT_DEFERRED:
		return "deferred";
	case FLIGHT_UNKNOWN:
	case FLIGHT_HANDED:
	case FLIGHT_IN_DOUBT:
		return "in_doubt";
	}
	return "in_doubt";
}

const char *outcome_of_claim(const char *dir, int64_t attempt, int64_t notice)
{
	auto_flight *journal = NULL;
	struct fault ignored;
	const char *verdict;
	int code;

	if (lock_held_elsewhere(dir))
		return "pending";
	if (flight_read(dir, &journal, &ignored))
		return "in_doubt";
	verdict = verdict_of(flight_look(journal, attempt, notice, &code));
	return strcmp(verdict, "not_sent") ? verdict : "pending";
}

size_t outcome_relay_of_claim(const char *dir, int64_t attempt, int64_t notice)
{
	auto_flight *journal = NULL;
	struct fault ignored;

	return flight_read(dir, &journal, &ignored)
		       ? 0
		       : flight_look_relay(journal, attempt, notice);
}

int outcome_open(struct ledger *l, struct query **ret, struct fault *f)
{
	return ledger_query(l,
		SQL("INSERT INTO outcome (attempt_id, run_id, at, verdict, code, enhanced, reply_sealed)"
		    " VALUES (:attempt, :run, :at, :verdict, :code, :enhanced, :reply_sealed)"),
		ret, f);
}

int outcome_write(struct ledger *l, struct query *q, int64_t attempt, const char *verdict,
	int code, const char *enhanced, const char *reply, struct fault *f)
{
	query_bind_int(q, ":attempt", attempt);
	query_bind_int(q, ":run", ledger_run(l));
	query_bind_int(q, ":at", clock_now());
	query_bind_text(q, ":verdict", verdict);
	query_bind_int(q, ":code", code);
	query_bind_text(q, ":enhanced", enhanced);
	query_bind_sealed(q, ":reply_sealed", "outcome.reply_sealed", attempt, reply,
		strlen(reply), REPLY_PAD);
	return query_run(q, f);
}

int outcome_relay_open(struct ledger *l, struct query **ret, struct fault *f)
{
	return ledger_query(l,
		SQL("INSERT INTO outcome_relay (attempt_id, relay) VALUES (:attempt, :relay)"),
		ret, f);
}

int outcome_relay_write(struct query *q, int64_t attempt, size_t relay, struct fault *f)
{
	if (!relay)
		return 0;
	query_bind_int(q, ":attempt", attempt);
	query_bind_int(q, ":relay", (int64_t)relay + 1);
	return query_run(q, f);
}

const char *outcome_word(enum relay_kind kind)
{
	switch (kind) {
	case RELAY_ACCEPTED:
		return "accepted";
	case RELAY_REFUSED:
		return "refused";
	case RELAY_DEFERRED:
		return "deferred";
	case RELAY_IN_DOUBT:
		return "in_doubt";
	case RELAY_NOT_SENT:
		return "not_sent";
	}
	return "in_doubt";
}

struct orphan {
	int64_t attempt, notice;
};

static int read_orphans(
	struct ledger *l, struct orphan **ret, size_t *ret_count, struct fault *f)
{
	auto_query struct query *q = NULL;
	size_t room = 0;
	int got;

	*ret = NULL;
	*ret_count = 0;
	if (ledger_query(l,
		    SQL("SELECT a.id, a.notice_id FROM attempt a WHERE NOT EXISTS"
			" (SELECT 1 FROM outcome o WHERE o.attempt_id = a.id) ORDER BY a.id"),
		    &q, f))
		return -1;
	while ((got = query_next(q, f)) > 0) {
		if (*ret_count == room) {
			room = room * 2 + 64;
			*ret = text_realloc(*ret, room * sizeof(**ret));
		}
		(*ret)[(*ret_count)++] =
			(struct orphan){query_int(q, "id"), query_int(q, "notice_id")};
	}
	return got;
}

static int write_orphans(struct ledger *l, const struct flight *journal,
	const struct orphan *orphans, size_t count, struct fault *f)
{
	auto_query struct query *q = NULL, *relay = NULL;

	if (ledger_begin(l, f) || outcome_open(l, &q, f) ||
		outcome_relay_open(l, &relay, f))
		return -1;
	for (size_t i = 0; i < count; i++) {
		int code;
		enum flight_state state = flight_look(
			journal, orphans[i].attempt, orphans[i].notice, &code);

		if (outcome_write(l, q, orphans[i].attempt, verdict_of(state), code, "",
			    "the sending program ended before the outcome was written",
			    f) ||
			outcome_relay_write(relay, orphans[i].attempt,
				flight_look_relay(
					journal, orphans[i].attempt, orphans[i].notice),
				f))
			return -1;
	}
	return ledger_commit(l, f);
}

int outcome_recover(struct ledger *l, const char *dir, struct fault *f)
{
	auto_flight *journal = NULL;
	struct orphan *orphans = NULL;
	size_t count = 0;
	int failed =
		flight_read(dir, &journal, f) || read_orphans(l, &orphans, &count, f);

	if (!failed && count)
		failed = write_orphans(l, journal, orphans, count, f);
	free(orphans);
	return failed ? -1 : 0;
}
