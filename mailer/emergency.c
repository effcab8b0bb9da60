/* SPDX-License-Identifier: MIT */
/*
 * Which releases one person let go. What they may send is release.c's and send.c's.
 */
#include "mailer/emergency.h"

#include "recipients/clock.h"
#include "recipients/text.h"

#define SAID_PAD 128

int emergency_waiting(struct ledger *l, const char *mode, const struct signers *s,
	int64_t *ret_release, struct proposal *ret, struct signers_tally *tally,
	struct fault *f)
{
	auto_query struct query *q = NULL;
	int got;

	if (ledger_query(l,
		    SQL("SELECT e.release_id, s.proposal_id, e.until FROM release_emergency e JOIN release_valid r ON r.id = e.release_id"
			" JOIN release_signed s ON s.release_id = r.id WHERE r.mode = :mode ORDER BY r.id DESC LIMIT 1"),
		    &q, f))
		return -1;
	query_bind_text(q, ":mode", mode);
	got = query_next(q, f);
	if (got <= 0)
		return got;
	*ret_release = query_int(q, "release_id");
	if (proposal_get(l, query_int(q, "proposal_id"), ret, f) ||
		signers_count(l, s, ret, RELEASE_SPACE, tally, f))
		return -1;
	if ((int64_t)tally->count >= s->approvals)
		return 0;
	if (clock_now() < query_int(q, "until"))
		return 1;
	return fault_set(f, FAULT_REFUSED,
		"an emergency release was not countersigned in time: all but its highest level stays shut. Take it back (approve --withdraw), and release the rest with all signatures");
}

int emergency_none_before(
	struct ledger *l, const char *mode, const struct signers *s, struct fault *f)
{
	auto_query struct query *q = NULL;
	int got;

	if (ledger_query(l,
		    SQL("SELECT s.proposal_id FROM release_emergency e JOIN release_signed s ON s.release_id = e.release_id"
			" JOIN release r ON r.id = e.release_id WHERE r.mode = :mode"),
		    &q, f))
		return -1;
	query_bind_text(q, ":mode", mode);
	while ((got = query_next(q, f)) > 0) {
		auto_proposal p = {0};
		struct signers_tally tally;

		if (proposal_get(l, query_int(q, "proposal_id"), &p, f) ||
			signers_count(l, s, &p, RELEASE_SPACE, &tally, f))
			return -1;
		if ((int64_t)tally.count < s->approvals)
			return fault_set(f, FAULT_REFUSED,
				"an earlier emergency release was never countersigned: this one takes all signatures");
	}
	return got;
}

int emergency_write(struct ledger *l, int64_t release, int64_t level_order,
	const struct emergency *e, int64_t *ret_until, struct fault *f)
{
	auto_query struct query *q = NULL;
	auto_row said = {0};

	row_add(&said, "by", e->by);
	row_add(&said, "reason", e->reason);
	*ret_until = clock_now() + EMERGENCY_COUNTERSIGN;
	if (ledger_query(l,
		    SQL("INSERT INTO release_emergency (release_id, run_id, at, until, level_order, said_sealed)"
			" VALUES (:id, :run, :at, :until, :level, :said_sealed)"),
		    &q, f))
		return -1;
	query_bind_int(q, ":id", release);
	query_bind_int(q, ":run", ledger_run(l));
	query_bind_int(q, ":at", clock_now());
	query_bind_int(q, ":until", *ret_until);
	query_bind_int(q, ":level", level_order);
	query_bind_sealed(q, ":said_sealed", "release_emergency.said_sealed", release,
		said.packed.bytes, said.packed.length, SAID_PAD);
	return query_run(q, f);
}

int emergency_find(struct ledger *l, int64_t release, int64_t *ret_level,
	int64_t *ret_until, struct fault *f)
{
	auto_query struct query *q = NULL;
	int got;

	if (ledger_query(l,
		    SQL("SELECT level_order, until FROM release_emergency WHERE release_id = :id"),
		    &q, f))
		return -1;
	query_bind_int(q, ":id", release);
	got = query_next(q, f);
	if (got <= 0)
		return got;
	*ret_level = query_int(q, "level_order");
	*ret_until = query_int(q, "until");
	return 1;
}
